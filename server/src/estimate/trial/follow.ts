import type { Module } from "../../syntax/nodes.js";
import { Compiler } from "./compile.js";
import { Machine } from "./machine.js";
import type { Observations } from "./observations.js";
import { Raised, Unclear } from "./values.js";

/** What a look at a program's run says of its tasks, by the range of the task's name; and where it ended early. */
export interface Followed {
  readonly tasks: ReadonlyMap<string, Observations>;
  /** Why it was followed no further. */
  readonly stopped: string | undefined;
}

/**
 * Follows a program from its start, with the data that it makes of constants, and notes what happens in its tasks. Nothing has an effect: no file, process
 * or address is touched, what would come from there is opaque, and where a decision depends on that the look ends.
 */
export function follow(module: Module, mostSteps = manySteps, cores = usualCores): Followed {
  const machine = new Machine(mostSteps, cores);
  let stopped: string | undefined;
  try {
    const { run, newFrame } = new Compiler(machine).module(module);
    run(newFrame());
    machine.tasks.runPending();
  } catch (error) {
    if (error instanceof Unclear) stopped = error.why;
    else if (error instanceof Raised) stopped = error.type === "SystemExit" ? undefined : error.type;
    else if (error instanceof RangeError) stopped = "too deep";
    else throw error;
  }
  return { tasks: machine.tasks.observed, stopped };
}

const usualCores = 4;

/** Of what makes the data, and of what the tasks do: some tenths of a second, for who waits for an answer about one program. */
const manySteps = 400_000;

/** The same where an answer is about to be overtaken by the next edit, or is one of a whole workspace. */
export const fewSteps = 40_000;
