import type { Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import { walkOperations } from "../walk.js";
import { decoratorNames, type Resolver } from "./resolver.js";

/**
 * Whether every call of the class gives the same object, or objects with the same state: `__new__`, the `__call__` of a metaclass or a decorator hands
 * out what was kept, or all objects have one `__dict__`.
 */
export function isOneInstance(node: ClassNode, resolver: Resolver): boolean {
  const { decorators, metaclass, bases, instanceAttributes } = node.facts;
  const isPlain =
    decorators.length === 0 && metaclass === undefined && bases.length === 0 && !instanceAttributes.has("__dict__") && !definesNew(node);
  if (isPlain) return false;
  const key = `one instance of ${resolver.identityOf(node)}`;
  return resolver.remembered(
    node.file,
    key,
    () => findOneInstance(node, resolver),
    (a, b) => a === b,
  );
}

function definesNew({ file, facts }: ClassNode): boolean {
  return file.functionAt(facts.body)?.bound("__new__") !== undefined;
}

function findOneInstance(node: ClassNode, resolver: Resolver): boolean {
  const create = resolver.method(node, "__new__");
  if (create && handsOutKept(create, resolver)) return true;
  const calls = resolver.metaclasses(node).map((meta) => resolver.method(meta, "__call__"));
  if (calls.some((call) => call !== undefined && handsOutKept(call, resolver))) return true;
  if (resolver.classOrder(node).classes.some((each) => sharesState(each))) return true;
  const scope = node.file.functionAt(node.file.functionAt(node.facts.body)?.head.parent ?? 0);
  return (
    scope !== undefined &&
    node.facts.decorators.some((decorator) =>
      resolver.resolve(decorator, scope).some((entity) => {
        if (entity.kind === "external") return /^functools\.(cache|lru_cache)$/.test(entity.name) && takesNothing(node, resolver);
        return entity.kind === "function" && replacesNew(entity.function, resolver);
      }),
    )
  );
}

function takesNothing(node: ClassNode, resolver: Resolver): boolean {
  return (resolver.method(node, "__init__")?.head.parameters.length ?? 0) <= 1;
}

/** `self.__dict__ = self._shared`, where the class has the one that is stored. */
function sharesState({ file, facts }: ClassNode): boolean {
  return (facts.instanceAttributes.get("__dict__") ?? []).some(({ write: { value } }) => {
    if (value?.op !== "read" || value.place.kind !== "attribute") return false;
    const { name } = value.place;
    return !facts.instanceAttributes.has(name) && file.functionAt(facts.body)?.bound(name) !== undefined;
  });
}

/** `cls.__new__ = lambda *args: instance` in a decorator of the class. */
function replacesNew(decorator: FunctionNode, resolver: Resolver): boolean {
  const given = decorator.head.parameters[0]?.name;
  let replaces = false;
  walkOperations(decorator.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "attribute" || operation.place.name !== "__new__" || !operation.value) return;
    const { object } = operation.place;
    if (object.op !== "read" || object.place.kind !== "name" || object.place.name !== given) return;
    replaces ||= resolver
      .resolve(operation.value, decorator)
      .some((entity) => entity.kind === "function" && handsOutKept(entity.function, resolver));
  });
  return replaces;
}

/** Whether the function, on one of its ways out, returns what was kept from an earlier call, and what that is does not depend on the arguments. */
function handsOutKept(node: FunctionNode, resolver: Resolver): boolean {
  return node.returned.some((value) => isKept(value, node, resolver, 0));
}

function isKept(value: Value, node: FunctionNode, resolver: Resolver, depth: number): boolean {
  if (depth > maximumDepth) return false;
  if (value.op === "choice") return value.values.some((each) => isKept(each, node, resolver, depth + 1));
  if (value.op === "call") {
    // `instances.get(cls)`, `getattr(cls, "_instance")`.
    const [first] = value.arguments;
    const { callee } = value;
    if (!first || callee.op !== "read") return false;
    if (callee.place.kind === "attribute" && callee.place.name === "get") return isClass(first.value, node, resolver);
    return callee.place.kind === "name" && callee.place.name === "getattr" && isClass(first.value, node, resolver);
  }
  if (value.op !== "read") return false;
  const { place } = value;
  switch (place.kind) {
    case "attribute":
      return isClass(place.object, node, resolver);
    case "element":
      return isClass(place.index, node, resolver);
    case "name": {
      if (place.owner < 0 || node.head.parameters.some((parameter) => parameter.name === place.name)) return false;
      if (place.owner !== node.index) return true;
      return (node.bound(place.name) ?? []).some((bound) => isKept(bound, node, resolver, depth + 1));
    }
  }
}

const maximumDepth = 4;

/** Whether the value is the class that is called: the first parameter of `__new__` and of a metaclass's method, or the class by its name. */
function isClass(value: Value, node: FunctionNode, resolver: Resolver): boolean {
  if (value.op !== "read" || value.place.kind !== "name") return false;
  const { name, owner } = value.place;
  if (owner === node.index && node.head.parameters[0]?.name === name) return node.head.class !== undefined;
  return resolver.resolve(value, node).some((entity) => entity.kind === "class");
}

/** Whether the function is called once for each of the arguments that it is given, and hands out what it returned then: `@functools.cache`. */
export function isRemembered(node: FunctionNode): boolean {
  return decoratorNames(node).some((name) => /^(lru_)?cache$/.test(name));
}
