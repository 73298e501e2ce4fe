import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { pythonParser } from "../syntax/python-parser.js";

/* What is answered until a large program is understood, and how that is done a turn at a time. */

const parser = await pythonParser();
const settings = { target: newestTarget, cores: 4, severities: {} };

const counter = "total = 0\n\n\ndef price():\n    return 1\n\n\ndef add():\n    global total\n    total += price()\n";
const starter = "import threading\n\nfrom counter import add\n\nfor _ in range(4):\n    threading.Thread(target=add).start()\n";

/** A host for which every program of more than `linesAtOnce` lines is large. */
function hostOf(files: Readonly<Record<string, string>>, linesAtOnce = 0): AnalysisHost {
  const host = new AnalysisHost(parser, settings, builtInKnowledge(), "edits", linesAtOnce);
  for (const [path, text] of Object.entries(files)) host.setFile(path, text);
  return host;
}

const codesNow = (host: AnalysisHost, path: string): readonly string[] =>
  host
    .snapshotForNow()
    .findings(path)
    .map(({ code }) => code);

/** Takes turns of so many looks at the clock, longer ones where nothing comes of them. Returns how many it took. */
function understandInTurns(host: AnalysisHost, looks: number, between: (turn: number) => void = () => {}): number {
  let most = looks;
  for (let turn = 1; ; turn++) {
    let left = most;
    const reached = host.understand(() => --left < 0);
    if (reached === "whole") return turn;
    assert.ok(turn < 10_000, "it comes to no end");
    if (reached === "stuck") most *= 2;
    between(turn);
  }
}

/** A large program of two files that together are a race, one of which is shown, and that has been understood. */
function understoodCounter(): AnalysisHost {
  const host = hostOf({ "/w/starter.py": starter, "/w/counter.py": counter });
  host.openFile("/w/counter.py", counter);
  understandInTurns(host, 100);
  return host;
}

/** Programs of some kinds, and two files that only together are a race. */
function manyFiles(): Readonly<Record<string, string>> {
  const folder = "test/measure/programs";
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .filter((_, index) => index % 20 === 0);
  const programs = names.map((name) => [`/w/${name}`, readFileSync(join(folder, name), "utf8")] as const);
  return { "/w/counter.py": counter, "/w/starter.py": starter, ...Object.fromEntries(programs) };
}

function allFindings(host: AnalysisHost, paths: readonly string[]): string {
  return JSON.stringify(paths.map((path) => host.snapshot().findings(path)));
}

test("a program that is understood a turn at a time has the findings that it has at once", () => {
  const files = manyFiles();
  const paths = Object.keys(files);
  const atOnce = hostOf(files, Number.POSITIVE_INFINITY);
  atOnce.openFile("/w/counter.py", counter);
  const expected = allFindings(atOnce, paths);
  assert.ok(expected.includes("GIL201"), "the files have findings");
  for (const looks of [1, 12]) {
    const host = hostOf(files);
    host.openFile("/w/counter.py", counter);
    const turns = understandInTurns(host, looks);
    assert.ok(turns > 1, `${turns} turns`);
    assert.equal(allFindings(host, paths), expected, `turns of ${looks}`);
  }
});

test("somebody types while the program is being understood", () => {
  const files = manyFiles();
  const paths = Object.keys(files);
  const typed = "    print(total)\n";
  const host = hostOf(files);
  host.openFile("/w/counter.py", counter);
  let length = 0;
  understandInTurns(host, 2, () => {
    if (length === typed.length) return;
    const at = counter.length + length;
    host.editFile("/w/counter.py", [{ range: { start: at, end: at }, newText: typed[length++] as string }]);
    assert.deepEqual(codesNow(host, "/w/counter.py"), [], "of this file alone, nothing is known to run in threads");
  });
  assert.ok(length > 3, `${length} keys`);
  const atOnce = hostOf({ ...files, "/w/counter.py": counter + typed.slice(0, length) }, Number.POSITIVE_INFINITY);
  assert.equal(allFindings(host, paths), allFindings(atOnce, paths));
});

test("until a large program is understood, answers are about what the editor shows", () => {
  const host = hostOf({ "/w/starter.py": starter, "/w/counter.py": counter });
  host.openFile("/w/counter.py", counter);
  assert.deepEqual(codesNow(host, "/w/counter.py"), []);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py"]);
  understandInTurns(host, 5);
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
  assert.equal(host.snapshotForNow(), host.snapshot());
});

test("where no file is shown, nobody waits: answers are about all, and the first file that is shown does not wait until that is understood", () => {
  const host = hostOf({ "/w/starter.py": starter, "/w/counter.py": counter });
  assert.equal(
    host.understand(() => true),
    "whole",
  );
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py", "/w/starter.py"]);
  host.openFile("/w/counter.py", counter);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py"]);
  understandInTurns(host, 100);
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
  // Nothing is shown any more, and later something is again.
  host.closeFile("/w/counter.py");
  host.openFile("/w/starter.py", starter);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py", "/w/starter.py"]);
});

test("a file comes to a large program: until that is understood anew, answers are about the one before, as it is now", () => {
  const host = understoodCounter();
  host.setFile("/w/other.py", "from counter import add\nadd()\n");
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py", "/w/starter.py"]);
  // An edit is seen at once.
  const at = counter.indexOf("    total +=");
  host.editFile("/w/counter.py", [{ range: { start: at, end: counter.length }, newText: "    print(total)\n" }]);
  assert.deepEqual(codesNow(host, "/w/counter.py"), []);
  understandInTurns(host, 100);
  assert.deepEqual(host.snapshotForNow().paths(), ["/w/counter.py", "/w/other.py", "/w/starter.py"]);
  assert.deepEqual(codesNow(host, "/w/counter.py"), []);
});

test("a file is shown that was no part of what was understood before", () => {
  const host = understoodCounter();
  host.openFile("/elsewhere/script.py", "import time\nasync def wait():\n    time.sleep(1)\n");
  assert.deepEqual(codesNow(host, "/elsewhere/script.py"), ["GIL407"]);
  assert.deepEqual(host.snapshotForNow().paths(), ["/elsewhere/script.py", "/w/counter.py"]);
  understandInTurns(host, 100);
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
  // It is closed, and all is as it was before.
  host.closeFile("/elsewhere/script.py");
  host.removeFile("/elsewhere/script.py");
  assert.deepEqual(codesNow(host, "/w/counter.py"), ["GIL201"]);
});

test("a small program is understood at once, and new settings are used from the first answer on", () => {
  const small = hostOf({ "/w/starter.py": starter, "/w/counter.py": counter }, 100);
  small.openFile("/w/counter.py", counter);
  assert.deepEqual(codesNow(small, "/w/counter.py"), ["GIL201"]);
  assert.equal(
    small.understand(() => true),
    "whole",
  );
  const large = understoodCounter();
  large.configure({ ...settings, severities: { "non-atomic-shared-update": "off" } });
  assert.deepEqual(codesNow(large, "/w/counter.py"), []);
  understandInTurns(large, 100);
  assert.deepEqual(codesNow(large, "/w/counter.py"), []);
  assert.deepEqual(large.snapshotForNow().paths(), ["/w/counter.py", "/w/starter.py"]);
});
