import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import { knownTargets, type Target, targetName } from "../server/src/base/target.js";
import { standingOf } from "../server/src/knowledge/call-text.js";
import type { Evidence } from "../server/src/knowledge/entry.js";
import { builtInKnowledge } from "../server/src/knowledge/knowledge.js";
import { knowledgeFile, repeatedParts } from "../server/src/knowledge/schema.js";
import { rules } from "../server/src/rules/index.js";
import type { Rule } from "../server/src/rules/rule.js";
import { jsonReport } from "./cli/report-schema.js";
import { type ProbedRow, probedRows } from "./knowledge/probe-record.js";

/*
 * What is written in two places because a format demands it. Each test compares, and with UPDATE=1 rewrites, the second place.
 */

test("package.json offers every known target", () => {
  const text = readFileSync("package.json", "utf8");
  assert.notEqual(withTargets(text, knownTargets.slice(1)), text, "a target less must be noticed");
  expectText("package.json", withTargets(text, knownTargets));
});

test("package.json has a setting for every rule", () => {
  const text = readFileSync("package.json", "utf8");
  assert.notEqual(withSettings(text, rules.slice(1)), text, "a rule less must be noticed");
  expectText("package.json", withSettings(text, rules));
});

test("README lists every rule", () => {
  const text = readFileSync("README.md", "utf8");
  assert.notEqual(withRules(text, rules.slice(1)), text, "a rule less must be noticed");
  expectText("README.md", withRules(text, rules));
});

const schemaFile = "syntaxes/gilscope-knowledge.schema.json";

test("editors know the format of knowledge files", () => {
  const schema = JSON.parse(JSON.stringify(schemaOfKnowledge()));
  assert.match(JSON.stringify(schema), /"runs-python"/);
  if (process.env.UPDATE) writeFileSync(schemaFile, `${JSON.stringify(schema, undefined, 2)}\n`);
  assert.deepEqual(
    JSON.parse(readFileSync(schemaFile, "utf8")),
    schema,
    `${schemaFile} is out of date: run UPDATE=1 npm test -- generated`,
  );
});

/** The format as JSON Schema, which has no words for some checks: those are left to the reading. */
function schemaOfKnowledge(): unknown {
  const schema = toJsonSchema(knowledgeFile, { typeMode: "input", errorMode: "ignore", target: "draft-07", definitions: repeatedParts });
  return { ...schema, title: "Knowledge file of Gilscope", description: "What calls of a library do to the GIL." };
}

const reportSchemaFile = "syntaxes/gilscope-report.schema.json";

test("the format of reports is published", () => {
  const made = {
    ...toJsonSchema(jsonReport, { target: "draft-07" }),
    title: "Report of gilscope check --format json",
    description:
      "Lines and columns count from 1, columns in UTF-16 code units; paths are relative to the working directory; times are nanoseconds.",
  };
  const schema = JSON.parse(JSON.stringify(made));
  if (process.env.UPDATE) writeFileSync(reportSchemaFile, `${JSON.stringify(schema, undefined, 2)}\n`);
  const kept = JSON.parse(readFileSync(reportSchemaFile, "utf8"));
  assert.deepEqual(kept, schema, `${reportSchemaFile} is out of date: run UPDATE=1 npm test -- generated`);
});

const measurementsFile = "server/src/knowledge/measured.json";

test("what was measured of a call is evidence of its entry", () => {
  const measured = measurementsOf(probedRows);
  assert.ok(Object.keys(measured).length >= 500);
  if (process.env.UPDATE) writeFileSync(measurementsFile, `${JSON.stringify(measured, undefined, 2)}\n`);
  assert.deepEqual(
    JSON.parse(readFileSync(measurementsFile, "utf8")),
    measured,
    `${measurementsFile} is out of date: run UPDATE=1 npm test -- generated`,
  );
});

const verdictTexts: Readonly<Record<ProbedRow["verdict"], (percent: number) => string>> = {
  releases: (percent) => `another thread keeps ${percent} % of its speed`,
  "gives-way": (percent) => `another thread keeps ${percent} % of its speed, and the call next to nothing of its own`,
  "releases-in-part": (percent) => `another thread keeps ${percent} % of its speed`,
  "runs-python": () => "another thread takes turns with it",
  "runs-in-part": () => "another thread takes turns with a part of it",
  holds: () => "no other thread runs until it returns",
  keeps: () => "it does not let go of the GIL",
  "no-gil": () => "other threads run beside it",
  "stops-others": (percent) => `another thread keeps only ${percent} % of its speed`,
};

/** For each call, by its name, what was measured of it in at most three sizes, and when. */
function measurementsOf(rows: readonly ProbedRow[]): Record<string, { says: string; date: string }> {
  const found: Record<string, { says: string; date: string }> = {};
  for (const [entry, ofEntry] of groupedBy(rows, (row) => row.entry)) {
    const sizes = [...groupedBy(ofEntry, (row) => row.size)].slice(0, 3).map(([size, ofSize]) => {
      const clauses = [...groupedBy(ofSize, (row) => row.verdict)].map(([verdict, agreeing]) => {
        const percent = Math.min(100, Math.round(100 * Math.max(...agreeing.map(({ fraction }) => fraction))));
        return `${verdictTexts[verdict as ProbedRow["verdict"]](percent)} (${interpretersOf(agreeing)})`;
      });
      return `${size === "" ? "" : `${size}: `}${clauses.join("; ")}`;
    });
    const dates = ofEntry.map(({ date }) => date).sort();
    found[entry] = { says: `${sizes.join(". ")}.`, date: dates.at(-1) ?? "" };
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `CPython 3.8.18, 3.11.7; numpy 2.4.6`, in the order of the versions. */
function interpretersOf(rows: readonly ProbedRow[]): string {
  const pythons = [...new Set(rows.map(({ python }) => python))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const packages = [...new Set(rows.flatMap(({ package: from, version }) => (version === undefined ? [] : [`${from} ${version}`])))];
  return [`CPython ${pythons.join(", ")}`, ...packages.sort()].join("; ");
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const evidenceStart = "<!-- evidence: written by `UPDATE=1 npm test -- generated` -->";
const evidenceEnd = "<!-- end of evidence -->";

test("README says how many entries rest on what", () => {
  const readme = readFileSync("README.md", "utf8");
  const start = readme.indexOf(evidenceStart);
  const end = readme.indexOf(evidenceEnd);
  assert.ok(
    start !== -1 && end > start,
    `README.md needs the lines\n${evidenceStart}\n${evidenceEnd}\nwhere the table of evidence belongs`,
  );
  expectText("README.md", `${readme.slice(0, start)}${evidenceStart}\n\n${evidenceTable()}\n\n${probeTable()}\n\n${readme.slice(end)}`);
});

const faultsStart = "<!-- faults: written by `UPDATE=1 npm test -- generated` -->";
const faultsEnd = "<!-- end of faults -->";

test("test/accuracy.md says how many faults were injected and survived", () => {
  const written = readFileSync("test/accuracy.md", "utf8");
  const start = written.indexOf(faultsStart);
  const end = written.indexOf(faultsEnd);
  assert.ok(
    start !== -1 && end > start,
    `test/accuracy.md needs the lines\n${faultsStart}\n${faultsEnd}\nwhere the table of faults belongs`,
  );
  expectText("test/accuracy.md", `${written.slice(0, start)}${faultsStart}\n\n${faultsTable()}\n\n${written.slice(end)}`);
});

/** What `npm run faults` recorded, which it does only where everything was survived. */
function faultsTable(): string {
  const { date, node, faults } = JSON.parse(readFileSync("test/faults/record.json", "utf8")) as {
    readonly date: string;
    readonly node: string;
    readonly faults: readonly { readonly name: string; readonly injected: number }[];
  };
  const rows = faults.map(({ name, injected }) => `| ${name} | ${injected} |`);
  return [`| fault | injected and survived (${date}, Node ${node.slice(1)}) |`, "|---|---:|", ...rows].join("\n");
}

/** What was probed on each interpreter, by what came out; the entries agree with all of it, or say why not (`test/knowledge/probe.test.ts`). */
function probeTable(): string {
  const columns: readonly (readonly [title: string, verdicts: readonly ProbedRow["verdict"][]])[] = [
    ["lets go", ["releases", "gives-way"]],
    ["in part, or by turns", ["releases-in-part", "runs-python", "runs-in-part"]],
    ["keeps it", ["holds", "keeps"]],
    ["no GIL, runs beside", ["no-gil"]],
    ["no GIL, stops others", ["stops-others"]],
  ];
  const pythons = [...groupedBy(probedRows, ({ python }) => python)].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  const rows = pythons.map(([python, rowsOf]) => {
    const counts = columns.map(([, verdicts]) => rowsOf.filter(({ verdict }) => verdicts.includes(verdict)).length || "");
    return `| CPython ${python} | ${rowsOf.length} | ${counts.join(" | ")} |`;
  });
  return [
    `| probed, with each size | calls | ${columns.map(([title]) => title).join(" | ")} |`,
    `|${"---|".repeat(columns.length + 2)}`,
    ...rows,
  ].join("\n");
}

function evidenceTable(): string {
  const knowledge = builtInKnowledge();
  const kinds = [
    ["measured", "measured by a script of ours on a real interpreter"],
    ["source", "read in the source, at a pinned place"],
    ["docs", "read in the documentation"],
    ["issue", "read in an issue or pull request"],
    ["reported", "taken over from others who read it there; called likely, never proved"],
  ] as const;
  const count = (entries: readonly { readonly evidence: readonly Evidence[] }[], kind: string): number =>
    entries.filter(({ evidence }) => standingOf(evidence) === kind).length;
  const columns = [knowledge.callables(), knowledge.spawners(), knowledge.types()];
  const rows = kinds.map(([kind, text]) => `| ${text} | ${columns.map((entries) => count(entries, kind)).join(" | ")} |`);
  return [
    "| the best evidence of an entry is | calls | spawners | types |",
    "|---|---|---|---|",
    ...rows,
    `| all | ${columns.map(({ length }) => length).join(" | ")} |`,
  ].join("\n");
}

const tableStart = "<!-- rules: written by `UPDATE=1 npm test -- generated` -->";
const tableEnd = "<!-- end of rules -->";

/** The text with a table of these rules between its two marks. */
function withRules(readme: string, listed: readonly Rule[]): string {
  const start = readme.indexOf(tableStart);
  const end = readme.indexOf(tableEnd);
  assert.ok(start !== -1 && end > start, `README.md needs the lines\n${tableStart}\n${tableEnd}\nwhere the table of rules belongs`);
  const rows = listed.map(
    ({ code, name, severity, docs }) => `| ${code} | [${name}](server/src/rules/${name}.md) | ${severity} | ${summaryOf(docs)} |`,
  );
  const table = ["| code | rule | severity | |", "|---|---|---|---|", ...rows].join("\n");
  return `${readme.slice(0, start)}${tableStart}\n\n${table}\n\n${readme.slice(end)}`;
}

/** The first paragraph of a rule's page, on one line. */
function summaryOf(page: string): string {
  const paragraph = page.split(/\r?\n\s*\r?\n/).find((part) => part.trim() !== "" && !part.trim().startsWith("#")) ?? "";
  return paragraph.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
}

/** The manifest with these targets as choices: builds with a GIL first, then those without, then other implementations; the newest first. */
function withTargets(manifest: string, targets: readonly Target[]): string {
  const json = JSON.parse(manifest);
  const newestFirst = [...targets].sort((a, b) => b.minor - a.minor);
  const names = (isWanted: (target: Target) => boolean): readonly string[] => newestFirst.filter(isWanted).map(targetName);
  json.contributes.configuration.properties["gilscope.target"].enum = [
    "auto",
    ...names(({ implementation, freeThreaded }) => implementation === "cpython" && !freeThreaded),
    ...names(({ freeThreaded }) => freeThreaded),
    ...names(({ implementation }) => implementation === "pypy"),
    ...names(({ implementation }) => implementation === "jython"),
    ...names(({ implementation }) => implementation === "ironpython"),
  ];
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

const settingPrefix = "gilscope.rules.";

function ruleKey(name: string): string {
  return `setting.rules.${name}`;
}

/** What the setting of a rule says of itself, in each language of the manifest. */
const ruleTexts: Readonly<Record<string, (rule: Rule) => string>> = {
  "package.nls.json": ({ code, name, severity }) => `How ${code} (\`${name}\`) is reported; \`default\` is \`${severity}\`.`,
  "package.nls.de.json": ({ code, name, severity }) => `Wie ${code} (\`${name}\`) gemeldet wird; \`default\` ist \`${severity}\`.`,
};

test("each rule's setting is described in all languages", () => {
  for (const [path, text] of Object.entries(ruleTexts)) {
    const texts: Readonly<Record<string, string>> = JSON.parse(readFileSync(path, "utf8"));
    const others = Object.entries(texts).filter(([key]) => !key.startsWith("setting.rules."));
    const all = Object.fromEntries([...others, ...rules.map((rule) => [ruleKey(rule.name), text(rule)])]);
    expectText(path, `${JSON.stringify(all, undefined, 2)}\n`);
  }
});

/** The manifest with one setting for each of these rules, after all other settings. */
function withSettings(manifest: string, listed: readonly Rule[]): string {
  const json = JSON.parse(manifest);
  const { properties } = json.contributes.configuration;
  const others = Object.entries(properties).filter(([name]) => !name.startsWith(settingPrefix));
  const settings = listed.map(({ name }) => [
    settingPrefix + name,
    {
      type: "string",
      enum: ["default", "error", "warning", "information", "hint", "off"],
      default: "default",
      scope: "resource",
      markdownDescription: `%${ruleKey(name)}%`,
    },
  ]);
  json.contributes.configuration.properties = Object.fromEntries([...others, ...settings]);
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function expectText(path: string, expected: string): void {
  if (process.env.UPDATE) writeFileSync(path, expected);
  assert.equal(readFileSync(path, "utf8"), expected, `${path} is out of date: run UPDATE=1 npm test -- generated`);
}
