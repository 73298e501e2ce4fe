/** Digests of short data, which programs search for as a proof of work (RFC 1321, FIPS 180-4). Data is text with a byte in each character. */
export const digests: Readonly<Record<string, (data: string) => string>> = { md5, sha1, sha256 };

function blocks(data: string, isLittle: boolean): DataView {
  const view = new DataView(new ArrayBuffer(((data.length + 8) >> 6) * 64 + 64));
  for (let i = 0; i < data.length; i++) view.setUint8(i, data.charCodeAt(i));
  view.setUint8(data.length, 0x80);
  const bits = data.length * 8;
  const end = view.byteLength - 8;
  view.setUint32(isLittle ? end : end + 4, bits >>> 0, isLittle);
  view.setUint32(isLittle ? end + 4 : end, Math.floor(bits / 2 ** 32), isLittle);
  return view;
}

function written(words: readonly number[], isLittle: boolean): string {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, index) => {
    view.setInt32(index * 4, word, isLittle);
  });
  return String.fromCharCode(...new Uint8Array(view.buffer));
}

function left(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** The first bits of roots of the first primes, as SHA-256 has them. */
function rootsOfPrimes(count: number, root: number): readonly number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
    if (isPrime) found.push(((n ** (1 / root) % 1) * 2 ** 32) | 0);
  }
  return found;
}

const sha256Constants = rootsOfPrimes(64, 3);

function sha256(data: string): string {
  const view = blocks(data, false);
  const state = [...rootsOfPrimes(8, 2)];
  const w = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15] as number, w[i - 2] as number];
      const s0 = left(x, 25) ^ left(x, 14) ^ (x >>> 3);
      const s1 = left(y, 15) ^ left(y, 13) ^ (y >>> 10);
      w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = left(e, 26) ^ left(e, 21) ^ left(e, 7);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (sha256Constants[i] as number) + (w[i] as number)) | 0;
      const s0 = left(a, 30) ^ left(a, 19) ^ left(a, 10);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = ((state[index] as number) + word) | 0;
  }
  return written(state, false);
}

function sha1(data: string): string {
  const view = blocks(data, false);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const w = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 80; i++)
      w[i] = left((w[i - 3] as number) ^ (w[i - 8] as number) ^ (w[i - 14] as number) ^ (w[i - 16] as number), 1);
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let i = 0; i < 80; i++) {
      const [f, k] =
        i < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : i < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : i < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      [e, d, c, b, a] = [d, c, left(b, 30), a, (left(a, 5) + f + e + k + (w[i] as number)) | 0];
    }
    for (const [index, word] of [a, b, c, d, e].entries()) state[index] = ((state[index] as number) + word) | 0;
  }
  return written(state, false);
}

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const md5Constants = Array.from({ length: 64 }, (_, index) => (Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0);

function md5(data: string): string {
  const view = blocks(data, true);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let i = 0; i < 64; i++) {
      const [f, g] =
        i < 16
          ? [(b & c) | (~b & d), i]
          : i < 32
            ? [(d & b) | (~d & c), (5 * i + 1) % 16]
            : i < 48
              ? [b ^ c ^ d, (3 * i + 5) % 16]
              : [c ^ (b | ~d), (7 * i) % 16];
      const sum = (a + f + (md5Constants[i] as number) + view.getInt32(block + g * 4, true)) | 0;
      [a, d, c, b] = [d, c, b, (b + left(sum, md5Shifts[(i >> 4) * 4 + (i % 4)] as number)) | 0];
    }
    for (const [index, word] of [a, b, c, d].entries()) state[index] = ((state[index] as number) + word) | 0;
  }
  return written(state, true);
}
