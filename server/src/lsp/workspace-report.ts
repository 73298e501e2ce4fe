import type { Analysis } from "../analysis/analysis.js";
import { LineIndex } from "../base/line-index.js";
import { escapedForMarkdown } from "../base/markdown.js";
import { relativePath } from "../base/path.js";
import { type Target, targetTitle } from "../base/target.js";
import type { Finding, Severity } from "../rules/rule.js";
import type { Words } from "./language.js";

/** What the findings were judged for. */
export interface ReportSettings {
  readonly target: Target;
  readonly cores: number;
  readonly folders: readonly string[];
}

const severities: readonly Severity[] = ["error", "warning", "information", "hint"];

/** The findings of the workspace as a page of Markdown: how many of each rule, then each with its place, sorted by file. */
export function workspaceReport(analysis: Analysis, { target, cores, folders }: ReportSettings, words: Words): string {
  const { t, said } = words;
  const paths = analysis.paths();
  const found = paths.flatMap((path) => analysis.findings(path));
  const shownPath = (path: string): string => {
    const folder = folders.find((each) => path.startsWith(`${each}/`));
    return folder === undefined ? path : relativePath(folder, path);
  };
  const lines = [
    `# ${t("Gilscope report")}`,
    "",
    t(
      "{0} in {1}, judged for {2} on {3}.",
      found.length === 1 ? t("1 finding") : t("{0} findings", found.length),
      paths.length === 1 ? t("1 file") : t("{0} files", paths.length),
      targetTitle(target),
      cores === 1 ? t("1 core") : t("{0} cores", cores),
    ),
  ];
  if (found.length > 0)
    lines.push("", `| ${t("rule")} | ${t("severity")} | ${t("findings")} |`, "| --- | --- | ---: |", ...ruleRows(found, words));
  for (const path of paths) {
    const ofFile = analysis.findings(path);
    if (ofFile.length === 0) continue;
    const index = new LineIndex(analysis.text(path) ?? "");
    lines.push("", `## ${escapedForMarkdown(shownPath(path))}`, "");
    for (const { code, rule, severity, message, range } of ofFile) {
      lines.push(`- ${t("line {0}", index.position(range.start).line + 1)}: **${code}** ${rule}, ${said(severity)}. ${said(message)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function ruleRows(found: readonly Finding[], { said }: Words): readonly string[] {
  const counts = new Map<string, { readonly finding: Finding; count: number }>();
  for (const finding of found) {
    const known = counts.get(`${finding.code} ${finding.severity}`);
    if (known) known.count++;
    else counts.set(`${finding.code} ${finding.severity}`, { finding, count: 1 });
  }
  return [...counts.values()]
    .sort(
      (a, b) =>
        severities.indexOf(a.finding.severity) - severities.indexOf(b.finding.severity) || (a.finding.code < b.finding.code ? -1 : 1),
    )
    .map(({ finding: { code, rule, severity }, count: times }) => `| ${code} ${rule} | ${said(severity)} | ${times} |`);
}
