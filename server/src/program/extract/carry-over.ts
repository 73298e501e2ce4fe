import type { Facts } from "../facts.js";
import type { NamePlace } from "../operation.js";
import type { ExtractionMemory } from "./extraction-memory.js";

/**
 * The facts of a text after an edit, made of the objects of those before it wherever the two are the same: so nobody who remembers something
 * about an object has to look again. As plain data the result equals `now`; of two different objects none become one, but for places of
 * names: they are what they hold, and stand in many operations, so that one that changed must not take others along.
 * The memory that `now` was extracted with goes on with the objects of the result.
 */
export function carriedOver(before: Facts, now: Facts, memory?: ExtractionMemory): Facts {
  const carryOver = new CarryOver();
  const facts = carryOver.of(before, now) as Facts;
  memory?.adopt((extracted) => carryOver.resultOf(extracted));
  return facts;
}

class CarryOver {
  /** What became of each object of the facts now. */
  private readonly results = new Map<object, unknown>();
  /** The objects from before that stand in the result. */
  private readonly taken = new Set<object>();

  of(before: unknown, now: unknown): unknown {
    if (typeof now !== "object" || now === null || now === before) return now;
    if (isNamePlace(now)) return isNamePlace(before) && before.name === now.name && before.owner === now.owner ? before : now;
    const known = this.results.get(now);
    if (known !== undefined) return known;
    const result = this.made(typeof before === "object" && before !== null && !this.taken.has(before) ? before : undefined, now);
    if (result === before) this.taken.add(before as object);
    this.results.set(now, result);
    return result;
  }

  resultOf<T extends object>(now: T): T {
    return (this.results.get(now) ?? now) as T;
  }

  private made(before: object | undefined, now: object): unknown {
    if (Array.isArray(now)) return this.list(Array.isArray(before) ? before : [], now);
    if (now instanceof Map) return this.map(before instanceof Map ? before : new Map(), now);
    if (now instanceof Set) return before instanceof Set && isSameList([...before], [...now]) ? before : now;
    return this.record((before ?? {}) as Readonly<Record<string, unknown>>, now as Readonly<Record<string, unknown>>);
  }

  /** What was put in or taken out of a list leaves what stands before and after it alone. */
  private list(before: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
    const most = Math.min(before.length, now.length);
    let head = 0;
    while (head < most && mayBeSame(before[head], now[head]) && this.of(before[head], now[head]) === before[head]) head++;
    if (head === before.length && head === now.length) return before;
    const result: unknown[] = new Array(now.length);
    for (let index = 0; index < head; index++) result[index] = before[index];
    let tail = 0;
    while (tail < most - head) {
      const old = before[before.length - 1 - tail];
      const index = now.length - 1 - tail;
      if (!mayBeSame(old, now[index])) break;
      result[index] = this.of(old, now[index]);
      if (result[index] !== old) break;
      tail++;
    }
    // A definition that was not extracted again is the object that it was, though others were put before it.
    const same = new Set(before.slice(head, before.length - tail));
    for (let index = head; index < now.length - tail; index++) {
      const old = same.has(now[index]) ? now[index] : before[index];
      result[index] = this.of(mayBeSame(old, now[index]) ? old : undefined, now[index]);
    }
    return isSameList(result, now) ? now : result;
  }

  private map(before: ReadonlyMap<unknown, unknown>, now: ReadonlyMap<unknown, unknown>): ReadonlyMap<unknown, unknown> {
    const values: unknown[] = [];
    const keys = before.keys();
    let isSame = before.size === now.size;
    for (const [key, value] of now) {
      const old = before.get(key);
      const result = this.of(old, value);
      isSame &&= result === old && keys.next().value === key;
      values.push(result);
    }
    if (isSame) return before;
    return new Map([...now.keys()].map((key, index) => [key, values[index]]));
  }

  private record(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const values: unknown[] = [];
    let differsFromNow = false;
    let differsFromBefore = false;
    for (const key in now) {
      const value = this.of(before[key], now[key]);
      values.push(value);
      differsFromNow ||= value !== now[key];
      differsFromBefore ||= value !== before[key] || !(key in before);
    }
    if (!differsFromBefore && Object.keys(before).length === values.length) return before;
    return differsFromNow ? Object.fromEntries(Object.keys(now).map((key, index) => [key, values[index]])) : now;
  }
}

function isNamePlace(value: unknown): value is NamePlace {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "name";
}

/** Whether two pieces can stand for the same code: what becomes of a piece is settled when it is first compared, so it is not compared with any other. */
function mayBeSame(before: unknown, now: unknown): boolean {
  if (typeof before !== "object" || typeof now !== "object" || before === null || now === null) return before === now;
  const [old, own] = [before as Readonly<Record<string, unknown>>, now as Readonly<Record<string, unknown>>];
  return old.start === own.start && old.op === own.op;
}

function isSameList(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}
