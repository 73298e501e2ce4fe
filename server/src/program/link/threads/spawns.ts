import { askedOnce } from "../../../knowledge/asked-once.js";
import type { CallFacts } from "../../../knowledge/call-facts.js";
import type { ArgumentPassing, SpawnerEntry, TellingCall, TypeRole } from "../../../knowledge/entry.js";
import { allHold, defaultPoolSize, workerOf } from "../../../knowledge/evaluate.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { CallSite } from "../../facts.js";
import type { CallOperation, Value } from "../../operation.js";
import { type ClassNode, type Entity, entityKey, type FunctionNode, type LinkedFile } from "../entity.js";
import { importedNames } from "../linked-file.js";
import { knownOfCall } from "../resolution/call-facts.js";
import type { Resolver, SpawnedArguments } from "../resolution/resolver.js";
import { isCalledAgainOnOne } from "./called-again.js";
import { isJoinedAtOnce } from "./joined-at-once.js";
import { isOnlyRun } from "./never-started.js";
import type { Spawn, SpawnPool, SpawnTarget } from "./spawn.js";
import { instancesOf, isCalledInTurn, isOfOne, isOneForEachCall, isShownOften, runsOften, startsSeveral } from "./spawn-counts.js";
import { addCallTargets, argumentAt, callOn, collectAssigned, collectMethods, collectTargets, iterablesOf } from "./spawn-targets.js";
import { spawningClasses, subclassNames } from "./spawning-classes.js";

/** Every spawn of the program, in order of file and offset. */
export function findSpawns(files: readonly LinkedFile[], resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  return files.flatMap((file) => resolver.overview(`spawns in ${file.path}`, () => spawnsIn(file, resolver, knowledge)));
}

function spawnsIn(file: LinkedFile, resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  const subclasses = spawningClasses(resolver, knowledge);
  const names = spawnNames(knowledge);
  const others = new Set(subclassNames(file, subclasses));
  for (const imported of importedNames(file)) if (names.has(imported.name)) others.add(imported.bound);
  const found = spawningCalls(file, names, others).flatMap(({ call, function: index }) => {
    const within = file.functionAt(index);
    const find = (): readonly Spawn[] =>
      within ? spawnsOfCall(call, within, resolver, knowledge, spawningClasses(resolver, knowledge)) : [];
    return resolver.remembered(file, `spawns ${resolver.identityOf(call)}`, find);
  });
  for (const node of file.classes) {
    const key = `workers ${resolver.identityOf(node)}`;
    found.push(...resolver.remembered(file, key, () => workerObjects(node, resolver, knowledge)));
  }
  return inOrder(found);
}

/** Spawns of one file in order of offset, each once. */
function inOrder(found: readonly Spawn[]): readonly Spawn[] {
  const sorted = [...found].sort((a, b) => a.call.start - b.call.start || a.call.end - b.call.end);
  const spawns: Spawn[] = [];
  for (const spawn of sorted) {
    const last = spawns[spawns.length - 1];
    const isSame = last && last.call === spawn.call && last.spawner === spawn.spawner && last.width === spawn.width;
    if (!isSame) spawns.push(spawn);
  }
  return spawns;
}

/** The calls of a file by names under which something may be spawned. */
function spawningCalls(file: LinkedFile, names: ReadonlySet<string>, others: ReadonlySet<string>): readonly CallSite[] {
  return file.derive(`spawning calls ${[...others].join()}`, () => {
    const found: CallSite[] = [];
    const { callsByName } = file.facts;
    for (const name of callsByName.keys()) if (names.has(name) || others.has(name)) found.push(...(callsByName.get(name) ?? []));
    return found;
  });
}

/** How many of its calls the library makes at once. */
export function calledAtOnce(entry: SpawnerEntry, facts: CallFacts): "one" | "several" {
  const { concurrency } = entry;
  switch (concurrency.width) {
    case "one-thread":
      return "one";
    case "hidden-pool":
      return defaultPoolSize(concurrency.default, facts, 2) === 1 ? "one" : "several";
    case "argument": {
      const one = { test: "equals", of: concurrency.of, value: 1 } as const;
      const isGiven = allHold([{ test: "given", of: concurrency.of }], facts);
      if (isGiven === "false") return defaultPoolSize(concurrency.default, facts, 2) === 1 ? "one" : "several";
      return allHold([one], facts) === "true" ? "one" : "several";
    }
    default:
      return "several";
  }
}

/** Whether the program calls something that shows that one thread does all the work. */
export function isSingleThreaded(calls: readonly TellingCall[], resolver: Resolver): boolean {
  if (calls.length === 0) return false;
  return resolver.overview(`single-threaded ${resolver.identityOf(calls)}`, () => callsOneOf(calls, resolver));
}

function callsOneOf(calls: readonly TellingCall[], resolver: Resolver): boolean {
  return calls.some(({ call: name, when }) => {
    const last = name.slice(name.lastIndexOf(".") + 1);
    for (const file of resolver.files.values()) {
      for (const site of file.calls(last)) {
        const within = file.functionAt(site.function);
        if (!within || !resolver.externalCallees(site.call, within).some((found) => resolver.knowledge.canonicalName(found) === name))
          continue;
        if (allHold(when, knownOfCall(site.call, within, resolver, undefined)) === "true") return true;
      }
    }
    return false;
  });
}

/** What each function is given by the spawns that run it, for the resolver. */
export function spawnedArguments(spawns: readonly Spawn[]): ReadonlyMap<FunctionNode, readonly SpawnedArguments[]> {
  const result = new Map<FunctionNode, SpawnedArguments[]>();
  for (const spawn of spawns) {
    for (const target of spawn.targets) {
      if (target.arguments.size === 0) continue;
      const list = result.get(target.function) ?? [];
      list.push({ values: target.arguments });
      result.set(target.function, list);
    }
  }
  return result;
}

/** The last names under which spawners are called. */
const spawnNames = askedOnce((knowledge): ReadonlySet<string> => new Set(knowledge.spawnerNames("called").map(lastName)));

export function lastName(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.lastIndexOf(".") + 1);
}

interface RoleMethods {
  readonly workers: ReadonlySet<string>;
  readonly handlers: ReadonlySet<string>;
}

/** The methods that make a subclass of some known type run elsewhere; they sort out most classes at once. */
export const roleMethods = askedOnce((knowledge): RoleMethods => {
  const workers = new Set<string>();
  const handlers = new Set<string>();
  for (const entry of knowledge.typesThatAre("worker", "handler")) {
    if (entry.is.role === "worker") for (const name of entry.is.runs) workers.add(name);
    if (entry.is.role === "handler" && entry.is.methods !== "public") for (const name of entry.is.methods) handlers.add(name);
  }
  return { workers, handlers };
});

function spawnsOfCall(
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  knowledge: Knowledge,
  subclasses: ReadonlyMap<ClassNode, SpawnerEntry>,
): readonly Spawn[] {
  for (const callee of resolver.resolve(call.callee, within)) {
    const entry = spawnerCalled(callee, call, resolver, knowledge, subclasses);
    if (!entry) continue;
    const spawn = spawnOf(entry, call, within, resolver, knowledge);
    const callbacks = callbacksOf(entry, call, within, resolver);
    return [...(spawn ? [spawn] : []), ...callbacks];
  }
  return [];
}

function spawnerCalled(
  callee: Entity,
  call: CallOperation,
  resolver: Resolver,
  knowledge: Knowledge,
  subclasses: ReadonlyMap<ClassNode, SpawnerEntry>,
): SpawnerEntry | undefined {
  if (callee.kind === "external") {
    if (!callee.name.endsWith(".__init__")) return knowledge.spawner(callee.name);
    // `super().__init__(target=…)`; where the class is named, its arguments are one place further on.
    const { callee: written } = call;
    const isSuper = written.op === "read" && written.place.kind === "attribute" && written.place.object.op === "call";
    return isSuper ? knowledge.spawner(callee.name.slice(0, -".__init__".length)) : undefined;
  }
  if (callee.kind !== "class") return undefined;
  const entry = subclasses.get(callee.class);
  const init = entry && resolver.method(callee.class, "__init__");
  // A constructor of its own takes arguments of its own, unless it hands all of them on.
  return !init || init.head.parameters.some((parameter) => parameter.form === "star" || parameter.form === "double-star")
    ? entry
    : undefined;
}

function spawnOf(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  knowledge: Knowledge,
): Spawn | undefined {
  const starting = entry.target.at === "delayed-calls" ? callOn(call, within) : call;
  const facts = knownOfCall(call, within, resolver, undefined);
  const worker = workerOf(entry, facts);
  if (!starting || !worker) return undefined;
  const targets: SpawnTarget[] = [];
  const externalTargets: string[] = [];
  let items: readonly Value[] = [];
  let startedBy: Spawn["startedBy"] = entry.startedBy === "library" ? "library" : "call";
  switch (entry.target.at) {
    case "argument": {
      const target = argumentAt(call, entry.target.of);
      if (!target) return undefined;
      collectTargets({ value: target, in: within }, entry.passing, call, within, resolver, targets, externalTargets);
      if (entry.tasks === "per-element") items = iterablesOf(entry.passing, call);
      break;
    }
    case "arguments":
      for (const place of entry.target.of) {
        const target = argumentAt(call, place);
        if (target) collectTargets({ value: target, in: within }, entry.passing, call, within, resolver, targets, externalTargets);
      }
      break;
    case "coroutine": {
      const first = argumentAt(call, entry.target.of);
      const start = first ? call.arguments.findIndex((argument) => argument.value === first) : -1;
      const values = start < 0 ? [] : entry.target.every ? call.arguments.slice(start) : call.arguments.slice(start, start + 1);
      for (const { value } of values) if (value.op === "call") addCallTargets(value, within, resolver, targets, externalTargets);
      break;
    }
    case "delayed-calls": {
      const iterable = argumentAt(starting, entry.target.of);
      const element = iterable?.op === "comprehension" ? iterable.element : undefined;
      if (iterable?.op !== "comprehension" || element?.op !== "call" || element.callee.op !== "call") return undefined;
      const wrapped = element.callee.arguments[0]?.value;
      if (!wrapped) return undefined;
      const passing: ArgumentPassing = { pass: "rest", from: 0 };
      collectTargets({ value: wrapped, in: within }, passing, element, within, resolver, targets, externalTargets);
      items = iterable.iterables.slice(0, 1);
      break;
    }
    case "method-of-argument": {
      const target = argumentAt(call, entry.target.of);
      if (!target) return undefined;
      const isClass = collectMethods({ value: target, in: within }, entry.target.methods, resolver, targets);
      // Of a class, the library makes objects when requests come in.
      if (isClass) startedBy = "library";
      break;
    }
    case "attributes-of-receiver":
      collectAssigned(call, entry.target.names, within, resolver, targets);
      break;
    case "decorated":
      return undefined;
  }
  if (targets.length === 0 && externalTargets.length === 0) return undefined;
  const pool = poolOf(entry, call, within, resolver, knowledge);
  const isService = startedBy === "library" || entry.concurrency.width === "one-thread" || isServiceTarget(entry);
  const width = isService
    ? "handlers"
    : entry.concurrency.width === "one-per-call"
      ? "thread"
      : worker === "event-loop-task"
        ? "task"
        : "pool";
  const alone = isSingleThreaded(entry.singleThreadedBy, resolver);
  const instances = alone
    ? "one"
    : isService
      ? calledAtOnce(entry, facts)
      : instancesOf(entry, call, within, pool, facts, resolver, targets);
  return {
    in: within,
    call,
    spawner: entry.name,
    worker,
    targets,
    externalTargets,
    pool,
    items,
    instances,
    repeated: isShownOften(entry, call, within, pool, resolver) ? "shown" : "guessed",
    instancesOfOne: isOneForEachCall(entry, call, within, width, pool) && !isCalledAgainOnOne(call, within, resolver) ? "one" : instances,
    instancesOfCall: entry.tasks === "per-element" || startsSeveral(call, within) ? instances : "one",
    width,
    startedBy,
    starts: typeof entry.startedBy === "string" ? [] : entry.startedBy.filter((name) => name !== "__call__"),
    turn: alone || entry.concurrency.width === "one-thread" ? turnOf(entry, call, within, resolver) : turnOfPool(pool, resolver),
    joinedBy: lastNames(entry.joinedBy),
  };
}

function lastNames(names: readonly string[]): readonly string[] {
  return names.map(lastName);
}

/** The work of a pool of one thread is done one by one, wherever it is handed over. */
function turnOfPool(pool: SpawnPool | undefined, resolver: Resolver): string | undefined {
  return isOfOne(pool, resolver) && pool?.made ? `turn of ${pool.made.in.file.path}:${pool.made.call.start}` : undefined;
}

function isServiceTarget(entry: SpawnerEntry): boolean {
  return entry.target.at === "method-of-argument" || entry.target.at === "attributes-of-receiver";
}

/** Names the thread that the library has for the receiver or, where the call makes the object, for the call. */
function turnOf(entry: SpawnerEntry, call: CallOperation, within: FunctionNode, resolver: Resolver): string {
  const receiver = argumentAt(call, "receiver");
  const isMethod = resolver.knowledge.type(entry.name.slice(0, entry.name.lastIndexOf("."))) !== undefined;
  if (!receiver || !isMethod) return `turn of ${within.file.path}:${call.start}`;
  const [object] = resolver.resolve(receiver, within);
  return `turn of ${object ? entityKey(object) : entry.package}`;
}

/** What the call's own results are given to, in a thread of the receiver. */
function callbacksOf(entry: SpawnerEntry, call: CallOperation, within: FunctionNode, resolver: Resolver): readonly Spawn[] {
  const targets: SpawnTarget[] = [];
  const passing: ArgumentPassing = { pass: "from-library", type: undefined };
  for (const place of entry.callbacks) {
    const target = argumentAt(call, place);
    if (target) collectTargets({ value: target, in: within }, passing, call, within, resolver, targets, []);
  }
  if (targets.length === 0) return [];
  return [
    {
      in: within,
      call,
      spawner: entry.name,
      worker: "thread",
      targets,
      externalTargets: [],
      pool: undefined,
      items: [],
      instances: "one",
      repeated: "shown",
      instancesOfOne: "one",
      instancesOfCall: "one",
      width: "handlers",
      startedBy: "call",
      starts: [],
      turn: turnOf(entry, call, within, resolver),
      joinedBy: lastNames(entry.joinedBy),
    },
  ];
}

/** Objects of subclasses of `threading.Thread` and its like: each call of the class makes a worker. */
function workerObjects(node: ClassNode, resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  const names = roleMethods(knowledge).workers;
  const body = node.file.functionAt(node.facts.body);
  if (!body || node.facts.bases.length === 0) return [];
  const { externals, classes } = resolver.classOrder(node);
  let role: Extract<TypeRole, { role: "worker" }> | undefined;
  let base = "";
  for (const name of externals) {
    const found = knowledge.type(name)?.is;
    if (found?.role === "worker") {
      role = found;
      base = name;
      break;
    }
  }
  if (!role) return [];
  const defines = classes.some((each) => {
    const inside = each.file.functionAt(each.facts.body);
    return [...names].some((name) => inside?.bound(name));
  });
  if (!defines) return [];
  const worker = role;
  const run = worker.runs.map((name) => resolver.method(node, name)).find((method) => method !== undefined);
  if (!run) return [];
  const receiver: Entity = { kind: "instance", class: node };
  const spawns: Spawn[] = [];
  for (const file of resolver.files.values()) {
    for (const site of file.calls(node.facts.name)) {
      const within = file.functionAt(site.function);
      if (!within) continue;
      const makesIt = resolver.resolve(site.call.callee, within).some((entity) => entity.kind === "class" && entity.class === node);
      if (!makesIt || isOnlyRun(site.call, within, node, worker, resolver)) continue;
      // What the object is handed is what it runs, by way of `super().run()`.
      const entry = spawnerCalled({ kind: "class", class: node }, site.call, resolver, knowledge, spawningClasses(resolver, knowledge));
      if (entry && spawnOf(entry, site.call, within, resolver, knowledge)) continue;
      const target: SpawnTarget = {
        function: run,
        receiver,
        receiverValue: { value: site.call, in: within },
        arguments: new Map(),
        gathered: [],
        namedBy: undefined,
      };
      spawns.push({
        in: within,
        call: site.call,
        spawner: base,
        worker: worker.worker,
        targets: [target],
        externalTargets: [],
        pool: undefined,
        items: [],
        instances: !isJoinedAtOnce(site.call, within, worker.join) && runsOften(site.call, within, resolver) ? "several" : "one",
        repeated: isCalledInTurn(site.call, within, resolver) ? "shown" : "guessed",
        instancesOfOne: "one",
        instancesOfCall: startsSeveral(site.call, within) ? "several" : "one",
        width: "thread",
        startedBy: "call",
        starts: worker.start,
        turn: undefined,
        joinedBy: worker.join,
      });
    }
  }
  return spawns;
}

function poolOf(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  knowledge: Knowledge,
): SpawnPool | undefined {
  const { concurrency } = entry;
  switch (concurrency.width) {
    case "one-per-call":
    case "one-thread":
    case "unbounded":
      return undefined;
    case "hidden-pool":
      return { size: undefined, defaultSize: concurrency.default, made: undefined };
    case "argument": {
      const size = argumentAt(call, concurrency.of);
      return { size: size && { value: size, in: within }, defaultSize: concurrency.default, made: { call, in: within } };
    }
    case "pool": {
      const value = argumentAt(call, concurrency.of);
      for (const entity of value ? resolver.resolve(value, within) : []) {
        if (entity.kind !== "object") continue;
        const role = knowledge.type(entity.type)?.is;
        if (role?.role !== "executor") continue;
        const size = entity.origin && role.size ? argumentAt(entity.origin.call, role.size) : undefined;
        return {
          size: size && entity.origin ? { value: size, in: entity.origin.in } : undefined,
          defaultSize: role.defaultSize,
          made: entity.origin,
        };
      }
      return { size: undefined, defaultSize: [], made: undefined };
    }
  }
}
