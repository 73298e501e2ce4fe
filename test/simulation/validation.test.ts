import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import { type Machine, machine } from "../../server/src/simulation/machine.js";
import type { Runtime } from "../../server/src/simulation/runtime.js";
import { freeThreaded } from "../../server/src/simulation/runtimes/free-threaded.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { processes, type StartMethod } from "../../server/src/simulation/runtimes/processes.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { type Pool, type Step, serialNs, type ThreadGroup, type Workload } from "../../server/src/simulation/workload.js";
import { parseWorkload } from "../../server/src/simulation/workload-file.js";
import { target } from "./workloads.js";

/*
 * Recorded runs of real CPython against what the simulator says of the same workload, with the hand-over costs that the product
 * uses. No number of the simulator is fitted to a single program here.
 */

/** Tasks in pools; medians over repeated runs, ns. */
interface RecordedProgram {
  readonly serialNs: number;
  readonly threadsNs?: number;
  readonly processesNs?: number;
  readonly pool: Pool;
}

/** Threads that all do the same, one after the other by all together. */
interface RecordedThreads {
  readonly name: string;
  readonly threads: readonly ThreadGroup[];
  readonly speedup: number;
}

/** Something done again and again in one thread beside others that run nothing but bytecode. */
interface RecordedBesideComputing {
  readonly name: string;
  readonly computingThreads: number;
  readonly switchIntervalNs: number;
  readonly steps: readonly Step[];
  readonly perSecond: number;
}

interface Recording {
  readonly target: string;
  readonly cores: number;
  readonly startMethod: StartMethod;
  /** Whether the recorded times hold the start of the pool's workers. */
  readonly pools: "started within" | "started before";
  /** What a worker that is not forked from the program spends on importing it. */
  readonly importNs?: number;
  readonly programs: Readonly<Record<string, RecordedProgram>>;
  readonly threads?: readonly RecordedThreads[];
  readonly besideComputing?: readonly RecordedBesideComputing[];
}

interface Comparison {
  readonly kind: "threads" | "processes" | "convoy";
  readonly program: string;
  /** Speedups; for the convoy, times a second. */
  readonly measured: number;
  readonly predicted: number;
  /** How far off by ratio: 0.25 is a quarter too much or too little. */
  readonly error: number;
}

const folder = join(process.cwd(), "test/simulation/validation");
const recordings = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Recording);

function compared(kind: Comparison["kind"], program: string, measured: number, predicted: number): Comparison {
  return { kind, program, measured, predicted, error: Math.max(predicted / measured, measured / predicted) - 1 };
}

function compare(recording: Recording): readonly Comparison[] {
  const interpreter = target(recording.target);
  const costs = costsFor(interpreter).handOver.likely;
  const inThreads = interpreter.freeThreaded ? freeThreaded(interpreter, costs) : gil(interpreter, costs);
  const inProcesses = importing(processes(interpreter, costs, recording.startMethod), recording);
  const computer = machine(recording.cores);

  const timeOf = (workload: Workload, runtime: Runtime): number => {
    const { makespanNs, outcome } = simulate(workload, runtime, computer, 1);
    assert.equal(outcome.kind, "finished");
    return makespanNs;
  };
  const poolTime = (pool: Pool, runtime: Runtime): number =>
    timeOf({ pools: [pool] }, recording.pools === "started before" ? startedBefore(runtime) : runtime);

  const inPools = Object.entries(recording.programs).flatMap(([name, { serialNs, threadsNs, processesNs, pool }]) => {
    const rows: Comparison[] = [];
    if (threadsNs !== undefined) rows.push(compared("threads", name, serialNs / threadsNs, serialNs / poolTime(pool, inThreads)));
    if (processesNs !== undefined) rows.push(compared("processes", name, serialNs / processesNs, serialNs / poolTime(pool, inProcesses)));
    return rows;
  });
  const bare = (recording.threads ?? []).map(({ name, threads, speedup }) =>
    compared("threads", name, speedup, serialNs({ threads }) / timeOf({ threads }, inThreads)),
  );
  const beside = (recording.besideComputing ?? []).map((recorded) => {
    const interval = `${recorded.switchIntervalNs / 1e6} ms`;
    const runtime = interpreter.freeThreaded ? inThreads : gil(interpreter, costs, recorded.switchIntervalNs);
    const name = `${recorded.name} beside ${recorded.computingThreads} at ${interval}`;
    return compared("convoy", name, recorded.perSecond, perSecondBesideComputing(recorded, runtime, computer));
  });
  return [...inPools, ...bare, ...beside];
}

/** Workers that are not forked from the program import it first. */
function importing(runtime: Runtime, { startMethod, importNs = 0 }: Recording): Runtime {
  if (startMethod === "fork") return runtime;
  return { ...runtime, start: { ...runtime.start, workerNs: runtime.start.workerNs + importNs } };
}

/** The runtime once its pools' workers run. */
function startedBefore(runtime: Runtime): Runtime {
  const { starter, when } = runtime.start;
  return { ...runtime, start: { starter, when, starterNs: 0, serverNs: 0, workerNs: 0, collectNs: 0, firstNs: 0, stopNs: 0, exitNs: 0 } };
}

function perSecondBesideComputing(recorded: RecordedBesideComputing, runtime: Runtime, computer: Machine): number {
  const rounds = 300;
  const workload: Workload = {
    threads: [
      { name: "compute", count: recorded.computingThreads, steps: [{ compute: { interpreterNs: 60e9 } }] },
      { name: "observed", count: 1, steps: [{ repeat: rounds, steps: recorded.steps }] },
    ],
  };
  const observed = simulate(workload, runtime, computer, 1).threads.find(({ name }) => name === "observed-1");
  return observed ? rounds / ((observed.endNs - observed.startNs) / 1e9) : Number.NaN;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function table(rows: readonly Comparison[]): readonly string[] {
  return rows.map(({ program, kind, measured, predicted, error }) => {
    const numbers = `measured ${measured.toFixed(2).padStart(9)}  predicted ${predicted.toFixed(2).padStart(9)}`;
    return `${kind.padEnd(9)} ${program.padEnd(46)} ${numbers}  error ${(100 * error).toFixed(0).padStart(4)} %`;
  });
}

test("there are recordings with the GIL and without, of old and new versions", () => {
  const names = recordings.map((recording) => recording.target);
  for (const needed of ["cpython-3.8", "cpython-3.13t", "cpython-3.14"]) assert.ok(names.includes(needed), needed);
});

test("recorded workloads are valid workload files", () => {
  for (const { programs, threads } of recordings) {
    for (const { pool } of Object.values(programs)) assert.ok(!("problems" in parseWorkload({ pools: [pool] })));
    for (const recorded of threads ?? []) assert.ok(!("problems" in parseWorkload({ threads: recorded.threads })));
  }
});

/**
 * Of all recordings together: the error that half the comparisons stay within, and nine in ten. What is farther off: tasks of
 * 10 µs, where threads contend for the executor's own locks, which the simulator does not know; and process pools so short that
 * starting their workers is most of the time, which differs by program more than the costs say.
 */
const bounds: Readonly<Record<Comparison["kind"], { readonly median: number; readonly p90: number }>> = {
  threads: { median: 0.05, p90: 0.4 },
  processes: { median: 0.2, p90: 0.7 },
  convoy: { median: 0.05, p90: 0.7 },
};

for (const kind of ["threads", "processes", "convoy"] as const) {
  test(`the simulator against real CPython: ${kind}`, (context) => {
    const errors: number[] = [];
    for (const recording of recordings) {
      const rows = compare(recording).filter((row) => row.kind === kind);
      errors.push(...rows.map(({ error }) => error));
      for (const line of table(rows)) context.diagnostic(`${recording.target.padEnd(14)} ${line}`);
    }
    const median = quantile(errors, 0.5);
    const p90 = quantile(errors, 0.9);
    context.diagnostic(
      `${kind}: ${errors.length} comparisons, median error ${(100 * median).toFixed(1)} %, nine in ten within ${(100 * p90).toFixed(0)} %`,
    );
    assert.ok(median <= bounds[kind].median, `median error ${median}`);
    assert.ok(p90 <= bounds[kind].p90, `nine in ten within ${p90}`);
  });
}
