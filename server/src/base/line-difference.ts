import type { TextEdit } from "./edit.js";

/** A line of one of two texts, or of both. */
export interface DiffLine {
  readonly sign: " " | "-" | "+";
  /** With its line end. */
  readonly line: string;
}

/** The change from one text to the other, line by line. */
export function lineDifference(before: string, after: string): readonly DiffLine[] {
  return lineChanges(splitLines(before), splitLines(after));
}

/** Edits of whole lines that turn one text into the other. */
export function lineEdits(before: string, after: string): readonly TextEdit[] {
  const edits: { range: { start: number; end: number }; newText: string }[] = [];
  let offset = 0;
  for (const { sign, line } of lineDifference(before, after)) {
    if (sign === " ") offset += line.length;
    else {
      let last = edits[edits.length - 1];
      if (last?.range.end !== offset) {
        last = { range: { start: offset, end: offset }, newText: "" };
        edits.push(last);
      }
      if (sign === "+") last.newText += line;
      else last.range.end = offset += line.length;
    }
  }
  return edits;
}

function splitLines(text: string): string[] {
  return text.split(/(?<=\n)/).filter((line) => line !== "");
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
