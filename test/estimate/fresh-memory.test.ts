import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exactly } from "../../server/src/base/interval.js";
import { knownTargets, parseTarget, type Target } from "../../server/src/base/target.js";
import type { Calibration } from "../../server/src/estimate/calibration/calibration.js";
import { parseCalibration } from "../../server/src/estimate/calibration/calibration-file.js";
import { pagesNs } from "../../server/src/estimate/costs/memory-costs.js";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();
const target = parseTarget("cpython-3.13") as Target;

/** A machine on which a page takes so many nanoseconds, and all else what the shipped table says. */
function machine(freshNs: number, copiedNs = freshNs, name = "cpython-3.13"): Calibration {
  return {
    target: name,
    build: "3.13.1",
    measured: "2026-11-29",
    operations: {},
    native: {},
    handOver: {},
    crowding: [],
    pages: { freshPage: [freshNs, freshNs, freshNs], copiedPage: [copiedNs, copiedNs, copiedNs] },
  };
}

const file = (pages: object): object => ({
  gilscope: "costs",
  format: 1,
  implementation: "CPython",
  version: "3.13.1",
  freeThreaded: false,
  measured: "2026-11-29",
  operations: {},
  native: {},
  handOver: {},
  ...pages,
});

describe("what the system takes for memory", () => {
  test("is what was measured, and as shipped where a file of an earlier version does not tell", () => {
    const read = parseCalibration(file({ pages: { freshPage: [1, 2_000, 3_000], copiedPage: [1, 4_000, 5_000] } })) as Calibration;
    const { memory } = costsFor(target, [read]);
    assert.equal(memory.freshPage.likely, 2_000);
    assert.equal(memory.copiedPage.likely, 4_000);
    const earlier = parseCalibration(file({})) as Calibration;
    assert.deepEqual(costsFor(target, [earlier]).memory, costsFor(target).memory);
    assert.ok("problem" in parseCalibration(file({ pages: { freshPage: [3, 2, 1], copiedPage: [1, 2, 3] } })));
    assert.ok("problem" in parseCalibration(file({ pages: { freshPage: [1, 2, 3] } })));
  });

  test("is more for a copied page than for a fresh one, on every target", () => {
    for (const each of knownTargets) {
      const { freshPage, copiedPage } = costsFor(each).memory;
      for (const end of ["low", "likely", "high"] as const) assert.ok(copiedPage[end] > freshPage[end]);
    }
  });

  test("goes by the page", () => {
    assert.equal(pagesNs(exactly(8192), exactly(1_000)).likely, 2_000);
    assert.equal(pagesNs(exactly(-1), exactly(1_000)).likely, 0);
  });
});

/** How long one task takes on a machine with dear pages beyond one with free ones, nanoseconds. */
function dearer(body: string, on = "cpython-3.13"): number {
  const text = `from concurrent.futures import ThreadPoolExecutor

def work(number):
${body.replace(/^/gm, "    ")}

if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        print(sum(pool.map(work, range(16))))
`;
  const taken = (page: number): number => {
    const [only] = predictionsOf(parser, text, on, 4, [machine(page, page, on)]);
    assert.ok(only);
    return only.work.interpreterNs.likely + only.work.nativeNs.likely;
  };
  return taken(10_000) - taken(0);
}

const pageNs = 10_000;

describe("memory that a task asks the system for", () => {
  test("is that of what it keeps and the interpreter gives back", () => {
    // 300,000 lists of two take some 30 MB, of which 1 MiB is kept.
    const pages = dearer("rows = [[n, number] for n in range(300_000)]\nreturn len(rows)") / pageNs;
    assert.ok(pages > 2_000 && pages < 12_000, `${pages}`);
    const appended = dearer("rows = []\nfor n in range(300_000):\n    rows.append((n, number))\nreturn len(rows)") / pageNs;
    assert.ok(appended > 2_000 && appended < 12_000, `${appended}`);
    const stored = dearer("rows = {}\nfor n in range(300_000):\n    rows[n] = n * 2\nreturn len(rows)") / pageNs;
    assert.ok(stored > 2_000 && stored < 12_000, `${stored}`);
  });

  test("is none for what fits into what the interpreter keeps, however often it is built", () => {
    assert.equal(dearer("total = 0\nfor turn in range(500):\n    total += len([n * 7 for n in range(2_000)])\nreturn total"), 0);
  });

  test("is fetched anew each time that much is built", () => {
    const once = dearer("return len([[n] for n in range(100_000)])");
    const often = dearer("total = 0\nfor turn in range(10):\n    total += len([[n] for n in range(100_000)])\nreturn total");
    assert.ok(Math.abs(often / once - 10) < 0.5, `${once} ${often}`);
  });

  test("counts once where rows of rows are built", () => {
    const flat = dearer("return len([[n] for n in range(160_000)])");
    const nested = dearer("return len([[[n] for n in range(400)] for row in range(400)])");
    assert.ok(nested / flat > 0.8 && nested / flat < 1.3, `${flat} ${nested}`);
  });

  test("counts as well where loops inside fill what was there before", () => {
    const flat = dearer("rows = []\nfor n in range(160_000):\n    rows.append((n, number))\nreturn len(rows)");
    for (const inside of [
      "    for n in range(400):\n        rows.append((n, number))",
      "    for n in range(800):\n        if n % 2:\n            rows.append((n, number))",
    ]) {
      const nested = dearer(`rows = []\nfor turn in range(400):\n${inside}\nreturn len(rows)`);
      assert.ok(nested / flat > 0.7 && nested / flat < 1.5, `${flat} ${nested}`);
    }
    const table = dearer("grid = {}\nfor x in range(400):\n    for y in range(400):\n        grid[(x, y)] = x\nreturn len(grid)");
    assert.ok(table > flat, `${flat} ${table}`);
    // A list of each round's own is gone when the next is made.
    assert.equal(dearer("for turn in range(400):\n    rows = []\n    for n in range(400):\n        rows.append((n, turn))\nreturn 1"), 0);
  });

  test("is that of objects and of what calls of the library make", () => {
    const some = (body: string, least: number, most: number): void => {
      const pages = dearer(body) / pageNs;
      assert.ok(pages > least && pages < most, `${body}: ${pages}`);
    };
    // 300,000 objects of 88 bytes and more, texts of 64 and more, numbers of 40.
    some("class Row:\n    def __init__(self, n):\n        self.n = n\nreturn len([Row(n) for n in range(300_000)])", 3_500, 8_000);
    some("return len(('word ' * 300_000).split())", 3_000, 7_000);
    some("return len(list(range(300_000)))", 1_500, 4_000);
    some("import itertools\nreturn len(list(itertools.accumulate(range(300_000))))", 1_500, 4_000);
    some("return len('a few words'.split())", -1, 0.1);
  });

  test("is none of the task's where mimalloc keeps it", () => {
    assert.equal(dearer("return len([[n] for n in range(300_000)])", "cpython-3.13t"), 0);
  });

  test("is not told where nobody knows how much it builds", () => {
    assert.equal(dearer("rows = [[n] for n in source]\nreturn len(rows)"), 0);
  });

  test("is that of calls that go deep, since 3.11", () => {
    const deep = (depth: number, on = "cpython-3.13", step = "down(left - 1) + 1"): number =>
      dearer(`def down(left):\n    if left == 0:\n        return 0\n    return ${step}\nreturn down(${depth})`, on) / pageNs;
    // 21 pages for 900 calls beyond the first 150.
    assert.ok(deep(900) > 15 && deep(900) < 45, `${deep(900)}`);
    assert.equal(deep(100), 0);
    assert.equal(deep(900, "cpython-3.9"), 0);
    // Of many calls only a few stand one inside the other.
    assert.equal(deep(18, "cpython-3.13", "1 if left == 1 else down(left - 1) + down(left - 2)"), 0);
  });

  test("is that of large blocks", () => {
    const large = dearer("data = bytearray(8_000_000)\nreturn len(data)") / pageNs;
    assert.ok(large > 900 && large < 2_000, `${large}`);
    assert.equal(dearer("data = bytearray(100_000)\nreturn len(data)"), 0);
  });
});

describe("memory that a forked worker has from its parent", () => {
  const text = (data: string): string => `from concurrent.futures import ProcessPoolExecutor

DATA = ${data}

def work(number):
    total = 0
    for entry in DATA:
        total += len(entry) * number
    return total

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(work, range(4))))
`;
  const takes = (data: string, copiedNs: number, on: string): number => {
    const [only] = predictionsOf(parser, text(data), on, 2, [machine(1_000, copiedNs, on)]);
    assert.ok(only);
    return strategyOf(only, "processes").makespanNs.likely;
  };
  const many = "[[n, n + 1] for n in range(200_000)]";

  test("is copied page by page as it is looked at", () => {
    const more = takes(many, 20_000, "cpython-3.13") - takes(many, 1_000, "cpython-3.13");
    // 64 to 160 bytes for each entry, in two workers on two cores.
    const pages = more / 19_000;
    assert.ok(pages > 2_000 && pages < 10_000, `${pages}`);
  });

  test("is that of what is looked at, not of long texts as a whole", () => {
    const long = "['x' * 100_000 for n in range(500)]";
    const pages = (takes(long, 20_000, "cpython-3.13") - takes(long, 1_000, "cpython-3.13")) / 19_000;
    assert.ok(pages < 1_000, `${pages}`);
  });
});

describe("memory of results that all are kept", () => {
  const text = (returned: string, tasks: number): string => `from concurrent.futures import ProcessPoolExecutor

def work(number):
    total = 0
    for n in range(100_000):
        total += n * number
    return ${returned}

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        print(len(list(pool.map(work, range(${tasks})))))
`;
  const dearerBy = (strategy: "serial" | "processes", returned: string, tasks: number): number => {
    const taken = (page: number): number => {
      const [only] = predictionsOf(parser, text(returned, tasks), "cpython-3.13", 2, [machine(page)]);
      assert.ok(only);
      return strategyOf(only, strategy).makespanNs.likely;
    };
    return (taken(pageNs) - taken(0)) / pageNs;
  };

  test("comes from the system, for the one that makes it and for the one that makes it anew", () => {
    // 1,000 results of 4,000 floats, of which each takes 40 bytes: 39,000 pages.
    const rows = "[total / 7 for n in range(4_000)]";
    const serially = dearerBy("serial", rows, 1_000);
    assert.ok(serially > 15_000 && serially < 40_000, `${serially}`);
    assert.ok(dearerBy("processes", rows, 1_000) > 15_000);
  });

  test("is at hand where all of it is little", () => {
    assert.equal(dearerBy("serial", "[total / 7 for n in range(40)]", 10), 0);
    assert.equal(dearerBy("serial", "total", 1_000), 0);
  });
});
