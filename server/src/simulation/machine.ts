/** The computer that threads share. Times are nanoseconds. */
export interface Machine {
  /** How many threads it runs at the same time. */
  readonly cores: number;
  /**
   * How long the operating system lets a thread compute while others are ready. Linux: 0.75 ms × (1 + log₂ cores), 1.5 ms
   * on 2 cores and 3 ms on 8 (kernel/sched/fair.c, `sysctl_sched_base_slice`).
   */
  readonly sliceNs: number;
}

/** A Linux machine with that many cores. */
export function machine(cores: number): Machine {
  return { cores, sliceNs: Math.round(750_000 * (1 + Math.log2(Math.min(8, Math.max(1, cores))))) };
}
