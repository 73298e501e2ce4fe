import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallableEntry, GilEffect } from "../../server/src/knowledge/entry.js";
import { evaluate } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { type ProbedRow, probedFacts, probedRows } from "./probe-record.js";

const knowledge = builtInKnowledge();
const withGil = probedRows.filter(({ python }) => !python.endsWith("t"));

/** What an entry may say of a call of which that was measured; see the script. */
const agreeing: Readonly<Record<ProbedRow["verdict"], readonly GilEffect[]>> = {
  releases: ["releases"],
  // It lets go often, which is what bytecode that calls releasing functions does, too.
  "gives-way": ["releases", "runs-python"],
  // What the rest of it does is not told.
  "releases-in-part": ["releases", "runs-python", "holds"],
  "runs-python": ["runs-python"],
  "runs-in-part": ["runs-python", "holds"],
  holds: ["holds"],
  keeps: ["holds", "runs-python"],
  "no-gil": ["releases", "holds", "runs-python"],
  "stops-others": [],
};

/** Of a decorator that compiles a function, the compiled function is what was called; of a block, what stands in it. */
function measuredEntry({ entry: name }: ProbedRow): CallableEntry | undefined {
  const entry = knowledge.callable(name);
  if (entry?.block) return { ...entry, gil: entry.block };
  return entry?.compiles ? { ...entry, gil: "conditional", ...entry.compiles } : entry;
}

function described({ entry, size, python, fraction, open }: ProbedRow): string {
  return `${entry} (${size}, ${python}): the other thread kept ${fraction}${open === undefined ? "" : `, open ${open}`}`;
}

test("the record covers the standard library on several interpreters, and the packages that can be installed", () => {
  const pythons = new Set(probedRows.map(({ python }) => python));
  assert(pythons.size >= 4, [...pythons].join(", "));
  assert([...pythons].some((python) => python.endsWith("t")));
  assert(new Set(probedRows.map(({ entry }) => entry)).size >= 1000);
  assert(new Set(probedRows.map((row) => row.package ?? "python")).size >= 25);
  for (const row of probedRows)
    assert((row.package === undefined) === (row.version === undefined) && /^\d{4}-\d{2}-\d{2}$/.test(row.date), row.entry);
});

test("everything probed is known", () => {
  assert.deepEqual(
    [...new Set(probedRows.map(({ entry }) => entry))].filter((entry) => !knowledge.callable(entry)),
    [],
  );
});

test("no entry contradicts what was probed without saying why", () => {
  const contradictions: string[] = [];
  for (const row of withGil) {
    const entry = measuredEntry(row);
    if (!entry || entry.measuredOtherwise !== undefined) continue;
    const { gil, possible } = evaluate(entry, probedFacts(row));
    if (!possible.some((effect) => agreeing[row.verdict].includes(effect)))
      contradictions.push(`${described(row)}: measured ${row.verdict}, known ${gil}`);
  }
  assert.deepEqual(contradictions, [], contradictions.join("\n"));
});

test("an entry that explains a contradiction has one", () => {
  const explained = knowledge.callables().filter(({ measuredOtherwise }) => measuredOtherwise !== undefined);
  const needless = explained.filter((entry) => {
    const rows = withGil.filter((row) => knowledge.callable(row.entry) === entry);
    return (
      rows.length > 0 &&
      rows.every((row) => evaluate(entry, probedFacts(row)).possible.some((effect) => agreeing[row.verdict].includes(effect)))
    );
  });
  assert.deepEqual(
    needless.map(({ name }) => name),
    [],
  );
});

test("no call stops the other threads of a build without a GIL", () => {
  const stopping = probedRows.filter(({ verdict }) => verdict === "stops-others");
  const unexplained = stopping.filter((row) => knowledge.callable(row.entry)?.freeThreaded === undefined);
  assert.deepEqual(unexplained.map(described), []);
});
