import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { NoThreads, startFactsWorkers } from "../../server/src/main/facts-workers.js";
import { lapseNames, withLapsingThreads } from "../faults/threads.js";

test("each question gets its own answer, however many there are", () =>
  withLapsingThreads(async (ask) => {
    const texts = Array.from({ length: 500 }, (_, index) => `text ${index} ${"x".repeat(index * 10)}`);
    assert.deepEqual(await ask(texts), { answers: texts, lost: 0 });
  }));

test("a text of which no facts can be made fails alone", () =>
  withLapsingThreads(async (ask) => {
    assert.deepEqual(await ask(["a", "fail", "b"]), { answers: ["a", undefined, "b"], lost: 0 });
  }));

for (const lapse of lapseNames) {
  test(`a thread that fails is replaced, and what it had to do is done again: ${lapse}`, () =>
    withLapsingThreads(async (ask) => {
      const texts = ["a", "b", `once ${lapse}`, "c", "d"];
      assert.deepEqual(await ask(texts), { answers: texts, lost: 1 });
    }));

  test(`a text that costs every thread is given up, while the others come through: ${lapse}`, () =>
    withLapsingThreads(async (ask) => {
      assert.deepEqual(await ask(["a", "b", `always ${lapse}`, "c", "d"]), { answers: ["a", "b", undefined, "c", "d"], lost: 3 });
    }));
}

test("where no thread can start, that is told apart from a text that is at fault", async () => {
  const missing = pathToFileURL("/gilscope-faults/missing.mjs");
  const workers = startFactsWorkers(2, { memoryFolder: undefined, version: "" }, { program: missing });
  await assert.rejects(workers.packedFactsOf({ key: "a", text: "a" }), NoThreads);
  await workers.rest();
});
