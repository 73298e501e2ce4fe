import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Calibration } from "../../server/src/estimate/calibration/calibration.js";
import record from "../knowledge/measured-lock-sections.json";
import { pythonParser } from "../syntax/python-parser.js";
import { compared, summaryOf, targetOf } from "./measured-speedups.js";
import { predictionOf, predictionsOf, strategyOf } from "./predictions.js";

/*
 * Sections that let one thread in, or a few, however a program says that; and convoys at locks, as `test/measure/lock_sections.py` measured them.
 */

const parser = await pythonParser();

function gain(before: string, target = "cpython-3.13", workers = 8): { likely: number; low: number; high: number } {
  const text = `import contextlib
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
${before}
if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=${workers}) as pool:
        list(pool.map(task, range(${workers * 2})))
`;
  return strategyOf(predictionOf(parser, text, target, 2), target.endsWith("t") ? "free-threaded" : "threads").speedup;
}

function isAbout(value: number, expected: number): void {
  assert.ok(Math.abs(value / expected - 1) < 0.12, `${value} instead of ${expected}`);
}

describe("threads that wait inside of a section", () => {
  const sleeping = (before: string, around: string): number =>
    gain(`${before}\ndef task(n):\n    time.sleep(0.002)\n${around.replace("BODY", "time.sleep(0.008)")}`).likely;
  const one = 10 / 8;

  test("go one by one between acquire and release", () => {
    const lock = "door = threading.Lock()";
    isAbout(sleeping(lock, "    door.acquire()\n    BODY\n    door.release()\n"), one);
    isAbout(sleeping(lock, "    door.acquire()\n    try:\n        BODY\n    finally:\n        door.release()\n"), one);
  });

  test("go together where another lock is given back, or none taken for sure", () => {
    const locks = "door = threading.Lock()\nother = threading.Lock()";
    assert.ok(sleeping(locks, "    door.acquire()\n    door.release()\n    BODY\n") > 5);
    assert.ok(sleeping(locks, "    door.acquire(timeout=0.001)\n    BODY\n    other.release()\n") > 5);
  });

  test("go as many as a semaphore lets in, whoever takes it", () => {
    const room = "room = threading.BoundedSemaphore(3)";
    // Sixteen tasks are six rounds of three.
    isAbout(sleeping(room, "    room.acquire()\n    try:\n        BODY\n    finally:\n        room.release()\n"), 160 / 50);
  });

  test("go one by one in a context manager that is a generator under a lock", () => {
    const manager = (section: string): string => `door = threading.Lock()\n@contextlib.contextmanager\ndef entered(n):\n${section}`;
    isAbout(sleeping(manager("    with door:\n        yield n\n"), "    with entered(n):\n        BODY\n"), one);
    isAbout(
      sleeping(
        manager("    door.acquire()\n    try:\n        yield n\n    finally:\n        door.release()\n"),
        "    with entered(n):\n        BODY\n",
      ),
      one,
    );
    assert.ok(sleeping(manager("    with door:\n        pass\n    yield n\n"), "    with entered(n):\n        BODY\n") > 5);
  });

  const classOf = (enter: string, leave: string): string => `class Room:
    def __init__(self, most):
        self.most = most
        self.inside = 0
        self.lock = threading.Lock()
        self.changed = threading.Condition()
    def __enter__(self):
${enter}
        return self
    def __exit__(self, *error):
${leave}
room = Room(2)`;

  test("go one by one in an object that takes a lock as it is entered", () => {
    const entered = "    with room:\n        BODY\n";
    isAbout(sleeping(classOf("        self.lock.acquire()", "        self.lock.release()"), entered), one);
    assert.ok(sleeping(classOf("        self.lock.acquire()\n        self.lock.release()", "        pass"), entered) > 5);
  });

  test("go as many as are counted under a condition", () => {
    const entered = "    with room:\n        BODY\n";
    const leave = "        with self.changed:\n            self.inside -= 1\n            self.changed.notify()";
    const loop = "            while self.inside >= self.most:\n                self.changed.wait()";
    const waiting = (wait: string): string => classOf(`        with self.changed:\n${wait}\n            self.inside += 1`, leave);
    isAbout(sleeping(waiting(loop), entered), 2 * one);
    isAbout(sleeping(waiting("            self.changed.wait_for(lambda: self.inside < self.most)"), entered), 2 * one);
    assert.ok(sleeping(classOf("        self.inside += 1", leave), entered) > 5, "nobody waits");
  });

  test("go as many as a queue of the module has entries to lend", () => {
    const lent = "    one = spare.get()\n    try:\n        BODY\n    finally:\n        spare.put(one)\n";
    isAbout(sleeping("spare = queue.Queue()\nfor n in range(4):\n    spare.put(n)", lent), 4 * one);
    const own = `    spare = queue.Queue()\n    spare.put(n)\n${lent}`;
    assert.ok(sleeping("", own) > 5, "a queue of the task's own");
  });

  test("an object's methods run as a block begins and ends", () => {
    const paused = (body: string): number => {
      const text = `import threading, time\nclass Pause:\n    def __enter__(self):\n        ${body}\n    def __exit__(self, *error):\n        pass\ndef task(n):\n    with Pause():\n        pass\nfor n in range(8):\n    threading.Thread(target=task, args=(n,)).start()\n`;
      return predictionOf(parser, text, "cpython-3.13", 2).work.waitNs.likely;
    };
    isAbout(paused("time.sleep(0.02)"), 20e6);
    assert.equal(paused("pass"), 0);
  });
});

describe("many short sections under one lock", () => {
  const rows = record.rows.flatMap(({ python, lock, inside, outside, rounds, ...row }) => {
    const target = targetOf(python);
    const program = (threads: number): string => `import threading
from concurrent.futures import ThreadPoolExecutor
lock = threading.${lock}()
def task(number):
    value = number
    for _ in range(${rounds}):
        with lock:
            for _ in range(${inside}):
                value = (value * 75 + 74) % 251
        for _ in range(${outside}):
            value = (value * 75 + 74) % 251
    return value
if __name__ == "__main__":
    with ThreadPoolExecutor(${threads}) as pool:
        list(pool.map(task, range(${threads})))
`;
    return ([2, 4] as const).map((threads) => {
      const predicted = strategyOf(predictionOf(parser, program(threads), target, 2), target.endsWith("t") ? "free-threaded" : "threads");
      return { target, ...compared(predicted.speedup, row[`speedup_${threads}`]) };
    });
  });

  for (const [target, median, p90, covered] of [
    ["cpython-3.11", 0.3, 0.7, 0.85],
    ["cpython-3.13", 0.35, 0.75, 0.85],
    ["cpython-3.13t", 0.25, 0.75, 0.7],
    ["cpython-3.14", 0.1, 0.25, 0.75],
  ] as const) {
    test(`cost what was measured on ${target}`, (context) => {
      const own = rows.filter((row) => row.target === target);
      const { said, inside, ...off } = summaryOf(own);
      context.diagnostic(said);
      assert.ok(own.length >= 32, String(own.length));
      assert.ok(off.median <= median, said);
      assert.ok(off.p90 <= p90, said);
      assert.ok(inside >= covered, said);
    });
  }

  const guarded = (section: string, rounds = 50_000): string =>
    `lock = threading.RLock()\nseen = {"last": 0}\ndef task(number):\n    for n in range(${rounds}):\n        number = (number * 75 + n) % 65537\n        with lock:\n${section}`;

  test("begin a convoy as soon as a thread is made to yield inside, which takes a while", () => {
    const looping = "            for digit in range(10):\n                number += digit\n";
    const long = gain(guarded(looping), "cpython-3.11", 4).likely;
    const short = gain(guarded(looping, 400), "cpython-3.11", 4).likely;
    assert.ok(long < 0.5, String(long));
    assert.ok(short > long + 0.2, `${short} and ${long}`);
  });

  test("make as long a convoy where many short tasks enter a few each", () => {
    const pooled = (body: string, tasks: number): number => {
      const text = `import threading\nfrom concurrent.futures import ThreadPoolExecutor\nlock = threading.Lock()\nseen = {"last": 0}\n${body}
if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, range(${tasks})))
`;
      return strategyOf(predictionOf(parser, text, "cpython-3.13", 2), "threads").speedup.likely;
    };
    const section = "            for digit in range(60):\n                number += digit\n";
    const task = (sections: number): string => `def task(number):\n    for n in range(${sections}):\n        with lock:\n${section}`;
    const few = pooled(task(100), 4_000);
    const many = pooled(task(10_000), 40);
    assert.ok(few < 0.7 && Math.abs(few / many - 1) < 0.25, `${few} and ${many}`);
  });

  test("cost what wake-ups take on the machine, where that was measured", () => {
    const text = `import threading\nlock = threading.Lock()\nseen = {"last": 0}
def task(number):
    for n in range(50_000):
        with lock:
            seen["last"] = max(seen["last"], n)
if __name__ == "__main__":
    threads = [threading.Thread(target=task, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`;
    const machineOf = (low: number): Calibration => ({
      target: "cpython-3.13",
      build: "3.13.1",
      measured: "2026-11-29",
      operations: {},
      native: {},
      handOver: { wakeUp: { low, high: 7 * low } },
      crowding: [],
    });
    const gained = (low: number): number => {
      const [only] = predictionsOf(parser, text, "cpython-3.13", 2, [machineOf(low)]);
      assert.ok(only);
      return strategyOf(only, "threads").speedup.likely;
    };
    assert.ok(gained(12_000) < 0.7 * gained(5_700), `${gained(12_000)} ${gained(5_700)}`);
    assert.ok(gained(2_000) > 1.3 * gained(5_700), `${gained(2_000)} ${gained(5_700)}`);
  });

  test("begin none in 3.14, where who is woken has the interpreter before it has the lock", () => {
    assert.ok(gain(guarded(`            seen["last"] = max(seen["last"], n)\n`), "cpython-3.14", 4).likely > 0.9);
  });

  test("are free of each other without a GIL where little is done inside", () => {
    const outside = `lock = threading.Lock()\nseen = [0]\ndef task(number):\n    for n in range(3000):\n        for i in range(400):\n            number = (number * 75 + i) % 251\n        with lock:\n            seen[0] += 1\n`;
    assert.ok(gain(outside, "cpython-3.13t", 2).likely > 1.6);
    const inside = `lock = threading.Lock()\nseen = [0]\ndef task(number):\n    for n in range(3000):\n        with lock:\n            for i in range(400):\n                number = (number * 75 + i) % 251\n`;
    const { likely } = gain(inside, "cpython-3.13t", 2);
    assert.ok(likely > 0.65 && likely < 0.95, String(likely));
  });
});

describe("tasks that run as a whole under one lock", () => {
  const spin = "def spin(n):\n    total = 0\n    for i in range(300_000):\n        total += i * n\n    return total\n";
  const free = (program: string): number => {
    const text = `import functools, threading\nfrom concurrent.futures import ThreadPoolExecutor\n${spin}${program}`;
    return strategyOf(predictionOf(parser, text, "cpython-3.13", 4), "free-threaded").speedup.likely;
  };
  const pooled = "    with ThreadPoolExecutor(4) as pool:\n        list(pool.map(task, range(40)))\n";
  const around = (head: string, made: string): string =>
    `def main(${head}):\n${made}    def task(n):\n        with lock:\n            return spin(n)\n${pooled}`;

  test("are done one by one, wherever the lock of the function around comes from", () => {
    isAbout(free(around("", "    lock = threading.Lock()\n")), 1);
    isAbout(free(around("lock", "")), 1);
    isAbout(free(around("job", "    lock = job.lock\n")), 1);
    assert.ok(free(around("gate", "    lock = gate.open_for\n").replaceAll("lock", "entry")) > 3, "nothing says that it is a lock");
  });

  test("are done one by one where nothing is known of what they call there", () => {
    const synchronized = `def synchronized(lock):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*given):
            with lock:
                return function(*given)
        return wrapper
    return decorate
@synchronized(threading.RLock())
def task(n):
    return spin(n)
def main():
${pooled}`;
    isAbout(free(synchronized), 1);
    isAbout(
      free(`lock = threading.Lock()\ndef main(call):\n    def task(n):\n        with lock:\n            return call(n)\n${pooled}`),
      1,
    );
    assert.ok(
      free(
        `lock = threading.Lock()\ndef main(call):\n    def task(n):\n        with lock:\n            print()\n        return call(n)\n${pooled}`,
      ) > 3,
    );
  });

  test("are not those that take a lock to make what all share", () => {
    const table = `class Tables:
    def __init__(self):
        self.table = None
        self.lock = threading.Lock()
    def found(self):
        if self.table is None:
            with self.lock:
                if self.table is None:
                    self.table = [spin(n) for n in range(10)]
        return self.table
    def task(self, n):
        return len(self.found()) + spin(n)
    def start(self):
${pooled.replaceAll(/^/gm, "    ").trimEnd()}
`.replace("pool.map(task", "pool.map(self.task");
    assert.ok(free(table) > 3);
    const cache = `def main():
    lock, cache = threading.Lock(), {}
    def found():
        with lock:
            if "a" not in cache:
                cache["a"] = spin(3)
        return cache["a"]
    def task(n):
        return found() + spin(n)
${pooled}`;
    assert.ok(free(cache) > 3);
  });
});
