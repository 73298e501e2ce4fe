import {
  type ChangeAnnotation,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type CodeAction as LspCodeAction,
  type CodeLens as LspCodeLens,
  Command as LspCommand,
  type Hover as LspHover,
  type InlayHint as LspInlayHint,
  type Position as LspPosition,
  type Range as LspRange,
  type TextDocumentContentChangeEvent,
  type WorkspaceEdit,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { CodeAction, CodeNote, Hover, Lens } from "../analysis/answers.js";
import type { FileEdit, TextEdit } from "../base/edit.js";
import { LineIndex } from "../base/line-index.js";
import type { Range } from "../base/range.js";
import { unreachable } from "../base/unreachable.js";
import type { UserFileProblem } from "../knowledge/user-files.js";
import type { Finding, Severity } from "../rules/rule.js";
import { type HoverAbilities, hoverPage } from "./hover-page.js";
import type { Words } from "./language.js";
import { type DocumentPlace, explainCommand, pageScheme, showPredictionCommand, showTimelineCommand } from "./protocol.js";

/**
 * The path under which the analysis knows a document: absolute with `/` for files, the URI in plain letters for everything else
 * (unsaved documents, notebook cells, files that only the editor can reach).
 */
export function pathOfUri(uri: string): string {
  if (!uri.startsWith("file://")) return decoded(uri);
  const rest = uri.slice("file://".length);
  const slash = rest.indexOf("/");
  if (slash === -1) return uri;
  const path = decoded(rest.slice(slash));
  const server = rest.slice(0, slash);
  if (server !== "") return `//${server}${path}`;
  // Editors disagree on the case of drive letters, and one file must have one path.
  return /^\/[A-Za-z]:/.test(path) ? path.charAt(1).toLowerCase() + path.slice(2) : path;
}

/** The URI of the path of a file or folder. */
export function uriOfPath(path: string): string {
  const remote = /^([A-Za-z][A-Za-z0-9+.-]+:\/\/[^/]*)(\/.*)$/s.exec(path);
  if (remote) return remote[1] + encoded(remote[2] as string);
  if (isUri(path)) return path;
  if (path.startsWith("//")) return `file:${encoded(path)}`;
  return `file://${encoded(path.startsWith("/") ? path : `/${path}`)}`;
}

/** Whether a path of the analysis is a URI, which only the editor can read. */
export function isUri(path: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]+:/.test(path);
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Applies an editor's changes to its document, and says what they were in offsets. Places outside the text are clamped; a change that
 * makes no sense throws before any of them is applied.
 */
export function applyChanges(document: TextDocument, changes: readonly TextDocumentContentChangeEvent[], version: number): TextEdit[] {
  for (const change of changes) requireChange(change);
  return changes.map((change) => {
    const range = "range" in change ? rangeIn(document, change.range) : { start: 0, end: document.getText().length };
    const place = { start: document.positionAt(range.start), end: document.positionAt(range.end) };
    TextDocument.update(document, [{ range: place, text: change.text }], version);
    return { range, newText: change.text };
  });
}

/** What is wrong with a knowledge file, for the editor to show in it. */
export function knowledgeDiagnostics({ text, faults }: UserFileProblem, { said }: Words): Diagnostic[] {
  const lines = new LineIndex(text);
  const place = (offset: number): LspPosition => {
    const { line, column } = lines.position(offset);
    return { line, character: column };
  };
  return faults.map(({ message, range, pointer }) => ({
    range: { start: place(range.start), end: place(range.end) },
    severity: DiagnosticSeverity.Error,
    source: "gilscope",
    message: said(pointer === "" ? `This file ${message}.` : message),
  }));
}

/** Whether an editor's message says what the protocol promises is not known before it is looked at. */
function requireChange(change: TextDocumentContentChangeEvent | null | undefined): void {
  if (typeof change?.text !== "string") throw new TypeError("a change without a text");
  if (!("range" in change)) return;
  const numbers = [change.range?.start, change.range?.end].flatMap((place) => [place?.line, place?.character]);
  if (!numbers.every(Number.isInteger)) throw new TypeError("a change without a place");
}

function rangeIn(document: TextDocument, range: LspRange): Range {
  const a = document.offsetAt(range.start);
  const b = document.offsetAt(range.end);
  return { start: Math.min(a, b), end: Math.max(a, b) };
}

/** What a client can show; decided once, when it introduces itself. */
export interface ClientAbilities {
  readonly relatedInformation: boolean;
  readonly diagnosticTags: boolean;
  readonly disabledActions: boolean;
  readonly documentChanges: boolean;
  /** Whether a diagnostic's code may be a link. */
  readonly codeLinks: boolean;
  /** Edits can say what they change, and wait for the user to look at them. */
  readonly changeAnnotations: boolean;
}

/** Renders answers for a client. Made for one snapshot: `textOf` must give the texts that the answers' offsets refer to. */
export interface Renderer {
  offset(path: string, position: LspPosition): number | undefined;
  range(path: string, range: LspRange): Range | undefined;
  position(path: string, offset: number): LspPosition;
  diagnostic(finding: Finding): Diagnostic;
  hover(path: string, hover: Hover): LspHover;
  workspaceEdit(edits: readonly FileEdit[]): WorkspaceEdit;
  codeAction(path: string, action: CodeAction, shown: readonly Diagnostic[]): LspCodeAction;
  lens(path: string, lens: Lens): LspCodeLens;
  inlayHint(path: string, note: CodeNote): LspInlayHint;
  lspRange(path: string, range: Range): LspRange;
  /** The URI that the editor uses for a path. */
  uriOf(path: string): string;
  /** Where a lens is, its place as data; what it says costs simulations and is asked for when it comes into view. */
  lensPlace(path: string, lens: Pick<Lens, "range">): LspCodeLens;
  /** The link to the timeline beside the lens. */
  timelineLens(path: string, lens: Lens): LspCodeLens;
}

/** Where answers are rendered to: the texts they speak of, the URIs the editor uses for them, and what the editor can show. */
export interface RenderingContext {
  textOf(path: string): string | undefined;
  uriOf(path: string): string;
  /** The version of an open document, null for a file that no editor shows. */
  versionOf(path: string): number | null;
  readonly abilities: ClientAbilities;
  readonly hovers: HoverAbilities;
  readonly words: Words;
}

export function createRenderer(context: RenderingContext): Renderer {
  const { words } = context;
  const indexes = new Map<string, LineIndex>();
  const indexOf = (path: string): LineIndex => {
    const known = indexes.get(path);
    if (known) return known;
    const index = new LineIndex(context.textOf(path) ?? "");
    indexes.set(path, index);
    return index;
  };
  const lspPosition = (path: string, offset: number): LspPosition => {
    const { line, column } = indexOf(path).position(offset);
    return { line, character: column };
  };
  const lspRange = (path: string, range: Range): LspRange => ({
    start: lspPosition(path, range.start),
    end: lspPosition(path, range.end),
  });
  const offset = (path: string, position: LspPosition): number | undefined =>
    context.textOf(path) === undefined ? undefined : indexOf(path).offset({ line: position.line, column: position.character });
  const workspaceEdit = (edits: readonly FileEdit[], annotation?: ChangeAnnotation): WorkspaceEdit => {
    const { documentChanges, changeAnnotations } = context.abilities;
    const mark = annotation && documentChanges && changeAnnotations ? { annotationId: "fix" } : {};
    const files = edits.map(({ path, edits: changes }) => ({
      uri: context.uriOf(path),
      version: context.versionOf(path),
      edits: changes.map((edit) => ({ range: lspRange(path, edit.range), newText: edit.newText, ...mark })),
    }));
    if (documentChanges) {
      return {
        documentChanges: files.map(({ uri, version, edits: changes }) => ({ textDocument: { uri, version }, edits: changes })),
        ...(annotation && changeAnnotations ? { changeAnnotations: { fix: annotation } } : {}),
      };
    }
    return { changes: Object.fromEntries(files.map(({ uri, edits: changes }) => [uri, changes])) };
  };

  return {
    offset,
    range(path, range) {
      const a = offset(path, range.start);
      const b = offset(path, range.end);
      return a === undefined || b === undefined ? undefined : { start: Math.min(a, b), end: Math.max(a, b) };
    },
    position: lspPosition,
    diagnostic(finding) {
      const related = finding.related.map(({ path, range, message }) => ({
        location: { uri: context.uriOf(path), range: lspRange(path, range) },
        message: words.said(message),
      }));
      return {
        range: lspRange(finding.path, finding.range),
        severity: lspSeverity(finding.severity),
        code: finding.code,
        ...(context.abilities.codeLinks && context.hovers.commands.includes(explainCommand)
          ? { codeDescription: { href: `${pageScheme}:/rules/${finding.rule}.md` } }
          : {}),
        source: "gilscope",
        message: words.said(finding.message),
        ...(context.abilities.relatedInformation && related.length > 0 ? { relatedInformation: related } : {}),
        ...(context.abilities.diagnosticTags && finding.rule === "unused-suppression" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
      };
    },
    hover(path, hover) {
      const range = lspRange(path, hover.range);
      const place: DocumentPlace = { uri: context.uriOf(path), ...range.start };
      return { contents: { kind: "markdown", value: hoverPage(hover, place, context.hovers, words) }, range };
    },
    workspaceEdit,
    codeAction(path, action, shown) {
      const range = lspRange(path, action.range);
      const diagnostics = shown.filter((diagnostic) => diagnostic.source === "gilscope" && sameRange(diagnostic.range, range));
      const base = {
        title: words.said(action.title),
        kind: action.kind === "quickfix" ? CodeActionKind.QuickFix : CodeActionKind.RefactorRewrite,
        ...(diagnostics.length > 0 ? { diagnostics } : {}),
      };
      return action.refusedBecause === undefined
        ? { ...base, isPreferred: action.safety === "safe", edit: workspaceEdit(action.edits, annotationOf(action, words)) }
        : { ...base, disabled: { reason: words.said(action.refusedBecause) } };
    },
    lens(path, lens) {
      const range = lspRange(path, lens.range);
      const place: DocumentPlace = { uri: context.uriOf(path), ...range.start };
      return { range, command: LspCommand.create(lensTitle(lens, words), showPredictionCommand, place) };
    },
    inlayHint: (path, { offset: at, text }) => ({
      position: lspPosition(path, at),
      label: words.saidInParts(text, ", "),
      paddingLeft: true,
    }),
    lspRange,
    uriOf: context.uriOf,
    lensPlace(path, lens) {
      const range = lspRange(path, lens.range);
      const place: DocumentPlace = { uri: context.uriOf(path), ...range.start };
      return { range, data: place };
    },
    timelineLens(path, lens) {
      const range = lspRange(path, lens.range);
      const place: DocumentPlace = { uri: context.uriOf(path), ...range.start };
      return { range, command: LspCommand.create(words.t("Show timeline"), showTimelineCommand, place) };
    },
  };
}

/** What needs a reader is shown before it is done, with what it changes in words. */
function annotationOf({ title, caution }: CodeAction, words: Words): ChangeAnnotation | undefined {
  return caution === undefined ? undefined : { label: words.said(title), description: words.said(caution), needsConfirmation: true };
}

/** The ways with what they gain, and the cores behind them. */
function lensTitle({ title }: Lens, words: Words): string {
  const [, ways = title, cores] = /^(.*) {2}\((.*)\)$/.exec(title) ?? [];
  return `${words.saidInParts(ways, " · ")}${cores === undefined ? "" : `  (${words.said(cores)})`}`;
}

function sameRange(a: LspRange, b: LspRange): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}

function lspSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case "error":
      return DiagnosticSeverity.Error;
    case "warning":
      return DiagnosticSeverity.Warning;
    case "information":
      return DiagnosticSeverity.Information;
    case "hint":
      return DiagnosticSeverity.Hint;
    default:
      return unreachable(severity);
  }
}
