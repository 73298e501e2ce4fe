import type {
  Diagnostic,
  DidChangeNotebookDocumentParams,
  DidCloseNotebookDocumentParams,
  DidOpenNotebookDocumentParams,
  TextDocumentContentChangeEvent,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { moduleTextOf } from "../base/notebook-cells.js";
import { applyChanges } from "./convert.js";

/** What the server knows documents by: for a notebook, one document of all its cells. */
export interface DocumentListener {
  onOpen(uri: string, version: number, text: string): void;
  onChange(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void;
  onClose(uri: string): void;
  /** A cell is gone, and what was said of it with it. */
  onCellClose(uri: string): void;
}

/**
 * The notebooks that the editor shows. The cells of each are one module, in their order, one below the other: a line of a cell is a line of the module
 * some lines further down, and characters are the same. So places go from one to the other by adding lines.
 */
export interface Notebooks {
  open(params: DidOpenNotebookDocumentParams): void;
  change(params: DidChangeNotebookDocumentParams): void;
  close(params: DidCloseNotebookDocumentParams): void;
  /** What a request about a cell says of the module; anything else as it is. */
  inModule<Params>(params: Params): Params;
  /** What an answer about the module says of the cells. Of a list, what stands in other cells than the one that was asked about is left out. */
  inCells<Result>(result: Result, asked: unknown): Result;
  /** The diagnostics of a document, for each cell where it is a notebook. */
  diagnosticsByCell(uri: string, version: number, diagnostics: readonly Diagnostic[]): readonly CellDiagnostics[];
}

/** What is sent for one document of the editor. */
export interface CellDiagnostics {
  readonly uri: string;
  readonly version: number;
  readonly diagnostics: Diagnostic[];
}

interface Notebook {
  readonly uri: string;
  version: number;
  cells: TextDocument[];
  /** The text of the module as the listener knows it. */
  text: string;
}

interface Cell {
  readonly notebook: Notebook;
  readonly document: TextDocument;
  /** The line of the module that its first line is. */
  readonly line: number;
}

export function createNotebooks(listener: DocumentListener): Notebooks {
  const notebooks = new Map<string, Notebook>();

  const cellsOf = (notebook: Notebook): readonly Cell[] => {
    let line = 0;
    return notebook.cells.map((document) => {
      const cell = { notebook, document, line };
      line += document.lineCount;
      return cell;
    });
  };
  const cellOf = (uri: string): Cell | undefined => {
    for (const notebook of notebooks.values()) {
      const found = cellsOf(notebook).find(({ document }) => document.uri === uri);
      if (found) return found;
    }
    return undefined;
  };
  const cellAt = (uri: string, line: number): Cell | undefined => {
    const notebook = notebooks.get(uri);
    return notebook && cellsOf(notebook).findLast((cell) => cell.line <= line);
  };
  /** Tells the listener what is another text now. */
  const update = (notebook: Notebook): void => {
    const text = moduleTextOf(notebook.cells.map((cell) => cell.getText()));
    if (text === notebook.text) return;
    const before = TextDocument.create(notebook.uri, "python", 0, notebook.text);
    const { start, end, newText } = difference(notebook.text, text);
    notebook.text = text;
    listener.onChange(notebook.uri, notebook.version, [
      { range: { start: before.positionAt(start), end: before.positionAt(end) }, text: newText },
    ]);
  };

  return {
    open({ notebookDocument: { uri, version, cells }, cellTextDocuments }) {
      const documents = new Map(
        cellTextDocuments.map((item) => [item.uri, TextDocument.create(item.uri, item.languageId, item.version, item.text)]),
      );
      const ofPython = cells.flatMap(({ document }) => documents.get(document) ?? []).filter(({ languageId }) => languageId === "python");
      const text = moduleTextOf(ofPython.map((cell) => cell.getText()));
      notebooks.set(uri, { uri, version, cells: ofPython, text });
      listener.onOpen(uri, version, text);
    },
    change({ notebookDocument: { uri, version }, change: { cells } }) {
      const notebook = notebooks.get(uri);
      if (!notebook) throw new Error(`${uri} is not open`);
      // Each message is a step, whatever the editor counts.
      notebook.version = Math.max(version, notebook.version + 1);
      const structure = cells?.structure;
      if (structure) {
        const opened = new Map(
          (structure.didOpen ?? []).map((item) => [item.uri, TextDocument.create(item.uri, item.languageId, item.version, item.text)]),
        );
        const known = new Map(notebook.cells.map((cell) => [cell.uri, cell]));
        for (const { uri: closed } of structure.didClose ?? []) listener.onCellClose(closed);
        const { start, deleteCount, cells: added } = structure.array;
        const inserted = (added ?? []).flatMap(({ document }) => opened.get(document) ?? known.get(document) ?? []);
        notebook.cells = notebook.cells.toSpliced(start, deleteCount, ...inserted);
      }
      for (const { document, changes } of cells?.textContent ?? []) {
        const cell = notebook.cells.find(({ uri: each }) => each === document.uri);
        if (cell) applyChanges(cell, changes, document.version);
      }
      update(notebook);
    },
    close({ notebookDocument: { uri }, cellTextDocuments }) {
      for (const { uri: closed } of cellTextDocuments) listener.onCellClose(closed);
      if (notebooks.delete(uri)) listener.onClose(uri);
    },
    inModule(params) {
      const uri = notebooks.size === 0 ? undefined : uriIn(params);
      const cell = uri === undefined ? undefined : cellOf(uri);
      return cell ? (shifted(params, cell.line, uri as string, cell.notebook.uri) as typeof params) : params;
    },
    inCells(result, asked) {
      if (notebooks.size === 0) return result;
      const uri = uriIn(asked);
      return toCells(result, uri === undefined ? undefined : cellOf(uri), cellAt) as typeof result;
    },
    diagnosticsByCell(uri, version, diagnostics) {
      const notebook = notebooks.get(uri);
      if (!notebook) return [{ uri, version, diagnostics: [...diagnostics] }];
      return cellsOf(notebook).map((cell) => ({
        uri: cell.document.uri,
        version: cell.document.version,
        diagnostics: diagnostics
          .filter(({ range }) => cellAt(uri, range.start.line)?.document === cell.document)
          .map((diagnostic) => toCells(diagnostic, cell, cellAt) as Diagnostic),
      }));
    },
  };
}

/** The document that a request is about; what is resolved later carries its place as data. */
function uriIn(params: unknown): string | undefined {
  const { textDocument, uri, data } = (params ?? {}) as {
    readonly textDocument?: { readonly uri?: unknown };
    readonly uri?: unknown;
    readonly data?: { readonly uri?: unknown };
  };
  const found = textDocument?.uri ?? uri ?? data?.uri;
  return typeof found === "string" ? found : undefined;
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value with all its lines further down, and the one document in the place of the other. */
function shifted(value: unknown, lines: number, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((each) => shifted(each, lines, from, to));
  if (!isJson(value)) return value === from ? to : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === "line" && typeof each === "number" ? Math.max(0, each + lines) : shifted(each, lines, from, to),
    ]),
  );
}

/**
 * The value with places of modules as places of cells. A place that names its document is looked up; one that does not is of the cell that was asked
 * about, and what carries it is left out of its list where it stands in another cell.
 */
function toCells(value: unknown, asked: Cell | undefined, cellAt: (uri: string, line: number) => Cell | undefined): unknown {
  const walk = (each: unknown): unknown => toCells(each, asked, cellAt);
  if (Array.isArray(value))
    return value.filter((each) => !asked || isIn(each, asked)).flatMap((each) => splitEdits(each, cellAt) ?? [walk(each)]);
  if (!isJson(value)) return value;
  const named = typeof value.uri === "string" ? cellAt(value.uri, lineOf(value)) : undefined;
  if (named) return shifted(value, -named.line, named.notebook.uri, named.document.uri);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === "changes" && isJson(each))
        return [key, Object.assign({}, ...Object.entries(each).map((entry) => splitChanges(entry, cellAt)))];
      const isPlace = (key === "range" || key === "position") && asked !== undefined;
      return [key, isPlace ? shifted(each, -asked.line, "", "") : walk(each)];
    }),
  );
}

/** Whether what is in a list is about that cell, as far as it has a place and names no document. */
function isIn(value: unknown, { line, document }: Cell): boolean {
  if (!isJson(value) || typeof value.uri === "string" || !("range" in value || "position" in value)) return true;
  const at = lineOf(value);
  return line <= at && at < line + document.lineCount;
}

function lineOf({ line, range, position }: Json): number {
  if (typeof line === "number") return line;
  const place = isJson(range) ? range.start : position;
  return isJson(place) && typeof place.line === "number" ? place.line : 0;
}

interface Edit extends Json {
  readonly range: { readonly start: { readonly line: number } };
}

function editsByCell(
  uri: string,
  edits: readonly Edit[],
  cellAt: (uri: string, line: number) => Cell | undefined,
): ReadonlyMap<Cell["document"], Edit[]> | undefined {
  if (!cellAt(uri, 0)) return undefined;
  const byCell = new Map<Cell["document"], Edit[]>();
  for (const edit of edits) {
    const cell = cellAt(uri, edit.range.start.line);
    if (cell) byCell.set(cell.document, [...(byCell.get(cell.document) ?? []), shifted(edit, -cell.line, "", "") as Edit]);
  }
  return byCell;
}

/** The edits of one document, as those of its cells; undefined for anything else. */
function splitEdits(value: unknown, cellAt: (uri: string, line: number) => Cell | undefined): readonly unknown[] | undefined {
  if (!isJson(value) || !isJson(value.textDocument) || !Array.isArray(value.edits)) return undefined;
  const byCell = editsByCell(String(value.textDocument.uri), value.edits, cellAt);
  return byCell && [...byCell].map(([document, edits]) => ({ textDocument: { uri: document.uri, version: document.version }, edits }));
}

function splitChanges([uri, edits]: [string, unknown], cellAt: (uri: string, line: number) => Cell | undefined): Json {
  const byCell = Array.isArray(edits) ? editsByCell(uri, edits, cellAt) : undefined;
  return byCell ? Object.fromEntries([...byCell].map(([document, own]) => [document.uri, own])) : { [uri]: edits };
}

/** The one stretch in which two texts differ. */
function difference(before: string, after: string): { readonly start: number; readonly end: number; readonly newText: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { start, end: before.length - same, newText: after.slice(start, after.length - same) };
}
