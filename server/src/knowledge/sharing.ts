import type { CallFacts } from "./call-facts.js";
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
      return { stated, verdict, certain: excuses.includes("unknown") ? "unknown" : "yes" };
    }
    case "serialised":
    case "safe":
      return undefined;
  }
}
