import { add } from "../../base/interval.js";
import { targetName } from "../../base/target.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { againWith, overviewAt, overviewOf } from "../../program/link/memory/overviews.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import type { CallOperation } from "../../program/operation.js";
import { type ImportTimes, noImports } from "../costs/import-costs.js";
import { CostModel } from "../costs/work.js";
import { coroutinePlaces } from "../tasks/coroutine-places.js";
import { type Demand, isOneTask } from "../tasks/demand.js";
import { importAssumption } from "../tasks/first-pool.js";
import { computesByGuess, isMostlyOpen, isMostlyPrograms, isMostlyUnknown, keepsLoopByGuess } from "../tasks/unknown-work.js";
import { confidenceIn, sureEnough } from "./confidence.js";
import { onDemand } from "./on-demand.js";
import type { Prediction, SiteKind } from "./prediction.js";
import type { SimulationMemory } from "./simulation-memory.js";
import type { EstimateSettings, SiteEstimate } from "./site.js";
import { type Estimated, estimateSite } from "./site-work.js";
import { crossover, ownWay, predictStrategies, recommend } from "./strategies.js";

/** Two calibrations of one interpreter never meet in one run but for files that were exchanged, and those differ in their numbers. */
function calibrationKey({ calibrations }: EstimateSettings): string {
  return calibrations
    .map(({ target, measured, handOver }) => `${target} ${measured} ${handOver.wakeUp?.low} ${handOver.threads?.startNs?.[1]}`)
    .join();
}

/** The settings alone: who asks has much else, which must not live as long as what is remembered. */
function withoutElse({ target, cores, calibrations, profile, workers, mostSteps }: EstimateSettings): EstimateSettings {
  return { target, cores, calibrations, profile, workers, ...(mostSteps === undefined ? {} : { mostSteps }) };
}

/** Estimates every place of the program that starts threads, processes or interpreters. */
export function estimateSites(program: Program, on: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const settings = withoutElse(on);
  return overviewOf(program, "sites", (now) => findSites(now, settings, memory));
}

/** Estimates the places of one file that have an event loop run several coroutines at the same time. What never ends, or is one task, is none. */
export function estimateCoroutines(
  program: Program,
  path: string,
  on: EstimateSettings,
  memory: SimulationMemory,
): readonly SiteEstimate[] {
  const settings = withoutElse(on);
  return overviewAt(program, path, "coroutine sites", (file, now) => {
    const model = new CostModel(now.resolver, settings);
    return coroutinePlaces(file, model.evaluator).flatMap((place) => {
      const estimated = estimatedSite(place, now, model, settings);
      if (estimated.course !== "together" || estimated.work.isEndless || estimated.demand.tasks.high < 2) return [];
      return [withImports(estimated, noImports, settings, memory)];
    });
  });
}

function findSites(program: Program, settings: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const model = new CostModel(program.resolver, settings);
  const importTimes = (file: LinkedFile): ImportTimes => {
    const find = (): ImportTimes => program.resolver.remembered(file, "import", () => model.importTimes(file), sameStructure);
    return program.resolver.overview(`import of ${file.path}`, find);
  };
  const sites: SiteEstimate[] = [];
  const seen = new Map<CallOperation, FunctionNode | undefined>();
  for (const spawn of program.spawns) {
    if (spawn.worker !== "thread" && spawn.worker !== "process" && spawn.worker !== "interpreter") continue;
    // A thread that is started at one of several places is one place's work.
    const does = spawn.targets[0]?.function;
    if (seen.has(spawn.call) && seen.get(spawn.call) === does) continue;
    seen.set(spawn.call, does);
    const estimated = estimatedSite(spawn, program, model, settings);
    const [first] = spawn.targets;
    sites.push(withImports(estimated, first ? importTimes(first.function.file) : noImports, settings, memory));
  }
  return sites;
}

function estimatedSite(spawn: Spawn, program: Program, model: CostModel, settings: EstimateSettings): Estimated {
  const { memory, derived } = program.resolver.memoryOf(spawn.in.file);
  return memory.find<object | string, Estimated>(
    "derivation",
    derived,
    spawn,
    undefined,
    sameStructure,
    () => estimateSite(spawn, program, model, settings),
    againWith(estimatedAgain, spawn, settings),
  );
}

function estimatedAgain(program: Program, spawn: Spawn, settings: EstimateSettings): Estimated {
  return estimatedSite(spawn, program, new CostModel(program.resolver, settings), settings);
}

/** The last estimate made of each, which is the same object while the same is imported. */
const completed = new WeakMap<Estimated, SiteEstimate>();

function withImports(estimated: Estimated, imports: ImportTimes, settings: EstimateSettings, memory: SimulationMemory): SiteEstimate {
  const known = completed.get(estimated);
  if (known && sameStructure(known.demand.imports, imports)) return known;
  const { spawn, work, whole, beside, company, payload, task, workers, workersKnown, course } = estimated;
  const demand: Demand = { ...estimated.demand, imports };
  const imported = spawn.worker === "process" ? importAssumption(demand, settings) : undefined;
  const assumptions = imported ? [...estimated.assumptions, imported] : estimated.assumptions;
  let key: string | undefined;
  const demanded = (): string => {
    key ??= `${targetName(settings.target)} ${settings.cores} ${calibrationKey(settings)} ${JSON.stringify(demand)}`;
    return key;
  };
  const isUntold = isMostlyOpen(work) || (demand.eventLoop !== undefined && keepsLoopByGuess(work, whole, demand.tasks.likely));
  const described = {
    path: spawn.in.file.path,
    range: { start: spawn.call.start, end: spawn.call.end },
    kind: siteKind(spawn),
    task,
    workers,
    workersKnown,
    tasks: demand.tasks,
    course,
    work: { interpreterNs: add(whole.interpreterNs, whole.heldNs), nativeNs: whole.nativeNs, waitNs: whole.waitNs },
    basis: course === "in turn" ? "code" : isUntold ? "unknown calls" : isMostlyPrograms(work) ? "unknown programs" : "code",
    assumptions,
  } as const;
  // What is not there to be done sooner is best left as it is.
  const isAskedFor = (course === "together" || course === "in turn") && !isOneTask(demand);
  const prediction: Prediction = onDemand<typeof described, Pick<Prediction, "strategies" | "likeliest" | "confidence" | "recommended">>(
    described,
    {
      strategies: () =>
        predictStrategies(demand, settings, described.basis, (strategy, simulateIt) => memory.recall(demanded(), strategy, simulateIt)),
      likeliest: () => (isAskedFor ? recommend : ownWay)(prediction.strategies, spawn.worker),
      confidence: () => {
        const { likeliest, strategies, basis } = prediction;
        if (!isAskedFor) return 0;
        const confidence = memory.recall(demanded(), `confidence in ${likeliest}, ${basis}`, () =>
          confidenceIn(likeliest, strategies, basis, demand, settings),
        );
        // Who starts threads for what waits knows how long its loops are, which the code does not tell.
        const own = ownWay(strategies, spawn.worker);
        const isForWaits = spawn.worker === "thread" || spawn.worker === "event-loop-task";
        const isDoubtful = isForWaits && workers > 1 && likeliest !== own && computesByGuess(work);
        return isDoubtful ? Math.min(evenChance, confidence) : confidence;
      },
      recommended: () =>
        isAskedFor && prediction.basis !== "unknown calls" && prediction.confidence >= sureEnough ? prediction.likeliest : undefined,
    },
  );
  const site = { spawn, work, demand, beside, company, payload, prediction } as const;
  const complete = onDemand<typeof site, Pick<SiteEstimate, "processesPayAboveNs">>(site, {
    processesPayAboveNs: () => {
      if (isMostlyUnknown(work) || course !== "together" || demand.eventLoop) return undefined;
      return memory.recall(demanded(), "pay", () => crossover(demand, prediction.strategies, settings));
    },
  });
  completed.set(estimated, complete);
  return complete;
}

const evenChance = 0.5;

function siteKind(spawn: Spawn): SiteKind {
  if (spawn.worker === "process") return "process-pool";
  if (spawn.worker === "interpreter") return "interpreter-pool";
  if (spawn.worker === "event-loop-task") return "asyncio";
  return spawn.width === "pool" ? "thread-pool" : "threads";
}
