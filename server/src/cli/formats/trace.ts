import type { ThreadState, Timeline } from "../../simulation/timeline.js";

/** A simulated run and what to call it. */
export interface NamedTimeline {
  readonly name: string;
  readonly timeline: Timeline;
}

/** Trace Event JSON, which Perfetto and chrome://tracing open. Times are microseconds. */
export interface JsonTrace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly JsonTraceEvent[];
}

export type JsonTraceEvent =
  | {
      readonly ph: "M";
      readonly name: "process_name" | "thread_name";
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    }
  | { readonly ph: "X"; readonly name: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly dur: number };

/** Each run is a process of the trace, each of its threads a track with one slice for each stretch of one state. */
export function traceEvents(timelines: readonly NamedTimeline[]): JsonTrace {
  const events = timelines.flatMap(({ name, timeline }, run): JsonTraceEvent[] => {
    const pid = run + 1;
    return [
      { ph: "M", name: "process_name", pid, tid: 0, args: { name } },
      ...timeline.threads.flatMap((thread, index): JsonTraceEvent[] => {
        const tid = index + 1;
        return [
          { ph: "M", name: "thread_name", pid, tid, args: { name: thread.name } },
          ...thread.slices.map(({ startNs, endNs, state }): JsonTraceEvent => {
            return { ph: "X", name: stateNames[state], pid, tid, ts: startNs / 1000, dur: (endNs - startNs) / 1000 };
          }),
        ];
      }),
    ];
  });
  return { displayTimeUnit: "ms", traceEvents: events };
}

const stateNames: Readonly<Record<ThreadState, string>> = {
  running: "running",
  native: "native",
  gil: "waiting for the GIL",
  lock: "waiting for a lock",
  core: "waiting for a core",
  io: "I/O",
  idle: "idle",
};
