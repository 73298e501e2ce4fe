import type { Spawn } from "../../program/link/threads/spawn.js";
import { type FixOffer, noFix, type RuleContext } from "../rule.js";
import { type Code, codeOf, isBroken } from "./code.js";

/** Hands tasks over in chunks: `pool.map(f, items, chunksize=1_000)`. Where a size is given already, that is replaced. */
export function chunkSizeFix({ call, in: node }: Spawn, size: number, context: RuleContext): FixOffer {
  if (isBroken(node.file) || call.arguments.some(({ form }) => form === "star" || form === "double-star")) return noFix;
  const code = codeOf(node.file.path, context);
  const written = size.toString().replace(/\B(?=(\d{3})+$)/g, "_");
  const title = `Hand tasks over in chunks, \`chunksize=${written}\``;
  const given = call.arguments.find(({ name }) => name === "chunksize");
  const edit = given
    ? { range: code.source.range(given.value), newText: written }
    : argumentAdded(code, code.source.range(call).end, `chunksize=${written}`);
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: "A worker takes several tasks at a time, and results come when all of them are done.",
        edits: [{ path: node.file.path, edits: [edit] }],
      },
    ],
    refused: [],
  };
}

/** Adds an argument to a call that ends at the offset. */
export function argumentAdded({ text }: Code, end: number, argument: string): { range: { start: number; end: number }; newText: string } {
  const before = text.slice(0, end - 1);
  const trailing = /(,?)\s*$/.exec(before);
  const start = end - 1 - (trailing?.[0].length ?? 0);
  const isEmpty = before.endsWith("(", start);
  const hasComma = trailing?.[1] === ",";
  return {
    range: { start: hasComma ? start + 1 : start, end: hasComma ? start + 1 : start },
    newText: `${isEmpty ? "" : hasComma ? " " : ", "}${argument}${hasComma ? "," : ""}`,
  };
}
