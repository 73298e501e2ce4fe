import type { FunctionNode } from "../../program/link/entity.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../program/operation.js";
import { arithmetic } from "../values/arithmetic.js";

/** What stands outside the function that is walked. */
export interface Surroundings {
  /** The number that a value is which the function's variables have no part in. */
  number(value: Value): number | undefined;
  /** The numbers in a list or tuple that is written out. */
  items(value: Value): readonly (number | undefined)[] | undefined;
  /** The qualified name of what a call calls outside the program. */
  name(call: CallOperation): string | undefined;
}

/**
 * How often a recursion calls its function in all, with how many different combinations of arguments, and how many of the calls work their result out:
 * all, or where the function itself looks up what it has found before, one for each combination.
 */
export interface WalkedCalls {
  readonly calls: number;
  readonly combinations: number;
  readonly remembers: boolean;
}

/**
 * How many calls a function that calls itself makes in all when it is called with these numbers: what its code says is followed, each combination of
 * arguments once. Undefined where the code decides by anything but numbers, or where there are too many combinations.
 */
export function walkedCalls(
  node: FunctionNode,
  calls: readonly CallOperation[],
  given: readonly (number | undefined)[],
  around: Surroundings,
): WalkedCalls | undefined {
  return new Walk(node, new Set(calls), around).callsOf(given);
}

type Known = number | undefined;

interface Outcome {
  readonly calls: number;
  readonly returned: Known;
}

/** One call: its variables, what its own calls gave, which arms its branches took, and how many calls there were below it. */
interface Frame {
  readonly variables: Map<string, Known>;
  readonly given: Map<Value, Known>;
  readonly taken: Map<string, number>;
  calls: number;
}

/** How a block is left. */
type End = "end" | "continue" | "break" | { readonly returned: Known };

class Walk {
  private readonly outcomes = new Map<string, Outcome | "under way">();
  private readonly outside = new Map<Value, Known>();
  private readonly lists = new Map<Value, readonly Known[] | undefined>();
  private depth = 0;
  private rounds = 0;
  /** Set where the walk cannot go on. */
  private isUnclear = false;
  /** Whether it looks up in a dict of its own what it has found before. */
  private remembers = false;

  constructor(
    private readonly node: FunctionNode,
    private readonly selfCalls: ReadonlySet<CallOperation>,
    private readonly around: Surroundings,
  ) {}

  callsOf(given: readonly Known[]): WalkedCalls | undefined {
    const { calls } = this.call(given);
    return this.isUnclear ? undefined : { calls, combinations: this.outcomes.size, remembers: this.remembers };
  }

  private call(given: readonly Known[]): Outcome {
    const key = given.join();
    const known = this.outcomes.get(key);
    if (known === "under way" || this.outcomes.size > mostCombinations || this.depth > deepest) {
      this.isUnclear = true;
      return { calls: 1, returned: undefined };
    }
    if (known) return known;
    this.outcomes.set(key, "under way");
    this.depth++;
    const { parameters } = this.node.facts;
    const frame: Frame = {
      variables: new Map(parameters.map(({ name }, index) => [name, given[index]])),
      given: new Map(),
      taken: new Map(),
      calls: 1,
    };
    const end = this.run(this.node.facts.body, frame);
    this.depth--;
    const outcome = { calls: frame.calls, returned: typeof end === "string" ? undefined : end.returned };
    this.outcomes.set(key, outcome);
    return outcome;
  }

  private run(operations: readonly Operation[], frame: Frame): End {
    for (const operation of operations) {
      if (this.isUnclear) return "end";
      switch (operation.op) {
        case "call":
          if (this.selfCalls.has(operation)) this.callItself(operation, frame);
          break;
        case "write": {
          const { place, value, form } = operation;
          if (place.kind === "name") frame.variables.set(place.name, value && form === "assign" ? this.number(value, frame) : undefined);
          break;
        }
        case "branch": {
          const end = this.branch(operation, frame);
          if (end !== "end") return end;
          break;
        }
        case "continue":
        case "break":
          return operation.op;
        case "return":
          return { returned: operation.value && this.number(operation.value, frame) };
        case "raise":
          return { returned: undefined };
        case "loop":
          this.loop(operation, frame);
          break;
        case "attempt":
        case "with":
          // What they do to variables is not followed.
          this.isUnclear = true;
          break;
        default:
          break;
      }
    }
    return "end";
  }

  /** A loop over a `range` is gone through round by round; of another that calls the function, nobody knows how often it does. */
  private loop({ iterable, body, endsEarly }: LoopOperation, frame: Frame): void {
    if (!this.callsItselfIn(body)) return;
    const isRange = iterable?.op === "call" && this.around.name(iterable) === "builtins.range";
    const given = isRange ? iterable.arguments.map(({ value }) => this.number(value, frame)) : [];
    const variable = this.boundBy(iterable);
    const [first, second, step = 1] = given;
    const from = given.length > 1 ? first : 0;
    const to = given.length > 1 ? second : first;
    if (from === undefined || to === undefined || step === 0 || variable === undefined || endsEarly || given.includes(undefined)) {
      this.isUnclear = true;
      return;
    }
    for (let value = from; step > 0 ? value < to : value > to; value += step) {
      if (++this.rounds > mostRounds) this.isUnclear = true;
      if (this.isUnclear) return;
      frame.variables.set(variable, value);
      this.run(body, frame);
    }
    frame.variables.delete(variable);
  }

  /** The name that each element of an iterable is given. */
  private boundBy(iterable: Value | undefined): string | undefined {
    for (const [name, values] of this.node.facts.bindings) {
      const [only] = values;
      if (values.length === 1 && only?.op === "element-of" && only.iterable === iterable) return name;
    }
    return undefined;
  }

  private callsItselfIn(operations: readonly Operation[]): boolean {
    let found = false;
    walkOperations(operations, (operation) => {
      found ||= operation.op === "call" && this.selfCalls.has(operation);
    });
    return found;
  }

  private branch({ test, arms, start, end }: Extract<Operation, { op: "branch" }>, frame: Frame): End {
    const truth = test && (this.isFound(test) ?? this.number(test, frame));
    if (truth === undefined) {
      // Nobody needs to know which way it goes where no way goes on.
      if (arms.every((arm) => arm.length === 0)) return "end";
      this.isUnclear = true;
      return "end";
    }
    const arm = truth === 0 ? 1 : 0;
    frame.taken.set(`${start} ${end}`, arm);
    return this.run(arms[arm] ?? [], frame);
  }

  /** `key in memo`, where the function stores what it finds in `memo`: each combination of arguments is walked as it comes for the first time. */
  private isFound(test: Value): number | undefined {
    if (test.op !== "compute" || !/^(not )?in$/.test(test.operator)) return undefined;
    const [, memo] = test.operands;
    if (memo?.op !== "read" || memo.place.kind !== "name") return undefined;
    const { name } = memo.place;
    let stores = false;
    walkOperations(this.node.facts.body, (operation) => {
      if (operation.op !== "write" || operation.place.kind !== "element") return;
      const { object } = operation.place;
      stores ||= object.op === "read" && object.place.kind === "name" && object.place.name === name;
    });
    if (!stores) return undefined;
    this.remembers = true;
    return test.operator === "in" ? 0 : 1;
  }

  private callItself(call: CallOperation, frame: Frame): void {
    const { parameters } = this.node.facts;
    const isMethod = call.arguments.length < parameters.length && parameters[0]?.name === "self";
    const given: Known[] = parameters.map(({ default: usual }) => (usual?.op === "constant" ? Number(usual.value) : undefined));
    call.arguments.forEach(({ form, name, value }, index) => {
      const position = form === "keyword" ? parameters.findIndex((each) => each.name === name) : index + (isMethod ? 1 : 0);
      if (form === "star" || form === "double-star") this.isUnclear = true;
      given[position] = this.number(value, frame);
    });
    const { calls, returned } = this.call(given);
    frame.calls += calls;
    frame.given.set(call, returned);
  }

  private number(value: Value, frame: Frame): Known {
    switch (value.op) {
      case "constant":
        return typeof value.value === "number" && /^(int|float|bool)$/.test(value.type) ? value.value : undefined;
      case "read":
        return this.read(value, frame);
      case "call":
        return frame.given.has(value) ? frame.given.get(value) : this.called(value, frame);
      case "compute":
        return this.computed(
          value.operator,
          value.operands.map((operand) => this.number(operand, frame)),
        );
      case "choice": {
        if (value.by === "condition") {
          const arm = frame.taken.get(`${value.start} ${value.end}`);
          const chosen = arm === undefined ? undefined : value.values[arm];
          return chosen && this.number(chosen, frame);
        }
        const [left, right] = value.values;
        const first = left && this.number(left, frame);
        if (first === undefined || !right) return undefined;
        return (first !== 0) === (value.by === "or") ? first : this.number(right, frame);
      }
      default:
        return undefined;
    }
  }

  private read(value: Extract<Value, { op: "read" }>, frame: Frame): Known {
    const { place } = value;
    if (place.kind === "element") {
      const index = this.number(place.index, frame);
      const items = index === undefined ? undefined : this.itemsOf(place.object);
      return items && index !== undefined ? items[index < 0 ? items.length + index : index] : undefined;
    }
    if (place.kind !== "name") return undefined;
    if (place.owner !== this.node.index) return this.outsideNumber(value);
    if (frame.variables.has(place.name)) return frame.variables.get(place.name);
    const bound = this.node.bound(place.name) ?? [];
    const [only] = bound;
    const isPlain = bound.length === 1 && only && only.op !== "element-of" && !this.node.head.rebound.has(place.name);
    return isPlain ? this.number(only, frame) : undefined;
  }

  private itemsOf(list: Value): readonly Known[] | undefined {
    if (!this.lists.has(list)) this.lists.set(list, this.around.items(list));
    return this.lists.get(list);
  }

  private called(call: CallOperation, frame: Frame): Known {
    const name = this.around.name(call);
    if (name === "builtins.len") return this.outsideNumber(call);
    if (name !== "builtins.min" && name !== "builtins.max") return undefined;
    const given = call.arguments.map(({ value }) => this.number(value, frame));
    const known = given.filter((each) => each !== undefined);
    return known.length < 2 || known.length < given.length ? undefined : Math[name === "builtins.min" ? "min" : "max"](...known);
  }

  private outsideNumber(value: Value): Known {
    if (!this.outside.has(value)) this.outside.set(value, this.around.number(value));
    return this.outside.get(value);
  }

  private computed(operator: string, [a, b, ...more]: readonly Known[]): Known {
    if (a === undefined || more.length > 0) return undefined;
    if (operator === "u-") return -a;
    if (operator === "not") return a === 0 ? 1 : 0;
    if (b === undefined) return undefined;
    const result = arithmetic[operator]?.(a, b);
    return Number.isFinite(result) ? result : undefined;
  }
}

const mostCombinations = 5_000;
const mostRounds = 50_000;
const deepest = 1_000;
