import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import { calledAs } from "../../knowledge/call-text.js";
import type { CallableEntry, ValuePlace } from "../../knowledge/entry.js";
import { evaluate } from "../../knowledge/evaluate.js";
import { type FunctionNode, functionKey } from "../../program/link/entity.js";
import { type GilNote, gilNoteOf, gilNoteOfCall } from "../../program/link/gil-notes.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";
import type { Callee } from "../../program/link/resolution/callees.js";
import { compiledBy, releasingBlock } from "../../program/link/resolution/compiled.js";
import { isHandedIn, mayBeOther } from "../../program/link/resolution/handed-in.js";
import { operatorMethod } from "../../program/link/resolution/operators.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { isAwaitedAtOnce } from "../../program/link/threads/joined-at-once.js";
import type {
  AttemptOperation,
  BranchOperation,
  CallOperation,
  ComputeOperation,
  LoopOperation,
  Operation,
  Value,
} from "../../program/operation.js";
import type { Calibration } from "../calibration/calibration.js";
import { duration } from "../prediction/text.js";
import { asksAgain, roundsOfAnswers } from "../rounds/answers.js";
import { failuresOf } from "../rounds/attempts.js";
import { deadlineNs, roundsUntil } from "../rounds/deadlines.js";
import { producerIn, type Staying, sharesOf, stayingAfter, stayingShare } from "../rounds/generators.js";
import { endingShare, recursionCount } from "../rounds/recursion.js";
import { rememberingNs, remembers, workedOutShares } from "../rounds/remembered-calls.js";
import { GuardedSections, writtenOut } from "../tasks/guarded-sections.js";
import { type Helped, helperThread, ownRun, startedCall, unhelped, withHelp } from "../tasks/helper-threads.js";
import { looksForOthers } from "../tasks/lock-contention.js";
import { firstTimeShare, isMadeOnce } from "../tasks/made-once.js";
import { isMainGuard } from "../tasks/main-guard.js";
import { handedToThread } from "../tasks/pooled-calls.js";
import { type Profile, profiledFunction } from "../tasks/profile.js";
import { SharedUse, usesInside, usesMeanwhile } from "../tasks/shared-use.js";
import { besideWait, startedTogether, waitOfRound } from "../tasks/started-coroutines.js";
import type { Finished, HotLoop } from "../tasks/task-work.js";
import type { ObservedTask } from "../trial/observed-task.js";
import { type Activation, activationOfCall, bareActivation, calledForEach } from "../values/activation.js";
import { CallSizes } from "../values/call-sizes.js";
import { defaultLength, Evaluator } from "../values/evaluate.js";
import { calledName, loopText, wholeText, writtenName } from "../values/names-in-text.js";
import { entriesText } from "../values/queue-entries.js";
import { argumentText, madeText } from "../values/size-texts.js";
import { lineWait } from "../waits/line-waits.js";
import { keepsBooks, unknownWait } from "../waits/unknown-waits.js";
import { assumedSize } from "./call-costs.js";
import { lightCalls, waitingKinds } from "./call-kinds.js";
import { CallStack, callsOfCycle, roundsOfCycle, type Standing } from "./call-stack.js";
import { isDecoration, libraryName, makesFrozen, methodOfKind } from "./called-library.js";
import { comparisonsOf } from "./comparisons.js";
import { ConstructCosts } from "./construct-costs.js";
import { CostParts } from "./cost-parts.js";
import {
  addLocked,
  addPooled,
  addReleased,
  addTime,
  addTo,
  asCompiled,
  asNative,
  averaged,
  emptySum,
  lasting,
  repeated,
  type Sum,
  waitedSince,
  zero,
} from "./cost-sum.js";
import { hashedKey, looksUp } from "./hashed-keys.js";
import { accessRun, builtInRun, contextRuns, type ImplicitRun, isGeneratorContext, nextRun, operatorRun } from "./implicit-methods.js";
import { isProduced, nextCost } from "./iterated-objects.js";
import { keptBytes, keptNs, objectBytes } from "./kept-memory.js";
import { addWait, libraryCallCost } from "./library-call-cost.js";
import { consumedNs, producedNs } from "./library-table.js";
import { notedEntry } from "./noted-entry.js";
import { runsUnknown } from "./opaque-calls.js";
import { costsFor, type OperationCosts, type Operations } from "./operation-costs.js";
import { leadsBack, methodsRun } from "./overridden-methods.js";
import { partialRun } from "./partial-calls.js";
import { pinsOf } from "./pins.js";
import { replacedCount } from "./regex-costs.js";
import type { BelowThreshold } from "./threshold.js";
import { addedUp, compiledCall, repeatedCalls, type TimedCall, uncounted } from "./timed-calls.js";
import { addUnlistedCall } from "./unlisted-calls.js";

/** What costs depend on beside the program. */
export interface CostSettings {
  readonly target: Target;
  readonly cores: number;
  /** What the user measured of this machine's interpreters. */
  readonly calibrations: readonly Calibration[];
  /** What a profiler saw of the program. */
  readonly profile: Profile | undefined;
  /** What was seen of the task at hand while its program was followed. */
  readonly observed?: ObservedTask;
}

/** What one call of a function costs, and what that is made of. */
export interface FunctionCost extends Finished, Standing {}

type Construct = keyof Operations;

/** Adds up what functions cost, operation by operation and call by call, and remembers what each costs with what it is given. */
export class FunctionCosts {
  readonly evaluator: Evaluator;
  private readonly sizes: CallSizes;
  readonly costs: OperationCosts;
  readonly constructs: ConstructCosts;
  private readonly sharing: SharedUse;
  private readonly guards: GuardedSections;
  private stack = new CallStack<FunctionCost>();
  private readonly selfCalls = new Map<FunctionNode, CallOperation[]>();
  /** What functions cost in a task that was followed; nothing else is to rest on that. */
  private readonly ofObserved = new Map<string, FunctionCost>();
  /** Of the function that is being looked at. */
  private parts = new CostParts();
  private steps = 0;
  /** Of the function's loops around what is being looked at. */
  private loopDepth = 0;
  /** Whether the function is called from inside a loop, and whether its cost depends on that. */
  private isCalledInLoop = false;
  private dependsOnLoop = false;
  /** Whether calling a coroutine function runs its body, or only makes an object that a task will run in its own time. */
  private coroutines: "run" | "made" = "run";
  /** Of the function's innermost loop, likely. */
  private rounds: number | undefined;

  readonly target: Target;
  private readonly profile: Profile | undefined;

  constructor(
    private readonly resolver: Resolver,
    { target, cores, calibrations, profile, observed }: CostSettings,
  ) {
    this.target = target;
    this.profile = profile;
    this.evaluator = new Evaluator(resolver, cores, observed);
    this.sizes = new CallSizes(this.evaluator, target);
    this.costs = costsFor(target, calibrations);
    this.constructs = new ConstructCosts(resolver, this.evaluator, this.costs, target);
    this.sharing = new SharedUse(this.constructs, this.evaluator, resolver, this.costs);
    this.guards = new GuardedSections(resolver, this.evaluator);
  }

  /** What one call of the function in that activation costs. */
  ofRun(activation: Activation): FunctionCost {
    this.steps = 0;
    const { memory } = this.resolver.memoryOf(activation.function.file);
    return memory.during(() => this.functionCost(activation));
  }

  /** What running some of a coroutine's operations once costs its thread, without what other coroutines do that it makes or awaits. */
  ofStretch(operations: readonly Operation[], activation: Activation): Finished {
    this.steps = 0;
    this.coroutines = "made";
    this.parts = new CostParts();
    this.stack.enter(activation.function);
    const { memory } = this.resolver.memoryOf(activation.function.file);
    const sum = memory.during(() => this.operations(operations, activation));
    this.stack = new CallStack();
    this.coroutines = "run";
    return { sum, ...this.parts.all() };
  }

  /** What calling a library function costs of which only the name is known. */
  ofExternal(name: string, call: CallOperation, within: FunctionNode): Finished {
    const entry = this.resolver.knowledge.callable(name);
    const sum = emptySum();
    const calls: TimedCall[] = [];
    if (!entry) sum.unknown = sum.blind = 1;
    else {
      const facts: CallFacts = { target: this.target };
      this.addLibraryCall(entry, name, call, within, facts, undefined, sum, calls);
    }
    return { sum, calls, hot: undefined, assumptions: [], opaque: sum.unknown + sum.uncosted > 0 ? [call] : [] };
  }

  private functionCost(activation: Activation): FunctionCost {
    const node = activation.function;
    const key = this.keyOf(activation);
    const { observed } = this.evaluator;
    const isCalledInLoop = this.isCalledInLoop || this.loopDepth > 0;
    const known = this.recalled(node, key, isCalledInLoop);
    if (known) {
      if (known.dependsOnLoop && this.loopDepth === 0) this.dependsOnLoop = true;
      return known;
    }
    const {
      parts: outerParts,
      rounds: outerRounds,
      loopDepth: outerDepth,
      isCalledInLoop: outerIsCalled,
      dependsOnLoop: outerDepends,
    } = this;
    const parts = new CostParts();
    this.parts = parts;
    this.rounds = undefined;
    this.loopDepth = 0;
    this.isCalledInLoop = isCalledInLoop;
    this.dependsOnLoop = false;
    this.stack.enter(node);
    let sum = this.operations(node.facts.body, activation);
    const pins = pinsOf(node.file);
    const selfCalls = this.selfCalls.get(node);
    const { isCycle } = this.stack;
    const seen = observed?.calls(node);
    if (isCycle && !selfCalls && seen) {
      sum = repeated(sum, seen);
      parts.calls = repeatedCalls(parts.calls, seen.likely);
    } else if (isCycle && !selfCalls) {
      sum = { ...repeated(sum, callsOfCycle), guessed: true };
      parts.assume(`depth of the recursion through \`${node.head.name}\``, "unknown, 100 calls taken", "default", sum.interpreter.likely);
      parts.calls = repeatedCalls(parts.calls, callsOfCycle.likely);
    }
    if (selfCalls) {
      this.selfCalls.delete(node);
      const pinned = pins.iterations.get(node);
      if (pinned !== undefined) parts.assumePinned(`calls of \`${node.head.name}\``, String(pinned));
      const counted = pinned === undefined ? (seen ?? recursionCount(node, selfCalls, activation, this.evaluator)) : exactly(pinned);
      const times = counted ?? this.assumedRecursion(node);
      if (remembers(node)) sum.interpreter = add(sum.interpreter, rememberingNs(node, selfCalls.length, this.costs));
      // Of those that were seen, it was seen which way they took.
      const ending = seen || !counted ? 0 : endingShare(node, selfCalls, times);
      const going = scale(times, 1 - ending);
      sum = { ...repeated(sum, going), guessed: sum.guessed || !counted };
      sum.interpreter = add(sum.interpreter, multiply(scale(this.costs.operations.compare, 2), scale(times, ending)));
      parts.calls = repeatedCalls(parts.calls, going.likely);
    }
    const note = gilNoteOf(node);
    const compilation = note ? undefined : compiledBy(node, this.resolver, this.target);
    if (note || compilation) {
      const before = sum.native.likely;
      sum = asNative(note ?? (compilation?.verdict.gil === "releases" ? "releases" : "holds"), note ? sum : asCompiled(sum));
      parts.calls = parts.calls.filter((call) => waitingKinds.has(call.kind) || call.entry.block !== undefined);
      if (compilation) parts.calls.push(compiledCall(node.head.name, compilation, sum.held.likely + sum.native.likely - before));
      parts.hot = undefined;
    }
    const cost = pins.cost.get(node);
    if (cost !== undefined) sum = this.pinned(sum, cost, `\`${node.head.name}\` takes`);
    else sum = this.profiled(sum, node);
    const { dependsOnLoop } = this;
    this.parts = outerParts;
    this.rounds = outerRounds;
    this.loopDepth = outerDepth;
    this.isCalledInLoop = outerIsCalled;
    this.dependsOnLoop = outerDepends || (dependsOnLoop && outerDepth === 0);
    const keptAs = isCalledInLoop && dependsOnLoop ? inLoop(key) : key;
    const found = { sum, ...parts.all(), calls: addedUp(parts.calls), dependsOnLoop };
    const { cost: result, isFinal } = this.stack.leave(keptAs, (standing) => ({ ...found, ...standing }));
    if (isFinal) this.keep(node, keptAs, result);
    return result;
  }

  /** What is known to be the cost of a call from where the operations at hand stand. */
  private recalled(node: FunctionNode, key: string, isCalledInLoop: boolean): FunctionCost | undefined {
    const { memory, derived } = this.resolver.memoryOf(node.file);
    const { observed } = this.evaluator;
    for (const each of isCalledInLoop ? [key, inLoop(key)] : [key]) {
      const isMeant = ({ dependsOnLoop }: Standing): boolean => !(isCalledInLoop && each === key && dependsOnLoop);
      const kept = observed ? this.ofObserved.get(each) : memory.recall<object | string, FunctionCost>(derived, each);
      if (kept && isMeant(kept) && this.stack.admits(kept)) return kept;
      const forNow = this.stack.forNow(each, isMeant);
      if (forNow) return forNow;
    }
    return undefined;
  }

  private keep(node: FunctionNode, key: string, cost: FunctionCost): void {
    const { memory, derived } = this.resolver.memoryOf(node.file);
    if (this.evaluator.observed) this.ofObserved.set(key, cost);
    else memory.keep<object | string, FunctionCost>(derived, key, cost, sameStructure);
  }

  /** A call is met of which nothing is known; it may look like one that waits. */
  private unknownCall(operation: Operation, sum: Sum, at: Activation): void {
    const wait = operation.op === "call" ? unknownWait(operation, at, this.evaluator) : undefined;
    if (wait && wait.ns.high <= 0) return;
    sum.unknown++;
    this.parts.metOpaque([operation]);
    if (!wait && (operation.op !== "call" || !keepsBooks(operation))) sum.blind++;
    if (!wait || operation.op !== "call") return;
    addTime(sum, "wait", wait.ns);
    sum.assumedWait += wait.ns.likely;
    sum.turns++;
    const { low, likely, high } = wait.ns;
    const value = `${duration(low)}–${duration(high)}, likely ${duration(likely)}, ${wait.because}`;
    this.parts.assume(`\`${calledName(operation)}\` waits`, value, "default", likely);
  }

  private keyOf(activation: Activation): string {
    const known = [...activation.arguments].map(([name, argument]) => {
      const shared = this.sharing.kindOfArgument(argument);
      return `${name}=${argumentText(argument, this.evaluator, this.sizes.bounds)}${shared === "own" ? "" : `&${shared}`}${entriesText(argument, this.evaluator)}`;
    });
    const { receiver } = activation;
    const self = receiver ? madeText(receiver.value, receiver.in, this.evaluator) : "";
    return `${this.coroutines === "run" ? "" : "between awaits "}${functionKey(activation.function)}(${known.join()})${self}`;
  }

  private assumedRecursion(node: FunctionNode): Interval {
    this.parts.assume(`depth of the recursion in \`${node.head.name}\``, "unknown, 1 000 calls taken", "default", 1);
    return defaultLength;
  }

  /** What a comment says that it takes. */
  private pinned(sum: Sum, ns: number, what: string): Sum {
    this.parts.assumePinned(what, duration(ns));
    return lasting(sum, exactly(ns));
  }

  /** What a profile says of the function takes the place of what its code looks like. */
  private profiled(sum: Sum, node: FunctionNode): Sum {
    const found = this.profile && profiledFunction(this.profile, node);
    if (!this.profile || !found) return sum;
    const calls = found.calls === 1 ? "1 call" : `${found.calls} calls`;
    const value = `${duration(found.perCall.likely)} (${this.profile.profiler}, ${calls})`;
    this.parts.assume(`\`${node.head.name}\` takes`, value, "measured", Number.POSITIVE_INFINITY);
    return lasting(sum, found.perCall);
  }

  private operations(list: readonly Operation[], at: Activation, from = 0): Sum {
    const sum = emptySum();
    const together = startedTogether(list, at, this.resolver);
    let longest = zero;
    for (let index = from; index < list.length; index++) {
      const operation = list[index] as Operation;
      if (++this.steps > maximumSteps) {
        this.stack.cutOff();
        break;
      }
      if (together?.joining.has(operation)) {
        this.interpret(sum, "callCMethod");
        longest = zero;
        continue;
      }
      if (together?.starting.has(operation) && (operation.op === "call" || operation.op === "loop")) {
        longest = this.startedBeside(longest, operation, at, sum);
        continue;
      }
      const explicit = operation.op === "call" ? writtenOut(list, index) : undefined;
      if (explicit && this.guards.placesOf(explicit.section.context, at)) {
        this.with(explicit.section, at, sum);
        index = explicit.last;
        continue;
      }
      switch (operation.op) {
        case "read":
          this.sharing.addRead(operation.place, at, sum);
          if (this.enterImplicitly(accessRun(operation.place, "read", at, this.resolver), sum)) break;
          if (operation.place.kind === "element") this.lookUp(operation.place.object, operation.place.index, at, sum);
          sum.interpreter = add(sum.interpreter, this.constructs.access(operation.place, "read", at));
          break;
        case "write":
          if (this.enterImplicitly(accessRun(operation.place, "write", at, this.resolver, operation.value), sum)) break;
          if (operation.place.kind === "element") this.lookUp(operation.place.object, operation.place.index, at, sum);
          sum.interpreter = add(sum.interpreter, this.constructs.access(operation.place, "write", at));
          if (this.sharing.isSharedContainer(operation.place, at)) sum.sharedWrites++;
          break;
        case "compute":
          this.computation(operation, at, sum);
          break;
        case "call":
          this.pinnable(operation, at, sum, (own) => {
            this.call(operation, at, own);
            // What a context manager takes is held by the section that it is entered for.
            const next = list[index + 1];
            if (next?.op === "with" && next.context === operation && this.guards.placesOf(operation, at)) own.lockEntries = 0;
          });
          break;
        case "loop":
          this.pinnable(operation, at, sum, (own) => this.loop(operation, at, own));
          break;
        case "branch": {
          // Whoever imports the module does not run what it does as a program.
          if (isMainGuard(operation.test)) break;
          sum.interpreter = add(sum.interpreter, this.constructs.jump(operation.test));
          const told = sharesOf(operation, at, this.evaluator, this.rounds);
          const isOnce = !told.known && isMadeOnce(operation, at.function);
          const usual = isOnce ? [firstTimeShare, 1 - firstTimeShare] : told.shares;
          const shares = !told.known && remembers(at.function) ? workedOutShares(operation, usual, at.function) : usual;
          const arms = { ...told, shares };
          addTo(sum, this.branch(operation, arms.shares, arms.known, at));
          // What follows `if not rows: return` runs as often as that does not.
          const staying = stayingShare(operation.arms, arms);
          if (staying.share >= 1) break;
          addTo(sum, this.rest(list, index + 1, staying, at));
          return sum;
        }
        case "attempt":
          this.interpret(sum, "tryNoRaise");
          addTo(sum, this.operations(operation.body, at));
          addTo(sum, this.operations(operation.otherwise, at));
          addTo(sum, this.operations(operation.final, at));
          this.handled(operation, at, sum);
          break;
        case "with": {
          this.with(operation, at, sum);
          const staying = stayingAfter(operation.body, at, this.evaluator, this.rounds);
          if (staying.share >= 1) break;
          addTo(sum, this.rest(list, index + 1, staying, at));
          return sum;
        }
        case "yield":
          this.interpret(sum, "generatorStep");
          break;
        case "raise":
          this.interpret(sum, "raiseAndCatch");
          return sum;
        case "return":
        case "break":
        case "continue":
          return sum;
        default:
          break;
      }
    }
    return sum;
  }

  /** What follows where something that is tried fails. */
  private handled(operation: AttemptOperation, at: Activation, sum: Sum): void {
    const failures = failuresOf(operation, at, this.evaluator);
    if (!failures || failures.share.high <= 0) return;
    const once = this.operations(operation.handlers[0] ?? [], at);
    once.interpreter = add(once.interpreter, scale(this.costs.operations.raiseAndCatch, failures.errors));
    addTo(sum, repeated(once, failures.share));
  }

  /** Coroutines that wait at the same time as others: only what they wait longer than those is added. Returns the longest wait. */
  private startedBeside(longest: Interval, operation: CallOperation | LoopOperation, at: Activation, sum: Sum): Interval {
    const own = emptySum();
    if (operation.op === "call") this.call(operation, at, own);
    else this.pinnable(operation, at, own, (inner) => this.loop(operation, at, inner));
    const wait = operation.op === "call" ? own.wait : waitOfRound(own.wait, this.evaluator.trips(operation, at).count);
    const { all, more } = besideWait(longest, wait);
    addTo(sum, { ...own, wait: more });
    return all;
  }

  /** What stands behind something that may leave the block. */
  private rest(list: readonly Operation[], from: number, { share, known }: Staying, at: Activation): Sum {
    return share > 0 && from < list.length
      ? averaged([this.operations(list, at, from), emptySum()], [share, 1 - share], known)
      : emptySum();
  }

  /** One of the arms: which, or how often each, where samples of what decides tell that. */
  private branch({ arms }: BranchOperation, shares: readonly number[], known: boolean, at: Activation): Sum {
    const only = shares.indexOf(1);
    if (only >= 0) return this.operations(arms[only] ?? [], at);
    return averaged(
      arms.map((arm) => this.operations(arm, at)),
      shares,
      known,
    );
  }

  /** Adds what a call or a loop costs, or what a comment says that it does. */
  private pinnable(operation: CallOperation | LoopOperation, at: Activation, sum: Sum, addCost: (own: Sum) => void): void {
    const cost = pinsOf(at.function.file).cost.get(operation);
    if (cost === undefined) {
      addCost(sum);
      return;
    }
    const own = emptySum();
    addCost(own);
    addTo(sum, this.pinned(own, cost, operation.op === "loop" ? "a loop takes" : `\`${calledName(operation)}\` takes`));
  }

  private arithmetic(operation: ComputeOperation, at: Activation, sum: Sum): void {
    const { operator, operands } = operation;
    const array = this.constructs.arrayNs(operator, operands, at);
    if (array) {
      // NumPy's loops give the GIL up, from some hundred elements on.
      if (array.likely > 500) addReleased(sum, array);
      else addTime(sum, "interpreter", array);
      return;
    }
    addTime(sum, "interpreter", this.constructs.compute(operation, at));
    this.sharing.addOperands(operation, at, sum);
  }

  /** Arithmetic of the interpreter, or what a library's type makes of the operator. */
  private computation(operation: ComputeOperation, at: Activation, sum: Sum): void {
    const { function: within } = at;
    const { knowledge } = this.resolver;
    const method = operatorMethod(operation, within, knowledge, (value, node) => this.resolver.resolve(value, node));
    const entry = method && knowledge.callable(method.name);
    sum.sharedUses += usesInside(method?.name);
    if (!entry) {
      if (this.enterImplicitly(operatorRun(operation, at, this.resolver), sum)) return;
      const [key, container] = operation.operands;
      if (container && (operation.operator === "in" || operation.operator === "not in")) this.lookUp(container, key, at, sum);
      this.arithmetic(operation, at, sum);
      return;
    }
    this.sharing.addOperands(operation, at, sum);
    const facts = this.sizes.knownOfOperator(method, at);
    const below = this.sizes.operatorBelowThreshold(entry, method, at);
    this.addLibraryCall(entry, method.name, operation, within, facts, below, sum, this.parts.calls, at);
  }

  private interpret(sum: Sum, construct: Construct): void {
    sum.interpreter = add(sum.interpreter, this.costs.operations[construct]);
  }

  private with(operation: Extract<Operation, { op: "with" }>, at: Activation, sum: Sum): void {
    const found = this.guards.placesOf(operation.context, at);
    const places = found && Math.max(1, Math.round(found.likely));
    this.interpret(sum, places === 1 ? "withLock" : "withContextManager");
    if (places === undefined) for (const run of contextRuns(operation.context, at, this.resolver)) this.enterImplicitly(run, sum);
    if (places === undefined && isGeneratorContext(operation.context, at, this.resolver))
      sum.interpreter = add(sum.interpreter, scale(this.costs.operations.withContextManager, generatorContext));
    // Semaphores are written in Python, over a condition.
    if (places !== undefined && places > 1) sum.interpreter = add(sum.interpreter, scale(this.costs.operations.withContextManager, 5));
    const body = this.block(operation.context, at, () => this.operations(operation.body, at));
    if (places === 1) {
      // Under a lock there is nobody to contend with, and that cache lines change their cores is counted with the lock.
      body.sharedUses *= 0.1;
      body.sharedLiterals *= 0.1;
      body.sharedWrites *= 0.05;
    }
    // Of sections one inside the other, the outer one holds what the inner one holds.
    addTo(sum, places === undefined ? body : { ...body, lockEntries: 0 });
    if (places === undefined) return;
    const { pooled } = body;
    const insidePool = { busy: add(pooled.interpreter, pooled.held), native: pooled.native, wait: pooled.wait };
    addLocked(sum, {
      lockPlaces: places,
      lockedUnknown: body.unknown + body.uncosted,
      lockEntries: 1,
      lockChecks: looksForOthers(operation.body),
      locked: add(add(add(body.interpreter, body.held), scale(this.costs.operations.withLock, 0.5)), insidePool.busy),
      lockedNative: add(body.native, insidePool.native),
      lockedWait: add(body.wait, insidePool.wait),
    });
  }

  /** What the body of a `with` statement or a loop costs, which a compiler may have taken out of the GIL. */
  private block(head: Value, at: Activation, run: () => Sum): Sum {
    const entry = releasingBlock(head, at.function, this.resolver);
    if (!entry) return run();
    const { calls, hot } = this.parts;
    this.parts.calls = [];
    const body = asNative("releases", asCompiled(run()));
    const call: CallOperation = head.op === "call" ? head : { op: "call", callee: head, arguments: [], start: head.start, end: head.end };
    const verdict = evaluate({ ...entry, gil: "releases" }, { target: this.target });
    const inside = this.parts.calls.filter((each) => waitingKinds.has(each.kind));
    const own = {
      name: entry.name,
      call,
      in: at.function,
      kind: "cpu-native",
      entry,
      verdict,
      ...uncounted,
      ns: body.native.likely,
    } as const;
    this.parts.calls = [...calls, ...inside, own];
    this.parts.hot = hot;
    return body;
  }

  private loop(loop: LoopOperation, at: Activation, sum: Sum): void {
    const { parts } = this;
    const pinned = pinsOf(at.function.file).iterations.get(loop);
    if (pinned !== undefined) parts.assumePinned(loopText(loop), String(pinned));
    let { count, known } =
      pinned === undefined
        ? this.evaluator.trips(loop, at, this.loopDepth > 0 || this.isCalledInLoop ? "often" : "once")
        : { count: exactly(pinned), known: "known" as const };
    if (this.loopDepth === 0 && (known === "default" || this.evaluator.observed)) this.dependsOnLoop = true;
    const begin = this.constructs.begin(loop, at);
    const outerCalls = parts.calls;
    const before = parts.hot;
    parts.calls = [];
    parts.hot = undefined;
    this.loopDepth++;
    const outerRounds = this.rounds;
    this.rounds = count.likely;
    const runs = loop.iterable && producerIn(loop.iterable, at, this.resolver);
    const producer = runs && !this.stack.has(runs.function) ? runs : undefined;
    const handingOut = !producer && loop.iterable ? nextRun(loop.iterable, at, this.resolver) : undefined;
    const run = (): Sum => {
      const sum = this.operations(loop.body, at);
      if (producer) this.enter(producer, sum, undefined);
      this.enterImplicitly(handingOut, sum);
      return sum;
    };
    const reentered = this.stack.reentries;
    const body = loop.iterable ? this.block(loop.iterable, at, run) : run();
    if (known === "default" && this.stack.reentries > reentered) count = roundsOfCycle;
    const isAnswered = known === "endless" && loop.endsEarly && asksAgain(body.wait, parts.calls, at.function);
    if (isAnswered) [count, known] = [roundsOfAnswers, "default"];
    this.rounds = outerRounds;
    this.loopDepth--;
    const line = lineWait(loop, at, this.resolver);
    if (line) body.wait = add(body.wait, line);
    if (known === "default" && loop.iterable && !producer && isProduced(loop.iterable, at, this.evaluator))
      this.unknownCall(loop, body, at);
    // What was measured of all that an iterator makes comes before what one step takes as a rule.
    const produced = loop.iterable ? producedNs(loop.iterable, at, this.evaluator, this.costs, "loop") : undefined;
    const next = produced ? undefined : nextCost(loop, at, this.evaluator, this.target, this.costs);
    if (next) addReleased(body, next.nativeNs);
    const pass = add(add(this.constructs.pass(loop, at), next?.interpreterNs ?? zero), keptNs(loop, count, at, this.evaluator));
    body.sharedUses += this.sharing.usesOfRound(loop, at);
    const once = { ...body, nesting: body.nesting + 1, interpreter: add(body.interpreter, pass) };
    const limitNs = known === "default" ? deadlineNs(loop, at, this.evaluator) : undefined;
    if (limitNs) {
      count = roundsUntil(limitNs, once, loop);
      known = loop.endsEarly ? "default" : "known";
    }
    const all = repeated(once, count);
    all.interpreter = add(all.interpreter, produced ? add(begin, produced) : begin);
    this.sharing.addLoop(loop, count.likely, at, all);
    all.freshBytes = keptBytes(loop, count, body.freshBytes);
    if (this.sharing.usesOfRound(loop, at) > 0) all.touchedBytes = Math.max(all.touchedBytes, count.likely * objectBytes * 3);
    all.endless ||= known === "endless";
    all.guessed ||= known === "default";
    addTo(sum, all);
    parts.calls = [...outerCalls, ...repeatedCalls(parts.calls, count.likely)];
    const weight = all.interpreter.likely + all.held.likely;
    if (known === "default")
      parts.assume(
        loopText(loop),
        `${wholeText(count.low)} to ${wholeText(count.high)}, likely ${wholeText(count.likely)}`,
        "default",
        weight,
      );
    const inner = parts.hot as HotLoop | undefined;
    const busyNs = once.interpreter.likely + once.held.likely;
    const passNs = once.unknown > 0 ? Number.POSITIVE_INFINITY : busyNs + once.native.likely + once.wait.likely;
    const innermost = inner && inner.interpreterNs.likely * 2 >= busyNs ? inner.innermost : { function: at.function, loop, passNs };
    const own: HotLoop = { function: at.function, loop, interpreterNs: add(all.interpreter, all.held), busyNs, innermost };
    parts.hot = [before, inner, own].reduce((a, b) => ((b?.interpreterNs.likely ?? 0) > (a?.interpreterNs.likely ?? 0) ? b : a));
  }

  private call(operation: CallOperation, at: Activation, sum: Sum): void {
    const { function: within } = at;
    const note = gilNoteOfCall(operation, within);
    this.sharing.addCall(operation, at, sum);
    const run = ownRun(operation, at, this.resolver);
    if (run) sum.help = withHelp(sum.help, this.helped(run, zero));
    const callees = this.resolver.callees(operation, within);
    const [callee] = callees;
    if (callee && (this.runsOneHandedIn(operation, callees, at, sum) || this.runsOtherMethod(operation, callees, at, sum))) return;
    if (callee) {
      this.callOf(callee, operation, at, sum);
      return;
    }
    const partial = partialRun(operation, at, this.resolver);
    if (partial && !this.stack.has(partial.function) && !this.stack.isFull) {
      this.interpret(sum, "callMethod");
      this.enter(partial, sum, note);
      return;
    }
    const name = libraryName(operation, within, this.evaluator) ?? methodOfKind(operation, at, this.constructs);
    sum.sharedUses += usesInside(name);
    const started = startedCall(name, operation);
    if (started) sum.help = withHelp(sum.help, this.helperOf(started, at));
    const noted =
      note &&
      notedEntry(note, name ?? calleeText(operation.callee), name === undefined ? undefined : this.resolver.knowledge.callable(name));
    if (noted) {
      const facts = this.sizes.knownOf(operation, at);
      this.addLibraryCall(noted, noted.name, operation, within, facts, undefined, sum, this.parts.calls, at);
      return;
    }
    if (name === undefined) {
      if (isDecoration(operation, at, this.evaluator)) return this.interpret(sum, "callCMethod");
      this.unknownCall(operation, sum, at);
      this.interpret(sum, "callCMethod");
      return;
    }
    const handed = handedToThread(name, operation, within, this.resolver);
    if (handed) {
      this.inThread(handed, at, sum);
      return;
    }
    if (runsUnknown(name, operation, within, this.resolver)) this.unknownCall(operation, sum, at);
    const entry = this.resolver.knowledge.callable(name);
    this.comparisons(name, operation, at, sum);
    if (this.enterImplicitly(builtInRun(name, operation, at, this.resolver), sum)) return this.interpret(sum, "callBuiltin");
    if (looksUp.test(name)) this.addHashed(operation.arguments[0]?.value, at, sum);
    if (name === "builtins.object" && operation.arguments.length > 0) {
      // A class without `__init__` that takes arguments has one made for it, as data classes do.
      this.interpret(sum, "instantiate");
      // It is made inside a function of `dataclasses`, so that it is not immortal.
      sum.sharedUses++;
      const { attributeStore, getattrCall } = this.costs.operations;
      // Objects that cannot be changed have their fields set by a call each: 90 ns more for each of four on 3.11, 45 on 3.14.
      const store = makesFrozen(operation.callee, within, this.resolver) ? add(getattrCall, scale(attributeStore, 3)) : attributeStore;
      sum.interpreter = add(sum.interpreter, scale(store, operation.arguments.length));
      return;
    }
    const consumed = consumedNs(name, operation, at, this.evaluator, this.costs);
    if (consumed) addTime(sum, "interpreter", consumed);
    if (name === "builtins.abs") sum.interpreter = add(sum.interpreter, this.constructs.magnitude(operation, at));
    if (!entry) {
      if (addUnlistedCall(name, operation, at, this.evaluator, this.costs, sum)) return;
      this.unknownCall(operation, sum, at);
      this.interpret(sum, "callCMethod");
      return;
    }
    const facts = this.sizes.knownOf(operation, at);
    const below = this.sizes.belowThreshold(entry, operation, at);
    this.addLibraryCall(entry, name, operation, within, facts, below, sum, this.parts.calls, at);
  }

  /** What a coroutine has a thread of a pool do, and the way there and back. */
  private inThread(handed: CallOperation, at: Activation, sum: Sum): void {
    sum.interpreter = add(sum.interpreter, handingOverNs);
    sum.turns++;
    // Only making the coroutine is looked at: others have the thread's time.
    if (this.coroutines === "made") return;
    const own = emptySum();
    this.call(handed, at, own);
    const { interpreter, held, native, wait } = own;
    addPooled(sum, { interpreter, held, native, wait });
    addTo(sum, { ...own, interpreter: zero, held: zero, native: zero, wait: zero, blocking: zero, lockEntries: 0, help: unhelped });
  }

  /** Adds what a call costs that runs that function. */
  private callOf(callee: Callee, operation: CallOperation, at: Activation, sum: Sum): void {
    const isConstruction = callee.function.head.name === "__init__" && callee.receiver?.kind === "instance";
    this.interpret(sum, isConstruction ? "instantiate" : callee.receiver ? "callMethod" : "callPython");
    const node = callee.function;
    if (this.coroutines === "made" && node.head.isAsync) return;
    if (this.stack.reenters(node)) {
      if (this.stack.isOnTop(node)) this.selfCalls.set(node, [...(this.selfCalls.get(node) ?? []), operation]);
      return;
    }
    if (this.stack.isFull) return;
    this.enter(activationOfCall(node, operation, at, callee.receiver !== undefined), sum, gilNoteOfCall(operation, at.function));
    return;
  }

  /**
   * Adds what a call costs of a function that others hand in, where they hand in several, or some that nobody can tell: one of them runs, each as likely as
   * the others. False where there is one only.
   */
  private runsOneHandedIn(operation: CallOperation, callees: readonly Callee[], at: Activation, sum: Sum): boolean {
    const { callee } = operation;
    if (!isHandedIn(callee, at.function, this.resolver)) return false;
    const isOpen = mayBeOther(callee, at.function, this.resolver);
    if (callees.length + Number(isOpen) < 2) return false;
    this.oneOf(callees, isOpen, operation, at, sum);
    return true;
  }

  /** Adds what the call of a method costs, where another one may run than what is found for the object. */
  private runsOtherMethod(operation: CallOperation, callees: readonly Callee[], at: Activation, sum: Sum): boolean {
    const run = methodsRun(operation, callees, at, this.evaluator);
    if (!run) return false;
    const [first, ...others] = run.callees;
    if (first && run.others === "by name" && !leadsBack(first.function, (each) => this.stack.has(each), this.resolver)) {
      this.callOf(first, operation, at, sum);
      this.doubtful(operation, sum);
    } else if (!first || run.others === "by name") this.oneOf([], true, operation, at, sum);
    else if (others.length === 0) this.callOf(first, operation, at, sum);
    else this.oneOf(run.callees, false, operation, at, sum);
    return true;
  }

  /** What a call runs is found by its name alone: it is as likely something of which nothing is known. */
  private doubtful(operation: CallOperation, sum: Sum): void {
    sum.unknown += 0.5;
    if (!keepsBooks(operation)) sum.blind += 0.5;
    this.parts.metOpaque([operation]);
  }

  /** One of these runs, each as likely as the others; `isOpen`: or something of which nothing is known. */
  private oneOf(callees: readonly Callee[], isOpen: boolean, operation: CallOperation, at: Activation, sum: Sum): void {
    const before = this.parts.calls;
    this.parts.calls = [];
    const arms = callees.slice(0, mostHandedIn).map((each) => {
      const arm = emptySum();
      this.callOf(each, operation, at, arm);
      return arm;
    });
    if (isOpen) {
      const arm = emptySum();
      this.unknownCall(operation, arm, at);
      arms.push(arm);
    }
    const share = 1 / arms.length;
    addTo(
      sum,
      averaged(
        arms,
        arms.map(() => share),
      ),
    );
    this.parts.calls = [...before, ...repeatedCalls(this.parts.calls, share)];
  }

  /** Adds what a call of a function of the program runs. */
  private enter(activation: Activation, sum: Sum, note: GilNote | undefined, times: Interval = exactly(1)): void {
    const inner = this.functionCost(activation);
    // Who waits for what a function returns sees it come to an end.
    const once = activation.function.returned.length > 0 ? { ...inner.sum, endless: false } : inner.sum;
    addTo(sum, repeated(note ? asNative(note, once) : once, times));
    this.parts.addRuns(inner, note, times.likely);
  }

  /** The same for a method that no call in the text names; false where there is none. */
  private enterImplicitly(run: ImplicitRun | undefined, sum: Sum, times: Interval = exactly(1)): boolean {
    if (!run || this.stack.has(run.function) || this.stack.isFull) return false;
    sum.interpreter = add(sum.interpreter, multiply(this.costs.operations.callMethodTwo, times));
    this.enter(run.activation, sum, undefined, times);
    return true;
  }

  /** What sorting, or keeping in order, takes that compares objects of classes of the program. */
  private comparisons(name: string, call: CallOperation, at: Activation, sum: Sum): void {
    const found = comparisonsOf(name, call, at, this.evaluator);
    if (!found) return;
    if (found.run !== "generated") this.enterImplicitly(found.run, sum, found.times);
    else sum.interpreter = add(sum.interpreter, multiply(scale(this.costs.operations.callMethodTwo, 4), found.times));
  }

  /** What finding a key in a dict or a set runs, beside the look-up itself. */
  private lookUp(container: Value, key: Value | undefined, at: Activation, sum: Sum): void {
    if (!key || key.op === "constant" || key.op === "compute") return;
    const kind = this.constructs.kindOf(container, at);
    if (kind === "dict" || kind === "set") this.addHashed(key, at, sum);
  }

  private addHashed(key: Value | undefined, at: Activation, sum: Sum): void {
    const found = hashedKey(key, at, this.resolver, this.costs);
    for (const { run, times } of found?.runs ?? []) this.enterImplicitly(run, sum, times);
    if (found?.ns) sum.interpreter = add(sum.interpreter, found.ns);
  }

  /** A thread that is started while the function runs: its work has to be done as well, and is mostly waited for. */
  private helperOf({ call, delay }: NonNullable<ReturnType<typeof startedCall>>, at: Activation): Helped {
    const seconds = delay && this.evaluator.number(delay, at);
    const later = !delay ? zero : seconds && seconds.low >= 0 ? scale(seconds, 1e9) : unknownDelayNs;
    const found = this.resolver.resolve(call.callee, at.function).find((entity) => entity.kind === "function");
    if (found?.kind !== "function") return delay ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    return this.helped(activationOfCall(found.function, call, at, found.receiver !== undefined), later);
  }

  private helped(activation: Activation, later: Interval): Helped {
    // What sets itself up again waits for none of its later runs.
    if (this.stack.has(activation.function)) return unhelped;
    if (this.stack.isFull) return later.high > 0 ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    const { sum } = this.functionCost(activation);
    // Who waits for requests for ever keeps nobody waiting longer than it takes to answer.
    if (sum.endless) return sum.help.signs > 0 ? helperThread({ interpreter: zero, native: zero, wait: zero }) : unhelped;
    return helperThread({ interpreter: add(sum.interpreter, sum.held), native: sum.native, wait: add(later, sum.wait) });
  }

  private addLibraryCall(
    entry: CallableEntry,
    name: string,
    call: CallOperation | ComputeOperation,
    within: FunctionNode,
    facts: CallFacts,
    below: BelowThreshold | undefined,
    sum: Sum,
    calls: TimedCall[],
    at = bareActivation(within),
  ): void {
    const { verdict, cost, isMeasured, startsUnknown, releases } = libraryCallCost(entry, name, call, facts, at, this);
    const computes = entry.kind === "cpu-native" || entry.kind === "cpu-python";
    if (!isMeasured && !entry.cost && computes && !lightCalls.test(entry.name)) {
      sum.uncosted++;
      this.parts.metOpaque([call]);
    }
    // Between short native calls the interpreter looks whether another thread waits; within a long one it cannot.
    if (call.op === "call") this.invoked(entry, call, at, sum);
    const isLong = entry.kind === "cpu-native" && verdict.gil === "holds" && cost.interpreterNs.likely >= longCallNs;
    sum.sharedUses += usesMeanwhile(name, cost.interpreterNs.likely);
    addTime(sum, isLong ? "held" : "interpreter", cost.interpreterNs);
    addReleased(sum, cost.nativeNs, releases);
    const before = sum.wait;
    addWait(entry, name, call, cost.waitNs, at, this.evaluator, sum);
    if (sum.wait !== before && entry.style === "blocking" && !(call.op === "call" && isAwaitedAtOnce(call, within)))
      sum.blocking = add(sum.blocking, waitedSince(before, sum));
    if (cost.nativeNs.likely + cost.waitNs.likely > longCallNs) sum.turns++;
    const ns = cost.interpreterNs.likely + cost.nativeNs.likely + cost.waitNs.likely;
    calls.push({
      name: calledAs(entry, name),
      call,
      in: within,
      kind: entry.kind,
      entry,
      verdict,
      below,
      elements: largest(facts),
      startsUnknown,
      times: 1,
      ns,
    });
    if (cost.from === "default" && ns > 100_000) {
      const text = cost.waitNs.likely > cost.nativeNs.likely ? "waits" : "takes";
      const outside = add(cost.waitNs, cost.nativeNs);
      const { low, high } = outside.high > 0 ? outside : cost.interpreterNs;
      const what = startsUnknown
        ? `the program that \`${name}\` waits for, which may compute or wait itself, takes`
        : `\`${name}\` ${text}`;
      this.parts.assume(what, `${duration(low)}–${duration(high)}`, "default", ns);
    }
    if (cost.missing.length > 0 && computes) {
      const what = `size of the ${cost.missing[0]?.replace(/^the /, "")} of \`${name}\``;
      if (this.loopDepth === 0) this.dependsOnLoop = true;
      const assumed = assumedSize(entry, this.loopDepth > 0 || this.isCalledInLoop ? "in a loop" : "once");
      if (!assumed) return;
      this.parts.assume(what, "unknown, taken as small to very large", "default", assumed.likely);
      const isHeld = assumed.likely >= longCallNs && entry.kind === "cpu-native";
      addTime(sum, verdict.gil === "releases" ? "native" : isHeld ? "held" : "interpreter", assumed);
      const last = calls[calls.length - 1];
      if (last) calls[calls.length - 1] = { ...last, ns: last.ns + assumed.likely };
    }
  }

  /** The functions that the call runs itself: `map` runs its first argument for each element. */
  private invoked(entry: CallableEntry, call: CallOperation, at: Activation, sum: Sum): void {
    // What sorting takes is measured with a short key function.
    const isSort = entry.name === "builtins.sorted" || entry.name === "builtins.list.sort";
    const valueAt = (place: ValuePlace): Value | undefined => {
      if (place === "receiver") {
        const { callee } = call;
        return callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
      }
      const named = call.arguments.find((each) => each.form === "keyword" && each.name === place.keyword);
      return (named ?? (place.position === undefined ? undefined : call.arguments[place.position]))?.value;
    };
    for (const { callback, perElementOf } of entry.invokes) {
      const value = valueAt(callback);
      const found = value && this.resolver.resolve(value, at.function).find((entity) => entity.kind === "function");
      if (found?.kind !== "function" || this.stack.has(found.function) || this.stack.isFull) continue;
      const iterable = perElementOf && valueAt(perElementOf);
      const count = iterable
        ? (this.evaluator.length(iterable, at) ?? defaultLength)
        : (replacedCount(entry.name, call, at, this.evaluator) ?? exactly(1));
      const inner = this.functionCost(calledForEach(found.function, iterable, at));
      if (isSort && inner.sum.interpreter.likely < shortKeyNs && inner.calls.length === 0 && inner.sum.unknown === 0) continue;
      const once = {
        ...inner.sum,
        interpreter: add(inner.sum.interpreter, this.costs.operations.callPython),
        nesting: inner.sum.nesting + (iterable ? 1 : 0),
      };
      addTo(sum, repeated(once, count));
      if (!inner.sum.guessed && iterable && !this.evaluator.length(iterable, at)) sum.guessed = true;
      this.parts.addRuns({ ...inner, hot: undefined }, undefined, count.likely);
    }
  }
}

/**
 * What `contextlib` takes to make a context of a generator, enter and leave it, in what entering and leaving one takes whose methods do nothing: 6 to 8.4 times
 * as much beside that (CPython 3.8 to 3.15 and 3.13t, `test/measure/implicit_calls.py`).
 */
const generatorContext = 7;
/** What a timer whose time is not known puts off. */
const unknownDelayNs = interval(1_000_000, 50_000_000, 10_000_000_000);
/** So many functions that are handed in tell what they take. */
export const mostHandedIn = 8;
const maximumSteps = 60_000;
const longCallNs = 20_000;
/** What giving a thread of a pool something to do and hearing of the end of it takes the event loop and that thread (CPython 3.11 and 3.14: 50 to 90 µs for nothing). */
const handingOverNs = interval(30_000, 60_000, 150_000);
const shortKeyNs = 60;

/** Under which it is kept what a function costs that is called from inside a loop, where that is something else. */
function inLoop(key: string): string {
  return `in a loop ${key}`;
}

function calleeText(callee: Value): string {
  return writtenName(callee) ?? "this call";
}

function largest({ receiver, positional }: CallFacts): Interval | undefined {
  const known = [receiver, ...(positional ?? [])].flatMap((value) => value?.elements ?? []);
  return known.sort((a, b) => b.likely - a.likely)[0];
}
