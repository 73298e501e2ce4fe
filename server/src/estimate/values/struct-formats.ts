import { exactly } from "../../base/interval.js";
import type { ReadOperation, Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import type { Amount } from "./amount.js";
import { constantOf } from "./constant-arguments.js";
import type { Evaluator } from "./evaluate.js";

/*
 * What a format of `struct` says: "<IHHd".
 */

/** The size in bytes of what `struct` makes of a format; of one that cannot be read, nothing. */
export function sizeOfFormat(value: Value | undefined): Amount {
  if (value?.op !== "constant" || value.type !== "str") return undefined;
  const text = String(value.value);
  // As a C compiler lays it out, unless an order of bytes is given: each at a multiple of its size.
  const isNative = !/^[<>=!]/.test(text);
  let total = 0;
  for (const [, count, code = ""] of text.matchAll(/(\d*)([a-zA-Z?])/g)) {
    const size = isNative && /[lL]/.test(code) ? 8 : (formatSizes[code] ?? 4);
    if (isNative) total = Math.ceil(total / size) * size;
    total += (count ? Number(count) : 1) * size;
  }
  return exactly(total);
}

/** How many values there are in it: a text counts as one, whatever its length. */
export function valuesOfFormat(value: Value | undefined): Amount {
  if (value?.op !== "constant" || value.type !== "str") return undefined;
  let total = 0;
  for (const [, count, code = ""] of String(value.value).matchAll(/(\d*)([a-zA-Z?])/g))
    total += code === "x" ? 0 : count && !/[sp]/.test(code) ? Number(count) : 1;
  return exactly(total);
}

/** `layout.size` of `layout = struct.Struct(…)`. */
export function sizeOfLayout({ place }: ReadOperation, at: Activation, evaluator: Evaluator): Amount {
  return place.kind === "attribute" && place.name === "size"
    ? sizeOfFormat(constantOf("struct.Struct", place.object, at, evaluator))
    : undefined;
}

const formatSizes: Readonly<Record<string, number>> = {
  ...{ x: 1, c: 1, b: 1, B: 1, "?": 1, s: 1, p: 1, h: 2, H: 2, e: 2 },
  ...{ i: 4, I: 4, l: 4, L: 4, f: 4, q: 8, Q: 8, n: 8, N: 8, d: 8, P: 8 },
};
