import type { Interval } from "../base/interval.js";
import type { FunctionNode } from "../program/link/entity.js";

/** What a profiler saw of a program's functions. */
export interface Profile {
  /** For assumptions: `cProfile`. */
  readonly profiler: string;
  readonly functions: readonly ProfiledFunction[];
}

/** One function of a profile; a profiler that merges functions of one name gives the line of the first. */
export interface ProfiledFunction {
  /** As the profiler wrote it, with `/`: absolute, or relative to wherever the program ran. */
  readonly file: string;
  /** Without the names of classes and functions around it. */
  readonly name: string;
  /** One-based; 0 if not known. */
  readonly line: number;
  readonly calls: number;
  /** One call with all that it calls, in nanoseconds; wider the less the profiler knows. */
  readonly perCall: Interval;
}

/**
 * What the profile says of a function, found by its file and name. Where a file has several functions of one name, they are told apart by
 * their order, if the profile has seen as many; else nothing is said of them.
 */
export function profiledFunction(profile: Profile, node: FunctionNode): ProfiledFunction | undefined {
  if (node.facts.kind !== "function") return undefined;
  const found = (byName(profile).get(node.facts.name) ?? []).filter(({ file }) => isSameFile(file, node.file.path));
  if (found.length === 0) return undefined;
  const namesakes = node.file.functions.filter(({ facts }) => facts.kind === "function" && facts.name === node.facts.name);
  if (namesakes.length !== found.length) return undefined;
  const inOrder = [...found].sort((a, b) => a.line - b.line);
  return inOrder[[...namesakes].sort((a, b) => a.facts.start - b.facts.start).indexOf(node)];
}

/** A profile of a large program has as many functions as the program. */
const namesOf = new WeakMap<Profile, ReadonlyMap<string, readonly ProfiledFunction[]>>();

function byName(profile: Profile): ReadonlyMap<string, readonly ProfiledFunction[]> {
  let names = namesOf.get(profile);
  if (!names) {
    const made = new Map<string, ProfiledFunction[]>();
    for (const each of profile.functions) {
      const known = made.get(each.name);
      if (known) known.push(each);
      else made.set(each.name, [each]);
    }
    names = made;
    namesOf.set(profile, names);
  }
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
