import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { CostModel } from "../../server/src/estimate/costs/work.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import { bareActivation } from "../../server/src/estimate/values/activation.js";
import { programOf } from "../program/program.js";
import { pythonParser } from "../syntax/python-parser.js";

/* What a function costs is the same whichever functions somebody asked about before. */

const parser = await pythonParser();

/** What each of the functions costs, asked about in that order. */
function costs(text: string, order: readonly string[]): ReadonlyMap<string, string> {
  const program = programOf(parser, { "/p/main.py": text });
  const model = new CostModel(program.resolver, { target: newestTarget, cores: 4, calibrations: [], profile: undefined });
  const functions = [...program.files.values()].flatMap((file) => file.functions);
  const ask = (name: string): [string, string] => {
    const node = functions.find((each) => each.head.name === name);
    assert.ok(node, name);
    const { interpreterNs, waitNs, open, opaqueCalls, nesting, calls } = model.workOf(bareActivation(node));
    return [
      name,
      JSON.stringify({ interpreterNs, waitNs, open, opaqueCalls, nesting, calls: calls.map(({ name, times, ns }) => [name, times, ns]) }),
    ];
  };
  return new Map(order.map(ask));
}

/** Each asked about alone, in the order given, and in the opposite one. */
function assertSame(text: string, names: readonly string[]): void {
  const alone = new Map(names.flatMap((name) => [...costs(text, [name])]));
  for (const order of [names, [...names].reverse()]) {
    const together = costs(text, order);
    for (const name of names) assert.equal(together.get(name), alone.get(name), `${name} of\n${text}\nasked in the order ${order.join()}`);
  }
}

describe("a function's cost does not depend on who asked before", () => {
  test("where functions call one another", () => {
    const text = `import time

def expression(tokens):
    time.sleep(0.1)
    return term(tokens)

def term(tokens):
    for token in tokens:
        factor(tokens)

def factor(tokens):
    time.sleep(0.001)
    return expression(tokens)
`;
    assertSame(text, ["expression", "term", "factor"]);
  });

  test("where a loop calls it", () => {
    const text = `def total(rows):
    result = 0
    for row in rows:
        result += row
    return result

def all_totals(tables):
    for table in tables:
        total(table.rows)
`;
    assertSame(text, ["total", "all_totals"]);
  });

  test("where it stands in a cycle that a loop enters from outside", () => {
    const text = `def walk(node):
    for child in node.children:
        visit(child)

def visit(node):
    walk(node)

def work(nodes):
    for node in nodes:
        walk(node)
`;
    assertSame(text, ["walk", "visit", "work"]);
  });

  test("where more calls stand one inside the other than are looked into", () => {
    const names = Array.from({ length: 40 }, (_, index) => `f${index}`);
    const text = `import time\n\n${names.map((name, index) => `def ${name}():\n    time.sleep(1)\n    ${names[index + 1] ?? "time.sleep"}(1)\n`).join("\n")}`;
    assertSame(text, names);
  });

  test("whatever calls what", () => {
    const names = ["a", "b", "c", "d", "e"];
    const call = fc.record({ callee: fc.constantFrom(...names), form: fc.constantFrom("plain", "loop", "branch", "argument") });
    fc.assert(
      fc.property(fc.tuple(...names.map(() => fc.array(call, { maxLength: 3 }))), (bodies) => {
        const lines = bodies.map((calls, index) => {
          const body = calls.map(({ callee, form }) => {
            if (form === "loop") return `    for each in items:\n        ${callee}(each)\n`;
            if (form === "branch") return `    if items:\n        ${callee}(items)\n`;
            return `    ${callee}(${form === "argument" ? "[1, 2, 3]" : "items"})\n`;
          });
          return `def ${names[index]}(items):\n    time.sleep(0.0${index + 1})\n${body.join("")}`;
        });
        assertSame(`import time\n\n${lines.join("\n")}`, names);
      }),
      { numRuns: 25, seed: 1 },
    );
  });
});

test("after an edit, what is said of a coroutine that calls into a cycle is what is said of the new text by itself", () => {
  const path = "/p/main.py";
  const text = `import asyncio

class Reader:
    async def run(self):
        self.started = True

    async def follow(self):
        self.read()

    def read(self):
        self.take()

    def take(self):
        self.scan()
        self.take()

    def scan(self):
        for each in range(300_000):
            self.total += each
        self.take()
        self.read()

async def main(reader: Reader):
    reader.read()

asyncio.run(main(Reader()))
`;
  const settings = { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps };
  const said = (host: AnalysisHost): string =>
    JSON.stringify(
      host
        .snapshot()
        .findings(path)
        .map(({ rule, range, message }) => [rule, range, message]),
    );
  const host = new AnalysisHost(parser, settings);
  host.openFile(path, text);
  said(host);
  const place = text.indexOf("\n\n    async def follow");
  const line = "\n        self.scan()";
  host.editFile(path, [{ range: { start: place, end: place }, newText: line }]);
  const fresh = new AnalysisHost(parser, settings);
  fresh.setFile(path, text.slice(0, place) + line + text.slice(place));
  assert.equal(said(host), said(fresh));
});
