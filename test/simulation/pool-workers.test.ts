import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import { machine } from "../../server/src/simulation/machine.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { interpreter, poolOf, target } from "./workloads.js";

/*
 * How many of its four threads an executor starts for four tasks, as `test/measure/pool_workers.py` saw it on CPython 3.9 to 3.15: two where
 * tasks are short, three or four where they take some switch intervals, all where they take many. A worker that has fallen idle by the time
 * that the submitter gets the interpreter lock back spares the next one.
 */

interface Records {
  readonly targets: Readonly<Record<string, { readonly lengths: readonly Length[] }>>;
}

interface Length {
  readonly taskNs: number;
  /** How often so many threads were started. */
  readonly started: Readonly<Record<string, number>>;
}

const records = JSON.parse(readFileSync(join(process.cwd(), "test/simulation/validation/pool-workers/all.json"), "utf8")) as Records;

function mean(counts: Readonly<Record<string, number>>): number {
  let sum = 0;
  let all = 0;
  for (const [threads, times] of Object.entries(counts)) {
    sum += Number(threads) * times;
    all += times;
  }
  return sum / all;
}

function simulated(on: string, taskNs: number): number {
  const runtime = gil(target(on), costsFor(target(on)).handOver.likely);
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= 20; seed++) {
    const { threads } = simulate(poolOf(4, 4, interpreter(taskNs)), runtime, machine(2), seed);
    const started = threads.filter(({ name }) => name.startsWith("worker-")).length;
    counts[started] = (counts[started] ?? 0) + 1;
  }
  return mean(counts);
}

test("a pool under the GIL starts as many of its threads as CPython's does", () => {
  const targets = Object.entries(records.targets);
  assert.ok(targets.length >= 7);
  const lengths = targets[0]?.[1].lengths.map(({ taskNs }) => taskNs) ?? [];
  for (const [index, taskNs] of lengths.entries()) {
    let measured = 0;
    let predicted = 0;
    for (const [on, record] of targets) {
      const ofOne = mean((record.lengths[index] as Length).started);
      const ofSimulation = simulated(on, taskNs);
      assert.ok(Math.abs(ofOne - ofSimulation) < 1, `${on}, ${taskNs} ns: ${ofOne} measured, ${ofSimulation} simulated`);
      measured += ofOne / targets.length;
      predicted += ofSimulation / targets.length;
    }
    assert.ok(Math.abs(measured - predicted) < 0.5, `${taskNs} ns: ${measured} measured, ${predicted} simulated`);
  }
});
