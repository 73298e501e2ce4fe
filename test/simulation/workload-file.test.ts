import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseWorkload } from "../../server/src/simulation/workload-file.js";
import { orderlySteps, workloads } from "./workloads.js";

function problemsOf(json: unknown): readonly string[] {
  const read = parseWorkload(json);
  return "problems" in read ? read.problems : [];
}

/** The file with just these steps. */
function threadWith(...steps: unknown[]): unknown {
  return { threads: [{ count: 1, steps }] };
}

test("the example of the format is read as it stands", () => {
  const json = {
    threads: [
      {
        count: 4,
        steps: [
          { compute: { interpreterNs: 5000000 } },
          { compute: { nativeNs: 2000000 } },
          { waitNs: 10000000 },
          { acquire: "lock" },
          { release: "lock" },
          { repeat: 10, steps: [{ compute: { heldNs: 3 } }] },
        ],
      },
    ],
    pools: [{ workers: 4, chunkSize: 2, tasks: [{ count: 100, argumentBytes: 10, resultBytes: 20, steps: [{ waitNs: 1 }] }] }],
  };
  assert.deepEqual(parseWorkload(json), json);
});

test("every workload survives being written and read", () => {
  fc.assert(
    fc.property(workloads(orderlySteps), (workload) => {
      const json: unknown = JSON.parse(JSON.stringify(workload));
      assert.deepEqual(parseWorkload(json), json);
    }),
  );
});

test("no value makes it throw", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.notDeepEqual(problemsOf(value), [], "nothing that fast-check makes by itself is a workload");
      parseWorkload({ threads: value });
      parseWorkload(threadWith(value));
      parseWorkload(threadWith({ repeat: value, steps: value }));
    }),
  );
});

test("a problem names its place and what was expected", () => {
  const table: readonly (readonly [unknown, string])[] = [
    [threadWith({ waitNs: -1 }), "threads[0].steps[0].waitNs must not be negative"],
    [threadWith({ waitNs: "1" }), "threads[0].steps[0].waitNs must be a number of nanoseconds"],
    [
      threadWith({ sleepNs: 1 }),
      "threads[0].steps[0] must be a step: compute, waitNs, acquire, release, put, get, barrier, join or repeat",
    ],
    [threadWith(7), "threads[0].steps[0] must be a step: compute, waitNs, acquire, release, put, get, barrier, join or repeat"],
    [threadWith({ compute: {} }), "threads[0].steps[0].compute must say interpreterNs, heldNs or nativeNs"],
    [threadWith({ compute: { cpuNs: 1 } }), 'threads[0].steps[0].compute has an unknown key "cpuNs"'],
    [threadWith({ repeat: 2, steps: [{ acquire: "" }] }), "threads[0].steps[0].steps[0].acquire must not be empty"],
    [threadWith({ repeat: 2 }), 'threads[0].steps[0] lacks "steps"'],
    [{ threads: [{ count: 1.5, steps: [] }] }, "threads[0].count must be a whole number"],
    [{ threads: [], thread: [] }, 'the workload has an unknown key "thread"'],
    [{ pools: [{ workers: 0, tasks: [] }] }, "pools[0].workers must be at least 1"],
    [
      threadWith({ barrier: "start" }),
      "the workload must list each barrier that is waited at, and have threads of each name that is joined",
    ],
    [
      threadWith({ join: "producer" }),
      "the workload must list each barrier that is waited at, and have threads of each name that is joined",
    ],
    [{ threads: [], queues: { jobs: 0 } }, "queues.jobs must be at least 1"],
    [{}, "the workload must have threads or pools"],
    [7, "the workload must be an object"],
    [undefined, "the workload must be an object"],
  ];
  for (const [json, problem] of table) assert.deepEqual(problemsOf(json), [problem]);
});

test("all problems are told at once, sorted", () => {
  assert.deepEqual(problemsOf(threadWith({ waitNs: -1 }, { release: 3 })), [
    "threads[0].steps[0].waitNs must not be negative",
    "threads[0].steps[1].release must be a text",
  ]);
});

test("what would take for ever is refused", () => {
  let deep: unknown = { waitNs: 1 };
  for (let i = 0; i < 60; i++) deep = { repeat: 1, steps: [deep] };
  assert.deepEqual(problemsOf(threadWith(deep)), ["repeats nest deeper than 50"]);
  assert.match(problemsOf(threadWith({ repeat: 1e9, steps: [{ waitNs: 1e9 }] }))[0] ?? "", /at most 1e15 ns/);
  const groups = [
    { count: 9_000, steps: [] },
    { count: 9_000, steps: [] },
  ];
  assert.deepEqual(problemsOf({ threads: groups }), ["the workload must have at most 10000 threads and workers in all"]);
});
