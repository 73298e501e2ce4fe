import type { Interval } from "../../base/interval.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { Value } from "../../program/operation.js";
import type { Activation, Argument } from "./activation.js";
import { constructionOf } from "./constructed.js";
import type { Evaluator } from "./evaluate.js";
import type { SizeBounds } from "./size-bounds.js";

/** What of an argument decides how long a function takes that it is given to, as a text that is the same where that is. */
export function argumentText(argument: Argument, evaluator: Evaluator, bounds: SizeBounds): string {
  const { value, in: at, how } = argument;
  const whole = how === "whole";
  const number = whole ? evaluator.number(value, at) : evaluator.elementNumber(value, at);
  const length = whole && !number ? evaluator.length(value, at) : undefined;
  const certain = whole ? bounds.length(value, at) : bounds.elementLength(value, at);
  const text = whole && !number ? textOf(argument, evaluator) : "";
  return `${amountText(number)}#${amountText(length)}${text}${certain ? `<=${certain.high}` : ""}`;
}

/** The same of a value. */
function sizeText(value: Value, at: Activation, evaluator: Evaluator, depth: number): string {
  const number = evaluator.number(value, at);
  if (number) return amountText(number);
  return `#${amountText(evaluator.length(value, at))}${textOf({ value, in: at, how: "whole" }, evaluator, depth)}`;
}

/** What of an argument that is no number decides which way a test goes, or what an object does. */
function textOf({ value, in: at }: Argument, evaluator: Evaluator, depth = 0): string {
  const text = evaluator.samples.exactText(value, at);
  return text === undefined ? itemsText(value, at, evaluator) + madeText(value, at, evaluator, depth) : JSON.stringify(text);
}

/** What an object of a class of the program was made of. */
export function madeText(value: Value, at: Activation, evaluator: Evaluator, depth = 0): string {
  const made = depth > 2 ? undefined : constructionOf(value, at, evaluator);
  if (!made) return "";
  const part = (given: Value): string => sizeText(given, made.in, evaluator, depth + 1);
  return ` of ${lastNameOf(made.call.callee)}(${made.call.arguments.map((argument) => part(argument.value)).join()})`;
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
