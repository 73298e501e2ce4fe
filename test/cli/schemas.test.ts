import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Ajv } from "ajv";
import * as v from "valibot";
import { asReport, jsonReport } from "./report-schema.js";

/*
 * Reports of the real command, held to the published schemas. That of SARIF 2.1.0 is the file `sarif-2.1.0-rtm.5.json` of the npm package
 * @microsoft/sarif-matcher-utils 1.0.0-beta.0 (MIT), without white space.
 */

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "gilscope-schemas-"));
});
after(() => rmSync(folder, { recursive: true }));

function report(format: string, ...args: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ["dist/cli.js", "check", "--format", format, ...args], {
    encoding: "utf8",
    env: { ...process.env, XDG_CONFIG_HOME: folder, APPDATA: folder },
    maxBuffer: 1 << 28,
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });

function failures(schemaFile: string, value: unknown): readonly string[] {
  // SARIF's is of draft 4, and says nothing that draft 7 reads otherwise but its own address.
  const { $schema, id, ...schema } = JSON.parse(readFileSync(schemaFile, "utf8"));
  const validate = ajv.compile(schema);
  validate(value);
  return (validate.errors ?? [])
    .slice(0, 10)
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

const programs = ["test/examples", "test/e2e/workspace", "test/measure/programs", "test/fixes/programs"];

test("json reports are as their schema says", () => {
  const value = report("json", "--statistics", "--target", "cpython-3.13,cpython-3.14t", ...programs);
  const read = asReport(v.parse(jsonReport, value));
  assert.ok(read.findings.length > 50);
  assert.ok(read.findings.some(({ prediction }) => prediction) && read.findings.some(({ fixes }) => fixes.length > 0));
  assert.equal(new Set(read.findings.map(({ fingerprint }) => fingerprint)).size, read.findings.length);
  assert.deepEqual(failures("syntaxes/gilscope-report.schema.json", value), []);
  const wrong = structuredClone(value) as { findings: Record<string, unknown>[] };
  Object.assign(wrong.findings[0] ?? {}, { severity: "loud", colour: "red" });
  assert.equal(failures("syntaxes/gilscope-report.schema.json", wrong).length, 2);
});

test("sarif reports are SARIF 2.1.0", () => {
  const value = report("sarif", ...programs);
  assert.deepEqual(failures("test/cli/sarif-2.1.0.schema.json", value), []);
  const wrong = structuredClone(value) as { runs: { results: Record<string, unknown>[] }[] };
  Object.assign(wrong.runs[0]?.results[0] ?? {}, { level: "loud" });
  assert.notEqual(failures("test/cli/sarif-2.1.0.schema.json", wrong).length, 0);
});
