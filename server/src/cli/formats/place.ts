import type { LineIndex } from "../../base/line-index.js";

/** A place as users count: lines and columns from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where an offset lies. */
export function placeAt(index: LineIndex, offset: number): Place {
  const { line, column } = index.position(offset);
  return { line: line + 1, column: column + 1 };
}
