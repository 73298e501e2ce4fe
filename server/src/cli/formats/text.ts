import { createColors } from "picocolors";
import { exactly } from "../../base/interval.js";
import { parseTarget, targetTitle } from "../../base/target.js";
import { isNearlySure } from "../../estimate/prediction/confidence.js";
import { besideIt, delayText } from "../../estimate/prediction/delays.js";
import type { Assumption, Prediction, StrategyPrediction } from "../../estimate/prediction/prediction.js";
import type { SiteSimulation } from "../../estimate/prediction/scaling.js";
import { courseText, duration, durationText, speedupText } from "../../estimate/prediction/text.js";
import type { Finding, Severity } from "../../rules/rule.js";
import { printable } from "../printable.js";
import { countText } from "./count.js";
import { placeAt } from "./place.js";
import { type CheckReport, countsByRule, type ReportSources, shownLine } from "./report.js";

/** How text is shown. */
export interface TextOptions {
  readonly style: "coloured" | "plain";
  /** Findings below it are counted but not shown: hints are advice, and a hundred of them would hide the one error. */
  readonly lowestShown: Severity;
}

/** From the most to the least severe. */
const severities: readonly Severity[] = ["error", "warning", "information", "hint"];

/** Whether the first is as severe as the second or more. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** `check --format text`: findings, problems, a summary line. */
export function checkText(report: CheckReport, options: TextOptions): string {
  const shown = report.findings.filter((finding) => isAtLeast(finding.severity, options.lowestShown));
  const parts = shown.map((finding) => findingText(finding, report.sources, options));
  return [...parts, problemsText(report, options), summaryText(report, options)].filter((part) => part !== "").join("\n");
}

/** `check --statistics --format text`: how often each rule spoke, most often first. */
export function statisticsText(report: CheckReport, options: TextOptions): string {
  const counts = countsByRule(report.findings);
  const width = String(counts[0]?.count ?? 0).length;
  const lines = counts.map(({ code, rule, severity, count }) => {
    return `${String(count).padStart(width)}  ${severityColour(severity, options)(code)}  ${rule}\n`;
  });
  return [lines.join(""), problemsText(report, options), summaryText(report, { ...options, lowestShown: "hint" })]
    .filter((part) => part !== "")
    .join("\n");
}

/** `simulate --format text`: one table per place that starts concurrent work. */
export function simulateText(simulations: readonly SiteSimulation[], sources: ReportSources, options: Pick<TextOptions, "style">): string {
  if (simulations.length === 0) return "No place that starts several threads, processes or interpreters.\n";
  return simulations.map((simulation) => simulationText(simulation, sources, options)).join("\n");
}

function findingText(finding: Finding, sources: ReportSources, options: TextOptions): string {
  const colours = createColors(options.style === "coloured");
  const place = placeText(finding.path, finding.range.start, sources);
  const title = `${colours.bold(place)} ${severityColour(finding.severity, options)(finding.code)} ${colours.dim(finding.rule)}`;
  const related = finding.related.map(
    (location) => `    ${placeText(location.path, location.range.start, sources)} ${printable(location.message)}\n`,
  );
  return `${title} ${printable(finding.message)}\n${excerpt(finding, sources, options)}${related.join("")}`;
}

function placeText(path: string, offset: number, sources: ReportSources): string {
  const { column } = placeAt(sources.lines(path), offset);
  return `${printable(sources.shown(path))}:${shownLine(path, offset, sources)}:${column}`;
}

/** The line before, for its context, and the line of the finding with a caret under what is meant. */
function excerpt(finding: Finding, sources: ReportSources, options: TextOptions): string {
  const lines = sources.lines(finding.path);
  const start = lines.position(finding.range.start);
  const end = lines.position(finding.range.end);
  const text = lines.line(start.line);
  const lineNumber = sources.notebook(finding.path)?.placeOf(start.line).line ?? start.line + 1;
  const before = lineNumber > 1 ? lines.line(start.line - 1) : "";
  const width = String(lineNumber).length;
  const colours = createColors(options.style === "coloured");

  const underlinedEnd = end.line === start.line ? end.column : text.length;
  // A very long line is cut to the part around the caret, so that the caret stays in sight.
  const cut = start.column > longestExcerpt / 2 && text.length > longestExcerpt ? start.column - longestExcerpt / 4 : 0;
  const visible = text.slice(cut, cut + longestExcerpt);
  const caretLength = Math.max(1, Math.min(underlinedEnd, cut + longestExcerpt) - start.column);
  const indent = text.slice(cut, start.column).replace(/[^\t]/g, " ");
  const caret = severityColour(finding.severity, options)("^".repeat(caretLength));
  const row = (label: string, content: string): string => `    ${colours.dim(`${label.padStart(width)} |`)} ${content}`.trimEnd();
  const rows = [
    ...(before.trim() === "" ? [] : [row(String(lineNumber - 1), printable(before.slice(cut, cut + longestExcerpt)))]),
    row(String(lineNumber), printable(visible)),
    row("", indent + caret),
  ];
  return rows.map((line) => `${line}\n`).join("");
}

/** In UTF-16 units. */
const longestExcerpt = 160;

function problemsText(report: CheckReport, options: TextOptions): string {
  const colours = createColors(options.style === "coloured");
  return report.problems
    .map(
      ({ path, message }) =>
        `${colours.bold(printable(report.sources.shown(path)))}: ${colours.yellow("problem:")} ${printable(message)}\n`,
    )
    .join("");
}

function summaryText(report: CheckReport, options: TextOptions): string {
  const { findings, problems, summary } = report;
  const shown = severities
    .filter((severity) => isAtLeast(severity, options.lowestShown))
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => (severity === "information" ? `${count} information` : counted(count, severity)));
  const hidden = findings.filter((finding) => !isAtLeast(finding.severity, options.lowestShown)).length;
  const parts = [
    ...(summary.files === 0
      ? ["No Python files."]
      : [shown.length === 0 ? "No findings" : shown.join(", "), ` in ${counted(summary.files, "file")}.`]),
    ...(summary.fixed > 0 ? [` Applied ${counted(summary.fixed, "fix")}.`] : []),
    ...(problems.length > 0 ? [` ${counted(problems.length, "problem")}.`] : []),
    ...(hidden > 0 ? [` ${counted(hidden, "hint")} not shown (--fail-on hint shows them).`] : []),
  ];
  return `${parts.join("")}\n`;
}

function counted(count: number, noun: string): string {
  const plural = noun.endsWith("x") ? `${noun}es` : `${noun}s`;
  return `${count} ${count === 1 ? noun : plural}`;
}

function severityColour(severity: Severity, options: Pick<TextOptions, "style">): (text: string) => string {
  const colours = createColors(options.style === "coloured");
  const bySeverity = { error: colours.red, warning: colours.yellow, information: colours.blue, hint: colours.cyan };
  return bySeverity[severity];
}

function simulationText(simulation: SiteSimulation, sources: ReportSources, options: Pick<TextOptions, "style">): string {
  const { prediction } = simulation;
  const colours = createColors(options.style === "coloured");
  const line = shownLine(prediction.path, prediction.range.start, sources);
  const title = `${colours.bold(`${printable(sources.shown(prediction.path))}:${line}`)} ${siteTitle(prediction)}\n`;
  const isOne = isOneTask(prediction);
  const table = prediction.course === "until stopped" || isOne ? [] : strategyRows(prediction);
  const course = courseText(prediction);
  const assumptions = toldAssumptions(prediction.assumptions);
  return [
    title,
    ...table.map((row, index) => `${index === 0 ? colours.dim(row) : row}\n`),
    ...(isOne ? [] : scalingRows(simulation)).map((row, index) => `${index === 0 ? colours.dim(row) : row}\n`),
    ...(isOne ? [] : delayTables(simulation)).flatMap((table) => table.map((row, index) => `${index === 0 ? colours.dim(row) : row}\n`)),
    course === "" ? "" : `  ${course}\n`,
    course === "" && prediction.recommended === undefined ? `  Which way is best cannot be told: ${undecidedBecause(prediction)}.\n` : "",
    assumptions.length === 0 ? "" : `  ${colours.dim(`Assumes: ${assumptions.join(", ")}.`)}\n`,
  ].join("");
}

/** Whether it is one task and nothing is started beside it: no way of running it gets it done sooner. */
function isOneTask({ tasks, assumptions }: Prediction): boolean {
  return tasks.high <= 1 && !assumptions.some(({ what }) => what === "beside it");
}

function undecidedBecause({ basis, likeliest, confidence }: Prediction): string {
  if (basis === "unknown calls") return "most of the work is calls of which nothing is known";
  return `${likeliest === "serial" ? "one after the other" : likeliest} is as good as any in ${percent(confidence)} of what the code leaves open; \`# gil: cost=\` tells it more`;
}

/** The assumptions that most hangs on; the rest are counted, and told by JSON. */
function toldAssumptions(assumptions: readonly Assumption[]): readonly string[] {
  const told = assumptions.slice(0, mostAssumptions).map(({ what, value, from }) => `${printable(what)} = ${printable(value)} (${from})`);
  const left = assumptions.length - told.length;
  return left > 0 ? [...told, `and ${left} more that less hangs on (\`--format json\`)`] : told;
}

const mostAssumptions = 6;

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The table of all ways to run the work, with its header. */
function strategyRows(prediction: Prediction): readonly string[] {
  const rows = prediction.strategies.map((strategy) => strategyCells(strategy, prediction));
  const header = ["strategy", "time", "speedup", ""];
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows].map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

/** Speedups by number of workers, and from when on processes pay. */
function scalingRows({ scaling, processesPayAboveNs }: SiteSimulation): readonly string[] {
  const counts = scaling[0]?.points.map(({ workers }) => workers) ?? [];
  const header = ["workers", ...counts.map(String)];
  const rows = scaling.map(({ strategy, points }) => [strategy, ...points.map(({ speedup }) => speedupText(exactly(speedup.likely)))]);
  const cells = scaling.length === 0 || counts.length < 2 ? [] : [header, ...rows];
  const table = numberTable(cells);
  const pays = processesPayAboveNs === undefined ? [] : [`  Processes pay off above ${duration(processesPayAboveNs)} a task.`];
  return [...table, ...pays];
}

/** For each group of threads that wait: how late they go on, in each way of running the work. */
function delayTables({ delays }: SiteSimulation): readonly (readonly string[])[] {
  return [...new Set(delays.map(({ threads }) => threads))].map((group) => {
    const rows = delays
      .filter(({ threads }) => threads === group)
      .map(({ strategy, p50Ns, p95Ns, p99Ns }) => [strategy, ...[p50Ns, p95Ns, p99Ns].map(delayText)]);
    const name = group === besideIt ? group : `\`${printable(group)}\``;
    return numberTable([[`${name} is late by`, "p50", "p95", "p99"], ...rows]);
  });
}

/** Words on the left, numbers on the right of their columns. */
function numberTable(cells: readonly (readonly string[])[]): readonly string[] {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map(
    (row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`,
  );
}

/** `4 threads run `count_primes` · CPython 3.13 · 4 cores`. */
export function siteTitle(prediction: Prediction): string {
  const workers = {
    "thread-pool": "thread",
    threads: "thread",
    "process-pool": "process",
    "interpreter-pool": "interpreter",
    asyncio: "event loop",
    serial: "thread",
  } as const;
  const noun = workers[prediction.kind];
  const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  const serial = prediction.strategies.find(({ strategy }) => strategy === "serial") ?? prediction.strategies[0];
  const target = serial ? parseTarget(serial.runtime) : undefined;
  const cores = Math.max(1, ...prediction.strategies.map((strategy) => strategy.cores));
  return [
    `${workersText(prediction, noun, plural)} \`${printable(prediction.task)}\``,
    tasksText(prediction),
    ...(target ? [targetTitle(target)] : []),
    `${cores} ${cores === 1 ? "core" : "cores"}`,
  ].join(" · ");
}

function tasksText({ tasks, course }: Prediction): string {
  if (course === "until stopped") return "until stopped";
  const all = `${countText(tasks)} ${tasks.high === 1 ? "task" : "tasks"}`;
  return course === "together" || tasks.high === 1 ? all : `${all}, one at a time`;
}

function workersText({ workers, workersKnown, kind }: Prediction, noun: string, plural: string): string {
  // However many coroutines there are, one loop runs them.
  if (kind === "asyncio") return `1 ${noun} runs`;
  if (workersKnown === "assumed") return `several ${plural} run`;
  return `${workers} ${workers === 1 ? `${noun} runs` : `${plural} run`}`;
}

function bestText({ confidence }: Prediction): string {
  return isNearlySure(confidence) ? "← best" : `← best in ${percent(confidence)} of what the code leaves open`;
}

function strategyCells(strategy: StrategyPrediction, prediction: Prediction): string[] {
  if (!strategy.applicable) return [strategy.strategy, "–", "–", printable(strategy.reason)];
  const notes = [
    ...(strategy.strategy === prediction.recommended ? [bestText(prediction)] : []),
    ...(strategy.reason === "" ? [] : [printable(strategy.reason)]),
    ...(strategy.bottleneck === "" ? [] : [strategy.bottleneck]),
  ];
  const speedup = strategy.strategy === "serial" ? "1×" : speedupText(strategy.speedup);
  return [strategy.strategy, durationText(strategy.makespanNs), speedup, notes.join(" · ")];
}
