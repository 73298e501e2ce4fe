import type { CallSite, ClassFacts, Facts, FunctionFacts, WriteSite } from "../facts.js";
import type { CallOperation, ComprehensionValue, DisplayValue, Value } from "../operation.js";

/** One file of the program with its facts. */
export interface LinkedFile {
  readonly path: string;
  /** All of them together: a remembered answer that reads them here depends on every edit of the file. `derive` and the parts do not. */
  readonly facts: Facts;
  readonly functions: Definitions<FunctionNode>;
  readonly classes: Definitions<ClassNode>;
  /** The function and the class that facts of the file mean by an index. */
  functionAt(index: number): FunctionNode | undefined;
  classAt(index: number): ClassNode | undefined;
  /** The calls of the file by the last name of their callee. */
  calls(name: string): readonly CallSite[];
  /** The stores of the file in an attribute of that name, but those of methods in their own objects. */
  stores(attribute: string): readonly WriteSite[];
  /** What follows from all facts of the file together, found once. `compute` looks at this file's facts alone, and its outcome is plain data. */
  derive<Result>(key: string, compute: () => Result): Result;
  /** What stands under a name in a map that follows from them so: who asks depends on that alone. */
  entry<Result>(key: string, name: string, compute: () => ReadonlyMap<string, Result>): Result | undefined;
}

/** Definitions in order of appearance. Not even their first is found by an index: the indexes of a text that is edited have gaps, and no order. */
export type Definitions<Definition> = Omit<readonly Definition[], number>;

/** A function of the program; one object each, so that it can be compared and used as a key. */
export interface FunctionNode {
  readonly file: LinkedFile;
  /** What the file's facts call it; the module's own is 0. */
  readonly index: number;
  /** All of it: a remembered answer that reads it here depends on every edit of the function. What follows are parts of it. */
  readonly facts: FunctionFacts;
  /** What an edit of its body leaves alone, as a rule. */
  readonly head: FunctionHead;
  readonly returned: FunctionFacts["returned"];
  /** Every value that the name is bound to in this scope, in order of appearance; undefined if it is none of this scope's. */
  bound(name: string): readonly Value[] | undefined;
  /** What is seen of the facts: who asks depends on what it comes to, not on the rest of them. */
  view<Result>(view: FunctionView<Result>): Result;
}

/** Something that can be read off the facts of one function, and off nothing else. */
export interface FunctionView<Result> {
  of(facts: FunctionFacts): Result;
}

export type FunctionHead = Omit<FunctionFacts, "bindings" | "returned" | "body" | "bodyStart">;

/** A class of the program; one object each. */
export interface ClassNode {
  readonly file: LinkedFile;
  /** Its name and where it starts, by which it is known. */
  readonly name: string;
  readonly start: number;
  readonly facts: ClassFacts;
}

/** What a value can turn out to be. */
export type Entity =
  | FunctionEntity
  | { readonly kind: "class"; readonly class: ClassNode }
  | InstanceEntity
  | { readonly kind: "module"; readonly file: LinkedFile }
  /** A function, class or module outside the program, by qualified name: `threading.Thread`. */
  | { readonly kind: "external"; readonly name: string }
  | ObjectEntity
  | PartialEntity
  | ContainerEntity;

export interface FunctionEntity {
  readonly kind: "function";
  readonly function: FunctionNode;
  /** What its first parameter is bound to. */
  readonly receiver: Entity | undefined;
}

/** An object of a class of the program. */
export interface InstanceEntity {
  readonly kind: "instance";
  readonly class: ClassNode;
}

/** An object of an external type: `threading.Lock`. */
export interface ObjectEntity {
  readonly kind: "object";
  readonly type: string;
  /** The call that made it, if it is known. */
  readonly origin: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
}

/** `functools.partial(f, …)`. */
export interface PartialEntity {
  readonly kind: "partial";
  readonly call: CallOperation;
  readonly in: FunctionNode;
}

/** A list, tuple, set or dict that is written out, or a comprehension. */
export interface ContainerEntity {
  readonly kind: "container";
  readonly value: DisplayValue | ComprehensionValue;
  readonly in: FunctionNode;
}

/** Equal for entities that cannot be told apart. */
export function entityKey(entity: Entity): string {
  switch (entity.kind) {
    case "function":
      return `function ${functionKey(entity.function)}${entity.receiver ? ` of ${entityKey(entity.receiver)}` : ""}`;
    case "class":
      return `class ${classKey(entity.class)}`;
    case "instance":
      return `instance ${classKey(entity.class)}`;
    case "module":
      return `module ${entity.file.path}`;
    case "external":
      return `external ${entity.name}`;
    case "object":
      return `object ${entity.type}${entity.origin ? ` ${entity.origin.in.file.path}:${entity.origin.call.start}` : ""}`;
    case "partial":
      return `partial ${entity.in.file.path}:${entity.call.start}`;
    case "container":
      return `container ${entity.in.file.path}:${entity.value.start}`;
  }
}

/** Whether two entities are made of the same objects of a program. */
export function sameEntity(a: Entity, b: Entity): boolean {
  switch (a.kind) {
    case "function":
      return (
        b.kind === "function" &&
        a.function === b.function &&
        (a.receiver === b.receiver || (a.receiver !== undefined && b.receiver !== undefined && sameEntity(a.receiver, b.receiver)))
      );
    case "class":
    case "instance":
      return a.kind === b.kind && a.class === b.class;
    case "module":
      return b.kind === "module" && a.file === b.file;
    case "external":
      return b.kind === "external" && a.name === b.name;
    case "object":
      return b.kind === "object" && a.type === b.type && a.origin?.call === b.origin?.call && a.origin?.in === b.origin?.in;
    case "partial":
      return b.kind === "partial" && a.call === b.call && a.in === b.in;
    case "container":
      return b.kind === "container" && a.value === b.value && a.in === b.in;
  }
}

/** Unique in a program. */
export function functionKey(node: FunctionNode): string {
  return `${node.file.path}#${node.index}`;
}

/** Unique in a program. */
export function classKey(node: ClassNode): string {
  return `${node.file.path}#${node.name}@${node.start}`;
}

/** At most a dozen of the entities, each once. */
export function distinctEntities(entities: readonly Entity[]): readonly Entity[] {
  if (entities.length <= 1) return entities;
  const seen = new Map<string, Entity>();
  for (const entity of entities) {
    const key = entityKey(entity);
    if (!seen.has(key)) seen.set(key, entity);
    if (seen.size >= maximumEntities) break;
  }
  return [...seen.values()];
}

const maximumEntities = 12;
