import { entityKey, functionKey } from "../entity.js";
import type { HeldLock } from "../locks/locks.js";
import { isGatheredKey } from "../resolution/gathered-arguments.js";
import { calledParameters } from "../resolution/handed-in.js";
import { type Frame, isConstantKey } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";

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
