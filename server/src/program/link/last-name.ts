import type { Value } from "../operation.js";

/** The last name of what is read: `wait` of `asyncio.wait`, `q` of `self.q`; empty for an element, and for anything that is not read by name. */
export function lastNameOf(value: Value): string {
  return value.op === "read" && value.place.kind !== "element" ? value.place.name : "";
}
