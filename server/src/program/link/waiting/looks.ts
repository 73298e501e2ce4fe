import { indexed } from "../../../base/indexed.js";
import type { Range } from "../../../base/range.js";
import { rangeOf } from "../../../base/range.js";
import type { CallArgument, CallOperation, LoopOperation, Operation, Place, Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import { functionKey } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { looksLikeLock } from "../locks/locks.js";
import { isStub } from "../resolution/overrides.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import { leaves } from "../state/compound.js";
import { innerOperations, innerValues, walkOperations } from "../walk.js";

/** Something that code looks at to learn whether somebody else has acted, and that looking does not change. */
export interface Look extends Range {
  /** `state`: a variable, an attribute or a container of the program; the others are objects that are made to be waited for. */
  readonly at: "state" | WaitedFor;
  /** The state, or the object whose method tells: `done`, `event` of `event.is_set()`. */
  readonly value: Value;
  /** The method that tells; empty for state. */
  readonly tells: string;
  /** In whose scope the value is to be read. */
  readonly in: FunctionNode;
  /** Who changes it. */
  readonly scope: "threads" | "processes" | "tasks";
  /** Whether the answer is turned round: `not event.is_set()`. */
  readonly asked: "plainly" | "negated";
}

/** What can be waited for without looking again and again. */
export type WaitedFor = "event" | "queue" | "room" | "future" | "thread" | "process" | "lock";

/** What a call is to somebody who only waits. */
export type Step =
  | { readonly does: "nothing" }
  /** It tells a reader that the wait goes on. */
  | { readonly does: "says" }
  | { readonly does: "looks"; readonly look: Look }
  /** It takes something, or raises one of these errors if there is nothing to take. */
  | { readonly does: "tries"; readonly look: Look; readonly errors: readonly string[] }
  /** It lets time pass, or only offers the others their turn. */
  | { readonly does: "sleeps" | "yields" }
  | { readonly does: "work" };

const nothing: Step = { does: "nothing" };
const work: Step = { does: "work" };

/** Tells what looks at shared state, and what does nothing but look. */
export class Looking {
  private readonly pure = new Map<string, Purity | "being asked">();
  /** What calls are that were asked about, but those on the way through a function: there, a function that is being asked is taken to work. */
  private readonly steps = new Map<CallOperation, Step>();
  /** How many functions are being asked, each because one before it calls it. */
  private depth = 0;

  constructor(private readonly resolver: Resolver) {}

  /** What the value depends on that others can change. `loop`: variables that it binds are looked through. */
  looksIn(value: Value, within: FunctionNode, loop: LoopOperation | undefined, depth = 0): readonly Look[] {
    if (depth > maximumDepth) return [];
    const inside = (values: readonly Value[]): readonly Look[] => values.flatMap((each) => this.looksIn(each, within, loop, depth + 1));
    switch (value.op) {
      case "read": {
        const property = this.propertyOf(value.place, within);
        if (property) return this.purityOf(property)?.looks.map((look) => ({ ...look, ...rangeOf(value) })) ?? [];
        return this.state(value, within, loop, depth);
      }
      case "call": {
        const step = this.step(value, within);
        if (step.does === "looks" || step.does === "tries") return [step.look];
        const called = this.calledPurely(value, within);
        if (called.length > 0) return called.map((look) => ({ ...look, ...rangeOf(value) }));
        const { callee } = value;
        const object = callee.op === "read" && callee.place.kind === "attribute" ? [callee.place.object] : [];
        return step.does === "nothing" ? inside([...object, ...value.arguments.map((argument) => argument.value)]) : [];
      }
      case "await":
        return [];
      case "compute":
        if (value.operator === "not") return inside(value.operands).map(turned);
        return isComparison.test(value.operator) ? withoutMeasures(inside(value.operands), value.operands) : inside(value.operands);
      default:
        return inside(innerValues(value));
    }
  }

  private state(
    value: Extract<Value, { op: "read" }>,
    within: FunctionNode,
    loop: LoopOperation | undefined,
    depth: number,
  ): readonly Look[] {
    const { place } = value;
    const found: readonly Look[] = [
      { at: "state", value, tells: "", in: within, scope: "threads", asked: "plainly", start: value.start, end: value.end },
    ];
    switch (place.kind) {
      case "name": {
        if (place.owner < 0) return [];
        const bound = loop && place.owner === within.index ? boundIn(place.name, loop, within) : [];
        // What the loop puts into its own copy, nobody else does.
        if (loop && bound.length > 0 && storedInto(loop).has(place.name)) return [];
        if (bound.length > 0 && within.head.kind !== "module") return bound.flatMap((each) => this.looksIn(each, within, loop, depth + 1));
        return this.isRebound(place.name, place.owner, within) || this.resolver.resolve(value, within).some(isContainerEntity) ? found : [];
      }
      case "attribute": {
        const objects = this.resolver.resolve(place.object, within);
        const isForeign =
          objects.length > 0 && objects.every(({ kind }) => kind === "external" || kind === "object" || kind === "container");
        return isForeign ? [] : found;
      }
      case "element":
        return [
          {
            at: "state",
            value: place.object,
            tells: "",
            in: within,
            scope: "threads",
            asked: "plainly",
            start: value.start,
            end: value.end,
          },
        ];
    }
  }

  /** Whether functions inside the one that owns the variable give it another value. */
  private isRebound(name: string, owner: number, within: FunctionNode): boolean {
    const holder = within.file.functionAt(owner);
    return holder?.head.rebound.has(name) ?? false;
  }

  /** What a call is to somebody who only waits. */
  step(call: CallOperation, within: FunctionNode): Step {
    let step = this.steps.get(call);
    if (!step) {
      step = this.findStep(call, within);
      if (this.depth === 0) this.steps.set(call, step);
    }
    return step;
  }

  private findStep(call: CallOperation, within: FunctionNode): Step {
    const { callee } = call;
    if (callee.op === "read" && callee.place.kind === "attribute") {
      const { object, name } = callee.place;
      const known = this.method(call, object, name, within);
      if (known) return known;
    }
    // What is passed may do anything.
    if (isParameter(callee, within)) return work;
    const names = this.resolver.externalCallees(call, within);
    const rest = names.map((name) => sleepOf(name, call)).find((each) => each !== undefined);
    if (rest) return { does: rest };
    if (names.length > 0 && names.every((name) => saying.test(name))) return { does: "says" };
    if (names.includes("builtins.print")) return call.arguments.every(({ value }) => value.op === "constant") ? { does: "says" } : work;
    if (names.some((name) => counting.test(name)))
      return {
        does: "looks",
        look: { at: "thread", value: callee, tells: "count", in: within, scope: "threads", asked: "plainly", ...rangeOf(call) },
      };
    if (names.length > 0 && names.every(isHarmless)) return nothing;
    const callees = this.resolver.callees(call, within);
    if (names.length > 0 || callees.length === 0) return work;
    const purities = callees.map((each) => this.purityOf(each.function));
    if (purities.includes(undefined)) return work;
    return purities.some((purity) => purity?.says === "something") ? { does: "says" } : nothing;
  }

  /** Looks and tries that methods of well-known objects are. */
  private method(call: CallOperation, object: Value, name: string, within: FunctionNode): Step | undefined {
    const entities = this.resolver.resolve(object, within);
    const at = (kind: WaitedFor, scope: Look["scope"]): Look => ({
      at: kind,
      value: object,
      tells: name,
      in: within,
      scope,
      asked: "plainly",
      start: call.start,
      end: call.end,
    });
    if (entities.length === 0) {
      const isTask = name === "done" && this.isTask(object, within);
      return isTask ? { does: "looks", look: at("future", "tasks") } : byName(call, object, name, at);
    }
    for (const entity of entities) {
      for (const type of this.typesOf(entity, name)) {
        const found = this.methodOfType(call, type, name, at);
        if (found) return found;
      }
      // `results.get(key)` of a dict takes nothing out.
      if (isContainerEntity(entity) && lookups.has(name)) return nothing;
    }
    if (emptying.has(name) && entities.some(isContainerEntity)) {
      const look: Look = {
        at: "state",
        value: object,
        tells: "",
        in: within,
        scope: "threads",
        asked: "plainly",
        start: call.start,
        end: call.end,
      };
      return { does: "tries", look, errors: ["IndexError", "KeyError", "LookupError"] };
    }
    return undefined;
  }

  private methodOfType(
    call: CallOperation,
    type: string,
    name: string,
    at: (kind: WaitedFor, scope: Look["scope"]) => Look,
  ): Step | undefined {
    if (type === "subprocess.Popen") return name === "poll" ? { does: "looks", look: at("process", "processes") } : undefined;
    if (/^asyncio\.(Task|Future)$/.test(type)) return name === "done" ? { does: "looks", look: at("future", "tasks") } : undefined;
    const role = this.resolver.knowledge.type(type)?.is;
    switch (role?.role) {
      case "event":
        if (name === "is_set" || name === "isSet" || (name === "wait" && isInstant(call, 0, "timeout")))
          return { does: "looks", look: at("event", scopeOf(role.scope)) };
        return undefined;
      case "future":
        return name === "done" || name === "ready" || name === "running" ? { does: "looks", look: at("future", "threads") } : undefined;
      case "queue": {
        const scope = scopeOf(role.scope);
        if (name === "empty" || name === "qsize") return { does: "looks", look: at("queue", scope) };
        if (name === "full") return { does: "looks", look: at("room", scope) };
        if (name === "get_nowait" || (name === "get" && isUnblocked(call)))
          return { does: "tries", look: at("queue", scope), errors: ["Empty", "QueueEmpty"] };
        if (name === "put_nowait") return { does: "tries", look: at("room", scope), errors: ["Full", "QueueFull"] };
        return undefined;
      }
      case "worker": {
        const scope = role.worker === "thread" ? "threads" : "processes";
        const kind = role.worker === "thread" ? "thread" : "process";
        if (name === "is_alive" || name === "isAlive" || name === "isRunning" || name === "isFinished")
          return { does: "looks", look: at(kind, scope) };
        return role.join.includes(name) && isInstant(call, 0, "timeout") ? nothing : undefined;
      }
      case "lock":
        if (name === "locked") return { does: "looks", look: at("lock", scopeOf(role.scope)) };
        return name === "acquire" && isUnblocked(call) ? { does: "looks", look: at("lock", scopeOf(role.scope)) } : undefined;
      default:
        return undefined;
    }
  }

  /** Whether the value is what starting a task returned. */
  private isTask(value: Value, within: FunctionNode): boolean {
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
    const bound = within.bound(value.place.name) ?? [];
    return bound.some((each) => each.op === "call" && this.resolver.externalCallees(each, within).some((name) => startingTask.test(name)));
  }

  private typesOf(entity: Entity, method: string): readonly string[] {
    if (entity.kind === "object") return [entity.type];
    if (entity.kind !== "instance" || this.resolver.method(entity.class, method)) return [];
    return this.resolver.classOrder(entity.class).externals;
  }

  private calledPurely(call: CallOperation, within: FunctionNode): readonly Look[] {
    return this.resolver.callees(call, within).flatMap((callee) => this.purityOf(callee.function)?.looks ?? []);
  }

  /** The method that reading the place runs. */
  propertyOf(place: Place, within: FunctionNode): FunctionNode | undefined {
    if (place.kind !== "attribute") return undefined;
    for (const entity of this.resolver.resolve(place.object, within)) {
      const method = entity.kind === "instance" ? this.resolver.method(entity.class, place.name) : undefined;
      if (method && decoratorNames(method).some((name) => name.endsWith("property"))) return method;
    }
    return undefined;
  }

  /** What a function looks at, if it does nothing but look. */
  purityOf(node: FunctionNode): Purity | undefined {
    const key = functionKey(node);
    const known = this.pure.get(key);
    if (known) return known === "being asked" || known.does === "work" ? undefined : known;
    if (this.depth === mostCalls) return undefined;
    this.depth++;
    this.pure.set(key, "being asked");
    const isOpen = node.head.isAsync || node.head.isGenerator || isStub(node);
    const says = isOpen ? undefined : this.purityOfList(node.facts.body, node);
    const tests = testsIn(node.facts.body);
    const looks = says ? [...node.returned, ...tests].flatMap((value) => this.looksIn(value, node, undefined)) : [];
    const purity: Purity = says ? { does: "looks", says, looks } : { does: "work", says: "nothing", looks: [] };
    this.pure.set(key, purity);
    this.depth--;
    return says ? purity : undefined;
  }

  private purityOfList(list: readonly Operation[], node: FunctionNode): Purity["says"] | undefined {
    let says: Purity["says"] = "nothing";
    for (const operation of list) {
      const found = this.purityOfOperation(operation, node);
      if (!found) return undefined;
      if (found === "something") says = "something";
    }
    return says;
  }

  private purityOfOperation(operation: Operation, node: FunctionNode): Purity["says"] | undefined {
    switch (operation.op) {
      case "read": {
        const property = this.propertyOf(operation.place, node);
        return property ? this.purityOf(property)?.says : "nothing";
      }
      case "call": {
        const step = this.step(operation, node);
        if (step.does === "says") return "something";
        const takes = step.does === "looks" && step.look.at === "lock" && !isNamed(operation, "locked");
        return step.does === "nothing" || (step.does === "looks" && !takes) ? "nothing" : undefined;
      }
      case "branch":
        return this.purityOfList(operation.arms.flat(), node);
      case "with":
        return this.isLock(operation.context, node) ? this.purityOfList(operation.body, node) : undefined;
      case "attempt":
        return this.purityOfList([...operation.body, ...operation.handlers.flat(), ...operation.otherwise, ...operation.final], node);
      case "loop":
        return operation.form === "while" || operation.isAsync ? undefined : this.purityOfList(operation.body, node);
      case "compute":
      case "return":
      case "raise":
      case "break":
      case "continue":
        return "nothing";
      case "write":
      case "await":
      case "yield":
        return undefined;
    }
  }

  /** Whether `with` only takes a lock there, which is given back at once. */
  isLock(context: Value, within: FunctionNode): boolean {
    const entities = this.resolver.resolve(context, within);
    if (entities.length === 0) return looksLikeLock(context);
    return entities.some((entity) => {
      const role = entity.kind === "object" ? this.resolver.knowledge.type(entity.type)?.is.role : undefined;
      return role === "lock" || role === "condition";
    });
  }
}

/** What a function does for whoever calls it. */
interface Purity {
  readonly does: "looks" | "work";
  readonly says: "something" | "nothing";
  readonly looks: readonly Look[];
}

/** The answer that the loop waits for, as far as its test or a way out of it says. */
export function awaitedAnswer({ asked, start, end }: Look, loop: LoopOperation): "yes" | "no" | "unknown" {
  const isIn = (test: Value | undefined): boolean => test !== undefined && test.start <= start && end <= test.end;
  if (isIn(loop.test)) return asked === "negated" ? "yes" : "no";
  return answerIn(loop.body, asked, isIn, "loop") ?? "unknown";
}

/** `around`: a `break` in a loop inside leaves only that one. */
function answerIn(
  list: readonly Operation[],
  asked: Look["asked"],
  isIn: (test: Value | undefined) => boolean,
  around: "loop" | "inner loop",
): "yes" | "no" | undefined {
  for (const operation of list) {
    if (operation.op === "branch" && isIn(operation.test)) {
      const ends = operation.arms.map((arm) => (leaves(arm) ? arm[arm.length - 1]?.op : undefined));
      const [then, otherwise] = ends.map((op) => op === "return" || op === "raise" || (op === "break" && around === "loop"));
      if (then) return asked === "plainly" ? "yes" : "no";
      if (otherwise) return asked === "plainly" ? "no" : "yes";
    }
    for (const part of innerOperations(operation)) {
      const found = answerIn(part, asked, isIn, operation.op === "loop" ? "inner loop" : around);
      if (found) return found;
    }
  }
  return undefined;
}

/** Names of methods that nothing has but what they are known from. */
function byName(call: CallOperation, object: Value, name: string, at: (kind: WaitedFor, scope: Look["scope"]) => Look): Step | undefined {
  if (name === "is_set" && call.arguments.length === 0) return { does: "looks", look: at("event", "threads") };
  if (name === "is_alive" && call.arguments.length === 0) return { does: "looks", look: at("thread", "threads") };
  if (name === "get_nowait" && call.arguments.length === 0)
    return { does: "tries", look: at("queue", "threads"), errors: ["Empty", "QueueEmpty"] };
  if (name === "empty" && call.arguments.length === 0 && /(^|_)(q|queue)$/i.test(lastNameOf(object)))
    return { does: "looks", look: at("queue", "threads") };
  if (sayingMethods.has(name) && /^_*log(ger|ging)?$/i.test(lastNameOf(object))) return { does: "says" };
  return undefined;
}

function isParameter(callee: Value, { facts }: FunctionNode): boolean {
  if (callee.op !== "read" || callee.place.kind !== "name") return false;
  const { name, owner } = callee.place;
  return owner === facts.index && facts.parameters.some((parameter) => parameter.name === name);
}

function turned(look: Look): Look {
  return { ...look, asked: look.asked === "plainly" ? "negated" : "plainly" };
}

const isComparison = /^(<|>|<=|>=|==|!=)$/;

/** `queue.qsize() < target` keeps a queue filled and waits for nobody. */
function withoutMeasures(looks: readonly Look[], operands: readonly Value[]): readonly Look[] {
  const isBound = operands.some(({ op }) => op === "constant");
  return isBound ? looks : looks.filter(({ at }) => at !== "queue");
}

/** The variables into whose elements the loop stores. */
const storedInto = indexed(({ body }: LoopOperation): ReadonlySet<string> => {
  const names = new Set<string>();
  walkOperations(body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "element") return;
    const { object } = operation.place;
    if (object.op === "read" && object.place.kind === "name") names.add(object.place.name);
  });
  return names;
});

/** What the loop binds to a variable of the function. */
export function boundIn(name: string, loop: Range, within: FunctionNode): readonly Value[] {
  return (within.bound(name) ?? []).filter((value) => value.start >= loop.start && value.end <= loop.end);
}

/** The last name of an expression; empty where there is none. */
function isNamed({ callee }: CallOperation, name: string): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === name;
}

function testsIn(list: readonly Operation[]): readonly Value[] {
  return list.flatMap((operation): readonly Value[] => {
    switch (operation.op) {
      case "branch":
        return [...(operation.test ? [operation.test] : []), ...testsIn(operation.arms.flat())];
      case "with":
      case "loop":
        return testsIn(operation.body);
      case "attempt":
        return testsIn([...operation.body, ...operation.handlers.flat(), ...operation.otherwise, ...operation.final]);
      default:
        return [];
    }
  });
}

function scopeOf(scope: "threads" | "processes" | "only-processes" | "tasks"): Look["scope"] {
  return scope === "only-processes" ? "processes" : scope;
}

function isContainerEntity(entity: Entity): boolean {
  if (entity.kind === "container") return entity.value.makes !== "generator" && entity.value.makes !== "tuple";
  return entity.kind === "object" && /^(builtins\.(list|dict|set)|collections\.\w+)$/.test(entity.type);
}

/** Whether the argument at the position, or of that name, is 0. */
function isInstant(call: CallOperation, position: number, name: string): boolean {
  return isZero(argument(call, position, name));
}

/** `get(False)`, `acquire(blocking=False)`, `get(timeout=0)`. */
function isUnblocked(call: CallOperation): boolean {
  return isZero(argument(call, 0, "block")) || isZero(argument(call, 0, "blocking")) || isZero(argument(call, 1, "timeout"));
}

function argument({ arguments: given }: CallOperation, position: number, name: string): CallArgument | undefined {
  return (
    given.find((each) => each.form === "keyword" && each.name === name) ??
    (given[position]?.form === "positional" ? given[position] : undefined)
  );
}

function isZero(given: CallArgument | undefined): boolean {
  return given?.value.op === "constant" && given.value.type !== "str" && given.value.type !== "none" && Number(given.value.value) === 0;
}

const sleeping: ReadonlySet<string> = new Set(["time.sleep", "asyncio.sleep", "trio.sleep", "anyio.sleep"]);

/** `sleep(0)` lets others go first, if any of them is ready to. */
function sleepOf(name: string, call: CallOperation): "sleeps" | "yields" | undefined {
  if (name === "os.sched_yield" || name === "trio.lowlevel.checkpoint") return "yields";
  if (!sleeping.has(name)) return undefined;
  return isZero(call.arguments[0]) ? "yields" : "sleeps";
}

const startingTask = /^asyncio\.(create_task|ensure_future|TaskGroup\.create_task|AbstractEventLoop\.create_task)$/;
const saying = /^logging\.(Logger\.|LoggerAdapter\.)?(debug|info|warning|warn|error|exception|critical|log)$/;
const sayingMethods: ReadonlySet<string> = new Set("debug info warning warn error exception critical log trace".split(" "));

const harmlessBuiltins: ReadonlySet<string> = new Set(
  "len bool int float str repr isinstance issubclass getattr hasattr id type min max any all sum list tuple set dict frozenset enumerate zip range reversed sorted abs round hash callable object divmod pow format".split(
    " ",
  ),
);
const harmlessModules = /^(math|random|operator)\./;
const clocks =
  /^(time\.(time|monotonic|perf_counter|process_time|thread_time)(_ns)?|time\.(strftime|gmtime|localtime|ctime)|datetime\.(datetime|timedelta|date)(\..*)?)$/;
const harmlessThreads = /^threading\.(current_thread|currentThread|get_ident|get_native_id|main_thread)$/;
/** They tell how many threads there are. */
const counting = /^threading\.(active_count|activeCount|enumerate)$/;
const methodsOfValues = /^builtins\.(str|int|float|bytes)\.\w+$/;

/** Whether a call of that name tells what time it is. */
export function isClockReading(name: string): boolean {
  return /^(time\.(time|monotonic|perf_counter)(_ns)?|datetime\.datetime\.(now|utcnow))$/.test(name);
}

/** Whether the call neither changes anything that others see nor waits. */
function isHarmless(name: string): boolean {
  const builtin = /^builtins\.(\w+)$/.exec(name)?.[1];
  if (builtin !== undefined) return harmlessBuiltins.has(builtin);
  return harmlessModules.test(name) || clocks.test(name) || harmlessThreads.test(name) || methodsOfValues.test(name);
}

const lookups: ReadonlySet<string> = new Set(["get", "keys", "values", "items", "copy", "count", "index", "issubset", "issuperset"]);
const emptying: ReadonlySet<string> = new Set(["pop", "popleft", "popitem"]);

const maximumDepth = 6;
/** What lies behind more calls than these is taken to do something. */
const mostCalls = 30;
