import type { Range } from "../base/range.js";

/** The JSON value of a text, or what keeps it from being one. */
export type JsonValue =
  | { readonly kind: "value"; readonly value: unknown }
  /** `at`: the offset where it stops being JSON. */
  | { readonly kind: "problem"; readonly message: string; readonly at: number };

/** Reads JSON; the problem never quotes the text, which may be anything. */
export function parseJson(text: string): JsonValue {
  try {
    return { kind: "value", value: JSON.parse(text) };
  } catch {
    if (text.trim() === "") return { kind: "problem", message: "is empty", at: 0 };
    const { stopped } = walk(text, () => {});
    return { kind: "problem", message: "is not JSON", at: stopped ?? 0 };
  }
}

/**
 * Where the values stand that the JSON pointers (RFC 6901) lead to: numbers, texts and words themselves, of an object or list its key, or
 * its first character where it has none. A pointer that leads nowhere gets the place of the nearest value around.
 */
export function placesOf(text: string, pointers: readonly string[]): readonly Range[] {
  const wanted = new Set(pointers.flatMap(prefixes));
  const places = new Map<string, Range>();
  walk(text, (pointer, value, key, content) => {
    if (wanted.has(pointer) && !places.has(pointer))
      places.set(pointer, content === "nested" ? (key ?? { start: value.start, end: value.start + 1 }) : value);
  });
  return pointers.map(
    (pointer) =>
      prefixes(pointer)
        .map((each) => places.get(each))
        .find((place) => place !== undefined) ?? { start: 0, end: 0 },
  );
}

/** The pointer and those to everything around it, innermost first. */
function prefixes(pointer: string): string[] {
  const found = [pointer];
  for (let slash = pointer.lastIndexOf("/"); slash >= 0; slash = slash === 0 ? -1 : pointer.lastIndexOf("/", slash - 1))
    found.push(pointer.slice(0, slash));
  return found;
}

/** Hears of each value of the text, in order of their ends; `key` is the place of its name in an object. */
type Listener = (pointer: string, value: Range, key: Range | undefined, content: "nested" | "plain") => void;

interface Level {
  readonly kind: "object" | "list";
  readonly pointer: string;
  readonly key: Range | undefined;
  readonly start: number;
  index: number;
}

const blank = /[ \t\r\n]*/y;
// All characters from the blank on, but for the quotation mark and the backslash.
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Walks over the text with a stack of its own, so that no nesting is too deep. Stops where the text stops being JSON. */
function walk(text: string, found: Listener): { readonly stopped: number | undefined } {
  const open: Level[] = [];
  let at = 0;
  const match = (pattern: RegExp): Range | undefined => {
    pattern.lastIndex = at;
    const matched = pattern.exec(text);
    if (!matched) return undefined;
    const range = { start: at, end: at + matched[0].length };
    at = range.end;
    return range;
  };
  const take = (character: string): boolean => {
    match(blank);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  for (;;) {
    // Here a value begins, or a container that was just opened ends.
    const around = open.at(-1);
    let key: Range | undefined;
    let pointer = around?.pointer ?? "";
    match(blank);
    if (around?.kind === "object" && !(around.index === 0 && text[at] === "}")) {
      key = match(string);
      if (!key || !take(":")) return { stopped: at };
      pointer += `/${escaped(JSON.parse(text.slice(key.start, key.end)))}`;
    } else if (around?.kind === "list") pointer += `/${around.index}`;
    match(blank);
    const start = at;
    const isEmptyEnd = around !== undefined && around.index === 0 && key === undefined && text[at] === (around.kind === "list" ? "]" : "}");
    if (!isEmptyEnd) {
      if (text[at] === "{" || text[at] === "[") {
        open.push({ kind: text[at] === "{" ? "object" : "list", pointer, key, start, index: 0 });
        at++;
        continue;
      }
      const value = match(text[at] === '"' ? string : plain);
      if (!value || value.start === value.end) return { stopped: start };
      found(pointer, value, key, "plain");
    }
    // Here a value has ended: containers close, or the next value follows a comma.
    for (;;) {
      const level = open.at(-1);
      if (!level) {
        match(blank);
        return { stopped: at < text.length ? at : undefined };
      }
      level.index++;
      if (take(",")) break;
      if (!take(level.kind === "object" ? "}" : "]")) return { stopped: at };
      found(level.pointer, { start: level.start, end: at }, level.key, "nested");
      open.pop();
    }
  }
}

/** A key as a part of a pointer. */
function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
