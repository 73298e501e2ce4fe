import { asFloat, asIndex, asNumber, checkedSize } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { type Call, ClassValue, Float, Instance, List, Native, Opaque, type Py, RangeValue, unclear } from "./values.js";

const ofFloats = new Set([
  "sqrt",
  "sin",
  "cos",
  "tan",
  "exp",
  "log2",
  "log10",
  "atan",
  "asin",
  "acos",
  "sinh",
  "cosh",
  "tanh",
  "cbrt",
  "expm1",
  "log1p",
]);

/** What `math` holds. */
export function mathFunction(machine: Machine, name: string): Call | undefined {
  const real = (value: Py | undefined): number => asFloat(value ?? null) ?? unclear("a number of which nothing is known");
  if (ofFloats.has(name))
    return ([value]) => {
      const found = (Math[name as "sqrt"] as (x: number) => number)(real(value));
      return Number.isNaN(found) ? machine.fail("ValueError", "math domain error") : new Float(found);
    };
  switch (name) {
    case "log":
      return ([value, base]) => new Float(Math.log(real(value)) / (base === undefined ? 1 : Math.log(real(base))));
    case "floor":
    case "ceil":
    case "trunc":
      return ([value]) => Math[name](real(value));
    case "isqrt":
      return ([value]) => Math.floor(Math.sqrt(real(value)));
    case "pow":
    case "atan2":
      return ([a, b]) => new Float(Math[name](real(a), real(b)));
    case "hypot":
      return (given) => new Float(Math.hypot(...given.map(real)));
    case "dist":
      return ([a = null, b = null]) => {
        const [one, other] = [machine.listOf(a), machine.listOf(b)];
        return new Float(Math.hypot(...one.map((each, index) => real(each) - real(other[index]))));
      };
    case "fabs":
      return ([value]) => new Float(Math.abs(real(value)));
    case "fmod":
      return ([a, b]) => new Float(real(a) % real(b));
    case "radians":
      return ([value]) => new Float((real(value) * Math.PI) / 180);
    case "degrees":
      return ([value]) => new Float((real(value) * 180) / Math.PI);
    case "isnan":
      return ([value]) => Number.isNaN(real(value));
    case "isinf":
      return ([value]) => Math.abs(real(value)) === Number.POSITIVE_INFINITY;
    case "gcd":
    case "lcm":
      return (given) =>
        given.reduce((a, b) => {
          let [x, y] = [BigInt(asNumber(a) ?? 0), BigInt(asNumber(b) ?? 0)];
          const product = x * y;
          while (y !== 0n) {
            machine.tick(2);
            [x, y] = [y, x % y];
          }
          const found = name === "gcd" ? x : x === 0n ? 0n : product / x;
          return machine.binary("+", 0, found < 0n ? -found : found);
        });
    case "factorial":
      return ([value]) => {
        let product: Py = 1;
        for (let i = 2; i <= asIndex(value ?? 0); i++) {
          machine.tick();
          product = machine.binary("*", product, i);
        }
        return product;
      };
    case "comb":
      return ([n = 0, k = 0]) => {
        let found: Py = 1;
        for (let i = 1; i <= asIndex(k); i++) {
          machine.tick();
          found = machine.binary("//", machine.binary("*", found, asIndex(n) - asIndex(k) + i), i);
        }
        return found;
      };
    case "prod":
      return ([value = null]) => machine.listOf(value).reduce((product: Py, each) => machine.binary("*", product, each), 1);
    case "fsum":
      return ([value = null]) => new Float(machine.listOf(value).reduce((sum: number, each) => sum + real(each), 0));
    default:
      return undefined;
  }
}

/** Draws other numbers than Python does, as evenly spread: 53 bits of two steps of a counter that is mixed (Steele, Lea and Flood, SplitMix). */
function drawn(machine: Machine): number {
  const next = (): number => {
    machine.seed = (machine.seed + 0x9e3779b9) | 0;
    let mixed = Math.imul(machine.seed ^ (machine.seed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

/** A `Random`. */
export function randomGenerator(machine: Machine): Py {
  const class_ = new ClassValue("Random", [], new Map());
  for (const name of randomNames) {
    const call = randomFunction(machine, name);
    if (call) class_.attributes.set(name, new Native(name, call));
  }
  return new Instance(class_);
}

const randomNames = [
  "random",
  "uniform",
  "gauss",
  "normalvariate",
  "randint",
  "randrange",
  "getrandbits",
  "choice",
  "choices",
  "sample",
  "shuffle",
  "seed",
  "randbytes",
  "expovariate",
] as const;

/** What `random` holds, and its generators. */
export function randomFunction(machine: Machine, name: string): Call | undefined {
  const below = (count: number): number => Math.floor(drawn(machine) * count);
  const real = (value: Py | undefined): number => asFloat(value ?? null) ?? unclear("a number of which nothing is known");
  switch (name) {
    case "random":
      return () => new Float(drawn(machine));
    case "uniform":
      return ([low, high]) => new Float(real(low) + drawn(machine) * (real(high) - real(low)));
    case "gauss":
    case "normalvariate":
      return ([mean = 0, deviation = 1]) =>
        new Float(real(mean) + real(deviation) * Math.sqrt(-2 * Math.log(1 - drawn(machine))) * Math.cos(2 * Math.PI * drawn(machine)));
    case "expovariate":
      return ([rate = 1]) => new Float(-Math.log(1 - drawn(machine)) / real(rate));
    case "randint":
      return ([low = 0, high = 0]) => asIndex(low) + below(asIndex(high) - asIndex(low) + 1);
    case "randrange":
      return ([first = 0, second]) =>
        second === undefined ? below(asIndex(first)) : asIndex(first) + below(asIndex(second) - asIndex(first));
    case "getrandbits":
      return ([bits = 1]) => (asIndex(bits) <= 52 ? below(2 ** asIndex(bits)) : unclear("a large number"));
    case "randbytes":
      return ([length = 0]) => new Opaque(asIndex(length));
    case "choice":
      return ([value = null]) => {
        const items = typeof value === "string" || value instanceof RangeValue ? value : new List([...machine.listOf(value)]);
        return machine.item(items, below(items instanceof List ? items.items.length : items.length));
      };
    case "choices":
      return ([value = null], named) => {
        const items = machine.listOf(value);
        if (items.length === 0) machine.fail("IndexError", "empty");
        return new List(Array.from({ length: checkedSize(asIndex(named.get("k") ?? 1)) }, () => items[below(items.length)] as Py));
      };
    case "sample":
    case "shuffle":
      return ([value = null, count], named) => {
        const items = name === "shuffle" && value instanceof List ? value.items : [...machine.listOf(value)];
        machine.tick(items.length / 4);
        for (let i = items.length - 1; i > 0; i--) {
          const j = below(i + 1);
          const kept = items[i] as Py;
          items[i] = items[j] as Py;
          items[j] = kept;
        }
        return name === "shuffle" ? null : new List(items.slice(0, asIndex(count ?? named.get("k") ?? 0)));
      };
    case "seed":
      return () => null;
    default:
      return undefined;
  }
}
