/** Whether two pieces of plain data are made alike of the same functions, classes, files, operations and values of a program. */
export function sameStructure(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // Parts of a program are the same only if they are the same object.
  if ("facts" in a || "op" in a) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, index) => sameStructure(each, b[index]));
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && sameStructure(value, b.get(key)));
  }
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((each) => b.has(each));
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => sameStructure(a[key as never], b[key as never]));
}
