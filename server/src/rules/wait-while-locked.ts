import { type LockedWait, lockedWaits } from "../program/link/locks/locked-waits.js";
import { waitOutsideFix } from "./fixes/wait-outside-fix.js";
import { quoted, rootText, startOf } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";
import docs from "./wait-while-locked.md";

/** GIL404: a wait while holding a lock that others need. */
export const waitWhileLocked: Rule<LockedWait> = {
  code: "GIL404",
  name: "wait-while-locked",
  since: "0.1.0",
  group: "locks",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ at, lock }, context) => waitOutsideFix(at.function, at.call, lock.name, context),
};

function find({ program }: RuleContext): readonly Match<LockedWait>[] {
  return lockedWaits(program).map((found) => ({
    path: found.at.function.file.path,
    range: { start: found.at.call.start, end: found.at.call.end },
    confidence: found.confidence,
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

function related({ wait, at, lock, taker, effect }: LockedWait): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [
    { path: lock.taken.function.file.path, range: lock.taken.range, message: `\`${lock.name}\` is taken here and still held` },
    {
      path: taker.function.file.path,
      range: taker.range,
      message:
        effect === "deadlock" || effect === "expires"
          ? `what is waited for needs the lock here, in ${rootText(taker)}`
          : effect === "delay"
            ? `other code needs the lock here, in ${rootText(taker)}`
            : `every other thread waits here, in ${rootText(taker)}`,
    },
  ];
  if (at.call !== wait.call)
    places.push({
      path: wait.function.file.path,
      range: { start: wait.call.start, end: wait.call.end },
      message: "this is where it waits",
    });
  const start = effect === "deadlock" || effect === "expires" ? startOf(taker.root) : undefined;
  if (start) places.push({ ...start, message: "the other thread is started here" });
  return places;
}

function message(found: LockedWait, context: RuleContext): string {
  const { at, lock, taker, effect } = found;
  const text = quoted(at.function.file.path, { start: at.call.start, end: at.call.end }, context);
  const name = taker.function.head.name === "<lambda>" ? "a lambda" : `\`${taker.function.head.name}\``;
  if (effect === "deadlock")
    return `\`${text}\` waits ${forText(found)} while \`${lock.name}\` is held, and ${name} needs that lock to get there: a deadlock. Release the lock before waiting.`;
  if (effect === "expires")
    return `\`${text}\` waits ${forText(found)} while \`${lock.name}\` is held, and ${name} needs that lock to get there: the time can run out for nothing. Release the lock before waiting.`;
  if (effect === "queue")
    return `\`${text}\` waits ${forText(found)} while \`${lock.name}\` is held, so all other threads wait in ${name}, those that have nothing to wait for among them. Wait without the lock, and take it to look and to store.`;
  return `\`${text}\` waits ${forText(found)} while \`${lock.name}\` is held, so ${name}, which needs the lock for something else, waits as well. Wait first, and lock only what is shared.`;
}

function forText({ for: awaited }: LockedWait): string {
  switch (awaited) {
    case "thread":
      return "for a thread to end";
    case "task":
      return "for work in another thread";
    case "item":
      return "for an item";
    case "room":
      return "for room in the queue";
    case "signal":
      return "for a signal";
    case "time":
      return "for time to pass";
    case "network":
      return "for the network";
    case "process":
      return "for another process";
    case "file":
      return "for a file or device";
  }
}
