import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../server/src/knowledge/condition.js";
import { conditionText, denialText } from "../../server/src/knowledge/condition-text.js";

const of = { position: 0, keyword: "data" };

const texts: readonly [Condition, string, string][] = [
  [{ test: "bytes", of, atLeast: 2048 }, "`data` has 2048 bytes or more", "`data` has fewer than 2048 bytes"],
  [{ test: "elements", of: "receiver", below: 501 }, "the object has fewer than 501 elements", "the object has 501 elements or more"],
  [{ test: "bytes", of, atLeast: 1, below: 9 }, "`data` has 1 to 8 bytes", "it is not so that `data` has 1 to 8 bytes"],
  [{ test: "given", of: { position: 1 } }, "argument 2 is given", "argument 2 is not given"],
  [{ test: "equals", of, value: null }, "`data` is None", "`data` is not None"],
  [{ test: "equals", of, value: true }, "`data` is True", "`data` is not True"],
  [{ test: "contains", of, part: "b" }, '`data` contains "b"', '`data` does not contain "b"'],
  [{ test: "callback", of, is: "python" }, "`data` is a Python function", "`data` is not a Python function"],
  [{ test: "python", from: "3.12" }, "the interpreter is 3.12 or later", "the interpreter is not 3.12 or later"],
  [{ test: "package-version", before: "46" }, "the installed version is older than 46", "the installed version is not older than 46"],
  [{ test: "build", is: "gil" }, "the build has a GIL", "the build is free-threaded"],
  [{ test: "not", condition: { test: "given", of } }, "not (`data` is given)", "`data` is given"],
  [{ test: "platform", in: ["linux", "macos"] }, "it runs on linux or macos", "it is not so that it runs on linux or macos"],
  [{ test: "at-run-time", what: "the lock is free" }, "the lock is free", "it is not so that the lock is free"],
];

test("conditions read as clauses, and so do their opposites", () => {
  for (const [condition, text, denial] of texts) {
    assert.equal(conditionText(condition), text);
    assert.equal(denialText(condition), denial);
  }
});
