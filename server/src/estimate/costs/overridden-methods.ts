import type { FunctionNode } from "../../program/link/entity.js";
import type { Callee } from "../../program/link/resolution/callees.js";
import { isRaisingStub, isStub, overridesOf } from "../../program/link/resolution/overrides.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { constructionOf } from "../values/constructed.js";
import type { Evaluator } from "../values/evaluate.js";

/** What a call of a method may run: one of these, nobody knows which. */
export interface MethodsRun {
  readonly callees: readonly Callee[];
  /**
   * `closed`: nothing else. `stub`: something else, as the program has but the stub that it replaces. `by name`: perhaps something else, as nothing is known
   * of the object but that it has a method of that name.
   */
  readonly others: "closed" | "stub" | "by name";
}

/**
 * What a call of a method runs, where that may be another one than what is found on the class that the object is known to be of: its own class may derive
 * from that and replace the method. Undefined where it is what is found.
 */
export function methodsRun(call: CallOperation, callees: readonly Callee[], at: Activation, evaluator: Evaluator): MethodsRun | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { object, name } = callee.place;
  const { resolver } = evaluator;
  if (callees.some(({ function: node }) => node.head.name !== name)) return undefined;
  if (callees.length === 1 && resolver.resolve(object, at.function).length === 0) return { callees, others: "by name" };
  return replaced(callees, { value: object, in: at }, evaluator);
}

/** The same of methods that were found on an object. */
export function replaced(
  found: readonly Callee[],
  object: { readonly value: Value; readonly in: Activation } | undefined,
  evaluator: Evaluator,
): MethodsRun | undefined {
  const { resolver } = evaluator;
  const overrides = found.flatMap(({ function: node, receiver }) =>
    node.head.class !== undefined && receiver?.kind === "instance" ? overridesOf(node, receiver.class, resolver) : [],
  );
  const stubs = found.filter(({ function: node, receiver }) => receiver?.kind === "instance" && isRaisingStub(node));
  if (overrides.length === 0 && stubs.length === 0 && found.length < 2) return undefined;
  if (object && isSuper(object.value, object.in, resolver)) return undefined;
  const own = object && ownMethod(found, object.value, object.in, evaluator);
  if (own) return { callees: [own], others: "closed" };
  const all = new Map([...found, ...overrides].map((each) => [each.function, each]));
  const callees = [...all.values()].filter(({ function: node }) => !isStub(node));
  return { callees, others: callees.length === 0 && stubs.length > 0 ? "stub" : "closed" };
}

/** The method of the class that the object was made of. */
function ownMethod([first]: readonly Callee[], object: Value, at: Activation, evaluator: Evaluator): Callee | undefined {
  const made = constructionOf(object, at, evaluator);
  if (!first || !made) return undefined;
  const { resolver } = evaluator;
  for (const entity of resolver.resolve(made.call.callee, made.in.function)) {
    const own = entity.kind === "class" ? resolver.method(entity.class, first.function.head.name) : undefined;
    if (own && entity.kind === "class") return { function: own, receiver: { kind: "instance", class: entity.class } };
  }
  return undefined;
}

function isSuper(object: Value, { function: node }: Activation, resolver: Resolver): boolean {
  return object.op === "call" && resolver.externalCallees(object, node).includes("builtins.super");
}

/** Whether what the function calls, or hands to what it calls, leads back to one that is meant. */
export function leadsBack(node: FunctionNode, isMeant: (node: FunctionNode) => boolean, resolver: Resolver): boolean {
  const seen = new Set<FunctionNode>();
  const leads = (from: FunctionNode, depth: number): boolean => {
    if (isMeant(from)) return true;
    if (seen.has(from) || depth > deepest) return false;
    seen.add(from);
    let found = false;
    walkOperations(from.facts.body, (operation) => {
      if (found || operation.op !== "call") return;
      const handed = operation.arguments.flatMap(({ value }) => (value.op === "read" ? resolver.resolve(value, from) : []));
      const run = [...resolver.callees(operation, from), ...handed.flatMap((each) => (each.kind === "function" ? [each] : []))];
      found = run.some((each) => leads(each.function, depth + 1));
    });
    return found;
  };
  return leads(node, 0);
}

const deepest = 3;
