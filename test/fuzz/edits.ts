import assert from "node:assert/strict";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { askAll, settings, withinPatience } from "./analyse.js";
import type { Chance } from "./chance.js";
import { grammarText, realFiles, wildText } from "./texts.js";

/** What somebody may do next to a text: type, delete, paste, move a line, comment it out. */
export function editOf(text: string, chance: Chance): TextEdit {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  const place = (): number => chance.below(text.length + 1);
  const line = (): { start: number; end: number } => {
    const index = chance.below(lineStarts.length);
    return { start: lineStarts[index] as number, end: lineStarts[index + 1] ?? text.length };
  };
  const range = (longest: number): { start: number; end: number } => {
    const start = place();
    return { start, end: Math.min(text.length, start + chance.below(longest + 1)) };
  };
  const at = (offset: number): { start: number; end: number } => ({ start: offset, end: offset });
  return chance.of<() => TextEdit>([
    () => ({ range: at(place()), newText: wildText(chance, 1 + chance.below(12)) }),
    () => ({ range: at(line().start), newText: `${text.slice(...Object.values(line())) || "x = 1"}\n` }),
    () => ({ range: range(1), newText: "" }),
    () => ({ range: range(60), newText: "" }),
    () => ({ range: range(30), newText: wildText(chance, 1 + chance.below(30)) }),
    () => ({ range: line(), newText: "" }),
    () => ({ range: at(line().start), newText: "# " }),
    () => ({ range: at(line().start), newText: chance.of(["    ", "\t", "  "]) }),
    () => ({ range: at(place()), newText: chance.of(["(", "[", '"""', "'", ":", "\n", "\r\n", "\\\n", "  # gil: ignore\n"]) }),
    () => ({ range: at(line().start), newText: grammarText(chance, 1).split("\n").slice(6).join("\n") }),
    () => ({ range: range(2000), newText: "" }),
  ])();
}

/**
 * Edits a program of several files and takes all edits back. What a host says that has seen every edit is, byte for byte, what one says that
 * has seen only the texts. Returns how many edits were made.
 */
export function playEdits(parser: Parser, chance: Chance, steps: number): number {
  const all = [...realFiles];
  const texts = new Map<string, string>();
  for (let i = 0; i < 3; i++) {
    const [path, text] = chance.of(all);
    texts.set(`/fuzz/${path.slice(path.lastIndexOf("/") + 1)}`, text);
  }
  texts.set("/fuzz/made.py", grammarText(chance, 4));
  const originals = new Map(texts);
  const paths = [...texts.keys()];
  const answers = (host: AnalysisHost): string => {
    const analysis = host.snapshot();
    return paths.map((path) => askAll(analysis, path, [0, 200, 600])).join("\n");
  };
  const fresh = (): string => {
    const host = new AnalysisHost(parser, settings);
    for (const [path, text] of texts) host.setFile(path, text);
    return answers(host);
  };
  const host = new AnalysisHost(parser, settings);
  for (const [path, text] of texts) host.openFile(path, text);
  const original = answers(host);
  const undo: { readonly path: string; readonly edit: TextEdit }[] = [];
  let edits = 0;
  const apply = (path: string, edit: TextEdit): void => {
    const before = texts.get(path) ?? "";
    withinPatience("an edit", () => host.editFile(path, [edit]));
    texts.set(path, applyEdits(before, [edit]));
    edits++;
  };
  const same = (): void => assert.equal(answers(host), fresh(), "what is said after edits is not what is said of the texts");
  try {
    for (let step = 0; step < steps; step++) {
      const path = chance.of(paths);
      const before = texts.get(path) ?? "";
      const last = undo[undo.length - 1];
      if (last && chance.happens(0.2)) {
        undo.pop();
        apply(last.path, last.edit);
      } else {
        const edit = editOf(before, chance);
        apply(path, edit);
        const { start, end } = edit.range;
        undo.push({ path, edit: { range: { start, end: start + edit.newText.length }, newText: before.slice(start, end) } });
      }
      // What is asked decides what is remembered.
      if (chance.happens(0.3)) same();
      else if (chance.happens(0.5)) host.snapshot().findings(path);
    }
    for (const last of undo.reverse()) {
      apply(last.path, last.edit);
      if (chance.happens(0.1)) same();
    }
    assert.deepEqual(texts, originals);
    assert.equal(answers(host), original, "after all edits were taken back something else is said than before");
    return edits;
  } finally {
    for (const path of paths) host.closeFile(path);
  }
}
