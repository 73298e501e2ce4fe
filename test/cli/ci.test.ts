import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

/* What a pipeline reads and keeps: SARIF, annotations, baselines. */

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "gilscope-ci-"));
});
after(() => rmSync(folder, { recursive: true }));

const race = readFileSync("test/e2e/workspace/visit_counter.py", "utf8");

function gilscope(...args: readonly string[]): { readonly code: number | null; readonly output: string; readonly errors: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(process.cwd(), "dist/cli.js"), "check", ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(folder, "settings"), APPDATA: join(folder, "settings") },
  });
  return { code: status, output: stdout.toString(), errors: stderr.toString() };
}

function sarif() {
  const { output, errors } = gilscope("--format", "sarif", "odd name.py");
  assert.equal(errors, "");
  return JSON.parse(output).runs[0];
}

test("sarif: results point to rules with their pages, to places, to both sides of a race, and to fixes", () => {
  writeFileSync(join(folder, "odd name.py"), race);
  const { tool, results, columnKind } = sarif();
  assert.equal(columnKind, "utf16CodeUnits");
  const result = results.find(({ ruleId }: { ruleId: string }) => ruleId === "GIL201");
  const rule = tool.driver.rules[result.ruleIndex];
  assert.deepEqual([rule.id, rule.name], ["GIL201", "non-atomic-shared-update"]);
  assert.match(rule.help.markdown, /## Why/);
  assert.match(rule.shortDescription.text, /^[A-Z].*\.$/);
  const { artifactLocation, region } = result.locations[0].physicalLocation;
  assert.equal(artifactLocation.uri, "odd%20name.py");
  const line = race.split("\n")[region.startLine - 1] ?? "";
  assert.match(line.slice(region.startColumn - 1, region.endColumn - 1), /\+= price/);
  const [own, others] = result.codeFlows[0].threadFlows;
  assert.deepEqual(own.locations[0].location.physicalLocation, result.locations[0].physicalLocation);
  assert.ok(others.locations.length > 0);
  assert.equal(result.relatedLocations.length, others.locations.length);
  for (const { artifactChanges } of result.fixes ?? [])
    for (const { replacements } of artifactChanges) assert.ok(replacements.every((each: { deletedRegion: object }) => each.deletedRegion));
});

test("fingerprints outlive edits elsewhere in the file, and tell findings apart", () => {
  const prints = (): readonly string[] =>
    sarif().results.map((result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["gilscope/v1"]);
  writeFileSync(join(folder, "odd name.py"), race);
  const first = prints();
  assert.equal(new Set(first).size, first.length);
  writeFileSync(join(folder, "odd name.py"), `# a licence\n# of two lines\n\n${race}\n\ndef unrelated():\n    return 1\n`);
  assert.deepEqual(prints(), first);
});

test("github: one command for each finding, with what would end it or its properties escaped", () => {
  writeFileSync(join(folder, "a,b%.py"), race);
  const { output } = gilscope("--format", "github", "a,b%.py");
  const lines = output.trimEnd().split("\n");
  assert.ok(lines.length > 0);
  for (const line of lines)
    assert.match(
      line,
      /^::(error|warning|notice) file=a%2Cb%25\.py,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?,title=GIL\d+ [a-z-]+::[^\r\n]+$/,
    );
});

test("a baseline holds back what is known, wherever it stands now, and nothing new", () => {
  writeFileSync(join(folder, "app.py"), race);
  assert.equal(gilscope("app.py").code, 1);
  assert.deepEqual(gilscope("app.py", "--write-baseline", "known.json"), { code: 0, output: "No findings in 1 file.\n", errors: "" });
  assert.equal(gilscope("app.py", "--baseline", "known.json").code, 0);
  writeFileSync(join(folder, "app.py"), `import os\n\n\n${race}`);
  assert.equal(gilscope("app.py", "--baseline", "known.json").code, 0);
  writeFileSync(join(folder, "app.py"), race.replace(/^( +)(.*\+= price.*)$/m, "$1$2\n$1$2"));
  assert.equal(gilscope("app.py", "--baseline", "known.json").code, 1);
  writeFileSync(join(folder, "bad.json"), "{}");
  const bad = gilscope("app.py", "--baseline", "bad.json");
  assert.deepEqual([bad.code, bad.output], [2, ""]);
  assert.match(bad.errors, /^gilscope: bad\.json is no baseline; .*\n$/);
  assert.match(
    gilscope("app.py", "--baseline", "none.json").errors,
    /^gilscope: the baseline none\.json cannot be read: does not exist; `gilscope check --write-baseline none\.json` makes one\n$/,
  );
});

test("the step of the GitHub Action runs with its inputs, and none of them is a command", () => {
  const action = readFileSync("action.yml", "utf8");
  const step = /^ {6}run: \|\n((?: {8}.*\n)+)/m.exec(action)?.[1]?.replace(/^ {8}/gm, "") ?? "";
  assert.match(step, /check/);
  writeFileSync(join(folder, "first.py"), race);
  writeFileSync(join(folder, "second.py"), "x = 1\n");
  const run = (inputs: Readonly<Record<string, string>>) => {
    const given = { PATHS: ".", FORMAT: "github", OUTPUT: "", ARGUMENTS: "", ...inputs };
    const variables = Object.fromEntries(Object.entries(given).map(([name, value]) => [`GILSCOPE_${name}`, value]));
    const env = { ...process.env, GITHUB_ACTION_PATH: process.cwd(), XDG_CONFIG_HOME: join(folder, "settings"), ...variables };
    return spawnSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step], { cwd: folder, encoding: "utf8", env });
  };
  const annotated = run({ PATHS: "first.py second.py" });
  assert.deepEqual([annotated.status, annotated.stderr], [1, ""]);
  assert.match(annotated.stdout, /^::warning file=first\.py,line=\d+/m);
  const written = run({ PATHS: "first.py", FORMAT: "sarif", OUTPUT: "made/report.sarif", ARGUMENTS: "--fail-on never --select GIL201" });
  assert.deepEqual([written.status, written.stdout, written.stderr], [0, "", ""]);
  assert.equal(JSON.parse(readFileSync(join(folder, "made/report.sarif"), "utf8")).runs[0].results.length, 1);
  const hostile = run({ PATHS: "second.py; touch owned", ARGUMENTS: "$(touch owned)" });
  assert.equal(hostile.status, 2);
  assert.equal(existsSync(join(folder, "owned")), false);
});

test("the hook of pre-commit runs the command of its checkout, on the files that it is given", () => {
  writeFileSync(join(folder, "first.py"), race);
  const [, entry = ""] = /entry: (\S+)/.exec(readFileSync(".pre-commit-hooks.yaml", "utf8")) ?? [];
  const { status, stdout } = spawnSync(join(process.cwd(), entry), ["first.py"], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stdout, /^first\.py:\d+:\d+ GIL201 /m);
});
