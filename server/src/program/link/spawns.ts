import type { ArgumentPassing, PoolSize, SpawnerEntry, TypeRole, ValuePlace, WorkerKind } from "../../knowledge/entry.js";
import { workerOf } from "../../knowledge/evaluate.js";
import type { Knowledge } from "../../knowledge/knowledge.js";
import type { CallArgument, CallOperation, Value } from "../operation.js";
import { knownOfCall } from "./call-facts.js";
import { type ClassNode, type Entity, type FunctionNode, functionKey, type LinkedFile } from "./entity.js";
import { loopsAround } from "./loops.js";
import { decoratorNames, type Resolver, type SpawnedArguments } from "./resolver.js";
import { listOf, walkOperations } from "./walk.js";

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
  /** The same for one object, where the target is a method of it: a method that starts a thread on itself is called once for each object. */
  readonly instancesOfOne: "one" | "several";
  /** How it reads in a sentence. */
  readonly width: "thread" | "pool" | "handlers" | "task";
}

/** Work that a library starts by itself on methods of a class: request handlers, and threads whose objects are made elsewhere. */
export interface HandlerRoot {
  readonly class: ClassNode;
  readonly methods: readonly FunctionNode[];
  readonly worker: WorkerKind;
  /** The external base that makes it so. */
  readonly base: string;
}

/** Every spawn of the program, in order of file and offset. */
export function findSpawns(files: readonly LinkedFile[], resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  const names = spawnNames(knowledge);
  const spawns: Spawn[] = [];
  for (const file of files) {
    const wanted = new Set(names);
    for (const imported of file.facts.imports) if (imported.name !== undefined && names.has(imported.name)) wanted.add(imported.bound);
    const start = spawns.length;
    for (const name of wanted) {
      for (const site of file.facts.callsByName.get(name) ?? []) {
        const within = file.functions[site.function];
        if (within) spawns.push(...spawnsOfCall(site.call, within, resolver, knowledge));
      }
    }
    for (const node of file.classes) spawns.push(...workerObjects(node, resolver, knowledge));
    const found = spawns.splice(start);
    found.sort((a, b) => a.call.start - b.call.start || a.call.end - b.call.end);
    for (const spawn of found) {
      const last = spawns[spawns.length - 1];
      if (!last || last.call !== spawn.call || last.spawner !== spawn.spawner) spawns.push(spawn);
    }
  }
  return spawns;
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

/** Classes whose methods a library calls in threads of its own, and thread classes that nobody in the program makes objects of. */
export function findHandlers(
  files: readonly LinkedFile[],
  spawns: readonly Spawn[],
  resolver: Resolver,
  knowledge: Knowledge,
): readonly HandlerRoot[] {
  const { handlers, workers } = roleMethods(knowledge);
  const methodNames = new Set([...handlers, ...workers]);
  const made = new Set(spawns.flatMap((spawn) => spawn.targets.map((target) => target.function)));
  const roots: HandlerRoot[] = [];
  for (const file of files) {
    for (const node of file.classes) {
      const body = file.functions[node.facts.body];
      if (!body || node.facts.bases.length === 0) continue;
      const defined = [...body.facts.bindings.keys()].filter((name) => methodNames.has(name));
      if (defined.length === 0) continue;
      for (const base of resolver.classOrder(node).externals) {
        const role = knowledge.type(base)?.is;
        if ((role?.role !== "handler" && role?.role !== "worker") || role.worker !== "thread") continue;
        const methods = (role.role === "handler" ? role.methods : role.runs).flatMap((name) => {
          const method = defined.includes(name) ? resolver.method(node, name) : undefined;
          return method && !made.has(method) ? [method] : [];
        });
        if (methods.length > 0) roots.push({ class: node, methods, worker: role.worker, base });
      }
    }
  }
  return roots;
}

const namesOf = new WeakMap<Knowledge, ReadonlySet<string>>();

/** The last names under which spawners are called. */
function spawnNames(knowledge: Knowledge): ReadonlySet<string> {
  const known = namesOf.get(knowledge);
  if (known) return known;
  const names = new Set<string>();
  for (const entry of knowledge.all()) if (entry.entry === "spawner") names.add(entry.name.slice(entry.name.lastIndexOf(".") + 1));
  namesOf.set(knowledge, names);
  return names;
}

interface RoleMethods {
  readonly workers: ReadonlySet<string>;
  readonly handlers: ReadonlySet<string>;
}

const methodsOf = new WeakMap<Knowledge, RoleMethods>();

/** The methods that make a subclass of some known type run elsewhere; they sort out most classes at once. */
function roleMethods(knowledge: Knowledge): RoleMethods {
  const known = methodsOf.get(knowledge);
  if (known) return known;
  const workers = new Set<string>();
  const handlers = new Set<string>();
  for (const entry of knowledge.all()) {
    if (entry.entry !== "type") continue;
    if (entry.is.role === "worker") for (const name of entry.is.runs) workers.add(name);
    if (entry.is.role === "handler") for (const name of entry.is.methods) handlers.add(name);
  }
  const methods = { workers, handlers };
  methodsOf.set(knowledge, methods);
  return methods;
}

function spawnsOfCall(call: CallOperation, within: FunctionNode, resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  for (const callee of resolver.resolve(call.callee, within)) {
    if (callee.kind !== "external") continue;
    const entry = knowledge.spawner(callee.name);
    if (!entry) continue;
    const spawn = spawnOf(entry, call, within, resolver, knowledge);
    return spawn ? [spawn] : [];
  }
  return [];
}

function spawnOf(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  knowledge: Knowledge,
): Spawn | undefined {
  const starting = entry.target.at === "delayed-calls" ? callOn(call, within) : call;
  const worker = workerOf(entry, knownOfCall(call, within, resolver, undefined));
  if (!starting || !worker) return undefined;
  const targets: SpawnTarget[] = [];
  const externalTargets: string[] = [];
  let items: readonly Value[] = [];
  switch (entry.target.at) {
    case "argument": {
      const target = argumentAt(call, entry.target.of);
      if (!target) return undefined;
      collectTargets({ value: target, in: within }, entry.passing, call, within, resolver, targets, externalTargets);
      if (entry.tasks === "per-element") items = iterablesOf(entry.passing, call);
      break;
    }
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
    case "method-of-argument":
    case "decorated":
      // Classes given to servers are found as handlers, decorated functions by their directive or framework role.
      return undefined;
  }
  if (targets.length === 0 && externalTargets.length === 0) return undefined;
  const pool = poolOf(entry, call, within, resolver, knowledge);
  const width = entry.concurrency.width === "one-per-call" ? "thread" : worker === "event-loop-task" ? "task" : "pool";
  const instances = instancesOf(entry, call, within, pool, resolver);
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
    instancesOfOne: instances === "several" && width === "thread" && loopsAround(within, call).length === 0 ? "one" : instances,
    width,
  };
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
function argumentAt(call: CallOperation, place: ValuePlace): Value | undefined {
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
          receiverOf(target, entity.function.facts.name),
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
          addTarget(
            callee.function,
            callee.receiver,
            receiverOf({ value: inner, in: entity.in }, callee.function.facts.name),
            values,
            targets,
          );
        }
        break;
      }
      case "external":
        externalTargets.push(entity.name);
        break;
      default:
        break;
    }
  }
}

/** `work.run` gives the method `run` bound to `work`, also through a variable: `action = work.run if fast else work.walk`. */
function receiverOf({ value, in: within }: ScopedValue, method: string): ScopedValue | undefined {
  if (value.op === "choice") {
    for (const choice of value.values) {
      const found = receiverOf({ value: choice, in: within }, method);
      if (found) return found;
    }
    return undefined;
  }
  if (value.op !== "read" || value.place.kind === "element") return undefined;
  if (value.place.kind === "attribute") return value.place.name === method ? { value: value.place.object, in: within } : undefined;
  const { name, owner } = value.place;
  const holder = owner >= 0 ? within.file.functions[owner] : undefined;
  for (const bound of holder?.facts.bindings.get(name) ?? []) {
    const isName = bound.op === "read" && bound.place.kind === "name";
    const found = holder && !isName ? receiverOf({ value: bound, in: holder }, method) : undefined;
    if (found) return found;
  }
  return undefined;
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
    addTarget(node, receiver, receiverOf({ value: call.callee, in: within }, node.facts.name), values, targets);
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
  const parameters = node.facts.parameters.slice(receiver ? 1 : 0);
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

/** Objects of subclasses of `threading.Thread` and its like: each call of the class makes a worker. */
function workerObjects(node: ClassNode, resolver: Resolver, knowledge: Knowledge): readonly Spawn[] {
  const names = roleMethods(knowledge).workers;
  const body = node.file.functions[node.facts.body];
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
    const bindings = each.file.functions[each.facts.body]?.facts.bindings;
    return bindings !== undefined && [...names].some((name) => bindings.has(name));
  });
  if (!defines) return [];
  const worker = role;
  const run = worker.runs.map((name) => resolver.method(node, name)).find((method) => method !== undefined);
  if (!run) return [];
  const receiver: Entity = { kind: "instance", class: node };
  const spawns: Spawn[] = [];
  for (const file of resolver.files.values()) {
    for (const site of file.facts.callsByName.get(node.facts.name) ?? []) {
      const within = file.functions[site.function];
      if (!within) continue;
      const makesIt = resolver.resolve(site.call.callee, within).some((entity) => entity.kind === "class" && entity.class === node);
      if (!makesIt) continue;
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
        instances: runsOften(site.call, within, resolver) ? "several" : "one",
        instancesOfOne: "one",
        width: "thread",
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

function instancesOf(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  pool: SpawnPool | undefined,
  resolver: Resolver,
): Spawn["instances"] {
  const size = pool?.size?.value;
  if (size?.op === "constant" && size.value === 1) return "one";
  if (entry.tasks === "per-element" || entry.concurrency.width === "unbounded") return "several";
  if (isJoinedAtOnce(call, within)) return "one";
  // A pool that outlives the function is given work by every call of it.
  if (pool?.made && pool.made.in !== within) return "several";
  return runsOften(call, within, resolver) ? "several" : "one";
}

/** Whether the next thing that is done with the thread, before another is started, is to wait for it. */
function isJoinedAtOnce(call: CallOperation, within: FunctionNode): boolean {
  const [name] = [...within.facts.bindings].find(([, values]) => values.includes(call)) ?? [];
  if (name === undefined) return false;
  return (listOf(within.facts.body, call) ?? []).some((operation) => {
    if (operation.op !== "call" || operation.start < call.end) return false;
    const { callee } = operation;
    if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "join") return false;
    const { object } = callee.place;
    return object.op === "read" && object.place.kind === "name" && object.place.name === name;
  });
}

/** Whether the call is made several times: in a loop, or in a function that is called in a loop, from several places, or handed out. */
function runsOften(call: CallOperation, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  if (loopsAround(within, call).length > 0) return true;
  if (within.facts.kind === "module" || depth > 3) return false;
  const parent = within.facts.parent === undefined ? undefined : within.file.functions[within.facts.parent];
  // A function that a decorator or factory returns is called by whoever got it.
  if (
    parent?.facts.kind === "function" &&
    parent.facts.returned.some((value) => value.op === "read" && value.place.kind === "name" && value.place.name === within.facts.name)
  ) {
    return true;
  }
  if (decoratorNames(within).includes("property")) return false;
  const callers = resolver.callersOf(within);
  if (callers.length > 1) return true;
  const only = callers[0];
  return only !== undefined && only.within !== within && runsOften(only.call, only.within, resolver, depth + 1);
}

/** A stable identity for a spawn. */
export function spawnKey(spawn: Spawn): string {
  return `${functionKey(spawn.in)}@${spawn.call.start}`;
}
