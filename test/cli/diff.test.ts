import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { unifiedDiff } from "../../server/src/cli/formats/diff.js";

test("a change is shown with three lines of context", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  assert.equal(
    unifiedDiff("a.py", before, before.replace("5", "five")),
    "--- a/a.py\n+++ b/a.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
  );
  assert.equal(unifiedDiff("a.py", before, before), "");
});

test("added first lines and missing last line ends are written as diff does", () => {
  assert.equal(unifiedDiff("a.py", "a", "b\na"), "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,2 @@\n+b\n a\n\\ No newline at end of file\n");
  assert.equal(unifiedDiff("a.py", "", "b\n"), "--- a/a.py\n+++ b/a.py\n@@ -0,0 +1,1 @@\n+b\n");
});

const hasGit = spawnSync("git", ["--version"]).status === 0;

test("git applies every diff and gets the new text", { skip: hasGit ? false : "git is not installed" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-diff-"));
  const lines = fc.array(fc.constantFrom("a\n", "b\n", "c\r\n", "\n", "d\n"), { maxLength: 24 }).map((parts) => parts.join(""));
  const texts = fc.tuple(lines, fc.constantFrom("", "end")).map((parts) => parts.join(""));
  try {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        fc.pre(before !== "" && after !== "" && before !== after);
        writeFileSync(join(folder, "a.py"), before);
        const { status, stderr } = spawnSync("git", ["apply", "--whitespace=nowarn", "-"], {
          cwd: folder,
          input: unifiedDiff("a.py", before, after),
          env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
          encoding: "utf8",
        });
        assert.equal(status, 0, stderr);
        assert.equal(readFileSync(join(folder, "a.py"), "utf8"), after);
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
