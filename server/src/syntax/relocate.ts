/** A copy of plain nodes for another count of offsets, which are what nodes call `start` and `end`. */
export function relocated<Part>(part: Part, place: (offset: number) => number): Part {
  return copied(part, place) as Part;
}

function copied(part: unknown, place: (offset: number) => number): unknown {
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => copied(each, place));
  const copy: Record<string, unknown> = { ...part };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === "object") copy[key] = copied(value, place);
    else if (typeof value === "number" && (key === "start" || key === "end")) copy[key] = place(value);
  }
  return copy;
}
