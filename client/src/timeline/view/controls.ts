import { scale } from "../../../../server/src/base/interval.js";
import { machineOf } from "../../../../server/src/estimate/calibration/calibration.js";
import type { SiteKind, Strategy } from "../../../../server/src/estimate/prediction/prediction.js";
import { type Way, waysToRun } from "../../../../server/src/estimate/prediction/ways.js";
import type { Demand } from "../../../../server/src/estimate/tasks/demand.js";
import type { TimelineSite } from "../../../../server/src/lsp/protocol.js";
import type { Machine } from "../../../../server/src/simulation/machine.js";
import type { Runtime } from "../../../../server/src/simulation/runtime.js";

/** What the reader has set; undefined is what the program has. Plain data: it is kept when the window is loaded again. */
export interface Controls {
  readonly strategy: Way["strategy"];
  readonly workers: number | undefined;
  readonly cores: number | undefined;
  /** How many times as long as in the program each task takes. */
  readonly taskFactor: number | undefined;
  readonly switchIntervalNs: number | undefined;
}

export type SliderName = "workers" | "cores" | "taskFactor" | "switchIntervalNs";

/** A slider moves over stops, since what it sets matters by its magnitude. */
export interface Slider {
  readonly name: SliderName;
  /** Rising. */
  readonly stops: readonly number[];
  /** The stop that the program has. */
  readonly own: number;
  readonly at: number;
  /** Whether the strategy heeds it. */
  readonly enabled: boolean;
}

/** The way that the program runs the work now, if it can be simulated, else the first that can; nothing else set. */
export function initialControls({ prediction }: TimelineSite): Controls {
  const usable = prediction.strategies.filter(({ applicable, strategy }) => applicable && strategy !== "serial");
  const own = strategyOf(prediction.kind);
  const chosen = usable.find(({ strategy }) => strategy === own) ?? usable[0];
  const strategy = chosen && chosen.strategy !== "serial" ? chosen.strategy : "threads";
  return { strategy, workers: undefined, cores: undefined, taskFactor: undefined, switchIntervalNs: undefined };
}

/** Controls that were kept, as far as they still fit the site. */
export function fittingControls(kept: Controls, site: TimelineSite): Controls {
  const known = site.prediction.strategies.find(({ strategy }) => strategy === kept.strategy);
  return known?.applicable ? kept : { ...kept, strategy: initialControls(site).strategy };
}

function strategyOf(kind: SiteKind): Strategy {
  switch (kind) {
    case "process-pool":
      return "processes";
    case "interpreter-pool":
      return "subinterpreters";
    case "asyncio":
      return "asyncio";
    default:
      return "threads";
  }
}

/** The sliders as they stand. */
export function slidersOf(site: TimelineSite, controls: Controls): readonly Slider[] {
  const lock = wayOf(site, controls.strategy)?.runtime("likely").lock;
  const interval = lock && Number.isFinite(lock.switchIntervalNs) ? lock.switchIntervalNs : undefined;
  const slider = (name: SliderName, usual: readonly number[], own: number, enabled = true): Slider => {
    const stops = [...new Set([...usual, own])].sort((a, b) => a - b);
    const at = stops.indexOf(controls[name] ?? own);
    return { name, stops, own: stops.indexOf(own), at: at === -1 ? stops.indexOf(own) : at, enabled };
  };
  return [
    slider("workers", workerStops, site.demand.workers),
    slider("cores", coreStops, site.cores),
    slider("taskFactor", factorStops, 1),
    slider("switchIntervalNs", intervalStops, interval ?? usualIntervalNs, interval !== undefined),
  ];
}

const workerStops = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const coreStops = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const factorStops = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const usualIntervalNs = 5_000_000;
const intervalStops = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].map((milliseconds) => milliseconds * 1_000_000);

/** The controls after a slider was moved to a stop; at the program's own it is no longer set. */
export function moved(controls: Controls, slider: Slider, to: number): Controls {
  const at = Math.max(0, Math.min(slider.stops.length - 1, to));
  return { ...controls, [slider.name]: at === slider.own ? undefined : slider.stops[at] };
}

/** What is to be simulated. */
export interface Question {
  readonly demand: Demand;
  readonly ways: readonly Way[];
  readonly on: Machine;
}

/** The site's work and machine as the controls have them; untouched, what the server's own prediction was made from. */
export function questionOf(site: TimelineSite, controls: Controls): Question {
  const { switchIntervalNs } = controls;
  const ways = usableWays(site).map((way): Way => {
    if (switchIntervalNs === undefined) return way;
    return { ...way, runtime: (costs) => withSwitchInterval(way.runtime(costs), switchIntervalNs) };
  });
  return { demand: demandOf(site, controls), ways, on: machineOf({ ...site, cores: controls.cores ?? site.cores }) };
}

function withSwitchInterval(runtime: Runtime, switchIntervalNs: number): Runtime {
  if (!runtime.lock || !Number.isFinite(runtime.lock.switchIntervalNs)) return runtime;
  return { ...runtime, lock: { ...runtime.lock, switchIntervalNs } };
}

function demandOf({ demand }: TimelineSite, { workers, taskFactor }: Controls): Demand {
  // However the program starts its threads, another number of them shares the same tasks out, as a pool does.
  const sized: Demand = workers === undefined ? demand : { ...demand, workers, width: "pool" };
  if (taskFactor === undefined) return sized;
  const { locked, shared } = sized;
  return {
    ...sized,
    interpreterNs: scale(sized.interpreterNs, taskFactor),
    heldNs: scale(sized.heldNs, taskFactor),
    nativeNs: scale(sized.nativeNs, taskFactor),
    waitNs: scale(sized.waitNs, taskFactor),
    locked: { ...locked, interpreterNs: scale(locked.interpreterNs, taskFactor) },
    shared: {
      uses: shared.uses * taskFactor,
      literals: shared.literals * taskFactor,
      writes: shared.writes * taskFactor,
      relocked: shared.relocked * taskFactor,
    },
  };
}

/** The ways that the site's prediction has numbers for. */
export function usableWays({ prediction, target, calibrations }: TimelineSite): readonly Way[] {
  const usable = new Set(prediction.strategies.filter(({ applicable }) => applicable).map(({ strategy }) => strategy));
  return waysToRun(target, calibrations).filter(({ strategy }) => usable.has(strategy));
}

function wayOf(site: TimelineSite, strategy: Strategy): Way | undefined {
  return usableWays(site).find((way) => way.strategy === strategy);
}
