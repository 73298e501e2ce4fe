import * as v from "valibot";
import type { JsonReport } from "../../server/src/cli/formats/json.js";

/*
 * The format of `check --format json` for those who read it. Strict: a test holds real reports to it, and a key that is not here is one that nobody was
 * told of.
 */

const interval = v.strictObject({ low: v.number(), likely: v.number(), high: v.number() });
const place = v.strictObject({
  line: v.pipe(v.number(), v.integer(), v.minValue(1)),
  column: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
// Of a notebook, lines count in the cell.
const cell = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1)));
const span = { path: v.string(), cell, start: place, end: place };

const site = v.strictObject({
  path: v.string(),
  cell,
  line: v.number(),
  kind: v.picklist(["thread-pool", "threads", "process-pool", "interpreter-pool", "asyncio", "serial"]),
  task: v.string(),
  workers: v.number(),
  tasks: interval,
  work: v.strictObject({ interpreterNs: interval, nativeNs: interval, waitNs: interval }),
  predictions: v.array(
    v.strictObject({
      strategy: v.picklist(["serial", "threads", "processes", "subinterpreters", "free-threaded", "asyncio"]),
      runtime: v.string(),
      cores: v.number(),
      workers: v.number(),
      applicable: v.boolean(),
      reason: v.string(),
      makespanNs: interval,
      speedup: interval,
      bottleneck: v.string(),
    }),
  ),
  recommended: v.string(),
  recommendationConfidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  assumptions: v.array(v.strictObject({ what: v.string(), value: v.string(), from: v.string() })),
});

/** A report of `gilscope check --format json`. */
export const jsonReport = v.strictObject({
  tool: v.strictObject({ name: v.literal("gilscope"), version: v.string() }),
  findings: v.array(
    v.strictObject({
      code: v.pipe(v.string(), v.regex(/^GIL\d{3}$/)),
      rule: v.string(),
      severity: v.picklist(["error", "warning", "information", "hint"]),
      confidence: v.picklist(["proved", "likely", "possible"]),
      ...span,
      message: v.string(),
      related: v.array(v.strictObject({ ...span, message: v.string() })),
      targets: v.array(v.strictObject({ target: v.string(), verdict: v.string() })),
      prediction: v.exactOptional(site),
      fixes: v.array(v.strictObject({ title: v.string(), safety: v.picklist(["safe", "unsafe"]) })),
      fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    }),
  ),
  problems: v.array(v.strictObject({ path: v.string(), message: v.string() })),
  summary: v.strictObject({ files: v.number(), lines: v.number(), milliseconds: v.number(), fixed: v.number() }),
  statistics: v.exactOptional(v.array(v.strictObject({ code: v.string(), rule: v.string(), count: v.number() }))),
});

/** What is read by the schema is a report as the types have it. */
export const asReport: (read: v.InferOutput<typeof jsonReport>) => JsonReport = (read) => read;
