import { indexed } from "../../base/indexed.js";
import type { ClassNode, Entity, FunctionNode } from "../../program/link/entity.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import { guardedInProcesses, lostInProcesses } from "../../program/link/processes/lost-state.js";
import { certainObstacle, obstacleOf } from "../../program/link/processes/picklability.js";
import { rootOf } from "../../program/link/processes/process-changes.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { changingMethods } from "../../program/link/state/container-changes.js";
import type { Spawn, SpawnTarget } from "../../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { NamePlace, Place, Value } from "../../program/operation.js";

/** Why work cannot be moved, for each of the ways that send it elsewhere. */
export type ImmovableBecause = Readonly<Record<"processes" | "subinterpreters", string>>;

/**
 * Why the work of threads cannot be done by processes or interpreters, as it is: what they would have to be sent cannot be pickled, or it changes what
 * only threads share, if that is looked for. Empty where nothing is known to be in the way.
 */
export function immovableBecause(spawn: Spawn, program: Program, look: "closely" | "at what is sent"): ImmovableBecause {
  const { worker, targets } = spawn;
  const [target] = targets;
  if (worker === "event-loop-task" && !target) return { processes: ofLibrary, subinterpreters: ofLibrary };
  if ((worker !== "thread" && worker !== "event-loop-task") || !target) return movable;
  const always = whateverIsSent(spawn, target, program, look);
  if (always !== "") return { processes: always, subinterpreters: always };
  // Libraries have picklers of their own: joblib's takes any function.
  if (program.knowledge.spawner(spawn.spawner)?.package !== "python") return movable;
  return { processes: unsent(target, "task", program), subinterpreters: unsent(target, "interpreter", program) };
}

const ofLibrary = "a library's coroutine needs the event loop that it is awaited in";
const movable: ImmovableBecause = { processes: "", subinterpreters: "" };

/**
 * Why the function itself does not get there. `ProcessPoolExecutor` pickles it however its workers were started; `InterpreterPoolExecutor` sends
 * the code of one that uses nothing of what is around it (CPython 3.14 and 3.15).
 */
function unsent({ function: node }: SpawnTarget, crossing: "task" | "interpreter", program: Program): string {
  if (node.head.class !== undefined) return "";
  const obstacle = obstacleOf({ kind: "function", function: node, receiver: undefined }, crossing, program);
  if (!obstacle) return "";
  if (crossing === "interpreter") return `the task ${obstacle.says}, which is not sent along`;
  return node.head.kind === "lambda"
    ? "the task is a lambda, which cannot be pickled"
    : "the task is defined inside another function and cannot be pickled";
}

function whateverIsSent(spawn: Spawn, target: SpawnTarget, program: Program, look: "closely" | "at what is sent"): string {
  const { function: node, receiver } = target;
  const isMethod = receiver?.kind === "instance" && node.head.class !== undefined;
  const obstacle = isMethod ? obstacleOf({ kind: "function", function: node, receiver }, "task", program) : undefined;
  if (obstacle?.sure === "yes") return "the object whose method the task is cannot be pickled";
  if (changesAround(node)) return "the task changes variables of the function around it";
  const around = usedAround(node);
  const kept = unpicklableArgument(target, program) ?? unpicklableAround(around, node, program);
  if (kept !== undefined) return `\`${kept}\`, which the task uses, cannot be pickled`;
  const connection = connectionOf(target, around, program);
  if (connection !== undefined)
    return `\`${connection}\`, which the task uses, is a connection or a lock, of which each process needs its own`;
  if (look === "at what is sent") return "";
  const shared = lostInProcesses(spawn, target, program)?.name ?? guardedInProcesses(spawn, target, program);
  return shared === undefined ? "" : `the task changes \`${shared}\`, of which each process would have its own`;
}

function changesAround(node: FunctionNode): boolean {
  let changes = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write") changes ||= isAround(rootOf(operation.place), node);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const { name, object } = operation.callee.place;
    if (changingMethods.has(name) && object.op === "read") changes ||= isAround(rootOf(object.place), node);
  });
  return changes;
}

/** The name of an argument that surely cannot be pickled: a lock, an open file, a generator. */
function unpicklableArgument({ arguments: given }: SpawnTarget, program: Program): string | undefined {
  for (const [name, { value, in: within, how }] of given) {
    const obstacle = how === "whole" ? certainObstacle({ value, in: within }, "task", program) : undefined;
    if (obstacle?.sure === "yes" && obstacle.kind === "unpicklable") return name;
  }
  return undefined;
}

/** What a function uses of variables of the functions around it, by name. */
function usedAround(node: FunctionNode): ReadonlyMap<string, Value> {
  const names = new Map<string, Value>();
  if (node.head.parent === undefined) return names;
  const collect = (value: Value): boolean => {
    if (value.op === "read" && isAround(value.place, node)) names.set((value.place as NamePlace).name, value);
    return false;
  };
  for (const value of node.returned) someValue(value, collect);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "read" || operation.op === "call" || operation.op === "compute") someValue(operation, collect);
    else if (operation.op === "with") someValue(operation.context, collect);
  });
  // Functions and classes inside it are moved along with it.
  for (const [name, value] of names) if (isDefinition(value, node)) names.delete(name);
  return names;
}

/** The name of a variable of the function around which surely cannot be pickled, so that it is of no use to define the task at module level instead. */
function unpicklableAround(around: ReadonlyMap<string, Value>, node: FunctionNode, program: Program): string | undefined {
  for (const [name, value] of around) {
    const obstacle = certainObstacle({ value, in: node }, "task", program);
    if (obstacle?.kind === "unpicklable") return name;
    const self = objectAround(value, node, program);
    if (self && obstacleOf({ kind: "instance", class: self }, "task", program)?.kind === "unpicklable") return name;
  }
  return undefined;
}

/** The class whose object a method around the function is called on, if that is what the value reads: `self`. */
function objectAround(value: Value, node: FunctionNode, { resolver }: Program): ClassNode | undefined {
  const owner = value.op === "read" && value.place.kind === "name" ? node.file.functionAt(value.place.owner) : undefined;
  if (!owner || owner.head.class === undefined || value.op !== "read") return undefined;
  const isFirst = value.place.kind === "name" && owner.head.parameters[0]?.name === value.place.name;
  return isFirst ? resolver.enclosingClass(owner) : undefined;
}

/**
 * What the task uses that by its name is a connection, a client of a server or a lock, and of which no more is known: handed to it, of a function around
 * it, or an attribute of the object whose method it is or is made in.
 */
function connectionOf(
  { function: node, receiver, arguments: given }: SpawnTarget,
  around: ReadonlyMap<string, Value>,
  program: Program,
): string | undefined {
  const { resolver } = program;
  for (const [name, { value, in: within, how }] of given) if (how === "whole" && isConnection(name, value, within, resolver)) return name;
  for (const [name, value] of around) if (isConnection(name, value, node, resolver)) return name;
  const objects = [...around].flatMap(([name, value]) => ({ name, class: objectAround(value, node, program) }));
  const own = receiver?.kind === "instance" && node.head.class !== undefined ? receiver.class : undefined;
  for (const object of [...objects, { name: node.head.parameters[0]?.name ?? "", class: own }]) {
    const attribute = object.class && connectionIn(object.class, resolver);
    if (attribute !== undefined) return `${object.name}.${attribute}`;
  }
  return undefined;
}

/** The name of an attribute of the class's objects that is a connection, unless the class says itself what of them is pickled. */
function connectionIn(node: ClassNode, resolver: Resolver): string | undefined {
  if (["__getstate__", "__reduce__", "__reduce_ex__"].some((method) => resolver.method(node, method))) return undefined;
  for (const { facts, file } of resolver.classOrder(node).classes) {
    for (const [name, writes] of namedAsConnections(facts.instanceAttributes)) {
      const holds = writes.some(({ function: index, write }) => {
        const within = file.functionAt(index);
        return within !== undefined && write.value !== undefined && isConnection(name, write.value, within, resolver);
      });
      if (holds) return name;
    }
  }
  return undefined;
}

const namedAsConnections = indexed(<Writes>(attributes: ReadonlyMap<string, Writes>) =>
  [...attributes].filter(([name]) => connections.test(name)),
) as <Writes>(attributes: ReadonlyMap<string, Writes>) => readonly (readonly [string, Writes])[];

function isConnection(name: string, value: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (!connections.test(name) || isPlain(value, within)) return false;
  // What a manager of multiprocessing gives out stands for the same lock in every process.
  const isSent = (entity: Entity): boolean => entity.kind === "object" && resolver.knowledge.type(entity.type)?.pickles === "yes";
  const found = resolver.resolve(value, within);
  return found.every(({ kind }) => kind === "external" || kind === "object") && !found.some(isSent);
}

const connections = /(^|_)(client|session|sock(et)?|conn(ection)?|cursor|r?lock|mutex|semaphore|browser|channel|websocket|ws)$/i;

/** Whether it is a number, a text or a container, however it came there. */
function isPlain(value: Value, within: FunctionNode): boolean {
  if (value.op === "constant" || value.op === "display" || value.op === "comprehension" || value.op === "compute") return true;
  if (value.op !== "read" || value.place.kind !== "name") return false;
  const owner = within.file.functionAt(value.place.owner);
  const { name } = value.place;
  const annotation = owner?.head.parameters.find((parameter) => parameter.name === name)?.annotation;
  if (annotation?.op === "read" && /^(int|float|bool|complex|str|bytes|list|dict|tuple|set)$/i.test(lastNameOf(annotation))) return true;
  const bound = owner?.bound(name) ?? [];
  return bound.length > 0 && bound.every((each) => each !== value && each.op !== "read" && isPlain(each, within));
}

function isDefinition(value: Value, { file }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name") return false;
  return (file.functionAt(value.place.owner)?.bound(value.place.name) ?? []).some(
    ({ op }) => op === "function" || op === "class" || op === "import",
  );
}

/** Whether it is a variable of a function around this one, and not of the module. */
function isAround(place: Place, { index, file }: FunctionNode): boolean {
  if (place.kind !== "name" || place.owner <= 0 || place.owner === index) return false;
  return file.functionAt(place.owner)?.head.kind === "function";
}
