import { add, scale } from "../../base/interval.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { briefCalls } from "./call-kinds.js";
import { addTime, type Sum } from "./cost-sum.js";
import { measuredCallNs } from "./library-costs.js";
import { isComputing, tabulatedNs, tabulatedOfAnySizeNs, typicalCallNs } from "./library-table.js";
import type { OperationCosts } from "./operation-costs.js";

/**
 * Adds what a call costs that knowledge has no entry for: constructors of types and built-ins do little, others take what was measured, or what functions
 * take of modules that only compute. False for anything else, which may do everything.
 */
export function addUnlistedCall(
  name: string,
  call: CallOperation,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
  sum: Sum,
): boolean {
  const { operations } = costs;
  // What is listed of built-ins under a row of their own is what the table has of them; the rest takes what calling one does.
  const measured = name.startsWith("builtins.") ? tabulatedNs : measuredCallNs;
  const tabulated = measured(name, call, at, evaluator, costs) ?? tabulatedOfAnySizeNs(name, costs);
  const plus = (ns: Sum["interpreter"]): void => {
    sum.interpreter = add(sum.interpreter, ns);
  };
  if (name === "collections.namedtuple.__new__" || /^typing\.NamedTuple\b/.test(name)) plus(scale(operations.instantiate, namedTuple));
  else if (/^collections\.namedtuple\._/.test(name)) plus(scale(operations.callPython, namedTupleMethods[name] ?? 6.5));
  else if (/^enum\.\w*(Enum|Flag)$/.test(name)) plus(scale(operations.callPython, enumLookup));
  else if (tabulated) addTime(sum, "interpreter", tabulated);
  else if (name.startsWith("builtins.") || evaluator.resolver.knowledge.type(name)) plus(operations.callBuiltin);
  else if (briefCalls.test(name)) plus(operations.callCMethod);
  else if (isComputing(name)) plus(typicalCallNs(costs));
  else return false;
  return true;
}

/** A tuple by way of a function written in Python. */
const namedTuple = 1.7;
/** Written in Python around a dict or a tuple: in calls of a function that does nothing (CPython 3.11, 3.13, 3.13t and 3.14, `test/measure/library_calls.py`). */
const namedTupleMethods: Readonly<Record<string, number>> = {
  "collections.namedtuple._replace": 20,
  "collections.namedtuple._asdict": 11,
  "collections.namedtuple._make": 6.5,
};
/** `Colour(2)`: functions written in Python, one inside the other; 9 to 13 calls of one on CPython 3.8 to 3.10 and 3.14, 24 to 25 on 3.11 to 3.13 (`test/measure/implicit_calls.py`). */
const enumLookup = 16;
