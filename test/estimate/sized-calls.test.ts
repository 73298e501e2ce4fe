import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

const likely = (setup: string, statement: string, target?: string): number => told(setup, statement, target).likely;

describe("packing", () => {
  const rows = `import zlib, gzip
rows = "\\n".join(f"{i},{i * 37 % 1009},{i * 7919 % 4001}" for i in range(5000)).encode()
words = (" ".join(f"{'abcdefgh'[i % 8]}{'stuvwxyz'[i * 5 % 8]}ing" for i in range(5000))).encode()
`;

  test("of lines of numbers the level decides more than of words", () => {
    const ratio = (data: string): number => likely(rows, `zlib.compress(${data}, 9)`) / likely(rows, `zlib.compress(${data}, 1)`);
    // 19 times, and twice, CPython 3.11.
    between(ratio("rows"), 10, 40);
    between(ratio("words"), 1.2, 8);
    between(likely(rows, "zlib.compress(rows)") / likely(rows, "zlib.compress(rows, 1)"), 2, 8);
  });

  test("gzip looks as hard as it can unless it is told otherwise, until 3.15", () => {
    const usual = (target: string): number => likely(rows, "gzip.compress(rows)", target) / likely(rows, "gzip.compress(rows, 6)", target);
    between(usual("cpython-3.14"), 3, 8);
    between(usual("cpython-3.15"), 0.9, 1.1);
  });

  test("a date that is the same in all lines is found again as fast as words are", () => {
    const setup = `import zlib
same = "\\n".join(f"2025-11-27 12:30 started {'abcde'[i % 5]}" for i in range(3000)).encode()
other = "\\n".join(f"{i * 7919 % 9973}-{i * 31 % 89} {i * 13 % 7} started {'abcde'[i % 5]}" for i in range(3000)).encode()
`;
    assert.ok(likely(setup, "zlib.compress(other, 9)") > 2 * likely(setup, "zlib.compress(same, 9)"));
  });
});

describe("finding all matches", () => {
  const setup = `import re
text = "total = price * (1 + rate) - discount / 25 if count >= 10 else 0\\n" * 100
words = re.compile(r"\\w+")
tokens = re.compile(r"\\d+|[A-Za-z_]\\w*|[-+*/()=<>!]+|\\s+|.")
literal = re.compile(r"discount \\w+")
`;

  test("each match and each alternative takes its time, a literal beginning hardly any", () => {
    const [words, tokens, literal] = ["words", "tokens", "literal"].map((each) => likely(setup, `${each}.findall(text)`)) as [
      number,
      number,
      number,
    ];
    // 31, 75 and 1 ns for each character, CPython 3.11.
    between(tokens / words, 1.5, 5);
    assert.ok(literal < words / 3);
  });

  test("an object for each match takes longer than its text", () => {
    between(likely(setup, "for found in words.finditer(text): pass") / likely(setup, "words.findall(text)"), 1.1, 2.5);
    between(likely(setup, `re.findall(r"\\w+", text)`) / likely(setup, "words.findall(text)"), 1, 1.2);
  });
});

describe("sorting", () => {
  const setup = `import operator, random
rng = random.Random(1)
numbers = [rng.random() for _ in range(2000)]
pairs = [(rng.random(), i) for i in range(2000)]
rows = [{"name": f"n{i}", "score": i, "wins": i} for i in range(2000)]
`;

  test("tuples take longer to compare than numbers, and keys of two parts longer than one", () => {
    between(likely(setup, "sorted(pairs)") / likely(setup, "sorted(numbers)"), 1.5, 4);
    const [one, two] = [`operator.itemgetter("score")`, `operator.itemgetter("score", "wins")`].map((key) =>
      likely(setup, `sorted(rows, key=${key})`),
    ) as [number, number];
    between(two / one, 1.4, 3);
    const made = likely(setup, `sorted(rows, key=lambda row: (row["score"], row["wins"]))`);
    assert.ok(made > likely(setup, `sorted(rows, key=lambda row: row["score"])`) * 1.3);
  });
});

describe("writing out", () => {
  const setup = `number = 17\nname = "item"\nprice = 63.75`;

  test("each specifier counts, a float's with separators most", () => {
    const [plain, padded, digits, separated] = [`f"{name}"`, `f"{name:<20}"`, `f"{price:.2f}"`, `f"{price:,.2f}"`].map((text) =>
      likely(setup, text),
    ) as [number, number, number, number];
    assert.ok(plain < padded && padded < digits && digits < separated, [plain, padded, digits, separated].join());
    between(likely(setup, `"{:>6} {:.2f}".format(number, price)`) / likely(setup, `"{} {}".format(number, name)`), 1.5, 4);
  });

  test("what was parsed is as much to write again as what was written before", () => {
    const rows = `import json\nrows = [{"id": i, "tags": ["a", "b"]} for i in range(500)]\ntext = json.dumps(rows)\nparsed = json.loads(text)`;
    between(likely(rows, "json.dumps(parsed)") / likely(rows, "json.dumps(rows)"), 0.7, 1.4);
  });

  test("a Counter takes longer to store in than a dict", () => {
    const counts = `import collections\nwords = collections.Counter()\nfields = {"a": 1}`;
    assert.ok(likely(counts, `words["a"] = 2`) > 1.5 * likely(counts, `fields["a"] = 2`));
  });
});

describe("numbers and addresses of the library", () => {
  test("fractions became faster, and an operator takes what it takes on that version", () => {
    const setup = "from fractions import Fraction\nthird = Fraction(1, 3)\npart = Fraction(7, 12)";
    const [before, after] = [likely(setup, "third + part", "cpython-3.11"), likely(setup, "third + part", "cpython-3.14")];
    between(before / after, 1.5, 4);
  });

  test("decimals take longer at the precision that the program sets", () => {
    const setup = (digits: number): string => `from decimal import Decimal, getcontext
def compute():
    getcontext().prec = ${digits}
    return Decimal(2).sqrt() * Decimal(3).sqrt()
`;
    const at = (digits: number): number => likely(setup(digits), "compute()");
    between(at(28) / at(20), 0.9, 1.1);
    assert.ok(at(1000) > 50 * at(28));
    const sum = (digits: number): number =>
      likely(`${setup(digits)}\ngetcontext().prec = ${digits}\na = Decimal("1.5")\nb = Decimal("2.5")`, "a + b");
    between(sum(1000) / sum(28), 1.5, 4);
  });

  test("whole powers of ten take little longer at a high precision, those of other numbers much", () => {
    const setup = (digits: number): string => `from decimal import Decimal, getcontext
getcontext().prec = ${digits}
digits = ${digits}
third = Decimal(1) / 3
`;
    const ratio = (statement: string): number => likely(setup(3000), statement) / likely(setup(28), statement);
    // 4.5 and 950 times, CPython 3.11.
    between(ratio("Decimal(10) ** -digits"), 1.5, 8);
    between(ratio("third ** 5"), 300, 3_000);
  });

  test("complex numbers take longer than floats, also where a loop binds them anew", () => {
    const turns = (start: string): number =>
      likely(
        `def turn():\n    z = c = ${start}\n    for _ in range(1_000):\n        z = z * z + c\n    return z\n`,
        "turn()",
        "cpython-3.11",
      );
    // 115 against 66 ns a round, CPython 3.11.
    between(turns("complex(0.1, 0.2)") / turns("float(0.1)"), 1.3, 2.2);
  });

  test("whether an address is in a network is asked in Python", () => {
    const setup = `import ipaddress\nnetwork = ipaddress.ip_network("10.0.0.0/16")\naddress = ipaddress.ip_address("10.0.3.7")\nnumbers = {1, 2}`;
    assert.ok(likely(setup, "address in network") > 3 * likely(setup, "3 in numbers"));
  });

  test("as many values are unpacked as the format names", () => {
    const setup = `import struct\nhead = struct.Struct("<4H10s")\ndata = bytes(18)`;
    const [few, many] = [
      likely(setup, "for value in head.unpack(data): pass"),
      likely(setup, `for value in struct.unpack("<400H", data): pass`),
    ];
    between(many / few, 5, 100);
  });
});

test("what built-in functions write out is text, whose methods are known", () => {
  // 80 to 130 ns, CPython 3.11; a method of what nobody knows would be taken for 20 µs.
  for (const written of ["bin(n)", `format(n, "b")`, "repr(n)", "hex(n)", "chr(n % 100)"])
    between(likely("n = 987654\n", `${written}.count("1")`), 30, 1000);
});
