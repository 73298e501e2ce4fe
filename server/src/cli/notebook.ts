import { moduleTextOf } from "../base/notebook-cells.js";
import { parseJson, placesOf } from "../knowledge/json-places.js";

/** Where a line of a notebook's module is: all counted from 1, cells as they stand one below the other, those with text only as well. */
export interface NotebookPlace {
  readonly cell: number;
  /** In the cell. */
  readonly line: number;
  /** In the file. */
  readonly fileLine: number;
}

/** A notebook as the module that its cells of Python are together. */
export interface Notebook {
  readonly text: string;
  /** The place of a zero-based line of the text. */
  placeOf(line: number): NotebookPlace;
  /** The zero-based line of the text that this line of a cell is, or -1. */
  lineOf(cell: number, line: number): number;
}

/** Whether a file of that name is a notebook. */
export function isNotebook(path: string): boolean {
  return /\.ipynb$/i.test(path);
}

/** Reads what Jupyter writes (nbformat 4); a notebook of another language has no text. The reason, as the rest of a sentence, where it is none. */
export function readNotebook(json: string): Notebook | { readonly reason: string } {
  const parsed = parseJson(json);
  if (parsed.kind === "problem") return { reason: `is no notebook: it ${parsed.message}` };
  const { cells, metadata } = asRecord(parsed.value);
  if (!Array.isArray(cells)) return { reason: "is no notebook: it has no cells" };
  const { language_info: info, kernelspec: kernel } = asRecord(metadata);
  const language = asRecord(info).name ?? asRecord(kernel).language ?? "python";
  const code = cells.flatMap((cell: unknown, index) => {
    const { cell_type: type, source } = asRecord(cell);
    return type === "code" && language === "python" ? [{ index, source: sourceOf(source) }] : [];
  });
  const places = code.flatMap(({ index, source }) => source.split("\n").map((_, line) => ({ cell: index + 1, line: line + 1 })));
  let fileLines: readonly number[] | undefined;
  return {
    text: moduleTextOf(code.map(({ source }) => source)),
    lineOf: (cell, line) => places.findIndex((place) => place.cell === cell && place.line === line),
    placeOf(line) {
      const place = places[line] ?? places.at(-1) ?? { cell: 1, line: 1 };
      fileLines ??= linesOf(json, places);
      return { ...place, fileLine: fileLines[Math.min(line, fileLines.length - 1)] ?? 1 };
    },
  };
}

/** The lines of the file in which the lines of cells stand: each is a value of a list, but where a cell's source is one value. */
function linesOf(json: string, places: readonly { readonly cell: number; readonly line: number }[]): readonly number[] {
  const ranges = placesOf(
    json,
    places.map(({ cell, line }) => `/cells/${cell - 1}/source/${line - 1}`),
  );
  let [line, offset] = [1, 0];
  return ranges.map(({ start }) => {
    for (; offset < start; offset++) if (json.charCodeAt(offset) === 10) line++;
    return line;
  });
}

function sourceOf(source: unknown): string {
  const parts = Array.isArray(source) ? source : [source];
  return parts
    .filter((part) => typeof part === "string")
    .join("")
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n");
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
