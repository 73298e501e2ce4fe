import type { TextEdit } from "../../base/edit.js";
import type { Statement } from "../../syntax/layout.js";
import type { RuleContext } from "../rule.js";
import type { Change } from "./changes.js";
import { before, type Code, codeOf, indented, isBroken, lineStart, placesOf, statementsAt, unitBehind } from "./code.js";
import { conductOf } from "./locked-code.js";
import { Refusal, rangeToGuard, type Section } from "./sections.js";

/**
 * For a lock that is taken after the look instead of before it: `if x is None: with lock: x = make()` looks again under the lock, and
 * `if n < 1: return` before `with lock: n -= 1` gets under it.
 */
export function lateLockSection(access: Change, lock: string, context: RuleContext): Section | Refusal {
  const { function: node, check } = access;
  const refusal = new Refusal(`\`${lock}\` is taken after the look, in a way that cannot be turned round`);
  if (!check || isBroken(node.file)) return refusal;
  const code = codeOf(node.file.path, context);
  const range = rangeToGuard(access, code);
  const stretch = range && statementsAt(code, placesOf(code, range));
  const inner = statementsAt(code, access.statement);
  const held = [...(inner?.around ?? [])].reverse().find(({ block }) => isWith(code, block, lock))?.statement;
  if (!stretch || !inner || !held || stretch.statements.some(({ form }) => form === "several on one line")) return refusal;
  const common = { function: node, code, lock, conduct: conductOf(node, access.statement, context.program) };
  const [first] = stretch.statements;
  const again = first && stretch.statements.length === 1 ? looksAgain(first, held, code) : undefined;
  if (again) return { ...common, stretch, edits: again, safety: "safe" };
  const edits = movedOut(stretch.statements, held, lock, code);
  const conduct = first && conductOf(node, placesOf(code, { start: first.start, end: held.start }), context.program);
  if (!edits || (conduct?.does !== "quiet" && conduct?.does !== "calls out")) return refusal;
  return { ...common, stretch, edits, safety: conduct.does === "quiet" ? "safe" : "unsafe" };
}

function isWith(code: Code, { header }: { readonly header: { readonly start: number; readonly end: number } }, lock: string): boolean {
  return code.text.slice(header.start, header.end) === `with ${lock}:`;
}

/** Repeats the test of an `if` in the `with` that is all it holds. */
function looksAgain(test: Statement, held: Statement, code: Code): readonly TextEdit[] | undefined {
  const [block, ...others] = test.blocks;
  const body = held.blocks[0]?.statements;
  const first = body?.[0];
  if (test.keyword !== "if" || !block || others.length > 0 || block.statements.length !== 1 || block.statements[0] !== held || !first)
    return undefined;
  const header = code.text.slice(block.header.start, block.header.end);
  if (/[\r\n]|:=/.test(header)) return undefined;
  return [before(first, header), ...indented(code, { start: lineStart(first), end: held.lines.end })];
}

/** Takes the lock before the first of the statements, and no more where it was taken. What was under it stays as it stands. */
function movedOut(statements: readonly Statement[], held: Statement, lock: string, code: Code): readonly TextEdit[] | undefined {
  const [first] = statements;
  const last = statements[statements.length - 1];
  const body = held.blocks[0]?.statements[0];
  if (!first || !last || !body || held.blocks.length !== 1) return undefined;
  if (body.indent.length - held.indent.length !== unitBehind(held.indent, code).length) return undefined;
  return [
    before(first, `with ${lock}:`),
    ...indented(code, { start: lineStart(first), end: lineStart(held) }),
    { range: { start: lineStart(held), end: lineStart(body) }, newText: "" },
    ...indented(code, { start: held.lines.end, end: last.lines.end }),
  ];
}
