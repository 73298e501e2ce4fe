import type { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { applyEdits } from "../../server/src/base/edit.js";
import { chanceOf } from "../fuzz/chance.js";

/** What somebody does to a file, a stroke after the other. */
export type StrokeKind = "a statement" | "a call" | "a new name" | "an import";

/** Processor time from a stroke to the findings of the file, ms, and what was typed so far. */
export interface Stroke {
  readonly kind: StrokeKind;
  readonly milliseconds: number;
  readonly typed: string;
  readonly line: number;
}

/**
 * Types into functions of an open file that chance chooses, and takes out at once what was typed: statements, calls of a method that many classes have,
 * calls of names that other functions of the file call already, imports. The file is as it was after each.
 */
export function strokesIn(analysisHost: AnalysisHost, path: string, text: string, places: number, seed = 1): readonly Stroke[] {
  const chance = chanceOf(seed);
  const functions = [...text.matchAll(/^( *)def \w+\([^)]*\)[^:\n]*:(?=\n *[a-z])/gm)];
  const called = [...new Set([...text.matchAll(/\b([A-Za-z_]\w+(?:\.\w+)?)\(/g)].map(([, name]) => name ?? ""))];
  const firstImport = /^(?:import|from) /m.exec(text)?.index ?? 0;
  const strokes: Stroke[] = [];
  const lineAt = (place: number): number => text.slice(0, place).split("\n").length;
  let now = text;
  const stroke = (kind: StrokeKind, start: number, end: number, newText: string, typed: string): void => {
    const edit = { range: { start, end }, newText };
    now = applyEdits(now, [edit]);
    const before = process.cpuUsage();
    analysisHost.editFile(path, [edit]);
    analysisHost.snapshot().findings(path);
    const { user, system } = process.cpuUsage(before);
    strokes.push({ kind, milliseconds: (user + system) / 1000, typed, line: lineAt(start) });
  };
  const type = (kind: StrokeKind, place: number, typed: string): void => {
    for (let length = 0; length < typed.length; length++)
      stroke(kind, place + length, place + length, typed[length] ?? "", typed.slice(0, length + 1));
    stroke(kind, place, place + typed.length, "", `${typed} taken out`);
  };
  analysisHost.openFile(path, text);
  analysisHost.snapshot().findings(path);
  for (let k = 0; k < places; k++) {
    const match = chance.of(functions);
    const place = match.index + match[0].length;
    const line = `\n${match[1] ?? ""}    `;
    type("a statement", place, `${line}value = self.total + len(items)`);
    type("a call", place, `${line}self.close()`);
    type("a new name", place, `${line}${chance.of(called)}()`);
    const added = `import string as string_${k}\n`;
    stroke("an import", firstImport, firstImport, added, added);
    stroke("an import", firstImport, firstImport + added.length, "", `${added} taken out`);
  }
  if (now !== text) throw new Error("the file is not as it was");
  analysisHost.closeFile(path);
  return strokes;
}
