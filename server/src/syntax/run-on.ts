import type { Node } from "web-tree-sitter";
import type { Range } from "../base/range.js";

/*
 * Between two tokens that cannot stand alone the grammar takes a line end for white space: `value = self.` with `other()` below it parses as
 * `value = self.other()`. Python does not go on in the next line but in brackets and after a backslash.
 */

/** Where a statement goes on in the next line although no bracket is open: from the start of the line to where the next one starts. */
export function runOnLines(root: Node, text: string): readonly Range[] {
  const found: Range[] = [];
  let comment = text.indexOf("#");
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; start = end + 1, end = text.indexOf("\n", start)) {
    if (comment !== -1 && comment < start) comment = text.indexOf("#", start);
    const last = comment !== -1 && comment < end ? lastBeforeComment(text, start, end) : lastToken(text, start, end);
    if (last === -1 || prose.test(text.slice(start, last))) continue;
    const next = nextToken(text, end + 1);
    if (next < text.length && goesOn(root, last, next)) found.push({ start, end: next + 1 });
  }
  return found;
}

/**
 * Where the last token of a line without `#` starts if an expression has to follow it, else -1. Strings have such lines, too. Every line is asked, and few
 * end like that, so most are told by one character.
 */
function lastToken(text: string, start: number, end: number): number {
  let last = end - 1;
  if (text.charCodeAt(last) === carriageReturn) last--;
  while (last >= start && isBlank(text.charCodeAt(last))) last--;
  if (last < start) return -1;
  const kind = lastCharacters[text.charCodeAt(last)];
  if (kind === undefined) return -1;
  if (kind === "operator") return last;
  const from = Math.max(start, last - longestKeyword);
  const match = keywordAtEnd.exec(text.slice(from, last + 1));
  return match ? from + match.index : -1;
}

/** The same for a line that may have a comment, or a string with `#` in it. */
function lastBeforeComment(text: string, start: number, end: number): number {
  const match = unfinishedLine.exec(text.slice(start, end + 1));
  return match ? start + match.index : -1;
}

/** The end of a line after which an expression has to follow. */
const unfinishedLine = /(?:[=.+\-*/%&|^~<>@]|\b(?:and|or|not|in|is|else|assert|del))[ \t]*(?:#[^\n]*)?\r?\n/;
const keywordAtEnd = /\b(?:and|or|not|in|is|else|assert|del)$/;
const longestKeyword = "assert".length + 1;

/** By the code of the character that ends a line. */
const lastCharacters: readonly ("operator" | "of a keyword" | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[=.+\-*/%&|^~<>@]/.test(character) ? "operator" : /[drtnsel]/.test(character) ? "of a keyword" : undefined;
});

const carriageReturn = 13;

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** What stands before the end of a line of a comment or a long string, as a rule: the tree need not be asked. */
const prose = /^\s*#|\w+ \w+ \w+ \w+/;

/** Where the next line starts that has something on it. */
function nextToken(text: string, from: number): number {
  blankLines.lastIndex = from;
  return from + (blankLines.exec(text)?.[0].length ?? 0);
}

const blankLines = /(?:[ \t\r\f]*(?:#[^\n]*)?\n)*[ \t\f]*/y;

/** Whether what stands at one offset and what stands at the other belong to one statement, with no bracket around them. */
function goesOn(root: Node, last: number, next: number): boolean {
  const token = root.descendantForIndex(last, last);
  if (!token || opaque.test(token.type)) return false;
  for (let node = root.descendantForIndex(last, next); node; node = node.parent) {
    if (opaque.test(node.type) || isInBrackets(node, last)) return false;
    if (blocks.has(node.type)) return false;
    if (blocks.has(node.parent?.type ?? "module")) return compound.has(node.type) ? !hasHeaderBefore(node, next) : true;
  }
  return false;
}

/** What the parser makes no tokens of, and what it could not read. */
const opaque = /^(comment|string.*|concatenated_string|escape_sequence|ERROR)$/;

const blocks: ReadonlySet<string> = new Set(["module", "block"]);

const compound: ReadonlySet<string> = new Set([
  "if_statement",
  "for_statement",
  "while_statement",
  "try_statement",
  "with_statement",
  "match_statement",
  "function_definition",
  "class_definition",
  "decorated_definition",
]);

/** Whether the first line of a compound statement ends before the offset. */
function hasHeaderBefore(node: Node, offset: number): boolean {
  return node.children.some((child) => child !== null && (child.type === "block" || child.type === ":") && child.endIndex <= offset);
}

function isInBrackets(node: Node, offset: number): boolean {
  let isOpen = false;
  for (const child of node.children) {
    if (!child || child.startIndex > offset) break;
    if (/^[([{]$/.test(child.type)) isOpen = true;
    else if (/^[)\]}]$/.test(child.type) && child.endIndex <= offset) isOpen = false;
  }
  return isOpen;
}
