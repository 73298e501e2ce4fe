import { type Match, PatternSearch } from "../samples/sample-pattern.js";
import { asIndex } from "./arithmetic.js";
import { libraryObject } from "./classes.js";
import type { Machine } from "./machine.js";
import { Bytes, type Call, Dict, Instance, Iterator_, List, type Py, setItem, Tuple, unclear } from "./values.js";

const flagValues: Readonly<Record<string, number>> = {
  I: 2,
  IGNORECASE: 2,
  M: 8,
  MULTILINE: 8,
  S: 16,
  DOTALL: 16,
  X: 64,
  VERBOSE: 64,
  A: 256,
  ASCII: 256,
  U: 32,
  UNICODE: 32,
};

export function patternFlag(name: string): number | undefined {
  return flagValues[name];
}

/** What `re` holds. */
export function patternFunction(machine: Machine, name: string): Call | undefined {
  const method = methodNames.includes(name);
  if (name === "compile") return ([pattern = null, flags], named) => compiled(machine, pattern, flags ?? named.get("flags") ?? 0);
  if (name === "escape")
    return ([text]) => (typeof text === "string" ? text.replace(/[()[\]{}?*+|^$\\.&~# \t\n\r\v\f-]/g, "\\$&") : unclear("a pattern"));
  if (name === "purge") return () => null;
  if (!method) return undefined;
  return ([pattern = null, ...given], named) => {
    const most = { sub: 3, subn: 3, split: 2 }[name] ?? 1;
    const flags = named.get("flags") ?? given[most] ?? 0;
    const object = compiled(machine, pattern, flags);
    return machine.callMethod(object, name, given.slice(0, most), named);
  };
}

const methodNames = ["match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split"];
const isPattern = new WeakSet<Instance>();
const known = new WeakMap<Machine, Map<string, Instance>>();

function compiled(machine: Machine, pattern: Py, flags: Py): Py {
  if (pattern instanceof Instance && isPattern.has(pattern)) return pattern;
  const isText = typeof pattern === "string";
  const written = isText ? pattern : pattern instanceof Bytes ? pattern.text : unclear("a pattern of which nothing is known");
  const patterns = known.get(machine) ?? new Map<string, Instance>();
  known.set(machine, patterns);
  const key = `${isText} ${asIndex(flags)} ${written}`;
  const before = patterns.get(key);
  if (before) return before;
  const made = patternObject(machine, written, asIndex(flags), isText);
  isPattern.add(made);
  patterns.set(key, made);
  return made;
}

function patternObject(machine: Machine, written: string, flags: number, isText: boolean): Instance {
  const [inline = "", letters = ""] = /^\(\?([aimsux]+)\)/.exec(written) ?? [];
  const has = (letter: string, bit: number): boolean => letters.includes(letter) || (flags & bit) !== 0;
  machine.tick(1 + written.length / 16);
  if (has("x", 64)) unclear("a pattern with blanks");
  const search = new PatternSearch(written.slice(inline.length), {
    isMultiline: has("m", 8),
    ignoresCase: has("i", 2),
    dotIsAny: has("s", 16),
  });
  if (!search.isKnown) unclear("a pattern that is not known");
  const as = (text: string): Py => (isText ? text : new Bytes(text));
  const textOf = (value: Py | undefined): string =>
    typeof value === "string" ? value : value instanceof Bytes ? value.text : unclear("a text of which nothing is known");
  const find = (text: string, which: "here" | "whole" | "first" | "all", from = 0): readonly Match[] => {
    const found = search.find(text, which, from);
    machine.tick(0.5 + (found?.steps ?? 0) / 16);
    return found?.matches ?? unclear("a pattern that takes too long");
  };
  const groupOf = (text: string, { groups }: Match, usual: Py): Py[] => groups.map((place) => (place ? as(text.slice(...place)) : usual));
  /** What stands for a match in a list of them. */
  const plain = (text: string, match: Match): Py => {
    const groups = groupOf(text, match, as(""));
    if (groups.length === 0) return as(text.slice(match.start, match.end));
    return groups.length === 1 ? (groups[0] as Py) : new Tuple(groups);
  };
  const one =
    (which: "here" | "whole" | "first"): Call =>
    ([subject, from = 0]) => {
      const text = textOf(subject);
      const [found] = find(text, which, Math.max(0, asIndex(from)));
      return found ? matchObject(machine, text, found, search.names, as) : null;
    };
  const replaced = (how: Py, subject: Py | undefined, most: Py): { readonly text: string; readonly count: number } => {
    const text = textOf(subject);
    const limit = asIndex(most) || Number.POSITIVE_INFINITY;
    const matches = find(text, "all").slice(0, limit);
    let made = "";
    let at = 0;
    for (const match of matches) {
      made += text.slice(at, match.start);
      made +=
        typeof how === "string" || how instanceof Bytes
          ? filledIn(textOf(how), text, match, search.names)
          : textOf(machine.call(how, [matchObject(machine, text, match, search.names, as)]));
      at = match.end;
    }
    machine.tick(made.length / 512);
    return { text: made + text.slice(at), count: matches.length };
  };
  return libraryObject(
    "Pattern",
    {
      match: one("here"),
      fullmatch: one("whole"),
      search: one("first"),
      findall: ([subject]) => {
        const text = textOf(subject);
        return new List(find(text, "all").map((match) => plain(text, match)));
      },
      finditer: ([subject]) => {
        const text = textOf(subject);
        const found = find(text, "all").map((match) => matchObject(machine, text, match, search.names, as));
        return new Iterator_(machine.iterate(new List(found)));
      },
      sub: ([how = null, subject, most], named) => as(replaced(how, subject, most ?? named.get("count") ?? 0).text),
      subn: ([how = null, subject, most], named) => {
        const { text, count } = replaced(how, subject, most ?? named.get("count") ?? 0);
        return new Tuple([as(text), count]);
      },
      split: ([subject, most], named) => {
        const text = textOf(subject);
        const limit = asIndex(most ?? named.get("maxsplit") ?? 0) || Number.POSITIVE_INFINITY;
        const parts: Py[] = [];
        let at = 0;
        for (const match of find(text, "all").slice(0, limit)) {
          parts.push(as(text.slice(at, match.start)), ...groupOf(text, match, null));
          at = match.end;
        }
        parts.push(as(text.slice(at)));
        return new List(parts);
      },
    },
    { pattern: as(written), groups: search.groupCount, flags },
  );
}

function matchObject(machine: Machine, text: string, match: Match, names: ReadonlyMap<string, number>, as: (text: string) => Py): Py {
  const placeOf = (which: Py): readonly [number, number] | undefined => {
    const index = typeof which === "string" ? (names.get(which) ?? -1) : asIndex(which);
    if (index === 0) return [match.start, match.end];
    if (index < 0 || index > match.groups.length) machine.fail("IndexError", "no such group");
    return match.groups[index - 1];
  };
  const group = (which: Py, usual: Py = null): Py => {
    const place = placeOf(which);
    return place ? as(text.slice(...place)) : usual;
  };
  machine.tick(0.5);
  const bound =
    (end: 0 | 1): Call =>
    ([which = 0]) =>
      placeOf(which)?.[end] ?? -1;
  return libraryObject(
    "Match",
    {
      group: (which) => (which.length < 2 ? group(which[0] ?? 0) : new Tuple(which.map((each) => group(each)))),
      groups: ([usual = null]) => new Tuple(match.groups.map((_, index) => group(index + 1, usual))),
      groupdict: ([usual = null]) => {
        const made = new Dict();
        for (const [name, index] of names) setItem(made, name, group(index, usual));
        return made;
      },
      start: bound(0),
      end: bound(1),
      span: ([which = 0]) => new Tuple([...(placeOf(which) ?? [-1, -1])]),
      __getitem__: ([which = 0]) => group(which),
      __bool__: () => true,
    },
    { string: as(text), pos: 0, lastindex: match.groups.length },
  );
}

/** A replacement, with what the groups hold. */
function filledIn(how: string, text: string, { start, end, groups }: Match, names: ReadonlyMap<string, number>): string {
  if (!how.includes("\\")) return how;
  return how.replace(/\\(?:g<(\w+)>|(\d{1,2})|(.))/gs, (_all, named: string | undefined, digits: string | undefined, other: string) => {
    if (named === undefined && digits === undefined) return { n: "\n", t: "\t", r: "\r" }[other] ?? other;
    const index = digits ?? named ?? "0";
    const number = /^\d+$/.test(index) ? Number(index) : (names.get(index) ?? -1);
    if (number === 0) return text.slice(start, end);
    const place = groups[number - 1];
    return place ? text.slice(...place) : "";
  });
}
