import type { CallOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { receiverOf } from "../last-name.js";
import { constantOf } from "../resolution/constants.js";
import type { Resolver } from "../resolution/resolver.js";

/** Whether the queue that something is put into is made with a size, so that it can be full; a size of 0 is none, also where it is a default that nobody overrides. */
export function isBounded(put: CallOperation, node: FunctionNode, resolver: Resolver): boolean {
  const queue = receiverOf(put);
  return (queue ? resolver.resolve(queue, node) : []).some((entity) => {
    const origin = entity.kind === "object" ? entity.origin : undefined;
    const size = origin?.call.arguments[0]?.value;
    if (!origin || !size) return false;
    const known = constantOf(size, origin.in, resolver);
    return !(known && Number(known.value) <= 0);
  });
}
