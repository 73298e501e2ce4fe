import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import { machine } from "../../server/src/simulation/machine.js";
import { processes, type StartMethod } from "../../server/src/simulation/runtimes/processes.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import type { Timeline } from "../../server/src/simulation/timeline.js";
import { calibrationsOf, programRecords, quantile } from "./program-comparison.js";
import { interpreter, target } from "./workloads.js";

/*
 * When what happens in a process pool, as `test/measure/pool_phases.py` recorded it, against the simulator: when the last worker begins its
 * first task, and how long the whole takes. Tasks of 20 ms, two for each worker. What a worker spends on coming to life is taken from the
 * record, as it holds the imports of the measuring script; what is compared is who waits for whom.
 */

interface PoolRecords<R = Repeat> {
  readonly target: string;
  readonly cores: number;
  readonly pools: readonly {
    readonly method: StartMethod;
    readonly workers: number;
    readonly tasks?: number;
    readonly repeats: readonly R[];
  }[];
}

/** Nanoseconds since the pool began to be made. */
interface Repeat {
  /** When each worker began its first task, rising. */
  readonly beginNs: readonly number[];
  /** Processor time of each worker before its first task. */
  readonly workerCpuNs: readonly number[];
  readonly stoppedNs: number;
}

function recordsIn<R>(name: string): readonly PoolRecords<R>[] {
  const folder = join(process.cwd(), "test/simulation/validation", name);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as PoolRecords<R>);
}

const records = recordsIn<Repeat>("pools");
const taskNs = 20_000_000;

interface Row {
  readonly title: string;
  readonly kind: "last worker's first task" | "whole";
  readonly measuredNs: number;
  readonly predictedNs: number;
}

function rowsOf({ target: on, cores, pools }: PoolRecords): readonly Row[] {
  const calibrations = programRecords()
    .filter((each) => each.target === on && each.cores === cores)
    .flatMap(calibrationsOf);
  const interpreterOf = target(on);
  return pools.flatMap(({ method, workers, repeats }): Row[] => {
    const typical = (of: (repeat: Repeat) => number): number => quantile(repeats.map(of), 0.5);
    const plain = processes(interpreterOf, costsFor(interpreterOf, calibrations).handOver.likely, method);
    const workerNs = typical(({ workerCpuNs }) => quantile(workerCpuNs, 0.5));
    const runtime = { ...plain, start: { ...plain.start, workerNs } };
    const workload = { pools: [{ workers, tasks: [{ count: 2 * workers, steps: [interpreter(taskNs)] }] }] };
    const timeline = simulate(workload, runtime, machine(cores), 1, { recording: "slices" });
    const title = `${on} ${cores} cores ${method} ${workers}`;
    const last = typical(({ beginNs }) => beginNs[beginNs.length - 1] as number);
    return [
      { title, kind: "last worker's first task", measuredNs: last, predictedNs: lastBegin(timeline, workerNs) },
      { title, kind: "whole", measuredNs: typical(({ stoppedNs }) => stoppedNs), predictedNs: timeline.makespanNs },
    ];
  });
}

/** When the last worker began its first task: when it had computed for what it needs to come to life. */
function lastBegin({ threads }: Timeline, workerNs: number): number {
  const begins = threads.flatMap(({ name, slices }) => {
    if (!name.startsWith("worker")) return [];
    let left = workerNs;
    for (const { state, startNs, endNs } of slices) {
      if (state !== "running") continue;
      if (endNs - startNs > left) return [startNs + left];
      left -= endNs - startNs;
    }
    return [];
  });
  return Math.max(...begins);
}

test("worker processes come when they come in real pools", (context) => {
  const rows = records.flatMap(rowsOf);
  for (const { title, kind, measuredNs, predictedNs } of rows) {
    const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`.padStart(9);
    context.diagnostic(`${title.padEnd(40)} ${kind.padEnd(26)} measured ${ms(measuredNs)}  predicted ${ms(predictedNs)}`);
  }
  const errors = rows.map(({ measuredNs, predictedNs }) => Math.max(measuredNs / predictedNs, predictedNs / measuredNs) - 1);
  assert.ok(quantile(errors, 0.5) <= 0.2, `median error ${quantile(errors, 0.5)}`);
  assert.ok(quantile(errors, 0.9) <= 0.8, `nine in ten within ${quantile(errors, 0.9)}`);
});

/** With `--computing`: each task is the same work, so that what other threads take of the cores makes it longer. */
interface ComputingRepeat extends Repeat {
  /** What a task takes alone, measured before each pool. */
  readonly aloneNs: number;
  /** Processor time of workers between one task and the next. */
  readonly handOverCpuNs?: readonly number[];
}

const ms = (ns: number): string => (ns / 1e6).toFixed(1);

test("pools whose tasks compute take as long as real ones", (context) => {
  const errors: number[] = [];
  const byMethod = new Map<StartMethod, number[]>();
  for (const { target: on, cores, pools } of recordsIn<ComputingRepeat>("pools-computing")) {
    for (const { method, workers, tasks = 0, repeats } of pools) {
      const typical = (of: (repeat: ComputingRepeat) => number): number => quantile(repeats.map(of), 0.5);
      const runtime = processes(target(on), costsFor(target(on)).handOver.likely, method);
      const steps = [interpreter(Math.round(typical(({ aloneNs }) => aloneNs)))];
      const { makespanNs } = simulate({ pools: [{ workers, tasks: [{ count: tasks, steps }] }] }, runtime, machine(cores), 1);
      // The host's other guests lengthen some repeats by a third.
      const measured = quantile(
        repeats.map(({ stoppedNs }) => stoppedNs),
        0.4,
      );
      const error = Math.max(measured / makespanNs, makespanNs / measured) - 1;
      errors.push(error);
      byMethod.set(method, [...(byMethod.get(method) ?? []), makespanNs / measured]);
      context.diagnostic(`${on} ${method} ${workers}: measured ${ms(measured)} ms, predicted ${ms(makespanNs)} ms`);
    }
  }
  assert.ok(quantile(errors, 0.5) <= 0.05, `median error ${quantile(errors, 0.5)}`);
  assert.ok(quantile(errors, 0.9) <= 0.15, `nine in ten within ${quantile(errors, 0.9)}`);
  // No method is told too fast or too slow throughout.
  for (const [method, ratios] of byMethod) {
    const middle = quantile(ratios, 0.5);
    assert.ok(middle > 0.93 && middle < 1.07, `${method}: ${middle} of what was measured`);
  }
});

test("a worker's part of handing over is what its processor time says, also where workers take turns on the cores", () => {
  const pools = recordsIn<ComputingRepeat>("pools-computing").flatMap(({ target: on, cores, pools: all }) =>
    all.filter(({ method }) => method === "fork").map((pool) => ({ ...pool, cores, on: target(on) })),
  );
  for (const crowded of [false, true]) {
    const ratios = pools
      .filter(({ workers, cores }) => workers > cores === crowded)
      .map(({ on, repeats }) => {
        const { handOver } = processes(on, costsFor(on).handOver.likely, "fork");
        const times = crowded ? handOver.broker?.crowdedColdTimes : handOver.broker?.workerColdTimes;
        return (
          (handOver.workerNs * (times ?? 1)) /
          quantile(
            repeats.flatMap(({ handOverCpuNs = [] }) => handOverCpuNs),
            0.5,
          )
        );
      });
    const middle = quantile(ratios, 0.5);
    assert.ok(middle > 0.8 && middle < 1.25, `${crowded ? "crowded" : "a core each"}: ${middle} of what was measured`);
  }
});
