import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GraphReader, GraphWriter } from "../../server/src/base/graph-bytes.js";

function thereAndBack(value: unknown): unknown {
  const writer = new GraphWriter();
  const start = writer.write(value);
  return new GraphReader(writer.finish()).read(start).value;
}

test("plain data comes back as it was", () => {
  const leaf = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  );
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie("data")),
      fc.dictionary(fc.constantFrom("op", "value", "name", "kind"), tie("data"), { noNullPrototype: true }),
      fc.array(fc.tuple(tie("data"), tie("data"))).map((entries) => new Map(entries)),
      fc.array(leaf).map((each) => new Set(each)),
      fc.record({ op: fc.string(), value: tie("data"), start: fc.integer(), end: fc.integer() }, { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(data, (value) => {
      assert.deepEqual(thereAndBack(value), value);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("an object that stands in two places is one object again, and an equal one another", () => {
  const shared = { op: "read", start: 3, end: 9 };
  const [a, b, c] = thereAndBack([shared, { ...shared }, new Map([["x", shared]])]) as [object, object, Map<string, object>];
  assert.equal(c.get("x"), a);
  assert.notEqual(b, a);
  assert.deepEqual(b, a);
});

test("each graph is read by itself, and its records go by their numbers", () => {
  const writer = new GraphWriter();
  const inner = { name: "inner", start: 70_000, end: 70_004 };
  const first = writer.write({ name: "outer", inner, start: 1, end: 2 });
  const number = writer.numberOf(inner) ?? -1;
  const second = writer.write([inner, "outer"]);
  assert.equal(writer.numberOf(inner), 0);
  const reader = new GraphReader(writer.finish());
  assert.equal(reader.last, second);
  assert.deepEqual(reader.read(second).value, [inner, "outer"]);
  assert.deepEqual(reader.read(first).records[number], inner);
});

test("a text that starts with a byte order mark or holds half a character is kept", () => {
  const odd = ["\ufeffx", "\ud83d", "😀", "\ude00\ud83d", "", "a\0b"];
  assert.deepEqual(thereAndBack(odd), odd);
});

test("a graph of a thousand shapes and ten thousand texts is read as it was", () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({
    [`key${index}`]: `text ${index}`,
    more: Array.from({ length: 10 }, (_n, n) => `${index} ${n}`),
  }));
  assert.deepEqual(thereAndBack(many), many);
});
