import { contains } from "../../base/range.js";
import type { LoopOperation, ReadOperation, Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { loopsIn } from "./loops.js";

/**
 * What a variable of the function may hold where it is read. Inside a loop that hands out its elements under that name they are what it holds,
 * and the variables of a comprehension are nobody else's: names such as `row` come again and again in one function.
 */
export function boundWhereRead(node: FunctionNode, name: string, read: ReadOperation): readonly Value[] {
  const bound = node.bound(name) ?? [];
  if (bound.length < 2) return bound;
  const homes = bound.map((value) => loopThatBinds(value, node));
  const around = homes.flatMap((loop) => (loop && isInside(read, loop) ? [loop] : []));
  const [inner] = around.sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  if (inner) {
    const isOnly = bound.every(
      (value, index) => homes[index] === inner || !contains(inner, value) || homes[index]?.form === "comprehension",
    );
    if (isOnly) return bound.filter((_, index) => homes[index] === inner);
  }
  const others = bound.filter((_, index) => homes[index]?.form !== "comprehension");
  return others.length > 0 ? others : bound;
}

/** The loop whose variable the value is given to. */
function loopThatBinds(value: Value, node: FunctionNode): LoopOperation | undefined {
  const element = elementIn(value);
  if (!element) return undefined;
  let found: LoopOperation | undefined;
  for (const loop of loopsIn(node)) {
    if (loop.form === "while" || loop.iterable?.start !== element.iterable.start || loop.iterable.end !== element.iterable.end) continue;
    if (contains(loop, value)) found = loop;
  }
  return found;
}

function elementIn(value: Value): Extract<Value, { op: "element-of" }> | undefined {
  if (value.op === "item-of") return elementIn(value.value);
  return value.op === "element-of" ? value : undefined;
}

/** What a loop runs over is evaluated before it has given anything to its variable. */
function isInside(read: ReadOperation, loop: LoopOperation): boolean {
  return contains(loop, read) && !(loop.iterable && contains(loop.iterable, read));
}
