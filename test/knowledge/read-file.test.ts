import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { builtInFiles } from "../../server/src/knowledge/built-in-files.js";
import { builtInKnowledge, createKnowledge } from "../../server/src/knowledge/knowledge.js";
import { readKnowledgeFile } from "../../server/src/knowledge/read-file.js";

const evidence = { kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" };
const header = { package: { name: "acme", modules: ["acme"], evidence: ["doc"] }, sources: { doc: evidence } };
const good = { names: ["acme.run"], gil: "releases", kind: "cpu-native", evidence: ["doc"] };

function pointers(value: unknown): string[] {
  return readKnowledgeFile(value, "user").problems.map((problem) => problem.pointer);
}

test("a small file is read, with what is left out filled in", () => {
  const { entries, problems, package: owner } = readKnowledgeFile({ ...header, callables: [good] }, "user");
  assert.deepEqual(problems, []);
  assert.equal(owner?.origin, "user");
  assert.deepEqual(entries, [
    {
      entry: "callable",
      name: "acme.run",
      package: "acme",
      gil: "releases",
      kind: "cpu-native",
      style: "blocking",
      waits: undefined,
      cost: undefined,
      returns: [],
      invokes: [],
      ownThreads: undefined,
      compiles: undefined,
      block: undefined,
      note: undefined,
      freeThreaded: undefined,
      measuredOtherwise: undefined,
      evidence: [{ ...evidence, standing: "read", about: "behaviour" }],
    },
  ]);
});

test("what is not a knowledge file gives one problem and no entries", () => {
  for (const value of [undefined, null, 7, "text", [], [1, 2], true]) {
    const { entries, problems } = readKnowledgeFile(value, "user");
    assert.equal(entries.length, 0);
    assert.equal(problems.length, 1, JSON.stringify(value));
    assert.equal(problems[0]?.pointer, "");
  }
});

test("a bad record loses only itself, and the problem points at the value at fault", () => {
  const bad: [unknown, string][] = [
    [{ ...good, gil: "sometimes" }, "/callables/1/gil"],
    [{ ...good, names: ["no spaces"] }, "/callables/1/names/0"],
    [{ ...good, names: [] }, "/callables/1/names"],
    [{ ...good, evidence: [] }, "/callables/1/evidence"],
    [{ ...good, evidence: ["nowhere"] }, "/callables/1/evidence/0"],
    [{ ...good, evidence: [{ ...evidence, date: "yesterday" }] }, "/callables/1/evidence/0/date"],
    [{ ...good, wehn: [] }, "/callables/1/wehn"],
    [{ ...good, cost: { from: "measured", terms: [{ term: "fixed", ns: [3, 2, 1] }] } }, "/callables/1/cost/terms/0/ns"],
    [{ ...good, gil: "conditional" }, "/callables/1"],
    [{ ...good, cases: [], otherwise: "holds" }, "/callables/1/cases"],
    [
      { ...good, gil: "conditional", cases: [{ when: [{ test: "weather", is: "fine" }], gil: "holds" }], otherwise: "holds" },
      "/callables/1/cases/0/when/0/test",
    ],
    [null, "/callables/1"],
    [[], "/callables/1"],
    ["acme.run", "/callables/1"],
  ];
  for (const [record, pointer] of bad) {
    const second = { ...good, names: ["acme.second"] };
    const { entries, problems } = readKnowledgeFile({ ...header, callables: [good, record, second] }, "user");
    assert.deepEqual(
      entries.map((entry) => entry.name),
      ["acme.run", "acme.second"],
    );
    assert.ok(
      problems.some((problem) => problem.pointer.startsWith(pointer)),
      `${JSON.stringify(record)}: ${JSON.stringify(problems)}`,
    );
  }
});

test("a name listed twice is rejected the second time, in one record or two", () => {
  const twice = { ...header, callables: [{ ...good, names: ["acme.run", "acme.run"] }, good] };
  const { entries } = readKnowledgeFile(twice, "user");
  assert.equal(entries.length, 1);
  assert.deepEqual(pointers(twice), ["/callables/0/names/1", "/callables/1/names/0"]);
});

test("a spawner and a callable may share a name: they say different things", () => {
  const spawner = {
    names: ["acme.run"],
    worker: "thread",
    target: { at: "argument", of: { position: 0 } },
    passing: { pass: "rest", from: 1 },
    concurrency: { width: "one-per-call" },
    evidence: ["doc"],
  };
  assert.deepEqual(pointers({ ...header, callables: [good], spawners: [spawner] }), []);
});

test("sections and sources of the wrong type are told", () => {
  assert.deepEqual(pointers({ ...header, callables: {}, spawners: "all", types: 3 }), ["/callables", "/spawners", "/types"]);
  assert.deepEqual(pointers({ ...header, sources: [evidence] }), ["/sources", "/package/evidence/0"]);
  assert.deepEqual(pointers({ ...header, calables: [] }), ["/calables"]);
});

test("a file without a usable package section gives nothing", () => {
  assert.equal(readKnowledgeFile({ sources: header.sources, callables: [good] }, "user").entries.length, 0);
  assert.ok(pointers({ sources: header.sources, callables: [good] }).length > 0);
});

test("keys that mean something to JavaScript are data like any other", () => {
  const file = JSON.parse(
    `{"__proto__": {"polluted": 1}, "constructor": 2,
      "package": {"name": "acme", "modules": ["__proto__", "constructor", "toString"], "evidence": ["__proto__"]},
      "sources": {"__proto__": ${JSON.stringify(evidence)}, "toString": ${JSON.stringify(evidence)}},
      "callables": [{"names": ["__proto__.constructor", "toString"], "gil": "holds", "kind": "cpu-native", "evidence": ["__proto__"]}],
      "types": [{"names": ["acme.T"], "attributes": {"__proto__": "a.B", "constructor": "a.C"}, "evidence": ["toString"]}]}`,
  );
  const { knowledge } = createKnowledge([file]);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(knowledge.callable("toString")?.gil, "holds");
  assert.equal(knowledge.callable("__proto__.constructor")?.gil, "holds");
  assert.equal(knowledge.callable("hasOwnProperty"), undefined);
  assert.equal(knowledge.type("acme.T")?.attributes.get("valueOf"), undefined);
});

test("enormous and deep files are refused with one clear problem, quickly, and nothing shipped is lost", () => {
  const many = { ...header, callables: Array.from({ length: 1_000_000 }, () => good) };
  let deep: unknown = { test: "build", is: "gil" };
  for (let i = 0; i < 100_000; i++) deep = { test: "not", condition: deep };
  const nested = { ...header, callables: [{ ...good, gil: "conditional", cases: [{ when: [deep], gil: "holds" }], otherwise: "holds" }] };
  const wide = { ...header, callables: Array.from({ length: 25_000 }, (_, i) => ({ names: [`acme.f${i}`] })) };
  for (const file of [many, nested, wide]) {
    const started = performance.now();
    const { knowledge, problems } = createKnowledge([file]);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? "", /more than|at most/);
    assert.ok(performance.now() - started < 2000);
    assert.equal(knowledge.callables().length, builtInKnowledge().callables().length);
  }
});

test("a file that contains itself is refused", () => {
  const loop: Record<string, unknown> = { ...header };
  loop.callables = [loop];
  assert.equal(readKnowledgeFile(loop, "user").entries.length, 0);
});

test("a file full of mistakes reports a bounded number of them", () => {
  const { problems } = readKnowledgeFile({ ...header, callables: Array.from({ length: 5000 }, () => ({})) }, "user");
  assert.ok(problems.length <= 101);
  assert.match(problems.at(-1)?.message ?? "", /more problems/);
});

test("no JSON value makes it throw", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => void readKnowledgeFile(value, "user")),
    { numRuns: 300 },
  );
});

test("no damage to a good file makes it throw, and problems always come with the loss", () => {
  const whole = builtInFiles.find((file) => file.name === "requests")?.content as Record<string, unknown>;
  const count = readKnowledgeFile(whole, "user").entries.length;
  const paths = [...leaves(whole, [])];
  assert.ok(paths.length > 50);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
      const damaged = structuredClone(whole);
      put(damaged, path, value);
      const read = readKnowledgeFile(damaged, "user");
      assert.ok(read.entries.length >= count || read.problems.length > 0, path.join("/"));
    }),
    { numRuns: 500 },
  );
});

/** The paths of all values that are neither lists nor objects. */
function* leaves(value: unknown, path: readonly string[]): Generator<readonly string[]> {
  if (typeof value !== "object" || value === null) yield path;
  else for (const [key, child] of Object.entries(value)) yield* leaves(child, [...path, key]);
}

function put(root: unknown, path: readonly string[], value: unknown): void {
  let at = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ""] = value;
}
