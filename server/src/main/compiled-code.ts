import nodeModule from "node:module";
import { join } from "node:path";
import { tidyDiskMemory } from "./disk-memory.js";
import { makeFolder, privateFolder } from "./make-folder.js";
import { cacheFolder } from "./user-folders.js";

/** What Node has from version 22.10 on: it keeps modules on disk as V8 compiled them. */
interface CompileCache {
  readonly enableCompileCache?: (folder: string) => unknown;
  readonly flushCompileCache?: () => void;
}

const { enableCompileCache, flushCompileCache } = nodeModule as CompileCache;
const cache = cacheFolder(process.platform, process.env);
const folder = cache && join(cache, "compiled");

/** Lets the modules that are loaded from now on come as they were compiled by an earlier process, where Node can do that. */
export function recallCompiledCode(): void {
  if (folder === undefined || !enableCompileCache) return;
  try {
    const own = join(folder, programVersion);
    makeFolder(own, privateFolder);
    enableCompileCache(own);
  } catch {
    // Then the code is compiled anew.
  }
}

/** Keeps what was compiled, for the processes to come: this one may be killed without notice. */
export function keepCompiledCode(): void {
  if (folder === undefined || !flushCompileCache) return;
  flushCompileCache();
  tidyDiskMemory(folder, programVersion, largestCache, new Date());
}

/** A dozen versions of the program. In bytes. */
const largestCache = 50_000_000;
