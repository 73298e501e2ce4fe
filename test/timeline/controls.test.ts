import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Controls,
  fittingControls,
  initialControls,
  moved,
  questionOf,
  type Slider,
  slidersOf,
  usableWays,
} from "../../client/src/timeline/view/controls.js";
import { numbers, type Outcome, schedule, serialTime } from "../../client/src/timeline/view/simulation-steps.js";
import { amountText, sliderText } from "../../client/src/timeline/view/words.js";
import type { ScalingCurve } from "../../server/src/estimate/prediction/scaling.js";
import type { TimelineSite } from "../../server/src/lsp/protocol.js";
import { computing, siteOf, texts, unknown, waiting } from "./site.js";

function slider(site: TimelineSite, controls: Controls, name: Slider["name"]): Slider {
  const found = slidersOf(site, controls).find((each) => each.name === name);
  assert.ok(found);
  return found;
}

function set(site: TimelineSite, controls: Controls, name: Slider["name"], value: number): Controls {
  const at = slider(site, controls, name);
  return moved(controls, at, at.stops.indexOf(value));
}

function answersOf(site: TimelineSite, controls: Controls): { outcomes: Map<string, Outcome>; curves: ScalingCurve[] } {
  const outcomes = new Map<string, Outcome>();
  const curves: ScalingCurve[] = [];
  for (const answer of numbers(questionOf(site, controls), controls.strategy)) {
    if (answer.kind === "outcome") outcomes.set(answer.outcome.strategy, answer.outcome);
    if (answer.kind === "curve") curves.push(answer.curve);
  }
  return { outcomes, curves };
}

test("untouched, the panel says what lens and hover say", () => {
  for (const [program, target] of [
    [computing, "cpython-3.13"],
    [waiting, "cpython-3.14"],
    [computing, "cpython-3.13t"],
    [computing, "pypy-3.11"],
  ] as const) {
    const site = siteOf(program, target);
    const { outcomes } = answersOf(site, initialControls(site));
    const expected = site.prediction.strategies.filter(({ strategy, applicable }) => applicable && strategy !== "serial");
    assert.deepEqual([...outcomes.keys()].sort(), expected.map(({ strategy }) => strategy).sort());
    for (const { strategy, runtime, makespanNs, speedup } of expected) {
      assert.deepEqual(outcomes.get(strategy), { strategy, runtime, makespanNs, speedup }, `${strategy} on ${target}`);
    }
    const serial = site.prediction.strategies.find(({ strategy }) => strategy === "serial");
    assert.deepEqual(serialTime(questionOf(site, initialControls(site))), serial?.makespanNs);
  }
});

test("it begins with the way that the program has", () => {
  const threads = siteOf(computing);
  assert.equal(initialControls(threads).strategy, "threads");
  assert.equal(initialControls(siteOf(computing.replaceAll("ThreadPool", "ProcessPool"))).strategy, "processes");
  const kept: Controls = { strategy: "subinterpreters", workers: 8, cores: undefined, taskFactor: undefined, switchIntervalNs: undefined };
  assert.deepEqual(fittingControls(kept, threads), { ...kept, strategy: "threads" }, "3.13 has no pools of interpreters");
  assert.deepEqual(fittingControls(kept, siteOf(computing, "cpython-3.14")), kept);
});

test("a slider stands at the program's own value and goes back to it", () => {
  const site = siteOf(computing, "cpython-3.13", 5);
  const start = initialControls(site);
  const cores = slider(site, start, "cores");
  assert.equal(cores.stops[cores.at], 5, "a number of cores that is none of the usual stops is one");
  assert.deepEqual(
    [...cores.stops].sort((a, b) => a - b),
    cores.stops,
  );
  const more = set(site, start, "cores", 8);
  assert.equal(more.cores, 8);
  assert.deepEqual(moved(more, slider(site, more, "cores"), cores.own), start);
  assert.equal(moved(start, cores, 1000).cores, cores.stops[cores.stops.length - 1], "no stop lies beyond the last");
});

test("workers and cores change what processes gain, and little of what threads under the GIL do", () => {
  const site = siteOf(computing);
  const start = initialControls(site);
  const before = answersOf(site, start).outcomes;
  const two = answersOf(site, set(site, start, "workers", 2)).outcomes;
  const one = answersOf(site, set(site, start, "cores", 1)).outcomes;
  const speedup = (outcomes: Map<string, Outcome>, strategy: string): number => outcomes.get(strategy)?.speedup.likely ?? 0;
  assert.ok(speedup(before, "processes") > 2.5);
  assert.ok(speedup(two, "processes") < 2.1 && speedup(two, "processes") > 1.5);
  assert.ok(speedup(one, "processes") < 1.1);
  for (const outcomes of [before, two, one]) assert.ok(Math.abs(speedup(outcomes, "threads") - 1) < 0.1);
});

test("shorter tasks pay less for processes, and times go with them", () => {
  const site = siteOf(computing);
  const start = initialControls(site);
  const short = set(site, start, "taskFactor", 0.001);
  // Every step of a task is a whole number of nanoseconds.
  const ratio = serialTime(questionOf(site, short)).likely / (serialTime(questionOf(site, start)).likely / 1000);
  assert.ok(Math.abs(ratio - 1) < 0.001, `${ratio}`);
  const gained = answersOf(site, short).outcomes.get("processes")?.speedup.likely ?? 0;
  assert.ok(gained < 1, `tasks of microseconds lose by processes: ${gained}`);
});

test("the switch interval sets how often threads take turns, and is nothing where nobody asks for a turn", () => {
  const site = siteOf(computing);
  const start = initialControls(site);
  const turns = (controls: Controls): number => {
    const [answer] = schedule(questionOf(site, controls), "threads");
    assert.equal(answer?.kind, "schedule");
    return answer.kind === "schedule" ? answer.run.timeline.switches : 0;
  };
  const usual = turns(start);
  assert.ok(turns(set(site, start, "switchIntervalNs", 1_000_000)) > 3 * usual);
  assert.ok(turns(set(site, start, "switchIntervalNs", 50_000_000)) < usual / 3);
  const free: Controls = { ...start, strategy: "free-threaded" };
  assert.equal(slider(site, free, "switchIntervalNs").enabled, false);
  assert.match(sliderText(slider(site, free, "switchIntervalNs"), questionOf(site, free), texts).own, /nobody asks/);
  assert.equal(slider(siteOf(computing, "pypy-3.11"), start, "switchIntervalNs").stops.includes(200_000), true);
});

test("threads that are started one by one share their tasks out once their number is set", () => {
  const site = siteOf(waiting);
  const start = initialControls(site);
  assert.equal(amountText(site, texts), "10 threads");
  assert.equal(amountText(siteOf(computing), texts), "12 tasks, 4 workers");
  const { workload } = { workload: questionOf(site, set(site, start, "workers", 2)).demand };
  assert.equal(workload.width, "pool");
  const [answer] = schedule(questionOf(site, set(site, start, "workers", 2)), "threads");
  assert.ok(
    answer?.kind === "schedule" && answer.run.makespanNs > 0.95e9 && answer.run.makespanNs < 1.1e9,
    "10 waits of 0.2 s, two at a time",
  );
});

test("curves go by the number of workers and end at the larger of workers and cores", () => {
  const site = siteOf(computing);
  const { curves } = answersOf(site, set(site, initialControls(site), "cores", 16));
  assert.deepEqual(
    curves.map(({ strategy }) => strategy),
    usableWays(site).map(({ strategy }) => strategy),
  );
  for (const { points } of curves) {
    const counts = points.map(({ workers }) => workers);
    assert.deepEqual(counts, [1, 2, 3, 4, 6, 8, 12, 16]);
    for (const { speedup } of points) assert.ok(speedup.low <= speedup.likely && speedup.likely <= speedup.high);
  }
});

test("work of which nothing is known is simulated as it may be, from nothing to be had to all threads at once", () => {
  const site = siteOf(unknown);
  const { outcomes } = answersOf(site, initialControls(site));
  const threads = outcomes.get("threads")?.speedup;
  assert.ok(threads && threads.low < 1.1 && threads.high > 3, JSON.stringify(threads));
});

test("a slider tells its value, and what the program has where that differs", () => {
  const site = siteOf(computing);
  const start = initialControls(site);
  const tell = (controls: Controls, name: Slider["name"]) => sliderText(slider(site, controls, name), questionOf(site, controls), texts);
  assert.deepEqual(tell(start, "workers"), { value: "4", own: "" });
  assert.deepEqual(tell(set(site, start, "workers", 8), "workers"), { value: "8", own: "program: 4" });
  assert.match(tell(start, "taskFactor").value, /^\d+ ms$/);
  assert.equal(tell(set(site, start, "taskFactor", 10), "taskFactor").own, "10 × the program's");
  assert.deepEqual(tell(start, "switchIntervalNs"), { value: "5 ms", own: "" });
});
