import { type Target, targetName } from "../../server/src/base/target.js";
import type { SwitchVerdict } from "../../server/src/knowledge/atomicity.js";

/** One interpreter at one switch interval, as `test/measure/racing.py` writes it. */
export interface RaceRun<Row extends RaceRow> {
  readonly implementation: string;
  readonly version: string;
  readonly freeThreaded: boolean;
  readonly build: string;
  readonly date: string;
  readonly processors: number;
  /** In seconds. */
  readonly switchInterval: number;
  readonly rows: readonly Row[];
}

export interface RaceRow {
  readonly what: string;
  readonly tries: number;
  readonly wrong: number;
}

/** What the knowledge says of a row: a name for the claim, and its verdict on a target. Rows of one name are shown by any of them. */
export interface RaceClaim {
  readonly name: string;
  readonly verdict: (target: Target) => SwitchVerdict | undefined;
}

/** Builds that break, or do not, for different reasons. */
export type BuildKind = "gil" | "free-threaded" | "pypy";

/** A claim that something breaks which no try has shown, and why it is made all the same. */
export interface UnshownClaim {
  readonly name: string;
  readonly on: BuildKind;
  readonly because: string;
}

export function targetOf(run: RaceRun<RaceRow>): Target {
  const [major = 0, minor = 0] = run.version.split(".").map(Number);
  return { implementation: run.implementation === "pypy" ? "pypy" : "cpython", major, minor, freeThreaded: run.freeThreaded };
}

function buildKind(target: Target): BuildKind {
  if (target.freeThreaded) return "free-threaded";
  return target.implementation === "pypy" ? "pypy" : "gil";
}

/** Claims that nothing is known of, claims of safety that a record contradicts, and claims of breaking that no try on that target showed. */
export function judgeClaims<Row extends RaceRow>(runs: readonly RaceRun<Row>[], claimOf: (row: Row) => RaceClaim) {
  const unknown = new Set<string>();
  const contradicted: string[] = [];
  const tried = new Map<string, { readonly claim: RaceClaim; readonly target: Target; wrong: number }>();
  for (const run of runs) {
    const target = targetOf(run);
    for (const row of run.rows) {
      const claim = claimOf(row);
      const verdict = claim.verdict(target);
      if (!verdict) {
        unknown.add(claim.name);
        continue;
      }
      if (verdict.verdict !== "breaks") {
        if (row.wrong > 0) {
          contradicted.push(
            `${targetName(target)} (${run.version}, interval ${run.switchInterval}): ${claim.name} is ${verdict.verdict}, but \`${row.what}\` went wrong ${row.wrong} of ${row.tries}`,
          );
        }
        continue;
      }
      const key = `${claim.name} ${targetName(target)}`;
      const before = tried.get(key);
      if (before) before.wrong += row.wrong;
      else tried.set(key, { claim, target, wrong: row.wrong });
    }
  }
  const unshown = [...tried.values()].filter(({ wrong }) => wrong === 0);
  return { unknown: [...unknown], contradicted, unshown };
}

/** Over-claims nobody has given a reason for, and reasons for over-claims that are none. */
export function reviewUnshown(
  unshown: readonly { readonly claim: RaceClaim; readonly target: Target }[],
  listed: readonly UnshownClaim[],
): { readonly unexplained: readonly string[]; readonly stale: readonly string[] } {
  const covers = (each: UnshownClaim, { claim, target }: { readonly claim: RaceClaim; readonly target: Target }) =>
    each.name === claim.name && each.on === buildKind(target);
  return {
    unexplained: unshown
      .filter((one) => !listed.some((each) => covers(each, one)))
      .map(({ claim, target }) => `${claim.name} on ${targetName(target)}`),
    stale: listed.filter((each) => !unshown.some((one) => covers(each, one))).map(({ name, on }) => `${name} on ${on}`),
  };
}
