import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { execute } from "../../server/src/simulation/engine.js";
import { type Machine, machine } from "../../server/src/simulation/machine.js";
import { processes } from "../../server/src/simulation/runtimes/processes.js";
import { mostSpeedup } from "../../server/src/simulation/shortest.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { threadStates } from "../../server/src/simulation/timeline.js";
import { demandOf, type Step, serialNs, type Workload } from "../../server/src/simulation/workload.js";
import {
  allRuntimes,
  independentSteps,
  inInterpreters,
  inProcesses,
  interpreter,
  millisecond,
  moments,
  native,
  onEventLoop,
  orderlySteps,
  poolOf,
  repeat,
  slicesOf,
  target,
  threadWorkloads,
  totalOf,
  underGil,
  unrulySteps,
  wait,
  withoutGil,
  workloads,
} from "./workloads.js";

/*
 * What holds of every workload. The seed of fast-check is its own; a failure prints the smallest counterexample and how to
 * repeat it.
 */

const anyRuntime = fc.constantFrom(...allRuntimes);
const anyMachine = fc.integer({ min: 1, max: 8 }).map(machine);
const anySeed = fc.integer();

/** The longest that any thread takes by itself, ns. */
function longestThreadNs(workload: Workload): number {
  const lengths = (workload.threads ?? [])
    .filter(({ count }) => count > 0)
    .map(({ steps }) => serialNs({ threads: [{ count: 1, steps }] }));
  return Math.max(0, ...lengths);
}

test("the same arguments give the same timeline, byte for byte", () => {
  fc.assert(
    fc.property(workloads(unrulySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const once = simulate(workload, runtime, computer, seed, { recording: "slices" });
      const again = simulate(structuredClone(workload), runtime, computer, seed, { recording: "slices" });
      assert.equal(JSON.stringify(again), JSON.stringify(once));
    }),
  );
});

test("recording slices changes nothing else", () => {
  fc.assert(
    fc.property(workloads(unrulySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const totals = simulate(workload, runtime, computer, seed);
      const slices = simulate(workload, runtime, computer, seed, { recording: "slices" });
      assert.deepEqual({ ...slices, threads: slices.threads.map((thread) => ({ ...thread, slices: [] })) }, totals);
    }),
  );
});

test("times are whole nanoseconds, slices follow each other without gap, totals are their sums", () => {
  fc.assert(
    fc.property(workloads(unrulySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const timeline = simulate(workload, runtime, computer, seed, { recording: "slices" });
      for (const thread of timeline.threads) {
        let at = thread.startNs;
        const sums = Object.fromEntries(threadStates.map((state) => [state, 0])) as Record<(typeof threadStates)[number], number>;
        thread.slices.forEach((slice, index) => {
          assert.equal(slice.startNs, at);
          assert.ok(Number.isSafeInteger(slice.endNs) && slice.endNs > slice.startNs);
          assert.notEqual(slice.state, thread.slices[index - 1]?.state, "equal neighbours are one slice");
          sums[slice.state] += slice.endNs - slice.startNs;
          at = slice.endNs;
        });
        assert.equal(at, thread.endNs);
        assert.deepEqual(thread.totals, sums);
        assert.ok(thread.endNs <= timeline.makespanNs);
      }
    }),
  );
});

test("thread names are unique", () => {
  fc.assert(
    fc.property(workloads(independentSteps), anyRuntime, (workload, runtime) => {
      const names = simulate(workload, runtime, machine(2), 1).threads.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, names.join(" "));
    }),
  );
});

test("work without nested locks always finishes", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      assert.deepEqual(simulate(workload, runtime, computer, seed).outcome, { kind: "finished" });
    }),
  );
});

test("at most one thread runs interpreter code in a domain", () => {
  fc.assert(
    fc.property(
      workloads(orderlySteps),
      fc.constantFrom(underGil, onEventLoop),
      anyMachine,
      anySeed,
      (workload, runtime, computer, seed) => {
        for (const { count, startNs } of moments(simulate(workload, runtime, computer, seed, { recording: "slices" }))) {
          assert.ok(count.running <= 1, `${count.running} run at ${startNs} ns`);
        }
      },
    ),
  );
});

test("no more threads compute than there are cores", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      for (const { count, startNs } of moments(simulate(workload, runtime, computer, seed, { recording: "slices" }))) {
        assert.ok(count.running + count.native <= computer.cores, `${count.running} run and ${count.native} compute at ${startNs} ns`);
      }
    }),
  );
});

test("no thread waits for a core beside an idle one, beyond the time in which the system does not move it there", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const timeline = simulate(workload, runtime, computer, seed, { recording: "slices" });
      const idle = moments(timeline).filter(({ count }) => count.core > 0 && count.running + count.native < computer.cores);
      for (const { startNs, endNs } of slicesOf(timeline, "core")) {
        const beside = idle.reduce((sum, each) => sum + Math.max(0, Math.min(endNs, each.endNs) - Math.max(startNs, each.startNs)), 0);
        assert.ok(beside <= computer.migrationNs, `${beside} ns from ${startNs} ns on`);
      }
    }),
  );
});

test("with cores for all, the interpreter lock is idle beside a waiter only while a wake-up is under way", () => {
  fc.assert(
    fc.property(threadWorkloads(orderlySteps), anySeed, (workload, seed) => {
      const timeline = simulate(workload, underGil, machine(64), seed, { recording: "slices" });
      const idleNs = moments(timeline)
        .filter(({ count }) => count.gil > 0 && count.running === 0)
        .reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
      // Each such stretch ends when somebody takes the lock: another thread than before, or the same one out of I/O or native code.
      const takes =
        timeline.switches + slicesOf(timeline, "io").length + slicesOf(timeline, "native").length + slicesOf(timeline, "lock").length;
      assert.ok(idleNs <= takes * underGil.wakeUpNs.high, `${idleNs} ns idle, taken ${takes} times`);
    }),
  );
});

test("threads compute and wait as long as their steps say; under a lock, caches that others have used cost up to a tenth more", () => {
  fc.assert(
    fc.property(
      threadWorkloads(orderlySteps),
      fc.constantFrom(underGil, withoutGil),
      anyMachine,
      anySeed,
      (workload, runtime, computer, seed) => {
        const timeline = simulate(workload, runtime, computer, seed);
        const groups = workload.threads ?? [];
        const sum = (part: (demand: ReturnType<typeof demandOf>) => number): number =>
          groups.reduce((total, { count, steps }) => total + count * part(demandOf(steps)), 0);
        const started = groups.reduce((total, { count }) => total + count, 0);
        const startNs = started * (runtime.start.starterNs + runtime.start.workerNs);
        const asked = sum(({ interpreterNs, heldNs }) => interpreterNs + heldNs) + startNs;
        const running = totalOf(timeline, "running");
        if (runtime.lock === undefined) assert.equal(running, asked);
        else assert.ok(asked <= running && running <= asked * 1.1 + timeline.switches, `${running} of ${asked}`);
        const native = totalOf(timeline, "native");
        const askedNative = sum(({ nativeNs }) => nativeNs);
        assert.ok(askedNative <= native && native <= askedNative * 1.1 + timeline.switches, `${native} of ${askedNative}`);
        assert.equal(
          totalOf(timeline, "io"),
          sum(({ waitNs }) => waitNs),
        );
      },
    ),
  );
});

test("a run lasts at least as long as its longest thread, its interpreter work and its work spread over the cores", () => {
  fc.assert(
    fc.property(
      threadWorkloads(orderlySteps),
      fc.constantFrom(underGil, withoutGil),
      anyMachine,
      anySeed,
      (workload, runtime, computer, seed) => {
        const { makespanNs } = simulate(workload, runtime, computer, seed);
        const demands = (workload.threads ?? []).map(({ count, steps }) => ({ count, ...demandOf(steps) }));
        const locked = demands.reduce((sum, each) => sum + each.count * (each.interpreterNs + each.heldNs), 0);
        const computing = locked + demands.reduce((sum, each) => sum + each.count * each.nativeNs, 0);
        assert.ok(makespanNs >= longestThreadNs(workload));
        assert.ok(makespanNs >= computing / computer.cores);
        if (runtime.lock) assert.ok(makespanNs >= locked);
      },
    ),
  );
});

test("no run beats what threads, cores and the interpreter lock allow", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const most = mostSpeedup(workload, runtime, computer);
      const { makespanNs } = simulate(workload, runtime, computer, seed);
      assert.ok(
        serialNs(workload) / Math.max(1, makespanNs) <= most * (1 + 1e-9),
        `${serialNs(workload)} / ${makespanNs}, at most ${most}`,
      );
      const threads = (workload.threads ?? []).reduce((sum, { count }) => sum + count, 0);
      const workers = (workload.pools ?? []).reduce((sum, pool) => sum + Math.max(1, pool.workers), 0);
      assert.ok(most <= Math.max(1, threads + workers) * (1 + 1e-9), `${most} with ${threads} threads and ${workers} workers`);
    }),
  );
});

test("a run lasts at most as long as everything one after the other, its hand-overs included", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const timeline = simulate(workload, runtime, computer, seed);
      const overhead = totalOf(timeline, "running") + totalOf(timeline, "native") + totalOf(timeline, "io");
      // Between two events of a run somebody computes or waits for I/O, or a wake-up is under way; each takes an event.
      assert.ok(timeline.makespanNs <= overhead + timeline.events * runtime.wakeUpNs.high);
    }),
  );
});

test("without locks, more cores are never slower on average, beyond 10 % and 10 ms for unlucky orders", () => {
  fc.assert(
    fc.property(workloads(independentSteps), anyRuntime, fc.integer({ min: 1, max: 7 }), (workload, runtime, cores) => {
      // Chance says who gets the interpreter lock next, and a single run may be unlucky by several turns.
      const average = (computer: Machine): number =>
        [1, 2, 3, 4, 5, 6].reduce((sum, seed) => sum + simulate(workload, runtime, computer, seed).makespanNs / 6, 0);
      const fewer = average(machine(cores));
      const more = average(machine(cores + 1));
      assert.ok(more <= 1.1 * fewer + 10 * millisecond, `${cores} cores: ${fewer} ns, one more: ${more} ns`);
    }),
    { numRuns: 100 },
  );
});

test("a run that is cut off has not lasted longer than the whole", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), anyRuntime, fc.integer({ min: 0, max: 200 }), (workload, runtime, maximumEvents) => {
      const whole = simulate(workload, runtime, machine(2), 1);
      const cut = simulate(workload, runtime, machine(2), 1, { maximumEvents });
      assert.ok(cut.makespanNs <= whole.makespanNs);
      assert.ok(cut.events <= maximumEvents + 1);
      if (whole.events < maximumEvents) assert.deepEqual(cut, whole);
      // The events that are left when all threads are done change nothing any more.
      if (cut.outcome.kind === "finished") assert.deepEqual({ ...cut, events: whole.events }, whole);
    }),
  );
});

test("whatever threads do with locks, the run ends, and a deadlock names everyone who waits", () => {
  fc.assert(
    fc.property(workloads(unrulySteps), anyRuntime, anyMachine, (workload, runtime, computer) => {
      const { outcome } = simulate(workload, runtime, computer, 1);
      assert.notEqual(outcome.kind, "truncated");
      if (outcome.kind !== "deadlock") return;
      assert.ok(outcome.blocked.some(({ waitsFor }) => waitsFor.startsWith("lock ")));
      for (const { waitsFor, heldBy } of outcome.blocked) {
        assert.notEqual(waitsFor, "");
        assert.equal(waitsFor.startsWith("lock "), heldBy !== undefined);
      }
    }),
  );
});

test("who shares no lock is not slowed by it: processes and subinterpreters run interpreter code side by side", () => {
  for (const runtime of [inProcesses, inInterpreters]) {
    const workload: Workload = { threads: [{ count: 4, steps: [{ compute: { interpreterNs: 500 * millisecond } }] }] };
    const { makespanNs } = simulate(workload, runtime, machine(4), 1);
    assert.ok(makespanNs < 600 * millisecond, `${runtime.name}: ${makespanNs} ns`);
  }
});

test("Amdahl: the share that only one thread at a time can do bounds the speedup, however many cores there are", () => {
  // What is nothing at all has no share.
  const parts = fc.integer({ min: 1, max: 10 * millisecond });
  fc.assert(
    fc.property(
      parts,
      parts,
      fc.integer({ min: 1, max: 16 }),
      anyMachine,
      fc.constantFrom(...allRuntimes),
      anySeed,
      (alone, together, workers, computer, runtime, seed) => {
        const steps = [{ acquire: "one" }, { compute: { interpreterNs: alone } }, { release: "one" }, { compute: { nativeNs: together } }];
        const workload: Workload = { threads: [{ count: workers, steps }] };
        const { makespanNs } = simulate(workload, runtime, computer, seed);
        const width = Math.min(workers, computer.cores);
        const bound = (workers * (alone + together)) / (workers * alone + (workers * together) / width);
        const speedup = (workers * (alone + together)) / Math.max(1, makespanNs);
        // While one is under the lock the others compute, so what is left beside it is bounded by the cores alone.
        const overlapped = (workers * (alone + together)) / Math.max(workers * alone, (workers * (alone + together)) / width);
        assert.ok(speedup <= Math.max(bound, overlapped) + 1e-9);
      },
    ),
  );
});

test("what is all done under one lock takes as long as one after the other, on every runtime", () => {
  fc.assert(
    fc.property(threadWorkloads(independentSteps), anyRuntime, anyMachine, anySeed, (workload, runtime, computer, seed) => {
      const guarded: Workload = {
        threads: (workload.threads ?? []).map((group) => ({
          ...group,
          steps: [{ acquire: "all" }, ...group.steps, { release: "all" }],
        })),
      };
      assert.ok(simulate(guarded, runtime, computer, seed).makespanNs >= serialNs(workload) * Math.min(1, runtime.computeFactor));
    }),
  );
});

test("a long pool of like tasks is told from a part of it as if all of it had been simulated", () => {
  const shapes: readonly (readonly Step[])[] = [
    [interpreter(300_000)],
    [interpreter(5 * millisecond)],
    [native(3 * millisecond)],
    [wait(millisecond), interpreter(50_000)],
    [wait(20 * millisecond), interpreter(3 * millisecond)],
    [repeat(4, interpreter(200_000), native(400_000))],
  ];
  const ratios: number[] = [];
  for (const runtime of [underGil, withoutGil, inProcesses, processes(target("cpython-3.15")), inInterpreters, onEventLoop]) {
    for (const workers of [1, 3, 4, 32]) {
      for (const count of [301, 1000]) {
        for (const steps of shapes) {
          const workload = poolOf(workers, count, ...steps);
          const whole = execute(workload, runtime, machine(4), 1, { recording: "totals", delays: "left-out", maximumEvents: 3_000_000 });
          ratios.push(simulate(workload, runtime, machine(4), 1).makespanNs / whole.makespanNs);
        }
      }
    }
  }
  const off = ratios.map((ratio) => Math.max(ratio, 1 / ratio) - 1).sort((a, b) => a - b);
  assert.ok((off[Math.floor(off.length * 0.9)] as number) < 0.02, off.slice(-30).join());
  assert.ok((off[off.length - 1] as number) < 0.12, off.slice(-5).join());
});
