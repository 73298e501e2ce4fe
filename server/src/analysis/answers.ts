import type { FileEdit } from "../base/edit.js";
import type { Range } from "../base/range.js";
import type { Target } from "../base/target.js";
import type { Calibration } from "../estimate/calibration/calibration.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import type { Demand } from "../estimate/tasks/demand.js";
import type { Profile } from "../estimate/tasks/profile.js";
import type { FolderSeverities, Severities } from "../rules/run.js";

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
  /** How many steps of a program are followed to count what its tasks do; absent for many. */
  readonly mostSteps?: number;
  /** Severity by rule name; a rule that is absent keeps its own, `off` is not reported. */
  readonly severities: Severities;
  /** What folders say otherwise of their files. */
  readonly folders?: readonly FolderSeverities[];
  /** Folders whose files are judged for another interpreter. */
  readonly folderTargets?: readonly FolderTarget[];
}

/** The interpreter of a folder's files. */
export interface FolderTarget {
  /** Absolute, without a slash at its end. */
  readonly folder: string;
  readonly target: Target;
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

/** A few words to show in the code, behind a loop's first line or behind a call. */
export interface CodeNote {
  readonly kind: "loop" | "call";
  readonly offset: number;
  readonly text: string;
}

/** What is called where other threads can run meanwhile. */
export interface ReleasingCall {
  readonly range: Range;
  /** Whether the program's threads run it, as far as the program shows. */
  readonly runs: "in-threads" | "elsewhere";
}

/** A function in which threads, processes or tasks start, and what they share with others. */
export interface ThreadStart {
  /** The function's name, with its class. */
  readonly title: string;
  readonly path: string;
  /** The name in its definition. */
  readonly range: Range;
  /** Who runs it, in words: `4 threads`, `a thread for each request`. */
  readonly workers: string;
  readonly kind: "thread" | "process" | "interpreter" | "task" | "callback";
  /** Where it is started or handed over; absent for functions that a library finds by itself or that a comment marks. */
  readonly startedAt: { readonly path: string; readonly range: Range } | undefined;
  readonly shares: readonly SharedState[];
}

/** State that a start's threads touch and others touch as well. */
export interface SharedState {
  /** As the code writes it: `self.jobs`. */
  readonly name: string;
  /** The locks that are held at every access, by name; else whether at some or none. */
  readonly guard:
    | { readonly kind: "locks"; readonly names: readonly string[] }
    | { readonly kind: "sometimes" }
    | { readonly kind: "never" };
  /** Of these threads, in order of place. */
  readonly accesses: readonly SharedAccess[];
  /** The other functions whose threads touch it. */
  readonly others: readonly string[];
}

/** One place at which shared state is touched. */
export interface SharedAccess {
  readonly path: string;
  readonly range: Range;
  readonly does: string;
  readonly locks: readonly string[];
}
