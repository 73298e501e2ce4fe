/** What the bytes of a Python file say: its text without byte order mark, or why there is none. */
export type DecodedSource =
  | { readonly kind: "text"; readonly text: string; readonly encoding: SourceEncoding }
  | { readonly kind: "problem"; readonly reason: string };

/** How a text was stored, enough to store it again. */
export interface SourceEncoding {
  /** Normalised: `utf-8`, `ascii`, `latin-1`, or a name that `TextDecoder` knows. */
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
  if (byteOrderMark === "present" && name !== "utf-8") {
    return problem(`starts with a UTF-8 byte order mark but declares \`${cookie}\`; Python refuses that`);
  }
  const text = decodeAs(name, content);
  if (text === "unknown") return problem(`declares the encoding \`${cookie}\`, which is not known`);
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

/** One name per encoding, from the spellings that Python's codec registry takes. */
function normalisedName(cookie: string): string {
  const name = cookie.toLowerCase().replaceAll("_", "-");
  if (/^(?:utf-?8|utf-8-sig|utf-8-unix|utf-8-dos|u8|cp65001)$/.test(name)) return "utf-8";
  if (/^(?:ascii|us-ascii|646)$/.test(name)) return "ascii";
  if (/^(?:latin-?1|l1|iso-?8859-1|iso-latin-1|8859|cp819)(?:-unix|-dos)?$/.test(name)) return "latin-1";
  const windows = /^(?:cp|windows-?)(125\d|874)$/.exec(name);
  if (windows) return `windows-${windows[1]}`;
  const iso = /^iso-?8859-(\d+)$/.exec(name);
  if (iso) return `iso-8859-${iso[1]}`;
  return pythonSpellings.get(name) ?? name;
}

/** Python's names for encodings that `TextDecoder` knows by another name. */
const pythonSpellings: ReadonlyMap<string, string> = new Map([
  ["cp932", "shift_jis"],
  ["shift-jis", "shift_jis"],
  ["sjis", "shift_jis"],
  ["eucjp", "euc-jp"],
  ["euckr", "euc-kr"],
  ["cp949", "euc-kr"],
  ["cp936", "gbk"],
  ["gb2312", "gbk"],
  ["cp950", "big5"],
  ["big5-hkscs", "big5"],
  ["cp866", "ibm866"],
  ["mac-roman", "macintosh"],
  ["mac-cyrillic", "x-mac-cyrillic"],
  ["latin-2", "iso-8859-2"],
]);

type Text = { readonly text: string } | "unknown" | "invalid";

function decodeAs(name: string, bytes: Uint8Array): Text {
  // `TextDecoder` reads the labels `latin1` and `ascii` as windows-1252, which differs from both.
  if (name === "latin-1") return { text: byteString(bytes) };
  if (name === "ascii") return bytes.every((byte) => byte < 0x80) ? { text: byteString(bytes) } : "invalid";
  // Node 20 reads `windows-1252` as Latin-1 (nodejs/node#56542).
  if (name === "windows-1252") return windows1252(bytes);
  // Python takes only encodings that agree with ASCII, because it reads the cookie before it knows them.
  if (/^(?:utf-16|utf-32|ucs-|unicode|iso-10646-ucs-2|csunicode)/.test(name)) return "unknown";
  try {
    return { text: new TextDecoder(name, { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    // A name that is not known is a RangeError, bytes that do not fit it a TypeError.
    return error instanceof RangeError ? "unknown" : "invalid";
  }
}

/** Windows-1252 is Latin-1 but for these characters at 0x80 to 0x9f; a NUL stands where it has none. */
const windows1252Upper = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

function windows1252(bytes: Uint8Array): Text {
  const text = byteString(bytes).replace(/[\x80-\x9f]/g, (character) => windows1252Upper[character.charCodeAt(0) - 0x80] as string);
  return text.includes("\0") ? "invalid" : { text };
}

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
  const shown = name === "utf-8" ? "UTF-8" : name;
  return `is not valid ${shown} (line ${lineOfFirstInvalidByte(name, bytes)}); a \`# coding:\` comment on the first line names another encoding`;
}

/** One-based. The longest prefix that decodes ends on it; found by halving. */
function lineOfFirstInvalidByte(name: string, bytes: Uint8Array): number {
  const isValid = (length: number): boolean => {
    if (name === "ascii" || name === "windows-1252") return decodeAs(name, bytes.subarray(0, length)) !== "invalid";
    try {
      new TextDecoder(name, { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
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
