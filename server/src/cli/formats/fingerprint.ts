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
    result.set(finding, hash(`${key}\n${count}`));
  }
  return result;
}

/** FNV-1a twice, with two starts: 64 bits tell the findings of one program apart. Who wants to deceive only deceives themselves. */
function hash(text: string): string {
  return [0x811c9dc5, 0x01234567].map((start) => hashFrom(start, text).toString(16).padStart(8, "0")).join("");
}

function hashFrom(start: number, text: string): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
