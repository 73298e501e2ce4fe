import * as v from "valibot";
import { type Pool, type Step, serialNs, type ThreadGroup, type Workload } from "./workload.js";

/** Why a file is no workload: one clear line for each problem, with the place in it. */
export interface WorkloadProblems {
  readonly problems: readonly string[];
}

/** About 11 days: far beyond any program worth simulating, and far below where integers lose precision. */
const longestNs = 1e15;
const mostThreads = 10_000;
const mostTimes = 1e9;
const deepestRepeat = 50;

const name = v.pipe(v.string("must be a text"), v.nonEmpty("must not be empty"));
const nanoseconds = v.pipe(
  v.number("must be a number of nanoseconds"),
  v.minValue(0, "must not be negative"),
  v.maxValue(longestNs, "must be at most 1e15 (11 days)"),
);
const bytes = v.pipe(
  v.number("must be a number of bytes"),
  v.minValue(0, "must not be negative"),
  v.maxValue(1e12, "must be at most 1e12"),
);
const times = v.pipe(
  v.number("must be a whole number"),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be negative"),
  v.maxValue(mostTimes, "must be at most 1e9"),
);
const threadCount = v.pipe(
  v.number("must be a whole number"),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be negative"),
  v.maxValue(mostThreads, "must be at most 10000"),
);

const notAStep = "must be a step: compute, waitNs, acquire, release, put, get, barrier, join or repeat";
const steps: v.GenericSchema<readonly Step[]> = v.array(
  v.lazy((input) => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return v.custom<Step>(() => false, notAStep);
    if ("compute" in input) return computeStep;
    if ("waitNs" in input) return v.strictObject({ waitNs: nanoseconds }, unknownKey);
    if ("acquire" in input) return v.strictObject({ acquire: name }, unknownKey);
    if ("release" in input) return v.strictObject({ release: name }, unknownKey);
    for (const verb of ["put", "get", "barrier", "join"] as const) {
      if (verb in input) return v.strictObject({ [verb]: name }, unknownKey) as unknown as v.GenericSchema<Step>;
    }
    if ("repeat" in input) return v.strictObject({ repeat: times, steps }, unknownKey);
    return v.custom<Step>(() => false, notAStep);
  }) as v.GenericSchema<Step>,
  "must be a list of steps",
);

const computeStep = v.strictObject(
  {
    compute: v.pipe(
      v.strictObject(
        { interpreterNs: v.exactOptional(nanoseconds), heldNs: v.exactOptional(nanoseconds), nativeNs: v.exactOptional(nanoseconds) },
        unknownKey,
      ),
      v.check((compute) => Object.keys(compute).length > 0, "must say interpreterNs, heldNs or nativeNs"),
    ),
  },
  unknownKey,
);

const threadGroup: v.GenericSchema<ThreadGroup> = v.strictObject({ name: v.exactOptional(name), count: threadCount, steps }, unknownKey);

const pool: v.GenericSchema<Pool> = v.strictObject(
  {
    name: v.exactOptional(name),
    workers: v.pipe(threadCount, v.minValue(1, "must be at least 1")),
    tasks: v.array(
      v.strictObject(
        {
          count: times,
          steps,
          argumentBytes: v.exactOptional(bytes),
          resultBytes: v.exactOptional(bytes),
          argumentObjects: v.exactOptional(bytes),
          resultObjects: v.exactOptional(bytes),
        },
        unknownKey,
      ),
      "must be a list of tasks",
    ),
    chunkSize: v.exactOptional(v.pipe(times, v.minValue(1, "must be at least 1"))),
  },
  unknownKey,
);

const counts: v.GenericSchema<Readonly<Record<string, number>>> = v.record(
  name,
  v.pipe(threadCount, v.minValue(1, "must be at least 1")),
  "must be an object of counts",
);

const workload: v.GenericSchema<Workload> = v.pipe(
  v.strictObject(
    {
      threads: v.exactOptional(v.array(threadGroup, "must be a list of threads")),
      pools: v.exactOptional(v.array(pool, "must be a list of pools")),
      semaphores: v.exactOptional(counts),
      queues: v.exactOptional(counts),
      barriers: v.exactOptional(counts),
    },
    unknownKey,
  ),
  v.check((value) => value.threads !== undefined || value.pools !== undefined, "must have threads or pools"),
  v.check((value) => namesAreKnown(value), "must list each barrier that is waited at, and have threads of each name that is joined"),
  v.check((value) => threadsIn(value) <= mostThreads, "must have at most 10000 threads and workers in all"),
  v.check((value) => serialNs(value) <= longestNs, "must take at most 1e15 ns (11 days) if all is done one after the other"),
);

/** A barrier of unknown size would hold whoever comes to it for ever, and who waits for the end of nobody waits for a mistake. */
function namesAreKnown(value: Workload): boolean {
  const groups = new Set((value.threads ?? []).map((group) => group.name ?? "thread"));
  const isKnown = (list: readonly Step[]): boolean =>
    list.every((step) => {
      if ("barrier" in step) return value.barriers?.[step.barrier] !== undefined;
      if ("join" in step) return groups.has(step.join);
      return "repeat" in step ? isKnown(step.steps) : true;
    });
  const tasks = (value.pools ?? []).flatMap((each) => each.tasks);
  return [...(value.threads ?? []), ...tasks].every(({ steps: list }) => isKnown(list));
}

function threadsIn({ threads, pools }: Workload): number {
  const started = (threads ?? []).reduce((sum, { count }) => sum + count, 0);
  return started + (pools ?? []).reduce((sum, { workers }) => sum + workers, 0);
}

/** Reads the content of a workload file; a bad one is a value, never an error thrown. */
export function parseWorkload(json: unknown): Workload | WorkloadProblems {
  // Checked first: the schema recurses as deep as the file does.
  if (depthOf(json, deepestRepeat * 2 + 8) > deepestRepeat * 2 + 7) return { problems: [`repeats nest deeper than ${deepestRepeat}`] };
  const result = v.safeParse(workload, json);
  if (result.success) return result.output;
  return { problems: [...new Set(result.issues.map(problemText))].sort() };
}

/** The message of an object schema: what it got is no object, or has a key too many or too few. */
function unknownKey(issue: { readonly expected: string | null; readonly received: string }): string {
  if (issue.expected === "Object") return "must be an object";
  return issue.expected === "never" ? `has an unknown key ${issue.received}` : `lacks ${issue.expected}`;
}

function problemText(issue: v.BaseIssue<unknown>): string {
  // The path of an unknown or missing key ends in that key; the message names it already.
  const items = issue.type === "strict_object" && issue.expected !== "Object" ? (issue.path ?? []).slice(0, -1) : (issue.path ?? []);
  const place = items.reduce((text, item) => {
    const key = item.key as string | number;
    return typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`;
  }, "");
  return `${place === "" ? "the workload" : place} ${issue.message}`;
}

/** How deep arrays and objects nest, but no deeper than `limit`. */
function depthOf(value: unknown, limit: number): number {
  if (typeof value !== "object" || value === null || limit <= 0) return 0;
  let deepest = 0;
  for (const child of Object.values(value)) deepest = Math.max(deepest, depthOf(child, limit - 1));
  return deepest + 1;
}
