import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { dumpedShape, jsonBytes } from "../values/shape.js";
import type { BulkCost, OperationCosts } from "./operation-costs.js";

/*
 * What packing takes depends on the data, and how hard the packer looks for repetitions: at level 6 of zlib, CPython 3.11, a repeated sentence takes 3 ns
 * for each byte, log lines 17, random words 22, lines of numbers 47, and random numbers 89; at level 9 the first and the third as much, but log lines 58 and
 * lines of numbers 376. Digits are few, so that three of them, by which repetitions are found, stand in thousands of places.
 */

type Packer = "zlib.compress" | "gzip.compress" | "bz2.compress";

/** What `compress` of a module takes for so many bytes. */
export function compressionNs(
  name: Packer,
  data: Value | undefined,
  level: Value | undefined,
  bytes: Amount,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
): Amount {
  if (!bytes) return undefined;
  const { bulk } = costs;
  const of = ({ fixedNs, nsPerUnit }: BulkCost, factor = 1): Interval => {
    const each = scale(nsPerUnit, factor);
    return interval(fixedNs.low + each.low * bytes.low, fixedNs.likely + each.likely * bytes.likely, fixedNs.high + each.high * bytes.high);
  };
  const kind = dataOf(data, at, evaluator);
  const given = level && evaluator.number(level, at)?.likely;
  if (kind === "repeated")
    return of(bulk[`${name}:repetitive`], name !== "bz2.compress" && given !== undefined && given > 0 && given < 4 ? 0.35 : 1);
  if (name === "bz2.compress") return of(bulk[kind === "lines" ? "bz2.compress:records" : name], kind === "noise" ? 1.7 : 1);
  // Of gzip the highest is usual, before 3.15.
  const isHighest = bulk["gzip.compress:records"].nsPerUnit.likely > 2 * bulk["zlib.compress:records"].nsPerUnit.likely;
  const effort = given === undefined || given < 0 ? (name === "gzip.compress" && isHighest ? 9 : 6) : given;
  if (kind === "noise") return of(bulk["zlib.compress:6"]);
  const digits = changingDigits(data, at, evaluator);
  if (digits !== undefined && digits > fewDigits)
    return widened(of(bulk["zlib.compress:6"], (0.18 + 3.5 * digits) * effortOf(effort, bytes)));
  const words = drawnWords(data, at, evaluator);
  if (words && effort > 0) return widened(of(bulk["zlib.compress:6"], effortOfWords(effort, words.likely)));
  if (kind === "lines" && digits === undefined) return widened(of(bulk["zlib.compress:records"], effortOf(effort, bytes)));
  return of(bulk[effort <= 2 ? "zlib.compress:1" : effort < 8 ? "zlib.compress:6" : "zlib.compress:9"]);
}

/**
 * What `lzma.compress` takes: memory for its tables, which grow with the preset, and for each byte. CPython 3.11, against the usual preset: of words and rows
 * 0 to 3 take a seventh for each byte, of noise half to four fifths; the tables of 0 take a tenth of the time, those of 9 thirteen times as much.
 */
export function lzmaNs(
  data: Value | undefined,
  preset: Value | undefined,
  bytes: Amount,
  at: Activation,
  evaluator: Evaluator,
  { bulk }: OperationCosts,
): Amount {
  if (!bytes) return undefined;
  const kind = dataOf(data, at, evaluator);
  const of = bulk[kind === "repeated" ? "lzma.compress:repetitive" : kind === "lines" ? "lzma.compress:records" : "lzma.compress"];
  const level = Math.min(9, Math.round(preset ? (evaluator.number(preset, at)?.likely ?? usualPreset) : usualPreset));
  const [tables, noise, other] = (lzmaLevels[level] ?? lzmaLevels[usualPreset]) as readonly [number, number, number];
  const once = scale(of.fixedNs, tables);
  return add(once, multiply(scale(of.nsPerUnit, kind === "noise" ? noise : other), bytes));
}

const usualPreset = 6;

/** For each preset: what making the tables takes, and each byte of noise and of other data, against preset 6. */
const lzmaLevels: readonly (readonly [number, number, number])[] = [
  [0.1, 0.5, 0.15],
  [0.4, 0.7, 0.16],
  [0.5, 0.8, 0.19],
  [0.5, 0.85, 0.22],
  [0.5, 0.9, 0.55],
  [1, 1, 1],
  [1, 1, 1],
  [7, 1, 1],
  [13, 1.1, 1],
  [13, 1.1, 1],
];

/** The share of digits below which a text is taken for words. */
const fewDigits = 0.04;

/** What a level takes of data with many short repetitions, against level 6. */
function effortOf(level: number, { likely }: Interval): number {
  const effort = [0.05, 0.25, 0.3, 0.42, 0.5, 0.7, 1, 1.4, 3, 5][Math.min(9, Math.max(0, Math.round(level)))] as number;
  // Who looks far back has to have something there: 5 kB of rows took 1.5 times as long at level 9, 115 kB 3.7 times.
  return effort <= 1 ? effort : 1 + (effort - 1) * Math.min(1, likely / windowBytes);
}

const windowBytes = 32_768;

/**
 * Words that are drawn from a list, against level 6 of a text that is made of 2,000 words: of 3, 5 and 12 words each stands in thousands of places, which levels
 * from 8 on look through (CPython 3.11: 0.25 to 0.4 at levels 1 to 3, 0.9 to 1.2 at 6, 1.5 to 2.5 at 7, 5 to 9 at 9; of 50 words 0.3 to 0.7, 1.8, 2.1 and 2.4;
 * of 500 and 2,000 0.4 to 0.6 and then 0.9 to 1; `test/measure/packed_words.py`).
 */
function effortOfWords(level: number, words: number): number {
  if (level <= 3) return words > 20 ? 0.5 : 0.3;
  if (words > 200) return 1;
  if (words > 20) return level < 7 ? 1.6 : 2.3;
  return level < 7 ? 1 : level < 8 ? 2 : 6;
}

/** From how many words a text's are drawn at random: `" ".join(rng.choice(words) for _ in range(n))`. */
function drawnWords(value: Value | undefined, at: Activation, evaluator: Evaluator): Amount {
  if (value?.op === "read") return evaluator.followWhole(value, at, (bound, in_) => drawnWords(bound, in_, evaluator));
  if (value?.op !== "call") return undefined;
  const { callee } = value;
  if (callee.op === "read" && callee.place.kind === "attribute") {
    if (callee.place.name === "encode") return drawnWords(callee.place.object, at, evaluator);
    const joined = callee.place.name === "join" ? value.arguments[0]?.value : undefined;
    if (joined) return drawnWords(joined.op === "comprehension" ? joined.element : joined, at, evaluator);
  }
  const [name] = evaluator.externalNames(value, at);
  const from = name && /^random\.(Random\.)?choices?$/.test(name) ? value.arguments[0]?.value : undefined;
  return from && evaluator.length(from, at);
}

/** Which share of a text are digits that are not the same wherever they stand: of `2025-11-07` in the lines of a log, the last. */
function changingDigits(data: Value | undefined, at: Activation, evaluator: Evaluator): number | undefined {
  if (!data) return undefined;
  const dumped = dumpedShape(data, at, evaluator);
  if (dumped) return (dumped.integers * 3 + dumped.floats * 5) / Math.max(1, jsonBytes(dumped));
  const sample = evaluator.samples.of(data, at);
  if (sample?.kind !== "text") return undefined;
  const text = sample.parts
    .slice(0, mostParts)
    .map((part) => part.text)
    .join("");
  if (text.length < fewCharacters || text.includes("\u0001")) return undefined;
  const seen = new Map<string, string>();
  let changing = 0;
  for (const { 0: number, index } of text.matchAll(/\d+/g)) {
    const before = text.slice(Math.max(0, index - 4), index).replace(/\d/g, "0");
    const known = seen.get(before);
    if (known === undefined) seen.set(before, number);
    if (known !== undefined && known !== number) changing += number.length;
  }
  return changing / text.length;
}

const mostParts = 24;
const fewCharacters = 40;

/** How data came about, which decides how well they compress. */
export function dataOf(value: Value | undefined, at: Activation, evaluator: Evaluator): "repeated" | "lines" | "noise" | "other" {
  if (value?.op === "read") {
    const read = (bound: Value, in_: Activation): ReturnType<typeof dataOf> => dataOf(bound, in_, evaluator);
    return evaluator.followWhole(value, at, read) ?? "other";
  }
  if (value?.op === "compute" && value.operator === "*") return "repeated";
  if (value?.op === "call") {
    const { callee } = value;
    const [name] = evaluator.externalNames(value, at);
    if (name !== undefined && /^(os\.urandom|random\.(Random\.)?randbytes|secrets\.token_bytes)$/.test(name)) return "noise";
    if (callee.op !== "read" || callee.place.kind !== "attribute")
      return name === "builtins.bytes" && value.arguments[0] && evaluator.number(value.arguments[0].value, at) ? "repeated" : "other";
    if (callee.place.name === "join") return "lines";
    if (callee.place.name === "encode") return dataOf(callee.place.object, at, evaluator);
  }
  return "other";
}

function widened({ low, likely, high }: Interval): Interval {
  return interval(low * 0.5, likely, high * 2);
}
