import { type Interval, interval, scale } from "../../base/interval.js";
import { isFrozen, type Resolver } from "../../program/link/resolution/resolver.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { hashRun, type ImplicitRun, keyComparisonRun } from "./implicit-methods.js";
import type { OperationCosts } from "./operation-costs.js";

/** What looking an object up in a dict or a set runs, where the object's class says how its hash is made. */
export interface HashedKey {
  /** Methods of the program, and how often each look-up runs them. */
  readonly runs: readonly { readonly run: ImplicitRun; readonly times: Interval }[];
  /** What methods take that were made for the class: those of a data class, or of an enumeration. */
  readonly ns: Interval | undefined;
}

/** Undefined where the key is no object of a class of the program, or one that is known by where it is in memory. */
export function hashedKey(
  key: Value | undefined,
  at: Activation,
  resolver: Resolver,
  { operations }: OperationCosts,
): HashedKey | undefined {
  if (!key || (key.op !== "read" && key.op !== "call" && key.op !== "element-of")) return undefined;
  for (const entity of resolver.resolve(key, at.function)) {
    if (entity.kind !== "instance") continue;
    const hash = hashRun(key, at, resolver);
    const equal = keyComparisonRun(key, at, resolver);
    if (hash) {
      const compared = equal ? [{ run: equal, times: foundShare }] : [];
      return { runs: [{ run: hash, times: interval(1, 1, 1) }, ...compared], ns: undefined };
    }
    if (isFrozen(entity.class)) return { runs: [], ns: scale(operations.callPython, ofDataClass) };
    const isMember = resolver.classOrder(entity.class).externals.some((name) => /^enum\.(Flag|Enum)$/.test(name));
    return isMember ? { runs: [], ns: scale(operations.callPython, ofMember) } : undefined;
  }
  return undefined;
}

/** Whether something is a method that looks its first argument up by its hash. */
export const looksUp =
  /^(builtins\.dict\.(get|setdefault|pop)|builtins\.set\.(add|discard|remove)|collections\.\w+\.(get|setdefault|pop))$/;

/** How often an equal object is found, which is compared unless it is the same one. */
const foundShare = interval(0, 0.5, 1);

/**
 * In calls of a function, the hash of a frozen data class of two fields 5.8 to 7.2, and comparing two of them 4.7 to 8.3; a member's hash 5.3 to 9.4
 * (CPython 3.11, 3.13, 3.13t and 3.14, `test/measure/implicit_calls.py`).
 */
const ofDataClass = 9.5;
const ofMember = 6;
