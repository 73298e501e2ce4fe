import type { Interval } from "../base/interval.js";
import { hasGil, type Target, targetTitle } from "../base/target.js";
import { unreachable } from "../base/unreachable.js";
import type { CallFacts } from "./call-facts.js";
import { conditionText, placeText } from "./condition-text.js";
import type { CallableEntry, Compilation, CostTerm, Evidence, FreeThreading, GilEffect, PackageEntry, WaitsFor } from "./entry.js";
import { costOf, holds, type Verdict } from "./evaluate.js";

/*
 * What is known of a call as sentences, with code in backquotes. The hover, `explain` and `knowledge` all speak with these.
 */

const effects: Readonly<Record<GilEffect, string>> = {
  releases: "releases the GIL",
  holds: "holds the GIL until it returns",
  "runs-python": "runs Python bytecode, so threads take turns",
};

/** The name to show: that of the function that was found, where the entry stands for all functions of a library. */
export function calledAs(entry: CallableEntry, found: string): string {
  return entry.name.endsWith(".__getattr__") ? found : entry.name;
}

/**
 * What the entry says of all calls of its function: one sentence, or one for each case in their order. With a target, only cases that its
 * version can come to.
 */
export function ruleSentences(entry: CallableEntry, target?: Target): readonly string[] {
  if (entry.block === "releases") return ["Compiled code in its block releases the GIL."];
  if (entry.compiles) return ["Compiles a function. Of calls of what it makes:", ...caseSentences(entry.compiles, target)];
  if (entry.gil !== "conditional") return [`${capital(effects[entry.gil])}.`];
  return caseSentences(entry, target);
}

function caseSentences({ cases, otherwise }: Compilation, target: Target | undefined): readonly string[] {
  const texts = cases.flatMap(({ when, gil }) => {
    const truths = when.map((condition) => (target && condition.test === "python" ? holds(condition, { target }) : "unknown"));
    if (truths.includes("false")) return [];
    const open = when.filter((_, index) => truths[index] === "unknown");
    return [`${capital(effects[gil])}${open.length > 0 ? ` if ${open.map(conditionText).join(" and ")}` : ""}.`];
  });
  return texts.length === 0 ? [`${capital(effects[otherwise])}.`] : [...texts, `Otherwise: ${effects[otherwise]}.`];
}

/** What the entry says of one call: the rest of a sentence that starts with its name, with the condition that the call falls under. */
export function verdictText(entry: CallableEntry, verdict: Verdict, target: Target): string {
  if (!hasGil(target)) return `${targetTitle(target)} has no GIL to release.`;
  if (entry.block === "releases") return "what stands in its block is compiled, and runs without the GIL.";
  if (entry.compiles) return "compiles a function.";
  const because = verdict.because === "" ? "" : ` (${verdict.because})`;
  switch (verdict.gil) {
    case "releases":
      return `releases the GIL while it ${isComputing(entry) ? "computes" : "waits"}${because}; other threads run.`;
    case "holds":
      return `holds the GIL until it returns${because}; no other thread runs.`;
    case "runs-python":
      return `runs Python bytecode${entry.gil === "conditional" ? because : ""}, so threads take turns every 5 ms.`;
    case "depends":
      return "releases the GIL or keeps it, depending on what it is given.";
    default:
      return unreachable(verdict.gil);
  }
}

function isComputing({ kind }: CallableEntry): boolean {
  return kind === "cpu-native" || kind === "cpu-python";
}

/** What else is known, a sentence or two for each subject: the wait, the cost, threads of its own, free-threaded builds. */
export function furtherSentences(entry: CallableEntry, owner: PackageEntry | undefined): readonly string[] {
  return [
    waitSentence(entry),
    costSentence(entry),
    ownThreadsSentence(entry),
    entry.note,
    entry.measuredOtherwise,
    `Free-threaded builds: ${freeThreadingText(entry.freeThreaded, owner)}`,
  ].filter((sentence) => sentence !== undefined);
}

const kindSentences: Readonly<Record<CallableEntry["kind"], string>> = {
  "io-wait": "Waits for input or output.",
  sleep: "Sleeps.",
  "sync-wait": "Waits for another thread.",
  "process-wait": "Waits for another process.",
  "cpu-native": "Computes in native code.",
  "cpu-python": "Computes in the interpreter.",
};

const waitSentences: Readonly<Record<WaitsFor, string>> = {
  lock: "Waits until a lock is free",
  signal: "Waits until another thread gives a sign",
  queue: "Waits until something is put in",
  "queue-space": "Waits until there is room, if the queue is bounded",
  work: "Waits until the work is done",
  process: "Waits for another process",
  network: "Waits for the network",
  disk: "Waits for the disk",
  database: "Waits for the database",
  input: "Waits for somebody's input",
  time: "Sleeps",
};

function waitSentence(entry: CallableEntry): string {
  const { waits } = entry;
  if (entry.style === "awaitable") return "Returns at once; the waiting is done by `await`, so the task waits and not the thread.";
  if (!waits) return kindSentences[entry.kind];
  const unless = waits.unless.length === 0 ? "" : `, unless ${waits.unless.map(conditionText).join(" or ")}`;
  const meanwhile = waits.releases === "own-lock" ? ", and gives up its own lock meanwhile" : "";
  return `${waitSentences[waits.for]}${meanwhile}${unless}.`;
}

/** How long it takes: the summands of the cost model, each as a range. Undefined without one. */
function costSentence({ cost }: CallableEntry): string | undefined {
  if (!cost) return undefined;
  return `Takes ${cost.terms.map(termText).join(", and ")}${cost.from === "measured" ? " (measured)" : ""}.`;
}

function termText(term: CostTerm): string {
  switch (term.term) {
    case "fixed":
      return durationText(term.ns);
    case "per-byte":
      return `${durationText(term.ns)} for each byte of ${placeText(term.of)}`;
    case "per-element":
      return `${durationText(term.ns)} for each element of ${placeText(term.of)}`;
    case "n-log-n":
      return `${durationText(term.ns)} times n log n for the n elements of ${placeText(term.of)}`;
    case "argument":
      return `as long as ${placeText(term.of)} says`;
    default:
      return unreachable(term);
  }
}

/** How long this one call takes, if its arguments tell; undefined where they do not, or where no argument matters. */
export function ownCostSentence(entry: CallableEntry, facts: CallFacts): string | undefined {
  if (!entry.cost?.terms.some((term) => term.term !== "fixed")) return undefined;
  const cost = costOf(entry, facts);
  if (!cost || cost.missing.length > 0) return undefined;
  const total = (end: keyof Interval): number => cost.interpreterNs[end] + cost.nativeNs[end] + cost.waitNs[end];
  return `This call: ${durationText({ low: total("low"), likely: total("likely"), high: total("high") })}.`;
}

/** `2–60 ns`, `1–20 µs`; both ends with a unit where the units differ. */
function durationText({ low, high }: Interval): string {
  const [from, to] = [inUnit(low), inUnit(high)];
  if (from.number === to.number && from.unit === to.unit) return `${to.number} ${to.unit}`;
  return from.unit === to.unit || low === 0
    ? `${from.number}–${to.number} ${to.unit}`
    : `${from.number} ${from.unit} to ${to.number} ${to.unit}`;
}

function inUnit(ns: number): { readonly number: string; readonly unit: string } {
  const [size, unit] = ns < 1e3 ? [1, "ns"] : ns < 1e6 ? [1e3, "µs"] : ns < 1e9 ? [1e6, "ms"] : [1e9, "s"];
  return { number: String(Number((ns / size).toPrecision(2))), unit };
}

function ownThreadsSentence({ ownThreads }: CallableEntry): string | undefined {
  if (!ownThreads) return undefined;
  const counts = { "all-cores": "one for each core", "some-cores": "several", "on-request": "as many as it is told" };
  const limited = ownThreads.limitedBy.map((name) => `\`${name}\``).join(", ");
  return `Brings threads of its own: ${ownThreads.library}, ${counts[ownThreads.count]}${limited ? `; limited by ${limited}` : ""}.`;
}

/** The entry's own word, else what holds for its package. */
function freeThreadingText(own: string | undefined, owner: PackageEntry | undefined): string {
  return own ?? packageText(owner?.freeThreading, owner?.origin === "standard-library" ? "the standard library" : "the package");
}

function packageText(support: FreeThreading | undefined, who: string): string {
  if (!support) return "nothing is known.";
  switch (support.support) {
    case "supported":
      return `${who} supports them${support.since ? ` since ${support.since}` : ""}.`;
    case "experimental":
      return `${who} tries them out${support.since ? ` since ${support.since}` : ""}.`;
    case "reenables-gil":
      return `importing the package turns the GIL back on${support.since ? `; so it is as of ${support.since}` : ""}.`;
    case "unknown":
      return "nothing is known.";
    default:
      return unreachable(support.support);
  }
}

/** The kinds of evidence from the best: measured, then read in the source, then documented, then taken over from others. */
export type Standing = "measured" | "source" | "docs" | "issue" | "reported";

/** The best evidence that the entry's word on the GIL has. */
export function standingOf(evidence: readonly Evidence[]): Standing {
  for (const kind of ["measured", "source", "docs", "issue"] as const) {
    if (evidence.some((each) => each.kind === kind && each.standing === "read" && each.about === "behaviour")) return kind;
  }
  return "reported";
}

/** One piece of evidence: what to say, and the address to link to if it has one. */
export interface EvidenceText {
  readonly kind: string;
  readonly says: string;
  readonly place: string;
  readonly address: string | undefined;
  readonly date: string;
}

/** The evidence, the best first; what is only about the time comes after what is about the GIL. */
export function evidenceTexts(evidence: readonly Evidence[]): readonly EvidenceText[] {
  const rank = (each: Evidence): number => {
    if (each.standing === "reported") return 5;
    return each.about === "cost" ? 4 : ["measured", "source", "docs", "issue"].indexOf(each.kind);
  };
  return [...evidence]
    .sort((a, b) => rank(a) - rank(b))
    .map((each) => ({
      kind: each.standing === "reported" ? `${each.kind}, reported and not read again` : each.kind,
      says: each.says,
      place: each.place,
      address: addressOf(each.place),
      date: each.date,
    }));
}

/** `python/cpython@v3.13.0:Lib/gzip.py#f` lies on GitHub; a script of ours lies beside the program. */
function addressOf(place: string): string | undefined {
  if (/^https?:\/\//.test(place)) return place;
  const pinned = /^([\w.-]+\/[\w.-]+)@([\w.-]+):([^#]+)/.exec(place);
  return pinned ? `https://github.com/${pinned[1]}/blob/${pinned[2]}/${pinned[3]}` : undefined;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
