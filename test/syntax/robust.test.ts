import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Statement } from "../../server/src/syntax/nodes.js";
import { outline } from "./outline.js";
import { pythonParser } from "./python-parser.js";

/* Whatever a text holds, parsing gives a module, and what is wrong with one statement costs no other. */

const parser = await pythonParser();

const sample = `import threading as t
from .pkg import (a, b as c)

@decorate(1)
class Worker(t.Thread, metaclass=Meta):
    """Doc."""
    count: int = 0

    def run(self, *rest, key=None, **more) -> None:
        with self.lock as held, open(f"{self.path!r}"):
            for index, row in enumerate(rows[1:-1]):
                if row is not None and index not in seen or done:
                    self.count += 1  # gil: ignore[x]
                elif (found := row.get("k", 0)) > 3:
                    yield [x async for x in row if x]
                else:
                    continue
        try:
            raise ValueError from None
        except (A, B) as error:
            print(error, file=sys.stderr)
        finally:
            del self.rows[0], other

async def main():
    await gather(*[lambda n=1: n ** 2 for _ in range(3)], **{"a": b, **c})
    match command:
        case [first, *others] if others: pass
`;

describe("half-typed code", () => {
  test("every prefix of a file gives a module", () => {
    for (let end = 0; end <= sample.length; end++) {
      const module = parser.parse(sample.slice(0, end));
      assert.equal(typeof outline(module), "string");
    }
  });

  test("every suffix of a file gives a module", () => {
    for (let start = 0; start < sample.length; start += 3) assert.equal(typeof outline(parser.parse(sample.slice(start))), "string");
  });

  test("a file without any one of its characters gives a module", () => {
    for (let at = 0; at < sample.length; at++) {
      assert.equal(typeof outline(parser.parse(sample.slice(0, at) + sample.slice(at + 1))), "string");
    }
  });
});

describe("an error costs only its statement", () => {
  const good = "first = 1\n";
  const after = "\n\ndef later():\n    return second\n";
  const broken: readonly string[] = [
    "x = = 2",
    "def f(:\n    pass",
    "class :\n    pass",
    "for in x:\n    pass",
    "import",
    "from x import",
    "x = {**d for d in ds}",
    "lazy import json",
    "def f[T=int](): pass",
    'x = "open',
    "if x\n    y",
    "x.",
    "f(a,, b)",
    "@",
    "else:\n    pass",
    "print 'a' % b, 'c'",
    "exec 'code' in scope",
    "raise ValueError, 'text'",
    "except E, e:\n    pass",
    "x = 0777L",
    "x = `y`",
    "x <> y",
    "$ ? !",
    "\u0000\u0000",
    "    indented = 1",
    "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch",
  ];
  const isLater = (node: Statement): boolean =>
    (node.kind === "function" && node.name === "later") || ("body" in node && node.body.some(isLater));
  for (const text of broken) {
    test(text.replaceAll("\n", "⏎"), () => {
      const module = parser.parse(good + text + after);
      assert.match(outline(module), /^ *first = int<1>$/m);
      assert.ok(module.body.some(isLater), outline(module));
    });
  }

  const typed = [
    "value = self.total + len(items)",
    "return {key: self.rows[0] for key in (1, 2)}",
    "self.rows.append(lambda row: row.price * 2)",
    "if item in self.rows and not item.done:",
    "for other in self.rows[1:]:",
    "with self.lock, open(path) as file:",
  ];
  const around = (line: string): string => `import threading

class Account:
    def __init__(self):
        self.total = 0

    def work(self, items):
        for item in items:
            first = self.price(item)
            second = first * 2
            third = first + second
            fourth = third
            ${line}
        self.count(items)

    @property
    def size(self):
        return 1

def later(account):
    return account.size
`;
  /** The names of definitions, indented as deep as they stand. */
  const definitions = (body: readonly Statement[], indent = ""): readonly string[] =>
    body.flatMap((each) =>
      each.kind === "function" || each.kind === "class"
        ? [indent + each.name, ...definitions(each.body, `${indent} `)]
        : "body" in each
          ? definitions(each.body, indent)
          : [],
    );
  for (const line of typed) {
    test(`and neither the definitions around it nor the statement after it while it is typed: ${line}`, () => {
      for (let end = 0; end <= line.length; end++) {
        const text = around(line.slice(0, end));
        const { body } = parser.parse(text);
        assert.deepEqual(definitions(body), ["Account", " __init__", " work", " size", "later"], line.slice(0, end));
        assert.match(outline({ body, directives: [], errors: [], lineCount: 0 }), /^ +self\.count\(items\)$/m, line.slice(0, end));
      }
    });
  }

  const unfinished = ["value =", "value = self.", "value = self.total +", "value = not", "value = first if second else", "assert"];
  for (const line of unfinished) {
    for (const next of ["fifth = self.price(third)", "self.rows.append(third)", "fifth, sixth = self.pair()"]) {
      test(`nor does a line take the statement below for the rest of it: ${line} ⏎ ${next}`, () => {
        const whole = outline(parser.parse(around(`0\n            ${next}`)));
        const statement = whole.split("\n").find((each) => each.includes(next.slice(0, 5))) as string;
        const { body, errors } = parser.parse(around(`${line}\n            ${next}`));
        assert.ok(outline({ body, directives: [], errors: [], lineCount: 0 }).split("\n").includes(statement));
        assert.equal(errors.length, 1);
      });
    }
  }

  const open = ["value = self.total + len(", "self.rows = [first, (second)", "self.send({'(': first", "return self.rows[first](second,"];
  for (const line of open) {
    test(`nor a bracket that stays open any of the stores below it: ${line}`, () => {
      const stores = Array.from({ length: 20 }, (_, index) => `self.field_${index} = ${["0", "[]", "make(third)"][index % 3]}`);
      const below = stores.join("\n            ");
      const found = outline({ ...parser.parse(around(`${line}\n            ${below}`)), errors: [] }).split("\n");
      for (const store of outline(parser.parse(stores.join("\n")))
        .trim()
        .split("\n")) {
        assert.ok(
          found.some((each) => each.trim() === store.trim()),
          `${store} in\n${found.join("\n")}`,
        );
      }
      assert.match(found.join("\n"), /self\.count\(items\)/);
    });
  }

  const goingOn = [
    "value = (first +\n                second)",
    "value = first + \\\n                second",
    "value = self.pair(second=\n                third)",
    "value = self.rows[first +\n                second]",
    'value = """first = \n                second."""',
    "value = first  # total =\n            second = third",
  ];
  for (const line of goingOn) {
    test(`what may go on in the next line is no error: ${line.replaceAll("\n", "⏎")}`, () => {
      assert.deepEqual(parser.parse(around(line)).errors, []);
    });
  }

  test("what can be read of a line that would tear its class apart is kept, and named as the error", () => {
    const text = around("total += self.price(item) +");
    const { body, errors } = parser.parse(text);
    assert.match(outline({ body, directives: [], errors: [], lineCount: 0 }), /self\.price\(item\)/);
    assert.deepEqual(
      errors.map(({ start, end }) => text.slice(start, end)),
      ["total += self.price(item) +"],
    );
  });

  test("what can be read inside it is kept", () => {
    const text = outline(parser.parse("x = = f(1)\ncounter += g(2)\n"));
    assert.match(text, /f\(int<1>\)/);
    assert.match(text, /counter \+= g\(int<2>\)/);
  });

  test("places that do not parse are named", () => {
    const text = "a = 1\nb = = 2\n";
    const { errors } = parser.parse(text);
    assert.ok(errors.length > 0);
    for (const { start, end } of errors) assert.ok(start >= 6 && end <= text.length);
  });
});

describe("unusual texts", () => {
  const plain = "def f():\n    x = 1\n    return x\n\n\ny = f()\n";
  const expected = outline(parser.parse(plain));

  const same: readonly (readonly [name: string, text: string])[] = [
    ["CRLF line ends", plain.replaceAll("\n", "\r\n")],
    ["tabs", plain.replaceAll("    ", "\t")],
    ["a byte order mark", `\ufeff${plain}`],
    ["form feeds between definitions", plain.replace("\n\n\n", "\n\f\n\n")],
    ["no line end at the end", plain.trimEnd()],
    ["white space at line ends", plain.replaceAll("\n", "  \n")],
    ["many empty lines", plain.replaceAll("\n", "\n\n\n")],
  ];
  for (const [name, text] of same) test(name, () => assert.equal(outline(parser.parse(text)), expected));

  test("0 bytes", () => {
    assert.deepEqual(parser.parse(""), { body: [], directives: [], errors: [], lineCount: 1 });
  });

  test("only a comment", () => assert.equal(outline(parser.parse("# nothing")), ""));

  test("lone and paired surrogates keep their offsets", () => {
    const text = "a = '\ud83d\ude00'\nb = '\ud83d'\nc = 1\n";
    const last = parser.parse(text).body.at(-1);
    assert.equal(text.slice(last?.start, last?.end), "c = 1");
  });

  test("NULs in the middle", () => {
    assert.match(outline(parser.parse("a = 1\n\0\nb = 2\n")), /^a = int<1>[\s\S]*b = int<2>$/);
  });

  test("10,000 brackets, one in the other", () => {
    const depth = 10_000;
    assert.equal(typeof parser.parse(`x = ${"[".repeat(depth)}${"]".repeat(depth)}\ny = 1\n`).lineCount, "number");
  });

  test("10,000 open brackets", () => assert.equal(parser.parse(`x = ${"(".repeat(10_000)}\ny = 1\n`).lineCount, 3));

  test("10,000 operands", () => assert.equal(parser.parse(`x = ${"a + ".repeat(10_000)}a\ny = 1\n`).lineCount, 3));

  test("10,000 attributes and calls in a chain", () => assert.equal(parser.parse(`x = a${".b()".repeat(10_000)}\ny = 1\n`).lineCount, 3));

  test("1,000 blocks, one in the other", () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}if a:`);
    assert.equal(parser.parse(`${lines.join("\n")}\n${" ".repeat(1000)}b\n`).lineCount, 1002);
  });

  test("blocks deeper than any Python is, around an open quote, and every text after them", () => {
    for (const [step, depth] of [
      [" ", 1_000],
      ["\t", 600],
      [" ", 520],
    ] as const) {
      const lines = Array.from({ length: depth }, (_, i) => `${step.repeat(i)}if a:`);
      for (const at of [100, 409])
        parser.parse([...lines.slice(0, at), `${step.repeat(at)}"""`, ...lines.slice(at), `${step.repeat(depth)}pass`].join("\n"));
      assert.equal(parser.parse("x = 1\n").errors.length, 0);
    }
  });

  test("as many indentations as a text may have", () => {
    const depth = 300;
    const lines = Array.from({ length: depth }, (_, i) => `${" ".repeat(i)}if a:`);
    assert.equal(parser.parse(`${lines.join("\n")}\n${" ".repeat(depth)}pass\n`).errors.length, 0);
  });

  test("1,000 `elif`", () => {
    const text = `if a: b\n${"elif a: b\n".repeat(1000)}`;
    assert.deepEqual(parser.parse(text).errors, []);
  });

  test("a line of a million characters", () => {
    assert.equal(outline(parser.parse(`x = "${"a".repeat(1_000_000)}"`)).length, 1_000_006);
  });

  test("100,000 lines", () => {
    const module = parser.parse("counter = counter + 1\n".repeat(100_000));
    assert.equal(module.body.length, 100_000);
    assert.equal(module.lineCount, 100_001);
  });
});

test("Python 2 is read as far as it goes", () => {
  const text = `import thread
print "a", b
print >>out, "c"
exec "code"
try:
    f()
except ValueError, e:
    raise TypeError, "t"
x = 0777
u = ur"text"
if a <> b:
    counter += 1
`;
  const found = outline(parser.parse(text));
  assert.match(found, /^import thread$/m);
  assert.match(found, /counter \+= int<1>/);
  assert.match(found, /f\(\)/);
});
