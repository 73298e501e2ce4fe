import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Analysis, AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import { applyEdits, type TextEdit } from "../../server/src/base/edit.js";
import { newestTarget, parseTarget } from "../../server/src/base/target.js";
import { predictionTable } from "../../server/src/estimate/prediction/text.js";
import { pythonParser } from "../syntax/python-parser.js";

const parser = await pythonParser();
const settings: Settings = { target: newestTarget, cores: 4, severities: {} };
const target = (name: string): Settings => ({ ...settings, target: parseTarget(name) ?? newestTarget });

function hostOf(files: Readonly<Record<string, string>>, given: Settings = settings): AnalysisHost {
  const host = new AnalysisHost(parser, given);
  for (const [path, text] of Object.entries(files)) host.setFile(path, text);
  return host;
}

const main = `import threading

from state import stats

for _ in range(4):
    threading.Thread(target=stats.add).start()
`;
const state = `class Stats:
    def __init__(self):
        self.hits = 0

    def add(self):
        self.hits += 1


stats = Stats()
`;
const pool = `import hashlib
from concurrent.futures import ThreadPoolExecutor

counter = 0


def work(limit):
    global counter
    for row in range(2000):
        for column in range(2000):
            pass
    counter += 1
    return hashlib.sha256(b"short")


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(work, [1, 2, 3, 4]))


if __name__ == "__main__":
    main()
`;

/** Everything an analysis can be asked about its files without a place. */
function answers(analysis: Analysis): unknown {
  return analysis.paths().map((path) => ({
    path,
    text: analysis.text(path),
    findings: analysis.findings(path),
    lenses: analysis.lenses(path),
    predictions: analysis.predictions(path),
  }));
}

function rulesIn(analysis: Analysis, path: string): readonly string[] {
  return analysis.findings(path).map(({ rule }) => rule);
}

function hoverOn(text: string, needle: string, given: Settings = settings): string {
  const offset = text.indexOf(needle);
  assert.notEqual(offset, -1);
  const hover = hostOf({ "/main.py": text }, given)
    .snapshot()
    .hover("/main.py", offset + 1);
  assert.ok(hover, `nothing on ${needle}`);
  assert.ok(hover.range.start <= offset + 1 && offset + 1 <= hover.range.end);
  return [hover.markdown, ...(hover.prediction ? [predictionTable(hover.prediction)] : [])].join("\n\n");
}

describe("an open file", () => {
  test("gives after edits what `setFile` of its last text gives", () => {
    const edit = fc.record({
      at: fc.nat(pool.length),
      length: fc.nat(20),
      newText: fc.constantFrom("", "x", "\n", "    ", "counter += 1\n", "(", '"', "with lock:\n", "# gil: ignore[GIL201]\n"),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const host = new AnalysisHost(parser, settings);
        host.openFile("/random.py", pool);
        let text = pool;
        for (const { at, length, newText } of edits) {
          const start = Math.min(at, text.length);
          const change: TextEdit = { range: { start, end: Math.min(text.length, start + length) }, newText };
          text = applyEdits(text, [change]);
          host.editFile("/random.py", [change]);
        }
        const edited = answers(host.snapshot());
        host.closeFile("/random.py");
        assert.deepEqual(edited, answers(hostOf({ "/random.py": text }).snapshot()));
        assert.deepEqual(answers(host.snapshot()), edited);
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  test("keeps the editor's text when it is closed, until the disk's is set", () => {
    const host = hostOf({ "/a.py": "x = 1\n" });
    host.openFile("/a.py", "x = 2\n");
    host.closeFile("/a.py");
    assert.equal(host.snapshot().text("/a.py"), "x = 2\n");
    host.setFile("/a.py", "x = 1\n");
    assert.equal(host.snapshot().text("/a.py"), "x = 1\n");
  });

  test("can be edited only while it is open", () => {
    const host = hostOf({ "/a.py": "x = 1\n" });
    const change = [{ range: { start: 0, end: 0 }, newText: "y" }];
    assert.throws(() => host.editFile("/a.py", change), /not open/);
    host.openFile("/a.py", "x = 1\n");
    host.closeFile("/a.py");
    assert.throws(() => host.editFile("/a.py", change), /not open/);
  });

  test("can be opened and closed twice", () => {
    const host = new AnalysisHost(parser, settings);
    host.openFile("/a.py", "x = 1\n");
    host.openFile("/a.py", "x = 2\n");
    host.editFile("/a.py", [{ range: { start: 4, end: 5 }, newText: "3" }]);
    host.closeFile("/a.py");
    host.closeFile("/a.py");
    assert.equal(host.snapshot().text("/a.py"), "x = 3\n");
  });
});

describe("findings across files", () => {
  test("come when another file starts a thread, and go when it does no more", () => {
    const host = hostOf({ "/state.py": state });
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), []);
    host.setFile("/main.py", main);
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), ["non-atomic-shared-update"]);
    host.setFile("/main.py", main.replace("threading.Thread(target=stats.add).start()", "stats.add()"));
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), []);
  });

  test("go when the other file is removed", () => {
    const host = hostOf({ "/state.py": state, "/main.py": main });
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), ["non-atomic-shared-update"]);
    host.removeFile("/main.py");
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), []);
    assert.deepEqual(host.snapshot().paths(), ["/state.py"]);
  });

  test("go when the other file is edited in its editor", () => {
    const host = hostOf({ "/state.py": state });
    host.openFile("/main.py", main);
    assert.equal(host.snapshot().findings("/state.py").length, 1);
    host.editFile("/main.py", [{ range: { start: main.indexOf("range(4)"), end: main.indexOf("range(4)") + 8 }, newText: "range(1)" }]);
    host.editFile("/main.py", [{ range: { start: main.indexOf("for _"), end: main.length }, newText: "\n" }]);
    assert.deepEqual(host.snapshot().findings("/state.py"), []);
  });

  test("do not depend on the order in which files come", () => {
    const forth = hostOf({ "/main.py": main, "/state.py": state }).snapshot();
    const back = hostOf({ "/state.py": state, "/main.py": main }).snapshot();
    assert.deepEqual(answers(back), answers(forth));
  });

  test("name the place in the other file", () => {
    const [finding] = hostOf({ "/main.py": main, "/state.py": state }).snapshot().findings("/state.py");
    assert.deepEqual(
      finding?.related.map(({ path, range }) => [path, main.slice(range.start, range.end)]),
      [["/main.py", "threading.Thread(target=stats.add)"]],
    );
  });
});

describe("a snapshot", () => {
  test("is not reached by later changes, also where it was not asked yet", () => {
    const host = hostOf({ "/main.py": main, "/state.py": state });
    const asked = host.snapshot();
    const before = structuredClone(answers(asked));
    host.setFile("/other.py", "");
    const unasked = host.snapshot();
    host.setFile("/state.py", "");
    host.removeFile("/main.py");
    host.configure({ ...settings, severities: { "non-atomic-shared-update": "off" } });
    assert.deepEqual(answers(asked), before);
    assert.deepEqual(rulesIn(unasked, "/state.py"), ["non-atomic-shared-update"]);
    assert.deepEqual(rulesIn(host.snapshot(), "/state.py"), []);
  });

  test("is the same one as long as nothing changes", () => {
    const host = hostOf({ "/main.py": main });
    const first = host.snapshot();
    host.setFile("/main.py", main);
    assert.equal(host.snapshot(), first);
    host.setFile("/main.py", `${main}\n`);
    assert.notEqual(host.snapshot(), first);
  });

  test("answers for files it does not know", () => {
    const analysis = hostOf({}).snapshot();
    assert.deepEqual(
      [analysis.paths(), analysis.findings("/no.py"), analysis.lenses("/no.py"), analysis.predictions("/no.py")],
      [[], [], [], []],
    );
    assert.equal(analysis.text("/no.py"), undefined);
    assert.equal(analysis.hover("/no.py", 0), undefined);
    assert.deepEqual(analysis.codeActions("/no.py", { start: 0, end: 0 }), []);
  });

  test("holds plain data only", () => {
    const analysis = hostOf({ "/main.py": pool }).snapshot();
    assert.ok(analysis.findings("/main.py").length > 0);
    assert.deepEqual(JSON.parse(JSON.stringify(analysis.predictions("/main.py"))), analysis.predictions("/main.py"));
    assert.deepEqual(structuredClone(analysis.findings("/main.py")), analysis.findings("/main.py"));
  });

  test("follows the settings", () => {
    const host = hostOf({ "/main.py": pool });
    assert.match(host.snapshot().findings("/main.py").at(-1)?.message ?? "", /on CPython 3\.15\b/);
    host.configure(target("cpython-3.11"));
    assert.match(host.snapshot().findings("/main.py").at(-1)?.message ?? "", /on CPython 3\.11\b/);
    host.configure(target("cpython-3.14t"));
    assert.deepEqual(rulesIn(host.snapshot(), "/main.py"), ["non-atomic-shared-update"]);
  });
});

describe("hover", () => {
  test("on a spawn: who runs what, how much of it holds the GIL, and each strategy's gain", () => {
    const text = hoverOn(pool, "pool.map", target("cpython-3.13"));
    assert.match(text, /^\*\*4 threads run `work`\*\* · CPython 3\.13 \(GIL\) · 4 cores/);
    assert.match(text, /Holds the GIL (9\d|100) % of the time/);
    for (const strategy of ["serial", "threads", "processes", "free-threaded"])
      assert.match(text, new RegExp(`\\| \\**${strategy}\\** \\|`));
    assert.match(text, /take turns every 5 ms/);
    assert.match(text, /Speedups are p10–p90/);
  });

  test("on a spawn, for a build without a GIL", () => {
    assert.match(hoverOn(pool, "pool.map", target("cpython-3.14t")), /CPython 3\.14t \(no GIL\)/);
  });

  test("on other races: the order that goes wrong, in the program's own expressions", () => {
    const checks = `import threading

jobs = {}


def work():
    if "a" in jobs:
        print("done")
        del jobs["a"]


for _ in range(4):
    threading.Thread(target=work).start()
`;
    const text = hoverOn(checks, 'del jobs["a"]', target("cpython-3.13"));
    assert.match(text, /thread A {3}"a" in jobs\nthread B {3}"a" in jobs, del jobs\["a"\]\nthread A {3}del jobs\["a"\]/);
    assert.match(text, /CPython 3\.13 can switch there\./);
    const loop = `import threading

jobs = {}


def add(name):
    jobs[name] = 1


def report():
    for job in jobs:
        print(job)


threading.Thread(target=report).start()
for name in ["a", "b"]:
    threading.Thread(target=add, args=(name,)).start()
`;
    const order =
      /thread A {3}for job in jobs {3}takes an element\nthread B {3}jobs\[name\] = 1\nthread A {3}for job in jobs {3}asks for the next/;
    assert.match(hoverOn(loop, "for job in jobs", target("cpython-3.13")), order);
  });

  test("on a shared update: the losing order of steps, and whether it happens on this interpreter", () => {
    const now = hoverOn(pool, "counter += 1", target("cpython-3.13"));
    assert.match(now, /`counter \+= 1` is not one step/);
    assert.match(now, /thread A {3}read counter\nthread B {3}read counter, compute, store\nthread A {3}compute, store/);
    assert.match(
      now,
      /CPython 3\.13 happens to have no switch point between read and store, so it does not happen there today\. Nothing promises it\./,
    );
    const old = hoverOn(pool, "counter += 1", target("cpython-3.9"));
    assert.match(old, /CPython 3\.9 may switch threads between any two bytecode instructions\./);
    assert.match(hoverOn(pool, "counter += 1", target("cpython-3.14t")), /CPython 3\.14t runs threads in parallel/);
  });

  test("on a library call: what it does to the GIL, on what it depends, and the evidence", () => {
    const text = hoverOn("import zlib\nzlib.compress(rows)\n", "zlib.compress");
    assert.match(text, /^\*\*`zlib\.compress`\*\*: releases the GIL while it computes/);
    assert.match(text, /Evidence:\n- /);
    assert.match(text, /\d{4}-\d{2}/);
  });

  test("on a library call with no thread near: why this call falls under its condition, the cost, a link, own threads, free threading", () => {
    const text = hoverOn('import hashlib\nhashlib.sha256(b"short")\n', "hashlib.sha256");
    assert.match(text, /holds the GIL until it returns \(`?\w+`? has fewer than 2049 bytes\)/);
    assert.match(text, /^- Releases the GIL if .* has 2049 bytes or more\./m);
    assert.match(text, /^Takes .* for each byte of .* \(measured\)\.$/m);
    assert.match(text, /^This call: \S+ ns to \S+ µs\.$/m);
    assert.match(text, /^Free-threaded builds: ./m);
    assert.match(text, /\]\(https:\/\/github\.com\/python\/cpython\/blob\/v3\.13\.\d+\/Modules\/_hashopenssl\.c\)/);
    const dot = hoverOn("import numpy as np\na = np.ones((9, 9))\na.dot(a)\n", "a.dot");
    assert.match(dot, /^Brings threads of its own: .*OpenBLAS.*`OPENBLAS_NUM_THREADS`/m);
  });

  test("on a call whose condition fails", () => {
    assert.match(hoverOn('import hashlib\nhashlib.sha256(b"short")\n', "hashlib.sha256"), /holds the GIL until it returns/);
  });

  test("on a call whose condition cannot be told", () => {
    assert.match(hoverOn("import hashlib\nhashlib.sha256(rows)\n", "hashlib.sha256"), /depending on what it is given/);
  });

  test("on a call, for a build without a GIL", () => {
    assert.match(hoverOn("import time\ntime.sleep(1)\n", "time.sleep", target("cpython-3.14t")), /CPython 3\.14t has no GIL to release/);
  });

  test("nowhere else", () => {
    const analysis = hostOf({ "/main.py": pool }).snapshot();
    for (const needle of ["import hashlib", "def work", "limit)", "max_workers", "__name__"])
      assert.equal(analysis.hover("/main.py", pool.indexOf(needle)), undefined, needle);
    assert.equal(analysis.hover("/main.py", pool.length + 100), undefined);
  });

  test("is asked at every place of a half-typed file", () => {
    const half = pool.slice(0, -60);
    const analysis = hostOf({ "/main.py": half }).snapshot();
    let shown = 0;
    for (let offset = 0; offset <= half.length; offset++) if (analysis.hover("/main.py", offset)) shown++;
    assert.ok(shown > 10);
  });
});

describe("code actions", () => {
  const pure = pool.replace("    global counter\n", "").replace("    counter += 1\n", "");
  const at = (text: string, needle: string) => {
    const start = text.indexOf(needle);
    return hostOf({ "/main.py": text }).snapshot().codeActions("/main.py", { start, end: start });
  };

  test("are offered on the finding, and do what they say", () => {
    const [action, ...more] = at(pure, "pool.map");
    assert.deepEqual(
      more.map(({ title }) => title),
      ["Switch to InterpreterPoolExecutor", "Ignore cpu-bound-in-thread here"],
    );
    assert.equal(action?.title, "Switch to ProcessPoolExecutor");
    assert.equal(action?.rule, "cpu-bound-in-thread");
    assert.equal(action?.refusedBecause, undefined);
    const changed = applyEdits(pure, action?.edits.flatMap(({ edits }) => edits) ?? []);
    assert.equal(changed, pure.replaceAll("ThreadPoolExecutor", "ProcessPoolExecutor"));
  });

  test("are refused with the reason", () => {
    const [action] = at(pool, "pool.map");
    assert.deepEqual(action?.edits, []);
    assert.match(action?.refusedBecause ?? "", /`work` changes `counter`/);
  });

  test("end with a comment that ignores the finding", () => {
    const ignored = (text: string): string => {
      const action = at(text, "pool.map").at(-1);
      return applyEdits(text, action?.edits.flatMap(({ edits }) => edits) ?? []);
    };
    const once = ignored(pure);
    assert.match(once, /pool\.map\(.*\) {2}# gil: ignore\[cpu-bound-in-thread\] reason\n/);
    assert.deepEqual(hostOf({ "/main.py": once }).snapshot().findings("/main.py"), []);
    const commented = pure.replace(/(pool\.map\(.*\))\n/, "$1  # all of them\n");
    assert.match(ignored(commented), /\n +# gil: ignore\[cpu-bound-in-thread\] reason\n.*pool\.map\(.*# all of them\n/);
    const known = pure.replace(/(pool\.map\(.*\))\n/, "$1  # gil: ignore[busy-wait] because\n");
    assert.match(ignored(known), /# gil: ignore\[busy-wait, cpu-bound-in-thread\] because\n/);
    const remaining = (text: string): readonly string[] =>
      hostOf({ "/main.py": ignored(text) })
        .snapshot()
        .findings("/main.py")
        .map(({ rule }) => rule);
    assert.deepEqual([remaining(commented), remaining(known)], [[], ["unused-suppression"]]);
  });

  test("are not there beside the finding", () => assert.deepEqual(at(pure, "import hashlib"), []));
});

describe("lenses", () => {
  test("stand on each spawn and say what each strategy gains", () => {
    const lenses = hostOf({ "/main.py": pool }).snapshot().lenses("/main.py");
    assert.equal(lenses.length, 1);
    assert.ok(pool.slice(lenses[0]?.range.start, lenses[0]?.range.end).startsWith("pool.map("));
    assert.match(lenses[0]?.title ?? "", /^threads 0\.9× · processes (?:.*×|help above .* ms a task) · free-threaded .*× {2}\(4 cores\)$/);
  });

  test("keep silent where nothing is known", () => {
    const unknown =
      "import threading\nimport engine\n\ndef work():\n    engine.run()\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";
    assert.deepEqual(hostOf({ "/main.py": unknown }).snapshot().lenses("/main.py"), []);
  });
});
