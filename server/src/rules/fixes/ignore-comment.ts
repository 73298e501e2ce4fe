import type { TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import { layoutOf, lineEndAfter } from "../../syntax/layout.js";

/** What stands where the user writes why. */
const placeForReason = "reason";

/**
 * Writes `# gil: ignore[rule] reason` behind the line on which a finding starts, or adds the rule to the names of such a comment that is there.
 * Where the line ends inside a string or goes on in the next, or has another comment, it goes on a line of its own above.
 */
export function ignoreComment(text: string, finding: Range, rule: string): TextEdit {
  const start = lineStartBefore(text, finding.start);
  const end = lineEndAfter(text, start);
  const line = text.slice(start, end).replace(/[\r\n]+$/, "");
  const previous = text.slice(lineStartBefore(text, start - 1), Math.max(0, start));
  const known = namesIn(line, start) ?? (/^\s*#/.test(previous) ? namesIn(previous, start - previous.length) : undefined);
  if (known !== undefined) return { range: { start: known, end: known }, newText: `, ${rule}` };
  const comment = `# gil: ignore[${rule}] ${placeForReason}`;
  const lineEnd = start + line.length;
  const isInString = layoutOf(text).longStrings.some((string) => string.start < lineEnd && lineEnd < string.end);
  const isTaken = /\\$/.test(line) || isInString || hasComment(text, start, lineEnd);
  if (!isTaken) return { range: { start: start + line.trimEnd().length, end: lineEnd }, newText: `  ${comment}` };
  const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
  return { range: { start, end: start }, newText: `${indent}${comment}\n` };
}

function lineStartBefore(text: string, offset: number): number {
  let start = Math.max(0, offset);
  while (start > 0 && !/[\r\n]/.test(text[start - 1] as string)) start--;
  return start;
}

/** Where in a line a comment that ignores rules ends its list of names. */
function namesIn(line: string, start: number): number | undefined {
  const found = /#\s*gil:\s*ignore\[[^\]\r\n]*(?=\])/.exec(line);
  return found ? start + found.index + found[0].length : undefined;
}

/** Whether a comment stands behind the code of the line: `#` that is in no string. */
function hasComment(text: string, start: number, end: number): boolean {
  const line = text.slice(start, end);
  if (!line.includes("#")) return false;
  return /#/.test(line.replace(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g, ""));
}
