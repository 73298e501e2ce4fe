import type { CallFacts } from "./call-facts.js";
import type { Condition } from "./condition.js";
import type { SharedByThreads, TypeEntry } from "./entry.js";
import { holds, type Truth } from "./evaluate.js";
import { transactionStatement } from "./transactions.js";

/** A documented statement that speaks against threads sharing an object. */
export interface SharingObjection {
  readonly stated: SharedByThreads;
  readonly verdict: "unsafe" | "unsafe-if-changed" | "refused";
  /** `unknown`: whether the object was made so that the statement does not hold of it cannot be told. */
  readonly certain: "yes" | "unknown";
}

/** What speaks against calling that method of an object that threads share; `made`: what is known of the call that made the object. */
export function sharingObjection(type: TypeEntry, method: string, made: CallFacts): SharingObjection | undefined {
  const stated = type.sharedByThreads;
  if (!stated || stated.safeMethods.includes(method)) return undefined;
  const { verdict } = stated;
  switch (verdict) {
    case "unsafe":
    case "unsafe-if-changed":
    case "refused": {
      const excuses = stated.unless.map((condition): Truth => holds(condition, made));
      if (excuses.includes("true")) {
        const mixed = transactionStatement(type.name, method, made);
        return mixed && { stated: mixed, verdict: "unsafe", certain: "yes" };
      }
      if (verdict === "refused" && stated.unless.some((condition) => isDecidedInRun(condition, made))) return undefined;
      return { stated, verdict, certain: excuses.includes("unknown") ? "unknown" : "yes" };
    }
    case "serialised":
    case "safe":
      return undefined;
  }
}

/** Whether who makes the object decides about it with a value that only a run tells: `check_same_thread=sqlite3.threadsafety < 3`. */
function isDecidedInRun(condition: Condition, made: CallFacts): boolean {
  if (condition.test !== "equals" || holds(condition, made) !== "unknown") return false;
  const { of } = condition;
  return typeof of === "object" && made.keywords?.some(({ name }) => name !== undefined && name === of.keyword) === true;
}
