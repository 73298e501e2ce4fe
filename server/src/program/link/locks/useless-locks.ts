import { append } from "../../../base/append.js";
import { contains, type Range, rangeOf } from "../../../base/range.js";
import { type CallOperation, type Operation, type Place, unbound, type Value, type WithOperation } from "../../operation.js";
import { partOfActivity } from "../activity/activity.js";
import { takenIn, takingLocks } from "../activity/held.js";
import type { Access } from "../activity/moments.js";
import { type ClassNode, classKey, type FunctionNode } from "../entity.js";
import { testsBefore } from "../guards.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionsThat } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { againWith } from "../memory/overviews.js";
import { mentionsIn } from "../mentions.js";
import { evaluatedBy, innerValues, someValue, walkOperations } from "../walk.js";
import { lastName, objectOfMethod, releasersOnly } from "./hand-over.js";
import { makesNewLock, propertyRead, writtenName } from "./locks.js";
import { isNeverGiven, optionalLock } from "./optional-locks.js";
import { enteredSection } from "./readers-writer.js";

/** A lock that keeps nobody out. */
export interface UselessLock {
  /**
   * `each-call`: every call makes its own. `each-thread`: every thread is given its own. `each-object`: every object has its own, and what it
   * guards is not the object's. `nothing-inside`: only the function's own variables are touched while it is held.
   */
  readonly why: "each-call" | "each-thread" | "each-object" | "nothing-inside";
  readonly function: FunctionNode;
  readonly range: Range;
  readonly name: string;
  /** For `each-call` where the lock is made, if that is another place; for `each-thread` where the thread is; for `each-object` what it seems to guard. */
  readonly related: Range | undefined;
}

/** The locks of a program's threads that keep nobody out, in the order of files and functions. */
export function uselessLocks(program: Program): readonly UselessLock[] {
  const threaded = partOfActivity(program, "threaded");
  const accesses = partOfActivity(program, "accesses");
  const found: UselessLock[] = [];
  const byFunction = new Map<FunctionNode, Access[]>();
  for (const access of accesses) {
    append(byFunction, access.function, access);
  }
  for (const file of program.files) {
    for (const node of functionsThat(file, takingLocks)) {
      if (!threaded.has(node) || node.head.kind === "class-body") continue;
      const { made, held } = locksOf(program, node);
      found.push(...made, ...neverGiven(node, program).filter(({ range }) => !made.some((each) => each.range.start === range.start)));
      for (const { operation, over } of held) {
        const at = { function: node, range: rangeOf(operation.context), name: writtenName(operation.context) };
        const guarded = over && guardedElsewhere(operation, over, byFunction.get(node) ?? [], program);
        if (!over) found.push({ why: "nothing-inside", related: undefined, ...at });
        else if (guarded) found.push({ why: "each-object", related: guarded, ...at });
      }
    }
  }
  return [...found, ...givenToEachThread(program)];
}

/** Of the locks that a function makes and holds, those that may be useless. */
function locksOf(program: Program, node: FunctionNode): { readonly made: readonly UselessLock[]; readonly held: readonly HeldInWith[] } {
  const find = (): ReturnType<typeof locksOf> => ({ made: madeByEachCall(node, program), held: heldIn(node, program) });
  return program.resolver.rememberedOf(node, "useless locks", find, undefined, againWith(locksOf, node));
}

/** A lock that a function holds in a `with`. */
interface HeldInWith {
  readonly operation: WithOperation;
  /** The class each of whose objects has the lock, and that is not touched meanwhile; undefined where nothing but the call's own variables is. */
  readonly over: ClassNode | undefined;
}

/** Of the locks that a function holds, those that seem to guard nothing, or nothing of the object that has them. */
function heldIn(node: FunctionNode, program: Program): readonly HeldInWith[] {
  const found: HeldInWith[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "with" || !isLock(operation.context, node, program)) return;
    if (touchesOwnOnly(operation, node)) found.push({ operation, over: undefined });
    else {
      const over = ownerUntouched(operation, node, program);
      if (over) found.push({ operation, over });
    }
  });
  return found;
}

/** Whether the value is a lock for threads, as far as can be told. */
export function isLock(value: Value, within: FunctionNode, { resolver, knowledge }: Program): boolean {
  return resolver.resolve(value, within).some((entity) => {
    const role = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
    return (role?.role === "lock" || role?.role === "condition") && role.scope === "threads";
  });
}

function isNewLock(value: Value | undefined, within: FunctionNode, program: Program): value is CallOperation {
  if (value?.op !== "call" || enteredSection(value, within, program)) return false;
  const isMade = program.resolver.resolve(value, within).some((entity) => entity.kind === "object" && entity.origin?.call === value);
  // `Condition(lock)` is that lock.
  return isMade && value.arguments.every((argument) => argument.value.op === "constant") && isLock(value, within, program);
}

/** Locks that are made where they are taken: `with threading.Lock():`, a variable of the call, an attribute stored anew by each call. */
function madeByEachCall(node: FunctionNode, program: Program): readonly UselessLock[] {
  const found: UselessLock[] = [];
  const taken: Value[] = [];
  const stored: Extract<Operation, { op: "write" }>[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with" && (operation.body.length > 0 || bindsIn(operation, node))) taken.push(operation.context);
    const acquired = objectOfMethod(operation, "acquire");
    if (acquired) taken.push(acquired);
    if (operation.op === "write" && isNewLock(operation.value, node, program)) stored.push(operation);
  });
  for (const context of taken) {
    if (isNewLock(context, node, program) || isNeverKept(context, node, program) || isMadeWhenAsked(context, node, program))
      found.push({ why: "each-call", function: node, range: rangeOf(context), name: writtenName(context), related: undefined });
  }
  if (node.head.kind === "module" || taken.length === 0) return found;
  for (const [name, values] of node.facts.bindings) {
    const [value] = values;
    if (values.length !== 1 || !value || node.head.rebound.has(name)) continue;
    if (!isNewLock(value, node, program) && !isNeverKept(value, node, program)) continue;
    const use = usedAlone(name, node, taken);
    if (use) found.push({ why: "each-call", function: node, range: use, name, related: rangeOf(value) });
  }
  for (const write of stored) {
    if (setsUp(node, program) || testsBefore(node, write).length > 0 || !write.value) continue;
    const name = write.place.kind === "element" ? "" : writtenName({ op: "read", place: write.place, ...rangeOf(write) });
    const use = taken.find((context) => context.start > write.end && writtenName(context) === name);
    // Another function that gives it back makes it a signal.
    if (use && name !== "" && releasersOnly(node.file, lastName(use) ?? "").length === 0)
      found.push({ why: "each-call", function: node, range: rangeOf(use), name, related: rangeOf(write.value) });
  }
  return found;
}

/** Locks that callers may give, none does, and each call then makes for itself: `lock = lock or Lock()`. */
function neverGiven(node: FunctionNode, program: Program): readonly UselessLock[] {
  return node.head.parameters.flatMap(({ name }): readonly UselessLock[] => {
    const optional = optionalLock(name, node, program);
    if (!optional || !isNeverGiven(optional.parameter, node, program) || isHandedOn(node, program)) return [];
    const tests: Range[] = [optional.bound];
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "branch" && operation.test) tests.push(operation.test);
    });
    const use = usedAlone(name, node, takenIn(node), tests);
    return use ? [{ why: "each-call", function: node, range: use, name, related: rangeOf(optional.made) }] : [];
  });
}

/** Whether its file does anything with the function but call it or have threads run it: whoever gets hold of it may give it what nobody else gives. */
function isHandedOn(node: FunctionNode, { resolver, spawns }: Program): boolean {
  const known = new Set(resolver.callersOf(node).flatMap(({ call, within }) => (within.file === node.file ? [call.callee.start] : [])));
  for (const { targets } of spawns)
    for (const { function: target, namedBy } of targets) if (target === node && namedBy) known.add(namedBy.value.start);
  const isOther = (value: Value): boolean =>
    value.op === "read" && value.place.kind !== "element" && value.place.name === node.head.name && !known.has(value.start);
  return node.file.functions.some((other) => valuesIn(other).some((root) => someValue(root, isOther)));
}

/** Whether the function prepares an object before others have it: a constructor, or what constructors alone call. */
function setsUp(node: FunctionNode, { resolver }: Program): boolean {
  const isSetUp = ({ head }: FunctionNode): boolean => /^__(init|new|setstate|enter|post_init)__$/.test(head.name);
  if (isSetUp(node)) return true;
  const callers = resolver.callersOf(node);
  return callers.length > 0 && callers.every(({ within }) => isSetUp(within));
}

/** Whether it is a property, or the call of a function, that makes a lock whenever it is asked for one. */
function isMadeWhenAsked(value: Value, within: FunctionNode, program: Program): boolean {
  const property = propertyRead(value, within, program.resolver);
  if (property) return makesNewLock(property, program);
  const callees = value.op === "call" ? program.resolver.callees(value, within) : [];
  return callees.length > 0 && callees.every(({ function: callee }) => makesNewLock(callee, program) || handsOutUnkept(callee, program));
}

function handsOutUnkept(node: FunctionNode, program: Program): boolean {
  const { returned, isGenerator, isAsync, decorators } = node.facts;
  if (isGenerator || isAsync || decorators.length > 0 || returned.length === 0) return false;
  return returned.every((value) => isNeverKept(value, node, program));
}

/** Whether it is a look into a table that makes a lock where there is none, `locks.get(key, Lock())`, while nothing is ever put into the table. */
function isNeverKept(value: Value, within: FunctionNode, program: Program): boolean {
  if (value.op !== "call" || lastNameOf(value.callee) !== "get" || value.arguments.length !== 2) return false;
  const table = receiverOf(value);
  return table?.op === "read" && isNewLock(value.arguments[1]?.value, within, program) && staysEmpty(table.place, within, program);
}

/** Whether the dict is empty where it is made, and is only ever looked into, in its own file and under that name in all the program. */
function staysEmpty(place: Place, within: FunctionNode, program: Program): boolean {
  if (place.kind === "element" || (place.kind === "name" && place.owner !== 0)) return false;
  const { name } = place;
  const { file } = within;
  if (program.files.some((other) => other !== file && mentionsIn(other).names.has(name))) return false;
  const writes = place.kind === "name" ? [] : (program.resolver.enclosingClass(within)?.facts.instanceAttributes.get(name) ?? []);
  const made = place.kind === "name" ? file.functionAt(0)?.bound(name) : writes.map(({ write }) => write.value);
  const [only, ...others] = made ?? [];
  if (!only || others.length > 0 || !isEmptyDict(only) || file.functionAt(0)?.head.rebound.has(name)) return false;
  const looks = new Set(file.calls("get").flatMap(({ call }) => receiverOf(call)?.start ?? []));
  for (const { write } of writes) looks.add(write.start);
  const isOther = (value: Value): boolean =>
    value.op === "read" && value.place.kind !== "element" && value.place.name === name && !looks.has(value.start);
  return !file.functions.some((node) => valuesIn(node).some((root) => root !== only && someValue(root, isOther)));
}

function isEmptyDict(value: Value): boolean {
  if (value.op === "display") return value.makes === "dict" && value.elements.length === 0 && !value.isOpen;
  return value.op === "call" && value.arguments.length === 0 && lastNameOf(value.callee) === "dict";
}

/**
 * Where the variable's lock is taken, if nothing else is done with it, but for what happens in `asked`: not returned, stored, passed on, or left to inner
 * functions.
 */
function usedAlone(name: string, node: FunctionNode, taken: readonly Value[], asked: readonly Range[] = []): Range | undefined {
  const isName = (value: Value): boolean =>
    value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === node.index;
  const allowed = new Set<number>();
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with" && isName(operation.context)) allowed.add(operation.context.start);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    if (isName(operation.callee.place.object)) allowed.add(operation.callee.place.object.start);
  });
  const isAllowed = (value: Value): boolean => allowed.has(value.start) || asked.some((range) => contains(range, value));
  const first = taken.find(isName);
  if (!first) return undefined;
  const isElsewhere = node.file.functions.some((other) =>
    valuesIn(other).some((root) => someValue(root, (value) => isName(value) && !(other === node && isAllowed(value)))),
  );
  return isElsewhere ? undefined : rangeOf(first);
}

/** Every value that a function mentions, with what its header holds. */
function valuesIn({ facts }: FunctionNode): readonly Value[] {
  const values: (Value | undefined)[] = [...facts.returned, ...facts.decorators];
  for (const bound of facts.bindings.values()) values.push(...bound);
  for (const parameter of facts.parameters) values.push(parameter.default);
  walkOperations(facts.body, (operation) => {
    values.push(...evaluatedBy(operation));
    if (operation.op === "write") values.push({ op: "read", place: operation.place, start: operation.start, end: operation.end });
  });
  return values.filter((value) => value !== undefined);
}

/** Locks made in the round of the loop that starts the thread, of which nobody else has hold. */
function givenToEachThread(program: Program): readonly UselessLock[] {
  const found: UselessLock[] = [];
  for (const spawn of program.spawns) {
    const loop = [...loopsAround(spawn.in, spawn.call)].pop();
    if (spawn.worker !== "thread" || !loop) continue;
    for (const target of spawn.targets) {
      if (target.receiver) continue;
      for (const { value, in: within, how } of target.arguments.values()) {
        if (how !== "whole" || within !== spawn.in) continue;
        const made = value.op === "read" ? boundInside(value, within, loop) : value;
        if (!isNewLock(made, within, program)) continue;
        if (value.op === "read" && !isOnlyPassed(value, within, spawn.call)) continue;
        const name = value.op === "read" ? writtenName(value) : writtenName(made);
        if (found.some((each) => each.function === within && each.range.start === made.start)) continue;
        found.push({ why: "each-thread", function: within, range: rangeOf(made), name, related: rangeOf(spawn.call) });
      }
    }
  }
  return found;
}

/** What a variable is bound to, if that happens once, inside the loop. */
function boundInside(value: Value, within: FunctionNode, loop: Range): Value | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return undefined;
  const bound = within.bound(value.place.name) ?? [];
  return bound.length === 1 && bound[0] && contains(loop, bound[0]) ? bound[0] : undefined;
}

function isOnlyPassed(variable: Value, within: FunctionNode, call: Range): boolean {
  if (variable.op !== "read" || variable.place.kind !== "name") return false;
  const { name, owner } = variable.place;
  return !within.file.functions.some((other) =>
    valuesIn(other).some((root) =>
      someValue(root, (value) => {
        const isIt = value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner;
        return isIt && !(other === within && contains(call, value));
      }),
    ),
  );
}

const plainFunctions: ReadonlySet<string> = new Set(["range", "int", "float", "str", "abs", "min", "max", "round", "bool"]);

/** Whether the body computes with variables of this very call only. An empty body waits for whoever holds the lock. */
function touchesOwnOnly(operation: WithOperation, node: FunctionNode): boolean {
  if (node.head.kind !== "function" || operation.body.length === 0 || !bindsIn(operation, node)) return false;
  const isOwn = (value: Value): boolean => {
    switch (value.op) {
      case "constant":
        return true;
      case "read":
        return value.place.kind === "name" && value.place.owner === node.index && !node.head.rebound.has(value.place.name);
      case "compute":
      case "element-of":
        return innerValues(value).every(isOwn);
      case "call": {
        const { callee } = value;
        const isPlain =
          callee.op === "read" && callee.place.kind === "name" && callee.place.owner === unbound && plainFunctions.has(callee.place.name);
        return isPlain && value.arguments.every((argument) => isOwn(argument.value));
      }
      default:
        return false;
    }
  };
  let isAlone = true;
  walkOperations(operation.body, (inner) => {
    switch (inner.op) {
      case "compute":
      case "call":
        isAlone &&= isOwn(inner);
        break;
      case "loop":
      case "branch":
        break;
      default:
        isAlone = false;
    }
  });
  if (!isAlone) return false;
  for (const values of node.facts.bindings.values())
    for (const value of values) if (contains(operation, value) && !isOwn(value)) return false;
  return true;
}

function bindsIn(operation: WithOperation, node: FunctionNode): boolean {
  return [...node.facts.bindings.values()].some((values) =>
    values.some((value) => value.op !== "entered" && value.start > operation.context.end && contains(operation, value)),
  );
}

/** The class that the function is a method of, if the lock is one that each object makes for itself, and the object is not touched under it. */
function ownerUntouched(operation: WithOperation, node: FunctionNode, program: Program): ClassNode | undefined {
  const owner = program.resolver.enclosingClass(node);
  const { context } = operation;
  if (!owner || context.op !== "read" || context.place.kind !== "attribute" || !isReceiver(context.place.object, node)) return undefined;
  const lock = context.place.name;
  const writes = owner.facts.instanceAttributes.get(lock) ?? [];
  const isOwnLock =
    writes.length === 1 &&
    writes.every(({ function: index, write }) => {
      const method = owner.file.functionAt(index);
      return method?.head.name === "__init__" && isNewLock(write.value, method, program);
    });
  return isOwnLock && !touchesObject(operation, node, owner) ? owner : undefined;
}

/** What is changed under a lock of the object, if that is nothing of the object but something all objects share, and there are several objects. */
function guardedElsewhere(operation: WithOperation, owner: ClassNode, accesses: readonly Access[], program: Program): Range | undefined {
  const inside = accesses.filter(
    (access) => contains(operation, access.range) && access.does !== "read" && access.does !== "iterate" && access.does !== "copy",
  );
  const [first] = inside;
  if (!first || !inside.every((access) => isCommon(access.location, owner)) || !hasSeveral(owner, program)) return undefined;
  return first.statement;
}

function isReceiver(value: Value, node: FunctionNode): boolean {
  return (
    value.op === "read" &&
    value.place.kind === "name" &&
    value.place.owner === node.index &&
    value.place.name === node.head.parameters[0]?.name
  );
}

/** Whether the body stores in the object, calls its methods, or hands it on; reading settings of it is nothing that needs a lock. */
function touchesObject(operation: WithOperation, node: FunctionNode, owner: ClassNode): boolean {
  let touches = false;
  walkOperations(operation.body, (inner) => {
    if (inner.op === "write" && inner.place.kind !== "name")
      touches ||= someValue(inner.place.object, (value) => isReceiver(value, node)) && !isClassAttribute(inner.place, owner);
    if (inner.op === "call")
      touches ||= someValue(inner, (value) => value.op === "call" && someValue(value.callee, (each) => isReceiver(each, node)));
  });
  return touches;
}

function isClassAttribute(place: Extract<Operation, { op: "write" }>["place"], owner: ClassNode): boolean {
  return place.kind === "attribute" && !owner.facts.instanceAttributes.has(place.name);
}

/** Whether the location is a global or an attribute of the class itself. */
function isCommon(location: string, owner: ClassNode): boolean {
  if (location.startsWith("global ")) return true;
  const prefix = `attribute ${classKey(owner)} `;
  if (!location.startsWith(prefix)) return false;
  const name = location.slice(prefix.length).replace(/\[\]$/, "");
  return !owner.facts.instanceAttributes.has(name);
}

/** Whether the program makes several objects of the class: in several places, in a loop, or in what several threads run. */
function hasSeveral(owner: ClassNode, program: Program): boolean {
  const init = program.resolver.method(owner, "__init__");
  if (!init) return false;
  const sites = program.resolver.callersOf(init).filter(({ call }) => objectOfMethod(call, "__init__") === undefined);
  const threaded = partOfActivity(program, "threaded");
  return sites.length > 1 || sites.some(({ call, within }) => loopsAround(within, call).length > 0 || threaded.has(within));
}
