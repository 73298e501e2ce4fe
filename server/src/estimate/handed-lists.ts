import { loopsAround } from "../program/link/loops.js";
import { walkOperations } from "../program/link/walk.js";
import type { CallOperation, Value } from "../program/operation.js";
import { type Amount, combine } from "./amount.js";
import type { Activation, Evaluator } from "./evaluate.js";
import { startedCall } from "./helper-threads.js";

/**
 * How many elements the functions append to a list that its own function makes empty and hands to them: `collect(rows, found)`,
 * `Thread(target=consume, args=(jobs, results))`. Undefined where one of them hands it on, or where it cannot be told how often one appends.
 */
export function handedLength(name: string, at: Activation, evaluator: Evaluator): Amount {
  const node = at.function;
  const calls: CallOperation[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call") calls.push(operation);
  });
  let total: Amount;
  for (const written of calls) {
    const call = startedCall(evaluator.externalNames(written, at)[0], written)?.call ?? written;
    if (!call.arguments.some((argument) => isName(argument.value, name, node.index))) continue;
    const appended = appendedBy(call, name, at, evaluator);
    if (appended === "nothing") continue;
    let count = appended;
    for (const loop of loopsAround(node, written)) {
      const trips = evaluator.trips(loop, at);
      count = trips.known === "known" ? combine(count, trips.count, (a, b) => a * b) : undefined;
    }
    if (!count) return undefined;
    total = total ? combine(total, count, (a, b) => a + b) : count;
  }
  return total;
}

function appendedBy(call: CallOperation, name: string, at: Activation, evaluator: Evaluator): Amount | "nothing" {
  const [callee, ...others] = evaluator.resolver.callees(call, at.function);
  // What is no function of the program, as `len` and `print`, looks at most.
  if (!callee) return "nothing";
  const { function: node, receiver } = callee;
  if (others.length > 0 || node === at.function) return undefined;
  const activation = evaluator.activation(node, call, at, receiver !== undefined);
  const [parameter] =
    [...activation.arguments].find(([, { value, in: from }]) => from === at && isName(value, name, at.function.index)) ?? [];
  if (parameter === undefined || isHandedOn(parameter, activation)) return undefined;
  return evaluator.appended(parameter, activation);
}

function isHandedOn(parameter: string, { function: node }: Activation): boolean {
  let isGiven = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call") isGiven ||= operation.arguments.some(({ value }) => isName(value, parameter, node.index));
  });
  return isGiven;
}

function isName(value: Value, name: string, owner: number): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner;
}
