import { exactly, type Interval, interval } from "../../base/interval.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import type { AttemptOperation, BranchOperation, LoopOperation, Value } from "../../program/operation.js";
import type { Module } from "../../syntax/nodes.js";
import type { Share } from "../tasks/demand.js";
import { leastDifference } from "../tasks/uneven-tasks.js";
import type { Activation } from "../values/activation.js";
import { type Followed, follow } from "./follow.js";
import { type Average, keyOf, type Observations } from "./observations.js";

/** What was seen of a task while its program was followed, as answers to what is asked of its code. */
export class ObservedTask {
  /** Whether the tasks that were handed in together differ. */
  readonly differs: boolean;

  constructor(
    private readonly file: LinkedFile,
    private readonly seen: Observations,
  ) {
    this.differs = this.seen.batches.some(({ length }) => this.sharesOf(exactly(length)) !== undefined);
  }

  /** Whether only some of the task was seen, which says less than what the code tells. */
  get isPart(): boolean {
    return this.seen.isCutShort;
  }

  /** Whether not all rounds of its loops were followed, or not all of each task. */
  get isSampled(): boolean {
    return this.seen.error !== undefined || this.seen.isPartly;
  }

  /** How so many tasks that are handed in together compare with their average; undefined where all do about the same, or it was not seen. */
  sharesOf(tasks: Interval): readonly Share[] | undefined {
    if (tasks.low !== tasks.high) return undefined;
    const shares = this.seen.batches.find(({ length }) => length === tasks.low);
    const differ = (of: (share: Share) => number): boolean => {
      const all = shares?.map(of) ?? [];
      return Math.max(...all) > leastDifference * Math.min(...all);
    };
    return differ(({ busy }) => busy) || differ(({ wait }) => wait) ? shares : undefined;
  }

  /**
   * Whether what is seen in the function says more than what its code tells: a call of one that calls itself knows what it is given, and not what the calls
   * inside it are.
   */
  saysMore(node: FunctionNode, told: Interval | undefined): boolean {
    // A call that was cut short is one call, however many might have come of it.
    if (!told || this.differs || (this.calls(node)?.low ?? 1) > 1) return true;
    return !this.isPart && told.low !== told.high;
  }

  /** `guess`: what is taken where nothing was seen. */
  rounds(loop: LoopOperation, at: Activation, guess: Interval): Interval | undefined {
    const place = loop.form === "comprehension" && loop.iterable ? loop.iterable : loop;
    return at.function.file === this.file ? range(this.seen.rounds(place), guess) : undefined;
  }

  /** In which share of all times the first of two arms is taken. */
  share(branch: BranchOperation, at: Activation): number | undefined {
    return at.function.file === this.file && branch.arms.length === 2 ? this.seen.share(branch) : undefined;
  }

  /** In which share of all times what is tried fails. */
  failing(attempt: AttemptOperation, at: Activation): number | undefined {
    return at.function.file === this.file ? this.seen.share(attempt) : undefined;
  }

  length(value: Value, at: Activation): Interval | undefined {
    return this.about(at, this.seen.length(value));
  }

  number(value: Value, at: Activation): Interval | undefined {
    return this.about(at, this.seen.number(value));
  }

  /** How often a function runs in all, each time that it is called from outside itself. */
  calls(node: FunctionNode): Interval | undefined {
    return node.file === this.file ? range(this.seen.callsOf(node.head.nameRange)) : undefined;
  }

  private about(at: Activation, average: Average | undefined): Interval | undefined {
    return at.function.file === this.file ? range(average) : undefined;
  }
}

/** Where not all of it was followed, what comes later need not be like what was seen. */
function range(average: Average | undefined, guess?: Interval): Interval | undefined {
  if (!average) return undefined;
  const { value } = average;
  switch (average.is) {
    case "all":
      return exactly(value);
    case "spread": {
      // What depends on few of the rounds is further off than what all of them take.
      const factor = 1 + Math.min(1, Math.max(0.15, 3 * (average.error ?? 0)));
      return interval(value / factor, value, value * factor);
    }
    case "some":
      return interval(value / 2, value, value * 2);
    case "least":
      return interval(value, Math.max(value * 2, guess?.likely ?? 0), Math.max(value * 10, guess?.high ?? 0));
  }
}

/** What is seen of a task when the program that hands it out is followed from its start; undefined where that never gets there. */
export function observedTask(
  spawn: Spawn,
  task: FunctionNode,
  program: Program,
  { mostSteps, cores }: { readonly mostSteps?: number; readonly cores: number },
): ObservedTask | undefined {
  const { file } = spawn.in;
  if (mostSteps === 0 || task.file !== file || !runsAtStart(spawn.in, program)) return undefined;
  const module = program.syntax(file.path);
  if (!module) return undefined;
  let last = known.get(module);
  if (!last || last.mostSteps !== mostSteps || last.cores !== cores) {
    last = { mostSteps, cores, followed: follow(module, mostSteps, cores) };
    known.set(module, last);
  }
  const { tasks } = last.followed;
  // What was handed in may be what a decorator made of it.
  const seen = tasks.get(keyOf(task.head.nameRange)) ?? [...tasks.values()].find((each) => each.callsOf(task.head.nameRange) !== undefined);
  return seen && new ObservedTask(file, seen);
}

const known = new WeakMap<Module, { readonly mostSteps: number | undefined; readonly cores: number; readonly followed: Followed }>();

/** Whether the file's own calls lead from its module's body to the function. */
function runsAtStart(node: FunctionNode, program: Program): boolean {
  const seen = new Set([node]);
  for (const each of seen) {
    if (each.index === 0) return true;
    if (seen.size > mostCallers) return false;
    for (const { within } of program.resolver.callersOf(each)) if (within.file === node.file) seen.add(within);
  }
  return false;
}

const mostCallers = 20;
