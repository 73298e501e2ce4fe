import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Nesting } from "../../server/src/base/nesting.js";
import { contains } from "../../server/src/base/range.js";
import { firstFrom, inOrder } from "../../server/src/base/sorted.js";

const ranges = fc.array(
  fc.tuple(fc.nat(30), fc.nat(10)).map(([start, length]) => ({ start, end: start + length })),
  { maxLength: 20 },
);

describe("ranges around a place", () => {
  test("are all that hold it, whatever they are, those that start first before the others", () => {
    fc.assert(
      fc.property(ranges, fc.nat(30), fc.nat(5), (items, start, length) => {
        const place = { start, end: start + length };
        const holding = items.filter((item) => contains(item, place)).sort((a, b) => a.start - b.start || b.end - a.end);
        assert.deepEqual(new Nesting(items).around(place), holding);
      }),
    );
  });
});

describe("the first of a list that starts at an offset or behind it", () => {
  test("is found in lists that are in another order", () => {
    fc.assert(
      fc.property(ranges, fc.nat(35), (items, offset) => {
        const found = items.findIndex(({ start }) => start >= offset);
        assert.equal(firstFrom(items, offset), found < 0 ? items.length : found);
      }),
    );
  });
});

test("sorted lists are gone through in order, and what stands in several once", () => {
  const sorted = fc.array(fc.nat(20), { maxLength: 8 }).map((items) => [...new Set(items)].sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(sorted, { maxLength: 4 }), (lists) => {
      const all = [...new Set(lists.flat())].sort((a, b) => a - b);
      assert.deepEqual([...inOrder(lists)], all);
    }),
  );
});
