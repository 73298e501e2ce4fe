import assert from "node:assert/strict";
import { test } from "node:test";
import { laterFields } from "../../server/src/base/later.js";

test("a field that is worked out later is worked out once, and is a field like all others", () => {
  let asked = 0;
  const withAnswer = laterFields<number, { readonly answer: number; readonly text: string }>({
    answer: (from) => ++asked * from,
    text: String,
  });
  const value = withAnswer({ name: "a" }, 42);
  assert.deepEqual(Object.keys(value), ["name", "answer", "text"]);
  assert.equal(asked, 0);
  assert.equal(value.answer, 42);
  assert.deepEqual({ ...value }, { name: "a", answer: 42, text: "42" });
  assert.equal(asked, 1);
});

test("objects with fields for later share what works them out", () => {
  const withSize = laterFields<number, { readonly size: number }>({ size: (from) => from });
  const [one, other] = [withSize({}, 1), withSize({}, 2)].map((each) => Object.getOwnPropertyDescriptor(each, "size")?.get);
  assert.equal(one, other);
});
