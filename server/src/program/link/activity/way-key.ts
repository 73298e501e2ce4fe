import { entityKey, functionKey } from "../entity.js";
import { functionView } from "../linked-file.js";
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
  for (const name of calledParameters.of(frame.function.facts)) {
    for (const entity of ownership.frames.passedCode({ name, owner: frame.function.index }, frame)) key += `>${name}=${entityKey(entity)}`;
  }
  if (frame.decoration) key += `@${frame.decoration.key}`;
  return key;
}

/** The parameters that a function calls: what is passed for them decides what it does. */
const calledParameters = functionView(({ index, parameters, body }): readonly string[] => {
  if (parameters.length === 0) return [];
  const names = new Set<string>();
  walkOperations(body, (operation) => {
    const values = operation.op === "call" ? [operation.callee, ...operation.arguments.map(({ value }) => value)] : [];
    for (const value of values) {
      if (value.op === "read" && value.place.kind === "name" && value.place.owner === index) names.add(value.place.name);
    }
  });
  return parameters.map(({ name }) => name).filter((name) => names.has(name));
});
