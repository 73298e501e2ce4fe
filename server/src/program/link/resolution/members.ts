import type { Place, Value } from "../../operation.js";
import type { ClassNode, ContainerEntity, Entity, FunctionNode, LinkedFile } from "../entity.js";
import type { AnswerMemory } from "../memory/memory.js";
import { annotatedEntities } from "./annotations.js";
import { type ImportedNames, isKnown } from "./imported-names.js";
import { decoratorNames, type Resolver } from "./resolver.js";
import { serverOfHandler } from "./server-of-handler.js";

/** Tells what objects have: the members of modules and classes, what is stored in their attributes, what things outside the program are known to have. */
export class Members {
  constructor(
    private readonly resolver: Resolver,
    private readonly imports: ImportedNames,
    private readonly memory: () => AnswerMemory,
  ) {}

  /** What an object outside the program gives for a subscript, or for an attribute that it makes when it is asked for. */
  looked(object: Entity, method: "__getitem__" | "__getattr__"): readonly Entity[] {
    const entry = object.kind === "object" ? this.resolver.knowledge.callable(`${object.type}.${method}`) : undefined;
    const type = entry?.name.endsWith(method) ? entry.returns[0]?.type : undefined;
    return type && type !== "receiver" ? [{ kind: "object", type, origin: undefined }] : [];
  }

  /** What reading the attribute of an entity gives. */
  attribute(object: Entity, name: string): readonly Entity[] {
    switch (object.kind) {
      case "module": {
        const member = this.imports.member(object.file.path, name);
        return member.length > 0 ? member : this.imports.inner(object.file.path, name);
      }
      case "external": {
        if (object.name.startsWith("/")) return this.imports.inner(object.name.slice(1), name);
        return [{ kind: "external", name: `${object.name}.${name}` }];
      }
      case "class":
        return this.member(object.class, name, object);
      case "instance":
        return this.member(object.class, name, object);
      case "object": {
        const attribute = this.resolver.knowledge.type(object.type)?.attributes.get(name);
        if (attribute) return [{ kind: "object", type: attribute, origin: undefined }];
        const isMade = this.resolver.knowledge.callable(`${object.type}.${name}`)?.name.endsWith(".__getattr__");
        const made = isMade ? this.looked(object, "__getattr__") : [];
        return made.length > 0 ? made : [{ kind: "external", name: `${object.type}.${name}` }];
      }
      case "container":
        return [{ kind: "external", name: `builtins.${containerType(object)}.${name}` }];
      case "function":
        return name === "__call__" ? [object] : [];
      case "partial":
        return [];
    }
  }

  private member(node: ClassNode, name: string, object: Entity & { readonly class: ClassNode }): readonly Entity[] {
    const { classes, externals } = this.resolver.classOrder(node);
    if (object.kind === "instance" && name === "__class__") return [{ kind: "class", class: node }];
    for (const current of classes) {
      const body = current.file.functionAt(current.facts.body);
      const values = body?.bound(name);
      const found = values && body ? values.flatMap((value) => this.resolver.resolve(value, body)) : [];
      const own = object.kind === "instance" ? this.assigned(current, name) : [];
      // An attribute that starts as None and is set from outside.
      const isSetOutside = own.length === 0 && object.kind === "instance" && current.facts.instanceAttributes.has(name);
      const assigned = isSetOutside ? this.assignedOutside(current, name) : own;
      const annotation = body?.head.annotations.get(name);
      const annotated =
        annotation && body && found.length + assigned.length === 0 ? annotatedEntities(this.resolver, annotation, body) : [];
      if (found.length + assigned.length + annotated.length === 0) {
        if (values || current.facts.instanceAttributes.has(name) || annotation) return [];
        continue;
      }
      const bound = found.flatMap((entity): readonly Entity[] => {
        if (entity.kind !== "function" || entity.receiver) return [entity];
        const decorators = decoratorNames(entity.function);
        if (decorators.includes("staticmethod")) return [entity];
        if (decorators.includes("classmethod")) return [{ ...entity, receiver: { kind: "class", class: object.class } }];
        if (object.kind === "instance" && decorators.some((decorator) => decorator === "property" || decorator === "cached_property")) {
          return this.resolver.returned(entity.function);
        }
        return object.kind === "instance" ? [{ ...entity, receiver: object }] : [entity];
      });
      return [...bound, ...assigned, ...annotated];
    }
    const server = name === "server" && object.kind === "instance" ? serverOfHandler(node, this.resolver) : undefined;
    if (server) return [{ kind: "instance", class: server }];
    return externals.flatMap((base): Entity[] =>
      isKnown(this.resolver.knowledge, `${base}.${name}`) ? [{ kind: "external", name: `${base}.${name}` }] : [],
    );
  }

  /** What methods of the class store in an attribute of their object. */
  private assigned(node: ClassNode, name: string): readonly Entity[] {
    const attributes = node.facts.instanceAttributes.get(name) ?? [];
    return attributes.flatMap(({ function: index, write }) => {
      const method = node.file.functionAt(index);
      return method && write.value ? this.resolver.resolve(write.value, method) : [];
    });
  }

  /** What code stores in an attribute of an object that it knows to be of the class. */
  private assignedOutside(node: ClassNode, name: string): readonly Entity[] {
    const result: Entity[] = [];
    const writes = this.memory().writesOf(name, maximumAttributeWrites);
    // Too many say nothing.
    for (const { file, site } of writes.length > maximumAttributeWrites ? [] : writes) {
      const within = file.functionAt(site.function);
      const { place, value } = site.write;
      if (!within || !value || place.kind !== "attribute") continue;
      const isOne = this.resolver.resolve(place.object, within).some((entity) => entity.kind === "instance" && entity.class === node);
      if (isOne) result.push(...this.resolver.resolve(value, within));
    }
    return result;
  }

  /** On an object of which nothing is known, a name that one method of the file alone has means that method. */
  methodByName({ name, object }: Extract<Place, { kind: "attribute" }>, within: FunctionNode): readonly Entity[] {
    const { file } = within;
    const method = methodIn(file, name);
    const owner = method?.head.class === undefined ? undefined : file.classAt(method.head.class);
    // Nearly every name ends here, so what costs more is asked after it.
    if (!method || !owner) return [];
    // What an object keeps and passes calls on to has the names of its methods, and is of another class as like as not.
    if (method.head.class === within.head.class && isAttributeOfOwn(object, within)) return [];
    const isCommon =
      commonMethods.has(name) ||
      name.startsWith("__") ||
      containerTypes.some((type) => isKnown(this.resolver.knowledge, `builtins.${type}.${name}`));
    return isCommon ? [] : [{ kind: "function", function: method, receiver: { kind: "instance", class: owner } }];
  }
}

/** Whether the value is an attribute of the method's own object. */
function isAttributeOfOwn(value: Value, { head }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "attribute") return false;
  const { object } = value.place;
  return object.op === "read" && object.place.kind === "name" && object.place.name === head.parameters[0]?.name;
}

/** The method of the file that has the name; undefined where several have it. */
function methodIn(file: LinkedFile, name: string): FunctionNode | undefined {
  return file.entry("methods", name, () => {
    const methods = new Map<string, FunctionNode | undefined>();
    for (const node of file.functions) {
      if (node.head.kind !== "function" || node.head.class === undefined) continue;
      methods.set(node.head.name, methods.has(node.head.name) ? undefined : node);
    }
    return methods;
  });
}

function containerType({ value }: ContainerEntity): string {
  return value.makes === "generator" ? "generator" : value.makes;
}

const maximumAttributeWrites = 12;

const containerTypes = ["list", "dict", "set", "str", "bytes", "tuple"] as const;

/** Method names that many types outside a program have too, so that one of the program's classes having it says little. */
const commonMethods: ReadonlySet<string> = new Set(
  "open close read write send recv get put set run start stop join wait acquire release submit map append flush connect execute cancel result done next name".split(
    " ",
  ),
);
