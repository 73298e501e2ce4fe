import type { ShortLivedPool } from "../../program/link/threads/short-lived-pools.js";
import type { FixOffer, RuleContext } from "../rule.js";
import { noFix, refusedFix } from "../rule.js";
import { before, codeOf, indented, isBroken, lineStart, occurrences, statementsAt, unitBehind } from "./code.js";
import { argumentNames } from "./names.js";

/** Makes a pool once, before the loop that makes one in each round. What stands in the block stays as it is. */
export function poolOutsideFix({ function: node, made, often }: ShortLivedPool, context: RuleContext): FixOffer {
  if (often.by !== "loop" || often.function !== node || often.call || isBroken(node.file)) return noFix;
  const title = "Make the pool once, before the loop";
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const code = codeOf(node.file.path, context);
  const stretch = statementsAt(code, made);
  const [entered] = stretch?.statements ?? [];
  const around = stretch?.around.findLast(({ statement }) => statement.keyword === "for" || statement.keyword === "while");
  const [block] = entered?.blocks ?? [];
  const body = block?.statements[0];
  if (!stretch || !entered || !around || !block || !body || entered.keyword !== "with" || entered.blocks.length !== 1)
    return refuse("the pool is not made by a `with` of its own");
  const header = code.text.slice(block.header.start, block.header.end);
  if (!/^with [^\r\n]+ as (\w+):$/.test(header) || !header.includes(code.source.slice(made)) || /, *\w[^()]* as /.test(header))
    return refuse("the `with` makes more than the pool");
  const loop = around.statement;
  if (around !== stretch.around[stretch.around.length - 1]) return refuse("the pool is made in a part of the loop only");
  const changing = namesIn(code.text.slice(loop.blocks[0]?.header.start ?? 0, loop.blocks[0]?.header.end ?? 0));
  const used = argumentNames(made);
  const bound = stretch.siblings
    .filter((each) => each.start < entered.start)
    .flatMap((each) => namesIn(code.text.slice(each.start, each.end)));
  const needed = used.find((name) => changing.includes(name) || bound.includes(name));
  if (needed !== undefined) return refuse(`the pool depends on \`${needed}\`, which each round sets`);
  const inside = code.text.slice(body.start, entered.end);
  const isOpen = occurrences({ text: inside }, "submit").length > 0 && !/\b(result|as_completed|wait)\b/.test(inside);
  if (isOpen) return refuse("each round waits for its work by leaving the `with`");
  if (body.indent.length - entered.indent.length !== unitBehind(entered.indent, code).length)
    return refuse("the block is indented in another way");
  const start = lineStart(loop);
  return {
    fixes: [
      {
        title,
        safety: "unsafe",
        caution: "The workers stay for all rounds: what one round leaves behind in them, the next one finds.",
        edits: [
          {
            path: node.file.path,
            edits: [
              before(loop, header),
              ...indented(code, { start, end: lineStart(entered) }),
              { range: { start: lineStart(entered), end: lineStart(body) }, newText: "" },
              ...indented(code, { start: entered.lines.end, end: loop.lines.end }),
            ],
          },
        ],
      },
    ],
    refused: [],
  };
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/[A-Za-z_]\w*/g)].map((found) => found[0]);
}
