import { asFloat, asNumber, checkedSize, shown } from "./arithmetic.js";
import { Float, type Py, Raised } from "./values.js";

/** How `repr` writes a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = "", power = "0"] = value.toExponential().split("e");
  return `${digits}e${exponentText(Number(power))}`;
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** To so many digits after the point; halves go to the even neighbour. */
export function rounded(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300) return value;
  if (digits < 0) {
    const scale = 10 ** -digits;
    return rounded(value / scale, 0) * scale;
  }
  const scaled = value * 10 ** digits;
  if (Math.abs(scaled) >= 2 ** 53) return value;
  const isHalf = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
  if (isHalf) return (2 * Math.round(scaled / 2)) / 10 ** digits;
  return Number(value.toFixed(Math.min(100, digits)));
}

const specification = /^(?:(.)?([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([bcdeEfFgGnosxX%]?)$/su;

/** What `format` makes of a number or a text. */
export function formattedAs(value: Py, how: string): string {
  if (how === "") return shown(value);
  if (how.length > 200) throw new Raised("ValueError", "Invalid format specifier");
  const found = specification.exec(how);
  if (!found) throw new Raised("ValueError", "Invalid format specifier");
  const [, fill, align, sign = "", , alternate, zero, width = "", grouping = "", precision, type = ""] = found;
  const number = typeof value === "boolean" && type === "" ? undefined : asFloat(value);
  const size = checkedSize(Number(width || 0));
  const digits = precision === undefined ? undefined : Number(precision);
  if (number === undefined) {
    if (type !== "" && type !== "s") throw new Raised("ValueError", "Unknown format code");
    const text = shown(value);
    return padded(digits === undefined ? text : text.slice(0, digits), size, fill ?? (zero || " "), align ?? "<");
  }
  if (type === "s" || (digits !== undefined && digits > 100)) throw new Raised("ValueError", "Unknown format code");
  const isNegative = number < 0 || Object.is(number, -0);
  let body = magnitude(value, number, type, digits, alternate === "#");
  if (grouping) body = grouped(body, grouping, /[box]/i.test(type) ? 4 : 3);
  const before = isNegative ? "-" : sign === "+" || sign === " " ? sign : "";
  if (zero && !align) return before + body.padStart(size - before.length, "0");
  if (align === "=") return before + body.padStart(size - before.length, fill ?? (zero || " "));
  return padded(before + body, size, fill ?? (zero || " "), align ?? ">");
}

function padded(text: string, width: number, fill: string, align: string): string {
  if (align === "<") return text.padEnd(width, fill);
  if (align !== "^") return text.padStart(width, fill);
  return text.padStart(text.length + Math.floor((width - text.length) / 2), fill).padEnd(width, fill);
}

function grouped(body: string, by: string, length: number): string {
  const [, prefix = "", whole = "", rest = ""] = /^(0[bxoXBO])?([0-9a-fA-F]*)(.*)$/s.exec(body) ?? [];
  let made = "";
  for (let end = whole.length; end > 0; end -= length) made = whole.slice(Math.max(0, end - length), end) + (made ? by + made : "");
  return prefix + made + rest;
}

/** Without its sign. */
function magnitude(value: Py, number: number, type: string, precision: number | undefined, isAlternate: boolean): string {
  const integer = asNumber(value);
  const isWhole = integer !== undefined && !(value instanceof Float);
  const positive = Math.abs(number);
  if (isWhole && /^[bcdnoxX]?$/.test(type)) {
    if (precision !== undefined) throw new Raised("ValueError", "Precision not allowed in integer format specifier");
    const whole = integer < 0 ? -BigInt(integer) : BigInt(integer);
    if (type === "c") return String.fromCodePoint(Math.min(0x10ffff, Number(whole)));
    const base = { b: 2, o: 8, x: 16, X: 16 }[type] ?? 10;
    const text = whole.toString(base);
    return (isAlternate && base !== 10 ? `0${type}` : "") + (type === "X" ? text.toUpperCase() : text);
  }
  if (/[bcdoxX]/.test(type)) throw new Raised("ValueError", "Unknown format code");
  if (!Number.isFinite(positive)) return (Number.isNaN(positive) ? "nan" : "inf") + (type === "%" ? "%" : "");
  switch (type) {
    case "f":
    case "F":
      return fixed(positive, precision ?? 6);
    case "%":
      return `${fixed(positive * 100, precision ?? 6)}%`;
    case "e":
    case "E":
      return exponential(positive, precision ?? 6, type);
    case "":
      if (precision === undefined) return floatText(positive);
      return general(positive, Math.max(1, precision), "g", !isWhole);
    default:
      return general(positive, Math.max(1, precision ?? 6), type, false);
  }
}

function fixed(value: number, digits: number): string {
  if (value >= 1e21) return BigInt(Math.round(value)).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  const near = rounded(value, digits);
  return (near < 1e21 ? near : value).toFixed(digits);
}

function exponential(value: number, digits: number, letter: string): string {
  const [mantissa = "", power = "0"] = value.toExponential(Math.min(100, digits)).split("e");
  return `${mantissa}${letter}${exponentText(Number(power))}`;
}

/** `g`: whichever is shorter. `keepsPoint`: a float stays one. */
function general(value: number, digits: number, letter: string, keepsPoint: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split("e")[1]);
  const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent < -4 || exponent >= digits - (keepsPoint ? 1 : 0)) {
    const [mantissa = "", power = "0"] = value.toExponential(digits - 1).split("e");
    return `${trimmed(mantissa)}${letter === "G" ? "E" : "e"}${exponentText(Number(power))}`;
  }
  const text = trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
  return keepsPoint && !text.includes(".") ? `${text}.0` : text;
}

/** `template % values` */
export function templateFilled(
  template: string,
  values: readonly Py[],
  named: (name: string) => Py,
  textOf: (value: Py) => string,
): string {
  let next = 0;
  return template.replace(
    /%(?:\((\w{1,200})\))?([-+ #0]{0,5})(\d{0,9}|\*)(?:\.(\d{1,4}))?([diouxXeEfFgGcrsa%])/g,
    (_all, name: string | undefined, flags: string, width: string, precision: string | undefined, kind: string) => {
      if (kind === "%") return "%";
      const size = width === "*" ? Number(asFloat(values[next++] ?? null) ?? 0) : Number(width || 0);
      if (name === undefined && next >= values.length) throw new Raised("TypeError", "not enough arguments for format string");
      const value = name === undefined ? (values[next++] ?? null) : named(name);
      const align = flags.includes("-") ? "<" : ">";
      // Most conversions say no more than that, and some programs make all their data of them.
      const isPlain = flags === "" && width === "" && precision === undefined;
      if (isPlain && kind === "d" && typeof value === "number" && Number.isInteger(value)) return String(value);
      if (isPlain && kind === "s") return textOf(value);
      if (/[rsa]/.test(kind)) {
        const text = kind === "s" ? textOf(value) : shown(value, "repr");
        return padded(precision === undefined ? text : text.slice(0, Number(precision)), checkedSize(size), " ", align);
      }
      if (kind === "c" && typeof value === "string") return padded(value, checkedSize(size), " ", align);
      const number = asFloat(value);
      if (number === undefined) throw new Raised("TypeError", "a number is required");
      const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
      const zero = flags.includes("0") && align === ">" ? "0" : "";
      const isWhole = /[diuoxXc]/.test(kind);
      const whole = value instanceof Float ? Math.trunc(number) : value;
      const form = `${zero ? "" : align}${sign}${flags.includes("#") ? "#" : ""}${zero}${size || ""}`;
      if (isWhole) return formattedAs(whole, `${form}${/[iu]/.test(kind) ? "d" : kind}`);
      return formattedAs(new Float(number), `${form}${precision === undefined ? "" : `.${precision}`}${kind}`);
    },
  );
}
