import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* Lengths that stand elsewhere than in what they are the length of. */

const parser = await pythonParser();

const pool = "from concurrent.futures import ThreadPoolExecutor\n";

/** A program whose pool of four threads runs the `task` that the text defines, eight times. */
function inPool(text: string): string {
  return `${pool}${text}if __name__ == "__main__":
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, range(8)))
`;
}

function taskNs(program: string): number {
  return predictionOf(parser, program).work.interpreterNs.likely;
}

const ofOption = (add: string, read: string): string => `${pool}import argparse
def task(count):
    total = 0
    for number in range(count):
        total += number * number
    return total
def options():
    parser = argparse.ArgumentParser()
    ${add}
    parser.add_argument("--workers", type=int, default=4)
    return parser.parse_args()
def main():
    given = options()
    with ThreadPoolExecutor(given.workers) as executor:
        list(executor.map(task, [${read}] * 8))
if __name__ == "__main__":
    main()
`;

describe("lengths that options of the command line default to", () => {
  for (const [what, add, read] of [
    ["the long flag's name", 'parser.add_argument("-n", "--row-count", type=int, default=40_000)', "given.row_count"],
    ["a name of its own", 'parser.add_argument("-n", dest="rows", type=int, default=40_000)', "given.rows"],
  ] as const)
    test(what, () => {
      const ratio = taskNs(ofOption(add, read)) / taskNs(ofOption(add, "40_000"));
      assert.ok(Math.abs(ratio - 1) < 0.01, `${ratio}`);
    });

  test("another option's default says nothing", () => {
    const other = 'parser.add_argument("--other", type=int, default=40_000)';
    const ratio = taskNs(ofOption(other, "given.rows")) / taskNs(ofOption(other, "40_000"));
    assert.ok(Math.abs(ratio - 1) > 0.1, `${ratio}`);
  });
});

const ofQueue = (made: string): string =>
  inPool(`from collections import deque
def task(number):
    window = ${made}
    total = 0
    for value in range(100_000):
        window.append(value)
    for value in list(window):
        for other in range(5_000):
            total += value * other
    return total
`);

test("a deque holds as many as it has room for", () => {
  const ratio = taskNs(ofQueue("deque(maxlen=400)")) / taskNs(ofQueue("deque(maxlen=200)"));
  assert.ok(ratio > 1.8 && ratio < 2.2, `${ratio}`);
  const full = taskNs(ofQueue("deque(range(400), 300)")) / taskNs(ofQueue("deque(maxlen=300)"));
  assert.ok(Math.abs(full - 1) < 0.1, `${full}`);
});

const ofRows = (shape: string, loop: string): string =>
  inPool(`import numpy as np
def task(number):
    table = np.zeros(${shape})
    total = 0
    for row in ${loop}:
        for other in range(1_000):
            total += other * other
    return total
`);

test("an array has as many rows as its first dimension says", () => {
  for (const loop of ["table", "range(len(table))"]) {
    const ratio = taskNs(ofRows("(50, 4_000)", loop)) / taskNs(ofRows("(50, 2)", loop));
    assert.ok(ratio > 0.9 && ratio < 1.1, `${loop}: ${ratio}`);
  }
});

const ofPage = (rows: string): string =>
  inPool(`from string import Template
PAGE = Template("<html><title>$title</title><body>$body</body></html>")
def task(number):
    body = "".join("<p>a paragraph of some text</p>" for _ in range(${rows}))
    total = 0
    for letter in PAGE.substitute(title=number, body=body):
        for other in range(1_000):
            total += other
    return total
`);

test("what fills a template makes up its length", () => {
  const ratio = taskNs(ofPage("2_000")) / taskNs(ofPage("1_000"));
  assert.ok(ratio > 1.9 && ratio < 2.1, `${ratio}`);
});

const ofStarted = (start: string, rest: string): string =>
  inPool(`def made(count):
    entries = ${start}
    for number in range(count):
        entries.append(number)
        ${rest}
    return entries
def task(number):
    total = 0
    for entry in made(50):
        for other in range(1_000):
            total += other
    return total
`);

test("a list that starts with some elements has those that are added, too", () => {
  const ratio = taskNs(ofStarted("[1, 2]", "pass")) / taskNs(ofStarted("[]", "pass"));
  assert.ok(ratio > 1.02 && ratio < 1.06, `${ratio}`);
  const kept = taskNs(ofStarted("[1, 2]", "entries.pop()")) / taskNs(ofStarted("[]", "pass"));
  assert.ok(kept < 0.2, `${kept}`);
});

const ofTags = (line: string): string =>
  inPool(`import re
PAGE = "${line}" * 4_000
def task(number):
    return len(re.sub("<[a-z/]+>", "", PAGE))
`);

test("what is replaced is counted match by match", () => {
  const ratio = taskNs(ofTags("<i>a</i><b>b</b><u>cd</u>")) / taskNs(ofTags("nothing here to take out."));
  assert.ok(ratio > 1.5, `${ratio}`);
});

describe("a variable that is bound anew", () => {
  /** How many times longer the task is than one whose loop goes over `what` in the place of what the text makes. */
  const against = (made: string, what: string): number => {
    const task = (before: string, over: string): number =>
      taskNs(
        inPool(
          `def step(cells):\n    return [cell + 1 for cell in cells]\ndef more(cells):\n    return cells + [1]\ndef task(number):\n${before}    total = 0\n    for cell in ${over}:\n        for other in range(1_000):\n            total += other\n    return total\n`,
        ),
      );
    return task(made, "made") / task("", what);
  };
  const near = (ratio: number): void => assert.ok(ratio > 0.9 && ratio < 1.1, `${ratio}`);

  test("to a longer text is as long as all that was added", () => {
    near(against('    made = "head"\n    for _ in range(50):\n        made += "ab"\n    made = made + "tail"\n', "range(108)"));
  });

  test("to a longer text begins anew where that is in the same round", () => {
    near(against('    for _ in range(5):\n        made = ""\n        for _ in range(40):\n            made += "ab"\n', "range(80)"));
  });

  test("to what a function makes of it is as long as that was", () => {
    near(against("    made = [0] * 70\n    for _ in range(9):\n        made = step(made)\n", "range(70)"));
  });

  test("to what a function adds to is longer by that in each round, half of it on average while it grows", () => {
    near(against("    made = [0] * 70\n    for _ in range(90):\n        made = more(made)\n", "range(160)"));
    const inside = against(
      "    made = [0] * 10\n    for _ in range(200):\n        made = more(made)\n        for cell in made:\n            step(made)\n",
      "range(210)",
    );
    const known = against(
      "    made = [0] * 110\n    for _ in range(200):\n        for cell in made:\n            step(made)\n",
      "range(110)",
    );
    assert.ok(inside / known > 0.4 && inside / known < 2, `${inside / known}`);
  });

  test("to what doubles in each round is as long as that comes to", () => {
    near(against("    made = [0] * 3\n    for _ in range(8):\n        made = [cell for cell in made for _ in range(2)]\n", "range(768)"));
  });

  test("to what a function takes some out of is not known", () => {
    const program = (start: number): number =>
      against(`    made = [0] * ${start}\n    for _ in range(9):\n        made = [cell for cell in made if cell > 2]\n`, "range(70)");
    near(program(70) / program(700));
  });

  test("as columns has as many as the rows are long", () => {
    near(against("    rows = [[0] * 90 for _ in range(3)]\n    made = list(zip(*rows))\n", "range(90)"));
  });
});

test("the first lines of a text are no sample of the many that follow them", () => {
  const program = (head: string): string => `${pool}
def made(count):
    rows = [${head}]
    for number in range(count):
        rows.append(f"move {number} {number * 7}")
    return "\\n".join(rows)
def task(text):
    total = 0
    for row in text.splitlines():
        if not row.startswith("move"):
            continue
        for other in range(200):
            total += other
    return total
ITEMS = [made(3_000) for _ in range(8)]
if __name__ == "__main__":
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, ITEMS))
`;
  const ratio = taskNs(program('"units", "absolute"')) / taskNs(program(""));
  assert.ok(ratio > 0.9 && ratio < 1.1, `${ratio}`);
});

test("what stands behind the `else` of a loop runs where a `break` has ended that", () => {
  const program = (found: string): string =>
    inPool(`def task(number):
    for other in range(10):
        if other % 7 == number:
            ${found}
    else:
        return 0
    return sum(range(100_000))
`);
  assert.ok(taskNs(program("break")) > 10 * taskNs(program("continue")));
});

test("a length that is only likely decides no filter", () => {
  const program = (filter: string): string => `${pool}
import itertools
PARTS = ["pro", "con", "tra", "ver", "sion", "mit", "tal", "gen", "er", "ly"]
WORDS = ["".join(parts) for parts in itertools.permutations(PARTS, 3)]
def slow(word):
    total = 0
    for other in range(200):
        total += other
    return total
def task(word):
    return sorted(slow(other) for other in WORDS${filter})
if __name__ == "__main__":
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, ["protraver"] * 8))
`;
  const ratio = taskNs(program(" if abs(len(other) - len(word)) <= 2")) / taskNs(program(""));
  assert.ok(ratio > 0.2 && ratio < 1.05, `${ratio}`);
});

test("variables of two loops over the same things are the same once in a round", () => {
  const program = (test: string): string =>
    inPool(`def task(number):
    bodies = [number, number + 1, number + 2, number + 3, number + 4]
    total = 0
    for body in bodies:
        for other in bodies:
            if ${test}:
                for part in range(1_000):
                    total += part
    return total
`);
  const all = taskNs(program("True"));
  const apart = taskNs(program("other is not body")) / all;
  assert.ok(apart > 0.75 && apart < 0.85, `${apart}`);
  const same = taskNs(program("other is body")) / all;
  assert.ok(same > 0.15 && same < 0.25, `${same}`);
});

/** What loops inside a task make of it: the ratio of two ways to write it. */
function ratioOf(one: string, other: string): number {
  return taskNs(inPool(one)) / taskNs(inPool(other));
}

describe("searches that share their marks", () => {
  const regions = (marks: string, fresh: string): string => `from collections import deque
def fill(grid, start, seen):
    pending = deque([start])
    seen.add(start)
    size = 0
    while pending:
        x, y = pending.popleft()
        size += 1
        for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= nx < len(grid) and 0 <= ny < len(grid[0]) and (nx, ny) not in seen:
                seen.add((nx, ny))
                pending.append((nx, ny))
    return size
def task(number):
    grid = [[0] * 60 for _ in range(60)]
    ${marks}
    largest = 0
    for x in range(60):
        for y in range(60):
            ${fresh}
            largest = max(largest, fill(grid, (x, y), seen))
    return largest
`;

  test("go through everything once together", () => {
    const ratio = ratioOf(regions("seen = set()", "pass"), regions("seen = None", "seen = set()"));
    assert.ok(ratio < 0.01, `${ratio}`);
  });

  const parts = (marks: string, fresh: string): string => `def task(number):
    links = [[(node * 3) % 2_000, (node + 7) % 2_000] for node in range(2_000)]
    ${marks}
    count = 0
    for start in range(2_000):
        ${fresh}
        if seen[start]:
            continue
        pending = [start]
        while pending:
            node = pending.pop()
            for other in links[node]:
                if not seen[other]:
                    seen[other] = True
                    pending.append(other)
        count += 1
    return count
`;

  test("in a table, too, but not where each begins with one of its own", () => {
    const ratio = ratioOf(parts("seen = [False] * 2_000", "pass"), parts("seen = None", "seen = [False] * 2_000"));
    assert.ok(ratio < 0.05, `${ratio}`);
  });
});

describe("groups", () => {
  const grouped = (fill: string, over: string): string => `from collections import defaultdict
def task(number):
    groups = defaultdict(list)
    for place in range(8_000):
        ${fill}
    total = 0
    for ${over}:
        for other in range(1_000):
            total += other
    return total
`;

  for (const fill of ["groups[place % 40].append(place)", 'groups.setdefault(f"group {place % 40}", []).append(place)'])
    test(`are as many as there are different keys: ${fill}`, () => {
      const ratio = ratioOf(grouped(fill, "members in groups.values()"), grouped(fill, "members in range(40)"));
      assert.ok(ratio > 0.5 && ratio < 2.2, `${ratio}`);
    });

  test("have all that was put into them together", () => {
    const fill = "groups[place % 40].append(place)";
    const ratio = ratioOf(
      grouped(fill, "member in (each for key, members in groups.items() for each in members)"),
      grouped(fill, "member in range(8_000)"),
    );
    assert.ok(ratio > 0.6 && ratio < 1.6, `${ratio}`);
  });

  test("by keys that are all different are as many as their elements", () => {
    const fill = "groups[place].append(place)";
    const ratio = ratioOf(grouped(fill, "members in groups.values()"), grouped(fill, "members in range(8_000)"));
    assert.ok(ratio > 0.9 && ratio < 1.1, `${ratio}`);
  });
});

test("a window from which something is taken as soon as it is full has no more than that", () => {
  const of = (taken: string): string => `def task(number):
    window = []
    total = 0
    for place in range(5_000):
        window.append(place)
        if len(window) > 20:
            ${taken}
        for value in window:
            total += value
    return total
`;
  const ratio = ratioOf(of("window.pop(0)"), of("total += 1"));
  assert.ok(ratio < 0.02, `${ratio}`);
});

test("a check that leaves where one test holds after another goes through more than a search", () => {
  const of = (found: string): string => `def check(text):
    depth = 0
    for letter in text:
        ${found}
    return depth
def task(number):
    return sum(check("(a[b]{c})" * 2_000) for _ in range(50))
`;
  const ratio = ratioOf(
    of('if letter in ")]}":\n            depth -= 1\n            if depth < -90:\n                return -1'),
    of("depth += 1\n        if depth < -90:\n            return -1"),
  );
  assert.ok(ratio > 4, `${ratio}`);
});

test("change is given in few coins of each kind but the largest", () => {
  const of = (rest: string): string => `COINS = (500, 200, 100, 50, 20, 10, 5, 2, 1)
def task(number):
    count = 0
    for amount in range(1, 5_000):
        rest = amount
        for coin in COINS:
            ${rest}
            while rest >= coin:
                rest -= coin
                count += 1
    return count
`;
  const ratio = ratioOf(of("pass"), of("rest = amount"));
  assert.ok(ratio < 0.2, `${ratio}`);
});

test("texts that are no numbers take the error that says so", () => {
  const of = (text: string, caught: string): string => `def task(number):
    good = 0
    for place in range(20_000):
        try:
            good += int(${text})
        ${caught}
    return good
`;
  const skip = "except ValueError:\n            pass";
  const failing = ratioOf(of('f"row {place}"', skip), of('f"{place}"', skip));
  assert.ok(failing > 2, `${failing}`);
  const half = ratioOf(of('str(place) if place % 2 else f"row {place}"', skip), of('f"row {place}"', skip));
  assert.ok(half > 0.4 && half < 0.8, `${half}`);
});

test("a search that goes on from a level further down has fewer choices left", () => {
  const of = (from: string): string => `def place(row, size, columns):
    if row == size:
        return 1
    count = 0
    for column in range(size):
        if column in columns:
            continue
        count += place(row + 1, size, columns | {column})
    return count
def task(number):
    return place(${from}, 9, set())
`;
  const ratio = ratioOf(of("0"), of("1"));
  assert.ok(ratio > 2.5 && ratio < 12, `${ratio}`);
});

test("what a function returns together has the lengths that each of it has there", () => {
  const of = (returned: string): string => `def halves(count):
    large = bytearray()
    small = []
    for place in range(count):
        large.append(place % 256)
        if place % 100 == 0:
            small.append(place)
    return ${returned}
def task(number):
    first, second = halves(20_000)
    total = 0
    for place in first:
        for other in range(1_000):
            total += other
    return total
`;
  const ratio = ratioOf(of("large, small"), of("small, large"));
  assert.ok(ratio > 1.5, `${ratio}`);
});

test("what a function puts in the place of a parameter that was left out has the length of that", () => {
  const of = (head: string, replacing: string): string => `def task(number, rows=${head}):
    ${replacing}
    total = 0
    for row in rows:
        total += row
    return total
`;
  const known = taskNs(inPool(of("range(40_000)", "pass")));
  for (const replacing of ["rows = range(40_000) if rows is None else rows", "if rows is None:\n        rows = range(40_000)"]) {
    const ratio = taskNs(inPool(of("None", replacing))) / known;
    assert.ok(Math.abs(ratio - 1) < 0.01, `${replacing}: ${ratio}`);
  }
});

test("a parameter that is None where it is left out is not nothing to whoever is not seen to call", () => {
  const text = `import queue, threading, time
class Finder:
    def look(self, names=None):
        def work(names):
            name = names.get()
            if "address" in name:
                time.sleep(2)
        waiting = queue.Queue()
        for name in names:
            waiting.put(name)
        for number in range(4):
            threading.Thread(target=work, args=(waiting,)).start()
`;
  assert.ok(predictionOf(parser, text).work.waitNs.high >= 1e9);
});

/** A task that goes through a part of a text of a million characters, cut out of it or walked through by its places. */
const throughPart = (before: string, start: string, stop: string): string => `${pool}TEXT = "x" * 1_000_000
SIZE = 5_000
def task(part):
    found = 0
    ${before}
    for character in TEXT[${start}:${stop}]:
        found += character == "y"
    for place in range(${start}, ${stop}):
        found += place & 1
    return found
def main(parts):
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, map(int, parts)))
if __name__ == "__main__":
    import sys
    main(sys.argv[1:])
`;

describe("lengths of parts, of which only the distance of their ends is known", () => {
  const expected = taskNs(throughPart("pass", "0", "10_000"));
  const likely = (before: string, start: string, stop: string): number => taskNs(throughPart(before, start, stop)) / expected;
  for (const [what, before, start, stop] of [
    ["one more of as many", "pass", "part * 10_000", "(part + 1) * 10_000"],
    ["by a name of the module", "pass", "part * SIZE", "(part + 2) * SIZE"],
    ["around a place", "pass", "part - SIZE", "part + SIZE"],
    ["by names that are bound once", "start = part * 10_000; stop = start + 10_000", "start", "stop"],
    ["what both lack", "start = part * 10_000 - part", "start", "start + 2 * SIZE"],
  ] as const)
    test(what, () => {
      const told = likely(before, start, stop);
      assert.ok(told > 0.7 && told < 1.4, String(told));
    });

  test("not by names that change in between", () => {
    const moved = likely("stop = part + 10_000; part = part - 600_000", "part", "stop");
    assert.ok(moved > 1.4, String(moved));
  });

  test("nor by a parameter that gets another value in between", () => {
    const moved = likely("stop = part + 10_000; part = SIZE", "part", "stop");
    assert.ok(moved > 1.4, String(moved));
  });
});

describe("views of bytes", () => {
  const taking = (expression: string): number =>
    taskNs(
      inPool(`DATA = bytes(50_000_000)
VIEW = memoryview(DATA)
def task(part):
    return len(${expression})
`),
    );

  test("neither making them nor cutting them copies anything", () => {
    assert.ok(taking("memoryview(DATA)") < 2_000);
    assert.ok(taking("VIEW[10:]") < 2_000);
    assert.ok(taking("memoryview(DATA)[part:]") < 2_000);
  });

  test("parts of bytes and byte arrays and what is put together of them are copied as a block", () => {
    for (const expression of ["DATA[10:]", "DATA + b'end'", "b'=' * 50_000_000"]) {
      const milliseconds = taking(expression) / 1e6;
      assert.ok(milliseconds > 0.4 && milliseconds < 5, `${expression}: ${milliseconds} ms`);
    }
  });
});

describe("a walk that triples and halves numbers", () => {
  const walk = (test: string): string => `${pool}known = {1}
def task(n):
    for start in range(1, 2_000):
        x = start
        while ${test}:
            x = x // 2 if x % 2 == 0 else 3 * x + 1
if __name__ == "__main__":
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, [1] * 4))
`;
  const takes = (text: string, rounds: string): boolean =>
    predictionOf(parser, text).assumptions.some(({ what, value }) => what.includes("rounds of a loop") && value.includes(rounds));

  test("is as long as the sequence is only where it goes on to a number", () => {
    assert.equal(takes(walk("x != 1"), "likely"), false);
    // What is in a container may be met at once.
    assert.equal(takes(walk("x not in known"), "likely"), true);
  });
});

describe("lengths of what a list is filled with, nobody knows how often", () => {
  const given = (fill: string): number => {
    const { work } = predictionOf(
      parser,
      `${pool}def task(row):
    return sorted(row)
def gather(paths):
    rows = []
    for path in paths:
        ${fill}
    return rows
def main(paths):
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(task, gather(paths)))
if __name__ == "__main__":
    import sys
    main(sys.argv[1:])
`,
    );
    return work.interpreterNs.high / Math.max(1, work.interpreterNs.low);
  };

  test("are those of the values, one by one or many together", () => {
    assert.ok(given("rows.append([1] * 5_000)") < 30);
    assert.ok(given("rows.extend([1] * 5_000 for _ in path)") < 30);
  });

  test("are unknown where a value is", () => {
    assert.ok(given("rows.append(path)") > 30);
  });
});
