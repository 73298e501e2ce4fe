import type { BranchOperation, ConstantValue, Value } from "../../operation.js";

/** What a walk knows of the values on its way. */
export interface KnownValues {
  /** How a constant or a variable comes out as a test; undefined if that is open. */
  readonly holds: (value: Value) => boolean | undefined;
  /** Whether the value is the constant; undefined if that is open. */
  readonly equals: (value: Value, constant: ConstantValue) => boolean | undefined;
}

/** How the test of a branch comes out, as far as what is known decides it: `if locked:` where the caller wrote `locked=True`. */
export function decided({ test, start }: BranchOperation, known: KnownValues): boolean | undefined {
  // `a and f()` and `a or f()` look alike.
  return test && test.start !== start ? truthOf(test, known) : undefined;
}

function truthOf(test: Value, known: KnownValues): boolean | undefined {
  if (test.op === "constant" || test.op === "read") return known.holds(test);
  if (test.op === "choice" && (test.by === "and" || test.by === "or")) {
    const outcomes = test.values.map((value) => truthOf(value, known));
    const decisive = test.by === "or";
    if (outcomes.includes(decisive)) return decisive;
    return outcomes.includes(undefined) ? undefined : !decisive;
  }
  if (test.op !== "compute") return undefined;
  const [left, right] = test.operands;
  if (test.operator === "not") {
    const inner = left && truthOf(left, known);
    return inner === undefined ? undefined : !inner;
  }
  const isEqual = left && right?.op === "constant" ? known.equals(left, right) : undefined;
  if (isEqual === undefined) return undefined;
  if (test.operator === "is" || test.operator === "==") return isEqual;
  return test.operator === "is not" || test.operator === "!=" ? !isEqual : undefined;
}
