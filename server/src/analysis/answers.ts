import type { FileEdit } from "../base/edit.js";
import type { Range } from "../base/range.js";
import type { Target } from "../base/target.js";
import type { Calibration } from "../estimate/calibration.js";
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

/** What is said of the code at `range`. */
export interface Hover {
  readonly range: Range;
  /** In Markdown: the point in one line, then the rest. */
  readonly markdown: string;
  /** For code that starts concurrent work: what each way of running it would give. */
  readonly prediction: Prediction | undefined;
  /** Where the reader can go on, the nearest first. */
  readonly links: readonly HoverLink[];
}

/** The page of a matter or a rule, by name. */
export interface HoverLink {
  readonly title: string;
  readonly explains: string;
}

/** Something the user can apply at a place; a refused one is shown greyed out with its reason. */
export interface CodeAction {
  readonly title: string;
  readonly kind: "quickfix" | "refactor.rewrite";
  readonly safety: "safe" | "unsafe";
  readonly edits: readonly FileEdit[];
  readonly refusedBecause: string | undefined;
  /** The rule and range of the finding it removes. */
  readonly rule: string;
  readonly range: Range;
}

/** One line of text above a place that starts concurrent work. */
export interface Lens {
  readonly range: Range;
  readonly title: string;
}
