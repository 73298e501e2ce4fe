import { append } from "../../../base/append.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../entity.js";
import type { Callee } from "./callees.js";
import type { Resolver } from "./resolver.js";

/*
 * Which methods may run in the place of one that is found on a base of an object's class.
 */

/** Whether the function is there to be overridden. */
export function isStub({ facts: { body } }: FunctionNode): boolean {
  const [only] = body;
  return !only || (body.length <= 2 && body[body.length - 1]?.op === "raise") || (only.op === "return" && !only.value);
}

/** Whether it is there to be overridden and says so, by an error. */
export function isRaisingStub(node: FunctionNode): boolean {
  const { body } = node.facts;
  return isStub(node) && body[body.length - 1]?.op === "raise";
}

/** The methods by which classes of the program that derive from the class replace one that it has, each once. */
export function overridesOf(method: FunctionNode, of: ClassNode, resolver: Resolver): readonly Callee[] {
  const found = new Map<FunctionNode, Callee>();
  for (const node of derivedClasses(resolver).get(of) ?? []) {
    const own = resolver.method(node, method.head.name);
    if (own && own !== method && !found.has(own)) found.set(own, { function: own, receiver: { kind: "instance", class: node } });
    if (found.size >= mostOverrides) break;
  }
  return [...found.values()];
}

/** For each class of the program those that derive from it, directly or not. */
function derivedClasses(resolver: Resolver): ReadonlyMap<ClassNode, readonly ClassNode[]> {
  return resolver.overview("derived classes", () => {
    const derived = new Map<ClassNode, ClassNode[]>();
    for (const file of resolver.files.values()) {
      if (file.classes.length === 0) continue;
      for (const [base, node] of resolver.remembered(file, "derived classes", () => derivedIn(file, resolver))) append(derived, base, node);
    }
    return derived;
  });
}

function derivedIn(file: LinkedFile, resolver: Resolver): readonly (readonly [ClassNode, ClassNode])[] {
  return file.classes.flatMap((node) => {
    if (node.facts.bases.length === 0) return [];
    return resolver
      .classOrder(node)
      .classes.slice(1)
      .map((base) => [base, node] as const);
  });
}

const mostOverrides = 64;
