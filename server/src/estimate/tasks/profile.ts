import type { Interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";

/** What a profiler saw of a program's functions. */
export interface Profile {
  /** For assumptions: `cProfile`. */
  readonly profiler: string;
  readonly functions: readonly ProfiledFunction[];
  /** What a profiler saw that counts no calls; undefined of one that does. */
  readonly totals?: readonly FunctionTotal[];
}

/** Where the profiler found a function. */
interface ProfiledPlace {
  /** As the profiler wrote it, with `/`: absolute, or relative to wherever the program ran. */
  readonly file: string;
  /** Without the names of classes and functions around it. */
  readonly name: string;
  /** One-based; 0 if not known. */
  readonly line: number;
}

/** All calls of one function in the whole run, without the functions of the program that it calls, in nanoseconds. */
export interface FunctionTotal extends ProfiledPlace {
  readonly interpreterNs: number;
  /** In native code that its lines call, with the GIL or without. */
  readonly nativeNs: number;
  readonly waitNs: number;
}

/** One function of a profile; a profiler that merges functions of one name gives the line of the first. */
export interface ProfiledFunction extends ProfiledPlace {
  readonly calls: number;
  /** One call with all that it calls, in nanoseconds; wider the less the profiler knows. */
  readonly perCall: Interval;
}

/**
 * What the profile says of a function, found by its file and name. Where a file has several functions of one name, they are told apart by
 * their order, if the profile has seen as many; else nothing is said of them.
 */
export function profiledFunction(profile: Profile, node: FunctionNode): ProfiledFunction | undefined {
  return entryOf(profile.functions, node);
}

/** The same of what a profiler saw that counts no calls. */
export function profiledTotal(profile: Profile, node: FunctionNode): FunctionTotal | undefined {
  return profile.totals && entryOf(profile.totals, node);
}

function entryOf<Entry extends ProfiledPlace>(entries: readonly Entry[], node: FunctionNode): Entry | undefined {
  if (node.head.kind !== "function") return undefined;
  const found = (byName(entries).get(node.head.name) ?? []).filter(({ file }) => isSameFile(file, node.file.path));
  if (found.length === 0) return undefined;
  const namesakes = node.file.functions.filter(({ facts }) => facts.kind === "function" && facts.name === node.head.name);
  if (namesakes.length !== found.length) return undefined;
  const inOrder = [...found].sort((a, b) => a.line - b.line);
  return inOrder[[...namesakes].sort((a, b) => a.head.start - b.head.start).indexOf(node)];
}

/** A profile of a large program has as many functions as the program. */
const namesOf = new WeakMap<readonly ProfiledPlace[], ReadonlyMap<string, readonly ProfiledPlace[]>>();

function byName<Entry extends ProfiledPlace>(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const known = namesOf.get(entries);
  // The map was made of the very entries that it is asked for with.
  if (known) return known as ReadonlyMap<string, readonly Entry[]>;
  const names = new Map<string, Entry[]>();
  for (const each of entries) {
    const namesakes = names.get(each.name);
    if (namesakes) namesakes.push(each);
    else names.set(each.name, [each]);
  }
  namesOf.set(entries, names);
  return names;
}

/** The program may have run elsewhere: then the file's name and its folder's name must agree. */
function isSameFile(profiled: string, path: string): boolean {
  if (profiled === path) return true;
  const file = profiled.replace(/^\.\//, "");
  const isAbsolute = file.startsWith("/") || /^[A-Za-z]:/.test(file);
  if (!isAbsolute) return path.endsWith(`/${file}`);
  const lastTwo = file.split("/").slice(-2).join("/");
  return lastTwo.includes("/") && path.endsWith(`/${lastTwo}`);
}
