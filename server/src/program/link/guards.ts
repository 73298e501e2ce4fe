import { indexed } from "../../base/indexed.js";
import type { Range } from "../../base/range.js";
import { contains } from "../../base/range.js";
import { firstFrom } from "../../base/sorted.js";
import type { Operation, Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { isNone, leaves } from "./state/compound.js";
import { someValue, walkOperations } from "./walk.js";

/** Whether a test asks by which name its module was started: `if __name__ == "__main__":`. */
export function asksModuleName(test: Value): boolean {
  return someValue(test, (value) => value.op === "read" && value.place.kind === "name" && value.place.name === "__name__");
}

/** The tests that decide whether a function gets to a place: of branches around it, and of those before it of which one arm leaves. */
export function testsBefore(node: FunctionNode, place: Range): readonly Value[] {
  const tests: Value[] = [];
  collect(node.facts.body, place, tests);
  return tests;
}

function collect(list: readonly Operation[], place: Range, tests: Value[]): void {
  const behind = firstFrom(list, place.end);
  for (const { operation, index } of compoundIn(list)) {
    if (index >= behind) return;
    const isInside = contains(operation, place);
    switch (operation.op) {
      case "branch":
        if (!isInside) {
          if (operation.test && operation.end <= place.start && operation.arms.some(leaves)) tests.push(operation.test);
          break;
        }
        if (operation.test && operation.arms.some((arm) => arm.some((each) => contains(each, place)))) tests.push(operation.test);
        for (const arm of operation.arms) collect(arm, place, tests);
        break;
      case "loop":
      case "with":
        if (isInside) collect(operation.body, place, tests);
        break;
      case "attempt":
        if (!isInside) break;
        for (const part of [operation.body, ...operation.handlers, operation.otherwise, operation.final]) collect(part, place, tests);
        break;
    }
  }
}

/** The operations of a list that have others in them, with their places. */
const compoundIn = indexed((list: readonly Operation[]) =>
  list.flatMap((operation, index) =>
    operation.op === "branch" || operation.op === "loop" || operation.op === "with" || operation.op === "attempt"
      ? [{ operation, index }]
      : [],
  ),
);

/** Whether the place is in the arm of a branch in which an attribute of that name is known to hold None: `if self.loop is None: …`. */
export function standsWhereNone({ facts }: FunctionNode, place: Range, name: string): boolean {
  let isThere = false;
  walkOperations(facts.body, (operation) => {
    if (isThere || operation.op !== "branch" || !operation.test) return;
    const none = armOfNone(operation.test, name);
    isThere = none !== undefined && (operation.arms[none] ?? []).some((each) => contains(each, place));
  });
  return isThere;
}

/** The arm that runs where the attribute holds None, as a test of it says. */
function armOfNone(test: Value, name: string): 0 | 1 | undefined {
  if (test.op === "read") return test.place.kind === "attribute" && test.place.name === name ? 1 : undefined;
  if (test.op !== "compute") return undefined;
  const [left, right] = test.operands;
  const isIt = left?.op === "read" && left.place.kind === "attribute" && left.place.name === name;
  if (!isIt || !/^(not|is|is not|==|!=)$/.test(test.operator) || (right !== undefined && !isNone(right))) return undefined;
  return test.operator === "is not" || test.operator === "!=" ? 1 : 0;
}
