/** The union of sets of parts: one of them as it is, if all others are in it. */
export class PartUnion {
  result: ReadonlySet<object> | undefined;
  private own: Set<object> | undefined;
  private seen: Set<ReadonlySet<object>> | undefined;
  private last: ReadonlySet<object> | undefined;

  add(parts: ReadonlySet<object> | undefined): void {
    // Most questions rest on the same few sets.
    if (!parts || parts === this.result || parts === this.last || parts.size === 0 || this.seen?.has(parts)) return;
    this.last = parts;
    if (!this.result) {
      this.result = parts;
      return;
    }
    this.seen ??= new Set();
    this.seen.add(parts);
    if (!this.own && isWithin(parts, this.result)) return;
    if (!this.own && isWithin(this.result, parts)) {
      this.result = parts;
      return;
    }
    this.own ??= new Set(this.result);
    this.result = this.own;
    for (const part of parts) this.own.add(part);
  }
}

function isWithin(some: ReadonlySet<object>, all: ReadonlySet<object>): boolean {
  if (some.size > all.size) return false;
  for (const each of some) if (!all.has(each)) return false;
  return true;
}

export function sameParts(a: ReadonlySet<object> | undefined, b: ReadonlySet<object> | undefined): boolean {
  if (a === b) return true;
  if (a?.size !== b?.size) return false;
  for (const part of b ?? []) if (!a?.has(part)) return false;
  return true;
}
