import * as v from "valibot";
import { type Interval, interval } from "../base/interval.js";
import type { Condition } from "./condition.js";
import type { ValuePlace } from "./entry.js";

/**
 * The format of a knowledge file, built-in and user's alike. Absent fields have the harmless meaning; unknown fields are errors, so that a
 * misspelt condition is never silently dropped. Texts and lists are bounded: a file is data from outside.
 */

const longestText = 2000;
const longestList = 2000;

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(longestText));
const date = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date such as 2026-11-21"));
const version = v.pipe(v.string(), v.maxLength(40), v.regex(/^\d+(\.\d+)*$/, "expected a version such as 3.12"));
const identifier = v.pipe(v.string(), v.maxLength(200), v.regex(/^[\p{L}_][\p{L}\p{N}_]*$/u, "expected a Python name"));
const qualifiedName = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u, "expected a qualified Python name such as zlib.compress"),
);
const identifiers = list(identifier);
const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Three numbers, `[low, likely, high]`, in this order and not negative. */
const spread: v.GenericSchema<unknown, Interval> = v.pipe(
  v.tuple([v.number(), v.number(), v.number()]),
  v.check(
    ([low, likely, high]) => Number.isFinite(high) && 0 <= low && low <= likely && likely <= high,
    "expected [low, likely, high] in rising order",
  ),
  v.transform(([low, likely, high]) => interval(low, likely, high)),
);

const place: v.GenericSchema<unknown, ValuePlace> = v.union([
  v.pipe(
    v.strictObject({ position: v.exactOptional(position), keyword: v.exactOptional(identifier) }),
    v.check((value) => value.position !== undefined || value.keyword !== undefined, "expected a position, a keyword or both"),
  ),
  v.literal("receiver"),
]);

const literal = v.union([v.pipe(v.string(), v.maxLength(200)), v.pipe(v.number(), v.finite()), v.boolean(), v.null()]);

const versions = { from: v.exactOptional(version), before: v.exactOptional(version) };
const sizes = { of: place, atLeast: v.exactOptional(count), below: v.exactOptional(count) };

const condition: v.GenericSchema<unknown, Condition> = v.variant("test", [
  v.strictObject({ test: v.literal("bytes"), ...sizes }),
  v.strictObject({ test: v.literal("elements"), ...sizes }),
  v.strictObject({ test: v.literal("given"), of: place }),
  v.strictObject({ test: v.literal("equals"), of: place, value: literal, default: v.exactOptional(literal) }),
  v.strictObject({ test: v.literal("contains"), of: place, part: text, default: v.exactOptional(v.string()) }),
  v.strictObject({ test: v.literal("type"), of: place, in: list(qualifiedName) }),
  v.strictObject({ test: v.literal("dtype"), of: place, in: list(v.picklist(["number", "bool", "datetime", "str", "object"])) }),
  v.strictObject({ test: v.literal("callback"), of: place, is: v.picklist(["python", "native"]) }),
  v.strictObject({ test: v.literal("python"), ...versions }),
  v.strictObject({ test: v.literal("package-version"), ...versions }),
  v.strictObject({ test: v.literal("platform"), in: list(v.picklist(["linux", "macos", "windows", "other-posix"])) }),
  v.strictObject({ test: v.literal("implementation"), in: list(v.picklist(["cpython", "pypy", "jython", "ironpython"])) }),
  v.strictObject({ test: v.literal("build"), is: v.picklist(["gil", "free-threaded"]) }),
  v.strictObject({ test: v.literal("at-run-time"), what: text }),
  v.strictObject({ test: v.literal("not"), condition: v.lazy(() => condition) }),
  v.strictObject({ test: v.literal("any"), conditions: list(v.lazy(() => condition)) }),
]);
const conditions = v.optional(list(condition), []);

const evidence = v.strictObject({
  kind: v.pipe(
    v.picklist(["source", "docs", "measured", "issue"]),
    v.description(
      "`source`: read in the code. `docs`: its documentation says so. `measured`: a script shows it. `issue`: its maintainers say so.",
    ),
  ),
  place: v.pipe(text, v.description("A pinned place: an address with a version or commit in it; for `measured`, the script.")),
  says: v.pipe(text, v.description("What that place says, in a few words.")),
  date: v.pipe(date, v.description("When it was read or measured.")),
  standing: v.pipe(
    v.optional(v.picklist(["read", "reported"]), "read"),
    v.description("`reported`: taken over from somebody who read it there; it decides, but proves nothing."),
  ),
  about: v.pipe(
    v.optional(v.picklist(["behaviour", "cost"]), "behaviour"),
    v.description("`cost`: evidence only for how long the call takes."),
  ),
});
/** A name from the file's `sources`, or the evidence itself. */
const evidenceReferences = v.pipe(
  list(v.union([v.pipe(v.string(), v.maxLength(200)), evidence])),
  v.nonEmpty("every entry needs evidence"),
  v.description("Names from `sources`, or the evidence itself."),
);

const gilEffect = v.picklist(["releases", "holds", "runs-python"]);
const spending = v.optional(v.picklist(["call", "interpreter", "wait"]), "call");

const costTerm = v.variant("term", [
  v.strictObject({ term: v.literal("fixed"), spends: spending, ns: spread }),
  v.strictObject({ term: v.picklist(["per-byte", "per-element", "n-log-n"]), spends: spending, ns: spread, of: place }),
  v.strictObject({ term: v.literal("argument"), spends: spending, nsPerUnit: v.pipe(v.number(), v.finite(), v.minValue(0)), of: place }),
]);

const names = v.pipe(list(qualifiedName), v.nonEmpty());

const waits = v.strictObject({
  for: v.picklist(["lock", "signal", "queue", "queue-space", "work", "process", "network", "disk", "database", "input", "time"]),
  unless: conditions,
  timeout: v.optional(place),
  releases: v.optional(v.picklist(["own-lock", "nothing"]), "nothing"),
});

const gilCases = list(
  v.strictObject({
    when: v.pipe(list(condition), v.nonEmpty()),
    whenUnknown: v.optional(v.picklist(["open", "unlikely"]), "open"),
    gil: gilEffect,
  }),
);

/** One record stands for all the names it lists. */
export const callableRecord = v.pipe(
  v.strictObject({
    names: v.pipe(
      names,
      v.description("Qualified names: `zlib.compress`, `hashlib.HASH.update`. All that follows holds for each of them."),
    ),
    gil: v.pipe(
      v.picklist(["releases", "holds", "runs-python", "conditional"]),
      v.description(
        "`releases`: other threads run meanwhile. `holds`: native code that keeps the GIL. `runs-python`: bytecode, so threads take turns. `conditional`: the first of `cases` that holds decides, else `otherwise`.",
      ),
    ),
    cases: v.optional(v.pipe(gilCases, v.nonEmpty())),
    otherwise: v.optional(gilEffect),
    kind: v.pipe(
      v.picklist(["io-wait", "sleep", "sync-wait", "process-wait", "cpu-native", "cpu-python"]),
      v.description("What the call spends its time on."),
    ),
    style: v.pipe(
      v.optional(v.picklist(["blocking", "awaitable"]), "blocking"),
      v.description("`awaitable`: the call returns at once, and `await` does the waiting."),
    ),
    waits: v.optional(waits),
    cost: v.optional(v.strictObject({ from: v.picklist(["measured", "default"]), terms: v.pipe(list(costTerm), v.nonEmpty()) })),
    returns: v.optional(v.union([qualifiedName, list(v.strictObject({ when: conditions, type: qualifiedName }))]), []),
    invokes: v.optional(
      list(
        v.strictObject({
          callback: place,
          perElementOf: v.optional(place),
          gives: v.optional(v.pipe(qualifiedName, v.description("The type of the only argument that the callback is called with."))),
          during: v.optional(v.picklist(["call", "iteration"]), "call"),
        }),
      ),
      [],
    ),
    ownThreads: v.optional(
      v.strictObject({
        library: text,
        count: v.picklist(["all-cores", "some-cores", "on-request"]),
        pool: v.optional(v.picklist(["per-caller", "one", "in-turns"]), "per-caller"),
        fromElements: v.optional(count),
        limitedBy: list(text),
      }),
    ),
    compiles: v.optional(v.strictObject({ cases: v.optional(gilCases, []), otherwise: gilEffect })),
    block: v.optional(v.picklist(["releases"])),
    note: v.pipe(v.optional(text), v.description("What a reader should know besides, in one sentence.")),
    freeThreaded: v.pipe(v.optional(text), v.description("What changes in a build without a GIL, in one sentence.")),
    measuredOtherwise: v.optional(text),
    evidence: evidenceReferences,
  }),
  v.check(
    (record) => (record.gil === "conditional") === (record.cases !== undefined && record.otherwise !== undefined),
    "`cases` and `otherwise` go with `gil: conditional`, and only with it",
  ),
);

const workerKind = v.picklist(["thread", "process", "interpreter", "event-loop-task", "callback-in-caller", "signal-handler", "finalizer"]);
const onExit = v.picklist(["waits", "terminates", "nothing"]);
const poolSizes = v.optional(
  list(
    v.strictObject({
      when: conditions,
      size: v.union([
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
        v.picklist(["cores", "cores-plus-4-at-most-32", "five-per-core", "forty", "one"]),
      ]),
    }),
  ),
  [],
);

export const spawnerRecord = v.strictObject({
  names,
  worker: v.pipe(workerKind, v.description("Who runs the work.")),
  workerCases: v.optional(list(v.strictObject({ when: v.pipe(list(condition), v.nonEmpty()), worker: workerKind })), []),
  startedBy: v.optional(v.union([v.picklist(["call", "library"]), identifiers]), "call"),
  target: v.variant("at", [
    v.strictObject({ at: v.literal("argument"), of: place }),
    v.strictObject({ at: v.literal("arguments"), of: v.pipe(list(place), v.nonEmpty()) }),
    v.strictObject({ at: v.literal("coroutine"), of: place, every: v.optional(v.boolean(), false) }),
    v.strictObject({ at: v.literal("method-of-argument"), of: place, methods: v.union([v.literal("public"), identifiers]) }),
    v.strictObject({ at: v.literal("attributes-of-receiver"), names: v.pipe(identifiers, v.nonEmpty()) }),
    v.strictObject({ at: v.literal("decorated") }),
    v.strictObject({ at: v.literal("delayed-calls"), of: place }),
  ]),
  passing: v.variant("pass", [
    v.strictObject({ pass: v.literal("none") }),
    v.strictObject({ pass: v.literal("rest"), from: position }),
    v.strictObject({ pass: v.literal("tuple"), args: place, kwargs: v.optional(place) }),
    v.strictObject({ pass: v.literal("elements"), from: position }),
    v.strictObject({ pass: v.literal("element"), of: place }),
    v.strictObject({ pass: v.literal("unpacked-element"), of: place }),
    v.strictObject({ pass: v.literal("from-library"), type: v.optional(qualifiedName) }),
  ]),
  concurrency: v.variant("width", [
    v.strictObject({ width: v.literal("one-per-call") }),
    v.strictObject({ width: v.literal("pool"), of: place }),
    v.strictObject({ width: v.literal("argument"), of: place, default: poolSizes }),
    v.strictObject({ width: v.literal("hidden-pool"), default: poolSizes }),
    v.strictObject({ width: v.literal("one-thread") }),
    v.strictObject({ width: v.literal("unbounded") }),
  ]),
  tasks: v.optional(v.picklist(["one", "per-element"]), "one"),
  joinedBy: v.optional(list(text), []),
  onExit: v.optional(onExit, "nothing"),
  callbacks: v.optional(list(place), []),
  nativeThreads: v.optional(v.picklist(["limited", "not-limited"]), "not-limited"),
  singleThreadedBy: v.optional(list(v.strictObject({ call: qualifiedName, when: conditions })), []),
  escapes: v.optional(v.picklist(["yes", "no"]), "yes"),
  note: v.optional(text),
  evidence: evidenceReferences,
});

const scope = v.picklist(["threads", "processes", "only-processes", "tasks"]);

export const typeRecord = v.strictObject({
  names,
  bases: v.optional(list(qualifiedName), []),
  is: v.optional(
    v.variant("role", [
      v.strictObject({
        role: v.literal("lock"),
        scope,
        reentrant: v.picklist(["yes", "no"]),
        exclusiveWhen: conditions,
        acquire: v.optional(identifiers, ["acquire"]),
        release: v.optional(identifiers, ["release"]),
        sharedAcquire: v.optional(identifiers, []),
      }),
      v.strictObject({ role: v.literal("condition"), scope, lock: place, defaultLock: qualifiedName, wait: identifiers }),
      v.strictObject({ role: v.literal("event"), scope, set: identifiers, wait: identifiers }),
      v.strictObject({ role: v.literal("barrier"), scope, wait: identifiers }),
      v.strictObject({ role: v.literal("queue"), scope, put: identifiers, get: identifiers, capacity: v.optional(place) }),
      v.strictObject({ role: v.literal("thread-local") }),
      v.strictObject({
        role: v.literal("executor"),
        worker: workerKind,
        size: v.optional(place),
        defaultSize: poolSizes,
        shutdown: identifiers,
        onExit,
      }),
      v.strictObject({
        role: v.literal("worker"),
        worker: workerKind,
        start: identifiers,
        join: identifiers,
        runs: v.optional(identifiers, ["run"]),
      }),
      v.strictObject({
        role: v.literal("handler"),
        worker: workerKind,
        methods: v.union([v.literal("public"), identifiers]),
        threads: v.optional(v.picklist(["one", "several"]), "several"),
        objects: v.optional(v.picklist(["one-per-call", "shared"]), "one-per-call"),
      }),
      v.strictObject({ role: v.literal("future"), wait: identifiers }),
      v.strictObject({ role: v.literal("container") }),
      v.strictObject({ role: v.literal("iterator") }),
      v.strictObject({ role: v.literal("value") }),
    ]),
    { role: "value" },
  ),
  generated: v.optional(v.strictObject({ moduleEndsWith: identifier, nameEndsWith: identifier })),
  shape: v.optional(v.strictObject({ methods: v.record(identifier, v.array(identifier)), factory: v.optional(v.array(identifier), []) })),
  sharedByThreads: v.optional(
    v.strictObject({
      verdict: v.picklist(["unsafe", "unsafe-if-changed", "refused", "serialised", "safe"]),
      because: text,
      unless: conditions,
      safeMethods: v.optional(identifiers, []),
      evidence: evidenceReferences,
    }),
  ),
  sharing: v.pipe(
    v.optional(v.picklist(["safe", "per-method", "confined", "unsafe", "unknown"]), "unknown"),
    v.description("Whether several threads may use one object."),
  ),
  atomicMethods: v.optional(identifiers, []),
  pickles: v.optional(v.picklist(["yes", "no", "by-inheritance", "if-contents", "unknown"]), "unknown"),
  attributes: v.optional(v.record(identifier, qualifiedName), {}),
  yields: v.optional(qualifiedName),
  enters: v.optional(qualifiedName),
  note: v.optional(text),
  freeThreaded: v.optional(text),
  evidence: evidenceReferences,
});

export const packageRecord = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  modules: v.pipe(list(qualifiedName), v.nonEmpty(), v.description("Names that its code is imported by.")),
  freeThreading: v.optional(
    v.strictObject({
      support: v.picklist(["supported", "experimental", "reenables-gil", "unknown"]),
      since: v.optional(version),
      note: v.optional(text),
    }),
  ),
  evidence: evidenceReferences,
});

/** Another path by which a module or class is reached, such as the module that really defines it; stands for everything below it too. */
export const aliasRecord = v.strictObject({ alias: qualifiedName, name: qualifiedName });

export const sourceRecord = evidence;

/** What occurs in many places of the format, by the names that its schema gives them. */
export const repeatedParts = { place, condition, evidence, qualifiedName };

/** A whole file, for editors that complete and check as somebody writes one. Reading takes it apart, so that one bad record costs only itself. */
export const knowledgeFile = v.strictObject({
  $schema: v.optional(v.pipe(v.string(), v.description("Where the schema of knowledge files lies, for editors."))),
  package: v.pipe(packageRecord, v.description("The distribution that the entries are about.")),
  sources: v.pipe(
    v.optional(v.record(v.string(), sourceRecord), {}),
    v.description("Evidence under names of your own, by which entries refer to it."),
  ),
  aliases: v.pipe(
    v.optional(list(aliasRecord), []),
    v.description("Other paths to the same things, such as the module that really defines a class."),
  ),
  callables: v.pipe(
    v.optional(list(callableRecord), []),
    v.description("Functions, methods and classes that are called: what a call does to the GIL."),
  ),
  spawners: v.pipe(
    v.optional(list(spawnerRecord), []),
    v.description("Calls and decorators that make code run in threads, processes or tasks."),
  ),
  types: v.pipe(
    v.optional(list(typeRecord), []),
    v.description("Classes: locks, queues, pools, and what several threads may do with an object."),
  ),
});

export type EvidenceReferences = v.InferOutput<typeof evidenceReferences>;

export type CallableRecord = v.InferOutput<typeof callableRecord>;
export type SpawnerRecord = v.InferOutput<typeof spawnerRecord>;
export type TypeRecord = v.InferOutput<typeof typeRecord>;
export type AliasRecord = v.InferOutput<typeof aliasRecord>;

function list<Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item), v.maxLength(longestList));
}
