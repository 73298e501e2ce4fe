import { type Interval, scale } from "../../base/interval.js";
import { atLeast, type Target, targetName, targetTitle } from "../../base/target.js";
import type { HandOverCosts, ProcessCosts } from "../../simulation/costs.js";
import { type Calibration, calibrated } from "../calibration/calibration.js";
import { type MemoryCosts, memoryCosts } from "./memory-costs.js";
import measured from "./operation-costs.json";

/**
 * What constructs, library calls and hand-overs cost on one interpreter, measured by `test/measure/operation_costs.py` on a
 * 2-core cloud machine and scaled to what it does when left alone; another machine is faster or slower throughout, so ratios
 * hold better than times. All in nanoseconds.
 * `low` and `high` hold what real programs make of a construct: operands of other types, colder caches, other builds.
 */
export interface OperationCosts {
  /** How they were come by. */
  readonly origin: CostOrigin;
  readonly operations: Operations;
  /** Library calls whose time grows with what they are given, by name; `zlib.compress:6` is a variant. */
  readonly bulk: Readonly<Record<BulkName, BulkCost>>;
  /** Which column of the measured calls of the standard library serves, and what its numbers are multiplied by. */
  readonly library: { readonly column: LibraryColumn; readonly factor: Interval };
  /** The same of arithmetic with large integers. */
  readonly integers: { readonly column: string; readonly factor: Interval };
  /** What the kernel takes for files that are in the page cache, against the machine of the shipped tables. */
  readonly files: Interval;
  /** What memory takes that the system gives. */
  readonly memory: MemoryCosts;
  /** How many times as long computing takes here as on the machine of the shipped tables, on which knowledge's costs were measured, too. */
  readonly slowness: number;
  /** What the simulator asks for; three sets, for cheap, likely and dear hand-overs. */
  readonly handOver: Readonly<Record<keyof Interval, HandOverCosts>>;
}

export interface CostOrigin {
  /**
   * `calibrated` on the user's machine, `measured` on that version, `derived` from a neighbour's numbers, or `guessed`: no interpreter of
   * the kind was at hand.
   */
  readonly kind: "calibrated" | "measured" | "derived" | "guessed";
  /** For a list of assumptions. */
  readonly note: string;
}

/** A library call: `fixedNs` once, `nsPerUnit` for each unit. */
export interface BulkCost {
  readonly fixedNs: Interval;
  readonly nsPerUnit: Interval;
  /** What is counted: `input byte`, `output byte`, `pickled byte`, `character`, `element * log2(elements)`, … */
  readonly unit: string;
}

export type LibraryColumn = "3.11" | "3.13" | "3.13t" | "3.14";

export type BulkName = keyof typeof measured.units;

/** Nanoseconds per statement as given, the loop round it taken off; loads and stores of its local variables are included. */
export interface Operations {
  /** `y = x` with `x = 5`. */
  readonly localStore: Interval;
  /** `y = G`. */
  readonly globalLoad: Interval;
  /** `G = 2`. */
  readonly globalStore: Interval;
  /** `y = len`. */
  readonly builtinLoad: Interval;
  /** `y = o.a` with `o = Plain(1)`. */
  readonly attributeLoad: Interval;
  /** `o.a = x` with `o = Plain(1); x = 5`. */
  readonly attributeStore: Interval;
  /** `o.a += 1` with `o = Plain(1)`. */
  readonly attributeUpdate: Interval;
  /** `y = o.prop` with `o = WithMethods()`. */
  readonly propertyLoad: Interval;
  /** `y = l[i]` with `l = list(range(10)); i = 4`. */
  readonly listLoad: Interval;
  /** `l[i] = i` with `l = list(range(10)); i = 4`. */
  readonly listStore: Interval;
  /** `l[i] += 1` with `l = list(range(10)); i = 4`. */
  readonly listUpdate: Interval;
  /** `y = d[k]` with `d = {'a': 1, 'b': 2}; k = 'b'`. */
  readonly dictLoad: Interval;
  /** `d[k] = k` with `d = {'a': 1, 'b': 2}; k = 'b'`. */
  readonly dictStore: Interval;
  /** `d[k] += 1` with `d = {'a': 1, 'b': 2}; k = 'b'`. */
  readonly dictUpdate: Interval;
  /** `y = d.get(k, 0)` with `d = {'a': 1, 'b': 2}; k = 'b'`. */
  readonly dictGet: Interval;
  /** `y = t[1]` with `t = (1, 2, 3)`. */
  readonly tupleLoad: Interval;
  /** `y = m[i][j]` with `m = [[1, 2], [3, 4]]; i = 1; j = 0`. */
  readonly nestedLoad: Interval;
  /** `y = s[i]` with `s = 'abcdefgh'; i = 3`. */
  readonly stringLoad: Interval;
  /** `y = l[2:8]` with `l = list(range(10))`. */
  readonly slice: Interval;
  /** `y = x + 7` with `x = 12345`. */
  readonly intAdd: Interval;
  /** `y = x - 7` with `x = 12345`. */
  readonly intSubtract: Interval;
  /** `y = x * 7` with `x = 1234`. */
  readonly intMultiply: Interval;
  /** `y = x / 7` with `x = 12345`. */
  readonly intDivide: Interval;
  /** `y = x // 7` with `x = 12345`. */
  readonly intFloorDivide: Interval;
  /** `y = x % 7` with `x = 12345`. */
  readonly intModulo: Interval;
  /** `y = x ** 2` with `x = 123`. */
  readonly intPower: Interval;
  /** `y = x & 255` with `x = 12345`. */
  readonly intBitAnd: Interval;
  /** `y = x >> 3` with `x = 12345`. */
  readonly intShift: Interval;
  /** `y = x * 1103515245` with `x = 1103515245 * 12345`. */
  readonly mediumIntMultiply: Interval;
  /** `y = x % 2147483648` with `x = 1103515245 * 123456789`. */
  readonly mediumIntModulo: Interval;
  /** `y = x * x` with `x = 3 ** 200`. */
  readonly bigIntMultiply: Interval;
  /** `y = x + 2.5` with `x = 1.5`. */
  readonly floatAdd: Interval;
  /** `y = x * 2.5` with `x = 1.5`. */
  readonly floatMultiply: Interval;
  /** `y = x / 2.5` with `x = 1.5`. */
  readonly floatDivide: Interval;
  /** `y = x ** 2` with `x = 1.5`. */
  readonly floatPower: Interval;
  /** `y = x * x` with `x = 1.5+2j`. */
  readonly complexMultiply: Interval;
  /** `y = -x` with `x = 12345`. */
  readonly unaryMinus: Interval;
  /** `y = x < 7` with `x = 12345`. */
  readonly compare: Interval;
  /** `y = x < 7.5` with `x = 1.5`. */
  readonly compareFloat: Interval;
  /** `y = x == z` with `x = 'abcdefgh'; z = 'abcdefgi'`. */
  readonly compareString: Interval;
  /** `if x < 7: pass` with `x = 12345`. */
  readonly branch: Interval;
  /** `y = x and z` with `x = 1; z = 0`. */
  readonly booleanOperator: Interval;
  /** `y = not x` with `x = 1`. */
  readonly notOperator: Interval;
  /** `y = x is None` with `x = None`. */
  readonly identity: Interval;
  /** `nothing()`. */
  readonly callPython: Interval;
  /** `two(1, 2)`. */
  readonly callPythonTwo: Interval;
  /** `two(x=1, y=2)`. */
  readonly callKeyword: Interval;
  /** `defaulted(1)`. */
  readonly callDefault: Interval;
  /** `star(*a)` with `a = (1, 2)`. */
  readonly callStar: Interval;
  /** `o.method()` with `o = WithMethods()`. */
  readonly callMethod: Interval;
  /** `o.method_two(1, 2)` with `o = WithMethods()`. */
  readonly callMethodTwo: Interval;
  /** `o.method()` with `o = Derived()`. */
  readonly callSuper: Interval;
  /** `o.static()` with `o = WithMethods()`. */
  readonly callStatic: Interval;
  /** `abs(x)` with `x = -5`. */
  readonly callBuiltin: Interval;
  /** `len(l)` with `l = [1, 2, 3]`. */
  readonly callLen: Interval;
  /** `s.upper()` with `s = 'abc'`. */
  readonly callCMethod: Interval;
  /** `f = lambda: None`. */
  readonly makeFunction: Interval;
  /** `Plain(1)`. */
  readonly instantiate: Interval;
  /** `isinstance(o, Plain)` with `o = Plain(1)`. */
  readonly isinstance: Interval;
  /** `getattr(o, 'a')` with `o = Plain(1)`. */
  readonly getattrCall: Interval;
  /** `min(x, 7)` with `x = 5`. */
  readonly minTwo: Interval;
  /** `range(10)`. */
  readonly rangeObject: Interval;
  /** `int(s)` with `s = '12345'`. */
  readonly intOfString: Interval;
  /** `float(s)` with `s = '1.2345'`. */
  readonly floatOfString: Interval;
  /** `str(x)` with `x = 12345`. */
  readonly stringOfInt: Interval;
  /** `str(x)` with `x = 1.2345`. */
  readonly stringOfFloat: Interval;
  /** `ord(s)` with `s = 'a'`. */
  readonly ordCall: Interval;
  /** `round(x, 2)` with `x = 1.2345`. */
  readonly roundCall: Interval;
  /** `y = (x, z)` with `x = 1; z = 2`. */
  readonly tupleBuild: Interval;
  /** `y = [x, z]` with `x = 1; z = 2`. */
  readonly listBuild: Interval;
  /** `y = {'a': x, 'b': z}` with `x = 1; z = 2`. */
  readonly dictBuild: Interval;
  /** `y = {x, z}` with `x = 1; z = 2`. */
  readonly setBuild: Interval;
  /** `a, b = t` with `t = (1, 2)`. */
  readonly unpack: Interval;
  /** `a, b = b, a` with `a = 1; b = 2`. */
  readonly swap: Interval;
  /** `l.append(1)` with `l = []`. */
  readonly listAppend: Interval;
  /** `l.pop()` with `l = list(range(4000000))`. */
  readonly listPop: Interval;
  /** `l.insert(0, 1); l.pop()` with `l = list(range(100))`. */
  readonly listInsertFront: Interval;
  /** `s.add(2)` with `s = {1, 2, 3}`. */
  readonly setAdd: Interval;
  /** `y = x in d` with `d = {1: 2, 3: 4}; x = 3`. */
  readonly containsDict: Interval;
  /** `y = x in l` with `l = list(range(100)); x = -1`, per element. */
  readonly containsListElement: Interval;
  /** `q.append(1); q.popleft()` with `q = collections.deque()`. */
  readonly dequeAppendPop: Interval;
  /** `heapq.heappush(h, 500); heapq.heappop(h)` with `h = list(range(1000))`. */
  readonly heapPushPop: Interval;
  /** `d['a'] += 1` with `d = collections.defaultdict(int)`. */
  readonly defaultdictUpdate: Interval;
  /** `y = f'{x} and {z}'` with `x = 12; z = 'ab'`. */
  readonly fString: Interval;
  /** `y = '%d and %s' % (x, z)` with `x = 12; z = 'ab'`. */
  readonly percentFormat: Interval;
  /** `y = '{} and {}'.format(x, z)` with `x = 12; z = 'ab'`. */
  readonly formatMethod: Interval;
  /** `y = s + z` with `s = 'abc'; z = 'def'`. */
  readonly stringConcat: Interval;
  /** `y = s.split()` with `s = 'a b c d e'`. */
  readonly stringSplit: Interval;
  /** `y = ','.join(l)` with `l = ['a', 'b', 'c', 'd', 'e']`. */
  readonly stringJoin: Interval;
  /** `y = s.replace('b', 'x')` with `s = 'abcabcabc'`. */
  readonly stringReplace: Interval;
  /** `y = s.strip()` with `s = '  abc  '`. */
  readonly stringStrip: Interval;
  /** `y = s.startswith('abc')` with `s = 'abcabcabc'`. */
  readonly stringStartsWith: Interval;
  /** `y = s.find('ca')` with `s = 'abcabcabc'`. */
  readonly stringFind: Interval;
  /** `y = s.encode()` with `s = 'abcabcabc'`. */
  readonly bytesOfString: Interval;
  /** `try: pass except ValueError: pass`. */
  readonly tryNoRaise: Interval;
  /** `try: raise ValueError except ValueError: pass`. */
  readonly raiseAndCatch: Interval;
  /** `with lock: pass` with `lock = threading.Lock()`. */
  readonly withLock: Interval;
  /** `with lock: pass` with `lock = threading.RLock()`. */
  readonly withRLock: Interval;
  /** `lock.acquire(); lock.release()` with `lock = threading.Lock()`. */
  readonly lockAcquireRelease: Interval;
  /** `with o: pass` with `o = WithMethods()`. */
  readonly withContextManager: Interval;
  /** `G += 1`. */
  readonly globalUpdate: Interval;
  /** `for i in range(10): pass`, per element. */
  readonly forRangeShort: Interval;
  /** `for i in l: pass` with `l = list(range(1000))`, per pass. */
  readonly forListPass: Interval;
  /** `for i in range(1000): pass`, per pass. */
  readonly forRangePass: Interval;
  /** `for i, x in enumerate(l): pass` with `l = list(range(1000))`, per pass. */
  readonly forEnumeratePass: Interval;
  /** `for i, x in zip(l, l): pass` with `l = list(range(1000))`, per pass. */
  readonly forZipPass: Interval;
  /** `for k, v in d.items(): pass` with `d = dict.fromkeys(range(1000))`, per pass. */
  readonly forItemsPass: Interval;
  /** `for c in s: pass` with `s = 'abcdefghij' * 100`, per pass. */
  readonly forStringPass: Interval;
  /** `i = 0 while i < 1000: i += 1`, per pass. */
  readonly whilePass: Interval;
  /** `[i for i in range(1000)]`, per element. */
  readonly comprehensionElement: Interval;
  /** `{i: i for i in range(1000)}`, per element. */
  readonly dictComprehensionElement: Interval;
  /** `{i for i in range(1000)}`, per element. */
  readonly setComprehensionElement: Interval;
  /** `for i in generate(1000): pass`, per element. */
  readonly generatorStep: Interval;
  /** `sum(i for i in range(1000))`, per element. */
  readonly generatorExpressionElement: Interval;
  /** `list(map(doubled, l))` with `l = list(range(1000))`, per element. */
  readonly mapPythonElement: Interval;
  /** `list(filter(doubled, l))` with `l = list(range(1000))`, per element. */
  readonly filterPythonElement: Interval;
  /** `functools.reduce(two, l)` with `l = list(range(1000))`, per element. */
  readonly reduceElement: Interval;
  /** `sum(l)` with `l = list(range(1000))`, per element. */
  readonly sumElement: Interval;
  /** `sum(range(1000))`, per element. */
  readonly sumRangeElement: Interval;
  /** `sum(l)` with `l = [float(i) for i in range(1000)]`, per element. */
  readonly sumFloatElement: Interval;
  /** `max(l)` with `l = list(range(1000))`, per element. */
  readonly maxElement: Interval;
  /** `any(l)` with `l = [0] * 1000`, per element. */
  readonly anyElement: Interval;
  /** `list(range(1000))`, per element. */
  readonly listOfRangeElement: Interval;
  /** `l.copy()` with `l = list(range(1000))`, per element. */
  readonly listCopyElement: Interval;
  /** `l[::-1]` with `l = list(range(1000))`, per element. */
  readonly listReverseElement: Interval;
  /** `set(l)` with `l = list(range(1000))`, per element. */
  readonly setOfListElement: Interval;
  /** `dict.fromkeys(l)` with `l = list(range(1000))`, per element. */
  readonly dictOfKeysElement: Interval;
  /** `tuple(l)` with `l = list(range(1000))`, per element. */
  readonly tupleOfListElement: Interval;
  /** `collections.Counter(l)` with `l = [i % 50 for i in range(1000)]`, per element. */
  readonly counterElement: Interval;
  /** `','.join(l)` with `l = ['ab'] * 1000`, per element. */
  readonly joinElement: Interval;
  /** `list(map(str, l))` with `l = list(range(1000))`, per element. */
  readonly mapStringElement: Interval;
  /** `list(itertools.chain(l, l))` with `l = list(range(500))`, per element. */
  readonly chainElement: Interval;
  /** `math.sqrt(x)` with `x = 2.5`. */
  readonly mathSqrt: Interval;
  /** `math.sin(x)` with `x = 2.5`. */
  readonly mathSin: Interval;
  /** `math.gcd(x, 462)` with `x = 1071`. */
  readonly mathGcd: Interval;
  /** `random.random()`. */
  readonly randomRandom: Interval;
  /** `random.randint(1, 6)`. */
  readonly randomRandint: Interval;
  /** `time.perf_counter()`. */
  readonly timeCall: Interval;
  /** `f(1)` with `f = functools.lru_cache(None)(doubled); f(1)`. */
  readonly lruCacheHit: Interval;
  /** `import math`. */
  readonly importCached: Interval;
  /** `await inner()` of a coroutine that does not suspend. */
  readonly awaitCoroutine: Interval;
}

export type OperationName = keyof Operations;

/**
 * The costs of a target: those that the user measured, else those shipped; of an unmeasured target, those of the nearest measured version,
 * with what is known of the difference.
 */
export function costsFor(target: Target, calibrations: readonly Calibration[] = []): OperationCosts {
  const own = calibrations.find(({ target: name }) => name === targetName(target));
  return own ? calibrated(shippedCosts(target), own) : shippedCosts(target);
}

function shippedCosts(target: Target): OperationCosts {
  let costs = derivedOf.get(target);
  if (!costs) {
    costs = { ...costsOf(target), memory: memoryCosts(target) };
    derivedOf.set(target, costs);
  }
  return costs;
}

/** Every site asks for the costs of its target. */
const derivedOf = new WeakMap<Target, OperationCosts>();

function costsOf(target: Target): DerivedCosts {
  const { implementation, minor } = target;
  if (implementation === "pypy") {
    return derive(
      table(`3.${minor}`),
      "guessed",
      jitCompiled,
      "3.11",
      `${targetTitle(target)} was not measured: its compiler makes code of CPython 3.${minor} 1 to 50 × faster, likely 10 ×`,
    );
  }
  if (implementation !== "cpython") {
    return derive(
      table("3.8"),
      "guessed",
      otherRuntime,
      "3.11",
      `${targetTitle(target)} was not measured: CPython 3.8, from twice as fast to 6 × slower, likely 2 × slower`,
    );
  }
  if (!target.freeThreaded) {
    const known = Math.min(15, Math.max(8, minor));
    const kind = known === minor && target.major === 3 ? "measured" : "derived";
    const column = known < 13 ? "3.11" : known === 13 ? "3.13" : "3.14";
    return derive(table(`3.${known}`), kind, asMeasured, column, `measured on CPython 3.${known}`, known < 11 ? slowerBefore311 : 1);
  }
  if (!atLeast(target, 3, 14)) return derive(table("3.13t"), "measured", asMeasuredWithoutGil, "3.13t", "measured on CPython 3.13t");
  const withGil = table(`3.${Math.min(15, minor)}`);
  const note = `not measured: CPython 3.${Math.min(15, minor)} with the GIL × 1.08 (PEP 779: 5–10 % slower), hand-overs of 3.13t × 0.8`;
  return derive({ ...withGil, handOver: table("3.13t").handOver }, "derived", specialisingFreeThreaded, "3.14", note);
}

/** What follows from the measured table of a version. */
type DerivedCosts = Omit<OperationCosts, "memory">;

/** Calls of the standard library were not measured on these; much of it is Python, which 3.11 made faster by a quarter. */
const slowerBefore311 = 1.2;

/** Low, likely and high nanoseconds as the file has them. */
type Triple = readonly [number, number, number];

/** A tree of cost fields, each a triple. */
type Triples<Costs> = { readonly [Key in keyof Costs]: Costs[Key] extends number ? Triple : Triples<Costs[Key]> };

type MeasuredHandOver = Omit<Triples<HandOverCosts>, "wakeUp" | "processes"> &
  Pick<HandOverCosts, "wakeUp"> & { readonly processes: Omit<Triples<ProcessCosts>, "sendAfterWorkNs" | "workerAfterWorkNs"> };

interface MeasuredVersion {
  readonly name: string;
  readonly operations: Readonly<Record<OperationName, Triple>>;
  readonly bulk: Readonly<Record<BulkName, readonly [fixed: Triple, perUnit: Triple]>>;
  readonly handOver: Omit<MeasuredHandOver, "interpreters"> & Partial<Pick<MeasuredHandOver, "interpreters">>;
}

/** What the numbers of the file are multiplied by, for their low, likely and high. */
interface Derivation {
  readonly operations: Interval;
  readonly bulk: Interval;
  readonly handOver: Interval;
}

/**
 * The spread of the repeats is that of one microbenchmark on one machine. Against another script's numbers of
 * another day, single constructs differ by up to a third once the clock speed is taken out, which is the margin given here;
 * hand-overs depend on what else the machine does.
 */
const asMeasured: Derivation = {
  // Programs take longer than the sum of their constructs each measured alone: of 116 recorded ones on 3.11 and 3.14, half took 1.15 times or more.
  operations: { low: 0.8, likely: 1.15, high: 1.5 },
  bulk: { low: 0.75, likely: 1, high: 1.35 },
  handOver: { low: 0.7, likely: 1, high: 1.6 },
};

/** Without a GIL the rest is told apart, as what threads share. */
const asMeasuredWithoutGil: Derivation = { ...asMeasured, operations: { low: 0.75, likely: 1, high: 1.35 } };

const specialisingFreeThreaded: Derivation = {
  operations: { low: 0.8, likely: 1.08, high: 1.7 },
  bulk: { low: 0.75, likely: 1, high: 1.5 },
  handOver: { low: 0.5, likely: 0.8, high: 1.6 },
};

const jitCompiled: Derivation = {
  operations: { low: 0.02, likely: 0.1, high: 1 },
  bulk: { low: 0.5, likely: 1, high: 3 },
  handOver: { low: 0.7, likely: 1.5, high: 3 },
};

const otherRuntime: Derivation = {
  operations: { low: 0.5, likely: 2, high: 6 },
  bulk: { low: 0.5, likely: 1.5, high: 6 },
  handOver: { low: 0.5, likely: 1.5, high: 4 },
};

const versions = measured.versions as unknown as Readonly<Record<string, Omit<MeasuredVersion, "name">>>;

function table(version: string): MeasuredVersion {
  const found = versions[version];
  if (found === undefined) throw new RangeError(`operation-costs.json lacks ${version}`);
  return { ...found, name: version };
}

function derive(
  from: MeasuredVersion,
  kind: CostOrigin["kind"],
  by: Derivation,
  column: LibraryColumn,
  note: string,
  librarySlower = 1,
): DerivedCosts {
  const operations = mapValues(from.operations, (triple) => toInterval(triple, by.operations));
  const bulk = mapValues(from.bulk, ([fixed, perUnit], name) => ({
    fixedNs: toInterval(fixed, by.bulk),
    nsPerUnit: toInterval(perUnit, by.bulk),
    unit: measured.units[name],
  }));
  const handOver = { low: pick(from, by, "low"), likely: pick(from, by, "likely"), high: pick(from, by, "high") };
  return {
    origin: { kind, note },
    operations,
    bulk,
    library: { column, factor: scale(by.operations, librarySlower) },
    integers: { column: from.name, factor: by.bulk },
    files: by.bulk,
    slowness: 1,
    handOver,
  };
}

function toInterval(triple: Triple, by: Interval): Interval {
  return { low: triple[0] * by.low, likely: triple[1] * by.likely, high: triple[2] * by.high };
}

/** One set of hand-over costs; where a version has no interpreter pool, those of 3.14, the first to have one, are given. */
function pick(from: MeasuredVersion, by: Derivation, which: keyof Interval): HandOverCosts {
  const interpreters = from.handOver.interpreters ?? table("3.14").handOver.interpreters;
  if (interpreters === undefined) throw new RangeError("operation-costs.json lacks the interpreter pool of 3.14");
  const tree = { ...from.handOver, interpreters };
  const leaf = (triple: Triple): number => toInterval(triple, by.handOver)[which];
  const { fork, forkserver, spawn, ...processes } = tree.processes;
  return {
    wakeUp: tree.wakeUp,
    threads: mapValues(tree.threads, leaf),
    processes: {
      fork: mapValues(fork, leaf),
      forkserver: mapValues(forkserver, leaf),
      spawn: mapValues(spawn, leaf),
      ...mapValues(processes, leaf),
      // Processor time per task, 3.11 to 3.14: parent 46 µs with empty tasks, 140 µs with tasks of 0.3 to 5 ms; worker 17 µs with empty tasks, 40 µs with
      // tasks of 0.3 to 1 ms, 90 µs of 5 ms, other work being on the machine. With nothing beside them and tasks of 6 ms, 80 to 130 µs of a worker's.
      sendAfterWorkNs: 3 * leaf(processes.sendNs),
      workerAfterWorkNs: 4.5 * leaf(processes.workerNs),
    },
    interpreters: mapValues(tree.interpreters, leaf),
    coroutines: mapValues(tree.coroutines, leaf),
  };
}

function mapValues<Key extends string, From, To>(record: Readonly<Record<Key, From>>, to: (value: From, key: Key) => To): Record<Key, To> {
  const result = {} as Record<Key, To>;
  for (const key of Object.keys(record) as Key[]) result[key] = to(record[key], key);
  return result;
}
