import assert from "node:assert/strict";
import { test } from "node:test";
import { JustClosed } from "../../server/src/analysis/just-closed.js";

test("of files that were closed, those that were closed first are let go, and none that was opened again", () => {
  const gone: string[] = [];
  const closed = new JustClosed<number>((path) => gone.push(path));
  for (let file = 0; file < 4; file++) closed.keep(`/${file}`, file);
  assert.equal(closed.take("/1"), 1);
  closed.keep("/0", 10);
  closed.keep("/4", 4);
  assert.deepEqual(gone, []);
  closed.keep("/5", 5);
  assert.deepEqual(gone, ["/2"]);
  assert.ok(closed.has("/0") && !closed.has("/1"));
  assert.equal(closed.take("/2"), undefined);
  closed.dropAll();
  assert.deepEqual(gone.sort(), ["/0", "/2", "/3", "/4", "/5"]);
  assert.equal(closed.take("/0"), undefined);
});
