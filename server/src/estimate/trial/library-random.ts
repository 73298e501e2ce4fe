import { asFloat, asIndex, asNumber, checkedSize } from "./arithmetic.js";
import { libraryObject } from "./classes.js";
import type { Machine } from "./machine.js";
import { MersenneTwister } from "./mersenne-twister.js";
import { Bytes, type Call, Float, keyOf, List, Opaque, type Py, RangeValue, unclear } from "./values.js";

/** A `Random`. */
export function randomGenerator(machine: Machine, seed: Py | undefined): Py {
  machine.tick(30);
  const draws = new MersenneTwister(seedOf(seed));
  const methods: Record<string, Call> = {};
  for (const name of names) {
    const call = randomFunction(machine, draws, name);
    if (call) methods[name] = call;
  }
  return libraryObject("Random", methods);
}

const names =
  "random uniform gauss normalvariate lognormvariate triangular expovariate paretovariate randint randrange getrandbits choice choices sample shuffle seed randbytes".split(
    " ",
  );

/** The same after the same seed; after a text it is another than Python's. */
function seedOf(seed: Py | undefined): number | bigint {
  if (seed === undefined || seed === null || seed instanceof Opaque) return 1;
  const number = asNumber(seed);
  if (number !== undefined) return number;
  if (seed instanceof Float && Number.isInteger(seed.value)) return BigInt(seed.value);
  let hash = 7;
  for (const character of seed instanceof Bytes ? seed.text : String(keyOf(seed)))
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007;
  return hash;
}

/** What `random` holds, and its generators. */
export function randomFunction(machine: Machine, draws: MersenneTwister, name: string): Call | undefined {
  const real = (value: Py | undefined): number => asFloat(value ?? null) ?? unclear("a number of which nothing is known");
  const below = (limit: number): number =>
    Number.isSafeInteger(limit) ? (limit <= 0 ? machine.fail("ValueError", "empty range") : draws.below(limit)) : unclear("a large number");
  const normal = (): number => {
    for (;;) {
      const u1 = draws.float();
      const u2 = 1 - draws.float();
      const z = ((4 * Math.exp(-0.5)) / Math.SQRT2) * ((u1 - 0.5) / u2);
      if ((z * z) / 4 <= -Math.log(u2)) return z;
    }
  };
  switch (name) {
    case "random":
      return () => new Float(draws.float());
    case "uniform":
      return ([low, high]) => new Float(real(low) + (real(high) - real(low)) * draws.float());
    case "gauss":
      return ([mean = 0, deviation = 1], named) => {
        let z = draws.spare;
        draws.spare = undefined;
        if (z === undefined) {
          const turn = draws.float() * 2 * Math.PI;
          const far = Math.sqrt(-2 * Math.log(1 - draws.float()));
          z = Math.cos(turn) * far;
          draws.spare = Math.sin(turn) * far;
        }
        return new Float(real(named.get("mu") ?? mean) + z * real(named.get("sigma") ?? deviation));
      };
    case "normalvariate":
      return ([mean = 0, deviation = 1]) => new Float(real(mean) + normal() * real(deviation));
    case "lognormvariate":
      return ([mean = 0, deviation = 1]) => new Float(Math.exp(real(mean) + normal() * real(deviation)));
    case "expovariate":
      return ([rate = 1]) => new Float(-Math.log(1 - draws.float()) / real(rate));
    case "paretovariate":
      return ([alpha]) => new Float((1 - draws.float()) ** (-1 / real(alpha)));
    case "triangular":
      return ([low = 0, high = 1, mode = null]) => {
        let [u, from, to] = [draws.float(), real(low), real(high)];
        let middle = mode === null ? 0.5 : (real(mode) - from) / (to - from);
        if (u > middle) {
          [u, middle] = [1 - u, 1 - middle];
          [from, to] = [to, from];
        }
        return new Float(from + (to - from) * Math.sqrt(u * middle));
      };
    case "randint":
      return ([low = 0, high = 0]) => asIndex(low) + below(asIndex(high) - asIndex(low) + 1);
    case "randrange":
      return ([first = 0, second, third]) => {
        if (second === undefined) return below(asIndex(first));
        const step = asIndex(third ?? 1);
        const width = asIndex(second) - asIndex(first);
        return asIndex(first) + step * below(Math.ceil(width / step));
      };
    case "getrandbits":
      return ([bits = 1]) => {
        const count = asIndex(bits);
        if (count <= 0) return 0;
        return count <= 53 ? draws.bits(count) : largeBits(draws, checkedSize(count));
      };
    case "randbytes":
      return ([length = 0]) => {
        const count = asIndex(length);
        if (count > 4_096) return new Opaque(count);
        let text = "";
        for (let at = 0; at < count; at += 4) {
          const left = Math.min(4, count - at);
          let word = draws.next() >>> (32 - 8 * left);
          for (let i = 0; i < left; i++, word >>>= 8) text += String.fromCharCode(word & 255);
        }
        machine.tick(count / 64);
        return new Bytes(text);
      };
    case "choice":
      return ([value = null]) => {
        const items = typeof value === "string" || value instanceof RangeValue ? value : new List(machine.listOf(value) as Py[]);
        const count = items instanceof List ? items.items.length : items.length;
        return count === 0 ? machine.fail("IndexError", "empty") : machine.item(items, draws.below(count));
      };
    case "choices":
      return ([value = null, weighted], named) => {
        const items = machine.listOf(value);
        const count = checkedSize(asIndex(named.get("k") ?? 1));
        if (items.length === 0) machine.fail("IndexError", "empty");
        machine.tick((items.length + count) / 16);
        const weights = weighted ?? named.get("weights") ?? null;
        const sums = named.get("cum_weights") ?? null;
        if (weights === null && sums === null)
          return new List(Array.from({ length: count }, () => items[Math.floor(draws.float() * items.length)] as Py));
        let sum = 0;
        const added = machine.listOf(sums ?? weights).map((each) => {
          sum = sums === null ? sum + real(each) : real(each);
          return sum;
        });
        return new List(
          Array.from({ length: count }, () => {
            machine.tick(0.3);
            const drawn = draws.float() * sum;
            let [low, high] = [0, items.length - 1];
            while (low < high) {
              const middle = (low + high) >> 1;
              if (drawn < (added[middle] ?? 0)) high = middle;
              else low = middle + 1;
            }
            return items[low] as Py;
          }),
        );
      };
    case "sample":
      return ([value = null, taken], named) => {
        const items = [...machine.listOf(value)];
        const count = asIndex(taken ?? named.get("k") ?? 0);
        if (count < 0 || count > items.length) machine.fail("ValueError", "Sample larger than population or is negative");
        machine.tick((items.length + 4 * count) / 16);
        const found: Py[] = [];
        const few = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
        const chosen = new Set<number>();
        for (let i = 0; i < count; i++) {
          if (items.length <= few) {
            const j = draws.below(items.length - i);
            found.push(items[j] as Py);
            items[j] = items[items.length - i - 1] as Py;
            continue;
          }
          let j = draws.below(items.length);
          while (chosen.has(j)) j = draws.below(items.length);
          chosen.add(j);
          found.push(items[j] as Py);
        }
        return new List(found);
      };
    case "shuffle":
      return ([value = null]) => {
        const items = value instanceof List ? value.items : unclear("a list of which nothing is known");
        machine.tick(items.length / 8);
        for (let i = items.length - 1; i > 0; i--) {
          const j = draws.below(i + 1);
          const kept = items[i] as Py;
          items[i] = items[j] as Py;
          items[j] = kept;
        }
        return null;
      };
    case "seed":
      return ([seed]) => {
        machine.tick(30);
        draws.seed(seedOf(seed));
        return null;
      };
    default:
      return undefined;
  }
}

function largeBits(draws: MersenneTwister, count: number): bigint {
  if (count > 20_000) unclear("a large number");
  let found = 0n;
  for (let at = 0; at < count; at += 32) {
    const left = Math.min(32, count - at);
    found |= BigInt(draws.next() >>> (32 - left)) << BigInt(at);
  }
  return found;
}
