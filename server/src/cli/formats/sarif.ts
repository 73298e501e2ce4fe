import type { Range } from "../../base/range.js";
import { rules } from "../../rules/index.js";
import type { Finding, Rule, Severity } from "../../rules/rule.js";
import { fingerprintsOf } from "./fingerprint.js";
import { type CheckReport, filePlaceAt, type ReportSources } from "./report.js";

/** `check --format sarif`: SARIF 2.1.0 (OASIS Standard), as code scanning services take it. */
export function checkSarif(report: CheckReport): object {
  const { sources } = report;
  const fingerprints = fingerprintsOf(report.findings, sources);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "gilscope", semanticVersion: report.version, rules: rules.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.problems.map(({ path, message }) => ({
              level: "warning",
              message: { text: message },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(sources.shown(path)) } } }],
            })),
          },
        ],
        results: report.findings.map((finding) => resultOf(finding, fingerprints.get(finding) ?? "", sources)),
      },
    ],
  };
}

function descriptor({ code, name, docs, severity, group }: Rule): object {
  const summary = /^# .*\n+([^\n]+)/.exec(docs)?.[1] ?? name;
  return {
    id: code,
    name,
    shortDescription: { text: summary },
    help: { text: docs, markdown: docs },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [group] },
  };
}

function resultOf(finding: Finding, fingerprint: string, sources: ReportSources): object {
  const place = (path: string, range: Range): object => ({
    artifactLocation: { uri: uriOf(sources.shown(path)) },
    region: regionOf(path, range, sources),
  });
  const own = { physicalLocation: place(finding.path, finding.range), message: { text: finding.message } };
  const related = finding.related.map(({ path, range, message }) => ({ physicalLocation: place(path, range), message: { text: message } }));
  return {
    ruleId: finding.code,
    ruleIndex: rules.findIndex(({ code }) => code === finding.code),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: own.physicalLocation }],
    partialFingerprints: { "gilscope/v1": fingerprint },
    properties: { confidence: finding.confidence, targets: finding.targets.map(({ target, verdict }) => `${target}: ${verdict}`) },
    ...(related.length > 0 && {
      relatedLocations: related.map((each, index) => ({ id: index + 1, ...each })),
      // One thread comes by the finding's place, the others by what explains it.
      codeFlows: [{ threadFlows: [flowOf("this access", [own]), flowOf("the others", related)] }],
    }),
    ...(finding.fixes.length > 0 && {
      fixes: finding.fixes.map(({ title, safety, edits }) => ({
        description: { text: safety === "safe" ? title : `${title} (read it before you take it over)` },
        artifactChanges: edits.map(({ path, edits: changes }) => ({
          artifactLocation: { uri: uriOf(sources.shown(path)) },
          replacements: changes.map(({ range, newText }) => ({
            deletedRegion: regionOf(path, range, sources),
            insertedContent: { text: newText },
          })),
        })),
      })),
    }),
  };
}

function flowOf(id: string, locations: readonly object[]): object {
  return { id, locations: locations.map((location) => ({ location })) };
}

function regionOf(path: string, range: Range, sources: ReportSources): object {
  const start = filePlaceAt(path, range.start, sources);
  const end = filePlaceAt(path, range.end, sources);
  return {
    startLine: start.line,
    ...(start.column === undefined ? {} : { startColumn: start.column }),
    endLine: end.line,
    ...(end.column === undefined ? {} : { endColumn: end.column }),
  };
}

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  information: "note",
  hint: "note",
};

/** A path as a relative reference, or as an absolute URI for what lies outside the working directory. */
function uriOf(shown: string): string {
  const encoded = shown.split("/").map(encodeURIComponent).join("/");
  if (shown.startsWith("/")) return `file://${encoded}`;
  return /^[A-Za-z]:\//.test(shown) ? `file:///${shown.slice(0, 2)}${encoded.slice(encoded.indexOf("/"))}` : encoded;
}
