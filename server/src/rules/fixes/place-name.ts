import { LineIndex } from "../../base/line-index.js";
import type { Range } from "../../base/range.js";
import type { RuleContext } from "../rule.js";
import { codeOf } from "./code.js";

/** A place in a sentence: `jobs.py:12`. */
export function placeName({ path, range }: { readonly path: string; readonly range: Range }, context: RuleContext): string {
  const { source } = codeOf(path, context);
  const { line } = new LineIndex(source.text).position(source.offset(range.start));
  return `${path.slice(path.lastIndexOf("/") + 1)}:${line + 1}`;
}
