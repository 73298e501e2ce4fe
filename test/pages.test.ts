import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hasGil, knownTargets, parseTarget, targetName } from "../server/src/base/target.js";
import { findPage, pages } from "../server/src/pages/index.js";
import { type Page, pageFor, pageSummary, pageTitle, unknownWords } from "../server/src/pages/page.js";
import { findRule } from "../server/src/rules/index.js";
import { switchIntervalNs } from "../server/src/simulation/runtimes/gil.js";
import { pypySwitchIntervalNs } from "../server/src/simulation/runtimes/pypy.js";

const folder = "server/src/pages";

/** What a reader should find told, and on which page; the words must occur there. */
const matters: Readonly<Record<string, readonly string[]>> = {
  "why-the-gil": ["freed twice", "leaks", "C extensions", "scale"],
  "reference-counts": ["Reference counts", "immortal"],
  switching: ["switch interval", "fairness", "convoy", "100 steps"],
  "io-and-cpu": ["downloads", "take turns", "Amdahl"],
  "native-code": ["Py_BEGIN_ALLOW_THREADS", "NumPy", "Pillow", "hashlib", "zlib"],
  atomicity: ["read, add, store"],
  locks: ["Lock", "RLock", "Condition", "Semaphore", "Event", "Barrier", "Queue", "threading.local"],
  processes: ["fork", "forkserver", "spawn", "pickle", "chunksize"],
  "event-loops": ["asyncio", "await", "Not parallel"],
  subinterpreters: ["PEP 684", "InterpreterPoolExecutor"],
  "free-threading": ["PEP 703", "PEP 779", "40 %", "5 to 10 %", "extension module"],
  "other-implementations": ["PyPy", "Jython", "IronPython"],
  misconceptions: ["makes Python slow", "thread-safe"],
  "which-model": ["asyncio", "processes", "threads", "NumPy", "native code"],
};

test("each matter has a page, and each page is listed", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".md"));
  assert.deepEqual(pages.map(({ name }) => `${name}.md`).sort(), files.sort());
  assert.deepEqual(pages.map(({ name }) => name).sort(), Object.keys(matters).sort());
  for (const page of pages) {
    const told = page.markdown;
    for (const words of matters[page.name] ?? []) assert.ok(told.includes(words), `${page.name} does not mention ${words}`);
    assert.ok(pageTitle(page) !== "" && /[.:]$/.test(pageSummary(page)), `${page.name} begins with a title and a paragraph`);
    assert.match(told, /\n## Sources\n\n- /, `${page.name} names its sources`);
    assert.deepEqual(unknownWords(page), [], `${page.name} has marks for interpreters that do not exist`);
  }
});

test("links lead somewhere", () => {
  assert.notDeepEqual(deadLinks({ name: "planted", markdown: "[a](nowhere.md)" }), []);
  assert.notDeepEqual(deadLinks({ name: "planted", markdown: "[GIL999](../rules/cpu-bound-in-thread.md)" }), []);
  assert.notDeepEqual(deadLinks({ name: "planted", markdown: "[GIL101]" }), []);
  assert.notDeepEqual(deadLinks({ name: "planted", markdown: "`test/measure/nothing.py`" }), []);
  for (const page of pages) assert.deepEqual(deadLinks(page), [], page.name);
});

function deadLinks({ markdown }: Page): readonly string[] {
  const links = [...markdown.matchAll(/\[([^\]\n]+)\](?:\(([^)\s]+)\))?/g)].filter(([found, , to]) => {
    if (to === undefined) return /^\[GIL\d+\]$/.test(found);
    if (to.startsWith("https://")) return false;
    const rule = /^\.\.\/rules\/(.+)\.md$/.exec(to)?.[1];
    if (rule !== undefined) return findRule(rule) === undefined || !found.includes(findRule(rule)?.code ?? "");
    return findPage(to.replace(/\.md$/, "")) === undefined || !to.endsWith(".md");
  });
  const records = [...markdown.matchAll(/`(test\/[^`]+)`/g)].filter(([, path]) => !existsSync(path as string));
  return [...links, ...records].map(([found]) => found);
}

test("a page is told for one interpreter", () => {
  const page: Page = {
    name: "planted",
    markdown: [
      "# Title",
      "<!-- for: cpython gil before-3.10 -->",
      "old",
      "<!-- for: cpython 3.12 3.13 -->",
      "middle",
      "<!-- for: no-gil -->",
      "free",
      "<!-- for: pypy jython -->",
      "other",
      "<!-- end -->",
      "all",
    ].join("\n"),
  };
  const told = (name: string): readonly string[] => {
    const target = parseTarget(name);
    assert.ok(target);
    return pageFor(page, target).split("\n").slice(1);
  };
  assert.deepEqual(told("cpython-3.9"), ["old", "all"]);
  assert.deepEqual(told("cpython-3.10"), ["all"]);
  assert.deepEqual(told("cpython-3.12"), ["middle", "all"]);
  assert.deepEqual(told("cpython-3.13t"), ["middle", "free", "all"]);
  assert.deepEqual(told("pypy-3.11"), ["other", "all"]);
  assert.deepEqual(told("jython-2.7"), ["free", "other", "all"]);
});

test("what depends on the interpreter is told of every interpreter, once", () => {
  for (const page of pages) {
    for (const target of knownTargets) {
      const told = pageFor(page, target);
      assert.doesNotMatch(told, /<!--/);
      assert.ok(
        (told.match(/\*\*Your (?:version|build|interpreter)\*\*|\*\*PyPy\*\* can/g) ?? []).length <= 1,
        `${page.name} for ${targetName(target)}`,
      );
    }
  }
  const told = (name: string, target: (typeof knownTargets)[number]): string => pageFor(findPage(name) as Page, target);
  for (const target of knownTargets) {
    for (const name of ["atomicity", "subinterpreters"])
      assert.match(told(name, target), /\*\*(Your|PyPy)/, `${name} for ${targetName(target)}`);
    assert.equal(/has no GIL/.test(told("why-the-gil", target)), !hasGil(target), targetName(target));
  }
});

interface Validation {
  readonly target: string;
  readonly programs: Readonly<Record<string, { readonly serialNs: number; readonly processesNs?: number }>>;
  readonly threads?: readonly { readonly name: string; readonly speedup: number }[];
  readonly besideComputing?: readonly { readonly name: string; readonly switchIntervalNs: number; readonly perSecond: number }[];
}

interface Updates {
  readonly implementation: string;
  readonly version: string;
  readonly freeThreaded: boolean;
  readonly rows: readonly { readonly what: string; readonly tries: number; readonly wrong: number }[];
}

test("numbers on the pages are those of the records", () => {
  const validation = "test/simulation/validation";
  const records = readdirSync(validation)
    .filter((name) => /^cpython-[\d.]+t?\.json$/.test(name))
    .map((name): Validation => JSON.parse(readFileSync(join(validation, name), "utf8")));
  const ofTarget = (target: string): Validation => records.find((record) => record.target === target) as Validation;
  const withGil = records.filter(({ target }) => !target.endsWith("t"));
  const threads = (among: readonly Validation[], name: RegExp): readonly number[] =>
    among.flatMap((record) => (record.threads ?? []).filter((each) => name.test(each.name)).map(({ speedup }) => speedup));
  const processes = (name: string): readonly number[] =>
    records.flatMap(({ programs }) => {
      const program = programs[name];
      return program?.processesNs === undefined ? [] : [program.serialNs / program.processesNs];
    });
  const range = (values: readonly number[], digits: number, dash: string): string =>
    [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits)).join(dash);

  states("io-and-cpu", `${range(threads(records, /^4 sleeps/), 2, " to ")} times as fast`);
  states("io-and-cpu", `${range(threads(withGil, /loops/), 2, " to ")} times as fast`);
  const parallel = threads([ofTarget("cpython-3.13t")], /^2 loops/)[0] as number;
  states("io-and-cpu", `${parallel.toFixed(2)} times as fast`);
  states("free-threading", `| ${parallel.toFixed(2)}×`);

  for (const [title, name, digits] of [
    ["10 µs ", "loops of 10 us", 2],
    ["100 µs ", "loops of 100 us", 1],
    ["1 ms ", "loops of 1000 us", 1],
    ["100 ms ", "loops of 100000 us", 1],
  ] as const) {
    const chunks = processes(`${name} in chunks`);
    const cells = [range(processes(name), digits, "–"), ...(chunks.length > 0 ? [range(chunks, 1, "–")] : [])];
    const row =
      findPage("processes")
        ?.markdown.split("\n")
        .find((line) => line.startsWith(`| ${title}`)) ?? "";
    assert.deepEqual(
      [...row.matchAll(/[\d.]+–[\d.]+/g)].map(([found]) => found),
      cells,
      title,
    );
  }
  const echo = (interval: number): string => {
    const found = ofTarget("cpython-3.11").besideComputing?.find((each) => /echo/.test(each.name) && each.switchIntervalNs === interval);
    return Math.round(found?.perSecond ?? 0).toLocaleString("en");
  };
  states(
    "switching",
    `made ${echo(switchIntervalNs)} beside one computing thread (CPython 3.11, 2 cores), and ${echo(switchIntervalNs / 10)} with`,
  );
  states("switching", `switch interval: ${switchIntervalNs / 1e6} ms`);
  assert.ok(pypySwitchIntervalNs < 1e6, "a fraction of a millisecond, says the page on switching");

  const updates: readonly Updates[] = JSON.parse(readFileSync("test/knowledge/measured-lost-updates.json", "utf8"));
  const cpython = updates.filter(({ implementation }) => implementation === "cpython");
  const isOld = ({ version }: Updates): boolean => /^3\.[89]\./.test(version);
  const lost = (among: readonly Updates[], what: string): number =>
    Math.max(...among.flatMap(({ rows }) => rows.filter((row) => row.what === what).map(({ wrong, tries }) => wrong / tries)));
  const percent = (share: number): string => `up to ${Math.round(100 * share)} %`;
  states(
    "atomicity",
    `lost ${percent(
      lost(
        cpython.filter((record) => isOld(record)),
        "c += 1",
      ),
    )} of their updates`,
  );
  const newer = cpython.filter((record) => !isOld(record) && !record.freeThreaded);
  assert.equal(lost(newer, "c += 1"), 0);
  states("atomicity", `lost ${percent(lost(newer, "c += f()"))}.`);
  states(
    "atomicity",
    percent(
      lost(
        cpython.filter(({ freeThreaded }) => freeThreaded),
        "c += 1",
      ),
    ),
  );
  states("atomicity", `${cpython[0]?.rows.length} shapes of updates on ${new Set(cpython.map(({ version }) => version)).size} versions`);

  const { rows: contention }: { readonly rows: readonly { readonly shape: string; readonly speedup: number; readonly own?: number }[] } =
    JSON.parse(readFileSync("test/knowledge/measured-contention.json", "utf8"));
  const shape = (name: string) => contention.find((row) => row.shape === name);
  states("free-threading", `| append to a list of their own          | ${shape("list.append")?.own?.toFixed(2)}×`);
  states("free-threading", `| append to one list                     | ${shape("list.append")?.speedup.toFixed(2)}×`);
  states("free-threading", `| read one attribute that holds a list   | ${shape("attribute read of a list")?.speedup.toFixed(2)}×`);
  states("free-threading", `| the same, each of an object of its own | ${shape("attribute read of a list")?.own?.toFixed(2)}×`);
});

function states(name: string, text: string): void {
  const told = findPage(name)?.markdown.replace(/\s+/g, " ") ?? "";
  assert.ok(told.includes(text.replace(/\s+/g, " ")), `${name} should say: ${text}`);
}
