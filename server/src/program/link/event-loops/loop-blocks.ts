import { append } from "../../../base/append.js";
import type { Range } from "../../../base/range.js";
import { unreachable } from "../../../base/unreachable.js";
import { type Blocking, blockingOf } from "../../../knowledge/blocking.js";
import type { CallFacts } from "../../../knowledge/call-facts.js";
import type { CallableEntry } from "../../../knowledge/entry.js";
import { costOf } from "../../../knowledge/evaluate.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../operation.js";
import { partOfActivity } from "../activity/activity.js";
import type { CallStep, Wait } from "../activity/moments.js";
import { type FunctionNode, functionKey } from "../entity.js";
import { receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { isAcquire, locksOf, mayFail, writtenName } from "../locks/locks.js";
import { knownOfCall } from "../resolution/call-facts.js";
import { Ownership } from "../sharing/ownership.js";
import { hasGreenThreads } from "../threads/green-threads.js";
import { awaitedSpawns } from "../threads/pool-waits.js";
import { isBounded } from "../waiting/queue-room.js";
import { walkOperations } from "../walk.js";
import { awaitedIn, type LoopSearch, type LoopVisit, loopVisits } from "./event-loop.js";
import {
  callsLoop,
  ending,
  entriesOf,
  hasNonBlockingSockets,
  isAfterError,
  isAwaitedToEnd,
  isDoneBefore,
  isForLocalHost,
  isForProcesses,
  isLookedAt,
  isOnlyIfSet,
  isRepeated,
  lazy,
  limitOf,
  momentNs,
  ofLoops,
  processLooks,
  processRequests,
  queueLooks,
  runsOnce,
  shortFileNs,
  shortNs,
  shortQueryNs,
  timeOf,
  withConstants,
} from "./harmless-blocks.js";
import { isBeforeOthers, isOfTest, isRunAlone, type LoopRoot } from "./loop-roots.js";
import { loopWaits } from "./loop-waits.js";
import { suspensionsOf } from "./suspensions.js";

/** A call that blocks the thread of an event loop. */
export interface LoopBlock {
  readonly root: LoopRoot;
  /** The function that makes the call, and the calls that lead there from the root. */
  readonly function: FunctionNode;
  readonly call: Range;
  readonly path: readonly CallStep[];
  /** What blocks: `requests.get`. */
  readonly name: string;
  readonly for: BlockedOn;
  /** Where somebody would change it: the call, or that which leads to it from the root, where the call stands in another file. */
  readonly at: { readonly function: FunctionNode; readonly range: Range };
  /** Other functions of event loops that come to the same place. */
  readonly others: readonly LoopRoot[];
  /** Further calls on the same object in the same function, or on the same way. */
  readonly further: readonly { readonly function: FunctionNode; readonly call: Range }[];
  /** Of a lock: where a thread waits for something slow and holds it. */
  readonly holder: Wait | undefined;
  readonly confidence: "likely" | "possible";
}

/** What a loop is blocked on. */
export type BlockedOn =
  | "time"
  | "network"
  | "database"
  | "process"
  | "input"
  | "item"
  | "room"
  | "signal"
  | "thread"
  | "task"
  | "lock"
  | "held lock"
  | "file";

/** Every call that blocks an event loop, in order of file and offset; one for each place where it would be changed. */
export function loopBlocks(program: Program): readonly LoopBlock[] {
  return new Search(program).found();
}

/** A blocking call on one way. */
interface Blocked {
  readonly visit: LoopVisit;
  readonly call: Range;
  readonly operation: Operation;
  readonly name: string;
  readonly for: BlockedOn;
  readonly usually: "long" | "short";
  /** The object that it is a method of, as written; undefined for functions. */
  readonly object: string | undefined;
  readonly holder?: Wait;
}

class Search {
  private readonly blocked = new Map<string, Blocked[]>();
  private readonly known = new Map<CallOperation, readonly CallableEntry[]>();
  private readonly ownership: Ownership;
  /** Locks that a thread holds while it waits for something slow, with one such wait each, the nearest to where the lock is taken. */
  private readonly heldLong = new Map<string, Wait>();
  /** Waits of a loop for itself, of which another rule speaks. */
  private readonly ownWaits: ReadonlySet<CallOperation>;

  constructor(private readonly program: Program) {
    this.ownWaits = new Set(loopWaits(program).map(({ wait }) => wait));
    this.ownership = new Ownership(program.resolver);
    for (const wait of partOfActivity(program, "waits")) {
      if (wait.root.kind === "promised" || wait.root.kind === "caller") continue;
      for (const lock of wait.locks)
        if (lock.scope === "threads" && isNearer(wait, this.heldLong.get(lock.key), lock.key) && this.isSlow(wait))
          this.heldLong.set(lock.key, wait);
    }
    for (const visit of loopVisits(program, blockSearch)) {
      if (hasGreenThreads(visit.function.file.path, program)) continue;
      for (const operation of visit.operations) {
        const found = this.blockedBy(operation, visit);
        if (!found) continue;
        const key = `${functionKey(visit.function)}@${found.call.start}-${found.call.end}`;
        append(this.blocked, key, found);
      }
    }
  }

  found(): readonly LoopBlock[] {
    const byPlace = new Map<string, LoopBlock>();
    for (const ways of this.blocked.values()) {
      const ranked = ways.map((way) => ({ way, confidence: this.confidence(way) }));
      const rank = ({ way, confidence }: (typeof ranked)[number]): number => wayCost(way) + (confidence === "likely" ? 0 : 1000);
      const [best] = ranked.sort((a, b) => rank(a) - rank(b));
      if (!best) continue;
      const { way: first, confidence } = best;
      const { visit } = first;
      const at = placeOf(visit, first.call);
      const roots = [...new Set(ways.flatMap((way) => [way.visit.root, ...way.visit.others()]))].filter((root) => root !== visit.root);
      const block: LoopBlock = {
        root: visit.root,
        function: visit.function,
        call: first.call,
        path: visit.path,
        name: first.name,
        for: first.for,
        at,
        others: roots,
        further: [],
        holder: first.holder,
        confidence,
      };
      // Of several calls on one object, or of those that one call leads to, the first one stands for all.
      const object =
        visit.function === at.function && at.range.start === first.call.start
          ? (first.object ?? `@${first.call.start}`)
          : `@${at.range.start}`;
      const place = `${functionKey(at.function)} ${object}`;
      const known = byPlace.get(place);
      byPlace.set(place, known ? merged(known, block) : block);
    }
    return withoutRepeats([...byPlace.values()]).toSorted((a, b) =>
      a.at.function.file.path !== b.at.function.file.path
        ? a.at.function.file.path < b.at.function.file.path
          ? -1
          : 1
        : a.at.range.start - b.at.range.start,
    );
  }

  private blockedBy(operation: Operation, visit: LoopVisit): Blocked | undefined {
    switch (operation.op) {
      case "call":
        return this.call(operation, visit);
      case "loop":
        return this.loop(operation, visit);
      case "with":
        return operation.isAsync ? undefined : this.left(operation, visit);
      default:
        return undefined;
    }
  }

  /** Whether the wait is for something outside, or for time, and takes longer than anybody would keep a lock. */
  private isSlow({ call, entry, function: node }: Wait): boolean {
    const facts = knownOfCall(call, node, this.program.resolver, undefined);
    const blocking = blockingOf(entry, facts);
    const time = costOf(entry, facts)?.waitNs.likely ?? 0;
    if (blocking.does === "sleeps") return time >= shortNs;
    return blocking.does === "blocks" && /^(network|database|process|input)$/.test(blocking.on) && time >= shortNs;
  }

  /** Taking a lock that a thread keeps for long waits as long. */
  private taken(lock: Value, at: Range, operation: Operation, visit: LoopVisit): Blocked | undefined {
    if (this.heldLong.size === 0) return undefined;
    const { function: node } = visit;
    const locks = locksOf(lock, this.ownership.frames.beside(node), this.program, this.ownership, "anyone");
    const holder = locks.map(({ key }) => this.heldLong.get(key)).find((wait) => wait !== undefined && wait.function !== node);
    if (!holder) return undefined;
    const name = holder.function.head.name === "<lambda>" ? "a lambda" : holder.function.head.name;
    const lockKey = locks.find(({ key }) => this.heldLong.get(key) === holder)?.key ?? "";
    // What is done far from where the lock is taken is rarely what it is taken for.
    const usually = stepsUnder(holder, lockKey) > nearUnderLock ? "short" : "long";
    return { visit, call: at, operation, name, for: "held lock", usually, object: writtenName(lock), holder };
  }

  private call(call: CallOperation, visit: LoopVisit): Blocked | undefined {
    const { function: node, constants } = visit;
    const lock = isAcquire(call) && !mayFail(call) && !awaitedIn(node).has(call) ? receiverOf(call) : undefined;
    const taken = lock && this.taken(lock, call, call, visit);
    if (taken) return taken;
    const entries = this.entries(call, node);
    if (entries.length === 0 || this.ownWaits.has(call) || awaitedIn(node).has(call)) return undefined;
    let result: Blocked | undefined;
    // What may be one of several things blocks if all of them do.
    for (const entry of entries) {
      const facts = knownOfCall(withConstants(call, node, constants), node, this.program.resolver, undefined);
      const waited = this.waitedFor(entry, call, facts, visit);
      if (!waited) return undefined;
      result ??= { visit, call, operation: call, name: entry.name, ...waited, object: this.objectName(call, node) };
    }
    return result;
  }

  /** How the object that a method is called on is written; undefined for functions of modules. */
  private objectName(call: CallOperation, node: FunctionNode): string | undefined {
    const object = receiverOf(call);
    if (!object || this.program.resolver.resolve(object, node).some(({ kind }) => kind === "external" || kind === "module"))
      return undefined;
    return writtenName(object);
  }

  /** What knowledge has of the call; nothing if it may as well be something else. */
  private entries(call: CallOperation, node: FunctionNode): readonly CallableEntry[] {
    const before = this.known.get(call);
    if (before) return before;
    const found = entriesOf(call, node, this.program);
    this.known.set(call, found);
    return found;
  }

  private waitedFor(
    entry: CallableEntry,
    call: CallOperation,
    facts: CallFacts,
    visit: LoopVisit,
  ): { readonly for: BlockedOn; readonly usually: Blocked["usually"] } | undefined {
    const { function: node } = visit;
    if (ofLoops.test(entry.name)) return undefined;
    const blocking = blockingOf(entry, facts);
    switch (blocking.does) {
      case "instant":
      case "computes":
        return undefined;
      case "sleeps": {
        const waitNs = costOf(entry, facts)?.waitNs.likely;
        if (entry.kind !== "sleep" || (waitNs !== undefined && waitNs < momentNs && !this.isMissing(entry, facts))) return undefined;
        const isPause = waitNs !== undefined && waitNs < shortNs && !this.isMissing(entry, facts);
        return { for: "time", usually: isPause && !isRepeated(call, node) ? "short" : "long" };
      }
      case "blocks": {
        if (this.isExcused(entry, call, visit)) return undefined;
        const what = this.on(entry, call, node, blocking);
        if (!what) return undefined;
        const time = timeOf(entry, facts);
        if (time !== undefined && time < momentNs) return undefined;
        const waitNs = costOf(entry, facts)?.waitNs.likely;
        const seconds = limitOf(call);
        if (seconds !== undefined && seconds * 1e9 < momentNs) return undefined;
        const isShort =
          (what === "database" && time !== undefined && time < shortQueryNs) ||
          this.isSoonOver(entry, call, node) ||
          what === "file" ||
          blocking.certain === "unknown" ||
          (seconds !== undefined && seconds * 1e9 < shortNs);
        if (what === "file" && (lazy.test(entry.name) || waitNs === undefined || waitNs < shortFileNs || visit.path.length > 0))
          return undefined;
        return { for: what, usually: isShort ? "short" : "long" };
      }
      default:
        return unreachable(blocking);
    }
  }

  private isMissing(entry: CallableEntry, facts: CallFacts): boolean {
    return (costOf(entry, facts)?.missing.length ?? 0) > 0;
  }

  private on(
    entry: CallableEntry,
    call: CallOperation,
    node: FunctionNode,
    { on }: Extract<Blocking, { does: "blocks" }>,
  ): BlockedOn | undefined {
    const dot = entry.name.lastIndexOf(".");
    const role = this.program.knowledge.type(entry.name.slice(0, dot))?.is;
    if (role?.role === "worker" && role.start.includes(entry.name.slice(dot + 1))) return undefined;
    switch (on) {
      case "lock":
        // A lock for threads is free as a rule, or soon; what other processes hold may be held for as long as they run.
        return role?.role === "lock" && isForProcesses(role.scope, entry.package) ? "lock" : undefined;
      case "signal":
        return entry.kind === "sync-wait" ? "signal" : undefined;
      case "queue":
        return "item";
      case "queue-space":
        return isBounded(call, node, this.program.resolver) ? "room" : undefined;
      case "work":
        return role?.role === "worker" && role.worker === "thread" ? "thread" : "task";
      case "process":
        return "process";
      case "network":
      case "database":
      case "input":
        return on;
      case "disk":
        return "file";
      default:
        return unreachable(on);
    }
  }

  /** Whether what is waited for was told to end, or may be done long since. */
  private isSoonOver({ name }: CallableEntry, call: CallOperation, node: FunctionNode): boolean {
    if (/^concurrent\.futures\.Future\./.test(name)) {
      const spawns = awaitedSpawns(call, node, this.program);
      return !spawns.some((spawn) => spawn.in === node);
    }
    // A process that is asked to end does so in a moment as a rule, and never if it waits for something itself.
    if (name.startsWith("subprocess.Popen.") && isLookedAt(call, undefined, processRequests, node)) return true;
    return ending.test(node.head.name) && /\.(join|wait|communicate)$/.test(name);
  }

  /** Whether something around the call shows that it does not wait. */
  private isExcused(entry: CallableEntry, call: CallOperation, { function: node, root }: LoopVisit): boolean {
    const object = receiverOf(call);
    if (/^(socket|ssl)\./.test(entry.name)) {
      // A loop calls back when the socket is ready.
      if (root.given && /\.(add_reader|add_writer)$/.test(root.given.by)) return true;
      if (object && hasNonBlockingSockets(node)) return true;
    }
    if (isForLocalHost(call, node) || (object && this.isInstantSocket(object, entry.name, node))) return true;
    if (!object) return false;
    const name = writtenName(object);
    if (/^threading\.(Thread|Timer)\.join$/.test(entry.name)) return this.tellsItsEnd(call, node);
    if (entry.name.startsWith("concurrent.futures.Future.")) return isDoneBefore(call, name, node);
    if (/\.(get|put)$/.test(entry.name)) return isLookedAt(call, name, queueLooks, node) || this.isLookedAtBy(call, name, queueLooks, node);
    if (entry.name.startsWith("subprocess.Popen.")) return isLookedAt(call, undefined, processLooks, node) || isAwaitedToEnd(call, node);
    return false;
  }

  /** The same, in a method of the own object that the function calls first: `if not self.sending(): return`. */
  private isLookedAtBy(call: CallOperation, name: string, looks: ReadonlySet<string>, node: FunctionNode): boolean {
    if (!name.startsWith("self.")) return false;
    let isAsked = false;
    walkOperations(node.facts.body, (operation) => {
      if (isAsked || operation.op !== "call" || operation.start >= call.start) return;
      const object = receiverOf(operation);
      if (!object || writtenName(object) !== "self") return;
      isAsked = this.program.resolver
        .callees(operation, node)
        .some(({ function: asked }) => asked !== node && isLookedAt({ ...call, start: Number.POSITIVE_INFINITY }, name, looks, asked));
    });
    return isAsked;
  }

  /** Whether the socket reaches this machine only, or is one that sends without a connection. */
  private isInstantSocket(object: Value, name: string, node: FunctionNode): boolean {
    return this.program.resolver.resolve(object, node).some((entity) => {
      const made = entity.kind === "object" && entity.type === "socket.socket" ? entity.origin?.call.arguments : undefined;
      const kinds = (made ?? []).map(({ value }) => writtenName(value));
      return (
        kinds.some((kind) => kind.endsWith("AF_UNIX")) ||
        (kinds.some((kind) => kind.endsWith("SOCK_DGRAM")) && !/\.(recv\w*|accept)$/.test(name))
      );
    });
  }

  /** Whether the thread that is joined tells the loop that it is done, and the coroutine has waited for that. */
  private tellsItsEnd(join: CallOperation, node: FunctionNode): boolean {
    return awaitedSpawns(join, node, this.program).some((spawn) => {
      const isAwaited = spawn.in === node && suspensionsOf(node).all.some((each) => spawn.call.end <= each.start && each.end <= join.start);
      return isAwaited && spawn.targets.some(({ function: target }) => callsLoop(target));
    });
  }

  /** `for record in consumer` waits for each of them, `for result in pool.map(…)` for each task. */
  private loop(loop: LoopOperation, visit: LoopVisit): Blocked | undefined {
    const { iterable } = loop;
    const { function: node } = visit;
    if (!iterable || loop.isAsync) return undefined;
    const { resolver, knowledge } = this.program;
    const call = iterable;
    if (call.op === "call" && !awaitedIn(node).has(call)) {
      const spawn = this.program.spawnsIn(node).find((each) => each.call === call);
      if (spawn?.joinedBy.includes("__iter__"))
        return { visit, call: iterable, operation: loop, name: spawn.spawner, for: "task", usually: "long", object: undefined };
    }
    const entities = resolver.resolve(iterable, node);
    const entries = entities.map((entity) => (entity.kind === "object" ? knowledge.callable(`${entity.type}.__next__`) : undefined));
    const [entry] = entries;
    if (!entry || entries.includes(undefined)) return undefined;
    const blocking = blockingOf(entry, {});
    if (blocking.does !== "blocks" || blocking.on === "disk" || blocking.on === "database") return undefined;
    const what = this.on(entry, { ...loop, op: "call", callee: iterable, arguments: [] }, node, blocking);
    if (!what) return undefined;
    return { visit, call: iterable, operation: loop, name: entry.name, for: what, usually: "long", object: writtenName(iterable) };
  }

  /** Leaving the `with` block of a pool waits for what was submitted in it and not awaited. */
  private left(operation: Extract<Operation, { op: "with" }>, visit: LoopVisit): Blocked | undefined {
    const { context } = operation;
    const { function: node } = visit;
    const taken = this.taken(context, context, operation, visit);
    if (taken) return taken;
    const { resolver, knowledge } = this.program;
    for (const entity of resolver.resolve(context, node)) {
      const role = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
      const type = entity.kind === "object" ? knowledge.type(entity.type) : undefined;
      if (type && role?.role === "lock" && isForProcesses(role.scope, type.package))
        return { visit, call: context, operation, name: type.name, for: "lock", usually: "long", object: undefined };
      if (role?.role !== "executor" || role.onExit !== "waits" || role.worker === "event-loop-task") continue;
      const given = this.program
        .spawnsIn(node)
        .filter((spawn) => operation.start < spawn.call.start && spawn.call.end <= operation.end && spawn.pool?.made?.call === context);
      const last = given[given.length - 1];
      const isAwaited = suspensionsOf(node).all.some((each) => last && each.start > operation.context.end && each.end <= operation.end);
      if (!last || isAwaited || given.some((spawn) => awaitedIn(node).has(spawn.call))) continue;
      return {
        visit,
        call: context,
        operation,
        name: "concurrent.futures.Executor.__exit__",
        for: "task",
        usually: "long",
        object: undefined,
      };
    }
    return undefined;
  }

  private confidence({ visit, usually, operation, for: what }: Blocked): LoopBlock["confidence"] {
    if (usually === "short" || visit.way === "unsure" || isOfTest(visit.root.function)) return "possible";
    // Further down, the way there is rarely the usual one; what only errors lead to is rare.
    if (visit.path.length > longestUsualPath) return "possible";
    if (what === "time" && visit.path.length > 0 && isAfterError(operation, visit.function)) return "possible";
    if (what === "time" && isOnlyIfSet(operation, visit.function)) return "possible";
    if ([...visit.path.slice(1), visit].some(({ function: node }) => runsOnce(node))) return "possible";
    const start = visit.path[0]?.call.start ?? operation.start;
    return what !== "time" && isBeforeOthers(start, visit.root, this.program) ? "possible" : "likely";
  }
}

/** What may block: calls of which something is known, locks, and whatever is iterated or entered. */
function blockSearch(program: Program): LoopSearch {
  return {
    name: "blocking",
    matters: (root) => !isOfTest(root.function) && !isRunAlone(root, program),
    concerns: (operation, within) => {
      switch (operation.op) {
        case "call":
          return (isAcquire(operation) && !mayFail(operation)) || entriesOf(operation, within, program).length > 0;
        case "loop":
        case "with":
          return !operation.isAsync;
        default:
          return false;
      }
    },
  };
}

/** The shortest way on which everything is certain, in the root's own file if there is one. */
function wayCost({ visit }: Blocked): number {
  return visit.path.length + (visit.function.file !== visit.root.function.file ? 10 : 0);
}

const longestNearPath = 2;
const longestUsualPath = 4;

/** So many calls may lie between where a lock is taken and the wait that it is held for. */
const nearUnderLock = 1;

/** How many calls lie between where the thread took the lock and where it waits. */
function stepsUnder({ locks, path, function: node }: Wait, key: string): number {
  const from = locks.find((lock) => lock.key === key)?.taken.function;
  if (from === node) return 0;
  const at = path.findLastIndex((step) => step.function === from);
  return path.length - Math.max(0, at);
}

function isNearer(wait: Wait, than: Wait | undefined, key: string): boolean {
  return than === undefined || stepsUnder(wait, key) < stepsUnder(than, key);
}

/** Helpers beside the coroutine are changed with it; where they are further away, the call that leads there is what somebody would hand to a thread. */
function placeOf({ root, function: node, path }: LoopVisit, call: Range): LoopBlock["at"] {
  const [first] = path;
  if (!first || (node.file === root.function.file && path.length <= longestNearPath))
    return { function: node, range: { start: call.start, end: call.end } };
  return { function: first.function, range: first.call };
}

function merged(a: LoopBlock, b: LoopBlock): LoopBlock {
  const isFirst = a.call.start <= b.call.start;
  const [first, second] = isFirst ? [a, b] : [b, a];
  return {
    ...first,
    confidence: a.confidence === "likely" ? a.confidence : b.confidence,
    others: [...new Set([...first.others, ...second.others])],
    further: [...first.further, { function: second.function, call: second.call }, ...second.further],
  };
}

/** What a call leads to is reported once: where it stands, or beside the coroutine. */
function withoutRepeats(blocks: readonly LoopBlock[]): readonly LoopBlock[] {
  const stepOf = ({ path: [first] }: LoopBlock): string | undefined => first && `${functionKey(first.function)}@${first.call.start}`;
  const near = new Set(blocks.filter((block) => block.at.function === block.function).map(stepOf));
  return blocks.filter((block) => block.at.function === block.function || !near.has(stepOf(block)));
}
