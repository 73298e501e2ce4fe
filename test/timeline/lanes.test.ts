import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { laneSpans, lastSliceEnd, sliceAt } from "../../client/src/timeline/view/lanes.js";
import { scheduleSvg } from "../../client/src/timeline/view/schedule-svg.js";
import { panned, preciseTime, showing, ticks, type Viewport, zoomed } from "../../client/src/timeline/view/viewport.js";
import { newestTarget } from "../../server/src/base/target.js";
import { machine } from "../../server/src/simulation/machine.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { type Slice, type ThreadState, threadStates } from "../../server/src/simulation/timeline.js";
import { texts } from "./site.js";

function slicesOf(...parts: readonly (readonly [ThreadState, number])[]): readonly Slice[] {
  let at = 0;
  return parts.map(([state, length]) => {
    const startNs = at;
    at += length;
    return { startNs, endNs: at, state };
  });
}

const whole: Viewport = { startNs: 0, endNs: 1000 };

test("wide stretches are drawn one by one, where they are", () => {
  const slices = slicesOf(["running", 500], ["gil", 300], ["idle", 200]);
  assert.deepEqual(laneSpans(slices, whole, 100), [
    { x: 0, width: 50, parts: [{ state: "running", share: 1 }] },
    { x: 50, width: 30, parts: [{ state: "gil", share: 1 }] },
    { x: 80, width: 20, parts: [{ state: "idle", share: 1 }] },
  ]);
  assert.deepEqual(laneSpans(slices, { startNs: 400, endNs: 600 }, 100), [
    { x: 0, width: 50, parts: [{ state: "running", share: 1 }] },
    { x: 50, width: 50, parts: [{ state: "gil", share: 1 }] },
  ]);
  assert.deepEqual(laneSpans(slices, { startNs: 2000, endNs: 3000 }, 100), []);
});

test("many short turns look like their shares", () => {
  const turns = Array.from({ length: 500 }, (): [ThreadState, number][] => [
    ["running", 1],
    ["gil", 3],
  ]).flat();
  const spans = laneSpans(slicesOf(...turns), { startNs: 0, endNs: 2000 }, 100);
  assert.ok(spans.length <= 100 / 12 + 1);
  for (const { parts } of spans) {
    const share = parts.find(({ state }) => state === "running")?.share ?? 0;
    assert.ok(Math.abs(share - 0.25) < 0.02, `a quarter runs, not ${share}`);
  }
});

test("whatever is drawn covers what is seen once, with shares that add up", () => {
  const slices = fc
    .array(fc.tuple(fc.constantFrom(...threadStates), fc.integer({ min: 1, max: 400 })), { minLength: 1, maxLength: 60 })
    .map((parts) => slicesOf(...parts));
  fc.assert(
    fc.property(
      slices,
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, from, length) => {
        const end = all[all.length - 1]?.endNs ?? 1;
        const viewport = { startNs: from * end, endNs: from * end + length * end };
        const spans = laneSpans(all, viewport, 300);
        let at = 0;
        for (const { x, width, parts } of spans) {
          assert.ok(Math.abs(x - at) < 1e-6, "no gap and no overlap");
          assert.ok(Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
          at = x + width;
        }
        const covered = (Math.min(end, viewport.endNs) - viewport.startNs) / (viewport.endNs - viewport.startNs);
        assert.ok(Math.abs(at - covered * 300) < 1e-6);
      },
    ),
  );
});

test("a place in time has its stretch", () => {
  const thread = { name: "worker-1", startNs: 100, endNs: 300, totals: {} as never, slices: slicesOf(["running", 50], ["gil", 50]) };
  assert.equal(sliceAt(thread, 10), 0);
  assert.equal(sliceAt(thread, 50), 1);
  assert.equal(sliceAt(thread, 100), undefined);
});

test("zooming keeps what is under the pointer, and nothing leaves the run", () => {
  const last = 1_000_000_000;
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 20, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (from, length, factor, place) => {
        const start = from * last;
        const before = { startNs: start, endNs: Math.min(last, start + length * last) };
        const around = before.startNs + place * (before.endNs - before.startNs);
        const after = zoomed(before, factor, around, last);
        assert.ok(after.startNs >= 0 && after.endNs <= last + 1e-3 && after.endNs > after.startNs);
        assert.ok(after.startNs <= around + 1e-3 && after.endNs >= around - 1e-3, "what was pointed at is still seen");
        const beside = panned(after, 5, last);
        assert.ok(beside.endNs <= last + 1e-3);
        assert.ok(Math.abs(beside.endNs - beside.startNs - (after.endNs - after.startNs)) < 1e-3);
      },
    ),
  );
  const view = { startNs: 100_000, endNs: 200_000 };
  assert.deepEqual(showing(view, 120_000, 130_000, last), view);
  const later = showing(view, 300_000, 310_000, last);
  assert.ok(later.startNs < 300_000 && later.endNs > 310_000 && later.endNs - later.startNs === 100_000);
});

test("the axis has few round times, told apart", () => {
  const labels = ticks({ startNs: 10_000_000, endNs: 12_000_000 }, 8).map(preciseTime);
  assert.deepEqual(labels, ["10 ms", "10.5 ms", "11 ms", "11.5 ms", "12 ms"]);
  assert.deepEqual(ticks({ startNs: 0, endNs: 410e6 }, 5).map(preciseTime), ["0", "100 ms", "200 ms", "300 ms", "400 ms"]);
});

test("an exported schedule has a lane for each thread and names what it shows", () => {
  const workload = { threads: [{ name: "a < b", count: 3, steps: [{ compute: { interpreterNs: 20_000_000 } }] }] };
  const timeline = simulate(workload, gil(newestTarget), machine(2), 1, { recording: "slices" });
  const svg = scheduleSvg({
    title: "count · CPython 3.15, threads",
    timeline,
    viewport: { startNs: 0, endNs: lastSliceEnd(timeline) },
    states: texts.states,
  });
  assert.equal(svg.match(/a &lt; b/g)?.length, 3);
  assert.match(svg, /waiting for the GIL/);
  assert.doesNotMatch(svg, /waiting for a lock|NaN|undefined/);
});
