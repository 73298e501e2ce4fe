import type { Moment } from "./activity.js";
import type { HeldLock } from "./locks.js";

/**
 * Of moments that differ only in which thread they are of, and how it gets there, a few that stand for all, in order. Rules compare moments
 * with each other, and code that hundreds of threads come by would make millions of pairs. `place` is what a moment is about: moments of
 * one are alike if their keys are.
 */
export function fewAlike<Item extends Moment>(
  items: readonly Item[],
  place: (item: Item) => object,
  key: (item: Item) => string,
): readonly Item[] {
  const seen = new Map<object, Map<string, Map<string, number>>>();
  return items.filter((item) => {
    const { kind, instances, key: root } = item.root;
    const locks = item.locks.map(lockText);
    const whole = [kind, instances, ...locks, key(item)].join("|");
    const ofPlace = seen.get(place(item)) ?? new Map<string, Map<string, number>>();
    seen.set(place(item), ofPlace);
    const roots = ofPlace.get(whole) ?? new Map<string, number>();
    ofPlace.set(whole, roots);
    const count = roots.get(root) ?? 0;
    if (count === mostWays || (count === 0 && roots.size === mostRoots)) return false;
    roots.set(root, count + 1);
    return true;
  });
}

const texts = new WeakMap<HeldLock, string>();

function lockText(lock: HeldLock): string {
  let text = texts.get(lock);
  if (text === undefined) {
    text = `${lock.key} ${lock.owner} ${lock.taken.function.file.path}:${lock.taken.range.start}`;
    texts.set(lock, text);
  }
  return text;
}

/** Enough threads that some of them run at the same time if any do, and enough ways of each. */
const mostRoots = 8;
const mostWays = 2;
