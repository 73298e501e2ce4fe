/** The text of a message, or why no further one can be found. */
export type Framed = { readonly kind: "message"; readonly text: string } | { readonly kind: "broken"; readonly reason: string };

/** Finds messages in a stream of bytes. */
export interface MessageFraming {
  /** What the next bytes complete. After `broken` nothing follows, whatever comes. */
  take(bytes: Uint8Array): readonly Framed[];
  /** What is missing of the message that has begun; undefined between two messages. */
  unfinished(): string | undefined;
}

/**
 * Takes messages out of what the protocol sends through pipes: a head, of which `Content-Length` counts, an empty line, and that many bytes of UTF-8. Where
 * the next message starts is known only from the length of the one before, so after a wrong head there is no way back: what looks like a head may as well stand in
 * the text of a file, and with a lost message the editor and the server no longer mean the same text.
 */
export function createMessageFraming(): MessageFraming {
  let head = "";
  let awaited: number | undefined;
  let body: Uint8Array[] = [];
  let got = 0;
  let isBroken = false;

  const takeHead = (bytes: Uint8Array): { readonly rest: Uint8Array; readonly problem?: string } => {
    for (let i = 0; i < bytes.length; i++) {
      head += String.fromCharCode(bytes[i] ?? 0);
      if (head.endsWith(headEnd)) {
        const length = lengthIn(head.slice(0, -headEnd.length));
        if (typeof length === "string") return { rest: bytes, problem: length };
        awaited = length;
        return { rest: bytes.subarray(i + 1) };
      }
      if (head.length > longestHead) return { rest: bytes, problem: `a message's head goes on after ${longestHead} bytes: ${shown(head)}` };
    }
    return { rest: bytes.subarray(bytes.length) };
  };

  return {
    take(bytes) {
      const framed: Framed[] = [];
      let rest = bytes;
      while (!isBroken) {
        if (awaited === undefined) {
          const taken = takeHead(rest);
          if (taken.problem !== undefined) {
            isBroken = true;
            framed.push({ kind: "broken", reason: taken.problem });
          }
          rest = taken.rest;
          if (awaited === undefined) break;
        }
        const piece = rest.subarray(0, awaited - got);
        rest = rest.subarray(piece.length);
        if (piece.length > 0) body.push(piece);
        got += piece.length;
        if (got < awaited) break;
        framed.push({ kind: "message", text: textOf(body) });
        head = "";
        awaited = undefined;
        body = [];
        got = 0;
      }
      return framed;
    },
    unfinished() {
      if (awaited !== undefined) return `${got} of the ${awaited} bytes of a message`;
      return head === "" ? undefined : `the beginning of a message's head: ${shown(head)}`;
    },
  };
}

/** More than the largest file that is analysed takes in a message, less than a string can hold. In bytes. */
export const longestMessage = 256 * 1024 * 1024;

const headEnd = "\r\n\r\n";
const longestHead = 4096;

/** The length that a head gives, or what is wrong with it. */
function lengthIn(head: string): number | string {
  let length: number | undefined;
  for (const line of head.split("\r\n")) {
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return `a line of a message's head is no header: ${shown(line)}`;
    if (name.toLowerCase() !== "content-length") continue;
    if (!/^\d{1,15}$/.test(value)) return `Content-Length is no number: ${shown(value)}`;
    length = Number(value);
  }
  if (length === undefined) return `a message's head has no Content-Length: ${shown(head)}`;
  return length <= longestMessage ? length : `Content-Length is ${length}, and messages of more than ${longestMessage} bytes are not read`;
}

/** In one line of plain characters, and not all of it: it may be anything. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}
