import { atLeast, hasGil, knownTargets, type Target, targetName } from "../../server/src/base/target.js";
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
  /** A trial took too long and was given up: nothing is known of it. */
  readonly gaveUp?: true;
}

/** What the knowledge says of a row: a name for the claim, and its verdict on a target. Rows of one name are shown by any of them. */
export interface RaceClaim {
  readonly name: string;
  readonly verdict: (target: Target) => SwitchVerdict | undefined;
}

/** Builds that break, or do not, for the same reason. Where every CPython with a GIL breaks, one that shows it is enough. */
export type BuildKind = "every GIL" | "cpython-3.8–3.9" | "cpython-3.10" | "cpython-3.11–3.15" | "free-threaded" | "pypy";

/** Claims that something breaks which no try has shown, and why they are made all the same. */
export interface UnshownClaims {
  readonly names: readonly string[];
  readonly on: BuildKind;
  readonly because: string;
}

function targetOf(run: RaceRun<RaceRow>): Target {
  const [major = 0, minor = 0] = run.version.split(".").map(Number);
  return { implementation: run.implementation === "pypy" ? "pypy" : "cpython", major, minor, freeThreaded: run.freeThreaded };
}

const recorded = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.13t"]
  .map((version) => `cpython-${version}`)
  .concat("pypy-3.11");

/** Targets that the record should hold, with a short and with the default switch interval, and does not. */
export function missingRuns(runs: readonly RaceRun<RaceRow>[]): readonly string[] {
  return [1e-6, 0.005].flatMap((interval) => {
    const names = new Set(runs.filter((run) => run.switchInterval === interval).map((run) => targetName(targetOf(run))));
    return recorded.filter((name) => !names.has(name)).map((name) => `${name} at ${interval} s`);
  });
}

const withGil = knownTargets.filter((target) => target.implementation === "cpython" && hasGil(target));

function buildKind(claim: RaceClaim, target: Target): BuildKind {
  if (target.freeThreaded) return "free-threaded";
  if (target.implementation === "pypy") return "pypy";
  if (withGil.every((each) => claim.verdict(each)?.verdict === "breaks")) return "every GIL";
  if (atLeast(target, 3, 11)) return "cpython-3.11–3.15";
  return atLeast(target, 3, 10) ? "cpython-3.10" : "cpython-3.8–3.9";
}

/** Claims that nothing is known of, claims of safety that a record contradicts, and claims of breaking that no try on builds of that kind showed. */
export function judgeClaims<Row extends RaceRow>(runs: readonly RaceRun<Row>[], claimOf: (row: Row) => RaceClaim) {
  const unknown = new Set<string>();
  const contradicted: string[] = [];
  const tried = new Map<string, { readonly name: string; readonly on: BuildKind; wrong: number }>();
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
      const on = buildKind(claim, target);
      const before = tried.get(`${claim.name} on ${on}`);
      if (before) before.wrong += row.wrong;
      else tried.set(`${claim.name} on ${on}`, { name: claim.name, on, wrong: row.wrong });
    }
  }
  const unshown = [...tried.values()].filter(({ wrong }) => wrong === 0);
  return { unknown: [...unknown], contradicted, unshown };
}

/** Over-claims nobody has given a reason for, and reasons for over-claims that are none. */
export function reviewUnshown(
  unshown: readonly { readonly name: string; readonly on: BuildKind }[],
  listed: readonly UnshownClaims[],
): { readonly unexplained: readonly string[]; readonly stale: readonly string[] } {
  const text = ({ name, on }: { readonly name: string; readonly on: BuildKind }) => `${name} on ${on}`;
  const found = new Set(unshown.map(text));
  const explained = new Set(listed.flatMap(({ names, on }) => names.map((name) => text({ name, on }))));
  return {
    unexplained: [...found].filter((each) => !explained.has(each)),
    stale: [...explained].filter((each) => !found.has(each)),
  };
}
