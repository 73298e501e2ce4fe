import { append } from "../../../base/append.js";
import type { FunctionFacts } from "../../facts.js";
import type { CallArgument, CallOperation, Operation, Place, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import type { Callee } from "../resolution/callees.js";
import { neverReturns } from "../resolution/never-returns.js";
import { argumentFor, decoratorNames } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";
import { type ActOfCall, addingMethods, type CheckThenAct, checksThenActs, findChecks, type Through, takesFrom } from "./compound.js";

/**
 * The checks of a function with what depends on them, where the look or the act may be in a function that it calls: `if not self.has(k): self.add(k)`,
 * `if self._table is None: self._load()`. One call deep, and only what is done there on every way.
 */
export function checksThroughCalls(node: FunctionNode, program: Program): ChecksThroughCalls {
  if (!mayAsk(node.facts)) return { checks: checksThenActs(node), byCall: noChecks.byCall };
  return program.resolver.rememberedOf(node, "checks through calls", () => {
    const checks = findChecks(node, new ThroughCalls(node, program));
    const byCall = new Map<CallOperation, CheckThenAct[]>();
    for (const pattern of checks.values()) if (pattern.byCall) append(byCall, pattern.byCall.call, pattern);
    return { checks, byCall };
  });
}

interface ChecksThroughCalls {
  readonly checks: ReadonlyMap<Operation, CheckThenAct>;
  /** What the function that is called does because of a check that comes before the call. */
  readonly byCall: ReadonlyMap<CallOperation, readonly CheckThenAct[]>;
}

export const noChecks: ChecksThroughCalls = { checks: new Map(), byCall: new Map() };

const asking = new WeakMap<FunctionFacts, boolean>();

/** Whether anything that the function calls can depend on a test, or tell how it comes out. */
function mayAsk(facts: FunctionFacts): boolean {
  let may = asking.get(facts);
  if (may === undefined) {
    let calls = false;
    let tests = false;
    walkOperations(facts.body, (operation) => {
      calls ||= operation.op === "call";
      tests ||= operation.op === "branch" || (operation.op === "loop" && operation.form === "while");
    });
    may = calls && tests;
    asking.set(facts, may);
  }
  return may;
}

/** What a function says and does through those that it calls, in its own terms. */
export class ThroughCalls implements Through {
  constructor(
    private readonly node: FunctionNode,
    private readonly program: Program,
  ) {}

  answer(value: Value): Value | undefined {
    const callee = value.op === "call" ? this.callee(value) : this.property(value);
    const [only, ...others] = callee ? callee.function.returned : [];
    if (!callee || !only || others.length > 0 || !onlyLooks(callee.function)) return undefined;
    return new Terms(value, callee, this.node).value(only);
  }

  acts(call: CallOperation): readonly ActOfCall[] {
    // What is there to be called later changes nothing now.
    const callee = this.callee(call);
    if (!callee || callee.function === this.node) return [];
    const { function: node } = callee;
    return actsIn(node).flatMap((operation): ActOfCall | readonly ActOfCall[] => {
      const act = new Terms(call, callee, this.node).act(operation);
      return act ? { call, function: node, operation, act } : [];
    });
  }

  neverReturns(call: CallOperation): boolean {
    return neverReturns(call, this.node, this.program.resolver);
  }

  /** The one function that the call runs, if there is one and it runs at once. */
  private callee(call: CallOperation): Callee | undefined {
    const [only, ...others] = this.program.resolver.callees(call, this.node);
    if (!only || others.length > 0) return undefined;
    const { head } = only.function;
    const isDecorated = decoratorNames(only.function).some((name) => name !== "staticmethod" && name !== "classmethod");
    return head.isAsync || head.isGenerator || head.name === "__init__" || head.kind !== "function" || isDecorated ? undefined : only;
  }

  private property(value: Value): Callee | undefined {
    if (value.op !== "read" || value.place.kind !== "attribute" || !this.program.isPropertyName(value.place.name)) return undefined;
    const { resolver } = this.program;
    const { object, name } = value.place;
    const [only, ...others] = resolver.resolve(object, this.node);
    const method = only?.kind === "instance" && others.length === 0 ? resolver.method(only.class, name) : undefined;
    return method && decoratorNames(method).join() === "property" ? { function: method, receiver: only } : undefined;
  }
}

/** Whether the function does nothing but look, and give back what it sees in one way. */
function onlyLooks({ facts, head }: FunctionNode): boolean {
  if (head.isAsync || head.isGenerator) return false;
  let only = true;
  walkOperations(facts.body, (operation) => {
    switch (operation.op) {
      case "read":
      case "compute":
      case "return":
      case "with":
        return;
      case "write":
        only &&= operation.place.kind === "name" && operation.place.owner === head.index;
        return;
      case "call":
        only &&= looking.test(lastNameOf(operation.callee)) && !takesFrom(operation);
        return;
      default:
        only = false;
    }
  });
  return only;
}

const looking = /^(get|len|bool|is_set|keys|is_alive|empty|qsize|full|hasattr|getattr)$/;

const actsOf = new WeakMap<FunctionFacts, readonly (WriteOperation | CallOperation)[]>();

/** What the function surely does to state, without a look of its own: it stores, deletes, adds or takes. */
function actsIn(node: FunctionNode): readonly (WriteOperation | CallOperation)[] {
  const before = actsOf.get(node.facts);
  if (before) return before;
  const found: (WriteOperation | CallOperation)[] = [];
  const checked = checksThenActs(node);
  collect(node.facts.body, (operation) => {
    if (checked.has(operation)) return;
    if (operation.op === "write") {
      if (operation.place.kind !== "name" || operation.place.owner !== node.index) found.push(operation);
    } else if (operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute") {
      if (addingMethods.has(operation.callee.place.name) || takesFrom(operation)) found.push(operation);
    }
  });
  actsOf.set(node.facts, found);
  return found;
}

/** Visits what runs on every way through a list; returns whether the way may end before the list does. */
function collect(list: readonly Operation[], visit: (operation: Operation) => void): boolean {
  for (const operation of list) {
    switch (operation.op) {
      case "with":
        if (collect(operation.body, visit)) return true;
        break;
      case "attempt":
        if (collect(operation.body, visit)) return true;
        break;
      case "branch":
      case "loop":
        if (mayReturn(operation)) return true;
        break;
      case "return":
      case "raise":
      case "break":
      case "continue":
        return true;
      default:
        visit(operation);
    }
  }
  return false;
}

function mayReturn(operation: Operation): boolean {
  let returns = false;
  walkOperations([operation], (each) => {
    returns ||= each.op === "return";
  });
  return returns;
}

/** Writes what a function says of its parameters in the terms of a call of it. All of it stands where the call does. */
class Terms {
  private depth = 0;

  constructor(
    private readonly at: Value,
    private readonly callee: Callee,
    private readonly within: FunctionNode,
  ) {}

  act(operation: WriteOperation | CallOperation): WriteOperation | CallOperation | undefined {
    const { start, end } = this.at;
    if (operation.op === "call") {
      const call = this.value(operation);
      return call?.op === "call" ? call : undefined;
    }
    const place = this.place(operation.place);
    if (!place) return undefined;
    const value = operation.value && (this.value(operation.value) ?? ({ op: "unknown", start, end } as const));
    return { ...operation, place, value, statement: { start, end }, start, end };
  }

  value(value: Value): Value | undefined {
    const { start, end } = this.at;
    if (this.depth === maximumDepth) return undefined;
    this.depth++;
    const found = this.find(value);
    this.depth--;
    return found && (found.op === "read" || found.op === "call" || found.op === "compute" ? { ...found, start, end } : found);
  }

  private find(value: Value): Value | undefined {
    const { start, end } = this.at;
    switch (value.op) {
      case "constant":
        return { ...value, start, end };
      case "read": {
        const { place } = value;
        if (place.kind === "name" && place.owner === this.callee.function.index) return this.local(place.name);
        const moved = this.place(place);
        return moved && { op: "read", place: moved, start, end };
      }
      case "compute": {
        const operands = this.all(value.operands);
        return operands && { ...value, operands };
      }
      case "choice": {
        const values = this.all(value.values);
        return values && value.test === undefined ? { ...value, values, start, end } : undefined;
      }
      case "display":
        return value.elements.length === 0 ? { ...value, start, end } : undefined;
      case "call": {
        const callee = this.value(value.callee);
        const given: CallArgument[] = [];
        for (const argument of value.arguments) {
          const moved = this.value(argument.value);
          given.push({ ...argument, value: moved ?? { op: "unknown", start, end } });
        }
        return callee && { ...value, callee, arguments: given };
      }
      default:
        return undefined;
    }
  }

  private all(values: readonly Value[]): readonly Value[] | undefined {
    const found = values.map((each) => this.value(each));
    return found.every((each) => each !== undefined) ? found : undefined;
  }

  private place(place: Place): Place | undefined {
    switch (place.kind) {
      case "name": {
        const { file } = this.callee.function;
        // A name of another module means nothing here.
        return place.owner < 0 || (place.owner === 0 && file === this.within.file) ? place : undefined;
      }
      case "attribute": {
        const object = this.value(place.object);
        return object && { ...place, object };
      }
      case "element": {
        const [object, index] = [this.value(place.object), this.value(place.index)];
        return object && index && { ...place, object, index };
      }
    }
  }

  /** A parameter is what the call gives for it, another variable what it is bound to once. */
  private local(name: string): Value | undefined {
    const { function: node, receiver } = this.callee;
    const index = node.head.parameters.findIndex((parameter) => parameter.name === name);
    const bound = node.bound(name) ?? [];
    const [parameter] = index < 0 ? [] : [node.head.parameters[index]];
    if (!parameter) {
      const [only, ...others] = bound;
      return only && others.length === 0 ? this.value(only) : undefined;
    }
    if (index === 0 && receiver) return this.receiver();
    if (this.at.op !== "call") return undefined;
    return argumentFor(node, parameter, this.at, receiver ? "bound" : "passed");
  }

  /** The object before the dot, as far as it is written as a variable or attribute. */
  private receiver(): Value | undefined {
    const { at } = this;
    const read = at.op === "call" ? at.callee : at;
    if (read.op !== "read" || read.place.kind !== "attribute") return undefined;
    const { object } = read.place;
    return object.op === "read" ? object : undefined;
  }
}

const maximumDepth = 12;
