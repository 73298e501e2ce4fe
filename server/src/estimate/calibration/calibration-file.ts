import * as v from "valibot";
import { interpreterTarget } from "../../base/project-target.js";
import { type Target, targetName } from "../../base/target.js";
import type { Calibration, Triple } from "./calibration.js";

/**
 * The format of what `gilscope calibrate` writes. Names that are not known are passed over, so that a file serves the versions before and
 * after the one that wrote it; a number that no machine has is an error.
 */
const calibrationFormat = 1;

/** An hour: no operation takes that long. */
const longestNs = 3.6e12;

const nanoseconds = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(longestNs));
const triple = v.pipe(
  v.tuple([nanoseconds, nanoseconds, nanoseconds]),
  v.check(([low, likely, high]) => low <= likely && likely <= high, "expected [low, likely, high] in rising order"),
  v.transform((value): Triple => value),
);
const triples = v.pipe(
  v.record(v.string(), triple),
  v.check((value) => Object.keys(value).length <= 1000, "has too many names"),
);
const some = (names: readonly string[]) => v.object(Object.fromEntries(names.map((name) => [name, v.exactOptional(triple)])));

const startMethod = v.exactOptional(some(["firstNs", "coldNs", "startNs", "bootstrapNs", "collectNs", "exitNs", "stopNs"]));
const handedOver = [
  "submitNs",
  "sendNs",
  "receiveNs",
  "collectNs",
  "workerNs",
  "sendAfterWorkNs",
  "workerAfterWorkNs",
  "itemNs",
  "parentNsPerByte",
  "workerNsPerByte",
] as const;

const handOver = v.object({
  wakeUp: v.exactOptional(
    v.pipe(
      v.object({ low: nanoseconds, high: nanoseconds }),
      v.check(({ low, high }) => low <= high, "expected low to be at most high"),
    ),
  ),
  threads: v.exactOptional(some(["startNs", "bootstrapNs", "submitNs", "workerNs", "collectNs"])),
  processes: v.exactOptional(v.object({ fork: startMethod, forkserver: startMethod, spawn: startMethod, ...some(handedOver).entries })),
  interpreters: v.exactOptional(some(["startNs", "bootstrapNs", "submitNs", "workerNs", "collectNs", "nsPerByte", "exitNs"])),
  coroutines: v.exactOptional(some(["startNs", "workerNs", "collectNs", "resumeNs"])),
});

/** No core is slowed a hundredfold by its neighbours. */
const mostTimes = 100;

const crowding = v.pipe(
  v.array(
    v.object({
      busy: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(100_000)),
      times: v.pipe(v.number(), v.minValue(0.01), v.maxValue(mostTimes)),
    }),
  ),
  v.maxLength(100),
  v.check((points) => points.every(({ busy }, index) => index === 0 || busy > (points[index - 1]?.busy ?? 0)), "expected rising numbers"),
);

const schema = v.object({
  gilscope: v.literal("costs", "is no file of `gilscope calibrate`"),
  format: v.literal(calibrationFormat, `has another format than ${calibrationFormat}`),
  implementation: v.literal("CPython"),
  version: v.pipe(v.string(), v.maxLength(40)),
  freeThreaded: v.boolean(),
  measured: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date such as 2026-11-21")),
  operations: triples,
  native: triples,
  handOver,
  crowding: v.exactOptional(crowding),
  pages: v.exactOptional(v.object({ freshPage: triple, copiedPage: triple })),
});

/** Reads the content of a calibration file; a bad one is a value that says why, never an error thrown. */
export function parseCalibration(json: unknown): Calibration | { readonly problem: string } {
  const result = v.safeParse(schema, json);
  if (!result.success) return { problem: problemText(result.issues[0]) };
  const { version, freeThreaded, measured, operations, native, handOver: handOverCosts, crowding: cores = [], pages } = result.output;
  const target = targetOfBuild(version, freeThreaded);
  if (!target) return { problem: `CPython ${version.replace(/[^\w.+]/g, "")}${freeThreaded ? "t" : ""} is none of the targets known` };
  return {
    target: targetName(target),
    build: version,
    measured,
    operations,
    native,
    handOver: handOverCosts as Calibration["handOver"],
    crowding: cores,
    ...(pages ? { pages } : {}),
  };
}

function targetOfBuild(version: string, freeThreaded: boolean): Target | undefined {
  const numbers = /^\d+\.\d+/.exec(version)?.[0];
  return numbers === undefined ? undefined : interpreterTarget(`${numbers}${freeThreaded ? "t" : ""}`);
}

function problemText(issue: v.BaseIssue<unknown>): string {
  const place = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  return `${place === "" ? "the file" : `\`${place}\``}: ${issue.message}`;
}
