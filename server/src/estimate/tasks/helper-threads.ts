import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { LinkedFile } from "../../program/link/entity.js";
import { receiverOf } from "../../program/link/last-name.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { lastName } from "../values/names-in-text.js";

/** What a task has to do with threads that it starts itself, and with signs of other threads that it waits for. */
export interface Helped {
  /** How many threads it starts of which it is known what they do, likely. */
  readonly threads: number;
  /** What these compute. */
  readonly interpreter: Interval;
  readonly native: Interval;
  /** How long the one of them waits that waits longest: a timer for the time to come, a thread that sleeps before it says that all is ready. */
  readonly wait: Interval;
  /** How often the task waits for a sign, and for how long in all if nothing is known of who gives it. */
  readonly signs: number;
  readonly signWait: Interval;
}

const nothing: Interval = exactly(0);
export const unhelped: Helped = { threads: 0, interpreter: nothing, native: nothing, wait: nothing, signs: 0, signWait: nothing };

export function withHelp(a: Helped, b: Helped): Helped {
  if (a === unhelped) return b;
  if (b === unhelped) return a;
  return {
    threads: a.threads + b.threads,
    interpreter: add(a.interpreter, b.interpreter),
    native: add(a.native, b.native),
    wait: longer(a.wait, b.wait),
    signs: a.signs + b.signs,
    signWait: add(a.signWait, b.signWait),
  };
}

export function repeatedHelp(help: Helped, count: Interval): Helped {
  if (help === unhelped) return help;
  return {
    threads: help.threads * count.likely,
    interpreter: multiply(help.interpreter, count),
    native: multiply(help.native, count),
    // Threads that are started in a loop wait at the same time.
    wait: help.wait,
    signs: help.signs * count.likely,
    signWait: multiply(help.signWait, count),
  };
}

/** One of several ways is taken, each in its share of cases: what is likely is their mean. */
export function averagedHelp(arms: readonly Helped[], shareOf: (index: number) => number): Helped {
  return arms.reduce((all, arm, index) => withHelp(all, repeatedHelp(arm, interval(0, shareOf(index), 1))), unhelped);
}

/** A thread that does so much. */
export function helperThread(work: Omit<Helped, "threads" | "signs" | "signWait">): Helped {
  return { ...unhelped, ...work, threads: 1 };
}

/** A wait for a sign of another thread. */
export function awaitedSign(guessed: Interval): Helped {
  return { ...unhelped, signs: 1, signWait: guessed };
}

/**
 * How long an event or condition is waited for: not at all where the task, or the module, has set it before; as long as the time-out says where the
 * file has nobody who gives the sign; else until somebody does.
 */
export function signAwaited(name: string, call: CallOperation, at: Activation, guessed: Interval, evaluator: Evaluator): Helped | Interval {
  const [, type] = /^threading\.(Event|Condition)\.wait$/.exec(name) ?? [];
  const sign = type === undefined ? undefined : lastName(receiverOf(call));
  const limit = call.arguments.find(({ form, name: keyword }) => form === "positional" || keyword === "timeout");
  const seconds = type === undefined || !limit ? undefined : evaluator.number(limit.value, at);
  const mostNs = seconds && seconds.low >= 0 ? scale(seconds, 1e9) : undefined;
  if (sign !== undefined) {
    const { file, index } = at.function;
    const calls = (method: string) => file.calls(method).filter((each) => lastName(receiverOf(each.call)) === sign);
    const given = type === "Event" ? calls("set") : [...calls("notify"), ...calls("notify_all")];
    const isBefore = ({ call: { start }, function: of }: (typeof given)[number]): boolean =>
      of === 0 || (of === index && start < call.start);
    const cleared = calls("clear");
    // A sign that the function gives and takes back itself is there in between.
    const isThere = (set: (typeof given)[number]): boolean =>
      cleared.every(
        ({ call: clear, function: of }) =>
          of === index && set.function === index && (clear.start < set.call.start || clear.start > call.start),
      );
    if (type === "Event" && given.some((set) => isBefore(set) && isThere(set))) return nothing;
    const givers = type === "Event" ? ["set"] : ["notify", "notify_all"];
    const isHandedOn = (): boolean => givers.some((method) => methodsHandedOn(file).has(`${sign}.${method}`));
    if (given.length === 0 && mostNs && !isHandedOn()) return mostNs.high > 0 ? add(mostNs, lateNs) : nothing;
  }
  return awaitedSign(mostNs ? interval(0, Math.min(guessed.likely, mostNs.likely), Math.min(guessed.high, mostNs.high)) : guessed);
}

/**
 * Whether a wait lasts as long as others are busy that the program starts as well: threads that meet at a barrier, that set an event or notify a
 * condition of the file, that fill and empty a queue. Nobody would do that work for it sooner by waiting beside it.
 */
export function isForSiblings(name: string, call: CallOperation, { function: { file, index } }: Activation): boolean {
  const [, type, method] = siblingWaits.exec(name) ?? coroutineWaits.exec(name) ?? [];
  if (type === undefined || method === undefined) return false;
  if (type === "Barrier") return true;
  // A limit of time is often all that is waited for.
  const isLimited = call.arguments.some(({ form, name: keyword }, index) =>
    form === "keyword" ? keyword === "timeout" : !/^(wait_for|put)$/.test(method) || index > 0,
  );
  const object = lastName(receiverOf(call));
  if (isLimited || object === undefined) return false;
  const givers = type === "Event" ? ["set"] : type === "Condition" ? ["notify", "notify_all"] : endsOfQueueWait(method);
  // What sets an event for itself takes it back before it waits, or it would not wait.
  const isOther = (given: number): boolean => type !== "Event" || given !== index;
  return givers.some((giver) => file.calls(giver).some((each) => isOther(each.function) && lastName(receiverOf(each.call)) === object));
}

const siblingWaits =
  /^(?:threading|multiprocessing\.synchronize|queue|multiprocessing\.queues)\.(Barrier|Event|Condition|(?:Simple|Lifo|Priority|Joinable)?Queue)\.(wait|wait_for|get)$/;

/** What coroutines wait for that others of the same event loop do; nothing else can do it. */
const coroutineWaits = /^asyncio\.(Barrier|Event|Condition|(?:Lifo|Priority)?Queue)\.(wait|wait_for|get|put|join)$/;

/** What others do to a queue that ends a wait at it. */
function endsOfQueueWait(method: string): readonly string[] {
  if (method === "join") return ["task_done"];
  return method === "put" ? ["get", "get_nowait"] : ["put", "put_nowait"];
}

/** The methods that calls are given, with the name of their object: `ready.set` of `Timer(1, self.ready.set)`. */
function methodsHandedOn(file: LinkedFile): ReadonlySet<string> {
  return file.derive("methods that calls are given", () => {
    const found = new Set<string>();
    for (const { facts } of file.functions)
      walkOperations(facts.body, (operation) => {
        if (operation.op !== "call") return;
        for (const { value } of operation.arguments)
          if (value.op === "read" && value.place.kind === "attribute") found.add(`${lastName(value.place.object)}.${value.place.name}`);
      });
    return found;
  });
}

/** How long a task waits for an entry of a queue, at most so long, that nobody in the file puts anything into; undefined for any other call. */
export function waitedInVain(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  if (!/^queue\.(Simple|Lifo|Priority)?Queue\.get$/.test(name)) return undefined;
  const limit = call.arguments.find(({ form, name: keyword }, place) => keyword === "timeout" || (form === "positional" && place === 1));
  const seconds = limit && evaluator.number(limit.value, at);
  const queue = lastName(receiverOf(call));
  const puts = ["put", "put_nowait"].flatMap((method) => at.function.file.calls(method));
  if (!seconds || seconds.low <= 0 || queue === undefined || puts.some((put) => lastName(receiverOf(put.call)) === queue)) return undefined;
  return add(scale(seconds, 1e9), lateNs);
}

/** What a wait takes beyond its limit: `Event().wait(0.002)` took 2.1 ms on CPython 3.11, 3.13t and 3.14. */
const lateNs = interval(20_000, 100_000, 1_000_000);

/**
 * What the task waits and computes beyond its own. Who starts threads waits for them: as long as they wait, while they compute, and each time for the
 * switch from one to the other (`test/measure/hand_overs.py`: two threads that take turns need 12 to 60 µs for each).
 */
export function helpOf({ threads, interpreter, native, wait, signs, signWait }: Helped): Pick<Helped, "interpreter" | "native" | "wait"> {
  if (threads === 0) return { interpreter: nothing, native: nothing, wait: signWait };
  return { interpreter: add(interpreter, scale(switchNs, signs)), native, wait };
}

/** What threads that a task starts itself compute of all that it computes, where they can do that beside it on other cores. */
export interface OwnThreads {
  readonly count: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** The same of what a task does in all, in likely nanoseconds of computing; undefined where it starts no threads. */
export function ownThreadsOf({ threads, interpreter, native }: Helped, ownNs: number): OwnThreads | undefined {
  const theirs = interpreter.likely + native.likely;
  return threads >= 1 && theirs > 0 ? { count: threads, share: theirs / (theirs + ownNs) } : undefined;
}

/**
 * How many cores a task computes on at a time without a GIL, its own threads included: as many as if none waited for another at the low end of what others
 * gain, one at the high end. Threads that only meet at the end come near the first; one that fills a queue which the task empties kept 1.5 cores busy of
 * two (CPython 3.13t, 16 times 60 lists of 300 integers).
 */
export function coresOf({ count, share }: OwnThreads, corner: "low" | "likely" | "high"): number {
  const most = 1 / Math.max(1 - share, share / count);
  return 1 + (most - 1) * { low: 1, likely: 0.7, high: 0 }[corner];
}

const switchNs = interval(1_000, 10_000, 40_000);

/** What the thread is to run, as a call of it, and how long a timer puts it off: `Thread(target=f, args=(a,))`, `Timer(0.1, f)`. */
export function startedCall(
  name: string | undefined,
  call: CallOperation,
): { readonly call: CallOperation; readonly delay: Value | undefined } | undefined {
  if (name !== "threading.Thread" && name !== "threading.Timer") return undefined;
  const given = (position: number, keyword: string): Value | undefined =>
    call.arguments.find((each, index) => (each.form === "keyword" ? each.name === keyword : index === position))?.value;
  const isTimer = name === "threading.Timer";
  const callee = isTimer ? given(1, "function") : given(1, "target");
  const passed = isTimer ? given(2, "args") : given(3, "args");
  if (!callee) return undefined;
  const elements = passed?.op === "display" ? passed.elements.flatMap((value) => (value ? [value] : [])) : [];
  const delay = isTimer ? given(0, "interval") : undefined;
  return { call: { ...call, callee, arguments: elements.map((value) => ({ form: "positional", name: "", value })) }, delay };
}

/** What a thread runs that a class of the program is: `class Sender(threading.Thread)` with a `run`, where an object of it is made. */
export function ownRun(call: CallOperation, at: Activation, resolver: Resolver): Activation | undefined {
  for (const entity of resolver.resolve(call.callee, at.function)) {
    if (entity.kind !== "class" || !resolver.classOrder(entity.class).externals.includes("threading.Thread")) continue;
    const run = resolver.method(entity.class, "run");
    return run && { function: run, arguments: new Map(), caller: at, receiver: { value: call, in: at, how: "whole" } };
  }
  return undefined;
}

function longer(a: Interval, b: Interval): Interval {
  return interval(Math.max(a.low, b.low), Math.max(a.likely, b.likely), Math.max(a.high, b.high));
}
