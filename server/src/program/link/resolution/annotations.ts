import type { Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import type { Resolver } from "./resolver.js";

/** What a value is by its annotation. */
export function annotatedEntities(resolver: Resolver, annotation: Value, scope: FunctionNode): readonly Entity[] {
  return annotationTypes(resolver, annotation, scope).flatMap((entity): readonly Entity[] => {
    if (entity.kind === "class") return [{ kind: "instance", class: entity.class }];
    const type = entity.kind === "external" ? annotatedType(resolver, entity.name) : undefined;
    return type === undefined ? [] : [{ kind: "object", type, origin: undefined }];
  });
}

function annotatedType(resolver: Resolver, name: string): string | undefined {
  const usual = typesOfTyping.get(name);
  if (usual !== undefined || resolver.knowledge.type(name)) return usual ?? name;
  // `pool: multiprocessing.Pool`: people name the function that makes one.
  const [made, ...others] = resolver.knowledge.callable(name)?.returns ?? [];
  if (made && others.length === 0 && made.type !== "receiver") return made.type;
  return isAbstractType.test(name) ? undefined : name;
}

/** The types that an annotation names: through `X | None`, `Optional[X]`, `Annotated[X, …]` and quoted names. */
function annotationTypes(resolver: Resolver, annotation: Value, scope: FunctionNode): readonly Entity[] {
  switch (annotation.op) {
    case "compute":
      return annotation.operator === "|" ? annotation.operands.flatMap((operand) => annotationTypes(resolver, operand, scope)) : [];
    case "read": {
      if (annotation.place.kind !== "element") return resolver.resolve(annotation, scope);
      const { object, index } = annotation.place;
      const outer = resolver.resolve(object, scope);
      const wrapper = outer.find((entity) => entity.kind === "external");
      if (wrapper?.kind === "external" && /^typing(_extensions)?\.(Optional|Union|Annotated|Final|ClassVar)$/.test(wrapper.name)) {
        const inner = index.op === "display" ? index.elements : [index];
        const relevant = wrapper.name.endsWith("Annotated") ? inner.slice(0, 1) : inner;
        return relevant.flatMap((each) => annotationTypes(resolver, each, scope));
      }
      return outer;
    }
    case "constant":
      return typeof annotation.value === "string" && /^[A-Za-z_][\w.]*$/.test(annotation.value)
        ? named(resolver, annotation.value, scope)
        : [];
    default:
      return [];
  }
}

/** What a quoted name such as `Image.Image` means at the top of the file. */
function named(resolver: Resolver, dotted: string, scope: FunctionNode): readonly Entity[] {
  const [first = "", ...attributes] = dotted.split(".");
  return attributes.reduce(
    (objects: readonly Entity[], attribute) => objects.flatMap((object) => resolver.members.attribute(object, attribute)),
    resolver.name(first, 0, scope),
  );
}

/** Types that say what an object can do, not what it is. */
const isAbstractType = /^(typing|typing_extensions|collections\.abc)\./;

/** The types that generic names of `typing` stand for. */
const typesOfTyping: ReadonlyMap<string, string> = new Map([
  ["typing.Dict", "builtins.dict"],
  ["typing.List", "builtins.list"],
  ["typing.Set", "builtins.set"],
  ["typing.Deque", "collections.deque"],
  ["typing.DefaultDict", "collections.defaultdict"],
  ["typing.OrderedDict", "collections.OrderedDict"],
  ["typing.Counter", "collections.Counter"],
  ["typing.Iterator", "collections.abc.Iterator"],
  ["typing.Generator", "types.GeneratorType"],
]);
