import { type Analysis, AnalysisHost } from "../analysis/analysis.js";
import type { Problem, Settings } from "../analysis/answers.js";
import { applyFixes } from "../analysis/apply-fixes.js";
import { encodeSource } from "../base/decode.js";
import { errorDetails } from "../base/error-details.js";
import { absolutePath } from "../base/path.js";
import type { PerFileIgnore } from "../base/project-settings.js";
import type { Target } from "../base/target.js";
import { fewSteps } from "../estimate/trial/follow.js";
import { hiddenBy } from "../rules/project-rules.js";
import type { Finding, Severity } from "../rules/rule.js";
import { isNamed } from "../rules/rule-names.js";
import type { FolderSeverities } from "../rules/run.js";
import { unusedSuppression } from "../rules/unused-suppression.js";
import { baselineText, notIn, readBaseline } from "./baseline.js";
import { measuredFor } from "./costs.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { unifiedDiff } from "./formats/diff.js";
import { checkGithub } from "./formats/github.js";
import { checkJson, printJson, statisticsJson } from "./formats/json.js";
import { type CheckReport, reportSources } from "./formats/report.js";
import { checkSarif } from "./formats/sarif.js";
import { checkText, isAtLeast, statisticsText } from "./formats/text.js";
import { type KeptReport, keepReport, keyOfReport, recalledReport } from "./kept-report.js";
import {
  allRead,
  type Loaded,
  type LoadedFile,
  loadInto,
  loadKnowledge,
  loadSources,
  notebooksIn,
  settingsFor,
  shownPath,
} from "./load.js";
import { type Progress, startProgress } from "./progress.js";
import { type Project, projectOf } from "./project.js";
import { targetsOf } from "./targets.js";

/** What `gilscope check` was asked for. */
export interface CheckOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly output?: string;
  readonly target?: readonly Target[];
  readonly cores?: number;
  readonly select?: readonly string[];
  readonly ignore?: readonly string[];
  readonly perFileIgnores?: readonly PerFileIgnore[];
  readonly failOn?: Severity | "never";
  readonly fix?: true;
  readonly unsafeFixes?: true;
  readonly diff?: true;
  readonly statistics?: true;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly stdinFilename?: string;
  /** Whether facts are kept on disk from run to run. */
  readonly cache: boolean;
  readonly knowledge?: readonly string[];
  readonly costs?: string;
  readonly profile?: string;
}

/** Analyses what was named and reports the findings. */
export async function check(typedPaths: readonly string[], options: CheckOptions, environment: Environment): Promise<ExitCode> {
  if (options.unsafeFixes && !options.fix && !options.diff) throw new UsageError("--unsafe-fixes needs --fix or --diff");
  if (options.statistics && (options.format === "sarif" || options.format === "github"))
    throw new UsageError("--statistics needs --format text or json");
  const project = await projectOf(environment);
  const baselineFile = options.baseline ?? (options.writeBaseline === undefined ? project?.settings.baseline : undefined);
  const baseline = baselineFile === undefined ? undefined : await readBaseline(baselineFile, environment);
  const failOn = options.failOn ?? (project?.settings.failOn as Severity | "never" | undefined) ?? "warning";
  const started = environment.host.now();
  const progress = startProgress(environment);
  const isWanted = wantedBy(options);
  const targets = await targetsOf(options.target, environment);
  const measured = await measuredFor(options, targets, environment);
  const { knowledge, from, problems: knowledgeProblems } = await loadKnowledge(options.knowledge, environment);
  // After everything in the options that can be wrong: what threads have begun they finish.
  const facts = environment.createFactsSource(options.cache ? "with disk" : "without disk");
  const loaded = await loadSources(typedPaths.length === 0 ? ["."] : typedPaths, options.stdinFilename, project, environment, facts);
  const folders = foldersOf(project, options, environment);
  const settings = targets.map((target) => ({
    ...settingsFor(target, options, measured, project, environment),
    folders,
    mostSteps: fewSteps,
  }));

  // What a profile or the user's own knowledge adds is not among what a kept report is known by.
  const reports = options.cache && from === "package" && measured.profile === undefined ? environment.reports : undefined;
  const fixesShown = options.format === "text" || options.format === "github" ? "without fixes" : "with fixes";
  const key = reports && !options.fix && !options.diff ? keyOfReport(loaded, settings, fixesShown, reports) : undefined;
  const kept = reports && key !== undefined ? recalledReport(key, reports) : undefined;
  if (kept) return finish({ ...kept, failure: undefined, text: textIn(allRead(loaded)) }, 0, []);

  const host = new AnalysisHost(
    await environment.createParser(),
    settings[0] as Settings,
    knowledge,
    options.fix || options.diff ? "edits" : "one state",
  );
  const unread = await loadInto(host, allRead(loaded), facts, environment, progress);

  if (options.diff || options.fix) {
    const findingsOf = (analysis: Analysis, path: string): readonly Finding[] => analysis.findings(path).filter(isWanted);
    // A notebook's text is not what its file holds.
    const paths = loaded.files.filter(({ notebook }) => notebook === undefined).map(({ path }) => path);
    const result = applyFixes(host, paths, findingsOf, options.unsafeFixes ? ["safe", "unsafe"] : ["safe"]);
    progress.end();
    if (options.diff) return reportDiff(loaded, result.texts, environment);
    const problems = await writeFixed(loaded.files, result.texts, environment);
    if (loaded.files.some(({ from }) => from === "input")) return printFixedInput(loaded, result.texts, environment);
    return finish(findAll(host, loaded.files, settings, environment, progress), result.fixed, [...unread, ...problems]);
  }
  const found = findAll(host, loaded.files, settings, environment, progress);
  if (reports && key !== undefined && found.failure === undefined && unread.length === 0) keepReport(key, found, fixesShown, reports);
  return finish(found, 0, unread);

  async function finish(found: Found, fixed: number, otherProblems: readonly Problem[]): Promise<ExitCode> {
    progress.end();
    const sources = reportSources((path) => shownPath(path, environment), found.text, notebooksIn(loaded.files));
    const wanted = found.findings.filter(isWanted);
    if (options.writeBaseline !== undefined) await writeOutput(options.writeBaseline, baselineText(wanted, sources), environment);
    const report: CheckReport = {
      version: environment.version,
      findings: options.writeBaseline === undefined ? notIn(baseline ?? new Set(), wanted, sources) : [],
      problems: sortedProblems([...loaded.problems, ...knowledgeProblems, ...found.problems, ...otherProblems]),
      summary: {
        files: loaded.files.length,
        lines: loaded.files.reduce((sum, { text }) => sum + lineCount(text), 0),
        milliseconds: environment.host.now() - started,
        fixed,
      },
      sources,
    };
    await writeReport(report, { ...options, failOn }, environment);
    const fails = failOn !== "never" && report.findings.some(({ severity }) => isAtLeast(severity, failOn));
    return exitCodeOf(loaded, found.failure, fails ? "findings" : "none", environment);
  }
}

/** What was found, and the texts that it is about. */
interface Found extends KeptReport {
  /** The first internal error, if there was one. */
  readonly failure: string | undefined;
  readonly text: (path: string) => string | undefined;
}

function textIn(files: readonly LoadedFile[]): (path: string) => string | undefined {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return (path) => texts.get(path);
}

/** Each target is analysed on its own; a finding that several targets share is reported once, with the verdicts of all. */
function findAll(
  host: AnalysisHost,
  files: readonly LoadedFile[],
  settings: readonly Settings[],
  environment: Environment,
  progress: Progress,
): Found {
  const merged = new Map<string, Finding>();
  const rounds = new Map<string, number>();
  const problems = new Map<string, Problem>();
  let failure: string | undefined;
  let analysis = host.snapshot();
  for (const [round, each] of settings.entries()) {
    if (round > 0) host.configure(each);
    analysis = host.snapshot();
    let failures = 0;
    for (const [index, { path }] of files.entries()) {
      progress.report("checked", index + 1, files.length);
      if (failures === mostFailures) break;
      try {
        for (const finding of analysis.findings(path)) {
          const key = JSON.stringify([finding.code, finding.path, finding.range.start, finding.range.end]);
          merged.set(key, mergedFinding(merged.get(key), finding));
          rounds.set(key, (rounds.get(key) ?? 0) + 1);
        }
      } catch (error) {
        // A bug in one file's analysis must not cost the findings of the others.
        failures++;
        failure ??= `internal error in ${shownPath(path, environment)}: ${error instanceof Error ? error.message : String(error)}`;
        environment.host.log(errorDetails(error));
        problems.set(path, { path, message: "could not be analysed because of an internal error" });
      }
    }
    for (const { rule, error } of failures > 0 ? [] : analysis.failedRules()) {
      failure ??= `internal error in the rule ${rule}, of which no findings are reported: ${error instanceof Error ? error.message : String(error)}`;
      environment.host.log(errorDetails(error));
    }
  }
  // A comment that is needed for one target is needed.
  const findings = [...merged].filter(([key, { rule }]) => rule !== unusedSuppression.name || rounds.get(key) === settings.length);
  return {
    findings: findings.map(([, finding]) => finding).sort(byPlace),
    problems: [...problems.values()],
    failure,
    text: (path) => analysis.text(path),
  };
}

/** What fails for so many files fails for all; going on would only take time. */
const mostFailures = 3;

function mergedFinding(known: Finding | undefined, finding: Finding): Finding {
  if (!known) return finding;
  const added = finding.targets.filter(({ target }) => !known.targets.some((other) => other.target === target));
  return { ...known, targets: [...known.targets, ...added] };
}

function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.range.start - b.range.start || (a.code < b.code ? -1 : a.code > b.code ? 1 : a.range.end - b.range.end);
}

/** What is said of rules and files: by the project, and by the command line, which comes before it. */
function foldersOf(project: Project | undefined, options: CheckOptions, environment: Environment): readonly FolderSeverities[] {
  const { perFileIgnores } = options;
  const folders: FolderSeverities[] = [];
  if (project) {
    const { rules, folder } = project;
    const overruled = {
      ...rules,
      select: options.select === undefined ? rules.select : undefined,
      ignore: options.ignore === undefined ? rules.ignore : undefined,
      perFileIgnores: perFileIgnores === undefined ? rules.perFileIgnores : [],
    };
    folders.push({ folder, severities: rules.severities, hidden: hiddenBy(overruled) });
  }
  if (perFileIgnores !== undefined) folders.push({ folder: environment.workingFolder, severities: {}, hidden: perFileIgnores });
  return folders;
}

/** Whether `--select` and `--ignore` let a finding through. */
function wantedBy(options: CheckOptions): (finding: Finding) => boolean {
  const names = ({ rule, code }: Finding, words: readonly string[]): boolean => words.some((word) => isNamed(rule, code, word));
  return (finding) => (options.select === undefined || names(finding, options.select)) && !names(finding, options.ignore ?? []);
}

async function writeReport(report: CheckReport, options: CheckOptions, environment: Environment): Promise<void> {
  const style = options.output === undefined ? environment.output.style : "plain";
  const lowestShown = options.failOn === "hint" || options.select !== undefined ? "hint" : "information";
  const text = {
    json: () => printJson({ ...checkJson(report), ...(options.statistics ? { statistics: statisticsJson(report) } : {}) }),
    sarif: () => printJson(checkSarif(report)),
    github: () => checkGithub(report),
    text: () => (options.statistics ? statisticsText : checkText)(report, { style, lowestShown }),
  }[options.format]();
  if (options.output === undefined) environment.output.write(text);
  else await writeOutput(options.output, text, environment);
}

async function writeOutput(typed: string, text: string, environment: Environment): Promise<void> {
  try {
    await environment.writeFile(absolutePath(environment.workingFolder, typed), new TextEncoder().encode(text));
  } catch (error) {
    throw new UsageError(`${typed} could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function reportDiff(loaded: Loaded, texts: ReadonlyMap<string, string>, environment: Environment): ExitCode {
  for (const { path, text } of loaded.files) {
    const fixed = texts.get(path);
    if (fixed !== undefined) environment.output.write(unifiedDiff(shownPath(path, environment), text, fixed));
  }
  return exitCodeOf(loaded, undefined, texts.size > 0 ? "findings" : "none", environment);
}

/** Standard input has no place to write to: its fixed text is the output. */
function printFixedInput(loaded: Loaded, texts: ReadonlyMap<string, string>, environment: Environment): ExitCode {
  for (const { path, text, from } of loaded.files) if (from === "input") environment.output.write(texts.get(path) ?? text);
  return exitCodeOf(loaded, undefined, "none", environment);
}

/** Writes the fixed files in the encoding they came in. */
async function writeFixed(
  files: readonly LoadedFile[],
  texts: ReadonlyMap<string, string>,
  environment: Environment,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { path, encoding, from } of files) {
    const text = texts.get(path);
    if (text === undefined || from === "input") continue;
    const bytes = encodeSource(text, encoding);
    if (bytes === undefined) {
      problems.push({ path, message: `was not fixed: text cannot be written as ${encoding.name} here` });
      continue;
    }
    try {
      await environment.writeFile(path, bytes);
    } catch (error) {
      problems.push({ path, message: `was not fixed: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
  return problems;
}

function exitCodeOf(loaded: Loaded, failure: string | undefined, found: "findings" | "none", environment: Environment): ExitCode {
  if (failure !== undefined) throw new Error(failure);
  if (loaded.missing.length > 0) {
    environment.errors.write(`gilscope: there is no file or folder ${loaded.missing.map((path) => `\`${path}\``).join(", ")}\n`);
    return 2;
  }
  return found === "findings" ? 1 : 0;
}

function sortedProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.message < b.message ? -1 : 1));
}

/** As editors count: a last line without a line end is a line, an empty one after it is not. */
function lineCount(text: string): number {
  const ends = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return text === "" || /[\r\n]$/.test(text) ? ends : ends + 1;
}
