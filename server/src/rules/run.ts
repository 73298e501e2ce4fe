import { type PerFileIgnore, pathMatcher } from "../base/project-settings.js";
import { activityOf } from "../program/link/activity.js";
import { hasGreenThreads } from "../program/link/green-threads.js";
import { isTestCode } from "../program/link/test-code.js";
import { rules } from "./index.js";
import type { Finding, Fix, FixOffer, Match, Rule, RuleContext, Severity } from "./rule.js";
import { isNamed } from "./rule-names.js";

/** What a rule has found, before it is put into words. */
export interface Found {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly match: Match<unknown>;
}

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

/**
 * Runs all rules that are not switched off. What they find is sorted by file, offset and code; what is suppressed is left out. `folders` overrule
 * `severities` for their files, the later the more. A rule that throws costs no other its findings.
 */
export function runRules(
  context: RuleContext,
  severities: Severities,
  folders: readonly FolderSeverities[] = [],
): { readonly found: readonly Found[]; readonly failures: readonly RuleFailure[] } {
  const found: Found[] = [];
  const failures: RuleFailure[] = [];
  // Most rules look at what threads do: whether that is as it was decides whether what they found is.
  activityOf(context.program);
  for (const rule of rules) {
    const ofFolders = folders.filter((each) => Object.hasOwn(each.severities, rule.name));
    const general = severityIn(severities, rule.name) ?? rule.severity;
    if (general === "off" && ofFolders.every((each) => each.severities[rule.name] === "off")) continue;
    let matches: readonly Match<unknown>[];
    try {
      matches = context.program.resolver.overview(`matches of ${rule.name}`, () => rule.find(context));
    } catch (error) {
      failures.push({ rule: rule.name, error });
      continue;
    }
    for (const match of matches) {
      const own = ofFolders.findLast(({ folder }) => match.path.startsWith(`${folder}/`));
      const severity = own?.severities[rule.name] ?? general;
      if (severity !== "off") found.push({ rule, severity, match });
    }
  }
  const isHidden = hiddenIn(folders);
  return { found: found.filter((each) => !isHidden(each) && !isSuppressed(each, context)).sort(byPlace), failures };
}

/** Whether a folder hides the rule in the file of what was found. */
function hiddenIn(folders: readonly FolderSeverities[]): (found: Found) => boolean {
  const hidden = folders.flatMap(({ folder, hidden: each }) =>
    each.map(({ pattern, names }) => ({ names, matches: pathMatcher(folder, [pattern]) })),
  );
  return ({ rule, match }) =>
    hidden.some(({ names, matches }) => names.some((name) => isNamed(rule.name, rule.code, name)) && matches(match.path));
}

function severityIn(severities: Severities, name: string): Severity | "off" | undefined {
  return Object.hasOwn(severities, name) ? severities[name] : undefined;
}

function byPlace({ match: a, rule: { code: x } }: Found, { match: b, rule: { code: y } }: Found): number {
  return a.path !== b.path ? (a.path < b.path ? -1 : 1) : a.range.start - b.range.start || (x < y ? -1 : x > y ? 1 : 0);
}

/** What only a switch between any two steps can do: greenlets switch where they wait, which these rules do not look for. */
const ofAnySwitch: ReadonlySet<string> = new Set(["GIL201", "GIL202", "GIL203", "GIL204", "GIL205", "GIL207", "GIL208"]);

/** Puts what was found into words. */
export function findingOf({ rule, severity, match }: Found, context: RuleContext): Finding {
  const isDoubtful =
    (ofAnySwitch.has(rule.code) && hasGreenThreads(match.path, context.program)) ||
    ((rule.group === "races" || rule.group === "locks") && isTestCode(match.path, context.program));
  const confidence = isDoubtful ? "possible" : match.confidence;
  return withFixes(
    {
      code: rule.code,
      rule: rule.name,
      severity: confidence === "possible" ? "hint" : severity,
      confidence,
      path: match.path,
      range: match.range,
      message: rule.message(match.data, context),
      related: match.related,
      targets: match.targets,
      prediction: match.prediction,
    },
    () => {
      const { fixes, refused } = rule.fix(match.data, context);
      // What rests on an assumption needs a reader, however well the fix keeps what the program means.
      return { fixes: confidence === "possible" ? fixes.map(withDoubt) : fixes, refused };
    },
  );
}

function withDoubt(fix: Fix): Fix {
  const doubt = "What is found rests on an assumption.";
  return { ...fix, safety: "unsafe", caution: fix.caution === undefined ? doubt : `${doubt} ${fix.caution}` };
}

/** A finding whose fixes are made when somebody first looks at them: they cost more than all the rest, and after most edits nobody does. */
export function withFixes(finding: Omit<Finding, "fixes" | "refusedFixes">, make: () => FixOffer): Finding {
  let made: FixOffer | undefined;
  const offer = (): FixOffer => {
    made ??= make();
    return made;
  };
  return {
    ...finding,
    get fixes() {
      return offer().fixes;
    },
    get refusedFixes() {
      return offer().refused;
    },
  };
}

function isSuppressed({ rule, match }: Found, context: RuleContext): boolean {
  const directives = context.program.file(match.path)?.facts.directives ?? [];
  if (directives.length === 0) return false;
  return directives.some((directive) => {
    if (directive.kind !== "ignore") return false;
    if (!directive.names.some((name) => name === rule.name || name.toUpperCase() === rule.code)) return false;
    if (directive.scope === "file") return true;
    return directive.subject.start <= match.range.start && match.range.start < directive.subject.end;
  });
}
