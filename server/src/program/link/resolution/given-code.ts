import type { CallOperation } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import type { AbstractObject } from "../sharing/abstract-object.js";
import { argumentFor, type Resolver } from "./resolver.js";

/**
 * What `self.function()` calls in an object whose making is seen: the function that its constructor was given and stores, not all that any object of the class
 * was ever given. Empty where the constructor does not tell.
 */
export function codeGivenTo({ made, class: owner }: AbstractObject, name: string, resolver: Resolver): readonly FunctionEntity[] {
  const init = made && owner && resolver.method(owner, "__init__");
  if (!init || !makes(made, owner, resolver)) return [];
  const stores = resolver
    .classOrder(owner)
    .classes.flatMap((node) => (node.facts.instanceAttributes.get(name) ?? []).map((store) => ({ store, file: node.file })));
  const [only, ...others] = stores;
  const stored = only?.store.write.value;
  const isInInit = only !== undefined && only.file.functionAt(only.store.function) === init;
  if (!isInInit || others.length > 0 || stored?.op !== "read" || stored.place.kind !== "name") return [];
  const { place } = stored;
  const parameter = init.bound(place.name) === undefined ? init.head.parameters.find((each) => each.name === place.name) : undefined;
  const argument = parameter && argumentFor(init, parameter, made.call, "bound");
  const given = argument ? resolver.resolve(argument, made.in) : [];
  return given.flatMap((entity) => (entity.kind === "function" ? [entity] : []));
}

type FunctionEntity = Extract<Entity, { kind: "function" }>;

/** Whether the call is one of the class itself, and not of a function that makes such an object in its own way. */
function makes(
  { call, in: within }: { readonly call: CallOperation; readonly in: FunctionNode },
  owner: AbstractObject["class"],
  resolver: Resolver,
): boolean {
  return resolver.resolve(call.callee, within).some((entity) => entity.kind === "class" && entity.class === owner);
}
