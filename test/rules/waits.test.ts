import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { pythonParser } from "../syntax/python-parser.js";

/* The places that the rules about waits and tasks point to; which code they speak about, the cases in Markdown say. */

const parser = await pythonParser();

function relatedTo(text: string, rule: string): readonly string[] {
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  host.setFile("/main.py", text);
  const finding = host
    .snapshot()
    .findings("/main.py")
    .find((each) => each.rule === rule);
  assert.ok(finding, `no [${rule}]`);
  return finding.related.map(({ range, message }) => `${text.slice(range.start, range.end)}: ${message}`);
}

describe("related places", () => {
  test("a wait under a lock names where the lock is taken, who needs it, where it waits and where the other thread starts", () => {
    const text = `import threading

lock = threading.Lock()


def work():
    with lock:
        print("work")


thread = threading.Thread(target=work)


def stop():
    thread.join()


def main():
    thread.start()
    with lock:
        stop()


main()
`;
    assert.deepEqual(relatedTo(text, "wait-while-locked"), [
      "lock: `lock` is taken here and still held",
      "lock: what is waited for needs the lock here, in the thread that runs `work`",
      "thread.join(): this is where it waits",
      "threading.Thread(target=work): the other thread is started here",
    ]);
  });

  test("a task that waits for its own pool names the submission, what made it a task, the calls between and the pool", () => {
    const text = `from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(2)


def inner():
    return 1


def helper():
    future = pool.submit(inner)
    return future.result()


def outer():
    return helper()


pool.submit(outer)
`;
    assert.deepEqual(relatedTo(text, "executor-self-deadlock"), [
      "pool.submit(inner): the task that it waits for is submitted here",
      "pool.submit(outer): this makes the waiting function a task of the same pool",
      "helper(): reached through this call",
      "ThreadPoolExecutor(2): the pool is made here",
    ]);
  });

  test("a lock over an await names the awaits", () => {
    const text = `import asyncio
import threading

lock = threading.Lock()


async def work():
    with lock:
        await asyncio.sleep(1)
        await asyncio.sleep(2)
`;
    assert.deepEqual(relatedTo(text, "lock-held-across-await"), [
      "await asyncio.sleep(1): other tasks of the event loop run here, and the lock is held",
      "await asyncio.sleep(2): other tasks of the event loop run here, and the lock is held",
    ]);
  });

  test("an update over an await names the look, the await between and where the tasks start", () => {
    const text = `import asyncio

total = 0


async def add():
    global total
    old = total
    await asyncio.sleep(0)
    total = old + 1


async def main():
    await asyncio.gather(*(add() for _ in range(3)))


asyncio.run(main())
`;
    assert.deepEqual(relatedTo(text, "update-across-await"), [
      "total: the state is looked at here",
      "await asyncio.sleep(0): other tasks run here",
      "add(): several tasks are started here",
    ]);
  });
});
