import { startMethodOf } from "../../simulation/runtimes/processes.js";
import { costsFor } from "../costs/operation-costs.js";
import type { Assumption } from "../prediction/prediction.js";
import type { EstimateSettings } from "../prediction/site.js";
import { duration } from "../prediction/text.js";
import type { Demand } from "./demand.js";

/**
 * What importing the program takes worker processes that are not forked from one that has it: each of them, or the fork server alone, which imports the
 * program that it is started by. A program's first pool starts that server, and takes so much longer than later ones, which are predicted. CPython
 * 3.14.10, twelve small programs: 30 to 110 ms, in the median 62 (2 cores, 2026-11-27); a script whose module level makes texts in 117 ms: 209 ms more
 * than its later pools, whose workers import nothing (2026-11-28).
 */
export function importAssumption(
  { imports, ofProgram }: Pick<Demand, "imports" | "ofProgram">,
  { target, calibrations }: EstimateSettings,
): Assumption | undefined {
  if (startMethodOf(target) !== "forkserver") return undefined;
  const { coldNs } = costsFor(target, calibrations).handOver.likely.processes.forkserver;
  const what = "first pool of the program";
  if (ofProgram && imports.processNs >= noticeableNs)
    return {
      what,
      value: `${duration(coldNs + imports.processNs)} more, to start the fork server and import the program there`,
      from: "measured",
    };
  if (ofProgram || imports.processNs < noticeableNs)
    return { what, value: `${duration(coldNs)} more, to start the fork server`, from: "measured" };
  return { what: "importing the program", value: `${duration(imports.processNs)} in each worker process`, from: "code" };
}

/** Beside starting the fork server, less is nothing to speak of. */
const noticeableNs = 10_000_000;
