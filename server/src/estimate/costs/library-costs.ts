import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, calledForEach } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { lengthOfLibraryCall, sameAsFunction } from "../values/library-sizes.js";
import { dumpedShape, jsonBytes, objectCount, pickledBytes, type Shape, shapeOf } from "../values/shape.js";
import { compressionNs, dataOf, lzmaNs } from "./compression-costs.js";
import { drawnArrayNs } from "./drawn-arrays.js";
import { formattedNs } from "./format-costs.js";
import { heapNs } from "./heap-costs.js";
import { largeCallNs } from "./integer-costs.js";
import { derivedKey, scryptNs } from "./key-costs.js";
import { tabulatedNs, tabulatedOperator } from "./library-table.js";
import { matchedLengths, matchingNs } from "./matcher-costs.js";
import { type MemoryCosts, pagesNs } from "./memory-costs.js";
import type { BulkName, OperationCosts, OperationName } from "./operation-costs.js";
import { packingNs } from "./packing-costs.js";
import { matchingAllNs } from "./regex-costs.js";
import { tupleKeyNs } from "./tuple-keys.js";

/**
 * What a call of a built-in or of the standard library takes on the target, from the measured tables; undefined where they say nothing of it or
 * its size cannot be told, and what knowledge says of all interpreters has to do.
 */
export function measuredCallNs(
  qualifiedName: string,
  call: CallOperation,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
): Amount {
  const name = sameAsFunction(qualifiedName);
  const large = largeCallNs(name, call, at, evaluator, costs);
  if (large) return large;
  const packed = packingNs(name, call, at, evaluator, costs);
  if (packed) return packed;
  const tabulated = tabulatedNs(name, call, at, evaluator, costs);
  const array = drawnArrayNs(name, call, at, evaluator);
  if (array) return array;
  const onHeap = heapNs(name, call, at, evaluator, costs);
  if (onHeap) return onHeap;
  const drawn = drawnNs(name, call, at, evaluator, costs) ?? foundPlaceNs(name, call, at, evaluator, costs, tabulated);
  if (drawn) return drawn;
  // An argument by name has to be sorted in: 2.6 times of what it takes without on CPython 3.11 and 3.13, 1.7 times on 3.13t and 3.14; by position next to nothing.
  if (tabulated && name === "decimal.Decimal.quantize" && hasKeyword(call, "rounding")) return scale(tabulated, 2.2);
  // A text is taken apart by a pattern, and a float into a ratio (1,330 to 1,810 and 650 ns, 310 for two integers, CPython 3.13).
  if (tabulated && name === "fractions.Fraction") {
    const of = positionalOf(call).length === 1 ? shapeOf(positionalOf(call)[0] as Value, at, evaluator) : undefined;
    return scale(tabulated, of && of.texts > 0 ? 4.5 : of && of.floats > 0 ? 2 : 1);
  }
  // A zone that is read becomes an object, and the moment is made with it: 1.46 to 1.67 times, CPython 3.11, 3.13t and 3.14 (`test/measure/library_calls.py`).
  if (tabulated && name === "datetime.datetime.strptime") {
    const format = positionalOf(call)[1];
    return scale(tabulated, format?.op === "constant" && String(format.value).includes("%z") ? 1.55 : 1);
  }
  if (tabulated) return tabulated;
  const constant = constructs.get(name);
  const { operations } = costs;
  const given = positionalOf(call);
  if (constant) {
    const taken = scale(operations[constant.construct], constant.times);
    return takesKey.test(name) && given[0] && isTuple(given[0], at, evaluator) ? add(taken, tupleKeyNs(costs)) : taken;
  }
  const [first, second] = given;
  const keyword = (wanted: string): Value | undefined =>
    call.arguments.find((each) => each.form === "keyword" && each.name === wanted)?.value;
  const receiver = call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined;
  const length = (value: Value | undefined): Amount => value && evaluator.length(value, at);
  const shape = (value: Value | undefined): Shape | undefined => value && shapeOf(value, at, evaluator);
  const perElement = (construct: OperationName, count: Amount): Amount =>
    count && add(operations.callBuiltin, multiply(operations[construct], count));
  const bulk = (bulkName: BulkName, count: Amount): Amount => {
    const { fixedNs, nsPerUnit } = costs.bulk[bulkName];
    return count && add(fixedNs, multiply(nsPerUnit, count));
  };
  /** The same for a call that returns about so many bytes in memory of its own. */
  const making = (ns: Amount, bytes: Amount): Amount => ns && bytes && add(ns, freshBlockNs(bytes, costs.memory));
  switch (name) {
    case "builtins.round":
      // Without a number of digits, nothing goes through text.
      return scale(operations.roundCall, (second ?? keyword("ndigits")) ? 1 : 0.33);
    case "builtins.min":
    case "builtins.max":
      if (given.length >= 2) return scale(operations.minTwo, 0.6 + 0.2 * given.length);
      return perElement("maxElement", length(first));
    case "builtins.sum": {
      const added = first && addedByLibraryNs(first, at, evaluator, costs);
      const count = length(first);
      if (added && count) return multiply(added, count);
      return perElement(isRange(first, at, evaluator) ? "sumRangeElement" : shape(first)?.floats ? "sumFloatElement" : "sumElement", count);
    }
    case "builtins.any":
    case "builtins.all":
      return perElement("anyElement", half(length(first)));
    case "builtins.list":
    case "builtins.tuple":
      if (!first) return operations.listBuild;
      return perElement(isRange(first, at, evaluator) ? "listOfRangeElement" : "tupleOfListElement", length(first));
    case "builtins.set":
    case "builtins.frozenset":
    case "builtins.set.union":
    case "builtins.set.update":
      return first ? perElement("setOfListElement", length(first)) : operations.setBuild;
    case "builtins.dict":
    case "builtins.dict.fromkeys":
    case "builtins.dict.update":
      return first ? perElement("dictOfKeysElement", length(first)) : operations.dictBuild;
    case "copy.copy":
      if (first && evaluator.resolver.resolve(first, at.function).some(({ kind }) => kind === "instance")) {
        return scale(operations.callPython, copiedObject);
      }
      return perElement("listCopyElement", length(first));
    case "builtins.list.extend":
    case "builtins.list.copy":
    case "builtins.dict.copy":
      return perElement("listCopyElement", length(first ?? receiver));
    case "builtins.hash": {
      const parts = first && shape(first);
      const elements = parts && parts.containers > 0 ? length(first) : undefined;
      return elements ? add(operations.callBuiltin, multiply(scale(operations.callBuiltin, 0.6), elements)) : operations.callBuiltin;
    }
    case "builtins.bytearray": {
      const count = first && evaluator.number(first, at);
      const made = count ?? length(first);
      // Zeros, or a copy of a block; integers one by one.
      const isBlock = count !== undefined || (shape(first)?.containers ?? 0) === 0;
      const each = isBlock ? interval(0.02, 0.05, 0.2) : interval(3, 6, 12);
      return making(made && add(scale(operations.callBuiltin, 4), multiply(each, made)), made);
    }
    case "builtins.list.pop": {
      // From the front, all others are moved by one place.
      const moved = first?.op === "constant" && first.value === 0 ? length(receiver) : undefined;
      return moved ? add(operations.listPop, multiply(interval(0.02, 0.08, 0.3), moved)) : operations.listPop;
    }
    case "builtins.list.reverse":
      return perElement("listReverseElement", length(receiver));
    case "builtins.list.insert": {
      // All after it are moved by one place, several at a time; where it goes is mostly not known.
      const moved = length(receiver);
      return moved && add(scale(operations.listInsertFront, 0.6), multiply(interval(0, 0.1, 0.4), moved));
    }
    case "builtins.list.index":
    case "builtins.list.count":
    case "builtins.list.remove":
      return perElement("containsListElement", half(length(receiver)));
    case "builtins.str.join":
    case "builtins.bytes.join":
      return perElement("joinElement", length(first));
    case "collections.Counter": {
      // Texts that were just made have to be hashed first: 1.8 times, and of a list of other texts 0.9 to 1.5 (CPython 3.11, 3.13t and 3.14).
      const texts = first?.op === "call" ? 1.8 : 1.3;
      const counted = scaled(perElement("counterElement", length(first)), areTexts(shape(first)) ? texts : 1);
      return first
        ? counted && add(scale(operations.counterElement, emptyCounter), counted)
        : scale(operations.counterElement, emptyCounter);
    }
    case "collections.deque":
      return first ? perElement("tupleOfListElement", length(first)) : operations.listBuild;
    case "builtins.str":
    case "builtins.repr": {
      const shown = shape(first);
      if (shown && shown.containers > 0) return textOfContainerNs(shown, costs);
      return shown?.floats ? operations.stringOfFloat : operations.stringOfInt;
    }
    case "builtins.sorted":
    case "builtins.list.sort": {
      const sorted = first ?? receiver;
      const count = length(sorted);
      const of = shape(sorted);
      const key = keyword("key");
      const compared = count && mapped(count, (n) => n * Math.log2(Math.max(2, n)));
      // Six elements take 250 to 460 ns on CPython 3.11 and 3.14, of which comparing them is less than half.
      const begun = scale(operations.callBuiltin, first ? 6.5 : 4);
      const called = key && nativeKey(key, at, evaluator);
      // A function of C or of `operator` is called once for each element, and what it gives is compared.
      if (called && count)
        return add(
          add(begun, bulk("sorted:ints", compared) ?? operations.callBuiltin),
          multiply(scale(operations.callBuiltin, 2.5), count),
        );
      const kind = key ? "key" : of && of.texts > of.integers + of.floats ? "strings" : of && of.floats > of.integers ? "floats" : "ints";
      const isComparison = key?.op === "call" && evaluator.externalNames(key, at)[0] === "functools.cmp_to_key";
      const sorting = bulk(`sorted:${kind}`, compared);
      if (!sorting || !compared) return undefined;
      const ns = add(begun, sorting);
      if (isComparison) return add(ns, multiply(operations.callPythonTwo, compared));
      const keys = key ? keyShape(key, sorted, at, evaluator) : of && count ? averaged(of, count.likely) : undefined;
      // Tuples are compared by their first parts that differ, which have to be found; texts are compared in place.
      if (keys && keys.containers > 0) return add(ns, multiply(scale(costs.bulk["sorted:ints"].nsPerUnit, 1.6), compared));
      return key && keys && keys.texts > 0 ? add(ns, multiply(scale(costs.bulk["sorted:strings"].nsPerUnit, 0.4), compared)) : ns;
    }
    case "hashlib.md5":
    case "hashlib.sha1":
    case "hashlib.sha256":
    case "hashlib.sha512":
    case "hashlib.sha3_256":
    case "hashlib.blake2b":
    case "hashlib.blake2s":
      return first ? bulk(name, length(first)) : costs.bulk[name].fixedNs;
    case "hashlib.sha224":
      return first ? bulk("hashlib.sha256", length(first)) : costs.bulk["hashlib.sha256"].fixedNs;
    case "hashlib.sha384":
      return first ? bulk("hashlib.sha512", length(first)) : costs.bulk["hashlib.sha512"].fixedNs;
    case "hashlib.new":
      // Which algorithm it is may be told when it runs; they differ by a factor of two at most from this one.
      return bulk("hashlib.sha256", length(second));
    case "zlib.crc32":
      return bulk(name, length(first));
    case "hashlib.pbkdf2_hmac": {
      const rounds = given[3] ?? keyword("iterations");
      return scaled(bulk(name, rounds && evaluator.number(rounds, at)), derivedKey(first, given[4] ?? keyword("dklen"), at, evaluator));
    }
    case "hashlib.scrypt":
      return scryptNs(keyword, at, evaluator, costs);
    case "zlib.compress":
    case "gzip.compress":
    case "bz2.compress": {
      const level = second ?? keyword("level") ?? keyword("compresslevel");
      return compressionNs(name, first, level, length(first), at, evaluator, costs);
    }
    case "lzma.compress":
      return lzmaNs(first, keyword("preset") ?? given[3], length(first), at, evaluator, costs);
    case "zlib.decompress":
    case "gzip.decompress":
    case "bz2.decompress":
    case "lzma.decompress": {
      const packed = packedData(first, at, evaluator);
      const variant: BulkName | undefined =
        packed === "repeated" ? "zlib.decompress:repetitive" : packed === "lines" ? "zlib.decompress:records" : undefined;
      // The more of the text is said by reference to what stands before it, the less there is to do; measured of one of them.
      const share = variant ? costs.bulk[variant].nsPerUnit.likely / costs.bulk["zlib.decompress"].nsPerUnit.likely : 1;
      // What could not be packed is only copied.
      const isCopied = packed === "noise" && /^(zlib|gzip)\./.test(name);
      return scaled(bulk(name, length(call)), isCopied ? 0.1 : Math.min(1, share));
    }
    case "base64.b64encode":
    case "base64.standard_b64encode":
    case "base64.urlsafe_b64encode":
      return making(bulk("base64.b64encode", length(first)), length(first));
    case "base64.encodebytes":
      // Line by line, of 57 bytes each: 5 times as slow (`test/measure/short_calls.py` has it beside the other).
      return scaled(bulk("base64.b64encode", length(first)), 5);
    case "base64.decodebytes":
      return making(bulk("base64.b64decode", length(call)), length(call));
    case "base64.b64decode":
    case "base64.urlsafe_b64decode":
      return making(bulk("base64.b64decode", length(call)), length(call));
    case "json.dumps":
    case "json.dump":
    case "pickle.dumps": {
      const made = shape(first);
      if (!made || name === "pickle.dumps") return made && serialized("pickle.dumps", made, costs);
      const written = serialized("json.dumps", made, costs);
      // Into a file piece by piece, by functions written in Python, as with line breaks before 3.13; those that keep nothing of the call make an encoder for it.
      const isIndented = keyword("indent") !== undefined;
      const isPython = name === "json.dump" || (isIndented && costs.library.column === "3.11");
      const hasEncoder = call.arguments.some(({ form }) => form === "keyword");
      const share = isPython ? inPython : (isIndented ? indented : 1) * (keyword("sort_keys") ? 1.25 : 1);
      return add(scale(written, share), scale(operations.callPython, hasEncoder ? 25 : 1));
    }
    case "json.loads":
    case "pickle.loads": {
      const made = first && dumpedShape(first, at, evaluator);
      const bytes = length(first);
      if (made || !bytes) return made && serialized(name, made, costs);
      return widened(add(onceSerialized(name, costs), multiply(costs.bulk[`${name}:records`].nsPerUnit, bytes)));
    }
    case "copy.deepcopy": {
      const copied = shape(first);
      return copied && bulk("copy.deepcopy", likely(objectCount(copied)));
    }
    case "re.compile":
      // One that is written out is compiled once, and found again by its text.
      return first?.op === "constant" ? foundPatternNs(costs) : undefined;
    case "re.findall":
    case "re.finditer":
    case "re.split":
    case "re.sub":
    case "re.subn":
      return withPatternFound(matchingAllNs(name, call, at, evaluator, costs), costs);
    case "re.Pattern.findall":
    case "re.Pattern.finditer":
    case "re.Pattern.split":
    case "re.Pattern.sub":
    case "re.Pattern.subn":
      return matchingAllNs(name, call, at, evaluator, costs);
    case "builtins.str.replace": {
      // The measured text is long; what is looked for and put in its place has to be looked at first (30 to 45 ns, as stripping one).
      const replaced = making(bulk("str.replace", length(receiver)), length(receiver));
      return replaced && add(operations.stringStrip, replaced);
    }
    case "builtins.str.upper":
    case "builtins.str.encode":
      return making(bulk(name.slice("builtins.".length) as BulkName, length(receiver)), length(receiver));
    case "builtins.str.split":
    case "builtins.str.splitlines": {
      // Each part takes about the same, however long it is; those of the measured text had six characters and a space.
      const characters = length(receiver);
      const parts = evaluator.length(call, at);
      const asMany = parts && characters && scale(parts, measuredPart);
      const units = asMany && characters ? interval(Math.min(asMany.low, characters.low), asMany.likely, asMany.high) : characters;
      return bulk(name.slice("builtins.".length) as BulkName, units);
    }
    case "builtins.str.format":
      return formattedNs(receiver && evaluator.samples.of(receiver, at), call, costs, shape);
    case "builtins.str.count":
      return bulk("str.count", length(receiver));
    case "builtins.str.lower":
    case "builtins.str.title":
    case "builtins.str.swapcase":
    case "builtins.str.casefold":
      return bulk("str.upper", length(receiver));
    case "builtins.str.find":
    case "builtins.str.index":
    case "builtins.str.rfind":
    case "builtins.bytes.count":
    case "builtins.bytes.find":
      return bulk("str.count", length(receiver));
    case "builtins.bytes.decode":
      return bulk("bytes.decode", length(receiver));
    case "csv.reader":
      return bulk("csv.reader", lettersOf(first, shape(first)) ?? length(first));
    case "statistics.mean":
    case "statistics.fmean":
      return bulk("statistics.mean", length(first));
    case "random.shuffle":
      return bulk("random.shuffle", length(first));
    case "difflib.SequenceMatcher":
      // Where the elements of the second stand is counted with what compares them.
      return scale(operations.callPython, 10);
    case "difflib.SequenceMatcher.quick_ratio": {
      const compared = matchedLengths(receiver, at, evaluator);
      return compared && multiply(scale(operations.callPython, 6), add(compared.left, compared.right));
    }
    case "difflib.SequenceMatcher.ratio":
    case "difflib.SequenceMatcher.get_opcodes":
    case "difflib.SequenceMatcher.get_matching_blocks":
      return matchingNs(receiver, at, evaluator, costs);
    default:
      return undefined;
  }
}

interface ConstantCost {
  readonly construct: OperationName;
  readonly times: number;
}

const takesKey = /^builtins\.(set\.(add|discard|remove)|dict\.(get|pop|setdefault))$/;

function isTuple(value: Value, at: Activation, evaluator: Evaluator): boolean {
  if (value.op === "read") return evaluator.followWhole(value, at, (bound, in_) => isTuple(bound, in_, evaluator)) ?? false;
  return value.op === "display" && value.makes === "tuple";
}

/** Calls that take about the same whatever they are given. */
const constructs: ReadonlyMap<string, ConstantCost> = new Map(
  Object.entries({
    callLen: "builtins.len",
    isinstance: "builtins.isinstance builtins.issubclass builtins.callable",
    callBuiltin:
      "builtins.abs builtins.id builtins.bool builtins.iter builtins.reversed builtins.enumerate builtins.zip builtins.map builtins.filter builtins.type builtins.float.is_integer",
    ordCall: "builtins.ord builtins.chr",
    minTwo: "builtins.divmod",
    getattrCall: "builtins.getattr builtins.hasattr builtins.setattr builtins.next",
    intOfString: "builtins.int",
    floatOfString: "builtins.float",
    rangeObject: "builtins.range builtins.slice",
    listAppend: "builtins.list.append collections.deque.append collections.deque.appendleft",
    listPop: "collections.deque.pop collections.deque.popleft",
    setAdd: "builtins.set.add builtins.set.discard builtins.set.remove",
    dictGet: "builtins.dict.get builtins.dict.pop builtins.dict.setdefault builtins.dict.popitem",
    callCMethod:
      "builtins.dict.items builtins.dict.keys builtins.dict.values builtins.str.isalpha builtins.str.isdigit builtins.str.isupper builtins.str.islower builtins.str.isspace builtins.str.isalnum builtins.str.isnumeric builtins.int.bit_length builtins.list.clear builtins.dict.clear",
    stringStrip:
      "builtins.str.strip builtins.str.lstrip builtins.str.rstrip builtins.str.zfill builtins.str.ljust builtins.str.rjust builtins.str.center builtins.str.capitalize",
    stringStartsWith: "builtins.str.startswith builtins.str.endswith builtins.str.removeprefix builtins.str.removesuffix",
    stringSplit: "builtins.str.partition builtins.str.rpartition",
    formatMethod: "builtins.format",
    mathSqrt: "math.sqrt math.isqrt math.floor math.ceil math.fabs math.trunc math.degrees math.radians math.isnan math.isinf",
    mathSin:
      "math.sin math.cos math.tan math.atan math.atan2 math.exp math.log math.log2 math.log10 math.pow math.asin math.acos math.sinh math.tanh",
    mathGcd: "math.gcd math.lcm math.comb",
    randomRandom: "random.random random.getrandbits",
    randomRandint: "random.randint random.randrange random.choice random.gauss",
    timeCall: "time.perf_counter time.time time.monotonic time.process_time time.perf_counter_ns time.time_ns",
  } satisfies Partial<Record<OperationName, string>>).flatMap(([construct, names]) =>
    names.split(" ").map((name): [string, ConstantCost] => [name, { construct: construct as OperationName, times: 1 }]),
  ),
);
// Of how many values cannot be told.
for (const name of ["struct.pack", "struct.pack_into", "struct.Struct.pack_into"])
  (constructs as Map<string, ConstantCost>).set(name, { construct: "callCMethod", times: 3 });
// They scale their arguments first, so that no square overflows.
for (const name of ["math.hypot", "math.dist"]) (constructs as Map<string, ConstantCost>).set(name, { construct: "mathSqrt", times: 2.2 });
for (const name of ["random.uniform", "random.normalvariate", "random.expovariate"])
  (constructs as Map<string, ConstantCost>).set(name, { construct: "randomRandom", times: 3 });

/**
 * Drawing several at once. Each of `choices` is a random number times their number, with weights a search in their sums, which are added up first; each of
 * `sample` an integer below a limit that is looked for among those before. In multiples of `random()` and `randint()`, CPython 3.11 and 3.13: one of four
 * with weights 32 to 50 of the first, ten without 34 to 55, 100 of 200 with weights 1,300 to 1,600; 10 in a sample of 200 10 to 12 of the second, 50 of 100 33 to 39.
 */
function drawnNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, { operations }: OperationCosts): Amount {
  if (name !== "random.choices" && name !== "random.sample") return undefined;
  const count = lengthOfLibraryCall(name, call, at, evaluator);
  const { randomRandom, randomRandint } = operations;
  if (!count) return undefined;
  if (name === "random.sample") return widened(add(scale(randomRandint, 3), multiply(scale(randomRandint, 0.75), count)));
  const [population, second] = positionalOf(call);
  const weights = second ?? call.arguments.find((each) => each.form === "keyword" && /weights$/.test(each.name))?.value;
  if (!weights) return widened(add(scale(randomRandom, 10), multiply(scale(randomRandom, 3.5), count)));
  const sums = evaluator.length(weights, at) ?? (population && evaluator.length(population, at)) ?? interval(2, 5, 100);
  return widened(add(scale(randomRandom, 33), add(multiply(scale(randomRandom, 1.2), sums), multiply(scale(randomRandom, 10), count))));
}

/**
 * `bisect` halves what is left until one place is: twice what comparing takes for each step, as nobody can foresee how it goes on (10 elements 92 to 97 ns, 1,000
 * 240 to 252, 100,000 355 to 399, CPython 3.11 and 3.13). Putting something there moves what comes after it.
 */
function foundPlaceNs(
  name: string,
  call: CallOperation,
  at: Activation,
  evaluator: Evaluator,
  { operations }: OperationCosts,
  once: Amount,
): Amount {
  if (!/^bisect\.(bisect|insort)/.test(name)) return undefined;
  const [list] = positionalOf(call);
  const count = (list && evaluator.length(list, at)) ?? interval(3, 100, 20_000);
  const steps = mapped(count, (n) => Math.log2(n + 2));
  const found = add(once ?? scale(operations.callCMethod, 2), multiply(scale(operations.compare, 2), steps));
  return name.startsWith("bisect.insort") ? add(found, multiply(interval(0, 0.1, 0.4), count)) : found;
}

/** Whether a key function is one of C: `len`, `str.lower`, or what `operator` makes. */
function nativeKey(key: Value, at: Activation, evaluator: Evaluator): boolean {
  if (key.op === "call")
    return /^operator\.(item|attr)getter$/.test(evaluator.externalNames(key, at)[0] ?? "") && key.arguments.length === 1;
  if (key.op !== "read") return false;
  const probe: CallOperation = { op: "call", callee: key, arguments: [], start: key.start, end: key.end };
  return /^builtins\./.test(evaluator.externalNames(probe, at)[0] ?? "");
}

/** Blocks of more than half a megabyte are fetched from the system, again and again; smaller ones mostly come from what was given back before. */
function freshBlockNs(bytes: Interval, { freshPage, blockAnew }: MemoryCosts): Interval {
  const ofBlock = (count: number): number => (count > blockBytes ? count : 0);
  return pagesNs(multiply(interval(ofBlock(bytes.low), ofBlock(bytes.likely), ofBlock(bytes.high)), blockAnew), freshPage);
}

const blockBytes = 500_000;

/** Making a counter runs functions written in Python, as long as counting so many elements takes (28 to 41, CPython 3.8 to 3.14). */
const emptyCounter = 31;

type Serializer = "json.dumps" | "json.loads" | "pickle.dumps" | "pickle.loads";

/** The nanoseconds of turning a value into text or bytes, or back: each kind of part at the rate measured for values made of it alone. */
function serialized(name: Serializer, shape: Shape, costs: OperationCosts): Interval {
  const isJson = name.startsWith("json");
  const bytesOf = isJson ? jsonBytes : pickledBytes;
  const none = { integers: 0, floats: 0, texts: 0, characters: 0, containers: 0 };
  const part = (kind: "ints" | "floats" | "strings" | "intLists" | "text", of: Partial<Shape>): Interval =>
    scale(costs.bulk[`${name}:${kind}`].nsPerUnit, bytesOf({ ...none, ...of }));
  const isLong = shape.characters > 200 * Math.max(1, shape.texts);
  const texts = { texts: shape.texts, characters: shape.characters };
  // Many new containers set the garbage collector going, and new memory has to be fetched from the system.
  const crowd = name.endsWith("loads") ? 1 + 3 * Math.min(1, shape.containers / 5_000) : 1;
  // To write one takes three times as long as to read one: a mark against circles, and its items as a list.
  const perContainer = name === "json.dumps" ? 36 : 12;
  const containers = scale(costs.bulk[`${name}:intLists`].nsPerUnit, shape.containers * perContainer * crowd);
  const parts = [
    part("ints", { integers: shape.integers }),
    part("floats", { floats: shape.floats }),
    part(isLong ? "text" : "strings", texts),
    containers,
  ];
  // How to make an object anew is asked of its class: of three attributes 380 to 500 ns beyond its dict to write, 130 to 170 to read (CPython 3.11, 3.13).
  const objects = isJson ? 0 : (shape.instances ?? 0) * (name === "pickle.dumps" ? 23 : 9);
  return widened([...parts, scale(costs.operations.callPython, objects)].reduce(add, onceSerialized(name, costs)));
}

/** What a call takes once, however little there is. */
function onceSerialized(name: Serializer, costs: OperationCosts): Interval {
  // An encoder is made for the call, and functions of the package are called: seen best where there is little to write.
  const { callPython } = costs.operations;
  const calls = scale(callPython, name === "json.dumps" ? 15 : name === "json.loads" ? 7 : 2);
  const ofRecords = add(costs.bulk[`${name}:records`].fixedNs, calls);
  if (name !== "json.dumps" && name !== "json.loads") return ofRecords;
  // 1,060 to 1,490 ns for `loads('{"a": 1}')`, 1,690 to 2,300 for `dumps`, on CPython 3.11, 3.13 and 3.13t: what many records take hides it.
  const ofStrings = costs.bulk[`${name}:strings`].fixedNs;
  return ofStrings.likely > ofRecords.likely ? ofStrings : ofRecords;
}

/** `json.dump`, and before 3.13 `json.dumps(rows, indent=2)`, against `json.dumps(rows)`: 2.6 to 5.4 times, CPython 3.11 to 3.14 (`test/measure/library_calls.py`), most where containers are short. */
const inPython = 3.7;
/** How to make an object anew is asked of its class: in calls of a function 72 to 102 (CPython 3.11, 3.13t and 3.14, `test/measure/implicit_calls.py`). */
const copiedObject = 80;
/** With line breaks by the encoder in C: 1.14 to 1.17 times (CPython 3.13, 3.13t and 3.14). */
const indented = 1.15;

/** The functions of `re` look for the compiled pattern of a text first: two calls of Python functions and a dictionary (`re.compile: cached`). */
function foundPatternNs({ operations: { callPythonTwo, isinstance, dictGet } }: OperationCosts): Interval {
  return add(scale(callPythonTwo, 2), add(scale(isinstance, 2), dictGet));
}

function withPatternFound(ns: Amount, costs: OperationCosts): Amount {
  return ns && add(ns, foundPatternNs(costs));
}

/** Writing out a list or the like: each of its parts as its own `repr`, without the call. */
function textOfContainerNs({ integers, floats, texts, characters, containers }: Shape, { operations }: OperationCosts): Interval {
  const { stringOfInt, stringOfFloat, listBuild } = operations;
  const parts = add(scale(stringOfInt, (integers + texts) * 0.7 + characters * 0.02), scale(stringOfFloat, floats));
  return widened(add(parts, scale(listBuild, containers * 3)));
}

/** Elements that are texts and were just made, so that they have to be hashed; those of a text have been before. */
function areTexts(shape: Shape | undefined): boolean {
  return shape === undefined || (shape.texts > 0 && shape.containers > 0);
}

const measuredPart = 7;

/** What a key function makes of an element; undefined where that is not known. */
function keyShape(key: Value, sorted: Value | undefined, at: Activation, evaluator: Evaluator): Shape | undefined {
  const tuple: Shape = { integers: 0, floats: 0, texts: 0, characters: 0, containers: 1 };
  if (key.op === "call") {
    const isGetter = /^operator\.(item|attr)getter$/.test(evaluator.externalNames(key, at)[0] ?? "");
    return isGetter && key.arguments.length > 1 ? tuple : undefined;
  }
  if (!sorted) return undefined;
  // What a tuple is made of does not matter.
  const read = (made: Value, in_: Activation): Shape | undefined => (made.op === "display" ? tuple : shapeOf(made, in_, evaluator));
  if (key.op === "function") {
    const node = at.function.file.functionAt(key.function);
    const [returned] = node?.returned ?? [];
    return node && returned && node.returned.length === 1 ? read(returned, calledForEach(node, sorted, at)) : undefined;
  }
  const place = { start: key.start, end: key.end };
  const element: Value = { op: "element-of", iterable: sorted, ...place };
  const called: CallOperation = { op: "call", callee: key, arguments: [{ form: "positional", name: "", value: element }], ...place };
  return evaluator.returned(called, at, read);
}

/** Of each of so many elements. */
function averaged({ integers, floats, texts, characters, containers }: Shape, count: number): Shape {
  const by = 1 / Math.max(1, count);
  // One container is that of the elements.
  const inside = Math.round((containers - 1) * by);
  return { integers: integers * by, floats: floats * by, texts: texts * by, characters: characters * by, containers: inside };
}

/** How the data came about that were compressed into what is given. */
function packedData(value: Value | undefined, at: Activation, evaluator: Evaluator): ReturnType<typeof dataOf> {
  if (value?.op === "read") return evaluator.followWhole(value, at, (bound, in_) => packedData(bound, in_, evaluator)) ?? "other";
  if (value?.op !== "call") return "other";
  const [name] = evaluator.externalNames(value, at);
  return name && /^(zlib|gzip|bz2|lzma)\.compress$/.test(name) ? dataOf(value.arguments[0]?.value, at, evaluator) : "other";
}

function hasKeyword({ arguments: given }: CallOperation, name: string): boolean {
  return given.some((each) => each.form === "keyword" && each.name === name);
}

/** How many characters the texts of a list have together. */
function lettersOf(value: Value | undefined, shape: Shape | undefined): Amount {
  return value && shape && shape.containers > 0 && shape.characters > 0 ? likely(shape.characters) : undefined;
}

/** What adding one more takes of numbers that a type of the library defines. */
function addedByLibraryNs(values: Value, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  for (const entity of evaluator.resolver.elements(values, at.function)) {
    if (entity.kind !== "object" || !/^(decimal\.Decimal|fractions\.Fraction)$/.test(entity.type)) continue;
    return tabulatedOperator(`${entity.type}.__add__`, costs)?.interpreterNs;
  }
  return undefined;
}

function isRange(value: Value | undefined, at: Activation, evaluator: Evaluator): boolean {
  return value?.op === "call" && evaluator.externalNames(value, at)[0] === "builtins.range";
}

function scaled(amount: Amount, factor: number): Amount {
  return amount && scale(amount, factor);
}

function half(amount: Amount): Amount {
  return amount && interval(Math.min(1, amount.low), amount.likely / 2, amount.high);
}

function mapped({ low, likely: middle, high }: Interval, to: (value: number) => number): Interval {
  return interval(to(low), to(middle), to(high));
}

/** A number of which only the likely value is known. */
function likely(value: number): Interval {
  return interval(value * 0.5, value, value * 2);
}

function widened({ low, likely: middle, high }: Interval): Interval {
  return interval(low * 0.5, middle, high * 1.6);
}
