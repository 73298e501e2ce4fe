import type { Node } from "web-tree-sitter";
import type { Range } from "../base/range.js";

/*
 * Between two tokens that cannot stand alone the grammar takes a line end for white space: `value = self.` with `other()` below it parses as
 * `value = self.other()`. Python does not go on in the next line but in brackets and after a backslash.
 */

/** Where a statement goes on in the next line although no bracket is open: from the start of the line to where the next one starts. */
export function runOnLines(root: Node, text: string): readonly Range[] {
  const found: Range[] = [];
  unfinishedLine.lastIndex = 0;
  for (let match = unfinishedLine.exec(text); match; match = unfinishedLine.exec(text)) {
    const last = match.index;
    const start = text.lastIndexOf("\n", last) + 1;
    if (prose.test(text.slice(start, last))) continue;
    const next = nextToken(text, unfinishedLine.lastIndex);
    if (next < text.length && goesOn(root, last, next)) found.push({ start, end: next + 1 });
  }
  return found;
}

/** The end of a line after which an expression has to follow. Comments and strings have such lines, too. */
const unfinishedLine = /(?:[=.+\-*/%&|^~<>@]|\b(?:and|or|not|in|is|else|assert|del))[ \t]*(?:#[^\n]*)?\r?\n/g;

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
