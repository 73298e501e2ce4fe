import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Resolver } from "../resolution/resolver.js";

/** Methods of built-in containers that add, remove or reorder elements. */
export const changingMethods: ReadonlySet<string> = new Set(
  "append appendleft add insert extend extendleft update setdefault pop popleft popitem remove discard clear sort reverse rotate move_to_end difference_update intersection_update symmetric_difference_update subtract".split(
    " ",
  ),
);

/** The list that a function of `heapq` or `bisect` changes. */
export function changedByFunction(call: CallOperation, within: FunctionNode, resolver: Resolver): Value | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind === "element" || !changingFunctions.has(callee.place.name)) return undefined;
  const isMeant = resolver.externalCallees(call, within).some((name) => /^(heapq|bisect)\./.test(name));
  const [list] = call.arguments;
  return isMeant && list?.form === "positional" && list.value.op === "read" ? list.value : undefined;
}

const changingFunctions: ReadonlySet<string> = new Set(
  "heappush heappop heappushpop heapreplace heapify insort insort_left insort_right".split(" "),
);
