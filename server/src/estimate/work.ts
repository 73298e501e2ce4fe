import { add, exactly, type Interval, interval, multiply, scale } from "../base/interval.js";
import type { Target } from "../base/target.js";
import type { CallFacts } from "../knowledge/call-facts.js";
import { calledAs } from "../knowledge/call-text.js";
import type { CallableEntry, CallKind, ValuePlace } from "../knowledge/entry.js";
import { type CallCost, costOf, evaluate } from "../knowledge/evaluate.js";
import { knownOfCall, knownOfOperator, type Sizes } from "../program/link/call-facts.js";
import { compiledBy, releasingBlock } from "../program/link/compiled.js";
import { type FunctionNode, functionKey, type LinkedFile } from "../program/link/entity.js";
import { type GilNote, gilNoteOf, gilNoteOfCall } from "../program/link/gil-notes.js";
import { isHandedIn, mayBeOther } from "../program/link/handed-in.js";
import { importsOf } from "../program/link/linked-file.js";
import { operatorMethod } from "../program/link/operators.js";
import { type Callee, isFrozen, type Resolver } from "../program/link/resolver.js";
import { callsOnSameObject } from "../program/link/same-object.js";
import { sameStructure } from "../program/link/same-structure.js";
import type {
  AttemptOperation,
  BranchOperation,
  CallOperation,
  ComputeOperation,
  LoopOperation,
  Operation,
  Value,
} from "../program/operation.js";
import { asksAgain, roundsOfAnswers } from "./answers.js";
import { failuresOf } from "./attempts.js";
import { builtInMethod } from "./built-in-methods.js";
import type { Calibration } from "./calibration.js";
import { positionalOf } from "./call-arguments.js";
import { assumedSize, measuredCost, usualCost } from "./call-costs.js";
import { CallCycles, callsOfCycle, roundsOfCycle } from "./call-cycles.js";
import { answersFromOwn, briefCalls, lightCalls } from "./call-kinds.js";
import { startsIdleCommand } from "./command-costs.js";
import { ConstructCosts } from "./construct-costs.js";
import { addLocked, addReleased, addTime, addTo, asCompiled, asNative, averaged, emptySum, repeated, type Sum, zero } from "./cost-sum.js";
import { databaseCost } from "./database-costs.js";
import { deadlineNs, roundsUntil } from "./deadlines.js";
import { atPrecision } from "./decimal-precision.js";
import { type Activation, bareActivation, calledForEach, defaultLength, Evaluator } from "./evaluate.js";
import { producerIn, type Staying, sharesOf, stayingAfter, stayingShare } from "./generators.js";
import { GuardedSections, writtenOut } from "./guarded-sections.js";
import {
  awaitedSign,
  type Helped,
  helperThread,
  isForSiblings,
  ownRun,
  signAwaited,
  startedCall,
  unhelped,
  waitedInVain,
  withHelp,
} from "./helper-threads.js";
import { accessRun, comparisonRun, contextRuns, type ImplicitRun, operatorRun } from "./implicit-methods.js";
import { type ImportTimes, importTimes, noImports } from "./import-costs.js";
import { keptBytes, keptNs, objectBytes } from "./kept-memory.js";
import {
  consumedNs,
  isComputing,
  producedNs,
  tabulatedNs,
  tabulatedOfAnySizeNs,
  tabulatedOperator,
  typicalCallNs,
} from "./library-table.js";
import { lineWait } from "./line-waits.js";
import { looksForOthers } from "./lock-contention.js";
import { overLoopback } from "./loopback.js";
import { firstTimeShare, isMadeOnce } from "./made-once.js";
import { isMainGuard } from "./main-guard.js";
import { calledName, loopText, wholeText, writtenName } from "./names-in-text.js";
import { notedEntry } from "./noted-entry.js";
import { runsUnknown } from "./opaque-calls.js";
import { opaqueUse } from "./opaque-uses.js";
import { costsFor, type OperationCosts, type Operations } from "./operation-costs.js";
import { fromPageCache } from "./page-cache.js";
import { partialRun } from "./partial-calls.js";
import { pinsOf } from "./pins.js";
import { type Assumption, byWeight, type Weighted, withoutWeight } from "./prediction.js";
import { type Profile, profiledFunction } from "./profile.js";
import { entriesText } from "./queue-entries.js";
import { recursionCount } from "./recursion.js";
import { rememberingNs, remembers, workedOutShares } from "./remembered-calls.js";
import { SharedUse, usesInside, usesMeanwhile } from "./shared-use.js";
import { type Bounds, SizeBounds } from "./size-bounds.js";
import { amountText, madeText, textOf } from "./size-texts.js";
import { besideWait, startedTogether, waitOfRound } from "./started-coroutines.js";
import { type Finished, finish, type HotLoop, type TaskWork } from "./task-work.js";
import { duration } from "./text.js";
import { type BelowThreshold, belowThreshold, isAbout, isAboutSize } from "./threshold.js";
import { addedUp, compiledCall, type TimedCall, uncounted } from "./timed-calls.js";
import { unknownWait } from "./unknown-waits.js";

/** What one call of a function costs, and what that is made of. */
interface FunctionCost extends Finished {
  /** Whether it calls functions that called it. */
  readonly reenters: boolean;
}

type Construct = keyof Operations;

/** Nobody waits longer than that for a module of their own; where a module's code seems to take longer, guesses have added up. In nanoseconds. */
const longestImportNs = 1e9;

/** What costs depend on beside the program. */
export interface CostSettings {
  readonly target: Target;
  readonly cores: number;
  /** What the user measured of this machine's interpreters. */
  readonly calibrations: readonly Calibration[];
  /** What a profiler saw of the program. */
  readonly profile: Profile | undefined;
}

/** The cost model: from operations to time. One object serves all sites of a program and target, and remembers what functions cost. */
export class CostModel {
  readonly evaluator: Evaluator;
  private readonly bounds: SizeBounds;
  private readonly costs: OperationCosts;
  private readonly constructs: ConstructCosts;
  private readonly sharing: SharedUse;
  private readonly guards: GuardedSections;
  private readonly stack: FunctionNode[] = [];
  private readonly selfCalls = new Map<FunctionNode, CallOperation[]>();
  private readonly cycles = new CallCycles();
  private calls: TimedCall[] = [];
  private assumptions = new Map<string, Weighted>();
  private opaque = new Set<Operation>();
  private hot: HotLoop | undefined;
  private steps = 0;
  private loopDepth = 0;
  /** Whether calling a coroutine function runs its body, or only makes an object that a task will run in its own time. */
  private coroutines: "run" | "made" = "run";
  /** Of the function's innermost loop, likely. */
  private rounds: number | undefined;

  private readonly target: Target;
  private readonly profile: Profile | undefined;

  constructor(
    private readonly resolver: Resolver,
    { target, cores, calibrations, profile }: CostSettings,
  ) {
    this.target = target;
    this.profile = profile;
    this.evaluator = new Evaluator(resolver, cores);
    this.bounds = new SizeBounds(resolver, this.evaluator);
    this.costs = costsFor(target, calibrations);
    this.constructs = new ConstructCosts(resolver, this.evaluator, this.costs, target);
    this.sharing = new SharedUse(this.constructs, this.evaluator, resolver, this.costs);
    this.guards = new GuardedSections(resolver, this.evaluator);
  }

  /** What one call of the function in that activation costs. */
  workOf(activation: Activation): TaskWork {
    return finish(this.costOfRun(activation));
  }

  /** Whether the task does something that may take any time though it is no call: see `opaqueUse`. */
  hidesTime(activation: Activation): boolean {
    return opaqueUse(activation, this.evaluator, (value, at) => this.constructs.kindOf(value, at) !== "unknown") !== undefined;
  }

  private costOfRun(activation: Activation): FunctionCost {
    this.steps = 0;
    const { memory } = this.resolver.memoryOf(activation.function.file);
    return memory.during(() => this.functionCost(activation));
  }

  /** What a task costs that runs the function once: the call as well, which is most of what the shortest ones take. */
  workOfTask(activation: Activation): TaskWork {
    const work = this.workOf(activation);
    const { function: node } = activation;
    // Whoever says or has measured what the function takes means all of it.
    if (pinsOf(node.file).cost.has(node) || (this.profile && profiledFunction(this.profile, node))) return work;
    return { ...work, interpreterNs: add(work.interpreterNs, this.costs.operations.callPythonTwo) };
  }

  /** What running some of a coroutine's operations once costs its thread, without what other coroutines do that it makes or awaits. */
  workOfStretch(operations: readonly Operation[], activation: Activation): TaskWork {
    this.steps = 0;
    this.coroutines = "made";
    this.calls = [];
    this.assumptions = new Map();
    this.opaque = new Set();
    this.hot = undefined;
    this.stack.push(activation.function);
    const { memory } = this.resolver.memoryOf(activation.function.file);
    const sum = memory.during(() => this.operations(operations, activation));
    this.stack.pop();
    this.coroutines = "run";
    return finish({ sum, ...this.found() });
  }

  /** What importing the module of a function costs a new worker: running its body, and importing what it imports. */
  importTimes(file: LinkedFile): ImportTimes {
    const module = file.functionAt(0);
    if (!module) return noImports;
    const { interpreter, held, native } = this.costOfRun(bareActivation(module)).sum;
    const own = Math.min(interpreter.likely + held.likely + native.likely, longestImportNs);
    const { processNs, interpreterNs } = importTimes(importsOf(file));
    return { processNs: own + processNs, interpreterNs: own + interpreterNs };
  }

  /** What calling a library function costs of which only the name is known. */
  workOfExternal(name: string, call: CallOperation, within: FunctionNode): TaskWork {
    return finish(this.costOfExternal(name, call, within));
  }

  private costOfExternal(name: string, call: CallOperation, within: FunctionNode): Omit<FunctionCost, "reenters"> {
    const entry = this.resolver.knowledge.callable(name);
    const sum = emptySum();
    const calls: TimedCall[] = [];
    if (!entry) sum.unknown = 1;
    else {
      const facts: CallFacts = { target: this.target };
      this.addLibraryCall(entry, name, call, within, facts, undefined, sum, calls);
    }
    return { sum, calls, hot: undefined, assumptions: [], opaque: sum.unknown + sum.uncosted > 0 ? [call] : [] };
  }

  private functionCost(activation: Activation): FunctionCost {
    const node = activation.function;
    const key = this.keyOf(activation);
    const { memory, derived } = this.resolver.memoryOf(node.file);
    const known = memory.recall<object | string, FunctionCost>(derived, key);
    if (known?.reenters) this.cycles.times++;
    if (known) return known;
    const outerCalls = this.calls;
    const outerAssumptions = this.assumptions;
    const outerOpaque = this.opaque;
    const outerHot = this.hot;
    this.calls = [];
    this.assumptions = new Map();
    this.opaque = new Set();
    this.hot = undefined;
    const outerRounds = this.rounds;
    this.rounds = undefined;
    this.stack.push(node);
    let sum = this.operations(node.facts.body, activation);
    this.stack.pop();
    this.rounds = outerRounds;
    const pins = pinsOf(node.file);
    const selfCalls = this.selfCalls.get(node);
    const isCycle = this.cycles.left(node);
    if (isCycle && !selfCalls) {
      sum = { ...repeated(sum, callsOfCycle), guessed: true };
      this.assume(`depth of the recursion through \`${node.head.name}\``, "unknown, 100 calls taken", "default", sum.interpreter.likely);
      this.calls = this.calls.map((call) => ({ ...call, times: call.times * callsOfCycle.likely, ns: call.ns * callsOfCycle.likely }));
    }
    if (selfCalls) {
      this.selfCalls.delete(node);
      const pinned = pins.iterations.get(node);
      if (pinned !== undefined) this.assumePinned(`calls of \`${node.head.name}\``, String(pinned));
      const counted = pinned === undefined ? recursionCount(node, selfCalls, activation, this.evaluator) : exactly(pinned);
      const times = counted ?? this.assumedRecursion(node);
      if (remembers(node)) sum.interpreter = add(sum.interpreter, rememberingNs(node, selfCalls.length, this.costs));
      sum = { ...repeated(sum, times), guessed: sum.guessed || !counted };
      this.calls = this.calls.map((call) => ({ ...call, times: call.times * times.likely, ns: call.ns * times.likely }));
    }
    const note = gilNoteOf(node);
    const compilation = note ? undefined : compiledBy(node, this.resolver, this.target);
    if (note || compilation) {
      const before = sum.native.likely;
      sum = asNative(note ?? (compilation?.verdict.gil === "releases" ? "releases" : "holds"), note ? sum : asCompiled(sum));
      this.calls = this.calls.filter((call) => waitingKinds.has(call.kind) || call.entry.block !== undefined);
      if (compilation) this.calls.push(compiledCall(node.head.name, compilation, sum.held.likely + sum.native.likely - before));
      this.hot = undefined;
    }
    const cost = pins.cost.get(node);
    if (cost !== undefined) sum = this.pinned(sum, exactly(cost), `\`${node.head.name}\` takes`, "annotation");
    else sum = this.profiled(sum, node);
    const result = { sum, ...this.found(), calls: addedUp(this.calls), reenters: this.cycles.isInside };
    this.calls = outerCalls;
    this.assumptions = outerAssumptions;
    this.opaque = outerOpaque;
    this.hot = outerHot;
    // Inside a recursion the sum is that of one round only.
    if (this.stack.includes(node)) memory.miss(derived, key);
    else memory.keep<object | string, FunctionCost>(derived, key, result, sameStructure);
    return result;
  }

  /** What was found of the function that is being looked at, beside its cost. */
  private found(): Omit<FunctionCost, "sum" | "reenters"> {
    const assumptions = [...this.assumptions.values()].sort(byWeight).map(withoutWeight);
    return { calls: this.calls, hot: this.hot, assumptions, opaque: [...this.opaque] };
  }

  /** A call is met of which nothing is known; it may look like one that waits. */
  private unknownCall(operation: Operation, sum: Sum, at: Activation): void {
    sum.unknown++;
    this.metOpaque([operation]);
    const wait = operation.op === "call" ? unknownWait(operation, at, this.evaluator) : undefined;
    if (!wait || operation.op !== "call") return;
    addTime(sum, "wait", wait.ns);
    sum.assumedWait += wait.ns.likely;
    sum.turns++;
    const { low, likely, high } = wait.ns;
    const value = `${duration(low)}–${duration(high)}, likely ${duration(likely)}, ${wait.because}`;
    this.assume(`\`${calledName(operation)}\` waits`, value, "default", likely);
  }

  private metOpaque(operations: readonly Operation[]): void {
    for (const each of operations) if (this.opaque.size < mostOpaque) this.opaque.add(each);
  }

  private keyOf(activation: Activation): string {
    const known = [...activation.arguments].map(([name, argument]) => {
      const shared = this.sharing.kindOfArgument(argument);
      const whole = argument.how === "whole";
      const number = whole ? this.evaluator.number(argument.value, argument.in) : this.evaluator.elementNumber(argument.value, argument.in);
      const length = whole && !number ? this.evaluator.length(argument.value, argument.in) : undefined;
      const certain =
        argument.how === "whole" ? this.bounds.length(argument.value, argument.in) : this.bounds.elementLength(argument.value, argument.in);
      return `${name}=${amountText(number)}#${amountText(length)}${whole && !number ? textOf(argument, this.evaluator) : ""}${certain ? `<=${certain.high}` : ""}${shared === "own" ? "" : `&${shared}`}${entriesText(argument, this.evaluator)}`;
    });
    const { receiver } = activation;
    const self = receiver ? madeText(receiver.value, receiver.in, this.evaluator) : "";
    return `${this.coroutines === "run" ? "" : "between awaits "}${functionKey(activation.function)}(${known.join()})${self}`;
  }

  private assumedRecursion(node: FunctionNode): Interval {
    this.assume(`depth of the recursion in \`${node.head.name}\``, "unknown, 1 000 calls taken", "default", 1);
    return defaultLength;
  }

  private assume(what: string, value: string, from: Assumption["from"], weight: number): void {
    const known = this.assumptions.get(what);
    if (!known || known.weight < weight) this.assumptions.set(what, { what, value, from, weight });
  }

  private assumePinned(what: string, value: string): void {
    this.assume(what, value, "annotation", Number.POSITIVE_INFINITY);
  }

  /** The same mix of bytecode, native code and waiting, made to take that long in all; bytecode where nothing is known of it. */
  private pinned(sum: Sum, ns: Interval, what: string, from: "annotation" | "measured"): Sum {
    if (from === "annotation") this.assumePinned(what, duration(ns.likely));
    const total = sum.interpreter.likely + sum.held.likely + sum.native.likely + sum.wait.likely;
    const part = (of: Interval): Interval => scale(ns, total > 0 ? of.likely / total : 0);
    const known = { ...sum, help: unhelped, open: undefined, unknown: 0, uncosted: 0, assumedWait: 0, guessed: false, endless: false };
    if (sum.unknown > 0 || total === 0) return { ...known, interpreter: ns, held: zero, native: zero, wait: zero };
    return { ...known, interpreter: part(sum.interpreter), held: part(sum.held), native: part(sum.native), wait: part(sum.wait) };
  }

  /** What a profile says of the function takes the place of what its code looks like. */
  private profiled(sum: Sum, node: FunctionNode): Sum {
    const found = this.profile && profiledFunction(this.profile, node);
    if (!this.profile || !found) return sum;
    const calls = found.calls === 1 ? "1 call" : `${found.calls} calls`;
    const value = `${duration(found.perCall.likely)} (${this.profile.profiler}, ${calls})`;
    this.assume(`\`${node.head.name}\` takes`, value, "measured", Number.POSITIVE_INFINITY);
    return this.pinned(sum, found.perCall, "", "measured");
  }

  private operations(list: readonly Operation[], at: Activation, from = 0): Sum {
    const sum = emptySum();
    const together = startedTogether(list, at, this.resolver);
    let longest = zero;
    for (let index = from; index < list.length; index++) {
      const operation = list[index] as Operation;
      if (++this.steps > maximumSteps) break;
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
          sum.interpreter = add(sum.interpreter, this.constructs.access(operation.place, "read", at));
          break;
        case "write":
          if (this.enterImplicitly(accessRun(operation.place, "write", at, this.resolver), sum)) break;
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
          this.interpret(sum, "branch");
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
    addTo(
      sum,
      this.pinned(own, exactly(cost), operation.op === "loop" ? "a loop takes" : `\`${calledName(operation)}\` takes`, "annotation"),
    );
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
    addTime(sum, "interpreter", this.constructs.compute(operator, operands, at, operation.template));
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
      if (!this.enterImplicitly(operatorRun(operation, at, this.resolver), sum)) this.arithmetic(operation, at, sum);
      return;
    }
    this.sharing.addOperands(operation, at, sum);
    const facts = knownOfOperator(method, within, this.resolver, this.target, this.estimatedSizes(at));
    const certain = (): CallFacts => knownOfOperator(method, within, this.resolver, this.target, this.certainSizes(at));
    const below =
      isAboutSize(entry) && this.othersAreSmall([method.argument], at) ? belowThreshold(entry, certain(), "unknown") : undefined;
    this.addLibraryCall(entry, method.name, operation, within, facts, below, sum, this.calls, at);
  }

  private estimatedSizes(at: Activation): Sizes {
    // Who asks for the bytes of a value asks for its elements as well.
    let last: { readonly value: Value; readonly length: Interval | undefined } | undefined;
    const length = (value: Value): Interval | undefined => {
      if (last?.value !== value) last = { value, length: this.evaluator.length(value, at) };
      return last.length;
    };
    return {
      number: (value) => exactNumber(this.evaluator.number(value, at)),
      bytes: (value) => this.evaluator.bytesOf(value, length(value), at),
      elements: length,
    };
  }

  private certainSizes(at: Activation): Sizes {
    const spread = (bounds: Bounds | undefined): Interval | undefined => bounds && { ...bounds, likely: (bounds.low + bounds.high) / 2 };
    return {
      number: () => undefined,
      bytes: (value) => spread(this.bounds.bytes(value, at)),
      elements: (value) => spread(this.bounds.elements(value, at)),
    };
  }

  private belowThreshold(entry: CallableEntry, call: CallOperation, at: Activation): BelowThreshold | undefined {
    if (!isAboutSize(entry)) return undefined;
    const certain = (one: CallOperation): CallFacts => knownOfCall(one, at.function, this.resolver, this.target, this.certainSizes(at));
    const arrays = positionalOf(call);
    if (isAbout(entry, "elements") && !this.othersAreSmall(arrays.slice(1), at)) return undefined;
    const others = callsOnSameObject(call, at.function);
    const isSmall = (one: CallOperation): boolean => belowThreshold(entry, certain(one), "all-small") !== undefined;
    return belowThreshold(entry, certain(call), others?.every(isSmall) ? "all-small" : "unknown");
  }

  /** Whether what an array is combined with cannot make the result larger than a small array. */
  private othersAreSmall(others: readonly Value[], at: Activation): boolean {
    return others.every((value) => {
      const size = this.bounds.elements(value, at);
      return size !== undefined && size.high <= mostCombined;
    });
  }

  private interpret(sum: Sum, construct: Construct): void {
    sum.interpreter = add(sum.interpreter, this.costs.operations[construct]);
  }

  private with(operation: Extract<Operation, { op: "with" }>, at: Activation, sum: Sum): void {
    const found = this.guards.placesOf(operation.context, at);
    const places = found && Math.max(1, Math.round(found.likely));
    this.interpret(sum, places === 1 ? "withLock" : "withContextManager");
    if (places === undefined) for (const run of contextRuns(operation.context, at, this.resolver)) this.enterImplicitly(run, sum);
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
    addLocked(sum, {
      lockPlaces: places,
      lockedUnknown: body.unknown + body.uncosted,
      lockEntries: 1,
      lockChecks: looksForOthers(operation.body),
      locked: add(add(body.interpreter, body.held), scale(this.costs.operations.withLock, 0.5)),
      lockedNative: body.native,
      lockedWait: body.wait,
    });
  }

  /** What the body of a `with` statement or a loop costs, which a compiler may have taken out of the GIL. */
  private block(head: Value, at: Activation, run: () => Sum): Sum {
    const entry = releasingBlock(head, at.function, this.resolver);
    if (!entry) return run();
    const { calls, hot } = this;
    this.calls = [];
    const body = asNative("releases", asCompiled(run()));
    const call: CallOperation = head.op === "call" ? head : { op: "call", callee: head, arguments: [], start: head.start, end: head.end };
    const verdict = evaluate({ ...entry, gil: "releases" }, { target: this.target });
    const inside = this.calls.filter((each) => waitingKinds.has(each.kind));
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
    this.calls = [...calls, ...inside, own];
    this.hot = hot;
    return body;
  }

  private loop(loop: LoopOperation, at: Activation, sum: Sum): void {
    const pinned = pinsOf(at.function.file).iterations.get(loop);
    if (pinned !== undefined) this.assumePinned(loopText(loop), String(pinned));
    let { count, known } =
      pinned === undefined
        ? this.evaluator.trips(loop, at, this.loopDepth > 0 ? "often" : "once")
        : { count: exactly(pinned), known: "known" as const };
    const begin = this.constructs.begin(loop, at);
    const outerCalls = this.calls;
    const before = this.hot;
    this.calls = [];
    this.hot = undefined;
    this.loopDepth++;
    const outerRounds = this.rounds;
    this.rounds = count.likely;
    const runs = loop.iterable && producerIn(loop.iterable, at, this.resolver);
    const producer = runs && !this.stack.includes(runs.function) ? runs : undefined;
    const run = (): Sum => {
      const sum = this.operations(loop.body, at);
      if (producer) this.enter(producer, sum, undefined);
      return sum;
    };
    const reentered = this.cycles.times;
    const body = loop.iterable ? this.block(loop.iterable, at, run) : run();
    if (known === "default" && this.cycles.times > reentered) count = roundsOfCycle;
    const isAnswered = known === "endless" && loop.endsEarly && asksAgain(body.wait, this.calls, at.function);
    if (isAnswered) [count, known] = [roundsOfAnswers, "default"];
    this.rounds = outerRounds;
    this.loopDepth--;
    const line = lineWait(loop, at, this.resolver);
    if (line) body.wait = add(body.wait, line);
    if (known === "default" && loop.iterable && !producer && this.isProduced(loop.iterable, at)) this.unknownCall(loop, body, at);
    const next = this.nextCost(loop, at);
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
    const produced = next || !loop.iterable ? undefined : producedNs(loop.iterable, at, this.evaluator, this.costs, "loop");
    all.interpreter = add(all.interpreter, produced ? add(begin, produced) : begin);
    this.sharing.addLoop(loop, count.likely, at, all);
    all.freshBytes = keptBytes(loop, count, body.freshBytes);
    if (this.sharing.usesOfRound(loop, at) > 0) all.touchedBytes = Math.max(all.touchedBytes, count.likely * objectBytes * 3);
    all.endless ||= known === "endless";
    all.guessed ||= known === "default";
    addTo(sum, all);
    this.calls = [...outerCalls, ...this.calls.map((call) => ({ ...call, times: call.times * count.likely, ns: call.ns * count.likely }))];
    const weight = all.interpreter.likely + all.held.likely;
    if (known === "default")
      this.assume(
        loopText(loop),
        `${wholeText(count.low)} to ${wholeText(count.high)}, likely ${wholeText(count.likely)}`,
        "default",
        weight,
      );
    const inner = this.hot as HotLoop | undefined;
    const busyNs = once.interpreter.likely + once.held.likely;
    const passNs = once.unknown > 0 ? Number.POSITIVE_INFINITY : busyNs + once.native.likely + once.wait.likely;
    const innermost = inner && inner.interpreterNs.likely * 2 >= busyNs ? inner.innermost : { function: at.function, loop, passNs };
    const own: HotLoop = { function: at.function, loop, interpreterNs: add(all.interpreter, all.held), innermost };
    this.hot = [before, inner, own].reduce((a, b) => ((b?.interpreterNs.likely ?? 0) > (a?.interpreterNs.likely ?? 0) ? b : a));
  }

  /** Whether a call of which nothing is known hands out the elements one by one, and may do anything for each: `response.iter_lines()`. */
  private isProduced(iterable: Value, at: Activation): boolean {
    if (iterable.op !== "call") return false;
    const [name] = this.resolver.externalCallees(iterable, at.function);
    if (name === "builtins.iter") return iterable.arguments.length === 2;
    if (name !== undefined && (this.resolver.knowledge.callable(name) || name.startsWith("builtins."))) return false;
    return this.libraryName(iterable, at.function) === undefined && this.resolver.callees(iterable, at.function).length === 0;
  }

  /** What an object of a library takes to hand out its next element: a row of a `csv.DictReader` or of a database. */
  private nextCost({ iterable }: LoopOperation, at: Activation): CallCost | undefined {
    for (const entity of iterable ? this.resolver.resolve(iterable, at.function) : []) {
      // Of a text whose length is known, making the reader counts for all of it.
      if (entity.kind !== "object" || (entity.type === "csv.reader" && iterable && this.evaluator.length(iterable, at))) continue;
      const entry = this.resolver.knowledge.callable(`${entity.type}.__next__`);
      const cost = entry?.cost && costOf(entry, { target: this.target });
      if (cost) return cost;
    }
    return undefined;
  }

  private call(operation: CallOperation, at: Activation, sum: Sum): void {
    const { function: within } = at;
    const note = gilNoteOfCall(operation, within);
    this.sharing.addCall(operation, at, sum);
    const run = ownRun(operation, at, this.resolver);
    if (run) sum.help = withHelp(sum.help, this.helped(run, zero));
    const callees = this.resolver.callees(operation, within);
    const [callee] = callees;
    if (callee && this.runsOneHandedIn(operation, callees, at, sum)) return;
    if (callee) {
      this.callOf(callee, operation, at, sum);
      return;
    }
    const partial = partialRun(operation, at, this.resolver, this.evaluator);
    if (partial && !this.stack.includes(partial.function) && this.stack.length <= maximumStack) {
      this.interpret(sum, "callMethod");
      this.enter(partial, sum, note);
      return;
    }
    const name = this.libraryName(operation, within) ?? this.methodOfKind(operation, at);
    sum.sharedUses += usesInside(name);
    const started = startedCall(name, operation);
    if (started) sum.help = withHelp(sum.help, this.helperOf(started, at));
    const noted =
      note &&
      notedEntry(note, name ?? calleeText(operation.callee), name === undefined ? undefined : this.resolver.knowledge.callable(name));
    if (noted) {
      const facts = knownOfCall(operation, within, this.resolver, this.target, this.estimatedSizes(at));
      this.addLibraryCall(noted, noted.name, operation, within, facts, undefined, sum, this.calls, at);
      return;
    }
    if (name === undefined) {
      if (this.isDecoration(operation, at)) return this.interpret(sum, "callCMethod");
      this.unknownCall(operation, sum, at);
      this.interpret(sum, "callCMethod");
      return;
    }
    if (runsUnknown(name, operation, within, this.resolver)) this.unknownCall(operation, sum, at);
    const entry = this.resolver.knowledge.callable(name);
    this.comparisons(name, operation, at, sum);
    if (name === "builtins.object" && operation.arguments.length > 0) {
      // A class without `__init__` that takes arguments has one made for it, as data classes do.
      this.interpret(sum, "instantiate");
      // It is made inside a function of `dataclasses`, so that it is not immortal.
      sum.sharedUses++;
      const { attributeStore, getattrCall } = this.costs.operations;
      // Objects that cannot be changed have their fields set by a call each: 90 ns more for each of four on 3.11, 45 on 3.14.
      const store = this.isFrozen(operation.callee, within) ? add(getattrCall, scale(attributeStore, 3)) : attributeStore;
      sum.interpreter = add(sum.interpreter, scale(store, operation.arguments.length));
      return;
    }
    const consumed = consumedNs(name, operation, at, this.evaluator, this.costs);
    if (consumed) addTime(sum, "interpreter", consumed);
    if (!entry) {
      const tabulated = tabulatedNs(name, operation, at, this.evaluator, this.costs) ?? tabulatedOfAnySizeNs(name, this.costs);
      // Constructors of types and built-ins that knowledge has no entry for do little; anything else may do everything.
      if (name === "collections.namedtuple.__new__")
        sum.interpreter = add(sum.interpreter, scale(this.costs.operations.instantiate, namedTuple));
      else if (/^enum\.\w*(Enum|Flag)$/.test(name))
        sum.interpreter = add(sum.interpreter, scale(this.costs.operations.callPython, enumLookup));
      else if (tabulated) addTime(sum, "interpreter", tabulated);
      else if (name.startsWith("builtins.") || this.resolver.knowledge.type(name)) this.interpret(sum, "callBuiltin");
      else if (briefCalls.test(name)) this.interpret(sum, "callCMethod");
      else if (isComputing(name)) sum.interpreter = add(sum.interpreter, typicalCallNs(this.costs));
      else {
        this.unknownCall(operation, sum, at);
        this.interpret(sum, "callCMethod");
      }
      return;
    }
    const facts = knownOfCall(operation, within, this.resolver, this.target, this.estimatedSizes(at));
    const below = this.belowThreshold(entry, operation, at);
    this.addLibraryCall(entry, name, operation, within, facts, below, sum, this.calls, at);
  }

  /** Adds what a call costs that runs that function. */
  private callOf(callee: Callee, operation: CallOperation, at: Activation, sum: Sum): void {
    const isConstruction = callee.function.head.name === "__init__" && callee.receiver?.kind === "instance";
    this.interpret(sum, isConstruction ? "instantiate" : callee.receiver ? "callMethod" : "callPython");
    const node = callee.function;
    if (this.coroutines === "made" && node.head.isAsync) return;
    if (this.stack.includes(node)) {
      this.cycles.entered(node);
      if (this.stack[this.stack.length - 1] === node) this.selfCalls.set(node, [...(this.selfCalls.get(node) ?? []), operation]);
      return;
    }
    if (this.stack.length > maximumStack) return;
    this.enter(this.evaluator.activation(node, operation, at, callee.receiver !== undefined), sum, gilNoteOfCall(operation, at.function));
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
    const before = this.calls;
    this.calls = [];
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
    this.calls = [...before, ...this.calls.map((call) => ({ ...call, times: call.times * share, ns: call.ns * share }))];
    return true;
  }

  /** What a task costs that runs one of these functions, nobody knows which: several places hand in one each. `isOpen`: or one of which nothing is known. */
  workOfHandedIn(
    activations: readonly Activation[],
    names: readonly string[],
    call: CallOperation,
    within: FunctionNode,
    isOpen: boolean,
  ): TaskWork {
    const costs: Omit<FunctionCost, "reenters">[] = activations.slice(0, mostHandedIn).map((each) => {
      const cost = this.costOfRun(each);
      return { ...cost, sum: { ...cost.sum, interpreter: add(cost.sum.interpreter, this.costs.operations.callPythonTwo) } };
    });
    for (const name of names.slice(0, mostHandedIn)) costs.push(this.costOfExternal(name, call, within));
    if (isOpen) costs.push({ sum: { ...emptySum(), unknown: 1 }, calls: [], hot: undefined, assumptions: [], opaque: [call] });
    const share = 1 / costs.length;
    const sum = averaged(
      costs.map((cost) => cost.sum),
      costs.map(() => share),
    );
    const calls = costs.flatMap((cost) => cost.calls.map((each) => ({ ...each, times: each.times * share, ns: each.ns * share })));
    const assumptions = new Map(costs.flatMap((cost) => cost.assumptions.map((each) => [each.what, each] as const)));
    const opaque = [...new Set(costs.flatMap((cost) => cost.opaque))];
    return finish({ sum, calls, hot: undefined, assumptions: [...assumptions.values()], opaque });
  }

  /** Adds what a call of a function of the program runs. */
  private enter(activation: Activation, sum: Sum, note: GilNote | undefined, times: Interval = exactly(1)): void {
    const inner = this.functionCost(activation);
    // Who waits for what a function returns sees it come to an end.
    const once = activation.function.returned.length > 0 ? { ...inner.sum, endless: false } : inner.sum;
    addTo(sum, repeated(note ? asNative(note, once) : once, times));
    for (const call of inner.calls)
      if (!note || waitingKinds.has(call.kind)) this.calls.push({ ...call, times: call.times * times.likely, ns: call.ns * times.likely });
    this.metOpaque(inner.opaque);
    for (const assumption of inner.assumptions)
      this.assume(assumption.what, assumption.value, assumption.from, inner.sum.interpreter.likely);
    if (!note && inner.hot && inner.hot.interpreterNs.likely > (this.hot?.interpreterNs.likely ?? 0)) this.hot = inner.hot;
  }

  /** The same for a method that no call in the text names; false where there is none. */
  private enterImplicitly(run: ImplicitRun | undefined, sum: Sum, times: Interval = exactly(1)): boolean {
    if (!run || this.stack.includes(run.function) || this.stack.length > maximumStack) return false;
    sum.interpreter = add(sum.interpreter, multiply(this.costs.operations.callMethodTwo, times));
    this.enter(run.activation, sum, undefined, times);
    return true;
  }

  /** What sorting, or keeping in order, takes that compares objects of classes of the program. */
  private comparisons(name: string, call: CallOperation, at: Activation, sum: Sum): void {
    const { callee, arguments: given } = call;
    const isOnHeap = /^(heapq\.heap(push|pop|replace|pushpop|ify)|bisect\.)/.test(name);
    if ((!isOnHeap && !/^builtins\.(sorted|min|max|list\.sort)$/.test(name)) || given.some((each) => each.name === "key")) return;
    const elements = given[0]?.value ?? (callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined);
    const compared = elements && comparisonRun(elements, at, this.resolver);
    if (!compared) return;
    const count = this.evaluator.length(elements, at) ?? defaultLength;
    const each = (n: number): number => (isOnHeap ? Math.log2(n + 2) : /(min|max)$/.test(name) ? n : n * Math.log2(n + 2) * 0.85);
    const times = { low: each(count.low), likely: each(count.likely), high: each(count.high) };
    if (compared !== "generated") this.enterImplicitly(compared, sum, times);
    else sum.interpreter = add(sum.interpreter, multiply(scale(this.costs.operations.callMethodTwo, 4), times));
  }

  /** A thread that is started while the function runs: its work has to be done as well, and is mostly waited for. */
  private helperOf({ call, delay }: NonNullable<ReturnType<typeof startedCall>>, at: Activation): Helped {
    const seconds = delay && this.evaluator.number(delay, at);
    const later = !delay ? zero : seconds && seconds.low >= 0 ? scale(seconds, 1e9) : unknownDelayNs;
    const found = this.resolver.resolve(call.callee, at.function).find((entity) => entity.kind === "function");
    if (found?.kind !== "function") return delay ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    return this.helped(this.evaluator.activation(found.function, call, at, found.receiver !== undefined), later);
  }

  private helped(activation: Activation, later: Interval): Helped {
    // What sets itself up again waits for none of its later runs.
    if (this.stack.includes(activation.function)) return unhelped;
    if (this.stack.length > maximumStack) return later.high > 0 ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    const { sum } = this.functionCost(activation);
    // Who waits for requests for ever keeps nobody waiting longer than it takes to answer.
    if (sum.endless) return sum.help.signs > 0 ? helperThread({ interpreter: zero, native: zero, wait: zero }) : unhelped;
    return helperThread({ interpreter: add(sum.interpreter, sum.held), native: sum.native, wait: add(later, sum.wait) });
  }

  /** Whether it is a data class of which no field can be set. */
  private isFrozen(callee: Value, within: FunctionNode): boolean {
    return this.resolver.resolve(callee, within).some((entity) => entity.kind === "class" && isFrozen(entity.class));
  }

  /** Whether it calls what `functools` and the like make of arguments: `lru_cache(maxsize=None)(f)`, as a decorator is applied, or what `operator` makes: `second = itemgetter(1)`. */
  private isDecoration({ callee }: CallOperation, at: Activation): boolean {
    if (callee.op === "call") return this.resolver.externalCallees(callee, at.function).some((name) => briefCalls.test(name));
    const isMade = (value: Value, in_: Activation): true | undefined =>
      value.op === "call" && /^operator\./.test(this.evaluator.externalNames(value, in_)[0] ?? "") ? true : undefined;
    return callee.op === "read" && this.evaluator.follow(callee, at, isMade, () => undefined) === true;
  }

  /** The name under which knowledge may know what is called; a method of an unknown object counts if only built-in types have it. */
  private libraryName(operation: CallOperation, within: FunctionNode): string | undefined {
    const [name] = this.resolver.externalCallees(operation, within);
    if (name !== undefined) return name;
    if (this.resolver.resolve(operation.callee, within).some((entity) => entity.kind === "class")) return "builtins.object";
    if (this.isNamedTuple(operation.callee, within)) return "collections.namedtuple.__new__";
    return this.inheritedOfObject(operation, within) ?? builtInMethod(operation);
  }

  private isNamedTuple(callee: Value, within: FunctionNode): boolean {
    const made = (value: Value, in_: Activation): true | undefined =>
      value.op === "call" && this.evaluator.externalNames(value, in_)[0] === "collections.namedtuple" ? true : undefined;
    return callee.op === "read" && this.evaluator.follow(callee, bareActivation(within), made, () => undefined) === true;
  }

  /** `super().__init__()` of a class without bases of its own: what `object` has does next to nothing. */
  private inheritedOfObject({ callee }: CallOperation, within: FunctionNode): string | undefined {
    if (callee.op !== "read" || callee.place.kind !== "attribute" || !/^__\w+__$/.test(callee.place.name)) return undefined;
    const { object } = callee.place;
    const isSuper = object.op === "call" && this.resolver.externalCallees(object, within)[0] === "builtins.super";
    return isSuper ? `builtins.object.${callee.place.name}` : undefined;
  }

  /** The method of a text, list, dict or set whose type only shows in how it is computed: `(b"01" * n).count(b"1")`. */
  private methodOfKind({ callee }: CallOperation, at: Activation): string | undefined {
    if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
    const kind = this.constructs.kindOf(callee.place.object, at);
    const type = kind === "text" ? "str" : kind === "list" || kind === "dict" || kind === "set" || kind === "tuple" ? kind : undefined;
    return type && `builtins.${type}.${callee.place.name}`;
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
    const verdict = evaluate(entry, facts);
    const database = call.op === "call" ? databaseCost(name, call, at, this.evaluator) : undefined;
    const measured =
      database ??
      (call.op === "call"
        ? measuredCost(
            name,
            call,
            at,
            { verdict, hasCost: entry.cost !== undefined },
            { evaluator: this.evaluator, costs: this.costs, target: this.target },
          )
        : tabulatedOperator(name, this.costs));
    const told = costOf(entry, facts);
    // Of a sleep of an unknown length, what it takes beside that says nothing.
    const isTold = told && (entry.kind !== "sleep" || told.missing.length === 0);
    const usual = measured ?? (isTold ? told : usualCost(entry, verdict, facts, this.costs));
    const known = atPrecision(name, call, at, this.evaluator, usual);
    const isIdle = call.op === "call" && entry.kind === "process-wait" && startsIdleCommand(call, at, this.evaluator);
    const cost =
      call.op === "call" && isForSiblings(name, call, at)
        ? { ...known, waitNs: zero }
        : isIdle
          ? { ...known, nativeNs: zero, waitNs: add(known.waitNs, known.nativeNs) }
          : entry.waits?.for === "disk"
            ? fromPageCache(known, entry.name)
            : overLoopback(known, entry, call, at, this.evaluator);
    const computes = entry.kind === "cpu-native" || entry.kind === "cpu-python";
    if (!measured && !entry.cost && computes && !lightCalls.test(entry.name)) {
      sum.uncosted++;
      this.metOpaque([call]);
    }
    // Between short native calls the interpreter looks whether another thread waits; within a long one it cannot.
    if (call.op === "call") this.invoked(entry, call, at, sum);
    const isLong = entry.kind === "cpu-native" && verdict.gil === "holds" && cost.interpreterNs.likely >= longCallNs;
    sum.sharedUses += usesMeanwhile(name, cost.interpreterNs.likely);
    addTime(sum, isLong ? "held" : "interpreter", cost.interpreterNs);
    addReleased(sum, cost.nativeNs, database?.releases);
    this.waitFor(entry, name, call, cost.waitNs, at, sum);
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
      times: 1,
      ns,
    });
    if (cost.from === "default" && ns > 100_000) {
      const text = cost.waitNs.likely > cost.nativeNs.likely ? "waits" : "takes";
      const outside = add(cost.waitNs, cost.nativeNs);
      const { low, high } = outside.high > 0 ? outside : cost.interpreterNs;
      this.assume(`\`${name}\` ${text}`, `${duration(low)}–${duration(high)}`, "default", ns);
    }
    if (cost.missing.length > 0 && computes) {
      const what = `size of the ${cost.missing[0]?.replace(/^the /, "")} of \`${name}\``;
      const assumed = assumedSize(entry, this.loopDepth === 0 ? "once" : "in a loop");
      if (!assumed) return;
      this.assume(what, "unknown, taken as small to very large", "default", assumed.likely);
      const isHeld = assumed.likely >= longCallNs && entry.kind === "cpu-native";
      addTime(sum, verdict.gil === "releases" ? "native" : isHeld ? "held" : "interpreter", assumed);
      const last = calls[calls.length - 1];
      if (last) calls[calls.length - 1] = { ...last, ns: last.ns + assumed.likely };
    }
  }

  private waitFor(
    entry: CallableEntry,
    name: string,
    call: CallOperation | ComputeOperation,
    ns: Interval,
    at: Activation,
    sum: Sum,
  ): void {
    if (entry.kind === "sync-wait" && !entry.cost && call.op === "call") {
      const awaited = signAwaited(name, call, at, ns, this.evaluator);
      if ("threads" in awaited) sum.help = withHelp(sum.help, awaited);
      else addTime(sum, "wait", awaited);
      return;
    }
    const inVain = call.op === "call" ? waitedInVain(name, call, at, this.evaluator) : undefined;
    if (inVain) {
      sum.wait = add(sum.wait, inVain);
      return;
    }
    if (answersFromOwn.test(name)) sum.help = withHelp(sum.help, awaitedSign(zero));
    addTime(sum, "wait", ns);
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
      if (found?.kind !== "function" || this.stack.includes(found.function) || this.stack.length > maximumStack) continue;
      const iterable = perElementOf && valueAt(perElementOf);
      const count = iterable ? (this.evaluator.length(iterable, at) ?? defaultLength) : exactly(1);
      const inner = this.functionCost(calledForEach(found.function, iterable, at));
      if (isSort && inner.sum.interpreter.likely < shortKeyNs && inner.calls.length === 0 && inner.sum.unknown === 0) continue;
      const once = {
        ...inner.sum,
        interpreter: add(inner.sum.interpreter, this.costs.operations.callPython),
        nesting: inner.sum.nesting + (iterable ? 1 : 0),
      };
      addTo(sum, repeated(once, count));
      if (!inner.sum.guessed && iterable && !this.evaluator.length(iterable, at)) sum.guessed = true;
      for (const { what, value, from } of inner.assumptions) this.assume(what, value, from, inner.sum.interpreter.likely);
      this.metOpaque(inner.opaque);
      for (const each of inner.calls) this.calls.push({ ...each, times: each.times * count.likely, ns: each.ns * count.likely });
    }
  }
}

/** What an unknown call may take for all that can be told, ns; a task with many of them may be anything. */
export const unknownCallNs = 20_000;

/** A tuple by way of a function written in Python. */
const namedTuple = 1.7;
/** `Colour(2)`: two functions written in Python, one inside the other. */
const enumLookup = 8;
/** What a timer whose time is not known puts off. */
const unknownDelayNs = interval(1_000_000, 50_000_000, 10_000_000_000);
/** So many places where it calls what is not known are told apart. */
const mostOpaque = 50;
/** So many functions that are handed in tell what they take. */
const mostHandedIn = 8;
const maximumSteps = 60_000;
const maximumStack = 24;
const longCallNs = 20_000;
const shortKeyNs = 60;

const waitingKinds: ReadonlySet<CallKind> = new Set(["io-wait", "sleep", "sync-wait", "process-wait"]);

function calleeText(callee: Value): string {
  return writtenName(callee) ?? "this call";
}

/** So many elements at most keep every operation on small arrays small. */
const mostCombined = 20;

function largest({ receiver, positional }: CallFacts): Interval | undefined {
  const known = [receiver, ...(positional ?? [])].flatMap((value) => value?.elements ?? []);
  return known.sort((a, b) => b.likely - a.likely)[0];
}

function exactNumber(amount: Interval | undefined): number | undefined {
  return amount && amount.low === amount.high ? amount.low : undefined;
}
