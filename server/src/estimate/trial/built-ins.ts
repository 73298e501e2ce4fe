import { asFloat, asIndex, asNumber, checkedSize, isUnknown, normal } from "./arithmetic.js";

import { absoluteOf, makeComplex } from "./complex-numbers.js";
import { formattedAs, rounded } from "./formats.js";
import { type Machine, perStep } from "./machine.js";
import {
  Bytes,
  type Call,
  ClassValue,
  Complex,
  Dict,
  done,
  type Elements,
  Float,
  Imported,
  Instance,
  Iterator_,
  keyOf,
  List,
  lengthOf,
  Native,
  Opaque,
  type Py,
  PyFunction,
  Raised,
  RangeValue,
  SetValue,
  Tuple,
  unclear,
} from "./values.js";

const hierarchy: readonly (readonly [name: string, base: string])[] = [
  ["BaseException", ""],
  ["Exception", "BaseException"],
  ["ArithmeticError", "Exception"],
  ["ZeroDivisionError", "ArithmeticError"],
  ["OverflowError", "ArithmeticError"],
  ["AttributeError", "Exception"],
  ["LookupError", "Exception"],
  ["IndexError", "LookupError"],
  ["KeyError", "LookupError"],
  ["NameError", "Exception"],
  ["OSError", "Exception"],
  ["RuntimeError", "Exception"],
  ["NotImplementedError", "RuntimeError"],
  ["StopIteration", "Exception"],
  ["TypeError", "Exception"],
  ["ValueError", "Exception"],
  ["UnicodeError", "ValueError"],
  ["JSONDecodeError", "ValueError"],
  ["UnicodeDecodeError", "UnicodeError"],
  ["UnicodeEncodeError", "UnicodeError"],
  ["SystemExit", "BaseException"],
  ["KeyboardInterrupt", "BaseException"],
  ["GeneratorExit", "BaseException"],
  ["StopAsyncIteration", "Exception"],
  ["AssertionError", "Exception"],
  ["RecursionError", "RuntimeError"],
  ["FloatingPointError", "ArithmeticError"],
  ["SyntaxError", "Exception"],
  ["EOFError", "Exception"],
  ["MemoryError", "Exception"],
  ["BufferError", "Exception"],
  ["ImportError", "Exception"],
  ["ModuleNotFoundError", "ImportError"],
  ["UnboundLocalError", "NameError"],
  ["FileNotFoundError", "OSError"],
  ["FileExistsError", "OSError"],
  ["PermissionError", "OSError"],
  ["InterruptedError", "OSError"],
  ["BlockingIOError", "OSError"],
  ["ConnectionError", "OSError"],
  ["ConnectionResetError", "ConnectionError"],
  ["ConnectionRefusedError", "ConnectionError"],
  ["BrokenPipeError", "ConnectionError"],
  ["TimeoutError", "OSError"],
  ["Warning", "Exception"],
  ["UserWarning", "Warning"],
  ["DeprecationWarning", "Warning"],
  ["RuntimeWarning", "Warning"],
  // Of the module `queue`.
  ["Empty", "Exception"],
  ["Full", "Exception"],
];

/** The classes of errors that Python brings. */
export const exceptions: ReadonlyMap<string, ClassValue> = (() => {
  const made = new Map<string, ClassValue>();
  for (const [name, base] of hierarchy) {
    const above = made.get(base);
    made.set(name, new ClassValue(name, above ? [above] : [], new Map()));
  }
  const [system] = [made.get("OSError")];
  if (system) for (const alias of ["IOError", "EnvironmentError"]) made.set(alias, system);
  return made;
})();

/** What names are bound to that no program binds. */
export function builtIns(machine: Machine): ReadonlyMap<string, Py> {
  const made = new Map<string, Py>(exceptions);
  const define = (name: string, call: Call): void => {
    made.set(name, new Native(name, call));
  };
  const list = (value: Py | undefined): readonly Py[] => (value === undefined ? [] : machine.listOf(value));
  const lazily = (next: () => Py | typeof done): Iterator_ => new Iterator_(next);
  /** The same, any element of which can be asked for until one was taken. */
  const indexed = (next: () => Py | typeof done, elements: Elements | undefined): Py => {
    const made = lazily(() => {
      made.elements = undefined;
      return next();
    });
    made.elements = elements;
    return made;
  };
  const best =
    (sign: number): Call =>
    (given, named) => {
      const items = given.length === 1 ? list(given[0]) : given;
      const key = named.get("key") ?? null;
      let found: Py | undefined;
      let foundKey: Py = null;
      machine.tick(items.length / 4);
      if (key === null && items.some(isUnknown)) return new Opaque();
      for (const item of items) {
        const own = key === null ? item : machine.call(key, [item]);
        if (found !== undefined && sign * machine.order(own, foundKey) <= 0) continue;
        found = item;
        foundKey = own;
      }
      if (found === undefined) found = named.get("default");
      return found === undefined ? machine.fail("ValueError", "empty") : found;
    };

  define("print", () => null);
  define("len", ([value = null]) => {
    if (value instanceof Instance && !value.class_.isTuple) return machine.call(machine.methodOf(value, "__len__") ?? null, []);
    if (value instanceof ClassValue && value.members) return new Set(value.members.values()).size;
    return lengthOf(value) ?? (value instanceof Opaque ? new Opaque() : machine.fail("TypeError", "no length"));
  });
  define("range", (given) => {
    const [first = 0, second, third = 1] = given.map(asIndex);
    if (third === 0) machine.fail("ValueError", "step");
    return second === undefined ? new RangeValue(0, first, 1) : new RangeValue(first, second, third);
  });
  define("enumerate", ([value = null, start], named) => {
    const next = machine.iterate(value);
    const first = asIndex(start ?? named.get("start") ?? 0);
    let index = first;
    const elements = machine.elementsOf(value);
    return indexed(
      () => {
        const item = next();
        return item === done ? done : new Tuple([index++, item]);
      },
      elements && { ...elements, element: (at) => new Tuple([first + at, elements.element(at)]) },
    );
  });
  /** One element of each, until one of them ends. */
  const together = (iterables: readonly Py[]): (() => readonly Py[] | typeof done) => {
    const nexts = iterables.map((each) => machine.iterate(each));
    return () => {
      const items: Py[] = [];
      for (const next of nexts) {
        const item = next();
        if (item === done) return done;
        items.push(item);
      }
      return items;
    };
  };
  define("zip", (given) => {
    const next = together(given);
    const all = given.map((each) => machine.elementsOf(each));
    const known = all.flatMap((each) => (each ? [each] : []));
    return indexed(
      () => {
        const items = given.length === 0 ? done : next();
        return items === done ? done : new Tuple(items);
      },
      known.length > 0 && known.length === all.length
        ? {
            length: Math.min(...known.map(({ length }) => length)),
            element: (at) => new Tuple(known.map(({ element }) => element(at))),
          }
        : undefined,
    );
  });
  define("map", ([call = null, ...iterables]) => {
    const next = together(iterables);
    return lazily(() => {
      const items = next();
      return items === done ? done : machine.call(call, items);
    });
  });
  define("filter", ([test = null, iterable = null]) => {
    const next = machine.iterate(iterable);
    return lazily(() => {
      for (let item = next(); item !== done; item = next())
        if (machine.truth(test === null ? item : machine.call(test, [item]))) return item;
      return done;
    });
  });
  define("reversed", ([value]) => new Iterator_(machine.iterate(new List([...list(value)].reverse()))));
  define("iter", ([value = null]) => new Iterator_(machine.iterate(value)));
  define("next", ([value = null, usual]) => {
    if (!(value instanceof Iterator_)) {
      const method = value instanceof Instance ? machine.methodOf(value, "__next__") : undefined;
      return method ? machine.call(method, []) : unclear("next of something unknown");
    }
    const item = value.next();
    if (item !== done) return item;
    return usual === undefined ? machine.fail("StopIteration", "") : usual;
  });
  define(
    "sorted",
    ([value], named) => new List(machine.sorted(list(value), named.get("key") ?? null, machine.truth(named.get("reverse") ?? false))),
  );
  define("sum", ([value = null, start], named) => {
    let total: Py = start ?? named.get("start") ?? 0;
    const next = machine.iterate(value);
    for (let item = next(); item !== done; item = next()) total = machine.binary("+", total, item);
    return total;
  });
  define("min", best(-1));
  define("max", best(1));
  for (const [name, wanted] of [
    ["any", true],
    ["all", false],
  ] as const)
    define(name, ([value = null]) => {
      const next = machine.iterate(value);
      for (let item = next(); item !== done; item = next()) if (machine.truth(item) === wanted) return wanted;
      return !wanted;
    });
  define("abs", ([value = null]) => {
    if (value instanceof Float) return new Float(Math.abs(value.value));
    if (value instanceof Complex) return absoluteOf(value);
    const number = asNumber(value);
    if (number === undefined) return new Opaque();
    return number < 0 ? machine.unary("-", number) : number;
  });
  define("divmod", ([a = null, b = null]) => new Tuple([machine.binary("//", a, b), machine.binary("%", a, b)]));
  define("pow", ([base = null, power = null, modulus]) => {
    if (modulus === undefined) return machine.binary("**", base, power);
    const numbers = [base, power, modulus].map(asNumber);
    if (numbers.includes(undefined)) return new Opaque();
    const [x, y, m] = numbers.map((each) => BigInt(each as number | bigint)) as [bigint, bigint, bigint];
    if (m === 0n) return machine.fail("ValueError", "pow() 3rd argument cannot be 0");
    if (y < 0n) return unclear("an inverse");
    // Multiplying takes the square of what is multiplied.
    const each = 0.2 + (m.toString(16).length / 128) ** 2 / 2;
    let [result, square, rest] = [1n % m, ((x % m) + m) % m, y];
    for (; rest > 0n; rest >>= 1n) {
      machine.tick(each);
      if (rest & 1n) result = (result * square) % m;
      square = (square * square) % m;
    }
    return normal(result);
  });
  define("round", ([value = null, digits]) => {
    const number = asFloat(value);
    if (number === undefined) return new Opaque();
    const count = digits === undefined || digits === null ? undefined : asIndex(digits);
    if (!(value instanceof Float))
      return count === undefined || count >= 0 || !Number.isSafeInteger(number) ? value : rounded(number, count);
    if (count !== undefined) return new Float(rounded(number, count));
    if (!Number.isFinite(number)) return machine.fail(Number.isNaN(number) ? "ValueError" : "OverflowError", "no integer");
    return Number.isSafeInteger(Math.trunc(number)) ? rounded(number, 0) : normal(BigInt(Math.trunc(number)));
  });
  define("int", ([value = 0, base]) => {
    if (value instanceof Float) {
      if (!Number.isFinite(value.value)) return machine.fail(Number.isNaN(value.value) ? "ValueError" : "OverflowError", "int");
      const whole = Math.trunc(value.value);
      return Number.isSafeInteger(whole) ? whole + 0 : normal(BigInt(whole));
    }
    if (typeof value === "string" || value instanceof Bytes) {
      const text = typeof value === "string" ? value : value.text;
      return integerIn(text, base === undefined ? 10 : asIndex(base)) ?? machine.fail("ValueError", "invalid literal for int()");
    }
    return asNumber(value) ?? new Opaque();
  });
  define("float", ([value = 0]) => {
    if (typeof value === "string") {
      const parsed = /^\s*[-+]?(\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)
        ? Number(value)
        : /inf/i.test(value)
          ? Number.POSITIVE_INFINITY
          : Number.NaN;
      return Number.isNaN(parsed) ? machine.fail("ValueError", "float") : new Float(parsed);
    }
    const number = asFloat(value);
    return number === undefined ? new Opaque() : new Float(number);
  });
  define("str", ([value = "", encoding]) => {
    if (isUnknown(value)) return new Opaque();
    return value instanceof Bytes && encoding !== undefined ? machine.callMethod(value, "decode", []) : machine.text(value);
  });
  for (const name of ["repr", "ascii"]) define(name, ([value = null]) => machine.representation(value));
  define("format", ([value = null, how = ""]) => machine.formatted(value, String(how)));
  define("bool", ([value = false]) => machine.truth(value));
  define("list", ([value]) => new List([...list(value)]));
  define("tuple", ([value]) => (value instanceof Tuple ? value : new Tuple([...list(value)])));
  define("set", ([value]) => new SetValue(list(value)));
  define("frozenset", ([value]) => new SetValue(list(value), true));
  define("dict", ([value], named) => {
    const dict = new Dict();
    if (value !== undefined) machine.updateDict(dict, value);
    for (const [key, each] of named) dict.entries.set(key, [key, each]);
    return dict;
  });
  const bytesOf: Call = ([value]) => {
    if (value === undefined) return new Bytes("");
    if (value instanceof Bytes || value instanceof Opaque) return value;
    if (typeof value === "string") return new Bytes(value);
    const size = asNumber(value);
    if (size !== undefined) {
      machine.tick(checkedSize(Number(size)) / perStep);
      return new Bytes("\u0000".repeat(Number(size)));
    }
    return new Bytes(String.fromCharCode(...list(value).map(asIndex).slice(0, 100_000)));
  };
  define("bytes", bytesOf);
  define("bytearray", (given, named) => {
    const found = bytesOf(given, named);
    if (found instanceof Bytes) machine.tick(found.text.length / perStep);
    return found instanceof Bytes
      ? new List(
          [...found.text].map((each) => each.charCodeAt(0)),
          "bytearray",
        )
      : found;
  });
  define("memoryview", ([value = null]) => value);
  define("ord", ([value]) =>
    typeof value === "string"
      ? [...value.slice(0, 3)].length === 1
        ? (value.codePointAt(0) ?? 0)
        : machine.fail("TypeError", "ord")
      : new Opaque(),
  );
  define("chr", ([value = null]) => String.fromCodePoint(Math.min(0x10ffff, Math.max(0, asIndex(value)))));
  for (const [name, type] of [
    ["hex", "x"],
    ["bin", "b"],
    ["oct", "o"],
  ] as const)
    define(name, ([value = null]) => formattedAs(asNumber(value) ?? machine.fail("TypeError", "no integer"), `#${type}`));
  define("hash", ([value = null]) => {
    const key = keyOf(value);
    if (typeof key === "number") return key;
    let hash = 0;
    for (const character of String(key)) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007;
    return hash;
  });
  define("id", () => new Opaque());
  define("callable", ([value = null]) => value instanceof PyFunction || value instanceof Native || value instanceof ClassValue);
  define("isinstance", ([value = null, type = null]) => isInstance(value, type));
  define("issubclass", ([value = null, type = null]) =>
    value instanceof ClassValue && type instanceof ClassValue ? value.isA(type) : unclear("a type"),
  );
  define("type", ([value = null]) => (value instanceof Instance ? value.class_ : (made.get(typeName(value)) ?? unclear("a type"))));
  define("getattr", ([object = null, name, usual]) => {
    try {
      return machine.attribute(object, String(name));
    } catch (error) {
      if (usual !== undefined && error instanceof Raised && error.type === "AttributeError") return usual;
      throw error;
    }
  });
  define("hasattr", ([object = null, name]) => {
    if (!(object instanceof Instance)) return unclear("an attribute of something unknown");
    return object.attributes.has(String(name)) || object.class_.find(String(name)) !== undefined;
  });
  define("setattr", ([object = null, name, value = null]) => {
    machine.setAttribute(object, String(name), value);
    return null;
  });
  define("open", () => new Opaque());
  define("input", () => new Opaque());
  define("complex", makeComplex);
  const binding =
    (binds: PyFunction["binds"]): Call =>
    ([call]) => {
      if (!(call instanceof PyFunction)) return unclear("a decorator");
      call.binds = binds;
      return call;
    };
  define("staticmethod", binding("nothing"));
  define("classmethod", binding("class"));
  define("property", binding("property"));
  made.set("object", new ClassValue("object", [], new Map()));
  made.set("NotImplemented", new Opaque());
  return made;
}

/** The integer that a text says; undefined where it is none. */
function integerIn(text: string, base: number): number | bigint | undefined {
  if (text.length > 5_000) return unclear("a large number");
  const [, sign, prefix, digits] = /^([-+]?)(0[xXoObB])?([0-9a-zA-Z]+)$/.exec(text.trim().replace(/(?<=\w)_(?=\w)/g, "")) ?? [];
  if (digits === undefined) return undefined;
  const own = prefix === undefined ? undefined : { x: 16, o: 8, b: 2 }[(prefix[1] as string).toLowerCase()];
  // `0b1` is a number in hexadecimal.
  const isPrefixed = own !== undefined && (base === 0 || base === own);
  const root = base === 0 ? (own ?? 10) : base;
  const all = isPrefixed ? digits : (prefix ?? "") + digits;
  let found = 0n;
  for (const each of all) {
    const digit = Number.parseInt(each, 36);
    if (digit >= root) return undefined;
    found = found * BigInt(root) + BigInt(digit);
  }
  return normal(sign === "-" ? -found : found);
}

function typeName(value: Py): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || typeof value === "bigint") return "int";
  if (typeof value === "string") return "str";
  if (value instanceof Float) return "float";
  if (value instanceof List) return value.type;
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  if (value instanceof SetValue) return value.isFrozen ? "frozenset" : "set";
  return value instanceof Bytes ? "bytes" : unclear("a type");
}

function isInstance(value: Py, type: Py): boolean {
  if (type instanceof Tuple) return type.items.some((each) => isInstance(value, each));
  if (type instanceof ClassValue) return type.name === "object" || (value instanceof Instance && value.class_.isA(type));
  if (type instanceof Native) {
    if (value instanceof Instance) return false;
    const name = typeName(value);
    return name === type.name || (name === "bool" && type.name === "int");
  }
  return type instanceof Imported ? unclear("a type of a library") : unclear("a type");
}
