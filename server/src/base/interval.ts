/** An uncertain quantity: `low ≤ likely ≤ high`. For predictions, p10, p50 and p90. */
export interface Interval {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

export function exactly(value: number): Interval {
  return { low: value, likely: value, high: value };
}

export function interval(low: number, likely: number, high: number): Interval {
  return { low, likely, high };
}

export function add(a: Interval, b: Interval): Interval {
  return { low: a.low + b.low, likely: a.likely + b.likely, high: a.high + b.high };
}

/** The product of two quantities that are not negative. */
export function multiply(a: Interval, b: Interval): Interval {
  return { low: a.low * b.low, likely: a.likely * b.likely, high: a.high * b.high };
}

export function scale(a: Interval, factor: number): Interval {
  return { low: a.low * factor, likely: a.likely * factor, high: a.high * factor };
}
