import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { positionalOf } from "../values/call-arguments.js";
import { sameAsFunction } from "../values/library-sizes.js";
import {
  changedText,
  countOf,
  distinct,
  elementsOf,
  float,
  int,
  joined,
  lengthOfSample,
  type MappingSample,
  occurrences,
  opaque,
  places,
  type Sample,
  type SequenceSample,
  sequence,
  splitText,
  type TextSample,
  textSample,
  wholeText,
} from "./sample.js";
import { matchesOf } from "./sample-pattern.js";
import { braceFormatted, formatted, parsedNumber, shown } from "./sample-text.js";
import type { Samples } from "./samples.js";

/** A call, and how to ask for what it is given. */
interface Asked {
  readonly call: CallOperation;
  readonly at: Activation;
  readonly samples: Samples;
  readonly given: readonly Value[];
  readonly sample: (value: Value | undefined) => Sample | undefined;
  readonly number: (value: Value | undefined) => number | undefined;
  readonly keyword: (name: string) => Value | undefined;
}

function asking(call: CallOperation, at: Activation, samples: Samples): Asked {
  return {
    call,
    at,
    samples,
    given: positionalOf(call),
    sample: (value) => value && samples.of(value, at),
    number: (value) => samples.number(value, at),
    keyword: (name) => call.arguments.find((each) => each.form === "keyword" && each.name === name)?.value,
  };
}

/** How many matches of the pattern a call such as `re.sub` finds in the text, as far as samples of both tell. */
export function matchCount(call: CallOperation, pattern: Value, subject: Value, at: Activation, samples: Samples): number | undefined {
  const asked = asking(call, at, samples);
  const found = ofPattern("finditer", patternOf(pattern, asked), [subject], asked);
  return found?.kind === "sequence" ? found.count : undefined;
}

/** What a call of a built-in, of a method of built-in types or of the standard library returns, as far as samples of its arguments tell. */
export function sampleOfCall(call: CallOperation, at: Activation, samples: Samples): Sample | undefined {
  const asked = asking(call, at, samples);
  const [named] = samples.namesOf(call, at);
  const name = named && sameAsFunction(named);
  const known = name === undefined || isMethodName(name) ? undefined : ofFunction(name, asked);
  if (known || call.callee.op !== "read" || call.callee.place.kind !== "attribute") return known;
  if (name !== undefined && !isMethodName(name) && !name.startsWith("re.Pattern.")) return undefined;
  const { object, name: method } = call.callee.place;
  if (name?.startsWith("re.Pattern.")) return ofPattern(method, patternOf(object, asked), asked.given, asked);
  const receiver = samples.of(object, at);
  return receiver && ofMethod(method, receiver, asked);
}

function isMethodName(name: string): boolean {
  return /^(builtins\.\w+|collections\.\w+|xml\.etree\.ElementTree\.\w+|configparser\.\w+|io\.(StringIO|BytesIO))\.\w+$/.test(name);
}

function ofFunction(name: string, asked: Asked): Sample | undefined {
  const { given, sample, number, keyword } = asked;
  const [first, second] = given;
  const elements = (value: Value | undefined = first): SequenceSample | undefined => {
    const whole = sample(value);
    return whole && elementsOf(whole);
  };
  const text = (value: Value | undefined = first): TextSample | undefined => {
    const whole = sample(value);
    return whole?.kind === "text" ? whole : undefined;
  };
  switch (name) {
    case "builtins.range":
      return range(given.map(number));
    case "builtins.list":
    case "builtins.tuple":
    case "builtins.sorted":
    case "builtins.reversed":
    case "builtins.iter":
    case "itertools.accumulate":
      return elements();
    case "collections.deque":
      // With a limit, it's the last ones, and what comes later drives them out.
      return second || keyword("maxlen") ? undefined : elements();
    case "builtins.set":
    case "builtins.frozenset":
    case "collections.Counter": {
      const of = elements();
      if (!of) return undefined;
      const { items, count } = distinct(of.items, of.count);
      if (name !== "collections.Counter") return sequence(items, count);
      return { kind: "mapping", entries: items.map((item) => [item, int(of.count / Math.max(1, count))]), count };
    }
    case "builtins.dict":
    case "collections.OrderedDict": {
      const of = sample(first);
      return of?.kind === "mapping" ? of : of?.kind === "sequence" ? fromPairs(of) : undefined;
    }
    case "builtins.dict.fromkeys":
      return fromPairs(paired(elements(), second ? sample(second) : textSample("None")));
    case "builtins.enumerate": {
      const of = elements();
      return (
        of &&
        sequence(
          of.items.map((item, index) => sequence([int(places(of.count)[index] ?? index), item])),
          of.count,
        )
      );
    }
    case "builtins.zip": {
      const all = given.map(elements);
      const known = all.filter((each) => each !== undefined);
      if (known.length < all.length || known.length === 0) return undefined;
      const count = Math.min(...known.map((each) => each.count));
      const some = Math.min(...known.map((each) => each.items.length));
      return sequence(
        Array.from({ length: some }, (_, index) => sequence(known.map((each) => each.items[index] as Sample))),
        count,
      );
    }
    case "builtins.map": {
      const of = elements(second);
      const mapped = of && first && asked.samples.mapped(first, of, asked.at);
      return mapped && sequence(mapped, of.count);
    }
    case "builtins.len": {
      const of = sample(first);
      const length = of && lengthOfSample(of);
      return length === undefined ? undefined : int(length);
    }
    case "builtins.str": {
      const of = sample(first);
      return of && shown(of);
    }
    case "builtins.repr": {
      const of = sample(first);
      return of?.kind === "text" ? opaque((lengthOfSample(of) ?? 0) + 2, false) : of && shown(of);
    }
    case "builtins.format":
    case "builtins.hex":
    case "builtins.bin": {
      const of = sample(first);
      const specifier = name === "builtins.format" ? text(second) : undefined;
      return (
        of && formatted(of, (specifier && wholeText(specifier)) ?? (name === "builtins.hex" ? "#x" : name === "builtins.bin" ? "#b" : ""))
      );
    }
    case "builtins.int":
    case "builtins.float": {
      const of = sample(first);
      return of && parsedNumber(of, name === "builtins.int" ? "int" : "float");
    }
    case "builtins.abs":
    case "builtins.round": {
      const value = number(first);
      return value === undefined
        ? undefined
        : name === "builtins.abs"
          ? int(Math.abs(value))
          : second
            ? float(rounded(value, number(second)))
            : int(Math.round(value));
    }
    case "builtins.chr":
      return textSample("x");
    case "random.randbytes":
    case "os.urandom":
    case "secrets.token_bytes": {
      const bytes = number(first);
      return bytes === undefined ? undefined : opaque(bytes, true);
    }
    case "builtins.bytes":
    case "builtins.bytearray": {
      const of = sample(first);
      if (of?.kind === "number") return opaque(of.value, true);
      return of?.kind === "text" ? { ...of, isBytes: true } : of && opaque(lengthOfSample(of) ?? 0, true);
    }
    case "random.random":
      return float(asked.samples.chance);
    case "random.uniform":
    case "random.randint":
    case "random.randrange": {
      const [low, high] = given.length > 1 ? [number(first), number(second)] : [0, number(first)];
      if (low === undefined || high === undefined) return undefined;
      const value = low + (high - low) * asked.samples.chance;
      return name === "random.uniform" ? float(value) : int(value);
    }
    case "random.choice": {
      const of = elements();
      return of?.items[Math.floor(asked.samples.chance * of.items.length)];
    }
    case "random.choices":
    case "random.sample": {
      const of = elements();
      const count = number(keyword("k") ?? second) ?? 1;
      return of && { kind: "sequence", items: of.items, count };
    }
    case "itertools.chain": {
      const all = given.map(elements);
      const known = all.filter((each) => each !== undefined);
      return known.length < all.length
        ? undefined
        : sequence(
            known.flatMap((each) => each.items),
            known.reduce((sum, each) => sum + each.count, 0),
          );
    }
    case "json.dumps":
    case "pickle.dumps": {
      const of = sample(first);
      return of && { ...shown(of), isBytes: name === "pickle.dumps", of };
    }
    case "json.loads":
    case "pickle.loads":
      return text()?.of;
    case "io.StringIO":
    case "io.BytesIO":
      return text();
    case "csv.reader":
    case "csv.DictReader":
      return rows(sample(first), name === "csv.DictReader", wholeOf(text(keyword("delimiter"))) ?? ",");
    case "urllib.parse.urlencode": {
      const of = sample(first);
      const pairs = of?.kind === "mapping" ? { items: of.entries.map((each) => sequence(each)), count: of.count } : of && elementsOf(of);
      if (!pairs) return undefined;
      const written = pairs.items.map((pair) =>
        textSample((elementsOf(pair)?.items ?? []).map((each) => wholeText(shown(each)) ?? "x").join("=")),
      );
      return joined(textSample("&"), { kind: "sequence", items: written, count: pairs.count });
    }
    case "urllib.parse.quote":
    case "urllib.parse.unquote":
    case "textwrap.dedent":
    case "html.escape":
    case "html.unescape":
      return text();
    case "urllib.parse.parse_qsl": {
      const of = text();
      if (!of) return undefined;
      const pairs = splitText(of, (each) => each.split("&"));
      return { ...pairs, items: pairs.items.map((pair) => pieces(pair, "=")) };
    }
    case "urllib.parse.parse_qs": {
      const of = text();
      if (!of) return undefined;
      const fields = splitText(of, (each) => each.split("&"));
      const keyed = fields.items.map((pair) => pieces(pair, "="));
      const { items, count } = distinct(
        keyed.flatMap((pair) => pair.items[0] ?? []),
        fields.count,
      );
      const values = sequence(
        keyed.slice(0, 1).flatMap((pair) => pair.items[1] ?? []),
        fields.count / Math.max(1, count),
      );
      return { kind: "mapping", entries: items.map((key) => [key, values]), count };
    }
    case "shlex.split": {
      const of = text();
      return of && splitText(of, (each) => each.match(/(?:[^\s'"]|"[^"]*"|'[^']*')+/g) ?? []);
    }
    case "textwrap.wrap": {
      const of = text();
      const width = number(second ?? keyword("width")) ?? 70;
      const length = of && lengthOfSample(of);
      // Lines end before the word that does not fit any more.
      return length === undefined ? undefined : sequence([opaque(width - 2.5, false)], Math.ceil(length / Math.max(1, width - 2.5)));
    }
    case "textwrap.fill":
      return text();
    case "re.findall":
    case "re.finditer":
    case "re.split":
    case "re.sub":
      return ofPattern(name.slice(3), patternOf(first, asked), given.slice(1), asked);
    case "xml.etree.ElementTree.fromstring": {
      const of = text();
      return of && { kind: "markup", text: of };
    }
    case "base64.b64encode":
    case "base64.urlsafe_b64encode": {
      const length = lengthOfSample(sample(first) ?? int(0));
      return length === undefined ? undefined : opaque(Math.ceil(length / 3) * 4, true);
    }
    default:
      return name.startsWith("math.") ? ofMath(name.slice(5), given.map(number)) : undefined;
  }
}

function ofMath(name: string, [value]: readonly (number | undefined)[]): Sample | undefined {
  if (value === undefined) return undefined;
  switch (name) {
    case "sqrt":
    case "sin":
    case "cos":
    case "exp":
    case "log":
    case "log10": {
      const result = Math[name](value);
      return Number.isFinite(result) ? float(result) : undefined;
    }
    case "isqrt":
      return int(Math.sqrt(Math.max(0, value)));
    case "floor":
    case "ceil":
      return int(Math[name](value));
    default:
      return undefined;
  }
}

function ofMethod(method: string, receiver: Sample, asked: Asked): Sample | undefined {
  const { given, sample, number } = asked;
  const [first, second] = given;
  switch (receiver.kind) {
    case "text":
      return ofTextMethod(method, receiver, asked);
    case "mapping":
      switch (method) {
        case "items":
          return sequence(
            receiver.entries.map((entry) => sequence(entry)),
            receiver.count,
          );
        case "keys":
          return elementsOf(receiver);
        case "values":
        case "elements":
          return sequence(
            receiver.entries.map(([, value]) => value),
            receiver.count,
          );
        case "most_common": {
          const entries = sequence(
            receiver.entries.map((entry) => sequence(entry)),
            receiver.count,
          );
          return { ...entries, count: Math.min(receiver.count, number(first) ?? receiver.count) };
        }
        case "copy":
          return receiver;
        case "get": {
          const key = JSON.stringify(sample(first));
          return receiver.entries.find(([each]) => JSON.stringify(each) === key)?.[1] ?? receiver.entries[0]?.[1];
        }
        default:
          return undefined;
      }
    case "sequence":
      return method === "copy" ? receiver : undefined;
    case "markup": {
      if (!/^(iter|findall|iterfind|getroot|find)$/.test(method)) return undefined;
      if (method === "getroot") return receiver;
      const wanted = sample(first);
      const tag = wanted?.kind === "text" ? (wholeText(wanted) ?? "").replace(/^.*\//, "") : "";
      if (method === "find" || second) return undefined;
      const count = occurrences(
        receiver.text,
        (text) => [...text.matchAll(/<([\w:.-]+)/g)].filter(([, name]) => tag === "" || tag === "*" || name === tag).length,
      );
      return sequence([{ kind: "markup", text: textSample("") }], Math.round(count));
    }
    default:
      return undefined;
  }
}

function ofTextMethod(method: string, receiver: TextSample, asked: Asked): Sample | undefined {
  const { given, sample, number } = asked;
  const [first, second] = given;
  const whole = (value: Value | undefined): string | undefined => wholeOf(sample(value));
  switch (method) {
    case "join": {
      const parts = sample(first);
      const elements = parts && elementsOf(parts);
      return elements && joined(receiver, elements);
    }
    case "split":
    case "rsplit": {
      const separator = first ? whole(first) : undefined;
      const limit = number(second ?? asked.keyword("maxsplit")) ?? -1;
      if (first && separator === undefined) return undefined;
      const split = (text: string): readonly string[] =>
        separator === undefined || separator === "None" || separator === ""
          ? text.split(/\s+/).filter((each) => each !== "")
          : text.split(separator);
      return splitText(receiver, split, limit < 0 ? undefined : limit);
    }
    case "splitlines":
    case "readlines":
      return splitText(receiver, (text) => text.split("\n"));
    case "partition":
    case "rpartition": {
      const separator = first ? whole(first) : undefined;
      const text = wholeText(receiver);
      if (separator === undefined || text === undefined) return undefined;
      const at = text.indexOf(separator);
      const pieces = at < 0 ? [text, "", ""] : [text.slice(0, at), separator, text.slice(at + separator.length)];
      return sequence(pieces.map((each) => textSample(each, receiver.isBytes)));
    }
    case "upper":
      return changedText(receiver, (text) => text.toUpperCase());
    case "lower":
    case "casefold":
      return changedText(receiver, (text) => text.toLowerCase());
    case "strip":
    case "lstrip":
    case "rstrip":
      return wholeText(receiver) === undefined || first ? receiver : changedText(receiver, (text) => text.trim());
    case "title":
    case "capitalize":
    case "swapcase":
    case "translate":
    case "getvalue":
    case "read":
    case "getbuffer":
      return receiver;
    case "encode":
      return { ...receiver, isBytes: true };
    case "decode":
      return { ...receiver, isBytes: false };
    case "replace": {
      const [old, by] = [whole(first), whole(second)];
      return old === undefined || by === undefined || old === "" ? undefined : changedText(receiver, (text) => text.split(old).join(by));
    }
    case "format": {
      const template = wholeText(receiver);
      const values = asked.call.arguments.map(({ value }) => sample(value));
      return template === undefined || values.includes(undefined) ? undefined : braceFormatted(template, values as readonly Sample[]);
    }
    case "zfill":
    case "rjust":
    case "ljust":
    case "center":
      return formatted(receiver, `${method === "ljust" ? "<" : ">"}${number(first) ?? 0}`);
    case "count": {
      const part = whole(first);
      return part === undefined ? undefined : int(occurrences(receiver, countOf(part)));
    }
    case "hex":
      return opaque((lengthOfSample(receiver) ?? 0) * 2, false);
    default:
      return undefined;
  }
}

function rounded(value: number, digits: number | undefined): number {
  const power = 10 ** Math.min(15, Math.max(0, digits ?? 0));
  return Math.round(value * power) / power;
}

function wholeOf(sample: Sample | undefined): string | undefined {
  return sample?.kind === "text" ? wholeText(sample) : undefined;
}

function pieces(sample: Sample, separator: string): SequenceSample {
  return sample.kind === "text" ? splitText(sample, (text) => text.split(separator)) : sequence([]);
}

function range(given: readonly (number | undefined)[]): SequenceSample | undefined {
  const [first, second, third] = given;
  const [start, stop, step] = given.length > 1 ? [first, second, given.length > 2 ? third : 1] : [0, first, 1];
  if (start === undefined || stop === undefined || step === undefined || step === 0) return undefined;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return { kind: "sequence", items: places(count).map((place) => int(start + place * step)), count };
}

function paired(keys: SequenceSample | undefined, value: Sample | undefined): SequenceSample | undefined {
  return (
    keys &&
    value &&
    sequence(
      keys.items.map((key) => sequence([key, value])),
      keys.count,
    )
  );
}

function fromPairs(pairs: SequenceSample | undefined): MappingSample | undefined {
  if (!pairs) return undefined;
  const entries = pairs.items.flatMap((pair): (readonly [Sample, Sample])[] => {
    const [key, value] = elementsOf(pair)?.items ?? [];
    return key && value ? [[key, value]] : [];
  });
  return { kind: "mapping", entries, count: pairs.count };
}

/** The rows of a file of comma-separated values. */
function rows(source: Sample | undefined, isKeyed: boolean, separator: string): SequenceSample | undefined {
  if (!source) return undefined;
  const lines = source.kind === "text" ? splitText(source, (text) => text.split(/\r?\n/)) : elementsOf(source);
  if (!lines) return undefined;
  const fields = lines.items.map((line) => pieces(line, separator));
  if (!isKeyed) return sequence(fields, lines.count);
  const [header, ...rest] = fields;
  if (!header) return undefined;
  const keyed = (rest.length > 0 ? rest : fields).map((row): MappingSample => {
    const entries = header.items.flatMap((key, index): (readonly [Sample, Sample])[] => [[key, row.items[index] ?? textSample("")]]);
    return { kind: "mapping", entries, count: entries.length };
  });
  return sequence(keyed, Math.max(0, lines.count - 1));
}

interface Pattern {
  readonly text: string;
  readonly isMultiline: boolean;
}

/** The pattern that is written, or that a name is bound to the compiled form of. */
function patternOf(value: Value | undefined, asked: Asked): Pattern | undefined {
  if (!value) return undefined;
  const { samples, at } = asked;
  return samples.written(value, at, (source, in_): Pattern | undefined => {
    if (source.op === "constant" && typeof source.value === "string") return { text: source.value, isMultiline: false };
    if (source.op !== "call" || samples.namesOf(source, in_)[0] !== "re.compile") return undefined;
    const [pattern, flags] = source.arguments.map((each) => each.value);
    if (pattern?.op !== "constant" || typeof pattern.value !== "string") return undefined;
    const name = flags?.op === "read" && flags.place.kind === "attribute" ? flags.place.name : "";
    if (flags && !/^(M|MULTILINE|A|ASCII|U|UNICODE)$/.test(name)) return undefined;
    return { text: pattern.value, isMultiline: name.startsWith("M") };
  });
}

function ofPattern(method: string, pattern: Pattern | undefined, given: readonly Value[], asked: Asked): Sample | undefined {
  const subject = asked.sample(method === "sub" ? given[1] : given[0]);
  if (subject?.kind !== "text") return undefined;
  if (method === "sub") return subject;
  if (!pattern || !/^(findall|finditer|split)$/.test(method)) return undefined;
  let isClear = true;
  const found = (text: string): readonly string[] => {
    const matches = matchesOf(pattern.text, text, pattern.isMultiline);
    isClear &&= matches !== undefined;
    if (!matches) return [];
    if (method === "split")
      return [0, ...matches.map(({ end }) => end)].map((start, index) => text.slice(start, matches[index]?.start ?? text.length));
    return matches.map(({ start, end, groups }) => (groups.length === 1 && groups[0] ? text.slice(...groups[0]) : text.slice(start, end)));
  };
  if (method === "split") {
    const split = splitText(subject, found);
    return isClear ? split : undefined;
  }
  let count = 0;
  const items: Sample[] = [];
  for (const { text, times } of subject.parts) {
    const matched = found(text);
    count += matched.length * times;
    items.push(...matched.map((each) => textSample(each)));
  }
  return isClear ? sequence(items, count) : undefined;
}
