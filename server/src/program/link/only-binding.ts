import type { Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";

/** What a variable of the function is bound to, if that is one thing wherever it is read: no argument, and nothing that another function puts there. */
export function onlyBinding(name: string, node: FunctionNode): Value | undefined {
  const { rebound, parameters } = node.head;
  const [only, ...others] = node.bound(name) ?? [];
  return others.length === 0 && !rebound.has(name) && !parameters.some((parameter) => parameter.name === name) ? only : undefined;
}
