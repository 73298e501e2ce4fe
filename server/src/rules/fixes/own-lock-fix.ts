import type { ProcessUpdate } from "../../program/link/processes/process-updates.js";
import { type FixOffer, type RuleContext, refusedFix } from "../rule.js";
import { codeOf, isBroken, statementsAt, wrapped } from "./code.js";

/** Holds the lock that a `multiprocessing.Value` has, from the read to the store. */
export function ownLockFix({ in: node, write, object }: ProcessUpdate, context: RuleContext): FixOffer {
  const code = codeOf(node.file.path, context);
  const range = code.source.range(object);
  const name = code.text.slice(range.start, range.end);
  const title = `Hold \`${name}.get_lock()\``;
  const stretch = statementsAt(code, write.statement);
  if (isBroken(node.file) || stretch?.statements.length !== 1 || stretch.statements.some(({ form }) => form !== "simple"))
    return refusedFix(title, "the update shares its line with other statements");
  // The update itself is quick, and the lock may be taken again by who has it; what it calls may wait.
  const isQuick = !/[()]/.test(code.text.slice(stretch.statements[0]?.start, stretch.statements[0]?.end));
  return {
    fixes: [
      {
        title,
        safety: isQuick ? "safe" : "unsafe",
        caution: "All other processes wait while one is at it.",
        edits: [{ path: node.file.path, edits: wrapped(code, stretch, `with ${name}.get_lock():`) }],
      },
    ],
    refused: [],
  };
}
