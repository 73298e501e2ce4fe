import type { Interval } from "../../base/interval.js";
import type { Range } from "../../base/range.js";
import type { CallableEntry, CallKind } from "../../knowledge/entry.js";
import type { Verdict } from "../../knowledge/evaluate.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Compiled } from "../../program/link/resolution/compiled.js";
import type { CallOperation, ComputeOperation } from "../../program/operation.js";
import type { BelowThreshold } from "./threshold.js";

/** A library call and the time it takes in one run of the task, all its repetitions together. */
export interface TimedCall {
  readonly name: string;
  /** The call, or the operator on objects of a library. */
  readonly call: CallOperation | ComputeOperation;
  readonly in: FunctionNode;
  readonly kind: CallKind;
  readonly entry: CallableEntry;
  readonly verdict: Verdict;
  /** Set for a function of the program that is compiled; the entry is that of what compiles it, and the call is where it is said. */
  readonly compiled?: Compiled;
  /** Set if it keeps the GIL only because its data are small, which is certain. */
  readonly below: BelowThreshold | undefined;
  /** How many elements its largest array has, as far as that can be estimated. */
  readonly elements: Interval | undefined;
  /** Set if it waits for a program of which nobody can tell what it does. */
  readonly startsUnknown?: boolean;
  readonly times: number;
  readonly ns: number;
}

/** Where to show the call; of a function that is compiled, its name. */
export function rangeOfCall({ call, compiled }: TimedCall): Range {
  const { start, end } = compiled?.function.head.nameRange ?? call;
  return { start, end };
}

/** Of one whose data are not looked at. */
export const uncounted = { below: undefined, elements: undefined, times: 1 } as const;

/** A run of a compiled function as a call of its own: no bytecode in it is left to tell of. */
export function compiledCall(name: string, compiled: Compiled, ns: number): TimedCall {
  const { entry, verdict, call, in: within } = compiled;
  return { name, call, in: within, kind: entry.kind, entry, verdict, compiled, ...uncounted, ns };
}

/** The calls of something that runs so often. */
export function repeatedCalls(calls: readonly TimedCall[], times: number): TimedCall[] {
  return calls.map((call) => ({ ...call, times: call.times * times, ns: call.ns * times }));
}

/**
 * The calls as they are, unless there are very many: then those of one place are one. Where functions call each other in many ways, as the parts of a
 * parser do, each place comes once for every way to it, and the ways grow with the power of their length.
 */
export function addedUp(calls: TimedCall[]): TimedCall[] {
  if (calls.length <= mostCalls) return calls;
  const byPlace = new Map<TimedCall["call"], TimedCall>();
  for (const call of calls) {
    const known = byPlace.get(call.call);
    const larger = known && known.ns >= call.ns ? known : call;
    byPlace.set(call.call, known ? { ...larger, times: known.times + call.times, ns: known.ns + call.ns } : call);
  }
  return [...byPlace.values()];
}

const mostCalls = 1_000;
