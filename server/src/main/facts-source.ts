import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { FactsSource } from "../program/packed-facts.js";
import { diskMemory, keyOfTexts, tidyDiskMemory } from "./disk-memory.js";
import { startFactsWorkers } from "./facts-workers.js";

/** Facts from the memory on disk, and what is not there from threads of their own, which put it there. */
export function createFactsSource(cacheFolder: string | undefined): FactsSource {
  const memoryFolder = cacheFolder === undefined ? undefined : join(cacheFolder, "facts");
  const memory = memoryFolder === undefined ? undefined : diskMemory(memoryFolder, factsVersion);
  const workers = startFactsWorkers(availableParallelism(), { memoryFolder, version: factsVersion });
  return {
    async packedFactsOf(text) {
      const key = keyOfTexts([text]);
      return memory?.recall(key) ?? workers.packedFactsOf({ key, text });
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
