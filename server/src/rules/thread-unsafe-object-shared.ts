import { type Range, rangeOf } from "../base/range.js";
import { knownTargets, targetName } from "../base/target.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import {
  asksForThread,
  type BesideLoop,
  isBesideThreadOfLoop,
  runsLoop,
  usesBesideLoops,
} from "../program/link/event-loops/loop-threads.js";
import { standsWhereNone } from "../program/link/guards.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { type ObjectedSharing, objectionTo } from "../program/link/sharing/object-sharing.js";
import { nameOfRoot } from "../program/link/threads/roots.js";
import type { CallOperation } from "../program/operation.js";
import { accessesByLocation, isFarFetched, lockText, quoted, type Race, raceOf, racePlaces, startOf, whoText } from "./race.js";
import { type Confidence, type Match, noFix, type RelatedLocation, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";
import docs from "./thread-unsafe-object-shared.md";

type Data =
  | { readonly why: "race"; readonly race: Race; readonly objection: ObjectedSharing }
  /** SQLite's own check: it refuses every thread but the one that made the connection, lock or no lock. */
  | { readonly why: "refused"; readonly use: Access; readonly made: Made }
  /** What belongs to an event loop is touched by a thread that is not the loop's. */
  | { readonly why: "loop"; readonly use: LoopUse; readonly objection: ObjectedSharing };

type LoopUse = Pick<Access, "function" | "range" | "root"> | BesideLoop;

interface Made {
  readonly call: CallOperation;
  readonly in: FunctionNode;
}

/** GIL208: an object documented as not thread-safe used from several threads. */
export const threadUnsafeObjectShared: Rule<Data> = {
  code: "GIL208",
  name: "thread-unsafe-object-shared",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  const byLocation = accessesByLocation(program);
  for (const [location, accesses] of byLocation) {
    const uses = accesses.filter((access) => access.does === "use" && isObjectionable(access, program));
    // One finding for an object and function: every further call says the same.
    const seen = new Map<string, Match<Data>>();
    for (const access of uses) {
      const objection = objectionOf(access, program);
      const key = `${access.function.file.path}#${access.function.index}`;
      const known = seen.get(key);
      if (!objection || (known && known.confidence !== "possible")) continue;
      const made = objection.certain === "yes" && !ofTransactions(objection) ? madeElsewhere(access, program) : undefined;
      if (made) {
        seen.set(key, match({ why: "refused", use: access, made }, access, "likely", placesOfRefusal(access, made)));
        continue;
      }
      if (isLoopsOwn(objection)) {
        // In the thread of its loop it may be touched.
        if (isBesideLoop(access, objection, program))
          seen.set(
            key,
            match({ why: "loop", use: access, objection }, access, confidenceBesideLoop(access, program), placeOfStart(access)),
          );
        continue;
      }
      const others = objection.verdict === "unsafe-if-changed" ? (byLocation.get(`${location}[]`) ?? []).filter(isChange) : uses;
      const race = raceOf(access, access.locks, others, program, accesses);
      if (!race || (known && race.confidence === "possible")) continue;
      // What an object keeps for itself is one thread's at a time as a rule.
      const isDoubtful =
        objection.certain === "unknown" ||
        race.concurrency === "promised" ||
        isFarFetched(race) ||
        (location.startsWith("attribute ") && !ofTransactions(objection));
      const confidence = isDoubtful ? "possible" : race.confidence;
      seen.set(key, match({ why: "race", race, objection }, access, confidence, racePlaces(race)));
    }
    matches.push(...seen.values());
  }
  return [...matches, ...besideRunningLoops(program, matches)];
}

/** What goes on beside a thread of which the loop is all: `Thread(target=loop.run_forever)`. */
function besideRunningLoops(program: Program, known: readonly Match<Data>[]): readonly Match<Data>[] {
  return usesBesideLoops(program, givingToLoop).flatMap((use): readonly Match<Data>[] => {
    const { path } = use.function.file;
    if (known.some((each) => each.path === path && each.range.start === use.range.start)) return [];
    const { name } = use;
    const objection = program.resolver.resolve(use.loop, use.function).map((entity) => objectionTo(entity, name, program.resolver))[0];
    if (!objection) return [];
    const related = [
      { path: use.spawn.in.file.path, range: rangeOf(use.spawn.call), message: "the loop runs in the thread that is started here" },
    ];
    return [match({ why: "loop", use, objection }, use, use.evidence === "seen" ? "likely" : "possible", related)];
  });
}

function isObjectionable(access: Access, program: Program): boolean {
  const objection = objectionOf(access, program);
  return objection !== undefined && (isLoopsOwn(objection) || !isEnd(access));
}

function confidenceBesideLoop(access: Access, program: Program): Confidence {
  const { root } = access;
  return (root.kind === "caller" && root.evidence === "assumed") || isNeverMade(access, program) ? "possible" : "likely";
}

/** Whether only a coroutine method of a private class makes the object, which nobody calls: until then there is none. */
function isNeverMade({ operation, function: node }: Access, { resolver }: Program): boolean {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return false;
  const made = resolver.resolve(operation.callee.place.object, node);
  const isUncalled = (maker: FunctionNode): boolean =>
    maker.head.isAsync &&
    /^_[^_]/.test(resolver.enclosingClass(maker)?.facts.name ?? "") &&
    maker.head.decorators.length === 0 &&
    resolver.callersOf(maker).length === 0 &&
    !resolver.isCalled(maker.head.name);
  return made.length > 0 && made.every((entity) => entity.kind === "object" && entity.origin !== undefined && isUncalled(entity.origin.in));
}

function isChange({ does }: Access): boolean {
  return does === "change" || does === "assign" || does === "update" || does === "delete" || does === "insert";
}

function match(
  data: Data,
  use: Pick<Access, "function" | "range">,
  confidence: Confidence,
  related: readonly RelatedLocation[],
): Match<Data> {
  return {
    path: use.function.file.path,
    range: use.range,
    confidence,
    related,
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: "breaks" })),
    prediction: undefined,
    data,
  };
}

function placesOfRefusal({ root }: Access, made: Made): readonly RelatedLocation[] {
  const { call } = made;
  const places: RelatedLocation[] = [
    { path: made.in.file.path, range: { start: call.start, end: call.end }, message: "made here, in another thread" },
  ];
  return [...places, ...placeOfStart({ root })];
}

function placeOfStart({ root }: Pick<Access, "root">): readonly RelatedLocation[] {
  const start = startOf(root);
  return start ? [{ ...start, message: root.kind === "spawn" ? "this thread is started here" : "several threads enter here" }] : [];
}

/** What belongs to one event loop: who waits for it is a task, which only the thread of the loop can wake; and the loop itself. */
function isLoopsOwn({ type }: ObjectedSharing): boolean {
  return /^asyncio\.(\w*Queue|Event|Future|Task|Condition|\w*Semaphore|AbstractEventLoop)$/.test(type.name);
}

/** Whether a thread wakes tasks, or would, or gives the loop something to do, that runs no event loop itself. */
function isBesideLoop({ operation, root, function: node, path }: Access, objection: ObjectedSharing, program: Program): boolean {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return false;
  const isLoop = objection.type.name === "asyncio.AbstractEventLoop";
  if (!(isLoop ? givingToLoop : waking).has(operation.callee.place.name)) return false;
  // Where there is no loop, nothing is done with one: `if self.loop is None: self.deliver()`, which looks again.
  const name = lastNameOf(operation.callee.place.object);
  if (path.some((step) => standsWhereNone(step.function, step.call, name))) return false;
  const way = [root.function, ...path.map((step) => step.function), node];
  if (way.some((each) => each.head.isAsync || asksForThread(each) || runsLoop(each, program.resolver))) return false;
  switch (root.kind) {
    case "spawn":
      return !root.byLoop;
    case "handler":
    case "entry":
    case "marked":
      return true;
    case "promised":
      return false;
    case "caller":
      return isBesideThreadOfLoop(root, program);
  }
}

const waking: ReadonlySet<string> = new Set(
  "put_nowait get_nowait set set_result set_exception notify notify_all release task_done cancel".split(" "),
);
const givingToLoop: ReadonlySet<string> = new Set(
  "call_soon call_later call_at create_task stop add_reader remove_reader add_writer remove_writer".split(" "),
);

/** Where the SQLite connection was made that this thread may not use; undefined unless that is surely another thread. */
function madeElsewhere({ operation, root, function: node }: Access, { resolver }: Program): Made | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  if (root.kind !== "spawn" && root.kind !== "handler" && root.kind !== "marked") return undefined;
  // The thread that serves may be the one that connected.
  if (root.kind === "handler" && root.served) return undefined;
  const entities = resolver.resolve(operation.callee.place.object, node);
  const [only] = entities;
  if (only?.kind !== "object" || only.type !== "sqlite3.Connection" || !only.origin || entities.length > 1) return undefined;
  const { origin } = only;
  const { facts } = origin.in;
  const isElsewhere = facts.kind === "module" || facts.name === "__init__" || (root.kind === "spawn" && root.spawn.in === origin.in);
  return isElsewhere && origin.in !== node ? origin : undefined;
}

/** Calls that end whatever another thread waits for in the object; made from outside on purpose. */
const ends: ReadonlySet<string> = new Set("close shutdown interrupt cancel abort quit terminate stop disconnect".split(" "));

function isEnd({ operation }: Access): boolean {
  return operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute"
    ? ends.has(operation.callee.place.name)
    : false;
}

/** What the documentation of the object before the dot says against threads sharing it. */
function objectionOf({ operation, function: node }: Access, { resolver }: Program): ObjectedSharing | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  const { object, name } = operation.callee.place;
  for (const entity of resolver.resolve(object, node)) {
    const objection = objectionTo(entity, name, resolver);
    // What goes wrong with shared iterators is for rule `shared-iterator` to say, and so with the lines of files; other reads of a file are a
    // hand-over as a rule: one thread has it until the other is done.
    if (!objection || objection.type.is.role === "iterator" || objection.type.name.startsWith("io.")) continue;
    if (!ofTransactions(objection) || (isInTransaction(operation) && node.file.stores("isolation_level").length === 0)) return objection;
  }
  return undefined;
}

/** Whether threads may use the object, but not one another's transactions. */
function ofTransactions({ stated, type }: ObjectedSharing): boolean {
  return stated !== type.sharedByThreads;
}

/** Whether the call begins or ends a transaction: a query alone does neither. */
function isInTransaction({ callee, arguments: [first] }: CallOperation): boolean {
  if (!/^execute/.test(lastNameOf(callee))) return true;
  return first?.value.op === "constant" && /^\s*(insert|update|delete|replace|begin)\b/i.test(String(first.value.value));
}

function message(data: Data, context: RuleContext): string {
  if (data.why === "refused") {
    const text = quoted(data.use.function.file.path, data.use.range, context);
    return `\`${text}\` raises sqlite3.ProgrammingError in the thread that runs \`${nameOfRoot(data.use.root)}\`: another thread made the connection, and without \`check_same_thread=False\` only that one may use it. Connect in the thread that needs it.`;
  }
  if (data.why === "loop") {
    const text = quoted(data.use.function.file.path, data.use.range, context);
    const { name } = data.objection.type;
    const { facts } = "root" in data.use ? data.use.root.function : data.use.function;
    const where = facts.kind === "module" ? "in a thread that is not the loop's" : `in the thread that runs \`${facts.name}\``;
    return `\`${text}\` touches an \`${name}\` ${where}: ${data.objection.stated.because}, and the loop may sleep on. ${loopAdvice(data.use.range, data, context)}`;
  }
  const { race, objection } = data;
  const { first } = race;
  const text = quoted(first.function.file.path, first.range, context);
  const guard = lockText(race, context);
  return `\`${text}\` uses a \`${objection.type.name}\` that threads share: ${userText(race)} and ${guard}. ${statementText(objection)}`;
}

function loopAdvice(range: Range, { use }: Extract<Data, { why: "loop" }>, context: RuleContext): string {
  const isTask = /\bcreate_task\(/.test(quoted(use.function.file.path, range, context));
  return isTask
    ? "Give the coroutine to `asyncio.run_coroutine_threadsafe`."
    : "Hand the call to the loop with `loop.call_soon_threadsafe`.";
}

/** The reason, and what the documentation says, in other words than its own. */
function statementText({ stated, verdict }: ObjectedSharing): string {
  const { because, evidence } = stated;
  const words = (evidence[0]?.says ?? "").replace(/\.("?)$/, "$1");
  const says = words === "" ? "" : ` (${words})`;
  switch (verdict) {
    case "unsafe":
      return `Not thread-safe: ${because}${says}.`;
    case "unsafe-if-changed":
      return `Not thread-safe once a thread changes it: ${because}${says}.`;
    case "refused":
      return `Not for several threads: ${because}${says}.`;
  }
}

function userText(race: Race): string {
  const { first, second } = race;
  if (second.function === first.function || first.root.kind !== "spawn") return whoText(race).replace("changes it too", "uses it too");
  return `\`${second.function.head.name}\` uses it in another thread`;
}
