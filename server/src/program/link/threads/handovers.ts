import { contains, type Range } from "../../../base/range.js";
import type { CallOperation, Operation, Value } from "../../operation.js";
import type { Moment } from "../activity/moments.js";
import { type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { functionsThat, functionTest } from "../linked-file.js";
import { mayFail } from "../locks/locks.js";
import { overviewOf } from "../memory/overviews.js";
import { constantOf } from "../resolution/constants.js";
import { Ownership } from "../sharing/ownership.js";
import { innerOperations, walkOperations } from "../walk.js";
import { isBeforeJoinedStart, isJoinedBefore } from "./joins.js";
import type { ThreadRoot } from "./roots.js";

/**
 * Whether two moments of different threads have an order although no lock is held at both: one thread has the turn, a lock or a semaphore that it takes and
 * the other gives; or one waits for what the other signals when it is done, with an event, a barrier, a queue, or by joining it.
 */
export function areInOrder(first: Moment, second: Moment, program: Program): boolean {
  for (const [before, after] of [
    [first, second],
    [second, first],
  ] as const)
    if (isJoinedBefore(before, after, program) || isBeforeJoinedStart(before, after, program)) return true;
  if (signallers(program).size === 0) return false;
  const a = placesOf(first, program);
  const b = placesOf(second, program);
  if (a.length === 0 || b.length === 0) return false;
  return haveTurns(a, b, first, second, program) || isHandedOver(a, b, first, program) || isHandedOver(b, a, second, program);
}

/** A call that waits for others, or lets others go on. */
interface Signal {
  readonly call: CallOperation;
  readonly object: Value;
  readonly does: "take" | "give";
  readonly by: "lock" | "event" | "barrier" | "queue";
  /** The loops, arms of branches and handlers that it stands in. */
  readonly around: readonly Range[];
  readonly loops: number;
}

/** A function on the way to a moment that signals, and where the way leaves it. */
interface SignallingPlace {
  readonly node: FunctionNode;
  readonly at: Range;
  readonly root: ThreadRoot;
  readonly signals: readonly Signal[];
}

function placesOf({ root, function: node, range, path }: Moment, program: Program): readonly SignallingPlace[] {
  const all = signallers(program);
  const steps = [...path.map((step) => ({ node: step.function, at: step.call as Range })), { node, at: range }];
  return steps.flatMap((step) => {
    const signals = all.get(step.node);
    return signals ? [{ ...step, root, signals }] : [];
  });
}

/** The functions of the program that signal. */
function signallers(program: Program): ReadonlyMap<FunctionNode, readonly Signal[]> {
  return overviewOf(program, "signallers", (now) => {
    const found = new Map<FunctionNode, readonly Signal[]>();
    for (const file of now.files)
      for (const node of functionsThat(file, signalling)) {
        const signals = signalsIn(node, now);
        if (signals.length > 0) found.set(node, signals);
      }
    return found;
  });
}

const names: ReadonlyMap<string, Signal["does"]> = new Map([
  ["acquire", "take"],
  ["wait", "take"],
  ["get", "take"],
  ["release", "give"],
  ["set", "give"],
  ["put", "give"],
  ["put_nowait", "give"],
]);

const signalling = functionTest(
  "signals",
  ({ body }) => {
    let signals = false;
    walkOperations(body, (operation) => {
      signals ||= signalName(operation) !== undefined;
    });
    return signals;
  },
  new Set(names.keys()),
);

function signalName(operation: Operation): string | undefined {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  return names.has(operation.callee.place.name) ? operation.callee.place.name : undefined;
}

function signalsIn(node: FunctionNode, program: Program): readonly Signal[] {
  const signals: Signal[] = [];
  const visit = (list: readonly Operation[], around: readonly Range[], loops: number): void => {
    for (const operation of list) {
      const name = signalName(operation);
      if (name !== undefined && operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute") {
        const { object } = operation.callee.place;
        const by = kindOf(object, name, node, program);
        const does = by === "barrier" ? "take" : names.get(name);
        if (by && does && (by === "queue" || isSure(operation, does))) signals.push({ call: operation, object, does, by, around, loops });
      }
      if (operation.op === "loop") visit(operation.body, [...around, operation], loops + 1);
      else if (operation.op === "branch")
        for (const arm of operation.arms)
          visit(arm, arm[0] ? [...around, { start: arm[0].start, end: arm[arm.length - 1]?.end ?? 0 }] : around, loops);
      else if (operation.op === "attempt") {
        for (const part of [operation.body, operation.otherwise, operation.final]) visit(part, around, loops);
        for (const handler of operation.handlers)
          visit(handler, handler[0] ? [...around, { start: handler[0].start, end: handler[handler.length - 1]?.end ?? 0 }] : around, loops);
      } else for (const part of innerOperations(operation)) visit(part, around, loops);
    }
  };
  visit(node.facts.body, [], 0);
  return signals;
}

/** Whether a call that waits goes on only once it has what it waits for. */
function isSure(call: CallOperation, does: Signal["does"]): boolean {
  return does === "give" || (call.arguments.length === 0 && !mayFail(call));
}

function kindOf(object: Value, name: string, node: FunctionNode, { resolver }: Program): Signal["by"] | undefined {
  for (const entity of resolver.resolve(object, node)) {
    if (entity.kind !== "object") continue;
    if (/^(_?thread(ing)?)\.(Lock|allocate_lock|Semaphore|BoundedSemaphore)$/.test(entity.type) && /^(acquire|release)$/.test(name))
      return "lock";
    if (entity.type === "threading.Event" && /^(wait|set)$/.test(name)) return "event";
    if (entity.type === "threading.Barrier" && name === "wait") return "barrier";
    if (/^queue\.(Simple|Lifo)?Queue$/.test(entity.type) && /^(get|put|put_nowait)$/.test(name)) return "queue";
  }
  return undefined;
}

/** Whether the signal comes by on every way that comes by the place. */
function goesAlong({ around }: Signal, at: Range): boolean {
  return around.every((each) => contains(each, at));
}

/** The turns that a thread has at the place: what it took before and lets another have afterwards. */
function turnsAt(
  { node, at, root, signals }: SignallingPlace,
  program: Program,
): readonly { readonly of: string; readonly by: Signal["by"] }[] {
  const passes = passesIn(node, root, signals, program);
  return passes
    .filter(({ take, give }) => take.call.end <= at.start && at.end <= give.call.start && goesAlong(take, at) && goesAlong(give, at))
    .map(({ from, take }) => ({ of: from, by: take.by }));
}

interface Pass {
  readonly from: string;
  readonly to: string;
  readonly take: Signal;
  readonly give: Signal;
}

/** Where a function takes one thing, never to give it back, and gives another that it never takes; or puts back what it got from a queue. */
function passesIn(node: FunctionNode, root: ThreadRoot, signals: readonly Signal[], program: Program): readonly Pass[] {
  const all = signals.flatMap((signal) => {
    const key = isOfTurns(signal) ? keyOf(signal.object, node, root, program) : undefined;
    return key === undefined ? [] : [{ signal, key }];
  });
  const keyed = all.filter(({ signal }) => signal.by !== "queue");
  const queued = all.filter(({ signal }) => signal.by === "queue");
  const takes = keyed.filter(
    ({ signal, key }) => signal.does === "take" && !keyed.some((other) => other.signal.does === "give" && other.key === key),
  );
  const gives = keyed.filter(
    ({ signal, key }) => signal.does === "give" && !keyed.some((other) => other.signal.does === "take" && other.key === key),
  );
  const puts = queued.flatMap((take) =>
    queued
      .filter(
        (give) =>
          take.signal.does === "take" &&
          give.signal.does === "give" &&
          give.key === take.key &&
          give.signal.call.start > take.signal.call.end &&
          give.signal.loops === take.signal.loops,
      )
      .map((give) => ({ from: take.key, to: give.key, take: take.signal, give: give.signal })),
  );
  const passed = takes.flatMap((take) =>
    gives
      .filter((give) => give.signal.call.start > take.signal.call.end && give.signal.loops === take.signal.loops)
      .map((give) => ({ from: take.key, to: give.key, take: take.signal, give: give.signal })),
  );
  return [...passed, ...puts];
}

function isOfTurns({ by }: Signal): boolean {
  return by === "lock" || by === "event" || by === "queue";
}

/** Whether both threads have a turn of one ring, in which there is one to be had at a time. */
function haveTurns(a: readonly SignallingPlace[], b: readonly SignallingPlace[], first: Moment, second: Moment, program: Program): boolean {
  const turns = (places: readonly SignallingPlace[]) => places.flatMap((place) => turnsAt(place, program));
  for (const turn of turns(a)) {
    for (const other of turns(b)) {
      // An event lets all go on that wait for it.
      if (
        (turn.by === "event" || other.by === "event") &&
        [first, second].some(({ root }) => root.kind === "spawn" && root.instances === "several")
      )
        continue;
      const ring = ringOf(turn.of, [first.root, second.root], program);
      if (ring.has(other.of) && turnsToBeHad(ring, program) <= 1) return true;
    }
  }
  return false;
}

/** What the turn goes to from there, as far as these threads pass it on. */
function ringOf(start: string, roots: readonly ThreadRoot[], program: Program): ReadonlySet<string> {
  const ring = new Set([start]);
  const passes = roots.flatMap((root) => [...signallers(program)].flatMap(([node, signals]) => passesIn(node, root, signals, program)));
  for (const key of ring) for (const { from, to } of passes) if (from === key) ring.add(to);
  return ring;
}

/** How many of them are free before the threads come: locks that nobody takes beforehand, semaphores of one, what somebody else sets or puts in. */
function turnsToBeHad(ring: ReadonlySet<string>, program: Program): number {
  const free = new Map<string, number>();
  const taken = new Set<string>();
  for (const [node, signals] of signallers(program)) {
    const passing = new Set(passesIn(node, besideRoot(node), signals, program).flatMap(({ take, give }) => [take, give]));
    for (const signal of signals) {
      const key = isOfTurns(signal) ? keyOf(signal.object, node, besideRoot(node), program) : undefined;
      if (key === undefined || !ring.has(key)) continue;
      const known = free.get(key) ?? (signal.by === "lock" ? sizeOf(signal.object, node, program) : 0);
      const isGiven = signal.does === "give" && !passing.has(signal);
      const most = signal.by === "queue" ? known + 1 + signal.loops : 1;
      free.set(key, isGiven ? most : known);
      if (signal.does === "take" && signal.by !== "queue" && !passing.has(signal)) taken.add(key);
    }
  }
  return [...free].reduce((sum, [key, count]) => (taken.has(key) ? sum : sum + count), 0);
}

function besideRoot(node: FunctionNode): ThreadRoot {
  return { kind: "marked", key: `beside ${functionKey(node)}`, function: node, instances: "several" };
}

/** How many can take it before somebody gives it. */
function sizeOf(object: Value, node: FunctionNode, { resolver }: Program): number {
  for (const entity of resolver.resolve(object, node)) {
    if (entity.kind !== "object" || !entity.origin || !/Semaphore$/.test(entity.type)) continue;
    const size = entity.origin.call.arguments[0]?.value;
    const known = size && constantOf(size, entity.origin.in, resolver);
    return size === undefined ? 1 : known?.type === "int" ? Number(known.value) : 2;
  }
  return 1;
}

/**
 * Whether the second thread waits for what the first signals after its moment, and nothing else signals: `done.set()` and `done.wait()`, `done.put(x)` and
 * `done.get()`, a barrier that both come by, or a `join`.
 */
function isHandedOver(before: readonly SignallingPlace[], after: readonly SignallingPlace[], first: Moment, program: Program): boolean {
  for (const late of after) {
    for (const take of late.signals) {
      if (take.does !== "take" || take.call.end > late.at.start || !goesAlong(take, late.at)) continue;
      const key = keyOf(take.object, late.node, late.root, program);
      if (key === undefined) continue;
      for (const early of before) {
        for (const give of early.signals) {
          if (give.by !== take.by || give.call.start < early.at.end || !goesAlong(give, early.at) || give.loops > 0) continue;
          if (keyOf(give.object, early.node, early.root, program) !== key) continue;
          if (give.by === "barrier") {
            if (take.loops === 0 && roundOf(give, early, key, program) <= roundOf(take, late, key, program)) return true;
          } else if (
            give.does === "give" &&
            early.node === first.root.function &&
            first.root.instances === "one" &&
            isOnlyGive(give, key, program) &&
            (take.by !== "lock" || sizeOf(take.object, late.node, program) === 0)
          )
            return true;
        }
      }
    }
  }
  return false;
}

/** How often the function has come to the barrier before. */
function roundOf(signal: Signal, { node, root, signals }: SignallingPlace, key: string, program: Program): number {
  return signals.filter(
    (other) => other.by === "barrier" && other.call.start < signal.call.start && keyOf(other.object, node, root, program) === key,
  ).length;
}

function isOnlyGive(give: Signal, key: string, program: Program): boolean {
  for (const [node, signals] of signallers(program))
    for (const other of signals)
      if (other !== give && other.does === "give" && other.by === give.by && keyOf(other.object, node, besideRoot(node), program) === key)
        return false;
  return true;
}

/** Equal for what cannot be told apart; undefined for what is not known to be shared. */
function keyOf(object: Value, node: FunctionNode, root: ThreadRoot, program: Program): string | undefined {
  // Not kept: what is asked of it rests on other parts of the program each time, and whoever asks has to be seen to read them.
  const ownership = new Ownership(program.resolver);
  const frame =
    root.kind === "spawn" && root.function === node ? ownership.frames.start(root.spawn, root.target) : ownership.frames.beside(node);
  const { sharing, key } = ownership.object(object, frame);
  return sharing === "shared" ? key : undefined;
}
