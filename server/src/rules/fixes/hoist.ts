import type { TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import type { Statement } from "../../syntax/layout.js";
import { type Code, occurrences, unitBehind, unusedName } from "./code.js";

/** An update of which the operand does not depend on what is updated: `total += fetch(url)`. */
export interface Hoist {
  /** What is updated, as it is written. */
  readonly target: string;
  /** Where the operand stands. */
  readonly value: Range;
  /** A name that the file does not have, for the operand. */
  readonly name: string;
}

/** Takes an update apart; undefined where the operand cannot be computed before the update, or where it is not written as one. */
export function hoistOf(statement: Statement, code: Code): Hoist | undefined {
  if (statement.form !== "simple") return undefined;
  const text = code.text.slice(statement.start, statement.end);
  const [, target, operator = "", operand = ""] = /^([\w.[\]"' ]+?)\s*((?:\*\*|\/\/|>>|<<|[-+*/%&|^@])=)\s*([\s\S]+)$/.exec(text) ?? [];
  const [, same, sign = "", rest = ""] = target === undefined ? (/^([\w.[\]"']+) = \1 ([-+*|&^]) (await [^\n\r]+)$/.exec(text) ?? []) : [];
  const [updated, value] = target === undefined ? [same, rest] : [target, operand];
  if (updated === undefined || /\byield\b|:=/.test(value) || /^[^([{]*[\r\n]/.test(value)) return undefined;
  // Only a chain of calls and names, or something in brackets, stays the same operand behind another operator.
  if (target === undefined && !/^await [\w.]+\([^()]*\)$/.test(value)) return undefined;
  const dotted = /^[\w.]+/.exec(updated)?.[0] ?? updated;
  if (occurrences({ text: value }, dotted.slice(dotted.lastIndexOf(".") + 1)).length > 0) return undefined;
  const isSum = /^[-+]=?$/.test(operator || sign);
  return {
    target: updated,
    value: { start: statement.end - value.length, end: statement.end },
    name: unusedName(code, ...(isSum ? ["amount"] : []), "value", "operand"),
  };
}

/** Computes the operand in a statement of its own; the update follows, in a block of its own if there is a header. */
export function hoisted({ value, name }: Hoist, statement: Statement, code: Code, header?: string): readonly TextEdit[] {
  const { indent } = statement;
  const before = code.text.slice(statement.start, value.start);
  const block = header === undefined ? "" : `${header}\n${indent}${unitBehind(indent, code)}`;
  return [
    {
      range: { start: statement.start, end: value.start },
      newText: `${name} = ${code.text.slice(value.start, value.end)}\n${indent}${block}${before}`,
    },
    { range: value, newText: name },
  ];
}
