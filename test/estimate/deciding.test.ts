import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { between, told } from "./statement-times.js";

await pythonParser();
const targets = ["cpython-3.11", "cpython-3.13t", "cpython-3.14"];

describe("what deciding costs", () => {
  test("a comparison that decides takes no longer than one whose result is kept", () => {
    for (const target of targets) {
      const empty = told("", "pass", target).likely;
      const time = (statement: string): number => told("", statement, target).likely - empty;
      for (const test of ["number < 7", "number is None", "not number"])
        between(time(`if ${test}: pass`) / time(`kept = ${test}`), 0.5, 1.05);
      assert.ok(time("if number: pass") > 0);
    }
  });

  test("a round of a counting loop takes about what one was measured to: 12, 24 and 12 ns, and a part more", () => {
    const rounds = 1000;
    for (const [index, ns] of [12, 24, 12].entries()) {
      const loop = `i = 0\n        while i < ${rounds}: i += 1`;
      between(told("", loop, targets[index]).likely / rounds / ns, 0.8, 1.75);
    }
  });
});

test("two or three values that are assigned at once make no tuple, four do", () => {
  for (const target of targets) {
    const empty = told("", "pass", target).likely;
    const time = (statement: string): number => told("", statement, target).likely - empty;
    const kept = time("kept = number, number");
    between(time("a, b = number, number") / kept, 0, 0.5);
    between(time("a, b, c = number, number, number") / kept, 0, 0.5);
    between(time("a, b, c, d = number, number, number, number") / kept, 1, 2);
    between(time("a = b, c = number, number") / kept, 0.9, 2);
  }
});

test("the absolute value of a complex number takes a square root, twice as long as an integer's", () => {
  for (const target of ["cpython-3.11", "cpython-3.14"]) {
    const empty = told("", "pass", target).likely;
    between((told("z = 3 + 4j", "abs(z)", target).likely - empty) / (told("", "abs(number)", target).likely - empty), 1.7, 4);
  }
});
