import { test } from "node:test";
import { between, told } from "./statement-times.js";

const grown = (start: string, piece: string): number =>
  told(
    `def grow(number):\n    whole = ${start}\n    for _ in range(20_000):\n        whole += ${piece}\n    return len(whole)\n`,
    "grow(number)",
  ).likely / 20_000;

test("what is added to a list or byte array in place costs what is added, however much there is already", () => {
  between(grown("bytearray()", "bytes(20)"), 15, 250);
  between(grown("[]", "[number]"), 15, 150);
});

test("a tuple is copied each time", () => between(grown("(0,) * 10_000", "(number,)"), 2_000, 1e6));
