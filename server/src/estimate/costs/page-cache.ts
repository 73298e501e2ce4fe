import { add, interval } from "../../base/interval.js";
import type { CallCost } from "../../knowledge/evaluate.js";

/**
 * Most files are in the page cache: what reads, makes, fills, renames and deletes them is the kernel, on a core of its own (97 to 100 % processor time,
 * CPython 3.11 and 3.14, ext4, 2026-11-28, `test/measure/file_waits.py`). What may put a file in the place of another, or removes folders, waits for its
 * file system about half the time (26 to 66 %). A disk or a network below may make anybody wait.
 */
export function fromPageCache(cost: CallCost, name: string): CallCost {
  const { low, likely, high } = cost.waitNs;
  const share = /sync$/.test(name) ? 0 : replacesFiles.test(name) ? 0.5 : 1;
  return {
    ...cost,
    nativeNs: add(cost.nativeNs, interval(low * share, likely * share, likely * share * 3)),
    waitNs: interval(low * (1 - share), likely * (1 - share), high),
  };
}

const replacesFiles = /\.(replace|write_text|write_bytes|copy\w*|move|make_archive|rmtree|rmdir|removedirs|TemporaryDirectory)$/;
