/** A half-open stretch of a text, in UTF-16 code units from its start. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Whether the offset lies in the range; the end counts as inside, as editors place a caret there. */
export function touches(range: Range, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}

/** Whether `outer` holds all of `inner`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Whether the two ranges share a place; touching ends count, so that a caret beside a finding selects it. */
export function overlaps(a: Range, b: Range): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Only the range of something that has more to it, so that the rest is not kept along. */
export function rangeOf({ start, end }: Range): Range {
  return { start, end };
}
