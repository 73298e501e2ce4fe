import { join } from "node:path";
import type { ReportMemory } from "../cli/kept-report.js";
import { diskMemory, keyOfTexts, tidyDiskMemory } from "./disk-memory.js";

/** Reports on disk, for this build of the program alone; none where there is no folder for them. */
export function createReportMemory(cacheFolder: string | undefined): ReportMemory | undefined {
  if (cacheFolder === undefined) return undefined;
  const folder = join(cacheFolder, "reports");
  const memory = diskMemory(folder, programVersion);
  return {
    ...memory,
    keyOf: keyOfTexts,
    keep(key, bytes) {
      tidyDiskMemory(folder, programVersion, largestMemory, new Date());
      memory.keep(key, bytes);
    },
  };
}

/** Thousands of reports. In bytes. */
const largestMemory = 50_000_000;
