import type { Range } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { type FixOffer, noFix, type RuleContext } from "../rule.js";
import { codeOf, isBroken, lineStart, outdented, statementsAt } from "./code.js";

/** Moves a wait behind the `with` that holds a lock, where it is the last thing done under the lock. */
export function waitOutsideFix(node: FunctionNode, call: Range, lock: string, context: RuleContext): FixOffer {
  const title = `Wait after \`${lock}\` is released`;
  if (isBroken(node.file)) return noFix;
  const code = codeOf(node.file.path, context);
  const stretch = statementsAt(code, call);
  const [wait] = stretch?.statements ?? [];
  const around = stretch?.around[stretch.around.length - 1];
  if (!stretch || !wait || !around || code.text.slice(around.block.header.start, around.block.header.end) !== `with ${lock}:`) return noFix;
  if (wait.form !== "simple" || stretch.siblings.length < 2 || stretch.siblings[stretch.siblings.length - 1] !== wait) return noFix;
  const edits = outdented(code, { start: lineStart(wait), end: wait.lines.end }, wait.indent, around.statement.indent);
  return {
    fixes: [
      { title, safety: "unsafe", caution: "Others can take the lock before the wait is over.", edits: [{ path: node.file.path, edits }] },
    ],
    refused: [],
  };
}
