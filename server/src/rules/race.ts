import { append } from "../base/append.js";
import { indexed } from "../base/indexed.js";
import { codeOnOneLine } from "../base/markdown.js";
import { Nesting } from "../base/nesting.js";
import type { Range } from "../base/range.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import { fewAlike } from "../program/link/activity/alike.js";
import type { Access, Moment } from "../program/link/activity/moments.js";
import { type Concurrency, concurrency, isPromised } from "../program/link/activity/parallel.js";
import type { FunctionNode } from "../program/link/entity.js";
import { testsBefore } from "../program/link/guards.js";
import type { Program } from "../program/link/link.js";
import { commonLocks, decoratorKey, type HeldLock, isNoLock, takesLock } from "../program/link/locks/locks.js";
import { isHeldToRead } from "../program/link/locks/readers-writer.js";
import { isLock } from "../program/link/locks/useless-locks.js";
import { loopsAround } from "../program/link/loops.js";
import { overviewOf } from "../program/link/memory/overviews.js";
import { isWithin, ownerOfCell } from "../program/link/sharing/cells.js";
import { makesStarter, sameObject } from "../program/link/sharing/one-object.js";
import { areInOrder } from "../program/link/threads/handovers.js";
import { nameOfRoot, type ThreadRoot } from "../program/link/threads/roots.js";
import { besideIn } from "../program/link/threads/spans-beside.js";
import { walkOperations } from "../program/link/walk.js";
import type { Operation, Place, WithOperation } from "../program/operation.js";
import { isDoubtfulMeeting } from "./doubts.js";
import type { Confidence, RelatedLocation, RuleContext } from "./rule.js";
import { isOneOfStripes } from "./striped-locks.js";

/** Two accesses to the same state that threads can make at the same time, with nothing that keeps them apart. */
export interface Race {
  readonly first: Access;
  /** The access that can come between; the first itself where several threads make it. */
  readonly second: Access;
  readonly concurrency: Concurrency;
  readonly confidence: Confidence;
}

/**
 * The accesses of a program's threads, by the state they reach, in the order in which they were found. Of threads that come by the same place
 * with the same locks only a few of each kind stand for all: pairs are compared, and hundreds of threads would make millions of them.
 */
export function accessesByLocation(program: Program): ReadonlyMap<string, readonly Access[]> {
  return overviewOf(program, "accesses by location", (now) => grouped(partOfActivity(now, "accesses")));
}

/** Something that a thread does after a look at the same state, and what threads do to that state and, of a container, to what is inside. */
export interface CheckedAccess {
  readonly location: string;
  readonly access: Access;
  readonly accesses: readonly Access[];
  readonly inside: readonly Access[];
}

/** What is done because of a look, in the same function or by one that it calls. */
export function checkedAccesses(program: Program): readonly CheckedAccess[] {
  const byLocation = accessesByLocation(program);
  const found: CheckedAccess[] = [];
  const add = (location: string, checked: readonly Access[], accesses: readonly Access[]): void => {
    const inside = byLocation.get(`${location}[]`) ?? [];
    for (const access of checked) if (access.check) found.push({ location, access, accesses, inside });
  };
  for (const [location, accesses] of byLocation) add(location, accesses, accesses);
  const acts = actsByLocation(program);
  for (const [location, all] of acts) {
    const checked = all.filter(({ check }) => check);
    add(location, checked, [...checked, ...(byLocation.get(location) ?? [])]);
  }
  return found;
}

/** What functions do because of a look, or store of what was read, before they were called. */
export function actsByLocation(program: Program): ReadonlyMap<string, readonly Access[]> {
  return overviewOf(program, "acts by location", (now) => grouped(partOfActivity(now, "actsByCall")));
}

function grouped(accesses: readonly Access[]): ReadonlyMap<string, readonly Access[]> {
  const byLocation = new Map<string, Access[]>();
  for (const access of fewAlike(accesses, ({ operation }) => operation, sameMoment)) {
    if (ofContext.test(access.location)) continue;
    append(byLocation, access.location, access);
  }
  return byLocation;
}

/** What frameworks keep for each request, though it is imported as if there were one. */
const ofContext = /^external (flask\.(request|session|g|ctx)|bottle\.(request|response)|quart\.(request|session|g))\b/;

/** Equal for accesses of one operation that differ only in which thread makes them, and how it gets there. */
function sameMoment({ location, does, check, of, through, via }: Access): string {
  return [location, does, ...(check?.locks.map((lock) => lock.key) ?? []), of, through, via].join("|");
}

/**
 * The access of `others` that races with the first one while that holds `locks`: at the same time, without a common lock. What the program
 * shows is preferred to what code promises, and that to what must be assumed. Undefined if there is none, or too little evidence for one.
 */
export function raceOf(
  first: Access,
  locks: readonly HeldLock[],
  others: Iterable<Access>,
  program: Program,
  all: readonly Access[],
): Race | undefined {
  let best: Race | undefined;
  for (const second of others) {
    const common = commonLocks(locks, second.locks);
    const isApart = common.length > 0 && !common.every((lock) => isOneOfStripes(lock, first, program.resolver));
    if (isApart || mayShareLock(locks, second.locks) || areOtherElements(first, second)) continue;
    if (isDoneBeforeStart(first, second) || isDoneBeforeStart(second, first)) continue;
    const how = concurrency(first, second);
    const found = how && confidenceOf(first, locks, second, how, program, all);
    const meeting = found && sameObject(first, second, program);
    if (!how || !found || meeting === "two" || areInOrder(first, second, program)) continue;
    const confidence = meeting === "one" ? found : "possible";
    if (best && rank(best) <= rank({ concurrency: how, confidence })) continue;
    best = { first, second, concurrency: how, confidence };
    if (rank(best) === 0) break;
  }
  return best;
}

/** Whether the first is what a function does before it starts the other's thread, each time that it is called, and without a lock that would expect others. */
function isDoneBeforeStart({ root, function: node, range, locks, path }: Access, { root: thread }: Access): boolean {
  if (root.kind !== "caller" || root.within !== undefined || thread.kind !== "spawn" || path.length > 0 || locks.length > 0) return false;
  const { in: starter, call } = thread.spawn;
  return node === starter && root.function === starter && range.end <= call.start && testsBefore(starter, call).length === 0;
}

/** Whether one side holds what a decorator takes, which is most likely the lock that the other side holds. */
function mayShareLock(locks: readonly HeldLock[], others: readonly HeldLock[]): boolean {
  const isByDecorator = (lock: HeldLock): boolean => lock.key.startsWith(decoratorKey);
  return (locks.some(isByDecorator) && others.some(isRealLock)) || (others.some(isByDecorator) && locks.some(isRealLock));
}

/** Whether an update of one element meets a store to another one: `counts["hits"] += 1` loses nothing to `counts["misses"] += 1`. */
function areOtherElements(first: Access, second: Access): boolean {
  if (!first.update || first.operation === second.operation) return false;
  const [own, other] = [elementName(first), elementName(second)];
  if (own === undefined || other === undefined) return false;
  // A constant may well be the string that is written elsewhere.
  return own !== other && own.startsWith('"') === other.startsWith('"');
}

/** The name of the element that is stored to, as far as it can be told: a string, or a constant by its capitals. */
function elementName({ operation, function: { file } }: Access): string | undefined {
  if (operation.op !== "write" || operation.place.kind !== "element") return undefined;
  const { index } = operation.place;
  if (index.op === "constant") return index.type === "str" ? `"${index.value}"` : undefined;
  if (index.op !== "read" || index.place.kind === "element") return undefined;
  const { name } = index.place;
  if (!/^_*[A-Z][A-Z0-9_]*$/.test(name)) return undefined;
  const bound = index.place.kind === "name" && index.place.owner === 0 ? (file.functionAt(0)?.bound(name) ?? []) : [];
  const [only] = bound;
  return bound.length === 1 && only?.op === "constant" && only.type === "str" ? `"${only.value}"` : name;
}

function rank({ concurrency: how, confidence }: Pick<Race, "concurrency" | "confidence">): number {
  return (confidence === "possible" ? 3 : 0) + (how === "seen" ? 0 : how === "promised" ? 1 : 2);
}

/**
 * How sure a race is. Threads that the program starts make it likely. A promise does where the state is what the promise is about and other
 * code guards it, while this access does not; state that nobody guards may well be one thread's business, so that is possible only, and only
 * where this very function takes a lock or the class is documented as thread-safe.
 */
function confidenceOf(
  first: Access,
  locks: readonly HeldLock[],
  second: Access,
  how: Concurrency,
  program: Program,
  all: readonly Access[],
): Confidence | undefined {
  switch (how) {
    case "seen":
      return first.location.startsWith("unknown") ||
        isOfUnknownObject(first, second, program) ||
        isGuessedTwin(first, second, program) ||
        isDoubtfulMeeting(first, second, program) ||
        isInitial(second) ||
        isLong(first, second) ||
        [first, second].some(beginsLife)
        ? "possible"
        : "likely";
    case "assumed":
      // Who takes locks on both sides expects the other; they are not the same lock.
      return [ownLocks(first).filter((lock) => locks.includes(lock)), ownLocks(second)].every((held) => held.some(isRealLock))
        ? "likely"
        : "possible";
    case "promised": {
      // A lock that is held at the end only, and not from the look on, shows what should be held.
      const late = first.locks.filter((lock) => isRealLock(lock) && !locks.includes(lock));
      const known = guardsOf(all, first);
      const guards = [...known.map(({ lock }) => lock), ...late];
      if (commonLocks(locks, guards).length > 0) return undefined;
      const promises = [first.root, second.root].flatMap((root) => (root.kind === "promised" ? [root.promise] : []));
      const about = promises.filter((promise) => isPromised(first.location, promise));
      // What is shared reaches a global that is filled on demand: whoever shares the one meets in the other.
      const isFilledGlobal = first.location.startsWith("global ") && first.check?.pattern.does === "fill";
      if (about.length === 0) return isFilledGlobal ? "possible" : undefined;
      // What is stored as an object is set up is there before anybody else comes by.
      if (second.does === "assign" && !second.check && !second.location.endsWith("[]") && isNamedForLifecycle(second.function))
        return "possible";
      if (isNamedForSetUp(second.function) || isDoubtfulMeeting(first, second, program)) return "possible";
      // A lock that is there for the end of an object's life alone need not be meant for what comes before.
      if (guards.length > 0) return late.length > 0 || known.some(({ inUse }) => inUse) ? "likely" : "possible";
      if (locks.some(isRealLock)) return undefined;
      // A thread that the object starts on itself, beside whoever calls its methods.
      if (first.root.kind === "spawn" || second.root.kind === "spawn") return "possible";
      return about.some((promise) => promise.by === "docstring" || takesLock(first.function)) ? "possible" : undefined;
    }
  }
}

/**
 * Whether several threads of one kind come to an attribute through an object that each may have for itself: the `self` of a method behind a callback, or
 * what is passed to the function that starts the threads. That it is one object for all of them is then a guess.
 */
function isOfUnknownObject(first: Access, second: Access, program: Program): boolean {
  const { root, of, through, location } = first;
  if (root.kind !== "spawn" || root.key !== second.root.key || of !== "other object" || second.of !== of) return false;
  if (!location.startsWith("attribute ") || second.through !== through) return false;
  const owner = ownerOfCell(through);
  // A variable around the thread's own start is known to be one, or to be another in each call.
  return owner !== undefined && !isWithin(root.spawn.in, owner) && !makesStarter(owner, root.spawn, program);
}

/** Whether the two are threads of one place that starts one each time, and nothing shows that it does so again before the first is over. */
function isGuessedTwin(first: Access, second: Access, program: Program): boolean {
  const { root } = first;
  const { root: other } = second;
  if (root.key !== other.key) return isRestarted(first, second);
  if (runsWhatItIsGiven(first, program)) return true;
  // Of a class of threads that nobody is seen to make there may be one.
  if (root.kind === "handler") return /Thread$/.test(root.base);
  if (root.kind !== "spawn") return false;
  const { pool, in: within, call } = root.spawn;
  // A thread that is made here and started by whoever gets it may be one of a queue.
  if (!pool && besideIn(root.spawn) === undefined) return true;
  // A pool that gets its work while something is set up gets it once.
  return root.repeated === "guessed" || (pool !== undefined && isNamedForLifecycle(within) && loopsAround(within, call).length === 0);
}

/** Whether an object starts the same work on itself in two of its methods, which as a rule are for one time and the next. */
function isRestarted({ root: a, of }: Access, { root: b, of: ofSecond }: Access): boolean {
  if (a.kind !== "spawn" || b.kind !== "spawn" || a.function !== b.function || a.spawn.call === b.spawn.call) return false;
  const isOwn =
    of === "thread's object" && ofSecond === of && a.spawn.in.head.class !== undefined && a.spawn.in.head.class === b.spawn.in.head.class;
  return isOwn && a.spawn.instancesOfOne === "one" && b.spawn.instancesOfOne === "one" && a.spawn.in !== b.spawn.in;
}

/** Whether the thread's function calls what its object was given to run, so that threads of a kind do not do the same. */
function runsWhatItIsGiven({ root, path }: Access, { resolver }: Program): boolean {
  const [step] = path;
  if (!step || step.function !== root.function || root.kind === "entry") return false;
  let stored = false;
  walkOperations(step.function.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start !== step.call.start || operation.end !== step.call.end) return;
    const { callee } = operation;
    // A function that starts whatever its callers give it.
    stored ||= callee.op === "read" && root.kind === "spawn" && isParameterOf(callee.place, root.spawn.in);
    if (callee.op !== "read" || callee.place.kind !== "attribute" || resolver.enclosingClass(step.function) === undefined) return;
    const { name } = callee.place;
    const callees = resolver.callees(operation, step.function);
    stored ||= callees.length > 1 && callees.every(({ function: node }) => node.head.name !== name);
  });
  return stored;
}

function isParameterOf(place: Place, { facts }: FunctionNode): boolean {
  return place.kind === "name" && place.owner === facts.index && facts.parameters.some(({ name }) => name === place.name);
}

/** Whether both threads get there through so many calls that the two ways rest on many guesses. */
function isLong({ path }: Access, { path: other }: Access): boolean {
  return path.length + other.length > longestWay;
}

/** Whether a constructor stores a first value, if after the start of a thread: as a rule it is there before the thread comes by. */
function isInitial({ root, function: node, operation, update }: Access): boolean {
  return root.kind === "caller" && root.within !== undefined && node.head.name === "__init__" && operation.op === "write" && !update;
}

/** Whether it is what other code has an object do before its thread runs, as the name tells: `connect`, `open`, `start`. */
function beginsLife({ root }: Access): boolean {
  return root.kind === "caller" && root.within === undefined && beginning.test(root.function.head.name);
}

const beginning = /^(re)?(init|set_?up|configure|open|connect|start|begin|prepare|launch)(_|$)/i;

/** The locks that stand close enough to an access to be meant for it: taken in its function, its class, or under the name of a global beside it. */
export function ownLocks({ function: node, locks }: Moment): readonly HeldLock[] {
  return locks.filter((lock) => {
    const { taken, identity } = lock;
    if (isNoLock(lock) || taken.function.file !== node.file) return false;
    return (
      taken.function === node || identity === "one" || (node.head.class !== undefined && taken.function.head.class === node.head.class)
    );
  });
}

/** Whether the lock is one that another object has for itself, whose method happens to lead here. */
function isOfOther({ identity, owner }: HeldLock, { through }: Access): boolean {
  return (
    identity === "one-per-object" &&
    owner !== "" &&
    through !== "" &&
    owner.startsWith("self ") &&
    through.startsWith("self ") &&
    !through.includes(owner.slice("self ".length))
  );
}

/** Whether the function ends the life of its object, as its name tells: that is usually once no other thread has it. */
function windsDown(node: FunctionNode): boolean {
  return node.head.parameters.length <= 1 && isNamedForEnd(node);
}

/** Whether the function is named for the end of something: `close`, `_shutdown`, `stop_all`. */
export function isNamedForEnd({ facts }: FunctionNode): boolean {
  return ending.test(facts.name);
}

const ending = /^_*(stop|close|disconnect|shut_?down|terminate|tear_?down|clean_?up|finali[sz]e|exit|del)(_|$)/i;

function isNamedForSetUp({ facts }: FunctionNode): boolean {
  return /^_*(init|initiali[sz]e|set_?up)(_|$)/i.test(facts.name);
}

/** Whether the function is named for setting something up or winding it down, which usually happens while no other thread has it. */
export function isNamedForLifecycle({ facts }: FunctionNode): boolean {
  return lifecycle.test(facts.name);
}

const lifecycle =
  /^_*(on_)?(re)?(init|set_?up|set_|configure|enable|install|(load|restore|populate)(_all|_data|_state|_from\w*)?$|start|open|connect|begin|prepare|stop|close|disconnect|shut_?down|terminate|tear_?down|clean_?up|finali[sz]e|reset|clear|fork|enter|exit)|_fork/i;

/** Whether the access sets a number back, which says little of how it is counted otherwise. */
function isReset({ does, operation, location, check }: Access): boolean {
  return does === "assign" && !check && !location.endsWith("[]") && operation.op === "write" && operation.value?.op === "constant";
}

interface Guard {
  readonly lock: HeldLock;
  /** The operations that touch the state under it. */
  readonly operations: Set<unknown>;
  /** Whether one of them stands close to where the lock is taken, and elsewhere than in what ends the object's life. */
  inUse: boolean;
}

const guardsAt = new WeakMap<readonly Access[], readonly Guard[]>();

/** The locks under which other code touches the state. */
function guardsOf(accesses: readonly Access[], besides: Access): readonly Guard[] {
  let guards = guardsAt.get(accesses);
  if (!guards) {
    const byKey = new Map<string, Guard>();
    for (const access of accesses) {
      const own = ownLocks(access);
      for (const lock of access.locks.filter((each) => isRealLock(each) && !isOfOther(each, access))) {
        const guard = byKey.get(lock.key) ?? { lock, operations: new Set(), inUse: false };
        guard.operations.add(access.operation);
        guard.inUse ||= !windsDown(access.function) && own.includes(lock) && !isReset(access);
        byKey.set(lock.key, guard);
      }
    }
    guards = [...byKey.values()];
    guardsAt.set(accesses, guards);
  }
  return guards.filter(({ operations }) => !operations.has(besides.operation) || operations.size > 1);
}

/** Whether the lock is one, and not something else that keeps threads apart or the name of a decorator that stands in for it. */
export function isRealLock(lock: HeldLock): boolean {
  return !isNoLock(lock) && !lock.key.startsWith(decoratorKey);
}

/**
 * Whether a thread gets to the race through so many calls that one of them, on an object of some other class or behind a callback, is likely to
 * be another than it seems.
 */
export function isFarFetched({ first, second }: Race): boolean {
  return first.path.length > longestWay || second.path.length > longestWay;
}

const longestWay = 6;

/** What of locks there is between the two, as a clause. */
export function lockText({ first, second }: Race, { program }: RuleContext): string {
  if (isReadTogether(first.locks, second.locks)) return "only the readers' side of a lock is held, which lets several threads in";
  const isHeld = [...first.locks, ...second.locks].some(isRealLock) || [first, second].some((access) => isInsideLock(access, program));
  return isHeld ? "no common lock is held" : "no lock is held";
}

function isReadTogether(a: readonly HeldLock[], b: readonly HeldLock[]): boolean {
  return a.some(({ key }) => isHeldToRead(key) && b.some((other) => other.key === key));
}

/** Whether a lock is held in the text, if only one that no other thread can want. */
function isInsideLock({ function: node, statement }: Access, program: Program): boolean {
  return withsIn(node.facts.body)
    .around(statement)
    .some(({ context }) => isLock(context, node, program));
}

const withsIn = indexed((body: readonly Operation[]) => {
  const withs: WithOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with") withs.push(operation);
  });
  return new Nesting(withs);
});

/** What a race is explained with: the other access, what it holds, and how both threads get there. */
export function racePlaces({ first, second }: Race): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  const isSame = second.operation === first.operation && second.function === first.function;
  if (!isSame) {
    const held = [...new Set(second.locks.filter(isRealLock).map((lock) => `\`${lock.name}\``))];
    const holds = held.length === 0 ? "" : `, which holds ${held.join(" and ")}, not held here`;
    places.push({
      path: second.function.file.path,
      range: second.statement,
      message: `other access, in ${rootText(second)}${holds}`,
      part: "other access",
    });
  }
  const start = startOf(first.root);
  if (start) places.push({ ...start, message: isSame ? severalText(first.root) : startText(first.root) });
  const otherStart = isSame ? undefined : startOf(second.root);
  if (otherStart && otherStart.range.start !== start?.range.start) {
    const text = second.root.kind === "spawn" ? "the other thread is started here" : startText(second.root);
    places.push({ ...otherStart, message: text });
  }
  for (const step of first.path.slice(0, 3)) {
    places.push({
      path: step.function.file.path,
      range: { start: step.call.start, end: step.call.end },
      message: "reached through this call",
    });
  }
  return places;
}

/** The same where several threads of the root do one thing: "4 such threads are started here". */
function severalText(root: ThreadRoot): string {
  if (root.kind !== "spawn" || root.instances === "one") return startText(root);
  const size = root.spawn.pool?.size?.value;
  return `${size?.op === "constant" ? size.value : "several"} such threads are started here`;
}

/** Why threads start at the root, as a clause for related locations. */
export function startText(root: ThreadRoot): string {
  if (root.kind === "caller") return root.within ? "this goes on beside the thread" : "other code calls this meanwhile";
  if (root.kind === "handler" && root.served) return "a server calls this beside the thread";
  if (root.kind !== "promised") return root.kind === "spawn" ? "this thread is started here" : "several threads enter here";
  return root.promise.by === "docstring"
    ? "its docstring calls the class thread-safe"
    : "it has a lock of its own, so several threads use it";
}

/** Where a thread of the root starts, for related locations. */
export function startOf(root: ThreadRoot): { readonly path: string; readonly range: Range } | undefined {
  switch (root.kind) {
    case "spawn":
      return { path: root.spawn.in.file.path, range: { start: root.spawn.call.start, end: root.spawn.call.end } };
    case "handler":
      return { path: root.class.file.path, range: root.class.facts.nameRange };
    case "promised":
      return { path: root.promise.file.path, range: root.promise.class?.facts.nameRange ?? root.function.head.nameRange };
    case "entry":
    case "marked":
    case "caller":
      // A module has no name of its own to point at.
      if (root.function.head.kind === "module") return undefined;
      return { path: root.function.file.path, range: root.function.head.nameRange };
  }
}

/** The thread in which something happens, for sentences: "the thread that runs `work`". */
export function rootText({ root }: Moment): string {
  switch (root.kind) {
    case "caller":
      return root.within
        ? `\`${root.function.head.name}\`, beside the thread it started`
        : `\`${root.function.head.name}\`, which other code calls meanwhile`;
    case "promised":
      return `a thread that calls \`${root.function.head.name}\``;
    default:
      return `the thread that runs \`${nameOfRoot(root)}\``;
  }
}

/** How many threads of the root there are, for sentences: "in 4 threads". */
export function threadsText(root: ThreadRoot): string {
  if (root.instances === "one") return "in one thread";
  if (root.kind === "handler") return "once for every request";
  if (root.kind === "promised") return "in any thread that uses it";
  const size = root.kind === "spawn" ? root.spawn.pool?.size?.value : undefined;
  return size?.op === "constant" ? `in ${size.value} threads` : "in several threads";
}

/** Who does it and who can come between, as a clause that goes on with "and": "`work` runs in 4 threads". */
export function whoText({ first, second }: Race): string {
  const name = nameOfRoot(first.root);
  const isSame = second.operation === first.operation && second.function === first.function;
  if (first.root.kind === "promised") {
    const shared = promiseText(first.root);
    if (isSame || second.function === first.function) return `${shared},`;
    return `${shared}; \`${second.function.head.name}\` changes it too,`;
  }
  if (first.root.kind === "caller") return `a thread changes it too, in \`${second.function.head.name}\`,`;
  if (!isSame) return `\`${second.function.head.name}\` changes it in another thread`;
  return second.root.key !== first.root.key
    ? `\`${name}\` and ${rootText(second)} both run it`
    : `\`${name}\` runs ${threadsText(first.root)}`;
}

function promiseText(root: Extract<ThreadRoot, { kind: "promised" }>): string {
  const { promise } = root;
  switch (promise.of) {
    case "class":
      return promise.by === "docstring"
        ? `\`${promise.class?.facts.name}\` is documented as thread-safe`
        : `\`${promise.class?.facts.name}\` has a lock, so several threads use it`;
    case "module":
      return "the module has a lock, so several threads use it";
    case "function":
      return `\`${root.function.head.name}\` takes a lock, so several threads run it`;
  }
}

const longestQuote = 60;

/** A stretch of a file on one line, cut where it is long. */
export function quoted(path: string, range: Range, context: RuleContext): string {
  const text = codeOnOneLine(context.source(path).slice(range));
  return text.length > longestQuote ? `${text.slice(0, longestQuote - 1)}…` : text;
}
