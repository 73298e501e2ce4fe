import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnThreads } from "../../server/src/knowledge/entry.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import record from "./measured-own-threads.json";

/** What `test/measure/own_threads.py` writes of one call of one size. */
interface Row {
  readonly entry: string;
  /** Of its largest array; of a product of matrices, of one of them. */
  readonly elements: number;
  readonly size: string;
  /** Processor time of other threads as a share of the caller's. */
  readonly helped: number;
  readonly threads: number;
  readonly callers: number;
}

const rows: readonly Row[] = record.rows;
const knowledge = builtInKnowledge();

/** Less is what waiting threads use before they go to sleep, or a call that only tried. */
const surelyHelped = 0.6;

function described({ entry, size, helped }: Row): string {
  return `${entry} (${size}): helped ${helped}`;
}

function ownThreadsOf({ entry }: Row): OwnThreads | undefined {
  return knowledge.callable(entry)?.ownThreads;
}

test("whatever was helped by other threads is known to bring threads of its own", () => {
  const helped = rows.filter((row) => row.helped >= surelyHelped);
  assert.deepEqual(helped.filter((row) => !ownThreadsOf(row)).map(described), []);
  assert.ok(new Set(helped.map(({ entry }) => entry)).size >= 30);
});

test("calls below the known size stay in the calling thread, and some at it or above do not", () => {
  const below = rows.filter((row) => row.helped >= surelyHelped && row.elements < (ownThreadsOf(row)?.fromElements ?? 0));
  assert.deepEqual(below.map(described), []);
  for (const entry of new Set(rows.map((row) => row.entry))) {
    const from = knowledge.callable(entry)?.ownThreads?.fromElements;
    if (from === undefined) continue;
    assert.ok(
      rows.some((row) => row.entry === entry && row.elements >= from && row.helped >= surelyHelped),
      `${entry} was never helped at ${from} elements or more`,
    );
  }
});

test("what is never helped brings no threads unasked", () => {
  const helped = new Set(rows.filter((row) => row.helped >= 0.3).map(({ entry }) => entry));
  const alone = rows.filter((row) => !helped.has(row.entry) && ["all-cores", "some-cores"].includes(ownThreadsOf(row)?.count ?? ""));
  assert.deepEqual([...new Set(alone.map(({ entry }) => entry))], []);
});

test("a set for each caller shows in the number of threads, as one for all does", () => {
  for (const row of rows.filter((each) => each.helped >= surelyHelped && each.elements >= 100_000)) {
    const pool = ownThreadsOf(row)?.pool;
    // Four callers, and a helper for each on two cores if each gets a set.
    if (pool === "per-caller") assert.ok(row.callers - row.threads > 4, described(row));
    else assert.ok(row.callers - row.threads <= 4, described(row));
  }
});
