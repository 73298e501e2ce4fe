import assert from "node:assert/strict";
import { test } from "node:test";
import { readMarshal } from "../../server/src/cli/profiles/marshal.js";
import { readProfile } from "../../server/src/cli/profiles/read-profile.js";
import type { Profile } from "../../server/src/estimate/tasks/profile.js";

/** What `cProfile.Profile().dump_stats` of CPython 3.14 writes for 12 calls of `unknown`, which calls `mystery`, with references. */
const statistics = Buffer.from(
  [
    "fb2903da017ee900000000fa303c6d6574686f64202764697361626c6527206f6620275f6c7370726f662e50726f66696c657227206f626a65637473",
    "3e2905e901000000720400000067cd794fb0c2d7fe3e67cd794fb0c2d7fe3e7b302903da0e2f7372762f63616c782f772e7079e904000000da07756e",
    "6b6e6f776e2905e90c000000720800000067ed4063475f18eb3e67444b9dceb532a43f7b3029037205000000e907000000da076d7973746572792905",
    "720800000072080000006710d5a8480431a43f6710d5a8480431a43f7b29037205000000720600000072070000002904720800000072080000006710",
    "d5a8480431a43f6710d5a8480431a43f3030",
  ].join(""),
  "hex",
);

function profileOf(text: string | Uint8Array): Profile {
  const profile = readProfile(typeof text === "string" ? new TextEncoder().encode(text) : text);
  assert.ok("functions" in profile, JSON.stringify(profile));
  return profile;
}

const summary = ({ functions }: Profile) =>
  functions.map(({ file, name, line, calls, perCall }) => [file, name, line, calls, Math.round(perCall.likely)]);

test("a file of cProfile tells what one call takes with all that it calls", () => {
  assert.deepEqual(summary(profileOf(statistics)), [
    ["/srv/calx/w.py", "unknown", 4, 12, 3287449],
    ["/srv/calx/w.py", "mystery", 7, 12, 3286372],
  ]);
});

test("no prefix and no damaged byte of a profile does more than fail with a reason", () => {
  for (let length = 0; length < statistics.length; length++) {
    const cut = readProfile(statistics.subarray(0, length));
    assert.ok("problem" in cut && cut.problem.length > 0, `${length} bytes`);
  }
  for (let at = 0; at < statistics.length; at++) {
    for (const value of [0, 0x28, 0x5b, 0x7b, 0x72, 0xfb, 0xff]) {
      const damaged = Uint8Array.from(statistics);
      damaged[at] = value;
      assert.doesNotThrow(() => readProfile(damaged));
    }
  }
});

test("marshal's kinds of values are read, of old and new versions, and code is not", () => {
  const read = (hex: string) => readMarshal(Buffer.from(hex, "hex"));
  const values = [null, -1, 0.125, "ab", 2 ** 40, -(2 ** 40), 1, [1], "é"];
  for (const hex of [
    "28090000004e69ffffffff67000000000000c03f750200000061626c030000000000000000046cfdffffff000000000004545b0100000069010000007502000000c3a9",
    "29094ee9ffffffffe7000000000000c03fda026162ec03000000000000000004ecfdffffff000000000004545b01000000e901000000f502000000c3a9",
    "28090000004e69ffffffff6605302e313235750200000061626c030000000000000000046cfdffffff000000000004545b0100000069010000007502000000c3a9",
  ]) {
    assert.deepEqual(read(hex), values);
  }
  assert.deepEqual(read("2802000000" + "7402000000" + "6162" + "5200000000"), ["ab", "ab"], "interned as in Python 2");
  assert.throws(() => read("63000000"), /type "c", which no profile has/);
  assert.throws(() => read("28ffffff7f"), /impossible size/);
  assert.throws(() => read("2901".repeat(60)), /nests too deep/);
});

const frames = [
  { name: "main", file: "/srv/app/main.py", line: 20 },
  { name: "work", file: "C:\\app\\main.py", line: 3 },
];
const speedscope = (...profiles: unknown[]) => JSON.stringify({ shared: { frames }, profiles });

test("speedscope: calls that were timed, the outermost of a recursion", () => {
  const events = [
    ["O", 0, 0],
    ["O", 1, 1],
    ["O", 1, 2],
    ["C", 1, 3],
    ["C", 1, 5],
    ["O", 1, 6],
    ["C", 1, 8],
    ["C", 0, 10],
  ].map(([type, frame, at]) => ({ type, frame, at }));
  assert.deepEqual(summary(profileOf(speedscope({ type: "evented", unit: "milliseconds", events }))), [
    ["C:/app/main.py", "work", 3, 2, 3_000_000],
    ["/srv/app/main.py", "main", 20, 1, 10_000_000],
  ]);
});

test("speedscope: samples tell of long calls; of short ones they say too little", () => {
  const samples = [...Array.from({ length: 10 }, () => [0, 1]), [0], ...Array.from({ length: 6 }, () => [0, 1])];
  const weights = samples.map(() => 0.01);
  assert.deepEqual(summary(profileOf(speedscope({ type: "sampled", unit: "seconds", samples, weights }))), [
    ["/srv/app/main.py", "main", 20, 1, 170_000_000],
    ["C:/app/main.py", "work", 3, 2, 80_000_000],
  ]);
  const short = samples.map((_, index) => (index % 2 === 0 ? [0, 1] : [0]));
  const functions = summary(profileOf(speedscope({ type: "sampled", unit: "seconds", samples: short, weights })));
  assert.deepEqual(
    functions.map(([, name]) => name),
    ["main"],
  );
});

test("Scalene: what all calls of a function took together, in Python, in native code and waiting", () => {
  const functions = [
    {
      line: "Worker.digest",
      lineno: 12,
      n_cpu_percent_python: 5,
      n_cpu_percent_c: 40,
      n_sys_percent: 2.5,
      n_peak_mb: 3,
      memory_samples: [],
    },
    { fn_name: "main", n_cpu_percent_python: 1, n_cpu_percent_c: -0.1, n_sys_percent: 0 },
  ];
  const profile = profileOf(
    JSON.stringify({
      program: "jobs.py",
      elapsed_time_sec: 4,
      files: { "C:\\app\\jobs.py": { percent_cpu_time: 48, lines: [], functions } },
    }),
  );
  assert.equal(profile.profiler, "Scalene");
  assert.deepEqual(profile.totals, [
    { file: "C:/app/jobs.py", name: "digest", line: 12, interpreterNs: 200e6, nativeNs: 1600e6, waitNs: 100e6 },
    { file: "C:/app/jobs.py", name: "main", line: 0, interpreterNs: 40e6, nativeNs: 0, waitNs: 0 },
  ]);
});

test("what is no profile is said to be none, with the reason", () => {
  const problem = (text: string): string => {
    const profile = readProfile(new TextEncoder().encode(text));
    return "problem" in profile ? profile.problem : "none";
  };
  assert.match(problem("def f(): pass"), /neither a file of cProfile nor JSON/);
  assert.match(problem("{}"), /neither speedscope's nor Scalene's/);
  assert.equal(problem('{"files": {}, "elapsed_time_sec": 1}'), "is of Scalene, but names no function; let it run longer");
  assert.match(problem('{"files": [], "elapsed_time_sec": -1}'), /^is of Scalene, but elapsed_time_sec must not be negative$/);
  const wrong = { n_cpu_percent_python: "much", n_cpu_percent_c: 1, n_sys_percent: 1 };
  assert.equal(
    problem(JSON.stringify({ elapsed_time_sec: 1, files: { "a.py": { functions: [wrong] } } })),
    "is of Scalene, but files.a.py.functions.0.n_cpu_percent_python must be a number",
  );
  assert.match(problem(speedscope({ type: "sampled", unit: "bytes", samples: [], weights: [] })), /counts no time/);
  assert.match(problem(""), /neither/);
});
