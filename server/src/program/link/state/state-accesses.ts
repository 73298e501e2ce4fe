import type { Range } from "../../../base/range.js";
import type { GapStep } from "../../../knowledge/atomicity.js";
import type {
  CallOperation,
  ElementPlace,
  LoopOperation,
  Operation,
  Place,
  ReadOperation,
  Value,
  WriteOperation,
} from "../../operation.js";
import type { Access, CallStep, Poll } from "../activity/moments.js";
import { classKey, type Entity, type FunctionNode, functionKey } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { guardedStates } from "../locks/guarded-state.js";
import { type HeldLock, heldThroughout } from "../locks/locks.js";
import { loopsAround } from "../loops.js";
import { countsComings, remembersByKey } from "../resolution/repeated-keys.js";
import { decoratorNames } from "../resolution/resolver.js";
import { type AbstractObject, type Frame, type FrameArgument, wayBreak } from "../sharing/abstract-object.js";
import { functionOfKey, ownerOfCell } from "../sharing/cells.js";
import { MadeForStart } from "../sharing/made-for-start.js";
import { objectionTo } from "../sharing/object-sharing.js";
import { classOfKey } from "../sharing/one-object.js";
import type { Ownership } from "../sharing/ownership.js";
import type { ThreadRoot } from "../threads/roots.js";
import { threadObjectOf } from "../threads/spawn.js";
import { isThreadIdentity } from "../threads/thread-identity.js";
import { idleLoopsIn } from "../waiting/idle-loops.js";
import type { CheckThenAct } from "./compound.js";
import { changingMethods } from "./container-changes.js";
import { readForEmptying } from "./emptying.js";
import { isLookUp } from "./iteration.js";
import {
  countsOn,
  gapBefore,
  isProperty,
  isSizeFor,
  readForAdding,
  samePlace,
  stepsBetween,
  updateForm,
  updateGap,
  updateRead,
} from "./updates.js";
import type { StoreByCall, StoresByCall } from "./updates-through-calls.js";

/** One way through a function: its frame, and what was held at the checks that came by. */
export interface Activation {
  readonly frame: Frame;
  readonly path: readonly CallStep[];
  readonly checks: ReadonlyMap<Operation, CheckThenAct>;
  readonly byCall: ReadonlyMap<CallOperation, readonly CheckThenAct[]>;
  /** What calls store of what was read before them, and those reads. */
  readonly stores: StoresByCall;
  readonly heldAt: Map<Operation, readonly HeldLock[]>;
  /** What is held at each way out. */
  readonly exits: (readonly HeldLock[])[];
  /** What is held at each `break` and `continue` of each loop around, the innermost last. */
  readonly jumps: (readonly HeldLock[])[][];
  /** What is held when a generator hands over to whoever iterates. */
  readonly yields: (readonly HeldLock[])[];
}

/** What a thread does to state, noted as a walk comes by it. */
export class StateAccesses {
  readonly accesses: Access[] = [];
  readonly actsByCall: Access[] = [];
  readonly polls: Poll[] = [];
  private readonly made: MadeForStart;
  private readonly families = new Map<string, string>();
  /** The names of state of which a comment says what guards it: there, every look counts. */
  private guarded: ReadonlySet<string> | undefined;
  private current!: ThreadRoot;
  /** The object that starts the thread on itself. */
  private perSpawn = new Set<string>();
  /** The objects that each call of the spawning function makes or is given: locals and parameters of it. */
  private perCall = new Set<string>();

  constructor(
    private readonly program: Program,
    private readonly ownership: Ownership,
  ) {
    this.made = new MadeForStart(program);
  }

  /** From here on, what comes by is done by this root's threads. */
  begin(root: ThreadRoot): void {
    this.current = root;
    this.perSpawn = new Set();
    this.perCall = new Set();
  }

  /** What a spawned thread is given at its start, and what of it is its own or each call's. */
  given(root: Extract<ThreadRoot, { kind: "spawn" }>, frame: Frame): void {
    const self = root.target.receiver && frame.function.head.parameters[0];
    for (const [name, object] of frame.parameters) {
      if (object.sharing !== "shared") continue;
      if (this.made.isMadeIn(root.spawn.in, object.key)) this.perCall.add(object.key);
      else if (name === self?.name) this.perSpawn.add(object.key);
    }
    for (const key of this.made.broughtAlong(root)) this.perSpawn.add(key);
  }

  /** How much is noted, to tell what comes after from what was there. */
  mark(): { readonly accesses: number; readonly actsByCall: number } {
    return { accesses: this.accesses.length, actsByCall: this.actsByCall.length };
  }

  /** What was noted since the mark is what a function does because of a look or a read that was made before the call. */
  byCallSince(mark: ReturnType<StateAccesses["mark"]>): void {
    this.actsByCall.push(...this.accesses.splice(mark.accesses));
  }

  /** Of what was noted since the mark, keeps what passes. */
  keepSince(mark: ReturnType<StateAccesses["mark"]>, passes: (access: Access) => boolean): void {
    this.accesses.push(...this.accesses.splice(mark.accesses).filter(passes));
    this.actsByCall.push(...this.actsByCall.splice(mark.actsByCall).filter(passes));
  }

  write(write: WriteOperation, activation: Activation, held: readonly HeldLock[]): void {
    const { frame } = activation;
    this.noteHeldAt(write, activation, held);
    const object = this.location(write.place, frame) ?? this.repeatedElement(write, activation);
    const statement = { start: write.statement.start, end: write.statement.end };
    if (!object && write.place.kind === "element") {
      const container = this.ownership.object(write.place.object, frame);
      if (container.sharing === "shared")
        this.access("insert", elementsOf(container), write, statement, baseOf(write.place), activation, held);
    }
    if (object?.sharing !== "shared") return;
    const read = updateRead(write, frame.function);
    if (read?.op === "read" && this.isThreadsOwn(read, frame)) return;
    const isCounted = read && (countsOn(write, read, frame.function) || isSizeFor(write, read));
    const update = read
      ? {
          gap: updateGap(write, read, frame.function, this.program.resolver),
          read: { start: read.start, end: read.end },
          form: updateForm(write, frame.function, this.program.resolver),
          result: isCounted ? ("counted" as const) : ("kept" as const),
        }
      : undefined;
    const does = update ? "update" : write.form === "delete" ? "delete" : "assign";
    this.access(does, object, write, statement, baseOf(write.place), activation, held, update);
  }

  /** A call that stores what was counted on from a read before it. Locks that both take by themselves are let go of in between. */
  storedByCall({ write, read, function: storedBy }: StoreByCall, activation: Activation, held: readonly HeldLock[]): void {
    const { frame, heldAt } = activation;
    const object = this.location(write.place, frame);
    if (object?.sharing !== "shared") return;
    const gap: readonly GapStep[] = [
      ...stepsBetween({ start: read.end, end: write.start }, frame.function, this.program.resolver, write),
      "python-call",
    ];
    const update = { gap, read: { start: read.start, end: read.end }, form: "stores", result: "counted", storedBy } as const;
    const throughout = heldThroughout(heldAt.get(read) ?? [], held);
    this.access("update", object, write, write.statement, baseOf(write.place), activation, throughout, update);
  }

  read(read: ReadOperation, activation: Activation, held: readonly HeldLock[]): void {
    const object = this.location(read.place, activation.frame);
    if (object?.sharing === "shared") this.access("read", object, read, read, baseOf(read.place), activation, held);
  }

  /** Calls of methods on state: those that change a container, and those of objects that threads must not share. */
  methodCall(call: CallOperation, object: Value, name: string, activation: Activation, held: readonly HeldLock[]): void {
    const { frame } = activation;
    const { resolver, knowledge } = this.program;
    const checked = activation.checks.get(call);
    const mayChange = changingMethods.has(name);
    // `self.rooms.setdefault(name, set()).add(user)` changes what lies in the dict.
    const table = object.op === "call" && isLookUp(object) ? receiverOf(object) : undefined;
    if (object.op !== "read" && !table) return;
    const base = baseOf(table ?? object);
    const entities = resolver.resolve(object, frame.function);
    const isContainer = entities.length === 0 || entities.some((entity) => isContainerEntity(entity, knowledge));
    const isUnsafe = entities.some((entity) => objectionTo(entity, name, resolver) !== undefined);
    // What an object of the program does about threads is its own business.
    const isOwn = entities.some((entity) => entity.kind === "instance");
    // `heapq.heappop(self.due)` changes what it is given, and not the module.
    const isFunction = entities.some((entity) => entity.kind === "external");
    const changesChecked = checked !== undefined && checked.does !== "use" && !isOwn && !isFunction;
    if (!(mayChange && isContainer) && !isUnsafe && !changesChecked) return;
    const target = this.ownership.object(object, frame);
    if (target.sharing !== "shared") {
      const others = object.op === "read" && isUnsafe && entities.every(isOfLoop) ? this.tableOf(object, frame) : undefined;
      if (others) this.access("use", elementsOf(others), call, call, base, activation, held);
      return;
    }
    if (mayChange && isContainer) {
      const read = readForAdding(call, frame.function);
      const update: Access["update"] = read && {
        gap: gapBefore(call, read, frame.function, resolver),
        read: { start: read.start, end: read.end },
        form: "stores",
        result: "counted",
      };
      this.access("change", elementsOf(target), call, call, base, activation, held, update);
    } else {
      this.access(isUnsafe ? "use" : "change", target, call, call, base, activation, held);
    }
  }

  /** The shared dict that something was taken out of which others still hold: `future = self._waiting.pop(number)`. */
  private tableOf(value: ReadOperation, frame: Frame): AbstractObject | undefined {
    const { place } = value;
    const bound = place.kind === "name" && place.owner === frame.function.index ? frame.function.bound(place.name) : undefined;
    const [only, ...others] = bound ?? [];
    const table = only?.op === "call" && others.length === 0 && /^(pop|get)$/.test(lastNameOf(only.callee)) ? receiverOf(only) : undefined;
    const object = table && this.ownership.object(table, frame);
    return object?.sharing === "shared" ? object : undefined;
  }

  /** What takes for granted that something is still there which was seen before: `self.sock.send()`, `self.callback()`, `d[k]`, `stack[-1]`. */
  use(operation: ReadOperation | CallOperation, activation: Activation, held: readonly HeldLock[]): void {
    const pattern = activation.checks.get(operation);
    if (pattern?.does !== "use") return;
    const { frame } = activation;
    const { place, form } = pattern.check;
    const isElementOf =
      operation.op === "read" && operation.place.kind === "element" && !samePlace(operation.place, place) && /^(truth|size)$/.test(form)
        ? operation.place.object
        : undefined;
    const object = isElementOf ? this.ownership.object(isElementOf, frame) : this.location(place, frame);
    if (object?.sharing !== "shared") return;
    this.access("use", isElementOf ? elementsOf(object) : object, operation, operation, baseOf(place), activation, held);
  }

  access(...given: Parameters<StateAccesses["accessOf"]>): void {
    this.accesses.push(this.accessOf(...given));
  }

  private accessOf(
    does: Access["does"],
    { key: location, via }: Pick<AbstractObject, "key" | "via">,
    operation: Access["operation"],
    statement: Range,
    base: Value | undefined,
    activation: Activation,
    held: readonly HeldLock[],
    update?: Access["update"],
  ): Access {
    const { frame, path, checks, heldAt } = activation;
    const object = base && this.objectBehind(base, via, frame);
    const origin = object && (object.partOf || object.key);
    const isPerCall =
      (origin !== undefined && this.perCall.has(origin)) ||
      (origin !== undefined && this.current.kind === "spawn" && this.made.isMadeIn(this.current.spawn.in, origin)) ||
      (this.current.kind === "spawn" && this.made.isAroundAwaited(this.current.spawn, location)) ||
      (this.current.kind === "spawn" && this.made.isOfCallsElsewhere(this.current.spawn, location)) ||
      (this.current.kind === "spawn" &&
        (this.made.isMadeIn(this.current.spawn.in, location) || this.made.isOfGiver(this.current, location)));
    const isPerSpawn = origin !== undefined && this.perSpawn.has(origin);
    const against = (locks: readonly HeldLock[]): readonly HeldLock[] => (isPerSpawn ? locks : this.withoutOwnLocks(locks));
    const read = operation.op === "write" || operation.op === "call" ? readForEmptying(operation, frame.function) : undefined;
    const pattern = this.isOfThread(checks.get(operation), frame) ? undefined : checks.get(operation);
    const atCheck = pattern && heldAt.get(pattern.check.at);
    return {
      root: this.current,
      function: frame.function,
      location,
      does,
      range: { start: operation.start, end: operation.end },
      statement: { start: statement.start, end: statement.end },
      operation,
      update,
      emptied: read && {
        gap: gapBefore(operation, read, frame.function, this.program.resolver),
        read: { start: read.start, end: read.end },
      },
      check: pattern && { pattern, locks: against(heldThroughout(atCheck ?? [], held)) },
      of: isPerCall ? "call's object" : isPerSpawn ? "thread's object" : this.isMaker(origin) ? "maker's object" : "other object",
      through: base && object ? this.throughOf(base, object, frame) : "",
      via,
      locks: [...against(held)],
      path,
    };
  }

  /** Whether the key is that of the object whose constructor starts the thread: each object starts its own. */
  private isMaker(origin: string | undefined): boolean {
    if (this.current.kind !== "spawn" || this.current.spawn.in.head.name !== "__init__") return false;
    const maker = this.program.resolver.enclosingClass(this.current.spawn.in);
    return maker !== undefined && origin === `self ${classKey(maker)}`;
  }

  /** The object through which state is reached; not that which is the thread itself, where the state is what its maker gave it. */
  private objectBehind(base: Value, via: string, frame: Frame): AbstractObject {
    const object = this.ownership.object(base, frame);
    const start = via.split(wayBreak).pop() ?? "";
    // An attribute of the thread's object led to what that shares with others of its class.
    if (object.key.startsWith("self ") && start !== object.key && /^(cell|global|self) /.test(start))
      return { ...object, key: start, partOf: "" };
    if (!object.made || object.sharing !== "shared" || via.split(wayBreak).includes(object.key)) return object;
    return { ...object, sharing: "own", key: `made ${object.made.in.file.path}:${object.made.call.start}` };
  }

  /** A lock of the object that is the thread itself keeps no other thread from what all of them share. */
  private withoutOwnLocks(held: readonly HeldLock[]): readonly HeldLock[] {
    const thread = this.current.kind === "spawn" ? threadObjectOf(this.current.spawn) : undefined;
    if (!thread || held.length === 0) return held;
    const self = `self ${classKey(thread)}`;
    // What the class has once, it has for all its objects.
    const isItsOwn = ({ identity, owner, via }: HeldLock): boolean => identity === "one-per-object" && owner === self && via !== "";
    return held.map((lock) => (isItsOwn(lock) ? { ...lock, scope: "own-thread" } : lock));
  }

  /** A loop that waits by looking; what the looks see in the functions that they call is seen by whoever shares those functions' objects. */
  poll(loop: LoopOperation, activation: Activation, held: readonly HeldLock[]): void {
    const { frame, path } = activation;
    const idle = idleLoopsIn(frame.function, this.program.resolver).get(loop);
    if (!idle) return;
    const looks = idle.looks.flatMap((look): Poll["looks"] => {
      const { at, value, in: within } = look;
      if (at !== "state" || value.op !== "read") return [];
      const seen = within === frame.function ? frame : this.ownership.frames.beside(within);
      const location = this.lookedAt(value, seen);
      if (location === undefined) return [];
      const around = { ...activation, frame: seen };
      return [{ look, access: this.accessOf("read", location, loop, loop.header, baseOf(value.place), around, held) }];
    });
    this.polls.push({ root: this.current, function: frame.function, range: loop.header, locks: [...held], path, idle, looks });
  }

  private lookedAt(value: ReadOperation, frame: Frame): Pick<AbstractObject, "key" | "via"> | undefined {
    const { place } = value;
    const isLocal = place.kind === "name" && place.owner === frame.function.index && place.owner > 0;
    const object = isLocal ? this.ownership.object(value, frame) : this.location(place, frame);
    if (object?.sharing === "shared") return object;
    // Functions inside this one may be the threads that change the variable.
    return isLocal && place.kind === "name" ? { key: `cell ${functionKey(frame.function)} ${place.name}`, via: "" } : undefined;
  }

  isDeclaredGuarded(place: Place): boolean {
    this.guarded ??= new Set(guardedStates(this.program).map((state) => state.name));
    return place.kind !== "element" && this.guarded.has(place.name);
  }

  private throughOf(base: Value, object: AbstractObject, frame: Frame): string {
    const key = this.makerOf(object, frame) ?? (object.partOf || object.key);
    // A module or class is no object among others: `state.peers` and `peers` are the same.
    if (
      this.program.resolver
        .resolve(base, frame.function)
        .some(({ kind }) => kind !== "instance" && kind !== "object" && kind !== "container")
    )
      return "";
    if (!key.startsWith("self ")) return key;
    let family = this.families.get(key);
    if (family === undefined) {
      const node = classOfKey(key.slice("self ".length), this.program);
      const order = node && this.program.resolver.classOrder(node).classes;
      family = order ? `self ${order.map(classKey).join("|")}` : key;
      this.families.set(key, family);
    }
    return family;
  }

  /** For a variable that a method left to a closure: the object of the method, if the way went through it. */
  private makerOf({ key, partOf }: AbstractObject, frame: Frame): string | undefined {
    const owner = ownerOfCell(partOf || key);
    const method = owner === undefined ? undefined : functionOfKey(owner, this.program);
    const maker = method && this.ownership.receiverOnWay(method, frame);
    return maker && (maker.partOf || maker.key);
  }

  /** Whether what is checked is an element that no other thread looks for. */
  private isOfThread(pattern: CheckThenAct | undefined, frame: Frame): boolean {
    return pattern?.check.place.kind === "element" && this.isOwnElement(pattern.check.place, frame);
  }

  /** Whether no other thread means the element; a function that remembers what it made expects to be asked again. */
  private isOwnElement(place: ElementPlace, frame: Frame): boolean {
    return this.isOwnIndex(place.index, frame) && !(frame.caller && remembersByKey(place, frame.function));
  }

  private isOwnIndex(index: Value, frame: Frame): boolean {
    if (this.tellsThread(index, frame) || this.ownership.object(index, frame).perThread) return true;
    if (index.op !== "read" || index.place.kind !== "name" || index.place.owner !== frame.function.index) return false;
    const bound = frame.function.bound(index.place.name) ?? [];
    return bound.length > 0 && bound.every((value) => this.tellsThread(value, frame));
  }

  /** Whether the value tells which thread runs, by a function of the program, too, that does nothing else. */
  private tellsThread(value: Value, frame: Frame): boolean {
    if (isThreadIdentity(value)) return true;
    if (value.op !== "call" || value.arguments.length > 0) return false;
    const callees = this.program.resolver.callees(value, frame.function);
    return (
      callees.length > 0 &&
      callees.every(({ function: { returned } }) => returned.length > 0 && returned.every((each) => isThreadIdentity(each)))
    );
  }

  /** The element that a thread writes under a key of its own, where the code expects that key to come again. */
  private repeatedElement(write: WriteOperation, { frame, path }: Activation): AbstractObject | undefined {
    if (write.place.kind !== "element" || this.ownership.object(write.place.index, frame).perThread !== "given") return undefined;
    const isCounter = (entity: Entity): boolean => entity.kind === "object" && countersByKey.has(entity.type);
    const startsAtDefault =
      countsComings(write) ||
      (write.form === "update" && this.program.resolver.resolve(write.place.object, frame.function).some(isCounter));
    if (!startsAtDefault) return undefined;
    const repeats = [...path.map((step) => loopsAround(step.function, step.call)), loopsAround(frame.function, write)];
    // In a loop it may be the thread's own count.
    if (repeats.some((loops) => loops.length > 0)) return undefined;
    return this.content(write.place, frame);
  }

  /** What a container holds as a whole, which is the state that its elements are parts of. */
  private content({ object }: ElementPlace, frame: Frame): AbstractObject {
    const container = this.ownership.object(object, frame);
    return { ...container, key: `${container.key}[]` };
  }

  /** The state that a place is part of; undefined where an index makes each thread's part its own. */
  private location(place: Place, frame: Frame): AbstractObject | undefined {
    switch (place.kind) {
      case "name":
        return this.ownership.variable(place.name, place.owner, frame);
      case "attribute":
        return this.ownership.attributeLocation(place.object, place.name, frame);
      case "element":
        return this.isOwnElement(place, frame) ? undefined : this.content(place, frame);
    }
  }

  /** The attribute of its object that a property hands out as it is. */
  givenByProperty(value: Value, frame: Frame): FrameArgument | undefined {
    if (value.op !== "read" || value.place.kind !== "attribute" || !this.program.isPropertyName(value.place.name)) return undefined;
    for (const entity of this.program.resolver.resolve(value.place.object, frame.function)) {
      const inner =
        entity.kind === "instance"
          ? methodFrame(entity, value.place.name, value.place.object, frame, this.program, this.ownership)
          : undefined;
      const [only, ...others] = inner?.function.returned ?? [];
      if (inner && others.length === 0 && only?.op === "read" && only.place.kind === "attribute" && isPropertyMethod(inner.function))
        return { value: only, in: inner };
    }
    return undefined;
  }

  /** Whether a property hands out what each thread has for itself: `self._local.depth`. */
  private isThreadsOwn(read: ReadOperation, frame: Frame): boolean {
    const given = this.givenByProperty(read, frame);
    return given?.value.op === "read" && this.location(given.value.place, given.in)?.sharing === "own";
  }

  /** Whether a property makes the value, anew for each who asks as like as not. */
  isComputed(value: Value, frame: Frame): boolean {
    return value.op === "read" && isProperty(value.place, frame.function, this.program.resolver);
  }

  noteHeldAt(operation: Operation, { heldAt }: Activation, held: readonly HeldLock[]): void {
    heldAt.set(operation, [...held]);
  }
}

/** The frame of a method that the language calls by itself on the object that a value is; undefined where its class has none. */
export function methodFrame(
  { class: node }: Extract<Entity, { kind: "instance" }>,
  name: string,
  value: Value,
  frame: Frame,
  { resolver }: Program,
  ownership: Ownership,
): Frame | undefined {
  const method = resolver.method(node, name);
  const self = method?.head.parameters[0]?.name;
  if (!method || !self) return undefined;
  const object = ownership.object(value, frame);
  return { function: method, parameters: new Map([[self, { ...object, class: node }]]), caller: frame, depth: frame.depth + 1 };
}

/** What has a first value for every key, for those who count. */
const countersByKey: ReadonlySet<string> = new Set(["collections.defaultdict", "collections.Counter"]);

export function isPropertyMethod(node: FunctionNode): boolean {
  return decoratorNames(node).some((name) => name.endsWith("property"));
}

/** `self` of `self.a.b` and `self.a[k]`. */
export function baseOf(place: Place | Value): Value | undefined {
  let object: Value | undefined = "op" in place ? place : place.kind === "name" ? undefined : place.object;
  while (object?.op === "read" && object.place.kind !== "name") object = object.place.object;
  return object;
}

/** The content of a container as a whole. */
export function elementsOf({ key, via }: AbstractObject): Pick<AbstractObject, "key" | "via"> {
  return { key: `${key}[]`, via };
}

/** Whether it belongs to an event loop, whoever holds it. */
function isOfLoop(entity: Entity): boolean {
  return entity.kind === "object" && entity.type.startsWith("asyncio.");
}

function isContainerEntity(entity: Entity, knowledge: Program["knowledge"]): boolean {
  if (entity.kind === "container") return entity.value.makes !== "generator" && entity.value.makes !== "tuple";
  return entity.kind === "object" && knowledge.type(entity.type)?.is.role === "container";
}
