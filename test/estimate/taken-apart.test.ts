import { test } from "node:test";
import { between, told } from "./statement-times.js";

/** What a call of a function that does nothing takes. */
const call = (target: string): number => told("def nothing():\n    pass", "nothing()", target).likely;

const inRounds = (...lines: readonly string[]): string => lines.join("\n        ");

for (const target of ["cpython-3.11", "cpython-3.13t", "cpython-3.14"]) {
  test(`${target}: the rest of a sequence is a list that has to be made`, () => {
    const short = told("parts = [1, 2, 3, 4, 5]", "first, *rest = parts", target).likely;
    between(short / call(target), 4, 12);
    const long = told("parts = list(range(1000))", "first, *rest = parts", target).likely;
    between(long / short, 2, 40);
  });

  test(`${target}: patterns are asked one after the other`, () => {
    const matched = (setup: string, ...cases: readonly string[]): number =>
      told(setup, inRounds("match subject:", ...cases.flatMap((each) => [`    case ${each}:`, "        found = 1"])), target).likely;
    const values = matched('subject = "stop"', '"go"', '"turn"', '"stop"');
    const sequences = matched('subject = ("move", 1, 2)', '("stop",)', '("turn", angle)', '("move", x, y)');
    const mappings = matched('subject = {"kind": "a", "n": 1}', '{"kind": "x"}', '{"kind": "y"}', '{"kind": "a", "n": n}');
    between(sequences / values, 1.5, 6);
    between(mappings / sequences, 3, 12);
  });

  test(`${target}: an ordered dictionary takes nearly twice as long to store in`, () => {
    const stored = (made: string): number => told(`import collections\nkept = ${made}`, 'kept["a"] = 1', target).likely;
    between(stored("collections.OrderedDict()") / stored("dict()"), 1.2, 2);
  });

  test(`${target}: counting texts of a list takes about as long as counting numbers`, () => {
    const counted = (elements: string): number =>
      told(`import collections\nelements = ${elements}`, "collections.Counter(elements)", target).likely;
    between(counted('["a", "b", "c"] * 300') / counted("[1, 2, 3] * 300"), 0.9, 1.5);
  });
}
