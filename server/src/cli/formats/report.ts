import type { Problem } from "../../analysis/answers.js";
import { LineIndex } from "../../base/line-index.js";
import type { Finding, Severity } from "../../rules/rule.js";
import type { Notebook } from "../notebook.js";
import { placeAt } from "./place.js";

/** What one `check` found: the material of every format. */
export interface CheckReport {
  readonly version: string;
  /** Sorted by path, offset, code; paths are absolute. */
  readonly findings: readonly Finding[];
  /** Sorted by path; paths are absolute. */
  readonly problems: readonly Problem[];
  readonly summary: Summary;
  readonly sources: ReportSources;
}

export interface Summary {
  /** How many files were checked. */
  readonly files: number;
  /** How many lines they have. */
  readonly lines: number;
  readonly milliseconds: number;
  /** How many fixes were applied. */
  readonly fixed: number;
}

/** What formats need to know about files to show places in them. */
export interface ReportSources {
  /** The path as the user sees it. */
  shown(path: string): string;
  lines(path: string): LineIndex;
  /** Of a path that is a notebook's, whose lines are those of its cells. */
  notebook(path: string): Notebook | undefined;
}

/** Line indexes are built once per file, and only for files that are shown. */
export function reportSources(
  shown: (path: string) => string,
  text: (path: string) => string | undefined,
  notebook: (path: string) => Notebook | undefined = () => undefined,
): ReportSources {
  const indexes = new Map<string, LineIndex>();
  return {
    shown,
    notebook,
    lines: (path) => {
      const known = indexes.get(path);
      if (known) return known;
      const index = new LineIndex(text(path) ?? "");
      indexes.set(path, index);
      return index;
    },
  };
}

/** How often a rule spoke. */
export interface RuleCount {
  readonly code: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
}

/** The rule that spoke most often first. */
export function countsByRule(findings: readonly Finding[]): readonly RuleCount[] {
  const counts = new Map<string, RuleCount>();
  for (const { code, rule, severity } of findings) {
    counts.set(code, { code, rule, severity, count: (counts.get(code)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** The line of an offset as people read it, from 1: of a notebook, the cell and the line in it. */
export function shownLine(path: string, offset: number, sources: ReportSources): string {
  const { line } = placeAt(sources.lines(path), offset);
  const inNotebook = sources.notebook(path)?.placeOf(line - 1);
  return inNotebook ? `cell ${inNotebook.cell}:${inNotebook.line}` : String(line);
}

/** Where an offset lies in the file itself: of a notebook, the line of its JSON, in which columns say nothing. */
export function filePlaceAt(
  path: string,
  offset: number,
  sources: ReportSources,
): { readonly line: number; readonly column: number | undefined } {
  const place = placeAt(sources.lines(path), offset);
  const notebook = sources.notebook(path);
  return notebook ? { line: notebook.placeOf(place.line - 1).fileLine, column: undefined } : place;
}
