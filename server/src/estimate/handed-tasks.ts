import type { FunctionNode } from "../program/link/entity.js";
import { isHandedIn, mayBeOther } from "../program/link/handed-in.js";
import type { Resolver } from "../program/link/resolver.js";
import { argumentAt, type Spawn } from "../program/link/spawns.js";
import type { Value } from "../program/operation.js";
import { writtenName } from "./names-in-text.js";
import type { Assumption } from "./prediction.js";

/** A task that is one of several functions: up to whoever calls what starts it, `func` of `def run_in_thread(func)`, or to the round of a loop. */
export interface HandedTask {
  /** Under which name it is handed in, or is known in the loop. */
  readonly name: string;
  readonly by: "caller" | "loop";
  /** Whether it may be something of which nothing is known. */
  readonly isOpen: boolean;
}

/** Whether a place runs what others hand in, where that is not the one function; undefined where it is. */
export function handedTask({ call, spawner, in: within, targets, externalTargets }: Spawn, resolver: Resolver): HandedTask | undefined {
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
    by === "loop"
      ? `what the loop runs as \`${name}\``
      : isOpen
        ? `what is handed in as \`${name}\`, as far as it is known`
        : `what is handed in as \`${name}\``;
  return { what, value: [...named.slice(0, mostNamed), ...(more > 0 ? ["…"] : [])].join(", "), from: "code" };
}

const mostNamed = 5;
