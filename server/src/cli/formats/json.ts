import type { Interval } from "../../base/interval.js";
import type { Range } from "../../base/range.js";
import type { Prediction } from "../../estimate/prediction/prediction.js";
import type { SiteSimulation } from "../../estimate/prediction/scaling.js";
import type { Finding } from "../../rules/rule.js";
import { fingerprintsOf } from "./fingerprint.js";
import { type Place, placeAt } from "./place.js";
import { type CheckReport, countsByRule, type ReportSources } from "./report.js";

/** `check --format json`. Lines and columns count from 1, columns in UTF-16 code units; paths are relative to the working directory. */
export interface JsonReport {
  readonly tool: { readonly name: "gilscope"; readonly version: string };
  readonly findings: readonly JsonFinding[];
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly summary: { readonly files: number; readonly lines: number; readonly milliseconds: number; readonly fixed: number };
}

export interface JsonSpan {
  readonly path: string;
  /** Of a notebook: the cell, from 1, that lines count in. */
  readonly cell?: number;
  readonly start: Place;
  readonly end: Place;
}

export interface JsonFinding extends JsonSpan {
  readonly code: string;
  readonly rule: string;
  readonly severity: string;
  readonly confidence: string;
  readonly message: string;
  readonly related: readonly (JsonSpan & { readonly message: string })[];
  readonly targets: readonly { readonly target: string; readonly verdict: string }[];
  readonly prediction?: JsonSite;
  readonly fixes: readonly { readonly title: string; readonly safety: string }[];
  /** Stays the same when lines around the finding come and go; a baseline knows findings by it. */
  readonly fingerprint: string;
}

/** One place that starts concurrent work, as in `simulate --format json`. Times are nanoseconds. */
export interface JsonSite {
  readonly path: string;
  /** Of a notebook: the cell, from 1, that the line counts in. */
  readonly cell?: number;
  readonly line: number;
  readonly kind: string;
  readonly task: string;
  readonly workers: number;
  readonly tasks: Interval;
  readonly work: { readonly interpreterNs: Interval; readonly nativeNs: Interval; readonly waitNs: Interval };
  readonly predictions: readonly {
    readonly strategy: string;
    readonly runtime: string;
    readonly cores: number;
    readonly workers: number;
    readonly applicable: boolean;
    readonly reason: string;
    readonly makespanNs: Interval;
    readonly speedup: Interval;
    readonly bottleneck: string;
  }[];
  readonly recommended: string;
  /** In which share of what the code leaves open what is recommended is within 15 % of the best way; below 0.6, people are told that it cannot be told. 0 where the work is unknown. */
  readonly recommendationConfidence: number;
  readonly assumptions: readonly { readonly what: string; readonly value: string; readonly from: string }[];
}

export function checkJson(report: CheckReport): JsonReport {
  const { files, lines, milliseconds, fixed } = report.summary;
  const fingerprints = fingerprintsOf(report.findings, report.sources);
  return {
    tool: { name: "gilscope", version: report.version },
    findings: report.findings.map((finding) => jsonFinding(finding, fingerprints.get(finding) ?? "", report.sources)),
    problems: report.problems.map(({ path, message }) => ({ path: report.sources.shown(path), message })),
    summary: { files, lines, milliseconds: Math.round(milliseconds), fixed },
  };
}

/** What `--statistics` adds to the report. */
export function statisticsJson(report: CheckReport): readonly { readonly code: string; readonly rule: string; readonly count: number }[] {
  return countsByRule(report.findings).map(({ code, rule, count }) => ({ code, rule, count }));
}

/** `simulate --format json`. */
export function simulateJson(
  simulations: readonly SiteSimulation[],
  problems: readonly { readonly path: string; readonly message: string }[],
  sources: ReportSources,
) {
  return {
    sites: simulations.map(({ prediction, scaling, processesPayAboveNs, delays }) => ({
      ...jsonSite(prediction, sources),
      scaling: scaling.map(({ strategy, runtime, points }) => ({
        strategy,
        runtime,
        points: points.map(({ workers, speedup }) => ({ workers, speedup: factorInterval(speedup) })),
      })),
      // Absence is no answer to a script; null says that they never do, or that it cannot be told.
      processesPayAboveNs: processesPayAboveNs ?? null,
      // How long threads that waited for I/O are kept from going on, ns: of a workload file its own, else one beside the work.
      delays: delays.map(({ strategy, runtime, threads, waits, p50Ns, p95Ns, p99Ns }) => ({
        strategy,
        runtime,
        threads,
        waits,
        p50Ns,
        p95Ns,
        p99Ns,
      })),
    })),
    problems: problems.map(({ path, message }) => ({ path: sources.shown(path), message })),
  };
}

/** Indented as people read it; ends in a line end. */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function jsonFinding(finding: Finding, fingerprint: string, sources: ReportSources): JsonFinding {
  return {
    code: finding.code,
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    ...span(finding.path, finding.range, sources),
    message: finding.message,
    related: finding.related.map((related) => ({ ...span(related.path, related.range, sources), message: related.message })),
    targets: finding.targets.map(({ target, verdict }) => ({ target, verdict })),
    ...(finding.prediction ? { prediction: jsonSite(finding.prediction, sources) } : {}),
    fixes: finding.fixes.map(({ title, safety }) => ({ title, safety })),
    fingerprint,
  };
}

function span(path: string, range: Range, sources: ReportSources): JsonSpan {
  const lines = sources.lines(path);
  const [start, end] = [placeAt(lines, range.start), placeAt(lines, range.end)];
  const notebook = sources.notebook(path);
  if (!notebook) return { path: sources.shown(path), start, end };
  const { cell, line } = notebook.placeOf(start.line - 1);
  const inCell = (place: Place): Place => ({ line: place.line - start.line + line, column: place.column });
  return { path: sources.shown(path), cell, start: inCell(start), end: inCell(end) };
}

function jsonSite(prediction: Prediction, sources: ReportSources): JsonSite {
  const { path, cell, start } = span(prediction.path, prediction.range, sources);
  return {
    path,
    ...(cell === undefined ? {} : { cell }),
    line: start.line,
    kind: prediction.kind,
    task: prediction.task,
    workers: prediction.workers,
    tasks: wholeInterval(prediction.tasks),
    work: {
      interpreterNs: wholeInterval(prediction.work.interpreterNs),
      nativeNs: wholeInterval(prediction.work.nativeNs),
      waitNs: wholeInterval(prediction.work.waitNs),
    },
    predictions: prediction.strategies.map((strategy) => ({
      strategy: strategy.strategy,
      runtime: strategy.runtime,
      cores: strategy.cores,
      workers: strategy.workers,
      applicable: strategy.applicable,
      reason: strategy.reason,
      makespanNs: wholeInterval(strategy.makespanNs),
      speedup: factorInterval(strategy.speedup),
      bottleneck: strategy.bottleneck,
    })),
    recommended: prediction.likeliest,
    recommendationConfidence: prediction.basis === "unknown calls" ? 0 : Number(prediction.confidence.toFixed(2)),
    assumptions: prediction.assumptions.map(({ what, value, from }) => ({ what, value, from })),
  };
}

/** Copied field by field, so that what the core adds to its own type does not leak into the format. Fractions of nanoseconds are noise. */
function wholeInterval({ low, likely, high }: Interval): Interval {
  return { low: Math.round(low), likely: Math.round(likely), high: Math.round(high) };
}

/** Four digits are more than a prediction knows. */
function factorInterval({ low, likely, high }: Interval): Interval {
  const shortened = (value: number): number => Number(value.toPrecision(4));
  return { low: shortened(low), likely: shortened(likely), high: shortened(high) };
}
