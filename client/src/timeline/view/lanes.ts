import {
  type Slice,
  type ThreadState,
  type ThreadTimeline,
  type Timeline,
  threadStates,
} from "../../../../server/src/simulation/timeline.js";
import type { Viewport } from "./viewport.js";

/** A stretch of a lane, in pixels from the lane's start. */
export interface Span {
  readonly x: number;
  readonly width: number;
  /** What the thread did in it; several where the stretch holds slices too short to be drawn one by one. Shares add up to 1. */
  readonly parts: readonly { readonly state: ThreadState; readonly share: number }[];
}

/** Narrower slices, in pixels, are drawn together with their neighbours. */
const narrow = 3;
/** What is drawn together is at least so wide, in pixels, so that shares of turns are about the same from one to the next. */
const gathered = 12;

/**
 * What to draw of a thread in `width` pixels. Slices that are wide enough become spans of one state; narrow ones are gathered into spans that
 * tell the share of each state, so that a thread that runs a quarter of the time looks like that from afar, whatever falls on which pixel.
 */
export function laneSpans(slices: readonly Slice[], { startNs, endNs }: Viewport, width: number): readonly Span[] {
  const nsPerPixel = (endNs - startNs) / width;
  const pixel = (ns: number): number => (ns - startNs) / nsPerPixel;
  const spans: Span[] = [];
  let mixedFrom = -1;
  let mixedTo = 0;
  const mixed = new Map<ThreadState, number>();
  const flush = (): void => {
    const total = mixedTo - mixedFrom;
    if (mixedFrom >= 0 && total > 0) {
      const parts = threadStates.flatMap((state) => {
        const ns = mixed.get(state) ?? 0;
        return ns > 0 ? [{ state, share: ns / total }] : [];
      });
      spans.push({ x: pixel(mixedFrom), width: total / nsPerPixel, parts });
    }
    mixedFrom = -1;
    mixed.clear();
  };
  for (let index = firstEndingAfter(slices, startNs); index < slices.length; index++) {
    const slice = slices[index] as Slice;
    if (slice.startNs >= endNs) break;
    const from = Math.max(slice.startNs, startNs);
    const to = Math.min(slice.endNs, endNs);
    if (to <= from) continue;
    if ((slice.endNs - slice.startNs) / nsPerPixel >= narrow) {
      flush();
      spans.push({ x: pixel(from), width: (to - from) / nsPerPixel, parts: [{ state: slice.state, share: 1 }] });
      continue;
    }
    if (mixedFrom < 0) mixedFrom = from;
    mixed.set(slice.state, (mixed.get(slice.state) ?? 0) + to - from);
    mixedTo = to;
    if ((mixedTo - mixedFrom) / nsPerPixel >= gathered) flush();
  }
  flush();
  return spans;
}

function firstEndingAfter(slices: readonly Slice[], ns: number): number {
  let low = 0;
  let high = slices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slices[middle] as Slice).endNs > ns) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The slice that a thread is in at that time, by its place in the thread's list. */
export function sliceAt({ slices }: ThreadTimeline, ns: number): number | undefined {
  const index = firstEndingAfter(slices, ns);
  const slice = slices[index];
  return slice && slice.startNs <= ns ? index : undefined;
}

/** When the last slice ends; of a run that was extrapolated, less than its whole time. */
export function lastSliceEnd({ threads }: Timeline): number {
  return threads.reduce((last, { slices }) => Math.max(last, slices[slices.length - 1]?.endNs ?? 0), 0);
}
