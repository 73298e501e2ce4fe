import { writeFileSync } from "node:fs";
import { pythonParser } from "../syntax/python-parser.js";
import { faultCampaigns } from "./campaigns.js";

/*
 * `npm run faults [-- --size N] [--seed N]`: the faults of the test suite, more of each; what was injected is written to test/faults/record.json, from which
 * the table in test/accuracy.md is made. Ends with 1 where one was not survived.
 */

function option(name: string, otherwise: number): number {
  const index = process.argv.indexOf(`--${name}`);
  return index === -1 ? otherwise : Number(process.argv[index + 1]);
}

const seed = option("seed", 1);
const size = option("size", 100);
const parser = await pythonParser();
const faults: { readonly name: string; readonly injected: number }[] = [];
for (const { name, inject } of faultCampaigns) {
  try {
    faults.push({ name, injected: await inject(size, seed, parser) });
    console.log(`${faults[faults.length - 1]?.injected}  ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`not survived: ${name} (size ${size}, seed ${seed})`);
    console.error(error instanceof Error ? error.stack : error);
  }
}
if (process.exitCode === undefined) {
  const record = { date: new Date().toISOString().slice(0, 10), node: process.version, size, seed, faults };
  writeFileSync("test/faults/record.json", `${JSON.stringify(record, undefined, 2)}\n`);
}
