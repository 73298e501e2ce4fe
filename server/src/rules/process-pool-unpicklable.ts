import { rangeOf } from "../base/range.js";
import { atLeast, knownTargets, targetName } from "../base/target.js";
import type { FunctionNode } from "../program/link/entity.js";
import { type Crossing, certainObstacle, isThreadPrimitive, type Obstacle } from "../program/link/processes/picklability.js";
import { threadPrimitivesOfWorkers } from "../program/link/processes/process-locks.js";
import { type FreshStart, freshStartOf } from "../program/link/processes/start-methods.js";
import { argumentAt } from "../program/link/threads/spawn-targets.js";
import type { CallOperation, Value } from "../program/operation.js";
import { picklableFix, returnedListFix } from "./fixes/picklable-fix.js";
import docs from "./process-pool-unpicklable.md";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext, TargetVerdict } from "./rule.js";
import { crossingOf, expectsError, initializers, poolsOf, type Sent, sentToWorkers, shortName } from "./sent-to-workers.js";

/** Something on its way to the worker, or what the worker's task returns. */
type Data = { readonly obstacle: Obstacle; readonly start: FreshStart } & (
  | { readonly way: "there"; readonly sent: Sent }
  | { readonly way: "back"; readonly sent: Returned }
);

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
  for (const sent of [...sentToWorkers(context.program), ...initializers(context.program)]) {
    const start = sent.crossing === "start" ? freshStartOf(sent.call, sent.in, context.program, context.target) : "everywhere";
    if (start === "nowhere" || start === "unknown" || expectsError(sent.in.facts.body, sent.call)) continue;
    const obstacle = sent.how === "element" ? elementObstacle(sent, context) : certainObstacle(sent, sent.crossing, context.program);
    if (!obstacle || (start !== "everywhere" && reported.has(sent.call))) continue;
    // What a process is handed as it starts is, forked, a copy: another rule tells of both.
    if (sent.crossing === "start" && isThreadPrimitive(obstacle, context.program)) continue;
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
