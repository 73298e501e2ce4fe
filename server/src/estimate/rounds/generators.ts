import { exactly, interval } from "../../base/interval.js";
import { boundWhereRead } from "../../program/link/resolution/loop-variables.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { endsIn, leaving } from "../../program/link/state/compound.js";
import { walkOperations } from "../../program/link/walk.js";
import type { BranchOperation, CallOperation, Operation, Value, YieldOperation } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import { type Amount, combine } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";

/** How often, of all times, each arm of a branch is taken, and whether samples told that. */
interface Shares {
  readonly shares: readonly number[];
  readonly known: boolean;
}

/**
 * How often each arm of a branch is taken: as samples of what decides tell, else all alike, but for errors, which are taken not to happen.
 * Whoever leaves a loop of so many `rounds` does it in one of them.
 */
export function sharesOf(branch: BranchOperation, at: Activation, evaluator: Evaluator, rounds?: number): Shares {
  const { test, arms } = branch;
  const { observed } = evaluator;
  const seen = observed?.share(branch, at);
  if (observed && seen !== undefined) {
    // Of one call of several that are given different things, the code may say more than an average does.
    const read = test && evaluator.samples.share(test, at);
    const isTold = read === 0 || read === 1 || (read !== undefined && observed.isPart);
    const share = isTold && !observed.saysMore(at.function, exactly(read ?? seen)) ? read : seen;
    return { shares: [share, 1 - share], known: true };
  }
  const left = rounds === undefined ? [] : arms.map((arm) => leavesLoop(arm));
  if (rounds !== undefined && left.includes(true) && left.includes(false)) {
    // Of few rounds nobody knows in which of them; most loops are left after something was done.
    const once = 1 / Math.max(2, rounds);
    const count = left.filter((leaves) => leaves).length;
    return { shares: left.map((leaves) => (leaves ? once / count : (1 - once) / (arms.length - count))), known: rounds > fewRounds };
  }
  const share = test && arms.length === 2 ? (evaluator.samples.share(test, at) ?? pairedShare(test, at, evaluator)) : undefined;
  if (share !== undefined) return { shares: [share, 1 - share], known: true };
  const usual = arms.filter((arm) => !raises(arm)).length;
  return { shares: arms.map((arm) => (usual === 0 ? 1 / arms.length : raises(arm) ? 0 : 1 / usual)), known: false };
}

/** How often the variables of two loops over the same things are the same: `if other is not body`, `if row == column`. */
function pairedShare(test: Value, at: Activation, evaluator: Evaluator): number | undefined {
  if (test.op !== "compute" || !/^(is|is not|==|!=)$/.test(test.operator)) return undefined;
  const [one, other] = test.operands.map((operand) => loopedOver(operand, at));
  if (!one || !other || one === other || test.operands.length !== 2) return undefined;
  const [many, few] = [evaluator.length(one, at), evaluator.length(other, at)];
  if (!many || !few || many.low !== few.low || many.high !== few.high || many.low < 1) return undefined;
  const same = 1 / many.likely;
  return test.operator === "is" || test.operator === "==" ? same : 1 - same;
}

/** What the loop goes over whose variable the value is. */
function loopedOver(value: Value, at: Activation): Value | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== at.function.index) return undefined;
  const [bound, ...others] = boundWhereRead(at.function, value.place.name, value);
  return bound?.op === "element-of" && others.length === 0 ? bound.iterable : undefined;
}

const fewRounds = 12;

/** How often what follows runs, of all times that something does. */
export interface Staying {
  readonly share: number;
  readonly known: boolean;
}

/** What is left of the arms once those are gone that leave the block: `if not rows: return`, `if row.hidden: continue`. */
export function stayingShare(arms: readonly (readonly Operation[])[], { shares, known }: Shares): Staying {
  const share = arms.reduce((sum, arm, index) => sum + (leavesBlock(arm) ? 0 : (shares[index] ?? 0)), 0);
  return { share, known };
}

/** The same of a block whose branches may leave it, and with it those that it stands in: `with lock: if key in cache: return cache[key]`. */
export function stayingAfter(block: readonly Operation[], at: Activation, evaluator: Evaluator, rounds?: number): Staying {
  let share = 1;
  let isKnown = true;
  for (const operation of block) {
    const own =
      operation.op === "branch"
        ? stayingShare(operation.arms, sharesOf(operation, at, evaluator, rounds))
        : operation.op === "with"
          ? stayingAfter(operation.body, at, evaluator, rounds)
          : leaving.has(operation.op)
            ? { share: 0, known: true }
            : undefined;
    if (!own || own.share >= 1) continue;
    share *= own.share;
    isKnown &&= own.known;
  }
  return { share, known: isKnown };
}

function raises(arm: readonly Operation[]): boolean {
  return arm[arm.length - 1]?.op === "raise";
}

/** Whether what stands behind the operations in their block never runs after them. */
function leavesBlock(operations: readonly Operation[]): boolean {
  return endsIn(operations, leaving, "has a case for everything");
}

function leavesLoop(operations: readonly Operation[]): boolean {
  return endsIn(operations, endingLoop, "has a case for everything");
}

const endingLoop: ReadonlySet<Operation["op"]> = new Set(["return", "break"]);

/** How many elements a generator function hands out in one activation. */
export function yieldCount(operations: readonly Operation[], at: Activation, evaluator: Evaluator): Amount {
  return totalOver(operations, at, evaluator, (operation) => {
    if (operation.op !== "yield") return nothing;
    return operation.isFrom ? operation.value && evaluator.length(operation.value, at) : exactly(1);
  });
}

/** What operations add up to that each count for so much, as often as they run; undefined where that cannot be told of one that counts. */
export function totalOver(
  operations: readonly Operation[],
  at: Activation,
  evaluator: Evaluator,
  amountOf: (operation: Operation) => Amount,
): Amount {
  let total: Amount = nothing;
  const plus = (amount: Amount): void => {
    total = combine(total, amount, (a, b) => a + b);
  };
  for (const operation of operations) {
    switch (operation.op) {
      case "loop": {
        const inside = totalOver(operation.body, at, evaluator, amountOf);
        if (inside && inside.high === 0) break;
        const { count, known } = evaluator.trips(operation, at);
        plus(known === "known" ? combine(inside, count, (a, b) => a * b) : undefined);
        break;
      }
      case "branch": {
        const arms = operation.arms.map((arm) => totalOver(arm, at, evaluator, amountOf));
        const known = arms.flatMap((arm) => arm ?? []);
        if (known.length < arms.length) return undefined;
        if (known.every(({ high }) => high === 0)) break;
        const { shares } = sharesOf(operation, at, evaluator);
        plus(
          interval(
            Math.min(...known.map(({ low }) => low)),
            known.reduce((sum, { likely }, index) => sum + likely * (shares[index] ?? 0), 0),
            Math.max(...known.map(({ high }) => high)),
          ),
        );
        break;
      }
      case "with":
      case "attempt":
        plus(totalOver(operation.body, at, evaluator, amountOf));
        break;
      default:
        plus(amountOf(operation));
    }
  }
  return total;
}

const nothing = exactly(0);

/** How many elements each of those has that a generator function hands out, where it does so in one place. */
export function yieldedLength(call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const generator = evaluator.generatorOf(call, at);
  const value = generator && onlyYield(generator.function.facts.body)?.value;
  if (!generator || !value) return undefined;
  const cut = cutFrom(value);
  const whole = cut && evaluator.length(cut, generator);
  const count = whole && yieldCount(generator.function.facts.body, generator, evaluator);
  // Pieces of one whole, from where the last one ended to where the next begins.
  if (whole && count) return combine(whole, count, (length, pieces) => length / Math.max(1, pieces));
  return evaluator.length(value, generator);
}

function onlyYield(body: readonly Operation[]): YieldOperation | undefined {
  const found: YieldOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "yield") found.push(operation);
  });
  return found.length === 1 && found[0]?.isFrom === false ? found[0] : undefined;
}

/** `data` of `data[start:stop]`, where both are names: how wide that is shows nowhere. */
function cutFrom(value: Value): Value | undefined {
  if (value.op !== "read" || value.place.kind !== "element") return undefined;
  const { index, object } = value.place;
  const [start, stop, step] = index.op === "compute" && index.operator === "slice" ? index.operands : [];
  return start?.op === "read" && stop?.op === "read" && (!step || step.op === "constant") ? object : undefined;
}

/** What runs for each element that `iter` hands out until one is the last: `iter(lambda: file.read(4096), b"")`. */
export function producerIn(iterable: Value, at: Activation, resolver: Resolver): Activation | undefined {
  if (iterable.op !== "call" || iterable.arguments.length !== 2) return undefined;
  if (resolver.externalCallees(iterable, at.function)[0] !== "builtins.iter") return undefined;
  const [first] = iterable.arguments;
  const found = first && resolver.resolve(first.value, at.function).find((entity) => entity.kind === "function");
  return found?.kind === "function" ? { ...bareActivation(found.function), caller: at } : undefined;
}
