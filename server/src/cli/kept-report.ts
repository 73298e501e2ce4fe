import type { Problem, Settings } from "../analysis/answers.js";
import { GraphReader, GraphWriter } from "../base/graph-bytes.js";
import type { Finding } from "../rules/rule.js";
import { allRead, type Loaded } from "./load.js";

/** Where reports are kept from run to run. */
export interface ReportMemory {
  /** The same for the same texts, and for no others. */
  keyOf(texts: Iterable<string>): string;
  recall(key: string): Uint8Array | undefined;
  keep(key: string, bytes: Uint8Array): void;
}

/** What was found in a program, as far as it depends on nothing but texts and settings. */
export interface KeptReport {
  readonly findings: readonly Finding[];
  readonly problems: readonly Problem[];
}

/**
 * The key of what is found in the files that were named, with what they import beside them and these settings for one target after the other; `fixes` says
 * whether somebody looks at those.
 */
export function keyOfReport(
  loaded: Pick<Loaded, "files" | "imported">,
  settings: readonly Settings[],
  fixes: "with fixes" | "without fixes",
  memory: ReportMemory,
): string {
  const texts = allRead(loaded).flatMap(({ path, text }) => [path, text]);
  return memory.keyOf([fixes, JSON.stringify(settings), String(loaded.files.length), ...texts]);
}

/** What was kept under the key. */
export function recalledReport(key: string, memory: ReportMemory): KeptReport | undefined {
  const bytes = memory.recall(key);
  if (!bytes) return undefined;
  const reader = new GraphReader(bytes);
  return reader.read(reader.last).value as KeptReport;
}

/** Keeps a report; without fixes they are not even made. */
export function keepReport(key: string, report: KeptReport, fixes: "with fixes" | "without fixes", memory: ReportMemory): void {
  const writer = new GraphWriter();
  const findings = report.findings.map((finding): Finding => {
    const { code, rule, severity, confidence, path, range, message, related, targets, prediction } = finding;
    const offer = fixes === "with fixes" ? { fixes: finding.fixes, refusedFixes: finding.refusedFixes } : { fixes: [], refusedFixes: [] };
    return { code, rule, severity, confidence, path, range, message, related, targets, prediction, ...offer };
  });
  writer.write({ findings, problems: report.problems } satisfies KeptReport);
  memory.keep(key, writer.finish());
}
