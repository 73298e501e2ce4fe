import { append } from "../../base/append.js";
import type { TextEdit } from "../../base/edit.js";
import { indexed } from "../../base/indexed.js";
import type { Range } from "../../base/range.js";
import { firstAt } from "../../base/sorted.js";
import type { Source } from "../../base/source.js";
import type { LinkedFile } from "../../program/link/entity.js";
import { indentableLines, type Layout, layoutOf, lineEndAfter, type Statement, type Stretch, stretchOver } from "../../syntax/layout.js";
import type { RuleContext } from "../rule.js";

/** A file as its author wrote it, for fixes that keep to that. All offsets are those of the text. */
export interface Code {
  readonly path: string;
  readonly source: Source;
  readonly text: string;
  readonly layout: Layout;
}

const known = new WeakMap<Source, Code>();

/** The file of that path. */
export function codeOf(path: string, context: Pick<RuleContext, "source">): Code {
  const source = context.source(path);
  let code = known.get(source);
  if (!code) {
    code = { path, source, text: source.text, layout: layoutOf(source.text) };
    known.set(source, code);
  }
  return code;
}

/** Whether the file does not parse, so that its lines say little of what it does. */
export function isBroken({ facts }: LinkedFile): boolean {
  return facts.syntaxErrors.length > 0;
}

/** What facts call a range of the text. */
export function placesOf({ source }: Pick<Code, "source">, { start, end }: Range): Range {
  return { start: source.place(start), end: source.place(end) };
}

/** The fewest statements of one block that hold what facts name by `places`. */
export function statementsAt(code: Code, places: Range): Stretch | undefined {
  return stretchOver(code.layout, code.source.range(places));
}

/** Puts a line before the stretch and moves the stretch one level in. */
export function wrapped(code: Code, { statements }: Stretch, header: string): readonly TextEdit[] {
  const [first] = statements;
  const last = statements[statements.length - 1];
  if (!first || !last) return [];
  return [
    { range: at(lineStart(first)), newText: `${first.indent}${header}\n` },
    ...indented(code, { start: lineStart(first), end: last.lines.end }),
  ];
}

/** Moves lines one level in. */
export function indented(code: Code, lines: Range): readonly TextEdit[] {
  const starts = indentableLines(code.text, code.layout, lines);
  const unit = unitBehind(/^[ \t]*/.exec(code.text.slice(starts[0] ?? 0))?.[0] ?? "", code);
  return starts.map((start) => ({ range: at(start), newText: unit }));
}

/** One more level of indentation behind this one: in a file that has both, as it is there. */
export function unitBehind(indent: string, { layout }: Code): string {
  if (indent.includes("\t")) return "\t";
  return indent !== "" && layout.indentUnit.includes("\t") ? "    " : layout.indentUnit;
}

/** A string literal in the file's quotes. */
export function quotedString(content: string, { layout: { quote } }: Code): string {
  return `${quote}${content}${quote}`;
}

/** Moves lines out to another indentation. */
export function outdented({ text, layout }: Code, lines: Range, from: string, to: string): readonly TextEdit[] {
  const surplus = from.length - to.length;
  return indentableLines(text, layout, lines).flatMap((start) =>
    text.startsWith(from, start) ? [{ range: { start, end: start + surplus }, newText: "" }] : [],
  );
}

/** Puts lines of code before a statement, indented as it is. */
export function before(statement: Statement, ...lines: readonly string[]): TextEdit {
  return { range: at(lineStart(statement)), newText: lines.map((line) => (line === "" ? "\n" : `${statement.indent}${line}\n`)).join("") };
}

/** Puts lines of code behind a statement, indented as it is. */
export function after(code: Code, statement: Statement, ...lines: readonly string[]): TextEdit {
  const { end } = statement.lines;
  const isOpen = !/[\r\n]$/.test(code.text.slice(0, end));
  const added = lines.map((line) => `${statement.indent}${line}`).join("\n");
  return { range: at(end), newText: isOpen ? `\n${added}` : `${added}\n` };
}

/** Takes a statement with its lines away. */
export function removed(statement: Statement): TextEdit {
  return { range: { start: lineStart(statement), end: statement.lines.end }, newText: "" };
}

/** Where the statement's first line starts; behind a byte order mark. */
export function lineStart({ start, indent }: Statement): number {
  return start - indent.length;
}

function at(offset: number): Range {
  return { start: offset, end: offset };
}

/** Removes one element of a comma-separated list with one of its commas. */
export function withoutElement({ text }: Pick<Code, "text">, range: Range): TextEdit {
  const following = /^\s*,[ \t]*/.exec(text.slice(range.end));
  if (following) return { range: { start: range.start, end: range.end + following[0].length }, newText: "" };
  const preceding = /,\s*$/.exec(text.slice(0, range.start));
  return { range: { start: range.start - (preceding?.[0].length ?? 0), end: range.end }, newText: "" };
}

/** Whether the lines of the range hold a comment. */
export function hasComment({ text }: Code, range: Range): boolean {
  for (let start = range.start; start < range.end; start = lineEndAfter(text, start)) {
    if (/#/.test(text.slice(start, Math.min(range.end, lineEndAfter(text, start))))) return true;
  }
  return false;
}

/** The offsets at which the name, or names with dots between, stands as a word of its own. */
export function occurrences({ text }: Pick<Code, "text">, name: string): readonly number[] {
  return [...text.matchAll(new RegExp(`(?<!\\w)${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "g"))].map((found) => found.index);
}

/** The same of a file, whose words are looked for once: there can be as many fixes as it has names. */
function wordsOf(code: Code, name: string): readonly number[] {
  const [first] = /^\w+(?=$|\.)/.exec(name) ?? [];
  if (first === undefined) return occurrences(code, name);
  const { text } = code;
  const isWhole = (offset: number): boolean => text.startsWith(name, offset) && !/\w/.test(text[offset + name.length] ?? "");
  const offsets = wordsIn(code).get(first) ?? [];
  return name === first ? offsets : offsets.filter(isWhole);
}

const wordsIn = indexed(({ text }: Code): ReadonlyMap<string, readonly number[]> => {
  const words = new Map<string, number[]>();
  for (const found of text.matchAll(/\w+/g)) append(words, found[0], found.index);
  return words;
});

/** The offsets at which code of the file, and no comment or string, has the name as a word of its own. */
export function usesOf(code: Code, name: string): readonly number[] {
  const { notCode } = code.layout;
  return wordsOf(code, name).filter((offset) => {
    const before = notCode[firstAt(notCode, offset + 1, ({ start }) => start) - 1];
    return !before || offset >= before.end;
  });
}

/** The first of the names that the text, a file or a part of one, has nowhere. */
export function unusedName(code: Code | Pick<Code, "text">, ...names: readonly string[]): string {
  const isFree = (name: string): boolean => ("layout" in code ? wordsOf(code, name) : occurrences(code, name)).length === 0;
  const free = names.find(isFree);
  if (free !== undefined) return free;
  const last = names[names.length - 1] ?? "value";
  for (let number = 2; ; number++) if (isFree(`${last}_${number}`)) return `${last}_${number}`;
}
