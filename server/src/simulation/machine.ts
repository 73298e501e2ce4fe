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
}

/** A Linux machine with that many cores, at least one. */
export function machine(cores: number): Machine {
  const whole = Math.max(1, Math.floor(cores));
  const sliceNs = Math.round(700_000 * (1 + Math.log2(Math.min(8, whole)))) + 2_000_000;
  return { cores: whole, sliceNs, migrationNs: 500_000, timerSlackNs: 50_000 };
}
