import type { TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { CallOperation } from "../../program/operation.js";
import type { RuleContext } from "../rule.js";
import { after, type Code, codeOf, statementsAt, withoutElement } from "./code.js";
import { imported, importRemoved, importsTogether } from "./imports.js";

/** A class of pools, by its module and name, and the arguments that the other kind of pool does not take. */
export interface PoolKind {
  readonly module: string;
  readonly member: string;
  readonly dropped: readonly string[];
}

/** Has a pool made by another class; the import of the old one goes where nothing else uses it. Undefined where its class is reached in another way. */
export function poolOfKind(
  made: CallOperation,
  within: FunctionNode,
  kind: PoolKind,
  context: RuleContext,
): readonly TextEdit[] | undefined {
  const { file } = within;
  const code = codeOf(file.path, context);
  const { callee } = made;
  if (callee.op !== "read" || callee.place.kind === "element") return undefined;
  const at = code.source.range(callee);
  const written = code.text.slice(at.start, at.end);
  if (!/^[\w.]+$/.test(written)) return undefined;
  const bound = written.split(".")[0] as string;
  const fact = file.facts.imports.find((each) => each.bound === bound);
  if (!fact) return undefined;
  const edits: TextEdit[] = [];
  const gone = importRemoved(file, code, bound, [at.start]);
  const isMember = fact.name !== undefined && !written.includes(".");
  const isThere = file.facts.imports.some((each) => each.module === kind.module && each.name === kind.member);
  if (moduleOf(written, fact) === kind.module) {
    const last = written.slice(written.lastIndexOf(".") + 1);
    edits.push({ range: { start: at.end - last.length, end: at.end }, newText: kind.member });
  } else if (isMember && fact.module === kind.module && !isThere && gone.length > 0) {
    // The one name takes the place of the other.
    edits.push({ range: code.source.range(fact), newText: kind.member }, { range: at, newText: kind.member });
  } else if (isMember && fact.name === kind.member && isWholeStatement(gone, fact, code)) {
    const { start, end } = code.source.range(fact.statement);
    const name = fact.bound === fact.name ? fact.name : `${fact.name} as ${fact.bound}`;
    edits.push({ range: { start, end }, newText: `from ${kind.module} import ${name}` });
  } else if (isMember && fact.module !== kind.module && !isThere && file.functionAt(0)?.bound(kind.member) === undefined) {
    // As the old one was imported, so is the new one.
    const line = `from ${kind.module} import ${kind.member}`;
    const statement = statementsAt(code, fact.statement)?.statements[0];
    if (!statement) return undefined;
    const isWhole = isWholeStatement(gone, fact, code);
    edits.push(
      ...(isWhole ? [{ range: { start: statement.start, end: statement.end }, newText: line }] : [...gone, after(code, statement, line)]),
    );
    edits.push({ range: at, newText: kind.member });
  } else {
    const found = imported(file, code, kind.module, kind.member);
    if (!found) return undefined;
    edits.push(...importsTogether(found.edits, gone), { range: at, newText: found.expression });
  }
  for (const argument of made.arguments) {
    if (argument.form !== "keyword" || !kind.dropped.includes(argument.name)) continue;
    const value = code.source.range(argument.value);
    edits.push(withoutElement(code, { start: code.text.lastIndexOf(argument.name, value.start), end: value.end }));
  }
  return edits;
}

/** Whether the statement goes with the name that it imports. */
function isWholeStatement(gone: readonly TextEdit[], { statement }: { readonly statement: Range }, code: Code): boolean {
  const { start, end } = code.source.range(statement);
  return gone.some(({ range }) => range.start <= start && end <= range.end);
}

/** The module before the last dot of an expression, whatever the file calls it; undefined where a name was imported from it. */
function moduleOf(
  written: string,
  { name, module, bound }: { readonly name: string | undefined; readonly module: string; readonly bound: string },
): string | undefined {
  const path = written.slice(0, Math.max(0, written.lastIndexOf(".")));
  if (path === "") return undefined;
  const rest = path.slice(bound.length);
  if (name !== undefined) return `${module}.${name}${rest}`;
  return bound === module.split(".")[0] && bound !== module ? path : `${module}${rest}`;
}
