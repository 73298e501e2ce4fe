import type { Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";

type GivenArguments = ReadonlyMap<string, { readonly value: Value; readonly in: FunctionNode; readonly how: "whole" | "element" }>;

/** What spawns give to each function. */
export type Given = ReadonlyMap<FunctionNode, readonly { readonly values: GivenArguments }[]>;

/** Whether the same spawns are known to give the same. */
export function sameGiven(a: ReturnType<Given["get"]>, b: ReturnType<Given["get"]>): boolean {
  if (a?.length !== b?.length) return false;
  return (a ?? []).every((each, index) => sameArguments(each.values, b?.[index]?.values ?? new Map()));
}

function sameArguments(a: GivenArguments, b: GivenArguments): boolean {
  if (a.size !== b.size) return false;
  for (const [name, given] of a) {
    const other = b.get(name);
    if (given.value !== other?.value || given.in !== other.in || given.how !== other.how) return false;
  }
  return true;
}
