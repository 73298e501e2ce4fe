import type { CallOperation, Operation, Value } from "../../operation.js";
import type { Acquisition, CallStep } from "../activity/moments.js";
import type { FunctionNode } from "../entity.js";
import { argumentFor } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";
import type { HeldLock } from "./locks.js";

/**
 * Whether a lock that is held is surely the one that is taken. Equal keys are not enough where every object has its own: the two must be
 * the same expression once the parameters of the functions on the way are replaced by what they were given.
 */
export function isSurelyHeld(held: HeldLock, taken: Acquisition): boolean {
  const { lock } = taken;
  if (held.key !== lock.key || held.identity === "by-name" || lock.identity === "by-name") return false;
  const isLone = (each: HeldLock): boolean => each.identity === "one" && /^(global|external) /.test(each.key);
  if (isLone(held) && isLone(lock)) return true;
  // The object that a way started with is one object all along it.
  if (held.owner === lock.owner && /^self /.test(held.owner)) return true;
  const outer = levelOf(held, taken);
  if (outer === undefined) return false;
  const first = expressionOf(held);
  const second = expressionOf(lock);
  const written = first && nameAt(first, outer, taken);
  return written !== undefined && second !== undefined && written === nameAt(second, taken.path.length, taken);
}

/**
 * How many calls from the root the function is away that took a lock which is held at a moment. Undefined where it has returned since, or is on
 * the way several times.
 */
export function levelOf(
  { taken }: HeldLock,
  { function: last, path, range }: Pick<Acquisition, "function" | "path" | "range">,
): number | undefined {
  const levels = path.flatMap((step, level) => (step.function === taken.function && step.call.start > taken.range.start ? [level] : []));
  if (last === taken.function && taken.range.start < range.start) levels.push(path.length);
  return levels.length === 1 ? levels[0] : undefined;
}

/** The call at a step of a way, if it is written as one. */
export function callOf({ function: node, call: range }: CallStep): CallOperation | undefined {
  let found: CallOperation | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call" && operation.start === range.start && operation.end === range.end) found ??= operation;
  });
  return found;
}

/** The expression of a lock where it is taken. */
export function expressionOf({ taken }: HeldLock): Value | undefined {
  let found: Value | undefined;
  walkOperations(taken.function.facts.body, (operation) => {
    for (const value of lockValues(operation)) if (value.start === taken.range.start && value.end === taken.range.end) found ??= value;
  });
  return found;
}

function lockValues(operation: Operation): readonly Value[] {
  if (operation.op === "with") return [operation.context];
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return [];
  const [first] = operation.arguments;
  return [operation.callee.place.object, ...(first ? [first.value] : [])];
}

/** A value in terms of the function at the start of the way; undefined where it need not be the same each time it is asked for. */
function nameAt(value: Value, level: number, at: Acquisition, depth = 0): string | undefined {
  if (depth > 12) return undefined;
  const inner = (other: Value, otherLevel = level): string | undefined => nameAt(other, otherLevel, at, depth + 1);
  const node = functionAt(level, at);
  if (value.op === "entered") return inner(value.context);
  if (value.op !== "read" || !node) return undefined;
  const { place } = value;
  switch (place.kind) {
    case "attribute": {
      const object = inner(place.object);
      return object && `${object}.${place.name}`;
    }
    case "element": {
      const object = inner(place.object);
      return object && place.index.op === "constant" ? `${object}[${place.index.value}]` : undefined;
    }
    case "name": {
      if (place.owner <= 0) return place.owner === 0 ? `global ${node.file.path} ${place.name}` : undefined;
      const holder = node.file.functionAt(place.owner);
      if (!holder) return undefined;
      const holderLevel = levelUpTo(holder, level, at);
      const bound = holder.bound(place.name) ?? [];
      const index = holder.head.parameters.findIndex((parameter) => parameter.name === place.name);
      const variable = `${holder.file.path}#${holder.index} ${place.name} at ${holderLevel}`;
      if (index >= 0) {
        if (bound.length > 0 || holderLevel === undefined) return undefined;
        const step = holderLevel > 0 ? at.path[holderLevel - 1] : undefined;
        return step ? given(holder, index, step, holderLevel - 1, inner) : variable;
      }
      const [only] = bound;
      if (bound.length !== 1 || holder.head.rebound.has(place.name) || !only) return undefined;
      return (only.op === "read" || only.op === "entered") && holderLevel !== undefined ? inner(only, holderLevel) : variable;
    }
  }
}

function given(
  node: FunctionNode,
  index: number,
  step: CallStep,
  level: number,
  inner: (value: Value, level: number) => string | undefined,
): string | undefined {
  const call = callOf(step);
  const parameter = node.head.parameters[index];
  if (!call || !parameter) return undefined;
  const { callee } = call;
  const isMethod = node.head.class !== undefined && callee.op === "read" && callee.place.kind === "attribute";
  const object = isMethod && callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  if (object && index === 0) {
    const isSuper =
      object.op === "call" && object.callee.op === "read" && object.callee.place.kind === "name" && object.callee.place.name === "super";
    const self = isSuper ? step.function.head.parameters[0] : undefined;
    if (!self) return inner(object, level);
    return inner(
      { op: "read", place: { kind: "name", name: self.name, owner: step.function.index }, start: object.start, end: object.end },
      level,
    );
  }
  const argument = argumentFor(node, parameter, call, object ? "bound" : "passed");
  return argument && inner(argument, level);
}

function functionAt(level: number, { function: last, path }: Acquisition): FunctionNode | undefined {
  return level === path.length ? last : path[level]?.function;
}

function levelUpTo(node: FunctionNode, level: number, at: Acquisition): number | undefined {
  for (let each = level; each >= 0; each--) if (functionAt(each, at) === node) return each;
  return undefined;
}
