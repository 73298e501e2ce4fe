import type { FileEdit } from "../base/edit.js";
import type { Range } from "../base/range.js";
import type { Source } from "../base/source.js";
import type { Target } from "../base/target.js";
import type { Calibration } from "../estimate/calibration/calibration.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import type { Profile } from "../estimate/tasks/profile.js";
import type { Program } from "../program/link/link.js";

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
  /** The place's part in the order of events that goes wrong: the look that the finding's place relies on, or what comes in between. */
  readonly part?: "look" | "other access";
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
  /** What a reader of an unsafe fix has to know: how the program behaves otherwise afterwards, in a sentence. */
  readonly caution?: string;
  /** In offsets of the texts, whatever the facts count in. */
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

/** What rules look at. */
export interface RuleContext {
  readonly program: Program;
  readonly target: Target;
  readonly cores: number;
  /** What the user measured of this machine's interpreters. */
  readonly calibrations: readonly Calibration[];
  /** What a profiler saw of the program. */
  readonly profile: Profile | undefined;
  /** How many workers share the tasks of each place; undefined to take what the code says. */
  readonly workers: number | undefined;
  /** The text that the facts of a file were taken from. */
  readonly source: (path: string) => Source;
  /** What each place that starts concurrent work asks for and would gain, in order of file and offset. */
  readonly sites: readonly SiteEstimate[];
}

/** A place that a rule has something to say about. */
export interface Match<Data> {
  readonly path: string;
  readonly range: Range;
  readonly confidence: Confidence;
  readonly related: readonly RelatedLocation[];
  readonly targets: readonly TargetVerdict[];
  readonly prediction: Prediction | undefined;
  /** What the message and the fix are made of. */
  readonly data: Data;
}

/** Fixes that a finding has, and those that were looked at and refused. */
export interface FixOffer {
  readonly fixes: readonly Fix[];
  readonly refused: readonly RefusedFix[];
}

/** What a rule has found, before it is put into words. */
export interface Found {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly match: Match<unknown>;
}

/** What rules about comments look at beside the program. */
export interface OtherRules {
  /** All rules there are. */
  readonly rules: readonly Rule[];
  /** What those found that are not about comments, suppressed or not. */
  readonly found: readonly Found[];
  /** Whether the rule is reported in the file, and did its work. */
  isJudged(rule: Rule, path: string): boolean;
}

/** One rule. File, page, suppression and setting share its name. Finding is apart from showing. */
export interface Rule<Data = unknown> {
  readonly code: string;
  readonly name: string;
  readonly since: string;
  /** Rules about comments run after all others. */
  readonly group: "performance" | "races" | "processes" | "locks" | "free-threading" | "comments";
  readonly severity: Severity;
  /** The page, in Markdown. */
  readonly docs: string;
  find(context: RuleContext, others: OtherRules): readonly Match<Data>[];
  /** One line that makes sense alone. */
  message(data: Data, context: RuleContext): string;
  fix(data: Data, context: RuleContext): FixOffer;
}

/** For a fix that was looked at and is not possible. */
export function refusedFix(title: string, reason: string): FixOffer {
  return { fixes: [], refused: [{ title, reason }] };
}

/** For rules, or findings, without a fix. */
export const noFix: FixOffer = { fixes: [], refused: [] };
