const size = 624;

/** The generator of Python's `random`, which draws the same numbers after the same seed (Matsumoto and Nishimura, MT19937; Modules/_randommodule.c). */
export class MersenneTwister {
  /** What `gauss` keeps for its next call. */
  spare: number | undefined;
  private state = new Uint32Array(size);
  private index = size;

  constructor(seed: number | bigint) {
    this.seed(seed);
  }

  seed(seed: number | bigint): void {
    const key: number[] = [];
    let rest = BigInt(seed);
    if (rest < 0n) rest = -rest;
    do {
      key.push(Number(rest & 0xffffffffn));
      rest >>= 32n;
    } while (rest > 0n && key.length < size);
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, this.mixed(i - 1)) + i;
    let i = 1;
    for (let k = 0; k < size; k++) {
      state[i] = ((state[i] as number) ^ Math.imul(this.mixed(i - 1), 1664525)) + (key[k % key.length] as number) + (k % key.length);
      i = this.after(i);
    }
    for (let k = 1; k < size; k++) {
      state[i] = ((state[i] as number) ^ Math.imul(this.mixed(i - 1), 1566083941)) - i;
      i = this.after(i);
    }
    state[0] = 0x80000000;
    this.index = size;
    this.spare = undefined;
  }

  /** 32 bits. */
  next(): number {
    if (this.index >= size) this.refill();
    let y = this.state[this.index++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** From 0 to below 1. */
  float(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  /** So many bits, 1 to 53 of them. */
  bits(count: number): number {
    if (count <= 32) return this.next() >>> (32 - count);
    const low = this.next();
    return low + (this.next() >>> (64 - count)) * 4294967296;
  }

  /** An integer from 0 to below a limit that is a safe integer. */
  below(limit: number): number {
    if (limit <= 0) return 0;
    const count = limit > 0x7fffffff ? Math.floor(Math.log2(limit)) + 1 : 32 - Math.clz32(limit);
    for (;;) {
      const drawn = this.bits(count);
      if (drawn < limit) return drawn;
    }
  }

  private mixed(index: number): number {
    const before = this.state[index] as number;
    return before ^ (before >>> 30);
  }

  private after(index: number): number {
    if (index + 1 < size) return index + 1;
    this.state[0] = this.state[size - 1] as number;
    return 1;
  }

  private refill(): void {
    const { state } = this;
    for (let i = 0; i < size; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % size] as number) & 0x7fffffff);
      state[i] = (state[(i + 397) % size] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.index = 0;
  }
}
