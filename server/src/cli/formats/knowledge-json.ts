import { conditionText } from "../../knowledge/condition-text.js";
import type { CallableEntry, Evidence } from "../../knowledge/entry.js";

/** One call in `knowledge list --format json`. */
export interface JsonKnowledge {
  /** The qualified name of what is called. */
  readonly target: string;
  /** The distribution it comes from; `python` for the standard library. */
  readonly package: string;
  /** `conditional`: the first of `conditions` that holds decides, else `otherwise`. */
  readonly gil: string;
  readonly conditions: readonly JsonCase[];
  readonly otherwise?: string;
  readonly kind: string;
  readonly style: string;
  readonly note?: string;
  readonly freeThreaded?: string;
  readonly evidence: readonly { readonly kind: string; readonly place: string; readonly says: string; readonly date: string }[];
}

export interface JsonCase {
  /** All must hold; sentences. */
  readonly when: readonly string[];
  readonly gil: string;
}

export function knowledgeJson(callables: readonly CallableEntry[]): readonly JsonKnowledge[] {
  return callables.map((entry) => ({
    target: entry.name,
    package: entry.package,
    gil: entry.gil,
    conditions: entry.gil === "conditional" ? entry.cases.map(({ when, gil }) => ({ when: when.map(conditionText), gil })) : [],
    ...(entry.gil === "conditional" ? { otherwise: entry.otherwise } : {}),
    kind: entry.kind,
    style: entry.style,
    ...(entry.note === undefined ? {} : { note: entry.note }),
    ...(entry.freeThreaded === undefined ? {} : { freeThreaded: entry.freeThreaded }),
    evidence: entry.evidence.map(evidenceJson),
  }));
}

function evidenceJson({ kind, place, says, date }: Evidence): JsonKnowledge["evidence"][number] {
  return { kind, place, says, date };
}
