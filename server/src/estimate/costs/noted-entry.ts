import { interval } from "../../base/interval.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import type { GilNote } from "../../program/link/gil-notes.js";

/** What knowledge says of a call, overruled by a comment; of one of which it says nothing, that it takes some time. */
export function notedEntry(note: GilNote, name: string, known: CallableEntry | undefined): CallableEntry {
  if (known) return { ...known, gil: note, kind: known.kind === "cpu-python" ? "cpu-native" : known.kind };
  return {
    entry: "callable",
    name,
    gil: note,
    package: "",
    kind: "cpu-native",
    style: "blocking",
    waits: undefined,
    cost: { from: "default", terms: [{ term: "fixed", spends: "call", ns: interval(10_000, 1_000_000, 100_000_000) }] },
    returns: [],
    invokes: [],
    ownThreads: undefined,
    compiles: undefined,
    block: undefined,
    note: undefined,
    freeThreaded: undefined,
    measuredOtherwise: undefined,
    evidence: [],
  };
}
