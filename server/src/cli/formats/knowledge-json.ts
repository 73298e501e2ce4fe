import { furtherSentences, ruleSentences, standingOf } from "../../knowledge/call-text.js";
import { conditionText } from "../../knowledge/condition-text.js";
import type { CallableEntry, Evidence, PackageEntry } from "../../knowledge/entry.js";

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
  /** All of it as sentences, the same that the hover and `explain` show. */
  readonly text: readonly string[];
  readonly note?: string;
  readonly freeThreaded?: string;
  /** Threads that the call brings along. */
  readonly ownThreads?: { readonly library: string; readonly count: string; readonly limitedBy: readonly string[] };
  /** The best of the evidence: `measured`, `source`, `docs`, `issue`, or `reported` if all of it was taken over from others. */
  readonly standing: string;
  readonly evidence: readonly {
    readonly kind: string;
    readonly place: string;
    readonly says: string;
    readonly date: string;
    readonly standing: string;
  }[];
}

export interface JsonCase {
  /** All must hold; sentences. */
  readonly when: readonly string[];
  readonly gil: string;
}

/** `packageOf` tells the package that a qualified name belongs to. */
export function knowledgeJson(
  callables: readonly CallableEntry[],
  packageOf: (name: string) => PackageEntry | undefined,
): readonly JsonKnowledge[] {
  return callables.map((entry) => ({
    target: entry.name,
    package: entry.package,
    gil: entry.gil,
    conditions: entry.gil === "conditional" ? entry.cases.map(({ when, gil }) => ({ when: when.map(conditionText), gil })) : [],
    ...(entry.gil === "conditional" ? { otherwise: entry.otherwise } : {}),
    kind: entry.kind,
    style: entry.style,
    text: [...ruleSentences(entry), ...furtherSentences(entry, packageOf(entry.name))],
    ...(entry.note === undefined ? {} : { note: entry.note }),
    ...(entry.freeThreaded === undefined ? {} : { freeThreaded: entry.freeThreaded }),
    ...(entry.ownThreads === undefined ? {} : { ownThreads: entry.ownThreads }),
    standing: standingOf(entry.evidence),
    evidence: entry.evidence.map(evidenceJson),
  }));
}

function evidenceJson({ kind, place, says, date, standing }: Evidence): JsonKnowledge["evidence"][number] {
  return { kind, place, says, date, standing };
}
