import { add, type Interval, scale } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import { type CallCost, costOf, evaluate, type Verdict } from "../../knowledge/evaluate.js";
import type { CallOperation, ComputeOperation } from "../../program/operation.js";
import { awaitedSign, isForSiblings, signAwaited, waitedInVain, withHelp } from "../tasks/helper-threads.js";
import { waitsForItsOwn } from "../tasks/started-coroutines.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { overLoopback } from "../waits/loopback.js";
import { archiveCost } from "./archive-costs.js";
import { measuredCost, usualCost } from "./call-costs.js";
import { answersFromOwn } from "./call-kinds.js";
import { startsBusyCommand, startsIdleCommand } from "./command-costs.js";
import { addTime, type Sum, zero } from "./cost-sum.js";
import { counterNs } from "./counter-costs.js";
import { databaseCost } from "./database-costs.js";
import { atPrecision } from "./decimal-precision.js";
import { fileCost } from "./file-costs.js";
import { tabulatedOperator } from "./library-table.js";
import { type RecordCost, recordCost } from "./logging-costs.js";
import type { OperationCosts } from "./operation-costs.js";
import { fromPageCache } from "./page-cache.js";

/** What one call of a library costs, or an operator on an object of one, and what it does to the GIL. */
export interface LibraryCallCost {
  readonly verdict: Verdict;
  readonly cost: CallCost;
  /** Whether the cost was measured for this very call, rather than told by knowledge or taken as usual. */
  readonly isMeasured: boolean;
  /** Whether it waits for a program of which nobody can tell what it does: it may compute on a core of its own, or wait as well. */
  readonly startsUnknown: boolean;
  /** How often it gives the GIL up, where that is told. */
  readonly releases: number | undefined;
  /** Of a call that logs: what its handlers do under their locks. */
  readonly record: RecordCost | undefined;
}

/** The cost that is known best: measured, told by knowledge, or usual; then what the machine's caches and the task's own threads make of it. */
export function libraryCallCost(
  entry: CallableEntry,
  name: string,
  call: CallOperation | ComputeOperation,
  facts: CallFacts,
  at: Activation,
  context: { readonly evaluator: Evaluator; readonly costs: OperationCosts; readonly target: Target },
): LibraryCallCost {
  const { evaluator, costs } = context;
  const verdict = evaluate(entry, facts);
  const database = call.op === "call" ? onMachine(databaseCost(name, call, at, evaluator), costs) : undefined;
  const file =
    call.op === "call"
      ? (fileCost(name, entry, call, at, evaluator, costs) ?? archiveCost(name, call, at, evaluator, costs, context.target))
      : undefined;
  const record = call.op === "call" ? recordCost(name, call, at, context) : undefined;
  const measured =
    record?.cost ??
    database ??
    file ??
    (call.op === "call"
      ? measuredCost(name, call, at, { verdict, hasCost: entry.cost !== undefined }, context)
      : (counterCost(call, at, context) ?? tabulatedOperator(name, costs)));
  const told = entry.waits ? costOf(entry, facts) : onMachine(costOf(entry, facts), costs);
  // Of a sleep of an unknown length, what it takes beside that says nothing.
  const isTold = told && (entry.kind !== "sleep" || told.missing.length === 0);
  const usual = measured ?? (isTold ? told : usualCost(entry, verdict, facts, costs));
  const known = atPrecision(name, call, at, evaluator, usual);
  const isIdle = call.op === "call" && entry.kind === "process-wait" && startsIdleCommand(call, at, evaluator);
  const cost =
    call.op === "call" && (isForSiblings(name, call, at) || waitsForItsOwn(name, call, at, evaluator.resolver))
      ? { ...known, waitNs: zero }
      : isIdle
        ? { ...known, nativeNs: zero, waitNs: add(known.waitNs, known.nativeNs) }
        : entry.waits?.for === "disk" && !file
          ? fromPageCache(known, entry.name)
          : overLoopback(known, entry, call, at, evaluator);
  const startsUnknown =
    call.op === "call" && entry.kind === "process-wait" && !measured && !isIdle && !startsBusyCommand(call, at, evaluator);
  const releases = (record?.cost ?? database ?? file)?.releases;
  return { verdict, cost, isMeasured: measured !== undefined, startsUnknown, releases, record };
}

/** What knowledge tells was measured on one machine: computing takes longer or shorter on another, waiting as long. */
export function onMachine<Cost extends CallCost>(cost: Cost | undefined, { slowness }: OperationCosts): Cost | undefined {
  if (!cost || slowness === 1 || cost.waitNs.high > 0) return cost;
  return { ...cost, interpreterNs: scale(cost.interpreterNs, slowness), nativeNs: scale(cost.nativeNs, slowness) };
}

function counterCost(
  { operator, operands }: ComputeOperation,
  at: Activation,
  { evaluator, costs, target }: { readonly evaluator: Evaluator; readonly costs: OperationCosts; readonly target: Target },
): CallCost | undefined {
  const interpreterNs = counterNs(operator, operands, at, evaluator, costs, target);
  return interpreterNs && { interpreterNs, nativeNs: zero, waitNs: zero, missing: [], from: "measured" };
}

/** Adds what the call waits, which others may decide that the task starts or that the file has. */
export function addWait(
  entry: CallableEntry,
  name: string,
  call: CallOperation | ComputeOperation,
  ns: Interval,
  at: Activation,
  evaluator: Evaluator,
  sum: Sum,
): void {
  if (entry.kind === "sync-wait" && !entry.cost && call.op === "call") {
    const awaited = signAwaited(name, call, at, ns, evaluator);
    if ("threads" in awaited) sum.help = withHelp(sum.help, awaited);
    else addTime(sum, "wait", awaited);
    return;
  }
  const inVain = call.op === "call" ? waitedInVain(name, call, at, evaluator) : undefined;
  if (inVain) {
    sum.wait = add(sum.wait, inVain);
    return;
  }
  if (answersFromOwn.test(name)) sum.help = withHelp(sum.help, awaitedSign(zero));
  addTime(sum, "wait", ns);
}
