import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import { predictionTable } from "../../server/src/estimate/text.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { type CaseFile, casesOf } from "../markdown.js";

/** What the analysis says to editors in words of its own, but for messages, hovers and pages. */
export interface SaidTexts {
  readonly titles: ReadonlySet<string>;
  readonly lenses: ReadonlySet<string>;
  readonly notes: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
  readonly deeds: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
  /** In the tables of hovers. */
  readonly cells: ReadonlySet<string>;
}

/** Of every case and every program of the tests. */
export function saidTexts(parser: Parser): SaidTexts {
  const said = { titles: new Set<string>(), lenses: new Set<string>(), notes: new Set<string>(), workers: new Set<string>() };
  const others = { deeds: new Set<string>(), links: new Set<string>(), cells: new Set<string>() };
  const heard = (text: string): string => {
    others.cells.add(text);
    return text;
  };
  for (const { files, settings } of programs()) {
    const host = new AnalysisHost(parser, settings);
    for (const { path, text } of files) host.setFile(path, text);
    const state = host.snapshot();
    for (const { path, text } of files) {
      for (const { title } of state.codeActions(path, { start: 0, end: text.length })) said.titles.add(title);
      for (const { title } of state.lenses(path)) said.lenses.add(title);
      for (const note of state.codeNotes(path)) said.notes.add(note.text);
      for (const finding of state.findings(path)) {
        const hover = state.hover(path, finding.range.start);
        for (const { title } of hover?.links ?? []) others.links.add(title);
        if (hover?.prediction) predictionTable(hover.prediction, heard);
      }
    }
    for (const { workers, shares } of state.threadStarts()) {
      said.workers.add(workers);
      for (const { accesses } of shares) for (const { does } of accesses) others.deeds.add(does);
    }
  }
  return { ...said, ...others };
}

function programs(): readonly { readonly files: readonly CaseFile[]; readonly settings: Settings }[] {
  const cases = globSync(["server/src/rules/*.md", "test/rules/*.md"]).flatMap((path) => casesOf(readFileSync(path, "utf8")));
  const single = globSync(["test/fixes/programs/*.py", "test/examples/*.py", "test/e2e/workspace/*.py"]).map((path) => ({
    files: [{ path: "/main.py", text: readFileSync(path, "utf8") }],
    settings: cases[0]?.settings as Settings,
  }));
  return [...cases, ...single];
}
