import { askedOnce } from "../../../knowledge/asked-once.js";
import type { CallFacts } from "../../../knowledge/call-facts.js";
import type { ArgumentPassing, PoolSize, SpawnerEntry, TellingCall, TypeRole, ValuePlace, WorkerKind } from "../../../knowledge/entry.js";
import { allHold, defaultPoolSize, workerOf } from "../../../knowledge/evaluate.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { CallSite } from "../../facts.js";
import type { CallArgument, CallOperation, Value } from "../../operation.js";
import { type ClassNode, type Entity, entityKey, type FunctionNode, functionKey, type LinkedFile } from "../entity.js";
import { importedNames } from "../linked-file.js";
import { boundObject } from "../resolution/bound-methods.js";
import { knownOfCall } from "../resolution/call-facts.js";
import { behindPartial } from "../resolution/callees.js";
import type { Resolver, SpawnedArguments } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";
import { isCalledAgainOnOne } from "./called-again.js";
import { isJoinedAtOnce } from "./joined-at-once.js";
import { isOnlyRun } from "./never-started.js";
import { instancesOf, isCalledInTurn, isOfOne, isOneForEachCall, isShownOften, runsOften, startsSeveral } from "./spawn-counts.js";
import { spawningClasses, subclassNames } from "./spawning-classes.js";

/** A value and the function in whose scope it is to be read. */
export interface ScopedValue {
  readonly value: Value;
  readonly in: FunctionNode;
}

/** A function of the program that a spawn runs, with what it is given. */
export interface SpawnTarget {
  readonly function: FunctionNode;
  /** What the first parameter of a method is bound to, as an entity and as the expression it stands in. */
  readonly receiver: Entity | undefined;
  readonly receiverValue: ScopedValue | undefined;
  /** What parameters are bound to; `element`: each task gets another element of the value. */
  readonly arguments: ReadonlyMap<string, ScopedValue & { readonly how: "whole" | "element" }>;
}

/** The pool that runs the work. */
export interface SpawnPool {
  /** The expression of its size, if one is given. */
  readonly size: ScopedValue | undefined;
  readonly defaultSize: readonly PoolSize[];
  /** The call that made it, if it is known. */
  readonly made: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
}

/** A place that starts work somewhere else. */
export interface Spawn {
  readonly in: FunctionNode;
  readonly call: CallOperation;
  /** The qualified name of what starts the work: `threading.Thread`, `concurrent.futures.ThreadPoolExecutor.map`. */
  readonly spawner: string;
  readonly worker: WorkerKind;
  readonly targets: readonly SpawnTarget[];
  /** Targets outside the program, by qualified name. */
  readonly externalTargets: readonly string[];
  readonly pool: SpawnPool | undefined;
  /** The iterables whose elements make one task each; empty if the spawn makes one task. */
  readonly items: readonly Value[];
  /** Whether several of its workers can run at once. */
  readonly instances: "one" | "several";
  /**
   * Where the number of workers comes from: `shown` by a loop, a pool or elements; `guessed` where the function that starts one is called from several
   * places, each of which may have its own time or its own object.
   */
  readonly repeated: "shown" | "guessed";
  /** The same for one object, where the target is a method of it: a method that starts a thread on itself is called once for each object. */
  readonly instancesOfOne: "one" | "several";
  /** The same for what one call of the spawning function makes or is given: several only where that call starts several. */
  readonly instancesOfCall: "one" | "several";
  /** How it reads in a sentence; `handlers` are called for events and results, and are no tasks that the program hands out. */
  readonly width: "thread" | "pool" | "handlers" | "task";
  /** Whether the work starts here, or the function is only made known here. */
  readonly startedBy: "call" | "library";
  /** The methods of what the call returns that set the work going; none if the call itself does. */
  readonly starts: readonly string[];
  /** Equal for work that one thread takes in turns; undefined if it does not have to. */
  readonly turn: string | undefined;
  /** Methods after which the work is over: `join`, `loop_stop`. */
  readonly joinedBy: readonly string[];
}

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

/** Adds the methods of the class or object; true if it is a class. */
function collectMethods(target: ScopedValue, methods: readonly string[] | "public", resolver: Resolver, targets: SpawnTarget[]): boolean {
  let isClass = false;
  const given = resolver
    .resolve(target.value, target.in)
    .flatMap((entity) => (entity.kind === "partial" ? behindPartial(resolver, entity) : [{ ...target, entity }]));
  for (const { entity, ...place } of given) {
    if (entity.kind !== "class" && entity.kind !== "instance") continue;
    isClass ||= entity.kind === "class";
    const receiver: Entity = { kind: "instance", class: entity.class };
    for (const name of methods === "public" ? publicMethods(entity.class, resolver) : methods) {
      const method = resolver.method(entity.class, name);
      if (method) addTarget(method, receiver, entity.kind === "instance" ? place : undefined, new Map(), targets);
    }
  }
  return isClass;
}

/** What a server calls by name on an object that is registered with it: the method that takes all calls, or else those that are no one's business to hide. */
function publicMethods(node: ClassNode, resolver: Resolver): readonly string[] {
  if (resolver.method(node, "_dispatch")) return ["_dispatch"];
  const { classes } = resolver.classOrder(node);
  const names = classes.flatMap((each) => [...(each.file.functionAt(each.facts.body)?.facts.bindings.keys() ?? [])]);
  return [...new Set(names)].filter((name) => !name.startsWith("_"));
}

/** Adds the functions that the file assigns to these attributes of the receiver. */
function collectAssigned(
  call: CallOperation,
  names: readonly string[],
  within: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
): void {
  const receiver = argumentAt(call, "receiver");
  const objects = new Set((receiver ? resolver.resolve(receiver, within) : []).map(entityKey));
  if (objects.size === 0) return;
  for (const node of within.file.functions) {
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "write" || operation.form !== "assign" || !operation.value) return;
      const { place } = operation;
      if (place.kind !== "attribute" || !names.includes(place.name)) return;
      if (!resolver.resolve(place.object, node).some((object) => objects.has(entityKey(object)))) return;
      const passing: ArgumentPassing = { pass: "from-library", type: undefined };
      collectTargets({ value: operation.value, in: node }, passing, call, node, resolver, targets, []);
    });
  }
}

/** The call `made(…)` on the object that another call made: `Parallel(n_jobs=4)(…)`. */
function callOn(made: CallOperation, within: FunctionNode): CallOperation | undefined {
  let found: CallOperation | undefined;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "call" && operation.callee === made) found = operation;
  });
  return found;
}

function iterablesOf(passing: ArgumentPassing, call: CallOperation): readonly Value[] {
  switch (passing.pass) {
    case "elements":
      return call.arguments.slice(passing.from).flatMap((argument) => (argument.form === "positional" ? [argument.value] : []));
    case "element":
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      return value ? [value] : [];
    }
    default:
      return [];
  }
}

/** The argument at a place, if it is written out. */
export function argumentAt(call: CallOperation, place: ValuePlace): Value | undefined {
  if (place === "receiver") {
    const { callee } = call;
    return callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  }
  const named = call.arguments.find((argument) => argument.form === "keyword" && argument.name === place.keyword);
  if (named && place.keyword !== undefined) return named.value;
  if (place.position === undefined) return undefined;
  const before = call.arguments.slice(0, place.position + 1);
  const argument = before[place.position];
  return argument?.form === "positional" && before.every((each) => each.form === "positional") ? argument.value : undefined;
}

function collectTargets(
  target: ScopedValue,
  passing: ArgumentPassing,
  call: CallOperation,
  caller: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
  externalTargets: string[],
): void {
  for (const entity of resolver.resolve(target.value, target.in)) {
    switch (entity.kind) {
      case "function":
        addTarget(
          entity.function,
          entity.receiver,
          boundObject(target.value, target.in, entity.function, resolver),
          bound(entity.function, entity.receiver, passing, call, caller, []),
          targets,
        );
        break;
      case "instance": {
        const method = resolver.method(entity.class, "__call__");
        if (method) addTarget(method, entity, target, bound(method, entity, passing, call, caller, []), targets);
        break;
      }
      case "class": {
        const method = resolver.method(entity.class, "__init__");
        const receiver: Entity = { kind: "instance", class: entity.class };
        if (method) addTarget(method, receiver, undefined, bound(method, receiver, passing, call, caller, []), targets);
        break;
      }
      case "partial": {
        const inner = entity.call.arguments[0]?.value;
        if (!inner) break;
        const given = entity.call.arguments.slice(1);
        for (const callee of resolver.resolve(inner, entity.in)) {
          if (callee.kind === "external") externalTargets.push(callee.name);
          if (callee.kind !== "function") continue;
          const values = bound(callee.function, callee.receiver, passing, call, caller, given, entity.in);
          addTarget(callee.function, callee.receiver, boundObject(inner, entity.in, callee.function, resolver), values, targets);
        }
        break;
      }
      case "external": {
        const run = entity.name === "contextvars.Context.run" ? firstPassed(passing, call) : undefined;
        if (run) collectTargets({ value: run.value, in: caller }, run.passing, call, caller, resolver, targets, externalTargets);
        else externalTargets.push(entity.name);
        break;
      }
      default:
        break;
    }
  }
}

/** The first of the arguments that a target gets, and how it gets the others: `submit(context.run, function, argument)`. */
function firstPassed(
  passing: ArgumentPassing,
  call: CallOperation,
): { readonly value: Value; readonly passing: ArgumentPassing } | undefined {
  if (passing.pass === "rest") {
    const value = argumentAt(call, { position: passing.from });
    return value && { value, passing: { pass: "rest", from: passing.from + 1 } };
  }
  const args = passing.pass === "tuple" ? argumentAt(call, passing.args) : undefined;
  const value = args?.op === "display" ? args.elements[0] : undefined;
  // What a thread is given besides stands in a tuple, of which the first is another.
  return value && { value, passing: { pass: "none" } };
}

function addTarget(
  node: FunctionNode,
  receiver: Entity | undefined,
  receiverValue: ScopedValue | undefined,
  values: SpawnTarget["arguments"],
  targets: SpawnTarget[],
): void {
  if (targets.some((target) => target.function === node)) return;
  targets.push({ function: node, receiver, receiverValue, arguments: values });
}

/** What a call runs, and what its parameters are bound to there; `for each element`: the call is one of `map`, which runs what it is given. */
export function calledTargets(
  call: CallOperation,
  how: "once" | "for each element",
  within: FunctionNode,
  resolver: Resolver,
): Pick<Spawn, "targets" | "externalTargets"> {
  const targets: SpawnTarget[] = [];
  const externalTargets: string[] = [];
  const mapped = how === "once" ? undefined : argumentAt(call, { position: 0 });
  if (how === "once") addCallTargets(call, within, resolver, targets, externalTargets);
  else if (mapped)
    collectTargets({ value: mapped, in: within }, { pass: "elements", from: 1 }, call, within, resolver, targets, externalTargets);
  return { targets, externalTargets };
}

function addCallTargets(
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
  externalTargets: string[],
): void {
  externalTargets.push(...resolver.externalCallees(call, within));
  for (const { function: node, receiver } of resolver.callees(call, within)) {
    const values = bound(node, receiver, { pass: "rest", from: 0 }, call, within, []);
    addTarget(node, receiver, boundObject(call.callee, within, node, resolver), values, targets);
  }
}

/** What the target's parameters are bound to. `given` are the arguments that a partial adds in front. */
function bound(
  node: FunctionNode,
  receiver: Entity | undefined,
  passing: ArgumentPassing,
  call: CallOperation,
  caller: FunctionNode,
  given: readonly CallArgument[],
  givenIn: FunctionNode = caller,
): SpawnTarget["arguments"] {
  const result = new Map<string, ScopedValue & { readonly how: "whole" | "element" }>();
  const parameters = node.head.parameters.slice(receiver ? 1 : 0);
  let position = 0;
  const positional = (value: Value, within: FunctionNode, how: "whole" | "element"): void => {
    const parameter = parameters[position++];
    if (parameter && parameter.form !== "keyword-only" && parameter.form !== "star" && parameter.form !== "double-star") {
      result.set(parameter.name, { value, in: within, how });
    }
  };
  for (const argument of given) {
    if (argument.form === "positional") positional(argument.value, givenIn, "whole");
    else if (argument.form === "keyword") result.set(argument.name, { value: argument.value, in: givenIn, how: "whole" });
  }
  switch (passing.pass) {
    case "none":
    case "from-library":
      break;
    case "rest":
      call.arguments.forEach((argument, index) => {
        if (argument.form === "keyword") result.set(argument.name, { value: argument.value, in: caller, how: "whole" });
        else if (argument.form === "positional" && index >= passing.from) positional(argument.value, caller, "whole");
      });
      break;
    case "tuple": {
      const args = argumentAt(call, passing.args);
      if (args?.op === "display" && !args.isOpen) for (const element of args.elements) positional(element, caller, "whole");
      const kwargs = passing.kwargs && argumentAt(call, passing.kwargs);
      if (kwargs?.op === "display" && kwargs.makes === "dict") {
        kwargs.keys.forEach((key, index) => {
          const value = kwargs.elements[index];
          if (key?.op === "constant" && typeof key.value === "string" && value) result.set(key.value, { value, in: caller, how: "whole" });
        });
      }
      break;
    }
    case "elements":
      for (const argument of call.arguments.slice(passing.from))
        if (argument.form === "positional") positional(argument.value, caller, "element");
      break;
    case "element": {
      const value = argumentAt(call, passing.of);
      if (value) positional(value, caller, "element");
      break;
    }
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      const element = value?.op === "comprehension" ? value.element : value?.op === "display" ? value.elements[0] : undefined;
      if (element?.op === "display") for (const each of element.elements) positional(each, caller, "element");
      break;
    }
  }
  return result;
}

/** The class of the object that the spawn's call makes, where that object is the worker: `Ticker()` of `class Ticker(Thread)`. */
export function threadObjectOf({ call, targets }: Spawn): ClassNode | undefined {
  const [target] = targets;
  return target?.receiver?.kind === "instance" && target.receiverValue?.value === call ? target.receiver.class : undefined;
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
      const target: SpawnTarget = { function: run, receiver, receiverValue: { value: site.call, in: within }, arguments: new Map() };
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

/** A stable identity for a spawn. */
export function spawnKey(spawn: Spawn): string {
  return `${functionKey(spawn.in)}@${spawn.call.start}`;
}
