/** A stream of pseudo-random numbers that depends on its seed alone. */
export interface Random {
  /** An integer, uniform in `low`…`high`, both included. */
  between(low: number, high: number): number;
}

/** Marsaglia's xorshift32 (Journal of Statistical Software 8/14, 2003) after one round of integer mixing, so that seeds 0, 1, 2 differ at once. */
export function random(seed: number): Random {
  let state = Math.imul((seed | 0) ^ 0x9e3779b9, 0x85ebca6b) | 0;
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) | 0;
  state ^= state >>> 16;
  // Zero is the one state that xorshift never leaves.
  if (state === 0) state = 0x6d2b79f5;
  return {
    between(low, high) {
      if (high <= low) return low;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return low + Math.floor(((state >>> 0) / 0x100000000) * (high - low + 1));
    },
  };
}
