import { exactly, interval } from "../../base/interval.js";
import type { Value } from "../../program/operation.js";
import { type Activation, activationOfCall } from "./activation.js";
import { type Amount, combine, hullOfEach, mapAmount } from "./amount.js";
import { constantIn } from "./constant-arguments.js";
import type { Evaluator } from "./evaluate.js";
import { coreCounts } from "./sized-calls.js";
import { sizeOfFormat } from "./struct-formats.js";

/*
 * The numbers that arithmetic and calls give, of what is known of their operands and arguments.
 */

/** The number that an operator makes of two numbers. */
export function arithmeticNumber(operator: string, operands: readonly Value[], at: Activation, evaluator: Evaluator): Amount {
  const [first, second] = operands;
  if (!first) return undefined;
  const left = evaluator.number(first, at);
  if (operator === "u-") return mapAmount(left, (value) => -value);
  if (operator === "+" && !second) return left;
  if (!second) return undefined;
  if (!left) return remainder(operator, second, at, evaluator);
  const right = evaluator.number(second, at);
  switch (operator) {
    case "+":
      return combine(left, right, (a, b) => a + b);
    case "-":
      return combine(left, right, (a, b) => a - b);
    case "*":
      return combine(left, right, (a, b) => a * b);
    case "/":
      return combine(left, right, (a, b) => a / b);
    case "//":
      return combine(left, right, (a, b) => Math.floor(a / b));
    case "**":
      return combine(left, right, (a, b) => a ** b);
    case "%":
      return right && right.low > 0
        ? left.low === left.high && right.low === right.high
          ? exactly(((left.low % right.low) + right.low) % right.low)
          : interval(0, (right.likely - 1) / 2, right.high - 1)
        : undefined;
    case "<<":
      return combine(left, right, (a, b) => a * 2 ** b);
    case ">>":
      return combine(left, right, (a, b) => Math.floor(a / 2 ** b));
    default:
      return undefined;
  }
}

/** `n % 4` and `flags & 7` of a number that may be any. */
function remainder(operator: string, by: Value, at: Activation, evaluator: Evaluator): Amount {
  const most = operator === "%" || (operator === "&" && by.op === "constant") ? evaluator.number(by, at) : undefined;
  if (!most || most.low < 1) return undefined;
  const last = operator === "%" ? most.high - 1 : most.high;
  return interval(0, last / 2, last);
}

/** The number that a call returns: of a built-in function, the machine's cores, or what a function of the program computes. */
export function calledNumber(call: Extract<Value, { op: "call" }>, at: Activation, evaluator: Evaluator): Amount {
  const [name] = evaluator.externalNames(call, at);
  if (name && coreCounts.has(name)) return evaluator.cores === undefined ? undefined : exactly(evaluator.cores);
  const argument = (index: number): Value | undefined => call.arguments[index]?.value;
  const first = argument(0);
  switch (name) {
    case "builtins.len":
      return first && (evaluator.rowCount(first, at) ?? evaluator.length(first, at));
    case "builtins.int":
    case "math.floor":
      return first && mapAmount(evaluator.number(first, at), Math.floor);
    case "math.ceil":
      return first && mapAmount(evaluator.number(first, at), Math.ceil);
    case "builtins.round":
      return first && mapAmount(evaluator.number(first, at), Math.round);
    case "builtins.float":
      return first && evaluator.number(first, at);
    case "builtins.abs":
      return first && mapAmount(evaluator.number(first, at), Math.abs);
    case "struct.calcsize":
      return sizeOfFormat(constantIn(first, at, evaluator));
    case "math.sqrt":
    case "math.isqrt":
      return first && mapAmount(evaluator.number(first, at), (value) => Math.sqrt(Math.max(0, value)));
    case "builtins.min":
    case "builtins.max": {
      const numbers = call.arguments.map((each) => evaluator.number(each.value, at));
      if (numbers.length < 2) return undefined;
      return numbers.reduce((a, b) => combine(a, b, name === "builtins.min" ? Math.min : Math.max));
    }
    default:
      break;
  }
  const [callee] = evaluator.resolver.callees(call, at.function);
  if (!callee || callee.function.head.isGenerator || callee.function.returned.length > mostReturned) return undefined;
  const inner = activationOfCall(callee.function, call, at, callee.receiver !== undefined);
  return hullOfEach(callee.function.returned, (value) => evaluator.number(value, inner));
}

const mostReturned = 6;
