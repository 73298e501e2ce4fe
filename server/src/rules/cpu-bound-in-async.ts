import type { Range } from "../base/range.js";
import { type Target, targetTitle } from "../base/target.js";
import type { Assumption } from "../estimate/prediction/prediction.js";
import { duration, durationText, isTooWide } from "../estimate/prediction/text.js";
import { type LoopStretch, loopStretches, onCoreNs } from "../estimate/tasks/loop-stretches.js";
import type { TaskWork } from "../estimate/tasks/task-work.js";
import { isBeforeOthers, isOfTest } from "../program/link/event-loops/loop-roots.js";
import { holdsLoop } from "../program/link/loops.js";
import { hasGreenThreads } from "../program/link/threads/green-threads.js";
import docs from "./cpu-bound-in-async.md";
import { toThreadFix } from "./fixes/to-thread-fix.js";
import { quoted } from "./race.js";
import { type Confidence, type FixOffer, type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

/** GIL408: computation that keeps the thread of an event loop. */
export const cpuBoundInAsync: Rule<LoopStretch> = {
  code: "GIL408",
  name: "cpu-bound-in-async",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix,
};

/** A thread for what releases the GIL; bytecode would only take turns with the loop there. */
function fix({ longest, ofLongest: work, root }: LoopStretch, context: RuleContext): FixOffer {
  return longest.op === "call" && isMostlyNative(work) ? toThreadFix(root.function, longest, context) : noFix;
}

function find(context: RuleContext): readonly Match<LoopStretch>[] {
  const { program } = context;
  return loopStretches(program, context).flatMap((stretch): readonly Match<LoopStretch>[] => {
    const { function: node } = stretch.root;
    const confidence = confidenceOf(stretch, context);
    if (!confidence || hasGreenThreads(node.file.path, program)) return [];
    return [
      {
        path: node.file.path,
        range: placeOf(stretch),
        confidence,
        related: related(stretch),
        targets: [],
        prediction: undefined,
        data: stretch,
      },
    ];
  });
}

/** From here on a program is felt to stutter; asyncio's debug mode complains of callbacks that take twice as long. Nanoseconds. */
const slowNs = 50_000_000;
/** From here on it is worth a hint. Nanoseconds. */
const noticeableNs = 25_000_000;
/** The same for loops inside loops that nothing is known of. Nanoseconds. */
const heavyGuessNs = 50_000_000;

function confidenceOf(stretch: LoopStretch, { program }: RuleContext): Confidence | undefined {
  const { root, ofLongest: work, longest } = stretch;
  if (stretch.arranging) return "possible";
  const ns = onCoreNs(work);
  const isNested = (longest.op === "loop" && holdsLoop(longest.body)) || work.nesting >= nestedAnyway;
  if (restsOnDepth(work)) return undefined;
  if (isGuess(work)) return ns >= heavyGuessNs && isNested && work.unknownCalls < 1 ? "possible" : undefined;
  if (ns < noticeableNs) return undefined;
  const isHarmless = isOfTest(root.function) || isBeforeOthers(longest.start, root, program);
  if (ns < slowNs) return isHarmless ? undefined : "possible";
  return isHarmless ? "possible" : "likely";
}

/** So many loops one inside the other, wherever they are written, are made to compute. */
const nestedAnyway = 3;

/** Whether it is long only if lengths or sizes are that nothing in the code tells. */
function isGuess({ lengths, assumptions, interpreterNs, heldNs, nativeNs }: TaskWork): boolean {
  const isOpen = lengths === "guessed" || assumptions.some(isOfLength);
  return isOpen && interpreterNs.low + heldNs.low + nativeNs.low < slowNs;
}

/** Whether it is the guess how deep a recursion goes that makes it long: parsers and the like come back to themselves a few times, not hundreds. */
function restsOnDepth({ assumptions }: TaskWork): boolean {
  return assumptions.find(isOfLength)?.what.startsWith("depth of the recursion") ?? false;
}

/** Whether a length or size was assumed; what a call takes is in the range of the estimate. */
function isOfLength({ what, from }: Assumption): boolean {
  return from === "default" && !/ (takes|waits)$/.test(what);
}

function placeOf({ longest }: LoopStretch): Range {
  const { start, end } = longest.op === "loop" ? longest.header : longest;
  return { start, end };
}

function related({ root, longest, ofLongest, calledBy }: LoopStretch): readonly RelatedLocation[] {
  const { function: node } = root;
  const places: RelatedLocation[] = [];
  const { hotLoop, calls } = ofLongest;
  if (root.given) places.push({ path: root.given.path, range: root.given.range, message: "the event loop is told here to call it" });
  else places.push({ path: node.file.path, range: node.head.nameRange, message: "an event loop runs this" });
  if (hotLoop && hotLoop.loop !== longest) {
    const { start, end } = hotLoop.loop.header;
    places.push({ path: hotLoop.function.file.path, range: { start, end }, message: "most of the time goes to this loop" });
  }
  const [call] = calls;
  if (call && call.call !== longest && call.ns > onCoreNs(ofLongest) / 2) {
    const range = { start: call.call.start, end: call.call.end };
    places.push({ path: call.in.file.path, range, message: `\`${call.name}\` takes most of the time` });
  }
  if (calledBy) places.push({ ...calledBy, message: "the lengths follow from what is passed here" });
  return places;
}

function message(stretch: LoopStretch, context: RuleContext): string {
  const { root, longest, ofLongest: work, arranging } = stretch;
  const { target } = context;
  const { function: node } = root;
  const text = quoted(node.file.path, placeOf(stretch), context).replace(/:$/, "");
  const what = longest.op === "loop" && longest.form !== "comprehension" ? `The loop \`${text}\`` : `\`${text}\``;
  if (arranging) {
    const rounds = arranging.name === "itertools.permutations" ? 3_628_800 : undefined;
    const example = rounds
      ? `10 elements have 3 628 800, which take about ${duration(arranging.roundNs * rounds)}`
      : "their number grows exponentially";
    return `${what} goes through all of \`${arranging.name}\` without an \`await\`: ${example} on ${targetTitle(target)}, and no other task of the event loop runs meanwhile. ${insteadText(work)}`;
  }
  const ns = { low: 0, likely: 0, high: 0 };
  for (const end of ["low", "likely", "high"] as const) ns[end] = work.interpreterNs[end] + work.heldNs[end] + work.nativeNs[end];
  const assumed = assumptionText(work, isTooWide(ns) ? "likely" : "range");
  const likely = duration(ns.likely);
  if (isGuess(work))
    return `${what} may keep the event loop's thread for long: loops inside loops, of lengths that the code does not tell, without an \`await\` (about ${likely}${assumed}). ${insteadText(work)}`;
  const range = isTooWide(ns) ? likely : durationText(ns);
  const takes = `${what} keeps the event loop's thread for about ${likely}${range === likely ? "" : ` (${range})`} on ${targetTitle(target)}${assumed}`;
  return `${takes}: ${whyText(work, target)}, so no other task runs meanwhile. ${insteadText(work)}`;
}

function whyText(work: TaskWork, target: Target): string {
  const [call] = work.calls;
  if (call && call.ns > onCoreNs(work) / 2 && call.ns / call.times > longCallNs) {
    if (call.verdict.gil === "releases") return `\`${call.name}\` releases the GIL, but not the thread that calls it`;
    return target.freeThreaded
      ? `\`${call.name}\` returns when it is done`
      : `\`${call.name}\` holds the GIL and the thread until it returns`;
  }
  return "it is Python bytecode without an `await`";
}

/** Calls that take less are part of the loop that makes them. Nanoseconds. */
const longCallNs = 100_000;

/** What the length rests on: the range that was assumed, or only the number that the one time which is said belongs to. */
function assumptionText(work: TaskWork, which: "range" | "likely"): string {
  const first = work.assumptions.find(isOfLength);
  if (!first) return "";
  const likely = which === "likely" ? /likely (.*)$/.exec(first.value)?.[1] : undefined;
  return `, if the ${first.what} is ${likely ?? first.value}`;
}

/** Whether most of it is computed without the GIL. */
function isMostlyNative(work: TaskWork): boolean {
  return work.nativeNs.likely > work.interpreterNs.likely + work.heldNs.likely;
}

function insteadText(work: TaskWork): string {
  if (isMostlyNative(work)) return "Use `await asyncio.to_thread(…)`.";
  return "Hand it to a process with `await loop.run_in_executor(pool, …)`; a thread would only take turns with the loop.";
}
