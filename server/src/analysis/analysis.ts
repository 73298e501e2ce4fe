import type { Range } from "../base/range.js";
import type { Prediction } from "../estimate/prediction.js";
import type { Finding } from "../rules/rule.js";
import type { Parser } from "../syntax/parser.js";
import type { CodeAction, ContentEdit, Hover, Lens, Problem, Settings } from "./answers.js";

/** Answers about one state of all files. Immutable: later changes to the host do not reach it. */
export interface Analysis {
  /** All files, sorted. */
  paths(): readonly string[];
  /** The text that offsets in answers about the file refer to. */
  text(path: string): string | undefined;
  /** Sorted by offset, then code. */
  findings(path: string): readonly Finding[];
  /** Trouble with files or knowledge; never with the analysed program. */
  problems(): readonly Problem[];
  hover(path: string, offset: number): Hover | undefined;
  codeActions(path: string, range: Range): readonly CodeAction[];
  lenses(path: string): readonly Lens[];
  predictions(path: string): readonly Prediction[];
}

/** Takes changes in, gives answers out. */
export class AnalysisHost {
  private readonly texts = new Map<string, string>();

  constructor(_parser: Parser, _settings: Settings) {}

  /** Adds or replaces a file that is not open in an editor. */
  setFile(path: string, text: string): void {
    this.texts.set(path, text);
  }

  /** An editor shows the file; from now on its text is the editor's, and its tree is kept for incremental parsing. */
  openFile(path: string, text: string): void {
    this.texts.set(path, text);
  }

  /** Applies an editor's edits, in the order given; each refers to the text after the ones before it. */
  editFile(_path: string, _edits: readonly ContentEdit[]): void {}

  /** The editor no longer shows the file; its last text stays until `setFile` or `removeFile`. */
  closeFile(_path: string): void {}

  removeFile(path: string): void {
    this.texts.delete(path);
  }

  configure(_settings: Settings): void {}

  snapshot(): Analysis {
    const texts = new Map(this.texts);
    return {
      paths: () => [...texts.keys()].sort(),
      text: (path) => texts.get(path),
      findings: () => [],
      problems: () => [],
      hover: () => undefined,
      codeActions: () => [],
      lenses: () => [],
      predictions: () => [],
    };
  }
}
