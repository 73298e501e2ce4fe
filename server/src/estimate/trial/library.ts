import { asFloat, asIndex, asNumber, checkedSize, isEqual, order } from "./arithmetic.js";
import { FieldValue, type Machine } from "./machine.js";
import { countAll } from "./methods.js";
import { futuresOf, makeWorker, Pool } from "./tasks.js";
import {
  Bytes,
  ClassValue,
  Dict,
  done,
  Float,
  Iterator_,
  keyOf,
  List,
  type NamedArguments,
  Native,
  Opaque,
  type Py,
  PyFunction,
  RangeValue,
  SetValue,
  Tuple,
  unclear,
} from "./values.js";

type Call = (given: readonly Py[], named: NamedArguments) => Py;

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
      return name === "copy" || name === "deepcopy" ? ([value = null]) => copied(value, name === "deepcopy") : undefined;
    case "json":
      return jsonFunction(machine, name);
    case "dataclasses":
      return dataClass(machine, name);
    case "time":
      if (/^(sleep)$/.test(name)) return () => null;
      return /^(time|perf_counter|monotonic|process_time|thread_time)$/.test(name) ? () => new Float(machine.clock()) : undefined;
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

function mathFunction(machine: Machine, name: string): Call | undefined {
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
          while (y !== 0n) [x, y] = [y, x % y];
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

function randomGenerator(machine: Machine): Py {
  const class_ = new ClassValue("Random", [], new Map());
  for (const name of randomNames) {
    const call = randomFunction(machine, name);
    if (call) class_.attributes.set(name, new Native(name, call));
  }
  return machine.instanceOf(class_);
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

function randomFunction(machine: Machine, name: string): Call | undefined {
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

function iterating(machine: Machine, name: string): Call | undefined {
  const lazily = (next: () => Py | typeof done): Py => new Iterator_(next);
  const overAll = (rows: Generator<readonly Py[]>): Py =>
    lazily(() => {
      machine.tick(0.5);
      const step = rows.next();
      return step.done ? done : new Tuple([...step.value]);
    });
  switch (name) {
    case "chain":
    case "chain.from_iterable":
      return (given) => {
        const sources = name === "chain" ? machine.iterate(new Tuple(given)) : machine.iterate(given[0] ?? null);
        let next: (() => Py | typeof done) | undefined;
        return lazily(() => {
          for (;;) {
            const item = next?.() ?? (next ? null : done);
            if (item !== done) return item;
            const source = sources();
            if (source === done) return done;
            next = machine.iterate(source);
          }
        });
      };
    case "count": {
      return ([start = 0, step = 1]) => {
        let value: Py = start;
        return lazily(() => {
          machine.tick(0.3);
          const now = value;
          value = machine.binary("+", value, step);
          return now;
        });
      };
    }
    case "cycle":
      return ([value = null]) => {
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => {
          machine.tick(0.3);
          return items.length === 0 ? done : (items[index++ % items.length] as Py);
        });
      };
    case "repeat":
      return ([value = null, times]) => {
        let left = times === undefined ? Number.POSITIVE_INFINITY : asIndex(times);
        return lazily(() => {
          machine.tick(0.3);
          return left-- > 0 ? value : done;
        });
      };
    case "islice":
      return ([value = null, ...bounds]) => {
        const [start, stop, step] = bounds.length < 2 ? [0, bounds[0] ?? null, 1] : [bounds[0] ?? 0, bounds[1] ?? null, bounds[2] ?? 1];
        const next = machine.iterate(value);
        const end = stop === null ? Number.POSITIVE_INFINITY : asIndex(stop);
        let index = 0;
        let wanted = start === null ? 0 : asIndex(start);
        return lazily(() => {
          for (; index < wanted; index++) if (wanted >= end || next() === done) return done;
          if (wanted >= end) return done;
          index++;
          wanted += step === null ? 1 : asIndex(step);
          return next();
        });
      };
    case "accumulate":
      return ([value = null, call]) => {
        const next = machine.iterate(value);
        let total: Py | undefined;
        return lazily(() => {
          const item = next();
          if (item === done) return done;
          total = total === undefined ? item : call === undefined ? machine.binary("+", total, item) : machine.call(call, [total, item]);
          return total;
        });
      };
    case "pairwise":
      return ([value = null]) => {
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => (++index < items.length ? new Tuple([items[index - 1] as Py, items[index] as Py]) : done));
      };
    case "takewhile":
      return ([test = null, value = null]) => {
        const next = machine.iterate(value);
        return lazily(() => {
          const item = next();
          return item === done || !machine.truth(machine.call(test, [item])) ? done : item;
        });
      };
    case "product":
      return (given, named) => {
        const times = asIndex(named.get("repeat") ?? 1);
        const lists = Array.from({ length: Math.min(times, 100) }, () => given.map((each) => machine.listOf(each))).flat();
        const rows = function* (index: number, row: readonly Py[]): Generator<readonly Py[]> {
          if (index === lists.length) yield row;
          else for (const item of lists[index] ?? []) yield* rows(index + 1, [...row, item]);
        };
        return overAll(rows(0, []));
      };
    case "permutations":
    case "combinations":
    case "combinations_with_replacement":
      return ([value = null, length]) => {
        const items = machine.listOf(value);
        const size = length === undefined || length === null ? items.length : asIndex(length);
        const rows = function* (row: readonly number[]): Generator<readonly Py[]> {
          if (row.length === size) {
            yield row.map((index) => items[index] as Py);
            return;
          }
          const last = row[row.length - 1] ?? -1;
          const first = name === "permutations" ? 0 : name === "combinations" ? last + 1 : Math.max(0, last);
          for (let i = first; i < items.length; i++) if (name !== "permutations" || !row.includes(i)) yield* rows([...row, i]);
        };
        return overAll(rows([]));
      };
    case "groupby":
      return ([value = null, key = null], named) => {
        const by = named.get("key") ?? key;
        const items = machine.listOf(value);
        let index = 0;
        return lazily(() => {
          if (index >= items.length) return done;
          const keyOfItem = (item: Py): Py => (by === null ? item : machine.call(by, [item]));
          const own = keyOfItem(items[index] as Py);
          const group: Py[] = [];
          while (index < items.length && isEqual(keyOfItem(items[index] as Py), own)) group.push(items[index++] as Py);
          return new Tuple([own, new Iterator_(machine.iterate(new List(group)))]);
        });
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

function heapFunction(machine: Machine, name: string): Call | undefined {
  const listIn = (value: Py | undefined): Py[] => (value instanceof List ? value.items : unclear("a heap of which nothing is known"));
  const up = (items: Py[], from: number): void => {
    let at = from;
    const item = items[at] as Py;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (machine.order(item, items[parent] as Py) >= 0) break;
      items[at] = items[parent] as Py;
      at = parent;
    }
    items[at] = item;
  };
  const down = (items: Py[], from: number): void => {
    let at = from;
    const item = items[at] as Py;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && machine.order(items[child + 1] as Py, items[child] as Py) < 0) child++;
      if (machine.order(items[child] as Py, item) >= 0) break;
      items[at] = items[child] as Py;
      at = child;
    }
    items[at] = item;
  };
  const pop = (items: Py[]): Py => {
    const [first] = items;
    if (first === undefined) return machine.fail("IndexError", "index out of range");
    const last = items.pop() as Py;
    if (items.length > 0) {
      items[0] = last;
      down(items, 0);
    }
    return first;
  };
  const push = (items: Py[], item: Py): void => {
    items.push(item);
    checkedSize(items.length);
    up(items, items.length - 1);
  };
  switch (name) {
    case "heappush":
      return ([heap, item = null]) => {
        push(listIn(heap), item);
        return null;
      };
    case "heappop":
      return ([heap]) => pop(listIn(heap));
    case "heapify":
      return ([heap]) => {
        const items = listIn(heap);
        machine.tick(items.length / 4);
        for (let i = (items.length >> 1) - 1; i >= 0; i--) down(items, i);
        return null;
      };
    case "heapreplace":
    case "heappushpop":
      return ([heap, item = null]) => {
        const items = listIn(heap);
        if (name === "heapreplace") {
          const first = pop(items);
          push(items, item);
          return first;
        }
        push(items, item);
        return pop(items);
      };
    case "nlargest":
    case "nsmallest":
      return ([count = 1, value = null], named) =>
        new List(machine.sorted(machine.listOf(value), named.get("key") ?? null, name === "nlargest").slice(0, asIndex(count)));
    case "merge":
      return (given) =>
        new Iterator_(
          machine.iterate(
            new List(
              machine.sorted(
                given.flatMap((each) => [...machine.listOf(each)]),
                null,
                false,
              ),
            ),
          ),
        );
    default:
      return undefined;
  }
}

function bisection(machine: Machine, name: string): Call | undefined {
  const found = /^(bisect|insort)(_left|_right)?$/.exec(name);
  if (!found) return undefined;
  return ([list = null, item = null], named) => {
    if (named.size > 0) return unclear("a search with a key");
    const items = machine.listOf(list);
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const compared = order(items[middle] as Py, item);
      if (compared < 0 || (compared === 0 && found[2] !== "_left")) low = middle + 1;
      else high = middle;
    }
    if (found[1] === "bisect") return low;
    machine.tick(items.length / 512);
    if (list instanceof List) list.items.splice(low, 0, item);
    return null;
  };
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

function copied(value: Py, isDeep: boolean): Py {
  const inner = (each: Py): Py => (isDeep ? copied(each, true) : each);
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
