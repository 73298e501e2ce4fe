import { parentPort, workerData } from "node:worker_threads";
import { errorDetails } from "../base/error-details.js";
import { makePackedFacts } from "../program/packed-facts.js";
import type { Parser } from "../syntax/parser.js";
import { diskMemory } from "./disk-memory.js";
import type { FactsAnswer, FactsQuestion, FactsWorkerData, FactsWorkerMessage } from "./facts-workers.js";
import { createParser } from "./node-parser.js";

/** A thread that makes facts of texts, and keeps them on disk if it is told where. */
const { memoryFolder, version } = workerData as FactsWorkerData;
const memory = memoryFolder === undefined ? undefined : diskMemory(memoryFolder, version);
const loading = createParser().then((parser) => {
  say({ kind: "ready" });
  return parser;
});

parentPort?.on("message", (questions: readonly FactsQuestion[]) => {
  loading.then(
    (parser) => answer(questions, parser),
    (error) => {
      throw error;
    },
  );
});

function answer(questions: readonly FactsQuestion[], parser: Parser): void {
  const answers = questions.map(({ key, text }): FactsAnswer => {
    try {
      const packed = makePackedFacts(text, parser);
      memory?.keep(key, packed);
      return { kind: "facts", packed };
    } catch (error) {
      return { kind: "failure", message: errorDetails(error) };
    }
  });
  say({ kind: "answers", answers });
}

/** The bytes in it are copied, not handed over: what a thread allocated and another keeps holds the thread's part of the C heap long after its end. */
function say(message: FactsWorkerMessage): void {
  parentPort?.postMessage(message);
}
