import { describe, test } from "node:test";
import { between, told } from "./statement-times.js";

/** What a call of a function that does nothing takes. */
const call = (target: string): number => told("def nothing():\n    pass", "nothing()", target).likely;

describe("what is called without a call in the text", () => {
  test("a heap compares its entries by their class's method, where it starts empty and another function fills it, too", () => {
    const setup = (compared: string): string => `import heapq


class Entry:
    def __init__(self, number):
        self.number = number
${compared}

class Line:
    def __init__(self):
        self.heap = []

    def push(self, number):
        heapq.heappush(self.heap, Entry(number))

    def pop(self):
        return heapq.heappop(self.heap)


line = Line()
`;
    const own = "\n    def __lt__(self, other):\n        return self.number < other.number\n";
    for (const target of ["cpython-3.11", "cpython-3.14"]) {
      const more = (statement: string): number =>
        (told(setup(own), statement, target).likely - told(setup(""), statement, target).likely) / call(target);
      between(more("line.push(3)"), 2, 12);
      between(more("line.pop()"), 5, 50);
    }
  });

  test("a push compares twice, whatever the size, and a heap is made with less than two comparisons for each", () => {
    const setup = (size: number): string => `import heapq


class Entry:
    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        return self.number < other.number


entries = [Entry(i) for i in range(${size})]
`;
    const time = (size: number, statement: string): number => told(setup(size), statement).likely;
    between(time(10_000, "heapq.heappush(entries, Entry(3))") / time(100, "heapq.heappush(entries, Entry(3))"), 0.95, 1.1);
    between(time(10_000, "heapq.heapify(entries)") / time(100, "heapq.heapify(entries)"), 60, 130);
  });

  test("a key whose class says how its hash is made is looked up by that", () => {
    const setup = (kind: string): string => `from dataclasses import dataclass
import enum


${kind}


key = Key(1)
table = {key: 1}
`;
    const plain = "class Key:\n    def __init__(self, a):\n        self.a = a";
    const hashed = `${plain}\n\n    def __hash__(self):\n        return hash(self.a)\n\n    def __eq__(self, other):\n        return self.a == other.a`;
    const frozen = "@dataclass(frozen=True)\nclass Key:\n    a: int";
    const member = "class Key(enum.Enum):\n    ONE = 1";
    for (const target of ["cpython-3.11", "cpython-3.14"]) {
      for (const statement of ["table[key]", "key in table", "table.get(key)", "table[key] = 2"]) {
        const more = (kind: string): number =>
          (told(setup(kind), statement, target).likely - told(setup(plain), statement, target).likely) / call(target);
        between(more(hashed), 1.5, 12);
        between(more(frozen), 5, 16);
        between(more(member), 3, 10);
      }
    }
  });

  test("a context that is made of a generator takes several times what a class's takes", () => {
    const ofClass = "class Step:\n    def __enter__(self):\n        pass\n\n    def __exit__(self, *error):\n        pass";
    const ofGenerator = "import contextlib\n\n@contextlib.contextmanager\ndef Step():\n    yield";
    const time = (setup: string): number => told(setup, "with Step(): pass", "cpython-3.11").likely;
    between(time(ofGenerator) / time(ofClass), 2, 9);
  });

  test("a member is looked up by its value, and its value read, by functions in Python", () => {
    const setup = "import enum\n\nclass Colour(enum.Enum):\n    RED = 1\n    GREEN = 2\n";
    for (const target of ["cpython-3.11", "cpython-3.14"])
      between((told(setup, "Colour(2)", target).likely - told(setup, "pass", target).likely) / call(target), 9, 26);
  });

  test("objects of a class that is a named tuple are made by a function in Python", () => {
    const setup = "from typing import NamedTuple\n\nclass Trade(NamedTuple):\n    price: float\n    size: int\n";
    const plain = "class Trade:\n    def __init__(self, price, size):\n        self.price = price\n        self.size = size\n";
    // 645 and 478 ns on CPython 3.11, 367 and 165 on 3.14.
    for (const target of ["cpython-3.11", "cpython-3.14"])
      between(told(setup, "Trade(1.5, 2)", target).likely / told(plain, "Trade(1.5, 2)", target).likely, 0.7, 2.5);
  });

  test("storing to a property runs what its class has for that, and a loop what hands out the elements", () => {
    const account = (body: string): string =>
      `class Account:\n    @property\n    def cents(self):\n        return self._cents\n\n    @cents.setter\n    def cents(self, value):\n        ${body}\n\naccount = Account()`;
    const count = (body: string): string =>
      `class Count:\n    def __init__(self, n):\n        self.n = n\n\n    def __iter__(self):\n        return self\n\n    def __next__(self):\n        ${body}\n`;
    const [long, short] = ["value = sum(i * i for i in range(1000))", "pass"];
    const ratio = (setup: (body: string) => string, statement: string): number =>
      told(setup(long), statement).likely / told(setup(short), statement).likely;
    between(ratio(account, "account.cents = 5"), 50, 5_000);
    between(ratio(count, "for n in Count(10): pass"), 50, 5_000);
  });

  test("built-in functions run the methods that the language has for them", () => {
    const setup = (body: string): string =>
      `class Span:\n    def __init__(self, n):\n        self.n = n\n\n    def __len__(self):\n        ${body}\n\nspan = Span(3)`;
    const [short, long] = ["return self.n", "return sum(i * i for i in range(1000))"].map((body) => told(setup(body), "len(span)").likely);
    between((long ?? 0) / (short ?? 1), 50, 5_000);
  });

  test("how an object is copied is asked of its class", () => {
    const setup = "import copy\n\nclass Settings:\n    def __init__(self):\n        self.a = 1\n\nsettings = Settings()";
    between(told(setup, "copy.copy(settings)", "cpython-3.11").likely / call("cpython-3.11"), 40, 120);
  });

  test("what goes over a list that it adds to goes round as often as entries come", () => {
    const setup = `graph = {i: [(i * 7 + 1) % 500, (i + 1) % 500] for i in range(500)}


def search():
    distance = {0: 0}
    queue = [0]
    for node in queue:
        for other in graph[node]:
            if other not in distance:
                distance[other] = distance[node] + 1
                queue.append(other)
    return distance
`;
    // 50 to 130 µs, CPython 3.11 and 3.14.
    between(told(setup, "search()").likely, 20_000, 250_000);
  });
});
