import type { CallOperation, Operation, Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import { functionKey } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import type { Caller } from "../resolution/callers.js";
import type { Resolver } from "../resolution/resolver.js";
import { sameValue } from "../state/updates.js";
import { listOf, walkOperations } from "../walk.js";
import { isAwaitedAtOnce } from "./joined-at-once.js";
import { isKeptAs } from "./kept-places.js";
import type { ThreadRoot } from "./roots.js";
import { besideIn, firstStart, hasRounds } from "./spans-beside.js";
import { type ScopedValue, type Spawn, threadObjectOf } from "./spawn.js";
import { endsInCall } from "./spawn-counts.js";

/**
 * The code that runs beside a spawn in the thread that made it: the rest of the spawning function until it waits for the work, and the public
 * methods of an object that has started a thread on itself.
 */
export function callerRoots(program: Program, roots: readonly ThreadRoot[]): readonly ThreadRoot[] {
  const callers: ThreadRoot[] = [];
  const seen = new Set<string>();
  const started = new Set(roots.flatMap((root) => (root.kind === "spawn" ? [root.function] : [])));
  for (const root of roots) {
    if (root.kind !== "spawn") continue;
    const { spawn } = root;
    // What the thread waits for first comes at the end of what its maker does meanwhile.
    if (waitsFirst(root.function)) continue;
    const thread = threadObjectOf(spawn);
    // What takes turns is beside other stretches of the function.
    const key = `beside ${hasRounds(spawn) ? `${spawn.turn} ` : ""}${functionKey(spawn.in)}`;
    if (!seen.has(key)) {
      seen.add(key);
      const within = besideIn(spawn, thread && startsItself(thread, spawn, program.resolver) ? spawn.call.end : firstStart(spawn));
      if (within) {
        callers.push({ kind: "caller", key, function: spawn.in, instances: "one", beside: spawn, within, evidence: "seen" });
      }
    }
    // Whoever calls comes back when the thread is over.
    if (endsInCall(spawn)) continue;
    if (thread) callers.push(...callersOfThread(thread, spawn, started, seen, program));
    if (!isOwnMethod(root.target.receiverValue)) continue;
    const owner = program.resolver.enclosingClass(spawn.in);
    if (!owner) continue;
    const body = owner.file.functionAt(owner.facts.body);
    for (const [name, values] of body?.facts.bindings ?? []) {
      const method = definedFunction(values, owner);
      if (!method || started.has(method) || (name.startsWith("_") && !method.head.isAsync)) continue;
      const methodKey = `caller ${functionKey(method)}`;
      if (seen.has(methodKey)) continue;
      seen.add(methodKey);
      if (method.head.isAsync) {
        if (isTaskBeside(method, spawn, program))
          callers.push({
            kind: "caller",
            key: methodKey,
            function: method,
            instances: "one",
            beside: spawn,
            within: undefined,
            evidence: "seen",
          });
        continue;
      }
      if (waitsForEnd(method, root)) continue;
      const outside = program.resolver.callersOf(method).filter((caller) => program.resolver.enclosingClass(caller.within) !== owner);
      const known = program.resolver.callersOf(method).length;
      // Called by its own class only, it runs in the thread as often as beside it.
      if (known > 0 && outside.length === 0) continue;
      if (outside.length > 0 && outside.every((caller) => isAfterJoin(caller, program))) continue;
      const isShared = outside.length > 0 && !outside.every((caller) => isBeforeStart(caller, root, program));
      const isApart = keepsCaller(spawn) || isOfOtherMode(method, spawn);
      const evidence = isShared && !isApart && isStarted(spawn, owner, program) ? "seen" : "assumed";
      callers.push({ kind: "caller", key: methodKey, function: method, instances: "one", beside: spawn, within: undefined, evidence });
    }
  }
  return callers;
}

/**
 * Whether the coroutine runs on the loop while another coroutine waits for the work that it has handed to a thread: one of the two is not awaited
 * where it is called, but made a task.
 */
function isTaskBeside(method: FunctionNode, { in: within }: Spawn, { resolver }: Program): boolean {
  if (!within.head.isAsync || method === within) return false;
  const isTask = (node: FunctionNode): boolean =>
    resolver.callersOf(node).some(({ call, within: caller }) => caller.head.isAsync && !isAwaitedAtOnce(call, caller));
  // What the one awaits is a part of it, and what it gathers comes and goes with it.
  const isPart = resolver
    .callersOf(method)
    .every(({ call, within: caller }) => caller === within && !(startsTask(call, caller) && !isAwaitedAtOnce(call, caller)));
  return !isPart && (isTask(within) || isTask(method));
}

/** Whether the coroutine that the call makes is given to the loop to be run beside its maker: `asyncio.create_task(self.report())`. */
function startsTask(coroutine: CallOperation, { facts }: FunctionNode): boolean {
  let starts = false;
  walkOperations(facts.body, (operation) => {
    if (operation.op !== "call" || !startingTasks.test(lastNameOf(operation.callee))) return;
    starts ||= operation.arguments.some(({ value }) => value === coroutine);
  });
  return starts;
}

const startingTasks = /^(create_task|ensure_future|start_soon)$/;

/** The public methods of an object that is a thread itself: whoever has made it calls them while it runs. */
function callersOfThread(
  thread: ClassNode,
  spawn: Spawn,
  started: ReadonlySet<FunctionNode>,
  seen: Set<string>,
  program: Program,
): readonly ThreadRoot[] {
  const { resolver } = program;
  const roots: ThreadRoot[] = [];
  const family = resolver.classOrder(thread).classes;
  for (const owner of family) {
    for (const [name, values] of owner.file.functionAt(owner.facts.body)?.facts.bindings ?? []) {
      const method = name.startsWith("_") ? undefined : definedFunction(values, owner);
      const key = method && `caller ${functionKey(method)}`;
      if (!method || !key || started.has(method) || seen.has(key) || resolver.method(thread, name) !== method) continue;
      seen.add(key);
      const callers = resolver.callersOf(method);
      const outside = callers.filter(({ within }) => {
        const from = resolver.enclosingClass(within);
        return !from || (!family.includes(from) && !resolver.classOrder(from).classes.includes(thread));
      });
      if (callers.length > 0 && outside.length === 0) continue;
      const isSeen = outside.some((caller) => isBesideThread(caller, thread, spawn, program));
      if (outside.length > 0 && !isSeen) continue;
      const evidence = isSeen ? "seen" : "assumed";
      roots.push({ kind: "caller", key, function: method, instances: "one", beside: spawn, within: undefined, evidence });
    }
  }
  return roots;
}

/** Whether a method of a thread's object is called after the thread was started and before it was waited for, as far as the caller's text tells. */
function isBesideThread({ call, within }: Caller, thread: ClassNode, spawn: Spawn, { resolver }: Program): boolean {
  const object = receiverOf(call);
  if (!object) return false;
  const isThread = (value: Value): boolean =>
    resolver
      .resolve(value, within)
      .some((entity) => entity.kind === "instance" && resolver.classOrder(entity.class).classes.includes(thread));
  let lastStart: number | undefined;
  let lastJoin: number | undefined;
  let laterStart = false;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const { name, object: other } = operation.callee.place;
    const isStart = spawn.starts.includes(name);
    if ((!isStart && !spawn.joinedBy.includes(name)) || !(sameValue(other, object) || isThread(other))) return;
    if (operation.start > call.start) laterStart ||= isStart;
    else if (isStart) lastStart = operation.start;
    else lastJoin = operation.start;
  });
  if (lastJoin !== undefined && (lastStart === undefined || lastJoin > lastStart)) return false;
  if (lastStart !== undefined || startsItself(thread, spawn, resolver)) return true;
  return !laterStart && !isMadeHere(object, within);
}

/** Whether the constructor starts the thread. */
function startsItself(thread: ClassNode, spawn: Spawn, resolver: Resolver): boolean {
  const init = resolver.method(thread, "__init__");
  const self = init?.head.parameters[0]?.name;
  return (
    init !== undefined &&
    someCall(init, ({ callee }) => {
      if (callee.op !== "read" || callee.place.kind !== "attribute" || !spawn.starts.includes(callee.place.name)) return false;
      const { object } = callee.place;
      return object.op === "read" && object.place.kind === "name" && object.place.name === self;
    })
  );
}

/** Whether it is a variable that holds what the function makes. */
function isMadeHere(object: Value, { facts }: FunctionNode): boolean {
  if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== facts.index) return false;
  const bound = facts.bindings.get(object.place.name) ?? [];
  return bound.length > 0 && bound.every(({ op }) => op === "call" || op === "element-of");
}

/** Whether the function goes on in a loop without an end after the start, so that whoever calls it does nothing else meanwhile. */
function keepsCaller({ call, in: within }: Spawn): boolean {
  return (listOf(within.facts.body, call) ?? []).some(
    (operation) =>
      operation.op === "loop" &&
      operation.start > call.end &&
      operation.form === "while" &&
      operation.test?.op === "constant" &&
      operation.test.value !== 0,
  );
}

/** Whether the method raises an error by the very flag on which the thread is started: `if self.receives: raise …`, `if receives: Thread(…).start()`. */
function isOfOtherMode({ facts }: FunctionNode, { call, in: within }: Spawn): boolean {
  const flags = new Set<string>();
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "branch" || operation.start > call.start || operation.end < call.end) return;
    const arm = operation.arms.findIndex((each) => each.some((inner) => inner.start <= call.start && call.end <= inner.end));
    const flag = flagOf(operation.test);
    if (flag && arm >= 0) flags.add(arm === 0 ? flag : opposite(flag));
  });
  if (flags.size === 0) return false;
  return facts.body.some((operation) => {
    const flag = operation.op === "branch" ? flagOf(operation.test) : undefined;
    if (operation.op !== "branch" || !flag) return false;
    return operation.arms.some((arm, index) => arm[arm.length - 1]?.op === "raise" && flags.has(index === 0 ? flag : opposite(flag)));
  });
}

function opposite(flag: string): string {
  return flag.startsWith("not ") ? flag.slice(4) : `not ${flag}`;
}

/** The name of a flag that a test looks at, whether it is given or kept; undefined for other tests. */
function flagOf(test: Value | undefined): string | undefined {
  if (test?.op === "compute" && test.operator === "not") {
    const inner = flagOf(test.operands[0]);
    return inner && opposite(inner);
  }
  return test?.op === "read" && test.place.kind !== "element" ? test.place.name.replace(/^_+/, "") : undefined;
}

/** Whether the function begins with a wait for a signal, once: `if not shown.wait(10): raise …`. */
function waitsFirst(node: FunctionNode): boolean {
  const first = node.view(firstMethodCall);
  return first !== undefined && lastNameOf(first.callee) === "wait";
}

/** The call of a method that the function begins with. */
const firstMethodCall = functionView(({ body }): CallOperation | undefined => {
  const first = body.find((operation) => operation.op !== "read");
  return first?.op === "call" && receiverOf(first) ? first : undefined;
});

/** Whether the method begins by waiting for the object's thread to end, `self._thread.join()`, or to signal that it has come to its end: `self._done.wait()`. */
function waitsForEnd(method: FunctionNode, { spawn, function: start }: Extract<ThreadRoot, { kind: "spawn" }>): boolean {
  const first = method.view(firstMethodCall);
  const object = first && receiverOf(first);
  if (!first || first.arguments.length > 0 || object?.op !== "read" || object.place.kind !== "attribute") return false;
  const name = lastNameOf(first.callee);
  const { name: attribute } = object.place;
  if (name === "wait") return signals(start.facts.body[start.facts.body.length - 1], attribute);
  return spawn.joinedBy.includes(name) && isKeptAs(attribute, spawn.call, spawn.in);
}

/** Whether an event that an attribute holds is set as the last thing that is done, whatever happens before. */
function signals(last: Operation | undefined, attribute: string): boolean {
  if (last?.op === "attempt") {
    const { body, final } = last;
    return signals(final[final.length - 1], attribute) || (final.length === 0 && signals(body[body.length - 1], attribute));
  }
  const object = last?.op === "call" && lastNameOf(last.callee) === "set" ? receiverOf(last) : undefined;
  return object?.op === "read" && object.place.kind === "attribute" && object.place.name === attribute;
}

/** Whether the caller has waited for the threads of the object before: `worker.join()`, a method that joins them, and then `worker.close()`. */
function isAfterJoin({ call, within }: Caller, { resolver, knowledge }: Program): boolean {
  const object = receiverOf(call);
  if (!object) return false;
  const isThread = (value: Value, node: FunctionNode): boolean =>
    resolver.resolve(value, node).some((entity) => entity.kind === "object" && knowledge.type(entity.type)?.is.role === "worker");
  const joinsThread = (node: FunctionNode): boolean =>
    someCall(node, (each) => {
      const joined = each.callee.op === "read" && each.callee.place.kind === "attribute" && each.callee.place.name === "join";
      const thread = joined ? receiverOf(each) : undefined;
      return thread !== undefined && isThread(thread, node);
    });
  return someCall(within, (before) => {
    const same = before.end <= call.start ? receiverOf(before) : undefined;
    return same !== undefined && sameValue(same, object) && resolver.callees(before, within).some((callee) => joinsThread(callee.function));
  });
}

/** Whether the caller has just made the object, and has not had it start its thread: `connection = Connection(); connection.open()`. */
function isBeforeStart({ call, within }: Caller, root: Extract<ThreadRoot, { kind: "spawn" }>, { resolver }: Program): boolean {
  const object = receiverOf(call);
  if (object?.op !== "read" || object.place.kind !== "name" || object.place.owner !== within.index) return false;
  const { name } = object.place;
  const bound = within.head.parameters.some((parameter) => parameter.name === name) ? [] : (within.bound(name) ?? []);
  const isMade = (value: Value): boolean =>
    value.op === "call" && value.end <= call.start && resolver.resolve(value.callee, within).every(({ kind }) => kind === "class");
  if (bound.length === 0 || !bound.every(isMade) || [...root.startedBy].some((node) => node.head.name === "__init__")) return false;
  return !someCall(within, (before) => {
    const same = before.end <= call.start ? receiverOf(before) : undefined;
    return (
      same !== undefined &&
      sameValue(same, object) &&
      resolver.callees(before, within).some((callee) => root.startedBy.has(callee.function))
    );
  });
}

function someCall(node: FunctionNode, test: (call: CallOperation) => boolean): boolean {
  let found = false;
  walkOperations(node.facts.body, (operation) => {
    found ||= operation.op === "call" && test(operation);
  });
  return found;
}

/**
 * Whether the program itself has the thread started that an object starts on itself: its constructor does, or code outside the class calls the method
 * that does. Where nobody does, the calls in view may well be of objects that never have a thread.
 */
function isStarted(spawn: Spawn, owner: ClassNode, { resolver }: Program): boolean {
  const family = resolver.classOrder(owner).classes;
  const seen = new Set([spawn.in]);
  const isFromOutside = (node: FunctionNode): boolean => {
    const within = resolver.enclosingClass(node);
    return !within || (within !== owner && !family.includes(within) && !resolver.classOrder(within).classes.includes(owner));
  };
  for (const node of seen) {
    // What the language calls by itself, or a name that some object of unknown class is asked for, is started as far as can be told.
    if (node.head.name.startsWith("__") || isFromOutside(node)) return true;
    for (const { within } of resolver.callersOf(node)) seen.add(within);
    const isAskedFor = resolver.callsNamed(node.head.name).some(({ file, site }) => {
      const within = file.functionAt(site.function);
      const { callee } = site.call;
      if (!within || callee.op !== "read" || callee.place.kind !== "attribute" || !isFromOutside(within)) return false;
      return resolver.resolve(callee.place.object, within).length === 0;
    });
    if (isAskedFor) return true;
  }
  return false;
}

export function isOwnMethod(receiver: ScopedValue | undefined): boolean {
  if (!receiver) return false;
  const { value, in: within } = receiver;
  return (
    value.op === "read" &&
    value.place.kind === "name" &&
    value.place.name === within.head.parameters[0]?.name &&
    within.head.class !== undefined
  );
}

function definedFunction(values: readonly Value[], owner: ClassNode): FunctionNode | undefined {
  for (const value of values) {
    const definition = value.op === "choice" ? value.values[value.values.length - 1] : value;
    if (definition?.op === "function") return owner.file.functionAt(definition.function);
  }
  return undefined;
}
