import { once } from "../base/once.js";
import { builtInFiles } from "./built-in-files.js";
import type { CallFacts } from "./call-facts.js";
import type { CallableEntry, KnowledgeEntry, Origin, PackageEntry, SpawnerEntry, TypeEntry } from "./entry.js";
import { returnedType } from "./evaluate.js";
import { withMeasurement } from "./measured.js";
import { type FileProblem, type KnowledgeFile, readKnowledgeFile, readShippedFile, type ShippedFile, type Unread } from "./read-file.js";
import { standardLibraryModules } from "./stdlib-modules.js";

/** What library calls do to the GIL. Immutable; every lookup is a few map accesses. A name that is not known gives undefined: GIL held, cost unknown. */
export interface Knowledge {
  /** The function, method or class call of that qualified name; `sorted` stands for `builtins.sorted`. Methods are found in the bases of their class, too; a class whose methods exist only at run time, such as a C library's, says what they do under `__getattr__`. */
  callable(qualifiedName: string): CallableEntry | undefined;
  /** The spawner of that qualified name: a call, or the class whose instances or subclasses run elsewhere. */
  spawner(qualifiedName: string): SpawnerEntry | undefined;
  type(qualifiedName: string): TypeEntry | undefined;
  /** The type of what calling that name gives: what its entry says, else, for a class, the class. Undefined when the facts do not decide it. */
  resultType(qualifiedName: string, facts: CallFacts): string | undefined;
  /** The class itself and all its known bases, nearest first. */
  ancestry(typeName: string): readonly TypeEntry[];
  /** Whether one type is, or derives from, the other. */
  isSubtype(typeName: string, ofType: string): boolean;
  /** Whether a top-level module name belongs to the standard library or to a package that has a file here. */
  hasModule(topLevelName: string): boolean;
  /** The distribution that a module comes from; `python` for the standard library. */
  package(module: string): PackageEntry | undefined;
  /** All entries, sorted by name. */
  all(): readonly KnowledgeEntry[];
  /** All callables, sorted by name. */
  callables(): readonly CallableEntry[];
  spawners(): readonly SpawnerEntry[];
  types(): readonly TypeEntry[];
  /** Names of what is called to spawn, or of the decorators that do. */
  spawnerNames(how: "called" | "decorating"): readonly string[];
  /** The types that are one of these, sorted by name. */
  typesThatAre(...roles: readonly TypeEntry["is"]["role"][]): readonly TypeEntry[];
  /** The types whose methods are written by a generator, sorted by name. */
  generatedTypes(): readonly TypeEntry[];
  /** The types that stand for classes of a certain shape; see `ShapedClasses`. */
  shapedTypes(): readonly TypeEntry[];
  packages(): readonly PackageEntry[];
  /** The name under which the thing is known, aliases resolved; the name itself if it has none. */
  canonicalName(qualifiedName: string): string;
}

/** Trouble with one of the files given to `createKnowledge`. */
export interface KnowledgeProblem extends FileProblem {
  /** The file's index in the list that was given. */
  readonly file: number;
}

/** The shipped knowledge with the user's files laid over it; each file is the parsed JSON. Of two files that name the same thing the later one counts. */
export function createKnowledge(files: readonly unknown[]): {
  readonly knowledge: Knowledge;
  readonly problems: readonly KnowledgeProblem[];
} {
  const read = files.map((file) => readKnowledgeFile(file, "user"));
  const problems = read.flatMap((file, index) => file.problems.map((problem) => ({ file: index, ...problem })));
  return { knowledge: read.length === 0 ? builtInKnowledge() : assemble([...builtIn().files, ...read]), problems };
}

/** What the product ships. */
export function builtInKnowledge(): Knowledge {
  return builtIn().knowledge;
}

/** What could not be read of the shipped files; empty, as a test makes sure. */
export function builtInProblems(): readonly { readonly name: string; readonly problem: FileProblem }[] {
  return builtInFiles.flatMap(({ name, content }) =>
    readKnowledgeFile(content, originOf(name)).problems.map((problem) => ({ name, problem })),
  );
}

let memo: { readonly files: readonly ShippedFile[]; readonly knowledge: Knowledge } | undefined;

function builtIn() {
  if (!memo) {
    const files = builtInFiles.map(({ name, content }) => shipped(content, originOf(name))).sort((a, b) => rank(a) - rank(b));
    memo = { files, knowledge: assemble(files) };
  }
  return memo;
}

/** A shipped file whose calls know what was measured of them, and are the same to everybody who asks. */
function shipped(content: object, origin: Origin): ShippedFile {
  const file = readShippedFile(content, origin);
  const callables = [...file.callables].map(([name, { record, read }]) => {
    return [name, { record, read: once(() => withMeasurement(read())) }] as const;
  });
  return { ...file, callables: new Map(callables) };
}

/** The standard library's files are named `python-<part>`. */
function originOf(file: string): Origin {
  return file.startsWith("python-") ? "standard-library" : "package";
}

function rank(file: ShippedFile): number {
  return file.package?.origin === "standard-library" ? 0 : 1;
}

/** Later files override earlier ones. */
function assemble(files: readonly (KnowledgeFile | ShippedFile)[]): Knowledge {
  const callables = new EntryTable<CallableEntry>();
  const spawners = new EntryTable<SpawnerEntry>();
  const types = new EntryTable<TypeEntry>();
  const packages = new Map<string, PackageEntry>();
  const modules = new Map<string, string>();
  const topLevel = new Set(standardLibraryModules);
  const aliases = new Map<string, string>();
  for (const file of files) {
    if (!file.package) continue;
    packages.set(file.package.name, mergePackages(packages.get(file.package.name), file.package));
    for (const module of file.package.modules) {
      modules.set(module, file.package.name);
      topLevel.add(module.split(".", 1)[0] ?? module);
    }
    for (const [alias, name] of file.aliases) aliases.set(alias, name);
    if ("callables" in file) {
      callables.setLater(file.callables);
      spawners.setLater(file.spawners);
      types.setLater(file.types);
      continue;
    }
    for (const entry of file.entries) {
      switch (entry.entry) {
        case "callable":
          callables.set(entry.name, entry);
          break;
        case "spawner":
          spawners.set(entry.name, entry);
          break;
        case "type":
          types.set(entry.name, entry);
          break;
      }
    }
  }

  function canonicalName(name: string): string {
    for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
      const target = aliases.get(end === name.length ? name : name.slice(0, end));
      if (target !== undefined) return target + name.slice(end);
    }
    return name;
  }

  function find<Entry>(entries: Pick<ReadonlyMap<string, Entry>, "get">, qualifiedName: string): Entry | undefined {
    const direct = entries.get(qualifiedName);
    if (direct) return direct;
    const name = canonicalName(qualifiedName);
    const renamed = entries.get(name) ?? entries.get(`builtins.${name}`);
    if (renamed) return renamed;
    const dot = name.lastIndexOf(".");
    if (dot < 0) return undefined;
    const lineage = ancestry(name.slice(0, dot));
    for (const ancestor of lineage) {
      const inherited = entries.get(ancestor.name + name.slice(dot));
      if (inherited) return inherited;
    }
    for (const ancestor of lineage) {
      const dynamic = entries.get(`${ancestor.name}.__getattr__`);
      if (dynamic) return dynamic;
    }
    // `ctypes.cdll.msvcrt.printf`: a library's function, through an object that loads whatever it is asked for.
    const outer = name.lastIndexOf(".", dot - 1);
    return lineage.length > 0 || outer < 0
      ? undefined
      : (entries.get(`${name.slice(0, dot)}.__getattr__`) ?? entries.get(`${name.slice(0, outer)}.__getattr__`));
  }

  function type(qualifiedName: string): TypeEntry | undefined {
    const direct = types.get(qualifiedName);
    if (direct) return direct;
    const name = canonicalName(qualifiedName);
    return types.get(name) ?? types.get(`builtins.${name}`);
  }

  /** Breadth first; a class that is its own ancestor, by mistake or malice, is visited once. */
  function ancestry(typeName: string): readonly TypeEntry[] {
    const first = type(typeName);
    const found = new Set<TypeEntry>(first ? [first] : []);
    for (const each of found) {
      for (const base of each.bases) {
        const entry = type(base);
        if (entry) found.add(entry);
      }
    }
    return [...found];
  }

  function packageOf(module: string): PackageEntry | undefined {
    for (let end = module.length; end > 0; end = module.lastIndexOf(".", end - 1)) {
      const owner = modules.get(module.slice(0, end));
      if (owner) return packages.get(owner);
    }
    return standardLibraryModules.has(module.split(".", 1)[0] ?? module) ? packages.get("python") : undefined;
  }

  const callable = remembering((name: string) => find(callables, name));
  return {
    callable,
    spawner: remembering((name) => find(spawners, name)),
    type,
    resultType: (name, facts) => {
      const returns = callable(name)?.returns ?? [];
      return returns.length > 0 ? returnedType(returns, facts) : type(name)?.name;
    },
    ancestry,
    isSubtype: (typeName, ofType) => {
      const wanted = canonicalName(ofType);
      return canonicalName(typeName) === wanted || ancestry(typeName).some((each) => each.name === wanted || each.bases.includes(wanted));
    },
    package: packageOf,
    hasModule: (name) => topLevel.has(name),
    all: () => [...sorted(callables), ...sorted(spawners), ...sorted(types), ...sorted(packages)].sort(byName),
    callables: () => sorted(callables),
    spawners: () => sorted(spawners),
    types: () => sorted(types),
    spawnerNames: (how) => spawners.namesOf(({ target }) => (target?.at === "decorated") === (how === "decorating")),
    typesThatAre: (...roles) => entriesOf(types, ({ is }) => is !== undefined && roles.includes(is.role)),
    generatedTypes: () => entriesOf(types, ({ generated }) => generated !== undefined),
    shapedTypes: () => entriesOf(types, ({ shape }) => shape !== undefined),
    packages: () => sorted(packages),
    canonicalName,
  };
}

/** Entries by name, of which some are read when they are first asked for. */
class EntryTable<Entry extends { readonly name: string }> {
  private readonly entries = new Map<string, Entry>();
  private readonly unread = new Map<string, Unread<Entry>>();

  set(name: string, entry: Entry): void {
    this.unread.delete(name);
    this.entries.set(name, entry);
  }

  setLater(others: ReadonlyMap<string, Unread<Entry>>): void {
    for (const [name, entry] of others) {
      this.entries.delete(name);
      this.unread.set(name, entry);
    }
  }

  get(name: string): Entry | undefined {
    const known = this.entries.get(name);
    if (known) return known;
    const unread = this.unread.get(name);
    if (unread) this.set(name, unread.read());
    return this.entries.get(name);
  }

  values(): IterableIterator<Entry> {
    for (const name of [...this.unread.keys()]) this.get(name);
    return this.entries.values();
  }

  /** The names of entries that say this in so many words; nothing is read for it. */
  namesOf(isWanted: (said: Partial<Entry>) => boolean): readonly string[] {
    const unread = [...this.unread].filter(([, { record }]) => isWanted(record));
    const read = [...this.entries].filter(([, entry]) => isWanted(entry));
    return [...unread, ...read].map(([name]) => name);
  }
}

/** Enough for the names of a large program; whoever types makes new ones all the time. */
const mostRemembered = 100_000;

/** The same function, which looks each name up once. */
function remembering<Found>(lookup: (name: string) => Found): (name: string) => Found {
  const known = new Map<string, Found>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before as Found;
    if (known.size >= mostRemembered) known.clear();
    const found = lookup(name);
    known.set(name, found);
    return found;
  };
}

/** The parts of the standard library, or a user's addition to a package, count as one package. */
function mergePackages(earlier: PackageEntry | undefined, later: PackageEntry): PackageEntry {
  if (!earlier) return later;
  return {
    ...later,
    modules: [...new Set([...earlier.modules, ...later.modules])],
    freeThreading: later.freeThreading ?? earlier.freeThreading,
    evidence: [...earlier.evidence, ...later.evidence],
  };
}

function sorted<Entry extends { readonly name: string }>(entries: Pick<ReadonlyMap<string, Entry>, "values">): readonly Entry[] {
  return [...entries.values()].sort(byName);
}

function entriesOf<Entry extends { readonly name: string }>(
  table: EntryTable<Entry>,
  isWanted: (said: Partial<Entry>) => boolean,
): readonly Entry[] {
  return table
    .namesOf(isWanted)
    .flatMap((name) => table.get(name) ?? [])
    .sort(byName);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
