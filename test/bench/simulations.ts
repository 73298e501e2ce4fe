import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Lens } from "../../server/src/analysis/answers.js";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import { rules } from "../../server/src/rules/index.js";
import { machine } from "../../server/src/simulation/machine.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import type { Workload } from "../../server/src/simulation/workload.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { largeProgram } from "./large-program.js";

/** What simulations and predictions cost. Medians: an editor's server has compiled its code long before the user asks. */
export interface SimulationTimes {
  /** Of threads that compute and wait in turns. */
  readonly eventsPerSecond: number;
  /** A workload of 64 threads that lasts 10 simulated seconds, in milliseconds. */
  readonly longWorkload: number;
  /** The same for the first time in a process. */
  readonly longWorkloadCold: number;
}

/** What the predictions of one file cost. */
export interface PredictionTimes {
  readonly sites: number;
  /** Where all its sites are and what their tasks cost, in milliseconds; the file is linked already. */
  readonly places: number;
  /** The lines above ten of them, as many as are in view, in milliseconds. */
  readonly inView: number;
  /** All numbers of all ways for the same sites, in milliseconds. */
  readonly all: number;
}

const underGil = gil(parseTarget("cpython-3.13") as Target);

/** 64 threads: 64 × 31 × 5 ms of bytecode, waits and native code beside it. */
const tenSeconds: Workload = {
  threads: [
    {
      count: 64,
      steps: [
        {
          repeat: 31,
          steps: [{ compute: { interpreterNs: 5_000_000 } }, { waitNs: 10_000_000 }, { compute: { nativeNs: 1_000_000 } }],
        },
      ],
    },
  ],
};

const manyEvents: Workload = {
  threads: [{ count: 8, steps: [{ repeat: 20_000, steps: [{ compute: { interpreterNs: 20_000 } }, { waitNs: 100_000 }] }] }],
};

export function measureSimulations(): SimulationTimes {
  const longs = timesOf(9, () => simulate(tenSeconds, underGil, machine(4), 1));
  let events = 0;
  const many = timesOf(7, () => {
    events = simulate(manyEvents, underGil, machine(4), 1).events;
  });
  return {
    eventsPerSecond: (events / median(many)) * 1000,
    longWorkload: median(longs),
    longWorkloadCold: longs[0] ?? 0,
  };
}

/** A file of 2,000 lines that starts threads or pools every 16 lines. */
export const madeUpFile: string = largeProgram(2000);

export function measurePredictions(parser: Parser, text: string): PredictionTimes {
  const path = "/bench/large.py";
  const severities = Object.fromEntries(rules.map(({ name }) => [name, "off" as const]));
  let sites = 0;
  const placed: number[] = [];
  const shown: number[] = [];
  const predicted: number[] = [];
  for (let i = 0; i < 26; i++) {
    const host = new AnalysisHost(parser, { target: parseTarget("cpython-3.13") as Target, cores: 4, severities });
    host.setFile(path, text);
    const snapshot = host.snapshot();
    snapshot.findings(path);
    if (i % 2 === 0) {
      const lenses: Lens[] = [];
      placed.push(...timesOf(1, () => lenses.push(...snapshot.lenses(path))));
      shown.push(...timesOf(1, () => lenses.slice(0, 10).map(({ title }) => title)));
      sites = lenses.length;
    } else predicted.push(...timesOf(1, () => JSON.stringify(snapshot.predictions(path))));
  }
  return { sites, places: median(placed), inView: median(shown), all: median(predicted) };
}

function timesOf(count: number, work: () => void): number[] {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
