/**
 * How many objects and entries of maps, sets and lists can be reached from a value, but for what closures hold. The same for the same state, so that what a
 * program remembers can be told apart from what it remembers too long. What can be reached only through `without` does not count.
 */
export function reachableFrom(root: object, without: readonly object[] = []): number {
  const seen = new Set<object>(without);
  const open: object[] = [root];
  let count = 0;
  const visit = (value: unknown): void => {
    count++;
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    open.push(value);
  };
  for (let next = open.pop(); next; next = open.pop()) {
    if (next instanceof Map) for (const entry of next) entry.forEach(visit);
    else if (next instanceof Set || Array.isArray(next)) next.forEach(visit);
    if (ArrayBuffer.isView(next)) continue;
    for (const key of Reflect.ownKeys(next)) {
      if (Array.isArray(next) && key !== "length" && typeof key === "string") continue;
      const property = Object.getOwnPropertyDescriptor(next, key);
      if (property && "value" in property) visit(property.value);
    }
  }
  return count;
}
