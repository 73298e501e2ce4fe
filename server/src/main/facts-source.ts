import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type FactsSource, makePackedFacts } from "../program/packed-facts.js";
import type { Parser } from "../syntax/parser.js";
import { diskMemory, keyOfTexts, tidyDiskMemory } from "./disk-memory.js";
import { NoThreads, startFactsWorkers } from "./facts-workers.js";
import { createParser } from "./node-parser.js";

/**
 * Facts from the memory on disk, and what is not there from threads of their own, which put it there. Where the system lets no thread start, they
 * are made in this one.
 */
export function createFactsSource(cacheFolder: string | undefined): FactsSource {
  const memoryFolder = cacheFolder === undefined ? undefined : join(cacheFolder, "facts");
  const memory = memoryFolder === undefined ? undefined : diskMemory(memoryFolder, factsVersion);
  const workers = startFactsWorkers(availableParallelism(), { memoryFolder, version: factsVersion });
  let ownParser: Promise<Parser> | undefined;
  const madeHere = async (text: string): Promise<Uint8Array> => {
    ownParser ??= createParser();
    return makePackedFacts(text, await ownParser);
  };
  return {
    async packedFactsOf(text) {
      const key = keyOfTexts([text]);
      const kept = memory?.recall(key);
      if (kept) return kept;
      if (ownParser) return madeHere(text);
      try {
        return await workers.packedFactsOf({ key, text });
      } catch (error) {
        if (error instanceof NoThreads) return madeHere(text);
        throw error;
      }
    },
    async rest() {
      await workers.rest();
      // Looking through a large folder takes a while, which nobody should wait for at the start.
      if (memoryFolder !== undefined) tidyDiskMemory(memoryFolder, factsVersion, largestMemory, new Date());
    },
  };
}

/** Some forty million lines of Python. In bytes. */
const largestMemory = 1_500_000_000;
