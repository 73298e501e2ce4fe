import { type CallFacts, type ValueFacts, valueAt } from "../../knowledge/call-facts.js";
import type { Condition } from "../../knowledge/condition.js";
import type { CallableEntry, GilCase, ValuePlace } from "../../knowledge/entry.js";
import { evaluate, holds } from "../../knowledge/evaluate.js";
import type { Bounds } from "../values/size-bounds.js";

/** Why a call keeps the GIL that it would release for larger data. */
export interface BelowThreshold {
  readonly unit: "bytes" | "elements";
  /** What it is given. */
  readonly size: Bounds;
  /** From so many on it releases the GIL. */
  readonly threshold: number;
}

/** Whether earlier calls on the same object may have been given more: `all-small` if every one of them is in sight and was not. */
export type EarlierCalls = "all-small" | "unknown";

/** Tells whether the call keeps the GIL for no other reason than that its data are small; `facts` holds only sizes that are certain. */
export function belowThreshold(entry: CallableEntry, facts: CallFacts, earlier: EarlierCalls): BelowThreshold | undefined {
  if (entry.gil !== "conditional") return undefined;
  const ofVersion = entry.cases.filter(({ when }) => !when.some((each) => each.test === "python" && holds(each, facts) === "false"));
  const cases = earlier === "all-small" ? ofVersion.filter((each) => !isAboutRunTime(each)) : ofVersion;
  const judged: CallableEntry = { ...entry, cases };
  if (evaluate(judged, facts).gil !== "holds") return undefined;
  for (const condition of cases.flatMap((each) => each.when)) {
    if (condition.test !== "bytes" && condition.test !== "elements") continue;
    const below = sizeBelow(condition, facts);
    if (below && evaluate(judged, enlarged(facts, condition.of, below)).gil === "releases") return below;
  }
  return undefined;
}

function isAboutRunTime({ when }: GilCase): boolean {
  return when.some((condition) => condition.test === "at-run-time");
}

function sizeBelow(condition: Extract<Condition, { test: "bytes" | "elements" }>, facts: CallFacts): BelowThreshold | undefined {
  const threshold = condition.atLeast ?? condition.below;
  const value = valueAt(facts, condition.of);
  if (threshold === undefined || typeof value === "string") return undefined;
  const size = value[condition.test];
  return size && size.high < threshold ? { unit: condition.test, size: { low: size.low, high: size.high }, threshold } : undefined;
}

/** The same call with a hundred times the data that the threshold asks for. */
function enlarged(facts: CallFacts, place: ValuePlace, { unit, threshold }: BelowThreshold): CallFacts {
  const size = threshold * 100;
  const larger = (value: ValueFacts): ValueFacts => ({ ...value, [unit]: { low: size, likely: size, high: size } });
  if (place === "receiver") return { ...facts, ...(facts.receiver ? { receiver: larger(facts.receiver) } : {}) };
  return {
    ...facts,
    ...(facts.positional ? { positional: facts.positional.map((value, index) => (index === place.position ? larger(value) : value)) } : {}),
    ...(facts.keywords
      ? { keywords: facts.keywords.map((each) => (each.name === place.keyword ? { ...each, value: larger(each.value) } : each)) }
      : {}),
  };
}

/** Whether what it does to the GIL depends on the size of what it is given. */
export function isAboutSize(entry: CallableEntry): boolean {
  return isAbout(entry, "bytes") || isAbout(entry, "elements");
}

export function isAbout(entry: CallableEntry, test: "bytes" | "elements"): boolean {
  return entry.gil === "conditional" && entry.cases.some(({ when }) => when.some((condition) => condition.test === test));
}
