/** The same work, done at most once. */
export function once<Found>(work: () => Found): () => Found {
  let found: { readonly value: Found } | undefined;
  return () => {
    found ??= { value: work() };
    return found.value;
  };
}
