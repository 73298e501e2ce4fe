import { complexes, complexText } from "./complex-numbers.js";
import { floatText, templateFilled } from "./formats.js";
import {
  Bytes,
  Complex,
  Dict,
  Float,
  fieldsOf,
  Imported,
  Instance,
  keyOf,
  List,
  lengthOf,
  Opaque,
  type Py,
  Raised,
  RangeValue,
  SetValue,
  Tuple,
  UnknownTest,
  unclear,
} from "./values.js";

/** No value that is followed grows larger, in elements, characters, or bits of an integer. */
const mostElements = 1_000_000;
const mostBits = 20_000;

export function asNumber(value: Py): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Instance ? value.number : undefined;
}

/** As a float. */
export function asFloat(value: Py): number | undefined {
  if (value instanceof Float) return value.value;
  const integer = asNumber(value);
  return integer === undefined ? undefined : Number(integer);
}

/** Any number. */
export function asComplex(value: Py): Complex | undefined {
  if (value instanceof Complex) return value;
  const real = asFloat(value);
  return real === undefined ? undefined : new Complex(real, 0);
}

/** As an integer that counts or points somewhere. */
export function asIndex(value: Py): number {
  const integer = asNumber(value);
  if (integer === undefined) return value instanceof Opaque ? unclear("a number of which nothing is known") : raiseType();
  return Number(integer);
}

function unknownTest(why: string): never {
  throw new UnknownTest(why);
}

function raiseType(): never {
  throw new Raised("TypeError", "unsupported operand");
}

export function normal(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function bitsOf(value: number | bigint): number {
  return typeof value === "number" ? Math.log2(Math.abs(value) + 1) : value.toString(16).length * 4;
}

export function checkedSize(size: number): number {
  return size > mostElements ? unclear("too much at once") : size;
}

function integers(operator: string, a: number | bigint, b: number | bigint): Py {
  if (typeof a === "number" && typeof b === "number") {
    const found = small(operator, a, b);
    if (found !== undefined) return found;
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  if (y < 0n && (operator === "<<" || operator === ">>")) throw new Raised("ValueError", "negative shift count");
  switch (operator) {
    case "+":
      return normal(x + y);
    case "-":
      return normal(x - y);
    case "*":
      return bitsOf(a) + bitsOf(b) > mostBits ? unclear("a large number") : normal(x * y);
    case "//":
    case "%": {
      if (y === 0n) throw new Raised("ZeroDivisionError", "division by zero");
      const remainder = x % y;
      const isOff = remainder !== 0n && remainder < 0n !== y < 0n;
      return normal(operator === "%" ? (isOff ? remainder + y : remainder) : x / y - (isOff ? 1n : 0n));
    }
    case "/":
      if (y === 0n) throw new Raised("ZeroDivisionError", "division by zero");
      return new Float(Number(x) / Number(y));
    case "**":
      if (y < 0n) return new Float(Number(x) ** Number(y));
      return bitsOf(a) * Number(y) > mostBits ? unclear("a large number") : normal(x ** y);
    case "<<":
      return bitsOf(a) + Number(y) > mostBits ? unclear("a large number") : normal(x << y);
    case ">>":
      return normal(x >> y);
    case "&":
      return normal(x & y);
    case "|":
      return normal(x | y);
    case "^":
      return normal(x ^ y);
    default:
      return unclear(operator);
  }
}

/** The same where numbers hold all of it; undefined else. */
function small(operator: string, a: number, b: number): Py | undefined {
  let found: number;
  switch (operator) {
    case "+":
      found = a + b;
      break;
    case "-":
      found = a - b;
      break;
    case "*":
      found = a * b;
      break;
    case "//":
      if (b === 0) return undefined;
      found = Math.floor(a / b);
      break;
    case "%":
      if (b === 0) return undefined;
      found = a - b * Math.floor(a / b);
      // The quotient may have been rounded.
      if (b > 0 ? found < 0 || found >= b : found > 0 || found <= b) return undefined;
      break;
    case "/":
      return b === 0 ? undefined : new Float(a / b);
    case "&":
    case "|":
    case "^":
      if ((a | 0) !== a || (b | 0) !== b) return undefined;
      return operator === "&" ? a & b : operator === "|" ? a | b : a ^ b;
    case ">>":
      if (a < 0 || b < 0 || b > 60) return undefined;
      found = Math.floor(a / 2 ** b);
      break;
    default:
      return undefined;
  }
  return Number.isSafeInteger(found) ? found : undefined;
}

function floats(operator: string, a: number, b: number): Py {
  switch (operator) {
    case "+":
      return new Float(a + b);
    case "-":
      return new Float(a - b);
    case "*":
      return new Float(a * b);
    case "**":
      return new Float(a ** b);
    case "/":
      if (b === 0) throw new Raised("ZeroDivisionError", "float division by zero");
      return new Float(a / b);
    case "//":
    case "%": {
      if (b === 0) throw new Raised("ZeroDivisionError", "float modulo");
      const remainder = a % b;
      const isOff = remainder !== 0 && remainder < 0 !== b < 0;
      if (operator === "%") return new Float(remainder === 0 && b < 0 ? -0 : isOff ? remainder + b : remainder);
      const quotient = (a - remainder) / b - (isOff ? 1 : 0);
      return new Float(Math.round(quotient) === quotient ? quotient : Math.floor(quotient + 0.5));
    }
    default:
      return raiseType();
  }
}

/** What an operator makes of two values; methods of classes are the business of who asks. */
export function binary(operator: string, left: Py, right: Py): Py {
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a !== undefined && b !== undefined) return integers(operator, a, b);
  if (left instanceof Float || right instanceof Float) {
    const [x, y] = [asFloat(left), asFloat(right)];
    if (x !== undefined && y !== undefined) return floats(operator, x, y);
  }
  if (left instanceof Complex || right instanceof Complex) {
    const [x, y] = [asComplex(left), asComplex(right)];
    if (x && y) return complexes(operator, x, y) ?? raiseType();
  }
  if (operator === "+") {
    if (typeof left === "string" && typeof right === "string") {
      checkedSize(left.length + right.length);
      return left + right;
    }
    if (left instanceof List && right instanceof List) return new List([...left.items, ...right.items], left.type);
    if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items]);
    if (left instanceof Bytes && right instanceof Bytes) return new Bytes(left.text + right.text);
  }
  if (operator === "*") {
    if (a !== undefined) return times(right, Number(a));
    if (b !== undefined) return times(left, Number(b));
  }
  if (operator === "%" && typeof left === "string") return filledIn(left, right);
  if (left instanceof SetValue && right instanceof SetValue) return sets(operator, left, right);
  if (left instanceof Dict && right instanceof Dict && left.type === "Counter" && right.type === "Counter")
    return counted(operator, left, right);
  if (left instanceof Dict && right instanceof Dict && operator === "|") {
    const both = new Dict(left.type, left.missing);
    for (const [key, [shown, value]] of [...left.entries, ...right.entries]) both.entries.set(key, [shown, value]);
    return both;
  }
  if (isUnknown(left) || isUnknown(right)) return new Opaque();
  return left instanceof Instance || right instanceof Instance ? unclear("an operator of a class") : raiseType();
}

function filledIn(template: string, right: Py): Py {
  const values = right instanceof Tuple ? right.items : [right];
  if (values.some(isUnknown)) return new Opaque();
  const named = (name: string): Py => (right instanceof Dict ? right.entries.get(name)?.[1] : undefined) ?? raiseType();
  return templateFilled(template, values, named, (value) => shown(value));
}

/** What becomes of two counters: counts above zero. */
function counted(operator: string, left: Dict, right: Dict): Py {
  const both = new Dict("Counter");
  for (const [key, [shown]] of [...left.entries, ...right.entries]) {
    const [a, b] = [left, right].map((each) => asFloat(each.entries.get(key)?.[1] ?? 0) ?? 0) as [number, number];
    const count = operator === "+" ? a + b : operator === "-" ? a - b : operator === "&" ? Math.min(a, b) : Math.max(a, b);
    if (count > 0) both.entries.set(key, [shown, Number.isInteger(count) ? count : new Float(count)]);
  }
  return both;
}

function times(value: Py, count: number): Py {
  const length = lengthOf(value);
  const often = Math.max(0, count);
  // Of much data, how much it is matters, as a rule.
  if (length !== undefined && length * often > mostElements && (typeof value === "string" || value instanceof Bytes))
    return new Opaque(length * often);
  if (length !== undefined) checkedSize(length * often);
  if (typeof value === "string") return value.repeat(often);
  if (value instanceof Bytes) return new Bytes(value.text.repeat(often));
  const repeated = (items: readonly Py[]): Py[] => {
    const all: Py[] = [];
    for (let i = 0; i < often; i++) for (const item of items) all.push(item);
    return all;
  };
  if (value instanceof List) return new List(repeated(value.items), value.type);
  if (value instanceof Tuple) return new Tuple(repeated(value.items));
  return value instanceof Opaque ? new Opaque(value.length === undefined ? undefined : value.length * often) : raiseType();
}

export function sets(operator: string, left: SetValue, right: SetValue): Py {
  const found = new SetValue([], left.isFrozen);
  for (const [key, member] of left.members)
    if (operator === "|" || right.members.has(key) === (operator === "&")) found.members.set(key, member);
  if (operator === "|" || operator === "^")
    for (const [key, member] of right.members) if (!left.members.has(key)) found.members.set(key, member);
  return found;
}

/** A text as it would be written, roughly. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\\p{Cc}]/gu, (each) => escapes[each] ?? `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return quote + (quote === "'" ? inside.replaceAll("'", "\\'") : inside) + quote;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** What `str` makes of it, roughly. */
export function shown(value: Py, form: "str" | "repr" = "str"): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return form === "str" ? value : quoted(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Complex) return complexText(value);
  if (value instanceof Bytes) return `b${quoted(value.text)}`;
  const all = (items: Iterable<Py>): string => [...items].map((item) => shown(item, "repr")).join(", ");
  if (value instanceof List) return `[${all(value.items)}]`;
  if (value instanceof Tuple) return `(${all(value.items)}${value.items.length === 1 ? "," : ""})`;
  if (value instanceof SetValue) return value.members.size === 0 ? "set()" : `{${all(value.members.values())}}`;
  if (value instanceof Dict)
    return `{${[...value.entries.values()].map(([key, held]) => `${shown(key, "repr")}: ${shown(held, "repr")}`).join(", ")}}`;
  return value instanceof Opaque ? unclear("a text of which nothing is known") : "<object at 0x7f0000000000>";
}

/** Whether nothing is known of the value but, at most, its length. */
export function isUnknown(value: Py): value is Opaque | Imported {
  return value instanceof Opaque || value instanceof Imported;
}

export function isEqual(a: Py, b: Py): boolean {
  if (a === b) return true;
  if (isUnknown(a) || isUnknown(b)) return unknownTest("a comparison with something unknown");
  const [x, y] = [asFloat(a), asFloat(b)];
  if (x !== undefined && y !== undefined) return typeof a === "bigint" || typeof b === "bigint" ? asNumber(a) === asNumber(b) : x === y;
  if (a instanceof Complex || b instanceof Complex) {
    const [one, other] = [asComplex(a), asComplex(b)];
    return one !== undefined && other !== undefined && one.real === other.real && one.imaginary === other.imaginary;
  }
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple))
    return a.items.length === b.items.length && a.items.every((item, index) => isEqual(item, b.items[index] as Py));
  if (a instanceof Bytes && b instanceof Bytes) return a.text === b.text;
  if (a instanceof SetValue && b instanceof SetValue)
    return a.members.size === b.members.size && [...a.members.keys()].every((key) => b.members.has(key));
  if (a instanceof Dict && b instanceof Dict)
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(([key, [, value]]) => {
        const other = b.entries.get(key);
        return other !== undefined && isEqual(value, other[1]);
      })
    );
  if (a instanceof Instance && b instanceof Instance && a.class_ === b.class_ && (a.class_.comparesFields || a.class_.isTuple))
    return isEqual(new Tuple(fieldsOf(a)), new Tuple(fieldsOf(b)));
  if (a instanceof Instance && a.class_.isTuple && b instanceof Tuple) return isEqual(new Tuple(fieldsOf(a)), b);
  if (b instanceof Instance && b.class_.isTuple && a instanceof Tuple) return isEqual(a, new Tuple(fieldsOf(b)));
  if (a instanceof Instance && a.class_.find("__eq__") !== undefined) return unclear("a comparison of a class");
  return false;
}

/** Below zero where the first comes first. */
export function order(a: Py, b: Py): number {
  const [x, y] = [asFloat(a), asFloat(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Bytes && b instanceof Bytes) return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    const shorter = Math.min(a.items.length, b.items.length);
    for (let i = 0; i < shorter; i++) {
      const [one, other] = [a.items[i] as Py, b.items[i] as Py];
      if (!isEqual(one, other)) return order(one, other);
    }
    return a.items.length - b.items.length;
  }
  if (isUnknown(a) || isUnknown(b)) return unknownTest("a comparison with something unknown");
  if (a instanceof Instance && b instanceof Instance && a.class_.ordersFields && a.class_ === b.class_)
    return order(new Tuple(fieldsOf(a)), new Tuple(fieldsOf(b)));
  if (a instanceof Instance && a.class_.isTuple) return order(new Tuple(fieldsOf(a)), b);
  if (b instanceof Instance && b.class_.isTuple) return order(a, new Tuple(fieldsOf(b)));
  if (a instanceof Instance || b instanceof Instance) return unclear("a comparison of a class");
  return raiseType();
}

export function compared(operator: string, a: Py, b: Py): boolean {
  switch (operator) {
    case "==":
      return isEqual(a, b);
    case "!=":
      return !isEqual(a, b);
    case "is":
      return a === b || (a instanceof Opaque && b instanceof Opaque && unclear("an identity"));
    case "is not":
      return a !== b;
    case "in":
      return isIn(a, b);
    case "not in":
      return !isIn(a, b);
    default:
  }
  if (a instanceof SetValue && b instanceof SetValue) {
    const [few, many] = operator.startsWith("<") ? [a, b] : [b, a];
    const isPart = [...few.members.keys()].every((key) => many.members.has(key));
    return isPart && (operator.endsWith("=") || few.members.size < many.members.size);
  }
  const found = order(a, b);
  return operator === "<" ? found < 0 : operator === "<=" ? found <= 0 : operator === ">" ? found > 0 : found >= 0;
}

function isIn(item: Py, container: Py): boolean {
  if (container instanceof SetValue) return container.members.has(keyOf(item));
  if (container instanceof Dict) return container.entries.has(keyOf(item));
  if (typeof container === "string" && typeof item === "string") return container.includes(item);
  if (container instanceof List || container instanceof Tuple) return container.items.some((each) => isEqual(each, item));
  if (container instanceof RangeValue) {
    const number = asFloat(item);
    if (number === undefined) return false;
    const offset = (number - container.start) / container.step;
    return Number.isInteger(offset) && offset >= 0 && offset < container.length;
  }
  if (container instanceof Bytes && item instanceof Bytes) return container.text.includes(item.text);
  return unknownTest("a look into something unknown");
}

export function isTrue(value: Py): boolean {
  if (typeof value === "boolean") return value;
  if (value === null || value === "" || value === 0 || value === 0n) return false;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Complex) return value.real !== 0 || value.imaginary !== 0;
  const length = lengthOf(value);
  if (length !== undefined) return length > 0;
  if (isUnknown(value)) return unknownTest("a test of which nothing is known");
  if (value instanceof Instance && (value.class_.find("__bool__") !== undefined || value.class_.find("__len__") !== undefined))
    return unclear("a test that a class makes");
  return true;
}
