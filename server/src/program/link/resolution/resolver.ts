import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { ParameterFacts } from "../../facts.js";
import { type CallOperation, type Place, unbound, type Value } from "../../operation.js";
import { type ClassNode, distinctEntities, type Entity, type FunctionNode, type LinkedFile, sameEntity } from "../entity.js";
import type { Program } from "../link.js";
import { AnswerMemory } from "../memory/memory.js";
import type { Again, FileAnswers } from "../memory/questions.js";
import { sameStructure } from "../memory/same-structure.js";
import type { ProgramSite } from "../program-sites.js";
import { keptOnApplication } from "../sharing/kept-on-application.js";
import { annotatedEntities } from "./annotations.js";
import { resultOf } from "./call-results.js";
import { type Callee, calleesOf, externalCalleesOf } from "./callees.js";
import { type Caller, findCallers, maximumCallers, sameCallers } from "./callers.js";
import { elementsOf, items } from "./elements.js";
import { ImportedNames, starImports } from "./imported-names.js";
import { Members } from "./members.js";
import { addedTo, operatorMethod } from "./operators.js";
import { parameterValues } from "./parameter-values.js";
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
  /** What names of other modules mean. */
  readonly imports = new ImportedNames(this, () => this.memory);
  /** What objects have. */
  readonly members = new Members(this, this.imports, () => this.memory);

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
        return this.imports.imported(value, within.file);
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
          objects.length > 0
            ? objects.flatMap((object) => this.members.attribute(object, place.name))
            : this.members.methodByName(place, within);
        // What the function goes on to define, and to store there, is not there yet: `before = self.run … self.run = wrapper`.
        return found.filter((entity) => entity.kind !== "function" || !isDefinedLater(entity.function, offset, within));
      }
      case "element": {
        const kept = keptOnApplication(place, within.file);
        const elements =
          kept.length > 0
            ? kept.flatMap(({ value, node }) => this.resolve(value, node))
            : elementsOf(this, place.object, within, place.index);
        return elements.length > 0
          ? elements
          : this.resolve(place.object, within).flatMap((object) => this.members.looked(object, "__getitem__"));
      }
    }
  }

  name(name: string, owner: number, within: FunctionNode): readonly Entity[] {
    if (owner === unbound) return this.imports.unbound(name, within.file);
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

  /** What `global name` or `nonlocal name` in other functions of the file store there. */
  private reboundValues(name: string, owner: number, file: LinkedFile): readonly Entity[] {
    const result: Entity[] = [];
    for (const { node, value } of reboundIn(file).get(`${owner} ${name}`) ?? []) {
      result.push(...this.resolve(value, node));
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
      this.memory.find("resolution", parameters, parameter, [], sameEntities, () =>
        distinctEntities(parameterValues(this, parameter, node)),
      )
    );
  }

  /** What spawns of the function give for a parameter. */
  givenBySpawns(parameter: ParameterFacts, node: FunctionNode): readonly Entity[] {
    this.memory.givenTo(node);
    return (this.spawnedArguments.get(node) ?? []).flatMap(({ values }) => {
      const given = values.get(parameter.name);
      if (!given) return [];
      return given.how === "element" ? this.elements(given.value, given.in) : this.resolve(given.value, given.in);
    });
  }

  /** The calls that reach the function by name. */
  callersOf(node: FunctionNode): readonly Caller[] {
    const { callers } = this.memory.of(node.file);
    const known = this.memory.recall<FunctionNode, readonly Caller[]>(callers, node);
    if (known) return known;
    const result: Caller[] = [];
    return this.memory.find<FunctionNode, readonly Caller[]>("resolution", callers, node, result, sameCallers, () => {
      findCallers(this, node, result);
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

  /** The metaclass that the class or one that it extends names. */
  metaclasses(node: ClassNode): readonly ClassNode[] {
    const holder = this.classOrder(node).classes.find((each) => each.facts.metaclass !== undefined);
    const scope = holder?.file.functionAt(holder.file.functionAt(holder.facts.body)?.head.parent ?? 0);
    if (!holder?.facts.metaclass || !scope) return [];
    return this.resolve(holder.facts.metaclass, scope).flatMap((entity) => (entity.kind === "class" ? [entity.class] : []));
  }

  /** The functions of the program that a call runs, with what their first parameter is bound to. */
  callees(call: CallOperation, within: FunctionNode): readonly Callee[] {
    return calleesOf(this, call, within);
  }

  /** The names of everything outside the program that a call can run. */
  externalCallees(call: CallOperation, within: FunctionNode): readonly string[] {
    return externalCalleesOf(this, call, within);
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
/** A variable that is given more values than these is most likely given more of the same, and each time it is read all of them would be looked at. */
const maximumBindings = 250;

/** Each class has such a list of its own, so that without an end a long line of classes would take the square of its length. */
const maximumClassOrder = 100;

function sameEntities(a: readonly Entity[], b: readonly Entity[]): boolean {
  return a.length === b.length && a.every((entity, index) => sameEntity(entity, b[index] as Entity));
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

/** What calling a generator function makes, unless a decorator makes something else of it. */
function madeByGenerator(node: FunctionNode): readonly Entity[] {
  const isPlain = decoratorNames(node).every((name) => name === "staticmethod" || name === "classmethod" || name === "property");
  return isPlain && !node.head.isAsync ? [{ kind: "object", type: "types.GeneratorType", origin: undefined }] : [];
}

/** The function around a function; the module has none. */
export function parentOf(node: FunctionNode): FunctionNode | undefined {
  return node.head.parent === undefined ? undefined : node.file.functionAt(node.head.parent);
}

/** Context managers that give what they are given. */
const passedOn: ReadonlySet<string> = new Set(["contextlib.closing", "contextlib.nullcontext", "contextlib.aclosing"]);

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
