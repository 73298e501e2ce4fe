import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { filesBelow, writeLargeProject } from "./large-project.js";

/* What the command line keeps on disk from run to run, over a project that is large enough for threads to read it. */

const cli = join(process.cwd(), "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "gilscope-cache-"));
const project = join(folder, "project");
after(() => rmSync(folder, { recursive: true }));

before(() => writeLargeProject(project, 20, 10_000));

const argsOf = (more: readonly string[]): string[] => [cli, "check", "project", "--format", "json", ...more];
const variables = (cache: string): NodeJS.ProcessEnv => ({ ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: folder });

/** The report, but for how long it took. */
function check(cache: string, ...more: string[]): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, argsOf(more), { cwd: folder, env: variables(cache) });
  assert.equal(stderr.toString(), "");
  assert.equal(status, 1);
  return withoutTime(stdout.toString());
}

function withoutTime(output: string): { readonly findings: readonly unknown[] } {
  const report = JSON.parse(output);
  report.summary.milliseconds = 0;
  return report;
}

test("a report is the same without a cache, with an empty one, a full one, a damaged one, and one that cannot be", () => {
  const cache = join(folder, "cache");
  const expected = check(cache, "--no-cache") as { readonly findings: readonly unknown[] };
  assert.ok(expected.findings.length >= 20);
  assert.deepEqual(filesBelow(cache), []);

  assert.deepEqual(check(cache), expected);
  const kept = filesBelow(cache);
  assert.ok(kept.length >= 20, `${kept.length} files`);
  assert.deepEqual(check(cache), expected);
  assert.deepEqual(filesBelow(cache), kept, "a second run keeps nothing new");

  for (const [index, file] of kept.entries()) {
    const bytes = readFileSync(file);
    writeFileSync(
      file,
      index % 2 === 0 ? bytes.subarray(0, bytes.length / 2) : bytes.map((byte, at) => (at % 97 === 0 ? byte ^ 255 : byte)),
    );
  }
  assert.deepEqual(check(cache), expected);

  const blocked = join(folder, "blocked");
  writeFileSync(blocked, "");
  assert.deepEqual(check(blocked), expected);
});

test("a report is made anew when a text, a setting or what is looked at is another", () => {
  const cache = join(folder, "changes");
  const part = join(project, "part_7.py");
  const before = readFileSync(part, "utf8");
  const first = check(cache) as { readonly findings: readonly unknown[] };
  writeFileSync(part, before.replace("counter += 1", "with threading.Lock():\n            counter += 1"));
  try {
    const changed = check(cache) as { readonly findings: readonly unknown[] };
    assert.notDeepEqual(changed.findings, first.findings);
    assert.deepEqual(changed, check(cache, "--no-cache"));
  } finally {
    writeFileSync(part, before);
  }
  assert.deepEqual(check(cache), first);
  for (const more of [
    ["--target", "cpython-3.14t"],
    ["--cores", "7"],
    ["--select", "GIL201"],
    ["--ignore", "GIL1"],
  ]) {
    assert.deepEqual(check(cache, ...more), check(cache, "--no-cache", ...more), more.join(" "));
  }
});

test("runs at the same time share a cache", async () => {
  const cache = join(folder, "shared");
  const run = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, argsOf([]), { cwd: folder, env: variables(cache) });
      let output = "";
      child.stdout.on("data", (text) => {
        output += text;
      });
      child.on("error", reject);
      child.on("close", () => resolve(withoutTime(output)));
    });
  const [one, two, three] = await Promise.all([run(), run(), run()]);
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
  assert.deepEqual(check(cache), one);
  assert.deepEqual(
    filesBelow(cache).filter((file) => /\.\d+\.\d+$/.test(file)),
    [],
    "nothing unfinished is left",
  );
});
