import assert from "node:assert/strict";
import { test } from "node:test";
import { exactly, interval } from "../../server/src/base/interval.js";
import { countText } from "../../server/src/cli/formats/count.js";
import { checkJson, simulateJson } from "../../server/src/cli/formats/json.js";
import { type CheckReport, reportSources } from "../../server/src/cli/formats/report.js";
import { scalingSvg } from "../../server/src/cli/formats/svg.js";
import { checkText, simulateText, statisticsText } from "../../server/src/cli/formats/text.js";
import { besideIt } from "../../server/src/estimate/prediction/delays.js";
import type { Prediction, Strategy } from "../../server/src/estimate/prediction/prediction.js";
import type { SiteSimulation } from "../../server/src/estimate/prediction/scaling.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { findingAt } from "./findings.js";

const text = "import threading\n\ndef work():\n\tcounter += 1  # 日本\nwork()\n";

function reportOf(findings: readonly Finding[], rest: Partial<CheckReport> = {}): CheckReport {
  return {
    version: "1.2.3",
    findings,
    problems: [],
    summary: { files: 1, lines: 5, milliseconds: 12.4, fixed: 0 },
    sources: reportSources(
      (path) => path.slice("/work/".length),
      (path) => (path === "/work/app.py" ? text : undefined),
    ),
    ...rest,
  };
}

const plain = { style: "plain", lowestShown: "information" } as const;

test("text: place, code, rule and message, two lines of source with a caret, related lines, a summary", () => {
  const finding = findingAt("/work/app.py", text, "counter += 1", {
    related: [{ path: "/work/app.py", range: { start: text.indexOf("work()\n"), end: text.length }, message: "started here" }],
  });
  assert.equal(
    checkText(reportOf([finding]), plain),
    [
      "app.py:4:2 GIL201 non-atomic-shared-update `counter += 1` can lose updates.",
      "    3 | def work():",
      "    4 | \tcounter += 1  # 日本",
      "      | \t^^^^^^^^^^^^",
      "    app.py:5:1 started here",
      "",
      "1 warning in 1 file.",
      "",
    ].join("\n"),
  );
});

test("text: hints are counted, and shown only when asked for", () => {
  const report = reportOf([findingAt("/work/app.py", text, "counter", { severity: "hint" })]);
  assert.equal(checkText(report, plain), "No findings in 1 file. 1 hint not shown (--fail-on hint shows them).\n");
  assert.match(checkText(report, { ...plain, lowestShown: "hint" }), /^app\.py:4:2 GIL201 .*\n1 hint in 1 file\.\n$/s);
});

test("text: problems are told after the findings", () => {
  const report = reportOf([], { problems: [{ path: "/work/x.py", message: "looks binary" }] });
  assert.equal(checkText(report, plain), "x.py: problem: looks binary\n\nNo findings in 1 file. 1 problem.\n");
});

test("text: a long line is cut around the caret, and nothing reaches the terminal that could move its cursor", () => {
  const long = `x = '\x1b[2J${"a".repeat(300)}' + target`;
  const sources = reportSources(
    (path) => path,
    () => long,
  );
  const lines = checkText(reportOf([findingAt("a.py", long, "target", { message: "\x1b[31mred \u202egnorw" })], { sources }), plain).split(
    "\n",
  );
  for (const character of ["\x1b", "\u202e"]) assert.equal(lines.join("").includes(character), false);
  assert.equal((lines[2] as string).indexOf("^^^^^^"), (lines[1] as string).indexOf("target"));
  assert.ok((lines[1] as string).length < 200);
});

test("text: a finding of several lines is marked to the end of its first", () => {
  const range = { start: text.indexOf("def"), end: text.indexOf("work()\n") };
  const output = checkText(reportOf([findingAt("/work/app.py", text, "def", { range })]), plain);
  assert.match(output, / {4}3 \| def work\(\):\n {6}\| \^{11}\n/);
});

test("statistics: the rule that speaks most comes first", () => {
  const other = { code: "GIL101", rule: "cpu-bound-in-thread", severity: "hint" } as const;
  const finding = findingAt("/work/app.py", text, "counter");
  assert.equal(
    statisticsText(reportOf([findingAt("/work/app.py", text, "work", other), finding, finding]), plain),
    "2  GIL201  non-atomic-shared-update\n1  GIL101  cpu-bound-in-thread\n\n2 warnings, 1 hint in 1 file.\n",
  );
});

const prediction: Prediction = {
  path: "/work/app.py",
  range: { start: text.indexOf("work()\n"), end: text.length - 1 },
  kind: "thread-pool",
  task: "work",
  workers: 4,
  workersKnown: "known",
  course: "together",
  tasks: exactly(8),
  work: { interpreterNs: exactly(5e6), nativeNs: exactly(0), waitNs: exactly(0) },
  strategies: [
    strategyOf("serial", { makespanNs: interval(1.9e9, 1.92e9, 1.94e9), speedup: exactly(1) }),
    strategyOf("processes", {
      makespanNs: interval(5.52e8, 6e8, 6.2e8),
      speedup: interval(3.1, 3.3, 3.52),
      bottleneck: "all 4 cores are busy 97 % of the time",
    }),
    strategyOf("asyncio", { applicable: false, reason: "`work` never awaits" }),
  ],
  basis: "code",
  likeliest: "processes",
  confidence: 1,
  recommended: "processes",
  assumptions: [{ what: "an iteration", value: "55 ns", from: "measured" }],
};

function strategyOf(strategy: Strategy, rest: Partial<Prediction["strategies"][number]>): Prediction["strategies"][number] {
  return {
    strategy,
    runtime: "cpython-3.13",
    cores: 4,
    workers: 4,
    applicable: true,
    reason: "",
    makespanNs: exactly(0),
    speedup: exactly(1),
    bottleneck: "",
    ...rest,
  };
}

const simulated: SiteSimulation = {
  prediction,
  scaling: [
    {
      strategy: "threads",
      runtime: "cpython-3.13",
      points: [
        { workers: 1, speedup: exactly(1) },
        { workers: 4, speedup: interval(0.9, 1, 1.1) },
      ],
    },
    {
      strategy: "processes",
      runtime: "cpython-3.13",
      points: [
        { workers: 1, speedup: exactly(0.9) },
        { workers: 4, speedup: interval(3.1, 3.3, 3.5) },
      ],
    },
  ],
  processesPayAboveNs: 4.1e6,
  delays: [
    { strategy: "threads", runtime: "cpython-3.13", threads: besideIt, waits: 200, p50Ns: 5.2e6, p95Ns: 15e6, p99Ns: 20e6 },
    { strategy: "processes", runtime: "cpython-3.13", threads: besideIt, waits: 200, p50Ns: 20_000, p95Ns: 40_000, p99Ns: 0 },
  ],
};

test("svg: a curve for each way, named and described in words, whatever characters a name has", () => {
  const svg = scalingSvg([{ title: "a<b>&.py:5 4 threads", cores: 2, simulation: simulated }]);
  assert.match(svg, /^<svg [^>]*role="img" aria-labelledby="title description">\n<title id="title">[^<]*a&lt;b&gt;&amp;\.py:5/);
  assert.match(
    svg,
    /<desc id="description">[^<]*processes on CPython 3\.13: 0\.9× with 1, 3\.3× with 4 workers\. Processes pay off above 4\.1 ms a task\.</,
  );
  assert.equal([...svg.matchAll(/<polyline /g)].length, 2);
  assert.match(svg, />2 cores</);
  assert.match(svg, /prefers-color-scheme: dark/);
  const places = [...svg.matchAll(/points="([^"]*)"/g)].flatMap(([, points]) => (points as string).split(/[ ,]/).map(Number));
  assert.ok(
    places.every((place) => place >= 0 && place <= 720),
    "nothing is drawn outside",
  );
  assert.match(scalingSvg([]), /<title[^>]*>No place that starts concurrent work</);
});

test("simulate as text: a table for each place", () => {
  assert.equal(
    simulateText([simulated], reportOf([]).sources, plain),
    [
      "app.py:5 4 threads run `work` · 8 tasks · CPython 3.13 · 4 cores",
      "  strategy   time        speedup",
      "  serial     1.9 s       1×",
      "  processes  552–620 ms  3.1–3.5×  ← best · all 4 cores are busy 97 % of the time",
      "  asyncio    –           –         `work` never awaits",
      "  workers       1     4",
      "  threads    1.0×  1.0×",
      "  processes  0.9×  3.3×",
      "  Processes pay off above 4.1 ms a task.",
      "  I/O thread beside it is late by      p50      p95      p99",
      "  threads                           5.2 ms    15 ms    20 ms",
      "  processes                        < 50 µs  < 50 µs  < 50 µs",
      "  Assumes: an iteration = 55 ns (measured).",
      "",
    ].join("\n"),
  );
  assert.match(simulateText([], reportOf([]).sources, plain), /^No place/);
});

test("counts are whole numbers", () => {
  assert.equal(countText(exactly(8)), "8");
  assert.equal(countText(interval(7.6, 20, 64.2)), "8–64");
});

test("json: the shape is the format's own, whatever the core adds to its types", () => {
  const finding = {
    ...findingAt("/work/app.py", text, "counter += 1", {
      prediction,
      fixes: [{ title: "Hold a lock", safety: "unsafe", edits: [] }],
      targets: [{ target: "cpython-3.13", verdict: "holds-by-accident" }],
      related: [{ path: "/work/app.py", range: { start: 0, end: 6 }, message: "here" }],
    }),
    internal: "a secret of the core",
  };
  const json = checkJson(reportOf([finding], { problems: [{ path: "/work/x.py", message: "looks binary" }] }));
  const site = {
    path: "app.py",
    line: 5,
    kind: "thread-pool",
    task: "work",
    workers: 4,
    tasks: { low: 8, likely: 8, high: 8 },
    work: {
      interpreterNs: { low: 5e6, likely: 5e6, high: 5e6 },
      nativeNs: { low: 0, likely: 0, high: 0 },
      waitNs: { low: 0, likely: 0, high: 0 },
    },
    predictions: prediction.strategies,
    recommended: "processes",
    recommendationConfidence: 1,
    assumptions: [{ what: "an iteration", value: "55 ns", from: "measured" }],
  };
  assert.deepEqual(json, {
    tool: { name: "gilscope", version: "1.2.3" },
    findings: [
      {
        code: "GIL201",
        rule: "non-atomic-shared-update",
        severity: "warning",
        confidence: "likely",
        path: "app.py",
        start: { line: 4, column: 2 },
        end: { line: 4, column: 14 },
        message: "`counter += 1` can lose updates.",
        related: [{ path: "app.py", start: { line: 1, column: 1 }, end: { line: 1, column: 7 }, message: "here" }],
        targets: [{ target: "cpython-3.13", verdict: "holds-by-accident" }],
        prediction: site,
        fixes: [{ title: "Hold a lock", safety: "unsafe" }],
        fingerprint: "274fbbe5c8ef153b",
      },
    ],
    problems: [{ path: "x.py", message: "looks binary" }],
    summary: { files: 1, lines: 5, milliseconds: 12, fixed: 0 },
  });
  const { scaling, delays } = simulated;
  assert.deepEqual(simulateJson([simulated], [], reportOf([]).sources).sites, [{ ...site, scaling, processesPayAboveNs: 4.1e6, delays }]);
  const unknown = { prediction, scaling: [], processesPayAboveNs: undefined, delays: [] };
  assert.deepEqual(simulateJson([unknown], [], reportOf([]).sources).sites, [
    { ...site, scaling: [], processesPayAboveNs: null, delays: [] },
  ]);
  assert.equal("prediction" in (checkJson(reportOf([findingAt("/work/app.py", text, "work")])).findings[0] ?? {}), false);
});
