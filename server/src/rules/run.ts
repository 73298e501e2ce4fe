import { laterFields } from "../base/later.js";
import { once } from "../base/once.js";
import { type PerFileIgnore, pathMatcher } from "../base/project-settings.js";
import { activityOf } from "../program/link/activity/activity.js";
import { TurnOver } from "../program/link/memory/turn.js";
import { isTestCode } from "../program/link/test-code.js";
import { hasGreenThreads } from "../program/link/threads/green-threads.js";
import { rules } from "./index.js";
import type { Finding, Fix, FixOffer, Found, Match, Rule, RuleContext, Severity } from "./rule.js";
import { isNamed } from "./rule-names.js";
import { isSuppressedBy } from "./suppression.js";

/** A rule that threw, which is a defect of it; what it would have found is missing. */
export interface RuleFailure {
  readonly rule: string;
  readonly error: unknown;
}

/** How rules are reported in the files below one folder, where that is not as everywhere else. */
export interface FolderSeverities {
  /** Absolute, without a slash at its end. */
  readonly folder: string;
  readonly severities: Severities;
  /** Rules that are not reported in some of its files. */
  readonly hidden: readonly PerFileIgnore[];
}

/** By rule name; a rule that is absent keeps its own severity, `off` is not reported. */
export type Severities = Readonly<Record<string, Severity | "off">>;

/** How rules are reported, by file. */
export interface Reporting {
  /** Whether the rule is switched off in all files. */
  isOff(rule: Rule): boolean;
  severityOf(rule: Rule, path: string): Severity | "off";
  /** Whether the rule is not reported in that file of all. */
  hides(rule: Rule, path: string): boolean;
}

/** Made once for a configuration. `folders` overrule `severities` for their files, the later the more. */
export function reportingOf(severities: Severities, folders: readonly FolderSeverities[] = []): Reporting {
  const general = (rule: Rule): Severity | "off" => severityIn(severities, rule.name) ?? rule.severity;
  const speaking = (rule: Rule): readonly FolderSeverities[] => folders.filter((each) => Object.hasOwn(each.severities, rule.name));
  const hidden = folders.flatMap(({ folder, hidden: each }) =>
    each.map(({ pattern, names }) => ({ names, matches: pathMatcher(folder, [pattern]) })),
  );
  return {
    isOff: (rule) => general(rule) === "off" && speaking(rule).every((each) => each.severities[rule.name] === "off"),
    severityOf: (rule, path) =>
      speaking(rule).findLast(({ folder }) => path.startsWith(`${folder}/`))?.severities[rule.name] ?? general(rule),
    hides: (rule, path) => hidden.some(({ names, matches }) => names.some((name) => isNamed(rule.name, rule.code, name)) && matches(path)),
  };
}

/**
 * Runs all rules that are not switched off. What they find is sorted by file, offset and code; what is suppressed is left out. A rule that throws costs
 * no other its findings.
 */
export function runRules(
  context: RuleContext,
  reporting: Reporting,
): { readonly found: readonly Found[]; readonly failures: readonly RuleFailure[] } {
  const failures: RuleFailure[] = [];
  // Most rules look at what threads do: whether that is as it was decides whether what they found is.
  activityOf(context.program);
  const foundBy = (chosen: readonly Rule[], find: (rule: Rule) => readonly Match<unknown>[]): readonly Found[] =>
    chosen.flatMap((rule): readonly Found[] => {
      if (reporting.isOff(rule)) return [];
      try {
        return find(rule).flatMap((match) => {
          const severity = reporting.severityOf(rule, match.path);
          return severity === "off" ? [] : [{ rule, severity, match }];
        });
      } catch (error) {
        if (error instanceof TurnOver) throw error;
        failures.push({ rule: rule.name, error });
        return [];
      }
    });
  const nobodyElse = { rules, found: [], isJudged: () => false };
  const ofCode = foundBy(
    rules.filter(({ group }) => group !== "comments"),
    (rule) => context.program.resolver.overview(`matches of ${rule.name}`, () => rule.find(context, nobodyElse)),
  );
  const isJudged = (rule: Rule, path: string): boolean =>
    failures.every((failure) => failure.rule !== rule.name) && reporting.severityOf(rule, path) !== "off" && !reporting.hides(rule, path);
  const ofComments = foundBy(
    rules.filter(({ group }) => group === "comments"),
    (rule) => rule.find(context, { rules, found: ofCode, isJudged }),
  );
  const found = [...ofCode, ...ofComments].filter(
    ({ rule, match }) => !reporting.hides(rule, match.path) && !isSuppressed(rule, match, context),
  );
  return { found: found.sort(byPlace), failures };
}

function severityIn(severities: Severities, name: string): Severity | "off" | undefined {
  return Object.hasOwn(severities, name) ? severities[name] : undefined;
}

function byPlace({ match: a, rule: { code: x } }: Found, { match: b, rule: { code: y } }: Found): number {
  return a.path !== b.path ? (a.path < b.path ? -1 : 1) : a.range.start - b.range.start || (x < y ? -1 : x > y ? 1 : 0);
}

/** What is meant to go wrong in a test, or is over with it. What goes wrong between processes keeps a test from running. */
const harmlessInTests: ReadonlySet<Rule["group"]> = new Set(["races", "locks", "performance"]);

/** What only a switch between any two steps can do: greenlets switch where they wait, which these rules do not look for. */
const ofAnySwitch: ReadonlySet<string> = new Set(["GIL201", "GIL202", "GIL203", "GIL204", "GIL205", "GIL207", "GIL208"]);

/** Puts what was found into words. */
export function findingOf({ rule, severity, match }: Found, context: RuleContext): Finding {
  const isDoubtful =
    (ofAnySwitch.has(rule.code) && hasGreenThreads(match.path, context.program)) ||
    (harmlessInTests.has(rule.group) && isTestCode(match.path, context.program));
  const confidence = isDoubtful ? "possible" : match.confidence;
  const { path, range, related, targets, prediction } = match;
  const finding = {
    code: rule.code,
    rule: rule.name,
    severity: confidence === "possible" ? ("hint" as const) : severity,
    confidence,
    path,
    range,
    message: rule.message(match.data, context),
    related,
    targets,
    prediction,
  };
  const offer = once((): FixOffer => {
    const { fixes, refused } = rule.fix(match.data, context);
    // What rests on an assumption needs a reader, however well the fix keeps what the program means.
    return { fixes: confidence === "possible" ? fixes.map(withDoubt) : fixes, refused };
  });
  return withFixes(finding, offer);
}

/** They are made when somebody first looks at them: they cost more than all the rest, and after most edits nobody does. */
const withFixes = laterFields<() => FixOffer, Pick<Finding, "fixes" | "refusedFixes">>({
  fixes: (offer) => offer().fixes,
  refusedFixes: (offer) => offer().refused,
});

function withDoubt(fix: Fix): Fix {
  const doubt = "What is found rests on an assumption.";
  return { ...fix, safety: "unsafe", caution: fix.caution === undefined ? doubt : `${doubt} ${fix.caution}` };
}

function isSuppressed(rule: Rule, match: Match<unknown>, context: RuleContext): boolean {
  const directives = context.program.file(match.path)?.facts.directives ?? [];
  return directives.some((directive) => isSuppressedBy(directive, rule, match));
}
