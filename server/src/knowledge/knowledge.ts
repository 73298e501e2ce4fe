import type { CallableEntry, KnowledgeEntry, PackageEntry, SpawnerEntry, TypeEntry } from "./entry.js";
import { type Alias, type KnowledgeFile, type KnowledgeProblem, readKnowledgeFile } from "./read.js";
import { shippedFiles } from "./shipped-files.js";

/** Everything known about libraries. Immutable; every lookup is one look into a hash table. */
export interface Knowledge {
  /** What calling that function, method or class does. Methods are found on base types too; `sorted` stands for `builtins.sorted`. */
  callable(qualifiedName: string): CallableEntry | undefined;
  /** What objects of that class are. */
  type(qualifiedName: string): TypeEntry | undefined;
  /** How calling that name makes code run elsewhere. Classes made to be subclassed say so in their type's role. */
  spawner(qualifiedName: string): SpawnerEntry | undefined;
  /** What is known of the distribution that a top-level module comes from. */
  package(topLevelName: string): PackageEntry | undefined;
  /** Whether anything is known of code imported by that top-level name. */
  hasModule(topLevelName: string): boolean;
  /** All entries, sorted by name. */
  all(): readonly KnowledgeEntry[];
}

/**
 * The shipped knowledge with the user's files on top; they are JSON values, whatever is in them. An entry of a user file replaces the
 * shipped entry of the same section and name. Of two user files that describe the same name, the earlier one counts.
 */
export function createKnowledge(files: readonly unknown[]): { readonly knowledge: Knowledge; readonly problems: readonly KnowledgeProblem[] } {
  if (files.length === 0) return { knowledge: builtInKnowledge(), problems: [] };
  const problems: KnowledgeProblem[] = [];
  const read = files.map((file, index) => {
    const result = readKnowledgeFile(file, "user");
    for (const problem of result.problems) problems.push({ file: index, ...problem });
    return result;
  });
  return { knowledge: link([...shipped(), ...read.toReversed()]), problems };
}

/** What ships with the program; made on first use and kept. */
export function builtInKnowledge(): Knowledge {
  builtIn ??= link(shipped());
  return builtIn;
}

let builtIn: Knowledge | undefined;
let read: readonly KnowledgeFile[] | undefined;

/** The shipped files, the standard library first, so that what a package says of itself counts more. */
function shipped(): readonly KnowledgeFile[] {
  read ??= shippedFiles.map(({ value, origin }) => readKnowledgeFile(value, origin));
  return read;
}

/** Joins files into one knowledge; a later file overrides an earlier one, entry by entry. */
export function link(files: readonly KnowledgeFile[]): Knowledge {
  const callables = new Map<string, CallableEntry>();
  const spawners = new Map<string, SpawnerEntry>();
  const types = new Map<string, TypeEntry>();
  const packages = new Map<string, PackageEntry>();
  const modules = new Set<string>();
  const aliases: Alias[] = [];
  for (const file of files) {
    for (const entry of file.entries) {
      modules.add(topLevel(entry.name));
      if (entry.entry === "callable") callables.set(entry.name, entry);
      else if (entry.entry === "spawner") spawners.set(entry.name, entry);
      else types.set(entry.name, entry);
    }
    for (const module of file.package?.modules ?? []) {
      modules.add(topLevel(module));
      packages.set(topLevel(module), merged(packages.get(topLevel(module)), file.package as PackageEntry));
    }
    aliases.push(...file.aliases);
  }
  const all = [...callables.values(), ...spawners.values(), ...types.values(), ...new Set(packages.values())].sort(byName);

  for (const { from, to } of aliases) addAlias(from, to, callables, spawners, types);
  inherit(types, callables);
  inherit(types, spawners);
  for (const map of [callables, spawners, types] as Map<string, KnowledgeEntry>[]) addBareBuiltIns(map);
  return {
    callable: (name) => callables.get(name),
    type: (name) => types.get(name),
    spawner: (name) => spawners.get(name),
    package: (name) => packages.get(name),
    hasModule: (name) => modules.has(name),
    all: () => all,
  };
}

/** Two files of one package (the standard library has many) make one entry; what a file leaves open the other decides. */
function merged(earlier: PackageEntry | undefined, later: PackageEntry): PackageEntry {
  if (earlier?.name !== later.name) return later;
  return {
    ...later,
    modules: [...new Set([...earlier.modules, ...later.modules])],
    freeThreading: later.freeThreading ?? earlier.freeThreading,
    evidence: later.freeThreading ? later.evidence : earlier.evidence,
  };
}

/** Makes the alias and everything under it known, unless that name has an entry of its own. */
function addAlias(from: string, to: string, ...maps: Map<string, KnowledgeEntry>[]): void {
  for (const map of maps) {
    const added: [string, KnowledgeEntry][] = [];
    for (const [name, entry] of map) {
      if (name === to || name.startsWith(`${to}.`)) added.push([from + name.slice(to.length), entry]);
    }
    for (const [name, entry] of added) if (!map.has(name)) map.set(name, entry);
  }
}

/** Makes methods of base types known under the derived type's name, nearest base first. */
function inherit<Entry extends CallableEntry | SpawnerEntry>(types: ReadonlyMap<string, TypeEntry>, entries: Map<string, Entry>): void {
  const methods = new Map<string, [string, Entry][]>();
  for (const [name, entry] of entries) {
    const dot = name.lastIndexOf(".");
    const owner = name.slice(0, dot);
    if (dot < 0 || !types.has(owner)) continue;
    const list = methods.get(owner) ?? [];
    list.push([name.slice(dot + 1), entry]);
    methods.set(owner, list);
  }
  for (const [name, type] of types) {
    const visited = new Set([name, type.name]);
    const pending = [...type.bases];
    for (let base = pending.shift(); base !== undefined; base = pending.shift()) {
      if (visited.has(base)) continue;
      visited.add(base);
      for (const [method, entry] of methods.get(base) ?? []) {
        const inherited = `${name}.${method}`;
        if (!entries.has(inherited)) entries.set(inherited, entry);
      }
      pending.push(...(types.get(base)?.bases ?? []));
    }
  }
}

function addBareBuiltIns<Entry>(map: Map<string, Entry>): void {
  for (const [name, entry] of [...map]) {
    const bare = name.startsWith("builtins.") ? name.slice("builtins.".length) : undefined;
    if (bare !== undefined && !map.has(bare)) map.set(bare, entry);
  }
}

function topLevel(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

function byName(a: KnowledgeEntry, b: KnowledgeEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.entry < b.entry ? -1 : a.entry > b.entry ? 1 : 0;
}
