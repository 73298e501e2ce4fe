import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import type { Facts, FunctionFacts } from "../../server/src/program/facts.js";
import { walkOperations } from "../../server/src/program/link/walk.js";
import { makePackedFacts, packFacts, unpackFacts } from "../../server/src/program/packed-facts.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { pythonParser } from "../syntax/python-parser.js";
import { factsOf } from "./program.js";

let parser: Parser;
before(async () => {
  parser = await pythonParser();
});

/** Real Python of all kinds: the programs that fixes are tried on, and what measures interpreters. */
const texts: readonly (readonly [string, string])[] = globSync([
  "test/fixes/programs/**/*.py",
  "test/measure/**/*.py",
  "server/src/**/*.py",
])
  .sort()
  .map((path) => [path, readFileSync(join(process.cwd(), path), "utf8")]);

/** What is read through getters as well as what is not, as one plain value. */
function plain(facts: Facts): unknown {
  const names: readonly (keyof FunctionFacts)[] = [
    ...([
      "index",
      "kind",
      "name",
      "qualifiedName",
      "nameRange",
      "parent",
      "class",
      "parameters",
      "decorators",
      "isAsync",
      "isGenerator",
    ] as const),
    ...(["returns", "bindings", "rebound", "annotations", "returned", "body", "bodyStart", "holds", "start", "end"] as const),
  ];
  const sites = (map: ReadonlyMap<string, readonly object[]>, name: "call" | "write"): unknown =>
    [...map].map(([key, all]) => [
      key,
      all.map((each) => [(each as { function: number }).function, (each as Record<string, unknown>)[name]]),
    ]);
  const functionFact = (each: FunctionFacts, name: keyof FunctionFacts): unknown =>
    name === "bindings" ? new Map(each.bindings) : each[name];
  return {
    ...facts,
    functions: facts.functions.map((each) => names.map((name) => functionFact(each, name))),
    classes: facts.classes.map((each) => ({ ...each, instanceAttributes: sites(each.instanceAttributes, "write") })),
    callsByName: sites(facts.callsByName, "call"),
    writesByAttribute: sites(facts.writesByAttribute, "write"),
  };
}

test("unpacked facts are those that were packed", () => {
  assert.ok(texts.length > 100);
  for (const [path, text] of texts) {
    const facts = factsOf(parser, text);
    assert.deepEqual(plain(unpackFacts(packFacts(facts))), plain(facts), path);
  }
});

test("whether a class has a name is told without reading its body, as it is told afterwards", () => {
  const text = `class Account:
    limit = 3

    def pay(self):
        pass

    @property
    def total(self):
        return 0

    def pay(self, sum):
        pass
`;
  const body = ({ functions }: Facts): FunctionFacts => functions.find(({ kind }) => kind === "class-body") as FunctionFacts;
  const made = body(factsOf(parser, text)).bindings;
  const unread = body(unpackFacts(makePackedFacts(text, parser))).bindings;
  for (const ask of ["at first", "once it was read"]) {
    assert.deepEqual([...unread.keys()], ["limit", "pay", "total"], ask);
    assert.equal(unread.size, made.size, ask);
    assert.equal(unread.get("price"), undefined, ask);
    assert.equal(unread.has("pay") && !unread.has("price"), true, ask);
    const seen: [string, unknown][] = [];
    unread.forEach((values, name) => {
      seen.push([name, values]);
    });
    assert.deepEqual(seen, [...made], ask);
    assert.equal(unread.get("pay"), [...unread.values()][1], ask);
  }
});

test("calls of a name are the same objects whenever they are asked for", () => {
  const { callsByName, classes } = unpackFacts(
    makePackedFacts("class A:\n    def f(self):\n        self.x = g()\n        g(h())\n", parser),
  );
  const calls = callsByName.get("g") ?? [];
  assert.deepEqual(
    calls.map((site) => [site.function, site.call.arguments.length]),
    [
      [2, 0],
      [2, 1],
    ],
  );
  assert.equal(callsByName.get("g"), calls);
  assert.equal(callsByName.get("f"), undefined);
  const all = [...callsByName];
  assert.deepEqual(all.map(([name]) => name).sort(), ["g", "h"]);
  assert.equal(all.find(([name]) => name === "g")?.[1], calls);
  assert.equal(classes[0]?.instanceAttributes.get("x")?.[0]?.write.value, calls[0]?.call);
});

test("a call that is found by its name is the one in its function's body", () => {
  const { functions, callsByName } = unpackFacts(makePackedFacts("def f():\n    if x:\n        g(h(1))\n\nh(2)\n", parser));
  for (const [name, count] of [
    ["g", 1],
    ["h", 2],
  ] as const) {
    const sites = callsByName.get(name) ?? [];
    assert.equal(sites.length, count);
    for (const { function: index, call } of sites) {
      let isThere = false;
      walkOperations(functions[index]?.body ?? [], (operation) => {
        isThere ||= operation === call;
      });
      assert.ok(isThere, name);
    }
  }
});

test("what a body holds is what stands in it", () => {
  const holds = (text: string): readonly string[] => [...(unpackFacts(makePackedFacts(text, parser)).functions[1]?.holds ?? [])].sort();
  assert.deepEqual(holds("def f():\n    pass\n"), []);
  assert.deepEqual(holds("def f():\n    if a:\n        while True:\n            pass\n"), ["loop"]);
  assert.deepEqual(holds("async def f():\n    async for x in y:\n        pass\n"), []);
  assert.deepEqual(holds("def f():\n    return [x for x in y]\n"), []);
  assert.deepEqual(holds("def f():\n    lock.acquire()\n"), ["lock"]);
  assert.deepEqual(holds("class A:\n    def f(self):\n        x = 1\n        self.y = 2\n"), []);
  assert.deepEqual(holds("class A:\n    @property\n    def f(self):\n        pass\n"), ["class attribute", "decorated definition"]);
  assert.deepEqual(holds("class A:\n    if b:\n        lock = Lock()\n"), ["class attribute"]);
  assert.deepEqual(holds("class A:\n    from b import lock\n"), ["class attribute"]);
  assert.deepEqual(holds("class A:\n    lock: Lock\n"), []);
  assert.deepEqual(holds("def f():\n    with lock:\n        pass\n"), ["lock"]);
  assert.deepEqual(holds("def f():\n    global x\n    x = 1\n"), ["outer store"]);
});

test("findings do not depend on how facts came", () => {
  const findings = (how: "texts" | "bytes"): unknown => {
    const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps });
    for (const [path, text] of texts) {
      if (how === "texts") host.setFile(path, text);
      else host.setFacts(path, text, makePackedFacts(text, parser));
    }
    const analysis = host.snapshot();
    return texts.map(([path]) =>
      analysis.findings(path).map((finding) => ({ ...finding, fixes: finding.fixes, refusedFixes: finding.refusedFixes })),
    );
  };
  const expected = findings("texts");
  assert.ok((expected as readonly unknown[][]).flat().length > 100);
  assert.deepEqual(findings("bytes"), expected);
});
