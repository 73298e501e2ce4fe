import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import { knownTargets, type Target, targetName } from "../server/src/base/target.js";
import { knowledgeFile, repeatedParts } from "../server/src/knowledge/schema.js";
import { rules } from "../server/src/rules/index.js";
import type { Rule } from "../server/src/rules/rule.js";

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

/** The manifest with one setting for each of these rules, after all other settings. */
function withSettings(manifest: string, listed: readonly Rule[]): string {
  const json = JSON.parse(manifest);
  const { properties } = json.contributes.configuration;
  const others = Object.entries(properties).filter(([name]) => !name.startsWith(settingPrefix));
  const settings = listed.map(({ code, name, severity }) => [
    settingPrefix + name,
    {
      type: "string",
      enum: ["default", "error", "warning", "information", "hint", "off"],
      default: "default",
      scope: "window",
      markdownDescription: `How ${code} (\`${name}\`) is reported; \`default\` is \`${severity}\`.`,
    },
  ]);
  json.contributes.configuration.properties = Object.fromEntries([...others, ...settings]);
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function expectText(path: string, expected: string): void {
  if (process.env.UPDATE) writeFileSync(path, expected);
  assert.equal(readFileSync(path, "utf8"), expected, `${path} is out of date: run UPDATE=1 npm test -- generated`);
}
