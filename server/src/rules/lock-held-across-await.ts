import { type LockAcrossAwait, locksAcrossAwaits } from "../program/link/event-loops/tasks.js";
import { takenAt, taskLockFix } from "./fixes/lock-kind-fix.js";
import docs from "./lock-held-across-await.md";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

/** GIL406: a threading lock held over an `await`. */
export const lockHeldAcrossAwait: Rule<LockAcrossAwait> = {
  code: "GIL406",
  name: "lock-held-across-await",
  since: "0.1.0",
  group: "locks",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ function: node, taken }, context) => taskLockFix(takenAt(node, taken), node, context),
};

function find({ program }: RuleContext): readonly Match<LockAcrossAwait>[] {
  return locksAcrossAwaits(program).map((found) => ({
    path: found.function.file.path,
    range: found.taken,
    confidence: found.lock.scope === "threads" ? "likely" : "possible",
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

function related({ function: node, suspensions }: LockAcrossAwait): readonly RelatedLocation[] {
  return suspensions.slice(0, 3).map((each) => ({
    path: node.file.path,
    range: { start: each.start, end: each.end },
    message: "other tasks of the event loop run here, and the lock is held",
  }));
}

function message({ function: node, lock }: LockAcrossAwait): string {
  const { name, reentrant, scope, admits } = lock;
  const held = `\`${name}\` is held while \`${node.head.name}\` awaits`;
  if (scope === "unknown")
    return `${held}. If it is a lock of \`threading\`, the next task that wants it stops the whole event loop. Use an \`asyncio.Lock\` with \`async with\`.`;
  if (reentrant === "yes")
    return `${held}: the other tasks of the event loop run in the same thread, so this re-entrant lock lets them in, and other threads wait all the while. Use an \`asyncio.Lock\`.`;
  const next = admits === "several" ? "once all its places are taken, the next task" : "the next task";
  return `${held}: ${next} that wants it stops the thread of the event loop, which then never comes back to release it. Use ${admits === "several" ? "an `asyncio.Semaphore`" : "an `asyncio.Lock`"}, or release it first.`;
}
