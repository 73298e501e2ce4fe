import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { CallOperation, Value } from "../../operation.js";
import { reachedWithin } from "../activity/reached-functions.js";
import { type ClassNode, classKey, type FunctionNode, functionKey, type LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import { assignedIn, callersOf, functionView } from "../linked-file.js";
import { type GuardedState, guardedStates, mentionsGuards } from "../locks/guarded-state.js";
import { writtenName } from "../locks/locks.js";
import { overviewAt, overviewOf, overviewOfFiles } from "../memory/overviews.js";
import { hasNote } from "../notes.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";

/**
 * Code that says of itself that several threads use it: a class or module that has a lock of its own, or a class whose docstring calls it
 * thread-safe. Nobody takes a lock where one thread passes by.
 */
export interface SharingPromise {
  /** Equal for code that makes the same promise: of one class, one module, one lock of a function. */
  readonly key: string;
  /** `note`: a comment says which lock guards its state. */
  readonly by: "lock" | "docstring" | "note";
  readonly of: "class" | "module" | "function";
  readonly class: ClassNode | undefined;
  /** The keys of the class and of those it extends, whose attributes its objects have. */
  readonly family: ReadonlySet<string>;
  readonly file: LinkedFile;
  /** What other threads can call. */
  readonly entries: readonly FunctionNode[];
}

/** What does not change with the code that makes the promise getting another entry. */
export type PromiseOfRoot = Omit<SharingPromise, "entries">;

/** What other threads can call of what makes the promise of that key in the file. */
export function entriesOf(path: string, key: string, program: Program): readonly FunctionNode[] {
  return overviewOf(program, `entries of ${key}`, (now) => promisesIn(path, now).find((each) => each.key === key)?.entries ?? none);
}

/** The promise of that key in the file. */
export function promiseAt(program: Program, path: string, key: string): PromiseOfRoot | undefined {
  return overviewOf(program, `made in ${key}`, (now) => {
    const found = promisesIn(path, now).find((each) => each.key === key);
    if (!found) return undefined;
    const { entries, ...promise } = found;
    return promise;
  });
}

/** All promises of a program, in order of file and offset. */
export function sharingPromises(program: Program): readonly SharingPromise[] {
  return overviewOfFiles(program, overviewName, findPromises);
}

function promisesIn(path: string, program: Program): readonly SharingPromise[] {
  return overviewAt(program, path, overviewName, findPromises);
}

const overviewName = "promises of sharing";

function findPromises(file: LinkedFile, now: Program): readonly SharingPromise[] {
  const names = lockNames(now.knowledge);
  const mentionsLock = [...names].some((name) => file.calls(name).length > 0);
  const isWorthALook = (node: ClassNode): boolean => node.facts.docstring === "thread-safe" || extendsLocked(node, names, now);
  if (!mentionsLock && !mentionsGuards(file) && !file.classes.some(isWorthALook)) return [];
  const guarded = mentionsGuards(file) ? guardedStates(now).filter((state) => state.file === file) : [];
  return promisesOf(file, mentionsLock ? names : new Set(), guarded, now).flatMap((promise) => {
    const entries = promise.entries.filter((node) => !isSpawned(node, now));
    return entries.length > 0 && !(promise.by === "lock" && isForSignals(promise, now)) ? [{ ...promise, entries }] : [];
  });
}

/**
 * Whether each lock that the code takes is taken by a handler of signals, too: the handler interrupts the main thread and runs there, so that such a lock
 * says nothing of other threads.
 */
function isForSignals({ entries, class: owner, file }: SharingPromise, program: Program): boolean {
  const isOfSame = (node: FunctionNode): boolean =>
    owner ? program.resolver.enclosingClass(node) === owner : node.file === file && node.head.class === undefined;
  const handling = [...signalHandlers(program)].filter(isOfSame);
  if (handling.length === 0) return false;
  const reached = reachedWithin(
    handling,
    { steps: mostHandlingSteps, most: Number.POSITIVE_INFINITY, doubtful: "left out" },
    program.resolver,
  );
  const takenIn = (nodes: Iterable<FunctionNode>): ReadonlySet<string> => new Set([...nodes].flatMap(lockContexts).map(writtenName));
  const inHandlers = takenIn([...reached].filter(isOfSame));
  return inHandlers.size > 0 && [...takenIn(entries)].every((lock) => inHandlers.has(lock));
}

const mostHandlingSteps = 3;

function signalHandlers(program: Program): ReadonlySet<FunctionNode> {
  return overviewOf(
    program,
    "functions that handle signals",
    ({ spawns }) =>
      new Set(spawns.flatMap(({ worker, targets }) => (worker === "signal-handler" ? targets.map((target) => target.function) : []))),
  );
}

/** What a spawn runs has its threads in view. */
function isSpawned(node: FunctionNode, program: Program): boolean {
  const spawned = overviewOf(
    program,
    "functions that are spawned",
    ({ spawns, services }) => new Set([...spawns, ...services].flatMap(({ targets }) => targets.map((target) => target.function))),
  );
  return spawned.has(node);
}

function promisesOf(
  file: LinkedFile,
  names: ReadonlySet<string>,
  guarded: readonly GuardedState[],
  program: Program,
): readonly SharingPromise[] {
  const { resolver } = program;
  const promises: SharingPromise[] = [];
  for (const node of file.classes) {
    const by = guarded.some((state) => state.class === node)
      ? "note"
      : node.facts.docstring === "thread-safe"
        ? "docstring"
        : (names.size > 0 && hasOwnLock(node, names, program)) || extendsLocked(node, lockNames(program.knowledge), program)
          ? "lock"
          : undefined;
    if (!by || isSingleThreaded(node) || (by === "lock" && isWindow(node, resolver))) continue;
    const family = new Set(resolver.classOrder(node).classes.map(classKey));
    promises.push({ key: `promise ${classKey(node)}`, by, of: "class", class: node, family, file, entries: publicMethods(node, resolver) });
  }
  const functions = names.size > 0 ? promisesOfFunctions(file, names, program) : [];
  if (guarded.some((state) => state.class === undefined) && functions.every(({ of }) => of !== "module")) {
    const entries = moduleFunctions(file, [], resolver);
    promises.push({ key: `promise module ${file.path}`, by: "note", of: "module", class: undefined, family: new Set(), file, entries });
  }
  return [...promises, ...functions];
}

/** Whether objects of the class are windows or parts of them, which belong to one thread whatever their locks are for. */
export function isWindow(node: ClassNode, resolver: Resolver): boolean {
  const { classes, externals } = resolver.classOrder(node);
  return (
    externals.some((base) => windowBase.test(base.slice(base.lastIndexOf(".") + 1))) ||
    classes.some(({ name }) => /(Dialog|Window|Widget)$/.test(name))
  );
}

const windowBase = /^(Q(?!Thread|Runnable|Timer|TcpServer|TcpSocket)[A-Z]\w*|\w*(Dialog|Window|Widget|Frame|Panel))$/;

function isSingleThreaded(node: ClassNode): boolean {
  const body = node.file.functionAt(node.facts.body);
  return body !== undefined && hasNote(body, "single-thread");
}

const namesOf = new WeakMap<Knowledge, ReadonlySet<string>>();

/** The last names under which locks for threads are made. */
function lockNames(knowledge: Knowledge): ReadonlySet<string> {
  const before = namesOf.get(knowledge);
  if (before) return before;
  const names = new Set<string>(["allocate_lock"]);
  for (const entry of knowledge.typesThatAre("lock", "condition")) {
    if ((entry.is.role === "lock" || entry.is.role === "condition") && entry.is.scope === "threads")
      names.add(entry.name.slice(entry.name.lastIndexOf(".") + 1));
  }
  namesOf.set(knowledge, names);
  return names;
}

/** Whether the value is a new lock for threads. */
function isNewLock(value: Value | undefined, within: FunctionNode, names: ReadonlySet<string>, { resolver, knowledge }: Program): boolean {
  if (value?.op === "choice") return value.values.some((each) => isNewLock(each, within, names, { resolver, knowledge } as Program));
  if (value?.op !== "call" || value.callee.op !== "read" || value.callee.place.kind === "element") return false;
  if (!names.has(value.callee.place.name) && !isFieldOfLock(value, names)) return false;
  return (
    resolver.resolve(value, within).some((entity) => isLockType(entity.kind === "object" ? entity.type : undefined, knowledge)) ||
    isFieldOfLock(value, names)
  );
}

/** `field(default_factory=threading.Lock)` of a dataclass. */
function isFieldOfLock(call: CallOperation, names: ReadonlySet<string>): boolean {
  return call.arguments.some(
    ({ name, value }) => name === "default_factory" && value.op === "read" && value.place.kind !== "element" && names.has(value.place.name),
  );
}

function isLockType(type: string | undefined, knowledge: Knowledge): boolean {
  const role = type === undefined ? undefined : knowledge.type(type)?.is;
  return (role?.role === "lock" || role?.role === "condition") && role.scope === "threads";
}

/** Whether objects of the class, or the class itself, have a lock that the class or a base in the program makes. */
function hasOwnLock(node: ClassNode, names: ReadonlySet<string>, program: Program): boolean {
  const body = node.file.functionAt(node.facts.body);
  if (body && assignedIn(body).some((value) => isNewLock(value, body, names, program))) return true;
  // What tells a dataclass to make one, `field(default_factory=Lock)`, stands in its body.
  const makers = callersOf(node.file, "makers of locks", names);
  if (makers.size === 0) return false;
  for (const writes of node.facts.instanceAttributes.values()) {
    for (const site of writes) {
      const method = makers.has(site.function) ? node.file.functionAt(site.function) : undefined;
      if (method && isNewLock(site.write.value, method, names, program)) return true;
    }
  }
  return false;
}

/** Whether a class of the program that it extends has a lock: what that one guards, this one has as well. */
function extendsLocked(node: ClassNode, names: ReadonlySet<string>, program: Program): boolean {
  const [, ...bases] = node.facts.bases.length === 0 ? [] : program.resolver.classOrder(node).classes;
  return bases.some((base) => hasOwnLock(base, names, program));
}

/** Called while nobody else has the object, or not as a thread's work. */
const notShared: ReadonlySet<string> = new Set(
  "__init__ __new__ __post_init__ __del__ __init_subclass__ __class_getitem__ __getstate__ __setstate__ __reduce__ __reduce_ex__ __repr__ __str__ __copy__ __deepcopy__ setUp tearDown".split(
    " ",
  ),
);

function publicMethods(node: ClassNode, resolver: Resolver): readonly FunctionNode[] {
  const body = node.file.functionAt(node.facts.body);
  const methods: FunctionNode[] = [];
  for (const [name, values] of body?.facts.bindings ?? []) {
    // What a thread's object runs is that thread's, whoever else calls the object.
    if (notShared.has(name) || (name === "run" && isThread(node, resolver))) continue;
    for (const value of values) {
      const method = defined(value, node.file);
      if (method?.head.kind !== "function" || (body && isWrapped(value, body, method, resolver))) continue;
      if (name.startsWith("_") && !name.startsWith("__") && !calledFromOutside(method, node, resolver)) continue;
      if (!decoratorNames(method).includes("staticmethod")) methods.push(method);
    }
  }
  return methods;
}

function isThread(node: ClassNode, resolver: Resolver): boolean {
  return resolver.classOrder(node).externals.some((base) => /(^|\.)(Thread|Timer|QThread)$/.test(base));
}

function defined(value: Value, file: LinkedFile): FunctionNode | undefined {
  const definition = value.op === "choice" ? value.values[value.values.length - 1] : value;
  return definition?.op === "function" ? file.functionAt(definition.function) : undefined;
}

/** Whether a decorator of the program puts a function in its place that enters or acquires something first, most likely a lock. */
function isWrapped(value: Value, within: FunctionNode, node: FunctionNode, resolver: Resolver): boolean {
  if (value.op !== "choice") return false;
  const entered = resolver.resolve(value, within).filter((entity) => entity.kind === "function");
  return entered.length > 0 && entered.every((entity) => entity.function !== node && lockContexts(entity.function).length > 0);
}

/** Whether code outside the class calls the method, or one of that name on an object of which nothing is known. */
export function calledFromOutside(method: FunctionNode, owner: ClassNode, resolver: Resolver): boolean {
  const family = resolver.classOrder(owner).classes;
  return resolver.callsNamed(method.head.name).some(({ file, site }) => {
    const within = file.functionAt(site.function);
    const { callee } = site.call;
    if (!within || callee.op !== "read" || callee.place.kind !== "attribute") return false;
    const from = resolver.enclosingClass(within);
    if (from && resolver.classOrder(from).classes.includes(owner)) return false;
    // A base class that calls what its own object has is no outsider.
    if (from && family.includes(from) && isOwnObject(callee.place.object, within)) return false;
    const objects = resolver.resolve(callee.place.object, within);
    // What is written as an object of the base can be one of this class.
    return objects.length === 0 || objects.some((object) => object.kind === "instance" && family.includes(object.class));
  });
}

function isOwnObject(value: Value, { facts }: FunctionNode): boolean {
  return value.op === "read" && value.place.kind === "name" && facts.class !== undefined && value.place.name === facts.parameters[0]?.name;
}

const none: readonly never[] = [];

/** What the function enters with `with` and calls `acquire` on. */
function lockContexts(node: FunctionNode): readonly Value[] {
  return node.head.holds.has("lock") ? node.view(contexts) : none;
}

const contexts = functionView(({ body }): readonly Value[] => {
  const found: Value[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with" && !operation.isAsync) found.push(operation.context);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    if (operation.callee.place.name === "acquire") found.push(operation.callee.place.object);
  });
  return found;
});

/** Functions that take a lock which is a global of their module or a variable of the function around them. */
function promisesOfFunctions(file: LinkedFile, names: ReadonlySet<string>, program: Program): readonly SharingPromise[] {
  const byLock = new Map<string, FunctionNode[]>();
  for (const node of file.functions) {
    if (node.head.kind !== "function" || node.head.isAsync || hasNote(node, "single-thread")) continue;
    for (const context of lockContexts(node)) {
      if (context.op !== "read" || context.place.kind !== "name" || context.place.owner < 0) continue;
      const { name, owner } = context.place;
      if (owner === node.index) continue;
      const holder = file.functionAt(owner);
      const bound = holder?.bound(name) ?? [];
      if (!holder || !bound.some((value) => isNewLock(value, holder, names, program))) continue;
      const key = owner === 0 ? "" : `${functionKey(holder)} ${name}`;
      const list = byLock.get(key);
      if (!list) byLock.set(key, [node]);
      else if (!list.includes(node)) list.push(node);
    }
  }
  return [...byLock].map(([key, takers]): SharingPromise => {
    const of = key === "" ? "module" : "function";
    const entries = of === "module" ? moduleFunctions(file, takers, program.resolver) : takers;
    return { key: `promise ${of} ${file.path} ${key}`, by: "lock", of, class: undefined, family: new Set(), file, entries };
  });
}

/** The functions that take the module's lock, and its other public ones; what the module calls only by itself is reached through these. */
function moduleFunctions(file: LinkedFile, takers: readonly FunctionNode[], resolver: Resolver): readonly FunctionNode[] {
  const module = file.functionAt(0);
  const others = file.functions.filter((node) => {
    const { head } = node;
    if (head.kind !== "function" || head.parent !== 0 || head.isAsync || head.name.startsWith("_") || head.name === "main") return false;
    if (takers.includes(node) || !module) return false;
    if (module.bound(head.name)?.some((value) => isWrapped(value, module, node, resolver))) return false;
    const callers = resolver.callersOf(node);
    return callers.length === 0 || callers.some((caller) => caller.within.file !== file);
  });
  return [...takers, ...others];
}
