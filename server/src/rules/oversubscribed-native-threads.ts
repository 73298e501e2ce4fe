import { rangeOfCall, type TimedCall } from "../estimate/costs/timed-calls.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import type { TaskWork } from "../estimate/tasks/task-work.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import type { OwnThreads } from "../knowledge/entry.js";
import type { Program } from "../program/link/link.js";
import { mentionsIn } from "../program/link/mentions.js";
import type { CallOperation, Value } from "../program/operation.js";
import { threadLimitFix } from "./fixes/thread-limit-fix.js";
import docs from "./oversubscribed-native-threads.md";
import { type Confidence, type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly site: SiteEstimate;
  readonly call: TimedCall;
  readonly own: OwnThreads;
}

/** GIL104: a thread or process pool around calls that bring threads of their own. */
export const oversubscribedNativeThreads: Rule<Data> = {
  code: "GIL104",
  name: "oversubscribed-native-threads",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  // What was asked for in the code is changed there.
  fix: ({ site, own }, context) => (own.count === "on-request" ? noFix : threadLimitFix(site.spawn.in.file, variablesOf(own), context)),
};

/** Libraries come with one of several others, each with a variable of its own. */
const mostVariables = 3;

function variablesOf({ limitedBy }: OwnThreads): readonly string[] {
  return limitedBy.filter((each) => /^[A-Z][A-Z0-9_]+$/.test(each)).slice(0, mostVariables);
}

function find(context: RuleContext): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  for (const site of context.sites) {
    if (!runsSeveral(site, context.program)) continue;
    const found = multipliedCall(site, context.program);
    if (found) matches.push(match(site, found.call, found.own, found.confidence));
  }
  return matches;
}

/** Whether the site surely has several workers at a time; what starts one at a time, or on how many is unknown, oversubscribes nothing. */
function runsSeveral({ spawn, prediction, work }: SiteEstimate, program: Program): boolean {
  if (spawn.worker !== "thread" && spawn.worker !== "process") return false;
  if (prediction.workers < 2 || prediction.tasks.likely < 2 || spawn.instances === "one") return false;
  if (spawn.worker === "process" && program.knowledge.spawner(spawn.spawner)?.nativeThreads === "limited") return false;
  // Under a lock the calls take turns.
  return work.locked.entries === 0;
}

/** The call with threads of its own that takes most time, if each worker gets those threads and nothing limits them. */
function multipliedCall(
  { spawn, work }: SiteEstimate,
  program: Program,
): { readonly call: TimedCall; readonly own: OwnThreads; readonly confidence: Confidence } | undefined {
  for (const call of work.calls) {
    const own = call.entry.ownThreads;
    if (!own || own.count === "some-cores") continue;
    if (spawn.worker === "thread" && own.pool === "one") continue;
    if (own.count === "on-request" ? !isAskedFor(own, call, program) : isLimited(own, call, program)) continue;
    if (runsOnGraphicsCard(call)) continue;
    const confidence = own.fromElements === undefined ? "likely" : confidenceBySize(call, own.fromElements);
    if (confidence) return { call, own, confidence: hidesBehindOthers(work) ? "possible" : confidence };
  }
  return undefined;
}

/** Whether functions of which nothing is known may be what the time goes to. */
function hidesBehindOthers(work: TaskWork): boolean {
  return work.unknownCalls > work.uncostedCalls && isMostlyUnknown(work);
}

/** Small arrays are worked on in the calling thread; of arrays of unknown size nobody knows. */
function confidenceBySize({ elements }: TimedCall, fromElements: number): Confidence | undefined {
  if (!elements) return "possible";
  return elements.likely >= fromElements ? "likely" : undefined;
}

/** `OMP_NUM_THREADS`, or with what it is set to: `XLA_FLAGS=--…`. */
const environmentVariable = /^([A-Z][A-Z0-9_]+)(?:=|$)/;
const keywordForm = /^([a-z]\w*)=(\w*)$/;
const qualifiedName = /^\w+(\.\w+)+$/;

/** Whether the program says anywhere how many threads the library may have; whoever does has thought about it. */
function isLimited({ limitedBy }: OwnThreads, call: TimedCall, program: Program): boolean {
  const texts = limitedBy.map((each) => environmentVariable.exec(each)?.[1] ?? (each.includes(" ") ? each : undefined));
  const names = [
    ...limitedBy.filter((each) => qualifiedName.test(each)).map((each) => each.slice(each.lastIndexOf(".") + 1)),
    ...generalLimits,
  ];
  const isMentioned = program.files.some((file) => {
    const mentions = mentionsIn(file);
    return texts.some((text) => text !== undefined && mentions.texts.has(text)) || names.some((name) => mentions.names.has(name));
  });
  if (isMentioned) return true;
  const values = keywordsOf(limitedBy, call, program);
  if (values.length > 0) return values.some((value) => limits(value));
  // `params = {"num_threads": 1}`
  const { texts: written } = mentionsIn(call.in.file);
  return limitedBy.some((each) => written.has(keywordForm.exec(each)?.[1] ?? ""));
}

/** Whether the value of a keyword is a limit: `n_jobs=2` or `use_threads=False` is, `n_jobs=-1` or `nthread=None` is not. */
function limits(value: Value): boolean {
  if (value.op === "constant" && value.type === "bool") return value.value === 0;
  const number = numberOf(value);
  return number === undefined || number >= 1;
}

/** Calls that limit whatever library there is. */
const generalLimits = ["threadpool_limits", "ThreadpoolController", "sched_setaffinity", "cpu_affinity"];

/** Whether the call asks for more than one thread: `workers=-1`, `n_jobs=4`. */
function isAskedFor({ limitedBy }: OwnThreads, call: TimedCall, program: Program): boolean {
  return keywordsOf(limitedBy, call, program).some((value) => isTrue(value) || ![undefined, 0, 1].includes(numberOf(value)));
}

/** The values that the call, or the one that made its object, passes for the keywords. */
function keywordsOf(limitedBy: readonly string[], { call, in: within }: TimedCall, { resolver }: Program): readonly Value[] {
  const keywords = limitedBy.flatMap((each) => keywordForm.exec(each)?.[1] ?? []);
  if (keywords.length === 0 || call.op !== "call") return [];
  const calls: CallOperation[] = [call];
  if (call.callee.op === "read" && call.callee.place.kind === "attribute") {
    for (const entity of resolver.resolve(call.callee.place.object, within))
      if (entity.kind === "object" && entity.origin) calls.push(entity.origin.call);
  }
  return calls.flatMap((each) => each.arguments.filter((argument) => keywords.includes(argument.name)).map((argument) => argument.value));
}

function isTrue(value: Value): boolean {
  return value.op === "constant" && value.type === "bool" && value.value === 1;
}

function numberOf(value: Value): number | undefined {
  if (value.op === "constant") return value.type === "none" ? 0 : typeof value.value === "number" ? value.value : undefined;
  const [operand] = value.op === "compute" && value.operator === "u-" ? value.operands : [];
  const inner = operand && numberOf(operand);
  return inner === undefined ? undefined : -inner;
}

/** Work that is sent to another device leaves the cores alone. */
function runsOnGraphicsCard({ in: { file } }: TimedCall): boolean {
  const { texts, names } = mentionsIn(file);
  return names.has("cuda") || [...texts].some((text) => /^(cuda|mps|gpu|xpu)(:\d+)?$/i.test(text));
}

function match(site: SiteEstimate, call: TimedCall, own: OwnThreads, confidence: Confidence): Match<Data> {
  const { path, range } = site.prediction;
  const related: RelatedLocation[] = [];
  if (call.call !== site.spawn.call)
    related.push({
      path: call.in.file.path,
      range: rangeOfCall(call),
      message: `this call brings threads of its own (${own.library})`,
    });
  return { path, range, confidence, related, targets: [], prediction: site.prediction, data: { site, call, own } };
}

function message({ site, call, own }: Data, { cores }: RuleContext): string {
  const { spawn, prediction } = site;
  const workers = prediction.workersKnown === "known" ? Math.min(prediction.workers, Math.round(prediction.tasks.high)) : undefined;
  const kind = spawn.worker === "thread" ? "threads" : "processes";
  const inner = own.count === "on-request" ? "as many threads as it is asked for" : `a thread for each core (${own.library})`;
  const total =
    own.count === "on-request"
      ? ""
      : `: ${workers === undefined ? `many more threads than ${cores} cores` : `up to ${workers * cores} threads on ${cores} cores`}`;
  return `${workers ?? "Several"} ${kind} run \`${prediction.task}\`, and \`${call.name}\` brings ${inner} into each of them${total}. ${advice(own)}`;
}

function advice({ limitedBy, count }: OwnThreads): string {
  const [, keyword, limit] = limitedBy.map((each) => keywordForm.exec(each)).find((each) => each !== null) ?? [];
  if (count === "on-request" && keyword !== undefined) return `Set \`${keyword}=${limit || 1}\` inside the workers.`;
  const named = limitedBy.map((each): string => {
    if (environmentVariable.test(each)) return `\`${each}=1\``;
    return keywordForm.test(each) ? `\`${each.endsWith("=") ? `${each}1` : each}\`` : each.includes("(") ? `\`${each}\`` : `\`${each}(1)\``;
  });
  const ways = named.slice(0, 3);
  return ways.length === 0
    ? "Start fewer workers."
    : `Limit it with ${ways.length > 1 ? `${ways.slice(0, -1).join(", ")} or ${ways[ways.length - 1]}` : ways[0]}.`;
}
