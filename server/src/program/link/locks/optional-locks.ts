import type { Range } from "../../../base/range.js";
import type { ParameterFacts } from "../../facts.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { argumentFor } from "../resolution/resolver.js";
import { isNone } from "../state/compound.js";

/** A lock that a function can be given, and makes for itself where it is not. */
export interface OptionalLock {
  readonly parameter: ParameterFacts;
  readonly made: CallOperation;
  /** What the parameter is bound to then: the call, or `lock or Lock()`. */
  readonly bound: Range;
}

/** `def add(…, lock=None): lock = lock or Lock()`, with the parameter of that name; also as `if lock is None: lock = Lock()`. */
export function optionalLock(name: string, node: FunctionNode, program: Program): OptionalLock | undefined {
  const parameter = node.head.parameters.find((each) => each.name === name);
  const [bound, ...others] = node.bound(name) ?? [];
  if (!parameter || !isNone(parameter.default) || !bound || others.length > 0 || node.head.rebound.has(name)) return undefined;
  const values = bound.op === "choice" && bound.by !== "decorator" ? bound.values : [bound];
  const made = values.filter((value): value is CallOperation => isLockMadeHere(value, node, program));
  const isGiven = (value: Value): boolean =>
    value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === node.index;
  const [only] = made;
  if (!only || made.length > 1 || !values.every((value) => value === only || isGiven(value))) return undefined;
  return { parameter, made: only, bound };
}

/** Whether the call makes a lock for threads, and of nothing that others may have. */
export function isLockMadeHere(value: Value, node: FunctionNode, { resolver, knowledge }: Program): boolean {
  if (value.op !== "call" || value.arguments.some((argument) => argument.value.op !== "constant")) return false;
  return resolver.resolve(value, node).some((entity) => {
    const role = entity.kind === "object" && entity.origin?.call === value ? knowledge.type(entity.type)?.is : undefined;
    return (role?.role === "lock" || role?.role === "condition") && role.scope === "threads";
  });
}

/** Whether the program calls the function, or has threads run it, and never gives it anything for the parameter. */
export function isNeverGiven(parameter: ParameterFacts, node: FunctionNode, program: Program, depth = 0): boolean {
  const callers = program.resolver.callersOf(node);
  const started = program.spawns.flatMap(({ targets }) => targets.filter((target) => target.function === node));
  if (callers.length + started.length === 0) return false;
  if (started.some((target) => target.arguments.has(parameter.name) || target.gathered.length > 0)) return false;
  return callers.every(({ call, within, receiver }) => {
    if (call.arguments.some(({ form }) => form !== "positional" && form !== "keyword")) return false;
    const given = argumentFor(node, parameter, call, receiver);
    if (given === undefined || isNone(given)) return true;
    // A caller may hand on what it could be given itself.
    if (depth >= deepest || given.op !== "read" || given.place.kind !== "name" || given.place.owner !== within.index) return false;
    const { name } = given.place;
    const own = within.head.parameters.find((each) => each.name === name);
    return own !== undefined && isNone(own.default) && within.bound(name) === undefined && isNeverGiven(own, within, program, depth + 1);
  });
}

const deepest = 2;
