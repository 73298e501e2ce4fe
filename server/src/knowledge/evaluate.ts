import { add, type Interval, interval, multiply, scale } from "../base/interval.js";
import { unreachable } from "../base/unreachable.js";
import { type CallFacts, type ValueFacts, valueAt } from "./call-facts.js";
import type { Condition } from "./condition.js";
import { conditionText, denialText, placeText } from "./condition-text.js";
import type { CallableEntry, CostTerm, GilEffect, PoolSize, ReturnCase, SpawnerEntry, ValuePlace, WorkerKind } from "./entry.js";
import { compareVersions } from "./version.js";

/** Three-valued: `unknown` is an answer of its own and never becomes one of the others. */
export type Truth = "true" | "false" | "unknown";

/** What an entry says about one call. */
export interface Verdict {
  /** `depends`: what is known of the call does not decide. */
  readonly gil: GilEffect | "depends";
  /** `proved`: decided, and read in the source or measured. `likely`: decided, on the word of documentation or an issue. `possible`: not decided. */
  readonly confidence: "proved" | "likely" | "possible";
  /** Why, as a clause for sentences: "always", "`data` has 2048 bytes or more", "it depends on whether …". */
  readonly because: string;
  /** All effects that are still possible, the decided one alone if it is decided. */
  readonly possible: readonly GilEffect[];
  /** What would have to be known to be sure, in words; empty if everything that matters is known. */
  readonly missing: readonly string[];
}

/** What an entry says about the GIL for a call of which that much is known. Builds without a GIL: read it as what would happen with one. */
export function evaluate(entry: CallableEntry, facts: CallFacts): Verdict {
  if (entry.gil !== "conditional") return decided(entry, entry.gil, "always", []);
  const possible: GilEffect[] = [];
  const missing: string[] = [];
  const assumed: string[] = [];
  const excluded: Condition[] = [];
  for (const each of entry.cases) {
    const truth = allHold(each.when, facts);
    if (truth === "true") {
      if (!possible.includes(each.gil)) possible.push(each.gil);
      const because = aboutTheCall(each.when).map(conditionText).join(" and ");
      return possible.length === 1 ? decided(entry, each.gil, because, assumed) : open(possible, missing);
    }
    if (truth === "false") {
      const failing = each.when.filter((condition) => holds(condition, facts) === "false");
      const versions = failing.filter(({ test }) => test === "python");
      excluded.push(...(versions.length > 0 ? versions : failing));
      continue;
    }
    const undecided = each.when.filter((condition) => holds(condition, facts) === "unknown").map(conditionText);
    if (each.whenUnknown === "unlikely") {
      assumed.push(undecided.join(" and "));
    } else {
      missing.push(...undecided);
      if (!possible.includes(each.gil)) possible.push(each.gil);
    }
  }
  if (!possible.includes(entry.otherwise)) possible.push(entry.otherwise);
  if (possible.length > 1) return open(possible, missing);
  return decided(entry, entry.otherwise, aboutTheCall(excluded).map(denialText).join(" and ") || "always", assumed);
}

/** The conditions without those about the interpreter's version, unless there are no others: which version it is, its reader knows. */
function aboutTheCall(conditions: readonly Condition[]): readonly Condition[] {
  const others = conditions.filter(({ test }) => test !== "python");
  return others.length > 0 ? others : conditions;
}

function decided(entry: CallableEntry, gil: GilEffect, because: string, assumed: readonly string[]): Verdict {
  const firstHand = entry.evidence.some(
    (each) => each.about === "behaviour" && each.standing === "read" && (each.kind === "source" || each.kind === "measured"),
  );
  return {
    gil,
    confidence: firstHand && assumed.length === 0 ? "proved" : "likely",
    because: assumed.length === 0 ? because : `${because}, unless ${assumed.join(" or ")}`,
    possible: [gil],
    missing: assumed,
  };
}

function open(possible: readonly GilEffect[], missing: readonly string[]): Verdict {
  return { gil: "depends", confidence: "possible", because: `it depends on whether ${missing.join(" and whether ")}`, possible, missing };
}

/** Whether all conditions hold: false as soon as one is false, unknown if one is and none is false. */
export function allHold(conditions: readonly Condition[], facts: CallFacts): Truth {
  let result: Truth = "true";
  for (const condition of conditions) {
    const truth = holds(condition, facts);
    if (truth === "false") return "false";
    if (truth === "unknown") result = "unknown";
  }
  return result;
}

/** Whether the condition holds for the call. */
export function holds(condition: Condition, facts: CallFacts): Truth {
  switch (condition.test) {
    case "bytes":
      return inRange(sizeOf(facts, condition.of, "bytes"), condition.atLeast, condition.below);
    case "elements":
      return inRange(sizeOf(facts, condition.of, "elements"), condition.atLeast, condition.below);
    case "given": {
      const value = valueAt(facts, condition.of);
      return value === "unknown" ? "unknown" : truth(value !== "not-passed");
    }
    case "equals": {
      const value = valueAt(facts, condition.of);
      if (value === "unknown") return "unknown";
      if (value === "not-passed") return condition.default === undefined ? "unknown" : truth(condition.default === condition.value);
      return value.literal === undefined ? "unknown" : truth(value.literal === condition.value);
    }
    case "contains": {
      const value = valueAt(facts, condition.of);
      if (value === "unknown") return "unknown";
      const literal = value === "not-passed" ? condition.default : value.literal;
      return typeof literal === "string" ? truth(literal.includes(condition.part)) : "unknown";
    }
    case "type": {
      const value = valueAt(facts, condition.of);
      if (value === "not-passed") return "false";
      const types = value === "unknown" ? [] : typesOf(value);
      const fitting = types.filter((type) => condition.in.includes(type)).length;
      return types.length === 0 || (fitting > 0 && fitting < types.length) ? "unknown" : truth(fitting > 0);
    }
    case "dtype": {
      const value = valueAt(facts, condition.of);
      if (value === "not-passed") return "false";
      return value === "unknown" || value.dtype === undefined ? "unknown" : truth(condition.in.includes(value.dtype));
    }
    case "callback": {
      const value = valueAt(facts, condition.of);
      // No function, no bytecode.
      if (value === "not-passed" || (value !== "unknown" && value.literal !== undefined)) return truth(condition.is === "native");
      return value === "unknown" || value.callback === undefined ? "unknown" : truth(value.callback === condition.is);
    }
    case "python":
      return versionIn(facts.target && `${facts.target.major}.${facts.target.minor}`, condition.from, condition.before);
    case "package-version":
      return versionIn(facts.packageVersion, condition.from, condition.before);
    case "platform":
      return facts.platform === undefined ? "unknown" : truth(condition.in.includes(facts.platform));
    case "implementation":
      return facts.target === undefined ? "unknown" : truth(condition.in.includes(facts.target.implementation));
    case "build":
      return facts.target === undefined ? "unknown" : truth(facts.target.freeThreaded === (condition.is === "free-threaded"));
    case "at-run-time":
      return "unknown";
    case "not":
      return opposite(holds(condition.condition, facts));
    case "any": {
      let result: Truth = "false";
      for (const each of condition.conditions) {
        const answer = holds(each, facts);
        if (answer === "true") return "true";
        if (answer === "unknown") result = "unknown";
      }
      return result;
    }
    default:
      return unreachable(condition);
  }
}

/** The time a call takes, in nanoseconds, split by what it needs. */
export interface CallCost {
  readonly interpreterNs: Interval;
  readonly nativeNs: Interval;
  readonly waitNs: Interval;
  /** The values whose size would have to be known; their share is not in the numbers, so these are lower bounds then. */
  readonly missing: readonly string[];
  readonly from: "measured" | "default";
}

/** What the call costs, as far as it can be told; undefined when the entry has no cost model or the GIL's fate is open. */
export function costOf(entry: CallableEntry, facts: CallFacts): CallCost | undefined {
  if (!entry.cost) return undefined;
  const { gil } = evaluate(entry, facts);
  const native = gil === "releases";
  if (gil === "depends" && entry.cost.terms.some((term) => term.spends === "call")) return undefined;
  let interpreterNs = nothing;
  let nativeNs = nothing;
  let waitNs = nothing;
  const missing: string[] = [];
  for (const term of entry.cost.terms) {
    const ns = termNs(term, facts);
    if (!ns) missing.push(term.term === "fixed" ? term.term : placeText(term.of));
    else if (term.spends === "wait") waitNs = add(waitNs, ns);
    else if (term.spends === "call" && native) nativeNs = add(nativeNs, ns);
    else interpreterNs = add(interpreterNs, ns);
  }
  return { interpreterNs, nativeNs, waitNs, missing: [...new Set(missing)], from: entry.cost.from };
}

const nothing: Interval = interval(0, 0, 0);

function termNs(term: CostTerm, facts: CallFacts): Interval | undefined {
  switch (term.term) {
    case "fixed":
      return term.ns;
    case "per-byte":
    case "per-element":
    case "n-log-n": {
      const size = sizeOf(facts, term.of, term.term === "per-byte" ? "bytes" : "elements");
      if (!size) return undefined;
      return multiply(term.ns, term.term === "n-log-n" ? mapInterval(size, (n) => n * Math.log2(Math.max(2, n))) : size);
    }
    case "argument": {
      const literal = known(facts, term.of)?.literal;
      if (typeof literal !== "number" || !(literal >= 0)) return undefined;
      return scale(interval(literal, literal, literal), term.nsPerUnit);
    }
    default:
      return unreachable(term);
  }
}

/** The type of the object that the call returns; undefined when the facts do not decide it. */
export function returnedType(cases: readonly ReturnCase[], facts: CallFacts): string | undefined {
  for (const each of cases) {
    const truth = allHold(each.when, facts);
    if (truth === "unknown") return undefined;
    if (truth === "true") return each.type === "receiver" ? facts.receiver?.type : each.type;
  }
  return undefined;
}

/** Who runs what the spawner hands over; undefined when the facts do not decide it. */
export function workerOf(spawner: SpawnerEntry, facts: CallFacts): WorkerKind | undefined {
  for (const each of spawner.workerCases) {
    const truth = allHold(each.when, facts);
    if (truth === "unknown") return undefined;
    if (truth === "true") return each.worker;
  }
  return spawner.worker;
}

/** How many workers a pool has by default on that many cores; undefined when the facts do not decide it. */
export function defaultPoolSize(sizes: readonly PoolSize[], facts: CallFacts, cores: number): number | undefined {
  for (const each of sizes) {
    const truth = allHold(each.when, facts);
    if (truth === "unknown") return undefined;
    if (truth === "false") continue;
    if (typeof each.size === "number") return each.size;
    switch (each.size) {
      case "cores":
        return cores;
      case "cores-plus-4-at-most-32":
        return Math.min(32, cores + 4);
      case "five-per-core":
        return cores * 5;
      case "forty":
        return 40;
      case "one":
        return 1;
      default:
        return unreachable(each.size);
    }
  }
  return undefined;
}

function known(facts: CallFacts, place: ValuePlace): ValueFacts | undefined {
  const value = valueAt(facts, place);
  return typeof value === "string" ? undefined : value;
}

/** The types that the value may have; none when nothing is known. */
function typesOf(value: ValueFacts): readonly string[] {
  if (value.type !== undefined) return [value.type];
  switch (typeof value.literal) {
    case "string":
      return ["builtins.str"];
    case "boolean":
      return ["builtins.bool"];
    case "number":
      return Number.isInteger(value.literal) ? ["builtins.int", "builtins.float"] : ["builtins.float"];
    default:
      return value.literal === null ? ["builtins.NoneType"] : [];
  }
}

/** What is left out has a default, and no default is large. */
function sizeOf(facts: CallFacts, place: ValuePlace, unit: "bytes" | "elements"): Interval | undefined {
  const value = valueAt(facts, place);
  if (value === "not-passed") return nothing;
  return value === "unknown" ? undefined : value[unit];
}

function truth(value: boolean): Truth {
  return value ? "true" : "false";
}

function opposite(value: Truth): Truth {
  return value === "unknown" ? "unknown" : truth(value === "false");
}

function inRange(size: Interval | undefined, atLeast = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY): Truth {
  if (!size) return "unknown";
  if (size.low >= atLeast && size.high < below) return "true";
  return size.high < atLeast || size.low >= below ? "false" : "unknown";
}

function versionIn(version: string | undefined, from: string | undefined, before: string | undefined): Truth {
  if (version === undefined) return "unknown";
  if (from !== undefined && compareVersions(version, from) < 0) return "false";
  return truth(before === undefined || compareVersions(version, before) < 0);
}

function mapInterval(value: Interval, change: (n: number) => number): Interval {
  return interval(change(value.low), change(value.likely), change(value.high));
}
