import { asFloat, asIndex, normal, shown } from "./arithmetic.js";
import { exceptions } from "./built-ins.js";
import { asDataClass, asNamedTuple, libraryObject } from "./classes.js";
import { complexFunction } from "./complex-numbers.js";
import { dataMember } from "./library-data.js";
import { iterating } from "./library-iterating.js";
import { mathFunction } from "./library-numbers.js";
import { bisection, heapFunction } from "./library-ordering.js";
import { programMember } from "./library-program.js";
import { randomFunction, randomGenerator } from "./library-random.js";
import { timeMember } from "./library-time.js";
import { FieldValue, type Machine, perStep } from "./machine.js";
import { countAll } from "./methods.js";
import { asynchronous, parallel } from "./pools.js";
import {
  Bytes,
  type Call,
  ClassValue,
  Dict,
  done,
  Float,
  Instance,
  Iterator_,
  keyOf,
  List,
  lengthOf,
  Native,
  type Py,
  PyFunction,
  Raised,
  RangeValue,
  SetValue,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** Something that a module of the library holds; undefined where it is not known. */
export function memberOf(machine: Machine, qualified: string): Py | undefined {
  const constant = constants[qualified];
  if (constant !== undefined) return constant;
  const dot = qualified.lastIndexOf(".");
  const [module, name] = [qualified.slice(0, dot), qualified.slice(dot + 1)];
  if (/^(concurrent\.futures(\.(thread|process))?|multiprocessing(\.(pool|dummy))?|threading|queue)$/.test(module)) {
    if (module === "queue" && (name === "Empty" || name === "Full")) return exceptions.get(name);
    return parallel(machine, module, name);
  }
  if (qualified === "json.JSONDecodeError") return exceptions.get(name);
  if (module === "asyncio") return asynchronous(machine, name);
  const held = timeMember(machine, qualified) ?? programMember(machine, qualified) ?? dataMember(machine, module, name);
  if (held !== undefined) return held;
  const call = functionOf(machine, qualified);
  return call && new Native(qualified, call);
}

const constants: Readonly<Record<string, Py>> = {
  "math.pi": new Float(Math.PI),
  "cmath.pi": new Float(Math.PI),
  "math.e": new Float(Math.E),
  "math.tau": new Float(2 * Math.PI),
  "math.inf": new Float(Number.POSITIVE_INFINITY),
  "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
  "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "string.digits": "0123456789",
  "string.punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
  "string.whitespace": " \t\n\r\u000b\f",
  "string.hexdigits": "0123456789abcdefABCDEF",
  "string.octdigits": "01234567",
  "math.nan": new Float(Number.NaN),
};

function functionOf(machine: Machine, qualified: string): Call | undefined {
  const dot = qualified.lastIndexOf(".");
  const [module, name] = [qualified.slice(0, dot), qualified.slice(dot + 1)];
  switch (module) {
    case "math":
      return mathFunction(machine, name);
    case "cmath":
      return complexFunction(name);
    case "random":
      if (name === "Random" || name === "SystemRandom") return ([seed]) => randomGenerator(machine, seed);
      return randomFunction(machine, machine.random, name);
    case "collections":
      return collection(machine, name);
    case "itertools":
    case "itertools.chain":
      return iterating(machine, module === "itertools" ? name : `chain.${name}`);
    case "functools":
      return functional(machine, name);
    case "heapq":
      return heapFunction(machine, name);
    case "bisect":
      return bisection(machine, name);
    case "operator":
      return operating(machine, name);
    case "copy":
      return name === "copy" || name === "deepcopy" ? ([value = null]) => copied(machine, value, name === "deepcopy") : undefined;
    case "json":
      return jsonFunction(machine, name);
    case "dataclasses":
      return dataClass(machine, name);
    case "statistics":
      return statistic(machine, name);
    case "contextlib":
      return name === "contextmanager" || name === "asynccontextmanager" ? managerOf(machine) : undefined;
    case "abc":
    case "typing":
    case "atexit":
      // What only says something of what it decorates.
      if (/^(abstractmethod|overload|final|override|no_type_check|runtime_checkable)$/.test(name)) return ([value = null]) => value;
      return name === "register" ? () => null : name === "cast" ? ([, value = null]) => value : undefined;
    default:
      return undefined;
  }
}

function collection(machine: Machine, name: string): Call | undefined {
  switch (name) {
    case "deque":
      return ([value, most], named) => {
        const made = new List(value === undefined ? [] : [...machine.listOf(value)], "deque");
        const limit = most ?? named.get("maxlen") ?? null;
        if (limit !== null) made.mostItems = asIndex(limit);
        if (made.mostItems !== undefined) made.items.splice(0, Math.max(0, made.items.length - made.mostItems));
        return made;
      };
    case "Counter":
      return ([value]) => {
        const made = new Dict("Counter");
        if (value !== undefined) countAll(machine, made, value, 1);
        return made;
      };
    case "defaultdict":
      return ([missing = null, value]) => {
        const made = new Dict("defaultdict", missing);
        if (value !== undefined) machine.updateDict(made, value);
        return made;
      };
    case "OrderedDict":
      return ([value]) => {
        const made = new Dict();
        if (value !== undefined) machine.updateDict(made, value);
        return made;
      };
    case "namedtuple":
      return ([title, names = ""], defaults) => {
        const made = new ClassValue(String(title), [], new Map());
        const fields = typeof names === "string" ? names.split(/[\s,]+/).filter((each) => each !== "") : machine.listOf(names).map(String);
        const usual = machine.listOf(defaults.get("defaults") ?? new Tuple([]));
        made.fields = fields.map((field, index) => ({
          name: field,
          default: usual[index - fields.length + usual.length],
          isMade: false,
          isCompared: true,
        }));
        asNamedTuple(made);
        return made;
      };
    default:
      return undefined;
  }
}

function functional(machine: Machine, name: string): Call | undefined {
  const remembering = (call: Py): Py => {
    const known = new Map<unknown, Py>();
    const cached: Call = (given) => {
      if (machine.isWatching) machine.sampling.hangTogether();
      const key = keyOf(new Tuple(given));
      const found = known.get(key);
      if (found !== undefined) return found;
      const made = machine.call(call, given);
      known.set(key, made);
      return made;
    };
    return new Native("cached", cached, "method", call);
  };
  switch (name) {
    case "cache":
    case "cached_property":
      return name === "cache" ? ([call = null]) => remembering(call) : undefined;
    case "lru_cache":
      return ([call]) => (call instanceof PyFunction ? remembering(call) : new Native("lru_cache", ([inner = null]) => remembering(inner)));
    case "wraps":
      return () => new Native("wraps", ([call = null]) => call);
    case "reduce":
      return ([call = null, value = null, start]) => {
        const items = [...machine.listOf(value)];
        if (start === undefined && items.length === 0) machine.fail("TypeError", "empty");
        let total: Py = start === undefined ? (items.shift() as Py) : start;
        for (const item of items) total = machine.call(call, [total, item]);
        return total;
      };
    case "partial":
      return ([call = null, ...first], bound) =>
        new Native("partial", (given, named) => machine.call(call, [...first, ...given], new Map([...bound, ...named])), "nothing", call);
    case "total_ordering":
      return ([class_ = null]) => (class_ instanceof ClassValue ? ordered(machine, class_) : unclear("a decorator"));
    case "cmp_to_key":
      return ([compare = null]) =>
        new Native(name, ([value = null]) =>
          libraryObject(
            "K",
            {
              __lt__: ([other = null]) =>
                machine.compared(
                  "<",
                  machine.call(compare, [value, other instanceof Instance ? (other.attributes.get("obj") ?? null) : null]),
                  0,
                ),
            },
            { obj: value },
          ),
        );
    default:
      return undefined;
  }
}

/** With the comparisons that follow from those that it has. */
function ordered(machine: Machine, class_: ClassValue): Py {
  const less = (a: Py, b: Py): boolean =>
    class_.find("__lt__") !== undefined && !(class_.find("__lt__") instanceof Native)
      ? machine.compared("<", a, b)
      : machine.compared("!=", a, b) && !machine.compared(">", a, b);
  const own = new Set([...class_.attributes.keys()]);
  const define = (name: string, of: (a: Py, b: Py) => boolean): void => {
    if (!own.has(name)) class_.attributes.set(name, new Native(name, ([a = null, b = null]) => of(a, b), "method"));
  };
  if (!own.has("__lt__") && !own.has("__gt__")) return unclear("an order");
  define("__lt__", less);
  define("__gt__", (a, b) => !less(a, b) && machine.compared("!=", a, b));
  define("__le__", (a, b) => less(a, b) || machine.compared("==", a, b));
  define("__ge__", (a, b) => !less(a, b));
  return class_;
}

/** `contextmanager`: what the generator does before and after its `yield`. */
function managerOf(machine: Machine): Call {
  return ([maker = null]) =>
    new Native("contextmanager", (given, named) => {
      const steps = machine.call(maker, given, named);
      if (!(steps instanceof Iterator_)) return unclear("a context manager");
      return libraryObject("contextmanager", {
        __enter__: () => {
          const value = steps.next();
          return value === done ? null : value;
        },
        __exit__: ([type = null, value = null]) => {
          if (type === null) {
            steps.next();
            return false;
          }
          const error = new Raised(type instanceof ClassValue ? type.name : "Exception", value);
          try {
            return steps.fail?.(error) === done;
          } catch (other) {
            if (other === error) return false;
            throw other;
          }
        },
      });
    });
}

function operating(machine: Machine, name: string): Call | undefined {
  const operator = {
    add: "+",
    sub: "-",
    mul: "*",
    truediv: "/",
    floordiv: "//",
    mod: "%",
    xor: "^",
    and_: "&",
    or_: "|",
    pow: "**",
    lshift: "<<",
    rshift: ">>",
    concat: "+",
  }[name];
  if (operator) return ([a = null, b = null]) => machine.binary(operator, a, b);
  if (name === "neg") return ([value = null]) => machine.unary("-", value);
  if (name === "not_") return ([value = null]) => !machine.truth(value);
  if (name === "contains") return ([a = null, b = null]) => machine.compared("in", b, a);
  if (name === "getitem") return ([a = null, b = null]) => machine.item(a, b);
  const comparison = { lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" }[name];
  if (comparison) return ([a = null, b = null]) => machine.compared(comparison, a, b);
  if (name === "methodcaller")
    return ([method, ...given]) => new Native(name, ([value = null]) => machine.callMethod(value, String(method), given));
  if (name === "itemgetter")
    return (keys) =>
      new Native(name, ([value = null]) =>
        keys.length === 1 ? machine.item(value, keys[0] as Py) : new Tuple(keys.map((key) => machine.item(value, key))),
      );
  if (name === "attrgetter") return ([attribute]) => new Native(name, ([value = null]) => machine.attribute(value, String(attribute)));
  return undefined;
}

function jsonFunction(machine: Machine, name: string): Call | undefined {
  const read = (value: unknown): Py => {
    machine.tick(0.4);
    if (Array.isArray(value)) return new List(value.map(read));
    if (typeof value === "number") return Number.isInteger(value) ? value : new Float(value);
    if (typeof value !== "object" || value === null) return value as Py;
    const number: unknown = (value as Record<string, unknown>)["\u0000"];
    if (typeof number === "string") return /[.eE]/.test(number) ? new Float(Number(number)) : normal(BigInt(number));
    const made = new Dict();
    for (const [key, held] of Object.entries(value)) made.entries.set(key, [key, read(held)]);
    return made;
  };
  if (name === "dumps")
    return ([value = null], named) => {
      const indent = named.get("indent") ?? null;
      const parts = named.get("separators") ?? null;
      const [comma, colon] = parts === null ? [indent === null ? ", " : ",", ": "] : machine.listOf(parts).map(String);
      const form: JsonForm = {
        blanks: typeof indent === "number" ? " ".repeat(Math.min(20, Math.max(0, indent))) : indent === null ? undefined : String(indent),
        comma: comma ?? ", ",
        colon: colon ?? ": ",
        isSorted: machine.truth(named.get("sort_keys") ?? false),
        isPlain: machine.truth(named.get("ensure_ascii") ?? true),
        other: named.get("default") ?? null,
      };
      return asJson(machine, value, form, "\n");
    };
  if (name === "dump") return () => null;
  if (name !== "loads") return undefined;
  return ([text = null]) => {
    const written = typeof text === "string" ? text : text instanceof Bytes ? text.text : unclear("a text of which nothing is known");
    machine.tick(written.length / 64);
    let found: unknown;
    try {
      // Which numbers are floats, JavaScript does not tell.
      found = JSON.parse(
        written.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (each) =>
          each.startsWith('"') || (/^-?\d{1,15}$/.test(each) && !/^-?0\d/.test(each)) ? each : `{"\\u0000":"${each}"}`,
        ),
      );
    } catch {
      return machine.fail("JSONDecodeError", "JSON");
    }
    return read(found);
  };
}

interface JsonForm {
  readonly blanks: string | undefined;
  readonly comma: string;
  readonly colon: string;
  readonly isSorted: boolean;
  readonly isPlain: boolean;
  readonly other: Py;
}

function asJson(machine: Machine, value: Py, form: JsonForm, line: string): string {
  machine.tick(0.5);
  const joined = (parts: readonly string[], opening: string, closing: string): string => {
    if (parts.length === 0) return opening + closing;
    if (form.blanks === undefined) return opening + parts.join(form.comma) + closing;
    const inner = line + form.blanks;
    return `${opening}${inner}${parts.join(form.comma + inner)}${line}${closing}`;
  };
  const inside = (each: Py): string => asJson(machine, each, form, line + (form.blanks ?? ""));
  const text = (each: string): string => {
    const quoted = JSON.stringify(each);
    return form.isPlain
      ? quoted.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
      : quoted;
  };
  if (typeof value === "string") return text(value);
  if (value instanceof List || value instanceof Tuple) return joined(value.items.map(inside), "[", "]");
  if (value instanceof Dict) {
    const entries = [...value.entries.values()];
    if (form.isSorted) entries.sort(([a], [b]) => machine.order(a, b));
    const keyText = (key: Py): string =>
      typeof key === "string" ? key : key === null || typeof key === "boolean" ? inside(key) : shown(key);
    return joined(
      entries.map(([key, held]) => text(keyText(key)) + form.colon + inside(held)),
      "{",
      "}",
    );
  }
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (asFloat(value) !== undefined)
    return shown(value)
      .replace(/^inf$/, "Infinity")
      .replace(/^-inf$/, "-Infinity")
      .replace(/^nan$/, "NaN");
  return form.other === null ? unclear("what JSON does not hold") : inside(machine.call(form.other, [value]));
}

function dataClass(machine: Machine, name: string): Call | undefined {
  if (name === "field")
    return (_given, named) => {
      const factory = named.get("default_factory");
      const isCompared = machine.truth(named.get("compare") ?? true);
      return new FieldValue(factory ?? named.get("default"), factory !== undefined, isCompared);
    };
  if (name === "asdict" || name === "replace")
    return ([object = null], named) => {
      if (!(object instanceof Instance)) return unclear("fields of something unknown");
      const dict = new Dict();
      for (const { name: field } of object.class_.fields ?? []) setItem(dict, field, object.attributes.get(field) ?? null);
      if (name === "asdict") return dict;
      const made = new Instance(object.class_);
      for (const [field, value] of [...object.attributes, ...named]) made.attributes.set(field, value);
      return made;
    };
  if (name !== "dataclass") return undefined;
  return ([class_], named) => {
    const asked = (what: string): boolean => machine.truth(named.get(what) ?? false);
    const make = (value: Py): Py =>
      value instanceof ClassValue ? asDataClass(value, { isOrdered: asked("order"), isFrozen: asked("frozen") }) : unclear("a decorator");
    return class_ === undefined ? new Native(name, ([value = null]) => make(value)) : make(class_);
  };
}

function isChangeable(value: object): boolean {
  return !(
    value instanceof Float ||
    value instanceof Bytes ||
    value instanceof Native ||
    value instanceof PyFunction ||
    value instanceof ClassValue ||
    value instanceof RangeValue
  );
}

/** What `statistics` holds. */
function statistic(machine: Machine, name: string): Call | undefined {
  const numbers = (value: Py | undefined): number[] =>
    machine.listOf(value ?? null).map((each) => asFloat(each) ?? unclear("a number of which nothing is known"));
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? machine.fail("ValueError", "no data") : values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = (values: readonly number[], fewer: number): number => {
    const middle = mean(values);
    if (values.length <= fewer) machine.fail("ValueError", "too few data");
    return values.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (values.length - fewer);
  };
  /** An integer where all are and the result is. */
  const as = (value: Py | undefined, found: number): Py =>
    Number.isInteger(found) && machine.listOf(value ?? null).every((each) => typeof each === "number") ? found : new Float(found);
  switch (name) {
    case "mean":
      return ([value]) => as(value, mean(numbers(value)));
    case "fmean":
      return ([value]) => new Float(mean(numbers(value)));
    case "median":
    case "median_low":
    case "median_high":
      return ([value]) => {
        const sorted = numbers(value).sort((a, b) => a - b);
        const half = sorted.length >> 1;
        if (sorted.length === 0) machine.fail("ValueError", "no data");
        const [low, high] = [sorted[sorted.length % 2 ? half : half - 1] as number, sorted[half] as number];
        if (name === "median_low") return as(value, low);
        if (name === "median_high") return as(value, high);
        return sorted.length % 2 ? as(value, high) : new Float((low + high) / 2);
      };
    case "variance":
      return ([value]) => new Float(squares(numbers(value), 1));
    case "pvariance":
      return ([value]) => new Float(squares(numbers(value), 0));
    case "stdev":
      return ([value]) => new Float(Math.sqrt(squares(numbers(value), 1)));
    case "pstdev":
      return ([value]) => new Float(Math.sqrt(squares(numbers(value), 0)));
    case "mode":
      return ([value = null]) => {
        const counter = new Dict("Counter");
        countAll(machine, counter, value, 1);
        let found: [Py, Py] | undefined;
        for (const entry of counter.entries.values()) if (!found || machine.order(entry[1], found[1]) > 0) found = entry;
        return found ? found[0] : machine.fail("ValueError", "no data");
      };
    default:
      return undefined;
  }
}

function copied(machine: Machine, value: Py, isDeep: boolean): Py {
  machine.tick(0.2 + (lengthOf(value) ?? 0) / perStep);
  const inner = (each: Py): Py => (isDeep ? copied(machine, each, true) : each);
  if (value instanceof List) return new List(value.items.map(inner), value.type);
  if (value instanceof Tuple) return new Tuple(value.items.map(inner));
  if (value instanceof SetValue) return new SetValue(value.members.values(), value.isFrozen);
  if (value instanceof Dict) {
    const made = new Dict(value.type, value.missing);
    for (const [key, [shown, held]] of value.entries) made.entries.set(key, [shown, inner(held)]);
    return made;
  }
  if (value instanceof Instance && value.class_.find("__deepcopy__") === undefined && value.number === undefined) {
    const made = new Instance(value.class_);
    for (const [name, held] of value.attributes) made.attributes.set(name, inner(held));
    return made;
  }
  return typeof value !== "object" || value === null || !isChangeable(value) ? value : unclear("a copy of an object");
}
