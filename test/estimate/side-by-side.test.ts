import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf, snapshotOf } from "./predictions.js";

/* Places of one function that start work beside one another. */

const parser = await pythonParser();

const head = `import asyncio
from threading import Thread, Timer

def one():
    return sum(n * n for n in range(100_000))

def other():
    return sum(n + n for n in range(200_000))

`;

/** How many tasks each place in `main` is told to start. */
function tasks(body: string): readonly number[] {
  const indented = body.replaceAll(/^/gm, "    ");
  return predictionsOf(parser, `${head}def main():\n${indented}\n`).map((each) => each.tasks.likely);
}

describe("threads that one function starts for the same work", () => {
  test("are one place's tasks while none is waited for before the next is started", () => {
    assert.deepEqual(tasks("Thread(target=one).start()\nThread(target=one).start()\nThread(target=other).start()"), [2, 2, 1]);
  });

  test("share nothing out where each is waited for first", () => {
    const turn = (name: string): string => `${name} = Thread(target=one)\n${name}.start()\n${name}.join()`;
    assert.deepEqual(tasks(`${turn("a")}\n${turn("b")}\n${turn("c")}`), []);
  });

  test("count those that are over late or start early, whatever comes between", () => {
    const body = `a = Thread(target=one)
a.start()
b = Thread(target=one)
b.start()
b.join()
c = Thread(target=one)
c.start()
a.join()
d = Thread(target=one)
d.start()
c.join()
d.join()`;
    assert.deepEqual(tasks(body), [3, 2, 3, 2]);
  });

  test("count no timers", () => {
    assert.deepEqual(tasks("Timer(1, one).start()\nThread(target=one).start()\nThread(target=one).start()"), [2, 2]);
  });
});

test("a thousand starts in one function are told apart at once", () => {
  const before = performance.now();
  const predictions = predictionsOf(parser, `${head}def main():\n${"    Thread(target=one).start()\n".repeat(1000)}`);
  assert.ok(predictions.length === 1000 && predictions.every(({ tasks: { likely } }) => likely === 1000));
  assert.ok(performance.now() - before < 20_000);
});

test("how the same work scales is looked at once, however many places start it", () => {
  const text = `${head}def main():\n${"    Thread(target=one).start()\n".repeat(3)}    Thread(target=other).start()\n`;
  const [first, ...more] = snapshotOf(parser, text, "cpython-3.13", 4).scalings("/main.py");
  assert.ok((first?.scaling.length ?? 0) > 0);
  assert.deepEqual(
    more.map(({ scaling }) => scaling === first?.scaling),
    [true, true, false],
  );
});

describe("threads that one function starts for other work", () => {
  test("are told of up to a number that a reader could want to know", () => {
    const functions = Array.from({ length: 150 }, (_, i) => `def work${i}():\n    return sum(n * ${i} for n in range(100_000))\n`);
    const starts = functions.map((_, i) => `    Thread(target=work${i}).start()`);
    const text = [head, ...functions, "def main():", ...starts, "main()", ""].join("\n");
    const [first] = predictionsOf(parser, text);
    const beside = first?.assumptions.find(({ what }) => what === "beside it");
    assert.equal(beside?.value.split(", ").length, 100);
  });
});
