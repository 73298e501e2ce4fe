import assert from "node:assert/strict";
import { describe, test } from "node:test";
import record from "../knowledge/measured-hand-overs.json";
import { pythonParser } from "../syntax/python-parser.js";
import { compared, farthest, summaryOf, targetOf } from "./measured-speedups.js";
import { predictionOf, predictionsOf, strategyOf } from "./predictions.js";

/*
 * Tasks that give the GIL up for a moment again and again, or hand something to another thread, as real interpreters ran them
 * (`test/measure/hand_overs.py`), against what is predicted from their sources alone.
 */

const parser = await pythonParser();

function pooled(program: string, threads: number, target: string) {
  const text = `from concurrent.futures import ThreadPoolExecutor
${program}
if __name__ == "__main__":
    with ThreadPoolExecutor(${threads}) as pool:
        list(pool.map(task, range(${threads})))
`;
  return predictionOf(parser, text, target, 2);
}

function threadsOf(program: string, target = "cpython-3.11", threads = 2) {
  const strategy = target.endsWith("t") ? "free-threaded" : "threads";
  return strategyOf(pooled(program, threads, target), strategy).speedup;
}

interface Comparison {
  readonly name: string;
  readonly target: string;
  readonly error: number;
  readonly isInside: boolean;
}

// How long files take to be written is the disk's affair.
const isOfDisk = (name: string): boolean => name === "small files written";

const comparisons = record.rows.flatMap(({ name, python, rounds, ...row }): readonly Comparison[] => {
  if (isOfDisk(name)) return [];
  const target = targetOf(python);
  const program = record.programs[name as keyof typeof record.programs].replaceAll("ROUNDS", String(rounds));
  return ([2, 4] as const).map((threads) => {
    return { name, target, ...compared(threadsOf(program, target, threads), row[`speedup_${threads}`]) };
  });
});

describe("threads that hand the GIL or something else over again and again", () => {
  for (const [target, { median, p90, covered }] of Object.entries(bounds())) {
    test(`gain or lose about what was measured on ${target}`, (context) => {
      const rows = comparisons.filter((row) => row.target === target);
      const { inside, said: summary, ...off } = summaryOf(rows);
      const said = `${summary}; ${farthest(rows, 4).map(({ name }) => name)}`;
      context.diagnostic(said);
      assert.ok(rows.length >= 40, String(rows.length));
      assert.ok(off.median <= median, said);
      assert.ok(off.p90 <= p90, said);
      assert.ok(inside >= covered, said);
    });
  }

  function bounds() {
    return {
      "cpython-3.11": { median: 0.3, p90: 1.3, covered: 0.85 },
      "cpython-3.13": { median: 0.3, p90: 1.3, covered: 0.85 },
      "cpython-3.13t": { median: 0.45, p90: 1.3, covered: 0.55 },
      "cpython-3.14": { median: 0.4, p90: 1.5, covered: 0.7 },
    };
  }
});

describe("databases", () => {
  const filled = `import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table visit(place text, day integer)")
    db.executemany("insert into visit values(?, ?)", [("place", n) for n in range(20_000)])
`;

  test("a cursor that is run over gives the GIL up for each row, which threads lose by", () => {
    const { low, likely } = threadsOf(`${filled}    return sum(day for place, day in db.execute("select place, day from visit"))\n`);
    assert.ok(likely < 0.9 && low < 0.6, String(likely));
  });

  test("a statement that compares its tables' rows runs without the GIL until it has its result", () => {
    const joined = "select count(*) from visit a join visit b on a.day = b.day where a.place < b.place";
    assert.ok(threadsOf(`${filled}    return db.execute("${joined}").fetchone()\n`).likely > 1.5);
  });

  test("the rows of a table are those that the file puts into it", () => {
    const few = filled.replace("20_000", "20");
    const read = `    cursor = db.cursor()\n    cursor.execute("select day from visit")\n    return cursor.fetchall()\n`;
    const ns = (program: string): number => strategyOf(pooled(program, 2, "cpython-3.11"), "serial").makespanNs.likely;
    assert.ok(ns(filled + read) - ns(filled) > 50 * Math.max(1, ns(few + read) - ns(few)));
  });

  test("a row is looked up by its key, however many there are, and counting all needs none of them", () => {
    const ns = (rows: string, statement: string): number => {
      const program = filled.replace("20_000", rows);
      const whole = `${program}    return db.execute("${statement}").fetchone()\n`;
      const of = (text: string): number => strategyOf(pooled(text, 2, "cpython-3.11"), "serial").makespanNs.likely;
      return of(whole) - of(program);
    };
    const byKey = "select max(b.day - a.day) from visit a join visit b on b.rowid = a.rowid + 1";
    assert.ok(ns("200_000", byKey) < 20 * ns("20_000", byKey));
    assert.ok(ns("20_000", "select count(*) from visit") < ns("20_000", "select max(day) from visit") / 10);
  });
});

describe("sections under one lock", () => {
  const guarded = (section: string): string =>
    `import threading\nlock = threading.Lock()\nseen = {"last": 0}\ndef task(number):\n    for n in range(50_000):\n        with lock:\n            ${section}\n`;

  test("make a convoy where the interpreter looks for other threads inside them", () => {
    assert.ok(threadsOf(guarded(`seen["last"] = max(seen["last"], n)`), "cpython-3.13").likely < 0.6);
    assert.ok(threadsOf(guarded(`seen["last"] = max(seen["last"], n)`), "cpython-3.14").likely > 0.8);
  });

  test("make none where it does not", () => {
    assert.ok(threadsOf(guarded(`seen["last"] += n`), "cpython-3.13").likely > 0.8);
  });

  test("any instruction may be where it looks before 3.10", () => {
    assert.ok(threadsOf(guarded(`seen["last"] += n`), "cpython-3.9").likely < 0.7);
  });
});

describe("threads that a task starts itself", () => {
  const waitNs = (program: string): number => pooled(program, 2, "cpython-3.13").work.waitNs.likely;

  test("a sign that a timer gives comes when its time is over", () => {
    const ready = (delay: string): string => `import threading
def task(number):
    ready = threading.Event()
    threading.Timer(${delay}, ready.set).start()
    ready.wait()
`;
    assert.ok(Math.abs(waitNs(ready("0.03")) / 30e6 - 1) < 0.05);
    assert.ok(Math.abs(waitNs(ready("0.3")) / 300e6 - 1) < 0.05);
  });

  test("a thread that sleeps is waited for", () => {
    const program = `import threading
import time
def prepare(ready, seconds):
    time.sleep(seconds)
    ready.set()
def task(number):
    ready = threading.Event()
    other = threading.Thread(target=prepare, args=(ready, 0.05))
    other.start()
    ready.wait(timeout=2)
    other.join()
`;
    assert.ok(Math.abs(waitNs(program) / 50e6 - 1) < 0.05);
  });

  test("what they compute is the task's work, too", () => {
    const program = (body: string): string => `import threading
def count(n):
    total = 0
    for i in range(n):
        total += i
def task(number):
    ${body}
`;
    const busyNs = (body: string): number => pooled(program(body), 2, "cpython-3.13").work.interpreterNs.likely;
    const own = busyNs("count(200_000)");
    const other = busyNs("other = threading.Thread(target=count, args=(200_000,)); other.start(); other.join()");
    assert.ok(Math.abs(other / own - 1) < 0.1, `${own} ${other}`);
  });

  test("a sign that a timer is given comes when the timer does", () => {
    const program = (given: string): string =>
      `import threading\ndef task(number):\n    ready = threading.Event()\n    timer = threading.Timer(0.03, ${given})\n    timer.start()\n    ready.wait(2.0)\n    timer.join()\n`;
    const waitNs = (given: string): number => pooled(program(given), 2, "cpython-3.13").work.waitNs.likely;
    const handedOn = waitNs("ready.set");
    assert.ok(handedOn > 28e6 && handedOn < 60e6, `${handedOn}`);
    assert.ok(waitNs("print") > 1.9e9, "nobody gives the sign");
  });

  test("a sign of somebody else may take any time", () => {
    const { waitNs } = pooled("import threading\nready = threading.Event()\ndef task(number):\n    ready.wait()\n", 2, "cpython-3.13").work;
    assert.ok(waitNs.high >= 1e9);
  });
});

describe("one thread that is started once", () => {
  const listen = "import threading\ndef listen():\n    while True:\n        input()\n";

  test("is no work to be spread", () => {
    assert.equal(predictionsOf(parser, `${listen}threading.Thread(target=listen, daemon=True).start()\n`).length, 0);
    assert.equal(predictionsOf(parser, `${listen}threading.Timer(3, print).start()\n`).length, 0);
  });

  test("is, beside others or in a loop", () => {
    const work = "def work():\n    return sum(range(1_000_000))\n";
    const two = "first = threading.Thread(target=work)\nsecond = threading.Thread(target=listen)\nfirst.start()\nsecond.start()\n";
    assert.equal(predictionsOf(parser, listen + work + two).length, 2);
    assert.equal(predictionsOf(parser, `${listen}${work}for _ in range(3):\n    threading.Thread(target=work).start()\n`).length, 1);
  });
});
