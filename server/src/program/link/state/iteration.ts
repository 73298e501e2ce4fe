import { type CallOperation, type LoopOperation, unbound, type Value, type YieldOperation } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import { onlyBinding } from "../only-binding.js";
import type { Resolver } from "../resolution/resolver.js";
import { lastName } from "../threads/spawns.js";

/** One going through the elements of a container, or through what an iterator has left. */
export interface Iteration {
  /** Where the elements come from, below views such as `items()` and adapters such as `enumerate`. */
  readonly source: Value;
  readonly view: "items" | "values" | "keys" | undefined;
  /**
   * What runs between two elements. `loop`: the program's own code. `python-call`: a call that runs Python code for each element.
   * `native-call`: a call that stays in C as long as the elements' own methods do. `copy`: the same, and what comes out is a copy.
   */
  readonly step: "loop" | "python-call" | "native-call" | "copy";
  /** `for`, `yield from`, or the name of what is called: `list`, `extend`, and of a module's function with the module, `copy.copy`. */
  readonly by: string;
}

/** What a loop, a call or a `yield from` goes through; for `zip` and its like several things. */
export function iterationsOf(
  operation: LoopOperation | CallOperation | YieldOperation,
  within: FunctionNode,
  resolver: Resolver,
): readonly Iteration[] {
  switch (operation.op) {
    case "loop": {
      const { iterable, form, isAsync } = operation;
      if (form === "while" || isAsync || !iterable) return [];
      return sourcesOf(iterable, within, resolver).map(({ source, view }) => ({ source, view, step: "loop", by: "for" }));
    }
    case "yield": {
      if (!operation.isFrom || !operation.value) return [];
      return sourcesOf(operation.value, within, resolver).map(({ source, view }) => ({ source, view, step: "loop", by: "yield from" }));
    }
    case "call":
      return iterationsOfCall(operation, within, resolver);
  }
}

/** Functions that go through their first argument in C, and those among them that make a copy of it. */
const copying: ReadonlySet<string> = new Set("list tuple set frozenset sorted dict".split(" "));
const reducing: ReadonlySet<string> = new Set("sum min max any all".split(" "));
/** Methods that go through their argument in C. */
const taking: ReadonlySet<string> = new Set("extend extendleft join update union intersection difference writelines".split(" "));
/** Functions of modules that go through their first argument, and what they run meanwhile. */
const ofModules: ReadonlyMap<string, Iteration["step"]> = new Map<string, Iteration["step"]>([
  ["copy.copy", "copy"],
  ["copy.deepcopy", "python-call"],
  ["json.dump", "python-call"],
  ["collections.deque", "copy"],
  ["collections.OrderedDict", "copy"],
  ["collections.Counter", "native-call"],
  ["statistics.mean", "python-call"],
  ["math.fsum", "native-call"],
]);
const namesOfModules: ReadonlySet<string> = new Set([...ofModules.keys()].map(lastName));

function iterationsOfCall(call: CallOperation, within: FunctionNode, resolver: Resolver): readonly Iteration[] {
  const { callee } = call;
  const first = call.arguments[0]?.form === "positional" ? call.arguments[0].value : undefined;
  if (callee.op !== "read" || callee.place.kind === "element") return [];
  const { name } = callee.place;
  const through = (value: Value, step: Iteration["step"], by = name): readonly Iteration[] =>
    sourcesOf(value, within, resolver).map(({ source, view, runs }) => ({
      source,
      view,
      step: runs === "python" ? "python-call" : step,
      by,
    }));
  if (callee.place.kind === "name" && callee.place.owner === unbound) {
    if (!first) return [];
    if (copying.has(name)) return through(first, "copy");
    // `max(a, b)` compares two values.
    if (
      !reducing.has(name) ||
      call.arguments.filter(({ form }) => form === "positional").length !== (name === "sum" ? call.arguments.length : 1)
    )
      return [];
    const key = call.arguments.find((argument) => argument.name === "key")?.value;
    return through(first, key && isPython(key, within, resolver) ? "python-call" : "native-call");
  }
  if (namesOfModules.has(name) && first) {
    for (const external of resolver.externalCallees(call, within)) {
      const step = ofModules.get(external);
      if (step) return through(first, step, external);
    }
  }
  if (callee.place.kind !== "attribute") return [];
  const { object } = callee.place;
  if (name === "copy" && call.arguments.length === 0) return through(object, "copy");
  return taking.has(name) && first && call.arguments.length === 1 ? through(first, "native-call") : [];
}

export interface Source {
  readonly source: Value;
  readonly view: Iteration["view"];
  /** Whether an adapter on the way runs Python code for each element. */
  readonly runs: "nothing" | "python";
}

const viewNames: ReadonlySet<string> = new Set(["items", "values", "keys"]);
const adapters: ReadonlySet<string> = new Set("enumerate reversed iter zip map filter".split(" "));
const adaptersOfModules: ReadonlySet<string> = new Set(
  "islice chain takewhile dropwhile accumulate batched pairwise starmap zip_longest filterfalse tqdm".split(" "),
);
const maximumDepth = 5;

/** The containers and iterators whose elements the value hands on as they are now, below views and adapters; a copy is none of them. */
export function sourcesOf(value: Value, within: FunctionNode, resolver: Resolver, depth = 0): readonly Source[] {
  if (depth > maximumDepth) return [];
  const inner = (next: Value | undefined): readonly Source[] => (next ? sourcesOf(next, within, resolver, depth + 1) : []);
  switch (value.op) {
    case "read": {
      const only = boundInCall(value, within);
      const behind = only?.op === "call" && !isLookUp(only) ? inner(only) : [];
      return behind.length > 0 ? behind : [{ source: value, view: undefined, runs: "nothing" }];
    }
    case "choice":
      return value.values.flatMap(inner);
    case "call": {
      const { callee } = value;
      if (callee.op !== "read" || callee.place.kind === "element") return [];
      if (isLookUp(value)) return [{ source: value, view: undefined, runs: "nothing" }];
      const { name } = callee.place;
      if (callee.place.kind === "attribute" && value.arguments.length === 0 && viewNames.has(name)) {
        const view = name as Iteration["view"];
        return inner(callee.place.object).map((source) => ({ ...source, view }));
      }
      const passed = value.arguments.filter(({ form }) => form === "positional").map((argument) => argument.value);
      const [first] = passed;
      if (callee.place.kind === "name" && callee.place.owner === unbound && adapters.has(name)) {
        if (name === "zip") return passed.flatMap(inner);
        // `iter(function, sentinel)` calls the function.
        if (name === "iter" && passed.length !== 1) return [];
        if (name !== "map" && name !== "filter") return inner(first);
        const runs = first && isPython(first, within, resolver) ? "python" : "nothing";
        return passed
          .slice(1)
          .flatMap((next) => inner(next).map((source) => ({ ...source, runs: source.runs === "python" ? "python" : runs })));
      }
      if (!adaptersOfModules.has(name) || !resolver.externalCallees(value, within).some((each) => /^(itertools|tqdm)\./.test(each)))
        return [];
      return passed.flatMap((next) => (next.op === "constant" || next.op === "function" ? [] : inner(next)));
    }
    default:
      return [];
  }
}

/** Whether it asks a dict for what lies under a key: `rooms.get(name, ())`, `rooms.setdefault(name, set())`. */
export function isLookUp({ callee, arguments: given }: CallOperation): boolean {
  return (
    callee.op === "read" &&
    callee.place.kind === "attribute" &&
    /^(get|setdefault)$/.test(callee.place.name) &&
    given[0]?.form === "positional"
  );
}

/** A view that a function returns, `return self._rows.items()`: whoever goes through it sees what is in the dict then, when what the function held is given back. */
export interface ReturnedView {
  readonly call: CallOperation;
  readonly callee: ReturnType<Resolver["callees"]>[number];
  /** The dict, as the function names it. */
  readonly source: Value;
  readonly view: NonNullable<Iteration["view"]>;
}

/** The returned view that a loop goes through. */
export function returnedView({ iterable, isAsync }: LoopOperation, within: FunctionNode, resolver: Resolver): ReturnedView | undefined {
  if (iterable?.op !== "call" || isAsync) return undefined;
  const [callee, ...others] = resolver.callees(iterable, within);
  const [returned, ...more] = callee?.function.returned ?? [];
  if (!callee || others.length > 0 || returned?.op !== "call" || more.length > 0) return undefined;
  const { isGenerator, isAsync: isCoroutine } = callee.function.head;
  const [only] = isGenerator || isCoroutine ? [] : sourcesOf(returned, callee.function, resolver);
  return only?.view && only.source.op === "read" ? { call: iterable, callee, source: only.source, view: only.view } : undefined;
}

/** What a variable of the running call is bound to, if that is one thing: `pairs = d.items()`. */
function boundInCall(value: Value, within: FunctionNode): Value | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || within.head.kind === "module") return undefined;
  return value.place.owner === within.index ? onlyBinding(value.place.name, within) : undefined;
}

/** Whether calling the value runs code of the program, or may. */
function isPython(value: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (value.op === "function") return true;
  if (value.op === "constant") return false;
  const entities = resolver.resolve(value, within);
  return entities.some((entity) => entity.kind === "function" || entity.kind === "class" || entity.kind === "instance");
}

/** What is gone through, as far as it can be told. */
export type Iterated = "container" | "iterator" | "object" | "unknown";

/** Whether a value is a container that can be gone through again and again, an iterator that is used up, or an object of the program. */
export function iteratedKind(entities: readonly Entity[], { knowledge }: Resolver): Iterated {
  let kind: Iterated = entities.length === 0 ? "unknown" : "object";
  for (const entity of entities) {
    if (isIterator(entity, knowledge)) return "iterator";
    const isContainer =
      (entity.kind === "container" && entity.value.makes !== "tuple") ||
      (entity.kind === "object" && knowledge.type(entity.type)?.is.role === "container");
    if (isContainer) kind = "container";
  }
  return kind;
}

function isIterator(entity: Entity, knowledge: Resolver["knowledge"]): boolean {
  switch (entity.kind) {
    case "container":
      return entity.value.makes === "generator";
    case "object":
      return knowledge.type(entity.type)?.is.role === "iterator" || isFile(entity);
    default:
      return false;
  }
}

/** Whether the entity is an open file, whose lines are taken one after another; one opened as bytes has a lock of its own. */
function isFile(entity: Extract<Entity, { kind: "object" }>): boolean {
  if (!/^_?io\.(TextIOWrapper|FileIO)$/.test(entity.type)) return false;
  const mode = entity.origin?.call.arguments.find(({ name }, index) => name === "mode" || (name === "" && index === 1))?.value;
  return !(mode?.op === "constant" && String(mode.value).includes("b"));
}
