import { hasGil, targetTitle } from "../base/target.js";
import { rangeOfCall, type TimedCall } from "../estimate/costs/timed-calls.js";
import { unknownCallNs } from "../estimate/costs/work.js";
import type { Assumption } from "../estimate/prediction/prediction.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { applicable, duration, speedupText, upTo } from "../estimate/prediction/text.js";
import { queueTaken } from "../estimate/rounds/consumer-loops.js";
import type { TaskWork } from "../estimate/tasks/task-work.js";
import { collects, mayWaitForItems, nestsItems } from "../estimate/waits/awaited-items.js";
import type { CallableEntry } from "../knowledge/entry.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import { isAwaitedAtOnce } from "../program/link/threads/joined-at-once.js";
import { isCalledInTurn } from "../program/link/threads/spawn-counts.js";
import docs from "./cpu-bound-in-thread.md";
import { processPoolFix } from "./fixes/process-pool-fix.js";
import type { Confidence, Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

/** GIL101: interpreter-bound work run in threads. */
export const cpuBoundInThread: Rule<SiteEstimate> = {
  code: "GIL101",
  name: "cpu-bound-in-thread",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix: (site, context) => processPoolFix(site, context),
};

function find(context: RuleContext): readonly Match<SiteEstimate>[] {
  if (!hasGil(context.target)) return [];
  return context.sites.filter(isCpuBound).flatMap((site) => {
    const { path, range } = site.prediction;
    const confidence = confidenceOf(site, context.program);
    return confidence === undefined
      ? []
      : [{ path, range, confidence, related: related(site), targets: [], prediction: site.prediction, data: site }];
  });
}

/** Threads that share out a computation are there for speed. What is put off to one of a pool's threads leaves its own thread free, which it does. */
function confidenceOf(site: SiteEstimate, program: Program): Confidence | undefined {
  const { spawn, work } = site;
  const isShared = sharesOut(site, program);
  // What takes long only if lengths and sizes are what nothing in the code tells is a guess, which loops inside loops bear out.
  if (!isShared && isGuess(work) && work.nesting < 2) return undefined;
  // What waits for one lock anyway is no work to spread, however long it may be.
  if (isGuess(work) && isUnderLock(site)) return undefined;
  if (isGuess(work) && handlesWhatComes(site, program)) return undefined;
  const isShown = isShared || (!isGuess(work) && spawn.repeated === "shown");
  return isShown ? "likely" : "possible";
}

/**
 * Whether it does little for each of what others hand in, as for events that come one by one, and keeps nothing of it: who computes has a result. Its time
 * is then as likely spent waiting for the next.
 */
function handlesWhatComes({ work: { hotLoop }, spawn }: SiteEstimate, { resolver }: Program): boolean {
  if (!hotLoop || hotLoop.busyNs >= shortestHeavyTaskNs) return false;
  const { loop, function: node, innermost } = hotLoop;
  const target = spawn.targets.find((each) => each.function === node);
  if (!target || !mayWaitForItems(loop, target, resolver) || nestsItems(loop, node)) return false;
  if (spawn.instances === "one") return !collects(node);
  // Several threads of one kind that go through loops inside share out a computation.
  return innermost.loop === loop && !collects(node, resolver);
}

/** Whether the code shows that several of its threads have some of the work; what a `while` loop starts comes when it comes, as requests do. */
function sharesOut(site: SiteEstimate, { resolver }: Program): boolean {
  const { spawn, prediction } = site;
  const { call, in: within, items } = spawn;
  if (isAwaitedAtOnce(call, within)) return false;
  if (items.length > 0 || computingBeside(site).length > 0) return true;
  if (prediction.tasks.low === prediction.tasks.high && prediction.tasks.likely >= 2) return true;
  const loop = loopsAround(within, call).at(-1);
  return loop ? loop.form !== "while" : isCalledInTurn(call, within, resolver);
}

/** Whether it is long only if lengths or sizes are that nothing in the code tells. */
function isGuess({ lengths, assumptions, interpreterNs, heldNs: held }: TaskWork): boolean {
  return (lengths === "guessed" || assumptions.some(isOfLength)) && interpreterNs.low + held.low < shortestHeavyTaskNs;
}

/** Whether a length or size was assumed; what a call takes is in the range of the estimate. */
function isOfLength({ what, from }: Assumption): boolean {
  return from === "default" && !/ (takes|waits)$/.test(what);
}

/**
 * Shorter tasks are not what makes a program slow. One loop over something of unknown length may be long or short; loops inside loops, and
 * library calls that are known for their work, are written to compute.
 */
const shortestTaskNs = 1_000_000;
const shortestHeavyTaskNs = 250_000;

function isCpuBound(site: SiteEstimate): boolean {
  const { spawn, work, prediction } = site;
  if (spawn.worker !== "thread") return false;
  // Work that is put off to a later time is not shared out.
  if (spawn.spawner === "threading.Timer") return false;
  // One thread that computes has nobody to take turns with.
  if (spawn.instances === "one" && prediction.tasks.likely < 2 && computingBeside(site).length === 0) return false;
  const held = heldNs(work) - sumOf(work.calls.filter(({ entry }) => mayTakeNothing(entry)));
  const elsewhere = work.nativeNs.likely + work.waitNs.likely;
  const heavyCalls = work.calls.filter((call) => call.verdict.gil === "holds" && !call.name.startsWith("builtins."));
  // Who starts processes has them do the work, and a server of forks or the system takes its time over each.
  if (heavyCalls.some((call) => call.kind === "process-wait" && call.ns > held / 2)) return false;
  const isHeavy = work.nesting > 1 || heavyCalls.reduce((sum, call) => sum + call.ns, 0) > held / 3;
  if (held < (isHeavy ? shortestHeavyTaskNs : shortestTaskNs) || elsewhere > held / 4) return false;
  // Where lengths are guessed, one call that may wait can be what the thread is for.
  const isOpen = work.lengths === "guessed" || work.isEndless;
  if ((isOpen || isGuess(work)) && work.unknownCalls >= 1) return false;
  const waits = work.calls.filter((call) => call.kind !== "cpu-native" && call.kind !== "cpu-python");
  if (work.lengths === "guessed" && waits.length > 0 && !parsesFiles(work, waits) && !worksThroughFiles(site, waits)) return false;
  return work.unknownCalls * unknownCallNs <= held / 2 && !isTurningOver(work);
}

/**
 * Whether it only waits for files, and has what it reads worked through by a library that takes far longer for each byte than reading does. Both grow
 * with the file, so that its size does not matter.
 */
function parsesFiles({ calls }: TaskWork, waits: readonly TimedCall[]): boolean {
  if (!waits.every(({ entry }) => entry.waits?.for === "disk")) return false;
  const parsing = calls.filter(({ entry, verdict }) => verdict.gil !== "releases" && isSlowForEachByte(entry));
  const most = Math.max(...waits.map(({ times }) => times));
  return parsing.some(({ times }) => times >= most) && sumOf(parsing) > sumOf(waits) * 4;
}

/**
 * The same where loops inside loops inside loops do it, in Python: over pixels and their neighbours, over lines, words and letters. Workers that share out
 * what was put into a queue wait there for nobody.
 */
function worksThroughFiles({ work, prediction }: SiteEstimate, waits: readonly TimedCall[]): boolean {
  const isShort = waits.every(({ entry: { waits: wait } }) => {
    return wait?.for === "disk" || wait?.for === "lock" || (wait?.for === "queue" && prediction.course === "together");
  });
  return work.nesting >= nestedAnyway && isShort && heldNs(work) > sumOf(waits) * 4;
}

/** So many loops one inside the other, wherever they are written, are made to compute. */
const nestedAnyway = 3;

/** Whether nobody measured what the call takes, which may as well be next to nothing: to import what was imported before. */
function mayTakeNothing({ cost }: CallableEntry): boolean {
  return cost?.from === "default" && cost.terms.every((term) => "ns" in term && term.ns.low * 100_000 < term.ns.high);
}

function isSlowForEachByte({ name, cost }: CallableEntry): boolean {
  return !name.startsWith("builtins.") && (cost?.terms ?? []).some((each) => each.term === "per-byte" && each.ns.likely >= slowNsPerByte);
}

/** Ten megabytes a second, which any disk can do. */
const slowNsPerByte = 100;

function sumOf(calls: readonly TimedCall[]): number {
  return calls.reduce((sum, { ns }) => sum + ns, 0);
}

/** Whether its time is that of a loop that ends when somebody ends it, and a round of which takes next to nothing: the number of rounds means nothing. */
function isTurningOver({ hotLoop }: TaskWork): boolean {
  if (!hotLoop) return false;
  const { loop, passNs } = hotLoop.innermost;
  const isOpen = (loop.form === "while" && loop.test?.op === "constant") || queueTaken(loop) !== undefined;
  return isOpen && passNs < shortestHeavyTaskNs;
}

/** The other threads that are started with it and compute long enough to be in its way. */
function computingBeside({ beside }: SiteEstimate): readonly string[] {
  return beside
    .filter(({ work }) => heldNs(work) >= shortestHeavyTaskNs && heldNs(work) > (work.nativeNs.likely + work.waitNs.likely) * 4)
    .map(({ task }) => task);
}

function heldNs({ interpreterNs, heldNs: native }: TaskWork): number {
  return interpreterNs.likely + native.likely;
}

function related({ work, spawn }: SiteEstimate): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  const { hotLoop } = work;
  if (hotLoop) {
    const { loop } = hotLoop;
    const range = { start: loop.header.start, end: loop.header.end };
    places.push({ path: hotLoop.function.file.path, range, message: "most of the time goes to this loop, which holds the GIL" });
  }
  const held = work.calls.find((call) => call.verdict.gil === "holds" && call.ns > work.interpreterNs.likely / 4);
  if (held) {
    places.push({ path: held.in.file.path, range: rangeOfCall(held), message: `\`${held.name}\` holds the GIL until it returns` });
  }
  const [target] = spawn.targets;
  if (target && places.length === 0) {
    places.push({ path: target.function.file.path, range: target.function.head.nameRange, message: "this is what the threads run" });
  }
  return places;
}

function message(site: SiteEstimate, context: RuleContext): string {
  const { prediction, processesPayAboveNs } = site;
  const threads = applicable(prediction, "threads");
  const processes = applicable(prediction, "processes");
  const gain = threads ? upTo(threads.speedup) : "no gain";
  const subject = `\`${prediction.task}\` is ${whatHolds(site)}`;
  switch (prediction.course) {
    case "until stopped":
      return `${subject}, and runs until it is stopped: all other threads take turns with it.`;
    case "awaited":
      return `${subject}, so the event loop that awaits it takes turns with it: nothing is done sooner.`;
    case "in turn":
      return `${subject}, and each is waited for before the next is started: nothing is done sooner.`;
    case "together":
      break;
  }
  const turns = `${subject}, so ${turnTakers(site)} turns: ${gain} on ${targetTitle(context.target)}.`;
  if (isUnderLock(site)) return `${turns} Most of it is done under one lock, and processes would not share what that guards.`;
  if (processesPayAboveNs !== undefined)
    return `${turns} Processes pay off above ${duration(processesPayAboveNs)} a task on ${context.cores} cores.`;
  const obstacle = site.demand.immovableBecause?.processes;
  if (obstacle) return `${turns} Processes cannot do it as it is: ${obstacle}.`;
  if (!processes || processes.speedup.high < 1)
    return `${turns} Processes would be slower still: the tasks are too short for the hand-over.`;
  return `${turns} Processes: ${speedupText(processes.speedup)} on ${context.cores} cores.`;
}

/** Whether the threads work on one thing that they share, which they hold a lock for most of the time. */
function isUnderLock({ work }: SiteEstimate): boolean {
  return work.locked.entries > 0 && work.locked.interpreterNs.likely > heldNs(work) / 2;
}

/** `these 4 threads take`, `it and `check` take`. */
function turnTakers(site: SiteEstimate): string {
  const { spawn, prediction } = site;
  const others = [...new Set(computingBeside(site))].map((name) => `\`${name}\``);
  if (spawn.instances === "one" && others.length > 0) {
    const [last, ...before] = [...others].reverse();
    return `${[prediction.tasks.likely < 2 ? "it" : "its threads", ...before.reverse()].join(", ")} and ${last} take`;
  }
  if (prediction.workersKnown !== "known" || prediction.workers < 2) return "its threads take";
  return `these ${prediction.workers} ${prediction.kind === "thread-pool" ? "workers" : "threads"} take`;
}

function whatHolds({ work, prediction }: SiteEstimate): string {
  const held = work.interpreterNs.likely + work.heldNs.likely;
  const call = work.calls.find((each) => each.verdict.gil === "holds");
  if (!call || call.ns <= held / 2 || call.ns / call.times <= 1_000) return "almost all Python bytecode";
  const option = releasingOption(call.entry);
  if (!call.compiled) return `almost all \`${call.name}\`, which holds the GIL`;
  const how = `compiled by \`${call.entry.name}\`${option ? ` without \`${option}\`` : ""} and holds the GIL`;
  return call.name === prediction.task ? how : `almost all \`${call.name}\`, which is ${how}`;
}

/** The keyword with which a compiler is told to release the GIL: `nogil=True`. */
function releasingOption(entry: CallableEntry): string | undefined {
  const cases = entry.gil === "conditional" ? entry.cases : [];
  const [condition] = cases.find(({ gil, when }) => gil === "releases" && when.length === 1)?.when ?? [];
  if (condition?.test !== "equals" || condition.of === "receiver" || condition.value !== true) return undefined;
  return `${condition.of.keyword}=True`;
}
