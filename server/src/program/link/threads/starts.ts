import { indexed } from "../../../base/indexed.js";
import { firstFrom } from "../../../base/sorted.js";
import type { CallOperation, Operation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import { samePlace } from "../state/updates.js";
import { walkOperations } from "../walk.js";
import { placesKeeping } from "./kept-places.js";

/**
 * Behind which call a function has started what another one of its calls made: the first that starts what was stored where that is; where nobody is seen
 * to start it under that name, the first that starts anything.
 */
export function startOf(made: CallOperation, within: FunctionNode, starts: readonly string[]): number | undefined {
  const kept = placesKeeping(made, within);
  const calls = methodCallsNamed(starts, within);
  let any: number | undefined;
  for (let index = firstFrom(calls, made.start); index < calls.length; index++) {
    const { start, end, callee } = calls[index] as CallOperation;
    if (start < made.start || callee.op !== "read" || callee.place.kind !== "attribute") continue;
    any ??= end;
    if (kept.length === 0) break;
    const { object } = callee.place;
    if (object.op === "read" && kept.some((place) => samePlace(place, object.place))) return end;
  }
  return any;
}

/** The calls of a function that look like those of methods with one of these names, outer ones first. */
export function methodCallsNamed(names: readonly string[], node: FunctionNode): readonly CallOperation[] {
  const { areUsual, key } = aboutNames(names);
  const calls = node.view(areUsual ? usualCalls : methodCalls);
  const known = callsByNames(calls);
  let found = known.get(key);
  if (!found) {
    found = calls.filter(({ callee }) => names.includes(lastNameOf(callee)));
    known.set(key, found);
  }
  return found;
}

/** Pairs of threads are asked about with the same list of names. */
const aboutNames = indexed((names: readonly string[]) => ({ areUsual: names.every((name) => usual.has(name)), key: names.join(" ") }));

/** What was asked of a list of calls before, by the names. */
const callsByNames = indexed((_: readonly CallOperation[]) => new Map<string, readonly CallOperation[]>());

/** Names under which work is started and waited for: who asks for these alone does not depend on other calls of the function. */
const usual: ReadonlySet<string> = new Set(
  "start run join shutdown result exception wait get close stop exec exec_ mainloop wait_window ShowModal server_close __iter__ __next__ next".split(
    " ",
  ),
);

const usualCalls = functionView(({ body }) => methodCallsIn(body, (name) => usual.has(name)));
const methodCalls = functionView(({ body }) => methodCallsIn(body, () => true));

function methodCallsIn(body: readonly Operation[], isMeant: (name: string) => boolean): readonly CallOperation[] {
  const found: CallOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "call" && receiverOf(operation) && isMeant(lastNameOf(operation.callee))) found.push(operation);
  });
  return found;
}
