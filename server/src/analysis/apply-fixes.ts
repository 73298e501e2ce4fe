import { applyEdits, type TextEdit } from "../base/edit.js";
import { overlaps, type Range } from "../base/range.js";
import type { Finding, Fix, Safety } from "../rules/rule.js";
import type { Analysis, AnalysisHost } from "./analysis.js";

/** The texts after fixing; only files that changed. */
export interface FixResult {
  readonly texts: ReadonlyMap<string, string>;
  /** How many fixes were applied. */
  readonly fixed: number;
  /** The state after fixing. */
  readonly analysis: Analysis;
}

/**
 * Applies the first allowed fix of each finding until none is left. Fixes of one round that touch each other wait for the next, which sees
 * the code they changed; `findingsOf` names the findings to fix.
 */
export function applyFixes(
  host: Pick<AnalysisHost, "setFile" | "snapshot">,
  paths: readonly string[],
  findingsOf: (analysis: Analysis, path: string) => readonly Finding[],
  allowed: readonly Safety[],
): FixResult {
  const known = new Set(paths);
  const texts = new Map<string, string>();
  let fixed = 0;
  let analysis = host.snapshot();
  for (let round = 0; round < mostRounds; round++) {
    const accepted = new Map<string, TextEdit[]>();
    const before = fixed;
    for (const path of paths) {
      for (const finding of findingsOf(analysis, path)) {
        const fix = finding.fixes.find(({ safety, edits }) => allowed.includes(safety) && edits.every((edit) => known.has(edit.path)));
        if (!fix || touchesAccepted(fix, accepted, analysis)) continue;
        for (const file of fix.edits) accepted.set(file.path, [...(accepted.get(file.path) ?? []), ...file.edits]);
        fixed++;
      }
    }
    if (fixed === before) break;
    for (const [path, edits] of accepted) {
      const text = analysis.text(path) ?? "";
      const changed = applyEdits(text, withLineEndsOf(text, edits));
      texts.set(path, changed);
      host.setFile(path, changed);
    }
    analysis = host.snapshot();
  }
  return { texts, fixed, analysis };
}

/** More rounds than any chain of fixes needs; a fix that brings its own finding back must not loop for ever. */
const mostRounds = 10;

/** Whether the fix edits lines that a fix of this round edits as well, or lines beside them, with which it may have something in common. */
function touchesAccepted(fix: Fix, accepted: ReadonlyMap<string, readonly TextEdit[]>, analysis: Analysis): boolean {
  return fix.edits.some(({ path, edits }) => {
    const others = accepted.get(path) ?? [];
    const text = analysis.text(path) ?? "";
    return edits.some((edit) => others.some((other) => overlaps(linesOf(edit.range, text), linesOf(other.range, text))));
  });
}

/** The whole lines of a range, from the first one's start to the start of the next. */
function linesOf({ start, end }: Range, text: string): Range {
  const next = /\r\n|\r|\n/g;
  next.lastIndex = end;
  const found = next.exec(text);
  const before = Math.max(text.lastIndexOf("\n", start - 1), text.lastIndexOf("\r", start - 1)) + 1;
  return { start: start === 0 ? 0 : before, end: found ? found.index + found[0].length : text.length };
}

/** Fixes write `\n`; a file with other line ends keeps its own, as in an editor. */
function withLineEndsOf(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  const lineEnd = /\r\n|\r|\n/.exec(text)?.[0] ?? "\n";
  if (lineEnd === "\n") return edits;
  return edits.map(({ range, newText }) => ({ range, newText: newText.replace(/\r\n|\r|\n/g, lineEnd) }));
}
