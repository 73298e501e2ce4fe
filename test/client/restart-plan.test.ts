import assert from "node:assert/strict";
import { test } from "node:test";
import { createRestartPlan } from "../../client/src/restart-plan.js";

const startAgain = (after: number) => ({ kind: "start again", after });

test("a server that keeps crashing is started later each time, and in the end not at all", () => {
  const plan = createRestartPlan();
  assert.deepEqual(
    [0, 1000, 3000, 6000, 11_000].map((now) => plan.crashed(now)),
    [startAgain(500), startAgain(1000), startAgain(2000), startAgain(4000), { kind: "give up", crashes: 5 }],
  );
});

test("crashes of long ago do not count, nor those before somebody started the server by hand", () => {
  const plan = createRestartPlan();
  for (let crash = 0; crash < 100; crash++) assert.deepEqual(plan.crashed(crash * 180_000), startAgain(500));
  plan.crashed(18_000_000);
  plan.forget();
  assert.deepEqual(plan.crashed(18_000_001), startAgain(500));
});
