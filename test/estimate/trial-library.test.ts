import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { follow } from "../../server/src/estimate/trial/follow.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

const parser = await pythonParser();
const mostSteps = 400_000;

/** How often the loop that is marked goes round in the tasks, on average; and why the program was followed no further. */
function roundsIn(text: string): { readonly rounds: number | undefined; readonly stopped: string | undefined } {
  const { tasks, stopped } = follow(parser.parse(text), mostSteps);
  const start = text.indexOf("for _ in range(rounds)");
  const end = text.indexOf("pass", start) + 4;
  for (const seen of tasks.values()) {
    const rounds = seen.rounds({ start, end })?.value;
    if (rounds !== undefined) return { rounds, stopped };
  }
  return { rounds: undefined, stopped };
}

const marked = "for _ in range(rounds): pass";

/** The program of a task that works out how many rounds it goes. */
function counting(statements: string, before = ""): string {
  return `import base64, bisect, collections, contextlib, csv, datetime, enum, functools, hashlib, heapq, io, itertools, json, operator, random, re, statistics, struct
from concurrent.futures import ThreadPoolExecutor
${before}
def task(n):
    ${statements.split("\n").join("\n    ")}
    ${marked}

with ThreadPoolExecutor() as pool:
    print(list(pool.map(task, [1])))
`;
}

/** What CPython 3.12 says of each, as a number of rounds. */
const values: readonly (readonly [expression: string, rounds: number])[] = [
  ["random.seed(42); rounds = random.randint(1, 1000)", 655],
  ["random.seed(42); rounds = int(random.random() * 1e6)", 639426],
  ["rounds = sum(random.Random(7).sample(range(1000), 5))", 2525],
  ["l = list(range(20)); random.Random(3).shuffle(l); rounds = l[0] * 20 + l[1]", 163],
  ["r = random.Random(1); rounds = round(100 * (r.gauss(5, 1) + r.expovariate(0.5) + r.normalvariate(9, 1)))", 1734],
  ["rounds = int(hashlib.sha256(b'abc').hexdigest()[:4], 16)", 47736],
  ["rounds = int(hashlib.md5(b'abc').hexdigest()[:4], 16) + hashlib.sha1(b'abc').digest()[0]", 37034],
  ["rounds = (datetime.date(2024, 3, 1) - datetime.date(2023, 12, 31)).days", 61],
  [
    "rounds = (datetime.datetime.combine(datetime.date(1970, 1, 2), datetime.time(9, minute=30)) - datetime.datetime(1970, 1, 1)).seconds",
    34200,
  ],
  ["rounds = datetime.datetime(2024, 2, 28, 23, 15).time().replace(hour=7) < datetime.time(8) and len(str(datetime.time(8)))", 8],
  ["rounds = int((datetime.datetime(2024, 2, 28, 23) + datetime.timedelta(hours=2)).strftime('%m%d%H'))", 22901],
  ["rounds = sum(int(m.group('n')) for m in re.finditer(r'(?P<n>\\d+)px', '10px 3em 25px'))", 35],
  ["rounds = len(re.sub(r'[^a-z]+', '-', 'Hello, World 42!'.lower()))", 12],
  ["rounds = len(re.split(r'[,;]\\s*', 'a, b;c,d'))", 4],
  ["a, b = struct.unpack('<Hb', struct.pack('<Hb', 513, -2)); rounds = a + b + struct.calcsize('bhi')", 519],
  [
    "out = io.StringIO(); csv.writer(out).writerows([[1, 'x'], [20, 'y']]); rounds = sum(int(r[0]) for r in csv.reader(io.StringIO(out.getvalue())))",
    21,
  ],
  ["rounds = len(json.dumps({'a': [1, 2.5, None], 'b': 'ü'}, indent=2, sort_keys=True))", 58],
  ["rounds = int(json.loads('[1, 2.0, 3e1]')[1] * 10 / 4)", 5],
  ["z = complex(1.5, -2); w = (z * z + 3j) / (2 - 1j) ** 2 - z.conjugate(); rounds = int(1000 * abs(w))", 2912],
  ["rounds = len(str(2j) + repr(complex(1, -0.5)) + str(-3 + 1j)) + int(1j * 1j == -1) + len({1, 1 + 0j, 2j})", 20],
  ["import cmath; rounds = int(1000 * (cmath.exp(2j) + cmath.rect(2, 1)).imag) + int(100 * cmath.phase(1j))", 2749],
  ["z = 0.1 + 0.2j; n = 0\nwhile abs(z) < 2:\n    z = z ** 2 + 0.4\n    n += 1\nrounds = n + bool(z) + bool(0j)", 8],
  [
    "class Tank:\n    def __init__(self): self._level = 2\n    @property\n    def level(self): return self._level\n    @level.setter\n    def level(self, value): self._level = min(10, value)\ntank = Tank(); tank.level += 3; a = tank.level; tank.level = 40; rounds = a * 100 + tank.level",
    510,
  ],
  ["rounds = round(2.5) + round(3.5) + int(round(2.675, 2) * 100)", 273],
  ["rounds = len(f'{1e-5}') + len(f'{1234567.891:>15,.1f}') + len(f'{7!r:>5}')", 25],
  ["rounds = len('%5.1f|%-6s|%05d' % (3.14159, 'ab', 42))", 18],
  ["rounds = len(str(b'a\\n')) + len(repr((1,))) + len(repr(\"it's\"))", 6 + 4 + 6],
  ["rounds = -7 // 2 + 10 + int(-7.5 % 2 * 10)", 11],
  ["rounds = {'a': None}.pop('a', 3) is None and next(iter([]), None) is None and {'b': None}.get('b', 5) is None and 7", 7],
  ["x = [1, 2, 3, 4, 5]; x[1:3] = [9]; del x[::2]; rounds = sum(x)", 14],
  ["rounds = len(range(20)[2:15:3]) + ('a b  c'.rsplit(None, 1)[0]).count(' ')", 6],
  ["rounds = 0x9e3779b97f4a7c15 % 1000", 485],
  ["rounds = int('ff', 16) + int('0b101', 0) + int.from_bytes(b'\\x01\\x02', 'big')", 255 + 5 + 258],
  ["rounds = statistics.median([5, 1, 9]) + int(statistics.stdev([1, 2, 3, 4]) * 100)", 5 + 129],
  ["rounds = sum(a * b for a, b in itertools.zip_longest([1, 2, 3], [4, 5], fillvalue=1))", 17],
  ["rounds = functools.reduce(operator.mul, itertools.accumulate([1, 2, 3], initial=1))", 56],
  ["c = collections.Counter('abca') + collections.Counter('ad'); rounds = c['a'] * 10 + len(c)", 34],
  ["with contextlib.suppress(KeyError) if False else guarded():\n    raise KeyError(1)\nrounds = 3", 3],
  ["rounds = sum(sorted([Version(3), Version(1), Version(2)])[0].parts) + (Version(2) >= Version(1)) + len({Version(1), Version(1)})", 3],
  ["rounds = Color(2).value * 10 + len(Color) + (Color['RED'] is Color.RED) + (Level.HIGH > 1) + Level.HIGH", 20 + 3 + 1 + 1 + 2],
  ["p = Point(1, 2)._replace(y=5); x, y = p; rounds = x + y + len(p) + (p == (1, 5)) + sorted([Point(3, 0), p])[0].y", 6 + 2 + 1 + 5],
  ["rounds = sum(sorted([Item(3, 'x'), Item(1, 'y')])[0].n for _ in range(4))", 4],
  ["rounds = Third().who()", 321],
];

const classes = `@contextlib.contextmanager
def guarded():
    try:
        yield
    except KeyError:
        pass

@functools.total_ordering
class Version:
    def __init__(self, *parts): self.parts = parts
    def __eq__(self, other): return self.parts == other.parts
    def __lt__(self, other): return self.parts < other.parts
    def __hash__(self): return hash(self.parts)

class Color(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = enum.auto()

class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2

import typing, dataclasses

class Point(typing.NamedTuple):
    x: int
    y: int = 0

@dataclasses.dataclass(order=True)
class Item:
    n: int
    name: str = dataclasses.field(compare=False, default="")

class First:
    def who(self): return 1
class Second(First):
    def who(self): return super().who() + 20
class Third(Second):
    def who(self): return super().who() + 300
`;

describe("values are what the interpreter says", () => {
  for (const [statements, rounds] of values)
    test(statements, () => {
      const found = roundsIn(counting(statements, classes));
      assert.deepEqual(found, { rounds, stopped: rounds < 100_000 ? undefined : found.stopped });
    });
});

describe("programs hand their tasks out in many ways", () => {
  const programs: Readonly<Record<string, readonly [program: string, rounds: number]>> = {
    "threads that inherit": [
      `import threading
class Worker(threading.Thread):
    def __init__(self, size, **named):
        super().__init__(**named)
        self.size = size
    def run(self):
        rounds = self.size
        ${marked}
workers = [Worker(n, daemon=True) for n in (10, 20, 30)]
for worker in workers: worker.start()
for worker in workers: worker.join()`,
      20,
    ],
    "a queue whose end is marked after threads were started": [
      `import queue, threading
jobs = queue.Queue()
def work():
    while True:
        rounds = jobs.get()
        if rounds is None:
            break
        ${marked}
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for n in (5, 7, 9): jobs.put(n)
for _ in threads: jobs.put(None)
for thread in threads: thread.join()`,
      7,
    ],
    "a consumer that is started before its producer": [
      `import queue, threading
line = queue.Queue()
def take():
    while (rounds := line.get()) != 0:
        ${marked}
def make():
    for n in (4, 6, 0): line.put(n)
a, b = threading.Thread(target=take), threading.Thread(target=make)
a.start(); b.start(); a.join(); b.join()`,
      5,
    ],
    coroutines: [
      `import asyncio
def work(rounds):
    ${marked}
async def job(n):
    async with asyncio.Semaphore(2):
        await asyncio.sleep(0.01)
    return await asyncio.to_thread(work, n)
async def main():
    await asyncio.gather(*(job(n) for n in (3, 5)), asyncio.create_task(job(7)))
asyncio.run(main())`,
      5,
    ],
    "a program that is started without arguments": [
      `import argparse, os, sys
from concurrent.futures import ProcessPoolExecutor
def work(rounds):
    ${marked}
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", "--size", type=int, default="12")
    parser.add_argument("--fast", action="store_true")
    args = parser.parse_args()
    size = args.size if len(sys.argv) < 2 and not args.fast else 99
    size += int(os.environ.get("EXTRA", "3"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, [size, size]))
    sys.exit(0)
if __name__ == "__main__":
    main()`,
      15,
    ],
    "an unknown time that only chooses a name": [
      `import time
from concurrent.futures import ThreadPoolExecutor
def work(rounds):
    ${marked}
best = 1e9
for _ in range(2):
    start = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        list(pool.map(work, [8, 8]))
    took = time.perf_counter() - start
    if took < best: best = took
print(f"{best:.3f}")`,
      8,
    ],
    "a pool of processes, and functions that are given a part of what they take": [
      `import functools, multiprocessing
def work(extra, rounds):
    rounds += extra
    ${marked}
if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        pool.map(functools.partial(work, 2), [1, 2, 3])`,
      4,
    ],
  };
  for (const [what, [program, rounds]] of Object.entries(programs))
    test(what, () => assert.deepEqual(roundsIn(program), { rounds, stopped: undefined }));
});

describe("tasks that differ", () => {
  const collatz = `def task(n):
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps`;
  const handed = (items: string): string =>
    `from concurrent.futures import ThreadPoolExecutor\n${collatz}\nITEMS = ${items}\nwith ThreadPoolExecutor(4) as pool:\n    print(list(pool.map(task, ITEMS)))\n`;
  const batch = (text: string): readonly number[] => {
    const [seen] = follow(parser.parse(text), mostSteps).tasks.values();
    return (seen?.batches[0] ?? []).map(({ busy }) => busy);
  };

  test("one that is much longer than all others is as much longer", () => {
    const shares = batch(handed("[2] * 30 + [2 ** 60 - 1] + [2] * 9"));
    assert.equal(shares.length, 40);
    assert.ok((shares[30] ?? 0) > 25 && shares.every((each, index) => index === 30 || each < 0.5), shares.join());
  });

  test("those that are too long to be followed all are like those with the nearest size", () => {
    const text = `from concurrent.futures import ThreadPoolExecutor
def task(size):
    for i in range(size):
        i += 1
with ThreadPoolExecutor(4) as pool:
    futures = [pool.submit(task, 50 * k) for k in range(200)]
`;
    const shares = batch(text);
    assert.equal(shares.length, 200);
    assert.ok((shares[199] ?? 0) > 1.5 && (shares[20] ?? 1) < 0.4, shares.join());
  });

  test("what one of several takes out of a queue before the others says nothing of their sizes", () => {
    const text = `import queue, threading
jobs = queue.Queue()
for n in range(30): jobs.put(n)
def task(name):
    while not jobs.empty():
        jobs.get()
for name in "abc": threading.Thread(target=task, args=(name,)).start()
`;
    const [seen] = follow(parser.parse(text), mostSteps).tasks.values();
    assert.deepEqual(seen?.batches, []);
    const start = text.indexOf("while");
    assert.equal(seen?.rounds({ start, end: text.indexOf("get()") + 5 })?.value, 10);
  });

  test("a long one at the end leaves the workers nothing to share", () => {
    const long = predictionOf(parser, handed("[2] * 15 + [2 ** 900 - 1]"), "cpython-3.14t", 4, mostSteps);
    const alike = predictionOf(parser, handed("[2 ** 200 - 1] * 16"), "cpython-3.14t", 4, mostSteps);
    const speedup = (prediction: typeof long): number =>
      prediction.strategies.find(({ strategy }) => strategy === "free-threaded")?.speedup.likely ?? 0;
    assert.ok(speedup(long) < 1.3 && speedup(alike) > 1.5, `${speedup(long)} ${speedup(alike)}`);
  });
});

describe("what the library does is bounded as well", () => {
  const ends: Readonly<Record<string, string>> = {
    "a pattern that takes for ever": "while re.fullmatch('(a|aa)+$', 'a' * 40 + 'b') is None:\n    n += 1",
    "a pattern in a long text": "A = 'a' * 900_000\nwhile True:\n    n = re.findall('b|a*c', A)",
    "digests of much": "A = b'x' * 900_000\nwhile True:\n    n = hashlib.sha256(A).hexdigest()",
    "draws without an end": "while True:\n    n = random.sample(range(100_000), 50_000)",
    "days without an end": "d = datetime.date(2024, 1, 1)\nwhile True:\n    d += datetime.timedelta(days=1)",
    "a text in memory that grows": "out = io.StringIO()\nwhile True:\n    out.write('x' * 100_000)",
    "a wait without an end": "import queue\nqueue.Queue().get()\nwhile True:\n    pass",
    "widths without an end": "n = '%*d' % (10 ** 9, 1)\nwhile True:\n    n = f'{1:1000000}'",
  };
  for (const [what, statements] of Object.entries(ends))
    test(what, () => {
      const { stopped } = follow(parser.parse(counting(`${statements}\nrounds = 1`)), 40_000);
      assert.ok(stopped !== undefined || what.startsWith("a wait"), what);
    });
});
