import encodings from "./source-encodings.json";

/** What the bytes of a Python file say: its text without byte order mark, or why there is none. */
export type DecodedSource =
  | { readonly kind: "text"; readonly text: string; readonly encoding: SourceEncoding }
  | { readonly kind: "problem"; readonly reason: string };

/** How a text was stored, enough to store it again. */
export interface SourceEncoding {
  /** Normalised: `utf-8`, `ascii`, `latin-1`, or the name of another codec of Python's. */
  readonly name: string;
  readonly byteOrderMark: "present" | "absent";
}

/**
 * Decodes Python source as the language reference says (PEP 263): a UTF-8 byte order mark, else a coding comment in the first two lines,
 * else UTF-8. Never throws.
 */
export function decodeSource(bytes: Uint8Array): DecodedSource {
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) {
    return problem("is stored as UTF-16, which Python does not read; store it as UTF-8");
  }
  if (bytes.includes(0)) return problem("looks binary: it contains NUL bytes");
  const byteOrderMark = startsWith(bytes, utf8Mark) ? "present" : "absent";
  const content = byteOrderMark === "present" ? bytes.subarray(utf8Mark.length) : bytes;
  const cookie = codingCookie(content);
  const name = cookie === undefined ? "utf-8" : normalisedName(cookie);
  if (name === undefined) return problem(`declares the encoding \`${cookie}\`, which is not known`);
  if (byteOrderMark === "present" && name !== "utf-8") {
    return problem(`starts with a UTF-8 byte order mark but declares \`${cookie}\`; Python refuses that`);
  }
  const text = decodeAs(name, content);
  if (text === "unread") return problem(`declares the encoding \`${cookie}\`, which is not read here`);
  if (text === "invalid") return problem(invalidMessage(name, content));
  return { kind: "text", text: text.text, encoding: { name, byteOrderMark } };
}

/** The bytes of a text in the encoding it came in, or undefined where that encoding cannot be written here. */
export function encodeSource(text: string, encoding: SourceEncoding): Uint8Array | undefined {
  const bytes = encodeAs(encoding.name, text);
  if (bytes === undefined || encoding.byteOrderMark === "absent") return bytes;
  const marked = new Uint8Array(utf8Mark.length + bytes.length);
  marked.set(utf8Mark);
  marked.set(bytes, utf8Mark.length);
  return marked;
}

const utf8Mark = [0xef, 0xbb, 0xbf] as const;

function problem(reason: string): DecodedSource {
  return { kind: "problem", reason };
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** The encoding named by a comment on the first line, or on the second where the first holds no code. */
function codingCookie(bytes: Uint8Array): string | undefined {
  const [first, second] = firstTwoLines(bytes);
  const named = cookieOf(first);
  if (named !== undefined) return named;
  return /^[ \t\f]*(?:#.*)?$/.test(first) ? cookieOf(second) : undefined;
}

function cookieOf(line: string): string | undefined {
  return /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1];
}

/** Read byte by byte: every encoding that can be named here agrees with ASCII on what the cookie is made of. */
function firstTwoLines(bytes: Uint8Array): [string, string] {
  const lines: [string, string] = ["", ""];
  let line = 0;
  for (let i = 0; i < bytes.length && line < 2; i++) {
    const byte = bytes[i] as number;
    if (byte === 13 && bytes[i + 1] === 10) continue;
    if (byte === 10 || byte === 13) line++;
    else lines[line === 0 ? 0 : 1] += String.fromCharCode(byte);
  }
  return lines;
}

/** One name per encoding, from the spellings that Python's tokenizer and its registry of codecs take; undefined where they take it for none. */
function normalisedName(cookie: string): string | undefined {
  const name = cookie.toLowerCase();
  if (/^utf[-_]8(?:[-_]|$)/.test(name)) return "utf-8";
  if (/^(?:latin[-_]1|iso[-_]8859[-_]1|iso[-_]latin[-_]1)(?:[-_]|$)/.test(name)) return "latin-1";
  const spelled = name.replace(/[^a-z0-9.]+/g, "_");
  const codec = codecs.get(spelled) ?? codecs.get(spelled.replaceAll(".", "_"));
  return codec?.replace(/^utf_8.*/, "utf-8").replace(/^(?:latin_1|iso8859_1)$/, "latin-1");
}

/* `test/measure/source_encodings.py` writes what Python says. */
const codecs: ReadonlyMap<string, string> = new Map(Object.entries(encodings.names));
const upperHalves: ReadonlyMap<string, string> = new Map(Object.entries(encodings.upperHalves));

/** Of codecs with several bytes a character, the names that `TextDecoder` gives them, or something that contains them. */
const webNames: ReadonlyMap<string, string> = new Map([
  ["utf-8", "utf-8"],
  ["shift_jis", "shift_jis"],
  ["cp932", "shift_jis"],
  ["euc_jp", "euc-jp"],
  ["iso2022_jp", "iso-2022-jp"],
  ["euc_kr", "euc-kr"],
  ["cp949", "euc-kr"],
  ["gb2312", "gbk"],
  ["gbk", "gbk"],
  ["gb18030", "gb18030"],
  ["big5", "big5"],
  ["big5hkscs", "big5"],
  ["cp950", "big5"],
]);

type Text = { readonly text: string } | "unread" | "invalid";

/** `isPrefix`: more follows, so that the last character need not be whole. */
function decodeAs(name: string, bytes: Uint8Array, isPrefix = false): Text {
  if (name === "latin-1") return { text: byteString(bytes) };
  if (name === "ascii") return bytes.every((byte) => byte < 0x80) ? { text: byteString(bytes) } : "invalid";
  const half = upperHalves.get(name);
  if (half) {
    const text = byteString(bytes).replace(/[\x80-\xff]/g, (character) => half.charAt(character.charCodeAt(0) - 0x80));
    return text.includes(noCharacter) ? "invalid" : { text };
  }
  const webName = webNames.get(name);
  if (!webName) return "unread";
  try {
    return { text: new TextDecoder(webName, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isPrefix }) };
  } catch (error) {
    // A name that is not known is a RangeError, bytes that do not fit it a TypeError.
    return error instanceof RangeError ? "unread" : "invalid";
  }
}

/** Stands where a codec has no character for a byte. */
const noCharacter = "\ufffd";

function byteString(bytes: Uint8Array): string {
  const pieceLength = 8192;
  let text = "";
  for (let i = 0; i < bytes.length; i += pieceLength) text += String.fromCharCode(...bytes.subarray(i, i + pieceLength));
  return text;
}

function encodeAs(name: string, text: string): Uint8Array | undefined {
  if (name === "utf-8") return new TextEncoder().encode(text);
  const limit = name === "ascii" ? 0x80 : name === "latin-1" ? 0x100 : 0;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= limit) return undefined;
    bytes[i] = code;
  }
  return limit > 0 ? bytes : undefined;
}

function invalidMessage(name: string, bytes: Uint8Array): string {
  const shown = name === "utf-8" ? "UTF-8" : name.replaceAll("_", "-");
  return `is not valid ${shown} (line ${lineOfFirstInvalidByte(name, bytes)}); a \`# coding:\` comment on the first line names another encoding`;
}

/** One-based. The longest prefix that decodes ends on it; found by halving. */
function lineOfFirstInvalidByte(name: string, bytes: Uint8Array): number {
  const isValid = (length: number): boolean => decodeAs(name, bytes.subarray(0, length), true) !== "invalid";
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isValid(middle)) valid = middle;
    else invalid = middle;
  }
  let line = 1;
  for (let i = 0; i < valid; i++) if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) line++;
  return line;
}
