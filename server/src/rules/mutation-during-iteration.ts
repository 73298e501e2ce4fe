import { contains } from "../base/range.js";
import { hasGil, knownTargets, type Target, targetName, targetTitle } from "../base/target.js";
import type { SwitchVerdict } from "../knowledge/atomicity.js";
import { type IterationWay, iterationVerdict, snapshotStep } from "../knowledge/iteration.js";
import type { Access } from "../program/link/activity/moments.js";
import type { Entity, FunctionNode } from "../program/link/entity.js";
import { receiverOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { looksLikeLock, writtenName } from "../program/link/locks/locks.js";
import { decoratorNames } from "../program/link/resolution/resolver.js";
import { type Iteration, iterationsOf, returnedView } from "../program/link/state/iteration.js";
import { samePlace, sameValue } from "../program/link/state/updates.js";
import { joinsText } from "../program/link/text-joins.js";
import { nameOfRoot } from "../program/link/threads/roots.js";
import { innerOperations, someValue, walkOperations } from "../program/link/walk.js";
import type { CallOperation, ElementPlace, Operation, Place, Value, WriteOperation } from "../program/operation.js";
import { evidenceOf, lengthOfWays, locked } from "./evidence.js";
import { copyFix } from "./fixes/container-fix.js";
import { lockFix } from "./fixes/lock-fix.js";
import docs from "./mutation-during-iteration.md";
import {
  accessesByLocation,
  isFarFetched,
  isNamedForEnd,
  isNamedForLifecycle,
  isRealLock,
  lockText,
  quoted,
  type Race,
  raceOf,
  racePlaces,
  threadsText,
  whoText,
} from "./race.js";
import type { Confidence, FixOffer, Match, Rule, RuleContext, TargetVerdict } from "./rule.js";

/** What kind of container is gone through, `counter` for dicts that make missing keys; `unknown` where neither its making nor its methods tell. */
type ContainerKind = "dict" | "counter" | "set" | "deque" | "list" | "weak" | "unknown";

interface Container {
  readonly kind: ContainerKind;
  /** The type by which the knowledge calls it; undefined for `weak` and `unknown`. */
  readonly type: string | undefined;
}

interface Data {
  readonly race: Race;
  readonly iteration: Iteration;
  readonly container: Container;
}

/** GIL203: iterating a container that another thread changes. */
export const mutationDuringIteration: Rule<Data> = {
  code: "GIL203",
  name: "mutation-during-iteration",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix,
};

function find({ program, target }: RuleContext): readonly Match<Data>[] {
  const byLocation = accessesByLocation(program);
  const matches = new Map<string, Match<Data>>();
  for (const [location, accesses] of byLocation) {
    const iterating = accesses.filter(({ does }) => does === "iterate" || does === "copy");
    if (iterating.length === 0) continue;
    const container = containerOf(accesses, program);
    const { kind } = container;
    const surely: Access[] = [];
    const perhaps: Access[] = [];
    const storesOfWhole = (byLocation.get(location.slice(0, -"[]".length)) ?? []).filter(({ operation }) => operation.op === "write");
    for (const access of [...accesses, ...storesOfWhole]) {
      const effect = effectOf(access, kind);
      if (effect === "resizes" && !happensOnce(access)) surely.push(access);
      else if (effect !== "keeps") perhaps.push(access);
    }
    if (surely.length + perhaps.length === 0) continue;
    const isReplaced = storesOfWhole.some(({ does, function: node }) => does === "assign" && node.head.name !== "__init__");
    for (const access of iterating) {
      const key = `${access.function.file.path}:${access.range.start}`;
      const known = matches.get(key);
      if (known && known.confidence !== "possible") continue;
      const iteration = iterationOf(access, location, program);
      if (!iteration || meeting(container, iteration, target).verdict !== "breaks" || expectsFailure(access)) continue;
      if (isSortedList(access)) continue;
      // `batch = self.items; self.items = []`: whoever goes through the batch has it alone.
      if (isReplaced && !isNamedAsShared(writtenSource(access) ?? iteration.source, access.function)) continue;
      const others = (list: readonly Access[]): readonly Access[] => list.filter((other) => !hasEnded(other, access, program));
      const certain = raceOf(access, access.locks, others(surely), program, accesses);
      const race =
        certain?.confidence === "likely" ? certain : (certain ?? raceOf(access, access.locks, others(perhaps), program, accesses));
      if (!race) continue;
      const isSure = race === certain && !isHedged(race, kind, iteration);
      const confidence = isSure ? race.confidence : "possible";
      if (!known || confidence !== "possible") matches.set(key, match({ race, iteration, container }, confidence));
    }
  }
  return [...matches.values()];
}

/** A copy where making one is a single step for the container, else a lock. */
function fix({ race, iteration, container }: Data, context: RuleContext): FixOffer {
  const { first } = race;
  const copy: Iteration = { ...iteration, step: "copy", by: "list" };
  const isWhole = iteration.step === "loop" || (iteration.step !== "copy" && !copying.has(iteration.by));
  if (isWhole && meeting(container, copy, context.target).verdict !== "breaks") {
    const others = accessesByLocation(context.program).get(first.location) ?? [];
    const changes = others.filter(({ does, function: node }) => does === "change" && node === first.function);
    const found = copyFix(
      first,
      iteration.source,
      changes.map((change) => change.range),
      context,
    );
    if (found) return { fixes: [found], refused: [] };
  }
  return lockFix(first, context);
}

/** Calls that ask more of what they are given than its elements. */
const copying: ReadonlySet<string> = new Set(["dict", "update", "copy", "copy.copy", "copy.deepcopy"]);

function match(data: Data, confidence: Confidence): Match<Data> {
  const { race, iteration, container } = data;
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence,
    related: racePlaces(race),
    targets: knownTargets.map(
      (target): TargetVerdict => ({ target: targetName(target), verdict: meeting(container, iteration, target).verdict }),
    ),
    prediction: undefined,
    data,
  };
}

/** Whether what is known leaves a good chance that nothing goes wrong. */
function isHedged(race: Race, kind: ContainerKind, { step }: Iteration): boolean {
  const { first, second, concurrency } = race;
  if (isFarFetched(race) || !isFirm(race)) return true;
  // As something ends, or is about to fail anyway, nobody minds another error.
  if (isNamedForEnd(first.function) || isForError(first)) return true;
  if (concurrency === "promised" && isNamedForLifecycle(first.function)) return true;
  if (concurrency === "promised" && ![...first.locks, ...second.locks].some(isRealLock)) return true;
  switch (kind) {
    case "unknown":
      return true;
    case "weak":
      return step === "copy" || step === "native-call";
    case "list":
      // Nothing raises; an element is left out or comes twice, which may well be accepted.
      return true;
    case "dict":
    case "counter":
    case "set":
    case "deque":
      return announcesEnd(first);
  }
}

/** Whether it goes through it for the text of an error that is raised. */
function isForError({ function: node, range }: Access): boolean {
  let isInside = false;
  walkOperations(node.facts.body, (operation) => {
    isInside ||= operation.op === "raise" && contains(operation, range);
  });
  return isInside;
}

/** Whether the loop is over a variable of the function that is sorted there, and so a list, whatever it was made of. */
function isSortedList(access: Access): boolean {
  const source = writtenSource(access);
  if (!source) return false;
  let isSorted = false;
  walkOperations(access.function.facts.body, (each) => {
    if (each.op !== "call" || each.callee.op !== "read" || each.callee.place.kind !== "attribute") return;
    isSorted ||= each.callee.place.name === "sort" && sameValue(each.callee.place.object, source);
  });
  return isSorted;
}

/**
 * Whether enough speaks for the two being there at the same moment. A lock on either side shows that somebody thought of it. Without one, a thread and the
 * methods of its object, or two threads that are started in two places, have an order of their own as a rule, but where both come straight to it.
 */
function isFirm(race: Race): boolean {
  if (locked(race) !== "neither") return true;
  switch (evidenceOf(race)) {
    case "requests":
    case "alike":
    case "promise":
      return true;
    case "apart":
      return lengthOfWays(race) <= shortWay;
    case "beside":
    case "caller":
      return lengthOfWays(race) <= 1;
  }
}

const shortWay = 2;

/** What a loop is written to go through, be it a name for a view: `pending = self.jobs.keys()`. */
function writtenSource({ operation, function: node }: Access): Value | undefined {
  const source = operation.op === "loop" ? operation.iterable : undefined;
  return source?.op === "read" && source.place.kind === "name" && source.place.owner === node.index ? source : undefined;
}

/** Whether the source is written as the shared variable or attribute itself, and not as a name for what was taken from there. */
function isNamedAsShared(source: Value, within: FunctionNode): boolean {
  if (source.op !== "read") return false;
  return source.place.kind === "attribute" || (source.place.kind === "name" && source.place.owner !== within.index);
}

/** Whether the thread of the first access has ended before the second: its function waits for threads first, or has a method do so, `self.stop()`. */
function hasEnded(thread: Access, { function: node, range }: Access, program: Program): boolean {
  if (thread.root.kind !== "spawn" || thread.function === node) return false;
  const { spawn } = thread.root;
  let waits = false;
  walkOperations(node.facts.body, (operation) => {
    // Whoever leaves the `with` block of a pool has waited for what was handed over in it.
    if (operation.op === "with" && spawn.in === node && spawn.pool?.made?.call === operation.context)
      waits ||= contains(operation, spawn.call) && operation.end <= range.start;
    if (waits || operation.op !== "call" || operation.end > range.start) return;
    waits = isJoin(operation) || program.resolver.callees(operation, node).some((callee) => joins(callee.function, program));
  });
  return waits;
}

function isJoin({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "join" && !joinsText(callee.place.object);
}

/** Whether the function waits for a thread; a text that is joined from others is given them. */
function joins(node: FunctionNode, { resolver, knowledge }: Program): boolean {
  const isThread = (value: Value): boolean =>
    resolver.resolve(value, node).some((entity) => entity.kind === "object" && knowledge.type(entity.type)?.is.role === "worker");
  let found = false;
  walkOperations(node.facts.body, (operation) => {
    if (found || operation.op !== "call" || !isJoin(operation)) return;
    const object = receiverOf(operation);
    found = operation.arguments.length === 0 || (object !== undefined && isThread(object));
  });
  return found;
}

/** Whether the function has told others, under a lock, that it is over: `with self._lock: self._closed = True`. Then nobody may add anything. */
function announcesEnd({ function: node, range }: Access): boolean {
  let announces = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "with" || operation.end > range.start || !looksLikeLock(operation.context)) return;
    walkOperations(operation.body, (inner) => {
      if (inner.op === "write") announces ||= inner.value?.op === "constant" && inner.value.type === "bool";
    });
  });
  return announces;
}

/** Whether the change is part of something that is done once: behind a flag that is set on the way, `if self.ready: return` … `self.ready = True`. */
function happensOnce({ function: node, path }: Access): boolean {
  const ways = [...path.map((step) => step.function), node].filter((each) => each.head.kind === "function");
  // What a cached property makes, it makes when it is first asked for.
  if (ways.some((way) => decoratorNames(way).includes("cached_property"))) return true;
  const set: Place[] = [];
  const tested: Place[] = [];
  for (const way of ways) {
    walkOutsideLoops(way.facts.body, (operation) => {
      if (operation.op === "write" && operation.value?.op === "constant" && operation.value.type === "bool" && operation.value.value === 1)
        set.push(operation.place);
      if (operation.op !== "branch" || !operation.test) return;
      someValue(operation.test, (value) => {
        if (value.op === "read") tested.push(value.place);
        return false;
      });
    });
  }
  return set.some((flag) => tested.some((place) => isSameFlag(flag, place)));
}

/** A flag that a loop looks at in every round ends the loop, and says nothing of what was done before. */
function walkOutsideLoops(operations: readonly Operation[], visit: (operation: Operation) => void): void {
  for (const operation of operations) {
    if (operation.op === "loop") continue;
    visit(operation);
    for (const part of innerOperations(operation)) walkOutsideLoops(part, visit);
  }
}

/** Whether two functions mean the same flag: the same variable, or the same attribute of what each calls `self`. */
function isSameFlag(a: Place, b: Place): boolean {
  return a.kind === "attribute" && b.kind === "attribute" ? a.name === b.name : samePlace(a, b);
}

/** What another thread's change does to the iteration on an interpreter. */
function meeting({ kind, type }: Container, iteration: Iteration, target: Target): SwitchVerdict {
  const way = wayOf(iteration, type);
  const known = type !== undefined && way !== undefined ? iterationVerdict(type, way, target) : undefined;
  if (known) return known;
  const title = targetTitle(target);
  const isNative = iteration.step === "copy" || iteration.step === "native-call";
  if (kind === "weak" || !isNative || !hasGil(target))
    return { verdict: "breaks", because: `on ${title} other threads can change it between two elements` };
  return { verdict: "holds-by-accident", because: `the GIL makes going through it one step on ${title}` };
}

/** The iteration in the words of the knowledge; undefined for calls that nobody has measured. */
function wayOf({ step, by, view }: Iteration, type: string | undefined): IterationWay | undefined {
  switch (step) {
    case "loop":
      return view === undefined ? "for-loop" : `for-loop over ${view}()`;
    case "python-call":
      if (by === "copy.deepcopy") return "copy.deepcopy()";
      return view === undefined ? "for-loop" : `for-loop over ${view}()`;
    case "copy":
    case "native-call":
      // `update` of a set takes a set as `set` does, that of a dict a dict as `dict` does.
      if (by === "update" && view === undefined) return type === "builtins.set" ? "set()" : "dict()";
      return view === undefined ? wayOfCall.get(by) : wayOfCallOnView(by, view);
  }
}

/** What calls do with a whole container. Those of one line go through it in the same way: `join` makes a list first, `any` adds up as `sum` does. */
const wayOfCall: ReadonlyMap<string, IterationWay> = new Map<string, IterationWay>([
  ...ways("list()", "list join"),
  ...ways("tuple()", "tuple"),
  ...ways("set()", "set union intersection difference"),
  ...ways("frozenset()", "frozenset"),
  ...ways("sorted()", "sorted"),
  ...ways("dict()", "dict"),
  ...ways("copy()", "copy"),
  ...ways("copy.copy()", "copy.copy"),
  ...ways("list.extend()", "extend"),
  ...ways("sum()", "sum any all"),
  ...ways("max()", "max min"),
]);

function ways(way: IterationWay, calls: string): [string, IterationWay][] {
  return calls.split(" ").map((call) => [call, way]);
}

function wayOfCallOnView(by: string, view: "items" | "values" | "keys"): IterationWay | undefined {
  switch (by) {
    case "list":
    case "join":
    case "extend":
      return `list(${view}())`;
    case "sorted":
      return view === "items" ? "sorted(items())" : `list(${view}())`;
    case "sum":
    case "any":
    case "all":
      return view === "values" ? "sum(values())" : undefined;
    default:
      return undefined;
  }
}

/** The iteration that an access stands for: of several that one call makes, the one over this state. */
function iterationOf(access: Access, location: string, { resolver }: Program): Iteration | undefined {
  const { operation } = access;
  if (operation.op !== "loop" && operation.op !== "call" && operation.op !== "yield") return undefined;
  const returned = operation.op === "loop" ? returnedView(operation, access.function, resolver) : undefined;
  if (returned) return { source: returned.call, view: returned.view, step: "loop", by: "for" };
  const all = iterationsOf(operation, access.function, resolver);
  return all.find(({ source }) => location.includes(lastPart(source))) ?? all[0];
}

function lastPart(source: Value): string {
  const name = writtenName(source);
  return name.slice(name.lastIndexOf(".") + 1);
}

const kindsOfTypes: ReadonlyMap<string, ContainerKind> = new Map<string, ContainerKind>([
  ["collections.deque", "deque"],
  ["builtins.dict", "dict"],
  ["collections.OrderedDict", "dict"],
  ["collections.ChainMap", "dict"],
  ["collections.defaultdict", "counter"],
  ["collections.Counter", "counter"],
  ["builtins.set", "set"],
  ["builtins.list", "list"],
]);

/** The type that a kind stands for where nothing tells it: what most of its kind are. */
const typesOfKinds: Readonly<Record<ContainerKind, string | undefined>> = {
  dict: "builtins.dict",
  counter: "collections.defaultdict",
  set: "builtins.set",
  deque: "collections.deque",
  list: "builtins.list",
  weak: undefined,
  unknown: undefined,
};

/** The container: from how it is made, else from what is done to it. */
function containerOf(accesses: readonly Access[], program: Program): Container {
  const types = new Set<string>();
  const kind = kindOf(accesses, types, program);
  const fitting = [...types].filter((type) => kindOfType(type) === kind);
  return { kind, type: fitting.length === 1 && kind !== "weak" ? fitting[0] : typesOfKinds[kind] };
}

/** `types`: where the types go by which the container is made. */
function kindOf(accesses: readonly Access[], types: Set<string>, program: Program): ContainerKind {
  const kinds = new Set<ContainerKind>();
  const names = new Set<string>();
  let isStoredTo = false;
  for (const access of accesses) {
    for (const value of containersOf(access, program)) {
      for (const entity of program.resolver.resolve(value, access.function)) {
        const type = typeOfEntity(entity);
        const kind = type === undefined ? undefined : kindOfType(type);
        if (type === undefined || kind === undefined) continue;
        types.add(type);
        kinds.add(kind);
      }
    }
    const { operation } = access;
    if (
      operation.op === "call" &&
      operation.callee.op === "read" &&
      operation.callee.place.kind === "attribute" &&
      access.does === "change"
    )
      names.add(operation.callee.place.name);
    if (operation.op === "loop" || operation.op === "call" || operation.op === "yield") {
      if (iterationsOf(operation, access.function, program.resolver).some(({ view }) => view !== undefined)) names.add("items");
    }
    if (operation.op === "write" && operation.place.kind === "element") isStoredTo = true;
  }
  const [only] = kinds;
  if (kinds.size === 1 && only) return only;
  const has = (...some: readonly string[]): boolean => some.some((name) => names.has(name));
  const fits = (kind: ContainerKind): boolean => kinds.size === 0 || kinds.has(kind);
  if (has("items", "setdefault", "popitem") && fits("dict")) return "dict";
  if (has("appendleft", "popleft", "extendleft", "rotate") && fits("deque")) return "deque";
  if (has("append", "insert", "extend", "sort", "reverse") && fits("list")) return "list";
  if (has("add", "discard") && fits("set")) return "set";
  return isStoredTo && kinds.has("dict") ? "dict" : "unknown";
}

function kindOfType(type: string): ContainerKind | undefined {
  return type.startsWith("weakref.Weak") ? "weak" : kindsOfTypes.get(type);
}

function typeOfEntity(entity: Entity): string | undefined {
  if (entity.kind === "container") return `builtins.${entity.value.makes}`;
  return entity.kind === "object" ? entity.type : undefined;
}

/** The container as the access writes it. */
function containersOf({ operation, does, function: node }: Access, { resolver }: Program): readonly Value[] {
  switch (operation.op) {
    case "write":
      return operation.place.kind === "element" ? [operation.place.object] : [];
    case "call":
      if (does === "change")
        return operation.callee.op === "read" && operation.callee.place.kind === "attribute" ? [operation.callee.place.object] : [];
      return iterationsOf(operation, node, resolver).map(({ source }) => source);
    case "loop":
    case "yield":
      return iterationsOf(operation, node, resolver).map(({ source }) => source);
    case "read":
      return [];
  }
}

/** Whether the access adds or takes away elements, or only may: a stack popped from its end, a key that may be there already. */
function effectOf(access: Access, kind: ContainerKind): "resizes" | "may-resize" | "keeps" {
  const { operation } = access;
  switch (operation.op) {
    case "call":
      return access.does === "change" ? effectOfCall(access, kind) : "keeps";
    case "write":
      return effectOfWrite(access, operation, kind);
    default:
      return "keeps";
  }
}

/** Methods after which the elements of a list stand elsewhere. */
const movesInList: ReadonlySet<string> = new Set(["remove", "insert", "sort", "reverse", "clear"]);

function effectOfCall({ operation }: Access, kind: ContainerKind): "resizes" | "may-resize" | "keeps" {
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return "keeps";
  const { name } = operation.callee.place;
  switch (kind) {
    case "list":
      // Elements added at the end are gone through or not; neither goes wrong.
      if (name === "pop") return operation.arguments.length > 0 ? "resizes" : "keeps";
      return movesInList.has(name) ? "resizes" : "keeps";
    case "unknown":
      return name === "append" || name === "extend" || name === "update" ? "keeps" : "may-resize";
    case "dict":
    case "counter":
      // An OrderedDict notices; a Counter's `subtract` counts what is there.
      return name === "subtract" || name === "sort" || name === "reverse" ? "keeps" : "resizes";
    case "set":
    case "deque":
    case "weak":
      return "resizes";
  }
}

function effectOfWrite(access: Access, write: WriteOperation, kind: ContainerKind): "resizes" | "may-resize" | "keeps" {
  if (write.place.kind !== "element") {
    // `seen |= more` changes the set that is there.
    const changes = write.form === "update" && write.value?.op === "compute" && /^[|&^-]=?$/.test(write.value.operator);
    return changes && (kind === "set" || kind === "dict" || kind === "counter") ? "resizes" : "keeps";
  }
  if (write.form === "delete") return kind === "unknown" ? "may-resize" : "resizes";
  if (kind !== "dict" && kind !== "counter" && kind !== "weak") return "keeps";
  return mayAddKey(access, write, write.place, kind) ? "resizes" : "keeps";
}

/** Whether the store may be the key's first. */
function mayAddKey({ check, function: node }: Access, write: WriteOperation, place: ElementPlace, kind: ContainerKind): boolean {
  if (isNamedKey(place.index)) return false;
  if (check?.pattern.does === "replace" && samePlace(check.pattern.check.place, place)) return false;
  // What the statement reads of the element was there; `get` says nothing.
  const { value } = write;
  if (kind !== "counter" && value && someValue(value, (inner) => inner.op === "read" && samePlace(inner.place, place))) return false;
  return !isKeyOfLoop(place, write, node);
}

/** Whether the key is one of a handful that are written in the text, which are there from the start as a rule. */
function isNamedKey(index: Value): boolean {
  if (index.op === "constant") return true;
  return index.op === "read" && index.place.kind === "attribute" && /^[A-Z]/.test(index.place.name);
}

/** Whether the key comes from a loop over the same container: `for key in d: d[key] = …`. */
function isKeyOfLoop({ object, index }: ElementPlace, write: WriteOperation, node: FunctionNode): boolean {
  if (index.op !== "read" || index.place.kind !== "name" || index.place.owner !== node.index) return false;
  const bound = node.bound(index.place.name) ?? [];
  return bound.some((value) => value.start < write.start && someValue(value, (inner) => sameValue(inner, object)));
}

/** Whether a handler of `RuntimeError` stands around: then the author knows, and tries again. */
function expectsFailure({ function: node, range }: Access): boolean {
  let expects = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "attempt" || operation.start > range.start || range.end > operation.end) return;
    expects ||= operation.caught.some((types) => types.some((type) => someValue(type, isRuntimeError)));
  });
  return expects;
}

function isRuntimeError(value: Value): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === "RuntimeError";
}

function message({ race, iteration, container }: Data, context: RuleContext): string {
  const { first } = race;
  const text = quoted(first.function.file.path, first.operation.op === "call" ? first.range : first.statement, context);
  const guard = lockText(race, context);
  const parts = [`\`${text}\` ${failureText(container.kind)}: ${changerText(race)} and ${guard}.`];
  // Where it is the interpreter that decides, the reader may know another on which nothing goes wrong.
  const { because } = meeting(container, iteration, context.target);
  if (knownTargets.some((target) => meeting(container, iteration, target).verdict !== "breaks")) parts.push(sentence(because));
  parts.push(remedyText(iteration, container, context.target));
  return parts.join(" ");
}

function failureText(kind: ContainerKind): string {
  switch (kind) {
    case "dict":
    case "counter":
      return 'can raise "RuntimeError: dictionary changed size during iteration"';
    case "set":
    case "weak":
      return 'can raise "RuntimeError: Set changed size during iteration"';
    case "deque":
      return 'can raise "RuntimeError: deque mutated during iteration"';
    case "list":
      return "can skip elements or see them twice";
    case "unknown":
      return "can fail or skip elements";
  }
}

function changerText(race: Race): string {
  const { first, second } = race;
  if (first.root.kind === "promised" || first.root.kind === "caller") return whoText(race);
  const name = nameOfRoot(second.root);
  if (second.function === first.function && second.root.key === first.root.key)
    return `\`${name}\`, which runs ${threadsText(second.root)}, changes it too`;
  return `\`${second.function.head.name}\` changes it in another thread`;
}

/** What to do instead, which differs where a copy is not one step. */
function remedyText(iteration: Iteration, { kind, type }: Container, target: Target): string {
  const name = writtenName(iteration.source);
  if (kind === "weak") return "Hold one lock for both: copying it takes many steps, too.";
  if (!/^[\w.]+$/.test(name) || (type === undefined && !hasGil(target))) return "Hold one lock for both.";
  const copy = copyText(iteration, name, type, target);
  if (copy === undefined) return `Hold one lock for both: no copy of it is one step on ${targetTitle(target)}.`;
  return `Go through a copy, \`${copy}\`, which ${targetTitle(target)} makes in one step, or hold one lock for both.`;
}

/** A call that copies what is gone through in one step; what a call wants whole has to stay what it is. */
function copyText({ view, by }: Iteration, name: string, type: string | undefined, target: Target): string | undefined {
  const elements = `list(${name}${view ? `.${view}()` : ""})`;
  if (type === undefined) return elements;
  const isWhole = view === undefined && (by === "copy.deepcopy" || by === "json.dump");
  switch (snapshotStep(type, isWhole ? "copy.deepcopy()" : view ? `for-loop over ${view}()` : "for-loop", target)) {
    case undefined:
      return undefined;
    case "copy()":
      return `${name}.copy()`;
    case "list()":
      return `list(${name})`;
    default:
      return elements;
  }
}

/** A clause as a sentence of its own. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
