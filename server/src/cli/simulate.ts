import { AnalysisHost } from "../analysis/analysis.js";
import type { Settings } from "../analysis/answers.js";
import { absolutePath, joinPath, parentFolder } from "../base/path.js";
import type { Target } from "../base/target.js";
import type { Prediction } from "../estimate/prediction/prediction.js";
import type { SiteSimulation } from "../estimate/prediction/scaling.js";
import { measuredFor } from "./costs.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { printJson, simulateJson } from "./formats/json.js";
import { type ReportSources, reportSources, shownLine } from "./formats/report.js";
import { type Chart, scalingSvg } from "./formats/svg.js";
import { simulateText, siteTitle } from "./formats/text.js";
import { type NamedTimeline, traceEvents } from "./formats/trace.js";
import { allRead, loadInto, loadKnowledge, loadSources, notebooksIn, settingsFor, shownPath } from "./load.js";
import { printable } from "./printable.js";
import { startProgress } from "./progress.js";
import { projectOf } from "./project.js";
import { targetsOf } from "./targets.js";

/** How `gilscope simulate` reports. */
export type SimulateFormat = "text" | "json" | "svg" | "trace";

/** What `gilscope simulate` was asked for. */
export interface SimulateOptions {
  readonly format: SimulateFormat;
  readonly target?: readonly Target[];
  readonly cores?: number;
  readonly workers?: number;
  readonly knowledge?: readonly string[];
  readonly costs?: string;
  readonly profile?: string;
}

/** Predicts what each way of running the work at the named places would take. */
export async function simulate(typedPlaces: readonly string[], options: SimulateOptions, environment: Environment): Promise<ExitCode> {
  const places = await Promise.all((typedPlaces.length === 0 ? ["."] : typedPlaces).map((typed) => parsePlace(typed, environment)));
  const progress = startProgress(environment);
  const typedPaths = [...new Set(places.map(({ typedPath }) => typedPath))];
  const project = await projectOf(environment);
  const loaded = await loadSources([...typedPaths, ...(await packagesAround(places, environment))], undefined, project, environment);
  const isAskedFor = (path: string): boolean => places.some((place) => place.path === path || path.startsWith(joinPath(place.path, "")));
  if (loaded.missing.length > 0) throw new UsageError(`there is no file or folder \`${loaded.missing[0]}\``);
  const targets = await targetsOf(options.target, environment);
  const measured = await measuredFor(options, targets, environment);
  const { knowledge, problems: knowledgeProblems } = await loadKnowledge(options.knowledge, environment);
  const settingsOf = (target: Target): Settings => settingsFor(target, options, measured, project, environment);
  const host = new AnalysisHost(await environment.createParser(), settingsOf(targets[0]), knowledge);
  const unread = await loadInto(host, allRead(loaded), environment.createFactsSource("with disk"), environment, progress);
  const problems = [...loaded.problems, ...knowledgeProblems, ...unread];

  const simulations: SiteSimulation[] = [];
  const charts: Chart[] = [];
  const timelines: NamedTimeline[] = [];
  let sources: ReportSources | undefined;
  for (const target of targets) {
    const settings = settingsOf(target);
    host.configure(settings);
    const analysis = host.snapshot();
    const shownSources = reportSources(
      (path) => shownPath(path, environment),
      (path) => analysis.text(path),
      notebooksIn(loaded.files),
    );
    sources = shownSources;
    const title = ({ path, range }: Prediction): string => `${shownSources.shown(path)}:${shownLine(path, range.start, shownSources)}`;
    for (const { path } of loaded.files) {
      if (!isAskedFor(path)) continue;
      const wanted = places.filter((place) => place.path === path && place.line !== undefined);
      const chosen = <Site extends { readonly prediction: Prediction }>(all: readonly Site[]): readonly Site[] =>
        wanted.length === 0 ? all : wanted.flatMap((place) => atLine(all, place, shownSources));
      if (options.format === "trace") {
        for (const { prediction, runs } of chosen(analysis.runs(path))) {
          for (const { runtime, timeline } of runs)
            timelines.push({ name: `${title(prediction)} ${prediction.task} · ${runtime}`, timeline });
        }
        continue;
      }
      for (const simulation of chosen(analysis.scalings(path))) {
        const { prediction } = simulation;
        simulations.push(simulation);
        charts.push({ title: `${title(prediction)} ${siteTitle(prediction)}`, cores: settings.cores, simulation });
      }
    }
  }
  progress.end();
  if (sources === undefined) return 0;
  const { output, errors } = environment;
  switch (options.format) {
    case "json":
      output.write(printJson(simulateJson(simulations, problems, sources)));
      return 0;
    case "text":
      output.write(simulateText(simulations, sources, { style: output.style }));
      break;
    case "svg":
      output.write(scalingSvg(charts));
      break;
    case "trace":
      output.write(printJson(traceEvents(timelines)));
      break;
  }
  for (const { path, message } of problems) errors.write(`${printable(`${shownPath(path, environment)}: ${message}`)}\n`);
  return 0;
}

/**
 * The outermost packages that named files and folders stand in. What a task calls and who starts it stand in other modules of its package, so that
 * naming one file tells of it what naming the whole package does.
 */
async function packagesAround(places: readonly PlaceArgument[], { host }: Environment): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { path } of places) {
    let outermost: string | undefined;
    for (let folder = parentFolder(path); folder !== parentFolder(folder); folder = parentFolder(folder)) {
      const isPackage = (await host.describe(joinPath(folder, "__init__.py")).catch(() => undefined)) !== undefined;
      if (!isPackage) break;
      outermost = folder;
    }
    if (outermost !== undefined) found.add(outermost);
  }
  return [...found];
}

interface PlaceArgument {
  readonly typedPath: string;
  readonly path: string;
  /** One-based. */
  readonly line: number | undefined;
  /** Of a notebook, which the line counts in; one-based. */
  readonly cell: number | undefined;
}

/** `PATH:LINE`, of a notebook `PATH:cell CELL:LINE`, unless there is a file of just that name. */
async function parsePlace(typed: string, environment: Environment): Promise<PlaceArgument> {
  const path = absolutePath(environment.workingFolder, typed);
  const parts = /^(.+?)(?::cell (\d+))?:(\d+)$/s.exec(typed);
  if (!parts || (await environment.host.describe(path)) !== undefined) return { typedPath: typed, path, line: undefined, cell: undefined };
  const [, typedPath = "", cell, line] = parts;
  const place = { typedPath, path: absolutePath(environment.workingFolder, typedPath), line: Number(line) };
  return { ...place, cell: cell === undefined ? undefined : Number(cell) };
}

function atLine<Site extends { readonly prediction: Prediction }>(
  sites: readonly Site[],
  place: PlaceArgument,
  sources: ReportSources,
): readonly Site[] {
  const lineOf = (offset: number): number => sources.lines(place.path).position(offset).line + 1;
  const line = lineInText(place, sources);
  const found = sites.filter(({ prediction: { range } }) => lineOf(range.start) <= line && line <= lineOf(range.end));
  if (found.length > 0) return found;
  const others = [...new Set(sites.map(({ prediction: { range } }) => shownLine(place.path, range.start, sources)))];
  const where = others.length === 0 ? "nowhere in the file" : `at ${sources.notebook(place.path) ? "" : "line "}${others.join(", ")}`;
  const asked = `${sources.shown(place.path)}:${place.cell === undefined ? "" : `cell ${place.cell}:`}${place.line}`;
  throw new UsageError(`nothing starts several threads or processes at ${asked}; it does so ${where}`);
}

/** The line of the text that is meant; 0 for one that is not there, as every line without a cell in a notebook. */
function lineInText({ path, cell, line = 0 }: PlaceArgument, sources: ReportSources): number {
  const notebook = sources.notebook(path);
  if (!notebook) return cell === undefined ? line : 0;
  return 1 + notebook.lineOf(cell ?? 0, line);
}
