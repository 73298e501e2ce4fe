import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* Loops whose rounds have to be told from what they go along, and what that adds up to. */

const parser = await pythonParser();

const programs: readonly (readonly [what: string, task: string, items: string, ms: number])[] = [
  [
    "divisors taken out of numbers",
    `def factors(number):
    found = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        found.append(number)
    return found
def task(start):
    return sum(len(factors(number)) for number in range(start, start + 1500))`,
    "[40_000] * 4",
    5.4,
  ],
  [
    "sets that are united",
    `class Sets:
    def __init__(self, count):
        self.above = list(range(count))
    def root(self, each):
        while self.above[each] != each:
            self.above[each] = self.above[self.above[each]]
            each = self.above[each]
        return each
    def unite(self, one, other):
        self.above[self.root(one)] = self.root(other)
def task(count):
    sets = Sets(count)
    for each in range(count):
        sets.unite(each, each * 31 % count)
    return sets`,
    "[8000] * 4",
    2,
  ],
  [
    "down a tree",
    `class Node:
    def __init__(self, key):
        self.key = key
        self.less = None
        self.more = None
def insert(root, key):
    node = root
    while True:
        if key < node.key:
            if node.less is None:
                node.less = Node(key)
                return
            node = node.less
        else:
            if node.more is None:
                node.more = Node(key)
                return
            node = node.more
def task(count):
    root = Node(500)
    for number in range(count):
        insert(root, number * 7919 % 10007)`,
    "[2000] * 4",
    1.3,
  ],
  [
    "words and numbers of a text",
    `def tokens(text):
    found = []
    place = 0
    while place < len(text):
        if text[place].isdigit():
            end = place
            while end < len(text) and text[end].isdigit():
                end += 1
            found.append(int(text[place:end]))
            place = end
        else:
            found.append(text[place])
            place += 1
    return found
def task(count):
    return tokens("+".join(f"{number}" for number in range(count)))`,
    "[400] * 4",
    0.24,
  ],
];

describe("rounds of loops that follow something (milliseconds of CPython 3.11)", () => {
  for (const [what, task, items, ms] of programs)
    test(what, () => {
      const program = `from concurrent.futures import ThreadPoolExecutor\n${task}\nif __name__ == "__main__":\n    with ThreadPoolExecutor(2) as pool:\n        list(pool.map(task, ${items}))\n`;
      const { low, likely, high } = predictionOf(parser, program, "cpython-3.11").work.interpreterNs;
      assert.ok(likely > (ms / 4) * 1e6 && likely < ms * 4e6, `${likely / 1e6} of ${ms}`);
      assert.ok(low <= ms * 1e6 && high >= ms * 1e6, `${low / 1e6} to ${high / 1e6}`);
      assert.ok(high / low > 3, "how many there are is a guess");
    });

  test("functions that call one another share what there is to parse, and do not each go through a thousand", () => {
    const program = `from concurrent.futures import ThreadPoolExecutor
class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
    def sum(self):
        value = self.product()
        while self.tokens and self.tokens[-1] == "+":
            self.tokens.pop()
            value += self.product()
        return value
    def product(self):
        value = self.atom()
        while self.tokens and self.tokens[-1] == "*":
            self.tokens.pop()
            value *= self.atom()
        return value
    def atom(self):
        token = self.tokens.pop()
        return self.sum() if token == "(" else int(token)
def task(tokens):
    return Parser(tokens).sum()
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, read()))
`;
    const { work, assumptions } = predictionOf(parser, program, "cpython-3.11");
    assert.ok(work.interpreterNs.likely < 50e6, `${work.interpreterNs.likely}`);
    assert.ok(assumptions.some(({ what }) => what === "depth of the recursion through `sum`"));
  });

  test("methods that one decorator wraps do not call themselves by calling one another", () => {
    const program = (decorator: string): number =>
      predictionOf(
        parser,
        `import threading
def guarded(method):
    def wrapper(self, value):
        with self.lock:
            return method(self, value)
    return wrapper
class Meter:
    def __init__(self):
        self.lock = threading.RLock()
        self.total = 0
    ${decorator}
    def feed(self, value):
        self.total += value
        if value > 30:
            self.alarm(value)
    ${decorator}
    def alarm(self, value):
        self.total -= value
def probe(meter):
    for value in range(1000):
        meter.feed(value)
meter = Meter()
for _ in range(3):
    threading.Thread(target=probe, args=(meter,)).start()
`,
        "cpython-3.11",
      ).work.interpreterNs.likely;
    const ratio = program("@guarded") / program("");
    assert.ok(ratio > 1 && ratio < 6, `${ratio}`);
  });

  test("a search of unknown extent that ends at its goal has seen much of it by then", () => {
    const program = (next: string): number =>
      predictionOf(
        parser,
        `from concurrent.futures import ThreadPoolExecutor
def task(graph, start, goal):
    pending = [start]
    seen = {start}
    while pending:
        node = pending.pop()
        if node == goal:
            return len(seen)
        ${next}
    return 0
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, graphs(), starts(), goals()))
`,
        "cpython-3.11",
      ).work.interpreterNs.low;
    assert.ok(program("pending.append(graph.other(node))") > 3 * program("seen.add(node)"));
  });
});

test("a flag that a loop inside sets again says nothing of how often", () => {
  const program = `from concurrent.futures import ThreadPoolExecutor

def task(size):
    data = list(range(size, 0, -1))
    changed = True
    while changed:
        changed = False
        for i in range(len(data) - 1):
            if data[i] > data[i + 1]:
                data[i], data[i + 1] = data[i + 1], data[i]
                changed = True
    return data

with ThreadPoolExecutor(4) as pool:
    print(len(list(pool.map(task, [300, 300, 300, 300]))))
`;
  // Nothing followed: one pass over the list is 10 µs, and it may take 300.
  const { interpreterNs } = predictionOf(parser, program, "cpython-3.13", 4).work;
  assert.ok(interpreterNs.likely > 20_000 && interpreterNs.high > 1e6, JSON.stringify(interpreterNs));
});
