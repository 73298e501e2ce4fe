import { indexed } from "../../../base/indexed.js";
import { firstAt, firstFrom } from "../../../base/sorted.js";
import type { CallOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { isWait, nameOfPlace } from "../threads/joined-at-once.js";
import type { Spawn, SpawnTarget } from "../threads/spawn.js";
import { listOf, walkOperations } from "../walk.js";

/**
 * The wait by which whoever starts a thread has its answer, where that is the next that is done: `answers.get()` of a queue into which the thread puts
 * something as the last that it does, `done.wait()` of an event that it then sets.
 */
export function answerAwaited({ call, in: within, targets, width }: Spawn): CallOperation | undefined {
  const [target, ...others] = targets;
  if (!target || others.length > 0 || width !== "thread") return undefined;
  const list = listOf(within.facts.body, call) ?? [];
  const starts = placesOfStarts(list);
  const from = firstAt(starts, firstFrom(list, call.start), (place) => place);
  let started = from;
  while (started < starts.length && (list[starts[started] as number] as Operation).start < call.start) started++;
  let place = (starts[started] ?? list.length) + 1;
  while (list[place]?.op === "read" || list[place]?.op === "compute") place++;
  const next = list[place];
  if (next?.op !== "call" || !isWait(next)) return undefined;
  const object = receiverOf(next);
  return object && isLastAnswered(object, within, target) ? next : undefined;
}

/** Where in a list something is started. */
const placesOfStarts = indexed((list: readonly Operation[]) =>
  [...list.keys()].filter((place) => {
    const each = list[place];
    return each?.op === "call" && lastNameOf(each.callee) === "start";
  }),
);

/** Whether the last that the thread does is to put something into the queue, or to set the event, that the object is. */
function isLastAnswered(object: Value, within: FunctionNode, { function: node, arguments: given }: SpawnTarget): boolean {
  let last: CallOperation | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call") last = operation;
  });
  const answered = last && answers.test(lastNameOf(last.callee)) ? receiverOf(last) : undefined;
  if (answered?.op !== "read" || answered.place.kind === "element") return false;
  if (answered.place.kind === "attribute")
    return nameOfPlace(answered)?.split(".").slice(1).join() === nameOfPlace(object)?.split(".").slice(1).join();
  const { name, owner } = answered.place;
  if (owner === node.index) {
    const argument = given.get(name);
    return argument !== undefined && argument.in === within && nameOfPlace(argument.value) === nameOfPlace(object);
  }
  return nameOfPlace(object) === name;
}

const answers = /^(put|put_nowait|set|send|send_bytes|notify|notify_all)$/;
