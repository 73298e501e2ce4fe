import { fileName } from "../base/path.js";
import type { Access, CallStep } from "../program/link/activity/moments.js";
import { type ClassNode, type FunctionNode, functionKey } from "../program/link/entity.js";
import { asksModuleName, standsWhereNone, testsBefore } from "../program/link/guards.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { importsOf } from "../program/link/linked-file.js";
import { callOf } from "../program/link/locks/same-lock.js";
import { overviewOf } from "../program/link/memory/overviews.js";
import { calledFromOutside, entriesOf, isWindow } from "../program/link/sharing/promises.js";
import { isNone } from "../program/link/state/compound.js";
import { samePlace } from "../program/link/state/updates.js";
import { isTestCode } from "../program/link/test-code.js";
import { placesKeeping } from "../program/link/threads/kept-places.js";
import type { ThreadRoot } from "../program/link/threads/roots.js";
import { firstJoin } from "../program/link/threads/spans-beside.js";
import type { Spawn } from "../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../program/link/walk.js";
import type { Place, Value } from "../program/operation.js";

/** Whether something speaks against the two threads being there at the same time, though the program starts both. */
export function isDoubtfulMeeting(first: Access, second: Access, program: Program): boolean {
  const roots = [first.root, second.root];
  return (
    roots.some((root) => isOfTests(root, program) || isCalledAfterwards(root)) ||
    isOnlyCalledWithin(first.root, second.root, program) ||
    isOnlyCalledWithin(second.root, first.root, program) ||
    isTrial(first.root, second.root, program) ||
    startsAnew(first.root, second.root, program) ||
    startsAnew(second.root, first.root, program) ||
    areOfTwoWindows(first.root, second.root, program) ||
    isStartedAfterEnd(first.root, second.root) ||
    isStartedInstead(first.root, second.root, program) ||
    isStartedInstead(second.root, first.root, program) ||
    areWaitedFor(first.root, second.root, program) ||
    [first, second].some(isOfFirstTime)
  );
}

/** Whether the method that starts the work in a pool waits for all of it, so that whoever calls it calls the next one afterwards. */
function isCalledAfterwards(root: ThreadRoot): boolean {
  if (root.kind !== "caller" || root.within !== undefined || !root.beside.pool) return false;
  // While a coroutine awaits it, others go on.
  if (root.beside.in.head.isAsync) return false;
  return firstJoin(root.beside) < root.beside.in.head.end;
}

/** Whether it is a test that has the thread there. */
function isOfTests(root: ThreadRoot, program: Program): boolean {
  return root.kind === "spawn" && isTestCode(root.spawn.in.file.path, program);
}

/**
 * Whether one thread is started where a module that others import is tried out, `if __name__ == "__main__":`. Then the module is the program, and what the
 * others start is not.
 */
function isTrial(a: ThreadRoot, b: ThreadRoot, program: Program): boolean {
  if (a.kind !== "spawn" || b.kind !== "spawn" || a.spawn.in.file === b.spawn.in.file) return false;
  return [a, b].some(({ spawn }) => isMainPart(spawn.in, spawn.call) && isImported(spawn.in.file.path, program));
}

function isMainPart(node: FunctionNode, call: Extract<ThreadRoot, { kind: "spawn" }>["spawn"]["call"]): boolean {
  if (node.head.kind !== "module") return false;
  return testsBefore(node, call).some(asksModuleName);
}

function isImported(path: string, program: Program): boolean {
  const imported = overviewOf(program, "names of imported modules", ({ files }) => {
    const names = new Set<string>();
    for (const file of files) {
      for (const { module, name } of importsOf(file)) {
        names.add(module.slice(module.lastIndexOf(".") + 1));
        if (name !== undefined) names.add(name);
      }
    }
    return names;
  });
  return imported.has(fileName(path).replace(/\.py$/, ""));
}

/**
 * Whether the caller starts the other thread itself, a new one with each call: what it does while the one before still runs is a second call that nobody
 * waits for. Who starts a thread only where there is none yet is meant to be called again.
 */
function startsAnew(caller: ThreadRoot, thread: ThreadRoot, { resolver }: Program): boolean {
  if (thread.kind !== "spawn" || (caller.kind !== "promised" && (caller.kind !== "caller" || caller.within !== undefined))) return false;
  const { spawn, startedBy } = thread;
  const node = caller.function;
  if (node === spawn.in) return !isKept(node, testsBefore(node, spawn.call));
  if (!startedBy.has(node)) return false;
  let isAnew = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call") return;
    const leads = resolver.callees(operation, node).some((callee) => callee.function === spawn.in || startedBy.has(callee.function));
    if (leads) isAnew ||= ![node, spawn.in].some((each) => isKept(each, testsBefore(each, each === node ? operation : spawn.call)));
  });
  return isAnew;
}

/** Whether a test looks at state that the function stores, such as the thread or a flag. */
function isKept({ facts }: FunctionNode, tests: readonly Value[]): boolean {
  if (tests.length === 0) return false;
  const stored: Place[] = [];
  walkOperations(facts.body, (operation) => {
    if (operation.op === "write" && (operation.place.kind === "attribute" || facts.rebound.has(nameOf(operation.place) ?? "")))
      stored.push(operation.place);
  });
  return tests.some((test) =>
    someValue(test, (value) => (value.op === "read" && stored.some((place) => samePlace(place, value.place))) || asksForLife(value)),
  );
}

/** `thread.is_alive()` */
function asksForLife(value: Value): boolean {
  return value.op === "call" && /^(is_?alive|is_?running|isRunning)$/i.test(lastNameOf(value.callee));
}

/** Whether both are threads of one place that starts the next one only when the one before has ended. */
function isStartedAfterEnd(a: ThreadRoot, b: ThreadRoot): boolean {
  if (a.kind !== "spawn" || a.key !== b.key) return false;
  return testsBefore(a.spawn.in, a.spawn.call).some((test) => someValue(test, asksForLife));
}

/**
 * Whether the one is started only where the attribute holds nothing in which the object keeps the other, `if self.worker is None: Timer(1, self.run).start()`;
 * or the next one of its own kind, where the attribute is emptied by nobody but the thread, which then has little left to do.
 */
function isStartedInstead(a: ThreadRoot, b: ThreadRoot, { resolver }: Program): boolean {
  if (a.kind !== "spawn" || b.kind !== "spawn") return false;
  const owner = resolver.enclosingClass(b.spawn.in);
  if (!owner || owner !== resolver.enclosingClass(a.spawn.in)) return false;
  return placesKeeping(b.spawn.call, b.spawn.in).some((place) => {
    if (place.kind !== "attribute" || !standsWhereNone(a.spawn.in, a.spawn.call, place.name)) return false;
    if (a.key !== b.key) return true;
    const stores = owner.facts.instanceAttributes.get(place.name) ?? [];
    return stores.every(({ function: index, write }) => {
      const node = owner.file.functionAt(index);
      return node?.head.name === "__init__" || node === b.function || (!isNone(write.value) && node === b.spawn.in);
    });
  });
}

/**
 * Whether each of two functions makes such a thread, and waits for it before it ends: whoever calls one after the other, or one of the two, has one thread at
 * a time.
 */
function areWaitedFor(a: ThreadRoot, b: ThreadRoot, program: Program): boolean {
  if (a.kind !== "spawn" || b.kind !== "spawn" || a.function !== b.function || a.spawn.in === b.spawn.in) return false;
  const makers = [a, b].map(({ spawn }) => spawn.in);
  const isPart = program.resolver.callersOf(a.spawn.in).some(({ within }) => makers.includes(within));
  const isPartOfOther = program.resolver.callersOf(b.spawn.in).some(({ within }) => makers.includes(within));
  return !isPart && !isPartOfOther && [a, b].every(({ spawn }) => !startsThread(spawn.in, program) && waitsForWhatItMade(spawn));
}

/** Whether the function joins the thread where it has stored it. */
function waitsForWhatItMade({ in: within, call, joinedBy }: Spawn): boolean {
  const kept = placesKeeping(call, within);
  let isJoined = false;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start < call.end || operation.callee.op !== "read") return;
    const { place } = operation.callee;
    if (place.kind !== "attribute" || !joinedBy.includes(place.name) || place.object.op !== "read") return;
    const { place: joined } = place.object;
    isJoined ||= kept.some((each) => samePlace(each, joined));
  });
  return isJoined;
}

/**
 * Whether the thread gets there through a method that sets its object up under a lock when it is first needed, and does nothing ever after: `with lock: if
 * self.ready: return`. What else comes by there is, as a rule, for an object that is set up.
 */
function isOfFirstTime({ path, locks }: Access): boolean {
  return path.some((step) => locks.some(({ taken }) => taken.function === step.function) && isOnce(step));
}

/** Whether the function returns before the call where a flag is set, and sets that flag. */
function isOnce({ function: { facts }, call }: CallStep): boolean {
  const flags: Place[] = [];
  let isSet = false;
  walkOperations(facts.body, (operation) => {
    if (
      operation.op === "branch" &&
      operation.end <= call.start &&
      operation.test?.op === "read" &&
      operation.arms[0]?.at(-1)?.op === "return"
    )
      flags.push(operation.test.place);
    if (operation.op === "write" && operation.value?.op === "constant" && operation.value.value !== 0)
      isSet ||= flags.some((flag) => samePlace(flag, operation.place));
  });
  return isSet;
}

/** Whether both are started by windows, between which whoever sits in front of them has to choose. */
function areOfTwoWindows(a: ThreadRoot, b: ThreadRoot, { resolver }: Program): boolean {
  if (a.kind !== "spawn" || b.kind !== "spawn" || a.spawn.call === b.spawn.call || a.spawn.in === b.spawn.in) return false;
  const owners = [a, b].map(({ spawn }) => resolver.enclosingClass(spawn.in));
  return owners.every((owner): owner is ClassNode => owner !== undefined && isWindow(owner, resolver));
}

/** Whether only the class itself calls the method, while it is called from outside by others: then it is one of its parts, in whichever thread that is. */
function isOnlyCalledWithin(root: ThreadRoot, other: ThreadRoot, program: Program): boolean {
  if (root.kind !== "promised" || root.promise.class === undefined) return false;
  const owner = root.promise.class;
  const { resolver } = program;
  const isOutside = (node: FunctionNode): boolean => isCalledOutside(node, owner, program);
  // What overrides a method is called where that one is.
  const isCalled = resolver.callersOf(root.function).length > 0 || resolver.isCalled(root.function.head.name);
  // Called by what a thread starts in, it has a thread of its own.
  if (resolver.callersOf(root.function).some(({ within }) => within !== other.function && startsThread(within, program))) return false;
  if (!isCalled || isOutside(root.function)) return false;
  const { promise } = root;
  return overviewOf(program, `entries called from outside: ${promise.key}`, (now) =>
    entriesOf(promise.file.path, promise.key, now).some((entry) => isCalledOutside(entry, owner, now)),
  );
}

function isCalledOutside(node: FunctionNode, owner: ClassNode, program: Program): boolean {
  return overviewOf(program, `called from outside: ${functionKey(node)}`, (now) => calledFromOutside(node, owner, now.resolver));
}

function startsThread(node: FunctionNode, program: Program): boolean {
  const started = overviewOf(
    program,
    "functions that threads start in",
    ({ spawns }) => new Set(spawns.flatMap(({ worker, targets }) => (worker === "thread" ? targets.map((target) => target.function) : []))),
  );
  return started.has(node);
}

/** Whether the step calls something that was given or stored, and not a function by its own name: what that is differs from object to object. */
export function callsWhatWasGiven(step: CallStep, to: FunctionNode): boolean {
  const call = callOf(step);
  return call?.callee.op === "read" && nameOf(call.callee.place) !== to.head.name && !/^__\w+__$/.test(to.head.name);
}

function nameOf(place: Place): string | undefined {
  return place.kind === "element" ? undefined : place.name;
}
