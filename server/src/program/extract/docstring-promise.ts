import type { Statement } from "../../syntax/nodes.js";
import type { ClassFacts } from "../facts.js";

/** What a docstring says of threads. Only its own words about the class count: "not thread-safe" is no promise. */
export function promiseIn(first: Statement | undefined): ClassFacts["docstring"] {
  const text =
    first?.kind === "expression" && first.value.kind === "literal" && first.value.type === "str" ? String(first.value.value) : "";
  // "is **not** thread-safe", "should not be considered thread-safe".
  const found = /(\b(?:not|non|never|isn't|aren't)\b[\s*_`-]+(?:\w+\s+){0,2})?\bthread[- ]?safe\b/i.exec(text);
  if (!found) return "silent";
  if (found[1]) return "not thread-safe";
  // "Adding is thread-safe. Other methods may not be."
  return /\b(?:other|rest|remaining)\b[^.]*\b(?:not|aren't|isn't)\b/i.test(text.slice(found.index)) ? "silent" : "thread-safe";
}
