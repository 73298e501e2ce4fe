import type { Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import { loopsAround } from "../loops.js";
import { decidesTruth } from "../resolution/implicit-calls.js";
import type { Resolver } from "../resolution/resolver.js";
import { constantKey, type Frame, isConstantKey } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import type { KnownValues } from "./truth.js";

/** What constants passed as arguments decide, and what the function made just for itself. */
export function knownOnWay(frame: Frame, resolver: Resolver, ownership: Ownership): KnownValues {
  return {
    holds: (value) => {
      if (value.op === "constant") return value.type === "bool" ? value.value === 1 : undefined;
      const given = givenConstant(value, frame, ownership);
      if (given === undefined) return isAlwaysMade(value, frame.function, resolver) ? true : undefined;
      return given === constantKey("bool", 1);
    },
    equals: (value, constant) => {
      const given = givenConstant(value, frame, ownership);
      return given === undefined ? undefined : given === constantKey(constant.type, constant.value);
    },
  };
}

function givenConstant(value: Value, frame: Frame, ownership: Ownership): string | undefined {
  if (value.op !== "read" || value.place.kind !== "name") return undefined;
  const { name, owner } = value.place;
  if (owner !== frame.function.index) {
    const held = ownership.frames.heldByMaker(name, owner, frame)?.value;
    return held?.op === "constant" ? constantKey(held.type, held.value) : undefined;
  }
  // What is stored there later, and in no loop around, is not there yet.
  const bound = frame.function.bound(name) ?? [];
  const isLater = bound.every(({ start }) => start > value.end);
  if (!isLater || (bound.length > 0 && loopsAround(frame.function, value).length > 0)) return undefined;
  const key = frame.parameters.get(name)?.key;
  return key !== undefined && isConstantKey(key) ? key : undefined;
}

/** Whether the value is a local variable that only ever holds objects which no test takes for empty. */
function isAlwaysMade(value: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
  const { name } = value.place;
  const bound = within.bound(name) ?? [];
  const isGiven = within.head.parameters.some((parameter) => parameter.name === name) || within.head.rebound.has(name);
  if (isGiven || bound.length === 0 || bound.some(({ op }) => op !== "call")) return false;
  return bound.every((made) => {
    const callees = made.op === "call" ? resolver.resolve(made.callee, within) : [];
    return callees.length > 0 && callees.every((callee) => makesTruth(callee, resolver));
  });
}

/** Whether calling the class makes an object that has neither a length nor a truth of its own. */
function makesTruth(callee: Entity, resolver: Resolver): boolean {
  if (callee.kind === "external") return trueClasses.test(callee.name);
  if (callee.kind !== "class" || resolver.classOrder(callee.class).externals.some((name) => name !== "builtins.object")) return false;
  return !decidesTruth(callee.class, resolver);
}

const trueClasses = /^(threading|ssl|socket|subprocess|selectors)\.([A-Z]\w*|socket)$/;
