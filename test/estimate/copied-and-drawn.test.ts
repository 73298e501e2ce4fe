import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

/* What calls and brackets take that go through all of something, in nanoseconds of CPython 3.13 as fast as the machine of the tables. */

const cases: readonly (readonly [what: string, setup: string, statement: string, ns: number])[] = [
  ["a slice copies what it names", "rows = [n * 7 for n in range(1_000)]", "rows[1:]", 1_050],
  ["a slice of a text is a block", 'text = "abcdefghij" * 100', "text[1:]", 55],
  ["a text backwards goes letter by letter", 'text = "abcdefghij" * 100', "text[::-1]", 400],
  ["drawing with weights adds them up", "import random\nfaces = list(range(200))", "random.choices(faces, weights=faces, k=100)", 26_000],
  ["drawing without", "import random\nfaces = list(range(200))", "random.choices(faces, k=10)", 700],
  ["a place among a thousand", "import bisect\nplaces = list(range(1_000))", "bisect.bisect_left(places, number * 37)", 145],
  [
    "instances are asked how they are made",
    "import pickle\nclass Point:\n    def __init__(self, number):\n        self.x = number\n        self.y = number * 0.5\n        self.name = str(number)\npoints = [Point(number) for number in range(100)]",
    "pickle.dumps(points)",
    53_000,
  ],
  ["fractions compare by a method", "from fractions import Fraction\nhalf = Fraction(1, 2)\npart = Fraction(7, 12)", "half < part", 215],
  ["decimals by one of C", "from decimal import Decimal\nhalf = Decimal('0.5')\npart = Decimal('0.7')", "half < part", 20],
  ["packing a few fields", "import struct", 'struct.pack("<IHd", number, 5, 1.5)', 50],
  ["columns", "rows = [list(range(60)) for _ in range(60)]", "list(zip(*rows))", 30_000],
];

describe("what is gone through counts", () => {
  for (const [what, setup, statement, ns] of cases)
    test(what, () => {
      const { low, likely, high } = told(setup, statement);
      between(likely, ns / 2.2, ns * 2.2);
      between(ns, low * 0.8, high * 1.2);
    });

  test("numbers that are not of the library compare as ever", () => {
    const { likely } = told("from fractions import Fraction\nhalf = 1\npart = 2", "half < part");
    between(likely, 1, 40);
  });
});
