import type { TextEdit } from "../../base/edit.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { objectOfMethod } from "../../program/link/locks/hand-over.js";
import { writtenName } from "../../program/link/locks/locks.js";
import type { Leak } from "../../program/link/locks/releases.js";
import { sameValue } from "../../program/link/state/updates.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Block, Statement } from "../../syntax/layout.js";
import { type FixOffer, type RuleContext, refusedFix } from "../rule.js";
import { type Code, codeOf, indented, isBroken, placesOf, removed, statementsAt } from "./code.js";
import { conductOf } from "./locked-code.js";

/**
 * Turns `lock.acquire()` … `lock.release()` into `with lock:`, which releases on every way out. Releases before an early way out go, since the
 * block sees to them.
 */
export function releaseFix({ acquire, object }: Leak, node: FunctionNode, context: RuleContext): FixOffer {
  const lock = writtenName(object);
  const title = `Hold it with \`with ${lock}:\``;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  if (isBroken(node.file)) return refuse("the file has a syntax error");
  if (acquire.arguments.length > 0) return refuse("`acquire` may come back without the lock, which `with` does not");
  const code = codeOf(node.file.path, context);
  const stretch = statementsAt(code, acquire);
  const [first] = stretch?.statements ?? [];
  const releases: Statement[] = [];
  let isWhole = true;
  let takes = 0;
  walkOperations(node.facts.body, (operation) => {
    const taken = objectOfMethod(operation, "acquire");
    if (taken && sameValue(taken, object)) takes++;
    const freed = objectOfMethod(operation, "release");
    if (!freed || !sameValue(freed, object)) return;
    const statement = statementsAt(code, operation)?.statements[0];
    if (statement && isAlone(statement, `${lock}.release()`, code)) releases.push(statement);
    else isWhole = false;
  });
  if (takes > 1) return refuse(`\`${node.head.name}\` takes it in several places`);
  if (!stretch || !first || !isAlone(first, `${lock}.acquire()`, code)) return refuse("`acquire()` is part of a larger statement");
  const start = stretch.siblings.indexOf(first);
  const end = stretch.siblings.findLastIndex((each) => releases.includes(each));
  const inside = stretch.siblings.slice(start + 1, end);
  const last = inside[inside.length - 1];
  if (!isWhole || end < 0 || !last) return refuse("no `release()` stands in the block in which it is taken");
  const others = releases.filter((each) => each !== stretch.siblings[end]);
  const range = { start: inside[0]?.start ?? 0, end: last.lines.end };
  if (others.some((each) => each.start < range.start || each.end > range.end))
    return refuse("it is released outside of the block in which it is taken");
  const edits: TextEdit[] = [
    { range: { start: first.start, end: first.end }, newText: `with ${lock}:` },
    ...removedReleases(others, inside, code, node, context),
  ];
  if (edits.length !== others.length + 1) return refuse("after a `release()` the function goes on with other work");
  const gone = edits.slice(1).map(({ range: removedRange }) => removedRange);
  edits.push(
    ...indented(code, { start: range.start - (inside[0]?.indent.length ?? 0), end: range.end }).filter(
      ({ range: { start: at } }) => !gone.some((each) => each.start <= at && at < each.end),
    ),
    removed(stretch.siblings[end] as Statement),
  );
  const conduct = conductOf(node, placesOf(code, range), context.program);
  const safety = others.length === 0 && conduct.does !== "suspends" ? "safe" : "unsafe";
  return {
    fixes: [
      {
        title,
        safety,
        caution: "The lock is held to the end of the block, and released on every way out of it.",
        edits: [{ path: node.file.path, edits }],
      },
    ],
    refused: [],
  };
}

function isAlone(statement: Statement, text: string, code: Code): boolean {
  return statement.form === "simple" && code.text.slice(statement.start, statement.end) === text;
}

/** Takes releases away that stand right before a `return`, `raise`, `break` or `continue` which does no work of its own. */
function removedReleases(
  releases: readonly Statement[],
  inside: readonly Statement[],
  code: Code,
  node: FunctionNode,
  { program }: RuleContext,
): readonly TextEdit[] {
  const blocks: Block["statements"][] = [];
  const collect = (statements: readonly Statement[]): void => {
    blocks.push(statements);
    for (const statement of statements) for (const block of statement.blocks) collect(block.statements);
  };
  collect(inside);
  return releases.flatMap((release) => {
    const siblings = blocks.find((each) => each.includes(release));
    const next = siblings?.[siblings.indexOf(release) + 1];
    if (!next || !/^(return|raise|break|continue)$/.test(next.keyword)) return [];
    const conduct = conductOf(node, placesOf(code, next), program);
    // An error may well be made there.
    return conduct.does === "quiet" || next.keyword === "raise" ? [removed(release)] : [];
  });
}
