import assert from "node:assert/strict";
import { test } from "node:test";
import type { Interval } from "../../server/src/base/interval.js";
import objects from "../knowledge/measured-shared-objects.json";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

const head = `
import abc, collections, copy, dataclasses, enum, functools, itertools, json, operator, random, struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

class Grade(enum.Enum):
    LOW = 1
    HIGH = 2

class Base:
    def __init__(self, x):
        self.x = x

class Figure(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

class Tile(Figure):
    sizes = {"a": 1}
    def __init__(self, side):
        self.side = side
        self.names = {"a": 1}
    def area(self):
        return self.side
    @property
    def edge(self):
        return self.side
    @staticmethod
    def plain(value):
        return value

class Derived(Base):
    def __init__(self, x):
        super().__init__(x)

@functools.lru_cache(maxsize=None)
def cached(value):
    return value

def plain(value):
    return value

@dataclasses.dataclass
class Plot:
    x: int
    y: int

class Meter:
    def __init__(self):
        self.limits = [3, 5]
    def limit(self, n):
        return self.limits[n & 1]

METER = Meter()
Pair = collections.namedtuple("Pair", "x y")
NUMBERS = [n * 17 + 300 for n in range(2_000)]
FORM = {"title": "t", "fields": [1, 2, {"a": "b"}]}
SECOND = operator.itemgetter(1)
ROWS = [{"amount": n * 1.5} for n in range(40)]
MANY = [{"amount": n * 1.5} for n in range(90_000)]
`;

/** Two threads' gain on two cores from a line that a task runs over and over. */
function gain(line: string, isScript = true): Interval {
  const text = `${head}
def work(n):
    own = Tile(n)
    pair = (1, n)
    for i in range(200_000):
        ${line}
    return n

${isScript ? 'if __name__ == "__main__":' : "def main():"}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(4)))
`;
  return strategyOf(predictionOf(parser, text, "cpython-3.13t", 2), "free-threaded").speedup;
}

test("without a GIL, threads meet in what lies in classes: members of enums, containers, properties, what abstract classes and caches hold", () => {
  const meeting = [
    "x = Grade.LOW",
    "x = Grade.LOW.value",
    "x = own.sizes",
    "x = own.edge",
    "x = own.plain(i)",
    "x = isinstance(own, Figure)",
    "x = isinstance(own, Mapping)",
    "x = cached(i)",
    "x = SECOND(pair)",
    "Derived(i)",
    "x = random.randint(1, 6)",
  ];
  for (const line of meeting) assert.ok(gain(line).likely < 1.5, `${line}: ${gain(line).likely}`);
  // What is the thread's own, and classes and functions themselves.
  const alone = [
    "x = own.side",
    "x = own.names",
    "x = own.area()",
    "x = isinstance(own, Base)",
    "x = isinstance(own, (int, str))",
    "x = plain(i)",
    "Base(i)",
  ];
  for (const line of alone) assert.ok(gain(line).likely > 1.6, `${line}: ${gain(line).likely}`);
});

test("without a GIL, threads meet in rows that all go through", () => {
  assert.ok(gain("for row in ROWS: x = row['amount']").likely < 1);
  assert.ok(gain("for row in [own, own]: x = row.side").likely > 1.6);
});

test("without a GIL, threads meet in what is handed on to parameters and methods, and in elements that native code goes through", () => {
  const meeting = [
    "x = METER.limit(i)",
    "x = sum(NUMBERS)",
    "x = tuple(NUMBERS)",
    "for a, b in itertools.combinations(NUMBERS, 2): pass",
    "for k, a in enumerate(NUMBERS): pass",
    "x = copy.deepcopy(FORM)",
    "p = Pair(i, n); x = p.y",
    "x = json.dumps({'id': i})",
  ];
  for (const line of meeting) assert.ok(gain(line).likely < 1.5, `${line}: ${gain(line).likely}`);
  const alone = [
    "m = Meter(); x = m.limit(i)",
    "x = [n, i, n + i]; y = sum(x)",
    "x = [n, i]; x.sort()",
    "for k, a in enumerate([n, i]): pass",
    "x = (n, i); y = x[1]",
  ];
  for (const line of alone) assert.ok(gain(line).likely > 1.6, `${line}: ${gain(line).likely}`);
  // What makes objects of data classes and named tuples is a function that another one has made.
  assert.ok(gain("x = Plot(i, n)").likely < gain("x = Base(i)").likely - 0.2);
});

test("without a GIL, rows of long tables have left the caches before another thread comes by", () => {
  const few = gain("for row in ROWS: x = row['amount']").likely;
  const many = gain("for row in MANY: x = row['amount']").likely;
  assert.ok(many > few + 0.1, `${few}, ${many}`);
});

test("without a GIL, what is written out is immortal in a script; in other modules the text does not tell, and ranges hold both", () => {
  for (const line of ["x = i & 4095", "for x in (-1, 0, 1): pass", "for x, y in ((-1, 0), (1, 0)): pass"]) {
    const script = gain(line);
    const imported = gain(line, false);
    assert.ok(script.low > 1, `${line}: ${script.low} to ${script.likely}`);
    assert.ok(
      imported.low < 1 && imported.likely < script.likely - 0.1 && imported.high > 1.5,
      `${line} imported: ${imported.likely} to ${imported.high}`,
    );
  }
  const small = gain("for x in [i, n]: pass");
  assert.ok(small.low > 1.2, `${small.low}`);
});

test("the record says what lies in classes, and what does not, costs two threads", () => {
  const extra = (shape: string): number => {
    const row = objects.rows.find((each) => each.shape === shape);
    assert.ok(row, `${shape} was measured`);
    return row.two - row.main;
  };
  for (const shape of ["class, its class method", "own instance, property", "own instance, static method", "lru_cache, hit"])
    assert.ok(extra(shape) > 20 && extra(shape) < 200, shape);
  for (const shape of [
    "member of an enum as a key",
    "isinstance with an abstract class of the module",
    "super().__init__",
    "random.randint",
  ])
    assert.ok(extra(shape) > 250, shape);
  for (const shape of ["class whose base makes it", "own random.Random, randint", "own instance, method", "own instance, attribute read"])
    assert.ok(extra(shape) < 20, shape);
  for (const shape of ["list of pairs, loop over four", "tuple of pairs written out, loop over four"]) assert.ok(extra(shape) > 600, shape);
});
