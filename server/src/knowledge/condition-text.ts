import { unreachable } from "../base/unreachable.js";
import type { Condition } from "./condition.js";
import type { ValuePlace } from "./entry.js";

/** The condition as a clause for sentences: "`data` is 2048 bytes or more". */
export function conditionText(condition: Condition): string {
  switch (condition.test) {
    case "bytes":
    case "elements":
      return `${placeText(condition.of)} ${rangeText(condition.test, condition.atLeast, condition.below)}`;
    case "given":
      return `${placeText(condition.of)} is given`;
    case "equals":
      return `${placeText(condition.of)} is ${literalText(condition.value)}`;
    case "contains":
      return `${placeText(condition.of)} contains "${condition.part}"`;
    case "type":
      return `${placeText(condition.of)} is ${listText(condition.in)}`;
    case "dtype":
      return `${placeText(condition.of)} has ${listText(condition.in)} elements`;
    case "callback":
      return condition.is === "python"
        ? `${placeText(condition.of)} is a Python function`
        : `${placeText(condition.of)} is not a Python function`;
    case "python":
      return `the interpreter is ${versionsText(condition.from, condition.before)}`;
    case "package-version":
      return `the installed version is ${versionsText(condition.from, condition.before)}`;
    case "platform":
      return `it runs on ${listText(condition.in)}`;
    case "implementation":
      return `the interpreter is ${listText(condition.in)}`;
    case "build":
      return condition.is === "gil" ? "the build has a GIL" : "the build is free-threaded";
    case "at-run-time":
      return condition.what;
    case "not":
      return `not (${conditionText(condition.condition)})`;
    case "any":
      return listText(condition.conditions.map(conditionText));
    default:
      return unreachable(condition);
  }
}

/** The clause that says the opposite: "`data` has fewer than 2048 bytes". */
export function denialText(condition: Condition): string {
  switch (condition.test) {
    case "bytes":
    case "elements":
      // The opposite of a range is a range again only if one end is open.
      if (condition.atLeast !== undefined && condition.below !== undefined) break;
      return `${placeText(condition.of)} ${rangeText(condition.test, condition.below, condition.atLeast)}`;
    case "given":
      return `${placeText(condition.of)} is not given`;
    case "equals":
      return `${placeText(condition.of)} is not ${literalText(condition.value)}`;
    case "contains":
      return `${placeText(condition.of)} does not contain "${condition.part}"`;
    case "type":
      return `${placeText(condition.of)} is not ${listText(condition.in)}`;
    case "dtype":
      return `${placeText(condition.of)} has no ${listText(condition.in)} elements`;
    case "callback":
      return conditionText({ ...condition, is: condition.is === "python" ? "native" : "python" });
    case "build":
      return conditionText({ ...condition, is: condition.is === "gil" ? "free-threaded" : "gil" });
    case "python":
      return `the interpreter is not ${versionsText(condition.from, condition.before)}`;
    case "package-version":
      return `the installed version is not ${versionsText(condition.from, condition.before)}`;
    case "platform":
    case "implementation":
    case "at-run-time":
    case "any":
      break;
    case "not":
      return conditionText(condition.condition);
    default:
      return unreachable(condition);
  }
  return `it is not so that ${conditionText(condition)}`;
}

/** The value as sentences name it: its keyword in code marks, else "argument 1". */
export function placeText(place: ValuePlace): string {
  if (place === "receiver") return "the object";
  return place.keyword === undefined ? `argument ${(place.position ?? 0) + 1}` : `\`${place.keyword}\``;
}

function rangeText(unit: "bytes" | "elements", atLeast: number | undefined, below: number | undefined): string {
  if (atLeast === undefined) return `has fewer than ${below} ${unit}`;
  return below === undefined ? `has ${atLeast} ${unit} or more` : `has ${atLeast} to ${below - 1} ${unit}`;
}

function versionsText(from: string | undefined, before: string | undefined): string {
  if (from === undefined) return `older than ${before}`;
  return before === undefined ? `${from} or later` : `${from} or later and older than ${before}`;
}

function literalText(literal: string | number | boolean | null): string {
  if (literal === null) return "None";
  if (typeof literal === "boolean") return literal ? "True" : "False";
  return JSON.stringify(literal);
}

function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} or ${items.at(-1)}`;
}
