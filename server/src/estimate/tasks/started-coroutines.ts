import { type Interval, interval, scale } from "../../base/interval.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../program/operation.js";
import type { Sum } from "../costs/cost-sum.js";
import type { Activation } from "../values/activation.js";
import { lastName } from "../values/names-in-text.js";

/** What a block of a coroutine starts of others, to wait at the same time. */
export interface StartedTogether {
  /** The calls of coroutines, and the loops that make one in each round. */
  readonly starting: ReadonlySet<Operation>;
  /** The calls that wait until all of them are done. */
  readonly joining: ReadonlySet<Operation>;
}

/**
 * The coroutines that a block starts together: `gather(fetch(a), fetch(b))`, `gather(*(fetch(each) for each in urls))`, also where they have a name first, and
 * those that are made tasks. Undefined where there are none.
 */
export function startedTogether(block: readonly Operation[], at: Activation, resolver: Resolver): StartedTogether | undefined {
  if (!at.function.head.isAsync) return undefined;
  const starting = new Set<Operation>();
  const joining = new Set<Operation>();
  for (const operation of block) {
    if (operation.op === "loop") {
      if (operation.body.some((inner) => inner.op === "call" && isTaskMaker(inner) && isOfCoroutine(inner, at, resolver)))
        starting.add(operation);
      continue;
    }
    if (operation.op !== "call" || !starters.test(lastName(operation.callee) ?? "")) continue;
    const found = operation.arguments.flatMap(({ value }) => startedBy(value, block, at, resolver));
    for (const each of found) starting.add(each);
    if (found.length > 0 && !isTaskMaker(operation)) joining.add(operation);
  }
  return starting.size > 0 ? { starting, joining } : undefined;
}

/** One round's share of what a loop waits for. */
function waitOfRound(whole: Interval, count: Interval): Interval {
  const share = (ns: number, times: number): number => ns / Math.max(1, times);
  return interval(share(whole.low, count.low), share(whole.likely, count.likely), share(whole.high, count.high));
}

/** The longest of waits at the same time, and how much longer than the longest before it is. */
export function besideWait(longest: Interval, wait: Interval): { readonly all: Interval; readonly more: Interval } {
  const all = interval(Math.max(longest.low, wait.low), Math.max(longest.likely, wait.likely), Math.max(longest.high, wait.high));
  const likely = all.likely - longest.likely;
  const more = interval(Math.min(all.low - longest.low, likely), likely, Math.max(all.high - longest.high, likely));
  return { all, more };
}

const starters = /^(gather|wait|as_completed|create_task|ensure_future)$/;

function isTaskMaker(call: CallOperation): boolean {
  return /^(create_task|ensure_future)$/.test(lastName(call.callee) ?? "");
}

/** The operations of the block that make the coroutines. */
function startedBy(value: Value, block: readonly Operation[], at: Activation, resolver: Resolver): readonly Operation[] {
  if (value.op === "call") {
    const made = isTaskMaker(value) ? value.arguments[0]?.value : value;
    return made?.op === "call" && isCoroutine(made, at, resolver) ? block.filter((each) => each === made) : [];
  }
  if (value.op === "display") return value.elements.flatMap((each) => startedBy(each, block, at, resolver));
  if (value.op === "comprehension") {
    const isStarting =
      value.element.op === "call" && (isCoroutine(value.element, at, resolver) || isOfCoroutine(value.element, at, resolver));
    return isStarting ? block.filter((each) => each.op === "loop" && each.form === "comprehension" && isLoopOf(each, value)) : [];
  }
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== at.function.index) return [];
  const [bound, ...others] = at.function.bound(value.place.name) ?? [];
  return bound && others.length === 0 && bound.op !== "read" ? startedBy(bound, block, at, resolver) : [];
}

function isOfCoroutine(call: CallOperation, at: Activation, resolver: Resolver): boolean {
  const first = call.arguments[0]?.value;
  return isTaskMaker(call) && first?.op === "call" && isCoroutine(first, at, resolver);
}

function isCoroutine(call: CallOperation, at: Activation, resolver: Resolver): boolean {
  if (resolver.callees(call, at.function).some((callee) => callee.function.head.isAsync)) return true;
  const names = resolver.externalCallees(call, at.function);
  return names.length > 0 && names.every((name) => resolver.knowledge.callable(name)?.style === "awaitable");
}

/**
 * Whether a call waits for nothing but coroutines that stand in it as calls, whose waits are counted where these stand: `asyncio.run(main())`,
 * `asyncio.wait_for(ask(n), 1)`, `gather(*(asyncio.to_thread(query, n) for n in numbers))`.
 */
export function waitsForItsOwn(name: string, call: CallOperation, at: Activation, resolver: Resolver): boolean {
  const several = /^asyncio\.gather$/.test(name);
  if (!several && !ofOneCoroutine.test(name)) return false;
  const isOwn = (value: Value): boolean => {
    if (value.op === "comprehension") return isOwn(value.element);
    if (value.op === "display") return value.elements.length > 0 && value.elements.every(isOwn);
    return value.op === "call" && (isCoroutine(value, at, resolver) || isOfCoroutine(value, at, resolver));
  };
  const given = call.arguments.filter(({ form }) => form === "positional" || form === "star");
  return given.length > 0 && (several ? given : given.slice(0, 1)).every(({ value }) => isOwn(value));
}

const ofOneCoroutine = /^asyncio\.(run|wait_for|shield|AbstractEventLoop\.run_until_complete|Runner\.run)$/;

/**
 * How long coroutines that wait at the same time wait together: as long as one of them, and no shorter than a semaphore lets them, which has so many in at a
 * time.
 */
export function waitTogether(whole: Sum, count: Interval): Interval {
  const each = waitOfRound(whole.wait, count);
  if (whole.lockPlaces < 1) return each;
  const throughSemaphore = scale(whole.lockedWait, 1 / whole.lockPlaces);
  return besideWait(each, throughSemaphore).all;
}

function isLoopOf(loop: LoopOperation, comprehension: Extract<Value, { op: "comprehension" }>): boolean {
  return loop.start >= comprehension.start && loop.end <= comprehension.end;
}
