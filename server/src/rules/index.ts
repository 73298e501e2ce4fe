import { cpuBoundInThread } from "./cpu-bound-in-thread.js";
import { gilReleasingCall } from "./gil-releasing-call.js";
import { inconsistentLock } from "./inconsistent-lock.js";
import { lockNotReleased } from "./lock-not-released.js";
import { lockOrderInversion } from "./lock-order-inversion.js";
import { lockReacquire } from "./lock-reacquire.js";
import { nonAtomicSharedUpdate } from "./non-atomic-shared-update.js";
import type { Rule } from "./rule.js";
import { uselessLock } from "./useless-lock.js";

/** All rules, by code. */
export const rules: readonly Rule[] = [
  cpuBoundInThread,
  gilReleasingCall,
  nonAtomicSharedUpdate,
  inconsistentLock,
  uselessLock,
  lockOrderInversion,
  lockReacquire,
  lockNotReleased,
] as readonly Rule[];

/** The rule of that name or code. */
export function findRule(nameOrCode: string): Rule | undefined {
  return rules.find((rule) => rule.name === nameOrCode || rule.code === nameOrCode.toUpperCase());
}
