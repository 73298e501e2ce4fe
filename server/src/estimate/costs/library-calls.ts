import { add, exactly, type Interval, multiply, scale } from "../../base/interval.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import { calledAs } from "../../knowledge/call-text.js";
import type { CallableEntry, ValuePlace } from "../../knowledge/entry.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { isAwaitedAtOnce } from "../../program/link/threads/joined-at-once.js";
import type { CallOperation, ComputeOperation, Value } from "../../program/operation.js";
import { duration } from "../prediction/text.js";
import { usesMeanwhile } from "../tasks/shared-use.js";
import { type Activation, bareActivation, calledForEach } from "../values/activation.js";
import { defaultLength } from "../values/evaluate.js";
import { assumedSize } from "./call-costs.js";
import { lightCalls } from "./call-kinds.js";
import { addLocked, addReleased, addTime, addTo, repeated, type Sum, waitedSince } from "./cost-sum.js";
import { Costing, type CostSources } from "./costing.js";
import type { FunctionCost, FunctionState } from "./function-state.js";
import { fetchedNs, madeByCall } from "./kept-memory.js";
import { addWait, libraryCallCost } from "./library-call-cost.js";
import { replacedCount } from "./regex-costs.js";
import { betweenSqlCallbacksNs, sqlCallbackNs, sqlCallbacks } from "./sql-callbacks.js";
import type { BelowThreshold } from "./threshold.js";
import type { TimedCall } from "./timed-calls.js";

/** What calls of library functions cost, and operators on objects of libraries. */
export class LibraryCalls extends Costing {
  constructor(
    sources: CostSources,
    state: FunctionState,
    /** What one call of the function in that activation costs. */
    private readonly functionCost: (activation: Activation) => FunctionCost,
  ) {
    super(sources, state);
  }

  add(
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
    const { verdict, cost, isMeasured, startsUnknown, releases, record } = libraryCallCost(entry, name, call, facts, at, this);
    const computes = entry.kind === "cpu-native" || entry.kind === "cpu-python";
    if (!isMeasured && !entry.cost && computes && !lightCalls.test(entry.name)) {
      sum.uncosted++;
      this.state.parts.metOpaque([call]);
    }
    // Between short native calls the interpreter looks whether another thread waits; within a long one it cannot.
    if (call.op === "call") this.invoked(entry, call, at, sum);
    if (call.op === "call") this.calledBySql(name, call, at, sum);
    const isLong = entry.kind === "cpu-native" && verdict.gil === "holds" && cost.interpreterNs.likely >= longCallNs;
    sum.sharedUses += usesMeanwhile(name, cost.interpreterNs.likely);
    addTime(sum, isLong ? "held" : "interpreter", cost.interpreterNs);
    addReleased(sum, cost.nativeNs, releases);
    const made = call.op === "call" ? madeByCall(name, call, at, this.evaluator) : 0;
    if (made > 0) sum.interpreter = add(sum.interpreter, fetchedNs(made, 0, exactly(1), this.costs.memory));
    sum.freshBytes += made;
    if (record?.section) addLocked(sum, record.section);
    sum.sharedUses += record?.sharedUses ?? 0;
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
      this.state.parts.assume(what, `${duration(low)}–${duration(high)}`, "default", ns);
    }
    if (cost.missing.length > 0 && computes) {
      const what = `size of the ${cost.missing[0]?.replace(/^the /, "")} of \`${name}\``;
      if (this.state.loopDepth === 0) this.state.dependsOnLoop = true;
      const assumed = assumedSize(entry, this.state.loopDepth > 0 || this.state.isCalledInLoop ? "in a loop" : "once");
      if (!assumed) return;
      this.state.parts.assume(what, "unknown, taken as small to very large", "default", assumed.likely);
      const isHeld = assumed.likely >= longCallNs && entry.kind === "cpu-native";
      addTime(sum, verdict.gil === "releases" ? "native" : isHeld ? "held" : "interpreter", assumed);
      const last = calls[calls.length - 1];
      if (last) calls[calls.length - 1] = { ...last, ns: last.ns + assumed.likely };
    }
  }

  /** The functions of the program that a statement of SQL calls for its rows. */
  private calledBySql(name: string, call: CallOperation, at: Activation, sum: Sum): void {
    for (const { function: node, calls } of sqlCallbacks(name, call, at, this.evaluator)) {
      if (this.state.stack.has(node) || this.state.stack.isFull) continue;
      const inner = this.functionCost(bareActivation(node));
      const interpreter = add(add(inner.sum.interpreter, this.costs.operations.callMethod), scale(sqlCallbackNs, this.costs.slowness));
      addTo(sum, repeated({ ...inner.sum, interpreter, nesting: inner.sum.nesting + 1 }, calls));
      addReleased(sum, multiply(scale(betweenSqlCallbacksNs, this.costs.slowness), calls), calls.likely);
      this.state.parts.addRuns({ ...inner, hot: undefined }, undefined, calls.likely);
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
      if (found?.kind !== "function" || this.state.stack.has(found.function) || this.state.stack.isFull) continue;
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
      this.state.parts.addRuns({ ...inner, hot: undefined }, undefined, count.likely);
    }
  }
}

const longCallNs = 20_000;
const shortKeyNs = 60;

function largest({ receiver, positional }: CallFacts): Interval | undefined {
  const known = [receiver, ...(positional ?? [])].flatMap((value) => value?.elements ?? []);
  return known.sort((a, b) => b.likely - a.likely)[0];
}
