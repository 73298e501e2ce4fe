import { blockingCallInAsync } from "./blocking-call-in-async.js";
import { busyWait } from "./busy-wait.js";
import { checkThenAct } from "./check-then-act.js";
import { contendedSharedObject } from "./contended-shared-object.js";
import { cpuBoundInAsync } from "./cpu-bound-in-async.js";
import { cpuBoundInThread } from "./cpu-bound-in-thread.js";
import { executorPerCall } from "./executor-per-call.js";
import { executorSelfDeadlock } from "./executor-self-deadlock.js";
import { forkWithThreads } from "./fork-with-threads.js";
import { gilReleasingCall } from "./gil-releasing-call.js";
import { heavyProcessPayload } from "./heavy-process-payload.js";
import { inconsistentLock } from "./inconsistent-lock.js";
import { invalidDirective } from "./invalid-directive.js";
import { ioStarvedByCpuThread } from "./io-starved-by-cpu-thread.js";
import { lockHeldAcrossAwait } from "./lock-held-across-await.js";
import { lockNotReleased } from "./lock-not-released.js";
import { lockOrderInversion } from "./lock-order-inversion.js";
import { lockReacquire } from "./lock-reacquire.js";
import { missingMainGuard } from "./missing-main-guard.js";
import { mutationDuringIteration } from "./mutation-during-iteration.js";
import { nonAtomicSharedUpdate } from "./non-atomic-shared-update.js";
import { oversubscribedNativeThreads } from "./oversubscribed-native-threads.js";
import { pollingLoop } from "./polling-loop.js";
import { processPoolForIo } from "./process-pool-for-io.js";
import { processPoolTinyTask } from "./process-pool-tiny-task.js";
import { processPoolUnpicklable } from "./process-pool-unpicklable.js";
import { processStateLost } from "./process-state-lost.js";
import { reenablesGil } from "./reenables-gil.js";
import { releaseBelowThreshold } from "./release-below-threshold.js";
import { reliesOnGil } from "./relies-on-gil.js";
import type { Rule } from "./rule.js";
import { sharedIterator } from "./shared-iterator.js";
import { threadLockAcrossProcesses } from "./thread-lock-across-processes.js";
import { threadUnsafeObjectShared } from "./thread-unsafe-object-shared.js";
import { unboundedThreads } from "./unbounded-threads.js";
import { unsafeLazyInit } from "./unsafe-lazy-init.js";
import { unusedSuppression } from "./unused-suppression.js";
import { updateAcrossAwait } from "./update-across-await.js";
import { uselessLock } from "./useless-lock.js";
import { waitWhileLocked } from "./wait-while-locked.js";

/** All rules, by code. */
export const rules: readonly Rule[] = [
  cpuBoundInThread,
  gilReleasingCall,
  releaseBelowThreshold,
  oversubscribedNativeThreads,
  ioStarvedByCpuThread,
  unboundedThreads,
  executorPerCall,
  busyWait,
  processPoolTinyTask,
  processPoolForIo,
  heavyProcessPayload,
  pollingLoop,
  nonAtomicSharedUpdate,
  checkThenAct,
  mutationDuringIteration,
  unsafeLazyInit,
  inconsistentLock,
  uselessLock,
  sharedIterator,
  threadUnsafeObjectShared,
  updateAcrossAwait,
  processPoolUnpicklable,
  processStateLost,
  missingMainGuard,
  threadLockAcrossProcesses,
  forkWithThreads,
  lockOrderInversion,
  lockReacquire,
  lockNotReleased,
  waitWhileLocked,
  executorSelfDeadlock,
  lockHeldAcrossAwait,
  blockingCallInAsync,
  cpuBoundInAsync,
  reliesOnGil,
  reenablesGil,
  contendedSharedObject,
  unusedSuppression,
  invalidDirective,
] as readonly Rule[];

/** The rule of that name or code. */
export function findRule(nameOrCode: string): Rule | undefined {
  return rules.find((rule) => rule.name === nameOrCode || rule.code === nameOrCode.toUpperCase());
}
