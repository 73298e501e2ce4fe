import type { Range } from "../base/range.js";
import type { StrategyDelays } from "../estimate/prediction/delays.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import type { SiteRun, SiteSimulation } from "../estimate/prediction/scaling.js";
import type { Finding } from "../rules/rule.js";
import type { RuleFailure } from "../rules/run.js";
import type { Analysis } from "./analysis.js";
import type { CodeAction, CodeNote, Hover, Lens, ReleasingCall, SiteDemand, ThreadStart } from "./answers.js";

/** Answers of one program that is judged for another interpreter in some folders. */
export interface FolderAnalysis {
  /** Absolute, without a slash at its end. */
  readonly folder: string;
  readonly analysis: Analysis;
}

/**
 * The program is one, wherever its files are: each file is answered for by the analysis for its folder's interpreter, the longest path first.
 * What is said of the whole program is said by `general`.
 */
export function byFolder(general: Analysis, folders: readonly FolderAnalysis[]): Analysis {
  const deepestFirst = [...folders].sort((a, b) => b.folder.length - a.folder.length);
  const of = (path: string): Analysis => deepestFirst.find(({ folder }) => path.startsWith(`${folder}/`))?.analysis ?? general;
  return {
    paths: () => general.paths(),
    text: (path) => general.text(path),
    failedRules: (): readonly RuleFailure[] =>
      [...new Set([general, ...folders.map(({ analysis }) => analysis)])].flatMap((each) => each.failedRules()),
    threadStarts: (): readonly ThreadStart[] => general.threadStarts(),
    findings: (path): readonly Finding[] => of(path).findings(path),
    hover: (path, offset): Hover | undefined => of(path).hover(path, offset),
    codeActions: (path, range: Range): readonly CodeAction[] => of(path).codeActions(path, range),
    lenses: (path): readonly Lens[] => of(path).lenses(path),
    codeNotes: (path): readonly CodeNote[] => of(path).codeNotes(path),
    releasingCalls: (path): readonly ReleasingCall[] => of(path).releasingCalls(path),
    predictions: (path): readonly Prediction[] => of(path).predictions(path),
    delays: (path, range): readonly StrategyDelays[] => of(path).delays(path, range),
    scalings: (path): readonly SiteSimulation[] => of(path).scalings(path),
    demands: (path): readonly SiteDemand[] => of(path).demands(path),
    runs: (path): readonly { readonly prediction: Prediction; readonly runs: readonly SiteRun[] }[] => of(path).runs(path),
  };
}
