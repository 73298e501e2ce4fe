/** The computer that threads share. Times are nanoseconds. */
export interface Machine {
  /** How many threads it runs at the same time. */
  readonly cores: number;
  /**
   * How long a thread keeps a core while others are ready. Linux: 0.7 ms × (1 + log₂ cores), cores up to 8
   * (`sysctl_sched_base_slice` in kernel/sched/fair.c), found out on average half a tick of 4 ms later.
   */
  readonly sliceNs: number;
  /** How long a thread queues at a busy core before an idle one fetches it. Linux: 0.5 ms (`sysctl_sched_migration_cost`). */
  readonly migrationNs: number;
  /**
   * How much later than asked a timed wait ends. Linux: 50 µs for ordinary threads (prctl(2), PR_SET_TIMERSLACK); it makes
   * the 5 ms switch interval 5.05 ms.
   */
  readonly timerSlackNs: number;
  /** What cores take from each other when many of them compute, by rising number; a core is never slower than its neighbours leave it. */
  readonly crowding: readonly Crowding[];
  readonly coldCaches: ColdCaches;
}

/**
 * What a thread that gets the interpreter lock after others had it spends on bringing its data back into its core's caches: a share of the time that
 * it was without the lock, and at most so many nanoseconds.
 */
export interface ColdCaches {
  readonly share: number;
  readonly mostNs: number;
  /** How many times longer a core waits for a cache line that another one has just written to than where they share caches. */
  readonly passOnTimes: number;
}

/**
 * Where the threads' cores share their caches, as the two threads of one core do: two to four CPU-bound threads take 2 to 5 % longer than one after
 * the other (CPython 3.8 to 3.15 on two virtual cores).
 */
export const sharedCaches: ColdCaches = { share: 0.03, mostNs: 150_000, passOnTimes: 1 };

/**
 * Where each core has caches of its own: two CPU-bound threads take 8 to 12 % longer than one after the other, four 12 to 18 %, eight and more 12 to
 * 22 % (medians of ten to seventy programs of `test/measure/programs` on CPython 3.9 to 3.15, 4 and 16 cores of an Intel Xeon). A use
 * of what two threads of a build without a GIL share takes 99 to 175 ns longer on 4 of 16 cores of a Xeon, 110 to 150 on the only two of another.
 */
export const separateCaches: ColdCaches = { share: 0.085, mostNs: 750_000, passOnTimes: 1.1 };

/**
 * How many times longer bytecode takes when so many cores compute at once than when one does: two that the system calls cores may be two
 * threads of one, and all share caches, memory and clock. `test/measure/core_scaling.py` and `gilscope calibrate` measure it.
 */
export interface Crowding {
  readonly busy: number;
  readonly times: number;
}

/** The slowdown when so many cores compute: between two measured numbers in proportion, beyond the last as there. */
export function crowdingAt({ crowding, cores }: Machine, busy: number): number {
  const computing = Math.min(busy, cores);
  let before: Crowding = { busy: 1, times: 1 };
  for (const point of crowding) {
    if (point.busy >= computing) {
      const share = point.busy === before.busy ? 1 : (computing - before.busy) / (point.busy - before.busy);
      return Math.max(1, before.times + Math.max(0, share) * (point.times - before.times));
    }
    before = point;
  }
  return Math.max(1, before.times);
}

/** A Linux machine with that many cores, at least one, which take nothing from each other unless it is said. */
export function machine(cores: number, crowding: readonly Crowding[] = [], coldCaches: ColdCaches = sharedCaches): Machine {
  const whole = Math.max(1, Math.floor(cores));
  const sliceNs = Math.round(700_000 * (1 + Math.log2(Math.min(8, whole)))) + 2_000_000;
  return { cores: whole, sliceNs, migrationNs: 500_000, timerSlackNs: 50_000, crowding, coldCaches };
}
