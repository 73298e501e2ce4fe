import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Analysis, AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import { applyEdits } from "../../server/src/base/edit.js";
import { newestTarget } from "../../server/src/base/target.js";
import { rules } from "../../server/src/rules/index.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { pythonParser } from "../syntax/python-parser.js";

/* What cases in Markdown cannot say: reasons, related places, verdicts, severities. The cases themselves are run by `cases.test.ts`. */

const parser = await pythonParser();
const settings: Settings = { target: newestTarget, cores: 4, severities: {} };

function analysisOf(files: Readonly<Record<string, string>>, given: Settings = settings): Analysis {
  const host = new AnalysisHost(parser, given);
  for (const [path, text] of Object.entries(files)) host.setFile(path, text);
  return host.snapshot();
}

function findingOf(text: string, rule: string, given: Settings = settings): Finding {
  const found = analysisOf({ "/main.py": text }, given)
    .findings("/main.py")
    .find((finding) => finding.rule === rule);
  assert.ok(found, `no [${rule}] in:\n${text}`);
  return found;
}

const heavyLoop = "for row in range(2000):\n        for column in range(2000):\n            total += row * column";

/** A pool of threads in a guarded `main`, round the given target; `before` stands at module level. */
function pool(before: string, call: string): string {
  return `import threading
from concurrent.futures import ThreadPoolExecutor


${before}


def main():
    with ThreadPoolExecutor(4) as pool:
        ${call}


if __name__ == "__main__":
    main()
`;
}

const plainWork = `def work(number):
    total = 0
    ${heavyLoop}
    return total`;

describe("the quick fix to processes is refused with a reason", () => {
  const refused: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
    [
      "a lambda that uses an open file from around it",
      `from concurrent.futures import ThreadPoolExecutor


${plainWork}


def main():
    log = open("log.txt", "w")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: print(work(number), file=log), range(8)))


if __name__ == "__main__":
    main()
`,
      /the lambda uses `log`, which is a .* and cannot be pickled/,
    ],
    [
      "a nested function that the module has another of",
      `from concurrent.futures import ThreadPoolExecutor


def work(number):
    return number


def main():
    def work(number):
        total = 0
        for row in range(2000):
            for column in range(2000):
                total += row * column
        return total

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))


if __name__ == "__main__":
    main()
`,
      /the module has another `work`/,
    ],
    [
      "a method that changes its object",
      pool(
        `class Job:
    def work(self, number):
        self.number = number
        total = 0
        for row in range(2000):
            for column in range(2000):
                total += row * column
        return total


job = Job()`,
        "list(pool.map(job.work, range(8)))",
      ),
      /`work` changes `self\.number`/,
    ],
    [
      "a changed global",
      pool(
        `done = 0


def work(number):
    global done
    total = 0
    ${heavyLoop}
    done = number
    return total`,
        "list(pool.map(work, range(8)))",
      ),
      /changes `done`, and a worker process would change its own copy only/,
    ],
    [
      "a global list that grows",
      pool(
        `results = []


def work(number):
    total = 0
    ${heavyLoop}
    results.append(total)`,
        "list(pool.map(work, range(8)))",
      ),
      /changes `results`/,
    ],
    [
      "a global changed by a function it calls",
      pool(
        `results = {}


def keep(number, total):
    results[number] = total


def work(number):
    total = 0
    ${heavyLoop}
    keep(number, total)`,
        "list(pool.map(work, range(8)))",
      ),
      /`keep` changes `results`/,
    ],
    [
      "a lock",
      pool(
        `lock = threading.Lock()


def work(number):
    total = 0
    ${heavyLoop}
    with lock:
        print(total)`,
        "list(pool.map(work, range(8)))",
      ),
      /uses a `threading\.Lock`, which works between threads only/,
    ],
    [
      "a lock as an argument",
      pool(
        `def work(number, lock):
    total = 0
    ${heavyLoop}
    return total`,
        "[pool.submit(work, number, threading.Lock()) for number in range(8)]",
      ),
      /`lock` is a `threading\.Lock`, which cannot be pickled/,
    ],
    [
      "a generator as an argument",
      pool(
        `def work(rows):
    total = 0
    ${heavyLoop}
    return total`,
        "[pool.submit(work, (row for row in range(number))) for number in range(8)]",
      ),
      /`rows` is a generator, which cannot be pickled/,
    ],
    [
      "a lambda as an argument",
      pool(
        `def work(change):
    total = 0
    ${heavyLoop}
    return change(total)`,
        "[pool.submit(work, lambda total: total + 1) for number in range(8)]",
      ),
      /`change` is a lambda, which cannot be pickled/,
    ],
    [
      "work at import time of which later definitions need the result",
      `from concurrent.futures import ThreadPoolExecutor


${plainWork}


with ThreadPoolExecutor(4) as pool:
    results = list(pool.map(work, range(8)))


def show():
    return results
`,
      /what comes after it, `def show\(\):`, needs `results`/,
    ],
  ];
  for (const [name, text, reason] of refused) {
    test(name, () => {
      const finding = findingOf(text, "cpu-bound-in-thread");
      assert.deepEqual(finding.fixes, []);
      assert.equal(finding.refusedFixes.length, 1);
      assert.match(finding.refusedFixes[0]?.reason ?? "", reason);
    });
  }

  test("and is offered, as unsafe, where nothing stands in the way", () => {
    const finding = findingOf(pool(plainWork, "list(pool.map(work, range(8)))"), "cpu-bound-in-thread");
    assert.deepEqual(finding.refusedFixes, []);
    assert.deepEqual(
      finding.fixes.map(({ title, safety }) => [title, safety]),
      [
        ["Switch to ProcessPoolExecutor", "unsafe"],
        ["Switch to InterpreterPoolExecutor", "unsafe"],
      ],
    );
  });

  test("and is neither offered nor refused for threads without an executor", () => {
    const text = `import threading


${plainWork}


for number in range(8):
    threading.Thread(target=work, args=(number,)).start()
`;
    const finding = findingOf(text, "cpu-bound-in-thread");
    assert.deepEqual([finding.fixes, finding.refusedFixes], [[], []]);
  });
});

describe("related places", () => {
  test("a race names the other access, the starts of both threads and the call between", () => {
    const text = `import threading

value = 0


def put():
    global value
    value += 1


def put_twice():
    put()
    put()


def take():
    global value
    value -= 1


threading.Thread(target=put_twice).start()
threading.Thread(target=take).start()
`;
    const finding = findingOf(text, "non-atomic-shared-update");
    const related = finding.related.map(({ range, message }) => `${text.slice(range.start, range.end)}: ${message}`);
    assert.deepEqual(related, [
      "value -= 1: other access, in the thread that runs `take`",
      "threading.Thread(target=put_twice): this thread is started here",
      "threading.Thread(target=take): the other thread is started here",
      "put(): reached through this call",
    ]);
  });

  test("a lock that the other access holds is mentioned", () => {
    const text = `import threading

value = 0
lock = threading.Lock()


def put():
    global value
    value += 1


def take():
    global value
    with lock:
        value -= 1


threading.Thread(target=put).start()
threading.Thread(target=take).start()
`;
    const { related } = findingOf(text, "inconsistent-lock");
    assert.match(related[0]?.message ?? "", /which holds `lock`, not held here/);
  });

  test("places in other files carry their path", () => {
    const analysis = analysisOf({
      "/app.py": "import threading\nfrom work import work\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n",
      "/work.py": "counts = {'a': 0}\n\n\ndef work():\n    counts['a'] += 1\n",
    });
    assert.deepEqual(
      analysis.findings("/work.py").map(({ rule, related }) => [rule, related.map(({ path }) => path)]),
      [["non-atomic-shared-update", ["/app.py"]]],
    );
  });

  test("work that keeps the GIL points at its hot loop", () => {
    const text = pool(plainWork, "list(pool.map(work, range(8)))");
    const { related } = findingOf(text, "cpu-bound-in-thread");
    assert.match(text.slice(related[0]?.range.start, related[0]?.range.end), /^for (row|column) in range\(2000\)/);
  });
});

describe("verdicts of a lost update", () => {
  const verdicts = (statement: string): Readonly<Record<string, string>> => {
    const text = `import threading

value = 0


def price():
    return 3


def work():
    global value
    ${statement}


for _ in range(4):
    threading.Thread(target=work).start()
`;
    return Object.fromEntries(findingOf(text, "non-atomic-shared-update").targets.map(({ target, verdict }) => [target, verdict]));
  };

  test("`+= 1` breaks up to 3.9 and without a GIL, and holds by accident since 3.10", () => {
    const found = verdicts("value += 1");
    for (const target of ["cpython-3.8", "cpython-3.9", "cpython-3.13t", "cpython-3.15t", "pypy-3.11", "jython-2.7"])
      assert.equal(found[target], "breaks", target);
    for (const minor of [10, 11, 12, 13, 14, 15]) assert.equal(found[`cpython-3.${minor}`], "holds-by-accident");
    assert.ok(!Object.values(found).includes("safe"));
  });

  test("with a call between read and store it breaks everywhere", () => {
    assert.deepEqual(new Set(Object.values(verdicts("value += price()"))), new Set(["breaks"]));
  });

  test("with the call before the read it is the plain form again", () => {
    assert.deepEqual(verdicts("value = price() + value"), verdicts("value += 1"));
  });

  test("`len` between read and store breaks 3.10 and not 3.11", () => {
    const found = verdicts("value += len('abc')");
    assert.deepEqual([found["cpython-3.10"], found["cpython-3.11"]], ["breaks", "holds-by-accident"]);
  });
});

describe("what comes between a check and its act", () => {
  const threads = "\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";
  const text = (between: string): string =>
    `import threading\n\nrunning = False\n\n\ndef launch():\n    pass\n\n\ndef work():\n    global running\n    if not running:\n${between}        running = True\n        launch()\n${threads}`;
  const verdicts = (between: string): Readonly<Record<string, string>> =>
    Object.fromEntries(findingOf(text(between), "check-then-act").targets.map(({ target, verdict }) => [target, verdict]));

  test("nothing: it holds where the GIL changes hands only at calls", () => {
    const found = verdicts("");
    assert.deepEqual([found["cpython-3.9"], found["cpython-3.13"], found["cpython-3.14t"]], ["breaks", "holds-by-accident", "breaks"]);
  });

  test("a call: it breaks everywhere", () => {
    assert.deepEqual(new Set(Object.values(verdicts("        launch()\n"))), new Set(["breaks"]));
  });

  test("related places name the test, the other access and the start of the thread", () => {
    const { related } = findingOf(text("        launch()\n"), "check-then-act");
    assert.deepEqual(
      related.map(({ message }) => message),
      ["what it relies on is tested here", "several such threads are started here"],
    );
  });
});

describe("comments that ignore rules", () => {
  const racing = (comment: string): string =>
    `import threading\n\nvalue = 0\n\n\ndef work():\n    global value\n    value += 1${comment}\n\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n`;
  const found = (text: string, given: Partial<Settings> = {}): readonly string[] =>
    analysisOf({ "/main.py": text }, { ...settings, ...given })
      .findings("/main.py")
      .map(({ rule, range }) => `${rule}: ${text.slice(range.start, range.end)}`);

  test("are used where they keep something from being reported, by name and by code", () => {
    assert.deepEqual(found(racing("  # gil: ignore[gil201] one thread")), []);
    assert.deepEqual(found(racing("  # gil: ignore[non-atomic-shared-update]")), []);
    assert.deepEqual(found(`# gil: ignore-file[GIL201]\n${racing("")}`), []);
  });

  test("are unused name by name", () => {
    assert.deepEqual(found(racing("  # gil: ignore[GIL201, busy-wait,GIL108]")), [
      "unused-suppression: busy-wait",
      "unused-suppression: GIL108",
    ]);
  });

  test("are not unused for rules that are switched off, or hidden in the file", () => {
    const text = racing("  # gil: ignore[GIL201]");
    assert.deepEqual(found(text, { severities: { "non-atomic-shared-update": "off" } }), []);
    assert.deepEqual(found(text, { folders: [{ folder: "", severities: {}, hidden: [{ pattern: "main.py", names: ["GIL2"] }] }] }), []);
    assert.deepEqual(
      found(racing("  # gil: ignore[busy-wait]"), { folders: [{ folder: "", severities: { "busy-wait": "off" }, hidden: [] }] }),
      ["non-atomic-shared-update: value += 1"],
    );
  });

  test("can ignore what is said of comments", () => {
    assert.deepEqual(found("x = 1  # gil: ignore[busy-wait, unused-suppression]\n"), []);
    assert.deepEqual(found("# gil: ignore-file[GIL902]\nx = 1  # gil: nonsense\n"), []);
  });

  test("name rules that there are, in whole", () => {
    assert.deepEqual(found("x = 1  # gil: ignore[GIL2, none]\n"), ["invalid-directive: GIL2", "invalid-directive: none"]);
  });

  test("go, or their name, and nothing else does", () => {
    const without = (text: string): string => {
      const finding = findingOf(text, "unused-suppression");
      return applyEdits(text, finding.fixes[0]?.edits[0]?.edits ?? []);
    };
    for (const [before, after] of [
      ["x = 1  # gil: ignore[busy-wait] reason\ny = 2\n", "x = 1\ny = 2\n"],
      ["x = 1  # gil: ignore[busy-wait] reason # noqa: E501\n", "x = 1  # noqa: E501\n"],
      ["x = 1  # noqa: E501 # gil: ignore[busy-wait]\n", "x = 1  # noqa: E501\n"],
      ["if x:\n    # gil: ignore[busy-wait] reason\n    y = 2\n", "if x:\n    y = 2\n"],
      ["# gil: ignore-file[busy-wait]", ""],
      ["x = 1  # gil: ignore[busy-wait, GIL106, GIL101]\n", "x = 1  # gil: ignore[GIL106, GIL101]\n"],
      ["x = 1  # gil: ignore[no-rule, busy-wait]\n", "x = 1  # gil: ignore[no-rule]\n"],
    ] as const) {
      assert.equal(without(before), after);
      assert.equal(without(before.replaceAll("\n", "\r\n")), after.replaceAll("\n", "\r\n"));
    }
  });

  test("are followed through edits", () => {
    const host = new AnalysisHost(parser, settings);
    const text = racing("  # gil: ignore[GIL201] one thread");
    host.openFile("/main.py", text);
    const rules = (): readonly string[] =>
      host
        .snapshot()
        .findings("/main.py")
        .map(({ rule }) => rule);
    assert.deepEqual(rules(), []);
    const target = text.indexOf("target=work");
    host.editFile("/main.py", [{ range: { start: target, end: target + 11 }, newText: "target=print" }]);
    assert.deepEqual(rules(), ["unused-suppression"]);
    host.editFile("/main.py", [{ range: { start: target, end: target + 12 }, newText: "target=work" }]);
    assert.deepEqual(rules(), []);
  });
});

describe("severities", () => {
  const text =
    "import threading\n\nvalue = 0\n\n\ndef work():\n    global value\n    value += 1\n\n\nfor _ in range(4):\n    threading.Thread(target=work).start()\n";

  test("every rule has the one that its code stands for", () => {
    for (const { code, name, severity } of rules) assert.deepEqual([name, severity], published.get(code), code);
    const codes = rules.map(({ code }) => code);
    assert.deepEqual(codes, [...codes].sort());
  });

  test("a setting replaces it", () => {
    const severities = { "non-atomic-shared-update": "error" } as const;
    assert.equal(findingOf(text, "non-atomic-shared-update", { ...settings, severities }).severity, "error");
  });

  test("`off` leaves the rule out", () => {
    const off = { ...settings, severities: { "non-atomic-shared-update": "off" } as const };
    assert.deepEqual(analysisOf({ "/main.py": text }, off).findings("/main.py"), []);
  });

  test("a setting with the name of something every object has does not count", () => {
    assert.equal(
      findingOf(text, "non-atomic-shared-update", { ...settings, severities: JSON.parse('{ "constructor": "off" }') }).severity,
      "warning",
    );
  });
});

describe("pages", () => {
  for (const rule of rules) {
    test(`${rule.name} has a summary and every part, in order`, () => {
      const headings = [...rule.docs.matchAll(/^## (.*)$/gm)].map((found) => found[1]);
      assert.deepEqual(headings, ["Why", "Example", "Instead", "When it is wrong", "Sources"]);
      assert.match(rule.docs, new RegExp(`^# ${rule.name} \\(${rule.code}\\)\n\n[A-Z].*\\.\n`));
    });

    test(`${rule.name} shows what it finds and what it leaves alone`, () => {
      const fences = [...rule.docs.matchAll(/^```python(?! fix)[^\n]*\n([\s\S]*?)^```$/gm)].map((found) => found[1] ?? "");
      const finds = fences.filter((fence) => fence.includes(`# error: [${rule.name}]`));
      assert.ok(finds.length > 0, "no example");
      assert.ok(finds.length < fences.length, "no example of what it leaves alone");
    });

    test(`${rule.name} cites public pages`, () => {
      const sources = rule.docs.slice(rule.docs.indexOf("## Sources"));
      const links = [...sources.matchAll(/\]\((https:\/\/[^)]+)\)/g)].map((found) => new URL(found[1] ?? "").hostname);
      assert.ok(links.length >= 3);
      for (const host of links)
        assert.match(
          host,
          /^(docs\.python\.org|pubs\.opengroup\.org|doi\.org|github\.com|peps\.python\.org|numpy\.org|docs\.kernel\.org|scikit-learn\.org|docs\.astral\.sh|(pylint|joblib)\.readthedocs\.io|py-free-threading\.github\.io)$/,
        );
    });
  }
});

/** Codes, names and severities are the product's public face: suppressions and settings in other people's projects depend on them. */
const published: ReadonlyMap<string, readonly [name: string, severity: string]> = new Map([
  ["GIL101", ["cpu-bound-in-thread", "warning"]],
  ["GIL102", ["gil-releasing-call", "hint"]],
  ["GIL103", ["release-below-threshold", "hint"]],
  ["GIL104", ["oversubscribed-native-threads", "warning"]],
  ["GIL105", ["io-starved-by-cpu-thread", "warning"]],
  ["GIL106", ["unbounded-threads", "warning"]],
  ["GIL107", ["executor-per-call", "hint"]],
  ["GIL108", ["busy-wait", "warning"]],
  ["GIL109", ["process-pool-tiny-task", "warning"]],
  ["GIL110", ["process-pool-for-io", "hint"]],
  ["GIL111", ["heavy-process-payload", "warning"]],
  ["GIL112", ["polling-loop", "hint"]],
  ["GIL201", ["non-atomic-shared-update", "warning"]],
  ["GIL202", ["check-then-act", "warning"]],
  ["GIL203", ["mutation-during-iteration", "warning"]],
  ["GIL204", ["unsafe-lazy-init", "warning"]],
  ["GIL205", ["inconsistent-lock", "warning"]],
  ["GIL206", ["useless-lock", "warning"]],
  ["GIL207", ["shared-iterator", "warning"]],
  ["GIL208", ["thread-unsafe-object-shared", "warning"]],
  ["GIL209", ["update-across-await", "warning"]],
  ["GIL301", ["process-pool-unpicklable", "error"]],
  ["GIL302", ["process-state-lost", "warning"]],
  ["GIL303", ["missing-main-guard", "warning"]],
  ["GIL304", ["thread-lock-across-processes", "error"]],
  ["GIL305", ["fork-with-threads", "warning"]],
  ["GIL401", ["lock-order-inversion", "warning"]],
  ["GIL402", ["lock-reacquire", "error"]],
  ["GIL403", ["lock-not-released", "warning"]],
  ["GIL404", ["wait-while-locked", "warning"]],
  ["GIL405", ["executor-self-deadlock", "warning"]],
  ["GIL406", ["lock-held-across-await", "warning"]],
  ["GIL407", ["blocking-call-in-async", "warning"]],
  ["GIL408", ["cpu-bound-in-async", "warning"]],
  ["GIL501", ["relies-on-gil", "hint"]],
  ["GIL502", ["reenables-gil", "information"]],
  ["GIL503", ["contended-shared-object", "hint"]],
  ["GIL901", ["unused-suppression", "hint"]],
  ["GIL902", ["invalid-directive", "warning"]],
]);
