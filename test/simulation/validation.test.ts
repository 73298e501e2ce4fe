import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { machine } from "../../server/src/simulation/machine.js";
import type { Runtime } from "../../server/src/simulation/runtime.js";
import { freeThreaded } from "../../server/src/simulation/runtimes/free-threaded.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { processes, type StartMethod } from "../../server/src/simulation/runtimes/processes.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import type { Pool } from "../../server/src/simulation/workload.js";
import { parseWorkload } from "../../server/src/simulation/workload-file.js";
import { target } from "./workloads.js";

/*
 * Recorded runs of real CPython (test/measure/pool_speedups.py) against what the simulator says of the same workload. No number
 * of the simulator is fitted to a program here: its costs come from test/measure/operation_costs.py.
 */

/** One program on one interpreter; medians over repeated runs, ns. */
interface RecordedProgram {
  readonly serialNs: number;
  readonly threadsNs: number;
  /** Absent where the program shares a lock, which processes cannot. */
  readonly processesNs?: number;
  /** Longest by shortest run. */
  readonly spread: number;
  readonly pool: Pool;
}

interface Recording {
  readonly target: string;
  readonly cores: number;
  readonly startMethod: StartMethod;
  readonly programs: Readonly<Record<string, RecordedProgram>>;
}

interface Comparison {
  readonly program: string;
  readonly strategy: string;
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

function compare(recording: Recording): readonly Comparison[] {
  const interpreter = target(recording.target);
  const threads = interpreter.freeThreaded ? freeThreaded(interpreter) : gil(interpreter);
  const inProcesses = processes(interpreter, undefined, recording.startMethod);
  return Object.entries(recording.programs).flatMap(([program, { serialNs, threadsNs, processesNs, pool }]) => {
    const compareWith = (strategy: string, runtime: Runtime, measuredNs: number): Comparison => {
      const { makespanNs, outcome } = simulate({ pools: [pool] }, runtime, machine(recording.cores), 1);
      assert.equal(outcome.kind, "finished");
      const measured = serialNs / measuredNs;
      const predicted = serialNs / makespanNs;
      return { program, strategy, measured, predicted, error: Math.max(predicted / measured, measured / predicted) - 1 };
    };
    const rows = [compareWith("threads", threads, threadsNs)];
    if (processesNs !== undefined) rows.push(compareWith("processes", inProcesses, processesNs));
    return rows;
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

function table(rows: readonly Comparison[]): readonly string[] {
  return rows.map(({ program, strategy, measured, predicted, error }) => {
    const numbers = `measured ${measured.toFixed(3).padStart(7)}  predicted ${predicted.toFixed(3).padStart(7)}`;
    return `${program.padEnd(26)} ${strategy.padEnd(10)} ${numbers}  error ${(100 * error).toFixed(0).padStart(4)} %`;
  });
}

test("there are recordings with the GIL and without", () => {
  const names = recordings.map((recording) => recording.target);
  assert.ok(names.some((name) => name.endsWith("t")) && names.some((name) => !name.endsWith("t")), names.join(" "));
});

for (const recording of recordings) {
  test(`${recording.target}: speedups of ${Object.keys(recording.programs).length} real programs`, (context) => {
    for (const { pool } of Object.values(recording.programs)) {
      assert.ok(!("problems" in parseWorkload({ pools: [pool] })), "a recorded pool is a valid workload");
    }
    for (const strategy of ["threads", "processes"]) {
      const rows = compare(recording).filter((row) => row.strategy === strategy);
      const errors = rows.map(({ error }) => error);
      for (const line of table(rows)) context.diagnostic(line);
      context.diagnostic(
        `${strategy}: median error ${(100 * quantile(errors, 0.5)).toFixed(1)} %, p90 ${(100 * quantile(errors, 0.9)).toFixed(0)} %`,
      );
      assert.ok(quantile(errors, 0.5) <= 0.1, `median error with ${strategy}`);
      assert.ok(quantile(errors, 0.9) <= 0.4, `p90 error with ${strategy}`);
    }
  });
}
