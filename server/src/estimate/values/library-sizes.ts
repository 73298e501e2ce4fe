import { exactly, type Interval, interval } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { databaseRows } from "../costs/database-costs.js";
import type { Activation } from "./activation.js";
import { type Amount, combine, mapAmount } from "./amount.js";
import { archiveMembers } from "./archive-members.js";
import { arrangementCount, arrangements } from "./arrangements.js";
import { positionalOf } from "./call-arguments.js";
import { constantIn, constantOf } from "./constant-arguments.js";
import type { Evaluator } from "./evaluate.js";
import { bitsOf } from "./integer-sizes.js";
import { jsonBytes, pickledBytes, shapeOf } from "./shape.js";
import { sizeOfFormat, valuesOfFormat } from "./struct-formats.js";

/** Methods of a generator of one's own do what the functions of the module do with the shared one; the smallest are found as the largest are. */
export function sameAsFunction(name: string): string {
  return name
    .replace(/^random\.Random\./, "random.")
    .replace(/^heapq\.nsmallest$/, "heapq.nlargest")
    .replace(/^builtins\.bytearray\.(?=(r?find|r?index|count|translate|replace|split|hex|decode|join)$)/, "builtins.bytes.")
    .replace(/^builtins\.bytes\.(rfind|r?index)$/, "builtins.bytes.find");
}

/** Where counting is more exact than looking at some elements. */
const exactlyCounted: ReadonlySet<string> = new Set(["itertools.islice", "itertools.repeat", "collections.deque"]);

/** How many elements, characters or bytes a library call returns; undefined where nothing can be told. */
export function lengthOfLibraryCall(qualifiedName: string | undefined, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const name = qualifiedName && sameAsFunction(qualifiedName);
  if (name !== undefined && arrangements.has(name)) return arrangementCount(name, call, at, evaluator);
  const sampled = name !== undefined && exactlyCounted.has(name) ? undefined : evaluator.samples.length(call, at);
  if (sampled) return sampled;
  const positional = positionalOf(call);
  const keyword = (wanted: string): Value | undefined =>
    call.arguments.find((each) => each.form === "keyword" && each.name === wanted)?.value;
  const length = (value: Value | undefined): Amount => value && evaluator.length(value, at);
  const number = (value: Value | undefined): Amount => value && evaluator.number(value, at);
  if (name === undefined || /^builtins\.(str|bytes|bytearray|int|object)\./.test(name)) return lengthOfMethod(call, at, evaluator);
  if (name.startsWith("sqlite3.")) return databaseRows(name, call, at, evaluator);
  const [first, second, third] = positional;
  switch (name) {
    case "io.FileIO.read":
    case "io.BufferedReader.read":
    case "io.TextIOWrapper.read":
    case "os.read":
      // All pieces of a file but the last are as long as was asked for.
      return ratio(number(name === "os.read" ? second : first), 1, 0, 1);
    case "json.dumps":
    case "pickle.dumps": {
      const shape = first && shapeOf(first, at, evaluator);
      return shape && spread((name === "json.dumps" ? jsonBytes : pickledBytes)(shape), 0.6, 1.6);
    }
    case "zlib.compress":
    case "gzip.compress":
    case "bz2.compress":
    case "lzma.compress":
      return ratio(length(first), isRepeated(first) ? 0.005 : 0.3, 0.002, 1);
    case "zlib.decompress":
    case "gzip.decompress":
    case "bz2.decompress":
    case "lzma.decompress":
      return (first && uncompressedLength(first, at, evaluator)) ?? ratio(length(first), 3, 1, 50);
    case "base64.b64encode":
    case "base64.urlsafe_b64encode":
      return mapAmount(length(first), (bytes) => (bytes * 4) / 3);
    case "base64.encodebytes":
      return mapAmount(length(first), (bytes) => (bytes * 4) / 3 + bytes / 57);
    case "base64.decodebytes":
    case "base64.b64decode":
    case "base64.urlsafe_b64decode":
      return mapAmount(length(first), (bytes) => (bytes * 3) / 4);
    case "struct.pack":
      return sizeOfFormat(constantIn(first, at, evaluator));
    case "struct.Struct.pack":
      return sizeOfFormat(madeOf("struct.Struct", call, at, evaluator));
    case "struct.unpack":
    case "struct.unpack_from":
      return valuesOfFormat(constantIn(first, at, evaluator));
    case "struct.Struct.unpack":
    case "struct.Struct.unpack_from":
      return valuesOfFormat(madeOf("struct.Struct", call, at, evaluator));
    case "struct.iter_unpack":
      return combine(length(second), sizeOfFormat(constantIn(first, at, evaluator)), (bytes, one) => bytes / Math.max(1, one));
    case "struct.Struct.iter_unpack":
      return combine(length(first), sizeOfFormat(madeOf("struct.Struct", call, at, evaluator)), (bytes, one) => bytes / Math.max(1, one));
    case "re.findall":
    case "re.finditer":
      return ratio(length(second), 1 / 25, 0, 1);
    case "re.split":
      return ratio(length(second), 1 / 10, 0, 1);
    case "re.sub":
      return length(third);
    case "difflib.unified_diff":
    case "difflib.context_diff":
    case "difflib.ndiff":
      return ratio(length(first), 1, 0, 3);
    case "textwrap.fill":
    case "textwrap.dedent":
    case "textwrap.indent":
      return length(first);
    case "string.Template.substitute":
    case "string.Template.safe_substitute":
      return call.arguments
        .map(({ value }) => textLength(value, at, evaluator))
        .reduce((a, b) => combine(a, b, (x, y) => x + y), length(madeOf("string.Template", call, at, evaluator)));
    case "io.StringIO":
    case "io.BytesIO":
    case "collections.OrderedDict":
    case "itertools.accumulate":
    case "builtins.dict.fromkeys":
      return length(first);
    case "collections.deque": {
      const most = number(keyword("maxlen") ?? second);
      const start = length(first);
      if (!most) return start;
      // What starts empty gets full, as nobody limits what stays short anyway; while it fills, it is half full on average.
      return start && start.high > 0 ? combine(start, most, Math.min) : interval(most.low / 2, most.likely, most.high);
    }
    case "collections.Counter":
      return mapAmount(length(first), (count) => Math.min(count, Math.max(10, Math.sqrt(count))));
    case "zipfile.ZipFile.namelist":
    case "zipfile.ZipFile.infolist":
      return archiveMembers("zipfile.ZipFile", at, evaluator);
    case "tarfile.TarFile.getmembers":
    case "tarfile.TarFile.getnames":
      return archiveMembers("tarfile.TarFile", at, evaluator);
    case "csv.reader":
    case "csv.DictReader":
      return first && lineCount(first, at, evaluator);
    case "itertools.chain":
    case "heapq.merge":
      return positional.map(length).reduce((a, b) => combine(a, b, (x, y) => x + y), exactly(0));
    case "itertools.pairwise":
      return mapAmount(length(first), (count) => Math.max(0, count - 1));
    case "itertools.batched":
      return combine(length(first), number(second), (count, size) => Math.ceil(count / Math.max(1, size)));
    case "itertools.islice":
      return third ? combine(number(third), number(second), (stop, start) => Math.max(0, stop - start)) : number(second);
    case "itertools.repeat":
      return number(second);
    case "itertools.starmap":
    case "array.array":
      return length(second);
    case "itertools.takewhile":
    case "itertools.dropwhile":
    case "itertools.filterfalse":
      return ratio(length(second), 0.5, 0, 1);
    case "itertools.compress":
      return ratio(length(first), 0.5, 0, 1);
    case "itertools.zip_longest":
      return positional.map(length).reduce((a, b) => combine(a, b, Math.max), exactly(0));
    case "itertools.chain.from_iterable":
      return first && combine(length(first), evaluator.elementLength(first, at), (count, each) => count * each);
    case "itertools.tee":
      return number(second) ?? exactly(2);
    case "itertools.groupby":
      return ratio(length(first), 0.3, 0, 1);
    case "random.sample":
      return number(second ?? keyword("k"));
    case "random.choices":
      return number(keyword("k")) ?? exactly(1);
    case "secrets.token_hex":
      return mapAmount(number(first), (bytes) => bytes * 2);
    case "builtins.str":
    case "builtins.repr":
      return first ? textLength(first, at, evaluator) : exactly(0);
    case "builtins.bytes":
    case "builtins.bytearray":
      return first && (number(first) ?? length(first));
    case "builtins.frozenset":
      return length(first);
    default:
      return undefined;
  }
}

/** The constant that the object of a method was made of. */
function madeOf(type: string, { callee }: CallOperation, at: Activation, evaluator: Evaluator): Value | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" ? constantOf(type, callee.place.object, at, evaluator) : undefined;
}

function lengthOfMethod(call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const receiver = callee.place.object;
  const [first] = call.arguments.map(({ value }) => value);
  const length = (): Amount => evaluator.length(receiver, at);
  switch (callee.place.name) {
    case "join": {
      if (!first) return undefined;
      const each = evaluator.elementLength(first, at) ?? averageWord;
      const separator = length() ?? exactly(1);
      return combine(
        evaluator.length(first, at),
        combine(each, separator, (a, b) => a + b),
        (count, size) => count * size,
      );
    }
    case "split":
    case "rsplit":
      return ratio(length(), 1 / 6, 1 / 60, 1 / 2);
    case "splitlines":
      return lineCount(receiver, at, evaluator);
    case "format":
      return mapAmount(length(), (characters) => characters + 4 * call.arguments.length);
    case "to_bytes":
      return first ? evaluator.number(first, at) : exactly(1);
    case "ljust":
    case "rjust":
    case "center":
    case "zfill": {
      const width = first && evaluator.number(first, at);
      return combine(length() ?? width, width, Math.max);
    }
    case "hex":
      return mapAmount(length(), (bytes) => bytes * 2);
    case "hexdigest":
      return exactly(64);
    case "digest":
      return exactly(32);
    default:
      return sameLengthAsText.has(callee.place.name) ? length() : undefined;
  }
}

/** How many elements each element of what a library call returns has. */
export function lengthOfLibraryElement(name: string | undefined, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const [first, second] = call.arguments.map(({ value }) => value);
  const sampled = name?.startsWith("itertools.") || name === "builtins.map" ? undefined : evaluator.samples.elementLength(call, at);
  if (sampled) return sampled;
  switch (name) {
    case "itertools.permutations":
      return (second && evaluator.number(second, at)) ?? (first && evaluator.length(first, at));
    case "itertools.combinations":
    case "itertools.combinations_with_replacement":
    case "itertools.batched":
      return second && evaluator.number(second, at);
    case "builtins.map":
      return first && second && evaluator.mappedLength(first, second, at);
    case "builtins.zip":
    case "itertools.zip_longest": {
      // `zip(*rows)` hands out columns: each has an element of every row.
      const [only] = call.arguments;
      if (only?.form === "star") return evaluator.length(only.value, at);
      return exactly(call.arguments.filter(({ form }) => form === "positional").length);
    }
    case "itertools.product": {
      const repeat = call.arguments.find(({ form, name: each }) => form === "keyword" && each === "repeat");
      const given = call.arguments.length - (repeat ? 1 : 0);
      return repeat ? mapAmount(evaluator.number(repeat.value, at), (times) => times * given) : exactly(given);
    }
    case "builtins.enumerate":
    case "itertools.pairwise":
      return exactly(2);
    case "re.split":
    case "re.findall":
      return averageWord;
    case "csv.reader":
      return interval(2, 8, 50);
    default: {
      const { callee } = call;
      const method = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.name : "";
      if (method === "split" || method === "rsplit") return isLineBreak(first) ? averageLine : averageWord;
      return method === "splitlines" || method === "readlines" ? averageLine : undefined;
    }
  }
}

function isLineBreak(separator: Value | undefined): boolean {
  return separator?.op === "constant" && /^(\\[rn]|[\r\n])+$/.test(String(separator.value));
}

/** How long the lines of texts are that people write; those of data are longer at times. */
export const averageLine: Interval = interval(5, 40, 400);
const averageWord: Interval = interval(1, 6, 30);

/** Methods of text whose result is about as long as the text. */
const sameLengthAsText: ReadonlySet<string> = new Set(
  "strip lstrip rstrip replace title casefold swapcase capitalize translate expandtabs".split(" "),
);

/** How many characters `str` makes of a value. */
function textLength(value: Value, at: Activation, evaluator: Evaluator): Amount {
  if (value.op === "constant" && value.type === "str") return exactly(String(value.value).length);
  const number = evaluator.number(value, at);
  if (number) {
    const digits = (each: number): number => (Number.isInteger(each) ? Math.floor(Math.log10(Math.max(1, Math.abs(each)))) + 1 : 12);
    return interval(
      Math.min(digits(number.low), digits(number.likely)),
      digits(number.likely),
      Math.max(digits(number.high), digits(number.likely)),
    );
  }
  const digits = mapAmount(bitsOf(value, at, evaluator), (bits) => Math.ceil(bits * Math.log10(2)));
  return digits ?? evaluator.length(value, at) ?? interval(1, 5, 20);
}

/** How long the text is that an f-string or `%` makes. */
export function formattedLength(value: Extract<Value, { op: "compute" }>, at: Activation, evaluator: Evaluator): Amount {
  const sampled = evaluator.samples.length(value, at);
  if (sampled) return sampled;
  let total: Amount = exactly(0);
  const plus = (amount: Amount): void => {
    total = combine(total, amount, (a, b) => a + b);
  };
  if (value.operator.startsWith("format")) {
    for (const operand of value.operands) {
      plus(textLength(operand, at, evaluator));
      plus(writtenBetween);
    }
    return total;
  }
  const [template, values] = value.operands;
  if (!template || !values) return undefined;
  plus(evaluator.length(template, at));
  // A place such as `%d` is two characters already.
  for (const each of values.op === "display" ? values.elements : [values])
    plus(mapAmount(textLength(each, at, evaluator), (characters) => characters - 2));
  return total;
}

/** Facts do not keep what stands between the values of an f-string. */
const writtenBetween: Interval = interval(0, 6, 40);

/** How many lines a text has, or a file made of it: as many as were joined, else one for each 40 characters. */
function lineCount(value: Value, at: Activation, evaluator: Evaluator): Amount {
  const joined = (each: Value, in_: Activation): Amount => {
    if (each.op === "read") return evaluator.followWhole(each, in_, joined);
    if (each.op !== "call") return undefined;
    const { callee } = each;
    const [first] = each.arguments.map((argument) => argument.value);
    const isMethod = callee.op === "read" && callee.place.kind === "attribute";
    if (first && isMethod && callee.place.name === "join") return evaluator.length(first, in_);
    if (first && isMethod && (callee.place.name === "StringIO" || callee.place.name === "BytesIO")) return joined(first, in_);
    return undefined;
  };
  return joined(value, at) ?? ratio(evaluator.length(value, at), 1 / 40, 1 / 400, 1 / 5);
}

export function uncompressedLength(value: Value, at: Activation, evaluator: Evaluator): Amount {
  if (value.op === "read") return evaluator.followWhole(value, at, (bound, in_) => uncompressedLength(bound, in_, evaluator));
  if (value.op !== "call") return undefined;
  const { callee } = value;
  const [first] = value.arguments.map((argument) => argument.value);
  const isCompressing = callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "compress";
  return first && isCompressing ? evaluator.length(first, at) : undefined;
}

/** Whether it is written as a short text times a number, which compresses very well. */
function isRepeated(value: Value | undefined): boolean {
  return value?.op === "compute" && value.operator === "*";
}

function ratio(amount: Amount, likely: number, low: number, high: number): Amount {
  return amount && interval(amount.low * low, amount.likely * likely, amount.high * high);
}

function spread(value: number, low: number, high: number): Interval {
  return interval(value * low, value, value * high);
}
