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
  const made = async (text: string, key: string): Promise<Uint8Array> => {
    if (ownParser) return madeHere(text);
    try {
      return await workers.packedFactsOf({ key, text });
    } catch (error) {
      if (error instanceof NoThreads) return madeHere(text);
      throw error;
    }
  };
  /** What is being made before it is asked for, by the text. */
  const prepared = new Map<string, Promise<Uint8Array>>();
  let keptInARow = 0;
  return {
    prepare(text) {
      if (keptInARow === mostLookedFor || prepared.has(text)) return;
      const key = keyOfTexts([text]);
      keptInARow = memory?.has(key) ? keptInARow + 1 : 0;
      if (keptInARow > 0) return;
      const making = made(text, key);
      prepared.set(text, making);
      // Who asks for them learns why there are none.
      making.catch(() => {});
    },
    async packedFactsOf(text) {
      const early = prepared.get(text);
      if (early) {
        prepared.delete(text);
        return early;
      }
      const key = keyOfTexts([text]);
      return memory?.recall(key) ?? made(text, key);
    },
    async rest() {
      await workers.rest();
      // Looking through a large folder takes a while, which nobody should wait for at the start.
      if (memoryFolder !== undefined) tidyDiskMemory(memoryFolder, factsVersion, largestMemory, new Date());
    },
  };
}

/** Where the facts of so many texts in a row are kept, those of all are, as a rule: then it costs more to look for others ahead than it saves. */
const mostLookedFor = 16;

/** Some forty million lines of Python. In bytes. */
const largestMemory = 1_500_000_000;
