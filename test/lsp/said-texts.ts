import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import { predictionTable } from "../../server/src/estimate/prediction/text.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { type CaseFile, casesOf } from "../markdown.js";

const kinds = [
  "messages",
  "related",
  "titles",
  "cautions",
  "refusals",
  "lenses",
  "notes",
  "workers",
  "deeds",
  "links",
  "cells",
  "hovers",
  "reasons",
  "assumptions",
] as const;

/** What the analysis says to editors in words of its own, by where it is shown; `cells` are those of the tables of hovers. */
export type SaidTexts = Readonly<Record<(typeof kinds)[number], ReadonlySet<string>>>;

/** Of every case and every program of the tests. */
export function saidTexts(parser: Parser): SaidTexts {
  const said = Object.fromEntries(kinds.map((kind) => [kind, new Set<string>()])) as Record<(typeof kinds)[number], Set<string>>;
  const heard = (text: string): string => {
    said.cells.add(text);
    return text;
  };
  for (const { files, settings } of programs()) {
    const host = new AnalysisHost(parser, settings);
    for (const { path, text } of files) host.setFile(path, text);
    const state = host.snapshot();
    for (const { path, text } of files) {
      for (const { title, caution, refusedBecause } of state.codeActions(path, { start: 0, end: text.length })) {
        said.titles.add(title);
        if (caution !== undefined) said.cautions.add(caution);
        if (refusedBecause !== undefined) said.refusals.add(refusedBecause);
      }
      for (const { title } of state.lenses(path)) said.lenses.add(title);
      for (const note of state.codeNotes(path)) said.notes.add(note.text);
      const findings = state.findings(path);
      for (const { message, related } of findings) {
        said.messages.add(message);
        for (const place of related) said.related.add(place.message);
      }
      const calls = [...text.matchAll(/\w(?=\()/g)].map(({ index }) => index);
      for (const offset of [...findings.map(({ range }) => range.start), ...calls]) {
        const hover = state.hover(path, offset);
        if (!hover) continue;
        said.hovers.add(hover.markdown);
        for (const { title } of hover.links) said.links.add(title);
        if (hover.prediction) predictionTable(hover.prediction, heard);
      }
      for (const { strategies, assumptions } of state.predictions(path)) {
        for (const { reason } of strategies) if (reason !== "") said.reasons.add(reason);
        for (const { what, value, from } of assumptions) for (const part of [what, value, from]) said.assumptions.add(part);
      }
    }
    for (const { workers, shares } of state.threadStarts()) {
      said.workers.add(workers);
      for (const { accesses } of shares) for (const { does } of accesses) said.deeds.add(does);
    }
  }
  return said;
}

function programs(): readonly { readonly files: readonly CaseFile[]; readonly settings: Settings }[] {
  const cases = globSync(["server/src/rules/*.md", "test/rules/*.md"]).flatMap((path) => casesOf(readFileSync(path, "utf8")));
  const single = globSync(["test/fixes/programs/*.py", "test/examples/*.py", "test/e2e/workspace/*.py"]).map((path) => ({
    files: [{ path: "/main.py", text: readFileSync(path, "utf8") }],
    settings: cases[0]?.settings as Settings,
  }));
  return [...cases, ...single];
}
