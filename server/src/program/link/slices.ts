import type { ComputeOperation, ElementPlace, Place, Value } from "../operation.js";

/** Whether it is a part of a sequence, `x[2:8]`, which has elements as the whole has. */
export function isSlice(place: Place): place is ElementPlace & { readonly index: ComputeOperation } {
  return place.kind === "element" && place.index.op === "compute" && place.index.operator === "slice";
}

/** Whether the value is such a part. */
export function isSliced(value: Value): boolean {
  return value.op === "read" && isSlice(value.place);
}
