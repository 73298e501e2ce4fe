import { LineIndex } from "../base/line-index.js";
import { parseJson } from "../knowledge/json-places.js";

/** What stands in a file that an option names, or what is wrong with it, as the rest of a sentence that starts with its name. */
export function readJson(bytes: Uint8Array): { readonly value: unknown } | { readonly problem: string } {
  const text = new TextDecoder().decode(bytes);
  const parsed = parseJson(text);
  if (parsed.kind === "value") return { value: parsed.value };
  if (text.trim() === "") return { problem: parsed.message };
  const { line, column } = new LineIndex(text).position(parsed.at);
  return { problem: `${parsed.message} (line ${line + 1}, column ${column + 1})` };
}
