import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { lastNameOf } from "../../program/link/last-name.js";
import { loopsAround } from "../../program/link/loops.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Spawn, SpawnTarget } from "../../program/link/threads/spawn.js";
import { calledTargets } from "../../program/link/threads/spawn-targets.js";
import { lastName } from "../../program/link/threads/spawns.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { filledWith } from "../values/filled-containers.js";
import type { HandedTask } from "./handed-tasks.js";

/**
 * The places of a file that have an event loop run several coroutines at the same time and wait for all of them: `asyncio.gather`, `wait` and
 * `as_completed` of what can be followed to the calls that make coroutines, and `create_task` of a task group in a `for` loop. A place of which one
 * coroutine cannot be told is none: of half of what runs there, nothing can be said.
 */
export function coroutinePlaces(file: LinkedFile, evaluator: Evaluator): readonly Spawn[] {
  const { resolver } = evaluator;
  return placeNames
    .flatMap((name) =>
      file.calls(name).flatMap(({ call, function: index }): readonly Spawn[] => {
        const within = file.functionAt(index);
        if (!within) return [];
        const key = `coroutines started by ${resolver.identityOf(call)}`;
        const place = resolver.remembered(file, key, () => placeOf(call, within, evaluator));
        return place ? [place] : [];
      }),
    )
    .sort((a, b) => a.call.start - b.call.start);
}

/** Several coroutines, each made by a call of its own, as one task that is one of them after the other; undefined where one call makes all of them. */
export function coroutinesOf({ targets, externalTargets }: Spawn): HandedTask | undefined {
  const names = [...targets.map(({ function: node }) => node.head.name), ...externalTargets.map(lastName)];
  if (names.length < 2) return undefined;
  const different = [...new Set(names)];
  return { name: [...different.slice(0, 3), ...(different.length > 3 ? ["…"] : [])].join(", "), by: "loop", isOpen: false };
}

const placeNames = ["gather", "wait", "as_completed", "create_task"];

function placeOf(call: CallOperation, within: FunctionNode, evaluator: Evaluator): Spawn | undefined {
  const { resolver } = evaluator;
  const spawner = resolver.externalCallees(call, within).find((name) => spawners.test(name));
  if (spawner === undefined) return undefined;
  // Of those that are not waited for to the end, it is the first that matters.
  if (spawner === "asyncio.wait" && call.arguments.some(({ name }) => name === "return_when")) return undefined;
  const started = startedBy(call, spawner, within, evaluator);
  if (!started) return undefined;
  const targets: SpawnTarget[] = [];
  const externalTargets: string[] = [];
  for (const each of started.made) {
    const made = coroutineOf(each, within, resolver);
    if (!made) return undefined;
    targets.push(...made.targets);
    externalTargets.push(...made.externalTargets);
  }
  return {
    in: within,
    call,
    spawner,
    worker: "event-loop-task",
    targets,
    externalTargets,
    pool: undefined,
    items: started.items,
    instances: "several",
    repeated: "shown",
    instancesOfOne: "several",
    instancesOfCall: "several",
    width: "task",
    startedBy: "call",
    starts: [],
    turn: undefined,
    joinedBy: [],
  };
}

const spawners = /^asyncio\.(gather|wait|as_completed|TaskGroup\.create_task)$/;

/** What makes the coroutines, and of what there is one for each; nothing where a loop around the call has one in each round. */
interface Started {
  readonly made: readonly Value[];
  readonly items: readonly Value[];
}

function startedBy(call: CallOperation, spawner: string, within: FunctionNode, evaluator: Evaluator): Started | undefined {
  const given = call.arguments.filter(({ form }) => form === "positional" || form === "star");
  const [first, ...others] = given;
  if (!first) return undefined;
  if (spawner.endsWith(".create_task")) {
    const loops = loopsAround(within, call);
    return loops.length > 0 && loops.every(isGoneThrough) ? { made: [first.value], items: [] } : undefined;
  }
  const isOfOneValue = spawner !== "asyncio.gather" || first.form === "star";
  if (isOfOneValue) {
    const made = others.length === 0 || spawner !== "asyncio.gather" ? elementsOf(first.value, within, evaluator) : undefined;
    return made && made.length > 0 ? { made, items: [first.value] } : undefined;
  }
  if (given.some(({ form }) => form === "star") || given.length < 2) return undefined;
  const made = given.map(({ value }) => value);
  return { made, items: [{ op: "display", makes: "tuple", elements: made, keys: [], isOpen: false, start: call.start, end: call.end }] };
}

function isGoneThrough({ form, isAsync }: ReturnType<typeof loopsAround>[number]): boolean {
  return form !== "while" && !isAsync;
}

/** What the elements of a container are made by; undefined where that cannot be told of each. */
function elementsOf(value: Value, within: FunctionNode, evaluator: Evaluator, depth = 0): readonly Value[] | undefined {
  if (depth > deepest) return undefined;
  if (value.op === "comprehension") return value.makes === "dict" ? undefined : [value.element];
  if (value.op === "display") return value.isOpen || value.makes === "dict" ? undefined : value.elements;
  if (value.op === "call") {
    const [name] = evaluator.resolver.externalCallees(value, within);
    if (name === "builtins.map") return [value];
    const [inner, ...others] = value.arguments;
    const isCopy = /^builtins\.(list|tuple|set)$/.test(name ?? "") && inner?.form === "positional" && others.length === 0;
    return isCopy ? elementsOf(inner.value, within, evaluator, depth + 1) : undefined;
  }
  const bound = onlyBound(value, within);
  if (value.op !== "read" || !bound) return undefined;
  const filled = filledWith(value, bareActivation(within), evaluator);
  if (filled) return filled.items.map((item) => item.value);
  return bound.op === "display" && bound.elements.length === 0 ? undefined : elementsOf(bound, within, evaluator, depth + 1);
}

/** What a variable of the function is bound to, where that is one thing. */
function onlyBound(value: Value, within: FunctionNode): Value | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return undefined;
  const [bound, ...others] = within.bound(value.place.name) ?? [];
  return others.length === 0 ? bound : undefined;
}

const deepest = 4;

/** The coroutine that a value is, or that the task runs which it is. */
function coroutineOf(
  value: Value,
  within: FunctionNode,
  resolver: Resolver,
  depth = 0,
): { readonly targets: readonly SpawnTarget[]; readonly externalTargets: readonly string[] } | undefined {
  if (depth > deepest) return undefined;
  if (value.op === "read") {
    const bound = onlyBound(value, within);
    return bound?.op === "call" ? coroutineOf(bound, within, resolver, depth + 1) : undefined;
  }
  if (value.op !== "call") return undefined;
  const [inner] = value.arguments;
  const names = resolver.externalCallees(value, within);
  if (wrappers.test(lastNameOf(value.callee)) && names.every((name) => name.startsWith("asyncio.")))
    return inner?.form === "positional" ? coroutineOf(inner.value, within, resolver, depth + 1) : undefined;
  const made = calledTargets(value, names.includes("builtins.map") ? "for each element" : "once", within, resolver);
  const [target, ...others] = made.targets;
  if (target) {
    const { head } = target.function;
    return others.length === 0 && made.externalTargets.length === 0 && head.isAsync && !head.isGenerator ? made : undefined;
  }
  const [external, ...more] = made.externalTargets;
  // What threads of a pool do is a place of its own.
  if (external === undefined || more.length > 0 || external === "asyncio.to_thread") return undefined;
  const entry = resolver.knowledge.callable(external);
  // How long a signal or a lock is waited for, others decide.
  return entry?.style === "awaitable" && (entry.kind === "io-wait" || entry.kind === "sleep") ? made : undefined;
}

/** What makes a task of the coroutine that it is given, or awaits it. */
const wrappers = /^(create_task|ensure_future|wait_for|shield)$/;
