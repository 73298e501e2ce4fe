import { compare } from "../../base/compare.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { elementsOf, lengthOfSample, type Sample, toldText } from "./sample.js";
import type { Samples } from "./samples.js";

/** How a test comes out for the samples of what it looks at; undefined where they do not tell. */
export function truthOf(test: Value, at: Activation, samples: Samples): boolean | undefined {
  if (test.op === "choice") {
    if (test.by !== "and" && test.by !== "or") return undefined;
    const outcomes = test.values.map((value) => truthOf(value, at, samples));
    const decisive = test.by === "or";
    if (outcomes.includes(decisive)) return decisive;
    return outcomes.includes(undefined) ? undefined : !decisive;
  }
  if (test.op === "call") return answerOf(test, at, samples) ?? isTrue(samples.of(test, at));
  if (test.op === "constant") return test.type === "none" ? false : isTrue(samples.of(test, at));
  if (test.op !== "compute") return isTrue(samples.of(test, at));
  const [left, right] = test.operands;
  if (test.operator === "not") {
    const inner = left && truthOf(left, at, samples);
    return inner === undefined ? undefined : !inner;
  }
  // Of `a < b < c` only the first operator is kept.
  if (!left || !right || test.operands.length > 2) return undefined;
  if (test.operator === "in" || test.operator === "not in") {
    const found = contains(samples.of(right, at), samples.of(left, at));
    return found === undefined ? undefined : found === (test.operator === "in");
  }
  if (!/^([=!]=|[<>]=?)$/.test(test.operator)) return isTrue(samples.of(test, at));
  const [one, other] = [plain(samples.of(left, at)), plain(samples.of(right, at))];
  return one === undefined || other === undefined || typeof one !== typeof other ? undefined : compare(one, test.operator, other);
}

/** How often a number that may be any has one certain remainder, as tests ask: `value % 7 == 0`, `not bits & 0xFF`. */
export function remainderShare(test: Value, number: (value: Value) => number | undefined): number | undefined {
  if (test.op !== "compute") return undefined;
  const [left, right] = test.operands;
  if (test.operator === "not" && left) return complement(remainderShare(left, number));
  if (/^[=!]=$/.test(test.operator) && test.operands.length === 2 && left) {
    const wanted = right && number(right);
    const count = remainders(left, number);
    if (count === undefined || wanted === undefined || wanted < 0) return undefined;
    return test.operator === "==" ? 1 / count : 1 - 1 / count;
  }
  const count = remainders(test, number);
  return count === undefined ? undefined : 1 - 1 / count;
}

function complement(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 1 - share;
}

/** How many values `value % n` and `value & mask` can have. */
function remainders(value: Value, number: (value: Value) => number | undefined): number | undefined {
  if (value.op !== "compute" || !/^[%&]$/.test(value.operator)) return undefined;
  const right = value.operands[1] && number(value.operands[1]);
  if (right === undefined || right < 1 || right > 2 ** 31 || !Number.isInteger(right)) return undefined;
  return value.operator === "%" ? right : 2 ** [...right.toString(2)].filter((bit) => bit === "1").length;
}

/** Tests of text: `name.startswith("X")`. */
function answerOf({ callee, arguments: given }: Extract<Value, { op: "call" }>, at: Activation, samples: Samples): boolean | undefined {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || given.length > 1) return undefined;
  const { name, object } = callee.place;
  const shape = characters[name];
  if (!shape && name !== "startswith" && name !== "endswith") return undefined;
  const text = plain(samples.of(object, at));
  if (typeof text !== "string") return undefined;
  if (shape) return given.length === 0 ? shape.test(text) : undefined;
  const [first] = given;
  const wanted = first && samples.of(first.value, at);
  const each = wanted?.kind === "sequence" && wanted.items.length === wanted.count ? wanted.items : [wanted];
  const texts = each.map(plain);
  if (!texts.every((one) => typeof one === "string")) return undefined;
  return texts.some((one) => (name === "startswith" ? text.startsWith(one) : text.endsWith(one)));
}

const characters: Readonly<Record<string, RegExp>> = {
  isdigit: /^\d+$/,
  isalpha: /^\p{L}+$/u,
  isalnum: /^[\p{L}\d]+$/u,
  isspace: /^\s+$/,
  isupper: /^[^a-z]*[A-Z][^a-z]*$/,
  islower: /^[^A-Z]*[a-z][^A-Z]*$/,
};

/** A number or a text that is known in full. */
function plain(sample: Sample | undefined): number | string | undefined {
  if (sample?.kind === "number") return sample.value;
  return sample?.kind === "text" ? toldText(sample) : undefined;
}

function isTrue(sample: Sample | undefined): boolean | undefined {
  if (!sample) return undefined;
  if (sample.kind === "number") return sample.value !== 0;
  const length = lengthOfSample(sample);
  // What is empty where it is bound may be filled later.
  return length === undefined || (length === 0 && sample.kind !== "text") ? undefined : length > 0;
}

function contains(whole: Sample | undefined, part: Sample | undefined): boolean | undefined {
  if (!whole || !part) return undefined;
  if (whole.kind === "text") {
    const [text, wanted] = [toldText(whole), plain(part)];
    return text === undefined || typeof wanted !== "string" ? undefined : text.includes(wanted);
  }
  const wanted = plain(part);
  const elements = elementsOf(whole);
  if (wanted === undefined || !elements || elements.items.length === 0 || elements.items.length < elements.count) return undefined;
  const known = elements.items.map(plain);
  return known.includes(undefined) ? undefined : known.includes(wanted);
}
