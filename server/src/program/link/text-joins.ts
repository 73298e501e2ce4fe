import type { Value } from "../operation.js";

/** Whether `join` of the object puts a text or a path together and waits for nobody: `", ".join(…)`, `os.path.join(…)`. */
export function joinsText(object: Value): boolean {
  return object.op === "constant" || (object.op === "read" && object.place.kind !== "element" && /^(path|sep|os)$/.test(object.place.name));
}
