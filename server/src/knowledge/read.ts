import * as v from "valibot";
import { type Interval, interval } from "../base/interval.js";
import type { Condition } from "./condition.js";
import type { CallableEntry, Evidence, KnowledgeEntry, Origin, PackageEntry, PoolSize, SpawnerEntry, TypeEntry, ValuePlace } from "./entry.js";

/** Something wrong with a knowledge file. The rest of the file counts all the same. */
export interface KnowledgeProblem {
  /** Which of the given files, from 0. */
  readonly file: number;
  /** Where in the file, as a JSON pointer: `/callables/3/evidence`. */
  readonly pointer: string;
  readonly message: string;
}

/** Another name for the same thing: `io.open` for `builtins.open`. */
export interface Alias {
  readonly from: string;
  readonly to: string;
}

/** What one file says, one entry for each name. */
export interface KnowledgeFile {
  readonly package: PackageEntry | undefined;
  readonly entries: readonly Exclude<KnowledgeEntry, PackageEntry>[];
  readonly aliases: readonly Alias[];
  readonly problems: readonly Omit<KnowledgeProblem, "file">[];
}

/** Files above these sizes are refused as a whole: no knowledge needs them, and reading them would stall the editor. */
export const limits = { characters: 4_000_000, values: 400_000, depth: 24, names: 20_000, problems: 50 } as const;

/** The JSON value of a knowledge file's text, or why it has none. */
export function parseKnowledgeText(text: string): { readonly file: unknown } | { readonly problem: string } {
  if (text.length > limits.characters) return { problem: `The file has ${text.length} characters; at most ${limits.characters} are read.` };
  try {
    return { file: JSON.parse(text) };
  } catch (error) {
    return { problem: `Not valid JSON: ${error instanceof Error ? error.message : "it does not parse"}.` };
  }
}

/** Reads a file's JSON value. Never throws: what is wrong is left out and told as a problem. */
export function readKnowledgeFile(value: unknown, origin: Origin): KnowledgeFile {
  const refused = refusal(value);
  if (refused) return { package: undefined, entries: [], aliases: [], problems: [refused] };
  const problems: Omit<KnowledgeProblem, "file">[] = [];
  const report = (pointer: string, message: string): void => {
    if (problems.length < limits.problems) problems.push({ pointer, message });
    else if (problems.length === limits.problems) problems.push({ pointer: "", message: "There are more problems than are listed." });
  };

  const header = parse(headerSchema, value, "", report);
  if (!header) return { package: undefined, entries: [], aliases: [], problems };
  for (const key of Object.keys(value as object)) {
    if (!Object.hasOwn(headerSchema.entries, key)) report(`/${escapePointer(key)}`, "This property is not known and is ignored.");
  }

  const shared = new Map<string, Evidence>();
  for (const [id, raw] of Object.entries(header.evidence ?? {})) {
    const evidence = parse(evidenceSchema, raw, `/evidence/${escapePointer(id)}`, report);
    if (evidence) shared.set(id, evidence);
  }
  const resolve = (references: readonly (string | Evidence)[], pointer: string): Evidence[] => {
    const found: Evidence[] = [];
    references.forEach((reference, index) => {
      const evidence = typeof reference === "string" ? shared.get(reference) : reference;
      if (evidence) found.push(evidence);
      else report(`${pointer}/${index}`, `The file's "evidence" has no "${reference}".`);
    });
    return found;
  };

  const entries: Exclude<KnowledgeEntry, PackageEntry>[] = [];
  const seen = new Set<string>();
  let names = 0;
  const read = <Entry extends CallableEntry | SpawnerEntry | TypeEntry>(
    section: "callables" | "spawners" | "types",
    schema: EntrySchema,
    make: (raw: never, name: string, evidence: readonly Evidence[]) => Entry,
  ): void => {
    (header[section] ?? []).forEach((raw, index) => {
      const pointer = `/${section}/${index}`;
      const parsed = parse(schema, raw, pointer, report) as { names: string[]; evidence: (string | Evidence)[] } | undefined;
      if (!parsed) return;
      const evidence = resolve(parsed.evidence, `${pointer}/evidence`);
      if (evidence.length === 0) return report(`${pointer}/evidence`, "An entry without evidence is not used.");
      parsed.names.forEach((name, position) => {
        const at = `${pointer}/names/${position}`;
        if (seen.has(`${section} ${name}`)) return report(at, `"${name}" is described twice in this file; the first description is used.`);
        if (++names > limits.names) {
          if (names === limits.names + 1) report(at, `The file describes more than ${limits.names} names; the rest is not used.`);
          return;
        }
        seen.add(`${section} ${name}`);
        entries.push(make(parsed as never, name, evidence));
      });
    });
  };
  read("callables", callableSchema, (raw, name, evidence) => callableEntry(raw, name, header.package, evidence));
  read("spawners", spawnerSchema, (raw, name, evidence) => spawnerEntry(raw, name, header.package, evidence));
  read("types", typeSchema, (raw, name, evidence) => typeEntry(raw, name, header.package, evidence));

  const aliases: Alias[] = [];
  (header.aliases ?? []).forEach((raw, index) => {
    const alias = parse(aliasSchema, raw, `/aliases/${index}`, report);
    if (alias) aliases.push(alias);
  });

  const about: PackageEntry = {
    entry: "package",
    name: header.package,
    origin,
    modules: header.modules,
    freeThreading: header.freeThreading && {
      support: header.freeThreading.support,
      since: header.freeThreading.since,
      note: header.freeThreading.note,
    },
    evidence: header.freeThreading ? resolve(header.freeThreading.evidence, "/freeThreading/evidence") : [],
  };
  return { package: about, entries, aliases, problems };
}

/** Why the value as a whole is not read, before anything else looks at it. */
function refusal(value: unknown): Omit<KnowledgeProblem, "file"> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { pointer: "", message: "A knowledge file is a JSON object." };
  }
  let count = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth) return { pointer: "", message: `The file is nested deeper than ${limits.depth} levels and is not read.` };
    const next: unknown[] = [];
    for (const each of level) {
      const children = Array.isArray(each) ? each : Object.values(each as object);
      count += children.length;
      if (count > limits.values) return { pointer: "", message: `The file has more than ${limits.values} values and is not read.` };
      for (const child of children) if (typeof child === "object" && child !== null) next.push(child);
    }
    level = next;
  }
  return undefined;
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  pointer: string,
  report: (pointer: string, message: string) => void,
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues.slice(0, 3)) {
    const path = (issue.path ?? []).map((item) => `/${escapePointer(String(item.key))}`).join("");
    report(pointer + path, issue.message);
  }
  return undefined;
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

// What a file may hold. Objects are strict, so that a misspelt property is told instead of ignored.

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(1000));
const qualifiedName = v.pipe(v.string(), v.maxLength(200), v.regex(/^[^\W\d]\w*(\.[^\W\d]\w*)*$/u, "A qualified name such as package.Class.method."));
const version = v.pipe(v.string(), v.maxLength(30), v.regex(/^\d+(\.\d+)*/, "A version such as 3.12."));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const names = v.pipe(v.array(qualifiedName), v.minLength(1), v.maxLength(2000));
const nameList = v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(200));
const literal = v.union([v.string(), v.number(), v.boolean(), v.null()]);
const keyword = v.pipe(v.string(), v.regex(/^[^\W\d]\w*$/u, "An argument name."));

const intervalSchema = v.pipe(
  v.tuple([v.number(), v.number(), v.number()]),
  v.check(([low, likely, high]) => 0 <= low && low <= likely && likely <= high && high < 1e15, "Three numbers that do not fall: [low, likely, high]."),
  v.transform(([low, likely, high]): Interval => interval(low, likely, high)),
);

const placeSchema: v.GenericSchema<unknown, ValuePlace> = v.union([
  v.literal("receiver"),
  v.strictObject({ position: v.pipe(size, v.maxValue(50)) }),
  v.strictObject({ keyword }),
  v.strictObject({ position: v.pipe(size, v.maxValue(50)), keyword }),
]);

const range = { of: placeSchema, atLeast: v.exactOptional(size), below: v.exactOptional(size) };
const versions = { from: v.exactOptional(version), before: v.exactOptional(version) };

const conditionSchema: v.GenericSchema<unknown, Condition> = v.lazy(() => conditionVariants);
const conditionVariants: v.GenericSchema<unknown, Condition> = v.variant("test", [
  v.strictObject({ test: v.literal("bytes"), ...range }),
  v.strictObject({ test: v.literal("elements"), ...range }),
  v.strictObject({ test: v.literal("given"), of: placeSchema }),
  v.strictObject({ test: v.literal("equals"), of: placeSchema, value: literal, default: v.exactOptional(literal) }),
  v.strictObject({ test: v.literal("contains"), of: placeSchema, part: text, default: v.exactOptional(v.string()) }),
  v.strictObject({ test: v.literal("type"), of: placeSchema, in: names }),
  v.strictObject({ test: v.literal("dtype"), of: placeSchema, in: v.array(v.picklist(["number", "bool", "datetime", "str", "object"])) }),
  v.strictObject({ test: v.literal("callback"), of: placeSchema, is: v.picklist(["python", "native"]) }),
  v.strictObject({ test: v.literal("python"), ...versions }),
  v.strictObject({ test: v.literal("package-version"), ...versions }),
  v.strictObject({ test: v.literal("platform"), in: v.array(v.picklist(["linux", "macos", "windows", "other-posix"])) }),
  v.strictObject({ test: v.literal("implementation"), in: v.array(v.picklist(["cpython", "pypy", "jython", "ironpython"])) }),
  v.strictObject({ test: v.literal("build"), is: v.picklist(["gil", "free-threaded"]) }),
  v.strictObject({ test: v.literal("at-run-time"), what: text }),
  v.strictObject({ test: v.literal("not"), condition: conditionSchema }),
  v.strictObject({ test: v.literal("any"), conditions: v.pipe(v.array(conditionSchema), v.minLength(1), v.maxLength(20)) }),
]);
const conditions = v.pipe(v.array(conditionSchema), v.maxLength(20));

const evidenceSchema = v.strictObject({
  kind: v.picklist(["source", "docs", "measured", "issue"]),
  place: text,
  says: text,
  date: v.pipe(v.string(), v.isoDate("A date such as 2026-11-21.")),
});
const evidenceList = v.pipe(v.array(v.union([v.string(), evidenceSchema])), v.minLength(1, "An entry needs evidence."), v.maxLength(20));

const spends = v.optional(v.picklist(["call", "interpreter", "wait"]), "call");
const costSchema = v.strictObject({
  from: v.picklist(["measured", "default"]),
  terms: v.pipe(
    v.array(
      v.variant("term", [
        v.strictObject({ term: v.literal("fixed"), spends, ns: intervalSchema }),
        v.strictObject({ term: v.picklist(["per-byte", "per-element", "n-log-n"]), spends, ns: intervalSchema, of: placeSchema }),
        v.strictObject({ term: v.literal("argument"), spends, nsPerUnit: v.pipe(v.number(), v.minValue(0), v.maxValue(1e15)), of: placeSchema }),
      ]),
    ),
    v.minLength(1),
    v.maxLength(10),
  ),
});

const returnsSchema = v.union([
  qualifiedName,
  v.pipe(v.array(v.strictObject({ when: v.optional(conditions, []), type: qualifiedName })), v.minLength(1), v.maxLength(10)),
]);
const effect = v.picklist(["releases", "holds", "runs-python"]);
const kind = v.picklist(["io-wait", "sleep", "sync-wait", "process-wait", "cpu-native", "cpu-python"]);

const callableCommon = {
  names,
  kind,
  style: v.optional(v.picklist(["blocking", "awaitable"]), "blocking"),
  cost: v.exactOptional(costSchema),
  returns: v.exactOptional(returnsSchema),
  invokes: v.optional(
    v.array(
      v.strictObject({
        callback: placeSchema,
        perElementOf: v.exactOptional(placeSchema),
        during: v.optional(v.picklist(["call", "iteration"]), "call"),
      }),
    ),
    [],
  ),
  ownThreads: v.exactOptional(
    v.strictObject({ library: text, count: v.picklist(["all-cores", "some-cores", "on-request"]), limitedBy: v.array(text) }),
  ),
  note: v.exactOptional(text),
  freeThreaded: v.exactOptional(text),
  evidence: evidenceList,
};
const callableSchema = v.variant("gil", [
  v.strictObject({ gil: effect, ...callableCommon }),
  v.strictObject({
    gil: v.literal("conditional"),
    cases: v.pipe(v.array(v.strictObject({ when: v.pipe(conditions, v.minLength(1)), gil: effect })), v.minLength(1), v.maxLength(20)),
    otherwise: effect,
    ...callableCommon,
  }),
]);

const worker = v.picklist(["thread", "process", "interpreter", "event-loop-task", "callback-in-caller"]);
const poolSizes: v.GenericSchema<unknown, PoolSize[]> = v.array(
  v.strictObject({
    when: v.optional(conditions, []),
    size: v.picklist(["cores", "cores-plus-4-at-most-32", "five-per-core", "forty", "one"]),
  }),
);
const onExit = v.picklist(["waits", "terminates", "nothing"]);
const spawnerSchema = v.strictObject({
  names,
  worker,
  workerCases: v.optional(v.array(v.strictObject({ when: v.pipe(conditions, v.minLength(1)), worker })), []),
  startedBy: v.optional(v.union([v.literal("call"), nameList]), "call"),
  target: v.variant("at", [
    v.strictObject({ at: v.literal("argument"), of: placeSchema }),
    v.strictObject({ at: v.literal("coroutine"), of: placeSchema, every: v.optional(v.boolean(), false) }),
    v.strictObject({ at: v.literal("method-of-argument"), of: placeSchema, methods: nameList }),
    v.strictObject({ at: v.literal("decorated") }),
    v.strictObject({ at: v.literal("delayed-calls"), of: placeSchema }),
  ]),
  passing: v.variant("pass", [
    v.strictObject({ pass: v.literal("none") }),
    v.strictObject({ pass: v.literal("rest"), from: size }),
    v.pipe(
      v.strictObject({ pass: v.literal("tuple"), args: placeSchema, kwargs: v.exactOptional(placeSchema) }),
      v.transform((raw) => ({ ...raw, kwargs: raw.kwargs })),
    ),
    v.strictObject({ pass: v.literal("elements"), from: size }),
    v.strictObject({ pass: v.picklist(["element", "unpacked-element"]), of: placeSchema }),
    v.pipe(
      v.strictObject({ pass: v.literal("from-library"), type: v.exactOptional(qualifiedName) }),
      v.transform((raw) => ({ ...raw, type: raw.type })),
    ),
  ]),
  concurrency: v.variant("width", [
    v.strictObject({ width: v.literal("one-per-call") }),
    v.strictObject({ width: v.literal("pool"), of: placeSchema }),
    v.strictObject({ width: v.literal("argument"), of: placeSchema, default: poolSizes }),
    v.strictObject({ width: v.literal("hidden-pool"), default: poolSizes }),
    v.strictObject({ width: v.literal("unbounded") }),
  ]),
  tasks: v.optional(v.picklist(["one", "per-element"]), "one"),
  joinedBy: v.optional(nameList, []),
  onExit: v.optional(onExit, "nothing"),
  escapes: v.optional(v.picklist(["yes", "no"]), "yes"),
  note: v.exactOptional(text),
  evidence: evidenceList,
});

const scope = v.picklist(["threads", "processes", "tasks"]);
const roleSchema = v.variant("role", [
  v.strictObject({
    role: v.literal("lock"),
    scope,
    reentrant: v.picklist(["yes", "no"]),
    exclusiveWhen: v.optional(conditions, []),
    acquire: v.optional(nameList, ["acquire"]),
    release: v.optional(nameList, ["release"]),
  }),
  v.strictObject({ role: v.literal("condition"), scope, lock: placeSchema, defaultLock: qualifiedName, wait: nameList }),
  v.strictObject({ role: v.literal("event"), scope, set: nameList, wait: nameList }),
  v.strictObject({ role: v.literal("barrier"), scope, wait: nameList }),
  v.strictObject({ role: v.literal("queue"), scope, put: nameList, get: nameList }),
  v.strictObject({ role: v.literal("thread-local") }),
  v.pipe(
    v.strictObject({
      role: v.literal("executor"),
      worker,
      size: v.exactOptional(placeSchema),
      defaultSize: poolSizes,
      shutdown: nameList,
      onExit,
    }),
    v.transform((raw) => ({ ...raw, size: raw.size })),
  ),
  v.strictObject({ role: v.literal("worker"), worker, start: nameList, join: nameList, runs: v.optional(nameList, ["run"]) }),
  v.strictObject({ role: v.literal("handler"), worker, methods: nameList }),
  v.strictObject({ role: v.literal("future"), wait: nameList }),
  v.strictObject({ role: v.picklist(["container", "iterator", "value"]) }),
]);
const typeSchema = v.strictObject({
  names,
  bases: v.optional(v.pipe(v.array(qualifiedName), v.maxLength(20)), []),
  is: v.optional(roleSchema, { role: "value" }),
  sharing: v.optional(v.picklist(["safe", "per-method", "confined", "unsafe", "unknown"]), "unknown"),
  atomicMethods: v.optional(nameList, []),
  pickles: v.optional(v.picklist(["yes", "no", "by-inheritance", "if-contents", "unknown"]), "unknown"),
  attributes: v.optional(v.record(v.string(), qualifiedName), {}),
  yields: v.exactOptional(qualifiedName),
  enters: v.exactOptional(qualifiedName),
  note: v.exactOptional(text),
  freeThreaded: v.exactOptional(text),
  evidence: evidenceList,
});
const aliasSchema = v.strictObject({ from: qualifiedName, to: qualifiedName });

const headerSchema = v.object({
  $schema: v.exactOptional(v.string()),
  package: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  modules: v.pipe(v.array(qualifiedName), v.maxLength(200)),
  freeThreading: v.exactOptional(
    v.strictObject({
      support: v.picklist(["supported", "experimental", "reenables-gil", "unknown"]),
      since: v.exactOptional(version),
      note: v.exactOptional(text),
      evidence: evidenceList,
    }),
  ),
  evidence: v.exactOptional(v.record(v.string(), v.unknown())),
  callables: v.exactOptional(v.array(v.unknown())),
  spawners: v.exactOptional(v.array(v.unknown())),
  types: v.exactOptional(v.array(v.unknown())),
  aliases: v.exactOptional(v.array(v.unknown())),
});
type EntrySchema = typeof callableSchema | typeof spawnerSchema | typeof typeSchema;

function callableEntry(raw: v.InferOutput<typeof callableSchema>, name: string, packageName: string, evidence: readonly Evidence[]): CallableEntry {
  const facts = {
    entry: "callable",
    name,
    package: packageName,
    kind: raw.kind,
    style: raw.style,
    cost: raw.cost,
    returns: typeof raw.returns === "string" ? [{ when: [], type: raw.returns }] : (raw.returns ?? []),
    invokes: raw.invokes.map((each) => ({ callback: each.callback, perElementOf: each.perElementOf, during: each.during })),
    ownThreads: raw.ownThreads,
    note: raw.note,
    freeThreaded: raw.freeThreaded,
    evidence,
  } as const;
  return raw.gil === "conditional" ? { ...facts, gil: raw.gil, cases: raw.cases, otherwise: raw.otherwise } : { ...facts, gil: raw.gil };
}

function spawnerEntry(raw: v.InferOutput<typeof spawnerSchema>, name: string, packageName: string, evidence: readonly Evidence[]): SpawnerEntry {
  const { names: _names, ...rest } = raw;
  return { ...rest, entry: "spawner", name, package: packageName, note: raw.note, evidence };
}

function typeEntry(raw: v.InferOutput<typeof typeSchema>, name: string, packageName: string, evidence: readonly Evidence[]): TypeEntry {
  const { names: _names, ...rest } = raw;
  return {
    ...rest,
    entry: "type",
    name,
    package: packageName,
    yields: raw.yields,
    enters: raw.enters,
    note: raw.note,
    freeThreaded: raw.freeThreaded,
    evidence,
  };
}
