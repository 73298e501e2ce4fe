import type { Finding, Severity } from "../../rules/rule.js";
import { type CheckReport, filePlaceAt } from "./report.js";

/** `check --format github`: workflow commands, which GitHub shows beside the lines of a change. */
export function checkGithub(report: CheckReport): string {
  const { sources } = report;
  const annotation = ({ path, range, severity, code, rule, message, related }: Finding): string => {
    const start = filePlaceAt(path, range.start, sources);
    const end = filePlaceAt(path, range.end, sources);
    // Columns are taken only where both are of one line.
    const columns =
      start.line === end.line && start.column !== undefined && end.column !== undefined ? { col: start.column, endColumn: end.column } : {};
    const others = related.map(
      (each) => `${sources.shown(each.path)}:${filePlaceAt(each.path, each.range.start, sources).line} ${each.message}`,
    );
    return command(
      commands[severity],
      { file: sources.shown(path), line: start.line, endLine: end.line, ...columns, title: `${code} ${rule}` },
      [message, ...others].join("\n"),
    );
  };
  const problems = report.problems.map(({ path, message }) =>
    command("warning", { file: sources.shown(path), title: "gilscope" }, message),
  );
  return [...report.findings.map(annotation), ...problems].map((line) => `${line}\n`).join("");
}

function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const given = Object.entries(properties).map(
    ([key, value]) => `${key}=${escaped(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`,
  );
  return `::${name} ${given.join(",")}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

const commands: Readonly<Record<Severity, "error" | "warning" | "notice">> = {
  error: "error",
  warning: "warning",
  information: "notice",
  hint: "notice",
};
