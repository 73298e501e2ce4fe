import { activityOf } from "../program/link/activity.js";
import { hasGreenThreads } from "../program/link/green-threads.js";
import { rules } from "./index.js";
import type { Finding, Fix, Rule, RuleContext, Severity } from "./rule.js";

/** Runs all rules that are not switched off. Findings are sorted by file, offset and code; suppressed ones are left out. */
export function runRules(context: RuleContext, severities: Readonly<Record<string, Severity | "off">>): readonly Finding[] {
  const findings: Finding[] = [];
  // Most rules look at what threads do: whether that is as it was decides whether what they found is.
  activityOf(context.program);
  for (const rule of rules) {
    const severity = Object.hasOwn(severities, rule.name) ? severities[rule.name] : rule.severity;
    if (!severity || severity === "off") continue;
    findings.push(...findingsOf(rule, severity, context));
  }
  const byPlace = (a: Finding, b: Finding): number =>
    a.path !== b.path ? (a.path < b.path ? -1 : 1) : a.range.start - b.range.start || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
  return findings.filter((finding) => !isSuppressed(finding, context)).sort(byPlace);
}

/** What only a switch between any two steps can do: greenlets switch where they wait, which these rules do not look for. */
const ofAnySwitch: ReadonlySet<string> = new Set(["GIL201", "GIL202", "GIL203", "GIL204", "GIL205", "GIL207", "GIL208"]);

function findingsOf(rule: Rule, severity: Severity, context: RuleContext): readonly Finding[] {
  const matches = context.program.resolver.overview(`matches of ${rule.name}`, () => rule.find(context));
  return matches.map((match): Finding => {
    const offer = rule.fix(match.data, context);
    const isDoubtful = ofAnySwitch.has(rule.code) && hasGreenThreads(match.path, context.program);
    const confidence = isDoubtful ? "possible" : match.confidence;
    return {
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
      // What rests on an assumption needs a reader, however well the fix keeps what the program means.
      fixes: confidence === "possible" ? offer.fixes.map((fix): Fix => ({ ...fix, safety: "unsafe" })) : offer.fixes,
      refusedFixes: offer.refused,
    };
  });
}

function isSuppressed(finding: Finding, context: RuleContext): boolean {
  const directives = context.program.file(finding.path)?.facts.directives ?? [];
  if (directives.length === 0) return false;
  return directives.some((directive) => {
    if (directive.kind !== "ignore") return false;
    if (!directive.names.some((name) => name === finding.rule || name.toUpperCase() === finding.code)) return false;
    if (directive.scope === "file") return true;
    return directive.subject.start <= finding.range.start && finding.range.start < directive.subject.end;
  });
}
