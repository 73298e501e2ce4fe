import type { FileEdit } from "../base/edit.js";
import type { Range } from "../base/range.js";
import type { Prediction } from "../estimate/prediction.js";

export type Severity = "error" | "warning" | "information" | "hint";

/** How sure a finding is: `possible` is shown as a hint at most. */
export type Confidence = "proved" | "likely" | "possible";

/** `safe` fixes keep the program's meaning; `unsafe` ones need a reader. */
export type Safety = "safe" | "unsafe";

/** Another place that explains a finding. */
export interface RelatedLocation {
  readonly path: string;
  readonly range: Range;
  readonly message: string;
}

/** What the finding means on one interpreter. */
export interface TargetVerdict {
  /** The target's name, such as `cpython-3.13`. */
  readonly target: string;
  /** `breaks`: it goes wrong there. `holds-by-accident`: nothing promises it, but it does not happen there. `safe`: documented. */
  readonly verdict: "breaks" | "holds-by-accident" | "safe";
}

/** A change that removes a finding. */
export interface Fix {
  readonly title: string;
  readonly safety: Safety;
  readonly edits: readonly FileEdit[];
}

/** A fix that was considered and is not possible, and why. */
export interface RefusedFix {
  readonly title: string;
  readonly reason: string;
}

/** One thing a rule has to say about one place. Plain data: printable, comparable, sendable. */
export interface Finding {
  readonly code: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly path: string;
  readonly range: Range;
  readonly message: string;
  readonly related: readonly RelatedLocation[];
  readonly targets: readonly TargetVerdict[];
  readonly prediction: Prediction | undefined;
  readonly fixes: readonly Fix[];
  readonly refusedFixes: readonly RefusedFix[];
}
