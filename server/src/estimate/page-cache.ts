import { add, interval } from "../base/interval.js";
import type { CallCost } from "../knowledge/evaluate.js";

/**
 * Most files are in the page cache: what reads them is the kernel, on a core of its own, and what changes them waits for its file system about half
 * the time (`test/measure/file_waits.py`: 98 to 100 % and 36 to 57 % processor time). A disk or a network below may make anybody wait.
 */
export function fromPageCache(cost: CallCost, name: string): CallCost {
  const { low, likely, high } = cost.waitNs;
  const share = /sync$/.test(name) ? 0 : changesFiles.test(name) ? 0.5 : 1;
  return {
    ...cost,
    nativeNs: add(cost.nativeNs, interval(low * share, likely * share, likely * share * 3)),
    waitNs: interval(low * (1 - share), likely * (1 - share), high),
  };
}

const changesFiles =
  /write|flush|close|truncate|copy|move|rename|replace|rmtree|archive|mkdir|rmdir|remove|unlink|mkdtemp|mkstemp|Temporary|sendfile/;
