import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf, strategyOf } from "./predictions.js";

/* Loops of which nobody can tell how often they run: what is told of them stays within what somebody would wait for. */

const parser = await pythonParser();
const second = 1_000_000_000;

function pooled(task: string, tasks = "range(20)") {
  const text = `from concurrent.futures import ThreadPoolExecutor
import time
${task}
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, ${tasks}))
`;
  return predictionOf(parser, text, "cpython-3.11", 2);
}

function serial(task: string, tasks?: string) {
  return strategyOf(pooled(task, tasks), "serial").makespanNs;
}

const isSaid = (task: string): boolean => pooled(task).assumptions.some(({ what }) => what.startsWith("length of a task"));

/** So many loops, one in the other, of unknown lengths. */
function nested(depth: number): string {
  const loops = Array.from({ length: depth }, (_, at) => `${"    ".repeat(at + 1)}for a${at} in read(a${at - 1}):\n`).join("");
  return `def task(number):\n    total = 0\n    a_ = number\n${loops.replace("a-1", "a_")}${"    ".repeat(depth + 1)}total += 1\n    return total\n\ndef read(value):\n    return value.parts\n`;
}

describe("tasks of which the code leaves open by orders of magnitude how long they take", () => {
  test("take what somebody would wait for, however deep loops of unknown lengths stand in each other", () => {
    for (const depth of [3, 5, 7]) {
      const { low, likely, high } = serial(nested(depth));
      assert.ok(likely > 0.01 * second && likely < 30 * second, `${depth} loops: ${likely / second} s`);
      assert.ok(low < likely / 10 && high > likely * 10 && high < 5_000 * likely, `${low} to ${high}`);
    }
  });

  test("still take longer, the more loops there are", () => {
    assert.ok(serial(nested(7)).likely > serial(nested(3)).likely);
  });

  test("are no longer for being many, where what they wait for is known", () => {
    const fetched = (tasks: string): Prediction => pooled(fetch, tasks);
    const unknown = fetched("read(1).pages");
    assert.ok(unknown.work.waitNs.likely >= 0.04 * second, `${unknown.work.waitNs.likely}`);
    assert.ok(unknown.work.interpreterNs.likely < fetched("range(2)").work.interpreterNs.likely, "the loop over entries gives way");
    // There are fewer of them, instead; as many as the code says, where it does.
    assert.ok(unknown.tasks.likely < 60 && unknown.tasks.high === 1_000, JSON.stringify(unknown.tasks));
    assert.equal(fetched("range(500)").tasks.likely, 500);
  });

  test("that take no time are as many as others", () => {
    assert.equal(
      pooled("def task(number):\n    return number + 1\n\ndef read(value):\n    return value.parts\n", "read(1).pages").tasks.likely,
      100,
    );
  });

  test("are said to be assumed, and only they", () => {
    assert.ok(isSaid(nested(5)));
    assert.ok(!isSaid("def task(number):\n    return sum(n * n for n in range(3_000_000))\n"));
  });
});

/** Asks for a page, beside a loop of unknown length that only computes. */
const fetch = `import requests

def task(page):
    for entry in page.entries:
        entry.seen = page
    return None if page.fresh else requests.get(page.url).text

def read(value):
    return value.parts
`;

describe("tasks that go on until somebody stops them", () => {
  const consumer = (body: string, after = ""): Prediction =>
    predictionOf(
      parser,
      `import queue, threading, time
jobs = queue.Queue()

def work():
    while True:
        job = jobs.get()
${body}        for part in job.parts:
            for cell in part.cells:
                time.sleep(0.01)
                cell.done = True

for _ in range(4):
    threading.Thread(target=work).start()
${after}`,
    );
  test("are services without a length, and last as long as places mostly do where who starts them fills the queue and a last entry ends them", () => {
    assert.equal(consumer("").course, "until stopped");
    const { course, work } = consumer(
      "        if job is None:\n            break\n",
      "for job in [*read(), None, None, None, None]:\n    jobs.put(job)\n",
    );
    assert.equal(course, "together");
    assert.ok(work.waitNs.likely > second / 10 && work.waitNs.likely < 3 * second, JSON.stringify(work.waitNs));
  });

  test("are not those that ask for page after page, and come to an end", () => {
    const pages = pooled(
      `import requests

def task(url):
    found = []
    while True:
        page = requests.get(url).json()
        found.extend(page["rows"])
        url = page.get("next")
        if not url:
            return found
`,
      "range(3)",
    );
    assert.equal(pages.course, "together");
    assert.ok(pages.work.waitNs.likely < 3 * second && pages.work.waitNs.low <= second / 10, JSON.stringify(pages.work.waitNs));
  });
});

describe("the highest that is told of a task", () => {
  test("is no lower than that of a call that it surely makes", () => {
    const called = (around: string): number =>
      pooled(`import requests\n\ndef task(page):\n    for entry in page.entries:\n        entry.seen = page\n${around}`, "read(1).pages")
        .work.waitNs.high;
    const most = called("    requests.get(page.url)\n");
    assert.ok(most >= second, `${most}`);
    assert.ok(called("    requests.get(page.url)\n    requests.get(page.next)\n") >= most);
  });
});

test("a task that calls what comes to an end is no service", () => {
  const { assumptions, work } = pooled(`import subprocess

def output(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    found = []
    while True:
        line = process.stdout.readline()
        found.append(line)
        if process.poll() is not None:
            break
    return found

def task(number):
    return output(["ls", str(number)])
`);
  assert.ok(assumptions.every(({ what }) => !what.includes("until it is stopped")));
  assert.ok(work.waitNs.likely < 5 * second, JSON.stringify(work.waitNs));
});

test("a round of a service is nothing that takes minutes by guesses", () => {
  const text = `import threading, time
class Worker:
    def __init__(self, jobs):
        self.jobs = jobs
    def start(self):
        threading.Thread(target=self.rounds).start()
    def rounds(self):
        while True:
            for a in self.jobs:
                for b in a.parts:
                    for c in b.rows:
                        for d in c.cells:
                            d.done = c
for _ in range(2):
    Worker(jobs()).start()
`;
  const [{ course, work, assumptions }] = predictionsOf(parser, text) as [Prediction];
  assert.equal(course, "until stopped");
  assert.ok(work.interpreterNs.likely < 10 * second, JSON.stringify(work.interpreterNs));
  assert.ok(assumptions.some(({ what }) => what.startsWith("length of a round")));
});

test("guesses are no longer for what is told beside them", () => {
  const computed = (before: string): number =>
    pooled(`import time\n${nested(7)}`.replace("    total = 0\n", `    total = 0\n${before}`)).work.interpreterNs.likely;
  assert.ok(computed("    time.sleep(15)\n") < 10 * computed(""), `${computed("    time.sleep(15)\\n")} ${computed("")}`);
});

describe("tasks that the code tells the length of", () => {
  test("are as short or long as it tells", () => {
    const short = serial("def task(number):\n    return number + 1\n");
    assert.ok(short.high < 100_000, String(short.high));
    const long = serial("def task(number):\n    total = 0\n    for n in range(10**9):\n        total += n\n    return total\n");
    assert.ok(long.low > 100 * second, String(long.low));
  });

  test("put names into lower case in no time", () => {
    const { work } = pooled(
      "import platform\n\ndef task(number):\n    return platform.system().lower().startswith(('ios', 'mac'))\n",
      "range(4)",
    );
    assert.ok(work.interpreterNs.low < 2_000, JSON.stringify(work.interpreterNs));
  });

  test("wait as long as they say beside computing of an unknown length", () => {
    const { work } = pooled(nested(5).replace("    return total", "    time.sleep(0.25)\n    return total"));
    assert.ok(work.waitNs.low >= second / 4 && work.waitNs.high < 0.252 * second, `${work.waitNs.low} to ${work.waitNs.high}`);
  });
});
