import type { FunctionNode } from "../../program/link/entity.js";
import { isHandedIn, mayBeOther } from "../../program/link/resolution/handed-in.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { type Spawn, type SpawnTarget, threadObjectOf } from "../../program/link/threads/spawn.js";
import { argumentAt } from "../../program/link/threads/spawn-targets.js";
import type { Value } from "../../program/operation.js";
import { replaced } from "../costs/overridden-methods.js";
import type { Assumption } from "../prediction/prediction.js";
import { bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { writtenName } from "../values/names-in-text.js";

/**
 * A task that is one of several functions: up to whoever calls what starts it, `func` of `def run_in_thread(func)`, to the round of a loop, or to the class
 * of the object whose method it is.
 */
export interface HandedTask {
  /** Under which name it is handed in, or is known in the loop. */
  readonly name: string;
  readonly by: "caller" | "loop" | "class";
  /** Whether it may be something of which nothing is known. */
  readonly isOpen: boolean;
}

/** Whether a place runs what others hand in, where that is not the one function; undefined where it is. */
export function handedTask(spawn: Spawn, resolver: Resolver): HandedTask | undefined {
  const { call, spawner, in: within, targets, externalTargets } = spawn;
  // An object that is the worker runs its own method, whatever its constructor is handed.
  if (threadObjectOf(spawn)) return undefined;
  const target = resolver.knowledge.spawner(spawner)?.target;
  const value = target?.at === "argument" ? argumentAt(call, target.of) : undefined;
  const name = value && writtenName(value);
  if (!value || name === undefined) return undefined;
  const count = new Set([...targets.map(({ function: node }) => node), ...externalTargets]).size;
  if (isOfLoop(value, within)) return count > 1 ? { name, by: "loop", isOpen: false } : undefined;
  if (!isHandedIn(value, within, resolver)) return undefined;
  const isOpen = mayBeOther(value, within, resolver);
  return count + Number(isOpen) > 1 ? { name, by: "caller", isOpen } : undefined;
}

/** The methods that a task may be which is the method of an object, where the object's class may replace what is found for a base of it; undefined where it is what is found. */
export function methodsOfTask(
  { targets, externalTargets }: Spawn,
  evaluator: Evaluator,
): { readonly targets: readonly SpawnTarget[]; readonly task: HandedTask | undefined } | undefined {
  const [target, ...more] = targets;
  const object = target?.receiverValue;
  if (!target || more.length > 0 || externalTargets.length > 0) return undefined;
  const run = replaced([target], object && { value: object.value, in: bareActivation(object.in) }, evaluator);
  if (!run) return undefined;
  const methods = run.callees.map((each) => ({ ...target, function: each.function, receiver: each.receiver }));
  const isOpen = methods.length === 0;
  const task = methods.length === 1 ? undefined : ({ name: target.function.head.name, by: "class", isOpen } as const);
  return { targets: isOpen ? [target] : methods, task };
}

/** Whether it is a variable that a loop gives one function after the other: `for check in (first, second):`. */
function isOfLoop(value: Value, within: FunctionNode): boolean {
  if (value.op === "element-of" || value.op === "item-of") return true;
  if (value.op !== "read" || value.place.kind !== "name") return false;
  const bound = within.file.functionAt(value.place.owner)?.bound(value.place.name) ?? [];
  return bound.length > 0 && bound.every(({ op }) => op === "element-of" || op === "item-of");
}

/** Which functions are handed in. */
export function handedAssumption({ name, by, isOpen }: HandedTask, functions: readonly string[]): Assumption {
  const named = [...new Set(functions)].map((each) => `\`${each}\``);
  const more = named.length - mostNamed;
  const what =
    by !== "caller"
      ? `what ${by === "loop" ? "the loop" : "the object's class"} runs as \`${name}\``
      : isOpen
        ? `what is handed in as \`${name}\`, as far as it is known`
        : `what is handed in as \`${name}\``;
  return { what, value: [...named.slice(0, mostNamed), ...(more > 0 ? ["…"] : [])].join(", "), from: "code" };
}

const mostNamed = 5;
