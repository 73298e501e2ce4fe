import { writeFileSync } from "node:fs";
import { pythonParser } from "../syntax/python-parser.js";
import { campaigns } from "./campaigns.js";

/*
 * `npm run fuzz [-- --minutes N] [--seed N] [--only NAME]`: the attacks of the test suite, each in turn with seeds of its own, until the time is
 * over or something breaks. What breaks is named with its seed; what was played is written to test/fuzz/record.json, from which the table in test/accuracy.md is made.
 */

function option(name: string, otherwise: string): string {
  const index = process.argv.indexOf(`--${name}`);
  return index === -1 ? otherwise : (process.argv[index + 1] ?? otherwise);
}

const end = performance.now() + Number(option("minutes", "5")) * 60_000;
const only = option("only", "");
const played = campaigns.filter(({ name }) => name.includes(only));
const counts = new Map<string, number>();
const parser = await pythonParser();

for (let seed = Number(option("seed", String(Date.now() % 1_000_000))); performance.now() < end && process.exitCode === undefined; seed++) {
  for (const { name, unit, play } of played) {
    try {
      const key = `${name} (${unit})`;
      counts.set(key, (counts.get(key) ?? 0) + (await play(seed, parser)));
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}: seed ${seed} fails; again with: npm run fuzz -- --seed ${seed} --only "${name}"`);
      console.error(error instanceof Error ? error.stack : error);
    }
  }
}
// A campaign that was cut short is no record of all.
if (process.exitCode === undefined && only === "") {
  const attacks = [...counts].map(([name, played]) => ({ name, played }));
  writeFileSync(
    "test/fuzz/record.json",
    `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), node: process.version, attacks }, undefined, 2)}\n`,
  );
}
console.log("| attack | played |\n|---|---|");
for (const [name, count] of counts) console.log(`| ${name} | ${count} |`);
