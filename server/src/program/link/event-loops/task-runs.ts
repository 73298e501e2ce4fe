import type { Range } from "../../../base/range.js";
import type { FunctionFacts } from "../../facts.js";
import type { CallOperation, Operation, Place, Value } from "../../operation.js";
import { type FunctionNode, functionKey } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import type { Caller } from "../resolution/callers.js";
import type { Resolver } from "../resolution/resolver.js";
import { samePlace } from "../state/updates.js";
import { someValue, walkOperations } from "../walk.js";

/** A task, or a thread outside the event loop, that comes to run a function. */
export interface TaskRun {
  /**
   * `task`: the program starts it. `handler`: a library does, for each request. `main`: it is what the event loop was started with, or code of a
   * module. `outside`: nobody in the program calls the function, so somebody else must.
   */
  readonly kind: "task" | "handler" | "main" | "outside";
  /** Equal for runs of the same task. */
  readonly key: string;
  readonly instances: "one" | "several";
  /** Whose object the method runs on: one of this task's own, or one that other tasks have as well. */
  readonly object: "own" | "shared";
  /** Where the task is started or the handler registered. */
  readonly place: { readonly path: string; readonly range: Range } | undefined;
  /** The function that starts it; none for handlers. */
  readonly startedIn: FunctionNode | undefined;
}

/** Every task that runs a function: started with it, or calling it on its way. */
export function taskRunsOf(node: FunctionNode, program: Program): readonly TaskRun[] {
  // A function that calls itself is run by nobody else for that.
  return program.resolver.rememberedOf(node, "task runs", () => distinct(findRuns(node, program)), []);
}

function findRuns(node: FunctionNode, program: Program): readonly TaskRun[] {
  const { resolver } = program;
  const place = { path: node.file.path, range: node.head.nameRange };
  if (node.head.kind === "module") return [one("main", `module ${node.file.path}`, undefined, undefined)];
  const result: TaskRun[] = [];
  const handled = handling(node, program);
  if (handled) {
    const object = handled === "class" ? "own" : "shared";
    result.push({ kind: "handler", key: `handler ${functionKey(node)}`, instances: "several", object, place, startedIn: undefined });
  }
  for (const spawn of program.spawnsRunning(node)) {
    if (spawn.worker !== "event-loop-task") continue;
    // A coroutine that is called here and handed over is found among the callers.
    const isCalledHere = spawn.call.arguments.some((argument) => argument.value.op === "call");
    if (!isCalledHere) result.push(started(spawn.call, spawn.in, program));
  }
  for (const mapped of mappedCalls(node, program)) result.push({ ...started(mapped.call, mapped.within, program), instances: "several" });
  for (const caller of resolver.callersOf(node)) {
    switch (handingOver(caller, node)) {
      case "in place":
        for (const run of taskRunsOf(caller.within, program)) {
          const isOwn =
            isOwnObject(caller.call, caller.within) ||
            isOfThisRun(caller.call, caller.within, program) ||
            (run.object === "own" && isOnReceiver(caller));
          result.push({ ...run, object: isOwn ? "own" : "shared" });
        }
        break;
      case "driven":
        result.push(one("main", `driven ${functionKey(caller.within)}@${caller.call.start}`, caller.call, caller.within));
        break;
      case "task":
        result.push(started(caller.call, caller.within, program));
        break;
    }
  }
  return result.length > 0 ? result : [one("outside", `outside ${functionKey(node)}`, undefined, undefined)];
}

/** Where a coroutine is made for each element, and all of them are given to what runs them side by side: `gather(*map(work, items))`. */
function mappedCalls(node: FunctionNode, { resolver }: Program): readonly Pick<Caller, "call" | "within">[] {
  if (!node.head.isAsync || node.head.isGenerator) return [];
  return ["map", "starmap"].flatMap((name) =>
    resolver.callsNamed(name).flatMap(({ file, site: { call, function: index } }) => {
      const within = file.functionAt(index);
      const [mapped] = call.arguments;
      if (!within || !mapped || !isFunction(mapped.value, node, within, resolver) || !isGathered(call, within)) return [];
      return [{ call, within }];
    }),
  );
}

function isGathered(mapped: CallOperation, within: FunctionNode): boolean {
  const isMapped = (value: Value): boolean => {
    if (value === mapped) return true;
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
    const bound = within.bound(value.place.name) ?? [];
    return bound.length === 1 && bound[0] !== undefined && someValue(bound[0], (inner) => inner === mapped);
  };
  let isGiven = false;
  walkOperations(within.facts.body, (operation) => {
    if (isGiven || operation.op !== "call" || !gathering.has(lastNameOf(operation.callee))) return;
    isGiven = operation.arguments.some(({ value }) => someValue(value, isMapped));
  });
  return isGiven;
}

const gathering: ReadonlySet<string> = new Set(["gather", "wait", "as_completed"]);

function one(kind: TaskRun["kind"], key: string, call: CallOperation | undefined, within: FunctionNode | undefined): TaskRun {
  const place = call && within && { path: within.file.path, range: { start: call.start, end: call.end } };
  return { kind, key, instances: "one", object: "shared", place, startedIn: within };
}

function started(call: CallOperation, within: FunctionNode, program: Program): TaskRun {
  const isRepeated = loopsAround(within, call).length > 0 || taskRunsOf(within, program).some((run) => run.instances === "several");
  const instances = isRepeated ? "several" : "one";
  return {
    kind: "task",
    key: restarted(call, within) ?? `task ${functionKey(within)}@${call.start}`,
    instances,
    object: isOwnObject(call, within) ? "own" : "shared",
    place: { path: within.file.path, range: { start: call.start, end: call.end } },
    startedIn: within,
  };
}

/** The attribute that the task is kept in, where the one kept there before is cancelled first: the new task takes its turn. */
function restarted(call: CallOperation, within: FunctionNode): string | undefined {
  let kept: Place | undefined;
  let isCancelled = false;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "attribute" || !operation.value) return;
    if (someValue(operation.value, (inner) => inner === call)) kept = operation.place;
  });
  walkOperations(within.facts.body, (operation) => {
    if (!kept || operation.op !== "call" || operation.end > call.start) return;
    const { callee } = operation;
    if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "cancel") return;
    isCancelled ||= callee.place.object.op === "read" && samePlace(callee.place.object.place, kept);
  });
  if (!isCancelled || kept?.kind !== "attribute") return undefined;
  return `task in ${within.file.path} ${within.head.class ?? ""} ${kept.name}`;
}

/** Whether the method is called on an object that belongs to this call alone: made here, or one element of a loop. */
function isOwnObject(call: CallOperation, within: FunctionNode): boolean {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  if (object.op === "call") return true;
  if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== within.index) return false;
  const bound = within.bound(object.place.name) ?? [];
  const loops = loopsAround(within, call);
  return (
    bound.length > 0 &&
    bound.every(
      (value) =>
        value.op === "element-of" ||
        value.op === "item-of" ||
        (value.op === "call" && loops.some((loop) => loop.start <= value.start && value.end <= loop.end)),
    )
  );
}

/** Whether the method is called on a local object that the function makes whenever it runs, and gives to no task that it starts. */
function isOfThisRun({ callee }: CallOperation, within: FunctionNode, { resolver }: Program): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== within.index) return false;
  const { name, owner } = object.place;
  const bound = within.bound(name) ?? [];
  const isMade = (value: Value): boolean =>
    value.op === "call" && resolver.resolve(value.callee, within).some(({ kind }) => kind === "class" || kind === "external");
  if (bound.length === 0 || !bound.every(isMade) || within.head.parameters.some((parameter) => parameter.name === name)) return false;
  const isIt = (value: Value): boolean =>
    value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner;
  const { awaited } = handedOver(within);
  let isGiven = false;
  walkOperations(within.facts.body, (operation) => {
    if (isGiven || operation.op !== "call" || awaited.has(operation)) return;
    const { callee: called } = operation;
    const isOn = called.op === "read" && called.place.kind === "attribute" && isIt(called.place.object);
    if (!isOn && !operation.arguments.some(({ value }) => isIt(value))) return;
    isGiven = resolver.callees(operation, within).some((each) => each.function.head.isAsync);
  });
  return !isGiven;
}

/** Whether a method calls another one of the same object. */
function isOnReceiver({ call, within }: Caller): boolean {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  return object.op === "read" && object.place.kind === "name" && object.place.name === within.head.parameters[0]?.name;
}

const transparent: ReadonlySet<string> = new Set(["wait_for", "shield", "timeout", "fail_after"]);
const drivers: ReadonlySet<string> = new Set(["run", "run_until_complete", "run_sync", "async_to_sync"]);

interface Handed {
  /** Coroutines that are awaited where they are made. */
  readonly awaited: ReadonlySet<Value>;
  /** Coroutines that a call runs to their end. */
  readonly driven: ReadonlySet<Value>;
  /** Calls whose coroutine the function hands back to its caller. */
  readonly returned: ReadonlySet<Value>;
}

const handedIn = new WeakMap<FunctionFacts, Handed>();

function handedOver(within: FunctionNode): Handed {
  const before = handedIn.get(within.facts);
  if (before) return before;
  const awaited = new Set<Value>();
  const driven = new Set<Value>();
  const inPlace = (value: Value): void => {
    awaited.add(value);
    if (value.op === "choice") for (const each of value.values) inPlace(each);
    if (value.op !== "call" || !transparent.has(lastNameOf(value.callee))) return;
    for (const argument of value.arguments) inPlace(argument.value);
  };
  const visit = (operation: Operation): void => {
    if (operation.op === "await") {
      inPlace(operation.value);
      // `coroutine = work()` … `await coroutine`.
      const { value } = operation;
      if (value.op === "read" && value.place.kind === "name" && value.place.owner === within.index) {
        const bound = within.bound(value.place.name) ?? [];
        if (bound.length === 1 && bound[0]) inPlace(bound[0]);
      }
    }
    if (operation.op === "call" && drivers.has(lastNameOf(operation.callee)))
      for (const argument of operation.arguments) driven.add(argument.value);
  };
  walkOperations(within.facts.body, visit);
  const handed = { awaited, driven, returned: new Set(within.returned) };
  handedIn.set(within.facts, handed);
  return handed;
}

function handingOver({ call, within }: Caller, node: FunctionNode): "in place" | "driven" | "task" {
  // What is no coroutine runs where it is called, and an asynchronous generator where it is iterated.
  if (!node.head.isAsync || node.head.isGenerator) return "in place";
  const { awaited, driven, returned } = handedOver(within);
  if (awaited.has(call) || returned.has(call)) return "in place";
  return driven.has(call) ? "driven" : "task";
}

/** Decorators under which web and bot frameworks run a coroutine function for each request, message or command. */
const handlerDecorators: ReadonlySet<string> = new Set(
  "get post put patch delete head options route api_route websocket websocket_route command event on message message_handler callback_query_handler middleware exception_handler view".split(
    " ",
  ),
);

/** Calls that register a coroutine function to be run for each connection or request. */
const registrations: ReadonlySet<string> = new Set(
  "start_server start_unix_server serve unix_serve add_get add_post add_put add_patch add_delete add_route add_view add_api_route add_websocket_route Route WebSocketRoute get post put patch delete route".split(
    " ",
  ),
);

/** How a library comes to run the function for each request: as a method of an object made for it, or as a function. */
export function handling(node: FunctionNode, program: Program): "class" | "function" | undefined {
  const { facts } = node;
  const { resolver, knowledge } = program;
  if (!facts.isAsync) return undefined;
  const owner = facts.class === undefined ? undefined : node.file.classAt(facts.class);
  for (const base of owner ? resolver.classOrder(owner).externals : []) {
    const role = knowledge.type(base)?.is;
    if (role?.role === "handler" && role.worker === "event-loop-task" && role.methods.includes(facts.name)) return "class";
  }
  const scope = node.file.functionAt(facts.parent ?? 0);
  const isDecorated = facts.decorators.some((decorator) => {
    const value = decorator.op === "call" ? decorator.callee : decorator;
    if (value.op !== "read" || value.place.kind !== "attribute" || !handlerDecorators.has(value.place.name)) return false;
    return !scope || resolver.resolve(value, scope).every((entity) => entity.kind !== "function" && entity.kind !== "class");
  });
  if (isDecorated) return "function";
  for (const name of registrations) {
    for (const site of node.file.calls(name)) {
      const within = node.file.functionAt(site.function);
      const passed = within && site.call.arguments.some(({ value }) => isFunction(value, node, within, resolver));
      if (passed) return "function";
    }
  }
  return undefined;
}

function isFunction(value: Value, node: FunctionNode, within: FunctionNode, resolver: Resolver): boolean {
  if (value.op !== "read" || value.place.kind === "element" || value.place.name !== node.head.name) return false;
  return resolver.resolve(value, within).some((entity) => entity.kind === "function" && entity.function === node);
}

function distinct(found: readonly TaskRun[]): readonly TaskRun[] {
  const byKey = new Map<string, TaskRun>();
  for (const run of found) {
    const before = byKey.get(run.key);
    if (!before || (before.object === "own" && run.object === "shared")) byKey.set(run.key, run);
  }
  return [...byKey.values()];
}
