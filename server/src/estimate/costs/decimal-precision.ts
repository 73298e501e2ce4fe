import { type Interval, scale } from "../../base/interval.js";
import type { CallCost } from "../../knowledge/evaluate.js";
import type { FunctionFacts } from "../../program/facts.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, ComputeOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { sameName } from "../values/value-shapes.js";

/*
 * What the precision of a context does to the cost of decimals: entries tell it for the usual 28 digits. CPython 3.11, against that: at 100 digits a product of
 * two numbers with all digits 3 times as much, at 1 000 digits 230 times, at 10 000 digits 7 200 times; quotients 3, 120 and 11 000 times, roots 6, 270 and
 * 26 000 times, `exp` at 1 000 digits 1 800 times, a whole power of a number with all digits 105 times, and 950 times at 3 000 digits; sums, whole powers
 * of ten, and products with a small integer, 2 to 6 times at 1 000 digits and 13 to 30 times at 10 000.
 */

/** The cost of a call or an operator as knowledge tells it, at the precision that the program sets. */
export function atPrecision(
  name: string,
  operation: CallOperation | ComputeOperation,
  at: Activation,
  evaluator: Evaluator,
  cost: CallCost,
): CallCost {
  if (!name.startsWith("decimal.Decimal.")) return cost;
  const digits = precisionOf(at, evaluator);
  if (digits === undefined || digits <= usualDigits) return cost;
  const factor = factorOf(name.slice("decimal.Decimal.".length), digits, operation, at, evaluator);
  const longer = (ns: Interval): Interval => scale(ns, factor);
  return { ...cost, interpreterNs: longer(cost.interpreterNs), nativeNs: longer(cost.nativeNs) };
}

const usualDigits = 28;

function factorOf(
  method: string,
  digits: number,
  operation: CallOperation | ComputeOperation,
  at: Activation,
  evaluator: Evaluator,
): number {
  const more = digits / usualDigits;
  const [left, right] = operation.op === "compute" ? operation.operands : [];
  if (method === "__pow__" && left && right && isWhole(right, at, evaluator))
    return isPowerOfTen(left, at, evaluator) ? 1 + digits / 850 : more ** 1.6;
  if (/^(exp|ln|log10|__r?pow__)$/.test(method)) return more ** 2.1;
  if (method === "sqrt") return more ** 1.55;
  if (!/^__r?(mul|truediv|floordiv|mod)__$/.test(method)) return 1 + digits / 850;
  // Series take terms times and by small integers; that both have all digits is only seen where one is multiplied by itself, or by a root.
  const isLong = left && right && (sameName(left, right) || (isRoot(left, at, evaluator) && isRoot(right, at, evaluator)));
  return isLong ? more ** 1.5 : 1 + digits / 250;
}

/** The usual limit of a series, `Decimal(10) ** -digits`: its power is exact, and has no more than one digit that is no zero. */
function isPowerOfTen(value: Value, at: Activation, evaluator: Evaluator): boolean {
  const powerOfTen = (each: Value, in_: Activation): true | undefined => {
    const [given] = each.op === "call" && evaluator.externalNames(each, in_)[0] === "decimal.Decimal" ? each.arguments : [];
    return given?.value.op === "constant" && /^(10*|0?\.0*1|1[eE][-+]?\d+)$/.test(String(given.value.value)) ? true : undefined;
  };
  return (value.op === "read" ? evaluator.followWhole(value, at, powerOfTen) : powerOfTen(value, at)) === true;
}

function isWhole(value: Value, at: Activation, evaluator: Evaluator): boolean {
  if (value.op === "compute" && /^(u-|[-+*]|\/\/)$/.test(value.operator))
    return value.operands.every((each) => isWhole(each, at, evaluator));
  const number = evaluator.number(value, at);
  if (number) return Number.isInteger(number.low) && Number.isInteger(number.high);
  return evaluator.resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "builtins.int");
}

function isRoot(value: Value, at: Activation, evaluator: Evaluator): boolean {
  const root = (each: Value, in_: Activation): true | undefined =>
    each.op === "call" && /^decimal\.Decimal\.(sqrt|exp|ln|log10)$/.test(evaluator.externalNames(each, in_)[0] ?? "") ? true : undefined;
  return (value.op === "read" ? evaluator.followWhole(value, at, root) : root(value, at)) === true;
}

/** The precision that a function on the way to this one sets, or its module. */
function precisionOf(at: Activation, evaluator: Evaluator): number | undefined {
  for (let activation: Activation | undefined = at; activation; activation = activation.caller) {
    const found = setIn(activation.function);
    const digits = found && evaluator.number(found, activation);
    if (digits) return digits.likely;
  }
  const module = at.function.file.functionAt(0);
  const found = module && setIn(module);
  return found && module && evaluator.number(found, bareActivation(module))?.likely;
}

/** What a function sets the precision to: `getcontext().prec = 50`, `localcontext(prec=50)`. */
function setIn(node: FunctionNode): Value | undefined {
  const known = setBy.get(node.facts);
  if (known) return known.value;
  let value: Value | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write" && operation.place.kind === "attribute" && operation.place.name === "prec" && operation.form === "assign")
      value ??= operation.value;
    else if (operation.op === "call") value ??= operation.arguments.find(({ name }) => name === "prec")?.value;
  });
  setBy.set(node.facts, { value });
  return value;
}

const setBy = new WeakMap<FunctionFacts, { readonly value: Value | undefined }>();
