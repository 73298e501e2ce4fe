import type { Range } from "../../../base/range.js";
import type { CallOperation, ElementPlace, Place, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { functionsThat } from "../linked-file.js";
import { overviewOfFiles } from "../memory/overviews.js";
import { decoratorNames } from "../resolution/resolver.js";
import type { Frame } from "../sharing/abstract-object.js";
import { Ownership } from "../sharing/ownership.js";
import { type CheckThenAct, checksThenActs } from "../state/compound.js";
import { countsOn, isReadOf } from "../state/updates.js";
import { innerValues, walkOperations } from "../walk.js";
import { type Suspension, suspending, suspensionBetween } from "./suspensions.js";
import { isKeyOfTask } from "./task-keys.js";
import { handling, type TaskRun, taskRunsOf } from "./task-runs.js";
import { heldStretches } from "./tasks.js";

/** A coroutine looks at shared state, lets other tasks run, and then changes the state by what it saw. */
export interface UpdateAcrossAwait {
  readonly function: FunctionNode;
  /** The statement or call that changes the state. */
  readonly statement: Range;
  /** Where the state was looked at. */
  readonly read: Range;
  readonly suspension: Suspension;
  /** `update`: what is stored was computed from what was read. Otherwise what the act does, see `CheckThenAct`. */
  readonly does: "update" | CheckThenAct["does"];
  readonly place: Place;
  /** Whether the result depends on which task comes first; see `countsOn`. */
  readonly result: "counted" | "kept";
  /** Why several tasks can be at it. */
  readonly evidence: TaskEvidence;
}

/** Why two tasks can come to the same state. */
export type TaskEvidence =
  /** Several tasks run the function itself. */
  | { readonly kind: "several tasks"; readonly run: TaskRun }
  /** Two tasks, of different kinds, run the function. */
  | { readonly kind: "two tasks"; readonly run: TaskRun; readonly other: TaskRun }
  /** Another function changes the state, in another task. */
  | { readonly kind: "other writer"; readonly writer: FunctionNode; readonly write: Range; readonly run: TaskRun }
  /** The class has a lock for tasks and holds it where it changes the state elsewhere. */
  | { readonly kind: "has a lock"; readonly name: string }
  /** Nothing in the program says so. */
  | { readonly kind: "assumed" };

interface Candidate extends Omit<UpdateAcrossAwait, "evidence"> {
  readonly location: string;
  readonly of: "own object" | "other";
  /** `mark`: a constant, which says that something was done. */
  readonly stores: "mark" | "value";
}

/** Every change of state shared between tasks that rests on a look from before an `await`, in order of file and offset. */
export function updatesAcrossAwaits(program: Program): readonly UpdateAcrossAwait[] {
  return overviewOfFiles(program, "updates across awaits", (file, now) => {
    const ownership = new Ownership(now.resolver);
    const candidates = functionsThat(file, suspending).flatMap((node) => candidatesIn(node, now, ownership));
    if (candidates.length === 0) return [];
    const writers = writersIn(file.functions, new Set(candidates.map((each) => each.location)), now, ownership);
    return candidates.flatMap((candidate): UpdateAcrossAwait[] => {
      const evidence = evidenceFor(candidate, writers.get(candidate.location) ?? [], now);
      return evidence ? [{ ...candidate, evidence }] : [];
    });
  });
}

function candidatesIn(node: FunctionNode, program: Program, ownership: Ownership): readonly Candidate[] {
  if (isOncePerObject(node)) return [];
  const checks = checksThenActs(node);
  const found: Candidate[] = [];
  const frames = framesOf(node, program, ownership);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "write" && operation.op !== "call") return;
    const end = operation.op === "write" ? operation.statement.end : operation.end;
    const read = operation.op === "write" ? staleRead(operation, node) : undefined;
    const afterRead = read && suspensionBetween(read, operation, end, node);
    const check = afterRead ? undefined : checks.get(operation);
    const pattern = check && dependsOnCheck(check) ? check : undefined;
    const look = afterRead ? read : pattern?.check.range;
    const place = operation.op === "write" ? operation.place : pattern?.check.place;
    const suspension = afterRead ?? (look && suspensionBetween(look, operation, end, node));
    if (!look || !place || !suspension || isGuarded(look, operation, node, program)) return;
    if (pattern && hasFlag(look, suspension, checks)) return;
    const location = sharedLocation(place, frames, node, program, ownership);
    if (!location) return;
    found.push({
      function: node,
      statement: operation.op === "write" ? operation.statement : { start: operation.start, end: operation.end },
      read: { start: look.start, end: look.end },
      suspension,
      does: pattern?.does ?? "update",
      place,
      result: operation.op === "write" && afterRead && countsOn(operation, read, node) ? "counted" : "kept",
      location,
      of: isOfReceiver(place, node) && !location.startsWith(ofApplication) ? "own object" : "other",
      stores: operation.op === "write" && isMark(operation) ? "mark" : "value",
    });
  });
  // One look that several statements rest on is one defect, as is one statement with several looks.
  return found.filter(
    (each, index) => found.findIndex((other) => other.location === each.location && other.read.start === each.read.start) === index,
  );
}

/** Called while nobody else has the object. */
function isOncePerObject(node: FunctionNode): boolean {
  return /^(__init__|__aenter__|__aexit__|asyncSetUp|asyncTearDown|setUp)$/.test(node.head.name);
}

/** The frames that tell what a function's names are: as anybody calls it, and as tasks are started with it. */
function framesOf(node: FunctionNode, program: Program, ownership: Ownership): readonly Frame[] {
  const owner = node.head.class === undefined ? undefined : node.file.classAt(node.head.class);
  const isRequestObject =
    owner !== undefined && program.resolver.classOrder(owner).externals.some((base) => program.knowledge.type(base)?.is.role === "handler");
  const frames = [owner && isRequestObject ? ownership.frames.handled(node, owner) : ownership.frames.beside(node)];
  for (const spawn of program.spawns) {
    if (spawn.worker !== "event-loop-task") continue;
    for (const target of spawn.targets) if (target.function === node) frames.push(ownership.frames.start(spawn, target));
  }
  return frames;
}

/** The key of a place that several tasks can reach; undefined for what is one task's own, or unknown. */
function sharedLocation(
  place: Place,
  frames: readonly Frame[],
  node: FunctionNode,
  program: Program,
  ownership: Ownership,
): string | undefined {
  const way = wayFromParameter(place, node);
  if (way && handling(node, program)) {
    const application = way.findIndex((name) => name === "app" || name === "application");
    if (application >= 0) return `${ofApplication}${way.slice(application + 1).join(".")}`;
    // What else the library gives to a handler is made for the request.
    if (!isOfReceiver(place, node)) return undefined;
  }
  for (const frame of frames) {
    const object =
      place.kind === "name"
        ? ownership.variable(place.name, place.owner, frame)
        : place.kind === "attribute"
          ? ownership.attributeLocation(place.object, place.name, frame)
          : ownership.object(place.object, frame);
    if (object.sharing === "shared") return place.kind === "element" ? `${object.key}[]` : object.key;
    const element = place.kind === "attribute" ? elementBehind(place.object, node) : undefined;
    if (element && ownership.object(element.object, frame).sharing === "shared" && !isKeyOfTask(element.index, node, program, "of a loop"))
      return object.key;
  }
  return undefined;
}

/** The element that a variable was looked up as, `card = self.cards[code]`: other tasks that mean the same key find the same object. */
function elementBehind(value: Value, node: FunctionNode): ElementPlace | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return undefined;
  const [only, ...others] = node.bound(value.place.name) ?? [];
  if (!only || others.length > 0) return undefined;
  if (only.op === "read") return only.place.kind === "element" ? only.place : undefined;
  if (only.op !== "call" || only.callee.op !== "read" || only.callee.place.kind !== "attribute") return undefined;
  const [key] = only.arguments;
  const { name, object } = only.callee.place;
  return name === "get" && key?.form === "positional" ? { kind: "element", object, index: key.value } : undefined;
}

/** The key of what a handler finds on the application that its request came to, which all requests share. */
const ofApplication = "application ";

/** The names on the way from a parameter of the function to the place: `app`, `state`, `visits` of `request.app.state.visits`. */
function wayFromParameter(place: Place, node: FunctionNode, depth = 0): readonly string[] | undefined {
  if (place.kind === "name") {
    if (place.owner !== node.index) return undefined;
    const bound = node.bound(place.name) ?? [];
    if (node.head.parameters.some(({ name }) => name === place.name)) return bound.length === 0 ? [] : undefined;
    // `app = request.app`
    const [only, ...others] = bound;
    return only?.op === "read" && others.length === 0 && depth < 4 ? wayFromParameter(only.place, node, depth + 1) : undefined;
  }
  const before = place.object.op === "read" ? wayFromParameter(place.object.place, node, depth) : undefined;
  if (!before) return undefined;
  return place.kind === "attribute"
    ? [...before, place.name]
    : [...before, place.index.op === "constant" ? `[${place.index.value}]` : "[]"];
}

function isOfReceiver(place: Place, node: FunctionNode): boolean {
  if (place.kind === "name") return false;
  let { object } = place;
  while (object.op === "read" && object.place.kind !== "name") object = object.place.object;
  return (
    object.op === "read" &&
    object.place.kind === "name" &&
    node.head.class !== undefined &&
    object.place.owner === node.index &&
    object.place.name === node.head.parameters[0]?.name &&
    !decoratorNames(node).includes("classmethod")
  );
}

/** The read of the written place that the stored value was computed from. Of several values of a variable, the last one before counts. */
function staleRead(write: WriteOperation, node: FunctionNode): Value | undefined {
  const { value, place } = write;
  if (!value || value.op === "choice" || write.form === "delete") return undefined;
  if (write.form === "update" && value.op === "compute") return value.operands[0];
  // What was kept aside and is put back was not changed.
  if (isHandedOn(value, place, write.start, node)) return undefined;
  const read = readIn(value, place, write.start, node, 0);
  // What a call made of the old value, `transport = await upgrade(self.transport)`, takes its place.
  return read && value.op === "read" && !countsOn(write, read, node) ? undefined : read;
}

/** Whether the value is what the place held, through whatever variables, or comes from elsewhere as it is. */
function isHandedOn(value: Value, place: Place, before: number, node: FunctionNode): boolean {
  if (value.op !== "read") return false;
  if (isReadOf(value, place) || value.place.kind !== "name" || value.place.owner !== node.index) return true;
  const last = lastBound(value.place.name, before, node);
  return !last || isReadOf(last, place) || isHandedOn(last, place, last.start, node);
}

function lastBound(name: string, before: number, { facts }: FunctionNode): Value | undefined {
  return (facts.bindings.get(name) ?? []).filter((bound) => bound.end <= before).pop();
}

function readIn(value: Value, place: Place, before: number, node: FunctionNode, depth: number): Value | undefined {
  if (isReadOf(value, place)) return depth === 0 ? undefined : value;
  if (value.op === "function" || value.op === "class" || depth > 8) return undefined;
  if (value.op === "read" && value.place.kind === "name") {
    const { name, owner } = value.place;
    if (owner !== node.index) return undefined;
    const last = lastBound(name, before, node);
    if (!last || last.op === "choice" || last.op === "element-of") return undefined;
    return isReadOf(last, place) ? last : readIn(last, place, last.start, node, depth + 1);
  }
  // A method of what the place holds gives something else than a changed value of it.
  const inner = value.op === "call" ? value.arguments.map((argument) => argument.value) : innerValues(value);
  for (const each of inner) {
    const found = readIn(each, place, before, node, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** Whether what the act does goes wrong when the state has changed since the check. */
function dependsOnCheck({ does, check, act }: CheckThenAct): boolean {
  switch (does) {
    case "fill":
      return !(act.op === "write" && isMark(act) && isAboutAnEnd(act.place));
    case "replace":
      // `if balance >= amount: await pay(); balance -= amount` acts on a comparison that may no longer hold.
      return act.op === "write" && act.form === "update" && check.form === "comparison";
    case "change":
      // A loop looks again.
      return (
        check.at.op === "branch" &&
        check.found === "present" &&
        (check.form === "size" || check.form === "bound" || check.form === "membership")
      );
    case "remove":
      return check.form === "membership" && act.op === "write" && act.form === "delete";
    case "use":
      return false;
  }
}

/** Whether what is stored only says that something was done. */
function isMark({ value }: WriteOperation): boolean {
  // `state = State.CLOSED`
  return (
    value?.op === "constant" || (value?.op === "read" && value.place.kind === "attribute" && /^[A-Z][A-Z0-9_]+$/.test(value.place.name))
  );
}

/** What ends twice has ended: nothing is lost by it. */
function isAboutAnEnd(place: Place): boolean {
  return place.kind !== "element" && /(clos|done|eof|shut|stop|exhaust|finish|complete|cancel|end)/i.test(place.name);
}

/** Whether one lock is held from the look to the act, or by every caller. */
function isGuarded(look: Range, act: WriteOperation | CallOperation, node: FunctionNode, program: Program): boolean {
  const isHeld = heldStretches(node, program).some(
    (stretch) => stretch.lock.admits === "one" && stretch.start <= look.start && act.end <= stretch.end,
  );
  return isHeld || isCalledUnderLock(node, program, new Set([node]));
}

/** `around`: the function and those that lead to it, whose calls of each other hold what the first of them holds. */
function isCalledUnderLock(node: FunctionNode, program: Program, around: ReadonlySet<FunctionNode>): boolean {
  if (around.size > 4) return false;
  const callers = program.resolver.callersOf(node).filter(({ within }) => !around.has(within) && !isOncePerObject(within));
  return (
    callers.length > 0 &&
    callers.every(
      ({ call, within }) =>
        heldStretches(within, program).some(
          (stretch) => stretch.lock.admits === "one" && stretch.start <= call.start && call.end <= stretch.end,
        ) || isCalledUnderLock(within, program, new Set([...around, within])),
    )
  );
}

/** Whether a flag that was tested is set before the suspension, so that the next task turns back. */
function hasFlag(look: Range, suspension: Suspension, checks: ReadonlyMap<unknown, CheckThenAct>): boolean {
  for (const { check, act, does } of checks.values()) {
    if (
      act.op === "write" &&
      (does === "fill" || does === "replace") &&
      check.range.start <= look.start &&
      act.statement.end <= suspension.start
    )
      return true;
  }
  return false;
}

interface Writer {
  readonly function: FunctionNode;
  readonly write: Range;
  readonly of: Candidate["of"];
  /** Whether the function holds a lock for tasks there. */
  readonly guard: "held" | "none";
}

function writersIn(
  nodes: readonly FunctionNode[],
  wanted: ReadonlySet<string>,
  program: Program,
  ownership: Ownership,
): ReadonlyMap<string, readonly Writer[]> {
  const writers = new Map<string, Writer[]>();
  for (const node of nodes) {
    if (node.head.kind !== "function" || node.head.name === "__init__") continue;
    let frames: readonly Frame[] | undefined;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "write") return;
      frames ??= framesOf(node, program, ownership);
      const location = sharedLocation(operation.place, frames, node, program, ownership);
      if (!location || !wanted.has(location)) return;
      const list = writers.get(location) ?? [];
      const isHeld = heldStretches(node, program).some((stretch) => stretch.start <= operation.start && operation.end <= stretch.end);
      const of = isOfReceiver(operation.place, node) ? "own object" : "other";
      list.push({ function: node, write: operation.statement, of, guard: isHeld ? "held" : "none" });
      writers.set(location, list);
    });
  }
  return writers;
}

function evidenceFor(candidate: Candidate, writers: readonly Writer[], program: Program): TaskEvidence | undefined {
  const { function: node, of, place } = candidate;
  if (place.kind === "element" && isKeyOfTask(place.index, node, program)) return undefined;
  // A variable of the function around is one for each of its calls: tasks share it that are started in there.
  const around = place.kind === "name" && place.owner > 0 ? node.file.functionAt(place.owner) : undefined;
  const runs = taskRunsOf(node, program).filter(
    (run) => (of === "other" || run.object === "shared") && (around === undefined || run.kind === "outside" || run.startedIn === around),
  );
  const started = runs.filter((run) => run.kind === "task" || run.kind === "handler");
  const several = started.find((run) => run.instances === "several");
  if (several) return { kind: "several tasks", run: several };
  const [first] = started;
  const second = runs.find((run) => run !== first && run.kind !== "outside");
  if (first && second) return { kind: "two tasks", run: first, other: second };
  for (const writer of writers) {
    if (writer.function === node || runs.some((run) => run.startedIn === writer.function)) continue;
    const others = taskRunsOf(writer.function, program).filter((run) => of === "other" || run.object === "shared");
    // One of the two has to be a task that is started; the other may be what started it.
    const other = others.find(
      (run) => run.kind !== "outside" && runs.some((own) => own.key !== run.key && own.kind !== "outside" && isStarted(own, run)),
    );
    if (other) return { kind: "other writer", writer: writer.function, write: writer.write, run: other };
  }
  const lock = ownLock(node, program);
  if (lock && of === "own object" && writers.some((writer) => writer.guard === "held")) return { kind: "has a lock", name: lock };
  const isOnlyMarked = candidate.does === "fill" && candidate.stores === "mark";
  return runs.some((run) => run.kind === "outside") && !isOnlyMarked ? { kind: "assumed" } : undefined;
}

function isStarted(a: TaskRun, b: TaskRun): boolean {
  return [a, b].some((run) => run.kind === "task" || run.kind === "handler");
}

/** The lock that the class makes for its objects: nobody takes one where one task passes by. */
function ownLock(node: FunctionNode, { resolver, knowledge }: Program): string | undefined {
  const owner = resolver.enclosingClass(node);
  for (const each of owner ? resolver.classOrder(owner).classes : []) {
    for (const [name, attributes] of each.facts.instanceAttributes) {
      for (const { function: index, write } of attributes) {
        const method = each.file.functionAt(index);
        const entities = method && write.value ? resolver.resolve(write.value, method) : [];
        const isLock = entities.some((entity) => {
          const role = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
          return (role?.role === "lock" || role?.role === "condition") && role.scope === "tasks";
        });
        if (isLock) return `self.${name}`;
      }
    }
  }
  return undefined;
}
