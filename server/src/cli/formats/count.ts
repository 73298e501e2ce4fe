import type { Interval } from "../../base/interval.js";

/** A count: `8`, `8–64`. */
export function countText(count: Interval): string {
  const [low, high] = [Math.round(count.low), Math.round(count.high)];
  return low === high ? String(low) : `${low}–${high}`;
}
