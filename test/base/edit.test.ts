import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyEdits, editBetween } from "../../server/src/base/edit.js";

test("the edit between two texts makes the second of the first, and replaces no more than differs at one place", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "\u{1f40d}"), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const edit = editBetween(before, after);
      assert.equal(applyEdits(before, edit ? [edit] : []), after);
      assert.equal(edit === undefined, before === after);
    }),
  );
  assert.deepEqual(editBetween("aaa", "aaaa"), { range: { start: 3, end: 3 }, newText: "a" });
  assert.deepEqual(editBetween("one two", "one three two"), { range: { start: 5, end: 5 }, newText: "hree t" });
});
