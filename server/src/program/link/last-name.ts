import type { Operation, Value } from "../operation.js";

/** The last name of what is read: `wait` of `asyncio.wait`, `q` of `self.q`; empty for an element, and for anything that is not read by name. */
export function lastNameOf(value: Value): string {
  return value.op === "read" && value.place.kind !== "element" ? value.place.name : "";
}

/** What stands before the dot of a call: `queue` of `queue.get()`. */
export function receiverOf(call: Value | Operation): Value | undefined {
  return call.op === "call" && call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined;
}

/** The words of a name in small letters: of `fetch_page` and `fetchPage`. */
export function wordsOfName(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split("_")
    .filter((word) => word !== "");
}
