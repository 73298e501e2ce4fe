import { atLeast, type Target, targetTitle } from "../base/target.js";
import { unreachable } from "../base/unreachable.js";
import { type GapStep, type SwitchVerdict, switchBetween } from "./atomicity.js";

/**
 * Whether another thread can come between a test and the act that relies on it, with these steps between the two; the last steps are those of
 * the act before it takes effect: `if k not in d: d[k] = make()` has a jump and a call. Where it is not known what runs, `["unknown-call"]`
 * breaks on every target. Source: `test/measure/check_then_act.py`.
 */
export function checkThenActVerdict(between: readonly GapStep[], target: Target): SwitchVerdict {
  return switchBetween(between, "between test and act", target);
}

/** How a value is made when it is first asked for. */
export type LazyInitialisation =
  /** `if self.x is None: self.x = Make()`, on an attribute, a class attribute or a module global; `hasattr` and `except AttributeError` are the same. */
  | "test-then-assign"
  /** The same where the value is equal whoever makes it and its identity does not matter: made twice, but no thread can tell. */
  | "equal-value"
  /** Test, take a lock all share, test again. */
  | "double-checked-lock"
  /** The lock is taken before the one test. */
  | "lock"
  /** Test, then take the lock and assign without a second test, or a lock that is made on the spot. */
  | "test-outside-lock"
  | "functools.cached_property"
  | "functools.lru_cache"
  | "functools.cache"
  /** `d.setdefault(k, Make())`: the losing value is made and dropped; all threads get the one kept. */
  | "builtins.dict.setdefault"
  /** A module's body, run at its first import. */
  | "import";

/** Whether two threads can both make the value, or end up with different ones. Source: `test/measure/check_then_act.py`. */
export function lazyInitialisationVerdict(way: LazyInitialisation, target: Target): SwitchVerdict {
  const title = targetTitle(target);
  switch (way) {
    case "test-then-assign":
      return { verdict: "breaks", because: `on ${title} a second thread can test before the first has assigned, and both make the value` };
    case "test-outside-lock":
      return { verdict: "breaks", because: `on ${title} two threads can both pass the test and then make the value one after the other` };
    case "functools.lru_cache":
    case "functools.cache":
      return {
        verdict: "breaks",
        because: `on ${title} \`${way}\` holds no lock while the function runs, so threads that ask before the first answer each run it`,
      };
    case "functools.cached_property":
      return atLeast(target, 3, 12) || target.implementation === "ironpython"
        ? { verdict: "breaks", because: `${title} takes no lock in \`cached_property\`, so two threads can both compute the value` }
        : {
            verdict: "safe",
            because: `up to CPython 3.11, and so on ${title}, \`cached_property\` computes the value under a lock of its own`,
          };
    case "equal-value":
      return { verdict: "safe", because: "each thread that makes the value makes an equal one" };
    case "double-checked-lock":
      return { verdict: "safe", because: "the second test, under the lock, sees what the first thread assigned" };
    case "lock":
      return { verdict: "safe", because: "one thread at a time tests and assigns under the lock" };
    case "builtins.dict.setdefault":
      return { verdict: "safe", because: `\`dict.setdefault\` is one step on ${title}: every thread gets the value that was kept` };
    case "import":
      return { verdict: "safe", because: "a module is run once, under its import lock" };
    default:
      return unreachable(way);
  }
}
