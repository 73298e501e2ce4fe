import type { Access } from "../program/link/activity/moments.js";
import { lastNameOf } from "../program/link/last-name.js";
import { functionView } from "../program/link/linked-file.js";
import { innerValues, someValue, walkOperations } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";
import { isHarmless } from "./checked-act.js";

/**
 * Whether an update counts a streak: failures in a row, say, that are counted up, set back to a constant once something works, and only compared with a
 * limit. One that is lost means one try more or less. `others`: all that is done to the same state.
 */
export function countsStreak({ operation, function: { file, head } }: Access): boolean {
  if (operation.op !== "write" || operation.form !== "update" || operation.place.kind !== "attribute" || head.class === undefined)
    return false;
  const { name } = operation.place;
  if (!streaks.test(name)) return false;
  const uses = file.functions.flatMap((node) => node.view(streakUses).filter((each) => each.of === name));
  const harmless = new Set(uses.filter(({ is }) => is === "harmless").map(({ at }) => at));
  return (
    uses.some(({ is }) => is === "set back") &&
    uses.every(({ is, at }) => is !== "otherwise changed" && (is !== "read" || harmless.has(at)))
  );
}

/** What a function does with an attribute that is named like a streak, and where. */
interface StreakUse {
  readonly of: string;
  readonly is: "read" | "harmless" | "set back" | "otherwise changed";
  readonly at: number;
}

const streakUses = functionView(({ body, name: within }): readonly StreakUse[] => {
  const uses: StreakUse[] = [];
  const nameOf = (value: Value): string | undefined => {
    const name = value.op === "read" && value.place.kind === "attribute" ? value.place.name : "";
    return streaks.test(name) ? name : undefined;
  };
  const note = (is: StreakUse["is"], of: string | undefined, at: number): void => {
    if (of !== undefined) uses.push({ of, is, at });
  };
  /** `only`: of that name alone. */
  const noteIn = (value: Value, only?: string): void => {
    someValue(value, (inner) => {
      const name = nameOf(inner);
      if (only === undefined || name === only) note("harmless", name, inner.start);
      return false;
    });
  };
  const compared = (value: Value): void => {
    someValue(value, (inner) => {
      if (inner.op === "compute" && /^(<|>|<=|>=|==|!=)$/.test(inner.operator)) noteIn(inner);
      return false;
    });
  };
  walkOperations(body, (each) => {
    if (each.op === "read") note("read", nameOf(each), each.start);
    if (each.op === "branch" && each.test) compared(each.test);
    if (each.op === "loop" && each.test) compared(each.test);
    if (each.op === "compute") compared(each);
    if (each.op === "call" && isHarmless(each.callee) && !/^(str|repr|int|float|get|items|values|max|min)$/.test(lastNameOf(each.callee)))
      for (const { value } of each.arguments) noteIn(value);
    if (each.op !== "write" || each.place.kind !== "attribute" || !streaks.test(each.place.name)) return;
    const { name } = each.place;
    if (each.form === "update") {
      if (each.value?.op !== "compute" || each.value.operator.startsWith("-")) note("otherwise changed", name, each.start);
      if (each.value) for (const inner of innerValues(each.value)) noteIn(inner, name);
    } else if (each.value?.op !== "constant") note("otherwise changed", name, each.start);
    else if (within !== "__init__") note("set back", name, each.start);
  });
  return uses;
});

const streaks = /fail|error|retr(y|ies)|attempt|miss|strike|timeout|consecutive|backoff/i;
