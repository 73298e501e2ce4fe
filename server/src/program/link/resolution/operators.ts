import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { ComputeOperation, Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";

/** The method of a library's type that an operator runs: `a @ b` is `numpy.ndarray.__matmul__` where `a` is an array. */
export interface OperatorMethod {
  readonly name: string;
  readonly receiver: Value;
  readonly argument: Value;
}

/** The operators that types define, with the method of the left operand and that of the right one. */
const methods: ReadonlyMap<string, readonly [own: string, reflected: string]> = new Map([
  ["@", ["__matmul__", "__rmatmul__"]],
  ["+", ["__add__", "__radd__"]],
  ["-", ["__sub__", "__rsub__"]],
  ["*", ["__mul__", "__rmul__"]],
  ["/", ["__truediv__", "__rtruediv__"]],
  ["//", ["__floordiv__", "__rfloordiv__"]],
  ["%", ["__mod__", "__rmod__"]],
  ["**", ["__pow__", "__rpow__"]],
  ["&", ["__and__", "__rand__"]],
  ["|", ["__or__", "__ror__"]],
  ["^", ["__xor__", "__rxor__"]],
]);

/** The methods of the left operand and of the right one that an operator of arithmetic calls. */
export function operatorMethods(operator: string): readonly [own: string, reflected: string] | undefined {
  return methods.get(operator);
}

/** What `a + b` or `a += b` has of one of its operands: its elements, those of a generator in the list that they were added to. */
export function addedTo(operand: Entity): readonly Entity[] {
  if (operand.kind !== "container") return [];
  const { value } = operand;
  if (value.op !== "comprehension" || value.makes !== "generator") return [operand];
  const known = inLists.get(value) ?? { ...operand, value: { ...value, makes: "list" } };
  inLists.set(value, known);
  return [known];
}

/** What is known of a value is kept by the value, so that each generator becomes one list. */
const inLists = new WeakMap<Value, Entity>();

/** What the knowledge has for the operator on these operands; undefined for what built-in types and classes of the program do. */
export function operatorMethod(
  operation: ComputeOperation,
  within: FunctionNode,
  knowledge: Knowledge,
  resolve: (value: Value, within: FunctionNode) => readonly Entity[],
): OperatorMethod | undefined {
  const names = methods.get(operation.operator);
  const [left, right] = operation.operands;
  if (left && right && (operation.operator === "in" || operation.operator === "not in")) return methodOf(right, left, "__contains__");
  if (!names || !left || !right) return undefined;
  return methodOf(left, right, names[0]) ?? methodOf(right, left, names[1]);

  function methodOf(receiver: Value, argument: Value, method: string): OperatorMethod | undefined {
    if (receiver.op === "constant") return undefined;
    for (const entity of resolve(receiver, within)) {
      if (entity.kind !== "object" || entity.type.startsWith("builtins.")) continue;
      const name = `${entity.type}.${method}`;
      if (knowledge.callable(name)) return { name, receiver, argument };
    }
    return undefined;
  }
}
