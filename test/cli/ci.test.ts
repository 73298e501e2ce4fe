import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
    /^gilscope: the baseline none\.json cannot be read: does not exist\n$/,
  );
});

test("the packed package holds all that the command needs", () => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const packed = spawnSync(npm, ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { encoding: "utf8" });
  assert.equal(packed.status, 0, packed.stderr);
  const [{ filename }] = JSON.parse(packed.stdout);
  assert.equal(spawnSync("tar", ["-xzf", filename], { cwd: folder }).status, 0);
  const { bin } = JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8"));
  writeFileSync(join(folder, "app.py"), race);
  // Nothing is installed beside it.
  const { status, stdout, stderr } = spawnSync(process.execPath, [join("package", bin.gilscope), "check", "app.py"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.equal(status, 1);
  assert.match(stdout, /^app\.py:\d+:\d+ GIL201 /m);
});
