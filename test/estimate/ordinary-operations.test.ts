import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

const likely = (setup: string, statement: string, target?: string): number => told(setup, statement, target).likely;

describe("records of bytes", () => {
  test("a loop in steps of a record goes round once for each", () => {
    const setup = (layout: string): string => `import struct\nrecord = struct.Struct("${layout}")\ndata = bytes(36_000)`;
    const loop = "for place in range(0, len(data), record.size): pass";
    // 2,000 records of 18 bytes without padding, 1,500 of 24 as a C compiler lays them out, and 9,000 of four.
    between(likely(setup("<IHHH"), loop) / likely(setup("<IHHHHHHH"), loop), 1.6, 2);
    between(likely(setup("<IHHHq"), loop) / likely(setup("IHHHq"), loop), 1.2, 1.45);
    between(likely(setup("<I"), loop) / likely(setup("<6I"), loop), 5, 7);
  });

  test("the size of a format that stands in a variable is the step, too", () => {
    const setup = (layout: string): string => `import struct\nLAYOUT = "${layout}"\ndata = bytes(36_000)`;
    const loop = "for place in range(0, len(data), struct.calcsize(LAYOUT)): pass";
    between(likely(setup("<I"), loop) / likely(setup("<6I"), loop), 5, 7);
  });
});

describe("entries of dicts and sets", () => {
  const setup = "table = {}\nmarks = set()\nx = number\ny = x + 1";

  test("take longer to look up by a tuple, beyond making it, than by a number", () => {
    const making = likely(setup, "(x, y)") - likely(setup, "x");
    for (const entry of ["table[KEY]", "table[KEY] = 1", "KEY in table", "table.get(KEY)", "marks.add(KEY)", "KEY in marks"]) {
      const more = likely(setup, entry.replace("KEY", "(x, y)")) - likely(setup, entry.replace("KEY", "x")) - making;
      between(more / likely(setup, "abs(x)"), 0.6, 2.5);
    }
  });
});

describe("packing values", () => {
  test("takes as long as there are values, however they are given", () => {
    const setup = (count: number): string => `import struct\nrow = list(range(${count}))\nlayout = struct.Struct("<${count}I")`;
    const pack = (count: number, statement: string): number => likely(setup(count), statement);
    between(pack(1000, 'struct.pack("<1000I", *row)') / pack(10, 'struct.pack("<10I", *row)'), 20, 100);
    between(pack(1000, "layout.pack(*row)") / pack(1000, 'struct.pack("<1000I", *row)'), 0.8, 1.2);
    assert.ok(pack(4, 'struct.pack("<4I", 1, 2, 3, 4)') > pack(4, 'struct.pack("<I", 1)'));
  });
});

describe("operators and methods of the library's numbers and tuples", () => {
  const setup = `from fractions import Fraction
from collections import namedtuple
part = Fraction(7, 12)
Point = namedtuple("Point", "x y z")
point = Point(1, 2, 3)
table = str.maketrans("abc", "xyz")
text = "some words " * 1000
`;

  test("a power of a fraction is worked out in Python, as a product is", () => {
    between(likely(setup, "part ** 3") / likely(setup, "part * part"), 0.5, 2);
    assert.ok(likely(setup, "part ** 3") > 10 * likely(setup, "7 ** 3"));
  });

  test("a named tuple is made anew of another by functions, which are known", () => {
    between(likely(setup, "point._replace(x=5)") / likely(setup, "Point(1, 2, 3)"), 1.2, 8);
    between(likely(setup, "point._asdict()"), 100, 2_000);
  });

  test("a text is translated by a table whatever else the variable is bound to", () => {
    const changed = `${setup}\nother = text\nother = other.upper()`;
    between(likely(changed, "other.translate(table)") / likely(setup, "text.translate(table)"), 0.3, 3);
  });

  test("powers by a modulus of one digit take a part of those by one of two", () => {
    const power = (modulus: string): number => likely("base = 123_456", `pow(base, 65_537, ${modulus})`);
    between(power("1_000_000_007_000_000_009") / power("1_000_000_007"), 2, 8);
  });
});

describe("calls that call nothing more", () => {
  const program = (body: string): string => `def count(n):\n${body}`;

  test("half of the calls of a function that calls itself twice end at once", () => {
    const twice = likely(program("    if n == 0:\n        return 1\n    return count(n - 1) + count(n - 1)"), "count(10)");
    const once = likely(program("    if n == 0:\n        return 1\n    return count(n - 1) + n * 1"), "count(2046)");
    // Both make 2,047 calls.
    between(twice / once, 0.4, 0.95);
  });

  test("what a call is given that another call returned does not tell how deep it goes", () => {
    const setup = `def ack(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
`;
    assert.ok(likely(setup, "ack(2, 120)") < 1e9);
  });
});

describe("free-threaded builds of 3.13", () => {
  test("calls inside a remembered call wait for its lock", () => {
    const setup = `import functools\n@functools.lru_cache(None)\ndef count(n):\n    return 1 if n == 0 else count(n - 1) + 1`;
    assert.ok(likely(setup, "count(100)", "cpython-3.13t") > 20 * likely(setup, "count(100)", "cpython-3.13"));
    assert.ok(likely(setup, "count(100)", "cpython-3.14t") < 5 * likely(setup, "count(100)", "cpython-3.14"));
  });

  test("a text is copied to make it longer", () => {
    const setup = (times: number): string => `def build():
    text = ""
    for _ in range(${times}):
        text += "abcde"
    return text
`;
    const each = (times: number, target: string): number => likely(setup(times), "build()", target) / times;
    between(each(100_000, "cpython-3.13t") / each(100, "cpython-3.13t"), 3, 300);
    between(each(100_000, "cpython-3.13") / each(100, "cpython-3.13"), 0.5, 2);
  });
});

describe("what is followed in part", () => {
  test("leaves how often a loop goes round to the code where that tells", () => {
    const setup = (times: number): string => `def search():
    found = 0
    for number in range(2, ${times}):
        left = number
        while left != 1 and left % 2 == 0:
            left = left // 2
        found += left
    return found
`;
    between(likely(setup(400_000), "search()") / likely(setup(100_000), "search()"), 3, 6);
  });
});
