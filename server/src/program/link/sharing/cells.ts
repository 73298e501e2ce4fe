import { type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { parentOf } from "../resolution/resolver.js";

/** Of a location or way that starts with a local variable, `cell …`: the key of the function whose variable it is; see `functionKey`. */
export function ownerOfCell(location: string): string | undefined {
  return /^cell (.*#\d+) /.exec(location)?.[1];
}

/** The function that a key stands for. */
export function functionOfKey(key: string, program: Program): FunctionNode | undefined {
  const end = key.lastIndexOf("#");
  return program.file(key.slice(0, end))?.functionAt(Number(key.slice(end + 1)));
}

/** Whether the function with that key is this one or stands around it. */
export function isWithin(node: FunctionNode | undefined, key: string): boolean {
  for (let around = node; around; around = parentOf(around)) if (functionKey(around) === key) return true;
  return false;
}
