import type { FunctionFacts } from "../program/facts.js";
import type { FunctionView } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import { functionView } from "../program/link/linked-file.js";
import type { Access } from "../program/link/moments.js";
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
  const uses = file.functions.flatMap((node) => node.view(usesOf(name)));
  const harmless = new Set(uses.filter(({ is }) => is === "harmless").map(({ at }) => at));
  return (
    uses.some(({ is }) => is === "set back") &&
    uses.every(({ is, at }) => is !== "otherwise changed" && (is !== "read" || harmless.has(at)))
  );
}

/** What a function does with an attribute of a name, and where. */
interface StreakUse {
  readonly is: "read" | "harmless" | "set back" | "otherwise changed";
  readonly at: number;
}

const usesByName = new Map<string, FunctionView<readonly StreakUse[]>>();

function usesOf(name: string): FunctionView<readonly StreakUse[]> {
  let view = usesByName.get(name);
  if (!view) {
    view = functionView((facts) => usesIn(facts, name));
    usesByName.set(name, view);
  }
  return view;
}

function usesIn({ body, name: within }: FunctionFacts, name: string): readonly StreakUse[] {
  const uses: StreakUse[] = [];
  const isIt = (value: Value): boolean => value.op === "read" && value.place.kind === "attribute" && value.place.name === name;
  const noteIn = (value: Value): void => {
    someValue(value, (inner) => {
      if (isIt(inner)) uses.push({ is: "harmless", at: inner.start });
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
    if (each.op === "read" && isIt(each)) uses.push({ is: "read", at: each.start });
    if (each.op === "branch" && each.test) compared(each.test);
    if (each.op === "loop" && each.test) compared(each.test);
    if (each.op === "compute") compared(each);
    if (each.op === "call" && isHarmless(each.callee) && !/^(str|repr|int|float|get|items|values|max|min)$/.test(lastNameOf(each.callee)))
      for (const { value } of each.arguments) noteIn(value);
    if (each.op !== "write" || each.place.kind !== "attribute" || each.place.name !== name) return;
    if (each.form === "update") {
      if (each.value?.op !== "compute" || each.value.operator.startsWith("-")) uses.push({ is: "otherwise changed", at: each.start });
      if (each.value) for (const inner of innerValues(each.value)) noteIn(inner);
    } else if (each.value?.op !== "constant") uses.push({ is: "otherwise changed", at: each.start });
    else if (within !== "__init__") uses.push({ is: "set back", at: each.start });
  });
  return uses;
}

const streaks = /fail|error|retr(y|ies)|attempt|miss|strike|timeout|consecutive|backoff/i;
