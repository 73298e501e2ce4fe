import type { Operation, Value } from "../../operation.js";
import type { ClassNode, LinkedFile } from "../entity.js";
import type { Resolver } from "./resolver.js";

/** Methods of which the language calls the first that the object has, without a call in the text: `len(stack)`, `key in cache`, `cache[key] = 1`. */
export interface ImplicitCall {
  readonly object: Value;
  readonly methods: readonly string[];
}

/** What an operation calls so; what is iterated over is told by `iterationsOf`. */
export function implicitCall(operation: Operation): ImplicitCall | undefined {
  switch (operation.op) {
    case "call": {
      const { callee } = operation;
      const [first] = operation.arguments;
      if (callee.op !== "read" || callee.place.kind !== "name" || callee.place.owner >= 0 || first?.form !== "positional") return undefined;
      const methods = ofBuiltIns.get(callee.place.name);
      return methods && { object: first.value, methods };
    }
    case "compute": {
      const methods = ofOperators.get(operation.operator);
      const object = operation.operands[/^(not )?in$/.test(operation.operator) ? 1 : 0];
      return methods && object && { object, methods };
    }
    case "read":
      return operation.place.kind === "element" ? { object: operation.place.object, methods: ["__getitem__"] } : undefined;
    case "write":
      if (operation.place.kind !== "element") return undefined;
      return { object: operation.place.object, methods: [operation.form === "delete" ? "__delitem__" : "__setitem__"] };
    case "branch":
    case "loop":
      return operation.test && { object: operation.test, methods: forTruth };
    default:
      return undefined;
  }
}

const forTruth: readonly string[] = ["__bool__", "__len__"];

/** Whether objects of the class say themselves whether they count as true. */
export function decidesTruth(node: ClassNode, resolver: Resolver): boolean {
  return forTruth.some((name) => resolver.method(node, name) !== undefined);
}

const ofBuiltIns: ReadonlyMap<string, readonly string[]> = new Map([
  ["len", ["__len__"]],
  ["bool", forTruth],
  ["str", ["__str__", "__repr__"]],
  ["print", ["__str__", "__repr__"]],
  ["format", ["__format__", "__str__", "__repr__"]],
  ["repr", ["__repr__"]],
  ["hash", ["__hash__"]],
  ["reversed", ["__reversed__"]],
  ["int", ["__int__", "__index__"]],
  ["float", ["__float__"]],
]);

const ofOperators: ReadonlyMap<string, readonly string[]> = new Map([
  ["in", ["__contains__"]],
  ["not in", ["__contains__"]],
  ["not", forTruth],
  ["==", ["__eq__"]],
  ["!=", ["__ne__", "__eq__"]],
  ["<", ["__lt__"]],
  ["<=", ["__le__"]],
  [">", ["__gt__"]],
  [">=", ["__ge__"]],
  ["+", ["__add__"]],
  ["-", ["__sub__"]],
  ["*", ["__mul__"]],
  ["/", ["__truediv__"]],
]);

/** The methods of the language's own that classes of the file define. */
export function implicitMethodsIn(file: LinkedFile): ReadonlySet<string> {
  return file.derive("implicit methods", () => {
    const names = new Set<string>();
    for (const { facts } of file.functions) if (facts.class !== undefined && /^__\w+__$/.test(facts.name)) names.add(facts.name);
    return names;
  });
}
