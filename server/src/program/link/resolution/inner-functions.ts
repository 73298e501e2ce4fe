import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { parentOf } from "./resolver.js";

/** Whether the function is defined inside another one. */
export function isInner(node: FunctionNode): boolean {
  return parentOf(node)?.head.kind === "function";
}

/** Whether it is what the function around it returns, as decorators do: one text, but another function for each that is decorated. */
export function isHandedOut(node: FunctionNode): boolean {
  return isInner(node) && (parentOf(node)?.returned.some((value) => lastNameOf(value) === node.head.name) ?? false);
}
