import { rangeOf } from "../base/range.js";
import { atLeast, knownTargets, targetName } from "../base/target.js";
import type { ArgumentPassing, SpawnerEntry } from "../knowledge/entry.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { threadPrimitivesOfWorkers } from "../program/link/process-locks.js";
import { argumentAt, type ScopedValue, type Spawn } from "../program/link/spawns.js";
import { type FreshStart, freshStartOf } from "../program/link/start-methods.js";
import { innerOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../program/operation.js";
import { picklableFix, returnedListFix } from "./fixes/picklable-fix.js";
import { type Crossing, certainObstacle, type Obstacle } from "./picklability.js";
import docs from "./process-pool-unpicklable.md";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext, TargetVerdict } from "./rule.js";

/** Something on its way to the worker, or what the worker's task returns. */
type Data = { readonly obstacle: Obstacle; readonly start: FreshStart } & (
  | { readonly way: "there"; readonly sent: Sent }
  | { readonly way: "back"; readonly sent: Returned }
);

/** A value that goes to another process or interpreter. */
interface Sent extends ScopedValue {
  readonly call: CallOperation;
  readonly crossing: Crossing;
  /** What takes it there, as it reads in a sentence. */
  readonly by: string;
  readonly pool: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
  /** Whether what takes it there can be a pool of threads as well. */
  readonly pools: "processes" | "mixed";
  /** Each element of the value is sent, not the value. */
  readonly how: "whole" | "element";
}

/** What comes back, which stands in the function that does the work as a rule; `startedIn`: where the task is handed over. */
interface Returned extends Sent {
  readonly startedIn: FunctionNode;
}

/** GIL301: something sent to another process or interpreter that cannot be pickled. */
export const processPoolUnpicklable: Rule<Data> = {
  code: "GIL301",
  name: "process-pool-unpicklable",
  since: "0.1.0",
  group: "processes",
  severity: "error",
  docs,
  find,
  message,
  fix: ({ sent, obstacle, way }, context) =>
    way === "there" ? picklableFix(sent, obstacle, context) : returnedListFix(sent, obstacle, context),
};

function find(context: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  // Where the process is forked, a thread's lock gets across, and keeps nobody apart: that is said by another rule.
  const reported = new Set<CallOperation>(threadPrimitivesOfWorkers(context.program, context.target).map((use) => use.spawn.call));
  for (const sent of [...sentToWorkers(context), ...initializers(context)]) {
    const start = sent.crossing === "start" ? freshStartOf(sent.call, sent.in, context.program, context.target) : "everywhere";
    if (start === "nowhere" || start === "unknown" || expectsError(sent.in.facts.body, sent.call)) continue;
    const obstacle = sent.how === "element" ? elementObstacle(sent, context) : certainObstacle(sent, sent.crossing, context.program);
    if (!obstacle || (start !== "everywhere" && reported.has(sent.call))) continue;
    const key = `${sent.in.file.path}:${sent.value.start}`;
    if (!matches.has(key)) matches.set(key, match({ sent, obstacle, start, way: "there" }));
  }
  for (const { sent, obstacle } of resultsOfTasks(context)) {
    const key = `${sent.in.file.path}:${sent.value.start}`;
    if (!matches.has(key)) matches.set(key, match({ sent, obstacle, start: "everywhere", way: "back" }));
  }
  return [...matches.values()];
}

/** What tasks return that cannot come back: the worker pickles it when the work is done. */
function resultsOfTasks({ program }: RuleContext): readonly { readonly sent: Returned; readonly obstacle: Obstacle }[] {
  return program.spawns.flatMap((spawn) => {
    const crossing = crossingOf(spawn);
    const entry = program.knowledge.spawner(spawn.spawner);
    const [target, ...others] = spawn.targets;
    if (!crossing || crossing === "start" || entry?.target.at !== "argument" || !target || others.length > 0) return [];
    const { function: work } = target;
    const given = argumentAt(spawn.call, entry.target.of);
    // What may be another function, or is made another by a decorator, returns something else.
    if (!given || program.resolver.resolve(given, spawn.in).length > 1 || work.head.decorators.length > 0 || work.head.isAsync) return [];
    if (expectsError(spawn.in.facts.body, spawn.call)) return [];
    const pools = poolsOf(spawn, program);
    const by = shortName(spawn.spawner);
    const base = { call: spawn.call, crossing, by, pool: spawn.pool?.made, pools, how: "whole", startedIn: spawn.in } as const;
    if (work.head.isGenerator) {
      const made = { path: work.file.path, range: work.head.nameRange };
      const obstacle: Obstacle = { says: "returns a generator", kind: "unpicklable", type: undefined, sure: "yes", made };
      return [{ sent: { ...base, value: given, in: spawn.in }, obstacle }];
    }
    return work.returned.flatMap((value) => {
      const obstacle = certainObstacle({ value, in: work }, crossing, program);
      return obstacle && obstacle.kind === "unpicklable" ? [{ sent: { ...base, value, in: work }, obstacle }] : [];
    });
  });
}

function match(data: Data): Match<Data> {
  const { sent, obstacle, start } = data;
  const related: RelatedLocation[] = [];
  const { made } = obstacle;
  const isElsewhere = made && (made.path !== sent.in.file.path || made.range.start < sent.value.start || made.range.end > sent.value.end);
  if (isElsewhere) related.push({ ...made, message: "what cannot cross is made here" });
  if (data.way === "back" && data.sent.startedIn !== sent.in)
    related.push({ path: data.sent.startedIn.file.path, range: rangeOf(sent.call), message: "this runs it in another process" });
  if (sent.pool && sent.pool.call !== sent.call)
    related.push({ path: sent.pool.in.file.path, range: rangeOf(sent.pool.call), message: "the pool is made here" });
  return {
    path: sent.in.file.path,
    range: { start: sent.value.start, end: sent.value.end },
    confidence: obstacle.sure === "yes" && start === "everywhere" && sent.pools === "processes" ? "likely" : "possible",
    related,
    targets: start === "everywhere" ? [] : verdicts(),
    prediction: undefined,
    data,
  };
}

/** Before 3.14, Linux forks, and what is forked is not pickled. */
function verdicts(): readonly TargetVerdict[] {
  return knownTargets
    .filter((target) => target.implementation === "cpython")
    .map((target) => ({ target: targetName(target), verdict: atLeast(target, 3, 14) ? "breaks" : "holds-by-accident" }));
}

/** What the spawns of the program send: the function and its arguments. */
function sentToWorkers({ program }: RuleContext): readonly Sent[] {
  return program.spawns.flatMap((spawn): readonly Sent[] => {
    const crossing = crossingOf(spawn);
    const entry = program.knowledge.spawner(spawn.spawner);
    if (!crossing || !entry) return [];
    const pools = poolsOf(spawn, program);
    const base = { call: spawn.call, in: spawn.in, crossing, by: shortName(spawn.spawner), pool: spawn.pool?.made, pools };
    if (entry.target.at !== "argument") return [];
    const target = argumentAt(spawn.call, entry.target.of);
    return [
      ...(target ? [{ ...base, value: target, how: "whole" } as const] : []),
      ...argumentsOf(entry, entry.passing, spawn.call).map((sent) => ({ ...base, ...sent })),
    ];
  });
}

function crossingOf(spawn: Spawn): Crossing | undefined {
  if (spawn.worker === "interpreter") return spawn.spawner.startsWith("anyio.") ? undefined : "interpreter";
  if (spawn.worker !== "process" || spawn.startedBy === "library") return undefined;
  if (/^multiprocessing\.(context\.)?(BaseContext\.)?Process$/.test(spawn.spawner)) return "start";
  const isTask = /^(concurrent\.futures\.ProcessPoolExecutor\.|multiprocessing\.pool\.Pool\.|tqdm\.contrib\.concurrent\.process_map$)/.test(
    spawn.spawner,
  );
  return isTask || spawn.spawner === "asyncio.AbstractEventLoop.run_in_executor" ? "task" : undefined;
}

/** `pool = ProcessPoolExecutor() if heavy else ThreadPoolExecutor()` is a choice that the caller makes, maybe together with what is sent. */
function poolsOf({ spawner, call, in: within }: Spawn, { resolver }: Program): Sent["pools"] {
  if (spawner.endsWith("Process") || spawner.endsWith("process_map")) return "processes";
  const receiver = spawner.endsWith("run_in_executor") ? call.arguments[0]?.value : argumentAt(call, "receiver");
  const types = new Set(
    (receiver ? resolver.resolve(receiver, within) : []).map((entity) => (entity.kind === "object" ? entity.type : entity.kind)),
  );
  return types.size > 1 ? "mixed" : "processes";
}

function shortName(spawner: string): string {
  if (spawner.endsWith("run_in_executor")) return "run_in_executor";
  return spawner
    .split(".")
    .slice(/\.[a-z_]+$/.test(spawner) ? -2 : -1)
    .join(".");
}

function argumentsOf(
  entry: SpawnerEntry,
  passing: ArgumentPassing,
  call: CallOperation,
): readonly { readonly value: Value; readonly how: "whole" | "element" }[] {
  switch (passing.pass) {
    case "rest": {
      const taken = entry.target.at === "argument" && entry.target.of !== "receiver" ? entry.target.of.keyword : undefined;
      return call.arguments.flatMap((argument, index) =>
        (argument.form === "positional" && index >= passing.from) || (argument.form === "keyword" && argument.name !== taken)
          ? [{ value: argument.value, how: "whole" } as const]
          : [],
      );
    }
    case "tuple": {
      const values = [argumentAt(call, passing.args), passing.kwargs && argumentAt(call, passing.kwargs)];
      return values.flatMap((value) =>
        value?.op === "display" ? value.elements.map((element) => ({ value: element, how: "whole" }) as const) : [],
      );
    }
    case "elements":
      return call.arguments
        .slice(passing.from)
        .flatMap((argument) => (argument.form === "positional" ? [{ value: argument.value, how: "element" } as const] : []));
    case "element":
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      return value ? [{ value, how: "element" }] : [];
    }
    case "none":
    case "from-library":
      return [];
  }
}

/** `initializer` and `initargs` travel when a worker starts. */
function initializers({ program }: RuleContext): readonly Sent[] {
  return ["Pool", "ProcessPoolExecutor"].flatMap((name) =>
    program.resolver.callsNamed(name).flatMap(({ file, site }): readonly Sent[] => {
      const within = file.functionAt(site.function);
      const given = site.call.arguments.filter((argument) => argument.name === "initializer" || argument.name === "initargs");
      if (!within || given.length === 0) return [];
      const isPool = program.resolver
        .resolve(site.call, within)
        .some(
          (made) => made.kind === "object" && /^(multiprocessing\.pool\.Pool|concurrent\.futures\.ProcessPoolExecutor)$/.test(made.type),
        );
      if (!isPool) return [];
      const base = { call: site.call, in: within, crossing: "start", by: name, pool: undefined, pools: "processes", how: "whole" } as const;
      return given.flatMap(({ name: keyword, value }): readonly Sent[] =>
        keyword === "initializer"
          ? [{ ...base, value }]
          : value.op === "display"
            ? value.elements.map((element) => ({ ...base, value: element }))
            : [],
      );
    }),
  );
}

/** What keeps each element of an iterable from crossing. */
function elementObstacle(sent: Sent, context: RuleContext, depth = 0): Obstacle | undefined {
  const { value, in: within } = sent;
  const { program } = context;
  const again = (inner: Value, scope = within): Obstacle | undefined =>
    depth > 4 ? undefined : elementObstacle({ ...sent, value: inner, in: scope }, context, depth + 1);
  const one = (inner: Value): Obstacle | undefined => certainObstacle({ value: inner, in: within }, sent.crossing, program);
  switch (value.op) {
    case "display":
      return value.isOpen || value.makes === "dict" ? undefined : first(value.elements, one);
    case "comprehension":
      return value.makes === "dict" ? undefined : one(value.element);
    case "compute":
      return value.operator === "*" || value.operator === "+" ? first(value.operands, again) : undefined;
    case "call": {
      const [name] = program.resolver.externalCallees(value, within);
      const [argument] = value.arguments;
      if (!argument) return undefined;
      if (name === "itertools.repeat") return one(argument.value);
      if (name === "builtins.zip")
        return first(
          value.arguments.map((each) => each.value),
          again,
        );
      return name === "builtins.list" || name === "builtins.tuple" || name === "builtins.iter" ? again(argument.value) : undefined;
    }
    case "read": {
      if (value.place.kind !== "name" || value.place.owner < 0) return undefined;
      const { name, owner } = value.place;
      const holder = within.file.functionAt(owner);
      if (!holder || holder.head.rebound.has(name) || holder.head.parameters.some((parameter) => parameter.name === name)) return undefined;
      const bindings = holder.bound(name) ?? [];
      const [bound] = bindings;
      return bindings.length === 1 && bound ? again(bound, holder) : undefined;
    }
    default:
      return undefined;
  }
}

function first(values: readonly Value[], judge: (value: Value) => Obstacle | undefined): Obstacle | undefined {
  for (const value of values) {
    const found = judge(value);
    if (found) return found;
  }
  return undefined;
}

/** Whether the program is prepared for the failure: a test of it, or a handler that does the work otherwise. */
function expectsError(operations: readonly Operation[], call: CallOperation): boolean {
  return operations.some((operation) => {
    if (operation.start > call.start || operation.end < call.end) return false;
    if (operation.op === "with" && /raises/i.test(lastName(operation.context))) return true;
    if (operation.op === "attempt" && operation.body.some((each) => each.start <= call.start && each.end >= call.end)) {
      if (operation.caught.some((types) => types.some((type) => pickleErrors.test(lastName(type))))) return true;
    }
    return innerOperations(operation).some((part) => expectsError(part, call));
  });
}

const pickleErrors = /Pickl|AttributeError|TypeError|NotImplementedError|RuntimeError|NotShareable/;

function lastName(value: Value): string {
  if (value.op === "call") return lastName(value.callee);
  return value.op === "read" && value.place.kind !== "element" ? value.place.name : "";
}

function message({ sent, obstacle, start, way }: Data, context: RuleContext): string {
  const { value, crossing, by, how } = sent;
  if (way === "back") {
    const returned = quoted(sent.in.file.path, { start: value.start, end: value.end }, context);
    const advice = /generator|view of/.test(obstacle.says) ? "Return a list of its items." : "Return plain data of it.";
    return `\`${returned}\` ${obstacle.says}, which cannot be pickled: \`${by}\` does the work and then cannot bring the result back. ${advice}`;
  }
  const text = quoted(sent.in.file.path, { start: value.start, end: value.end }, context);
  const subject =
    how === "element"
      ? `An element of \`${text}\` ${obstacle.says}`
      : value.op === "function"
        ? `This lambda`
        : `\`${text}\` ${obstacle.says}`;
  const verb = value.op === "function" && how === "whole" ? " cannot" : ", which cannot";
  if (crossing === "interpreter") {
    const rest = value.op === "function" && how === "whole" ? `\`${text}\` ${obstacle.says} and cannot` : `${subject}${verb}`;
    return `${rest} be sent to another interpreter: \`${by}\` raises \`NotShareableError\`. ${advice(obstacle, crossing)}`;
  }
  if (obstacle.kind === "inherited-only")
    return `${subject}, which processes can only inherit: \`${by}\` fails with a RuntimeError. Pass it with \`initializer\` and \`initargs\`, or use a \`Manager\`.`;
  const where = start === "macos-and-windows" ? "on macOS and Windows, and on Linux from Python 3.14 on, " : "";
  return `${subject}${verb} be pickled, so ${where}\`${by}\` fails as soon as it sends it. ${advice(obstacle, crossing)}`;
}

function advice({ says, type }: Obstacle, crossing: Crossing): string {
  if (says.includes("generator")) return "Send a list of its items.";
  if (says.includes("lambda") || says.includes("inside") || says.includes("decorator") || says.includes("around it"))
    return "Define it at module level.";
  if (type && /^(threading|queue|_thread)\./.test(type) && says.includes("has `"))
    return "Leave it out in `__getstate__` and make it anew in `__setstate__`, or use a `multiprocessing.Manager` for what workers share.";
  if (type && /^(threading|queue|_thread)\./.test(type))
    return crossing === "start" ? "Use its counterpart in `multiprocessing`." : "Use a `multiprocessing.Manager` for what workers share.";
  return "Make it in the worker instead.";
}
