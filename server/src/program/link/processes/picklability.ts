import type { Range } from "../../../base/range.js";
import type { Operation, Value } from "../../operation.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import type { ScopedValue } from "../threads/spawn.js";
import { someValue, walkOperations } from "../walk.js";

/**
 * How something gets to another process or interpreter. `task`: pickled for a worker that runs already. `start`: pickled while the worker is
 * started, so that locks and queues of multiprocessing can be inherited. `interpreter`: shared or pickled.
 */
export type Crossing = "task" | "start" | "interpreter";

/** Whether the thing itself, nothing in it, is a lock, event or queue of `threading` or `queue`. */
export function isThreadPrimitive({ says, type }: Obstacle, { knowledge }: Program): boolean {
  const is = type !== undefined && says === `is a \`${type}\`` ? knowledge.type(type)?.is : undefined;
  return is !== undefined && "scope" in is && is.scope === "threads";
}

interface MadePlace {
  readonly path: string;
  readonly range: Range;
}

/** What keeps a value from crossing. */
export interface Obstacle {
  /** As the subject of a sentence: "`lock` is a `threading.Lock`". */
  readonly says: string;
  /** What stands in the sentence after "so": the reason is a matter of pickle, or of inheritance. */
  readonly kind: "unpicklable" | "inherited-only";
  /** The type outside the program that it comes down to, if it is one. */
  readonly type: string | undefined;
  /** Whether it follows from the language and its library alone. */
  readonly sure: "yes" | "no";
  /** Where it was made; undefined where only its type is known. */
  readonly made: MadePlace | undefined;
}

/** What keeps one thing that a value can be from crossing: the judgement without the question whether it is that thing. */
export function obstacleOf(entity: Entity, crossing: Crossing, program: Program, depth = 0): Obstacle | undefined {
  switch (entity.kind) {
    case "object": {
      const type = program.knowledge.type(entity.type);
      if (!type || (crossing === "interpreter" ? sharedByInterpreters : pickledByMultiprocessing).has(type.name)) return undefined;
      const isInherited = type.pickles === "by-inheritance";
      if (type.pickles !== "no" && !(isInherited && crossing !== "start")) return undefined;
      return {
        says: `is a \`${type.name}\``,
        kind: isInherited ? "inherited-only" : "unpicklable",
        type: type.name,
        sure: type.package === "python" ? "yes" : "no",
        made: entity.origin && place(entity.origin.call, entity.origin.in),
      };
    }
    case "function":
      if (entity.receiver?.kind === "instance" && entity.function.head.class !== undefined) {
        const inner = instanceObstacle(entity.receiver.class, crossing, program, depth);
        return inner && { ...inner, says: `is a method of an object that ${inner.says}` };
      }
      return functionObstacle(entity.function, crossing);
    case "class":
      return isLocal(entity.class) ? localClass(entity.class, "is") : undefined;
    case "instance":
      return instanceObstacle(entity.class, crossing, program, depth);
    case "module": {
      const module = entity.file.functionAt(0);
      return module && plain("is a module", place({ start: 0, end: 0 }, module));
    }
    case "container":
      return entity.value.op === "comprehension" && entity.value.makes === "generator"
        ? plain("is a generator", place(entity.value, entity.in))
        : undefined;
    case "partial":
    case "external":
      return undefined;
  }
}

/** What certainly keeps a value from crossing, whatever way the program took to the place where it is sent. */
export function certainObstacle(sent: ScopedValue, crossing: Crossing, program: Program, depth = 0): Obstacle | undefined {
  if (depth > maximumDepth) return undefined;
  const { value, in: within } = sent;
  const { resolver } = program;
  const inside = (inner: Value, scope = within): Obstacle | undefined =>
    certainObstacle({ value: inner, in: scope }, crossing, program, depth + 1);
  switch (value.op) {
    case "function":
    case "class":
      return firstOfAll(resolver.resolve(value, within), (entity) => obstacleOf(entity, crossing, program, depth));
    case "import": {
      if (value.name === undefined) return plain("is a module", place(value, within));
      const entities = resolver.resolve(value, within);
      return entities.length > 0 && entities.every((entity) => entity.kind === "module")
        ? plain("is a module", place(value, within))
        : undefined;
    }
    case "display":
      return firstOf(value.elements, inside, (found) => `holds something that ${found.says}`);
    case "comprehension":
      if (value.makes === "generator") return plain("is a generator", place(value, within));
      return firstOf([value.element], inside, (found) => `holds something that ${found.says}`);
    case "entered":
      return value.context.op === "call" ? madeObstacle(resolver.resolve(value, within), crossing, program, depth) : undefined;
    case "choice":
      if (value.by === "decorator") return decoratedObstacle(value.values, within, crossing, program);
      return firstOfAll(value.values, inside);
    case "call":
      return callObstacle(sent, crossing, program, depth);
    case "read":
      break;
    default:
      return undefined;
  }
  const { place: read } = value;
  if (read.kind === "element") return undefined;
  if (read.kind === "name") {
    const owner = read.owner >= 0 ? within.file.functionAt(read.owner) : undefined;
    if (!owner || owner.head.rebound.has(read.name)) return undefined;
    if (owner.head.parameters.some((parameter) => parameter.name === read.name)) return undefined;
    return firstOfAll(owner.bound(read.name) ?? [], (bound) => inside(bound, owner));
  }
  const methods = resolver.resolve(value, within);
  const objects = resolver.resolve(read.object, within);
  if (objects.length > 0 && objects.every((object) => object.kind === "instance")) {
    if (methods.length > 0 && methods.every((method) => method.kind === "function" && method.receiver?.kind === "instance"))
      return firstOfAll(methods, (method) => obstacleOf(method, crossing, program, depth));
    return firstOfAll(objects, (object) =>
      object.kind === "instance" ? attributeObstacle(object.class, read.name, crossing, program, depth) : undefined,
    );
  }
  return undefined;
}

const maximumDepth = 6;

/** Types that pickle refuses, and multiprocessing's own pickler or the type itself, before it is connected, does not. */
const pickledByMultiprocessing: ReadonlySet<string> = new Set([
  "socket.socket",
  "ftplib.FTP",
  "smtplib.SMTP",
  "imaplib.IMAP4",
  "poplib.POP3",
  "http.client.HTTPConnection",
]);

const sharedByInterpreters: ReadonlySet<string> = new Set([...pickledByMultiprocessing, "builtins.memoryview"]);

function callObstacle({ value, in: within }: ScopedValue, crossing: Crossing, program: Program, depth: number): Obstacle | undefined {
  if (value.op !== "call") return undefined;
  const { resolver } = program;
  const callees = resolver.resolve(value.callee, within);
  if (callees.length === 0) return undefined;
  const [only] = callees;
  if (callees.length === 1 && only?.kind === "external" && only.name === "functools.partial") {
    return firstOf(
      value.arguments.filter((argument) => argument.form === "positional" || argument.form === "keyword").map((argument) => argument.value),
      (inner) => certainObstacle({ value: inner, in: within }, crossing, program, depth + 1),
      (found) => `holds something that ${found.says}`,
    );
  }
  const name = only?.kind === "external" && callees.length === 1 ? only.name : "";
  if (dictViews.test(name)) return plain("is a view of a dictionary", place(value, within));
  if (lazyBuiltIns.test(name)) {
    return firstOf(
      value.arguments.map((argument) => argument.value),
      (inner) => certainObstacle({ value: inner, in: within }, crossing, program, depth + 1),
      (found) => `goes over something that ${found.says}`,
    );
  }
  if (callees.every((callee) => callee.kind === "external" || callee.kind === "class"))
    return madeObstacle(resolver.resolve(value, within), crossing, program, depth, value, within);
  if (callees.length !== 1 || only?.kind !== "function") return undefined;
  const { facts } = only.function;
  if (facts.decorators.length > 0 || facts.isAsync) return undefined;
  if (facts.isGenerator) return plain("is a generator", place(value, within));
  const [returned] = facts.returned;
  return facts.returned.length === 1 && returned
    ? certainObstacle({ value: returned, in: only.function }, crossing, program, depth + 1)
    : undefined;
}

const dictViews = /^(builtins\.dict|collections\.(defaultdict|Counter|OrderedDict))\.(keys|values|items)$/;

/** Built-in iterators are pickled with what they go over and what they call. */
const lazyBuiltIns = /^builtins\.(map|filter|zip|enumerate|reversed|iter)$/;

function madeObstacle(
  entities: readonly Entity[],
  crossing: Crossing,
  program: Program,
  depth: number,
  made?: Value,
  within?: FunctionNode,
): Obstacle | undefined {
  return firstOfAll(entities, (entity) => {
    const found = obstacleOf(entity, crossing, program, depth);
    // Of what only an annotation tells the type, nothing is certain.
    if (!found?.made) return undefined;
    return made && within && entity.kind === "instance" && isLocal(entity.class) ? { ...found, made: place(made, within) } : found;
  });
}

/** What the only decorator makes of a function of the module: an inner function under its own name, unless `functools.wraps` renames it. */
function decoratedObstacle(
  values: readonly Value[],
  within: FunctionNode,
  crossing: Crossing,
  { resolver }: Program,
): Obstacle | undefined {
  const [made, original] = values;
  if (crossing === "interpreter" || made?.op !== "call" || original?.op !== "function") return undefined;
  const node = within.file.functionAt(original.function);
  if (node?.head.decorators.length !== 1) return undefined;
  return firstOfAll(resolver.resolve(made, within), (entity) => {
    if (entity.kind !== "function" || entity.function === node || entity.receiver) return undefined;
    const wrapper = entity.function;
    const maker = wrapper.head.parent === undefined ? undefined : wrapper.file.functionAt(wrapper.head.parent);
    if (!maker || wrapper.head.decorators.length > 0 || !isInner(wrapper)) return undefined;
    const isRenamed = ["wraps", "update_wrapper", "decorator", "decorate"].some((name) =>
      wrapper.file.calls(name).some((site) => site.function === maker.index || site.function === maker.head.parent),
    );
    return isRenamed
      ? undefined
      : plain(
          `is \`${wrapper.head.qualifiedName}\`, which its decorator returns without \`functools.wraps\``,
          place(wrapper.head.nameRange, wrapper),
        );
  });
}

function functionObstacle(node: FunctionNode, crossing: Crossing): Obstacle | undefined {
  const { facts } = node;
  if (facts.decorators.length > 0 || node.file.stores("__qualname__").length > 0) return undefined;
  if (crossing === "interpreter") {
    if (facts.kind !== "lambda" && !isInner(node)) return undefined;
    const name = outerName(node);
    return name === undefined ? undefined : plain(`uses \`${name}\` from the code around it`, place(facts.nameRange, node));
  }
  if (facts.kind === "lambda") return plain("is a lambda", place(facts, node));
  return isInner(node) ? plain("is defined inside another function", place(facts.nameRange, node)) : undefined;
}

/** A name that the function reads from a scope around it: without one, its code alone is sent to the other interpreter. */
function outerName(node: FunctionNode): string | undefined {
  let name: string | undefined;
  const isOuter = (value: Value): boolean => {
    if (value.op !== "read" || value.place.kind !== "name") return false;
    if (value.place.owner < 0 || value.place.owner >= node.index) return false;
    name ??= value.place.name;
    return true;
  };
  for (const value of node.returned) someValue(value, isOuter);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "read" || operation.op === "call" || operation.op === "compute") someValue(operation, isOuter);
    if (operation.op === "write" && operation.value) someValue(operation.value, isOuter);
  });
  return name;
}

/** Whether pickle cannot find the function by its name, since a call of another function makes it. */
function isInner(node: FunctionNode): boolean {
  for (let parent = node.head.parent; parent !== undefined; parent = node.file.functionAt(parent)?.head.parent) {
    const kind = node.file.functionAt(parent)?.head.kind;
    if (kind === "function" || kind === "lambda") return !isGlobal(node);
  }
  return false;
}

/** `global inner` before `def inner` makes it one of the module's. */
function isGlobal(node: FunctionNode): boolean {
  return node.file.functionAt(0)?.head.rebound.has(node.head.name) ?? false;
}

function isLocal(node: ClassNode): boolean {
  const body = node.file.functionAt(node.facts.body);
  return body !== undefined && isInner(body) && node.file.stores("__qualname__").length === 0;
}

function localClass(node: ClassNode, verb: "is" | "is an object of"): Obstacle | undefined {
  const body = node.file.functionAt(node.facts.body);
  const what =
    verb === "is" ? "is a class defined inside a function" : `is an object of \`${node.name}\`, a class defined inside a function`;
  return body && plain(what, place(node.facts.nameRange, body));
}

/** Methods by which objects choose themselves what is pickled. */
const pickleMethods: readonly string[] = ["__getstate__", "__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__"];

const plainBases: ReadonlySet<string> = new Set(["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"]);

function instanceObstacle(node: ClassNode, crossing: Crossing, program: Program, depth: number): Obstacle | undefined {
  if (depth > maximumDepth || !isPickledAsIs(node, program)) return undefined;
  const { classes, externals } = program.resolver.classOrder(node);
  for (const name of externals) {
    const type = program.knowledge.type(name);
    if (type?.pickles === "no" && type.is.role === "worker") {
      const body = node.file.functionAt(node.facts.body);
      return body && plain(`is a \`${name}\``, place(node.facts.nameRange, body));
    }
    if (!plainBases.has(name) && !(type?.is.role === "worker" && type.pickles === "by-inheritance" && crossing === "start"))
      return undefined;
  }
  if (isLocal(node)) return localClass(node, "is an object of");
  for (const current of classes) {
    for (const name of current.facts.instanceAttributes.keys()) {
      const found = attributeObstacle(node, name, crossing, program, depth);
      if (found)
        return {
          ...found,
          says: `has \`${name}\`, ${/^is an? /.test(found.says) ? found.says.slice("is ".length) : `which ${found.says}`}`,
        };
    }
  }
  return undefined;
}

/** Whether nothing in the class or its bases has a say in how its objects are pickled. */
function isPickledAsIs(node: ClassNode, { resolver }: Program): boolean {
  return resolver.classOrder(node).classes.every(({ file, facts }) => {
    const body = file.functionAt(facts.body);
    return facts.metaclass === undefined && !pickleMethods.some((name) => body?.bound(name)) && file.calls("pickle").length === 0;
  });
}

/** What an attribute always holds from the constructor on. */
function attributeObstacle(node: ClassNode, name: string, crossing: Crossing, program: Program, depth: number): Obstacle | undefined {
  const init = program.resolver.method(node, "__init__");
  if (!init) return undefined;
  const owners = program.resolver.classOrder(node).classes.filter(({ facts }) => facts.instanceAttributes.has(name));
  const [owner] = owners;
  if (owners.length !== 1 || !owner) return undefined;
  const writes = owner.facts.instanceAttributes.get(name) ?? [];
  if (!writes.some(({ function: index, write }) => owner.file.functionAt(index) === init && init.view(alwaysStored).includes(write)))
    return undefined;
  if (owner.file.stores(name).length > 0) return undefined;
  return firstOfAll(writes, ({ function: index, write }) => {
    const within = owner.file.functionAt(index);
    return within && write.form === "assign" && write.value
      ? certainObstacle({ value: write.value, in: within }, crossing, program, depth + 1)
      : undefined;
  });
}

/** The stores in attributes that a function makes on every way through it. */
const alwaysStored = functionView(({ body }): readonly Operation[] =>
  body.filter((operation) => operation.op === "write" && operation.place.kind === "attribute"),
);

/** The first one's obstacle, if every one has an obstacle. */
function firstOfAll<Item>(items: readonly Item[], judge: (item: Item) => Obstacle | undefined): Obstacle | undefined {
  let first: Obstacle | undefined;
  for (const item of items) {
    const found = judge(item);
    if (!found) return undefined;
    first ??= found;
  }
  return first;
}

function firstOf(
  values: readonly Value[],
  judge: (value: Value) => Obstacle | undefined,
  says: (found: Obstacle) => string,
): Obstacle | undefined {
  for (const value of values) {
    const found = judge(value);
    if (found) return { ...found, says: says(found) };
  }
  return undefined;
}

function plain(says: string, made: MadePlace): Obstacle {
  return { says, kind: "unpicklable", type: undefined, sure: "yes", made };
}

function place(range: Range, within: FunctionNode): MadePlace {
  return { path: within.file.path, range: { start: range.start, end: range.end } };
}
