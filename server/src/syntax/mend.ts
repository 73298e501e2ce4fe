import type { Range } from "../base/range.js";
import type { Expression, Module, Statement } from "./nodes.js";

/*
 * The parser recovers from an error by what it has read so far, and a statement that is being typed, such as `value = self.`, can tear the class
 * around it apart. With another statement in its place the rest parses as it was meant.
 */

/** A line of a text that may be what keeps the text from parsing. */
export interface SuspectLine extends Range {
  /** The text with something harmless in place of the line, of the same length. */
  readonly without: string;
}

/**
 * The lines in which a bracket opens that nothing closes, and the last and the first lines of errors, those of the shortest errors first; none if each
 * error stays within its line.
 */
export function suspectLines(errors: readonly Range[], text: string): readonly SuspectLine[] {
  const torn = errors.filter(({ start, end }) => text.slice(start, end).trim().includes("\n") || /^\s*\n/.test(text.slice(start, end)));
  if (torn.length === 0) return [];
  const shortestFirst = [...errors].sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start);
  const suspects = new Map<number, SuspectLine>();
  for (const offset of [...openBrackets(text).slice(-mostSuspects / 2), ...shortestFirst.flatMap((error) => linesOf(error, text))]) {
    const line = lineAround(offset, text);
    const harmless = harmlessInsteadOf(line, text);
    if (harmless === undefined || suspects.has(line.start)) continue;
    const without = text.slice(0, line.start) + harmless.padEnd(line.end - line.start) + text.slice(line.end);
    suspects.set(line.start, { ...line, without });
    if (suspects.size === mostSuspects) break;
  }
  return [...suspects.values()];
}

/** Where brackets open that nothing closes, as far as those of each kind tell: what follows such a bracket can be a hundred errors, far from it. */
function openBrackets(text: string): readonly number[] {
  const unclosed: number[] = [];
  const open: number[] = [];
  for (const { index, 0: token } of text.matchAll(tokens)) {
    if (token in closing) open.push(index);
    for (let depth = open.length - 1; depth >= Math.max(0, open.length - mostUnclosed); depth--) {
      if (closing[text.charAt(open[depth] as number)] !== token) continue;
      unclosed.push(...open.splice(depth).slice(1));
      break;
    }
  }
  return [...unclosed, ...open];
}

/** So far back it is looked for the bracket that another closes. */
const mostUnclosed = 8;

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Comments and strings, in which brackets are none, and brackets. */
const tokens = /#[^\n]*|("""|''')(?:\\[\s\S]|(?!\1)[^\\])*(?:\1|$)|(["'])(?:\\[\s\S]|(?!\2)[^\\\n])*\2?|[()[\]{}]/g;

/** So many texts are parsed in search of the line. */
const mostSuspects = 8;

/**
 * Of each error, the lines that are looked at: it can begin with statements before the one that is wrong, of which the parser makes nothing any more, and
 * ends soon after it.
 */
const lastLines = 3;
const firstLines = 2;

/** An offset in each line of an error that is looked at. */
function linesOf({ start, end }: Range, text: string): readonly number[] {
  const offsets: number[] = [];
  for (const { index, 0: line } of text.slice(start, Math.max(end, start + 1)).matchAll(/[^\n]+/g)) {
    const indentation = line.length - line.trimStart().length;
    if (indentation < line.length) offsets.push(start + index + indentation);
  }
  // An error of nothing but white space begins where the next statement does.
  if (offsets.length === 0) offsets.push(start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0));
  return [...new Set([...offsets.slice(-lastLines).reverse(), ...offsets.slice(0, firstLines)])];
}

/** The line at the offset, without the white space around it. */
function lineAround(offset: number, text: string): Range {
  const from = text.lastIndexOf("\n", offset - 1) + 1;
  const found = text.indexOf("\n", offset);
  const line = text.slice(from, found === -1 ? text.length : found);
  const start = from + (line.length - line.trimStart().length);
  return { start, end: Math.max(start, from + line.trimEnd().length) };
}

/** A statement that fits in the line's place and opens a block if one follows. */
function harmlessInsteadOf({ start, end }: Range, text: string): string | undefined {
  const indentation = start - (text.lastIndexOf("\n", start - 1) + 1);
  const following = /^[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*([ \t]*)\S/.exec(text.slice(start));
  const harmless = (following?.[1]?.length ?? 0) > indentation ? "if 0:" : "0";
  return harmless.length <= end - start ? harmless : undefined;
}

/** The module of the text without the line, with what could be read of the line put back. */
export function mended(module: Module, line: SuspectLine, read: Module): Module {
  const values = read.body.flatMap(valuesOf);
  const replaced = (body: readonly Statement[]): readonly Statement[] => {
    // The last statement that starts at the line or before it holds it.
    const index = body.findLastIndex((statement) => statement.start <= line.start);
    const statement = body[index];
    if (!statement) return body;
    const inside = statement.start === line.start ? broken(statement, line, values) : inBlocks(statement, replaced);
    return inside === statement ? body : [...body.slice(0, index), inside, ...body.slice(index + 1)];
  };
  return { ...module, body: replaced(module.body), errors: [{ start: line.start, end: line.end }] };
}

/** The statement with what became of the blocks in it. */
function inBlocks(statement: Statement, replaced: (body: readonly Statement[]) => readonly Statement[]): Statement {
  const blocks: Record<string, readonly Statement[] | readonly { readonly body: readonly Statement[] }[]> = {};
  const block = (name: string, body: readonly Statement[]): void => {
    const now = replaced(body);
    if (now !== body) blocks[name] = now;
  };
  const clauses = (name: string, list: readonly { readonly body: readonly Statement[] }[]): void => {
    const now = list.map((clause) => {
      const body = replaced(clause.body);
      return body === clause.body ? clause : { ...clause, body };
    });
    if (now.some((clause, index) => clause !== list[index])) blocks[name] = now;
  };
  if ("body" in statement) block("body", statement.body);
  if ("otherwise" in statement) block("otherwise", statement.otherwise);
  if ("final" in statement) block("final", statement.final);
  if ("handlers" in statement) clauses("handlers", statement.handlers);
  if ("cases" in statement) clauses("cases", statement.cases);
  return Object.keys(blocks).length === 0 ? statement : { ...statement, ...blocks };
}

function broken(instead: Statement, { start, end }: Range, values: readonly Expression[]): Statement {
  return { kind: "error-statement", body: instead.kind === "if" ? instead.body : [], values, start, end: Math.max(end, instead.end) };
}

/** The expressions of a statement in the order in which they stand; those of a line that does not parse. */
function valuesOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "error-statement":
      return [...statement.values, ...statement.body.flatMap(valuesOf)];
    case "expression":
      return [statement.value];
    case "assign":
      return statement.value ? [statement.value] : [];
    case "augmented-assign":
      return [statement.value];
    default:
      return [];
  }
}
