import { hasGil } from "../base/target.js";
import type { BelowThreshold } from "../estimate/costs/threshold.js";
import type { TimedCall } from "../estimate/costs/timed-calls.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { quoted } from "./race.js";
import docs from "./release-below-threshold.md";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly call: TimedCall;
  readonly below: BelowThreshold;
}

/** GIL103: a call in threads that would release the GIL, but on data too small for it to do so. */
export const releaseBelowThreshold: Rule<Data> = {
  code: "GIL103",
  name: "release-below-threshold",
  since: "0.1.0",
  group: "performance",
  severity: "hint",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find(context: RuleContext): readonly Match<Data>[] {
  if (!hasGil(context.target)) return [];
  const matches = new Map<string, Match<Data>>();
  const larger = new Set<string>();
  for (const site of context.sites) {
    if (site.spawn.worker !== "thread") continue;
    for (const call of site.work.calls) {
      const key = `${call.in.file.path}:${call.call.start}:${call.call.end}`;
      // Another thread, or another way to the same line, may bring enough.
      if (!call.below) larger.add(key);
      else if (!matches.has(key) && matters(call, site)) matches.set(key, match(call, call.below, site));
    }
  }
  return [...matches].flatMap(([key, found]) => (larger.has(key) ? [] : [found]));
}

/** Whether the threads would gain if the call released the GIL: it is a good part of what they compute, and they do not wait for most of the time. */
function matters(call: TimedCall, { spawn, work, prediction }: SiteEstimate): boolean {
  if (spawn.instances === "one" && prediction.tasks.likely < 2) return false;
  const computed = work.interpreterNs.likely + work.heldNs.likely + work.nativeNs.likely;
  return work.waitNs.likely <= computed && call.ns * 4 >= computed;
}

function match(call: TimedCall, below: BelowThreshold, { prediction }: SiteEstimate): Match<Data> {
  const { start, end } = prediction.range;
  return {
    path: call.in.file.path,
    range: { start: call.call.start, end: call.call.end },
    confidence: "likely",
    related: [{ path: prediction.path, range: { start, end }, message: "its threads are started here" }],
    targets: [],
    prediction,
    data: { call, below },
  };
}

function message({ call, below }: Data, context: RuleContext): string {
  const { unit, size, threshold } = below;
  const name = call.call.op === "compute" ? quoted(call.in.file.path, call.call, context) : call.name;
  const given = size.low === size.high ? `${size.high} ${unit}` : `at most ${size.high} ${unit}`;
  return `\`${name}\` releases the GIL from ${threshold} ${unit} on and gets ${given} here, so it holds the GIL throughout: these threads take turns.`;
}
