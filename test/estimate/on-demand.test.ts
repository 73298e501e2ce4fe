import assert from "node:assert/strict";
import { test } from "node:test";
import { onDemand, withFields } from "../../server/src/estimate/prediction/on-demand.js";

test("what is worked out on demand is worked out once, and not by a copy with other fields", () => {
  let asked = 0;
  const value = onDemand<{ readonly name: string }, { readonly answer: number }>({ name: "a" }, { answer: () => ++asked * 42 });
  const other = withFields(value, { name: "b" });
  assert.equal(asked, 0);
  assert.deepEqual(JSON.parse(JSON.stringify(other)), { name: "b", answer: 42 });
  assert.equal(value.answer, 42);
  assert.equal(asked, 1);
  assert.deepEqual({ ...value }, { name: "a", answer: 42 });
});
