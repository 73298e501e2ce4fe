import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startFactsWorkers } from "../../server/src/main/facts-workers.js";

const folder = mkdtempSync(join(tmpdir(), "gilscope-workers-"));
after(() => rmSync(folder, { recursive: true }));

/** A thread that answers with the text itself, fails for some texts, and ends for others. */
const worker = join(folder, "worker.mjs");
const ends = join(folder, "ends");
writeFileSync(
  worker,
  `import { appendFileSync } from "node:fs";
   import { parentPort } from "node:worker_threads";
   parentPort.on("message", (questions) => {
     if (questions.some(({ text }) => text === "end")) {
       appendFileSync(${JSON.stringify(ends)}, "x");
       process.exit(3);
     }
     parentPort.postMessage(questions.map(({ text }) =>
       text === "fail" ? { kind: "failure", message: "no facts of this" } : { kind: "facts", packed: new TextEncoder().encode(text) }));
   });`,
);

const start = (most: number) => startFactsWorkers(most, { memoryFolder: undefined, version: "" }, pathToFileURL(worker));

test("each question gets its own answer, however many there are", async () => {
  const workers = start(2);
  const texts = Array.from({ length: 500 }, (_, index) => `text ${index} ${"x".repeat(index * 10)}`);
  const answers = await Promise.all(texts.map((text) => workers.packedFactsOf({ key: text, text })));
  assert.deepEqual(
    answers.map((bytes) => new TextDecoder().decode(bytes)),
    texts,
  );
  await workers.rest();
});

test("a text of which no facts can be made fails alone", async () => {
  const workers = start(1);
  const [good, bad, other] = await Promise.allSettled(["a", "fail", "b"].map((text) => workers.packedFactsOf({ key: text, text })));
  assert.equal(good?.status, "fulfilled");
  assert.equal(other?.status, "fulfilled");
  assert.match(String(bad?.status === "rejected" && bad.reason), /no facts of this/);
  await workers.rest();
});

test("a thread that ends is replaced, and a text that ends every thread is given up while the others come through", async () => {
  const workers = start(2);
  const texts = ["a", "b", "end", "c", "d"];
  const answers = await Promise.allSettled(texts.map((text) => workers.packedFactsOf({ key: text, text })));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  assert.equal(readFileSync(ends, "utf8"), "xxx");
  await workers.packedFactsOf({ key: "e", text: "e" });
  await workers.rest();
});
