import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { race } from "./large-project.js";

/* The command line as users run it: the built bundle in a process of its own. */

const cli = join(process.cwd(), "dist/cli.js");
let folder: string;

before(() => assert.ok(existsSync(cli), "dist/cli.js is not built; run `npm run build`"));
beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "gilscope-cli-"));
});
after(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function gilscope(args: readonly string[], input: string | Uint8Array = ""): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    input,
    env: { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: join(folder, "settings"), APPDATA: join(folder, "settings") },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, output: stdout.toString(), errors: stderr.toString() };
}

function json(args: readonly string[], input?: string) {
  const { code, output, errors } = gilscope([...args, "--format", "json"], input);
  assert.equal(errors, "");
  return { code, ...JSON.parse(output) };
}

test("code without concurrency has no findings, and the exit code says so", () => {
  write("app.py", "print('hello')\n");
  assert.deepEqual(gilscope(["check", "app.py"]), { code: 0, output: "No findings in 1 file.\n", errors: "" });
});

test("json carries tool, findings, problems and summary", () => {
  write("pkg/a.py", "x = 1\ny = 2");
  write("pkg/b.pyw", "");
  write("pkg/notes.txt", "no Python");
  const { code, tool, findings, problems, summary } = json(["check"]);
  assert.equal(code, 0);
  assert.equal(tool.name, "gilscope");
  assert.match(tool.version, /^\d+\.\d+\.\d+/);
  assert.deepEqual([findings, problems], [[], []]);
  assert.deepEqual([summary.files, summary.lines], [2, 2]);
  assert.equal(typeof summary.milliseconds, "number");
});

test("a finding decides the exit code, by its severity", () => {
  write("pkg/app.py", race);
  const report = json(["check", "pkg"]);
  assert.equal(report.code, 1);
  const found = report.findings.find((finding: { rule: string }) => finding.rule === "non-atomic-shared-update");
  assert.deepEqual([found.code, found.path, found.start], ["GIL201", "pkg/app.py", { line: 8, column: 9 }]);
  assert.match(
    gilscope(["check"]).output,
    /^pkg\/app\.py:8:9 GIL201 non-atomic-shared-update .*\n {4}7 \| .*\n {4}8 \| {9}counter \+= 1\n/m,
  );
  assert.equal(gilscope(["check", "--fail-on", "error"]).code, 0);
  assert.equal(gilscope(["check", "--fail-on", "never"]).code, 0);
  assert.equal(gilscope(["check", "--ignore", "GIL"]).code, 0);
  assert.equal(gilscope(["check", "--select", "GIL2"]).code, 1);
  assert.equal(gilscope(["check", "--select", "gil-releasing-call,GIL101", "--ignore", "cpu-bound-in-thread"]).code, 0);
  assert.match(gilscope(["check", "--statistics"]).output, /^1 {2}GIL201 {2}non-atomic-shared-update$/m);
});

test("several targets are judged in one run", () => {
  write("app.py", race);
  const { findings } = json(["check", "--target", "cpython-3.9,cpython-3.14t"]);
  const places = findings.map((finding: { code: string; start: unknown }) => JSON.stringify([finding.code, finding.start]));
  assert.equal(new Set(places).size, places.length, "a finding of both targets is reported once");
});

test("files that cannot be used are problems, and the others are checked", () => {
  write("good.py", "x = 1\n");
  write("binary.py", Uint8Array.of(0, 1, 2));
  write("coded.py", "# coding: klingon\n");
  write("cut.py", Uint8Array.of(0x78, 0xff));
  write("large.py", "x = 1\n".repeat(1_000_000));
  write("latin.py", Buffer.from("# coding: latin-1\nx = 'é'\n", "latin1"));
  write("empty.py", "");
  const { code, problems, summary } = json(["check", "."]);
  assert.equal(code, 0);
  assert.equal(summary.files, 3);
  assert.deepEqual(
    problems.map(({ path, message }: { path: string; message: string }) => [path, message.split(/[;:(,]/)[0]?.trim()]),
    [
      ["binary.py", "looks binary"],
      ["coded.py", "declares the encoding `klingon`"],
      ["cut.py", "is not valid UTF-8"],
      ["large.py", "is too large"],
    ],
  );
  assert.match(gilscope(["check", "."]).output, /^binary\.py: problem: looks binary/m);
});

test("a file that cannot be read is a problem, and the others are checked", () => {
  write("good.py", "x = 1\n");
  symlinkSync("loop.py", join(folder, "loop.py"));
  const { problems, summary } = json(["check", "good.py", "loop.py"]);
  assert.deepEqual(problems, [{ path: "loop.py", message: "cannot be read: its links go round in a circle" }]);
  assert.equal(summary.files, 1);
});

test("a path with nothing at it is a usage error, and the others are checked", () => {
  write("good.py", "x = 1\n");
  const { code, output, errors } = gilscope(["check", "good.py", "none.py", "--format", "json"]);
  assert.equal(code, 2);
  assert.equal(errors, "gilscope: there is no file or folder `none.py`\n");
  assert.equal(JSON.parse(output).summary.files, 1);
  assert.deepEqual(JSON.parse(output).problems, [{ path: "none.py", message: "does not exist" }]);
});

test("links that go round in a circle end", () => {
  write("pkg/a.py", "x = 1\n");
  symlinkSync("..", join(folder, "pkg/up"));
  symlinkSync("loop.py", join(folder, "loop.py"));
  symlinkSync("pkg/a.py", join(folder, "linked.py"));
  assert.equal(json(["check"]).summary.files, 2);
});

test("paths are shown from the working directory", () => {
  write("a/x.py", "\0");
  write("b/y.py", "");
  assert.equal(json(["check", join(folder, "a"), "./b/../a/x.py"]).problems[0].path, "a/x.py");
});

test("standard input is a file", () => {
  const report = json(["check", "-", "--stdin-filename", "pkg/typed.py"], race);
  assert.equal(report.summary.files, 1);
  assert.equal(report.findings[0]?.path, "pkg/typed.py");
  assert.equal(json(["check", "-"], "\0").problems[0].path, "-");
});

test("a report goes into a file", () => {
  write("app.py", "x = 1\n");
  assert.deepEqual(gilscope(["check", "--output", "out/report.json", "--format", "json"]), { code: 0, output: "", errors: "" });
  assert.equal(JSON.parse(readFileSync(join(folder, "out/report.json"), "utf8")).summary.files, 1);
  write("taken", "");
  const { code, errors } = gilscope(["check", "--output", "taken/report.json"]);
  assert.equal(code, 2);
  assert.match(errors, /^gilscope: taken\/report\.json could not be written: .*\n$/);
});

test("a wrong command line is one line on stderr and exit code 2", () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["check", "--fromat", "json"], /unknown option '--fromat' \(Did you mean --format\?\)/],
    [["chek"], /unknown command 'chek' \(Did you mean check\?\)/],
    [["check", "--format", "xml"], /Allowed choices are text, json, sarif, github/],
    [["check", "--target", "cpython-2.7"], /`cpython-2\.7` is not one of cpython-3\.8, /],
    [["check", "--cores", "0"], /whole number from 1/],
    [["check", "--select", "GIL2,no-such-rule"], /There is no rule `no-such-rule`/],
    [["explain", "GIL999"], /there is no rule and no page `GIL999`/],
    [["check", "--fail-on", "panic"], /Allowed choices are error, warning/],
    [["check", "--unsafe-fixes"], /--unsafe-fixes needs --fix or --diff/],
    [["simulate", "none.py:3"], /there is no file or folder `none\.py`/],
  ];
  for (const [args, message] of wrong) {
    const { code, output, errors } = gilscope(args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(output, "");
    assert.match(errors, message);
    assert.match(errors, /^gilscope: [^\n]*\n$/, "one line");
  }
});

test("help and version are output, not errors", () => {
  for (const args of [["--help"], ["help"], ["check", "--help"], ["help", "simulate"]]) {
    const { code, output, errors } = gilscope(args);
    assert.deepEqual([code, errors], [0, ""], args.join(" "));
    assert.match(output, /^Usage: gilscope/);
  }
  assert.match(gilscope(["--version"]).output, /^\d+\.\d+\.\d+\S*\n$/);
});

test("simulate prints a table for a place, and says where else there is one", () => {
  write("app.py", race);
  const all = json(["simulate", "app.py", "--target", "cpython-3.13", "--cores", "2"]);
  assert.equal(all.code, 0);
  assert.deepEqual(
    all.sites.map(({ path, line }: { path: string; line: number }) => [path, line]),
    [["app.py", 10]],
  );
  assert.match(
    gilscope(["simulate", "app.py:10"]).output,
    /^app\.py:10 .*`work`.*\n {2}strategy +time +speedup\n(?: {2}.*\n)* {2}threads .*×/,
  );
  const { code, errors } = gilscope(["simulate", "app.py:1"]);
  assert.equal(code, 2);
  assert.equal(errors, "gilscope: nothing starts several threads or processes at app.py:1; it does so at line 10\n");
});

test("simulate names the cell of a notebook, in every format, and takes it as a place", () => {
  write("seeds.ipynb", readFileSync("test/e2e/workspace/seeds.ipynb"));
  const place = "seeds.ipynb:cell 4:3";
  for (const asked of ["seeds.ipynb", place]) {
    assert.ok(gilscope(["simulate", asked]).output.startsWith(`${place} 4 threads run`), asked);
    const [site] = json(["simulate", asked]).sites;
    assert.deepEqual([site.path, site.cell, site.line], ["seeds.ipynb", 4, 3]);
    for (const format of ["svg", "trace"]) assert.ok(gilscope(["simulate", asked, "--format", format]).output.includes(place), format);
  }
  for (const asked of ["seeds.ipynb:11", "seeds.ipynb:cell 4:2", "seeds.ipynb:cell 99:1"]) {
    const { code, errors } = gilscope(["simulate", asked]);
    assert.equal(code, 2);
    assert.ok(errors.includes(`nothing starts several threads or processes at ${asked}; it does so at cell 4:3`), errors);
  }
});

test("simulate tells how a site scales and when processes pay, and draws and traces it", () => {
  write("app.py", pool);
  const args = ["simulate", "app.py", "--target", "cpython-3.13", "--cores", "4"];
  const [site] = json(args).sites;
  const processes = site.scaling.find(({ strategy }: { strategy: string }) => strategy === "processes").points;
  assert.deepEqual([processes[0].workers, processes.at(-1).workers], [1, 4]);
  assert.ok(processes.at(-1).speedup.likely > processes[0].speedup.likely * 1.5);
  assert.ok(site.processesPayAboveNs > 1e5 && site.processesPayAboveNs < 1e8);
  assert.match(gilscope(args).output, /^ {2}Processes pay off above .* a task\.$/m);
  const [wider] = json([...args, "--workers", "16"]).sites;
  assert.deepEqual([wider.workers, wider.scaling[0].points.at(-1).workers], [16, 16]);
  assert.match(gilscope([...args, "--format", "svg"]).output, /^<svg [\s\S]*app\.py:\d+ [\s\S]*<\/svg>\n$/);
  const { traceEvents } = JSON.parse(gilscope([...args, "--format", "trace"]).output);
  const runs = traceEvents.filter(({ name }: { name: string }) => name === "process_name");
  assert.match(runs[0].args.name, /^app\.py:\d+ \w+ · CPython 3\.13, threads$/);
  assert.ok(traceEvents.some(({ name }: { name: string }) => name === "waiting for the GIL"));
  write("w.json", JSON.stringify({ pools: [{ workers: 2, tasks: [{ count: 40, steps: [{ compute: { interpreterNs: 5e6 } }] }] }] }));
  const [pooled] = json(["simulate", "--workload", "w.json", "--workers", "3", "--cores", "4"]).sites;
  assert.deepEqual([pooled.workers, pooled.scaling[0].points.map(({ workers }: { workers: number }) => workers)], [3, [1, 2, 3, 4]]);
});

/** Threads that only compute, in a pool that a fix turns into one of processes. */
const pool = `# größe
from concurrent.futures import ThreadPoolExecutor

def count_primes(limit):
    found = 0
    for n in range(2, limit):
        if all(n % d for d in range(2, int(n**0.5) + 1)):
            found += 1
    return found

def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(list(pool.map(count_primes, [200_000] * 8)))

if __name__ == "__main__":
    main()
`;
const fixedPool = pool.replaceAll("ThreadPoolExecutor", "ProcessPoolExecutor");

test("fixes are shown as a diff that git understands, and change nothing", () => {
  write("app.py", pool);
  const { code, output, errors } = gilscope(["check", "--diff", "--unsafe-fixes"]);
  assert.deepEqual([code, errors], [1, ""]);
  assert.match(output, /^--- a\/app\.py\n\+\+\+ b\/app\.py\n@@ .*\n(?:.*\n)*\+from concurrent\.futures import ProcessPoolExecutor\n/);
  assert.equal(readFileSync(join(folder, "app.py"), "utf8"), pool);
  write("app.py", fixedPool);
  assert.deepEqual(gilscope(["check", "--diff", "--unsafe-fixes"]), { code: 0, output: "", errors: "" });
});

test("fixes are written, in the encoding and with the line ends of the file", () => {
  const stored = (text: string): Buffer => Buffer.from(`# coding: latin-1\n${text}`.replaceAll("\n", "\r\n"), "latin1");
  write("app.py", stored(pool));
  const { code, output } = gilscope(["check", "--fix", "--unsafe-fixes"]);
  assert.equal(code, 0);
  assert.match(output, / in 1 file\. Applied 1 fix\./);
  assert.deepEqual(readFileSync(join(folder, "app.py")), stored(fixedPool));
});

test("the fixed text of standard input is the output", () => {
  assert.equal(gilscope(["check", "--fix", "--unsafe-fixes", "-"], pool).output, fixedPool);
});

const workload = JSON.stringify({ threads: [{ count: 4, steps: [{ compute: { interpreterNs: 50e6 } }, { waitNs: 10e6 }] }] });

test("simulate runs a workload file in every way", () => {
  write("w.json", workload);
  const args = ["simulate", "--workload", "w.json", "--target", "cpython-3.14", "--cores", "4"];
  const [site] = json(args).sites;
  assert.deepEqual([site.path, site.workers, site.work.waitNs.likely], ["w.json", 4, 10e6]);
  const speedups = Object.fromEntries(
    site.predictions.map(({ strategy, speedup }: { strategy: string; speedup: { likely: number } }) => [strategy, speedup.likely]),
  );
  assert.deepEqual(Object.keys(speedups), ["serial", "threads", "processes", "subinterpreters", "free-threaded", "asyncio"]);
  assert.ok(speedups.threads < 1.3 && speedups.processes > 2, JSON.stringify(speedups));
  assert.match(gilscope(args).output, /^w\.json:1 4 threads run .* CPython 3\.14 · 4 cores\n {2}strategy .*\n {2}serial +0?\.?24/);
  assert.equal(gilscope([...args, "--seed", "7"]).output, gilscope([...args, "--seed", "7"]).output, "the same seed gives the same text");
});

test("a workload that locks itself up is said to", () => {
  const taking = (first: string, second: string) => ({ count: 1, steps: [{ acquire: first }, { waitNs: 1000 }, { acquire: second }] });
  write("w.json", JSON.stringify({ threads: [taking("a", "b"), taking("b", "a")] }));
  assert.match(
    gilscope(["simulate", "--workload", "w.json"]).output,
    /^ {2}threads +– +– +deadlock: .* waits for lock [ab], which .* holds$/m,
  );
});

test("a trace has one track for each thread, without overlaps", () => {
  write("w.json", workload);
  const { output } = gilscope(["simulate", "--workload", "w.json", "--format", "trace"]);
  const events: { ph: string; name: string; pid: number; tid: number; ts: number; dur: number }[] = JSON.parse(output).traceEvents;
  assert.ok(events.some(({ name }) => name === "waiting for the GIL"));
  const ends = new Map<string, number>();
  for (const { ph, pid, tid, ts, dur } of events) {
    if (ph !== "X") continue;
    assert.ok(ts >= (ends.get(`${pid} ${tid}`) ?? 0) - 1e-6, "slices follow one another");
    ends.set(`${pid} ${tid}`, ts + dur);
  }
  assert.ok(ends.size >= 4 * 5);
});

test("a workload file that cannot be used is a usage error that names the place", () => {
  write("w.json", '{"threads": [{"count": 1}]}');
  assert.deepEqual(gilscope(["simulate", "--workload", "w.json"]), {
    code: 2,
    output: "",
    errors: 'gilscope: w.json: threads[0] lacks "steps"\n',
  });
  write("w.json", "{");
  assert.match(gilscope(["simulate", "--workload", "w.json"]).errors, /^gilscope: w\.json is not JSON \(line 1, column \d+\)\n$/);
  assert.match(gilscope(["simulate", "--workload", "none.json"]).errors, /^gilscope: none\.json cannot be read: does not exist\n$/);
  assert.match(gilscope(["simulate", "app.py", "--seed", "1"]).errors, /--seed needs --workload/);
  write("w.json", workload);
  assert.match(gilscope(["simulate", "--workload", "w.json", "--workers", "3"]).errors, /--workers needs a workload with a pool/);
});

test("knowledge is listed, shown with its evidence, and checked", () => {
  const list = JSON.parse(gilscope(["knowledge", "list", "--format", "json"]).output);
  const sha256 = list.find((entry: { target: string }) => entry.target === "hashlib.sha256");
  assert.deepEqual([sha256.package, sha256.gil, sha256.otherwise], ["python", "conditional", "holds"]);
  assert.match(sha256.conditions[0].when[1], /2048 bytes or more/);
  assert.ok(list.every((entry: { evidence: unknown[] }) => entry.evidence.length > 0));
  assert.match(gilscope(["knowledge", "list"]).output, /^zlib\.compress +releases +python +measured$/m);
  for (const args of [
    ["knowledge", "show", "zlib.compress"],
    ["explain", "zlib.compress"],
  ]) {
    assert.match(gilscope(args).output, /^zlib\.compress\(\)\n {2}Releases the GIL\.\n(.*\n)* {2}Evidence \(measured, /);
  }
  const { code, errors } = gilscope(["knowledge", "show", "no.such.compress"]);
  assert.deepEqual([code, errors.split("\n").length], [2, 2]);

  write("mine.json", '{"package": 1, "callables": {}}');
  const checked = gilscope(["knowledge", "check", "mine.json"]);
  assert.equal(checked.code, 1);
  assert.match(checked.output, /^mine\.json:1:13: \/package: /m);
  const own = {
    package: {
      name: "mine",
      modules: ["mine"],
      evidence: [{ kind: "docs", place: "https://example.org", says: "so", date: "2026-11-21" }],
    },
  };
  write("mine.json", JSON.stringify(own));
  assert.equal(gilscope(["knowledge", "check", "mine.json"]).code, 0);
  const root = {
    names: ["mine.on"],
    worker: "thread",
    startedBy: "library",
    target: { at: "decorated" },
    passing: { pass: "from-library" },
    concurrency: { width: "one-thread" },
    evidence: own.package.evidence,
  };
  write("mine.json", JSON.stringify({ ...own, spawners: [root] }));
  assert.equal(gilscope(["knowledge", "check", "mine.json"]).output, "mine.json: 1 entry, no problems.\n");
  write("mine.json", JSON.stringify({ ...own, spawners: [{ ...root, target: { at: "decorated", of: { position: 0 } } }] }));
  assert.match(gilscope(["knowledge", "check", "mine.json"]).output, /^mine\.json:1:\d+: \/spawners\/0\/target\/of: /m);
});

/** Says that `acme.tasks.task` makes a function that runs in several threads, and that `acme.hash` holds the GIL. */
const framework = {
  package: {
    name: "acme",
    modules: ["acme"],
    evidence: [{ kind: "docs", place: "https://example.org", says: "tasks run in threads", date: "2026-11-21" }],
  },
  spawners: [
    {
      names: ["acme.tasks.task"],
      worker: "thread",
      startedBy: "library",
      target: { at: "decorated" },
      passing: { pass: "from-library" },
      concurrency: { width: "unbounded" },
      evidence: [{ kind: "docs", place: "https://example.org", says: "tasks run in threads", date: "2026-11-21" }],
    },
  ],
  callables: [
    {
      names: ["acme.hash", "zlib.compress"],
      gil: "holds",
      kind: "cpu-native",
      evidence: [{ kind: "docs", place: "https://example.org", says: "holds it", date: "2026-11-21" }],
    },
  ],
};

const tasks = `from acme.tasks import task

total = 0


@task
def count():
    global total
    total += 1
`;

test("a knowledge file of the user's own makes a framework's functions run in threads", () => {
  write("tasks.py", tasks);
  write("acme.json", JSON.stringify(framework));
  assert.deepEqual(json(["check", "tasks.py"]).findings, []);
  const { code, findings, problems } = json(["check", "tasks.py", "--knowledge", "acme.json"]);
  assert.deepEqual([code, problems], [1, []]);
  assert.deepEqual(
    findings.map(({ code: rule, start }: { code: string; start: { line: number } }) => [rule, start.line]),
    [["GIL201", 9]],
  );

  const list = JSON.parse(gilscope(["knowledge", "list", "--format", "json", "--knowledge", "acme.json"]).output);
  const known = (name: string) => list.find((entry: { target: string }) => entry.target === name);
  assert.deepEqual([known("acme.hash").gil, known("zlib.compress").gil, known("zlib.compress").package], ["holds", "holds", "acme"]);
  assert.match(gilscope(["explain", "acme.hash", "--knowledge", "acme.json"]).output, /^acme\.hash\(\)\n/);
  assert.match(gilscope(["knowledge", "show", "acme.tasks.task", "--knowledge", "acme.json"]).output, /acme\.tasks\.task/);
  assert.equal(gilscope(["explain", "acme.hash"]).code, 2);
  assert.equal(gilscope(["simulate", "tasks.py", "--knowledge", "acme.json"]).code, 0);
});

test("pyproject.toml names knowledge files, for all that is below it, and --knowledge comes before them", () => {
  write("tasks.py", tasks);
  write("rules/acme.json", JSON.stringify(framework));
  write("pyproject.toml", '[tool.gilscope]\nknowledge = ["rules/acme.json"]\n');
  write("other.json", JSON.stringify({ ...framework, spawners: [{ ...framework.spawners[0], worker: "process" }] }));
  const rulesOf = (args: readonly string[]): unknown[] =>
    json(["check", "tasks.py", ...args]).findings.map(({ code }: { readonly code: string }) => code);
  assert.deepEqual(rulesOf([]), ["GIL201"]);
  assert.deepEqual(rulesOf(["--knowledge", "other.json"]), []);
  assert.match(gilscope(["explain", "acme.hash"]).output, /^acme\.hash\(\)\n/);
  write("pyproject.toml", '[tool.gilscope]\nknowledge = "rules/acme.json"\n');
  assert.deepEqual(gilscope(["explain", "zlib.compress"]), {
    code: 2,
    output: "",
    errors: "gilscope: pyproject.toml:2: `knowledge` of `[tool.gilscope]` is not a list of files\n",
  });
});

test("of several knowledge files the last counts, and those that cannot be used are problems that stop nothing", () => {
  write("tasks.py", tasks);
  write("acme.json", JSON.stringify(framework));
  write("broken.json", '{"package": ');
  write("wrong.json", JSON.stringify({ ...framework, spawners: [{ ...framework.spawners[0], worker: "elf" }] }));
  write("folder.json/x", "");
  const named = ["broken.json", "missing.json", "folder.json", "wrong.json", "acme.json"];
  const { code, findings, problems } = json(["check", "tasks.py", ...named.flatMap((name) => ["--knowledge", name])]);
  assert.equal(code, 1);
  assert.deepEqual(
    findings.map(({ code: rule }: { code: string }) => rule),
    ["GIL201"],
  );
  assert.deepEqual(
    problems.map(({ path }: { path: string }) => path),
    ["broken.json", "folder.json", "missing.json", "wrong.json"],
  );
  assert.match(problems[3].message, /at \/spawners\/0\/worker: .* \(line 1, column \d+\)$/);
  const listed = gilscope(["knowledge", "list", "--knowledge", "broken.json"]);
  assert.deepEqual([listed.code, listed.errors.split("\n").length], [0, 2]);
  assert.match(listed.errors, /^broken\.json: is not JSON \(line 1, column 13\)/);
});

test("explain shows how knowledge is written down, with an example that can be used", () => {
  const { code, output } = gilscope(["explain", "knowledge"]);
  assert.equal(code, 0);
  const example = /^ {4}\{[\s\S]*?^ {4}\}$/m.exec(output)?.[0] ?? "";
  write("example.json", example);
  assert.equal(gilscope(["knowledge", "check", "example.json"]).output, "example.json: 1 entry, no problems.\n");
});

test("explain shows pages on the GIL for the target, and without a name lists what there is", () => {
  const contents = gilscope(["explain"]);
  assert.equal(contents.code, 0);
  for (const name of ["why-the-gil", "which-model", "non-atomic-shared-update"])
    assert.match(contents.output, new RegExp(`^ {2}${name} `, "m"));
  const old = gilscope(["explain", "atomicity", "--target", "cpython-3.9"]);
  assert.equal(old.code, 0);
  assert.match(old.output, /^# What is atomic\n[\s\S]*can switch inside[\s\S]*Told for CPython 3\.9;/);
  assert.doesNotMatch(old.output, /<!--|\.md\)/);
  assert.match(gilscope(["explain", "atomicity", "--target", "cpython-3.14t"]).output, /\*\*Your build\*\* loses updates/);
});

test("explain shows the page of a rule, by name or code", () => {
  const page = gilscope(["explain", "non-atomic-shared-update"]);
  assert.equal(page.code, 0);
  assert.match(page.output, /^# non-atomic-shared-update \(GIL201\)\n/);
  assert.deepEqual(gilscope(["explain", "gil201"]), page);
});

test("the project names the default target", () => {
  write("w.json", workload);
  write("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n');
  mkdirSync(join(folder, ".git"));
  assert.match(gilscope(["simulate", "--workload", "w.json"]).output, /CPython 3\.9 /);
  write(".python-version", "3.13.1\n");
  assert.match(gilscope(["simulate", "--workload", "w.json"]).output, /CPython 3\.13 /);
  assert.match(gilscope(["simulate", "--workload", "w.json", "--target", "cpython-3.14t"]).output, /CPython 3\.14t /);
});

test("the language server answers over standard input and output", async () => {
  const child = spawn(process.execPath, [cli, "lsp", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const request = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(request)}\r\n\r\n${request}`);
  let output = "";
  for await (const piece of child.stdout) {
    output += piece;
    if (output.includes('"capabilities"')) break;
  }
  child.kill();
  assert.match(output, /^Content-Length: \d+\r\n\r\n\{.*"serverInfo":\{"name":"gilscope"/);
});

test("a reader that closes the pipe early ends the program quietly", async () => {
  write("app.py", "x = 1\n".repeat(1000));
  const child = spawn(process.execPath, [cli, "check", "--format", "json", "."], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  await new Promise((resolve) => child.on("close", resolve));
  assert.equal(errors, "");
});

test("the bundle starts with the line that lets a shell run it", () => {
  assert.match(readFileSync(cli, "utf8"), /^#!\/usr\/bin\/env node\n/);
});

const measurements = {
  gilscope: "costs",
  format: 1,
  implementation: "CPython",
  version: "3.13.1",
  freeThreaded: false,
  measured: "2026-11-26",
  seconds: 7.4,
  operations: { intAdd: [20, 21, 22] },
  native: {},
  handOver: { wakeUp: { low: 5000, high: 20000 }, threads: { startNs: [90000, 90001, 90002] } },
};

/** Stands in for an interpreter: it takes the script, tells its progress, and prints what it "measured". */
function interpreter(output: string, ending = ""): string {
  write(
    "bin/python",
    `#!${process.execPath}\nlet read = 0;\nprocess.stdin.on("data", (text) => { read += text.length; });\nprocess.stdin.on("end", () => {
      console.error("progress 1 2 operations");
      if (process.argv.slice(2, 5).join(" ") === "-I -S -c" && read > 1000) console.log(${JSON.stringify(output)});
      ${ending}
    });\n`,
  );
  chmodSync(join(folder, "bin/python"), 0o755);
  return "bin/python";
}

test("what calibrate measures is kept in the user's folder, and predictions say that they use it", () => {
  write("app.py", pool);
  const simulate = ["simulate", "app.py", "--target", "cpython-3.13"];
  assert.match(gilscope(simulate).output, /cost of each operation = the table measured on CPython 3\.13/);
  const { code, output, errors } = gilscope(["calibrate", "--python", interpreter(JSON.stringify(measurements))]);
  assert.deepEqual([code, errors], [0, "measuring: operations\n"]);
  assert.match(output, /^Measured CPython 3\.13\.1 in 7 s: .*\/costs-cpython-3\.13\.json\nPredictions for CPython 3\.13 use it\.\n$/);
  assert.ok(existsSync(join(folder, "settings/gilscope/costs-cpython-3.13.json")));
  assert.match(gilscope(simulate).output, /cost of each operation = measured on this machine, 2026-11-26 \(measured\)/);
  assert.match(gilscope(["simulate", "app.py", "--target", "cpython-3.12"]).output, /the table measured on CPython 3\.12/);
});

test("a file of costs is used where it is named, and a bad one is one clear error", () => {
  write("app.py", pool);
  assert.match(
    gilscope(["calibrate", "--python", interpreter(JSON.stringify(measurements)), "--output", "costs.json"]).output,
    /--costs costs\.json/,
  );
  assert.ok(!existsSync(join(folder, "settings")));
  const simulate = ["simulate", "app.py", "--costs", "costs.json", "--target"];
  assert.match(gilscope([...simulate, "cpython-3.13"]).output, /measured on this machine, 2026-11-26/);
  assert.equal(gilscope(["check", "app.py", "--costs", "costs.json", "--target", "cpython-3.13"]).errors, "");
  assert.match(gilscope([...simulate, "cpython-3.12"]).errors, /^gilscope: costs\.json was measured on cpython-3\.13; add .*\n$/);
  for (const [text, reason] of [
    ["{", /costs\.json is not JSON/],
    ["{}", /costs\.json cannot be used: `gilscope`/],
    [JSON.stringify({ ...measurements, format: 2 }), /`format`: has another format than 1/],
    [JSON.stringify({ ...measurements, version: "3.99.0" }), /CPython 3\.99\.0 is none of the targets known/],
    [JSON.stringify({ ...measurements, operations: { intAdd: [3, 2, 1] } }), /`operations\.intAdd`: expected \[low, likely, high\]/],
  ] as const) {
    write("costs.json", text);
    const { code, output, errors } = gilscope([...simulate, "cpython-3.13"]);
    assert.deepEqual([code, output, errors.split("\n").length], [2, "", 2]);
    assert.match(errors, reason);
  }
  write("settings/gilscope/costs-cpython-3.13.json", "{");
  assert.match(
    gilscope(["check", "app.py", "--target", "cpython-3.13"]).errors,
    /^gilscope: .*costs-cpython-3\.13\.json is not JSON; run `gilscope calibrate` again\n$/,
  );
});

test("an interpreter that cannot be measured is a usage error", () => {
  assert.match(gilscope(["calibrate", "--python", "./none"]).errors, /^gilscope: there is no interpreter `\.\/none`\n$/);
  const failing = interpreter("", 'console.error("only CPython can be measured"); process.exitCode = 1;');
  assert.match(gilscope(["calibrate", "--python", failing]).errors, /\/bin\/python could not be measured: only CPython can be measured\n$/);
  assert.match(gilscope(["calibrate", "--python", interpreter("no JSON")]).errors, /the interpreter's measurements cannot be used/);
});
