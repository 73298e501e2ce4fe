import { builtInMethod } from "../estimate/costs/built-in-methods.js";
import type { TimedCall } from "../estimate/costs/timed-calls.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { walkOperations } from "../program/link/walk.js";
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
    const call = waitedFor(site, context);
    if (!call) return [];
    const range = { start: call.call.start, end: call.call.end };
    const related =
      call.call === site.spawn.call ? [] : [{ path: call.in.file.path, range, message: "it waits here, with the GIL released" }];
    return [siteMatch(site, related, { site, call })];
  });
}

/** The call that the tasks do little more than wait in: the outside world answers, or time passes. */
function waitedFor(site: SiteEstimate, { program }: RuleContext): TimedCall | undefined {
  const { spawn, work, payload } = site;
  if (spawn.worker !== "process" || spawn.width !== "pool" || spawn.instances === "one") return undefined;
  if (/^celery\.|^ray\./.test(spawn.spawner) || spawn.startedBy === "library") return undefined;
  if (spawn.targets.length + spawn.externalTargets.length > 1) return undefined;
  if (isMostlyUnknown(work)) return undefined;
  // What another program or the kernel computes meanwhile is no work of this process.
  const outside = work.calls.reduce((sum, each) => sum + (waiting.has(each.kind) ? each.ns : 0), 0);
  const elsewhere = Math.min(work.nativeNs.likely, outside);
  const busy = work.interpreterNs.likely + work.heldNs.likely + work.nativeNs.likely - elsewhere;
  const waited = work.waitNs.likely + elsewhere;
  const call = work.calls[0];
  if (!call || !waiting.has(call.kind) || call.verdict.gil !== "releases" || call.entry.style === "awaitable") return undefined;
  if (work.unknownCalls >= 1 && (waited < longWaitNs || !areOfExchange(site, call, program))) return undefined;
  // Where a length is guessed, what is computed could outgrow a short wait.
  const isGuessed = work.lengths === "guessed" || payload.arguments === "guessed";
  if (isGuessed && call.kind !== "process-wait" && waited < longWaitNs) return undefined;
  return waited >= busy * (work.lengths === "guessed" ? 50 : 10) && call.ns * 2 >= waited ? call : undefined;
}

/**
 * Whether all calls of which nothing is known are of the exchange that is waited for, or ask a text or container something: what makes a request, closes a
 * connection or looks at an answer takes no time beside it. Any other one could be what the processes are for.
 */
function areOfExchange({ spawn }: SiteEstimate, { name: waited }: TimedCall, { resolver }: Program): boolean {
  const reached = new Set(spawn.targets.map((target) => target.function));
  const isOfExchange = (name: string): boolean => rootOf(name) === rootOf(waited) || resolver.knowledge.callable(name)?.cost !== undefined;
  let are = true;
  for (const node of reached) {
    if (reached.size > mostFunctions) return false;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "call") return;
      const inner = resolver.callees(operation, node);
      const outer = resolver.externalCallees(operation, node);
      for (const { function: callee } of inner) reached.add(callee);
      if (inner.length === 0 && outer.length === 0)
        are &&= builtInMethod(operation) !== undefined || ofAnswer.test(lastNameOf(operation.callee));
      else are &&= outer.every(isOfExchange);
    });
    if (!are) return false;
  }
  return true;
}

function rootOf(name: string): string {
  return name.split(".")[0] ?? name;
}

const mostFunctions = 50;

/** Methods of answers and connections whose types nobody tells; none that makes something of a whole text. */
const ofAnswer = /^(close|read|getcode|getheaders?|geturl|info|raise_for_status|settimeout|shutdown)$/;

/** As long as an answer from a server not far away. */
const longWaitNs = 5_000_000;

const waiting: ReadonlySet<TimedCall["kind"]> = new Set(["io-wait", "sleep", "process-wait"]);

function message({ site, call }: Data): string {
  const { task } = site.prediction;
  const name = task === "<lambda>" ? "The lambda" : `\`${task}\``;
  const waits = site.spawn.targets.length === 0 ? `${name} only waits` : `${name} does little but wait in \`${call.name}\``;
  return `${waits}, and that releases the GIL: threads would do, without the start of processes and without pickling.`;
}
