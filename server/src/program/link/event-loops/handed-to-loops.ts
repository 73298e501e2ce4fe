import type { Value } from "../../operation.js";
import { classKey, type FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Resolver } from "../resolution/resolver.js";
import type { Spawn } from "../threads/spawn.js";
import { argumentAt } from "../threads/spawn-targets.js";
import { walkOperations } from "../walk.js";

/** What is handed to an event loop that a thread of its own runs, with that thread. */
export interface HandedToLoop {
  /** The thread, which runs whatever the loop is handed, one after the other. */
  readonly spawn: Spawn;
  /** The call that hands it over. */
  readonly handing: Spawn;
}

/**
 * What ordinary functions hand over with `run_coroutine_threadsafe(self.send(), self._loop)` or `self._loop.call_soon_threadsafe(self.send)` to a loop for which the
 * same object, function or module starts a thread, `Thread(target=self._loop.run_forever)`.
 */
export function handedToLoops(spawns: readonly Spawn[], resolver: Resolver): readonly HandedToLoop[] {
  const handed = spawns.filter(({ spawner, in: within }) => handing.test(spawner) && !within.head.isAsync);
  if (handed.length === 0) return [];
  const threads = new Map<string, Spawn>();
  for (const spawn of spawns) if (spawn.worker === "thread") for (const key of loopsRunBy(spawn, resolver)) threads.set(key, spawn);
  return handed.flatMap((each) => {
    const { call, spawner, in: within } = each;
    const isMethod = spawner.endsWith("call_soon_threadsafe");
    const loop = argumentAt(call, isMethod ? "receiver" : { position: 1, keyword: "loop" });
    const key = loop && keyOf(loop, within, resolver);
    const spawn = key === undefined ? undefined : threads.get(key);
    return spawn ? [{ spawn, handing: each }] : [];
  });
}

const handing = /^asyncio\.(run_coroutine_threadsafe|AbstractEventLoop\.call_soon_threadsafe)$/;

/** The loops that the thread runs: its target is `loop.run_forever`, or a function that calls that. */
function loopsRunBy({ call, in: within, targets }: Spawn, resolver: Resolver): readonly string[] {
  const keys: (string | undefined)[] = [];
  for (const { value } of call.arguments)
    if (value.op === "read" && value.place.kind === "attribute" && value.place.name === "run_forever")
      keys.push(keyOf(value.place.object, within, resolver));
  for (const { function: node } of targets)
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "call" || lastNameOf(operation.callee) !== "run_forever") return;
      const loop = receiverOf(operation);
      if (loop) keys.push(keyOf(loop, node, resolver));
    });
  return keys.filter((key) => key !== undefined);
}

/** Equal for values that name one loop: an attribute of the method's own object, or a variable of the module or of a function around. */
function keyOf(loop: Value, within: FunctionNode, resolver: Resolver): string | undefined {
  if (loop.op !== "read") return undefined;
  const { place } = loop;
  if (place.kind === "name") return place.owner < 0 ? undefined : `${within.file.path}#${place.owner} ${place.name}`;
  if (place.kind !== "attribute" || place.object.op !== "read" || place.object.place.kind !== "name") return undefined;
  const owner = resolver.enclosingClass(within);
  if (!owner || place.object.place.name !== within.head.parameters[0]?.name) return undefined;
  return `${classKey(owner)} ${place.name}`;
}
