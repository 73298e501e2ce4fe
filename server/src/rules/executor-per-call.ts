import type { FunctionNode } from "../program/link/entity.js";
import { type Repetition, type ShortLivedPool, shortLivedPools } from "../program/link/short-lived-pools.js";
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

function find({ program }: RuleContext): readonly Match<ShortLivedPool>[] {
  return shortLivedPools(program).map((found) => ({
    path: found.function.file.path,
    range: { start: found.made.start, end: found.made.end },
    confidence: "likely",
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

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
