import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startFactsWorkers } from "../../server/src/main/facts-workers.js";
import type { Chance } from "../fuzz/chance.js";

/** What a thread does in the place of an answer, as code in which `texts` are what it was asked. */
const lapses: Readonly<Record<string, string>> = {
  ends: "process.exit(3)",
  throws: "throw new Error('what a thread throws')",
  hangs: "for (;;);",
  "says anything": "return parentPort.postMessage('anything')",
  "no list": "answers = null",
  "no answers": "answers = []",
  "no answer": "answers = [{ kind: 'facts' }]",
  "no bytes": "answers = texts.map(() => ({ kind: 'facts', packed: new Uint8Array(0) }))",
  "too many": "answers = [...texts, ''].map(() => ({ kind: 'facts', packed: new Uint8Array(9) }))",
};

/** The names of all ways in which a thread of `withLapsingThreads` can lapse. */
export const lapseNames: readonly string[] = Object.keys(lapses);

/** What became of texts: the answers, undefined for a text that was given up, and how many threads were lost. */
export interface Outcome {
  readonly answers: readonly (string | undefined)[];
  readonly lost: number;
}

/**
 * Gives `ask`, which hands texts to two threads that answer with the text itself. At a text `once LAPSE…` one of them lapses the first time, at `always LAPSE`
 * every one, and of `fail` no facts can be made.
 */
export async function withLapsingThreads(play: (ask: (texts: readonly string[]) => Promise<Outcome>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-threads-"));
  const program = join(folder, "worker.mjs");
  const losses = join(folder, "losses");
  writeFileSync(
    program,
    `import { appendFileSync, existsSync, writeFileSync } from "node:fs";
     import { createHash } from "node:crypto";
     import { parentPort } from "node:worker_threads";
     const lapses = ${JSON.stringify(Object.keys(lapses))};
     parentPort.postMessage({ kind: "ready" });
     parentPort.on("message", (questions) => {
       const texts = questions.map(({ text }) => text);
       let answers = texts.map((text) =>
         text === "fail" ? { kind: "failure", message: "no facts of this" } : { kind: "facts", packed: new TextEncoder().encode(text) });
       for (const text of texts) {
         const lapse = lapses.find((name) => text.startsWith("once " + name) || text.startsWith("always " + name));
         const mark = ${JSON.stringify(`${folder}/`)} + createHash("sha1").update(text).digest("hex");
         if (!lapse || (text.startsWith("once ") && existsSync(mark))) continue;
         writeFileSync(mark, "");
         appendFileSync(${JSON.stringify(losses)}, "x");
         ${Object.entries(lapses)
           .map(([name, code]) => `if (lapse === ${JSON.stringify(name)}) { ${code} }`)
           .join("\n         ")}
         break;
       }
       parentPort.postMessage({ kind: "answers", answers });
     });`,
  );
  try {
    await play(async (texts) => {
      writeFileSync(losses, "");
      const workers = startFactsWorkers(
        2,
        { memoryFolder: undefined, version: "" },
        { program: pathToFileURL(program), patience: () => 1500 },
      );
      const answers = await Promise.allSettled(texts.map((text) => workers.packedFactsOf({ key: text, text })));
      await workers.packedFactsOf({ key: "after", text: "after" });
      await workers.rest();
      return {
        answers: answers.map((each) => (each.status === "fulfilled" ? new TextDecoder().decode(each.value) : undefined)),
        lost: readFileSync(losses, "utf8").length,
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Threads lapse at so many texts among others, each in some way: every text gets its answer all the same. Returns how many threads were lost. */
export async function loseThreads(chance: Chance, count: number): Promise<number> {
  let total = 0;
  await withLapsingThreads(async (ask) => {
    const texts = Array.from({ length: count * 4 }, (_, index) => {
      const filling = "x".repeat(chance.below(20_000));
      // To hang takes the patience each time.
      const lapse = index % 40 === 0 ? "hangs" : chance.of(lapseNames.filter((name) => name !== "hangs"));
      return index % 4 === 0 ? `once ${lapse} ${index} ${filling}` : `text ${index} ${filling}`;
    });
    const { answers, lost } = await ask(texts);
    assert.deepEqual(
      answers.map((answer, index) => answer === texts[index]),
      texts.map(() => true),
    );
    assert.ok(lost >= count / 2);
    total = lost;
  });
  return total;
}
