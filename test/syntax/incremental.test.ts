import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import type { OpenModule } from "../../server/src/syntax/parser.js";
import { relocated } from "../../server/src/syntax/relocate.js";
import { pythonParser } from "./python-parser.js";

/* Taking over what an edit did not touch never shows: the module is the one a fresh parse gives. */

const parser = await pythonParser();

const sample = `import threading

counter = 0
lock = threading.Lock()


def work(rows, *, limit=10):
    """Doc 🐍 string."""
    global counter
    for row in rows:
        with lock:
            counter += row["n"] if row else 0  # gil: ignore[GIL201]
    return [f"{row!r}" for row in rows]


@decorate(1)
# between
@decorate(
    2,
)
async def decorated():
    '''
def quoted(): pass
class Quoted: pass
'''
    await work([])


class Job(threading.Thread):
    def run(self):
        try:
            work([{"n": 1}])
        except ValueError as error:
            print(error)


@decorate
class Shop(
    Job,
):
    """Doc with a ' quote."""

    open = True

    def __init__(self, rows):
        # gil: guarded-by=lock
        self.rows = rows
${Array.from(
  { length: 12 },
  (_, index) => `
    def price_${index}(self, row):
        """Of one row."""
        value = row["price"] * ${index}  # gil: ignore[GIL202]
        if value > 10:
            return (value +
                    len(self.rows))
        return [f"{each!r}" for each in row if each]
`,
).join("")}
    @property
    @cached(
        size=3
    )
    async def size(self):
        return 3

    class Inner:
        x = 1

        def first(self):
            pass

    if open:

        def later(self):
            pass

    else:
        later = None

    # the end


shop = Shop([])
`;

const pieces = [
  "",
  " ",
  "\n",
  "\n    ",
  "x",
  "(",
  ")",
  "[",
  '"',
  "'",
  '"""',
  ":",
  "=",
  "+= 1",
  "def f():\n",
  "🐍",
  "#",
  "\\\n",
  "\t",
  "\r\n",
  "if a:\n    b\n",
  ".",
  ",",
  "lambda: ",
  "@",
  "\n@deco\n",
  "\nclass C: pass\n",
  "'''",
  "async ",
];

interface RelativeEdit {
  readonly at: number;
  readonly length: number;
  readonly newText: string;
}

const relativeEdit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(60)),
  newText: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })),
});

function editOf(text: string, { at, length, newText }: RelativeEdit): TextEdit {
  const start = Math.floor(at * text.length);
  return { range: { start, end: Math.min(text.length, start + length) }, newText };
}

function undoOf(text: string, { range, newText }: TextEdit): TextEdit {
  return { range: { start: range.start, end: range.start + newText.length }, newText: text.slice(range.start, range.end) };
}

/** The nodes with offsets of the text. */
function inOffsets({ module, slots }: OpenModule): unknown {
  return relocated(module, (place) => slots.offset(place));
}

describe("incremental edits", () => {
  test("leave the statements of other sections the objects that they were", () => {
    const text = "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef h():\n    return 3\n";
    const before = parser.open("kept", text).module.body;
    const at = text.indexOf("2");
    const { body } = parser.edit("kept", [{ range: { start: at, end: at + 1 }, newText: "[\n        20]" }]).module;
    parser.close("kept");
    assert.deepEqual(
      body.map((statement, index) => statement === before[index]),
      [true, false, true],
    );
  });

  test("give the module of a fresh parse, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(relativeEdit, { minLength: 1, maxLength: 8 }), (edits) => {
        let text = sample;
        parser.open("random", text);
        try {
          for (const each of edits) {
            const edit = editOf(text, each);
            const result = parser.edit("random", [edit]);
            text = applyEdits(text, [edit]);
            assert.equal(result.text, text);
            assert.deepEqual(inOffsets(result), parser.parse(text));
          }
        } finally {
          parser.close("random");
        }
      }),
      { numRuns: 60, seed: 20 },
    );
  });

  test("and back again give the module they started from", () => {
    const original = parser.parse(sample);
    fc.assert(
      fc.property(fc.array(relativeEdit, { minLength: 1, maxLength: 6 }), (edits) => {
        let text = sample;
        parser.open("undo", text);
        try {
          const undo: TextEdit[] = [];
          for (const each of edits) {
            const edit = editOf(text, each);
            undo.unshift(undoOf(text, edit));
            parser.edit("undo", [edit]);
            text = applyEdits(text, [edit]);
          }
          for (const edit of undo) parser.edit("undo", [edit]);
          const result = parser.edit("undo", []);
          assert.equal(result.text, sample);
          assert.deepEqual(inOffsets(result), original);
        } finally {
          parser.close("undo");
        }
      }),
      { numRuns: 25, seed: 21 },
    );
  });

  test("several in one change refer to the text after the ones before", () => {
    parser.open("several", "a = 1\nb = 2\n");
    const result = parser.edit("several", [
      { range: { start: 0, end: 0 }, newText: "# first\n" },
      { range: { start: 8, end: 9 }, newText: "c" },
    ]);
    parser.close("several");
    assert.equal(result.text, "# first\nc = 1\nb = 2\n");
    assert.deepEqual(inOffsets(result), parser.parse(result.text));
  });

  test("typed one character at a time", () => {
    parser.open("typed", "");
    let text = "";
    for (const [at, newText] of [...sample].slice(0, 300).entries()) {
      const start = text.length;
      const result = parser.edit("typed", [{ range: { start, end: start }, newText }]);
      text += newText;
      if (at % 10 === 0) assert.deepEqual(inOffsets(result), parser.parse(text));
    }
    assert.deepEqual(inOffsets(parser.edit("typed", [])), parser.parse(text));
    parser.close("typed");
  });

  test("of a text that is not open are a mistake of the caller", () => {
    assert.throws(() => parser.edit("closed", []), /closed is not open/);
  });
});

test("texts kept under different keys do not touch each other", () => {
  parser.open("one", "a = 1\n");
  parser.open("two", "b = 1\n");
  const one = parser.edit("one", [{ range: { start: 4, end: 5 }, newText: "2" }]);
  const two = parser.edit("two", [{ range: { start: 4, end: 5 }, newText: "3" }]);
  parser.close("one");
  parser.close("two");
  assert.deepEqual([one.text, two.text], ["a = 2\n", "b = 3\n"]);
});

describe("WASM memory", () => {
  const large = sample.repeat(20);
  const memory = (): number => process.memoryUsage().external;

  test("does not grow over 50 parses", () => {
    for (let i = 0; i < 20; i++) parser.parse(large);
    const before = memory();
    for (let i = 0; i < 50; i++) parser.parse(large);
    assert.ok(memory() - before < 1_000_000, `${memory() - before} bytes more`);
  });

  test("does not grow over 50 edits", () => {
    parser.open("memory", large);
    const edit = (): void => {
      parser.edit("memory", [{ range: { start: 0, end: 0 }, newText: " " }]);
      parser.edit("memory", [{ range: { start: 0, end: 1 }, newText: "" }]);
    };
    for (let i = 0; i < 10; i++) edit();
    const before = memory();
    for (let i = 0; i < 25; i++) edit();
    parser.close("memory");
    assert.ok(memory() - before < 1_000_000, `${memory() - before} bytes more`);
  });

  test("does not grow over 50 opened and closed texts", () => {
    const open = (): void => {
      parser.open("opened", large);
      parser.close("opened");
    };
    for (let i = 0; i < 20; i++) open();
    const before = memory();
    for (let i = 0; i < 50; i++) open();
    assert.ok(memory() - before < 1_000_000, `${memory() - before} bytes more`);
  });
});
