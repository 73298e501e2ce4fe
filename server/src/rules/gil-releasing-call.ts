import { hasGil } from "../base/target.js";
import { rangeOfCall, type TimedCall } from "../estimate/costs/timed-calls.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { applicable, speedupText } from "../estimate/prediction/text.js";
import docs from "./gil-releasing-call.md";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly site: SiteEstimate;
  readonly call: TimedCall;
}

/** GIL102: work in a thread that releases the GIL, so that threads do help. */
export const gilReleasingCall: Rule<Data> = {
  code: "GIL102",
  name: "gil-releasing-call",
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
  for (const site of context.sites) {
    if (site.spawn.worker !== "thread") continue;
    const call = mainCall(site);
    if (!call) continue;
    const key = `${call.in.file.path}:${rangeOfCall(call).start}`;
    if (matches.has(key)) continue;
    const { start, end } = site.prediction.range;
    const isSpawn = call.call === site.spawn.call;
    matches.set(key, {
      path: call.in.file.path,
      range: rangeOfCall(call),
      confidence: "likely",
      related: isSpawn ? [] : [{ path: site.prediction.path, range: { start, end }, message: "its thread is started here" }],
      targets: [],
      prediction: site.prediction,
      data: { site, call },
    });
  }
  return [...matches.values()];
}

/** The call that most of the task's time goes to, if it surely releases the GIL meanwhile. */
function mainCall({ work }: SiteEstimate): TimedCall | undefined {
  const call = work.calls.find((each) => each.kind !== "sync-wait");
  if (call?.verdict.gil !== "releases" || call.entry.style === "awaitable") return undefined;
  const held = work.interpreterNs.likely + work.heldNs.likely;
  const free = work.nativeNs.likely + work.waitNs.likely;
  return free > held && call.ns * 2 >= free ? call : undefined;
}

function message({ site, call }: Data, context: RuleContext): string {
  const { prediction } = site;
  const threads = applicable(prediction, "threads");
  const what = call.kind === "cpu-native" ? "while it computes" : "while it waits";
  const releases = `\`${call.name}\` releases the GIL ${what}`;
  if (!threads || prediction.workers < 2 || threads.speedup.low < 1.2) return `${releases}, so other threads run meanwhile.`;
  const isComputing = call.kind === "cpu-native";
  if (prediction.workersKnown !== "known")
    return `${releases}: its threads do run at the same time${isComputing ? `, as many as the ${context.cores} cores have room for` : ""}.`;
  const cores = isComputing ? ` on ${context.cores} cores` : "";
  return `${releases}: ${prediction.workers} threads do run at the same time (${speedupText(threads.speedup)}${cores}).`;
}
