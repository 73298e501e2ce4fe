import { asIndex } from "./arithmetic.js";
import { iterating } from "./library-iterating.js";
import { mathFunction, randomFunction, randomGenerator } from "./library-numbers.js";
import { bisection, heapFunction } from "./library-ordering.js";
import { FieldValue, type Machine, perStep } from "./machine.js";
import { countAll } from "./methods.js";
import { futuresOf, makeWorker, Pool } from "./tasks.js";
import {
  Bytes,
  type Call,
  ClassValue,
  Dict,
  Float,
  keyOf,
  List,
  lengthOf,
  Native,
  Opaque,
  type Py,
  PyFunction,
  SetValue,
  Tuple,
  unclear,
} from "./values.js";

/** Something that a module of the library holds; undefined where it is not known. */
export function memberOf(machine: Machine, qualified: string): Py | undefined {
  const constant = constants[qualified];
  if (constant !== undefined) return constant;
  const call = functionOf(machine, qualified);
  return call && new Native(qualified, call);
}

const constants: Readonly<Record<string, Py>> = {
  "math.pi": new Float(Math.PI),
  "math.e": new Float(Math.E),
  "math.tau": new Float(2 * Math.PI),
  "math.inf": new Float(Number.POSITIVE_INFINITY),
  "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
  "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "string.digits": "0123456789",
  "string.punctuation": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
  "string.whitespace": " \t\n\r\u000b\f",
  "sys.maxsize": 9223372036854775807n,
};

function functionOf(machine: Machine, qualified: string): Call | undefined {
  const dot = qualified.lastIndexOf(".");
  const [module, name] = [qualified.slice(0, dot), qualified.slice(dot + 1)];
  switch (module) {
    case "math":
      return mathFunction(machine, name);
    case "random":
      return name === "Random" || name === "SystemRandom" ? () => randomGenerator(machine) : randomFunction(machine, name);
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
    case "time":
      if (/^(sleep)$/.test(name)) return () => null;
      return /^(time|perf_counter|monotonic|process_time|thread_time)$/.test(name) ? () => new Opaque() : undefined;
    case "concurrent.futures":
    case "concurrent.futures.thread":
    case "concurrent.futures.process":
    case "multiprocessing":
    case "multiprocessing.pool":
    case "threading":
      return parallel(machine, name);
    default:
      return undefined;
  }
}

function parallel(machine: Machine, name: string): Call | undefined {
  if (/^(ThreadPoolExecutor|ProcessPoolExecutor|InterpreterPoolExecutor|Pool|ThreadPool)$/.test(name)) return () => new Pool();
  if (name === "Thread" || name === "Process") return (given, named) => makeWorker(machine, given, named);
  if (name === "as_completed" || name === "wait")
    return ([value]) => (name === "wait" ? new Tuple([value ?? null, new SetValue([])]) : futuresOf(machine, value));
  if (name === "cpu_count") return () => 4;
  // Who takes a lock alone gets it.
  return /^(Lock|RLock|Semaphore|BoundedSemaphore)$/.test(name) ? () => new Opaque() : undefined;
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
      return ([title, names = ""]) => {
        const made = new ClassValue(String(title), [], new Map());
        const fields = typeof names === "string" ? names.split(/[\s,]+/).filter((each) => each !== "") : machine.listOf(names).map(String);
        made.fields = fields.map((field) => ({ name: field, default: undefined, isMade: false }));
        made.comparesFields = true;
        return made;
      };
    default:
      return undefined;
  }
}

function functional(machine: Machine, name: string): Call | undefined {
  const remembering = (call: Py): Py => {
    const known = new Map<unknown, Py>();
    return new Native("cached", (given) => {
      const key = keyOf(new Tuple(given));
      const found = known.get(key);
      if (found !== undefined) return found;
      const made = machine.call(call, given);
      known.set(key, made);
      return made;
    });
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
        let total: Py = start ?? items.shift() ?? machine.fail("TypeError", "empty");
        for (const item of items) total = machine.call(call, [total, item]);
        return total;
      };
    case "partial":
      return ([call = null, ...first], bound) =>
        new Native("partial", (given, named) => machine.call(call, [...first, ...given], new Map([...bound, ...named])));
    case "cmp_to_key":
      return () => unclear("a comparison function");
    default:
      return undefined;
  }
}

function operating(machine: Machine, name: string): Call | undefined {
  const operator = { add: "+", sub: "-", mul: "*", truediv: "/", floordiv: "//", mod: "%", xor: "^", and_: "&", or_: "|" }[name];
  if (operator) return ([a = null, b = null]) => machine.binary(operator, a, b);
  if (name === "itemgetter")
    return (keys) =>
      new Native(name, ([value = null]) =>
        keys.length === 1 ? machine.item(value, keys[0] as Py) : new Tuple(keys.map((key) => machine.item(value, key))),
      );
  if (name === "attrgetter") return ([attribute]) => new Native(name, ([value = null]) => machine.attribute(value, String(attribute)));
  return undefined;
}

function jsonFunction(machine: Machine, name: string): Call | undefined {
  const plain = (value: Py): unknown => {
    machine.tick(0.2);
    if (value instanceof List || value instanceof Tuple) return value.items.map(plain);
    if (value instanceof Dict) return Object.fromEntries([...value.entries.values()].map(([key, held]) => [String(key), plain(held)]));
    if (value instanceof Float) return value.value;
    return value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string"
      ? value
      : unclear("what JSON does not hold");
  };
  const read = (value: unknown): Py => {
    machine.tick(0.2);
    if (Array.isArray(value)) return new List(value.map(read));
    if (typeof value === "number") return Number.isInteger(value) ? value : new Float(value);
    if (typeof value !== "object" || value === null) return value as Py;
    const made = new Dict();
    for (const [key, held] of Object.entries(value)) made.entries.set(key, [key, read(held)]);
    return made;
  };
  // With the blanks that Python writes after commas and colons.
  if (name === "dumps")
    return ([value = null], named) =>
      named.size > 0
        ? JSON.stringify(plain(value), undefined, 2)
        : JSON.stringify(plain(value)).replace(/(?<=[\w"\]}])([,:])(?=["\w[{])/g, "$1 ");
  if (name !== "loads") return undefined;
  return ([text = null]) => {
    const written = typeof text === "string" ? text : text instanceof Bytes ? text.text : unclear("a text of which nothing is known");
    let found: unknown;
    try {
      found = JSON.parse(written);
    } catch {
      return machine.fail("ValueError", "JSON");
    }
    return read(found);
  };
}

function dataClass(machine: Machine, name: string): Call | undefined {
  if (name === "field")
    return (_given, named) => {
      const factory = named.get("default_factory");
      return new FieldValue(factory ?? named.get("default"), factory !== undefined);
    };
  if (name !== "dataclass") return undefined;
  return ([class_], named) => {
    const asked = (what: string): boolean => machine.truth(named.get(what) ?? false);
    const make = (value: Py): Py =>
      value instanceof ClassValue ? machine.asDataClass(value, asked("order"), asked("frozen")) : unclear("a decorator");
    return class_ === undefined ? new Native(name, ([value = null]) => make(value)) : make(class_);
  };
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
  return typeof value !== "object" || value === null || value instanceof Float ? value : unclear("a copy of an object");
}
