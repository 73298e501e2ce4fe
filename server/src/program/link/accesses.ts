import type { Range } from "../../base/range.js";
import type { GapStep } from "../../knowledge/atomicity.js";
import type { CallOperation, Operation, Place, Value, WriteOperation } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { functionKey } from "./entity.js";
import type { Program } from "./link.js";
import { hasNote } from "./notes.js";
import { type AbstractObject, type Frame, Ownership } from "./ownership.js";
import { decoratorNames, type Resolver } from "./resolver.js";
import { callerRoots, type ThreadRoot, threadRoots } from "./roots.js";
import { updateGap, updateRead } from "./updates.js";

/** A write to state that threads share, as one thread makes it. */
export interface SharedWrite {
  readonly root: ThreadRoot;
  /** Equal for writes to the same state. */
  readonly location: string;
  readonly function: FunctionNode;
  readonly write: WriteOperation;
  /** For a read-modify-write: what runs between the read and the write. */
  readonly update: { readonly gap: readonly GapStep[]; readonly read: Range } | undefined;
  /** Whether it is an attribute of the object whose method the thread runs. */
  readonly of: "thread's object" | "other object";
  /** The keys of the locks held. */
  readonly locks: readonly string[];
  /** Calls from the root to the function, outermost first. */
  readonly path: readonly { readonly function: FunctionNode; readonly call: Range }[];
}

/** Every write that threads of the program make to state they share, and those that their makers make beside them. */
export function sharedWrites(program: Program): readonly SharedWrite[] {
  const roots = threadRoots(program);
  const walker = new Walker(program);
  for (const root of roots) walker.root(root);
  // Code beside the threads matters only for what the threads write.
  const written = new Set(walker.writes.map((write) => write.location));
  if (written.size > 0) {
    const all = new Walker(program);
    for (const root of callerRoots(program, roots)) all.root(root);
    walker.writes.push(...all.writes.filter((write) => written.has(write.location)));
  }
  return walker.writes;
}

interface Held {
  readonly key: string;
}

class Walker {
  readonly writes: SharedWrite[] = [];
  private readonly ownership: Ownership;
  private visited = new Set<string>();
  private steps = 0;
  private current!: ThreadRoot;
  private receiver: string | undefined;
  /** The functions that the current root reaches. */
  private reached = new Set<string>();

  constructor(private readonly program: Program) {
    this.ownership = new Ownership(program.resolver);
  }

  root(root: ThreadRoot): void {
    const before = this.writes.length;
    this.walk(root);
    // A variable of a function that this thread calls itself is most likely this thread's own, whichever way its closure is reached.
    const found = this.writes.splice(before);
    for (const write of found) {
      const owner = /^cell (.*#\d+) /.exec(write.location)?.[1];
      if (owner === undefined || !this.reached.has(owner)) this.writes.push(write);
    }
  }

  private walk(root: ThreadRoot): void {
    this.current = root;
    this.receiver = undefined;
    this.visited = new Set();
    this.steps = 0;
    this.reached = new Set();
    switch (root.kind) {
      case "spawn": {
        const frame = this.ownership.start(root.spawn, root.target);
        const self = root.target.receiver && frame.function.facts.parameters[0];
        const receiver = self && frame.parameters.get(self.name);
        this.receiver = receiver?.sharing === "shared" ? receiver.key : undefined;
        return this.enter(frame, [], []);
      }
      case "handler":
        return this.enter(this.ownership.handled(root.function, root.class), [], []);
      case "entry":
      case "marked":
      case "caller":
        return this.enter(this.ownership.beside(root.function), [], []);
    }
  }

  private enter(frame: Frame, held: readonly Held[], path: SharedWrite["path"]): void {
    if (frame.depth > maximumDepth || ++this.steps > maximumSteps || frame.function.facts.isAsync) return;
    if (hasNote(frame.function, "single-thread")) return;
    const state = [...frame.parameters].map(
      ([name, object]) => `${name}=${object.sharing} ${object.sharing === "shared" ? object.key : ""}`,
    );
    this.reached.add(functionKey(frame.function));
    const key = `${functionKey(frame.function)} ${state.join()} ${held.map((lock) => lock.key).join()}`;
    if (this.visited.has(key)) return;
    this.visited.add(key);
    // A function that compares thread identities guards its state by who the owner is.
    const guard = usesThreadIdentity(frame.function) ? [...held, { key: "thread identity" }] : held;
    this.operations(frame.function.facts.body, frame, [...guard], path);
  }

  /** Walks a list; `held` is changed as explicit acquire and release calls come by. Returns whether the list surely leaves the function. */
  private operations(list: readonly Operation[], frame: Frame, held: Held[], path: SharedWrite["path"]): boolean {
    const { within } = this.current.kind === "caller" ? this.current : { within: undefined };
    for (const operation of list) {
      const isOutside = within !== undefined && frame.depth === 0 && (operation.end <= within.start || operation.start >= within.end);
      if (isOutside) continue;
      switch (operation.op) {
        case "write":
          this.write(operation, frame, held, path);
          break;
        case "call":
          this.call(operation, frame, held, path);
          break;
        case "with": {
          const locks = this.locksOf(operation.context, frame);
          this.entered(operation.context, frame, held, path);
          this.operations(operation.body, frame, [...held, ...locks], path);
          break;
        }
        case "loop":
          this.operations(operation.body, frame, [...held], path);
          break;
        case "branch": {
          const after: Held[][] = [];
          for (const arm of operation.arms) {
            const inner = [...held];
            if (!this.operations(arm, frame, inner, path)) after.push(inner);
          }
          const [first, ...rest] = after;
          if (!first) return operation.arms.length > 1 && operation.test !== undefined;
          held.length = 0;
          held.push(...first.filter((lock) => rest.every((other) => other.some((each) => each.key === lock.key))));
          break;
        }
        case "attempt": {
          const before = [...held];
          this.operations(operation.body, frame, held, path);
          for (const handler of operation.handlers) this.operations(handler, frame, [...before], path);
          this.operations(operation.otherwise, frame, held, path);
          this.operations(operation.final, frame, held, path);
          break;
        }
        case "return":
        case "raise":
          return true;
        default:
          break;
      }
    }
    return false;
  }

  private call(operation: Extract<Operation, { op: "call" }>, frame: Frame, held: Held[], path: SharedWrite["path"]): void {
    const { callee } = operation;
    if (callee.op === "read" && callee.place.kind === "attribute") {
      const { name, object } = callee.place;
      if (name === "acquire" || name === "release") {
        const locks = this.locksOf(object, frame);
        if (locks.length > 0) {
          if (name === "acquire") held.push(...locks);
          else {
            const keys = new Set(locks.map((lock) => lock.key));
            const kept = held.filter((lock) => !keys.has(lock.key));
            held.length = 0;
            held.push(...kept);
          }
          return;
        }
      }
    }
    for (const { function: node, receiver } of this.calleesIn(operation, frame)) {
      // A generator's body runs in whoever iterates over it, which is nearly always the caller.
      const inner = this.ownership.enter(node, receiver, operation, frame);
      this.enter(inner, held, [...path, { function: frame.function, call: operation }]);
    }
  }

  /** What a call runs; on an object whose class this thread's way shows, its class's own method, which may override the one that is written. */
  private calleesIn(operation: CallOperation, frame: Frame): ReturnType<Resolver["callees"]> {
    const { resolver } = this.program;
    const { callee } = operation;
    if (
      callee.op === "read" &&
      callee.place.kind === "attribute" &&
      callee.place.object.op === "read" &&
      callee.place.object.place.kind === "name"
    ) {
      const { name, owner } = callee.place.object.place;
      const node = owner === frame.function.facts.index ? frame.parameters.get(name)?.class : undefined;
      const method = node && resolver.method(node, callee.place.name);
      if (node && method && !decoratorNames(method).includes("staticmethod"))
        return [{ function: method, receiver: { kind: "instance", class: node } }];
    }
    return resolver.callees(operation, frame.function);
  }

  /** `with object:` runs the object's `__enter__` and `__exit__`. */
  private entered(context: Value, frame: Frame, held: readonly Held[], path: SharedWrite["path"]): void {
    for (const entity of this.program.resolver.resolve(context, frame.function)) {
      if (entity.kind !== "instance") continue;
      const object = this.ownership.object(context, frame);
      for (const name of ["__enter__", "__exit__"]) {
        const method = this.program.resolver.method(entity.class, name);
        const self = method?.facts.parameters[0]?.name;
        if (!method || !self) continue;
        const parameters = new Map([[self, { ...object, class: entity.class }]]);
        this.enter({ function: method, parameters, caller: frame, depth: frame.depth + 1 }, held, [
          ...path,
          { function: frame.function, call: context },
        ]);
      }
    }
  }

  /** The locks that entering a context takes, as far as other threads can take them too. */
  private locksOf(context: Value, frame: Frame): Held[] {
    const { resolver, knowledge } = this.program;
    let isLock = false;
    for (const entity of resolver.resolve(context, frame.function)) {
      if (entity.kind === "object") {
        const role = knowledge.type(entity.type)?.is.role;
        if (role === "lock" || role === "condition") isLock ||= this.isExclusive(entity.origin?.call, entity.type);
      } else if (entity.kind === "instance") {
        // An object with an `__enter__` that takes a lock is one, whatever else it does.
        const enter = resolver.method(entity.class, "__enter__");
        isLock ||= enter !== undefined && takesLock(enter.facts.body);
      } else if (entity.kind === "function") {
        isLock ||= takesLock(entity.function.facts.body);
      }
    }
    if (context.op === "call" && !isLock) {
      // A context manager written as a generator function holds what its body holds at the `yield`.
      for (const { function: node } of resolver.callees(context, frame.function))
        if (node.facts.isGenerator) isLock ||= takesLock(node.facts.body);
      if (isLock) return [{ key: `call ${context.start}` }, ...this.calleeKey(context, frame)];
    }
    const isUnknown = resolver
      .resolve(context, frame.function)
      .every((entity) => entity.kind === "external" && !knowledge.callable(entity.name));
    if (!isLock && !(isUnknown && looksLikeLock(context))) return [];
    const object = this.ownership.object(context, frame);
    // A lock that nobody else can reach guards nothing.
    return object.sharing === "own" ? [] : [{ key: lockKey(context, object) }];
  }

  private calleeKey(call: Extract<Value, { op: "call" }>, frame: Frame): Held[] {
    return this.program.resolver.callees(call, frame.function).map(({ function: node }) => ({ key: `manager ${functionKey(node)}` }));
  }

  private isExclusive(made: Extract<Value, { op: "call" }> | undefined, type: string): boolean {
    if (!/Semaphore$/.test(type)) return true;
    const size = made?.arguments[0]?.value;
    return size === undefined || (size.op === "constant" && size.value === 1);
  }

  private write(write: WriteOperation, frame: Frame, held: readonly Held[], path: SharedWrite["path"]): void {
    const object = this.location(write.place, frame);
    // Names in double underscores are how definitions are dressed up, at import time.
    if (object?.sharing !== "shared" || (write.place.kind === "attribute" && /^__.*__$/.test(write.place.name))) return;
    const read = updateRead(write, frame.function);
    const update = read
      ? { gap: updateGap(write, read, frame.function, this.program.resolver), read: { start: read.start, end: read.end } }
      : undefined;
    const base = baseOf(write.place);
    const isReceivers = base !== undefined && this.ownership.object(base, frame).key === this.receiver;
    this.writes.push({
      of: isReceivers ? "thread's object" : "other object",
      root: this.current,
      location: object.key,
      function: frame.function,
      write,
      update,
      locks: held.map((lock) => lock.key),
      path,
    });
  }

  /** The state that a place is part of; undefined where an index makes each thread's part its own. */
  private location(place: Place, frame: Frame): AbstractObject | undefined {
    switch (place.kind) {
      case "name":
        return this.ownership.variable(place.name, place.owner, frame);
      case "attribute":
        return this.ownership.attributeLocation(place.object, place.name, frame);
      case "element": {
        const index = this.ownership.object(place.index, frame);
        if (index.perThread || isThreadIdentity(place.index)) return undefined;
        const container = this.ownership.object(place.object, frame);
        return { ...container, key: `${container.key}[]` };
      }
    }
  }
}

/** `self` of `self.a.b` and `self.a[k]`. */
function baseOf(place: Place): Value | undefined {
  let object = place.kind === "name" ? undefined : place.object;
  while (object?.op === "read" && object.place.kind !== "name") object = object.place.object;
  return object;
}

const maximumDepth = 14;
const maximumSteps = 3000;

function lockKey(context: Value, object: AbstractObject): string {
  return object.sharing === "unknown" && context.op === "read" && context.place.kind === "attribute"
    ? `lock ${context.place.name}`
    : object.key;
}

/** Names that nobody gives to anything but a lock. */
function looksLikeLock(context: Value): boolean {
  const value = context.op === "call" ? context.callee : context;
  return value.op === "read" && value.place.kind !== "element" && /(^|_)(r?lock|mutex|semaphore|cond(ition)?)$/i.test(value.place.name);
}

function takesLock(operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    switch (operation.op) {
      case "call":
        return operation.callee.op === "read" && operation.callee.place.kind === "attribute" && operation.callee.place.name === "acquire";
      case "with":
        return looksLikeLock(operation.context) || takesLock(operation.body);
      case "attempt":
        return takesLock(operation.body);
      case "branch":
        return operation.arms.some(takesLock);
      default:
        return false;
    }
  });
}

const identityNames: ReadonlySet<string> = new Set(["get_ident", "current_thread", "get_native_id", "currentThread"]);

function isThreadIdentity(value: Value): boolean {
  if (value.op === "call")
    return value.callee.op === "read" && value.callee.place.kind !== "element" && identityNames.has(value.callee.place.name);
  return value.op === "read" && value.place.kind === "attribute" && isThreadIdentity(value.place.object);
}

function usesThreadIdentity(node: FunctionNode): boolean {
  return node.facts.body.some(function mentions(operation: Operation): boolean {
    switch (operation.op) {
      case "call":
        return isThreadIdentity(operation);
      case "branch":
        return operation.arms.some((arm) => arm.some(mentions));
      case "with":
        return operation.body.some(mentions);
      default:
        return false;
    }
  });
}
