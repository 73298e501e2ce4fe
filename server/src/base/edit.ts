import type { Range } from "./range.js";

/** Replaces the text of `range` by `newText`. Edits of one list refer to the same original text and do not overlap. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** Edits of one file. */
export interface FileEdit {
  readonly path: string;
  readonly edits: readonly TextEdit[];
}

/** The text after all edits. Edits may be given in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  let result = "";
  let position = 0;
  for (const edit of ordered) {
    if (edit.range.start < position) throw new RangeError("edits overlap");
    result += text.slice(position, edit.range.start) + edit.newText;
    position = edit.range.end;
  }
  return result + text.slice(position);
}

/** The one edit that makes the second text of the first; undefined for equal texts. */
export function editBetween(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (same < most - start && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++;
  return { range: { start, end: before.length - same }, newText: after.slice(start, after.length - same) };
}
