import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import { Nesting } from "../../../base/nesting.js";
import { contains, type Range } from "../../../base/range.js";
import { firstAt } from "../../../base/sorted.js";
import { unreachable } from "../../../base/unreachable.js";
import { type Blocking, blockingOf } from "../../../knowledge/blocking.js";
import { costOf } from "../../../knowledge/evaluate.js";
import type { CallOperation, Operation } from "../../operation.js";
import { partOfActivity } from "../activity/activity.js";
import { fewAlike } from "../activity/alike.js";
import type { Acquisition, Wait } from "../activity/moments.js";
import { concurrentMoments } from "../activity/parallel.js";
import { type Entity, type FunctionNode, functionKey } from "../entity.js";
import { suspensionsOf } from "../event-loops/suspensions.js";
import { testsBefore } from "../guards.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import { knownOfCall } from "../resolution/call-facts.js";
import { Ownership } from "../sharing/ownership.js";
import { type CheckThenAct, checksThenActs } from "../state/compound.js";
import { samePlace } from "../state/updates.js";
import { awaitedSpawns } from "../threads/pool-waits.js";
import { isBounded } from "../waiting/queue-room.js";
import { walkOperations } from "../walk.js";
import { siteKey, Takers } from "./lock-takers.js";
import { branchesIn, stretchOf, usesIn } from "./locked-stretches.js";
import { type HeldLock, isNoLock, locksOf } from "./locks.js";

/** A thread waits for something while it holds a lock that others want. */
export interface LockedWait {
  readonly wait: Wait;
  /** The statement under the lock: the wait itself, or the call that leads to it from the function that takes the lock. */
  readonly at: { readonly function: FunctionNode; readonly call: Range };
  readonly lock: HeldLock;
  readonly for: Awaited;
  /**
   * `deadlock`: what is waited for cannot go on without the lock. `expires`: nor can it, but the wait ends by itself, for nothing. `delay`: others that want the lock for something else wait as long.
   * `queue`: so do those that run the same code and would not have to wait themselves.
   */
  readonly effect: "deadlock" | "expires" | "delay" | "queue";
  /** Where the other thread takes the lock. */
  readonly taker: Acquisition;
  /** `likely`: long or unlimited, and known to hold others up. */
  readonly confidence: "likely" | "possible";
}

/** What a call waits for; `short`: it is soon over as a rule, or may not wait at all. */
interface Awaiting {
  readonly for: Awaited;
  readonly usually: "long" | "short";
}

/** What is waited for. */
export type Awaited = "thread" | "task" | "item" | "room" | "signal" | "time" | "network" | "process" | "file";

/** Every wait under a lock that others need, in the order in which the waits were found; one for each call. */
export function lockedWaits(program: Program): readonly LockedWait[] {
  const search = new Search(program);
  const found = new Map<string, LockedWait>();
  const judged = new Map<CallOperation, Set<string>>();
  for (const wait of search.waits) {
    const before = judged.get(wait.call) ?? new Set();
    judged.set(wait.call, before);
    for (const lock of wait.locks) {
      // A name that several classes use is no sign that they mean one lock.
      if (isNoLock(lock) || lock.scope !== "threads" || lock.identity === "by-name") continue;
      // Other ways from the lock to the same call tell nothing new.
      const once = `${siteKey(lock)} ${wait.root.key}`;
      if (before.has(once)) continue;
      before.add(once);
      const result = search.judge(wait, lock);
      if (!result) continue;
      const key = `${result.at.function.file.path}:${result.at.call.start}`;
      const known = found.get(key);
      if (!known || rank(result) < rank(known)) found.set(key, result);
    }
  }
  return [...found.values()];
}

function rank({ effect, confidence }: LockedWait): number {
  return (confidence === "possible" ? 2 : 0) + (effect === "deadlock" ? 0 : 1);
}

/** A call that ends a wait, and the locks that it holds. */
type Ender = Pick<Wait, "function" | "call" | "locks">;

/** A call that wakes up who waits: `set`, `notify`; `place`: among all of them. */
interface Signal extends Ender {
  readonly place: number;
}

class Search {
  readonly waits: readonly Wait[];
  private readonly ownership: Ownership;
  private readonly takers = new Map<string, Takers>();
  /** The packages that wait under each lock, by the place where it was taken. */
  private readonly modulesAt = new Map<string, Set<string>>();
  /** The waits of each thread, by the call that starts it. */
  private readonly ofSpawn = new Map<CallOperation, Wait[]>();
  /** What is known to wake up who waits, by the call that makes what is waited for. */
  private signalled: ReadonlyMap<CallOperation, readonly Signal[]> | undefined;
  /** The calls of `put` and `get` of each queue, by the call that made it. */
  private readonly puts = new Map<CallOperation, Wait[]>();
  private readonly gets = new Map<CallOperation, Wait[]>();
  private readonly known = new Map<CallOperation, Blocking>();

  constructor(private readonly program: Program) {
    this.ownership = new Ownership(program.resolver);
    const acquisitions = partOfActivity(program, "acquisitions");
    const waits = partOfActivity(program, "waits");
    const taken = fewAlike(
      acquisitions,
      ({ function: node }) => node,
      ({ lock, range, waits: until }) => `${lock.key}|${lock.owner}|${range.start}|${until}`,
    );
    for (const each of taken) {
      if (each.waits === "until-free") this.takersOf(each.lock.key).add(each);
    }
    this.waits = fewAlike(
      waits,
      ({ call }) => call,
      ({ path, function: node }) => `${functionKey(node)}|${path.length}`,
    );
    for (const wait of this.waits) {
      for (const lock of wait.locks) {
        const modules = this.modulesAt.get(siteKey(lock)) ?? new Set();
        this.modulesAt.set(siteKey(lock), modules.add(moduleOf(wait.entry)));
      }
      if (wait.root.kind === "spawn") append(this.ofSpawn, wait.root.spawn.call, wait);
      const ends = /\.put$/.test(wait.entry.name) ? this.puts : /\.get$/.test(wait.entry.name) ? this.gets : undefined;
      if (ends) for (const origin of this.originsOf(wait)) append(ends, origin, wait);
    }
  }

  private takersOf(key: string): Takers {
    let takers = this.takers.get(key);
    if (!takers) {
      takers = new Takers();
      this.takers.set(key, takers);
    }
    return takers;
  }

  judge(wait: Wait, lock: HeldLock): LockedWait | undefined {
    const awaiting = this.awaited(wait);
    if (!awaiting || this.isOwnLock(wait, lock)) return undefined;
    const { for: kind, usually } = awaiting;
    const { at, depth } = placeUnder(lock, wait);
    const takers = this.takersOf(lock.key);
    const needed = this.neededBy(wait, lock, kind, takers);
    if (needed && this.isLimited(wait)) {
      const isStartedUnderIt = isStartedUnder(lock, needed) && isUnconditional(needed);
      return { wait, at, lock, for: kind, effect: "expires", taker: needed, confidence: isStartedUnderIt ? "likely" : "possible" };
    }
    if (needed) {
      const isSameObject = lock.identity !== "one-per-object" || needed.lock.owner === lock.owner;
      return { wait, at, lock, for: kind, effect: "deadlock", taker: needed, confidence: isSameObject ? "likely" : "possible" };
    }
    // Work that does not want the lock ends without it, and so does a queue empty; only that work that asks the network takes its time.
    if (kind === "thread" || kind === "room" || (kind === "task" && !this.isForNetwork(wait))) return undefined;
    const site = siteKey(lock);
    const forSomethingElse = takers
      .besides(moduleOf(wait.entry), this.modulesAt)
      .find(
        (taker) => siteKey(taker.lock) !== site && concurrentMoments(wait, taker) !== undefined && !this.isForTheSame(wait, kind, taker),
      );
    if (!forSomethingElse) {
      const queued = kind === "network" && depth === 0 ? this.behind(wait, lock, takers) : undefined;
      const confidence = usually === "short" || this.fills(wait) ? "possible" : "likely";
      return queued && { wait, at, lock, for: kind, effect: "queue", taker: queued, confidence };
    }
    // Further down, the way there is rarely the usual one; files are opened in many calls; what only errors lead to is rare.
    if (depth > 1 || (depth > 0 && (usually === "short" || (kind === "time" && isAfterError(wait.call, wait.function))))) return undefined;
    // Who sleeps or asks the network under a lock holds the others up on purpose, as a rule; a thread that takes it again and again leaves them no time,
    // and that no item may ever come is overlooked.
    const isOverlooked = kind === "item" || (kind === "time" && loopsAround(lock.taken.function, lock.taken.range).length > 0);
    const confidence = isOverlooked && usually === "long" ? "likely" : "possible";
    return { wait, at, lock, for: kind, effect: "delay", taker: forSomethingElse, confidence };
  }

  /** Whether the task that is waited for asks the network itself. */
  private isForNetwork(wait: Wait): boolean {
    const isSlow = (other: Wait): boolean => {
      const awaiting = this.awaited(other);
      return awaiting?.for === "network" && awaiting.usually === "long";
    };
    return awaitedSpawns(wait.call, wait.function, this.program).some(({ call }) => this.ofSpawn.get(call)?.some(isSlow));
  }

  /** The same code in another thread of a pool, if there is a way through it on which nothing is waited for: `if key not in known: known[key] = fetch(key)`. */
  private behind(wait: Wait, lock: HeldLock, takers: Takers): Acquisition | undefined {
    if (wait.root.kind !== "spawn" || wait.root.repeated === "guessed") return undefined;
    const same = takers.at(siteKey(lock)).find((taker) => concurrentMoments(wait, taker) === "seen");
    return same && branchesIn(stretchOf(same)).around(wait.call).length > 0 ? same : undefined;
  }

  /** What the call waits for; undefined where it cannot wait long. */
  private awaited(wait: Wait): Awaiting | undefined {
    const { call } = wait;
    const blocking = this.blocking(wait);
    switch (blocking.does) {
      case "instant":
      case "computes":
        return undefined;
      case "sleeps": {
        const seconds = call.arguments[0]?.value;
        return seconds?.op === "constant" && Number(seconds.value) < shortestSleep ? undefined : { for: "time", usually: "long" };
      }
      case "blocks": {
        const what = this.awaitedBy(wait, blocking);
        if (!what) return undefined;
        const isShort = what === "file" || (blocking.on === "network" && this.takesMoments(wait));
        return { for: what, usually: isShort || blocking.certain === "unknown" ? "short" : "long" };
      }
      default:
        return unreachable(blocking);
    }
  }

  private awaitedBy(wait: Wait, { on, limited }: Extract<Blocking, { does: "blocks" }>): Awaited | undefined {
    const { call, entry, function: node } = wait;
    const dot = entry.name.lastIndexOf(".");
    const role = this.program.knowledge.type(entry.name.slice(0, dot))?.is;
    const isStart = role?.role === "worker" && role.start.includes(entry.name.slice(dot + 1));
    // What ends with time may be slow, but never for ever.
    const isEndless = limited === "no";
    switch (on) {
      case "lock":
        return undefined;
      case "signal":
        // A thread that is started says so at once.
        return isEndless && !isStart ? "signal" : undefined;
      case "queue":
        return isEndless ? "item" : undefined;
      case "queue-space":
        return isEndless && isBounded(call, node, this.program.resolver) ? "room" : undefined;
      case "work":
        if (!isEndless && lastNameOf(call.callee) !== "map" && !(limited === "yes" && mayTakeLong(call))) return undefined;
        return role?.role === "worker" && role.worker === "thread" ? "thread" : "task";
      case "process":
        // The processes of `multiprocessing` are the program's own, and its proxies answer at once as a rule.
        return entry.name.startsWith("multiprocessing.") || entry.name.endsWith(".__exit__") ? undefined : "process";
      case "network":
        return "network";
      case "database":
        // What answers at once is a file of this machine's own: SQLite.
        return this.takesMoments(wait) ? "file" : "network";
      case "disk":
      case "input":
        return isStart ? undefined : "file";
      default:
        return unreachable(on);
    }
  }

  private blocking({ call, entry, function: node }: Wait): Blocking {
    let known = this.known.get(call);
    if (!known) {
      known = blockingOf(entry, knownOfCall(call, node, this.program.resolver, undefined));
      this.known.set(call, known);
    }
    return known;
  }

  /** Whether the answer comes faster than from far away, as a rule. */
  private takesMoments({ call, entry, function: node }: Wait): boolean {
    const cost = costOf(entry, knownOfCall(call, node, this.program.resolver, undefined));
    return !(cost && cost.waitNs.likely >= networkNs) && !databases.has(moduleOf(entry));
  }

  /** Whether the wait for other work ends by itself, with the work done or not. */
  private isLimited(wait: Wait): boolean {
    const blocking = this.blocking(wait);
    return blocking.does === "blocks" && blocking.on === "work" && blocking.limited !== "no" && lastNameOf(wait.call.callee) !== "map";
  }

  /** `Condition.wait` releases the lock of the condition while it waits. */
  private isOwnLock(wait: Wait, lock: HeldLock): boolean {
    const blocking = this.blocking(wait);
    const object = receiverOf(wait.call);
    if (!object || blocking.does !== "blocks" || blocking.releases !== "own-lock") return false;
    return locksOf(object, this.ownership.frames.beside(wait.function), this.program, this.ownership).some((own) => own.key === lock.key);
  }

  /** Where the work that is waited for takes the lock, if it cannot get on without. */
  private neededBy(wait: Wait, lock: HeldLock, kind: Awaited, takers: Takers): Acquisition | undefined {
    switch (kind) {
      case "thread":
      case "task": {
        const spawns = awaitedSpawns(wait.call, wait.function, this.program);
        const runs = kind === "thread" ? this.runsOf(wait) : [];
        const isOfWork = ({ root }: Acquisition): boolean => root.kind === "spawn" || root.kind === "handler";
        // Nobody waits for a thread that may be running the very code that waits.
        return takers.of(spawns, runs).find((taker) => siteKey(taker.lock) !== siteKey(lock) && isOfWork(taker));
      }
      case "item":
        return this.neededByAll(this.endersOf(wait, this.puts), lock, wait, takers);
      case "room":
        return this.neededByAll(this.endersOf(wait, this.gets), lock, wait, takers);
      case "signal":
        return this.neededByAll(this.signals(wait), lock, wait, takers);
      default:
        return undefined;
    }
  }

  /** What the thread runs that is joined, where it is an object of a class of threads. */
  private runsOf({ call, function: node }: Wait): readonly FunctionNode[] {
    const object = receiverOf(call);
    if (!object) return [];
    return this.program.resolver.resolve(object, node).flatMap((entity) => {
      const run = entity.kind === "instance" ? this.program.resolver.method(entity.class, "run") : undefined;
      return run?.head.name === "run" ? [run] : [];
    });
  }

  /** Where one of the calls that end the wait needs the lock, if all of them do. */
  private neededByAll(enders: Iterable<Ender>, lock: HeldLock, wait: Wait, takers: Takers): Acquisition | undefined {
    if (lock.scope !== "threads") return undefined;
    const isAnother = (taker: Acquisition): boolean => taker.root.key !== wait.root.key || taker.root.instances === "several";
    let first: Acquisition | undefined;
    for (const { function: node, call, locks } of enders) {
      if (node === wait.function) continue;
      const needed =
        takers.in(node).find((taker) => isNeededFor(call, taker, node) && isAnother(taker)) ??
        locks.flatMap((each) => takers.at(siteKey(each))).find(isAnother);
      if (!needed) return undefined;
      first ??= needed;
    }
    return first;
  }

  /** The calls on the queue that end the wait. */
  private endersOf(wait: Wait, calls: ReadonlyMap<CallOperation, readonly Wait[]>): ReadonlySet<Ender> {
    return new Set(this.originsOf(wait).flatMap((origin) => calls.get(origin) ?? []));
  }

  private originsOf({ call, function: node }: Wait): readonly CallOperation[] {
    const object = receiverOf(call);
    return object ? this.program.resolver.resolve(object, node).flatMap(originOf) : [];
  }

  /** The calls that wake up who waits: `set`, `notify`. */
  private signals(wait: Wait): readonly Ender[] {
    this.signalled ??= this.findSignals();
    const { signalled } = this;
    const found = new Set(this.originsOf(wait).flatMap((origin) => signalled.get(origin) ?? []));
    return [...found].sort((a, b) => a.place - b.place);
  }

  private findSignals(): ReadonlyMap<CallOperation, readonly Signal[]> {
    const { files, resolver } = this.program;
    const found = new Map<CallOperation, Signal[]>();
    let place = 0;
    for (const file of files)
      for (const { call, function: index } of ["set", "notify", "notify_all"].flatMap((name) => file.calls(name))) {
        const node = file.functionAt(index);
        const target = receiverOf(call);
        if (!node || !target) continue;
        const signal: Signal = { function: node, call, locks: [], place: place++ };
        for (const origin of resolver.resolve(target, node).flatMap(originOf)) append(found, origin, signal);
      }
    return found;
  }

  /** Whether the lock is taken there for the same purpose, though nothing is waited for in the same way: to use the very object that is waited on. */
  private isForTheSame(wait: Wait, kind: Awaited, taker: Acquisition): boolean {
    const stretch = stretchOf(taker);
    if (kind === "file" && this.handlesFiles(stretch, taker)) return true;
    const object = receiverOf(wait.call);
    if (object?.op !== "read") return false;
    const { place } = object;
    return usesIn(stretch)(place).some(({ start, place: used }) => {
      if (start < taker.range.start) return false;
      // `sock` is most likely what `self.sock` holds.
      const isOne = used.kind === "attribute" || place.kind === "attribute";
      return isOne && used.kind !== "element" && place.kind !== "element" ? used.name === place.name : samePlace(used, place);
    });
  }

  /** Whether the stretch opens, moves or removes files: the lock is for the files. */
  private handlesFiles(stretch: readonly Operation[], { function: node, range }: Acquisition): boolean {
    const { resolver } = this.program;
    let handles = false;
    walkOperations(stretch, (operation) => {
      if (handles || operation.op !== "call" || operation.start < range.start) return;
      handles = resolver
        .externalCallees(operation, node)
        .some((name) => /^(os|shutil|pathlib|tempfile|io|builtins\.open)(\.|$)/.test(name));
    });
    return handles;
  }

  /** Whether the wait brings what was found missing: who wants the lock meanwhile wants that very thing. */
  private fills({ function: node, call, path }: Wait): boolean {
    const inside = [
      { node, call: call as { readonly start: number; readonly end: number } },
      ...path.map((step) => ({ node: step.function, call: step.call })),
    ];
    return inside.some(
      ({ node: each, call: at }) => isWhereMissing(each, at) || (lastFillBefore(checksThenActs(each), at.start) ?? -1) >= at.end,
    );
  }
}

/** Whether the call stands under `if x is None:` or `if not x:`, so that it is there to bring what the test misses. */
function isWhereMissing(node: FunctionNode, call: Range): boolean {
  return whereMissing(node.facts.body).around(call).length > 0;
}

const whereMissing = indexed((body: readonly Operation[]) => {
  const found: Operation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op !== "branch" || operation.test?.op !== "compute") return;
    const { operator, operands } = operation.test;
    const tests = operator === "not" || (operator === "is" && operands[1]?.op === "constant");
    if (tests) found.push(...(operation.arms[0] ?? []));
  });
  return new Nesting(found);
});

/** Where the last act ends that fills what a look before the offset missed. */
function lastFillBefore(patterns: ReadonlyMap<unknown, CheckThenAct>, offset: number): number | undefined {
  const fills = fillsByLook(patterns);
  return fills[firstAt(fills, offset, ({ look }) => look) - 1]?.end;
}

/** By the start of the look, with the last end of those so far. */
const fillsByLook = indexed((patterns: ReadonlyMap<unknown, CheckThenAct>) => {
  const fills = [...patterns.values()]
    .filter(({ check, does }) => does === "fill" && !check.waitsFor)
    .map(({ check, act }) => ({ look: check.range.start, end: act.op === "write" ? act.statement.end : act.end }))
    .sort((a, b) => a.look - b.look);
  let last = 0;
  return fills.map(({ look, end }) => {
    last = Math.max(last, end);
    return { look, end: last };
  });
});

/** Shorter sleeps are pauses between tries. Seconds. */
const shortestSleep = 0.05;

/** From here on a wait is one for somebody else's answer: a disk, or a look into the table of hosts, takes less. Nanoseconds. */
const networkNs = 20_000_000;

/** Clients of servers that answer faster than that, when they answer. */
const databases: ReadonlySet<string> = new Set(["MySQLdb", "django", "grpc", "psycopg", "psycopg2", "pymongo", "redis", "sqlalchemy"]);

/** Where the wait stands in the function that took the lock, and how many calls lie between. */
function placeUnder({ taken }: HeldLock, { function: node, call, path }: Wait): { readonly at: LockedWait["at"]; readonly depth: number } {
  const at = { function: node, call };
  if (node === taken.function) return { at, depth: 0 };
  const index = path.findLastIndex((step) => step.function === taken.function);
  const step = path[index];
  // A lock that was taken in a function which has returned since is held somewhere on the way.
  return step ? { at: step, depth: path.length - index } : { at, depth: 2 };
}

/** Whether the call stands in an `except` clause. */
function isAfterError(call: CallOperation, node: FunctionNode): boolean {
  const turns = suspensionsOf(node).turnsTo.get(call) ?? [];
  return turns.some(({ at, way }) => at.op === "attempt" && way > 0 && way <= at.handlers.length);
}

/** The package that does the waiting: `socket`, `requests`. */
function moduleOf({ name }: Wait["entry"]): string {
  return name.split(".", 1)[0] ?? name;
}

function originOf(entity: Entity): readonly CallOperation[] {
  return entity.kind === "object" && entity.origin ? [entity.origin.call] : [];
}

/** Whether the limit of a wait is more than a look at what is done by now: `thread.join(0)`. */
function mayTakeLong({ arguments: given }: CallOperation): boolean {
  return !given.some(({ value }) => value.op === "constant" && Number(value.value) < shortestSleep);
}

/** Whether a function gets to the call only by way of the lock, at least the next time: it is taken before, or after it in the same loop. */
function isNeededFor(call: Range, { range }: Acquisition, node: FunctionNode): boolean {
  return range.start < call.start || loopsAround(node, range).some((loop) => contains(loop, call));
}

/** Whether the function that holds the lock starts the work while it does, so that the work cannot have come by before. */
function isStartedUnder({ taken }: HeldLock, { root }: Acquisition): boolean {
  return root.kind === "spawn" && root.spawn.in === taken.function && root.spawn.call.start > taken.range.start;
}

/** Whether the work always takes the lock, whatever it finds. */
function isUnconditional({ root, function: node, range, path }: Acquisition): boolean {
  return path.length === 0 && node === root.function && loopsAround(node, range).length === 0 && testsBefore(node, range).length === 0;
}
