import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Interval } from "../../server/src/base/interval.js";
import { type ImportTimes, importTimes } from "../../server/src/estimate/costs/import-costs.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";
import { between, told } from "./statement-times.js";

const parser = await pythonParser();

describe("what calls of the standard library take", () => {
  test("a query string is parsed field by field", () => {
    const setup = (fields: number): string =>
      `from urllib.parse import parse_qsl\nquery = "&".join(f"field{i}=value{i}" for i in range(${fields}))`;
    const [few, many] = [told(setup(4), "parse_qsl(query)"), told(setup(400), "parse_qsl(query)")];
    between(many.likely / few.likely, 30, 130);
  });

  test("the rows of a DictReader are made while a list goes through them", () => {
    const setup = `import csv, io\ntext = "id,name\\n" + "\\n".join(f"{i},name{i}" for i in range(1000))`;
    // 0.5 to 1.2 ms, CPython 3.11 to 3.14.
    const list = told(setup, "list(csv.DictReader(io.StringIO(text)))").likely;
    between(list, 200_000, 2_000_000);
    // A loop makes the same rows; they are measured, and not taken as what a row of some file takes.
    between(told(setup, "for row in csv.DictReader(io.StringIO(text)): pass").likely / list, 0.7, 1.4);
  });

  test("an iterator alone takes next to nothing, and its elements time where they are gone through", () => {
    const setup = "words = [str(i) for i in range(10_000)]";
    const [made, used] = [told(setup, "map(int, words)"), told(setup, "list(map(int, words))")];
    assert.ok(made.likely < 1_000, `${made.likely}`);
    between(used.likely, 300_000, 2_000_000);
  });

  test("texts of containers are as long to write as what is in them", () => {
    const [few, many] = [told("numbers = list(range(10))", "str(numbers)"), told("numbers = list(range(1000))", "str(numbers)")];
    between(many.likely / few.likely, 30, 150);
  });

  test("dumping with line breaks is done in Python before 3.13", () => {
    const setup = `import json\nrows = [{"id": i, "name": f"name{i}"} for i in range(300)]`;
    const slower = (target: string): number =>
      told(setup, "json.dumps(rows, indent=2)", target).likely / told(setup, "json.dumps(rows)", target).likely;
    for (const target of ["cpython-3.11", "cpython-3.12"]) between(slower(target), 2, 4.5);
    for (const target of ["cpython-3.13", "cpython-3.13t", "cpython-3.14"]) between(slower(target), 1.05, 1.3);
  });

  test("a moment that is read with its zone takes half as long again", () => {
    const setup = "from datetime import datetime";
    const read = (text: string, format: string): number => told(setup, `datetime.strptime("${text}", "${format}")`).likely;
    between(read("2025-11-27 12:30:05+0200", "%Y-%m-%d %H:%M:%S%z") / read("2025-11-27 12:30:05", "%Y-%m-%d %H:%M:%S"), 1.4, 1.7);
  });

  test("byte arrays are searched and translated as bytes are", () => {
    const time = (type: string, call: string): number => told(`data = ${type}(b"some words " * 4000)`, `data.${call}`).likely;
    for (const call of ['find(b"nowhere")', "translate(bytes(range(256)))"])
      between(time("bytearray", call) / time("bytes", call), 0.95, 1.05);
    between(time("bytearray", 'find(b"nowhere")'), 5_000, 100_000);
  });

  test("sorting a few takes some time to begin with", () => {
    // 170 to 330 ns, CPython 3.11 and 3.14, as fast as the table's machine.
    between(told("numbers = [3, 1, 4, 1, 5, 9]", "sorted(numbers)").likely, 120, 500);
  });

  test("counters are compared and added in Python, each of their elements", () => {
    const setup = "from collections import Counter\nleft = Counter(range(100))\nright = Counter(range(100))";
    const counting = told("from collections import Counter\nnumbers = list(range(100))", "Counter(numbers)", "cpython-3.11").likely;
    between(told(setup, "left == right", "cpython-3.11").likely / counting, 2, 7);
    between(told(setup, "left + right", "cpython-3.11").likely / counting, 4, 13);
    assert.ok(told(setup, "left == right", "cpython-3.9").likely < counting);
  });

  test("few words that are drawn at random are packed the longer the higher the level, many are not", () => {
    const packing = (words: number, level: number): number =>
      told(
        `import random, zlib\nwords = [chr(97 + i % 26) * (i % 7 + 2) for i in range(${words})]\ndata = " ".join(random.choice(words) for _ in range(20_000)).encode()`,
        `zlib.compress(data, ${level})`,
      ).likely;
    // 7 to 10 times as long for 5 words, 1.3 times for 50, as long for 500.
    between(packing(5, 9) / packing(5, 6), 4, 10);
    between(packing(50, 9) / packing(50, 6), 1.1, 2);
    between(packing(500, 9) / packing(500, 6), 0.9, 1.1);
  });

  test("what is taken from a heap is sought on each of its levels, what is put on it is not", () => {
    const heap = (size: number): string => `import heapq\nheap = [(i, i) for i in range(${size})]`;
    const taken = (size: number): number => told(heap(size), "heapq.heappop(heap)").likely;
    between(taken(10_000) / taken(10), 2.5, 6);
    assert.equal(told(heap(10_000), "heapq.heappush(heap, (5, 5))").likely, told(heap(10), "heapq.heappush(heap, (5, 5))").likely);
    between(taken(1_000) / told("import heapq\nheap = list(range(1_000))", "heapq.heappop(heap)").likely, 1.4, 2.6);
  });

  test("a heap that fits into no cache takes longer on each level", () => {
    const perLevel = (entry: string, size: number): number =>
      told(`import heapq\nheap = [${entry} for i in range(${size})]`, "heapq.heappop(heap)").likely / Math.log2(size);
    between(perLevel("i", 100_000) / perLevel("i", 1_000), 1.3, 2.3);
    between(perLevel("(i, i)", 100_000) / perLevel("(i, i)", 1_000), 1.7, 4);
    between(perLevel("i", 20_000) / perLevel("i", 1_000), 0.8, 1.2);
  });

  test("the same table serves each version with its own numbers", () => {
    const text = `import textwrap\ntext = "words of a paragraph " * 40`;
    const [before, after] = [told(text, "textwrap.dedent(text)", "cpython-3.13"), told(text, "textwrap.dedent(text)", "cpython-3.14")];
    assert.notEqual(before.likely, after.likely);
  });

  test("a function that computes in Python and was not measured takes some time, nobody knows exactly how much", () => {
    const { low, likely, high } = told("import calendar, email.utils", `email.utils.collapse_rfc2231_value("name")`);
    between(likely, 500, 50_000);
    assert.ok(high / low > 20, `${low} to ${high}`);
  });

  test("a function of any other package is unknown still", () => {
    const { low, high } = told("import somewhere", "somewhere.compute(3)");
    assert.ok(high / Math.max(1, low) > 1_000, `${low} to ${high}`);
  });
});

describe("what importing takes a worker", () => {
  const times = (...names: string[]): ImportTimes => importTimes(names.map((module) => ({ module })));
  const modules = (...names: string[]): number => times(...names).processNs;

  test("what several modules bring along is counted once", () => {
    const both = modules("http.client", "urllib.request");
    assert.ok(both < modules("http.client") + modules("urllib.request") * 0.9, `${both}`);
    assert.ok(both >= modules("urllib.request"));
  });

  test("what each worker has loaded anyway is free", () => {
    assert.equal(modules("os", "json", "random", "concurrent.futures", "collections"), 0);
    assert.equal(times("os", "re", "threading", "concurrent.futures", "collections").interpreterNs, 0);
  });

  test("an interpreter of the same process has less of its own than a worker process: not what makes processes", () => {
    const { interpreterNs } = times("json", "random");
    between(interpreterNs, 500_000, 5_000_000);
    // 3 ms of multiprocessing and sockets, 6 with what hands tasks to processes.
    const pool = importTimes([{ module: "concurrent.futures", name: "ProcessPoolExecutor" }]);
    assert.ok(pool.processNs < 500_000);
    between(pool.interpreterNs, 3_000_000, 12_000_000);
    const threads = importTimes([{ module: "concurrent.futures", name: "ThreadPoolExecutor" }]);
    assert.equal(threads.interpreterNs, 0);
    // What neither has costs both the same.
    const { processNs, interpreterNs: same } = times("sqlite3.dump", "colorsys");
    assert.ok(processNs > 0 && processNs <= same);
  });

  test("asyncio takes more than a parser of XML, and a name is found in its module", () => {
    assert.ok(modules("asyncio") > 3 * modules("xml.etree.ElementTree"));
    assert.equal(importTimes([{ module: "xml.etree", name: "ElementTree" }]).processNs, modules("xml.etree.ElementTree"));
  });

  const program = (imports: string, workers: number, guard: string, body = "time.sleep(0.05)"): string => `import time
from concurrent.futures import ProcessPoolExecutor
${imports}


def work(n):
    ${body}


${guard}
    with ProcessPoolExecutor(${workers}) as pool:
        list(pool.map(work, range(${workers})))
`;
  const asMain = 'if __name__ == "__main__":';
  const imported = "def run():";
  const makespan = (text: string, on = "cpython-3.14"): Interval => strategyOf(predictionOf(parser, text, on, 2), "processes").makespanNs;

  test("workers of 3.14's fork server have the main module, and import any other: each for itself", () => {
    const imports = "import asyncio, unittest.mock, wsgiref.simple_server";
    const more = (workers: number, guard: string, end: "likely" | "high"): number =>
      (makespan(program(imports, workers, guard))[end] - makespan(program("", workers, guard))[end]) / 1e6;
    between(more(8, asMain, "likely"), -1, 1);
    between(more(1, imported, "likely"), 15, 80);
    // Eight workers on two cores take turns.
    assert.ok(more(8, imported, "likely") > 2.5 * more(1, imported, "likely"));
    // The main module of `python -m` is not there, either.
    assert.ok(more(8, asMain, "high") > 2.5 * more(1, imported, "likely"));
  });

  test("what a module makes as it is imported is said to come with the first pool, or with each worker", () => {
    const said = (guard: string, made: string, on = "cpython-3.14"): string => {
      const text = program(`import random\n${made}`, 4, guard).replaceAll("ThreadPoolExecutor", "ProcessPoolExecutor");
      const found = predictionOf(parser, text, on, 2).assumptions;
      return found.flatMap(({ what, value }) => (/first pool|importing/.test(what) ? `${what}: ${value}` : [])).join();
    };
    const made = "ITEMS = [random.choice(range(7)) for _ in range(300_000)]";
    const milliseconds = (text: string): number => Number(/(\d+) ms/.exec(text)?.[1]);
    assert.match(said(asMain, ""), /^first pool of the program: \d+ ms more, to start the fork server$/);
    assert.match(said(asMain, made), /^first pool of the program: .* more, to start the fork server and import the program there$/);
    assert.ok(milliseconds(said(asMain, made)) > milliseconds(said(asMain, "")) + 40);
    assert.match(said(imported, made), /^importing the program: \d+ ms in each worker process$/);
    assert.equal(said(asMain, made, "cpython-3.13"), "");
  });

  test("a worker that a fork server forks copies the pages of the program's data that it looks at, as any forked one does", () => {
    const data = "TABLE = [(i, i + 1) for i in range(200_000)]";
    const beyondWork = (body: string): number => {
      const prediction = predictionOf(parser, program(data, 2, asMain, body), "cpython-3.14", 2);
      return (strategyOf(prediction, "processes").makespanNs.likely - strategyOf(prediction, "serial").makespanNs.likely / 2) / 1e6;
    };
    // 24 to 31 MB, for 1.5 µs a page on a machine that was not measured.
    between(beyondWork("for pair in TABLE:\n        n += len(pair)") - beyondWork("for i in range(200_000):\n        n += i"), 8, 13);
  });
});
