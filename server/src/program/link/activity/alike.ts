import type { HeldLock } from "../locks/locks.js";
import type { Moment } from "./moments.js";

/**
 * Of moments that differ only in which thread they are of, and how it gets there, a few that stand for all, in order. Rules compare moments
 * with each other, and code that hundreds of threads come by would make millions of pairs. `place` is what a moment is about: moments of
 * one are alike if their keys are; a moment has the same key whoever asks.
 */
export function fewAlike<Item extends Moment>(
  items: readonly Item[],
  place: (item: Item) => object,
  key: (item: Item) => string,
): readonly Item[] {
  const seen = new Map<object, Map<string, Map<string, number>>>();
  return items.filter((item) => {
    const { key: root } = item.root;
    let whole = likenesses.get(item);
    if (whole === undefined) {
      whole = [item.root.kind, item.root.instances, ...item.locks.map(lockText), key(item)].join("|");
      likenesses.set(item, whole);
    }
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

/** Moments outlive the states of a program; most of them are asked about again after each edit. */
const likenesses = new WeakMap<Moment, string>();

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
