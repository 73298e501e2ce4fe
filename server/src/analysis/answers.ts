import type { FileEdit } from "../base/edit.js";
import type { Range } from "../base/range.js";
import type { Target } from "../base/target.js";
import type { Calibration } from "../estimate/calibration.js";
import type { Demand } from "../estimate/demand.js";
import type { Prediction } from "../estimate/prediction.js";
import type { Profile } from "../estimate/profile.js";
import type { Severity } from "../rules/rule.js";

/** What a user can set. Everything else is decided by evidence. */
export interface Settings {
  /** The interpreter that predictions and messages name. */
  readonly target: Target;
  /** How many cores predictions count on. */
  readonly cores: number;
  /** What the user measured of this machine's interpreters; absent where nothing was. */
  readonly calibrations?: readonly Calibration[];
  /** What a profiler saw of the program; absent where nothing was given. */
  readonly profile?: Profile;
  /** How many workers predictions count on; absent to take what the code says. */
  readonly workers?: number;
  /** Severity by rule name; a rule that is absent keeps its own, `off` is not reported. */
  readonly severities: Readonly<Record<string, Severity | "off">>;
}

/** Something that could not be done, told to the user beside the findings. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Markdown for the code at `range`. */
export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

/** Something the user can apply at a place; a refused one is shown greyed out with its reason. */
export interface CodeAction {
  readonly title: string;
  readonly kind: "quickfix" | "refactor.rewrite";
  readonly safety: "safe" | "unsafe";
  /** For a change that a reader should look at first: how the program behaves otherwise afterwards, in a sentence. */
  readonly caution: string | undefined;
  readonly edits: readonly FileEdit[];
  readonly refusedBecause: string | undefined;
  /** The rule and range of the finding it removes. */
  readonly rule: string;
  readonly range: Range;
}

/** What the simulator is asked at a place that starts concurrent work, so that it can be asked with other numbers. */
export interface SiteDemand {
  readonly prediction: Prediction;
  readonly demand: Demand;
  readonly target: Target;
  readonly cores: number;
  readonly calibrations: readonly Calibration[];
}

/** One line of text above a place that starts concurrent work. */
export interface Lens {
  readonly range: Range;
  readonly title: string;
}
