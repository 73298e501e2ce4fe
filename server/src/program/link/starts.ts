import type { CallOperation, Operation } from "../operation.js";
import type { FunctionNode, FunctionView } from "./entity.js";
import { placesKeeping } from "./kept-places.js";
import { lastNameOf, receiverOf } from "./last-name.js";
import { functionView } from "./linked-file.js";
import { samePlace } from "./updates.js";
import { walkOperations } from "./walk.js";

/**
 * Behind which call a function has started what another one of its calls made: the first that starts what was stored where that is; where nobody is seen
 * to start it under that name, the first that starts anything.
 */
export function startOf(made: CallOperation, within: FunctionNode, starts: readonly string[]): number | undefined {
  const kept = placesKeeping(made, within);
  let own: number | undefined;
  let any: number | undefined;
  for (const { start, end, callee } of within.view(methodCallsOf(starts))) {
    if (start < made.start || callee.op !== "read" || callee.place.kind !== "attribute") continue;
    any ??= end;
    const { object } = callee.place;
    if (object.op === "read" && kept.some((place) => samePlace(place, object.place))) own ??= end;
  }
  return own ?? any;
}

type CallsView = FunctionView<readonly CallOperation[]>;

/** By their names, of which few lists occur: those of what starts and of what is waited for. */
const callsByNames = new Map<string, CallsView>();

/** The calls of a function that look like those of methods with one of these names, outer ones first. */
export function methodCallsOf(names: readonly string[]): CallsView {
  const key = names.join();
  let view = callsByNames.get(key);
  if (!view) {
    view = functionView(({ body }) => methodCallsIn(body, names));
    callsByNames.set(key, view);
  }
  return view;
}

function methodCallsIn(body: readonly Operation[], names: readonly string[]): readonly CallOperation[] {
  const found: CallOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "call" && receiverOf(operation) && names.includes(lastNameOf(operation.callee))) found.push(operation);
  });
  return found;
}
