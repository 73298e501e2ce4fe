import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { globSync } from "tinyglobby";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
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
  return {
    ...facts,
    functions: facts.functions.map((each) => names.map((name) => each[name])),
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
  assert.deepEqual(holds("def f():\n    with lock:\n        pass\n"), ["lock"]);
  assert.deepEqual(holds("def f():\n    global x\n    x = 1\n"), ["outer store"]);
});

test("findings do not depend on how facts came", () => {
  const findings = (how: "texts" | "bytes"): unknown => {
    const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
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
