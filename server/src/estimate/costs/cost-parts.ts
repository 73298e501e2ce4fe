import type { GilNote } from "../../program/link/gil-notes.js";
import type { Operation } from "../../program/operation.js";
import { type Assumption, byWeight, type Weighted, withoutWeight } from "../prediction/prediction.js";
import type { Finished, HotLoop } from "../tasks/task-work.js";
import { waitingKinds } from "./call-kinds.js";
import { repeatedCalls, type TimedCall } from "./timed-calls.js";

/** What the cost of a function is made of, while it is added up: library calls, what was assumed, where it calls what is not known, its longest loop. */
export class CostParts {
  calls: TimedCall[] = [];
  hot: HotLoop | undefined;
  private readonly assumptions = new Map<string, Weighted>();
  private readonly opaque = new Set<Operation>();

  assume(what: string, value: string, from: Assumption["from"], weight: number): void {
    const known = this.assumptions.get(what);
    if (!known || known.weight < weight) this.assumptions.set(what, { what, value, from, weight });
  }

  /** What a comment says counts whatever else is assumed. */
  assumePinned(what: string, value: string): void {
    this.assume(what, value, "annotation", Number.POSITIVE_INFINITY);
  }

  /** It calls what is not known, or not how long it takes. */
  metOpaque(operations: readonly Operation[]): void {
    for (const each of operations) if (this.opaque.size < mostOpaque) this.opaque.add(each);
  }

  /** Adds what the cost of a function is made of that runs so often, likely. Where a comment says what it does to the GIL, only what it waits for is told. */
  addRuns(inner: Finished, note: GilNote | undefined, times: number): void {
    const told = note ? inner.calls.filter((call) => waitingKinds.has(call.kind)) : inner.calls;
    for (const call of repeatedCalls(told, times)) this.calls.push(call);
    this.metOpaque(inner.opaque);
    for (const { what, value, from } of inner.assumptions) this.assume(what, value, from, inner.sum.interpreter.likely);
    if (!note && inner.hot && inner.hot.interpreterNs.likely > (this.hot?.interpreterNs.likely ?? 0)) this.hot = inner.hot;
  }

  /** What was found in all. */
  all(): Omit<Finished, "sum"> {
    const assumptions = [...this.assumptions.values()].sort(byWeight).map(withoutWeight);
    return { calls: this.calls, hot: this.hot, assumptions, opaque: [...this.opaque] };
  }
}

/** So many places where it calls what is not known are told apart. */
const mostOpaque = 50;
