import type { Range } from "../../../base/range.js";
import { blockingOf } from "../../../knowledge/blocking.js";
import type { CallableEntry } from "../../../knowledge/entry.js";
import type { CallOperation, LoopOperation, Operation, ReadOperation, Value, WriteOperation, YieldOperation } from "../../operation.js";
import { classKey, type Entity, type FunctionNode, functionKey } from "../entity.js";
import { receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import { decoratingManagers, decoratorLocks } from "../locks/decorator-locks.js";
import {
  givenBack,
  type HeldLock,
  isEntered,
  leavesTaken,
  lockOfManager,
  locksOf,
  locksOfSection,
  looksLikeLock,
  mayFail,
  mayHoldAtYield,
  takesLock,
  triedIn,
  turnAt,
} from "../locks/locks.js";
import { calledSection, enteredSection } from "../locks/readers-writer.js";
import { loopsAround } from "../loops.js";
import { overviewOf } from "../memory/overviews.js";
import { hasNote } from "../notes.js";
import { decoratedCallees } from "../resolution/decorations.js";
import { implicitCall, implicitMethodsIn } from "../resolution/implicit-calls.js";
import { type Frame, passedOnWay, sharedObject, wayBreak } from "../sharing/abstract-object.js";
import { isWithin, ownerOfCell } from "../sharing/cells.js";
import { Ownership } from "../sharing/ownership.js";
import { isSliced } from "../slices.js";
import { changedByFunction } from "../state/container-changes.js";
import { iteratedKind, iterationsOf, returnedView } from "../state/iteration.js";
import { type Activation, baseOf, elementsOf, isPropertyMethod, methodFrame, StateAccesses } from "../state/state-accesses.js";
import { checksThroughCalls, noChecks } from "../state/through-calls.js";
import { inPlaceMethod, storeOf, updateRead } from "../state/updates.js";
import { noStores, storesByCall } from "../state/updates-through-calls.js";
import type { ThreadRoot } from "../threads/roots.js";
import { armOfThread, usesThreadIdentity } from "../threads/thread-identity.js";
import { isLogging, logFilters } from "../waiting/log-filters.js";
import { walkOperations } from "../walk.js";
import { calleesOnWay } from "./callees-on-way.js";
import {
  enteringMethods,
  heldOnEvery,
  hold,
  isEnteredOnStack,
  isExitStack,
  isTakenOfElement,
  replace,
  takenIn,
  threadIdentity,
  withoutIdentity,
} from "./held.js";
import { knownOnWay } from "./known-on-way.js";
import type { Access, Acquisition, CallStep, Wait } from "./moments.js";
import { decided } from "./truth.js";
import { type Exit, Trail, type Walked } from "./walk-stretches.js";
import { wayKey } from "./way-key.js";

/**
 * What a walk looks for. What threads do to state is the dearest of it, and for locks of anyone and for waits it is not asked; the way through the
 * program is the same.
 */
export type Purpose = "all of threads" | "waits of threads" | "locks of anyone";

/**
 * Goes the ways that threads take through a program, call by call, with the locks that are held on each, and notes what they do that others can notice:
 * the state that they read and change, the locks that they take, what they wait for.
 */
export class Walker {
  private readonly acquisitions: Acquisition[] = [];
  private readonly waits: Wait[] = [];
  private readonly threaded = new Set<FunctionNode>();
  private readonly ownership: Ownership;
  /** What threads do to state; undefined where it is not asked for. */
  private readonly state: StateAccesses | undefined;
  /** What is known of each call that blocks, so that it is looked up once however many threads come by. */
  private readonly blocking = new Map<CallOperation, CallableEntry | "nothing">();
  private steps = 0;
  private nesting = 0;
  private current!: ThreadRoot;
  /** The functions that the current root reaches. */
  private reached = new Set<string>();

  private readonly whose: "threads" | "anyone";

  constructor(
    private readonly program: Program,
    purpose: Purpose,
    private readonly trail = new Trail(undefined),
  ) {
    this.ownership = new Ownership(program.resolver);
    this.whose = purpose === "locks of anyone" ? "anyone" : "threads";
    if (purpose === "all of threads") this.state = new StateAccesses(program, this.ownership);
  }

  found(): Walked {
    const { acquisitions, waits } = this;
    const { accesses, actsByCall, polls } = this.state ?? { accesses: [], actsByCall: [], polls: [] };
    return { accesses, actsByCall, acquisitions, waits, polls, functions: [...this.threaded], entries: this.trail.allEntries() };
  }

  /** Starts in a function that takes locks; what one of them reached, the others need not reach again. */
  taker(node: FunctionNode): void {
    const contexts = takenIn(node);
    if (contexts.length === 0) return;
    const start = this.ownership.frames.beside(node);
    if (!contexts.some((context) => locksOf(context, start, this.program, this.ownership, this.whose).length > 0)) return;
    this.current = { kind: "marked", key: `taker ${functionKey(node)}`, function: node, instances: "several" };
    this.steps = 0;
    this.enter(start, [], []);
  }

  /** `held`: what whoever calls the root's function is known to hold. */
  root(root: ThreadRoot, held: readonly HeldLock[] = []): void {
    const before = this.state?.mark();
    this.walk(root, held);
    // A variable of a function that this thread calls itself is most likely this thread's own, whichever way its closure is reached.
    const isReached = (owner: string | undefined): boolean =>
      owner !== undefined && !(root.kind === "caller" && owner === functionKey(root.function)) && this.reached.has(owner);
    const isOthers = (access: Access): boolean => {
      const way = ownerOfCell(access.via.split(wayBreak).pop() ?? "");
      const isBrought = way !== undefined && isWithin(root.function, way);
      return !isReached(ownerOfCell(access.location)) && (isBrought || !isReached(way));
    };
    if (before) this.state?.keepSince(before, isOthers);
  }

  private walk(root: ThreadRoot, held: readonly HeldLock[]): void {
    this.current = root;
    this.state?.begin(root);
    this.steps = 0;
    this.reached = new Set();
    switch (root.kind) {
      case "spawn": {
        const frame = this.ownership.frames.start(root.spawn, root.target);
        this.state?.given(root, frame);
        this.enter(frame, [], []);
        return;
      }
      case "handler":
        this.enter(this.ownership.frames.handled(root.function, root.class), [], []);
        return;
      case "entry":
        this.enter(this.ownership.frames.entered(root.function), [], []);
        return;
      case "caller": {
        const frame = this.ownership.frames.beside(root.function, root.beside);
        this.enter(frame, [...held, ...(root.within ? [] : this.heldUntilBack(frame))], []);
        return;
      }
      case "marked":
      case "promised": {
        const frame = this.ownership.frames.beside(root.function);
        this.enter(frame, [...held, ...this.heldUntilBack(frame)], []);
        return;
      }
    }
  }

  /** Whether the walk is about a loop's thread: beside a thread that a coroutine has handed work to, or with a coroutine that other threads have handed over. */
  private isOnLoop(): boolean {
    const { current } = this;
    if (current.kind === "caller") return current.function.head.isAsync;
    return current.kind === "spawn" && current.byLoop && current.function.head.isAsync;
  }

  /** What whoever calls the function holds, as it gives that back. */
  private heldUntilBack(frame: Frame): readonly HeldLock[] {
    return givenBack(frame.function).flatMap((lock) => locksOf(lock, frame, this.program, this.ownership, this.whose));
  }

  /** Walks a function in a frame; returns what it leaves held. */
  private enter(frame: Frame, held: readonly HeldLock[], path: readonly CallStep[]): Exit {
    const untouched: Exit = { held, yielded: [], takenAgain: [], depth: path.length };
    if (path.length > 0) this.trail.entered(frame.function, held);
    const deepest = this.current.kind === "promised" ? maximumPromisedDepth : maximumDepth;
    if (frame.depth > deepest || ++this.steps > maximumSteps) return untouched;
    if (this.whose === "threads" && hasNote(frame.function, "single-thread")) return untouched;
    if (this.whose === "threads" && frame.function.head.isAsync && !this.isOnLoop()) return untouched;
    this.reached.add(functionKey(frame.function));
    this.threaded.add(frame.function);
    const key = wayKey(frame, held, this.ownership);
    const before = this.trail.exitOf(key);
    if (before) {
      this.again(before, held, path);
      return before;
    }
    this.trail.left(key, untouched);
    const first = this.acquisitions.length;
    const start = [...held];
    // A function that compares thread identities guards its state by who the owner is.
    if (usesThreadIdentity(frame.function)) start.push(threadIdentity(frame.function));
    for (const lock of decoratorLocks(frame, this.program, this.ownership))
      if (!start.some((each) => each.key === lock.key)) start.push(lock);
    const activation: Activation = {
      frame,
      path,
      ...(this.state ? checksThroughCalls(frame.function, this.program) : noChecks),
      stores: this.state ? storesByCall(frame.function, this.program) : noStores,
      heldAt: new Map(),
      exits: [],
      jumps: [],
      yields: [],
    };
    for (const lock of this.managedBy(activation, start)) hold(start, lock);
    // What is held around the function is given back when it returns.
    const around = new Set(start.filter((lock) => !held.includes(lock)));
    if (!this.operations(frame.function.facts.body, activation, start)) activation.exits.push(start);
    const exit = {
      held: (heldOnEvery(activation.exits) ?? held).filter((lock) => !around.has(lock)),
      yielded: withoutIdentity(heldOnEvery(activation.yields) ?? []),
      takenAgain: this.whose === "anyone" ? this.takenAgainSince(first, held) : [],
      depth: path.length,
    };
    this.trail.left(key, exit);
    return exit;
  }

  /**
   * Of the acquisitions since the first, those of locks that were held at the call, each place once: there are as many ways to it as there are ways
   * through all functions in between.
   */
  private takenAgainSince(first: number, held: readonly HeldLock[]): readonly Acquisition[] {
    const places = new Map<string, Acquisition>();
    for (let i = first; i < this.acquisitions.length; i++) {
      const taken = this.acquisitions[i] as Acquisition;
      if (!taken.locks.some((each) => each.key === taken.lock.key && held.includes(each))) continue;
      const place = `${functionKey(taken.function)} ${taken.range.start} ${taken.lock.key}`;
      if (!places.has(place)) places.set(place, taken);
    }
    return [...places.values()];
  }

  /** What waits for its own thread is noted for each call that gets there with the lock held, as it is the call that is wrong. */
  private again({ takenAgain, depth }: Exit, held: readonly HeldLock[], path: readonly CallStep[]): void {
    if (this.whose !== "anyone") return;
    for (const taken of takenAgain) {
      const locks = taken.locks.map((lock) => held.find(({ key }) => key === lock.key) ?? lock);
      // Only the call is another one: what lies between the function that was entered and the acquisition is the same.
      this.acquisitions.push({ ...taken, root: this.current, locks, path: [...path, ...taken.path.slice(depth)] });
    }
  }

  /** Walks a list; `held` is changed as explicit acquire and release calls come by. Returns whether the list surely leaves what is around it. */
  private operations(list: readonly Operation[], activation: Activation, held: HeldLock[]): boolean {
    if (this.nesting === maximumNesting) return false;
    this.nesting++;
    const leaves = this.operationsAtDepth(list, activation, held);
    this.nesting--;
    return leaves;
  }

  private operationsAtDepth(list: readonly Operation[], activation: Activation, held: HeldLock[]): boolean {
    const { frame } = activation;
    const { within } = this.current.kind === "caller" ? this.current : { within: undefined };
    for (const operation of list) {
      const isOutside = within !== undefined && frame.depth === 0 && (operation.end <= within.start || operation.start >= within.end);
      if (isOutside) continue;
      this.implicitCall(operation, activation, held);
      if (activation.stores.reads.has(operation)) this.state?.noteHeldAt(operation, activation, held);
      switch (operation.op) {
        case "write":
          this.write(operation, activation, held);
          break;
        case "read":
          // What is read far below where a lock was taken is not what the lock is for.
          if (held.some((lock) => lock.taken.function === frame.function) || this.state?.isDeclaredGuarded(operation.place))
            this.state?.read(operation, activation, held);
          this.state?.use(operation, activation, held);
          this.property(operation, activation, held);
          break;
        case "call":
          this.call(operation, activation, held);
          break;
        case "with":
          this.with(operation, activation, held);
          break;
        case "loop": {
          this.state?.noteHeldAt(operation, activation, held);
          const during = isReturnedGenerator(operation, frame.function)
            ? held.filter((lock) => lock.taken.function !== frame.function)
            : held;
          this.iterate(operation, operation.header, activation, during);
          this.state?.poll(operation, activation, during);
          this.rounds(operation, activation, during);
          break;
        }
        case "branch":
          this.state?.noteHeldAt(operation, activation, held);
          if (this.branch(operation, activation, held)) return true;
          break;
        case "attempt":
          this.state?.noteHeldAt(operation, activation, held);
          if (this.attempt(operation, activation, held)) return true;
          break;
        case "yield":
          this.iterate(operation, operation, activation, held);
          activation.yields.push([...held]);
          break;
        case "return":
          activation.exits.push([...held]);
          return true;
        case "raise":
          return true;
        case "break":
        case "continue":
          activation.jumps[activation.jumps.length - 1]?.push([...held]);
          return true;
        default:
          break;
      }
    }
    return false;
  }

  /**
   * What a round releases is not held any more after the loop, nor what it takes: there may be no round. But who takes the locks of all that it was given
   * holds all of them then: `for account in accounts: account.lock.acquire()`.
   */
  private rounds(operation: LoopOperation, activation: Activation, held: HeldLock[]): void {
    const ways: (readonly HeldLock[])[] = [];
    const inner = [...held];
    activation.jumps.push(ways);
    if (!this.operations(operation.body, activation, inner)) ways.push(inner);
    activation.jumps.pop();
    const ofAll =
      operation.form !== "while" && operation.makes !== "generator" && !operation.endsEarly
        ? (heldOnEvery(ways) ?? []).filter((lock) => isTakenOfElement(lock, operation, activation.frame))
        : [];
    // `while not lock.acquire(timeout=1): …` goes on until it has the lock.
    const tried = operation.form === "while" && !operation.endsEarly ? triedIn(operation.test, activation.frame.function) : undefined;
    const won = tried?.arm === "other" ? inner.filter((lock) => lock.taken.range.start === receiverOf(tried.call)?.start) : [];
    replace(held, heldOnEvery([held, ...ways]) ?? held);
    for (const lock of [...ofAll, ...won]) hold(held, lock);
  }

  private branch(operation: Extract<Operation, { op: "branch" }>, activation: Activation, held: HeldLock[]): boolean {
    const taken = decided(operation, knownOnWay(activation.frame, this.program.resolver, this.ownership));
    if (taken !== undefined) return this.operations(operation.arms[taken ? 0 : 1] ?? [], activation, held);
    const own =
      armOfThread(operation, this.current, activation.frame.function, this.program.resolver) ?? this.armOfSpawn(operation, activation);
    if (own) return this.operations(own, activation, held);
    const turn = turnAt(operation.test, activation.frame, this.program, this.ownership);
    if (turn) this.state?.noteHeldAt(operation, activation, [...held, turn.lock]);
    const tried = triedIn(operation.test, activation.frame.function);
    const lockOfTry = tried && held.filter((lock) => lock.taken.range.start === receiverOf(tried.call)?.start);
    const after: (readonly HeldLock[])[] = [];
    operation.arms.forEach((arm, index) => {
      const hasIt = !tried || (tried.arm === "first") === (index === 0);
      const inner = hasIt ? [...held] : held.filter((lock) => !lockOfTry?.includes(lock));
      if (turn && (turn.arm === "first") === (index === 0)) inner.push(turn.lock);
      if (!this.operations(arm, activation, inner)) after.push(inner.filter((lock) => lock !== turn?.lock));
    });
    const common = heldOnEvery(after);
    if (!common) return operation.arms.length > 1 && operation.test !== undefined;
    replace(held, common);
    return false;
  }

  /** The arm that starts the thread beside which this caller goes on: the other ones run only where no thread is started. */
  private armOfSpawn({ arms }: Extract<Operation, { op: "branch" }>, { frame }: Activation): readonly Operation[] | undefined {
    const { current } = this;
    if (current.kind !== "caller" || current.within === undefined || frame.depth > 0 || arms.length < 2) return undefined;
    const { call, in: within } = current.beside;
    if (within !== frame.function || loopsAround(within, call).length > 0) return undefined;
    return arms.find((arm) => arm.some((operation) => operation.start <= call.start && call.end <= operation.end));
  }

  private attempt(operation: Extract<Operation, { op: "attempt" }>, activation: Activation, held: HeldLock[]): boolean {
    const before = [...held];
    const bodyLeaves = this.operations(operation.body, activation, held);
    let allLeave = true;
    for (const handler of operation.handlers) {
      if (!this.operations(handler, activation, [...before])) allLeave = false;
    }
    const otherwiseLeaves = this.operations(operation.otherwise, activation, held);
    // What `finally` releases is released on the ways out that stand before it, too.
    const released = new Set(held.map((lock) => lock.key));
    const finalLeaves = this.operations(operation.final, activation, held);
    for (const lock of held) released.delete(lock.key);
    if (released.size > 0)
      activation.exits.forEach((exit, index) => {
        activation.exits[index] = exit.filter((lock) => !released.has(lock.key));
      });
    return finalLeaves || ((bodyLeaves || otherwiseLeaves) && allLeave);
  }

  private with(operation: Extract<Operation, { op: "with" }>, activation: Activation, held: HeldLock[]): void {
    const { frame, path } = activation;
    const { context } = operation;
    const direct = locksOf(context, frame, this.program, this.ownership, this.whose);
    const waits = direct.length > 0 && this.givesUp(context, frame.function) ? "attempt" : "until-free";
    for (const lock of direct) this.acquired(lock, waits, activation, held);
    const managed = direct.length > 0 ? [] : this.entered(context, activation, held);
    const inner = [...held];
    for (const lock of [...direct, ...managed]) hold(inner, lock);
    const exits = activation.exits.length;
    const surelyLeft = this.operations(operation.body, activation, inner);
    const taken = new Set([...direct, ...managed].filter((lock) => !held.some((each) => each.key === lock.key)).map((lock) => lock.key));
    activation.exits.forEach((exit, index) => {
      if (index >= exits) activation.exits[index] = exit.filter((lock) => !taken.has(lock.key));
    });
    if (managed.length > 0 || direct.length === 0) this.left(context, frame, inner, path);
    // A stack gives back what was entered on it.
    if (inner.length > held.length && isExitStack(context, frame.function, this.program.resolver))
      replace(
        inner,
        inner.filter((lock) => held.some((each) => each.key === lock.key) || !isEnteredOnStack(lock)),
      );
    if (direct.length === 0 && held.length > 0) this.poolLeft(context, activation, held);
    // What the body took or released by itself stays so.
    const own = new Set([...direct, ...managed].map((lock) => lock.key));
    if (!surelyLeft)
      replace(
        held,
        inner.filter((lock) => !own.has(lock.key) || held.includes(lock)),
      );
  }

  /** Whether the lock was made with a limit of time, after which entering it raises an error: `FileLock(path, timeout=5)`. */
  private givesUp(context: Value, within: FunctionNode): boolean {
    return this.program.resolver.resolve(context, within).some((entity) => {
      const limit = entity.kind === "object" ? entity.origin?.call.arguments.find(({ name }) => name === "timeout")?.value : undefined;
      return limit !== undefined && !(limit.op === "constant" && (limit.type === "none" || Number(limit.value) < 0));
    });
  }

  /** Leaving the `with` block of a pool waits for its tasks. */
  private poolLeft(context: Value, { frame, path }: Activation, held: readonly HeldLock[]): void {
    if (context.op !== "call") return;
    const { resolver, knowledge } = this.program;
    for (const entity of resolver.resolve(context, frame.function)) {
      const role = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
      const entry = knowledge.callable("concurrent.futures.Executor.__exit__");
      if (role?.role !== "executor" || role.onExit !== "waits" || !entry) continue;
      this.waits.push({ root: this.current, function: frame.function, range: context, locks: [...held], path, call: context, entry });
      return;
    }
  }

  private call(operation: CallOperation, activation: Activation, held: HeldLock[]): void {
    const { frame, path } = activation;
    const { callee } = operation;
    if (this.state) {
      this.state.use(operation, activation, held);
      const stored = storeOf(operation);
      if (stored && updateRead(stored, frame.function)) this.write(stored, activation, held);
    }
    if (callee.op === "read" && callee.place.kind === "attribute") {
      const { name, object } = callee.place;
      const enters = enteringMethods.has(name);
      const gives = name === "release" || name === "__exit__";
      if (name === "acquire" || name === "__enter__" || gives || enters) {
        const subject = enters ? operation.arguments[0]?.value : object;
        const locks = subject ? locksOf(subject, frame, this.program, this.ownership, this.whose) : [];
        if (locks.length > 0) {
          if (gives)
            replace(
              held,
              held.filter((lock) => !locks.some((each) => each.key === lock.key)),
            );
          else
            for (const lock of locks) {
              this.acquired(lock, mayFail(operation) ? "attempt" : "until-free", activation, held);
              hold(held, lock);
            }
          return;
        }
      }
      this.state?.methodCall(operation, object, name, activation, held);
    }
    this.actsOf(operation, activation, held);
    this.calledFunction(operation, activation, held);
    this.logged(operation, activation, held);
    const callees = decoratedCallees(
      calleesOnWay(operation, frame, this.ownership, this.program.resolver),
      callee,
      frame,
      this.ownership,
      this.program.resolver,
    );
    for (const { function: node, receiver, decoration } of callees) {
      // `self.__init__()` on an object that exists starts it afresh, after a fork say, when nobody else has it.
      if (node.head.name === "__init__" && isAttributeRead(callee, "__init__")) continue;
      // Every function that takes a lock is walked by itself, so what is called without one matters only for what it leaves held.
      if (this.whose === "anyone" && held.length === 0 && !takesLock(node)) continue;
      // The body of a coroutine runs when it is awaited.
      const isLeft = this.whose === "threads" && !this.isOnLoop();
      if (node.head.isAsync && (isLeft || !awaitedCalls.of(frame.function.facts).has(operation))) continue;
      // A generator's body runs in whoever iterates over it, which is nearly always the caller.
      // What is promised of a class is said of each of its methods, which are walked by themselves.
      const isNear = decoration && this.current.kind === "promised" ? { ...decoration, isMethod: false } : decoration;
      const inner = this.ownership.frames.enter(node, receiver, operation, frame, isNear);
      const exit = this.enter(inner, held, [...path, { function: frame.function, call: operation }]);
      // The way out may have been found for a call that holds the same locks from elsewhere.
      if (!node.head.isGenerator) replace(held, [...new Set(exit.held.map((lock) => held.find((each) => each.key === lock.key) ?? lock))]);
    }
    this.calledSection(operation, frame, held);
  }

  /** A call that begins or ends a section of a lock for readers and a writer, with what the lock does for that behind it. */
  private calledSection(call: CallOperation, frame: Frame, held: HeldLock[]): void {
    const section = calledSection(call, frame.function, this.program);
    if (!section || isEntered(call, frame.function)) return;
    const { lock, mode, does } = section;
    const modes = mode ? [mode] : (["read", "write"] as const);
    const locks = modes.flatMap((each) => locksOfSection({ lock, mode: each }, frame, this.ownership));
    if (does === "take") for (const each of locks) hold(held, each);
    else
      replace(
        held,
        held.filter(({ key }) => !locks.some((each) => each.key === key)),
      );
  }

  /** What the called function does because of a look that was made here, and what it stores of what was read here. */
  private actsOf(call: CallOperation, activation: Activation, held: readonly HeldLock[]): void {
    const { state } = this;
    if (!state) return;
    const before = state.mark();
    for (const { act } of activation.byCall.get(call) ?? []) {
      if (act.op === "write") this.write(act, activation, held);
      else if (act.op === "call" && act.callee.op === "read" && act.callee.place.kind === "attribute")
        state.methodCall(act, act.callee.place.object, act.callee.place.name, activation, held);
    }
    for (const store of activation.stores.byCall.get(call) ?? []) state.storedByCall(store, activation, held);
    state.byCallSince(before);
  }

  private acquired(lock: HeldLock, waits: Acquisition["waits"], { frame, path }: Activation, held: readonly HeldLock[]): void {
    this.acquisitions.push({ root: this.current, function: frame.function, range: lock.taken.range, locks: [...held], path, lock, waits });
  }

  /** `with object:` runs the object's `__enter__`, or a generator function up to its `yield`; returns the locks that are held then. */
  private entered(context: Value, activation: Activation, held: readonly HeldLock[]): readonly HeldLock[] {
    const { frame, path } = activation;
    const step = { function: frame.function, call: context };
    const { resolver } = this.program;
    let takes = false;
    const found: HeldLock[] = [];
    const added = (now: readonly HeldLock[]): void => {
      found.push(...now.filter((lock) => !held.some((each) => each.key === lock.key)));
    };
    if (context.op === "call") {
      for (const { function: node, receiver } of resolver.callees(context, frame.function)) {
        if (!node.head.isGenerator) continue;
        takes ||= takesLock(node) && mayHoldAtYield(node.facts.body);
        added(this.enter(this.ownership.frames.enter(node, receiver, context, frame), held, [...path, step]).yielded);
      }
    }
    for (const entity of resolver.resolve(context, frame.function)) {
      if (entity.kind === "function") takes ||= takesLock(entity.function) && mayHoldAtYield(entity.function.facts.body);
      if (entity.kind !== "instance") continue;
      const enter = methodFrame(entity, "__enter__", context, frame, this.program, this.ownership);
      if (!enter) continue;
      takes ||= leavesTaken(enter.function);
      added(this.enter(enter, held, [...path, step]).held);
    }
    const section = enteredSection(context, frame.function, this.program);
    if (section) return [...found, ...locksOfSection(section, frame, this.ownership)];
    if (found.length > 0 || takes) return found.length > 0 ? found : lockOfManager(context, frame, this.ownership);
    // `with self._lock.for_reading():` holds the lock in one way or another.
    const object = context.op === "call" ? receiverOf(context) : undefined;
    return object && looksLikeLock(object) ? lockOfManager(object, frame, this.ownership) : found;
  }

  /** What the context managers hold that the function is decorated with. */
  private managedBy(activation: Activation, held: readonly HeldLock[]): readonly HeldLock[] {
    const { function: node } = activation.frame;
    if (node.head.decorators.length === 0) return [];
    return decoratingManagers(node, this.program.resolver).flatMap(({ context, in: scope }) => {
      const frame = { ...this.ownership.frames.beside(scope), depth: activation.frame.depth };
      return this.entered(context, { ...activation, frame }, held);
    });
  }

  private left(context: Value, frame: Frame, held: readonly HeldLock[], path: readonly CallStep[]): void {
    for (const entity of this.program.resolver.resolve(context, frame.function)) {
      const exit = entity.kind === "instance" ? methodFrame(entity, "__exit__", context, frame, this.program, this.ownership) : undefined;
      if (exit) this.enter(exit, held, [...path, { function: frame.function, call: context }]);
    }
  }

  /** Reading a property runs its method. */
  private property({ place, start, end }: ReadOperation, { frame, path }: Activation, held: readonly HeldLock[]): void {
    if (place.kind !== "attribute" || !this.program.isPropertyName(place.name)) return;
    for (const entity of this.program.resolver.resolve(place.object, frame.function)) {
      const inner =
        entity.kind === "instance" ? methodFrame(entity, place.name, place.object, frame, this.program, this.ownership) : undefined;
      if (inner && isPropertyMethod(inner.function)) this.enter(inner, held, [...path, { function: frame.function, call: { start, end } }]);
    }
  }

  private write(write: WriteOperation, activation: Activation, held: readonly HeldLock[]): void {
    // Names in double underscores are how definitions are dressed up, at import time.
    if (write.place.kind === "attribute" && /^__.*__$/.test(write.place.name)) return;
    this.changedInPlace(write, activation, held);
    this.state?.write(write, activation, held);
  }

  /** `total += x` runs `__iadd__` of an object of the program. */
  private changedInPlace(write: WriteOperation, activation: Activation, held: readonly HeldLock[]): void {
    const method = inPlaceMethod(write);
    const object = write.value?.op === "compute" ? write.value.operands[0] : undefined;
    if (method === undefined || !object) return;
    this.runs(this.program.resolver.resolve(object, activation.frame.function), [method], object, write, activation, held);
  }

  /** `next(iterator)` moves it on; calls that block. */
  private calledFunction(call: CallOperation, activation: Activation, held: readonly HeldLock[]): void {
    const { frame, path } = activation;
    const { resolver, knowledge } = this.program;
    const iterator = advancedBy(call);
    if (iterator) {
      const entities = resolver.resolve(iterator, frame.function);
      const kind = iteratedKind(entities, resolver);
      if (kind === "object") this.runs(entities, ["__next__"], iterator, call, activation, held);
      if (kind === "object" || kind === "container" || !this.state) return;
      const object = this.ownership.object(iterator, frame);
      if (object.sharing === "shared" && !this.state.isComputed(iterator, frame))
        this.state.access("advance", object, call, call, baseOf(iterator), activation, held);
      return;
    }
    this.iterate(call, call, activation, held);
    if (this.whose === "anyone") return;
    const changed = this.state ? changedByFunction(call, frame.function, resolver) : undefined;
    const list = changed && this.ownership.object(changed, frame);
    if (changed && list?.sharing === "shared")
      this.state?.access("change", elementsOf(list), call, call, baseOf(changed), activation, held);
    let entry = this.blocking.get(call);
    if (entry === undefined) {
      const entries = resolver.externalCallees(call, frame.function).map((name) => {
        // Who takes the results of `pool.map` waits for each of them, as with `as_completed`.
        const isMap = knowledge.spawner(name)?.joinedBy.includes("__iter__") ?? false;
        return knowledge.callable(isMap ? "concurrent.futures.as_completed" : name);
      });
      entry = entries.find((each) => each !== undefined && each.style !== "awaitable" && isWaiting(each)) ?? "nothing";
      this.blocking.set(call, entry);
    }
    if (entry !== "nothing")
      this.waits.push({ root: this.current, function: frame.function, range: call, locks: [...held], path, call, entry });
  }

  /** Whoever logs runs the filters, and no lock is held then; a handler holds its own lock only once they have let the record through. */
  private logged(call: CallOperation, { frame, path }: Activation, held: readonly HeldLock[]): void {
    if (!this.state) return;
    const filters = logFilters(this.program);
    if (filters.length === 0 || !isLogging(call, frame.function, this.program)) return;
    for (const { function: node, class: owner } of filters) {
      const self = node.head.parameters[0]?.name ?? "";
      const parameters = new Map([[self, sharedObject(`self ${classKey(owner)}`, owner)]]);
      this.enter({ function: node, parameters, caller: frame, depth: frame.depth + 1 }, held, [
        ...path,
        { function: frame.function, call },
      ]);
    }
  }

  /** What a loop, a call or a `yield from` goes through. */
  private iterate(
    operation: LoopOperation | CallOperation | YieldOperation,
    statement: Range,
    activation: Activation,
    held: readonly HeldLock[],
  ): void {
    const { frame } = activation;
    const { resolver } = this.program;
    if (operation.op === "loop") this.returnedView(operation, activation, held);
    for (const { source, step } of iterationsOf(operation, frame.function, resolver)) {
      const given = this.state?.givenByProperty(source, frame) ?? passedOnWay(source, frame);
      // A part of a sequence is a copy, which the call has for itself.
      if (isSliced(given.value)) continue;
      const entities = resolver.resolve(given.value, given.in.function);
      const kind = iteratedKind(entities, resolver);
      if (kind === "object") this.runs(entities, ["__iter__", "__next__"], source, operation, activation, held);
      if (kind === "object" || !this.state) continue;
      const object = this.ownership.object(given.value, given.in);
      if (object.sharing !== "shared" || this.state.isComputed(given.value, given.in)) continue;
      const isNative = step === "native-call" || step === "copy";
      if (kind === "iterator") this.state.access("advance", object, operation, statement, baseOf(source), activation, held);
      else this.state.access(isNative ? "copy" : "iterate", elementsOf(object), operation, statement, baseOf(source), activation, held);
    }
  }

  /** A view that a function returns shows what is in the dict while it is gone through. */
  private returnedView(loop: LoopOperation, activation: Activation, held: readonly HeldLock[]): void {
    const { frame } = activation;
    const found = this.state && returnedView(loop, frame.function, this.program.resolver);
    if (!this.state || !found) return;
    const { call, callee, source } = found;
    const object = this.ownership.object(source, this.ownership.frames.enter(callee.function, callee.receiver, call, frame));
    if (object.sharing === "shared")
      this.state.access("iterate", elementsOf(object), loop, loop.header, baseOf(call.callee), activation, held);
  }

  /** What an operation calls on objects of the program without saying so: `len(stack)` runs `__len__`. */
  private implicitCall(operation: Operation, activation: Activation, held: readonly HeldLock[]): void {
    const implied = implicitCall(operation);
    if (!implied) return;
    const { object, methods } = implied;
    const defined = implicitMethods(this.program);
    if (!methods.some((name) => defined.has(name))) return;
    for (const entity of this.program.resolver.resolve(object, activation.frame.function)) {
      if (entity.kind !== "instance") continue;
      const name = methods.find((each) => defined.has(each) && this.program.resolver.method(entity.class, each));
      if (name !== undefined) this.runs([entity], [name], object, operation, activation, held);
    }
  }

  /** Methods that the language calls by itself on objects of the program. */
  private runs(
    entities: readonly Entity[],
    methods: readonly string[],
    object: Value,
    at: Range,
    { frame, path }: Activation,
    held: readonly HeldLock[],
  ): void {
    for (const entity of entities) {
      if (entity.kind !== "instance") continue;
      for (const name of methods) {
        const method = methodFrame(entity, name, object, frame, this.program, this.ownership);
        if (method) this.enter(method, held, [...path, { function: frame.function, call: at }]);
      }
    }
  }
}

/** The methods of the language's own that some class of the program defines. */
function implicitMethods(program: Program): ReadonlySet<string> {
  return overviewOf(program, "implicit methods", ({ files }) => new Set(files.flatMap((file) => [...implicitMethodsIn(file)])));
}

/** The iterator that the call moves on: `next(iterator)`, `iterator.__next__()`. */
function advancedBy({ callee, arguments: passed }: CallOperation): Value | undefined {
  if (callee.op !== "read") return undefined;
  const { place } = callee;
  if (place.kind === "name") return place.owner < 0 && place.name === "next" ? readOf(passed[0]?.value) : undefined;
  return place.kind === "attribute" && place.name === "__next__" && passed.length === 0 ? readOf(place.object) : undefined;
}

function readOf(value: Value | undefined): Value | undefined {
  return value?.op === "read" ? value : undefined;
}

function isAttributeRead(value: Value, name: string): boolean {
  return value.op === "read" && value.place.kind === "attribute" && value.place.name === name;
}

/** Whether the function returns the generator as it is: whoever goes through it has left behind what the function held. */
function isReturnedGenerator({ form, makes, start, end }: LoopOperation, { facts }: FunctionNode): boolean {
  if (form !== "comprehension" || makes !== "generator") return false;
  return facts.returned.some((value) => value.op === "comprehension" && value.start === start && value.end === end);
}

const awaitedCalls = functionView(({ body }): ReadonlySet<Value> => {
  const awaited = new Set<Value>();
  walkOperations(body, (operation) => {
    if (operation.op === "await") awaited.add(operation.value);
  });
  return awaited;
});

const maximumDepth = 14;
/** What a promise is about, the state of a class or module, is not far from its entries. */
const maximumPromisedDepth = 5;
const maximumSteps = 3000;
/** Blocks in blocks, those of the functions on the way among them. */
const maximumNesting = 300;

/** Whether there are calls of it that keep the thread from going on: those that say so, and by their kind those that say nothing. */
function isWaiting(entry: CallableEntry): boolean {
  const { does } = blockingOf(entry, {});
  return entry.waits !== undefined || does === "blocks" || does === "sleeps";
}
