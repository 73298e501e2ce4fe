import { isHandedIn, mayBeOther } from "../program/link/handed-in.js";
import type { Resolver } from "../program/link/resolver.js";
import { argumentAt, type Spawn } from "../program/link/spawns.js";
import { writtenName } from "./names-in-text.js";
import type { Assumption } from "./prediction.js";

/** A task that is up to whoever calls the function that starts it: `func` of `def run_in_thread(func)`. */
export interface HandedTask {
  /** Under which name it is handed in. */
  readonly name: string;
  /** Whether it may be something of which nothing is known. */
  readonly isOpen: boolean;
}

/** Whether a place runs what others hand in, where that is not the one function; undefined where it is. */
export function handedTask({ call, spawner, in: within, targets, externalTargets }: Spawn, resolver: Resolver): HandedTask | undefined {
  const target = resolver.knowledge.spawner(spawner)?.target;
  const value = target?.at === "argument" ? argumentAt(call, target.of) : undefined;
  const name = value && writtenName(value);
  if (!value || name === undefined || !isHandedIn(value, within, resolver)) return undefined;
  const isOpen = mayBeOther(value, within, resolver);
  return new Set([...targets.map(({ function: node }) => node), ...externalTargets]).size + Number(isOpen) > 1
    ? { name, isOpen }
    : undefined;
}

/** Which functions are handed in. */
export function handedAssumption({ name, isOpen }: HandedTask, functions: readonly string[]): Assumption {
  const named = [...new Set(functions)].map((each) => `\`${each}\``);
  const more = named.length - mostNamed;
  const what = isOpen ? `what is handed in as \`${name}\`, as far as it is known` : `what is handed in as \`${name}\``;
  return { what, value: [...named.slice(0, mostNamed), ...(more > 0 ? ["…"] : [])].join(", "), from: "code" };
}

const mostNamed = 5;
