import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import { type CallCost, costOf, type Verdict } from "../../knowledge/evaluate.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { defaultInnerLength, defaultLength, type Evaluator } from "../values/evaluate.js";
import { commandCost } from "./command-costs.js";
import { zero } from "./cost-sum.js";
import { measuredCallNs } from "./library-costs.js";
import { tabulatedOfAnySizeNs } from "./library-table.js";
import type { OperationCosts } from "./operation-costs.js";

/** What the tables of the target say of a call; it runs without the GIL where it releases it. */
export function measuredCost(
  name: string,
  call: CallOperation,
  at: Activation,
  { verdict, hasCost }: { readonly verdict: Verdict; readonly hasCost: boolean },
  { evaluator, costs, target }: { readonly evaluator: Evaluator; readonly costs: OperationCosts; readonly target: Target },
): CallCost | undefined {
  const [first] = call.arguments;
  if ((name === "time.sleep" || name === "asyncio.sleep") && first) {
    const seconds = evaluator.number(first.value, at);
    if (!seconds || seconds.low < 0) return undefined;
    const fixed = costs.bulk["time.sleep:1ms"].nsPerUnit;
    // What a sleep of a millisecond takes beyond it.
    const late = {
      low: Math.max(0, fixed.low - 1e6),
      likely: Math.max(0, fixed.likely - 1e6),
      high: Math.max(0, fixed.likely - 1e6) * 2,
    };
    const isLoops = name === "asyncio.sleep";
    // `asyncio.sleep(0)` only lets others go first.
    const isTurn = isLoops && seconds.high === 0;
    return {
      interpreterNs: isLoops && !isTurn ? timerNs : costs.operations.callCMethod,
      nativeNs: zero,
      waitNs: isTurn ? zero : add(scale(seconds, 1e9), late),
      missing: [],
      from: "measured",
    };
  }
  const command = commandCost(name, call, at, evaluator, target);
  if (command) return command;
  const sized = measuredCallNs(name, call, at, evaluator, costs);
  // Where knowledge has no cost either, a call whose size cannot be told is better taken as usual than for nothing.
  const ns = sized ?? (hasCost ? undefined : tabulatedOfAnySizeNs(name, costs));
  // Where only the size of an integer decides whether Python code converts it, the measured time is that of the usual one.
  if (!ns || (verdict.gil === "depends" && verdict.possible.includes("releases"))) return undefined;
  const releases = verdict.gil === "releases";
  return { interpreterNs: releases ? zero : ns, nativeNs: releases ? ns : zero, waitNs: zero, missing: [], from: "measured" };
}

/** Time of the terms whose size is not known, with a size that spans what people pass. */
export function assumedSize(entry: CallableEntry, where: "once" | "in a loop"): Interval | undefined {
  // What is handled once per round of a loop is a piece of something larger.
  const bytes = where === "once" && !ofNames.test(entry.name) ? defaultBytes : defaultPieceBytes;
  const elements = where === "once" ? defaultLength : defaultInnerLength;
  let total: Interval = zero;
  for (const term of entry.cost?.terms ?? []) {
    if (term.term === "per-byte") total = add(total, multiply(term.ns, bytes));
    else if (term.term === "per-element") total = add(total, multiply(term.ns, elements));
    else if (term.term === "n-log-n") total = add(total, multiply(term.ns, scale(elements, 10)));
  }
  return total.likely > 0 ? total : undefined;
}

/** What a call takes of which knowledge gives no numbers, or whose effect on the GIL is open. */
export function usualCost(entry: CallableEntry, verdict: Verdict, facts: CallFacts, costs: OperationCosts): CallCost {
  const nothing = { interpreterNs: zero, nativeNs: zero, waitNs: zero, missing: [], from: "default" as const };
  if (entry.cost && verdict.gil === "depends") {
    // What decides is the size, and a call too small to release the GIL is short as well.
    const held: CallableEntry = { ...entry, gil: verdict.possible.includes("releases") ? "releases" : "holds" } as CallableEntry;
    return costOf(held, facts) ?? nothing;
  }
  switch (entry.kind) {
    case "io-wait":
      return { ...nothing, interpreterNs: costs.operations.callCMethod, waitNs: interval(20_000, 1_000_000, 200_000_000) };
    case "process-wait":
      return { ...nothing, waitNs: interval(2_000_000, 100_000_000, 60_000_000_000) };
    case "sleep":
      return { ...nothing, waitNs: interval(1_000_000, 100_000_000, 10_000_000_000) };
    case "sync-wait":
      return { ...nothing, interpreterNs: costs.operations.callCMethod, waitNs: interval(0, 1_000_000, 10_000_000_000) };
    default:
      return { ...nothing, interpreterNs: costs.operations.callCMethod };
  }
}

/** What an event loop takes to set a timer, to look what is due and to go on with a coroutine (`test/measure/coroutine_speedups.py`: 400 at the same time, CPython 3.11 and 3.14). */
const timerNs = interval(6_000, 18_000, 40_000);

/** What names and single words are put through; what takes a text apart is given all of it. */
const ofNames =
  /^builtins\.str\.(lower|upper|casefold|title|capitalize|swapcase|l?strip|rstrip|startswith|endswith|removeprefix|removesuffix|is\w+|encode|r?find|r?index|r?partition|zfill|center|[lr]just)$/;

const defaultBytes: Interval = interval(1_000, 100_000, 10_000_000);
const defaultPieceBytes: Interval = interval(10, 100, 100_000);
