import { add, exactly, type Interval, scale } from "../../base/interval.js";
import { evaluate } from "../../knowledge/evaluate.js";
import { releasingBlock } from "../../program/link/resolution/compiled.js";
import { operatorMethod } from "../../program/link/resolution/operators.js";
import type {
  AttemptOperation,
  BranchOperation,
  CallOperation,
  ComputeOperation,
  LoopOperation,
  Operation,
  Value,
} from "../../program/operation.js";
import { duration } from "../prediction/text.js";
import { asksAgain, roundsOfAnswers } from "../rounds/answers.js";
import { failuresOf } from "../rounds/attempts.js";
import { deadlineNs, roundsUntil } from "../rounds/deadlines.js";
import { producerIn, type Staying, sharesOf, stayingAfter, stayingShare } from "../rounds/generators.js";
import { remembers, workedOutShares } from "../rounds/remembered-calls.js";
import { writtenOut } from "../tasks/guarded-sections.js";
import { looksForOthers } from "../tasks/lock-contention.js";
import { firstTimeShare, isMadeOnce } from "../tasks/made-once.js";
import { isMainGuard } from "../tasks/main-guard.js";
import { usesInside } from "../tasks/shared-use.js";
import { besideWait, startedTogether, waitTogether } from "../tasks/started-coroutines.js";
import type { HotLoop } from "../tasks/task-work.js";
import type { Activation } from "../values/activation.js";
import { calledName, loopText, wholeText } from "../values/names-in-text.js";
import { lineWait } from "../waits/line-waits.js";
import { waitingKinds } from "./call-kinds.js";
import { roundsOfCycle } from "./call-stack.js";
import type { Calls } from "./calls.js";
import {
  addLocked,
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
  zero,
} from "./cost-sum.js";
import { Costing, type CostSources } from "./costing.js";
import type { FunctionState } from "./function-state.js";
import { accessRun, contextRuns, isGeneratorContext, nextRun, operatorRun } from "./implicit-methods.js";
import { isProduced, nextCost } from "./iterated-objects.js";
import { fetchedNs, keptBytes, keptNs, touchedBytes } from "./kept-memory.js";
import type { LibraryCalls } from "./library-calls.js";
import { producedNs } from "./library-table.js";
import { pinsOf } from "./pins.js";
import type { ProgramCalls } from "./program-calls.js";
import { repeatedCalls, uncounted } from "./timed-calls.js";

/** What a function's operations cost, one after the other: what is on one of the ways through its code, and how often its loops go round. */
export class BodyCosts extends Costing {
  constructor(
    sources: CostSources,
    state: FunctionState,
    private readonly calls: Calls,
    private readonly program: ProgramCalls,
    private readonly library: LibraryCalls,
  ) {
    super(sources, state);
  }

  operations(list: readonly Operation[], at: Activation, from = 0): Sum {
    const sum = emptySum();
    const together = startedTogether(list, at, this.resolver);
    let longest = zero;
    for (let index = from; index < list.length; index++) {
      const operation = list[index] as Operation;
      if (++this.state.steps > maximumSteps) {
        this.state.stack.cutOff();
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
          if (this.program.enterImplicitly(accessRun(operation.place, "read", at, this.resolver), sum)) break;
          if (operation.place.kind === "element") this.program.lookUp(operation.place.object, operation.place.index, at, sum);
          sum.interpreter = add(sum.interpreter, this.constructs.access(operation, at));
          break;
        case "write":
          if (this.program.enterImplicitly(accessRun(operation.place, "write", at, this.resolver, operation.value), sum)) break;
          if (operation.place.kind === "element") this.program.lookUp(operation.place.object, operation.place.index, at, sum);
          sum.interpreter = add(sum.interpreter, this.constructs.access(operation, at));
          if (this.sharing.isSharedContainer(operation.place, at)) sum.sharedWrites++;
          break;
        case "compute":
          this.computation(operation, at, sum);
          break;
        case "call":
          this.pinnable(operation, at, sum, (own) => {
            this.calls.add(operation, at, own);
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
          const told = sharesOf(operation, at, this.evaluator, this.state.rounds);
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
          const staying = stayingAfter(operation.body, at, this.evaluator, this.state.rounds);
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
    if (operation.op === "call") this.calls.add(operation, at, own);
    else this.pinnable(operation, at, own, (inner) => this.loop(operation, at, inner));
    const wait = operation.op === "call" ? own.wait : waitTogether(own, this.evaluator.trips(operation, at).count);
    const { all, more } = besideWait(longest, wait);
    // Whom a semaphore of the loop lets in is told by the wait; threads do not wait for it.
    addTo(sum, { ...own, lockEntries: 0, wait: more });
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
    this.state.parts.assumePinned(operation.op === "loop" ? "a loop takes" : `\`${calledName(operation)}\` takes`, duration(cost));
    addTo(sum, lasting(own, exactly(cost)));
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
      if (this.program.enterImplicitly(operatorRun(operation, at, this.resolver), sum)) return;
      const [key, container] = operation.operands;
      if (container && (operation.operator === "in" || operation.operator === "not in")) this.program.lookUp(container, key, at, sum);
      this.arithmetic(operation, at, sum);
      return;
    }
    this.sharing.addOperands(operation, at, sum);
    const facts = this.sizes.knownOfOperator(method, at);
    const below = this.sizes.operatorBelowThreshold(entry, method, at);
    this.library.add(entry, method.name, operation, within, facts, below, sum, this.state.parts.calls, at);
  }

  private with(operation: Extract<Operation, { op: "with" }>, at: Activation, sum: Sum): void {
    const found = this.guards.placesOf(operation.context, at);
    const places = found && Math.max(1, Math.round(found.likely));
    this.interpret(sum, places === 1 ? "withLock" : "withContextManager");
    if (places === undefined) for (const run of contextRuns(operation.context, at, this.resolver)) this.program.enterImplicitly(run, sum);
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
      lockReleases: Math.min(1, body.briefReleases),
      lockRecords: 0,
      locked: add(add(add(body.interpreter, body.held), scale(this.costs.operations.withLock, 0.5)), insidePool.busy),
      lockedNative: add(body.native, insidePool.native),
      lockedWait: add(body.wait, insidePool.wait),
    });
  }

  /** What the body of a `with` statement or a loop costs, which a compiler may have taken out of the GIL. */
  private block(head: Value, at: Activation, run: () => Sum): Sum {
    const entry = releasingBlock(head, at.function, this.resolver);
    if (!entry) return run();
    const { calls, hot } = this.state.parts;
    this.state.parts.calls = [];
    const body = asNative("releases", asCompiled(run()));
    const call: CallOperation = head.op === "call" ? head : { op: "call", callee: head, arguments: [], start: head.start, end: head.end };
    const verdict = evaluate({ ...entry, gil: "releases" }, { target: this.target });
    const inside = this.state.parts.calls.filter((each) => waitingKinds.has(each.kind));
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
    this.state.parts.calls = [...calls, ...inside, own];
    this.state.parts.hot = hot;
    return body;
  }

  private loop(loop: LoopOperation, at: Activation, sum: Sum): void {
    const { parts } = this.state;
    const pinned = pinsOf(at.function.file).iterations.get(loop);
    if (pinned !== undefined) parts.assumePinned(loopText(loop), String(pinned));
    let { count, known } =
      pinned === undefined
        ? this.evaluator.trips(loop, at, this.state.loopDepth > 0 || this.state.isCalledInLoop ? "often" : "once")
        : { count: exactly(pinned), known: "known" as const };
    if (this.state.loopDepth === 0 && (known === "default" || this.evaluator.observed)) this.state.dependsOnLoop = true;
    const begin = this.constructs.begin(loop, at);
    const outerCalls = parts.calls;
    const before = parts.hot;
    parts.calls = [];
    parts.hot = undefined;
    this.state.loopDepth++;
    const outerRounds = this.state.rounds;
    this.state.rounds = count.likely;
    const runs = loop.iterable && producerIn(loop.iterable, at, this.resolver);
    const producer = runs && !this.state.stack.has(runs.function) ? runs : undefined;
    const handingOut = !producer && loop.iterable ? nextRun(loop.iterable, at, this.resolver) : undefined;
    const run = (): Sum => {
      const sum = this.operations(loop.body, at);
      if (producer) this.program.enter(producer, sum, undefined);
      this.program.enterImplicitly(handingOut, sum);
      return sum;
    };
    const reentered = this.state.stack.reentries;
    const body = loop.iterable ? this.block(loop.iterable, at, run) : run();
    if (known === "default" && this.state.stack.reentries > reentered) count = roundsOfCycle;
    const isAnswered = known === "endless" && loop.endsEarly && asksAgain(body.wait, parts.calls, at.function);
    if (isAnswered) [count, known] = [roundsOfAnswers, "default"];
    this.state.rounds = outerRounds;
    this.state.loopDepth--;
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
    all.freshBytes = keptBytes(loop, count, body.freshBytes, at, this.evaluator);
    if (known !== "default" && known !== "endless")
      all.interpreter = add(all.interpreter, fetchedNs(all.freshBytes, body.freshBytes, count, this.costs.memory));
    if (this.sharing.usesOfRound(loop, at) > 0)
      all.touchedBytes = Math.max(all.touchedBytes, touchedBytes(loop, count, at, this.evaluator));
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
}

/**
 * What `contextlib` takes to make a context of a generator, enter and leave it, in what entering and leaving one takes whose methods do nothing: 6 to 8.4 times
 * as much beside that (CPython 3.8 to 3.15 and 3.13t, `test/measure/implicit_calls.py`).
 */
const generatorContext = 7;
const maximumSteps = 60_000;
