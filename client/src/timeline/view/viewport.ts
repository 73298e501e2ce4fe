/** The stretch of time that is seen, in nanoseconds of the simulated run. */
export interface Viewport {
  readonly startNs: number;
  readonly endNs: number;
}

/** No stretch shorter than this is shown: simulated events lie microseconds apart. */
const shortestNs = 10_000;

/** The viewport, `factor` times as long, with what stands at `aroundNs` staying where it is, inside of 0…`lastNs`. */
export function zoomed({ startNs, endNs }: Viewport, factor: number, aroundNs: number, lastNs: number): Viewport {
  const span = Math.min(Math.max((endNs - startNs) * factor, shortestNs), lastNs);
  const share = (aroundNs - startNs) / (endNs - startNs);
  return inside(aroundNs - share * span, span, lastNs);
}

/** The viewport moved by a share of its length. */
export function panned({ startNs, endNs }: Viewport, share: number, lastNs: number): Viewport {
  const span = endNs - startNs;
  return inside(startNs + share * span, span, lastNs);
}

/** The viewport moved as little as shows the stretch. */
export function showing(viewport: Viewport, startNs: number, endNs: number, lastNs: number): Viewport {
  const span = viewport.endNs - viewport.startNs;
  if (startNs >= viewport.startNs && endNs <= viewport.endNs) return viewport;
  if (endNs - startNs >= span || startNs < viewport.startNs) return inside(startNs - span / 20, span, lastNs);
  return inside(endNs + span / 20 - span, span, lastNs);
}

function inside(startNs: number, span: number, lastNs: number): Viewport {
  const start = Math.max(0, Math.min(startNs, lastNs - span));
  return { startNs: start, endNs: start + span };
}

/** A time for an axis or a readout: enough digits to tell neighbours apart. */
export function preciseTime(ns: number): string {
  if (ns < 1) return "0";
  const [size, unit] = ns >= 1e9 ? [1e9, "s"] : ns >= 1e6 ? [1e6, "ms"] : ns >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return `${Number((ns / size).toPrecision(5))} ${unit}`;
}

/** A few round times inside of the viewport, for an axis. */
export function ticks({ startNs, endNs }: Viewport, most: number): readonly number[] {
  const least = (endNs - startNs) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= least) ?? 10 * power;
  const first = Math.ceil(startNs / step);
  return Array.from({ length: Math.floor(endNs / step) - first + 1 }, (_, index) => (first + index) * step);
}
