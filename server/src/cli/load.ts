import type { AnalysisHost } from "../analysis/analysis.js";
import type { Problem, Settings } from "../analysis/answers.js";
import type { SourceEncoding } from "../base/decode.js";
import { errorDetails } from "../base/error-details.js";
import { absolutePath, relativePath } from "../base/path.js";
import { pathMatcher } from "../base/project-settings.js";
import { findSources, largestSourceBytes, type ReadSource, readSource, sourceOf } from "../base/source-files.js";
import type { Target } from "../base/target.js";
import type { Knowledge } from "../knowledge/knowledge.js";
import { readUserKnowledge } from "../knowledge/user-files.js";
import type { FactsSource } from "../program/packed-facts.js";
import type { Measured } from "./costs.js";
import type { Environment } from "./environment.js";
import { knowledgeProblemText } from "./formats/knowledge-text.js";
import { readImported } from "./imported-files.js";
import { isNotebook, type Notebook, readNotebook } from "./notebook.js";
import { printable } from "./printable.js";
import type { Progress } from "./progress.js";
import { type Project, projectOf } from "./project.js";

/** A file that could be read. */
export interface LoadedFile {
  readonly path: string;
  readonly text: string;
  readonly encoding: SourceEncoding;
  readonly from: "disk" | "input";
  /** Of a notebook, whose text is that of its cells. */
  readonly notebook: Notebook | undefined;
}

/** What the paths on a command line stand for. */
export interface Loaded {
  /** Sorted by path, each once. */
  readonly files: readonly LoadedFile[];
  /** What files that were named themselves import, directly or through others: it is read, and nothing is said of it. */
  readonly imported: readonly LoadedFile[];
  readonly problems: readonly Problem[];
  /** Paths, as typed, at which there is nothing. */
  readonly missing: readonly string[];
}

/**
 * Reads the files, and the Python files and notebooks below the folders, that the user named; `-` is standard input. What the project excludes is
 * left out below folders, and read where it is named itself. What files that are named themselves import of the program is read,
 * too. Where there is so much that threads pay, `facts` can begin with what is read.
 */
export async function loadSources(
  typedPaths: readonly string[],
  stdinName: string | undefined,
  project: Project | undefined,
  environment: Environment,
  facts?: FactsSource,
): Promise<Loaded> {
  const { host, workingFolder } = environment;
  const files = new Map<string, LoadedFile>();
  const imported: LoadedFile[] = [];
  const named: LoadedFile[] = [];
  const problems: Problem[] = [];
  const missing: string[] = [];
  let amount = 0;
  // While others are still being read.
  const prepare = (text: string): void => {
    amount += text.length;
    if (amount >= amountForThreads) facts?.prepare(text);
  };
  const take = (source: ReadSource, from: LoadedFile["from"]): void => {
    if (source.kind !== "source") problems.push({ path: source.path, message: source.message });
    else {
      const { path, text, encoding } = source;
      const notebook = isNotebook(path) ? readNotebook(text) : undefined;
      if (notebook && "reason" in notebook) problems.push({ path, message: notebook.reason });
      else {
        const file = { path, text: notebook?.text ?? text, encoding, from, notebook };
        files.set(path, file);
        if (from === "input" || namedPaths.has(path)) named.push(file);
        prepare(file.text);
      }
    }
  };

  const isExcluded = project ? pathMatcher(project.folder, project.settings.exclude) : () => false;
  const paths = new Set<string>();
  const namedPaths = new Set<string>();
  for (const typed of typedPaths) {
    if (typed === "-") continue;
    const path = absolutePath(workingFolder, typed);
    const kind = await kindOf(path, environment);
    if (kind === "folder") {
      const found = await findSources(path, host, isExcluded, "modules and notebooks");
      for (const file of found.files) paths.add(file);
      problems.push(...found.problems);
    } else if (kind === "nothing") {
      missing.push(typed);
      problems.push({ path, message: "does not exist" });
    } else {
      paths.add(path);
      namedPaths.add(path);
    }
  }
  const sorted = [...paths].sort();
  for (let i = 0; i < sorted.length; i += filesReadTogether) {
    const sources = await Promise.all(sorted.slice(i, i + filesReadTogether).map((path) => readSource(path, host)));
    for (const source of sources) take(source, "disk");
  }
  if (typedPaths.includes("-")) {
    take(sourceOf(absolutePath(workingFolder, stdinName ?? "-"), await environment.readInput(largestSourceBytes)), "input");
  }
  // What is not there, or not to be read, is left out without a word: nobody asked for it.
  const read = async (path: string): Promise<string | undefined> => {
    const known = files.get(path);
    if (known) return known.text;
    const source = isExcluded(path) || imported.length >= mostImported ? undefined : await readSource(path, host);
    if (source?.kind !== "source") return undefined;
    const { text, encoding } = source;
    imported.push({ path, text, encoding, from: "disk", notebook: undefined });
    prepare(text);
    return text;
  };
  await readImported(named, read, host, workingFolder);
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    imported: imported.sort((a, b) => (a.path < b.path ? -1 : 1)),
    problems,
    missing,
  };
}

/** All that was read: what was named, and what that imports. */
export function allRead({ files, imported }: Pick<Loaded, "files" | "imported">): readonly LoadedFile[] {
  return [...files, ...imported];
}

/** So many files are read that nobody named: a program of thousands is told of as far as that goes. */
const mostImported = 300;

/** Adds the texts to the host. Returns what could not be analysed, of which the host knows nothing. */
export async function loadInto(
  host: AnalysisHost,
  files: readonly LoadedFile[],
  source: FactsSource,
  environment: Environment,
  progress: Progress,
): Promise<readonly Problem[]> {
  const amount = files.reduce((sum, { text }) => sum + text.length, 0);
  if (amount < amountForThreads) {
    for (const { path, text } of files) host.setFile(path, text);
    return [];
  }
  const problems: Problem[] = [];
  let done = 0;
  await Promise.all(
    files.map(async ({ path, text }) => {
      try {
        host.setFacts(path, text, await source.packedFactsOf(text));
      } catch (error) {
        problems.push({ path, message: "could not be analysed because of an internal error" });
        environment.host.log(errorDetails(error));
      }
      progress.report("read", ++done, files.length);
    }),
  );
  await source.rest();
  return problems;
}

/** Below it, threads take longer to start than the texts to be read. In UTF-16 units. */
const amountForThreads = 500_000;

/** What is known of library calls, and what of the user's files could not be used. */
interface LoadedKnowledge {
  readonly knowledge: Knowledge;
  /** Whether files of the user's add to what the package brings. */
  readonly from: "package" | "package and user";
  readonly problems: readonly Problem[];
}

/** What is known of library calls, with the files of the project and then those of `--knowledge` laid over it. */
export async function loadKnowledge(typedPaths: readonly string[] | undefined, environment: Environment): Promise<LoadedKnowledge> {
  const project = await projectOf(environment);
  const files = [
    ...(project?.settings.knowledge ?? []),
    ...(typedPaths ?? []).map((typed) => absolutePath(environment.workingFolder, typed)),
  ];
  const { knowledge, problems } = await readUserKnowledge(files, environment.host);
  const from = files.length > 0 ? "package and user" : "package";
  return { knowledge, from, problems: problems.map((problem) => ({ path: problem.path, message: knowledgeProblemText(problem) })) };
}

/** Loads knowledge for commands whose report has no place for problems: they go to standard error. */
export async function knowledgeFor(
  { knowledge: typedPaths }: { readonly knowledge?: readonly string[] },
  environment: Environment,
): Promise<Knowledge> {
  const { knowledge, problems } = await loadKnowledge(typedPaths, environment);
  for (const { path, message } of problems) environment.errors.write(`${printable(`${shownPath(path, environment)}: ${message}`)}\n`);
  return knowledge;
}

/** The settings of one run. */
export function settingsFor(
  target: Target,
  options: { readonly cores?: number; readonly workers?: number },
  measured: Measured,
  project: Project | undefined,
  environment: Environment,
): Settings {
  return {
    target,
    cores: options.cores ?? project?.settings.cores ?? environment.host.cores(),
    calibrations: measured.calibrations,
    severities: {},
    ...(measured.profile === undefined ? {} : { profile: measured.profile }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  };
}

/** The path as reports show it. */
export function shownPath(path: string, environment: Environment): string {
  return relativePath(environment.workingFolder, path);
}

/** Enough to keep the disk busy, few enough not to run out of file handles. */
const filesReadTogether = 32;

async function kindOf(path: string, environment: Environment): Promise<"folder" | "file" | "nothing"> {
  try {
    const description = await environment.host.describe(path);
    if (description === undefined) return "nothing";
    return description.kind === "folder" ? "folder" : "file";
  } catch {
    // It is there but cannot be looked at; reading it says why.
    return "file";
  }
}

/** The notebooks among files, by their paths. */
export function notebooksIn(files: readonly LoadedFile[]): (path: string) => Notebook | undefined {
  const notebooks = new Map(files.map(({ path, notebook }) => [path, notebook]));
  return (path) => notebooks.get(path);
}
