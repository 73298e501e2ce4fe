import { asComplex } from "./arithmetic.js";
import { floatText } from "./formats.js";
import { type Call, Complex, Float, type Py, Raised, unclear } from "./values.js";

/** What an operator makes of two complex numbers, as CPython works it out; undefined where there is none. */
export function complexes(operator: string, a: Complex, b: Complex): Complex | undefined {
  switch (operator) {
    case "+":
      return new Complex(a.real + b.real, a.imaginary + b.imaginary);
    case "-":
      return new Complex(a.real - b.real, a.imaginary - b.imaginary);
    case "*":
      return new Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real);
    case "/":
      return quotient(a, b);
    case "**":
      return power(a, b);
    default:
      return undefined;
  }
}

/** By the larger part of the divisor first, so that nothing in between overflows. */
function quotient(a: Complex, b: Complex): Complex {
  if (b.real === 0 && b.imaginary === 0) throw new Raised("ZeroDivisionError", "complex division by zero");
  if (Math.abs(b.real) >= Math.abs(b.imaginary)) {
    const ratio = b.imaginary / b.real;
    const divisor = b.real + b.imaginary * ratio;
    return new Complex((a.real + a.imaginary * ratio) / divisor, (a.imaginary - a.real * ratio) / divisor);
  }
  const ratio = b.real / b.imaginary;
  const divisor = b.real * ratio + b.imaginary;
  return new Complex((a.real * ratio + a.imaginary) / divisor, (a.imaginary * ratio - a.real) / divisor);
}

/** Small whole exponents are multiplied out. */
function power(a: Complex, b: Complex): Complex {
  const { real: exponent } = b;
  if (b.imaginary === 0 && Number.isInteger(exponent) && Math.abs(exponent) <= 100) {
    let result = new Complex(1, 0);
    let square = a;
    for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = complexes("*", result, square) as Complex;
      square = complexes("*", square, square) as Complex;
    }
    return exponent < 0 ? quotient(new Complex(1, 0), result) : result;
  }
  const length = absolute(a);
  if (length === 0) {
    if (exponent < 0 || b.imaginary !== 0) throw new Raised("ZeroDivisionError", "zero to a negative or complex power");
    return new Complex(0, 0);
  }
  const angle = Math.atan2(a.imaginary, a.real);
  return polar(length ** exponent / Math.exp(angle * b.imaginary), angle * exponent + b.imaginary * Math.log(length));
}

function absolute({ real, imaginary }: Complex): number {
  return Math.hypot(real, imaginary);
}

function polar(length: number, angle: number): Complex {
  return new Complex(length * Math.cos(angle), length * Math.sin(angle));
}

/** What `complex` makes of what it is given. */
export const makeComplex: Call = ([real = 0, imaginary = 0], named) => {
  const [x, y] = [real, named.get("imag") ?? imaginary].map(asComplex);
  return x && y ? new Complex(x.real - y.imaginary, x.imaginary + y.real) : unclear("a complex number of a text or of something unknown");
};

/** What it has besides operators. */
export function complexAttribute(value: Complex, name: string): Py | undefined {
  if (name === "real") return new Float(value.real);
  return name === "imag" ? new Float(value.imaginary) : undefined;
}

/** Its absolute value. */
export function absoluteOf(value: Complex): Float {
  return new Float(absolute(value));
}

/** What `cmath` holds. */
export function complexFunction(name: string): Call | undefined {
  const number = (value: Py | undefined): Complex => asComplex(value ?? null) ?? unclear("a number of which nothing is known");
  switch (name) {
    case "exp":
      return ([value]) => {
        const { real, imaginary } = number(value);
        return polar(Math.exp(real), imaginary);
      };
    case "phase":
      return ([value]) => {
        const { real, imaginary } = number(value);
        return new Float(Math.atan2(imaginary, real));
      };
    case "rect":
      return ([length, angle]) => polar(number(length).real, number(angle).real);
    default:
      return undefined;
  }
}

/** As `str` and `repr` write it. */
export function complexText({ real, imaginary }: Complex): string {
  const part = (value: number): string => floatText(value).replace(/\.0$/, "");
  if (Object.is(real, 0)) return `${part(imaginary)}j`;
  const isNegative = imaginary < 0 || Object.is(imaginary, -0);
  return `(${part(real)}${isNegative ? "" : "+"}${part(imaginary)}j)`;
}
