import type { FunctionNode } from "../program/link/entity.js";
import { type Repetition, type ShortLivedPool, shortLivedPools, takesBatch } from "../program/link/threads/short-lived-pools.js";
import docs from "./executor-per-call.md";
import { poolOutsideFix } from "./fixes/pool-outside-fix.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

/** GIL107: an executor built and torn down on every call of a hot function. */
export const executorPerCall: Rule<ShortLivedPool> = {
  code: "GIL107",
  name: "executor-per-call",
  since: "0.1.0",
  group: "performance",
  severity: "hint",
  docs,
  find,
  message,
  fix: poolOutsideFix,
};

function find(context: RuleContext): readonly Match<ShortLivedPool>[] {
  return shortLivedPools(context.program)
    .filter((found) => isFelt(found, context))
    .map((found) => ({
      path: found.function.file.path,
      range: { start: found.made.start, end: found.made.end },
      confidence: "likely",
      related: related(found),
      targets: [],
      prediction: undefined,
      data: found,
    }));
}

/**
 * Whether starting the workers is a part of the time that anybody would notice. A function that gives its pool as many tasks as there are keeps it busy for
 * long, unless what a task takes is known to be little; only a loop in the function itself shows how often that happens.
 */
function isFelt(found: ShortLivedPool, { program, sites }: RuleContext): boolean {
  const { function: node, made, worker, often } = found;
  const isInLoop = often.by === "loop" && often.function === node && !often.call;
  if (isInLoop || !takesBatch(found, program)) return true;
  const startNs = worker === "thread" ? threadStartNs : worker === "process" ? processStartNs : interpreterStartNs;
  return sites.some(({ spawn, prediction }) => {
    if (spawn.pool?.made?.call !== made || prediction.basis !== "code") return false;
    const { interpreterNs, nativeNs, waitNs } = prediction.work;
    const total = (interpreterNs.likely + nativeNs.likely + waitNs.likely) * prediction.tasks.likely;
    return total < longWork * startNs * prediction.workers;
  });
}

/** Work that takes this many times as long as the start of its workers does hides it. */
const longWork = 100;
/** What the start of a worker takes, see the rule's documentation. */
const threadStartNs = 5e4;
const processStartNs = 1.5e6;
const interpreterStartNs = 2.5e7;

function related({ function: node, often }: ShortLivedPool): readonly RelatedLocation[] {
  switch (often.by) {
    case "loop": {
      const { function: within, loop, call } = often;
      const header = { start: loop.header.start, end: loop.header.end };
      const places: RelatedLocation[] = [{ path: within.file.path, range: header, message: "this loop repeats it" }];
      if (call && call.start >= loop.start && call.end <= loop.end)
        places.push({ path: within.file.path, range: { start: call.start, end: call.end }, message: "it is called here" });
      return places;
    }
    case "library":
      return [
        { path: often.entry.file.path, range: often.entry.head.nameRange, message: "a library calls this for every request or event" },
      ];
    case "recursion":
      return [{ path: node.file.path, range: { start: often.call.start, end: often.call.end }, message: "it calls itself here" }];
  }
}

function message({ function: node, worker, often }: ShortLivedPool): string {
  const pool = worker === "thread" ? "thread pool" : worker === "process" ? "process pool" : "pool of interpreters";
  const cost =
    worker === "thread"
      ? "each time its threads are started, waited for and thrown away"
      : worker === "process"
        ? "each time its processes are started, which takes milliseconds for each, and stopped again"
        : "each time its interpreters are made, which takes tens of milliseconds for each, and ended again";
  return `A ${pool} is made here for every ${oftenText(node, often)}: ${cost}. Make one, and hand it to whoever needs it.`;
}

function oftenText(node: FunctionNode, often: Repetition): string {
  switch (often.by) {
    case "loop":
      return often.function === node && !often.call ? "round of a loop" : `call of \`${node.head.name}\`, which a loop repeats`;
    case "library":
      return often.entry === node
        ? `call of \`${node.head.name}\`, one for each request or event`
        : `call of \`${node.head.name}\`, at least one for each request or event`;
    case "recursion":
      return `call of \`${node.head.name}\`, which calls itself`;
  }
}
