import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LineSlots } from "../../server/src/base/line-slots.js";

const pieces = fc.array(fc.constantFrom("a", "bc ", "\n", "\r\n", "\r", "def f():\n", "x".repeat(300), "\n\n", "é"), { maxLength: 30 });

/** Every offset that is no part of a line end has a place of its own, in order, that leads back to it. */
function assertPlaces(slots: LineSlots, text: string): void {
  let last = -1;
  for (let offset = 0; offset <= text.length; offset++) {
    const place = slots.place(offset);
    assert.ok(place > last, `offset ${offset} of ${JSON.stringify(text)} has place ${place} after ${last}`);
    assert.ok(place < 2 ** 31);
    assert.equal(slots.offset(place), offset);
    last = place;
  }
}

describe("line slots", () => {
  test("places are in the order of offsets and lead back to them, after any changes", () => {
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(20), put: pieces }), { maxLength: 8 }),
        (start, changes) => {
          let text = start.join("");
          let slots = LineSlots.of(text);
          assertPlaces(slots, text);
          for (const { at, cut, put } of changes) {
            const offset = Math.floor(at * text.length);
            text = text.slice(0, offset) + put.join("") + text.slice(offset + cut);
            slots = slots.after(text);
            assertPlaces(slots, text);
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  test("typing in a line moves no other line, and nothing before it in the line", () => {
    const text = "a = 1\nb = 2\nc = 3\n";
    const before = LineSlots.of(text);
    const typed = "a = 1\nb = 2 + 40\nc = 3\n";
    const after = before.after(typed);
    for (const word of ["a = 1", "b = 2", "c = 3"]) assert.equal(after.place(typed.indexOf(word)), before.place(text.indexOf(word)));
  });

  test("a new line, typed at the end of the one above or as one below, moves no other line", () => {
    const text = "def f():\n    a = 1\n    b = 2\n";
    const before = LineSlots.of(text);
    for (const typed of [
      "def f():\n    a = 1\n    \n    b = 2\n",
      "def f():\n\n    a = 1\n    b = 2\n",
      "def f():\n    x\n    y\n    a = 1\n    b = 2\n",
    ]) {
      const after = before.after(typed);
      for (const word of ["def f", "a = 1", "b = 2"])
        assert.equal(after.place(typed.indexOf(word)), before.place(text.indexOf(word)), typed);
    }
  });

  test("lines that are put before the first one move no other line", () => {
    const text = "a = 1\nb = 2\n";
    const before = LineSlots.of(text);
    const after = before.after(`import x\n${text}`).after(`import x\nimport y\n${text}`);
    const shift = "import x\nimport y\n".length;
    for (const word of ["a = 1", "b = 2"]) assert.equal(after.place(text.indexOf(word) + shift), before.place(text.indexOf(word)));
  });

  test("removed lines move no other line", () => {
    const text = "a\nb\nc\nd\n";
    const before = LineSlots.of(text);
    const after = before.after("a\nd\n");
    assert.equal(after.place(0), before.place(0));
    assert.equal(after.place(2), before.place(6));
  });

  test("a hundred lines typed one after the other, below each other, leave the lines after them where they are", () => {
    let text = "a\nz\n";
    let slots = LineSlots.of(text);
    const place = slots.place(2);
    for (let i = 0; i < 100; i++) {
      const at = text.indexOf("z");
      text = `${text.slice(0, at)}line ${i}\n${text.slice(at)}`;
      slots = slots.after(text);
      assert.equal(slots.place(text.indexOf("z")), place);
    }
  });

  test("lines typed one above the other move no line that stood there before", () => {
    const old = "import a\ndef f():\n    return a\n\ndef g():\n    return 2\n";
    let text = old;
    let slots = LineSlots.of(text);
    const before = slots;
    for (let i = 0; i < 60; i++) {
      text = text.replace("def f():\n", `def f():\n    x = ${i}\n`);
      slots = slots.after(text);
      for (const word of ["import a", "def f", "return a", "def g", "return 2"])
        assert.equal(slots.place(text.indexOf(word)), before.place(old.indexOf(word)), `${word} after ${i} lines`);
    }
    assertPlaces(slots, text);
  });

  test("where no room is left between two lines, lines far away stay where they are", () => {
    const old = `a\nz\n${"far\n".repeat(50)}end\n`;
    let text = old;
    let slots = LineSlots.of(text);
    const place = slots.place(text.indexOf("end"));
    for (let i = 0; i < 300; i++) {
      text = text.replace("a\n", `a\n${"b".repeat(200)}\n`);
      slots = slots.after(text);
    }
    assert.equal(slots.place(text.indexOf("end")), place);
    let last = -1;
    for (const { index } of text.matchAll(/^/gm)) {
      assert.ok(slots.place(index) > last);
      assert.equal(slots.offset(slots.place(index)), index);
      last = slots.place(index);
    }
  });

  test("where no room is left, all lines get new slots", () => {
    let text = "a\nz\n";
    let slots = LineSlots.of(text);
    for (let i = 0; i < 2000; i++) {
      text = text.replace("a\n", "a\nb\n");
      slots = slots.after(text);
    }
    assertPlaces(slots, text);
  });
});
