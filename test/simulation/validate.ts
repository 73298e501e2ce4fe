import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Parser } from "../../server/src/syntax/parser.js";
import {
  type Comparison,
  compareFromSegments,
  compareFromSource,
  comparisonText,
  isGood,
  kinds,
  programRecords,
  quantile,
  type Recommendation,
  summary,
  titleOf,
} from "./program-comparison.js";

/*
 * `npm run validate [-- [--worst] PYTHON=TARGET …]`: runs the programs of `test/measure/programs` on the given interpreters, such as
 * `python3.13=cpython-3.13`, keeps what they measured in `test/simulation/validation/programs`, and prints how far off the simulator is on
 * all records: from the programs' sources, and from what their tasks were measured to be made of. `--all` prints every comparison.
 */

const folder = join(process.cwd(), "test/simulation/validation/programs");
const given = process.argv.slice(2);
for (const pair of given.filter((each) => each.includes("=") && !each.startsWith("--"))) measureAnew(pair);
await report(given.includes("--all") ? "all" : "worst", given.find((each) => each.startsWith("--only="))?.slice(7));

function measureAnew(pair: string): void {
  const at = pair.lastIndexOf("=");
  const name = pair.slice(at + 1);
  const script = join(process.cwd(), "test/measure/program_speedups.py");
  const done = spawnSync(pair.slice(0, at), [script, "--target", name], { stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${pair} could not be measured`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), done.stdout);
}

async function report(shown: "worst" | "all", only: string | undefined): Promise<void> {
  const require = createRequire(import.meta.url);
  const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(require.resolve(path)));
  const parser = await Parser.create({
    runtime: bytes("web-tree-sitter/web-tree-sitter.wasm"),
    python: bytes("tree-sitter-python/tree-sitter-python.wasm"),
  });
  const sources: Comparison[] = [];
  const segments: Comparison[] = [];
  const recommendations: Recommendation[] = [];
  for (const records of programRecords()) {
    if (only !== undefined && !`${titleOf(records)}, ${records.cores} cores`.includes(only)) continue;
    for (const program of Object.keys(records.programs)) {
      const fromSource = compareFromSource(parser, records, program);
      sources.push(...fromSource.rows);
      recommendations.push(...fromSource.recommendations);
      segments.push(...compareFromSegments(parser, records, program));
    }
  }
  for (const [title, rows] of [
    ["from the source", sources],
    ["from measured segments", segments],
  ] as const) {
    const lines = shown === "all" ? rows : [...rows].sort((a, b) => b.error - a.error).slice(0, 20);
    for (const row of lines) console.log(comparisonText(row));
    for (const kind of kinds) console.log(`${title}, ${kind}: ${summary(rows.filter((row) => row.kind === kind))}`);
    for (const on of new Set(rows.map((row) => row.target)))
      console.log(`${title}, ${on}: ${summary(rows.filter((row) => row.target === on))}`);
    console.log(`${title}: ${summary(rows)}`);
  }
  console.log(
    "| interpreter | what | from the source: comparisons, median error, nine in ten within, range holds the truth | from measured segments | farthest off, from the source |",
  );
  console.log("|---|---|---|---|---|");
  for (const on of new Set(sources.map((row) => row.target))) {
    for (const kind of kinds)
      if (sources.some((row) => row.target === on && row.kind === kind)) console.log(tableRow(on, kind, sources, segments));
  }
  const wrong = recommendations.filter((each) => !isGood(each));
  for (const { target, program, recommended, share } of wrong)
    console.log(`${target} ${program}: ${recommended} is recommended, ${share.toFixed(2)} of the best`);
  for (const from of [0, 0.6, 0.7, 0.8, 0.9, 1]) {
    const alike = recommendations.filter(({ confidence }) => confidence >= from && confidence < (from === 0 ? 0.6 : from + 0.1));
    if (alike.length > 0)
      console.log(`confidence from ${from}: ${alike.length}, ${((100 * alike.filter(isGood).length) / alike.length).toFixed(1)} % good`);
  }
  console.log(`recommendation good: ${(100 * (1 - wrong.length / recommendations.length)).toFixed(1)} % of ${recommendations.length}`);
}

/** A row of the tables in README.md and test/accuracy.md. */
function tableRow(on: string, kind: Comparison["kind"], sources: readonly Comparison[], segments: readonly Comparison[]): string {
  const of = (rows: readonly Comparison[]): readonly Comparison[] => rows.filter((row) => row.target === on && row.kind === kind);
  const numbers = (rows: readonly Comparison[]): string => {
    const errors = rows.map(({ error }) => error);
    const covered = rows.filter(({ low, high, measured }) => low <= measured && measured <= high).length / rows.length;
    return `${rows.length}: ${[quantile(errors, 0.5), quantile(errors, 0.9), covered].map((share) => `${(100 * share).toFixed(0)} %`).join(", ")}`;
  };
  const farthest = [...of(sources)].sort((a, b) => b.error - a.error);
  const worst = [...new Set(farthest.map(({ program }) => `\`${program}\``))].slice(0, 3);
  return `| ${on} | ${kind} | ${numbers(of(sources))} | ${numbers(of(segments))} | ${worst.join(", ")} |`;
}
