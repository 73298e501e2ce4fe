import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bareActivation } from "../../server/src/estimate/values/activation.js";
import { Evaluator } from "../../server/src/estimate/values/evaluate.js";
import type { LoopOperation } from "../../server/src/program/operation.js";
import { programOf } from "../program/program.js";
import { pythonParser } from "../syntax/python-parser.js";

const parser = await pythonParser();

/** How long what the module binds `answer` to is likely, and each of its elements. */
function sizes(text: string): { readonly length: number | undefined; readonly elementLength: number | undefined } {
  const program = programOf(parser, { "/main.py": text });
  const module = program.files[0]?.functionAt(0);
  const value = module?.facts.bindings.get("answer")?.[0];
  assert.ok(module && value, text);
  const evaluator = new Evaluator(program.resolver, 4);
  const at = bareActivation(module);
  return { length: evaluator.length(value, at)?.likely, elementLength: evaluator.elementLength(value, at)?.likely };
}

/** What CPython says of the same. */
describe("as many elements as the program would make", () => {
  const built: readonly (readonly [text: string, length: number])[] = [
    [`answer = ",".join(f"{i:03d}" for i in range(500)).split(",")`, 500],
    [`answer = ";".join("%d" % i for i in range(300)).split(";")`, 300],
    [`TEXT = "\\n".join(f"key{i}: value {i}" for i in range(4_000))\nanswer = TEXT.splitlines()`, 4_000],
    [`answer = ("alpha beta  gamma " * 100).split()`, 300],
    [`answer = ("alpha beta  gamma " * 100).split(" ")`, 401],
    [`answer = "a=b=c".split("=", 1)`, 2],
    [`answer = "host: a:b".partition(":")`, 3],
    [`answer = b"\\n".join(b"record %d" % i for i in range(700)).split(b"\\n")`, 700],
    [`rows = []\nfor i in range(200):\n    rows.append(f"{i},{i * 2},x")\nanswer = "\\n".join(rows).split("\\n")`, 200],
    [`def text(n):\n    return " ".join(str(i) for i in range(n))\nanswer = text(250).split()`, 250],
    [`from urllib.parse import parse_qsl\nanswer = parse_qsl("a=1&b=2&" * 50 + "c=3")`, 101],
    [`from urllib.parse import parse_qsl, urlencode\nanswer = parse_qsl(urlencode([("f%d" % i, i) for i in range(90)]))`, 90],
    [`from urllib.parse import parse_qs\nanswer = parse_qs("&".join(f"k{i}=v{i}" for i in range(8)))`, 8],
    [`import shlex\nanswer = shlex.split("cp --recursive 'my files' target")`, 4],
    [`import textwrap\nanswer = textwrap.wrap("word " * 1_000, 50)`, 105],
    [`import csv, io\nanswer = csv.reader(io.StringIO("\\n".join(f"{i},{i}" for i in range(800))))`, 800],
    [`import csv, io\nanswer = csv.DictReader(io.StringIO("a,b\\n" + "1,2\\n" * 90))`, 90],
    [`import json\nanswer = json.loads(json.dumps([{"id": i} for i in range(150)]))`, 150],
    [`import json\nrow = json.loads(json.dumps({"tags": ["a", "b", "c"], "n": 1}))\nanswer = row["tags"]`, 3],
    [`import re\nanswer = re.findall(r"\\d+(?:\\.\\d+)?", "order 12 costs 19.99 euro; " * 40)`, 80],
    [`import re\nWORD = re.compile(r"\\b[a-z]{4}\\b")\nanswer = WORD.findall("some text has four of them, this one too. " * 30)`, 150],
    [`import re\nanswer = re.split(r"[,;\\s]+", "alpha, beta;gamma  delta " * 100)`, 401],
    [
      `import re\nLINE = re.compile(r"^(\\S+) GET", re.M)\nanswer = list(LINE.finditer("\\n".join(f"h{i} GET /" for i in range(600))))`,
      600,
    ],
    [`from collections import Counter\nanswer = Counter("word%d" % i for i in range(500)).most_common(20)`, 20],
    [`import xml.etree.ElementTree as ET\nROOT = ET.fromstring("<l>" + "<i><n>1</n></i>" * 70 + "</l>")\nanswer = ROOT.iter("n")`, 70],
    [`squares = {}\nfor i in range(400):\n    squares[i] = i * i\nanswer = squares.items()`, 400],
    [`answer = {f"k{i}": i for i in range(120)}.values()`, 120],
  ];
  for (const [text, length] of built)
    test(text.replaceAll("\n", "⏎"), () => {
      const found = sizes(text).length ?? 0;
      assert.ok(Math.abs(found - length) <= Math.max(1, length * 0.03), `${found} instead of ${length}`);
    });
});

describe("as long as they would be", () => {
  const built: readonly (readonly [text: string, length: number])[] = [
    [`answer = [",".join(str(i * j) for j in range(12)).split(",") for i in range(500)]`, 12],
    [`import csv, io\nanswer = csv.reader(io.StringIO("\\n".join(f"{i},name,{i / 2},x" for i in range(900))))`, 4],
    [`answer = " ".join("word%04d" % i for i in range(5_000)).split()`, 8],
    [`answer = "\\n".join(f"{i:>10}|" for i in range(5_000)).splitlines()`, 11],
  ];
  for (const [text, length] of built)
    test(text.replaceAll("\n", "⏎"), () => {
      const found = sizes(text).elementLength ?? 0;
      assert.ok(Math.abs(found - length) <= length * 0.05, `${found} instead of ${length}`);
    });
});

describe("nothing is made up", () => {
  for (const text of [
    `answer = input().split(",")`,
    `answer = ",".join(open("x")).split(";")`,
    `import re\nanswer = re.findall(input(), "abc" * 100)`,
    `TEXT = read()\nanswer = TEXT.partition(":")[0]`,
  ])
    test(text.replaceAll("\n", "⏎"), () => {
      const program = programOf(parser, { "/main.py": text });
      const module = program.files[0]?.functionAt(0);
      const value = module?.facts.bindings.get("answer")?.[0];
      assert.ok(module && value);
      assert.equal(new Evaluator(program.resolver, 4).samples.of(value, bareActivation(module)), undefined);
    });

  test("a pattern that takes for ever is left alone", () => {
    const begin = performance.now();
    const { length } = sizes(`import re\nanswer = re.findall(r"(a|aa)+(a|aa)+(a|aa)+$", "a" * 900 + "b")`);
    assert.ok(performance.now() - begin < 1_000);
    // What is said then is a guess from the length of the text.
    assert.ok(length !== undefined);
  });
});

/** How often the first `while` loop of a function goes round. */
function rounds(text: string): number {
  const program = programOf(parser, { "/main.py": text });
  const node = program.files[0]?.functionAt(1);
  const loop = node?.facts.body.find((operation): operation is LoopOperation => operation.op === "loop" && operation.form === "while");
  assert.ok(node && loop, text);
  const { count, known } = new Evaluator(program.resolver, 4).trips(loop, bareActivation(node));
  return known === "known" ? count.likely : Number.NaN;
}

describe("loops go round as often as in CPython", () => {
  const loops: readonly (readonly [text: string, times: number, within: number])[] = [
    [
      "import queue\ndef f():\n    q = queue.Queue()\n    for i in range(50):\n        q.put(i)\n    while not q.empty():\n        q.get()",
      50,
      0,
    ],
    [
      "import queue\nEND = object()\ndef f():\n    q = queue.Queue()\n    for i in range(50):\n        q.put(i)\n    q.put(END)\n    while (x := q.get()) is not END:\n        print(x)",
      50,
      0,
    ],
    [
      "import queue\ndef f():\n    q = queue.SimpleQueue()\n    for i in range(50):\n        q.put(i)\n    q.put(None)\n    while True:\n        x = q.get()\n        if x is None:\n            break",
      51,
      0,
    ],
    [
      "import heapq\ndef f():\n    heap = []\n    for i in range(80):\n        heapq.heappush(heap, (i, 1))\n    while heap:\n        heapq.heappop(heap)",
      80,
      0,
    ],
    [
      "def f():\n    low, high = 0, 65_536\n    while low < high:\n        middle = (low + high) // 2\n        if middle * middle < 5_000:\n            low = middle + 1\n        else:\n            high = middle",
      17,
      1,
    ],
    ["def f():\n    a, b = 1_071, 462\n    while b:\n        a, b = b, a % b", 6, 4],
    // The numbers below 2,000 take 67 on average.
    ["def f():\n    n = 1_000\n    while n != 1:\n        n = n // 2 if n % 2 == 0 else 3 * n + 1", 67, 10],
    ["def f():\n    out = []\n    while len(out) < 300:\n        out.append(1)", 300, 0],
  ];
  for (const [text, times, within] of loops)
    test(text.replaceAll("\n", "⏎"), () => {
      const found = rounds(text);
      assert.ok(Math.abs(found - times) <= within, `${found} instead of ${times}`);
    });

  test("a queue that somebody else fills tells nothing", () => {
    assert.ok(Number.isNaN(rounds("def f(q):\n    while not q.empty():\n        q.get()")));
  });
});
