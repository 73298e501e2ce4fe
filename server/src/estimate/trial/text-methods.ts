import { asIndex, checkedSize, shown } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { Bytes, type Call, Dict, getItem, List, type Py, setItem, Tuple, unclear } from "./values.js";

function trimmed(text: string, characters: Py | undefined, sides: "both" | "left" | "right"): string {
  if (characters === undefined || characters === null)
    return sides === "both" ? text.trim() : sides === "left" ? text.trimStart() : text.trimEnd();
  const those = String(characters);
  let [start, end] = [0, text.length];
  if (sides !== "right") while (start < end && those.includes(text[start] as string)) start++;
  if (sides !== "left") while (end > start && those.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** Whether all of it is ASCII. */
function isPlain(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text);
}

/** The bytes of UTF-8, each a character. */
function asBytes(text: string): string {
  return isPlain(text) ? text : String.fromCharCode(...new TextEncoder().encode(text.slice(0, 50_000)));
}

function asCharacters(bytes: string): string {
  if (isPlain(bytes)) return bytes;
  return new TextDecoder().decode(Uint8Array.from([...bytes], (each) => each.charCodeAt(0)));
}

/** From where to where a method looks. */
function placesIn(text: string, from: Py | undefined, to: Py | undefined): readonly [start: number, end: number] {
  const { length } = text;
  const place = (value: Py | undefined, usual: number): number => {
    if (value === undefined || value === null) return usual;
    const index = asIndex(value);
    return index < 0 ? Math.max(0, index + length) : index;
  };
  return [place(from, 0), Math.min(length, place(to, length))];
}

/** At most so many times, from the left or, with `rsplit`, from the right. */
function splitOften(text: string, by: string | null, most: number, name: string): string[] {
  if (by !== null) {
    if (by === "") return [text];
    const parts = text.split(by);
    if (parts.length <= most + 1) return parts;
    if (name === "split") return [...parts.slice(0, most), parts.slice(most).join(by)];
    return [parts.slice(0, parts.length - most).join(by), ...parts.slice(parts.length - most)];
  }
  const found: string[] = [];
  let rest = name === "split" ? text.trimStart() : text.trimEnd();
  while (rest !== "" && found.length < most) {
    const words = rest.split(/\s+/);
    if (words.length === 1) break;
    const word = name === "split" ? (words[0] as string) : (words[words.length - 1] as string);
    found.push(word);
    rest = name === "split" ? rest.slice(word.length).trimStart() : rest.slice(0, rest.length - word.length).trimEnd();
  }
  if (rest !== "") found.push(rest);
  return name === "split" ? found : found.reverse();
}

/** A method of a text; undefined where it is not known. */
export function textMethod(machine: Machine, text: string, name: string): Call | undefined {
  // What goes through the text takes its time.
  if (text.length > 256) machine.tick(text.length / 512);
  const all =
    (pattern: RegExp): Call =>
    () =>
      pattern.test(text);
  const asText = (value: Py | undefined): string => (typeof value === "string" ? value : unclear("a text of which nothing is known"));
  const affix =
    (test: (affix: string) => boolean): Call =>
    ([value]) =>
      value instanceof Tuple ? value.items.some((each) => test(asText(each))) : test(asText(value));
  switch (name) {
    case "lower":
    case "casefold":
      return () => text.toLowerCase();
    case "upper":
      return () => text.toUpperCase();
    case "capitalize":
      return () => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
    case "title":
      return () => text.replace(/[a-z]+/gi, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
    case "swapcase":
      return () => [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join("");
    case "strip":
      return ([characters]) => trimmed(text, characters, "both");
    case "lstrip":
      return ([characters]) => trimmed(text, characters, "left");
    case "rstrip":
      return ([characters]) => trimmed(text, characters, "right");
    case "split":
    case "rsplit":
      return ([separator, most], named) => {
        const limit = most ?? named.get("maxsplit");
        const by = separator ?? named.get("sep") ?? null;
        if (by === "") machine.fail("ValueError", "empty separator");
        if (limit !== undefined && limit !== -1) return new List(splitOften(text, by === null ? null : asText(by), asIndex(limit), name));
        const parts = by === null ? text.trim().split(/\s+/) : text.split(asText(by));
        return new List(by === null && parts.length === 1 && parts[0] === "" ? [] : parts);
      };
    case "splitlines":
      return ([keeps], named) => {
        const lines = text.split(machine.truth(keeps ?? named.get("keepends") ?? false) ? /(?<=\n|\r(?!\n))/ : /\r\n|\n|\r/);
        if (lines[lines.length - 1] === "") lines.pop();
        return new List(lines);
      };
    case "partition":
      return ([by]) => {
        const at = text.indexOf(asText(by));
        return new Tuple(at < 0 ? [text, "", ""] : [text.slice(0, at), asText(by), text.slice(at + asText(by).length)]);
      };
    case "rpartition":
      return ([by]) => {
        const at = text.lastIndexOf(asText(by));
        return new Tuple(at < 0 ? ["", "", text] : [text.slice(0, at), asText(by), text.slice(at + asText(by).length)]);
      };
    case "join":
      return ([value = null]) => {
        const items = machine.listOf(value).map(asText);
        const size = items.reduce((sum, { length }) => sum + length + text.length, 0);
        machine.tick(checkedSize(size) / 512);
        return items.join(text);
      };
    case "replace":
      return ([from, to, most]) => {
        if (most !== undefined && asIndex(most) >= 0) {
          const parts = splitOften(text, asText(from), asIndex(most), "split");
          if (asText(from) !== "") return parts.join(asText(to));
        }
        checkedSize(text.length * Math.max(1, asText(to).length));
        return text.replaceAll(asText(from), () => asText(to));
      };
    case "startswith":
      return affix((each) => text.startsWith(each));
    case "endswith":
      return affix((each) => text.endsWith(each));
    case "removeprefix":
      return ([prefix]) => (text.startsWith(asText(prefix)) ? text.slice(asText(prefix).length) : text);
    case "removesuffix":
      return ([suffix]) => (text.endsWith(asText(suffix)) ? text.slice(0, text.length - asText(suffix).length) : text);
    case "find":
    case "rfind":
    case "index":
    case "rindex":
      return ([part, from, to]) => {
        const [start, end] = placesIn(text, from, to);
        const inside = text.slice(0, end);
        const wanted = asText(part);
        const found = start > end ? -1 : name.startsWith("r") ? inside.lastIndexOf(wanted) : inside.indexOf(wanted, start);
        if (found >= start && found >= 0) return found;
        return name.endsWith("index") ? machine.fail("ValueError", "substring not found") : -1;
      };
    case "count":
      return ([part, from, to]) => {
        const [start, end] = placesIn(text, from, to);
        if (start > end) return 0;
        return asText(part) === "" ? end - start + 1 : text.slice(start, end).split(asText(part)).length - 1;
      };
    case "expandtabs":
      return ([size = 8]) => {
        const stop = checkedSize(asIndex(size));
        return text
          .split("\n")
          .map((line) => {
            let made = "";
            for (const piece of line.split(/(\t)/)) made += piece === "\t" ? " ".repeat(stop > 0 ? stop - (made.length % stop) : 0) : piece;
            return made;
          })
          .join("\n");
      };
    case "isascii":
      return () => isPlain(text);
    case "istitle":
      return () =>
        /[A-Z]/.test(text) && text === text.replace(/[a-z]+/gi, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
    case "isalpha":
      return all(/^\p{L}+$/u);
    case "isdigit":
    case "isdecimal":
    case "isnumeric":
      return all(/^\p{Nd}+$/u);
    case "isalnum":
      return all(/^[\p{L}\p{N}]+$/u);
    case "isspace":
      return all(/^\s+$/);
    case "isupper":
      return () => text !== text.toLowerCase() && text === text.toUpperCase();
    case "islower":
      return () => text !== text.toUpperCase() && text === text.toLowerCase();
    case "isidentifier":
      return all(/^[\p{L}_][\p{L}\p{N}_]*$/u);
    case "zfill":
      return ([width = 0]) => {
        const [, sign = "", rest = ""] = /^([-+]?)(.*)$/s.exec(text) ?? [];
        return sign + rest.padStart(checkedSize(asIndex(width)) - sign.length, "0");
      };
    case "rjust":
      return ([width = 0, fill = " "]) => text.padStart(checkedSize(asIndex(width)), String(fill));
    case "ljust":
      return ([width = 0, fill = " "]) => text.padEnd(checkedSize(asIndex(width)), String(fill));
    case "center":
      return ([width = 0, fill = " "]) => {
        const spare = checkedSize(asIndex(width)) - text.length;
        if (spare <= 0) return text;
        // The odd one goes before a text of even length where the width is odd.
        const before = (spare >> 1) + (spare & asIndex(width) & 1);
        return text.padStart(text.length + before, String(fill)).padEnd(asIndex(width), String(fill));
      };
    case "encode":
      return () => new Bytes(asBytes(text));
    case "format":
      return (given, named) => {
        let next = 0;
        return text.replace(/\{([^{}:!]*)(?:![^{}:]*)?(?::([^{}]*))?\}/g, (_all, name: string, how: string | undefined) => {
          const value = name === "" ? given[next++] : /^\d+$/.test(name) ? given[Number(name)] : named.get(name);
          return machine.formatted(value ?? null, how ?? "");
        });
      };
    case "translate":
      return ([table = null]) => {
        if (!(table instanceof Dict)) return unclear("a table of which nothing is known");
        return [...text].map((character) => translated(character, table)).join("");
      };
    case "maketrans":
      return ([from, to, without]) => {
        const table = new Dict();
        [...asText(from)].forEach((character, index) => {
          setItem(table, character.codePointAt(0) ?? 0, [...asText(to)][index] ?? "");
        });
        for (const character of without === undefined ? "" : asText(without)) setItem(table, character.codePointAt(0) ?? 0, null);
        return table;
      };
    default:
      return undefined;
  }
}

function translated(character: string, table: Dict): string {
  const found = getItem(table, character.codePointAt(0) ?? 0);
  if (found === undefined) return character;
  return typeof found === "number" ? String.fromCodePoint(found) : found === null ? "" : shown(found);
}

export function hexOf(bytes: string): string {
  return [...bytes].map((each) => each.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** The same of bytes. */
export function bytesMethod(machine: Machine, { text }: Bytes, name: string): Call | undefined {
  if (name === "hex") return () => hexOf(text);
  if (name === "decode") return () => asCharacters(text);
  const same = textMethod(machine, text, name);
  if (!same || !/^(split|splitlines|find|count|startswith|endswith|replace|strip|lower|upper|join|partition)$/.test(name)) return undefined;
  const asText = (value: Py): Py => (value instanceof Bytes ? value.text : value);
  const asBytes = (value: Py): Py => {
    if (typeof value === "string") return new Bytes(value);
    if (value instanceof List) return new List(value.items.map(asBytes));
    return value instanceof Tuple ? new Tuple(value.items.map(asBytes)) : value;
  };
  return (given, named) =>
    asBytes(same(name === "join" ? [new List(machine.listOf(given[0] ?? null).map(asText))] : given.map(asText), named));
}
