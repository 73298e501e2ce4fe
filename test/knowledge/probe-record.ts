import assert from "node:assert/strict";
import { exactly } from "../../server/src/base/interval.js";
import { parseTarget } from "../../server/src/base/target.js";
import type { CallFacts, ValueFacts } from "../../server/src/knowledge/call-facts.js";
import type { ElementType, Literal } from "../../server/src/knowledge/condition.js";
import record from "./measured-gil-probe.json";

/** A value of a probed call: sizes are single numbers. */
interface RecordedValue {
  readonly bytes?: number;
  readonly elements?: number;
  readonly literal?: Literal;
  readonly type?: string;
  readonly dtype?: ElementType;
  readonly callback?: "python" | "native";
}

/** What `test/measure/gil-probe.py` writes of one call on one interpreter. */
export interface ProbedRow {
  readonly entry: string;
  readonly size: string;
  /** As `3.13.0`; with a `t` for a build without a GIL. */
  readonly python: string;
  readonly package?: string;
  readonly version?: string;
  readonly date: string;
  readonly fraction: number;
  readonly open?: number;
  readonly verdict:
    | "releases"
    | "gives-way"
    | "releases-in-part"
    | "runs-python"
    | "runs-in-part"
    | "holds"
    | "keeps"
    | "no-gil"
    | "stops-others";
  readonly arguments: {
    readonly positional?: readonly RecordedValue[];
    readonly keywords?: readonly { readonly name: string; readonly value: RecordedValue }[];
    readonly receiver?: RecordedValue;
    readonly packageVersion?: string;
  };
}

export const probedRows = record.rows as readonly ProbedRow[];

/** What is known of the call of that row, for an entry to be evaluated. */
export function probedFacts(row: ProbedRow): CallFacts {
  const target = parseTarget(`cpython-${row.python.split(".").slice(0, 2).join(".")}${row.python.endsWith("t") ? "t" : ""}`);
  assert(target, `${row.python} is a known target`);
  const { positional, keywords, receiver } = row.arguments;
  return {
    target,
    platform: "linux",
    ...(row.version === undefined ? {} : { packageVersion: row.version }),
    ...(receiver === undefined ? {} : { receiver: valueFacts(receiver) }),
    ...(positional === undefined ? {} : { positional: positional.map(valueFacts) }),
    keywords: (keywords ?? []).map(({ name, value }) => ({ name, value: valueFacts(value) })),
  };
}

function valueFacts(value: RecordedValue): ValueFacts {
  const { bytes, elements, ...rest } = value;
  return {
    ...rest,
    ...(bytes === undefined ? {} : { bytes: exactly(bytes) }),
    ...(elements === undefined ? {} : { elements: exactly(elements) }),
  };
}
