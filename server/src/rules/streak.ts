import { lastNameOf } from "../program/link/last-name.js";
import type { Access } from "../program/link/moments.js";
import { innerValues, someValue, walkOperations } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";
import { isHarmless } from "./checked-act.js";

/**
 * Whether an update counts a streak: failures in a row, say, that are counted up, set back to a constant once something works, and only compared with a
 * limit. One that is lost means one try more or less. `others`: all that is done to the same state.
 */
export function countsStreak({ operation, function: { file, facts } }: Access): boolean {
  if (operation.op !== "write" || operation.form !== "update" || operation.place.kind !== "attribute" || facts.class === undefined)
    return false;
  const { name } = operation.place;
  if (!streaks.test(name)) return false;
  const isIt = (value: Value): boolean => value.op === "read" && value.place.kind === "attribute" && value.place.name === name;
  const harmless = new Set<number>();
  const reads = new Set<number>();
  let isSetBack = false;
  let isOther = false;
  const noteIn = (value: Value): void => {
    someValue(value, (inner) => {
      if (isIt(inner)) harmless.add(inner.start);
      return false;
    });
  };
  const compared = (value: Value): void => {
    someValue(value, (inner) => {
      if (inner.op === "compute" && /^(<|>|<=|>=|==|!=)$/.test(inner.operator)) noteIn(inner);
      return false;
    });
  };
  for (const node of file.functions) {
    walkOperations(node.facts.body, (each) => {
      if (each.op === "read" && isIt(each)) reads.add(each.start);
      if (each.op === "branch" && each.test) compared(each.test);
      if (each.op === "loop" && each.test) compared(each.test);
      if (each.op === "compute") compared(each);
      if (each.op === "call" && isHarmless(each.callee) && !/^(str|repr|int|float|get|items|values|max|min)$/.test(lastNameOf(each.callee)))
        for (const { value } of each.arguments) noteIn(value);
      if (each.op !== "write" || each.place.kind !== "attribute" || each.place.name !== name) return;
      if (each.form === "update") {
        isOther ||= each.value?.op !== "compute" || each.value.operator.startsWith("-");
        if (each.value) for (const inner of innerValues(each.value)) noteIn(inner);
      } else if (each.value?.op !== "constant") isOther = true;
      else isSetBack ||= node.head.name !== "__init__";
    });
  }
  return isSetBack && !isOther && [...reads].every((start) => harmless.has(start));
}

const streaks = /fail|error|retr(y|ies)|attempt|miss|strike|timeout|consecutive|backoff/i;
