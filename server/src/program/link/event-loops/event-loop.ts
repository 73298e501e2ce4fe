import type { Range } from "../../../base/range.js";
import type { CallOperation, ConstantValue, NamePlace, Operation, ReadOperation, Value } from "../../operation.js";
import type { CallStep } from "../activity/moments.js";
import { decided, type KnownValues } from "../activity/truth.js";
import { type ClassNode, classKey, type Entity, entityKey, type FunctionNode, functionKey, type LinkedFile } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import { againWith, overviewOf } from "../memory/overviews.js";
import { sameStructure } from "../memory/same-structure.js";
import type { Callee } from "../resolution/callees.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import { someValue, walkOperations } from "../walk.js";
import { isHandedOn } from "./handed-generators.js";
import { isCoroutine, type LoopRoot, loopRoots } from "./loop-roots.js";

/** A function that runs in the thread of an event loop, on one way that leads there. */
export interface LoopVisit {
  readonly root: LoopRoot;
  readonly function: FunctionNode;
  /** Calls from the root to the function, outermost first. */
  readonly path: readonly CallStep[];
  /** Further roots that come onto this way. */
  readonly others: () => readonly LoopRoot[];
  /** `unsure`: some call on the way may as well run another function. */
  readonly way: "sure" | "unsure";
  /** What runs on this way, as far as constant arguments decide, of that which the search concerns; outer operations before those inside. */
  readonly operations: readonly Operation[];
  /** The parameters that are known to be one constant on this way. */
  readonly constants: ReadonlyMap<string, ConstantValue>;
}

/** What somebody looks for in the threads of event loops. */
export interface LoopSearch {
  /** Unique among all searches. */
  readonly name: string;
  /** Roots that come before the rest. */
  matters(root: LoopRoot): boolean;
  /** Whether the operation is worth a look, whatever way leads to it. May ask the resolver, and nothing else of the program. */
  concerns(operation: Operation, within: FunctionNode): boolean;
}

/**
 * Everything that runs in the threads of event loops: coroutine functions, callbacks, and the functions that they call where they stand, those
 * nearest to a root first. What is only handed over, to an executor or a thread, is called by nobody here and so not among them.
 */
export function loopVisits(program: Program, searchIn: (program: Program) => LoopSearch): readonly LoopVisit[] {
  const walker = new Walker(program, searchIn);
  walker.walkAll();
  return walker.visits;
}

/**
 * What a parameter is on one way: a constant, functions that were passed, all that `*rest` or `**options` have gathered, or something of which no more is
 * known than that it was passed.
 */
type Given =
  | { readonly constant: ConstantValue }
  | { readonly code: readonly Entity[] }
  | { readonly gathered: ReadonlyMap<string, Given | undefined> }
  | "something";

interface State {
  readonly root: LoopRoot;
  readonly function: FunctionNode;
  readonly path: readonly CallStep[];
  readonly way: LoopVisit["way"];
  readonly given: ReadonlyMap<string, Given>;
  /** The class of the object that a method runs on. */
  readonly self: ClassNode | undefined;
  readonly from: State | undefined;
  /** The name by which it was called: that of the function that a decorator put this one around. */
  readonly calledAs: string;
  /** The roots that came here later. */
  readonly others: LoopRoot[];
}

/** What of a state decides over what a function does in it. */
type Setting = Pick<State, "function" | "given" | "self" | "calledAs">;

/** What a function does in one state, whoever came there on whichever way. */
interface Stay {
  readonly operations: readonly Operation[];
  readonly constants: ReadonlyMap<string, ConstantValue>;
  readonly steps: readonly Step[];
}

/** A call that leads on from a function. */
interface Step {
  readonly function: FunctionNode;
  readonly call: Range;
  readonly way: LoopVisit["way"];
  readonly given: ReadonlyMap<string, Given>;
  readonly self: ClassNode | undefined;
  readonly calledAs: string;
}

class Walker {
  readonly visits: LoopVisit[] = [];
  private readonly seen = new Map<string, State>();
  private queue: State[] = [];

  private readonly search: LoopSearch;

  constructor(
    private readonly program: Program,
    private readonly searchIn: (program: Program) => LoopSearch,
  ) {
    this.search = searchIn(program);
  }

  walkAll(): void {
    const roots = loopRoots(this.program);
    const first = new Set(roots.filter((root) => this.search.matters(root)));
    this.walk([...first]);
    this.walk(roots.filter((root) => !first.has(root)));
  }

  /** Breadth first, so that each function is found on its shortest way. */
  private walk(roots: readonly LoopRoot[]): void {
    this.queue = [];
    for (const root of roots) {
      this.add({
        root,
        function: root.function,
        path: [],
        way: "sure",
        given: new Map(),
        self: undefined,
        from: undefined,
        calledAs: root.function.head.name,
        others: [],
      });
    }
    for (const state of this.queue) this.visit(state);
  }

  private add(state: State): void {
    const key = `${functionKey(state.function)} ${keyOf(state, classKey, entityKey)}`;
    const known = this.seen.get(key);
    if (known && known.root !== state.root && known.others.length < maximumOthers && !known.others.includes(state.root))
      known.others.push(state.root);
    if (known || this.queue.length >= maximumVisits) return;
    this.seen.set(key, state);
    this.queue.push(state);
  }

  private visit(state: State): void {
    const { root, function: node, path, way } = state;
    // What asks whether a loop is running, or which thread it is in, knows what it does.
    if (path.length > 0 && looksWhereItRuns(this.program, node)) return;
    const { given, self, calledAs } = state;
    const { operations, constants, steps } = this.stayIn({ function: node, given, self, calledAs });
    this.visits.push({ root, function: node, path, others: () => othersOf(state), way, operations, constants });
    if (path.length >= maximumDepth) return;
    for (const { call, ...step } of steps) {
      this.add({
        ...step,
        root,
        path: [...path, { function: node, call }],
        way: step.way === "unsure" ? "unsure" : way,
        from: state,
        others: [],
      });
    }
  }

  stayIn(setting: Setting): Stay {
    const { resolver } = this.program;
    const { searchIn } = this;
    const { function: node } = setting;
    const identity = (part: object): number => resolver.identityOf(part);
    const key = `${this.search.name} ${identity(node)} ${keyOf(setting, identity, (entity) => this.identityOfCode(entity))}`;
    return resolver.remembered(node.file, key, () => this.stay(setting), sameStructure, againWith(stayIn, searchIn, setting));
  }

  private identityOfCode(entity: Entity): string {
    const { resolver } = this.program;
    return entity.kind === "function"
      ? `${resolver.identityOf(entity.function)} ${entity.receiver ? entityKey(entity.receiver) : ""}`
      : entityKey(entity);
  }

  private stay(state: Setting): Stay {
    const { function: node, given } = state;
    const operations: Operation[] = [];
    this.collect(node.facts.body, state, operations);
    const constants = new Map(
      [...given].flatMap(([name, value]) => (value !== "something" && "constant" in value ? [[name, value.constant] as const] : [])),
    );
    const steps: Step[] = [];
    const awaited = awaitedIn(node);
    for (const operation of operations) {
      if (operation.op === "call") this.follow(operation, state, awaited, steps);
      if (operation.op === "with" && !operation.isAsync) this.manage(operation.context, state, steps);
      if (operation.op === "read") this.look(operation, state, steps);
    }
    return { operations: operations.filter((operation) => this.search.concerns(operation, node)), constants, steps };
  }

  /** Lists what runs; returns whether the list surely leaves what is around it. */
  private collect(list: readonly Operation[], state: Setting, into: Operation[]): boolean {
    for (const operation of list) {
      into.push(operation);
      switch (operation.op) {
        case "return":
        case "raise":
        case "break":
        case "continue":
          return true;
        case "loop":
          this.collect(operation.body, state, into);
          break;
        case "with":
          this.collect(operation.body, state, into);
          break;
        case "branch": {
          const { test, arms } = operation;
          const taken = decided(operation, knownIn(state));
          if (taken !== undefined) {
            if (this.collect(arms[taken ? 0 : 1] ?? [], state, into)) return true;
            break;
          }
          const leaving = arms.map((arm) => this.collect(arm, state, into));
          if (test && arms.length > 1 && leaving.every((leaves) => leaves)) return true;
          break;
        }
        case "attempt": {
          const leaves = this.collect(operation.body, state, into);
          const handled = operation.handlers.map((handler) => this.collect(handler, state, into));
          const otherwise = this.collect(operation.otherwise, state, into);
          if (this.collect(operation.final, state, into)) return true;
          if ((leaves || otherwise) && handled.every((each) => each)) return true;
          break;
        }
        default:
          break;
      }
    }
    return false;
  }

  private follow(call: CallOperation, state: Setting, awaited: ReadonlySet<Value>, steps: Step[]): void {
    const candidates = this.callees(call, state);
    const how = awaited.has(call) ? "awaited" : "called";
    // What is awaited is the coroutine, where it may be one.
    if (how === "awaited" && candidates.some(({ function: node }) => isCoroutine(node))) return;
    const callees = candidates.filter(
      ({ function: node }) => runsInPlace(node, how) && !(node.head.isGenerator && isHandedOn(call, state.function, this.program)),
    );
    const names = new Map<string, Set<FunctionNode>>();
    for (const { function: node } of callees) names.set(node.head.name, (names.get(node.head.name) ?? new Set()).add(node));
    const most = Math.max(0, ...[...names.values()].map((nodes) => nodes.size));
    if (most > maximumChoices) return;
    for (const callee of callees) steps.push(this.entered(callee, call, state, most > 1 ? "unsure" : "sure"));
  }

  private callees(call: CallOperation, state: Setting): readonly Callee[] {
    const { function: node, given, self } = state;
    const { resolver } = this.program;
    const { callee } = call;
    // `wraps(function)` stands for the function, but calling it decorates another.
    if (callee.op === "call" && lastNameOf(callee.callee) === "wraps") return [];
    if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === node.index) {
      const { name } = callee.place;
      if (node.head.parameters.some((parameter) => parameter.name === name)) {
        // What other callers pass is called on other ways.
        const passed = given.get(name);
        return passed && passed !== "something" && "code" in passed
          ? passed.code.flatMap((entity) => (entity.kind === "function" ? [entity] : []))
          : [];
      }
    }
    const around = callee.op === "read" && callee.place.kind === "name" ? parameterAround(callee.place, node) : undefined;
    // Of all functions that a decorator is put on, the one that was called.
    if (around) return resolver.callees(call, node).filter(({ function: wrapped }) => wrapped.head.name === state.calledAs);
    const object = receiverOf(call);
    if (object && callee.op === "read" && callee.place.kind === "attribute") {
      if (self && isSelf(object, node)) {
        const method = resolver.method(self, callee.place.name);
        if (method && !decoratorNames(method).includes("staticmethod"))
          return [{ function: method, receiver: { kind: "instance", class: self } }];
      }
      // That no other class of the file has such a method says little.
      if (resolver.resolve(object, node).length === 0) return [];
    }
    return resolver.callees(call, node);
  }

  private entered({ function: node, receiver }: Callee, call: CallOperation, state: Setting, way: LoopVisit["way"]): Step {
    const given = new Map<string, Given>();
    const { values, isOpen } = this.passedBy(call, state);
    const taken = new Set<string>();
    node.head.parameters.slice(receiver ? 1 : 0).forEach(({ name, form, default: otherwise }, index) => {
      if (form === "star" || form === "double-star") {
        const isMeant = (key: string): boolean => !taken.has(key) && (form === "star") === /^\d/.test(key);
        const rest = [...values]
          .filter(([key]) => isMeant(key))
          .map(([key, each]) => [form === "star" ? `${Number(key) - index}` : key, each] as const);
        if (!isOpen) given.set(name, { gathered: new Map(rest) });
        return;
      }
      const key = form !== "keyword-only" && values.has(`${index}`) ? `${index}` : name;
      const preset = !isOpen && otherwise?.op === "constant" ? { constant: otherwise } : undefined;
      const value = values.has(key) ? values.get(key) : preset;
      taken.add(key);
      if (value) given.set(name, value);
    });
    const self = receiver?.kind === "instance" ? receiver.class : undefined;
    return { function: node, call: { start: call.start, end: call.end }, way, given, self, calledAs: lastNameOf(call.callee) };
  }

  /** What a call passes, by place and by name; `isOpen`: it passes more of which nothing is known. */
  private passedBy(
    call: CallOperation,
    state: Setting,
  ): { readonly values: ReadonlyMap<string, Given | undefined>; readonly isOpen: boolean } {
    const values = new Map<string, Given | undefined>();
    let place = 0;
    let isOpen = false;
    for (const { form, name, value } of call.arguments) {
      if (form === "positional" || form === "keyword") {
        const given = this.given(value, state);
        if (!isOpen || form === "keyword") values.set(form === "keyword" ? name : `${place++}`, given);
        continue;
      }
      const given = this.given(value, state);
      if (given === undefined || given === "something" || !("gathered" in given)) {
        isOpen = true;
        continue;
      }
      for (const [key, each] of given.gathered) values.set(form === "star" ? `${place++}` : key, each);
    }
    return { values, isOpen };
  }

  private given(argument: Value, { function: node, given }: Setting): Given | undefined {
    if (argument.op === "constant") return { constant: argument };
    if (argument.op === "function" || argument.op === "read") {
      const { place } = argument.op === "read" ? argument : { place: undefined };
      if (place?.kind === "name" && place.owner === node.index && node.head.parameters.some(({ name }) => name === place.name))
        return node.bound(place.name) !== undefined ? undefined : given.get(place.name);
      const code = this.program.resolver.resolve(argument, node).filter((entity) => entity.kind === "function");
      return code.length === 1 ? { code } : "something";
    }
    return "something";
  }

  /** Reading a property runs its method. */
  private look({ place, start, end }: ReadOperation, state: Setting, steps: Step[]): void {
    if (place.kind !== "attribute" || !propertyNames(this.program).has(place.name)) return;
    this.runs(place.object, [place.name], { start, end }, state, steps, isProperty);
  }

  /** `with object:` runs two methods of the object. */
  private manage(context: Value, state: Setting, steps: Step[]): void {
    this.runs(context, ["__enter__", "__exit__"], context, state, steps, () => true);
  }

  private runs(
    object: Value,
    names: readonly string[],
    { start, end }: Range,
    state: Setting,
    steps: Step[],
    fits: (method: FunctionNode) => boolean,
  ): void {
    const { resolver } = this.program;
    const entities = resolver.resolve(object, state.function).filter((entity) => entity.kind === "instance");
    const [entity] = entities;
    // What may be of several classes may be of one without such a method.
    if (!entity || entities.length > 1) return;
    const self = isSelf(object, state.function) ? (state.self ?? entity.class) : entity.class;
    for (const name of names) {
      const method = resolver.method(self, name);
      if (!method || !fits(method) || isCoroutine(method)) continue;
      steps.push({ function: method, call: { start, end }, way: "sure", given: new Map(), self, calledAs: name });
    }
  }
}

function stayIn(program: Program, searchIn: (program: Program) => LoopSearch, setting: Setting): Stay {
  return new Walker(program, searchIn).stayIn(setting);
}

/** Equal for states in which a function does the same. */
function keyOf(
  { function: node, calledAs, self, given }: Setting,
  keyOfClass: (node: ClassNode) => string | number,
  keyOfCode: (entity: Entity) => string,
): string {
  const parts: (string | number)[] = [];
  if (node.head.parent !== 0 && calledAs !== node.head.name) parts.push(`as ${calledAs}`);
  if (self) parts.push(keyOfClass(self));
  for (const [name, each] of given) parts.push(`${name}=${givenKey(each, keyOfCode)}`);
  return parts.join(" ");
}

/** The roots that come to the state, or to one on the way to it. */
function othersOf(state: State): readonly LoopRoot[] {
  const others = new Set<LoopRoot>();
  for (let current: State | undefined = state; current; current = current.from) for (const root of current.others) others.add(root);
  others.delete(state.root);
  return [...others];
}

function givenKey(given: Given, keyOfCode: (entity: Entity) => string): string {
  if (given === "something") return given;
  if ("constant" in given) return `${given.constant.type} ${given.constant.value}`;
  if ("code" in given) return given.code.map(keyOfCode).join();
  return `(${[...given.gathered].map(([name, each]) => `${name}=${each ? givenKey(each, keyOfCode) : ""}`).join()})`;
}

const maximumDepth = 8;
const maximumVisits = 40_000;
const maximumOthers = 4;
/** With more candidates than that, nothing is known of what a call runs. */
const maximumChoices = 3;

/** Whether calling the function runs its body there and then: coroutines only make an object, and some decorators hand the function over. */
function runsInPlace(node: FunctionNode, how: "awaited" | "called"): boolean {
  if (isCoroutine(node)) return false;
  const decorators = decoratorNames(node).filter((name) => !plainDecorators.has(name));
  // A plain function that returns nothing cannot be awaited, so it is not what is called, or a decorator made something else of it.
  if (how === "awaited" && (decorators.length > 0 || !node.returned.some((value) => value.op !== "constant"))) return false;
  return !decorators.some((name) => handingOver.test(name));
}

const plainDecorators: ReadonlySet<string> = new Set(["staticmethod", "classmethod", "property", "override", "overload", "abstractmethod"]);

/** Names of decorators that run the function elsewhere, or later. */
const handingOver = /thread|executor|async|background|task|process|actor|remote|delay|greenlet|defer|fixture/i;

function isProperty(node: FunctionNode): boolean {
  return decoratorNames(node).some((name) => name === "property" || name === "cached_property");
}

/** The names under which some class of the program has a property. */
function propertyNames(program: Program): ReadonlySet<string> {
  return overviewOf(program, "property methods", ({ files }) => {
    const namesIn = (file: LinkedFile): readonly string[] =>
      file.derive("property methods", () =>
        file.functions.filter((node) => node.head.class !== undefined && isProperty(node)).map(({ facts }) => facts.name),
      );
    return new Set(files.flatMap(namesIn));
  });
}

/** Whether the name is a parameter of a function around this one. */
function parameterAround({ name, owner }: NamePlace, node: FunctionNode): boolean {
  const outer = owner > 0 && owner !== node.index ? node.file.functionAt(owner) : undefined;
  return outer?.head.parameters.some((parameter) => parameter.name === name) ?? false;
}

function isSelf(value: Value, node: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || node.head.class === undefined) return false;
  return value.place.owner === node.index && value.place.name === node.head.parameters[0]?.name;
}

/** What the constants that were passed decide. */
function knownIn(state: Setting): KnownValues {
  const holds = (value: Value): boolean | undefined => {
    if (value.op === "constant") return typeof value.value === "string" ? value.value !== "" : value.value !== 0 && value.type !== "none";
    const given = constantOf(value, state) ?? flagOf(value, state.function);
    return given && holds(given);
  };
  return {
    holds,
    equals: (value, constant) => {
      // Whoever passes something means it to be used in the place of a default.
      if (constant.type === "none" && isPassed(value, state)) return false;
      const given = constantOf(value, state);
      return given && given.type === constant.type && given.value === constant.value;
    },
  };
}

function constantOf(value: Value, { function: node, given }: Setting): ConstantValue | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return undefined;
  const found = node.bound(value.place.name) !== undefined ? undefined : given.get(value.place.name);
  return found && found !== "something" && "constant" in found ? found.constant : undefined;
}

/** The truth value that the module gives a name once and for all: `_IS_SYNC = False`. */
function flagOf(value: Value, { file }: FunctionNode): ConstantValue | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return undefined;
  const module = file.functionAt(0);
  const [only, ...more] = module?.bound(value.place.name) ?? [];
  if (only?.op !== "constant" || only.type !== "bool" || more.length > 0) return undefined;
  return module?.head.rebound.has(value.place.name) ? undefined : only;
}

function isPassed(value: Value, { function: node, given }: Setting): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
  return given.get(value.place.name) === "something" && (node.bound(value.place.name) ?? []).every((bound) => bound.start > value.start);
}

/** The values that are awaited where they are made, or that are given to a call of asyncio that awaits them. */
export function awaitedIn(node: FunctionNode): ReadonlySet<Value> {
  return node.view(awaitedValues);
}

const awaitedValues = functionView(({ index, isAsync, bindings, body }): ReadonlySet<Value> => {
  const awaited = new Set<Value>();
  const add = (value: Value): void => {
    awaited.add(value);
    if (value.op === "choice") value.values.forEach(add);
    if (value.op === "comprehension") add(value.element);
    if (value.op === "display") value.elements.forEach(add);
    if (value.op === "call" && awaiting.has(lastNameOf(value.callee))) for (const argument of value.arguments) add(argument.value);
    if (value.op === "read" && value.place.kind === "name" && value.place.owner === index) {
      const bound = bindings.get(value.place.name) ?? [];
      if (bound.length === 1 && bound[0]?.op === "call") awaited.add(bound[0]);
    }
  };
  walkOperations(body, (operation) => {
    if (operation.op === "await") add(operation.value);
    if (operation.op === "yield" && operation.value && !isAsync) add(operation.value);
    if (operation.op === "loop" && operation.isAsync && operation.iterable) add(operation.iterable);
    if (operation.op === "with" && operation.isAsync) add(operation.context);
    if (operation.op === "call" && awaiting.has(lastNameOf(operation.callee)))
      for (const argument of operation.arguments) add(argument.value);
  });
  return awaited;
});

/** Calls whose arguments can be awaited. */
const awaiting: ReadonlySet<string> = new Set(
  "gather wait wait_for shield create_task ensure_future run_coroutine_threadsafe start_soon move_on_after as_completed spawn add_task enter_async_context ensure_async maybe_await maybe_async await_maybe".split(
    " ",
  ),
);

/** Whether the function asks if an event loop is running in its thread, or compares threads, by itself or through another function. */
function looksWhereItRuns(program: Program, node: FunctionNode): boolean {
  const { resolver } = program;
  return resolver.rememberedOf(
    node,
    "looks where it runs",
    () => findWhetherItLooks(node, resolver),
    false,
    againWith(looksWhereItRuns, node),
  );
}

function findWhetherItLooks(node: FunctionNode, resolver: Resolver): boolean {
  const asks = (value: Value): boolean =>
    value.op === "call" && resolver.callees(value, node).some(({ function: asked }) => asked !== node && asksForLoop(asked));
  return asksForLoop(node) || node.view(tests).some((test) => someValue(test, asks));
}

const tests = functionView(({ body }): readonly Value[] => {
  const found: Value[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "branch" && operation.test) found.push(operation.test);
  });
  return found;
});

function asksForLoop(node: FunctionNode): boolean {
  return node.view(askingForLoop);
}

const askingForLoop = functionView(({ body }): boolean => {
  let asks = false;
  walkOperations(body, (operation) => {
    if (operation.op === "attempt" && operation.handlers.length > 0) asks ||= operation.body.some(isRunningLoop);
    asks ||= operation.op === "call" && telling.has(lastNameOf(operation.callee));
  });
  return asks;
});

function isRunningLoop(operation: Operation): boolean {
  return operation.op === "call" && /^(get_running_loop|get_event_loop)$/.test(lastNameOf(operation.callee));
}

/** Calls that tell whether a loop is running in this thread, or which thread it is. */
const telling: ReadonlySet<string> = new Set(
  "_get_running_loop is_running current_async_library in_async_context current_thread currentThread get_ident get_native_id".split(" "),
);
