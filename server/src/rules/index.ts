import { checkThenAct } from "./check-then-act.js";
import { cpuBoundInThread } from "./cpu-bound-in-thread.js";
import { gilReleasingCall } from "./gil-releasing-call.js";
import { nonAtomicSharedUpdate } from "./non-atomic-shared-update.js";
import type { Rule } from "./rule.js";
import { unsafeLazyInit } from "./unsafe-lazy-init.js";

/** All rules, by code. */
export const rules: readonly Rule[] = [
  cpuBoundInThread,
  gilReleasingCall,
  nonAtomicSharedUpdate,
  checkThenAct,
  unsafeLazyInit,
] as readonly Rule[];

/** The rule of that name or code. */
export function findRule(nameOrCode: string): Rule | undefined {
  return rules.find((rule) => rule.name === nameOrCode || rule.code === nameOrCode.toUpperCase());
}
