import { startMethodOf } from "../simulation/runtimes/processes.js";
import { costsFor } from "./operation-costs.js";
import type { Assumption } from "./prediction.js";
import type { EstimateSettings } from "./sites.js";
import { duration } from "./text.js";

/**
 * What a program's first pool of processes takes beyond later ones, which are predicted: it starts the fork server, which imports the program. CPython
 * 3.14.10, twelve small programs: 30 to 110 ms, in the median 62 (2 cores, 2026-11-27).
 */
export function firstPoolAssumption({ target, calibrations }: EstimateSettings): Assumption | undefined {
  if (startMethodOf(target) !== "forkserver") return undefined;
  const { coldNs } = costsFor(target, calibrations).handOver.likely.processes.forkserver;
  return { what: "first pool of the program", value: `${duration(coldNs)} more, to start the fork server`, from: "measured" };
}
