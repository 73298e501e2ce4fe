import * as v from "valibot";
import { once } from "../base/once.js";
import type {
  CallableEntry,
  CallableFacts,
  Evidence,
  GilRule,
  KnowledgeEntry,
  Origin,
  PackageEntry,
  SpawnerEntry,
  TypeEntry,
} from "./entry.js";
import {
  type AliasRecord,
  aliasRecord,
  type CallableRecord,
  callableRecord,
  type EvidenceReferences,
  packageRecord,
  type SpawnerRecord,
  sourceRecord,
  spawnerRecord,
  type TypeRecord,
  typeRecord,
} from "./schema.js";

/** Something in a knowledge file that could not be used; the rest of the file still is. */
export interface FileProblem {
  /** The JSON pointer (RFC 6901) of the value at fault; empty for the whole file. */
  readonly pointer: string;
  /** What is wrong with that value; of the whole file, the rest of a sentence that starts with it. */
  readonly message: string;
}

/** What one knowledge file says, as far as it could be read. */
export interface KnowledgeFile {
  readonly package: PackageEntry | undefined;
  readonly entries: readonly Exclude<KnowledgeEntry, PackageEntry>[];
  /** Other paths to the same things: alias to name. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
}

/** What stands behind names in lists of evidence. */
type Sources = Pick<ReadonlyMap<string, Evidence>, "get">;

/** Beyond these sizes a file is refused as a whole: knowledge is written by people. */
const limits = { values: 400_000, depth: 24, records: 20_000, problems: 100 } as const;

/**
 * Reads the JSON value of one knowledge file. Never throws: what does not fit the format is left out and reported. A record that lists a
 * name a second time loses that name.
 */
export function readKnowledgeFile(value: unknown, origin: Origin): KnowledgeFile {
  const problems: FileProblem[] = [];
  const refusal = tooLarge(value);
  if (refusal) return { package: undefined, entries: [], aliases: new Map(), problems: [{ pointer: "", message: refusal }] };
  if (!isRecord(value)) {
    return { package: undefined, entries: [], aliases: new Map(), problems: [{ pointer: "", message: "is no JSON object" }] };
  }
  const known = ["$schema", "package", "sources", "aliases", "callables", "spawners", "types"];
  for (const key of Object.keys(value)) if (!known.includes(key)) problems.push({ pointer: pointer([key]), message: "unknown section" });

  const sources = readSources(value.sources, problems);
  const owner = readPackage(value.package, origin, sources, problems);
  if (!owner) return { package: undefined, entries: [], aliases: new Map(), problems: capped(problems) };
  const entries: Exclude<KnowledgeEntry, PackageEntry>[] = [];
  const taken = { callables: new Set<string>(), spawners: new Set<string>(), types: new Set<string>() };

  each(value.callables, "callables", callableRecord, problems, (record, path) => {
    const evidence = resolve(record.evidence, sources, path, problems);
    if (!evidence) return;
    const facts = callableFacts(record, owner, evidence);
    for (const name of fresh(record.names, taken.callables, path, problems)) entries.push({ ...facts, name });
  });

  each(value.spawners, "spawners", spawnerRecord, problems, (record, path) => {
    const evidence = resolve(record.evidence, sources, path, problems);
    if (!evidence) return;
    const facts = spawnerFacts(record, owner, evidence);
    for (const name of fresh(record.names, taken.spawners, path, problems)) entries.push({ ...facts, name });
  });

  each(value.types, "types", typeRecord, problems, (record, path) => {
    const evidence = resolve(record.evidence, sources, path, problems);
    if (!evidence) return;
    const { sharedByThreads } = record;
    const shared = sharedByThreads && resolve(sharedByThreads.evidence, sources, [...path, "sharedByThreads"], problems);
    if (sharedByThreads && !shared) return;
    const facts = typeFacts(record, owner, { ofType: evidence, ofSharing: shared });
    for (const name of fresh(record.names, taken.types, path, problems)) entries.push({ ...facts, name });
  });

  const aliases = new Map<string, string>();
  each(value.aliases, "aliases", aliasRecord, problems, (record) => aliases.set(record.alias, record.name));
  return { package: owner, entries, aliases, problems: capped(problems) };
}

/** What a shipped file says; its entries, of which there are thousands and a program uses few, by name, each read when it is asked for. */
export interface ShippedFile extends Pick<KnowledgeFile, "package" | "aliases"> {
  readonly callables: Later<CallableEntry>;
  readonly spawners: Later<SpawnerEntry>;
  readonly types: Later<TypeEntry>;
}

type Later<Entry> = ReadonlyMap<string, Unread<Entry>>;

/** An entry that is read when it is asked for. */
export interface Unread<Entry> {
  /** What it says in so many words, without what is meant where nothing is said. */
  readonly record: Partial<Entry>;
  read(): Entry;
}

/** Reads a file that is known to fit the format. */
export function readShippedFile(value: object, origin: Origin): ShippedFile {
  const file = value as Readonly<Record<"package" | "sources" | "callables" | "spawners" | "types" | "aliases", unknown>>;
  const problems: FileProblem[] = [];
  const sources = sourcesOnDemand(file.sources, problems);
  const read = readPackage(file.package, origin, sources, problems);
  const fitting = <Value>(found: Value | undefined): Value => {
    if (found === undefined) throw new Error(`what is shipped of ${read?.name} does not fit the format: ${JSON.stringify(problems)}`);
    return found;
  };
  const owner = fitting(read);
  const evidenceOf = (references: EvidenceReferences): readonly Evidence[] => fitting(resolve(references, sources, [], problems));
  const recordOf = <Schema extends v.GenericSchema>(schema: Schema, record: unknown): v.InferOutput<Schema> =>
    fitting(check(schema, record, [], problems));
  return {
    package: owner,
    callables: later(file.callables, (item) => {
      const record = recordOf(callableRecord, item);
      return callableFacts(record, owner, evidenceOf(record.evidence));
    }),
    spawners: later(file.spawners, (item) => {
      const record = recordOf(spawnerRecord, item);
      return spawnerFacts(record, owner, evidenceOf(record.evidence));
    }),
    types: later(file.types, (item) => {
      const record = recordOf(typeRecord, item);
      const { evidence, sharedByThreads } = record;
      return typeFacts(record, owner, { ofType: evidenceOf(evidence), ofSharing: sharedByThreads && evidenceOf(sharedByThreads.evidence) });
    }),
    aliases: new Map(((file.aliases ?? []) as readonly AliasRecord[]).map(({ alias, name }) => [alias, name])),
  };
}

/** The entries of a section's names; what a record says is read once for all of its names. */
function later<Facts>(records: unknown, read: (record: unknown) => Facts): Later<Facts & { readonly name: string }> {
  const entries = new Map<string, Unread<Facts & { readonly name: string }>>();
  for (const record of (records ?? []) as readonly { readonly names: readonly string[] }[]) {
    const facts = once(() => read(record));
    // A record calls what it says as its entry does.
    const said = record as unknown as Partial<Facts & { readonly name: string }>;
    for (const name of record.names) entries.set(name, { record: said, read: once(() => ({ ...facts(), name })) });
  }
  return entries;
}

/** What the record of a call says of each of its names. */
function callableFacts(record: CallableRecord, owner: PackageEntry, evidence: readonly Evidence[]): Omit<CallableEntry, "name"> & GilRule {
  const { gil, cases, otherwise, returns, invokes, waits, ownThreads } = record;
  const rule: GilRule = gil === "conditional" ? { gil, cases: cases ?? [], otherwise: otherwise ?? "holds" } : { gil };
  const facts: Omit<CallableFacts, "name"> = {
    entry: "callable",
    package: owner.name,
    kind: record.kind,
    style: record.style,
    waits: waits && { for: waits.for, unless: waits.unless, timeout: waits.timeout, releases: waits.releases },
    cost: record.cost,
    returns: typeof returns === "string" ? [{ when: [], type: returns }] : returns,
    invokes: invokes.map((each) => ({ callback: each.callback, perElementOf: each.perElementOf, gives: each.gives, during: each.during })),
    ownThreads: ownThreads && { ...ownThreads, fromElements: ownThreads.fromElements },
    compiles: record.compiles,
    block: record.block,
    note: record.note,
    freeThreaded: record.freeThreaded,
    measuredOtherwise: record.measuredOtherwise,
    evidence,
  };
  return { ...facts, ...rule };
}

/** What the record of a spawner says of each of its names. */
function spawnerFacts(record: SpawnerRecord, owner: PackageEntry, evidence: readonly Evidence[]): Omit<SpawnerEntry, "name"> {
  const { names: _, passing, ...rest } = record;
  return {
    ...rest,
    entry: "spawner",
    package: owner.name,
    passing:
      passing.pass === "tuple"
        ? { pass: "tuple", args: passing.args, kwargs: passing.kwargs }
        : passing.pass === "from-library"
          ? { pass: "from-library", type: passing.type }
          : passing,
    note: rest.note,
    evidence,
  };
}

/** What the record of a type says of each of its names. */
function typeFacts(
  record: TypeRecord,
  owner: PackageEntry,
  evidence: { readonly ofType: readonly Evidence[]; readonly ofSharing: readonly Evidence[] | undefined },
): Omit<TypeEntry, "name"> {
  const { names: _, is, attributes, sharedByThreads, ...rest } = record;
  return {
    ...rest,
    entry: "type",
    package: owner.name,
    is: is.role === "executor" ? { ...is, size: is.size } : is.role === "queue" ? { ...is, capacity: is.capacity } : is,
    attributes: new Map(Object.entries(attributes)),
    generated: rest.generated,
    shape: rest.shape && { ...rest.shape, methods: new Map(Object.entries(rest.shape.methods)) },
    sharedByThreads: sharedByThreads && evidence.ofSharing ? { ...sharedByThreads, evidence: evidence.ofSharing } : undefined,
    yields: rest.yields,
    enters: rest.enters,
    note: rest.note,
    freeThreaded: rest.freeThreaded,
    evidence: evidence.ofType,
  };
}

/** Why the value is refused unread, or undefined. Walks with a bounded stack, so that depth cannot exhaust ours. */
function tooLarge(value: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth >= limits.depth) return `is nested more than ${limits.depth} levels deep`;
    const children = Object.values(next.value);
    values += children.length;
    if (values > limits.values) return `holds more than ${limits.values} values`;
    for (const child of children) open.push({ value: child, depth: next.depth + 1 });
  }
  return undefined;
}

function readSources(value: unknown, problems: FileProblem[]): ReadonlyMap<string, Evidence> {
  const sources = new Map<string, Evidence>();
  if (value === undefined) return sources;
  if (!isRecord(value)) {
    problems.push({ pointer: "/sources", message: "expected an object" });
    return sources;
  }
  for (const [name, source] of Object.entries(value)) {
    const read = check(sourceRecord, source, ["sources", name], problems);
    if (read) sources.set(name, read);
  }
  return sources;
}

/** The sources of a file that is known to fit the format, each read when it is named. */
function sourcesOnDemand(value: unknown, problems: FileProblem[]): Sources {
  const unread = (value ?? {}) as Readonly<Record<string, unknown>>;
  const read = new Map<string, Evidence | undefined>();
  return {
    get(name) {
      if (!read.has(name)) read.set(name, Object.hasOwn(unread, name) ? check(sourceRecord, unread[name], [], problems) : undefined);
      return read.get(name);
    },
  };
}

function readPackage(value: unknown, origin: Origin, sources: Sources, problems: FileProblem[]): PackageEntry | undefined {
  const read = check(packageRecord, value, ["package"], problems);
  const evidence = read && resolve(read.evidence, sources, ["package"], problems);
  if (!read || !evidence) return undefined;
  const support = read.freeThreading;
  return {
    entry: "package",
    name: read.name,
    origin,
    modules: read.modules,
    freeThreading: support && { support: support.support, since: support.since, note: support.note },
    evidence,
  };
}

function each<Schema extends v.GenericSchema>(
  value: unknown,
  section: string,
  schema: Schema,
  problems: FileProblem[],
  take: (record: v.InferOutput<Schema>, path: readonly (string | number)[]) => void,
): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) {
    problems.push({ pointer: pointer([section]), message: "expected a list" });
    return;
  }
  if (value.length > limits.records) {
    problems.push({ pointer: pointer([section]), message: `has ${value.length} records; at most ${limits.records} are read` });
    return;
  }
  value.forEach((item: unknown, index) => {
    const path = [section, index];
    const record = check(schema, item, path, problems);
    if (record !== undefined) take(record, path);
  });
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  path: readonly (string | number)[],
  problems: FileProblem[],
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const inner = (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
    problems.push({ pointer: pointer([...path, ...inner]), message: shortened(issue.message) });
  }
  return undefined;
}

/** The evidence with names replaced by what they stand for; undefined, and a problem, when a name stands for nothing. */
function resolve(
  references: EvidenceReferences,
  sources: Sources,
  path: readonly (string | number)[],
  problems: FileProblem[],
): readonly Evidence[] | undefined {
  const resolved: Evidence[] = [];
  for (const [index, reference] of references.entries()) {
    const evidence = typeof reference === "string" ? sources.get(reference) : reference;
    if (evidence) resolved.push(evidence);
    else problems.push({ pointer: pointer([...path, "evidence", index]), message: `no source is called ${JSON.stringify(reference)}` });
  }
  return resolved.length > 0 ? resolved : undefined;
}

/** The names not taken by an earlier record; each other one is a problem. */
function fresh(
  names: readonly string[],
  taken: Set<string>,
  path: readonly (string | number)[],
  problems: FileProblem[],
): readonly string[] {
  return names.filter((name, index) => {
    if (taken.has(name)) {
      problems.push({ pointer: pointer([...path, "names", index]), message: `${name} has an entry already` });
      return false;
    }
    taken.add(name);
    return true;
  });
}

function pointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${shortened(String(key)).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function shortened(message: string): string {
  return message.length > 300 ? `${message.slice(0, 300)}…` : message;
}

function capped(problems: readonly FileProblem[]): readonly FileProblem[] {
  if (problems.length <= limits.problems) return problems;
  return [...problems.slice(0, limits.problems), { pointer: "", message: `has ${problems.length - limits.problems} more problems` }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
