import type { Knowledge } from "../../knowledge/knowledge.js";
import type { ImportFact, ParameterFacts } from "../facts.js";
import { type CallOperation, type ImportValue, type Place, unbound, type Value } from "../operation.js";
import { annotatedEntities } from "./annotations.js";
import { resultOf } from "./call-results.js";
import { elementsOf, items } from "./elements.js";
import {
  type ClassNode,
  type ContainerEntity,
  distinctEntities,
  type Entity,
  type FunctionNode,
  type LinkedFile,
  type PartialEntity,
  sameEntity,
} from "./entity.js";
import { gatheredArguments } from "./gathered-arguments.js";
import { keptOnApplication } from "./kept-on-application.js";
import { givenByLibrary } from "./library-callbacks.js";
import type { Program } from "./link.js";
import { importsFfi } from "./linked-file.js";
import { AnswerMemory } from "./memory.js";
import type { ModuleIndex } from "./modules.js";
import { addedTo, operatorMethod } from "./operators.js";
import type { ProgramSite } from "./program-sites.js";
import type { Again, FileAnswers } from "./questions.js";
import { sameStructure } from "./same-structure.js";
import { reboundIn } from "./stores.js";

/** Where a function's arguments come from when a library calls it: the worker's side of a spawn. */
export interface SpawnedArguments {
  /** The value of each parameter, by name, and the function in whose scope it is to be read. */
  readonly values: ReadonlyMap<string, { readonly value: Value; readonly in: FunctionNode; readonly how: "whole" | "element" }>;
}

/**
 * Tells what a value can be, on demand and remembered. Order within a function and the context of a call are ignored: the answer is the union
 * over all of them, which is right for the question asked of it (who is called here) and cheap enough to ask again after every keystroke.
 */
export class Resolver {
  private depth = 0;
  /** The iterators whose elements are being looked for. */
  readonly iterated = new Set<CallOperation>();

  constructor(
    readonly files: ReadonlyMap<string, LinkedFile>,
    readonly knowledge: Knowledge,
    private readonly spawnedArguments: ReadonlyMap<FunctionNode, readonly SpawnedArguments[]>,
    private lent: AnswerMemory | undefined = new AnswerMemory(),
  ) {
    const state = { files, knowledge, given: spawnedArguments };
    this.lent?.take(state, () => {
      this.lent = undefined;
    });
    this.lent?.lookForCallersAnew((node) => this.callersOf(node));
  }

  /** Whoever still asks about a state that is past finds all answers anew. */
  private get memory(): AnswerMemory {
    if (!this.lent) {
      this.lent = new AnswerMemory();
      this.lent.take({ files: this.files, knowledge: this.knowledge, given: this.spawnedArguments }, () => {});
    }
    return this.lent;
  }

  /** Where later stages remember what they made of answers about a file. */
  memoryOf(file: LinkedFile): { readonly memory: AnswerMemory; readonly derived: FileAnswers["derived"] } {
    return { memory: this.memory, derived: this.memory.of(file).derived };
  }

  /** A number for an object of a program; see `AnswerMemory`. */
  identityOf(part: object): number {
    return this.memory.identityOf(part);
  }

  /** What a later stage made of answers about a file, made anew only if something it depends on has changed. */
  remembered<Result>(
    file: LinkedFile,
    key: string,
    compute: () => Result,
    isSame: (a: Result, b: Result) => boolean = () => false,
    again: Again | undefined = undefined,
  ): Result {
    return this.memory.find<object | string, Result>("derivation", this.memory.of(file).derived, key, undefined, isSame, compute, again);
  }

  /** The same for one function. `provisional` is what it is taken for while it is found. */
  rememberedOf<Result>(node: FunctionNode, what: string, compute: () => Result, provisional?: Result, again?: Again): Result {
    const { derived } = this.memory.of(node.file);
    return this.memory.find<object | string, Result>(
      "derivation",
      derived,
      `${what} ${this.identityOf(node)}`,
      provisional,
      sameStructure,
      compute,
      again,
    );
  }

  /** What follows from the whole program; see `AnswerMemory`. */
  overview<Result>(key: string, compute: () => Result, again: Again | undefined = undefined): Result {
    return this.memory.overview(key, compute, again);
  }

  /** What follows from each of the files in turn, with all that it takes from the program besides, in their order. */
  eachFile<Result>(key: string, files: readonly LinkedFile[], compute: (file: LinkedFile) => readonly Result[]): readonly Result[] {
    return this.overview(key, () => files.flatMap((file) => this.overview(`${key} in ${file.path}`, () => compute(file))));
  }

  /** The program that this belongs to is linked; see `AnswerMemory`. */
  linked(program: Program): void {
    this.memory.linked(program);
  }

  /** Who asks looks at something besides the program; see `AnswerMemory`. */
  readUntold(): void {
    this.memory.readUntold();
  }

  private get modules(): ModuleIndex {
    return this.memory.modules;
  }

  /** Everything the value can be; empty when nothing is known. */
  resolve(value: Value, within: FunctionNode): readonly Entity[] {
    // To remember what is there to be read off would cost more than to read it.
    if (isPlain(value) || isBuiltIn(value, within.file)) return this.compute(value, within);
    const { values } = this.memory.of(within.file);
    const known = this.memory.recall<Value, readonly Entity[]>(values, value);
    if (known) return known;
    if (this.depth > maximumDepth) {
      this.memory.miss(values, value);
      return [];
    }
    // A value that depends on itself adds nothing to itself.
    return this.memory.find("resolution", values, value, [], sameEntities, () => {
      this.depth++;
      const result = distinctEntities(this.compute(value, within));
      this.depth--;
      return result;
    });
  }

  private compute(value: Value, within: FunctionNode): readonly Entity[] {
    switch (value.op) {
      case "read":
        return this.read(value.place, value.start, within);
      case "call":
        return this.resolve(value.callee, within).flatMap((callee) => this.result(callee, value, within));
      case "await":
        return this.resolve(value.value, within);
      case "function": {
        const node = within.file.functionAt(value.function);
        return node ? [{ kind: "function", function: node, receiver: undefined }] : [];
      }
      case "class": {
        const node = within.file.classAt(value.class);
        return node ? [{ kind: "class", class: node }] : [];
      }
      case "import":
        return this.imported(value, within.file);
      case "display":
      case "comprehension":
        return [{ kind: "container", value, in: within }];
      case "element-of":
        return this.elements(value.iterable, within);
      case "item-of":
        return items(this, value.value, value.index, within);
      case "entered":
        return this.resolve(this.managed(value.context, within), within).flatMap((entity) => this.entered(entity));
      case "choice": {
        // A decorated function is what its decorator returns, where that is known.
        const [first] = value.values;
        if (first?.op === "call" && first.arguments.length === 1 && value.values[1] === first.arguments[0]?.value) {
          const decorated = this.resolve(first, within);
          if (decorated.some((entity) => entity.kind === "function" || entity.kind === "class")) return decorated;
          // `@lambda cls: cls()` puts an object in the place of its class.
          if (value.by === "decorator" && value.values[1]?.op === "class" && decorated.some(({ kind }) => kind === "instance"))
            return decorated;
          return value.values.slice(1).flatMap((choice) => this.resolve(choice, within));
        }
        return value.values.flatMap((choice) => this.resolve(choice, within));
      }
      case "compute": {
        const method = operatorMethod(value, within, this.knowledge, (operand, node) => this.resolve(operand, node));
        const type = method && this.knowledge.callable(method.name)?.returns[0]?.type;
        if (type) return [{ kind: "object", type, origin: undefined }];
        if (value.operator.startsWith("format")) return [{ kind: "object", type: "builtins.str", origin: undefined }];
        // `[x] * n` and `a + b` hold the elements of their operands.
        if (value.operator !== "*" && value.operator !== "+") return [];
        return value.operands.flatMap((operand) => this.resolve(operand, within)).flatMap(addedTo);
      }
      case "constant":
      case "yield":
      case "unknown":
        return value.op === "constant" && value.type !== "none"
          ? [{ kind: "object", type: constantType(value.type), origin: undefined }]
          : [];
    }
  }

  private read(place: Place, offset: number, within: FunctionNode): readonly Entity[] {
    switch (place.kind) {
      case "name": {
        const bound = place.owner === within.index ? (within.bound(place.name) ?? []) : [];
        // The name of a `with` means what the nearest one before bound it to: `with A() as pool: … with B() as pool: …`.
        if (bound.length > 1 && bound.some((value) => value.op === "entered")) {
          const last = bound.filter((value) => value.start < offset).pop();
          if (last?.op === "entered") return this.resolve(last, within);
        }
        return this.name(place.name, place.owner, within);
      }
      case "attribute": {
        const kept = keptOnApplication(place, within.file);
        if (kept.length > 0) return kept.flatMap(({ value, node }) => this.resolve(value, node));
        const objects = this.resolve(place.object, within);
        const found =
          objects.length > 0 ? objects.flatMap((object) => this.attribute(object, place.name)) : this.methodByName(place, within);
        // What the function goes on to define, and to store there, is not there yet: `before = self.run … self.run = wrapper`.
        return found.filter((entity) => entity.kind !== "function" || !isDefinedLater(entity.function, offset, within));
      }
      case "element": {
        const kept = keptOnApplication(place, within.file);
        const elements =
          kept.length > 0
            ? kept.flatMap(({ value, node }) => this.resolve(value, node))
            : elementsOf(this, place.object, within, place.index);
        return elements.length > 0 ? elements : this.resolve(place.object, within).flatMap((object) => this.looked(object, "__getitem__"));
      }
    }
  }

  /** What an object outside the program gives for a subscript, or for an attribute that it makes when it is asked for. */
  private looked(object: Entity, method: "__getitem__" | "__getattr__"): readonly Entity[] {
    const entry = object.kind === "object" ? this.knowledge.callable(`${object.type}.${method}`) : undefined;
    const type = entry?.name.endsWith(method) ? entry.returns[0]?.type : undefined;
    return type && type !== "receiver" ? [{ kind: "object", type, origin: undefined }] : [];
  }

  name(name: string, owner: number, within: FunctionNode): readonly Entity[] {
    if (owner === unbound) return this.unboundName(name, within.file);
    const node = within.file.functionAt(owner);
    if (!node) return [];
    const annotation = node.head.annotations.get(name);
    const annotated = annotation ? annotatedEntities(this, annotation, node) : [];
    const parameter = node.head.parameters.find((candidate) => candidate.name === name);
    const given = parameter ? this.parameter(parameter, node) : [];
    const values = node.bound(name) ?? [];
    const bound = values.slice(0, maximumBindings).flatMap((value) => this.resolve(value, node));
    const elsewhere = node.head.rebound.has(name) ? this.reboundValues(name, owner, within.file) : [];
    if (annotated.length === 0) return given.length + elsewhere.length === 0 ? bound : [...given, ...bound, ...elsewhere];
    const others = [...given, ...bound, ...elsewhere];
    return [...this.saidByMore(annotated, others), ...others];
  }

  /** What an annotation says but those types of which others are known to derive from: `pool: Executor = ProcessPoolExecutor()`. */
  private saidByMore(annotated: readonly Entity[], others: readonly Entity[]): readonly Entity[] {
    const isBase = (type: string): boolean =>
      others.some((other) => other.kind === "object" && other.type !== type && this.knowledge.isSubtype(other.type, type));
    return annotated.filter((entity) => entity.kind !== "object" || !isBase(entity.type));
  }

  /** On an object of which nothing is known, a name that one method of the file alone has means that method. */
  private methodByName({ name, object }: Extract<Place, { kind: "attribute" }>, within: FunctionNode): readonly Entity[] {
    const { file } = within;
    const method = methodIn(file, name);
    const owner = method?.head.class === undefined ? undefined : file.classAt(method.head.class);
    // Nearly every name ends here, so what costs more is asked after it.
    if (!method || !owner) return [];
    // What an object keeps and passes calls on to has the names of its methods, and is of another class as like as not.
    if (method.head.class === within.head.class && isAttributeOfOwn(object, within)) return [];
    const isCommon =
      commonMethods.has(name) || name.startsWith("__") || containerTypes.some((type) => this.isKnown(`builtins.${type}.${name}`));
    return isCommon ? [] : [{ kind: "function", function: method, receiver: { kind: "instance", class: owner } }];
  }

  /** What `global name` or `nonlocal name` in other functions of the file store there. */
  private reboundValues(name: string, owner: number, file: LinkedFile): readonly Entity[] {
    const result: Entity[] = [];
    for (const { node, value } of reboundIn(file).get(`${owner} ${name}`) ?? []) {
      result.push(...this.resolve(value, node));
    }
    return result;
  }

  private unboundName(name: string, file: LinkedFile): readonly Entity[] {
    for (const imported of starImports(file)) {
      const target = this.modules.resolve(file.path, imported.level, imported.module);
      if (target.kind === "file") {
        const found = this.moduleMember(target.path, name);
        if (found.length > 0) return found;
      } else if (target.kind === "external") {
        const qualified = `${target.name}.${name}`;
        if (this.isKnown(qualified)) return [{ kind: "external", name: qualified }];
      }
    }
    return [{ kind: "external", name: `builtins.${name}` }];
  }

  private isKnown(name: string): boolean {
    const { knowledge } = this;
    return knowledge.callable(name) !== undefined || knowledge.type(name) !== undefined || knowledge.spawner(name) !== undefined;
  }

  private imported(value: ImportValue, file: LinkedFile): readonly Entity[] {
    const target = this.modules.resolve(file.path, value.level, value.module);
    if (value.name === undefined) return this.target(target);
    if (target.kind === "external" && value.name === "lib" && importsFfi(file, value.module)) return [cffiLibrary];
    if (target.kind === "external") return [{ kind: "external", name: `${target.name}.${value.name}` }];
    const member = target.kind === "file" ? this.moduleMember(target.path, value.name) : [];
    if (member.length > 0) return member;
    const inner = this.modules.member(target.path, value.name);
    return inner ? this.target(inner) : [];
  }

  /** Whether an import of that module by the file reaches a file or folder of the program. */
  isOfProgram(path: string, module: string): boolean {
    return this.modules.resolve(path, 0, module).kind !== "external";
  }

  /** The paths of the program's files that an import reaches: the module, and what it imports from a package if that is a module, too. */
  importedPaths(file: LinkedFile, { level, module, name }: Pick<ImportFact, "level" | "module" | "name">): readonly string[] {
    const modules = name === undefined || name === "*" ? [module] : [module, module === "" ? name : `${module}.${name}`];
    return modules.flatMap((each) => {
      const target = this.modules.resolve(file.path, level, each);
      return target.kind === "file" ? [target.path] : [];
    });
  }

  /** Where a variable is defined that a module imports by name from a module of the program, through re-exports. */
  importOrigin(file: LinkedFile, name: string, depth = 0): { readonly path: string; readonly name: string } | undefined {
    const values = file.functionAt(0)?.bound(name);
    const [value] = values ?? [];
    if (values?.length !== 1 || value?.op !== "import" || depth > maximumReexports) return undefined;
    const origin = this.importedVariable(value, file);
    return origin && (this.importOrigin(origin.file, origin.name, depth + 1) ?? { path: origin.file.path, name: origin.name });
  }

  /** The variable of a module of the program that a file imports by name; it may be imported there in turn. */
  importedVariable(
    { level, module, name }: ImportValue,
    from: LinkedFile,
  ): { readonly file: LinkedFile; readonly name: string } | undefined {
    if (name === undefined) return undefined;
    const target = this.modules.resolve(from.path, level, module);
    const file = target.kind === "file" ? this.memory.file(target.path) : undefined;
    return file?.functionAt(0)?.bound(name) ? { file, name } : undefined;
  }

  private target(target: ReturnType<ModuleIndex["resolve"]>): readonly Entity[] {
    if (target.kind === "external") return [{ kind: "external", name: target.name }];
    const file = target.kind === "file" ? this.memory.file(target.path) : undefined;
    // A folder without `__init__.py` has no names of its own; its modules are found by path.
    return file ? [{ kind: "module", file }] : target.kind === "folder" ? [{ kind: "external", name: `/${target.path}` }] : [];
  }

  /** What a module binds to a name, through re-exports. */
  private moduleMember(path: string, name: string): readonly Entity[] {
    const file = this.memory.file(path);
    const module = file?.functionAt(0);
    if (!file || !module) return [];
    if (module.bound(name) || module.head.rebound.has(name)) return this.name(name, 0, module);
    for (const imported of starImports(file)) {
      if (imported.function !== 0) continue;
      const target = this.modules.resolve(path, imported.level, imported.module);
      if (target.kind === "external") {
        const qualified = `${target.name}.${name}`;
        if (this.isKnown(qualified)) return [{ kind: "external", name: qualified }];
      } else if (target.kind === "file" && target.path !== path && this.depth < maximumDepth) {
        this.depth++;
        const found = this.moduleMember(target.path, name);
        this.depth--;
        if (found.length > 0) return found;
      }
    }
    return [];
  }

  /** What reading the attribute of an entity gives. */
  attribute(object: Entity, name: string): readonly Entity[] {
    switch (object.kind) {
      case "module": {
        const member = this.moduleMember(object.file.path, name);
        if (member.length > 0) return member;
        const inner = this.modules.member(object.file.path, name);
        return inner ? this.target(inner) : [];
      }
      case "external": {
        if (object.name.startsWith("/")) {
          const inner = this.modules.member(object.name.slice(1), name);
          return inner ? this.target(inner) : [];
        }
        return [{ kind: "external", name: `${object.name}.${name}` }];
      }
      case "class":
        return this.member(object.class, name, object);
      case "instance":
        return this.member(object.class, name, object);
      case "object": {
        const attribute = this.knowledge.type(object.type)?.attributes.get(name);
        if (attribute) return [{ kind: "object", type: attribute, origin: undefined }];
        const isMade = this.knowledge.callable(`${object.type}.${name}`)?.name.endsWith(".__getattr__");
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
    const { classes, externals } = this.classOrder(node);
    if (object.kind === "instance" && name === "__class__") return [{ kind: "class", class: node }];
    for (const current of classes) {
      const body = current.file.functionAt(current.facts.body);
      const values = body?.bound(name);
      const found = values && body ? values.flatMap((value) => this.resolve(value, body)) : [];
      const own = object.kind === "instance" ? this.assigned(current, name) : [];
      // An attribute that starts as None and is set from outside.
      const isSetOutside = own.length === 0 && object.kind === "instance" && current.facts.instanceAttributes.has(name);
      const assigned = isSetOutside ? this.assignedOutside(current, name) : own;
      const annotation = body?.head.annotations.get(name);
      const annotated = annotation && body && found.length + assigned.length === 0 ? annotatedEntities(this, annotation, body) : [];
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
          return this.returned(entity.function);
        }
        return object.kind === "instance" ? [{ ...entity, receiver: object }] : [entity];
      });
      return [...bound, ...assigned, ...annotated];
    }
    return externals.flatMap((base): Entity[] => (this.isKnown(`${base}.${name}`) ? [{ kind: "external", name: `${base}.${name}` }] : []));
  }

  /** What methods of the class store in an attribute of their object. */
  private assigned(node: ClassNode, name: string): readonly Entity[] {
    const attributes = node.facts.instanceAttributes.get(name) ?? [];
    return attributes.flatMap(({ function: index, write }) => {
      const method = node.file.functionAt(index);
      return method && write.value ? this.resolve(write.value, method) : [];
    });
  }

  /** What code stores in an attribute of an object that it knows to be of the class. */
  private assignedOutside(node: ClassNode, name: string): readonly Entity[] {
    const result: Entity[] = [];
    const writes = this.memory.writesOf(name, maximumAttributeWrites);
    // Too many say nothing.
    for (const { file, site } of writes.length > maximumAttributeWrites ? [] : writes) {
      const within = file.functionAt(site.function);
      const { place, value } = site.write;
      if (!within || !value || place.kind !== "attribute") continue;
      const isOne = this.resolve(place.object, within).some((entity) => entity.kind === "instance" && entity.class === node);
      if (isOne) result.push(...this.resolve(value, within));
    }
    return result;
  }

  /** The class and its bases, nearest first, and the names of the bases outside the program. */
  classOrder(node: ClassNode): ClassOrder {
    const { orders } = this.memory.of(node.file);
    const known = this.memory.recall<ClassNode, ClassOrder>(orders, node);
    if (known) return known;
    const classes: ClassNode[] = [node];
    const externals: string[] = [];
    const order = { classes, externals };
    return this.memory.find("resolution", orders, node, order, sameOrder, () => {
      const scope = node.file.functionAt(node.file.functionAt(node.facts.body)?.head.parent ?? 0);
      for (const base of scope ? node.facts.bases : []) {
        const generic = genericOf(base);
        for (const entity of this.resolve(generic ?? base, scope as FunctionNode)) {
          if (generic && entity.kind === "external" && isGenericMark.test(entity.name)) continue;
          if (entity.kind === "external" && !externals.includes(entity.name)) externals.push(entity.name);
          if (entity.kind !== "class" || entity.class === node) continue;
          const inner = this.classOrder(entity.class);
          for (const each of inner.classes) if (classes.length < maximumClassOrder && !classes.includes(each)) classes.push(each);
          for (const each of inner.externals) if (!externals.includes(each)) externals.push(each);
        }
      }
      return order;
    });
  }

  private parameter(parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
    const { parameters } = this.memory.of(node.file);
    const known = this.memory.recall<ParameterFacts, readonly Entity[]>(parameters, parameter);
    return (
      known ??
      this.memory.find("resolution", parameters, parameter, [], sameEntities, () => distinctEntities(this.parameterValues(parameter, node)))
    );
  }

  private parameterValues(parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
    const { head: facts } = node;
    if (facts.class !== undefined && parameter === facts.parameters[0]) {
      const owner = node.file.classAt(facts.class);
      const decorators = decoratorNames(node);
      if (owner && !decorators.includes("staticmethod")) {
        const isClass = decorators.includes("classmethod") || facts.name === "__new__" || facts.name === "__init_subclass__";
        return [{ kind: isClass ? "class" : "instance", class: owner }];
      }
    }
    const scope = node.file.functionAt(facts.parent ?? 0) as FunctionNode;
    const annotated = parameter.annotation ? annotatedEntities(this, parameter.annotation, scope) : [];
    const isOpen = annotated.length > 0 && annotated.every((entity) => entity.kind === "instance" && this.isAbstract(entity.class));
    if (annotated.length > 0 && !isOpen) {
      // Which pool it is, and of how many threads, is known where it was made.
      const isPool = (entity: Entity): boolean => entity.kind === "object" && this.knowledge.type(entity.type)?.is.role === "executor";
      const isAnyPool = (entity: Entity): boolean => entity.kind === "object" && anyPool.test(entity.type);
      const mayBePool = annotated.every((entity) => isPool(entity) || isAnyPool(entity));
      const given = mayBePool ? this.givenByCallers(parameter, node).filter(isPool) : [];
      return given.length > 0 ? given : annotated;
    }
    if (isOpen) {
      // A protocol says what an object can do; what it does is said by the class of the object that is passed.
      const passed = this.givenByCallers(parameter, node).filter((entity) => entity.kind === "instance" && !this.isAbstract(entity.class));
      return [...passed, ...annotated];
    }
    const given = [...this.givenByCallers(parameter, node), ...this.givenBySpawns(parameter, node)];
    if (given.length === 0 && !parameter.default) return givenByLibrary(this, parameter, node);
    return parameter.default ? [...given, ...this.resolve(parameter.default, scope)] : given;
  }

  private givenBySpawns(parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
    this.memory.givenTo(node);
    return (this.spawnedArguments.get(node) ?? []).flatMap(({ values }) => {
      const given = values.get(parameter.name);
      if (!given) return [];
      return given.how === "element" ? this.elements(given.value, given.in) : this.resolve(given.value, given.in);
    });
  }

  private givenByCallers(parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
    const result: Entity[] = [];
    for (const { call, within, receiver } of this.callersOf(node)) {
      const argument = gatheredArguments(node, parameter, call, receiver) ?? argumentFor(node, parameter, call, receiver);
      if (argument) result.push(...this.resolve(argument, within));
    }
    return result;
  }

  /** The calls that reach the function by name. Functions with very common names have too many candidates to be worth asking. */
  callersOf(node: FunctionNode): readonly Caller[] {
    const { callers } = this.memory.of(node.file);
    const known = this.memory.recall<FunctionNode, readonly Caller[]>(callers, node);
    if (known) return known;
    const result: Caller[] = [];
    return this.memory.find<FunctionNode, readonly Caller[]>("resolution", callers, node, result, sameCallers, () => {
      let candidates = 0;
      for (const name of this.callNames(node)) {
        for (const { file, site } of this.memory.sitesOf(name, maximumCallers)) {
          if (++candidates > maximumCallers) return result;
          const within = file.functionAt(site.function);
          if (!within) continue;
          for (const callee of this.resolve(site.call.callee, within)) {
            const reached = this.reached(callee);
            if (reached?.function === node) {
              result.push({ call: site.call, within, receiver: reached.isBound ? "bound" : "passed" });
              break;
            }
          }
        }
      }
      return result;
    });
  }

  /** Every call of the program whose callee's last name is this; only so many that it can be told whether there are a few. */
  callsNamed(name: string): readonly ProgramSite[] {
    return this.memory.sitesOf(name, maximumCallers);
  }

  /** Whether there are any: who asks depends on nothing else. */
  isCalled(name: string): boolean {
    return this.memory.isCalled(name, maximumCallers);
  }

  private callNames(node: FunctionNode): readonly string[] {
    const { head: facts } = node;
    const names = [facts.name];
    // Calls of the class come first: `__init__` is written out in so many places that the limit would be used up there.
    if (facts.class !== undefined && (facts.name === "__init__" || facts.name === "__new__")) {
      const owner = node.file.classAt(facts.class);
      if (owner) names.unshift(owner.facts.name);
    }
    if (facts.name === "<lambda>" || facts.kind === "module") return [];
    return names;
  }

  /** The function that calling an entity runs. */
  private reached(callee: Entity): { readonly function: FunctionNode; readonly isBound: boolean } | undefined {
    if (callee.kind === "function") return { function: callee.function, isBound: callee.receiver !== undefined };
    if (callee.kind !== "class") return undefined;
    const init = this.method(callee.class, "__init__");
    return init && { function: init, isBound: true };
  }

  /** The method of that name that objects of the class have, if the program defines it. */
  method(node: ClassNode, name: string, aliases = 0): FunctionNode | undefined {
    for (const current of this.classOrder(node).classes) {
      const values = current.file.functionAt(current.facts.body)?.bound(name);
      for (const value of values ?? []) {
        const definition = value.op === "choice" ? value.values[value.values.length - 1] : value;
        if (definition?.op === "function") return current.file.functionAt(definition.function);
        // `__enter__ = acquire` gives a method another name.
        if (definition?.op === "read" && definition.place.kind === "name" && definition.place.name !== name) {
          return aliases < 3 ? this.method(current, definition.place.name, aliases + 1) : undefined;
        }
      }
    }
    return undefined;
  }

  /** The functions of the program that a call runs, with what their first parameter is bound to. */
  callees(call: CallOperation, within: FunctionNode): readonly Callee[] {
    return this.resolve(call.callee, within).flatMap((callee): readonly Callee[] => {
      if (callee.kind === "function") return [{ function: callee.function, receiver: callee.receiver }];
      if (callee.kind === "class") return this.construction(callee.class);
      if (callee.kind === "instance") {
        const method = this.method(callee.class, "__call__");
        return method ? [{ function: method, receiver: callee }] : [];
      }
      return [];
    });
  }

  /** What making an object of the class runs: `__init__`, `__new__`, and `__call__` of its metaclass. */
  private construction(node: ClassNode): readonly Callee[] {
    const made: Entity = { kind: "class", class: node };
    const init = this.method(node, "__init__");
    const create = [this.method(node, "__new__"), ...this.metaclasses(node).map((meta) => this.method(meta, "__call__"))];
    return [
      ...(init ? [{ function: init, receiver: { kind: "instance", class: node } as const }] : []),
      ...create.flatMap((each) => (each ? [{ function: each, receiver: made }] : [])),
    ];
  }

  /** Whether the class is there to be derived from or to be matched: `Protocol`, `ABC`. */
  private isAbstract(node: ClassNode): boolean {
    const isBase = (name: string): boolean => /^(abc\.ABC|(typing|typing_extensions)\.Protocol)$/.test(name);
    const scope = node.file.functionAt(node.file.functionAt(node.facts.body)?.head.parent ?? 0);
    return (
      scope !== undefined &&
      node.facts.bases.some((base) => {
        const outer = base.op === "read" && base.place.kind === "element" ? base.place.object : base;
        return this.resolve(outer, scope).some((entity) => entity.kind === "external" && isBase(entity.name));
      })
    );
  }

  /** The metaclass that the class or one that it extends names. */
  metaclasses(node: ClassNode): readonly ClassNode[] {
    const holder = this.classOrder(node).classes.find((each) => each.facts.metaclass !== undefined);
    const scope = holder?.file.functionAt(holder.file.functionAt(holder.facts.body)?.head.parent ?? 0);
    if (!holder?.facts.metaclass || !scope) return [];
    return this.resolve(holder.facts.metaclass, scope).flatMap((entity) => (entity.kind === "class" ? [entity.class] : []));
  }

  /** The names of everything outside the program that a call can run. */
  externalCallees(call: CallOperation, within: FunctionNode): readonly string[] {
    return this.resolve(call.callee, within).flatMap((callee) => {
      if (callee.kind === "external") return [compiledNames.get(callee.name) ?? callee.name];
      if (callee.kind === "class") return this.classOrder(callee.class).externals;
      // `model(x)`, where a library's class has the `__call__`.
      if (callee.kind === "instance" && !this.method(callee.class, "__call__")) {
        const methods = this.classOrder(callee.class).externals.map((base) => `${base}.__call__`);
        return methods.filter((method) => this.knowledge.callable(method));
      }
      return callee.kind === "object" && this.knowledge.callable(`${callee.type}.__call__`) ? [`${callee.type}.__call__`] : [];
    });
  }

  /**
   * What a `partial` calls in the end, with the argument that says so. One may be made of others, also of earlier ones in the same variable,
   * `find = partial(find, limit=1)`: each is looked into once.
   */
  behindPartial(first: PartialEntity): readonly { readonly entity: Entity; readonly value: Value; readonly in: FunctionNode }[] {
    const partials = new Map([[first.call, first]]);
    const found: { readonly entity: Entity; readonly value: Value; readonly in: FunctionNode }[] = [];
    for (const { call, in: within } of partials.values()) {
      const value = call.arguments[0]?.value;
      for (const entity of value ? this.resolve(value, within) : []) {
        if (entity.kind !== "partial") found.push({ entity, value: value as Value, in: within });
        else if (!partials.has(entity.call)) partials.set(entity.call, entity);
      }
    }
    return found;
  }

  /** What calling an entity returns. */
  result(callee: Entity, call: CallOperation, within: FunctionNode): readonly Entity[] {
    return this.deeper(() => resultOf(this, callee, call, within));
  }

  /** What is found one step further on; too far on, nothing is. */
  deeper(find: () => readonly Entity[]): readonly Entity[] {
    if (this.depth >= maximumDepth) return [];
    this.depth++;
    try {
      return find();
    } finally {
      this.depth--;
    }
  }

  /** The class in whose method the function stands. */
  enclosingClass(node: FunctionNode): ClassNode | undefined {
    for (let current: FunctionNode | undefined = node; current; current = parentOf(current)) {
      if (current.head.class !== undefined) return current.file.classAt(current.head.class);
    }
    return undefined;
  }

  returned(node: FunctionNode): readonly Entity[] {
    const { returns } = this.memory.of(node.file);
    const known = this.memory.recall<FunctionNode, readonly Entity[]>(returns, node);
    if (known) return known;
    return this.memory.find("resolution", returns, node, [], sameEntities, () => {
      const values = node.head.isGenerator ? madeByGenerator(node) : node.returned.flatMap((value) => this.resolve(value, node));
      return distinctEntities(values.length > 0 || !node.head.returns ? values : annotatedEntities(this, node.head.returns, node));
    });
  }

  /** What a `with` statement gives: of `closing(connection)`, the connection. */
  private managed(context: Value, within: FunctionNode): Value {
    if (context.op !== "call" || context.arguments.length !== 1) return context;
    const isPassedOn = this.externalCallees(context, within).some((name) => passedOn.has(name));
    return (isPassedOn && context.arguments[0]?.value) || context;
  }

  private entered(entity: Entity): readonly Entity[] {
    if (entity.kind === "instance") {
      const method = this.method(entity.class, "__enter__") ?? this.method(entity.class, "__aenter__");
      const returned = method ? this.returned(method) : [];
      return returned.length > 0 ? returned : [entity];
    }
    if (entity.kind === "object") {
      const enters = this.knowledge.type(entity.type)?.enters;
      return enters ? [{ kind: "object", type: enters, origin: entity.origin }] : [entity];
    }
    return [entity];
  }

  /** What iterating over the value yields. */
  elements(value: Value, within: FunctionNode): readonly Entity[] {
    return elementsOf(this, value, within);
  }
}

/** A function that a call runs, and what its first parameter is bound to. */
export interface Callee {
  readonly function: FunctionNode;
  readonly receiver: Entity | undefined;
}

export interface Caller {
  readonly call: CallOperation;
  readonly within: FunctionNode;
  /** Whether the object before the dot fills the first parameter. */
  readonly receiver: "bound" | "passed";
}

/** A class and its bases. */
export interface ClassOrder {
  readonly classes: readonly ClassNode[];
  /** Qualified names of bases outside the program. */
  readonly externals: readonly string[];
}

/** Whether what the value is follows from it alone. */
function isPlain(value: Value): boolean {
  switch (value.op) {
    case "constant":
    case "function":
    case "class":
    case "display":
    case "comprehension":
    case "unknown":
    case "yield":
      return true;
    default:
      return false;
  }
}

/** Whether the value is a name that nothing in the file binds and no star import can bring. */
function isBuiltIn(value: Value, file: LinkedFile): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.owner === unbound && starImports(file).length === 0;
}

/** What a base is made specific of: `Queue` of `Queue[int]`. */
function genericOf(base: Value): Value | undefined {
  return base.op === "read" && base.place.kind === "element" ? base.place.object : undefined;
}

/** Bases that only name the parameters of a class. */
const isGenericMark = /^(typing|typing_extensions)\.(Generic|Protocol)$/;

const maximumDepth = 40;
const maximumCallers = 60;
const maximumReexports = 8;
const maximumAttributeWrites = 12;

/** A variable that is given more values than these is most likely given more of the same, and each time it is read all of them would be looked at. */
const maximumBindings = 250;

/** Each class has such a list of its own, so that without an end a long line of classes would take the square of its length. */
const maximumClassOrder = 100;

const containerTypes = ["list", "dict", "set", "str", "bytes", "tuple"] as const;

/** Method names that many types outside a program have too, so that one of the program's classes having it says little. */
const commonMethods: ReadonlySet<string> = new Set(
  "open close read write send recv get put set run start stop join wait acquire release submit map append flush connect execute cancel result done next name".split(
    " ",
  ),
);

function sameEntities(a: readonly Entity[], b: readonly Entity[]): boolean {
  return a.length === b.length && a.every((entity, index) => sameEntity(entity, b[index] as Entity));
}

function sameCallers(a: readonly Caller[], b: readonly Caller[]): boolean {
  return a.length === b.length && a.every((each, i) => each.call === b[i]?.call && each.within === b[i].within);
}

function sameOrder(a: ClassOrder, b: ClassOrder): boolean {
  const isSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
    some.length === others.length && some.every((each, index) => each === others[index]);
  return isSame(a.classes, b.classes) && isSame(a.externals, b.externals);
}

function constantType(type: string): string {
  return type === "int" || type === "float" || type === "str" || type === "bytes" || type === "bool"
    ? `builtins.${type}`
    : "builtins.object";
}

function containerType({ value }: ContainerEntity): string {
  return value.makes === "generator" ? "generator" : value.makes;
}

/** What calling a generator function makes, unless a decorator makes something else of it. */
function madeByGenerator(node: FunctionNode): readonly Entity[] {
  const isPlain = decoratorNames(node).every((name) => name === "staticmethod" || name === "classmethod" || name === "property");
  return isPlain && !node.head.isAsync ? [{ kind: "object", type: "types.GeneratorType", origin: undefined }] : [];
}

/** The function around a function; the module has none. */
export function parentOf(node: FunctionNode): FunctionNode | undefined {
  return node.head.parent === undefined ? undefined : node.file.functionAt(node.head.parent);
}

/** The types of which every pool of the library is one. */
const anyPool = /^concurrent\.futures\.(_base\.)?Executor$/;

const cffiLibrary: Entity = { kind: "object", type: "cffi.Lib", origin: undefined };

/** Context managers that give what they are given. */
const passedOn: ReadonlySet<string> = new Set(["contextlib.closing", "contextlib.nullcontext", "contextlib.aclosing"]);

/** What compiled code has instead of a built-in function. */
const compiledNames: ReadonlyMap<string, string> = new Map([
  ["numba.prange", "builtins.range"],
  ["cython.parallel.prange", "builtins.range"],
]);

/** The last names of a function's decorators: `property`, `setter`, `classmethod`. */
export function decoratorNames({ head }: Pick<FunctionNode, "head">): readonly string[] {
  return head.decorators.flatMap((decorator) => {
    const value = decorator.op === "call" ? decorator.callee : decorator;
    return value.op === "read" && value.place.kind !== "element" ? [value.place.name] : [];
  });
}

/** Whether no field of the class's objects can be set, as a data class says: `@dataclass(frozen=True)`. */
export function isFrozen({ facts }: ClassNode): boolean {
  return facts.decorators.some(
    (decorator) =>
      decorator.op === "call" &&
      decorator.arguments.some(({ name, value }) => name === "frozen" && value.op === "constant" && value.value === 1),
  );
}

/** The argument of a call that a parameter receives, if it is written out. */
export function argumentFor(
  node: FunctionNode,
  parameter: ParameterFacts,
  call: CallOperation,
  receiver: "bound" | "passed",
): Value | undefined {
  const named = call.arguments.find((argument) => argument.form === "keyword" && argument.name === parameter.name);
  if (named) return named.value;
  if (parameter.form === "star" || parameter.form === "double-star" || parameter.form === "keyword-only") return undefined;
  const position = node.head.parameters.indexOf(parameter) - (receiver === "bound" ? 1 : 0);
  if (position < 0) return undefined;
  const before = call.arguments.slice(0, position + 1);
  const argument = before[position];
  return argument?.form === "positional" && before.every((each) => each.form === "positional") ? argument.value : undefined;
}

/** Whether the function is one that the other defines further down, once for each of its calls. */
function isDefinedLater({ file, head }: FunctionNode, offset: number, within: FunctionNode): boolean {
  return head.parent === within.index && within.head.kind === "function" && file === within.file && head.nameRange.start > offset;
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

/** What `from … import *` brings into the file. */
function starImports(file: LinkedFile): readonly ImportFact[] {
  return file.derive("star imports", () => file.facts.imports.filter((imported) => imported.name === "*"));
}
