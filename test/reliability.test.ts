import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { readSnapshot, snapshotText, totals } from "./corpus/ecosystem-snapshot.js";
import { changes } from "./metamorphic/changes.js";
import { programs } from "./metamorphic/programs.js";

/* The table in test/accuracy.md of what was tried on Gilscope, made of what the scripts wrote down; UPDATE=1 rewrites it. */

const start = "<!-- reliability: written by `UPDATE=1 npm test -- reliability` -->";
const end = "<!-- end of reliability -->";

test("test/accuracy.md says what was tried, and when", () => {
  const written = readFileSync("test/accuracy.md", "utf8");
  const [before, rest = ""] = written.split(start);
  const [, after] = rest.split(end);
  assert.ok(after !== undefined, "test/accuracy.md has the marks");
  const text = `${before}${start}\n\n${table()}\n${end}${after}`;
  if (process.env.UPDATE) writeFileSync("test/accuracy.md", text);
  else assert.equal(written, text, "test/accuracy.md is out of date: run UPDATE=1 npm test -- reliability");
});

test("a snapshot of packages is read as it was written", () => {
  const text = readFileSync("test/corpus/ecosystem-findings.txt", "utf8");
  const packages = [...readSnapshot(text).values()];
  assert.equal(snapshotText(packages), text);
  const { lines } = totals(packages);
  assert.ok(packages.length >= 60 && lines >= 3_000_000, `${packages.length} packages, ${lines} lines`);
});

interface FuzzRecord {
  readonly date: string;
  readonly attacks: readonly { readonly name: string; readonly played: number }[];
}

interface FaultRecord {
  readonly date: string;
  readonly faults: readonly { readonly injected: number }[];
}

function table(): string {
  const rows = [...fuzzRows(), ...faultRows(), metamorphicRow(), ecosystemRow()];
  return ["| what | how much | came of it | made by |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function recordAt<Record>(path: string): Record | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record) : undefined;
}

function fuzzRows(): readonly string[] {
  const record = recordAt<FuzzRecord>("test/fuzz/record.json");
  if (!record) return [];
  const sum = (unit: string): number =>
    record.attacks.filter(({ name }) => name.endsWith(`(${unit})`)).reduce((total, { played }) => total + played, 0);
  const by = `\`npm run fuzz\`, ${record.date}`;
  const fine = "no crash, no request over 2 s of work";
  return [
    `| texts that nobody would write, prefixes of files, files of 100 MB | ${number(sum("texts") + sum("files"))} | ${fine} | ${by} |`,
    `| edits made and taken back | ${number(sum("edits"))} | what is said is byte for byte what is said of the texts alone | ${by} |`,
    `| messages to the server in any order, and messages that are none | ${number(sum("messages"))} | each answered, no failure in the log twice | ${by} |`,
  ];
}

function faultRows(): readonly string[] {
  const record = recordAt<FaultRecord>("test/faults/record.json");
  if (!record) return [];
  const injected = record.faults.reduce((total, each) => total + each.injected, 0);
  return [
    `| faults injected: threads that die, disks that fail, requests that throw | ${number(injected)} | all survived | \`npm run faults\`, ${record.date} |`,
  ];
}

function metamorphicRow(): string {
  return `| programs whose text was changed and whose meaning was not | ${number(programs.length)} in ${changes.length} ways | the same findings | \`METAMORPHIC_SHARE=1 npm test -- metamorphic\` |`;
}

function ecosystemRow(): string {
  const packages = [...readSnapshot(readFileSync("test/corpus/ecosystem-findings.txt", "utf8")).values()];
  const { files, lines, findings } = totals(packages);
  const amount = `${packages.length}, of ${number(files)} files and ${number(lines)} lines`;
  return `| packages checked | ${amount} | ${number(findings)} findings, hints included, [kept](corpus/ecosystem-findings.txt) and compared; [time and memory](corpus/ecosystem.md) | \`npm run ecosystem\` |`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
