import { rangeOf } from "../base/range.js";
import { type StartedThreads, type ThreadPerItem, threadsPerItem } from "../program/link/threads/threads-per-item.js";
import type { CallOperation } from "../program/operation.js";
import { boundedThreadsFix } from "./fixes/bounded-threads-fix.js";
import { quoted } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";
import docs from "./unbounded-threads.md";

/** GIL106: a thread per item with no bound. */
export const unboundedThreads: Rule<ThreadPerItem> = {
  code: "GIL106",
  name: "unbounded-threads",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  // What a decorator does with every call of a function is for more than this one.
  fix: ({ start, per, by }, context) => (per.each === "call" || by ? noFix : boundedThreadsFix(start, context)),
};

function find({ program, sites }: RuleContext): readonly Match<ThreadPerItem>[] {
  const known = new Map<CallOperation, StartedThreads>();
  for (const { spawn, prediction } of sites) {
    const isAssumed = prediction.assumptions.some(({ what, from }) => what === "number of threads" && from === "default");
    const areServices = prediction.course === "until stopped";
    known.set(spawn.call, { count: isAssumed ? undefined : prediction.tasks.likely, areServices });
  }
  return threadsPerItem(program, (call) => known.get(call)).map((found) => ({
    path: (found.by ?? found.start).in.file.path,
    range: rangeOf((found.by ?? found.start).call),
    confidence: found.confidence,
    related: [
      {
        path: found.per.function.file.path,
        ...(found.per.each === "call"
          ? { range: found.per.function.head.nameRange, message: "each call of this starts another thread" }
          : {
              range: { start: found.per.loop.header.start, end: found.per.loop.header.end },
              message: "each round of this loop starts another thread",
            }),
      },
      ...(found.by ? [{ path: found.start.in.file.path, range: rangeOf(found.start.call), message: "this thread is started here" }] : []),
    ],
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

function message({ per, start }: ThreadPerItem, context: RuleContext): string {
  const name = start.targets[0]?.head.name;
  const work = name === undefined || name === "<lambda>" ? "" : ` of \`${name}\``;
  const { path } = per.function.file;
  switch (per.each) {
    case "element":
      return `One thread${work} is started for each element of \`${quoted(path, per.of, context)}\`, however many there are. A \`ThreadPoolExecutor\` runs them in as many threads as you choose.`;
    case "number":
      return `${per.basis === "computed" ? "About " : ""}${per.count} threads${work} are started at once. A \`ThreadPoolExecutor\` runs the same work in as many as are useful.`;
    case "call":
      return `One thread${work} is started each time that \`${per.function.head.name}\` is called, and nothing limits how many run at once. A \`ThreadPoolExecutor\` does, and a semaphore can.`;
    case "arrival":
      return `One thread${work} is started for whatever \`${quoted(path, per.by, context)}\` brings, and nothing limits how many run at once. A \`ThreadPoolExecutor\` does, and a semaphore can.`;
  }
}
