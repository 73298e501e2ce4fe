import type { CallFacts } from "./call-facts.js";
import type { Condition } from "./condition.js";
import type { CallableEntry, CallKind, ValuePlace, Waits, WaitsFor } from "./entry.js";
import { allHold, costOf, holds } from "./evaluate.js";

/** How a call keeps its thread from going on. */
export type Blocking =
  | {
      readonly does: "blocks";
      readonly on: Exclude<WaitsFor, "time">;
      /** `unknown`: whether an argument keeps it from waiting cannot be told. */
      readonly certain: "yes" | "unknown";
      /** Whether it gives up after a time that the call sets. */
      readonly limited: "yes" | "no" | "unknown";
      readonly releases: Waits["releases"];
    }
  | { readonly does: "sleeps" }
  /** It takes time on a core: at least 10 µs, or an amount that depends on sizes that are not known. */
  | { readonly does: "computes" }
  | { readonly does: "instant" };

/** What the call does to the thread that makes it. An awaitable call returns at once; the task waits, not the thread. */
export function blockingOf(entry: CallableEntry, facts: CallFacts): Blocking {
  if (entry.style === "awaitable") return { does: "instant" };
  const waits = entry.waits ?? defaultWaits(entry.kind);
  if (!waits) return isInstant(entry, facts) ? { does: "instant" } : { does: "computes" };
  const excuse = waits.unless.map((condition) => holds(condition, facts));
  if (excuse.includes("true")) return { does: "instant" };
  if (waits.for === "time") return { does: "sleeps" };
  return {
    does: "blocks",
    on: waits.for,
    certain: excuse.includes("unknown") ? "unknown" : "yes",
    limited: waits.timeout ? limited(waits.timeout, facts) : "no",
    releases: waits.releases,
  };
}

/** For entries that say no more than their kind. */
function defaultWaits(kind: CallKind): Waits | undefined {
  switch (kind) {
    case "sleep":
      return waitsFor("time");
    case "io-wait":
      return waitsFor("disk");
    case "sync-wait":
      return waitsFor("signal");
    case "process-wait":
      return waitsFor("process");
    case "cpu-native":
    case "cpu-python":
      return undefined;
  }
}

function waitsFor(what: WaitsFor): Waits {
  return { for: what, unless: [], timeout: undefined, releases: "nothing" };
}

/** None and negative numbers mean without limit, everywhere in the standard library. */
function limited(place: ValuePlace, facts: CallFacts): "yes" | "no" | "unknown" {
  const given = holds({ test: "given", of: place }, facts);
  if (given !== "true") return given === "false" ? "no" : "unknown";
  const without: readonly Condition[] = [null, -1].map((value) => ({ test: "equals", of: place, value }));
  const answers = without.map((condition) => allHold([condition], facts));
  return answers.includes("true") ? "no" : answers.includes("unknown") ? "unknown" : "yes";
}

const instantNs = 10_000;

function isInstant(entry: CallableEntry, facts: CallFacts): boolean {
  const cost = costOf(entry, facts);
  return cost !== undefined && cost.missing.length === 0 && cost.interpreterNs.high + cost.nativeNs.high + cost.waitNs.high < instantNs;
}
