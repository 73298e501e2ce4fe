import type { FunctionFacts } from "../../facts.js";
import { entityKey, type FunctionNode, functionKey } from "../entity.js";
import type { HeldLock } from "../locks/locks.js";
import { isGatheredKey } from "../resolution/gathered-arguments.js";
import { type Frame, isConstantKey } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import { walkOperations } from "../walk.js";

/** Equal for two ways into a function on which it does the same: with the same objects, locks held and code passed. */
export function wayKey(frame: Frame, held: readonly HeldLock[], ownership: Ownership): string {
  let key = functionKey(frame.function);
  for (const [name, object] of frame.parameters) {
    const isTold = object.sharing === "shared" || isConstantKey(object.key) || isGatheredKey(object.key);
    key += ` ${name}=${isTold ? object.key : object.sharing}${object.perThread ? ` ${object.perThread} to each` : ""}`;
  }
  for (const lock of held) key += `|${lock.key}`;
  for (const name of calledParameters(frame.function)) {
    for (const entity of ownership.frames.passedCode({ name, owner: frame.function.index }, frame)) key += `>${name}=${entityKey(entity)}`;
  }
  if (frame.decoration) key += `@${frame.decoration.key}`;
  return key;
}

const calledOf = new WeakMap<FunctionFacts, readonly string[]>();

/** The parameters that the function calls: what is passed for them decides what it does. */
function calledParameters(node: FunctionNode): readonly string[] {
  const before = calledOf.get(node.facts);
  if (before) return before;
  const called = node.head.parameters.length === 0 ? [] : parametersIn(node);
  calledOf.set(node.facts, called);
  return called;
}

function parametersIn(node: FunctionNode): readonly string[] {
  const names = new Set<string>();
  walkOperations(node.facts.body, (operation) => {
    const values = operation.op === "call" ? [operation.callee, ...operation.arguments.map(({ value }) => value)] : [];
    for (const value of values) {
      if (value.op === "read" && value.place.kind === "name" && value.place.owner === node.index) names.add(value.place.name);
    }
  });
  return node.head.parameters.map(({ name }) => name).filter((name) => names.has(name));
}
