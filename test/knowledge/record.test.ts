import assert from "node:assert/strict";
import { test } from "node:test";
import { exactly } from "../../server/src/base/interval.js";
import { parseTarget } from "../../server/src/base/target.js";
import type { CallFacts, ValueFacts } from "../../server/src/knowledge/call-facts.js";
import type { ElementType, Literal } from "../../server/src/knowledge/condition.js";
import { costOf, evaluate } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import record from "./measured-gil-release.json";

/** A measured value: sizes are single numbers. */
interface RecordedValue {
  readonly bytes?: number;
  readonly elements?: number;
  readonly literal?: Literal;
  readonly type?: string;
  readonly dtype?: ElementType;
  readonly callback?: "python" | "native";
}

interface RecordedRow {
  readonly entry: string;
  readonly python: string;
  readonly size: string;
  readonly ns: number;
  readonly verdict: "releases" | "holds" | "runs-python";
  readonly arguments: {
    readonly positional?: readonly RecordedValue[];
    readonly keywords?: readonly { readonly name: string; readonly value: RecordedValue }[];
    readonly receiver?: RecordedValue;
    readonly packageVersion?: string;
  };
}

const rows = record.rows as readonly RecordedRow[];
const knowledge = builtInKnowledge();

function valueFacts(value: RecordedValue): ValueFacts {
  const { bytes, elements, ...rest } = value;
  return {
    ...rest,
    ...(bytes === undefined ? {} : { bytes: exactly(bytes) }),
    ...(elements === undefined ? {} : { elements: exactly(elements) }),
  };
}

function callFacts(row: RecordedRow): CallFacts {
  const target = parseTarget(`cpython-${row.python.split(".").slice(0, 2).join(".")}`);
  assert(target, `${row.python} is a known target`);
  const { positional, keywords, receiver, packageVersion } = row.arguments;
  return {
    target,
    platform: "linux",
    ...(packageVersion === undefined ? {} : { packageVersion }),
    ...(receiver === undefined ? {} : { receiver: valueFacts(receiver) }),
    ...(positional === undefined ? {} : { positional: positional.map(valueFacts) }),
    keywords: (keywords ?? []).map(({ name, value }) => ({ name, value: valueFacts(value) })),
  };
}

function described(row: RecordedRow): string {
  return `${row.entry} (${row.size}, CPython ${row.python})`;
}

test("the record covers 100 callables on two interpreters", () => {
  assert(new Set(rows.map((row) => row.entry)).size >= 100);
  assert(new Set(rows.map((row) => row.python)).size >= 2);
});

test("everything measured is known", () => {
  assert.deepEqual(
    [...new Set(rows.map((row) => row.entry))].filter((entry) => !knowledge.callable(entry)),
    [],
  );
});

test("no entry contradicts what was measured", () => {
  const contradictions: string[] = [];
  for (const row of rows) {
    const entry = knowledge.callable(row.entry);
    if (!entry) continue;
    const verdict = evaluate(entry, callFacts(row));
    if (!verdict.possible.includes(row.verdict)) contradictions.push(`${described(row)}: measured ${row.verdict}, known ${verdict.gil}`);
  }
  assert.deepEqual(contradictions, []);
});

test("what was measured is decided, but for what only the running program knows", () => {
  const open = rows.filter((row) => {
    const entry = knowledge.callable(row.entry);
    return entry && evaluate(entry, callFacts(row)).gil === "depends";
  });
  for (const row of open) {
    const entry = knowledge.callable(row.entry);
    const decidedAtRunTime =
      entry?.gil === "conditional" && entry.cases.some((each) => each.when.some((condition) => condition.test === "at-run-time"));
    assert(decidedAtRunTime, `${described(row)} should be decided by what the record says of its arguments`);
  }
  assert(open.length < rows.length / 10, `${open.length} of ${rows.length} are open`);
});

test("measured times lie in the intervals of the cost models", () => {
  const outside: string[] = [];
  let compared = 0;
  for (const row of rows) {
    const entry = knowledge.callable(row.entry);
    // A Python function that the call runs costs what that function costs, which no entry can say.
    if (entry?.gil === "conditional" && row.verdict === "runs-python" && entry.invokes.length > 0) continue;
    const cost = entry && costOf(entry, callFacts(row));
    if (cost?.from !== "measured" || cost.missing.length > 0) continue;
    compared++;
    const low = cost.interpreterNs.low + cost.nativeNs.low + cost.waitNs.low;
    const high = cost.interpreterNs.high + cost.nativeNs.high + cost.waitNs.high;
    if (row.ns < low || row.ns > high) outside.push(`${described(row)}: measured ${row.ns} ns, known ${low} to ${high} ns`);
  }
  assert.deepEqual(outside, []);
  assert(compared >= 60, `only ${compared} rows could be compared`);
});
