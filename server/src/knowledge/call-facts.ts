import type { Interval } from "../base/interval.js";
import type { Target } from "../base/target.js";
import type { ElementType, Literal, Platform } from "./condition.js";
import type { ValuePlace } from "./entry.js";

/** What is known of one value of a call. Everything absent is unknown. */
export interface ValueFacts {
  readonly bytes?: Interval;
  readonly elements?: Interval;
  /** The value itself, when it is written in the code. */
  readonly literal?: Literal;
  /** Its type, by qualified name; of an object whose class the program defines, the nearest base that the knowledge has. */
  readonly type?: string;
  readonly dtype?: ElementType;
  /** For a function: whether calling it runs bytecode. */
  readonly callback?: "python" | "native";
}

/** What is known of one call. Plain data; everything absent is unknown. */
export interface CallFacts {
  readonly target?: Target;
  readonly platform?: Platform;
  /** The version of the entry's package that is installed, as `2.1.0`. */
  readonly packageVersion?: string;
  readonly receiver?: ValueFacts;
  /** The positional arguments; absent when the call is not at hand. */
  readonly positional?: readonly ValueFacts[];
  readonly keywords?: readonly { readonly name: string; readonly value: ValueFacts }[];
  /** Whether `*args` or `**kwargs` in the call may pass arguments that are not listed. */
  readonly unpacks?: "nothing" | "something";
}

/** A call about which only the interpreter is known. */
export function bareCall(target: Target): CallFacts {
  return { target };
}

/** What is known of the value at that place: facts, `not-passed` when the call surely leaves it out, or `unknown`. */
export function valueAt(facts: CallFacts, place: ValuePlace): ValueFacts | "not-passed" | "unknown" {
  if (place === "receiver") return facts.receiver ?? "unknown";
  const named = facts.keywords?.find((keyword) => keyword.name === place.keyword);
  if (named && place.keyword !== undefined) return named.value;
  if (facts.positional === undefined || facts.unpacks === "something") return "unknown";
  if (place.position !== undefined) {
    const positional = facts.positional[place.position];
    if (positional) return positional;
  }
  return place.keyword === undefined || facts.keywords !== undefined ? "not-passed" : "unknown";
}
