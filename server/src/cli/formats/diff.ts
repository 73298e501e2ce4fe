import { type DiffLine, lineDifference } from "../../base/line-difference.js";

/** The change from `before` to `after` as `diff -u` and `git apply` read it; empty where there is none. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = lineDifference(before, after);
  let output = `--- a/${path}\n+++ b/${path}\n`;
  let oldLine = 0;
  let newLine = 0;
  let next = 0;
  for (const hunk of hunksOf(lines)) {
    for (; next < hunk.start; next++) {
      if (lines[next]?.sign !== "+") oldLine++;
      if (lines[next]?.sign !== "-") newLine++;
    }
    const part = lines.slice(hunk.start, hunk.end);
    const oldCount = part.filter(({ sign }) => sign !== "+").length;
    const newCount = part.filter(({ sign }) => sign !== "-").length;
    output += `@@ -${hunkRange(oldLine, oldCount)} +${hunkRange(newLine, newCount)} @@\n`;
    for (const { sign, line } of part) output += sign + (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`);
  }
  return output;
}

const contextLines = 3;

/** A hunk that holds nothing on one side names the line before it. */
function hunkRange(linesBefore: number, count: number): string {
  return `${count === 0 ? linesBefore : linesBefore + 1},${count}`;
}

/** Stretches of lines to print: every change with its context; contexts that meet become one. */
function hunksOf(lines: readonly DiffLine[]): { readonly start: number; readonly end: number }[] {
  const hunks: { start: number; end: number }[] = [];
  lines.forEach(({ sign }, index) => {
    if (sign === " ") return;
    const start = Math.max(0, index - contextLines);
    const end = Math.min(lines.length, index + contextLines + 1);
    const last = hunks[hunks.length - 1];
    if (last && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  });
  return hunks;
}
