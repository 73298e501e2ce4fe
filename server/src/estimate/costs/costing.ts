import { add } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Operation } from "../../program/operation.js";
import type { Calibration } from "../calibration/calibration.js";
import { duration } from "../prediction/text.js";
import { GuardedSections } from "../tasks/guarded-sections.js";
import type { Profile } from "../tasks/profile.js";
import { SharedUse } from "../tasks/shared-use.js";
import type { ObservedTask } from "../trial/observed-task.js";
import type { Activation } from "../values/activation.js";
import { CallSizes } from "../values/call-sizes.js";
import { Evaluator } from "../values/evaluate.js";
import { calledName } from "../values/names-in-text.js";
import { keepsBooks, unknownWait } from "../waits/unknown-waits.js";
import { ConstructCosts } from "./construct-costs.js";
import { addTime, type Sum } from "./cost-sum.js";
import type { FunctionState } from "./function-state.js";
import { costsFor, type OperationCosts, type Operations } from "./operation-costs.js";

/** What costs depend on beside the program. */
export interface CostSettings {
  readonly target: Target;
  readonly cores: number;
  /** What the user measured of this machine's interpreters. */
  readonly calibrations: readonly Calibration[];
  /** What a profiler saw of the program. */
  readonly profile: Profile | undefined;
  /** What was seen of the task at hand while its program was followed. */
  readonly observed?: ObservedTask;
}

/** What tells values, sizes and times of a program on one interpreter. */
export class CostSources {
  readonly evaluator: Evaluator;
  readonly sizes: CallSizes;
  readonly costs: OperationCosts;
  readonly constructs: ConstructCosts;
  readonly sharing: SharedUse;
  readonly guards: GuardedSections;
  readonly target: Target;

  constructor(
    readonly resolver: Resolver,
    { target, cores, calibrations, observed }: CostSettings,
  ) {
    this.target = target;
    this.evaluator = new Evaluator(resolver, cores, observed);
    this.sizes = new CallSizes(this.evaluator, target);
    this.costs = costsFor(target, calibrations);
    this.constructs = new ConstructCosts(resolver, this.evaluator, this.costs, target);
    this.sharing = new SharedUse(this.constructs, this.evaluator, resolver, this.costs);
    this.guards = new GuardedSections(resolver, this.evaluator);
  }
}

/** A part of what adds up costs: all of one program share their sources and the state of the function that is being looked at. */
export abstract class Costing {
  readonly evaluator: Evaluator;
  readonly costs: OperationCosts;
  readonly constructs: ConstructCosts;
  readonly target: Target;
  protected readonly resolver: Resolver;
  protected readonly sizes: CallSizes;
  protected readonly sharing: SharedUse;
  protected readonly guards: GuardedSections;

  constructor(
    sources: CostSources,
    protected readonly state: FunctionState,
  ) {
    this.evaluator = sources.evaluator;
    this.costs = sources.costs;
    this.constructs = sources.constructs;
    this.target = sources.target;
    this.resolver = sources.resolver;
    this.sizes = sources.sizes;
    this.sharing = sources.sharing;
    this.guards = sources.guards;
  }

  protected interpret(sum: Sum, construct: Construct): void {
    sum.interpreter = add(sum.interpreter, this.costs.operations[construct]);
  }

  /** A call is met of which nothing is known; it may look like one that waits. */
  protected unknownCall(operation: Operation, sum: Sum, at: Activation): void {
    const wait = operation.op === "call" ? unknownWait(operation, at, this.evaluator) : undefined;
    if (wait && wait.ns.high <= 0) return;
    sum.unknown++;
    this.state.parts.metOpaque([operation]);
    if (!wait && (operation.op !== "call" || !keepsBooks(operation))) sum.blind++;
    if (!wait || operation.op !== "call") return;
    addTime(sum, "wait", wait.ns);
    sum.assumedWait += wait.ns.likely;
    sum.turns++;
    const { low, likely, high } = wait.ns;
    const value = `${duration(low)}–${duration(high)}, likely ${duration(likely)}, ${wait.because}`;
    this.state.parts.assume(`\`${calledName(operation)}\` waits`, value, "default", likely);
  }
}

type Construct = keyof Operations;
