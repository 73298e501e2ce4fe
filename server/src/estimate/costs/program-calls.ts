import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { type GilNote, gilNoteOfCall } from "../../program/link/gil-notes.js";
import type { Callee } from "../../program/link/resolution/callees.js";
import { isHandedIn, mayBeOther } from "../../program/link/resolution/handed-in.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Helped, helperThread, type startedCall, unhelped } from "../tasks/helper-threads.js";
import type { Activation } from "../values/activation.js";
import { activationOfCallee, codeGiven, type Named } from "../values/called-code.js";
import { keepsBooks } from "../waits/unknown-waits.js";
import { comparisonsOf } from "./comparisons.js";
import { addTo, asNative, averaged, emptySum, repeated, type Sum, zero } from "./cost-sum.js";
import { Costing, type CostSources } from "./costing.js";
import type { FunctionCost, FunctionState } from "./function-state.js";
import { hashedKey } from "./hashed-keys.js";
import type { ImplicitRun } from "./implicit-methods.js";
import { leadsBack, methodsRun } from "./overridden-methods.js";
import { repeatedCalls } from "./timed-calls.js";

/** What functions of the program cost where they are called, in the text or by something that the interpreter or a library does. */
export class ProgramCalls extends Costing {
  constructor(
    sources: CostSources,
    state: FunctionState,
    /** What one call of the function in that activation costs. */
    private readonly functionCost: (activation: Activation) => FunctionCost,
  ) {
    super(sources, state);
  }

  /** Adds what a call costs that runs that function. */
  callOf(callee: Callee, operation: CallOperation, at: Activation, sum: Sum, named?: Named): void {
    const isConstruction = callee.function.head.name === "__init__" && callee.receiver?.kind === "instance";
    this.interpret(sum, isConstruction ? "instantiate" : callee.receiver ? "callMethod" : "callPython");
    const node = callee.function;
    if (this.state.coroutines === "made" && node.head.isAsync) return;
    const run = activationOfCallee(callee, operation, at, this.resolver, named);
    if (run.madeIn && this.state.stack.has(node)) return this.decorated(run, operation, sum);
    if (this.state.stack.reenters(node)) {
      if (this.state.stack.isOnTop(node)) this.state.selfCalls.set(node, [...(this.state.selfCalls.get(node) ?? []), operation]);
      return;
    }
    if (this.state.stack.isFull) return;
    this.enter(run, sum, gilNoteOfCall(operation, at.function));
  }

  /** What a call costs of another function that the decorator stands around which is being looked at: the decorator's own part is a small one. */
  private decorated(around: Activation, operation: CallOperation, sum: Sum): void {
    let inner: Activation | undefined;
    walkOperations(around.function.facts.body, (each) => {
      const code = each.op === "call" && !inner ? codeGiven(each.callee, around, this.resolver) : undefined;
      if (code && each.op === "call") inner = activationOfCallee(code.callee, each, around, this.resolver, code.named);
    });
    if (!inner || this.state.stack.has(inner.function) || this.state.stack.isFull) return;
    this.interpret(sum, "callPython");
    this.enter(inner, sum, gilNoteOfCall(operation, around.function));
  }

  /**
   * Adds what a call costs of a function that others hand in, where they hand in several, or some that nobody can tell: one of them runs, each as likely as
   * the others. False where there is one only.
   */
  runsOneHandedIn(operation: CallOperation, callees: readonly Callee[], at: Activation, sum: Sum): boolean {
    const { callee } = operation;
    if (!isHandedIn(callee, at.function, this.resolver)) return false;
    const isOpen = mayBeOther(callee, at.function, this.resolver);
    if (callees.length + Number(isOpen) < 2) return false;
    this.oneOf(callees, isOpen, operation, at, sum);
    return true;
  }

  /** Adds what the call of a method costs, where another one may run than what is found for the object. */
  runsOtherMethod(operation: CallOperation, callees: readonly Callee[], at: Activation, sum: Sum): boolean {
    const run = methodsRun(operation, callees, at, this.evaluator);
    if (!run) return false;
    const [first, ...others] = run.callees;
    if (first && run.others === "by name" && !leadsBack(first.function, (each) => this.state.stack.has(each), this.resolver)) {
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
    this.state.parts.metOpaque([operation]);
  }

  /** One of these runs, each as likely as the others; `isOpen`: or something of which nothing is known. */
  private oneOf(callees: readonly Callee[], isOpen: boolean, operation: CallOperation, at: Activation, sum: Sum): void {
    const before = this.state.parts.calls;
    this.state.parts.calls = [];
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
    this.state.parts.calls = [...before, ...repeatedCalls(this.state.parts.calls, share)];
  }

  /** Adds what a call of a function of the program runs. */
  enter(activation: Activation, sum: Sum, note: GilNote | undefined, times: Interval = exactly(1)): void {
    const inner = this.functionCost(activation);
    // Who waits for what a function returns sees it come to an end.
    const once = activation.function.returned.length > 0 ? { ...inner.sum, endless: false } : inner.sum;
    addTo(sum, repeated(note ? asNative(note, once) : once, times));
    this.state.parts.addRuns(inner, note, times.likely);
  }

  /** The same for a method that no call in the text names; false where there is none. */
  enterImplicitly(run: ImplicitRun | undefined, sum: Sum, times: Interval = exactly(1)): boolean {
    if (!run || this.state.stack.has(run.function) || this.state.stack.isFull) return false;
    sum.interpreter = add(sum.interpreter, multiply(this.costs.operations.callMethodTwo, times));
    this.enter(run.activation, sum, undefined, times);
    return true;
  }

  /** What sorting, or keeping in order, takes that compares objects of classes of the program. */
  comparisons(name: string, call: CallOperation, at: Activation, sum: Sum): void {
    const found = comparisonsOf(name, call, at, this.evaluator);
    if (!found) return;
    if (found.run !== "generated") this.enterImplicitly(found.run, sum, found.times);
    else sum.interpreter = add(sum.interpreter, multiply(scale(this.costs.operations.callMethodTwo, 4), found.times));
  }

  /** What finding a key in a dict or a set runs, beside the look-up itself. */
  lookUp(container: Value, key: Value | undefined, at: Activation, sum: Sum): void {
    if (!key || key.op === "constant" || key.op === "compute") return;
    const kind = this.constructs.kindOf(container, at);
    if (kind === "dict" || kind === "set") this.addHashed(key, at, sum);
  }

  addHashed(key: Value | undefined, at: Activation, sum: Sum): void {
    const found = hashedKey(key, at, this.resolver, this.costs);
    for (const { run, times } of found?.runs ?? []) this.enterImplicitly(run, sum, times);
    if (found?.ns) sum.interpreter = add(sum.interpreter, found.ns);
  }

  /** A thread that is started while the function runs: its work has to be done as well, and is mostly waited for. */
  helperOf({ call, delay }: NonNullable<ReturnType<typeof startedCall>>, at: Activation): Helped {
    const seconds = delay && this.evaluator.number(delay, at);
    const later = !delay ? zero : seconds && seconds.low >= 0 ? scale(seconds, 1e9) : unknownDelayNs;
    const found = this.resolver.resolve(call.callee, at.function).find((entity) => entity.kind === "function");
    if (found?.kind !== "function") return delay ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    return this.helped(activationOfCallee(found, call, at, this.resolver), later);
  }

  helped(activation: Activation, later: Interval): Helped {
    // What sets itself up again waits for none of its later runs.
    if (this.state.stack.has(activation.function)) return unhelped;
    if (this.state.stack.isFull) return later.high > 0 ? helperThread({ interpreter: zero, native: zero, wait: later }) : unhelped;
    const { sum } = this.functionCost(activation);
    // Who waits for requests for ever keeps nobody waiting longer than it takes to answer.
    if (sum.endless) return sum.help.signs > 0 ? helperThread({ interpreter: zero, native: zero, wait: zero }) : unhelped;
    return helperThread({ interpreter: add(sum.interpreter, sum.held), native: sum.native, wait: add(later, sum.wait) });
  }
}

/** What a timer whose time is not known puts off. */
const unknownDelayNs = interval(1_000_000, 50_000_000, 10_000_000_000);
/** So many functions that are handed in tell what they take. */
export const mostHandedIn = 8;
