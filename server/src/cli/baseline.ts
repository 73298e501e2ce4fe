import * as v from "valibot";
import { absolutePath } from "../base/path.js";
import type { Finding } from "../rules/rule.js";
import { type Environment, UsageError } from "./environment.js";
import { fingerprintsOf } from "./formats/fingerprint.js";
import { printJson } from "./formats/json.js";
import type { ReportSources } from "./formats/report.js";
import { readJson } from "./json-file.js";

/** Findings that are known and accepted for now. Line numbers are no part of it, so edits elsewhere in a file leave it right. */
const baselineFile = v.object({
  version: v.literal(1),
  findings: v.array(v.looseObject({ fingerprint: v.string() })),
});

/** The fingerprints of a baseline file. */
export async function readBaseline(typed: string, environment: Environment): Promise<ReadonlySet<string>> {
  const made = `\`gilscope check --write-baseline ${typed}\` makes one`;
  const bytes = await environment.readGivenFile(absolutePath(environment.workingFolder, typed)).catch((error: unknown) => {
    throw new UsageError(`the baseline ${typed} cannot be read: ${error instanceof Error ? error.message : String(error)}; ${made}`);
  });
  const json = readJson(bytes);
  if ("problem" in json) throw new UsageError(`the baseline ${typed} ${json.problem}; ${made}`);
  const read = v.safeParse(baselineFile, json.value);
  if (!read.success) throw new UsageError(`${typed} is no baseline; ${made}`);
  return new Set(read.output.findings.map(({ fingerprint }) => fingerprint));
}

/** The findings that the baseline does not hold. */
export function notIn(baseline: ReadonlySet<string>, findings: readonly Finding[], sources: ReportSources): readonly Finding[] {
  const fingerprints = fingerprintsOf(findings, sources);
  return findings.filter((finding) => !baseline.has(fingerprints.get(finding) ?? ""));
}

/** A baseline file of these findings; rule and path are there for people who read its changes. */
export function baselineText(findings: readonly Finding[], sources: ReportSources): string {
  const fingerprints = fingerprintsOf(findings, sources);
  return printJson({
    version: 1,
    findings: findings.map((finding) => ({
      fingerprint: fingerprints.get(finding),
      code: finding.code,
      rule: finding.rule,
      path: sources.shown(finding.path),
    })),
  });
}
