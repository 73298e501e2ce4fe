import { AnalysisHost } from "../analysis/analysis.js";
import { absolutePath } from "../base/path.js";
import type { Target } from "../base/target.js";
import type { Prediction } from "../estimate/prediction.js";
import { calibrationsFor } from "./costs.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { printJson, simulateJson } from "./formats/json.js";
import { type ReportSources, reportSources } from "./formats/report.js";
import { simulateText } from "./formats/text.js";
import { loadInto, loadKnowledge, loadSources, settingsFor, shownPath } from "./load.js";
import { startProgress } from "./progress.js";
import { targetsOf } from "./targets.js";

/** What `gilscope simulate` was asked for. */
export interface SimulateOptions {
  readonly format: "text" | "json";
  readonly target?: readonly Target[];
  readonly cores?: number;
  readonly knowledge?: readonly string[];
  readonly costs?: string;
}

/** Predicts what each way of running the work at the named places would take. */
export async function simulate(typedPlaces: readonly string[], options: SimulateOptions, environment: Environment): Promise<ExitCode> {
  const places = await Promise.all((typedPlaces.length === 0 ? ["."] : typedPlaces).map((typed) => parsePlace(typed, environment)));
  const progress = startProgress(environment);
  const typedPaths = [...new Set(places.map(({ typedPath }) => typedPath))];
  const loaded = await loadSources(typedPaths, undefined, environment);
  if (loaded.missing.length > 0) throw new UsageError(`there is no file or folder \`${loaded.missing[0]}\``);
  const targets = await targetsOf(options.target, environment);
  const calibrations = await calibrationsFor(options.costs, targets, environment);
  const { knowledge, problems: knowledgeProblems } = await loadKnowledge(options.knowledge, environment);
  const problems = [...loaded.problems, ...knowledgeProblems];
  const host = new AnalysisHost(await environment.createParser(), settingsFor(targets[0], options, calibrations, environment), knowledge);
  loadInto(host, loaded.files, progress);

  const predictions: Prediction[] = [];
  let sources: ReportSources | undefined;
  for (const target of targets) {
    host.configure(settingsFor(target, options, calibrations, environment));
    const analysis = host.snapshot();
    const shownSources = reportSources(
      (path) => shownPath(path, environment),
      (path) => analysis.text(path),
    );
    sources = shownSources;
    for (const { path } of loaded.files) {
      const wanted = places.filter((place) => place.path === path && place.line !== undefined);
      const all = analysis.predictions(path);
      predictions.push(...(wanted.length === 0 ? all : wanted.flatMap((place) => atLine(all, place, shownSources))));
    }
  }
  progress.end();
  if (sources === undefined) return 0;
  if (options.format === "json") environment.output.write(printJson(simulateJson(predictions, problems, sources)));
  else {
    environment.output.write(simulateText(predictions, sources, { style: environment.output.style }));
    for (const { path, message } of problems) environment.errors.write(`${shownPath(path, environment)}: ${message}\n`);
  }
  return 0;
}

interface PlaceArgument {
  readonly typedPath: string;
  readonly path: string;
  /** One-based. */
  readonly line: number | undefined;
}

/** `PATH:LINE`, unless there is a file of just that name. */
async function parsePlace(typed: string, environment: Environment): Promise<PlaceArgument> {
  const path = absolutePath(environment.workingFolder, typed);
  const parts = /^(.+):(\d+)$/s.exec(typed);
  if (!parts || (await environment.host.describe(path)) !== undefined) return { typedPath: typed, path, line: undefined };
  const typedPath = parts[1] as string;
  return { typedPath, path: absolutePath(environment.workingFolder, typedPath), line: Number(parts[2]) };
}

function atLine(predictions: readonly Prediction[], place: PlaceArgument, sources: ReportSources): readonly Prediction[] {
  const lineOf = (prediction: Prediction, end: "start" | "end"): number =>
    sources.lines(prediction.path).position(prediction.range[end]).line + 1;
  const line = place.line ?? 0;
  const found = predictions.filter((prediction) => lineOf(prediction, "start") <= line && line <= lineOf(prediction, "end"));
  if (found.length > 0) return found;
  const others = [...new Set(predictions.map((prediction) => lineOf(prediction, "start")))];
  const where = others.length === 0 ? "nowhere in the file" : `at line ${others.join(", ")}`;
  throw new UsageError(`nothing starts concurrent work at ${sources.shown(place.path)}:${line}; it does so ${where}`);
}
