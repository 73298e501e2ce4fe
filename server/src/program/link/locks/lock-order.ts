import type { Operation, Value } from "../../operation.js";
import { unbound } from "../../operation.js";
import type { Acquisition } from "../activity/moments.js";
import { classKey, type FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { argumentFor } from "../resolution/resolver.js";
import { sameValue } from "../state/updates.js";
import { innerValues, someValue, walkOperations } from "../walk.js";
import type { HeldLock } from "./locks.js";
import { callOf, expressionOf, levelOf } from "./same-lock.js";

/** Whether the locks are one attribute of two objects of one class, as far as can be told. */
export function areTwins(held: HeldLock, { lock }: Acquisition, { resolver }: Program): boolean {
  if (held.key === lock.key) return true;
  const [named, other] = held.identity === "by-name" ? [held, lock] : [lock, held];
  const attribute = /^lock (.*)$/.exec(named.key)?.[1];
  const owner = /^attribute (.*) (\S+)$/.exec(other.key);
  const written = expressionOf(named);
  if (attribute === undefined || owner?.[2] !== attribute || written?.op !== "read" || written.place.kind !== "attribute") return false;
  const entities = resolver.resolve(written.place.object, named.taken.function);
  return entities.some(
    (entity) => entity.kind === "instance" && resolver.classOrder(entity.class).classes.some((node) => classKey(node) === owner[1]),
  );
}

/**
 * In which order the locks of two objects of one class are taken. `ordered`: the code sorts them, or one object holds the other, as a tree or a
 * list does. `both orders`: calls hand the two objects over both ways round. `any order`: nothing tells.
 */
export function isOrdered(held: HeldLock, taken: Acquisition, program: Program): "ordered" | "both orders" | "any order" {
  const level = levelOf(held, taken);
  const first = expressionOf(held);
  const second = expressionOf(taken.lock);
  if (level === undefined || !first || !second) return "ordered";
  const holder = held.taken.function;
  const between = [holder, ...taken.path.slice(level).map((step) => step.function), taken.function];
  if (between.some(compares)) return "ordered";
  const outer = baseOf(first, holder);
  const inner = level === taken.path.length ? baseOf(second, holder) : baseInHolder(second, taken, level);
  // Only two that came from outside can come the other way round; what hangs from the first is below it.
  if (outer === undefined || inner === undefined || outer === inner) return "ordered";
  if (comparesParameters(holder, outer, inner)) return "ordered";
  return areSwapped(holder, outer, inner, program) ? "both orders" : "any order";
}

/** The parameter whose attribute the lock is; undefined for what is reached through another object. */
function baseOf(value: Value, node: FunctionNode, depth = 0): number | undefined {
  if (value.op !== "read" || depth > 4) return undefined;
  const { place } = value;
  if (place.kind === "attribute" && place.object.op === "read" && place.object.place.kind === "name") {
    const { name, owner } = place.object.place;
    const index = owner === node.index ? node.head.parameters.findIndex((parameter) => parameter.name === name) : -1;
    return index >= 0 && node.bound(name) === undefined ? index : undefined;
  }
  // `lock = self.lock`
  const bound = place.kind === "name" && place.owner === node.index ? (node.bound(place.name) ?? []) : [];
  return bound.length === 1 && bound[0] ? baseOf(bound[0], node, depth + 1) : undefined;
}

/** The same for a lock that a called method takes of its own object: the parameter whose method is called. */
function baseInHolder(value: Value, taken: Acquisition, level: number): number | undefined {
  const inner = baseOf(value, taken.function);
  const step = taken.path[level];
  if (inner !== 0 || taken.path.length !== level + 1 || !step || taken.function.head.class === undefined) return undefined;
  const call = callOf(step);
  if (call?.callee.op !== "read" || call.callee.place.kind !== "attribute" || call.callee.place.object.op !== "read") return undefined;
  const { place } = call.callee.place.object;
  if (place.kind !== "name" || place.owner !== step.function.index || step.function.bound(place.name) !== undefined) return undefined;
  const index = step.function.head.parameters.findIndex((parameter) => parameter.name === place.name);
  return index >= 0 ? index : undefined;
}

/** Whether the function puts objects in an order: it compares, sorts, or asks for identities. */
function compares(node: FunctionNode): boolean {
  let found = false;
  const look = (value: Value): boolean => {
    if (value.op === "compute") return /^[<>]=?$/.test(value.operator) && value.operands.some((operand) => mentionsObject(operand, node));
    if (value.op !== "call" || value.callee.op !== "read") return false;
    const { place } = value.callee;
    if (place.kind === "name") return place.owner === unbound && /^(sorted|id|min|max|hash)$/.test(place.name);
    return place.kind === "attribute" && /sort|order/i.test(place.name);
  };
  const visit = (operation: Operation): void => {
    if (operation.op === "compute" || operation.op === "call") found ||= someValue(operation, look);
  };
  walkOperations(node.facts.body, visit);
  return found;
}

/** `if first < second:` on the objects themselves. */
function comparesParameters(node: FunctionNode, ...parameters: readonly number[]): boolean {
  const names = parameters.map((index) => node.head.parameters[index]?.name);
  const isObject = (value: Value): boolean => value.op === "read" && value.place.kind === "name" && names.includes(value.place.name);
  let found = false;
  walkOperations(node.facts.body, (operation) => {
    found ||= operation.op === "compute" && /^[<>]=?$/.test(operation.operator) && operation.operands.every(isObject);
  });
  return found;
}

/** Whether the operand is what tells objects apart: `amount > balance` compares numbers, `a.number < b.number` orders objects. */
function mentionsObject(value: Value, node: FunctionNode): boolean {
  if (value.op !== "read") return innerValues(value).some((inner) => mentionsObject(inner, node));
  return value.place.kind === "attribute" && /(^|_)(id|key|name|number|index|rank|order|no|uid|uuid|seq)($|_)/i.test(value.place.name);
}

/** Whether two calls or spawns give the function the same two objects both ways round. */
function areSwapped(node: FunctionNode, first: number, second: number, program: Program): boolean {
  const given: (readonly [Value, Value])[] = [];
  const [a, b] = [node.head.parameters[first], node.head.parameters[second]];
  if (!a || !b) return false;
  for (const { call, receiver } of program.resolver.callersOf(node)) {
    const of = (index: number, parameter: typeof a): Value | undefined => {
      if (receiver === "bound" && index === 0)
        return call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined;
      return argumentFor(node, parameter, call, receiver);
    };
    const pair = [of(first, a), of(second, b)];
    if (pair[0] && pair[1]) given.push([pair[0], pair[1]]);
  }
  for (const spawn of program.spawns) {
    for (const target of spawn.targets) {
      if (target.function !== node) continue;
      const of = (parameter: typeof a): Value | undefined =>
        target.receiver && parameter === node.head.parameters[0]
          ? target.receiverValue?.value
          : target.arguments.get(parameter.name)?.value;
      const pair = [of(a), of(b)];
      if (pair[0] && pair[1]) given.push([pair[0], pair[1]]);
    }
  }
  return given.some(([x, y]) => !sameValue(x, y) && given.some(([u, v]) => sameValue(x, v) && sameValue(y, u)));
}
