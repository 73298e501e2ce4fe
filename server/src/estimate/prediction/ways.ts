import type { Interval } from "../../base/interval.js";
import { atLeast, hasGil, knownTargets, type Target, targetTitle } from "../../base/target.js";
import type { HandOverCosts } from "../../simulation/costs.js";
import type { Runtime } from "../../simulation/runtime.js";
import { asyncio, asyncioBeside } from "../../simulation/runtimes/asyncio.js";
import { freeThreaded } from "../../simulation/runtimes/free-threaded.js";
import { gil } from "../../simulation/runtimes/gil.js";
import { processes } from "../../simulation/runtimes/processes.js";
import { pypy } from "../../simulation/runtimes/pypy.js";
import { subinterpreters } from "../../simulation/runtimes/subinterpreters.js";
import type { Calibration } from "../calibration/calibration.js";
import type { MemoryCosts } from "../costs/memory-costs.js";
import { costsFor } from "../costs/operation-costs.js";
import type { Strategy } from "./prediction.js";

/** One way of running work; `refusedBecause` is empty where the target has it. */
export interface Way {
  readonly strategy: Exclude<Strategy, "serial">;
  readonly target: Target;
  readonly refusedBecause: string;
  /** Whether workers see the memory of who started them, or are sent copies of what they need. */
  readonly memory: "shared" | "copied";
  /** What memory takes there that the system gives. */
  readonly memoryCosts: MemoryCosts;
  /** With cheap, likely or dear hand-overs. */
  runtime(costs: keyof Interval): Runtime;
  /** Of an event loop: the same where its tasks have threads of a pool do some of the work. */
  withPool?(costs: keyof Interval): Runtime;
}

/** All ways, in the order they are shown. */
export function waysToRun(target: Target, calibrations: readonly Calibration[]): readonly Way[] {
  const parallel = freeThreadedTarget(target);
  const way = (
    strategy: Way["strategy"],
    on: Target,
    memory: Way["memory"],
    build: (target: Target, costs: HandOverCosts) => Runtime,
    refusedBecause = "",
  ): Way => {
    const known = costsFor(on, calibrations);
    return {
      strategy,
      target: on,
      memory,
      refusedBecause,
      memoryCosts: known.memory,
      runtime: (costs) => build(on, known.handOver[costs]),
    };
  };
  const isForked = target.implementation === "cpython" || target.implementation === "pypy";
  const hasInterpreters = target.implementation === "cpython" && atLeast(target, 3, 14);
  return [
    way("threads", target, "shared", threadsOf(target)),
    way("processes", target, "copied", processes, isForked ? "" : `${targetTitle(target)} has no multiprocessing`),
    way("subinterpreters", target, "copied", subinterpreters, hasInterpreters ? "" : "`InterpreterPoolExecutor` came with CPython 3.14"),
    way("free-threaded", parallel, "shared", freeThreaded, target.implementation === "pypy" ? "PyPy has no build without a GIL" : ""),
    {
      ...way("asyncio", target, "shared", asyncio, target.major === 2 ? `${targetTitle(target)} has no asyncio` : ""),
      withPool: (costs) => {
        const { handOver } = costsFor(target, calibrations);
        return asyncioBeside(threadsOf(target)(target, handOver[costs]), target, handOver[costs]);
      },
    },
  ];
}

function threadsOf(target: Target): (target: Target, costs: HandOverCosts) => Runtime {
  if (target.implementation === "pypy") return pypy;
  return hasGil(target) ? gil : freeThreaded;
}

/** The build without a GIL that a target is compared with: its own version's, or the first that is supported; other implementations have one build. */
function freeThreadedTarget(target: Target): Target {
  if (target.implementation !== "cpython") return target;
  const own = knownTargets.find((each) => each.freeThreaded && each.minor === target.minor && target.implementation === "cpython");
  return own ?? { implementation: "cpython", major: 3, minor: 14, freeThreaded: true };
}
