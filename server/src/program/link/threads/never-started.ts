import type { TypeRole } from "../../../knowledge/entry.js";
import type { CallOperation, NamePlace, Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import { receiverOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import type { Resolver } from "../resolution/resolver.js";
import { innerValues, someValue, walkOperations } from "../walk.js";
import { placesKeeping } from "./kept-places.js";
import { methodCallsNamed } from "./starts.js";

/**
 * Whether the object of a thread class that a call makes is never started: `Worker(job).run()`, where that is all that is done with it, runs in the
 * thread that calls it.
 */
export function isOnlyRun(
  made: CallOperation,
  within: FunctionNode,
  node: ClassNode,
  { runs, start }: Extract<TypeRole, { role: "worker" }>,
  resolver: Resolver,
): boolean {
  const ran = methodCallsNamed(runs, within).map(receiverOf);
  if (ran.length === 0 || startsItself(node, start, resolver)) return false;
  if (ran.includes(made)) return true;
  const [kept, ...others] = [...within.facts.bindings].filter(([, values]) => values.includes(made));
  if (!kept || others.length > 0 || placesKeeping(made, within).some(({ kind }) => kind !== "name")) return false;
  const place: NamePlace = { kind: "name", name: kept[0], owner: within.index };
  if (!ran.some((object) => isAt(object, place))) return false;
  const isStarted = methodCallsNamed(start, within).some((call) => isAt(receiverOf(call), place));
  return !isStarted && !within.view(handedOn).has(place.name) && !isUsedInside(within, place);
}

/** Whether a function inside the function uses the variable. */
function isUsedInside(within: FunctionNode, place: NamePlace): boolean {
  return within.file.functions.some(({ facts, head }) => {
    if (head.parent !== within.index) return false;
    let uses = false;
    walkOperations(facts.body, (operation) => {
      uses ||= operation.op === "call" && someValue(operation, (value) => isAt(value, place));
    });
    return uses;
  });
}

function isAt(value: Value | undefined, place: NamePlace): boolean {
  return value?.op === "read" && value.place.kind === "name" && value.place.name === place.name && value.place.owner === place.owner;
}

function startsItself(node: ClassNode, start: readonly string[], resolver: Resolver): boolean {
  return resolver
    .classOrder(node)
    .classes.some(({ file, facts }) =>
      start.some((name) => file.calls(name).some(({ function: index }) => file.functionAt(index)?.head.class === facts.index)),
    );
}

/** The variables that are given to calls, returned, or stored elsewhere. */
const handedOn = functionView(({ body }): ReadonlySet<string> => {
  const names = new Set<string>();
  const collect = (value: Value | undefined): void => {
    if (value?.op === "read" && value.place.kind === "name") names.add(value.place.name);
    if (value?.op === "display" || value?.op === "choice") for (const each of innerValues(value)) collect(each);
  };
  walkOperations(body, (operation) => {
    if (operation.op === "call") for (const { value } of operation.arguments) collect(value);
    else if (operation.op === "write" || operation.op === "return" || operation.op === "yield") collect(operation.value);
  });
  return names;
});
