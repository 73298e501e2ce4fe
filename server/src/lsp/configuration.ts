import ignore from "ignore";
import type { Settings } from "../analysis/answers.js";
import { newestTarget, parseTarget, type Target } from "../base/target.js";
import { fewSteps } from "../estimate/trial/follow.js";
import type { Severity } from "../rules/rule.js";
import type { Severities } from "../rules/run.js";

/** What the editor's settings say, checked. */
export interface Configuration {
  /** The interpreter set by name; undefined leaves the choice to the editor or the project. */
  readonly target: Target | undefined;
  /** Cores set by number; undefined takes this machine's. */
  readonly cores: number | undefined;
  readonly severities: Settings["severities"];
  /** As set, in the notation of `.gitignore`. */
  readonly excludePatterns: readonly string[];
  /** Knowledge files as set: absolute, or relative to a workspace folder. */
  readonly knowledgeFiles: readonly string[];
  /** What is shown in the code itself. */
  readonly inlayHints: InlayHintSettings;
  /** Whether a path inside a workspace folder, relative to it, is left out of the analysis. */
  excludes(relativePath: string): boolean;
  /** One sentence for each setting that could not be used. */
  readonly problems: readonly string[];
}

/** Which notes an editor shows in the code. */
export interface InlayHintSettings {
  readonly loops: boolean;
  readonly calls: boolean;
}

const severityNames: readonly (Severity | "off")[] = ["error", "warning", "information", "hint", "off"];

/** Reads the `gilscope` section as an editor sends it. What is not understood is reported and left at its default. */
export function readConfiguration(section: unknown): Configuration {
  const settings = asRecord(section);
  const problems: string[] = [];

  const targetSetting = settings.target;
  const target = typeof targetSetting === "string" ? parseTarget(targetSetting) : undefined;
  if (isSet(targetSetting, "auto") && !target)
    problems.push(`gilscope.target: ${JSON.stringify(targetSetting)} is not a known interpreter`);

  const coresSetting = settings.cores;
  const cores = typeof coresSetting === "number" && Number.isInteger(coresSetting) && coresSetting >= 1 ? coresSetting : undefined;
  if (isSet(coresSetting, 0) && cores === undefined)
    problems.push(`gilscope.cores: ${JSON.stringify(coresSetting)} is not a number of cores`);

  const severities = severitiesOf(settings.rules, "gilscope.rules.", problems);

  const patterns: string[] = [];
  for (const pattern of Array.isArray(settings.exclude) ? settings.exclude : []) {
    if (typeof pattern === "string") patterns.push(pattern);
    else problems.push(`gilscope.exclude: ${JSON.stringify(pattern)} is not a pattern`);
  }
  const knowledgeFiles: string[] = [];
  const knowledgeSetting = settings.knowledge;
  if (isSet(knowledgeSetting, undefined) && !Array.isArray(knowledgeSetting))
    problems.push(`gilscope.knowledge: ${JSON.stringify(knowledgeSetting)} is not a list of files`);
  for (const file of Array.isArray(knowledgeSetting) ? knowledgeSetting : []) {
    if (typeof file === "string" && file.trim() !== "") knowledgeFiles.push(file);
    else problems.push(`gilscope.knowledge: ${JSON.stringify(file)} is not a path`);
  }
  const hints = asRecord(settings.inlayHints);
  for (const [name, value] of Object.entries(hints))
    if (typeof value !== "boolean") problems.push(`gilscope.inlayHints.${name}: ${JSON.stringify(value)} is neither true nor false`);
  const matcher = ignore().add(patterns);

  return {
    target,
    cores,
    severities,
    excludePatterns: patterns,
    knowledgeFiles,
    inlayHints: { loops: hints.loops === true, calls: hints.calls === true },
    excludes: (path) => ignore.isPathValid(path) && matcher.ignores(path),
    problems,
  };
}

/** The severities of a table of rules. What is not one is told as a problem, with `prefix` before the rule's name. */
function severitiesOf(table: unknown, prefix: string, problems: string[]): Severities {
  const severities: Record<string, Severity | "off"> = {};
  for (const [rule, value] of Object.entries(asRecord(table))) {
    const severity = severityNames.find((name) => name === value);
    if (severity) severities[rule] = severity;
    else if (isSet(value, "default")) problems.push(`${prefix}${rule}: ${JSON.stringify(value)} is not a severity`);
  }
  return severities;
}

/** What the analysis works with: settings first, then what the editor or the project says, then defaults. */
export function effectiveSettings(configuration: Configuration, projectTarget: Target | undefined, machineCores: number): Settings {
  return {
    target: configuration.target ?? projectTarget ?? newestTarget,
    cores: configuration.cores ?? machineCores,
    severities: configuration.severities,
    mostSteps: fewSteps,
  };
}

function isSet(value: unknown, neutral: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== neutral;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
