import { textHash } from "../../base/text-hash.js";
import type { Finding } from "../../rules/rule.js";
import type { ReportSources } from "./report.js";

/**
 * For each finding, what tells it from all others and stays the same when lines around it come and go: rule, path, and the text it stands on
 * without its white space. Of findings that agree in all of these, the order counts.
 */
export function fingerprintsOf(findings: readonly Finding[], sources: ReportSources): ReadonlyMap<Finding, string> {
  const seen = new Map<string, number>();
  const result = new Map<Finding, string>();
  for (const finding of findings) {
    const lines = sources.lines(finding.path);
    const first = lines.line(lines.position(finding.range.start).line);
    const key = [finding.code, sources.shown(finding.path), first.replace(/#.*$/, "").replace(/\s+/g, "")].join("\n");
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    result.set(finding, textHash(`${key}\n${count}`));
  }
  return result;
}
