/** A copy of plain nodes that stand further on in the text; the offsets of nodes are what is called `start` or `end`. */
export function shifted<Part>(part: Part, by: number): Part {
  return by === 0 ? part : (copied(part, by) as Part);
}

function copied(part: unknown, by: number): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => copied(each, by));
  const copy: Record<string, unknown> = { ...part };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === "object") copy[key] = copied(value, by);
    else if (typeof value === "number" && (key === "start" || key === "end")) copy[key] = value + by;
  }
  return copy;
}
