import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import { Nesting } from "../../../base/nesting.js";
import { contains } from "../../../base/range.js";
import { firstAt } from "../../../base/sorted.js";
import type { LoopOperation, ReadOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { loopsIn } from "../loops.js";

/**
 * What a variable of the function may hold where it is read. Inside a loop that hands out its elements under that name they are what it holds,
 * and the variables of a comprehension are nobody else's: names such as `row` come again and again in one function.
 */
export function boundWhereRead(node: FunctionNode, name: string, read: ReadOperation): readonly Value[] {
  const bound = node.bound(name) ?? [];
  if (bound.length < 2) return bound;
  const { homes, byHome, others, inOrder } = homesIn(loopsIn(node))(bound);
  const around = homes.around(read).filter((loop) => isInside(read, loop));
  const [inner] = around.sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  if (!inner) return others;
  for (let index = firstAt(inOrder, inner.start, ({ value }) => value.start); index < inOrder.length; index++) {
    const { value, home } = inOrder[index] as Bound;
    if (value.start > inner.end) break;
    if (home !== inner && contains(inner, value)) return others;
  }
  return byHome.get(inner) ?? others;
}

/** A value that a variable is given outside of comprehensions, and the loop that gives it. */
interface Bound {
  readonly value: Value;
  readonly home: LoopOperation | undefined;
}

/** What a variable is given, by the loops of the function that give it; made once of each variable, which can be read as often as it is given something. */
const homesIn = indexed((loops: readonly LoopOperation[]) => {
  const byIterable = new Map<number, LoopOperation[]>();
  for (const loop of loops) if (loop.form !== "while" && loop.iterable) append(byIterable, loop.iterable.start, loop);
  return indexed((bound: readonly Value[]) => {
    const byHome = new Map<LoopOperation, Value[]>();
    const outside: Bound[] = [];
    for (const value of bound) {
      const home = loopThatBinds(value, byIterable);
      if (home) append(byHome, home, value);
      if (home?.form !== "comprehension") outside.push({ value, home });
    }
    const others = outside.length > 0 ? outside.map(({ value }) => value) : bound;
    const inOrder = [...outside].sort((a, b) => a.value.start - b.value.start);
    return { homes: new Nesting([...byHome.keys()]), byHome, others, inOrder };
  });
});

/** The loop whose variable the value is given to. */
function loopThatBinds(value: Value, byIterable: ReadonlyMap<number, readonly LoopOperation[]>): LoopOperation | undefined {
  const element = elementIn(value);
  const loops = element && byIterable.get(element.iterable.start);
  return loops?.findLast((loop) => loop.iterable?.end === element?.iterable.end && contains(loop, value));
}

function elementIn(value: Value): Extract<Value, { op: "element-of" }> | undefined {
  if (value.op === "item-of") return elementIn(value.value);
  return value.op === "element-of" ? value : undefined;
}

/** What a loop runs over is evaluated before it has given anything to its variable. */
function isInside(read: ReadOperation, loop: LoopOperation): boolean {
  return contains(loop, read) && !(loop.iterable && contains(loop.iterable, read));
}
