import type { ConstantValue, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { argumentFor, type Resolver } from "./resolver.js";

/**
 * The constant that a value is, as far as the text shows: written out, or held by a variable or an attribute that is given it once and nothing else:
 * `WORKERS = 1`, `self.SIZE`, a parameter whose default nobody overrides.
 */
export function constantOf(value: Value, within: FunctionNode, resolver: Resolver, depth = 0): ConstantValue | undefined {
  if (value.op === "constant") return value;
  if (value.op === "choice" && value.by === "condition") {
    const [first, ...others] = value.values.map((each) => constantOf(each, within, resolver, depth + 1));
    return first && others.every((each) => each?.type === first.type && each.value === first.value) ? first : undefined;
  }
  if (value.op !== "read" || depth > maximumDepth) return undefined;
  const { place } = value;
  const further = (given: Value | undefined, scope: FunctionNode): ConstantValue | undefined =>
    given && constantOf(given, scope, resolver, depth + 1);
  switch (place.kind) {
    case "element":
      return undefined;
    case "name": {
      const holder = within.file.functionAt(place.owner);
      if (!holder || holder.head.rebound.has(place.name)) return undefined;
      const [only, ...others] = holder.bound(place.name) ?? [];
      const parameter = holder.head.parameters.find(({ name }) => name === place.name);
      if (parameter) return only ? undefined : further(givenAlways(holder, place.name, resolver), holder);
      if (others.length > 0) return undefined;
      if (only?.op !== "import") return further(only, holder);
      const origin = resolver.imports.origin(within.file, place.name);
      const module = origin && resolver.files.get(origin.path)?.functionAt(0);
      const [bound, ...rest] = module?.bound(origin?.name ?? "") ?? [];
      return module && rest.length === 0 && !module.head.rebound.has(origin?.name ?? "") ? further(bound, module) : undefined;
    }
    case "attribute":
      return further(...keptAlways(place.object, place.name, within, resolver));
  }
}

/** What an attribute of a class, of its objects or of a module is given, where that is one value. */
function keptAlways(object: Value, name: string, within: FunctionNode, resolver: Resolver): [Value | undefined, FunctionNode] {
  for (const entity of resolver.resolve(object, within)) {
    if (entity.kind === "module") {
      const module = entity.file.functionAt(0);
      const [only, ...others] = module?.bound(name) ?? [];
      return module && others.length === 0 && !module.head.rebound.has(name) ? [only, module] : [undefined, within];
    }
    if (entity.kind !== "class" && entity.kind !== "instance") continue;
    for (const node of resolver.classOrder(entity.class).classes) {
      const body = node.file.functionAt(node.facts.body);
      const inClass = body?.bound(name) ?? [];
      const writes = node.facts.instanceAttributes.get(name) ?? [];
      if (inClass.length + writes.length === 0) continue;
      if (inClass.length + writes.length > 1) return [undefined, within];
      const [write] = writes;
      const method = write && node.file.functionAt(write.function);
      return method ? [write.write.value, method] : body ? [inClass[0], body] : [undefined, within];
    }
  }
  return [undefined, within];
}

/** The default of a parameter that no caller in view fills. */
function givenAlways(node: FunctionNode, name: string, resolver: Resolver): Value | undefined {
  const parameter = node.head.parameters.find((each) => each.name === name);
  const callers = resolver.callersOf(node);
  if (!parameter || callers.length === 0) return undefined;
  const isLeft = callers.every(
    ({ call, receiver }) =>
      argumentFor(node, parameter, call, receiver) === undefined &&
      call.arguments.every(({ form }) => form === "positional" || form === "keyword"),
  );
  return isLeft ? parameter.default : undefined;
}

const maximumDepth = 6;
