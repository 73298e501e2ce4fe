import { indexed } from "../../../base/indexed.js";
import { contains, type Range } from "../../../base/range.js";
import { firstAt } from "../../../base/sorted.js";
import type { AwaitOperation, CallOperation, Operation, Value } from "../../operation.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import { functionKey } from "../entity.js";
import { handedToLoops } from "../event-loops/handed-to-loops.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { overviewOf } from "../memory/overviews.js";
import { hasNote, notesIn } from "../notes.js";
import type { Caller } from "../resolution/callers.js";
import { argumentFor, type Resolver } from "../resolution/resolver.js";
import type { PromiseOfRoot } from "../sharing/promises.js";
import { sameValue } from "../state/updates.js";
import { joinsText } from "../text-joins.js";
import { innerOperations, listOf, someValue, walkOperations } from "../walk.js";
import { isAwaitedAtOnce } from "./joined-at-once.js";
import { isKeptAs } from "./kept-places.js";
import type { EntryPoint } from "./library-roots.js";
import { endsInCall, isCalledInTurn } from "./spawn-counts.js";
import { type ScopedValue, type Spawn, type SpawnTarget, spawnKey, threadObjectOf } from "./spawns.js";
import { methodCallsNamed, startOf } from "./starts.js";

/** A way that control enters the program's code, and how many threads go that way at once. */
export type ThreadRoot =
  | {
      readonly kind: "spawn";
      readonly key: string;
      readonly spawn: Spawn;
      readonly target: SpawnTarget;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
      /** See `Spawn`. */
      readonly repeated: Spawn["repeated"];
      /** For a thread that an object starts on itself: the functions from which calls lead to the start, as far as the program shows. */
      readonly startedBy: ReadonlySet<FunctionNode>;
      /** Whether it is the event loop that the thread runs which calls the function. */
      readonly byLoop: boolean;
    }
  | {
      readonly kind: "handler";
      readonly key: string;
      readonly class: ClassNode;
      readonly base: string;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
      /** The server that calls it for one request after the other, in the thread that has it serve. */
      readonly served: Spawn | undefined;
    }
  /** A function that a library calls: a decorated view, a job, a method of a servicer that all threads share. */
  | {
      readonly kind: "entry";
      readonly key: string;
      readonly entry: EntryPoint;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
    }
  | { readonly kind: "marked"; readonly key: string; readonly function: FunctionNode; readonly instances: "several" }
  /** Code that says of itself that several threads use it. Roots of one promise share their key. */
  | {
      readonly kind: "promised";
      readonly key: string;
      /** All of it but its entries, so that another of these leaves alone what is found from this one. */
      readonly promise: PromiseOfRoot;
      readonly function: FunctionNode;
      readonly instances: "several";
    }
  /** Code of whoever uses an object or function that has threads of its own: it runs beside them. */
  | {
      readonly kind: "caller";
      readonly key: string;
      readonly function: FunctionNode;
      readonly instances: "one";
      readonly beside: Spawn;
      readonly within: Range | undefined;
      /** `seen`: code outside the class calls it and has the thread started. `assumed`: it is public, and nobody in the program does both. */
      readonly evidence: "seen" | "assumed";
    };

/** The functions that threads of this process start in. Callbacks of futures run in the pool's threads. */
export function threadRoots(program: Program): readonly ThreadRoot[] {
  return overviewOf(program, "thread roots", findThreadRoots);
}

function spawnRootKey(spawn: Spawn, target: SpawnTarget): string {
  return `${spawnKey(spawn)} ${functionKey(target.function)}`;
}

function spawnRoot(
  spawn: Spawn,
  target: SpawnTarget,
  repeated: Extract<ThreadRoot, { kind: "spawn" }>["repeated"],
  byLoop: boolean,
  program: Program,
): ThreadRoot {
  return {
    kind: "spawn",
    key: spawnRootKey(spawn, target),
    spawn,
    target,
    function: target.function,
    instances: spawn.instances,
    repeated,
    startedBy: isOwnMethod(target.receiverValue) ? waysTo(spawn.in, program) : new Set<FunctionNode>(),
    byLoop,
  };
}

function findThreadRoots(program: Program): readonly ThreadRoot[] {
  const roots: ThreadRoot[] = [];
  for (const spawn of [...program.spawns, ...program.services]) {
    if (spawn.worker !== "thread" && !isPoolCallback(spawn, program)) continue;
    for (const target of spawn.targets) {
      roots.push(spawnRoot(spawn, target, repeatedFor(target, spawn, program), false, program));
    }
  }
  // A loop that a thread runs calls all that it is handed in that thread.
  const known = new Set(roots.map(({ key }) => key));
  for (const { spawn, handing } of handedToLoops(program.spawns, program.resolver)) {
    // Whoever waits for it goes on when it is over.
    if (endsInCall({ ...handing, joinedBy: ["result"] }) || firstJoin(handing) < handing.in.head.end) continue;
    for (const target of handing.targets) {
      const key = spawnRootKey(spawn, target);
      if (known.has(key)) continue;
      known.add(key);
      roots.push(spawnRoot(spawn, target, spawn.repeated, true, program));
    }
  }
  for (const handler of program.handlers) {
    for (const method of handler.methods) {
      roots.push({
        kind: "handler",
        key: `handler ${functionKey(method)}`,
        class: handler.class,
        base: handler.base,
        function: method,
        instances: "several",
        served: undefined,
      });
    }
  }
  for (const served of program.servers) {
    for (const { function: method } of served.targets) {
      const owner = program.resolver.enclosingClass(method);
      const key = `served ${functionKey(method)}`;
      if (!owner || roots.some((root) => root.kind === "handler" && root.function === method)) continue;
      roots.push({ kind: "handler", key, class: owner, base: served.spawner, function: method, instances: "one", served });
    }
  }
  const entries = new Map<string, Extract<ThreadRoot, { kind: "entry" }>>();
  for (const entry of program.entryPoints) {
    // A coroutine function runs on an event loop, which is one thread.
    if (entry.worker !== "thread" || entry.function.head.isAsync) continue;
    const key = `entry ${functionKey(entry.function)}`;
    if (entries.get(key)?.instances === "several") continue;
    entries.set(key, { kind: "entry", key, entry, function: entry.function, instances: entry.instances });
  }
  roots.push(...entries.values());
  for (const file of program.files) {
    if (notesIn(file).size === 0) continue;
    for (const node of file.functions) {
      if (hasNote(node, "thread-root"))
        roots.push({ kind: "marked", key: `marked ${functionKey(node)}`, function: node, instances: "several" });
    }
  }
  return roots.map((root) => {
    const starters = root.kind === "spawn" ? severalStarters(root, roots, program) : undefined;
    if (root.kind !== "spawn" || !starters) return root;
    return { ...root, instances: "several" as const, repeated: starters.kind === "spawn" ? starters.repeated : "shown" };
  });
}

/** The threads that come by the place where one is started and waited for, if there are several. */
function severalStarters(
  root: Extract<ThreadRoot, { kind: "spawn" }>,
  roots: readonly ThreadRoot[],
  program: Program,
): ThreadRoot | undefined {
  if (root.instances === "several" || !endsInCall(root.spawn) || root.spawn.turn !== undefined) return undefined;
  const ways = waysTo(root.spawn.in, program);
  return roots.find((other) => other !== root && other.instances === "several" && ways.has(other.function));
}

/**
 * Where it is known from that several threads do the target's work: of a function that starts what it is given, only the callers that give an object of the
 * target's class count.
 */
function repeatedFor(
  { function: method, receiverValue }: Spawn["targets"][number],
  spawn: Spawn,
  { resolver }: Program,
): Spawn["repeated"] {
  const { repeated, in: within, pool, call } = spawn;
  const owner = resolver.enclosingClass(method);
  const value = receiverValue?.value;
  if (repeated === "guessed" || pool || !owner || receiverValue?.in !== within || value?.op !== "read" || value.place.kind !== "name")
    return repeated;
  const { name } = value.place;
  const parameter = within.head.parameters.find((each) => each.name === name);
  if (!parameter || loopsAround(within, call).length > 0) return repeated;
  const callers = resolver.callersOf(within);
  const giving = callers.filter((caller) => {
    const given = argumentFor(within, parameter, caller.call, caller.receiver);
    return (
      given !== undefined &&
      resolver
        .resolve(given, caller.within)
        .some((entity) => entity.kind === "instance" && resolver.classOrder(entity.class).classes.includes(owner))
    );
  });
  if (giving.length === 0 || giving.length === callers.length) return repeated;
  return giving.some((caller) => isCalledInTurn(caller.call, caller.within, resolver, 1)) ? "shown" : "guessed";
}

/** The function and those that call it, directly or through others; of very many only some. */
export function waysTo(node: FunctionNode, { resolver }: Program): ReadonlySet<FunctionNode> {
  const ways = new Set([node]);
  for (const way of ways) {
    for (const { within } of resolver.callersOf(way)) ways.add(within);
    if (ways.size > maximumWays) break;
  }
  return ways;
}

const maximumWays = 100;

/** Whether the two are run in turns by one thread, so that neither comes between the parts of the other. */
export function takeTurns(a: ThreadRoot, b: ThreadRoot): boolean {
  const turn = turnOf(a);
  return turn !== undefined && turn === turnOf(b);
}

function turnOf(root: ThreadRoot): string | undefined {
  switch (root.kind) {
    case "spawn":
      return root.spawn.turn;
    case "entry":
      return root.entry.turn;
    case "handler":
      return root.served && `turn of ${root.base}`;
    default:
      return undefined;
  }
}

/** Whether the spawn is `future.add_done_callback(…)` on a future that a thread pool of the program made. */
function isPoolCallback(spawn: Spawn, program: Program): boolean {
  const { callee } = spawn.call;
  if (spawn.worker !== "callback-in-caller" || callee.op !== "read" || callee.place.kind !== "attribute") return false;
  return program.resolver.resolve(callee.place.object, spawn.in).some(isSubmit);
}

/** Whether the object is what `pool.submit(…)` returned. */
function isSubmit(entity: Entity): boolean {
  if (entity.kind !== "object" || !entity.origin) return false;
  const { callee } = entity.origin.call;
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "submit";
}

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

function isOwnMethod(receiver: ScopedValue | undefined): boolean {
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

/** The stretch of the spawning function that can run beside the work; undefined where another function starts it. */
export function besideIn(spawn: Spawn, start: number | undefined = firstStart(spawn)): Range | undefined {
  if (start === undefined) return undefined;
  const end = Math.min(firstJoin(spawn), endOfWay(spawn));
  return { start: startOfRounds(spawn, start, end), end };
}

/**
 * In a loop that hands over one work after another, what stands before that in a round runs beside the work of the round before. It matters where the
 * works take turns, such as what is called back with results: of others, two race with each other.
 */
function startOfRounds(spawn: Spawn, start: number, end: number): number {
  if (!hasRounds(spawn)) return start;
  const outermost = loopsAround(spawn.in, spawn.call).find((loop) => loop.end < end);
  return outermost ? Math.min(start, outermost.start) : start;
}

function hasRounds({ turn, worker }: Spawn): boolean {
  return turn !== undefined && worker === "thread";
}

/** From where on the work of a spawn can run: its call, or the first call that starts what it made; undefined where another function does that. */
export function firstStart(spawn: Spawn): number | undefined {
  return spawn.starts.length === 0 ? spawn.call.end : startOf(spawn.call, spawn.in, spawn.starts);
}

/** Where the code that follows the spawn leaves the function. */
function endOfWay(spawn: Spawn): number {
  return exitsByCall(spawn.in.view(callsBeforeExits)).get(spawn.call) ?? spawn.in.head.end;
}

/** The calls in a list that leaves the function at its end, with where it does. */
const callsBeforeExits = functionView(({ body }): readonly { readonly call: CallOperation; readonly exit: number }[] => {
  const found: { readonly call: CallOperation; readonly exit: number }[] = [];
  const visit = (list: readonly Operation[]): void => {
    const last = list[list.length - 1];
    for (const operation of list) {
      if (operation.op === "call" && (last?.op === "return" || last?.op === "raise")) found.push({ call: operation, exit: last.end });
      for (const part of innerOperations(operation)) visit(part);
    }
  };
  visit(body);
  return found;
});

const exitsByCall = indexed((calls: readonly { readonly call: CallOperation; readonly exit: number }[]) => {
  const exits = new Map<CallOperation, number>();
  for (const { call, exit } of calls) if (!exits.has(call)) exits.set(call, exit);
  return exits;
});

/** Waits for work, and dialogs and windows that keep the function until they are closed. */
const joins: ReadonlySet<string> = new Set(["join", "shutdown", "result", "wait", "exec", "exec_", "mainloop", "wait_window", "ShowModal"]);

const namesOfJoins = indexed((joinedBy: readonly string[]): readonly string[] => [...joins, ...joinedBy]);

/** Where the spawning function first waits for work: the next join, or the end of the `with` block that holds the pool. */
export function firstJoin(spawn: Spawn): number {
  const { call, in: within, pool, joinedBy } = spawn;
  let { end } = within.head;
  for (const context of within.view(contexts)) {
    if (context.start < call.start && call.end <= context.end && pool?.made?.call === context.entered) end = Math.min(end, context.end);
    // A task group is left when its tasks are done.
    if (context.isAsync && contains(context, call)) end = Math.min(end, Math.max(context.end, call.end));
  }
  for (const operation of within.view(awaits)) if (isAwaitOf(operation, spawn)) end = Math.min(end, Math.max(operation.start, call.end));
  const starts = startsOfJoins(methodCallsNamed(namesOfJoins(joinedBy), within));
  return Math.min(end, starts[firstAt(starts, call.end, (start) => start)] ?? end);
}

const startsOfJoins = indexed((calls: readonly CallOperation[]): readonly number[] =>
  calls
    .filter((join) => {
      const object = receiverOf(join);
      return object && !joinsText(object);
    })
    .map(({ start }) => start)
    .sort((a, b) => a - b),
);

const contexts = functionView(({ body }): readonly (Range & { readonly isAsync: boolean; readonly entered: Value })[] => {
  const found: (Range & { readonly isAsync: boolean; readonly entered: Value })[] = [];
  walkOperations(body, (operation) => {
    if (operation.op !== "with") return;
    const { start, end, isAsync, context: entered } = operation;
    found.push({ start, end, isAsync, entered });
  });
  return found;
});

const awaits = functionView(({ body }): readonly AwaitOperation[] => {
  const found: AwaitOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "await") found.push(operation);
  });
  return found;
});

/** Whether a coroutine waits for the work there, as far as can be told: for what is no call, for several futures, or for what it has given the work to. */
function isAwaitOf(operation: AwaitOperation, { call, in: within }: Spawn): boolean {
  if (operation.end <= call.start) return false;
  const { value } = operation;
  if (contains(operation, call) || value.op !== "call" || awaitingFutures.test(lastNameOf(value.callee))) return true;
  // What the function itself has made to be called: `save = sync_to_async(store)` … `await save()`.
  const { callee } = value;
  if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === within.index) return true;
  const mayHold = (each: Value): boolean => each.op === "display" || each.op === "comprehension" || each === call;
  const isHolder = (each: Value): boolean => {
    if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== within.index) return false;
    return (within.bound(each.place.name) ?? []).some((bound) => someValue(bound, mayHold));
  };
  return value.arguments.some((argument) => someValue(argument.value, isHolder));
}

const awaitingFutures = /^(gather|wait|wait_for|shield|as_completed|wrap_future|to_thread|run_in_executor|run_sync|join)$/;
