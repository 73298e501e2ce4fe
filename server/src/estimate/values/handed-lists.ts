import { append } from "../../base/append.js";
import type { FunctionFacts } from "../../program/facts.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { repeatsOf } from "../rounds/repeats.js";
import { startedCall } from "../tasks/helper-threads.js";
import { type Activation, activationOfCall } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { appended } from "./filled-containers.js";

/**
 * How many elements the functions append to a list that its own function makes empty and hands to them: `collect(rows, found)`,
 * `Thread(target=consume, args=(jobs, results))`. Undefined where one of them hands it on, or where it cannot be told how often one appends.
 */
export function handedLength(name: string, at: Activation, evaluator: Evaluator): Amount {
  const node = at.function;
  let total: Amount;
  for (const written of callsGiven(node).get(name) ?? []) {
    const call = startedCall(evaluator.externalNames(written, at)[0], written)?.call ?? written;
    const appended = appendedBy(call, name, at, evaluator);
    if (appended === "nothing") continue;
    const count = combine(appended, repeatsOf(written, at, evaluator), (a, b) => a * b);
    if (!count) return undefined;
    total = total ? combine(total, count, (a, b) => a + b) : count;
  }
  // Who does not append fills it in another way: a dict, say.
  return total && total.high > 0 ? total : undefined;
}

/** The calls of the function that are given one of its variables, also in a tuple of arguments for a thread. */
function callsGiven({ facts, index }: FunctionNode): ReadonlyMap<string, readonly CallOperation[]> {
  let calls = knownCalls.get(facts);
  if (!calls) {
    const found = new Map<string, CallOperation[]>();
    walkOperations(facts.body, (operation) => {
      if (operation.op !== "call") return;
      const given = operation.arguments.flatMap(({ value }) => (value.op === "display" ? value.elements : [value]));
      for (const value of new Set(given.map((each) => nameOf(each, index)))) if (value !== undefined) append(found, value, operation);
    });
    calls = found;
    knownCalls.set(facts, calls);
  }
  return calls;
}

const knownCalls = new WeakMap<FunctionFacts, ReadonlyMap<string, readonly CallOperation[]>>();

function appendedBy(call: CallOperation, name: string, at: Activation, evaluator: Evaluator): Amount | "nothing" {
  const [callee, ...others] = evaluator.resolver.callees(call, at.function);
  // What is no function of the program, as `len` and `print`, looks at most.
  if (!callee) return "nothing";
  const { function: node, receiver } = callee;
  if (others.length > 0 || node === at.function) return undefined;
  const activation = activationOfCall(node, call, at, receiver !== undefined);
  const [parameter] =
    [...activation.arguments].find(([, { value, in: from }]) => from === at && nameOf(value, at.function.index) === name) ?? [];
  if (parameter === undefined || isHandedOn(parameter, activation)) return undefined;
  return appended(parameter, activation, evaluator);
}

function isHandedOn(parameter: string, { function: node }: Activation): boolean {
  let isGiven = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call") isGiven ||= operation.arguments.some(({ value }) => nameOf(value, node.index) === parameter);
  });
  return isGiven;
}

function nameOf(value: Value, owner: number): string | undefined {
  return value.op === "read" && value.place.kind === "name" && value.place.owner === owner ? value.place.name : undefined;
}
