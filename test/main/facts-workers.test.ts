import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { NoThreads, startFactsWorkers } from "../../server/src/main/facts-workers.js";

const folder = mkdtempSync(join(tmpdir(), "gilscope-workers-"));
after(() => rmSync(folder, { recursive: true }));

/**
 * A thread that answers with the text itself, and fails for some texts. Others it cannot stand, the first time or every time: it ends, hangs, or
 * answers with nonsense.
 */
const worker = join(folder, "worker.mjs");
const losses = join(folder, "losses");
const nonsense = {
  "no list": "null",
  "no answers": "[]",
  "an answer that is none": "[{ kind: 'facts' }]",
  "no bytes": "[{ kind: 'facts', packed: new Uint8Array(0) }]",
  "too much": "[...texts, ''].map((text) => ({ kind: 'facts', packed: new TextEncoder().encode(text + 'x') }))",
};
writeFileSync(
  worker,
  `import { appendFileSync, existsSync, writeFileSync } from "node:fs";
   import { parentPort } from "node:worker_threads";
   const nonsense = (name, texts) => ({ ${Object.entries(nonsense).map(([name, code]) => `${JSON.stringify(name)}: () => (${code})`)} })[name]();
   parentPort.postMessage({ kind: "ready" });
   parentPort.on("message", (questions) => {
     const texts = questions.map(({ text }) => text);
     const [, how, what] = texts.map((text) => /^(once|always) (.*)$/.exec(text)).find(Boolean) ?? [];
     const mark = ${JSON.stringify(folder)} + "/" + what;
     if (what !== undefined && (how === "always" || !existsSync(mark))) {
       writeFileSync(mark, "");
       appendFileSync(${JSON.stringify(losses)}, "x");
       if (what === "ends") process.exit(3);
       if (what === "throws") throw new Error("what a worker throws");
       if (what === "hangs") for (;;);
       if (what === "says anything") return parentPort.postMessage("anything");
       return parentPort.postMessage({ kind: "answers", answers: nonsense(what, texts) });
     }
     parentPort.postMessage({ kind: "answers", answers: texts.map((text) =>
       text === "fail" ? { kind: "failure", message: "no facts of this" } : { kind: "facts", packed: new TextEncoder().encode(text) }) });
   });`,
);

const start = (most: number, program = worker) =>
  startFactsWorkers(most, { memoryFolder: undefined, version: "" }, { program: pathToFileURL(program), patience: () => 1500 });

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

/** What becomes of the texts, and how many threads they cost. */
async function outcomes(texts: readonly string[]): Promise<{ readonly answers: readonly (string | undefined)[]; readonly lost: number }> {
  writeFileSync(losses, "");
  const workers = start(2);
  const answers = await Promise.allSettled(texts.map((text) => workers.packedFactsOf({ key: text, text })));
  await workers.packedFactsOf({ key: "after", text: "after" });
  await workers.rest();
  return {
    answers: answers.map((each) => (each.status === "fulfilled" ? new TextDecoder().decode(each.value) : undefined)),
    lost: readFileSync(losses, "utf8").length,
  };
}

for (const fault of ["ends", "throws", "hangs", "says anything", ...Object.keys(nonsense)]) {
  test(`a thread that fails is replaced, and what it had to do is done again: ${fault}`, async () => {
    const texts = ["a", "b", `once ${fault}`, "c", "d"];
    assert.deepEqual(await outcomes(texts), { answers: texts, lost: 1 });
  });

  test(`a text that costs every thread is given up, while the others come through: ${fault}`, async () => {
    assert.deepEqual(await outcomes(["a", "b", `always ${fault}`, "c", "d"]), { answers: ["a", "b", undefined, "c", "d"], lost: 3 });
  });
}

test("where no thread can start, that is told apart from a text that is at fault", async () => {
  const workers = start(2, join(folder, "missing.mjs"));
  await assert.rejects(workers.packedFactsOf({ key: "a", text: "a" }), NoThreads);
  await workers.rest();
});
