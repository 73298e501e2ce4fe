import { add, exactly, type Interval, multiply, scale } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import { type FunctionNode, functionKey } from "../../program/link/entity.js";
import { gilNoteOf } from "../../program/link/gil-notes.js";
import type { Program } from "../../program/link/link.js";
import { againWith } from "../../program/link/memory/overviews.js";
import type { Again } from "../../program/link/memory/questions.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";
import { compiledBy } from "../../program/link/resolution/compiled.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Operation } from "../../program/operation.js";
import { duration } from "../prediction/text.js";
import { endingShare, recursionCount } from "../rounds/recursion.js";
import { rememberingNs, remembers } from "../rounds/remembered-calls.js";
import { type Profile, profiledFunction } from "../tasks/profile.js";
import type { Finished } from "../tasks/task-work.js";
import { type Activation, type Argument, enclosingActivation, isStillIn, type Surroundings, surroundingsOf } from "../values/activation.js";
import { codeText } from "../values/called-code.js";
import { defaultLength, type Evaluator } from "../values/evaluate.js";
import { entriesText } from "../values/queue-entries.js";
import { argumentText, madeText } from "../values/size-texts.js";
import { BodyCosts } from "./body-costs.js";
import { waitingKinds } from "./call-kinds.js";
import { CallStack, callsOfCycle, type Standing } from "./call-stack.js";
import { Calls } from "./calls.js";
import type { ConstructCosts } from "./construct-costs.js";
import { CostParts } from "./cost-parts.js";
import { asCompiled, asNative, emptySum, lasting, repeated, type Sum } from "./cost-sum.js";
import { type CostSettings, CostSources } from "./costing.js";
import { deepCallsNs } from "./deep-calls.js";
import { type FunctionCost, FunctionState } from "./function-state.js";
import { LibraryCalls } from "./library-calls.js";
import type { OperationCosts } from "./operation-costs.js";
import { pinsOf } from "./pins.js";
import { ProgramCalls } from "./program-calls.js";
import { addedUp, compiledCall, repeatedCalls, type TimedCall } from "./timed-calls.js";

/** Adds up what functions cost, operation by operation and call by call, and remembers what each costs with what it is given. */
export class FunctionCosts {
  readonly evaluator: Evaluator;
  readonly costs: OperationCosts;
  readonly constructs: ConstructCosts;
  private readonly sources: CostSources;
  private readonly state = new FunctionState();
  private readonly library: LibraryCalls;
  private readonly body: BodyCosts;
  /** What functions cost in a task that was followed; nothing else is to rest on that. */
  private readonly ofObserved = new Map<string, FunctionCost>();
  private readonly target: Target;
  private readonly profile: Profile | undefined;

  constructor(
    private readonly resolver: Resolver,
    private readonly settings: CostSettings,
  ) {
    const { state } = this;
    const sources = new CostSources(resolver, settings);
    this.sources = sources;
    this.evaluator = sources.evaluator;
    this.costs = sources.costs;
    this.constructs = sources.constructs;
    this.target = settings.target;
    this.profile = settings.profile;
    const functionCost = (activation: Activation): FunctionCost => this.functionCost(activation);
    const program = new ProgramCalls(sources, state, functionCost);
    this.library = new LibraryCalls(sources, state, functionCost);
    this.body = new BodyCosts(sources, state, new Calls(sources, state, program, this.library), program, this.library);
  }

  /** What one call of the function in that activation costs. */
  ofRun(activation: Activation): FunctionCost {
    this.state.steps = 0;
    const { memory } = this.resolver.memoryOf(activation.function.file);
    return memory.during(() => this.functionCost(activation));
  }

  /** What running some of a coroutine's operations once costs its thread, without what other coroutines do that it makes or awaits. */
  ofStretch(operations: readonly Operation[], activation: Activation): Finished {
    this.state.steps = 0;
    this.state.coroutines = "made";
    this.state.parts = new CostParts();
    this.state.stack.enter(activation.function);
    const { memory } = this.resolver.memoryOf(activation.function.file);
    const sum = memory.during(() => this.body.operations(operations, activation));
    this.state.stack = new CallStack();
    this.state.coroutines = "run";
    return { sum, ...this.state.parts.all() };
  }

  /** What calling a library function costs of which only the name is known. */
  ofExternal(name: string, call: CallOperation, within: FunctionNode): Finished {
    const entry = this.resolver.knowledge.callable(name);
    const sum = emptySum();
    const calls: TimedCall[] = [];
    if (!entry) sum.unknown = sum.blind = 1;
    else {
      const facts: CallFacts = { target: this.target };
      this.library.add(entry, name, call, within, facts, undefined, sum, calls);
    }
    return { sum, calls, hot: undefined, assumptions: [], opaque: sum.unknown + sum.uncosted > 0 ? [call] : [] };
  }

  private functionCost(activation: Activation): FunctionCost {
    const node = activation.function;
    const key = this.keyOf(activation);
    const { observed } = this.evaluator;
    const isCalledInLoop = this.state.isCalledInLoop || this.state.loopDepth > 0;
    const known = this.recalled(node, key, isCalledInLoop);
    if (known) {
      if (known.dependsOnLoop && this.state.loopDepth === 0) this.state.dependsOnLoop = true;
      return known;
    }
    const found = (): Found => this.find(activation, key, isCalledInLoop);
    if (observed) {
      const { result, key: keptAs } = found();
      if (keptAs !== undefined) this.ofObserved.set(keptAs, result);
      return result;
    }
    const { memory, derived } = this.resolver.memoryOf(node.file);
    const { target, cores, calibrations, profile } = this.settings;
    const { coroutines } = this.state;
    const again = (): Again =>
      againWith(
        costAgain,
        activation,
        surroundingsOf(activation),
        { coroutines, isCalledInLoop },
        { target, cores, calibrations, profile },
      );
    return memory.findApart<object | string, FunctionCost>(derived, found, sameStructure, again);
  }

  /** The same for one of the calls that were asked about before, from where that stood. */
  ofRunFrom(activation: Activation, { coroutines, isCalledInLoop }: Position): FunctionCost {
    this.state.steps = 0;
    this.state.coroutines = coroutines;
    this.state.isCalledInLoop = isCalledInLoop;
    return this.functionCost(activation);
  }

  private find(activation: Activation, key: string, isCalledInLoop: boolean): Found {
    const node = activation.function;
    const { observed } = this.evaluator;
    const {
      parts: outerParts,
      rounds: outerRounds,
      loopDepth: outerDepth,
      isCalledInLoop: outerIsCalled,
      dependsOnLoop: outerDepends,
    } = this.state;
    const parts = new CostParts();
    this.state.parts = parts;
    this.state.rounds = undefined;
    this.state.loopDepth = 0;
    this.state.isCalledInLoop = isCalledInLoop;
    this.state.dependsOnLoop = false;
    this.state.stack.enter(node);
    let sum = this.body.operations(node.facts.body, activation);
    const pins = pinsOf(node.file);
    const selfCalls = this.state.selfCalls.get(node);
    const { isCycle } = this.state.stack;
    const seen = observed?.calls(node);
    if (isCycle && !selfCalls && seen) {
      sum = repeated(sum, seen);
      parts.calls = repeatedCalls(parts.calls, seen.likely);
    } else if (isCycle && !selfCalls) {
      sum = { ...repeated(sum, callsOfCycle), guessed: true };
      parts.assume(`depth of the recursion through \`${node.head.name}\``, "unknown, 100 calls taken", "default", sum.interpreter.likely);
      parts.calls = repeatedCalls(parts.calls, callsOfCycle.likely);
    }
    if (selfCalls) {
      this.state.selfCalls.delete(node);
      const pinned = pins.iterations.get(node);
      if (pinned !== undefined) parts.assumePinned(`calls of \`${node.head.name}\``, String(pinned));
      const counted = pinned === undefined ? (seen ?? recursionCount(node, selfCalls, activation, this.evaluator)) : exactly(pinned);
      const times = counted ?? this.assumedRecursion(node);
      if (remembers(node)) sum.interpreter = add(sum.interpreter, rememberingNs(node, selfCalls.length, this.costs));
      // Of those that were seen, it was seen which way they took.
      const ending = seen || !counted ? 0 : endingShare(node, selfCalls, times);
      const going = scale(times, 1 - ending);
      sum = { ...repeated(sum, going), guessed: sum.guessed || !counted };
      sum.interpreter = add(sum.interpreter, multiply(scale(this.costs.operations.compare, 2), scale(times, ending)));
      if (counted && !remembers(node))
        sum.interpreter = add(sum.interpreter, deepCallsNs(node, selfCalls, times, this.target, this.costs.memory));
      parts.calls = repeatedCalls(parts.calls, going.likely);
    }
    const note = gilNoteOf(node);
    const compilation = note ? undefined : compiledBy(node, this.resolver, this.target);
    if (note || compilation) {
      const before = sum.native.likely;
      sum = asNative(note ?? (compilation?.verdict.gil === "releases" ? "releases" : "holds"), note ? sum : asCompiled(sum));
      parts.calls = parts.calls.filter((call) => waitingKinds.has(call.kind) || call.entry.block !== undefined);
      if (compilation) parts.calls.push(compiledCall(node.head.name, compilation, sum.held.likely + sum.native.likely - before));
      parts.hot = undefined;
    }
    const cost = pins.cost.get(node);
    if (cost !== undefined) {
      parts.assumePinned(`\`${node.head.name}\` takes`, duration(cost));
      sum = lasting(sum, exactly(cost));
    } else sum = this.profiled(sum, node);
    const { dependsOnLoop } = this.state;
    this.state.parts = outerParts;
    this.state.rounds = outerRounds;
    this.state.loopDepth = outerDepth;
    this.state.isCalledInLoop = outerIsCalled;
    this.state.dependsOnLoop = outerDepends || (dependsOnLoop && outerDepth === 0);
    const keptAs = isCalledInLoop && dependsOnLoop ? inLoop(key) : key;
    const found = { sum, ...parts.all(), calls: addedUp(parts.calls), dependsOnLoop };
    const { cost: result, isFinal } = this.state.stack.leave(keptAs, (standing) => ({ ...found, ...standing }));
    return { result, key: isFinal ? keptAs : undefined };
  }

  /** What is known to be the cost of a call from where the operations at hand stand. */
  private recalled(node: FunctionNode, key: string, isCalledInLoop: boolean): FunctionCost | undefined {
    const { memory, derived } = this.resolver.memoryOf(node.file);
    const { observed } = this.evaluator;
    for (const each of isCalledInLoop ? [key, inLoop(key)] : [key]) {
      const isMeant = ({ dependsOnLoop }: Standing): boolean => !(isCalledInLoop && each === key && dependsOnLoop);
      const kept = observed ? this.ofObserved.get(each) : memory.recallHolding<object | string, FunctionCost>(derived, each);
      if (kept && isMeant(kept) && this.state.stack.admits(kept)) return kept;
      const forNow = this.state.stack.forNow(each, isMeant);
      if (forNow) return forNow;
    }
    return undefined;
  }

  private keyOf(activation: Activation): string {
    const { receiver } = activation;
    const self = receiver ? madeText(receiver.value, receiver.in, this.evaluator) : "";
    let around = "";
    for (let outer = enclosingActivation(activation); outer; outer = enclosingActivation(outer))
      if (outer.arguments.size > 0) around += ` in (${this.argumentsText(outer)})`;
    return `${this.state.coroutines === "run" ? "" : "between awaits "}${functionKey(activation.function)}(${this.argumentsText(activation)})${self}${around}`;
  }

  private argumentsText(activation: Activation): string {
    const known = [...activation.arguments].map(([name, argument]) => `${name}=${this.argumentText(argument)}`);
    return [...known, ...(activation.gathered ?? []).map((argument) => this.argumentText(argument))].join();
  }

  private argumentText(argument: Argument): string {
    const shared = this.sources.sharing.kindOfArgument(argument);
    return `${codeText(argument, this.resolver)}${argumentText(argument, this.evaluator, this.sources.sizes.bounds)}${shared === "own" ? "" : `&${shared}`}${entriesText(argument, this.evaluator)}`;
  }

  private assumedRecursion(node: FunctionNode): Interval {
    this.state.parts.assume(`depth of the recursion in \`${node.head.name}\``, "unknown, 1 000 calls taken", "default", 1);
    return defaultLength;
  }

  /** What a profile says of the function takes the place of what its code looks like. */
  private profiled(sum: Sum, node: FunctionNode): Sum {
    const found = this.profile && profiledFunction(this.profile, node);
    if (!this.profile || !found) return sum;
    const calls = found.calls === 1 ? "1 call" : `${found.calls} calls`;
    const value = `${duration(found.perCall.likely)} (${this.profile.profiler}, ${calls})`;
    this.state.parts.assume(`\`${node.head.name}\` takes`, value, "measured", Number.POSITIVE_INFINITY);
    return lasting(sum, found.perCall);
  }
}

/** From where a function is called, as far as it matters for its cost. */
type Position = Pick<FunctionState, "coroutines" | "isCalledInLoop">;

/** After an edit of one function most costs are what they were: those that call it are added up anew only if its own is another. */
function costAgain(program: Program, activation: Activation, around: Surroundings, from: Position, settings: CostSettings): void {
  if (isStillIn(activation, around, program)) new FunctionCosts(program.resolver, settings).ofRunFrom(activation, from);
}

/** What a function costs, and under what it is remembered where that is right wherever it is called. */
interface Found {
  readonly result: FunctionCost;
  readonly key: string | undefined;
}

/** Under which it is kept what a function costs that is called from inside a loop, where that is something else. */
function inLoop(key: string): string {
  return `in a loop ${key}`;
}
