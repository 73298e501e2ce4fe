import assert from "node:assert/strict";
import { describe, test } from "node:test";
import record from "../knowledge/measured-sql-functions.json";
import { pythonParser } from "../syntax/python-parser.js";
import { compared, farthest, summaryOf, targetOf } from "./measured-speedups.js";
import { predictionOf, strategyOf } from "./predictions.js";

/*
 * Statements of SQL that call functions written in Python, as `test/measure/sql_functions.py` measured them.
 */

const parser = await pythonParser();

interface Query {
  readonly statement?: string;
  readonly steps?: number;
  readonly rows?: number;
  readonly threads?: number;
  readonly target?: string;
}

function query({ statement = "select sum(own(value)) from reading", steps = 0, rows = 400, threads = 2, target = "cpython-3.11" }: Query) {
  const text = `import sqlite3
import threading
def own(value):
    for _ in range(${steps}):
        value = (value * 75 + 74) % 251
    return value
def alike(one, other):
    value = 1
    for _ in range(${steps}):
        value = (value * 75 + 74) % 251
    return (one > other) - (one < other)
class Total:
    def __init__(self):
        self.sum = 0
    def step(self, value):
        for _ in range(${steps}):
            value = (value * 75 + 74) % 251
        self.sum += value
    def finalize(self):
        return self.sum
def connected():
    made = sqlite3.connect(":memory:")
    made.create_function("own", 1, own)
    made.create_aggregate("gathered", n_arg=1, aggregate_class=Total)
    made.create_collation("alike", alike)
    return made
def task(number):
    db = connected()
    db.execute("create table reading(value integer, name text)")
    db.executemany("insert into reading values(?, ?)", [(n % 251, "name") for n in range(${rows})])
    for _ in range(50):
        db.execute("${statement}").fetchall()
if __name__ == "__main__":
    threads = [threading.Thread(target=task, args=(n,)) for n in range(${threads})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`;
  const prediction = predictionOf(parser, text, target, 2);
  const strategy = target.endsWith("t") ? "free-threaded" : "threads";
  return { ...prediction.work, speedup: strategyOf(prediction, strategy).speedup };
}

describe("functions written in Python that SQL calls", () => {
  const statements: Readonly<Record<string, string>> = {
    "function of a column": "select sum(own(value)) from reading",
    "function of each row that is fetched": "select own(value) from reading",
    "function in a condition": "select count(*) from reading where own(value) > 100",
    aggregate: "select gathered(value) from reading",
    collation: "select name from reading order by name collate alike limit 1",
  };

  test("make threads lose about what was measured", (context) => {
    const rows = record.rows.flatMap(({ name, python, body_ns: bodyNs, ...row }) => {
      const statement = statements[name];
      assert.ok(statement, name);
      const target = targetOf(python);
      const steps = bodyNs > 15_000 ? 1_000 : bodyNs > 1_800 ? 100 : bodyNs > 250 ? 10 : 0;
      return ([2, 4] as const).map((threads) => {
        const { speedup } = query({ statement, steps, threads, target });
        const measured = row[`speedup_${threads}`];
        return { name, target, steps, measured, likely: speedup.likely, ...compared(speedup, measured) };
      });
    });
    const { median, p90, inside, said: summary } = summaryOf(rows);
    const said = `${summary}; ${farthest(rows, 8)
      .map(({ name, target, steps, likely, measured }) => `${name} ${target} ${steps}: ${likely.toFixed(2)} for ${measured}`)
      .join(", ")}`;
    context.diagnostic(said);
    assert.ok(median <= 0.4, said);
    assert.ok(p90 <= 1.2, said);
    assert.ok(inside >= 0.6, said);
  });

  test("hold the GIL while the statement runs, once for each row", () => {
    const native = query({ statement: "select sum(abs(value)) from reading", rows: 20_000 });
    const own = query({ rows: 20_000, steps: 10 });
    assert.ok(own.interpreterNs.likely > 5 * native.interpreterNs.likely);
    assert.ok(own.speedup.likely < 0.6 && native.speedup.likely > own.speedup.likely, `${own.speedup.likely} ${native.speedup.likely}`);
    const calledNs = (rows: number): number =>
      query({ rows, steps: 100 }).interpreterNs.likely - query({ rows, steps: 100, statement: "select 1" }).interpreterNs.likely;
    assert.ok(calledNs(4_000) > 8 * calledNs(400));
  });

  test("are called once where the row is named by its key, and not where the statement does not name them", () => {
    // What is sure: that a row may hold anything is a doubt about all of the work.
    const busyNs = (statement: string): number => query({ statement, steps: 100 }).interpreterNs.low;
    const without = busyNs("select value from reading where rowid = 7");
    const once = busyNs("select own(value) from reading where rowid = 7");
    assert.ok(once > without && once - without < (busyNs("select sum(own(value)) from reading") - without) / 20);
    assert.ok(busyNs("select shown(value) from reading where rowid = 7") < once);
  });

  test("sorting asks more often than there are rows", () => {
    const busyNs = (statement: string): number => query({ statement, steps: 100, rows: 4_000 }).interpreterNs.likely;
    assert.ok(busyNs("select name from reading order by name collate alike") > 4 * busyNs("select sum(own(value)) from reading"));
  });
});
