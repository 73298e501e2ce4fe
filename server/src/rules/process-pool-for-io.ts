import type { TimedCall } from "../estimate/costs/timed-calls.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import { threadsFix } from "./fixes/threads-fix.js";
import { siteMatch } from "./handed-over.js";
import docs from "./process-pool-for-io.md";
import type { Match, Rule, RuleContext } from "./rule.js";

interface Data {
  readonly site: SiteEstimate;
  readonly call: TimedCall;
}

/** GIL110: processes used for work that only waits. */
export const processPoolForIo: Rule<Data> = {
  code: "GIL110",
  name: "process-pool-for-io",
  since: "0.1.0",
  group: "performance",
  severity: "hint",
  docs,
  find,
  message,
  fix: ({ site }, context) => threadsFix(site.spawn, context),
};

function find(context: RuleContext): readonly Match<Data>[] {
  return context.sites.flatMap((site): readonly Match<Data>[] => {
    const call = waitedFor(site);
    if (!call) return [];
    const range = { start: call.call.start, end: call.call.end };
    const related =
      call.call === site.spawn.call ? [] : [{ path: call.in.file.path, range, message: "it waits here, with the GIL released" }];
    return [siteMatch(site, related, { site, call })];
  });
}

/** The call that the tasks do little more than wait in: the outside world answers, or time passes. */
function waitedFor({ spawn, work, payload }: SiteEstimate): TimedCall | undefined {
  if (spawn.worker !== "process" || spawn.width !== "pool" || spawn.instances === "one") return undefined;
  if (/^celery\.|^ray\./.test(spawn.spawner) || spawn.startedBy === "library") return undefined;
  if (spawn.targets.length + spawn.externalTargets.length > 1) return undefined;
  if (isMostlyUnknown(work) || work.unknownCalls >= 1) return undefined;
  // What another program or the kernel computes meanwhile is no work of this process.
  const outside = work.calls.reduce((sum, each) => sum + (waiting.has(each.kind) ? each.ns : 0), 0);
  const elsewhere = Math.min(work.nativeNs.likely, outside);
  const busy = work.interpreterNs.likely + work.heldNs.likely + work.nativeNs.likely - elsewhere;
  const waited = work.waitNs.likely + elsewhere;
  const call = work.calls[0];
  if (!call || !waiting.has(call.kind) || call.verdict.gil !== "releases" || call.entry.style === "awaitable") return undefined;
  // Where a length is guessed, what is computed could outgrow a short wait.
  const isGuessed = work.lengths === "guessed" || payload.arguments === "guessed";
  if (isGuessed && call.kind !== "process-wait" && waited < longWaitNs) return undefined;
  return waited >= busy * (work.lengths === "guessed" ? 50 : 10) && call.ns * 2 >= waited ? call : undefined;
}

/** As long as an answer from a server not far away. */
const longWaitNs = 5_000_000;

const waiting: ReadonlySet<TimedCall["kind"]> = new Set(["io-wait", "sleep", "process-wait"]);

function message({ site, call }: Data): string {
  const { task } = site.prediction;
  const name = task === "<lambda>" ? "The lambda" : `\`${task}\``;
  const waits = site.spawn.targets.length === 0 ? `${name} only waits` : `${name} does little but wait in \`${call.name}\``;
  return `${waits}, and that releases the GIL: threads would do, without the start of processes and without pickling.`;
}
