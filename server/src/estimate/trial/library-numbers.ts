import { asFloat, asIndex, asNumber } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { type Call, Float, type Py, unclear } from "./values.js";

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
