import type { Interval } from "../base/interval.js";
import type { Value } from "../program/operation.js";
import { constructionOf } from "./constructed.js";
import type { Activation, Argument, Evaluator } from "./evaluate.js";

/** What of a value decides how long what is done with it takes, as a text that is the same where that is. */
function sizeText(value: Value, at: Activation, evaluator: Evaluator, depth: number): string {
  const number = evaluator.number(value, at);
  if (number) return amountText(number);
  return `#${amountText(evaluator.length(value, at))}${textOf({ value, in: at, how: "whole" }, evaluator, depth)}`;
}

/** What of an argument that is no number decides which way a test goes, or what an object does. */
export function textOf({ value, in: at }: Argument, evaluator: Evaluator, depth = 0): string {
  const text = evaluator.samples.exactText(value, at);
  return text === undefined ? itemsText(value, at, evaluator) + madeText(value, at, evaluator, depth) : JSON.stringify(text);
}

/** What an object of a class of the program was made of. */
export function madeText(value: Value, at: Activation, evaluator: Evaluator, depth = 0): string {
  const made = depth > 2 ? undefined : constructionOf(value, at, evaluator);
  if (!made) return "";
  const part = (given: Value): string => sizeText(given, made.in, evaluator, depth + 1);
  return ` of (${made.call.arguments.map((argument) => part(argument.value)).join()})`;
}

/** The numbers and texts of a short tuple that is written out. */
function itemsText(value: Value, at: Activation, evaluator: Evaluator): string {
  if (value.op !== "display" || value.makes !== "tuple" || value.elements.length > 8) return "";
  const part = (element: Value): string => {
    const number = evaluator.number(element, at);
    return number ? amountText(number) : JSON.stringify(evaluator.samples.exactText(element, at) ?? "?");
  };
  return `(${value.elements.map(part).join()})`;
}

/** An amount as such a text. */
export function amountText(amount: Interval | undefined): string {
  return amount ? `${amount.low}..${amount.likely}..${amount.high}` : "?";
}
