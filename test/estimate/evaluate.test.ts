import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseTarget } from "../../server/src/base/target.js";
import { CostModel } from "../../server/src/estimate/costs/work.js";
import type { TaskWork } from "../../server/src/estimate/tasks/task-work.js";
import { type Activation, bareActivation } from "../../server/src/estimate/values/activation.js";
import { Evaluator } from "../../server/src/estimate/values/evaluate.js";
import type { Program } from "../../server/src/program/link/link.js";
import { walkOperations } from "../../server/src/program/link/walk.js";
import type { LoopOperation, Value } from "../../server/src/program/operation.js";
import { programOf } from "../program/program.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf } from "./predictions.js";

const parser = await pythonParser();

interface Read {
  readonly value: Value;
  readonly at: Activation;
  readonly evaluator: Evaluator;
}

/** What the module binds `answer` to. */
function answer(text: string): Read {
  const program = programOf(parser, { "/main.py": text });
  const module = program.files[0]?.functionAt(0);
  const value = module?.facts.bindings.get("answer")?.[0];
  assert.ok(module && value, text);
  return { value, at: bareActivation(module), evaluator: new Evaluator(program.resolver, 4) };
}

const triple = (amount: { low: number; likely: number; high: number } | undefined): readonly number[] | undefined =>
  amount && [amount.low, amount.likely, amount.high];

describe("numbers are read through", () => {
  const exact: readonly (readonly [text: string, number: number])[] = [
    ["answer = 12", 12],
    ["answer = -1_000", -1000],
    ["answer = 2 ** 10 + 1", 1025],
    ["answer = 7 // 2 * 10 - 3 % 2", 29],
    ["answer = 1 << 20", 1_048_576],
    ["answer = 1e6", 1_000_000],
    ["answer = int(2.7)", 2],
    ["answer = len([1, 2, 3])", 3],
    ["answer = min(3, 5) + max(3, 5)", 8],
    ["answer = abs(-4)", 4],
    ["N = 10\nM = N * 2\nanswer = M", 20],
    ["def f(): return 5\nanswer = f()", 5],
    ["def f(n, m=2): return n * m\nanswer = f(5)", 10],
    ["def f(n, m=2): return n * m\nanswer = f(m=3, n=5)", 15],
    ["class A:\n    N = 4\nanswer = A().N", 4],
    ["class A:\n    def __init__(self): self.n = 6\nanswer = A().n", 6],
    ["import math\nanswer = math.isqrt(100)", 10],
    ["COSTS = {'a': 3, 'b': 7}\nanswer = COSTS['b']", 7],
    ["SIZES = (30, 20, 10)\nanswer = SIZES[-1] + SIZES[0]", 40],
  ];
  for (const [text, number] of exact)
    test(text.replaceAll("\n", "⏎"), () => {
      const { value, at, evaluator } = answer(text);
      assert.deepEqual(triple(evaluator.number(value, at)), [number, number, number]);
    });

  test("a choice is the hull of both", () => {
    const { value, at, evaluator } = answer("answer = 10 if x else 30");
    assert.deepEqual(triple(evaluator.number(value, at)), [10, 20, 30]);
  });

  for (const text of [
    "answer = input()",
    "x = 0\ndef f():\n    global x\n    x = 5\nanswer = x",
    "def f(n): return f(n)\nanswer = f(1)",
    "answer = 1 / 0",
    "answer = unknown + 1",
  ])
    test(`nothing is known of ${text.replaceAll("\n", "⏎")}`, () => {
      const { value, at, evaluator } = answer(text);
      assert.equal(evaluator.number(value, at), undefined);
    });

  test("another module", () => {
    const program = programOf(parser, { "/main.py": "import settings\nanswer = settings.N + 1\n", "/settings.py": "N = 8\n" });
    const module = program.file("/main.py")?.functionAt(0);
    const value = module?.facts.bindings.get("answer")?.[0];
    assert.ok(module && value);
    assert.deepEqual(triple(new Evaluator(program.resolver, 4).number(value, bareActivation(module))), [9, 9, 9]);
  });
});

describe("sizes are read from", () => {
  const sizes: readonly (readonly [text: string, length: number])[] = [
    ["answer = 'abc'", 3],
    ["answer = b'abcd'", 4],
    ["answer = [1, 2]", 2],
    ["answer = {1: 2, 3: 4}", 2],
    ["answer = [0] * 100", 100],
    ["answer = 'ab' * 50", 100],
    ["answer = [1] + [2, 3]", 3],
    ["answer = range(10)", 10],
    ["answer = range(2, 10)", 8],
    ["answer = range(0, 10, 3)", 4],
    ["answer = range(10, 0, -1)", 10],
    ["answer = [x for x in range(5)]", 5],
    ["answer = [x for x in range(5) for y in range(4)]", 20],
    ["answer = list(range(7))", 7],
    ["answer = sorted({1, 2, 3})", 3],
    ["answer = bytes(16_000_000)", 16_000_000],
    ["import os\nanswer = os.urandom(2048)", 2048],
    ["answer = enumerate([1, 2])", 2],
    ["answer = {'a': 1}.items()", 1],
    ["rows = [1, 2, 3]\nanswer = rows", 3],
    ["rows = range(100)\nanswer = rows[:]", 100],
    ["rows = range(100)\nanswer = rows[10:]", 90],
    ["rows = range(100)\nanswer = rows[:30]", 30],
    ["rows = range(100)\nanswer = rows[:-30]", 70],
    ["rows = range(100)\nanswer = rows[-30:]", 30],
    ["rows = range(100)\nanswer = rows[20:50]", 30],
    ["rows = range(100)\nanswer = rows[20: 200]", 80],
    ["rows = range(100)\nanswer = rows[::4]", 25],
    ["rows = range(100)\nanswer = rows[2::4]", 25],
    ["rows = range(100)\nanswer = rows[3 :: 4]", 25],
    ["rows = range(100)\nanswer = rows[:50:10]", 5],
    ["rows = range(100)\nanswer = rows[::-1]", 100],
    ["rows = range(100)\ni = input()\nanswer = rows[i : i + 8]", 8],
  ];
  for (const [text, length] of sizes)
    test(text.replaceAll("\n", "⏎"), () => {
      const { value, at, evaluator } = answer(text);
      assert.deepEqual(triple(evaluator.length(value, at)), [length, length, length]);
    });

  const grown: readonly (readonly [body: string, length: number])[] = [
    ["c = bytearray()\nfor i in range(500):\n    c += bytes((i & 31, i & 15, 0))\nreturn c", 1500],
    ["c = bytearray(12)\nc.extend(b'ab')\nfor i in range(500):\n    c += b'abc'\n    c.append(i)\nreturn c", 2014],
    ["c = []\nfor i in range(500):\n    c.extend((i, i + 1))\nreturn c", 1000],
    ["c = []\nfor i in range(50):\n    c.append(i)\n    c += [i, i]\nreturn c", 150],
    ["c = ''\nfor i in range(50):\n    for j in range(4):\n        c += 'xyz'\nreturn c.encode()", 600],
    ["c = bytearray()\nwhile len(c) < 900:\n    c += b'abc'\nreturn c", 900],
    ["c = []\nwhile len(c) < 900:\n    c.extend([1, 2])\n    c.append(3)\nreturn c", 900],
  ];
  for (const [body, length] of grown)
    test(body.replaceAll("\n", "⏎"), () => {
      const { value, at, evaluator } = answer(`def f():\n${body.replace(/^/gm, "    ")}\nanswer = f()`);
      assert.deepEqual(triple(evaluator.length(value, at)), [length, length, length]);
    });

  for (const add of ["row.append(j)", "row += (j,)"])
    test(`rows that each round of a loop begins anew, ${add}`, () => {
      const { value, at, evaluator } = answer(`def f():
    rows = []
    for i in range(60):
        row = []
        for j in range(8):
            ${add}
        rows.append(row)
    return rows
answer = f()`);
      assert.deepEqual(triple(evaluator.length(value, at)), [60, 60, 60]);
      assert.deepEqual(triple(evaluator.elementLength(value, at)), [8, 8, 8]);
    });

  test("what is joined has been added piece by piece or many at a time", () => {
    for (const add of ["pieces += [b'x' * 64, b'y' * 64]", "pieces.extend([b'x' * 64, b'y' * 64])"]) {
      const { value, at, evaluator } = answer(`def f():
    pieces = []
    for i in range(100):
        ${add}
    return b"".join(pieces)
answer = f()`);
      assert.equal(Math.round(evaluator.length(value, at)?.likely ?? 0), 12_800);
    }
  });

  test("of what is added as often as nobody knows, nothing", () => {
    const { value, at, evaluator } = answer(`def f(n):
    c = bytearray()
    while n:
        c += b"abc"
        n = step(n)
    return c
answer = f(5)`);
    assert.equal(evaluator.length(value, at), undefined);
  });

  test("a filter leaves from none to all", () => {
    const { value, at, evaluator } = answer("answer = [x for x in range(10) if x]");
    assert.deepEqual(triple(evaluator.length(value, at)), [0, 5, 10]);
  });

  for (const text of [
    "answer = []",
    "answer = [*rows]",
    "answer = open('x').read()",
    "answer = rows",
    "answer = rows[3::4]",
    "answer = rows[2:]",
  ])
    test(`nothing is known of ${text}`, () => {
      const { value, at, evaluator } = answer(text);
      assert.equal(evaluator.length(value, at), undefined);
    });

  test("arrays have eight bytes an element, text one", () => {
    const array = answer("import numpy\nanswer = numpy.zeros(1000)");
    assert.equal(array.evaluator.bytesOf(array.value, array.evaluator.length(array.value, array.at), array.at)?.likely, 8000);
    const text = answer("answer = 'x' * 1000");
    assert.equal(text.evaluator.bytesOf(text.value, text.evaluator.length(text.value, text.at), text.at)?.likely, 1000);
  });

  test("elements are the hull of all", () => {
    const { value, at, evaluator } = answer("answer = [10, 20, 60]");
    assert.deepEqual(triple(evaluator.elementNumber(value, at)), [10, 30, 60]);
  });

  test("elements of a range lie between its ends", () => {
    const { value, at, evaluator } = answer("answer = range(100)");
    const [low = -1, likely = -1, high = -1] = triple(evaluator.elementNumber(value, at)) ?? [];
    assert.ok(0 <= low && low < 50 && 50 < high && high <= 99, `${low} ${high}`);
    assert.ok(likely > 49 && likely < 51, String(likely));
  });

  test("rows of a table are the hull of their lengths", () => {
    const { value, at, evaluator } = answer("answer = [[1], [1, 2, 3]]");
    assert.deepEqual(triple(evaluator.elementLength(value, at)), [1, 2, 3]);
  });
});

interface Loop {
  readonly program: Program;
  readonly loop: LoopOperation;
  readonly at: Activation;
}

function loopOf(body: string): Loop {
  const program = programOf(parser, { "/main.py": `def f(rows, n):\n${body.replace(/^/gm, "    ")}\n` });
  const node = program.files[0]?.functionAt(1);
  assert.ok(node);
  let loop: LoopOperation | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "loop") loop ??= operation;
  });
  assert.ok(loop);
  return { program, loop, at: bareActivation(node) };
}

describe("trip counts", () => {
  const known: readonly (readonly [body: string, trips: number])[] = [
    ["for i in range(10): g()", 10],
    ["for i in 'abc': g()", 3],
    ["for i in range(5, 25, 5): g()", 4],
    ["for i in range(-3): g()", 0],
    ["i = 0\nwhile i < 10:\n    i += 1", 10],
    ["i = 10\nwhile i > 0:\n    i -= 2", 5],
    ["i = 1\nwhile i < 1024:\n    i *= 2", 10],
    ["i = 1024\nwhile i > 1:\n    i //= 2", 10],
    ["i = 2\nwhile i * i <= 10_000:\n    i += 1", 98],
    ["i = 0\nwhile 100 > i:\n    i = i + 4", 25],
  ];
  for (const [body, trips] of known)
    test(body.replaceAll("\n", "⏎"), () => {
      const { program, loop, at } = loopOf(body);
      const found = new Evaluator(program.resolver, 4).trips(loop, at);
      assert.equal(found.known, "known");
      assert.deepEqual(triple(found.count), [trips, trips, trips]);
    });

  test("of a loop that ends early lie between the first and the last element", () => {
    const { program, loop, at } = loopOf("for i in range(10_000):\n    if i == n: break");
    const { count, known } = new Evaluator(program.resolver, 4).trips(loop, at);
    assert.equal(known, "known");
    assert.ok(count.low >= 1 && count.low < count.likely && count.likely < count.high && count.high <= 10_000);
  });

  test("of something of unknown length are the default, and say so", () => {
    const { program, loop, at } = loopOf("for row in rows: g(row)");
    const evaluator = new Evaluator(program.resolver, 4);
    assert.equal(evaluator.trips(loop, at).known, "default");
    assert.ok(evaluator.trips(loop, at, "often").count.likely < evaluator.trips(loop, at).count.likely);
  });

  const search = (guard: string): string => `from collections import deque
W = 40
GRAPH = {n: [(n + 1) % 500, (n * 7) % 500] for n in range(500)}

def f(start):
    pending = deque([start])
    seen = {start}
    while pending:
        ${guard}
    return len(seen)
`;
  const roundsOf = (text: string): ReturnType<Evaluator["trips"]> => {
    const program = programOf(parser, { "/main.py": text });
    const node = program.files[0]?.functions.find(({ facts }) => facts.name === "f");
    assert.ok(node);
    const loop = node.facts.body.find((operation) => operation.op === "loop");
    assert.ok(loop?.op === "loop");
    return new Evaluator(program.resolver, 4).trips(loop, bareActivation(node));
  };

  test("of a search over a grid are its cells, over a graph its nodes", () => {
    const grid = roundsOf(
      search(`x, y = pending.popleft()
        for nx, ny in ((x + 1, y), (x, y + 1)):
            if not (0 <= nx < W and 0 <= ny < W) or (nx, ny) in seen:
                continue
            seen.add((nx, ny))
            pending.append((nx, ny))`),
    );
    assert.deepEqual([grid.known, grid.count.likely], ["known", 1_600]);
    const graph = roundsOf(
      search(`node = pending.popleft()
        for other in GRAPH[node]:
            if other not in seen:
                seen.add(other)
                pending.append(other)`),
    );
    assert.deepEqual([graph.known, graph.count.likely], ["known", 500]);
  });

  test("of a search over a grid whose edges another function knows are its cells", () => {
    const inside = "def inside(x, y, width):\n    return 0 <= x < width and 0 <= y < 50\n";
    const asked = roundsOf(
      inside +
        search(`x, y = pending.popleft()
        for nx, ny in ((x + 1, y), (x, y + 1)):
            if inside(nx, ny, W) and (nx, ny) not in seen:
                seen.add((nx, ny))
                pending.append((nx, ny))`),
    );
    assert.deepEqual([asked.known, asked.count.likely], ["known", 2_000]);
    const neighbours =
      "def neighbours(x, y, size):\n    for nx, ny in ((x + 1, y), (x, y + 1)):\n        if 0 <= nx < size and 0 <= ny < size:\n            yield nx, ny\n";
    const told = roundsOf(
      neighbours +
        search(`place = pending.popleft()
        for step in neighbours(*place, W):
            if step not in seen:
                seen.add(step)
                pending.append(step)`),
    );
    assert.equal(told.known, "default", "nobody knows which argument is the size");
    const named = roundsOf(
      neighbours +
        search(`x, y = pending.popleft()
        for step in neighbours(x, y, W):
            if step not in seen:
                seen.add(step)
                pending.append(step)`),
    );
    assert.deepEqual([named.known, named.count.likely], ["known", 1_600]);
  });

  test("of a list that is only emptied are its entries; of one that is filled again with nothing that bounds it, nobody knows", () => {
    const { program, loop, at } = loopOf("work = [1, 2, 3]\nwhile work:\n    g(work.pop())");
    assert.deepEqual(triple(new Evaluator(program.resolver, 4).trips(loop, at).count), [3, 3, 3]);
    const filled = roundsOf(search("node = pending.pop()\n        pending.extend(children(node))"));
    assert.equal(filled.known, "default");
    // What nothing takes from is no list of work.
    const kept = roundsOf(search("for x in range(10):\n            if 0 <= x < W:\n                pending.append(x)"));
    assert.equal(kept.known, "default");
  });

  test("of `while True` have no end", () => {
    const { program, loop, at } = loopOf("while True: g()");
    assert.equal(new Evaluator(program.resolver, 4).trips(loop, at).known, "endless");
  });

  for (const body of ["while n: g()", "while n < 10: g()", "i = 0\nwhile i < n:\n    i += 1"])
    test(`of ${body.replaceAll("\n", "⏎")} are not known`, () => {
      const { program, loop, at } = loopOf(body);
      assert.equal(new Evaluator(program.resolver, 4).trips(loop, at).known, "default");
    });
});

describe("work", () => {
  const target = parseTarget("cpython-3.13");
  assert.ok(target);

  /** The work of the last function of the module. */
  const workOf = (text: string): TaskWork => {
    const program = programOf(parser, { "/main.py": text });
    const node = program.files[0]?.functions.filter((each) => each.facts.kind === "function").at(-1);
    assert.ok(node);
    return new CostModel(program.resolver, { target, cores: 4, calibrations: [], profile: undefined }).workOf(bareActivation(node));
  };
  const ns = (text: string): number => workOf(text).interpreterNs.likely;
  const near = (value: number, wanted: number, tolerance: number): void =>
    assert.ok(Math.abs(value - wanted) <= wanted * tolerance, `${value} is not within ${tolerance * 100} % of ${wanted}`);

  test("grows with the trip count", () => {
    const loop = (n: number): string => `def f():\n    total = 0\n    for i in range(${n}):\n        total += i\n`;
    near(ns(loop(100_000)), ns(loop(1000)) * 100, 0.05);
  });

  test("multiplies through nested loops", () => {
    const nested = "def f():\n    for i in range(300):\n        for j in range(300):\n            g = i * j\n";
    const flat = "def f():\n    for i in range(90_000):\n        g = i * i\n";
    near(ns(nested), ns(flat), 0.1);
    assert.equal(workOf(nested).nesting, 2);
  });

  test("of a triangle is half that of the square", () => {
    const square = "def f():\n    for i in range(1000):\n        for j in range(1000):\n            g = i * j\n";
    near(ns(square.replace("range(1000):\n            ", "range(i):\n            ")), ns(square) / 2, 0.1);
  });

  test("of a call is that of its body, as often as it is called", () => {
    const body = "    total = 0\n    for i in range(1000):\n        total += i\n    return total\n";
    near(ns(`def g():\n${body}\ndef f():\n    for k in range(50):\n        g()\n`), ns(`def f():\n${body}`) * 50, 0.05);
  });

  test("passes arguments on", () => {
    const g = "def g(n):\n    for i in range(n):\n        x = i * i\n\n";
    near(ns(`${g}def f():\n    g(100_000)\n`), ns(`${g}def f():\n    g(1000)\n`) * 100, 0.05);
  });

  test("of doubly recursive functions grows exponentially with the argument", () => {
    const fib = "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 1) + fib(n - 2)\n\n";
    const golden = (1 + Math.sqrt(5)) / 2;
    near(ns(`${fib}def f():\n    return fib(25)\n`), ns(`${fib}def f():\n    return fib(20)\n`) * golden ** 5, 0.1);
    // 2 n² + 7 n + 5 calls, of which the first makes none of those that end.
    const ackermann = (n: number): number =>
      ns(
        `def ack(m, n):\n    return n + 1 if m == 0 else ack(m - 1, 1) if n == 0 else ack(m - 1, ack(m, n - 1))\n\ndef f():\n    return ack(2, ${n})\n`,
      );
    near(ackermann(40), (ackermann(20) * 3485) / 945, 0.15);
  });

  test("of recursive functions that remember grows with what they are asked for, not with how often", () => {
    const ways = (n: number): number =>
      ns(
        `from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef ways(x, y):\n    if x == 0 or y == 0:\n        return 1\n    return ways(x - 1, y) + ways(x, y - 1)\n\ndef f():\n    return ways(${n}, ${n})\n`,
      );
    near(ways(40), ways(20) * 4, 0.15);
  });

  test("of recursive functions that call themselves in loops over numbers is followed round by round", () => {
    // 2 ** n calls in all.
    const parts = "def parts(n):\n    return 1 + sum(parts(n - k) for k in range(1, n + 1))\n\n";
    near(ns(`${parts}def f():\n    return parts(12)\n`), ns(`${parts}def f():\n    return parts(9)\n`) * 8, 0.5);
  });

  test("of searches that try what is left at each level lies between one way and all of them", () => {
    const search =
      "def search(size, row, used):\n    if row == size:\n        return 1\n    found = 0\n    for column in range(size):\n        if column in used:\n            continue\n        used.add(column)\n        found += search(size, row + 1, used)\n        used.remove(column)\n    return found\n\n";
    const work = (n: number): TaskWork => workOf(`${search}def f():\n    return search(${n}, 0, set())\n`);
    const { low, likely, high } = work(8).interpreterNs;
    assert.ok(low < likely / 30 && likely < high / 10, `${low} ${likely} ${high}`);
    assert.ok(work(10).interpreterNs.likely > likely * 5);
  });

  test("of loops over what a library hands out counts what each element takes", () => {
    const text = (rows: string): string =>
      `import csv, io\n\ndef f():\n    text = "\\n".join(["a,b,c"] * 10_000)\n    for row in ${rows}:\n        pass\n`;
    assert.ok(ns(text("csv.DictReader(io.StringIO(text))")) > ns(text("range(10_000)")) + 5e6);
  });

  test("of mutually recursive functions comes to an end", () => {
    assert.ok(Number.isFinite(ns("def g(n):\n    return f(n - 1)\n\ndef f(n):\n    return g(n - 1)\n")));
  });

  test("counts what is not known, and leaves its time out", () => {
    const work = workOf("import engine\n\ndef f():\n    for i in range(100):\n        engine.run(i)\n");
    near(work.unknownCalls, 100, 0.01);
    assert.ok(work.interpreterNs.likely < 100_000);
  });

  test("keeps waiting, released and held time apart", () => {
    const waiting = workOf("import time\n\ndef f():\n    time.sleep(2)\n");
    near(waiting.waitNs.likely, 2e9, 0.01);
    assert.ok(waiting.interpreterNs.likely < 100_000 && waiting.nativeNs.likely === 0);
    const hashing = workOf("import hashlib\n\nblock = bytes(16_000_000)\n\ndef f():\n    hashlib.sha256(block)\n");
    assert.ok(hashing.nativeNs.likely > 1e6 && hashing.heldNs.likely < hashing.nativeNs.likely / 100);
    const holding = workOf("import json\n\nrows = [1] * 1_000_000\n\ndef f():\n    return json.dumps(rows)\n");
    assert.ok(holding.heldNs.likely > 1e6 && holding.nativeNs.likely === 0);
  });

  test("names the calls that matter, the longest first", () => {
    const { calls } = workOf("import time\n\ndef f():\n    time.sleep(0.1)\n    time.sleep(3)\n");
    assert.deepEqual(
      calls.map(({ name, ns: time }) => [name, Math.round(time / 1e8)]),
      [
        ["time.sleep", 30],
        ["time.sleep", 1],
      ],
    );
  });

  test("names the loop that most of the time goes to", () => {
    const text = "def f():\n    for i in range(10):\n        pass\n    for j in range(100_000):\n        x = j * j\n";
    const { hotLoop } = workOf(text);
    assert.match(text.slice(hotLoop?.loop.start, hotLoop?.loop.end), /^for j/);
  });

  test("marks what runs until it is stopped", () => {
    assert.equal(workOf("def f():\n    while True:\n        g = 1\n").isEndless, true);
    assert.equal(workOf("def f():\n    for i in range(3):\n        g = 1\n").isEndless, false);
  });

  test("says what it assumed", () => {
    const { assumptions } = workOf("def f(rows):\n    for row in rows:\n        x = row * row\n");
    assert.match(assumptions[0]?.what ?? "", /rows/);
    assert.equal(workOf("def f():\n    for i in range(10):\n        x = i\n").assumptions.length, 0);
  });

  test("is the same each time", () => {
    const text = "def g(n):\n    return [i * i for i in range(n)]\n\ndef f():\n    return g(100) + g(200)\n";
    const plain = (work: TaskWork): unknown => ({ ...work, hotLoop: work.hotLoop?.interpreterNs });
    assert.deepEqual(plain(workOf(text)), plain(workOf(text)));
  });
});

test("names that are bound to one another in a circle come to an end", () => {
  const program = (again: string): string => `import threading
def work(flag):
    rows = [("a", "b")]
    other = []
    while flag:
        for first, second in rows:
            print(len(second))
        ${again}
for _ in range(2):
    threading.Thread(target=work, args=(1,)).start()
`;
  for (const again of ["other = rows; rows = other", "rows = list(rows)", "other = sorted(rows); rows = list(other)"])
    assert.equal(predictionsOf(parser, program(again)).length, 1, again);
});

/** Names each of which is bound to the next in both arms of a branch; the last one is `end`. */
function chainOfNames(names: number, end: string, answer: string): string {
  const branches = Array.from({ length: names }, (_, i) => `if flag:\n    a${i} = a${i + 1}\nelse:\n    a${i} = a${i + 1}\n`);
  return `import sys\nflag = len(sys.argv)\na${names} = ${end}\n${branches.reverse().join("")}answer = ${answer}\n`;
}

test("names that are bound to several others, each to several again, are followed for a while and no longer", () => {
  const { value, at, evaluator } = answer(chainOfNames(16, "[1]", "a0"));
  let steps = 0;
  const step = (bound: Value, activation: Activation): "end" | undefined => {
    steps++;
    return bound.op === "read" ? evaluator.follow(bound, activation, step, () => undefined) : "end";
  };
  assert.equal(step(value, at), undefined);
  assert.ok(steps > 100 && steps < 2000, `${steps} steps of the ${2 ** 17} that there are`);
  for (const asked of ["len(a0)", "a0[0]", "a0[1:][0]"]) {
    const few = answer(chainOfNames(3, "[2, 2]", asked));
    assert.deepEqual(triple(few.evaluator.number(few.value, few.at)), [2, 2, 2], asked);
    const many = answer(chainOfNames(28, "[2, 2]", asked));
    assert.equal(many.evaluator.number(many.value, many.at), undefined, asked);
  }
});

test("where one of the values of a name is not known, the others are not asked for", () => {
  const { value, at, evaluator } = answer(chainOfNames(24, "unknown()", "a0"));
  let steps = 0;
  const step = (bound: Value, activation: Activation): undefined => {
    steps++;
    if (bound.op === "read") evaluator.follow(bound, activation, step, () => undefined);
  };
  step(value, at);
  assert.ok(steps < 40, `${steps} steps`);
});
