/** The change from `before` to `after` as `diff -u` and `git apply` read it; empty where there is none. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = lineChanges(splitLines(before), splitLines(after));
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

interface DiffLine {
  readonly sign: " " | "-" | "+";
  /** With its line end. */
  readonly line: string;
}

const contextLines = 3;

function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
}

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

/** Myers' greedy algorithm, on what is left between equal beginnings and ends; its cost is the length times the number of changes. */
function lineChanges(before: readonly string[], after: readonly string[]): DiffLine[] {
  let prefix = 0;
  while (prefix < before.length && prefix < after.length && before[prefix] === after[prefix]) prefix++;
  let suffix = 0;
  const shortest = Math.min(before.length, after.length) - prefix;
  while (suffix < shortest && before[before.length - 1 - suffix] === after[after.length - 1 - suffix]) suffix++;
  const same = (line: string): DiffLine => ({ sign: " ", line });
  return [
    ...before.slice(0, prefix).map(same),
    ...shortestEdit(before.slice(prefix, before.length - suffix), after.slice(prefix, after.length - suffix)),
    ...before.slice(before.length - suffix).map(same),
  ];
}

function shortestEdit(before: readonly string[], after: readonly string[]): DiffLine[] {
  const history: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  const reach = (diagonal: number): number => furthest.get(diagonal) ?? -1;
  const goesDown = (edits: number, diagonal: number): boolean =>
    diagonal === -edits || (diagonal !== edits && reach(diagonal - 1) < reach(diagonal + 1));

  for (let edits = 0; ; edits++) {
    history.push(new Map(furthest));
    let isDone = false;
    for (let diagonal = -edits; diagonal <= edits && !isDone; diagonal += 2) {
      let x = goesDown(edits, diagonal) ? reach(diagonal + 1) : reach(diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      furthest.set(diagonal, x);
      isDone = x >= before.length && x - diagonal >= after.length;
    }
    if (isDone) break;
  }

  const backwards: DiffLine[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = history.length - 1; edits >= 0; edits--) {
    furthest = history[edits] as Map<number, number>;
    const diagonal = x - y;
    const previous = goesDown(edits, diagonal) ? diagonal + 1 : diagonal - 1;
    const previousX = edits === 0 ? 0 : reach(previous);
    const previousY = edits === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      backwards.push({ sign: " ", line: before[x - 1] as string });
      x--;
      y--;
    }
    if (edits === 0) break;
    if (x > previousX) backwards.push({ sign: "-", line: before[x - 1] as string });
    else backwards.push({ sign: "+", line: after[y - 1] as string });
    x = previousX;
    y = previousY;
  }
  return backwards.reverse();
}
