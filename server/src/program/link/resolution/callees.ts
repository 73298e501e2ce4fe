import type { CallOperation, Value } from "../../operation.js";
import type { ClassNode, Entity, FunctionNode, PartialEntity } from "../entity.js";
import type { Resolver } from "./resolver.js";

/** A function that a call runs, and what its first parameter is bound to. */
export interface Callee {
  readonly function: FunctionNode;
  readonly receiver: Entity | undefined;
}

/** The functions of the program that a call runs, with what their first parameter is bound to. */
export function calleesOf(resolver: Resolver, call: CallOperation, within: FunctionNode): readonly Callee[] {
  return resolver.resolve(call.callee, within).flatMap((callee): readonly Callee[] => {
    if (callee.kind === "function") return [{ function: callee.function, receiver: callee.receiver }];
    if (callee.kind === "class") return construction(resolver, callee.class);
    if (callee.kind === "instance") {
      const method = resolver.method(callee.class, "__call__");
      return method ? [{ function: method, receiver: callee }] : [];
    }
    return [];
  });
}

/** What making an object of the class runs: `__init__`, `__new__`, and `__call__` of its metaclass. */
function construction(resolver: Resolver, node: ClassNode): readonly Callee[] {
  const made: Entity = { kind: "class", class: node };
  const init = resolver.method(node, "__init__");
  const create = [resolver.method(node, "__new__"), ...resolver.metaclasses(node).map((meta) => resolver.method(meta, "__call__"))];
  return [
    ...(init ? [{ function: init, receiver: { kind: "instance", class: node } as const }] : []),
    ...create.flatMap((each) => (each ? [{ function: each, receiver: made }] : [])),
  ];
}

/** The names of everything outside the program that a call can run. */
export function externalCalleesOf(resolver: Resolver, call: CallOperation, within: FunctionNode): readonly string[] {
  return resolver.resolve(call.callee, within).flatMap((callee) => {
    if (callee.kind === "external") return [compiledNames.get(callee.name) ?? callee.name];
    if (callee.kind === "class") return resolver.classOrder(callee.class).externals;
    // `model(x)`, where a library's class has the `__call__`.
    if (callee.kind === "instance" && !resolver.method(callee.class, "__call__")) {
      const methods = resolver.classOrder(callee.class).externals.map((base) => `${base}.__call__`);
      return methods.filter((method) => resolver.knowledge.callable(method));
    }
    return callee.kind === "object" && resolver.knowledge.callable(`${callee.type}.__call__`) ? [`${callee.type}.__call__`] : [];
  });
}

/**
 * What a `partial` calls in the end, with the argument that says so. One may be made of others, also of earlier ones in the same variable,
 * `find = partial(find, limit=1)`: each is looked into once.
 */
export function behindPartial(
  resolver: Resolver,
  first: PartialEntity,
): readonly { readonly entity: Entity; readonly value: Value; readonly in: FunctionNode }[] {
  const partials = new Map([[first.call, first]]);
  const found: { readonly entity: Entity; readonly value: Value; readonly in: FunctionNode }[] = [];
  for (const { call, in: within } of partials.values()) {
    const value = call.arguments[0]?.value;
    for (const entity of value ? resolver.resolve(value, within) : []) {
      if (entity.kind !== "partial") found.push({ entity, value: value as Value, in: within });
      else if (!partials.has(entity.call)) partials.set(entity.call, entity);
    }
  }
  return found;
}

/** What compiled code has instead of a built-in function. */
const compiledNames: ReadonlyMap<string, string> = new Map([
  ["numba.prange", "builtins.range"],
  ["cython.parallel.prange", "builtins.range"],
]);
