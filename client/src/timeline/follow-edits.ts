import type { DocumentPlace } from "../../../server/src/lsp/protocol.js";

/** A change of a document, as the editor tells it. */
export interface LineChange {
  readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  readonly text: string;
}

/** Where the line of the place is after the changes: lines added or removed above it move it. */
export function followed(place: DocumentPlace, changes: readonly LineChange[]): DocumentPlace {
  let { line } = place;
  for (const { range, text } of changes) {
    if (range.end.line > line || (range.end.line === line && range.start.line === line)) continue;
    line += text.split("\n").length - 1 - (range.end.line - range.start.line);
  }
  return { ...place, line: Math.max(0, line) };
}
