import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { statusNotification } from "../../server/src/lsp/protocol.js";
import { startMeasured } from "./measured-process.js";

/** What a language server took for a workspace and for typing in one file of it. */
export interface ServerFigures {
  /** From the start of the process to the end of indexing, in milliseconds. */
  readonly indexed: number;
  /** From the message that a file is open, in a workspace that has been read, to its first diagnostics, in milliseconds. */
  readonly opened: number;
  /** For each edit, from its message to the diagnostics of its version, in milliseconds. */
  readonly editTimes: readonly number[];
  /** In bytes. */
  readonly peakMemory: number;
}

/** An edit of the open file: text put at a zero-based place. */
export interface TypedText {
  readonly line: number;
  readonly character: number;
  readonly text: string;
}

/** The least time between two keystrokes, in milliseconds: somebody types fast. */
const keystrokePause = 80;

/**
 * Opens a folder and a file in a real server process and types into the file: one edit waits for the diagnostics of the one before it, and at least
 * as long as a person would.
 */
export async function measureServer(
  server: string,
  folder: string,
  file: string,
  text: string,
  edits: readonly TypedText[],
): Promise<ServerFigures> {
  const started = performance.now();
  const running = startMeasured(server, ["--stdio"]);
  const { stdin, stdout } = running.process;
  if (!stdin || !stdout) throw new Error("the server has no standard streams");
  const messages = readMessages(stdout);
  const uri = pathToFileURL(file).href;
  let lastId = 0;

  const write = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    stdin.write(body);
  };
  const until = async (isAwaited: (message: Message) => boolean): Promise<Message> => {
    for await (const message of messages) {
      // Whatever the server asks of its editor, such as to show progress, is granted.
      if (message.method !== undefined && message.id !== undefined) write({ id: message.id, result: null });
      if (isAwaited(message)) return message;
    }
    throw new Error("the server ended before its answer");
  };
  const request = (method: string, params: object | null): Promise<Message> => {
    const id = ++lastId;
    write({ id, method, params });
    return until((message) => message.id === id && message.method === undefined);
  };
  const diagnosed = (version: number): Promise<Message> =>
    until(({ method, params }) => method === "textDocument/publishDiagnostics" && params?.uri === uri && params.version === version);

  await request("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "bench" }],
  });
  write({ method: "initialized", params: {} });
  await until(({ method, params }) => method === statusNotification && params?.indexing === "busy");
  await until(({ method, params }) => method === statusNotification && params?.indexing === "done");
  const indexed = performance.now() - started;

  const opening = performance.now();
  write({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "python", version: 1, text } } });
  await diagnosed(1);
  const opened = performance.now() - opening;
  const editTimes: number[] = [];
  for (const [index, { line, character, text: typed }] of edits.entries()) {
    const version = index + 2;
    const range = { start: { line, character }, end: { line, character } };
    const sent = performance.now();
    write({ method: "textDocument/didChange", params: { textDocument: { uri, version }, contentChanges: [{ range, text: typed }] } });
    await diagnosed(version);
    const took = performance.now() - sent;
    editTimes.push(took);
    await new Promise((resolve) => setTimeout(resolve, keystrokePause - took));
  }

  await request("shutdown", null);
  write({ method: "exit" });
  stdin.end();
  const { peakMemory } = await running.ended();
  return { indexed, opened, editTimes, peakMemory };
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly version?: number; readonly indexing?: string };
}

/** Messages of the Language Server Protocol, as they arrive. Stays open between two loops over it. */
function readMessages(stream: NodeJS.ReadableStream): AsyncIterable<Message> {
  let buffer = Buffer.alloc(0);
  let state: "open" | "ended" = "open";
  let wake = (): void => {};
  stream.on("data", (piece: Buffer) => {
    buffer = Buffer.concat([buffer, piece]);
    wake();
  });
  stream.on("end", () => {
    state = "ended";
    wake();
  });
  const next = async (): Promise<IteratorResult<Message>> => {
    for (;;) {
      const headerEnd = buffer.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("latin1", 0, Math.max(0, headerEnd)))?.[1]);
      const end = headerEnd + 4 + length;
      if (headerEnd !== -1 && buffer.length >= end) {
        const message = JSON.parse(buffer.toString("utf8", headerEnd + 4, end)) as Message;
        buffer = buffer.subarray(end);
        return { done: false, value: message };
      }
      if (state === "ended") return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
