import { add } from "../../base/interval.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { importsOf } from "../../program/link/linked-file.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Operation, Value } from "../../program/operation.js";
import { type Profile, profiledFunction } from "../tasks/profile.js";
import { type Finished, finish, oneOfSeveral, type TaskWork } from "../tasks/task-work.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { opaqueUse } from "../values/opaque-uses.js";
import { emptySum } from "./cost-sum.js";
import type { CostSettings } from "./costing.js";
import { FunctionCosts } from "./function-costs.js";
import { type ImportTimes, importTimes, noImports } from "./import-costs.js";
import { pinsOf } from "./pins.js";
import { mostHandedIn } from "./program-calls.js";

/** Nobody waits longer than that for a module of their own; where a module's code seems to take longer, guesses have added up. In nanoseconds. */
const longestImportNs = 1e9;

/** The cost model: from operations to time. One object serves all sites of a program and target, and remembers what functions cost. */
export class CostModel {
  readonly evaluator: Evaluator;
  private readonly functions: FunctionCosts;
  private readonly profile: Profile | undefined;

  constructor(resolver: Resolver, settings: CostSettings) {
    this.functions = new FunctionCosts(resolver, settings);
    this.evaluator = this.functions.evaluator;
    this.profile = settings.profile;
  }

  /** What one call of the function in that activation costs. */
  workOf(activation: Activation): TaskWork {
    return finish(this.functions.ofRun(activation));
  }

  /** What the task does that may take any time though it is no call: see `opaqueUse`. */
  hidingUse(activation: Activation): Operation | Value | undefined {
    return opaqueUse(activation, this.evaluator, (value, at) => this.functions.constructs.kindOf(value, at) !== "unknown");
  }

  /** What a task costs that runs the function once: the call as well, which is most of what the shortest ones take. */
  workOfTask(activation: Activation): TaskWork {
    const work = this.workOf(activation);
    const { function: node } = activation;
    // Whoever says or has measured what the function takes means all of it.
    if (pinsOf(node.file).cost.has(node) || (this.profile && profiledFunction(this.profile, node))) return work;
    return { ...work, interpreterNs: add(work.interpreterNs, this.functions.costs.operations.callPythonTwo) };
  }

  /** What running some of a coroutine's operations once costs its thread, without what other coroutines do that it makes or awaits. */
  workOfStretch(operations: readonly Operation[], activation: Activation): TaskWork {
    return finish(this.functions.ofStretch(operations, activation));
  }

  /** What importing the module of a function costs a new worker: running its body, and importing what it imports. */
  importTimes(file: LinkedFile): ImportTimes {
    const module = file.functionAt(0);
    if (!module) return noImports;
    const { interpreter, held, native } = this.functions.ofRun(bareActivation(module)).sum;
    const own = Math.min(interpreter.likely + held.likely + native.likely, longestImportNs);
    const { processNs, interpreterNs } = importTimes(importsOf(file));
    return { processNs: own + processNs, interpreterNs: own + interpreterNs };
  }

  /** What calling a library function costs of which only the name is known. */
  workOfExternal(name: string, call: CallOperation, within: FunctionNode): TaskWork {
    return finish(this.functions.ofExternal(name, call, within));
  }

  /** What a task costs that runs one of these functions, nobody knows which: several places hand in one each. `isOpen`: or one of which nothing is known. */
  workOfHandedIn(
    activations: readonly Activation[],
    names: readonly string[],
    call: CallOperation,
    within: FunctionNode,
    isOpen: boolean,
  ): TaskWork {
    const costs: Finished[] = activations.slice(0, mostHandedIn).map((each) => {
      const cost = this.functions.ofRun(each);
      return { ...cost, sum: { ...cost.sum, interpreter: add(cost.sum.interpreter, this.functions.costs.operations.callPythonTwo) } };
    });
    for (const name of names.slice(0, mostHandedIn)) costs.push(this.functions.ofExternal(name, call, within));
    if (isOpen) costs.push({ sum: { ...emptySum(), unknown: 1, blind: 1 }, calls: [], hot: undefined, assumptions: [], opaque: [call] });
    return finish(oneOfSeveral(costs));
  }
}

/** What an unknown call may take for all that can be told, ns; a task with many of them may be anything. */
export const unknownCallNs = 20_000;
