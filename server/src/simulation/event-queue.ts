/** What an event means to its thread or domain; `engine.ts` handles each. */
export const eventKind = {
  /** A stretch of computing is over, unless its thread has left the core since. */
  burstEnd: 0,
  /** The operating system's slice is over: runnable threads may change places. */
  coreTick: 1,
  /** A signalled waiter of an interpreter lock looks whether the lock is free. */
  interpreterLockWake: 2,
  /** The switch interval of some waiter of an interpreter lock may be over. */
  switchInterval: 3,
  /** A wait for I/O or a sleep is over. */
  waitEnd: 4,
  /** A signalled waiter of a lock looks whether the lock is free. */
  mutexWake: 5,
  /** A thread that waited for a task, a result or a started worker goes on. */
  queueWake: 6,
} as const;

export type EventKind = (typeof eventKind)[keyof typeof eventKind];

/** The events to come, earliest first; of equal times the one pushed first. */
export interface EventQueue {
  readonly size: number;
  /** `version` lets the receiver recognise an event that has been overtaken. */
  push(time: number, kind: EventKind, target: number, version: number): void;
  /** Takes the earliest event and leaves it in the four fields below; false when there is none. */
  pop(): boolean;
  readonly time: number;
  readonly kind: EventKind;
  readonly target: number;
  readonly version: number;
}

/**
 * A binary heap of slots keyed `(time, serial)`. The event popped last is left in fields instead of an object, because a
 * simulation pops millions; the columns begin empty, because most simulations have a few dozen events at a time and are over soon.
 */
export function eventQueue(): EventQueue {
  const times: number[] = [];
  const serials: number[] = [];
  const kinds: EventKind[] = [];
  const targets: number[] = [];
  const versions: number[] = [];
  const heap: number[] = [];
  const free: number[] = [];
  let serial = 0;

  const before = (a: number, b: number): boolean => {
    const timeA = times[a] as number;
    const timeB = times[b] as number;
    return timeA < timeB || (timeA === timeB && (serials[a] as number) < (serials[b] as number));
  };

  const queue = {
    size: 0,
    time: 0,
    kind: eventKind.burstEnd as EventKind,
    target: 0,
    version: 0,
    push(time: number, kind: EventKind, target: number, version: number): void {
      const slot = free.pop() ?? times.length;
      times[slot] = time;
      serials[slot] = serial++;
      kinds[slot] = kind;
      targets[slot] = target;
      versions[slot] = version;
      let hole = queue.size++;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        const above = heap[parent] as number;
        if (!before(slot, above)) break;
        heap[hole] = above;
        hole = parent;
      }
      heap[hole] = slot;
    },
    pop(): boolean {
      if (queue.size === 0) return false;
      const first = heap[0] as number;
      queue.time = times[first] as number;
      queue.kind = kinds[first] as EventKind;
      queue.target = targets[first] as number;
      queue.version = versions[first] as number;
      free.push(first);
      const size = --queue.size;
      const last = heap[size] as number;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && before(heap[child + 1] as number, heap[child] as number)) child++;
        const below = heap[child] as number;
        if (!before(below, last)) break;
        heap[hole] = below;
        hole = child;
      }
      heap[hole] = last;
      return true;
    },
  };
  return queue;
}
