import assert from "node:assert/strict";
import { test } from "node:test";
import { followed } from "../../client/src/timeline/follow-edits.js";
import { initialControls, questionOf } from "../../client/src/timeline/view/controls.js";
import { schedule } from "../../client/src/timeline/view/simulation-steps.js";
import { scalingTable, threadTable } from "../../client/src/timeline/view/tables.js";
import { filled } from "../../client/src/timeline/view/texts.js";
import { shareText } from "../../client/src/timeline/view/words.js";
import { computing, siteOf, texts } from "./site.js";

test("the schedule as a table: what each thread spent its time on", () => {
  const site = siteOf(computing);
  const [answer] = schedule(questionOf(site, initialControls(site)), "threads");
  assert.ok(answer?.kind === "schedule");
  const { head, rows } = threadTable(answer.run.timeline, texts);
  assert.deepEqual(head.slice(0, 2), ["thread", "total"]);
  assert.ok(head.includes("waiting for the GIL"));
  assert.ok(!head.includes("waiting for a lock"), "what nobody does has no column");
  assert.equal(rows.length, answer.run.timeline.threads.length);
  const worker = rows.find(([name]) => name === "worker-1");
  assert.match(worker?.[head.indexOf("running")] ?? "", /^\d+ %$/);
  for (const row of rows) assert.equal(row.length, head.length);
});

test("the speedups as a table: the likely one, and the range where it says more", () => {
  const point = (workers: number, low: number, likely: number, high: number) => ({ workers, speedup: { low, likely, high } });
  const table = scalingTable(
    [
      { strategy: "threads", runtime: "cpython-3.13", points: [point(1, 1, 1, 1), point(2, 0.9, 1, 1.1)] },
      { strategy: "free-threaded", runtime: "cpython-3.13t", points: [point(1, 1, 1, 1)] },
    ],
    texts,
  );
  assert.deepEqual(table.head, ["workers", "threads, CPython 3.13", "free-threaded, CPython 3.13t"]);
  assert.deepEqual(table.rows, [
    ["1", "1.0×", "1.0×"],
    ["2", "1.0× (0.9–1.1×)", "–"],
  ]);
});

test("shares of a time", () => {
  assert.equal(shareText(0, 100), "0 %");
  assert.equal(shareText(1, 1000), "< 1 %");
  assert.equal(shareText(255, 1000), "26 %");
  assert.equal(shareText(0, 0), "0 %");
});

test("texts are filled by position, and what is missing stays visible", () => {
  assert.equal(filled("{1} before {0}", "a", 2), "2 before a");
  assert.equal(filled("{0} and {1}", "a"), "a and {1}");
});

test("a place follows the lines above it", () => {
  const place = { uri: "file:///a.py", line: 10, character: 4 };
  const change = (from: number, to: number, text: string) => ({ range: { start: { line: from }, end: { line: to } }, text });
  assert.equal(followed(place, [change(2, 2, "one\ntwo\n")]).line, 12);
  assert.equal(followed(place, [change(3, 6, "")]).line, 7);
  assert.equal(followed(place, [change(10, 10, "x")]).line, 10);
  assert.equal(followed(place, [change(11, 14, "")]).line, 10);
  assert.equal(followed(place, [change(0, 1, ""), change(4, 4, "\n")]).line, 10);
});
