import assert from "node:assert/strict";
import { test } from "node:test";
import { typicalCosts } from "../../server/src/simulation/costs.js";
import { machine } from "../../server/src/simulation/machine.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { target } from "./workloads.js";

/*
 * The lock of `ThreadPoolExecutor._idle_semaphore`: up to 3.11 workers and submitter take it for each task. Measured on two cores with hand-overs as
 * below, 3.11.7: tasks of 40 µs take 120 to 124 µs each, those of 10 µs 78 to 81; with the worker of 3.12, 77 to 81 and 38 to 43.
 */

const costs = {
  ...typicalCosts,
  wakeUp: { low: 12_000, high: 40_000 },
  threads: { ...typicalCosts.threads, submitNs: 13_700, workerNs: 8_200, collectNs: 1_900 },
};

/** Median over three seeds, ns for each task. */
function perTask(version: string, count: number, interpreterNs: number): number {
  const runtime = gil(target(version), costs);
  const workload = { pools: [{ workers: 2, tasks: [{ count, steps: [{ compute: { interpreterNs } }] }] }] };
  const times = [1, 2, 3].map((seed) => simulate(workload, runtime, machine(2), seed).makespanNs / count);
  return times.sort((a, b) => a - b)[1] as number;
}

test("where workers take the executor's lock for every task, short tasks of threads queue at it", () => {
  for (const interpreterNs of [16_000, 40_000]) {
    const before = perTask("cpython-3.11", 3_000, interpreterNs);
    const since = perTask("cpython-3.12", 3_000, interpreterNs);
    assert.ok(before > 1.2 * since && before < 2 * since, `${before} ns on 3.11, ${since} ns on 3.12`);
  }
});

test("tasks of milliseconds do not", () => {
  const before = perTask("cpython-3.11", 100, 3_000_000);
  const since = perTask("cpython-3.12", 100, 3_000_000);
  assert.ok(Math.abs(before / since - 1) < 0.03, `${before} and ${since} ns`);
});
