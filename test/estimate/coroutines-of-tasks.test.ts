import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf } from "./predictions.js";

/* How long tasks wait that run an event loop of their own, in which coroutines wait at the same time. */

const parser = await pythonParser();

/** How long one task of a pool waits, likely and at most, in milliseconds. */
function waitMs(program: string): { readonly likely: number; readonly high: number } {
  const text = `from concurrent.futures import ThreadPoolExecutor
import asyncio
import time
async def ask(number):
    await asyncio.sleep(0.010)
    return number
${program}
def task(n):
    return asyncio.run(run(n))
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, [1, 2]))
`;
  const last = predictionsOf(parser, text, "cpython-3.11").find(({ task }) => task === "task");
  assert.ok(last);
  const { likely, high } = last.work.waitNs;
  return { likely: likely / 1e6, high: high / 1e6 };
}

/** 40 entries of 10 ms each for four workers, which `ending` ends. */
function workers({ head, taking, ending, queue = "asyncio.Queue()" }: Record<"head" | "taking" | "ending", string> & { queue?: string }) {
  return `async def work(jobs, results):
    ${head}
${taking}
        results.append(await ask(job))
        jobs.task_done()
async def run(n):
    jobs = ${queue}
    results = []
    workers = [asyncio.create_task(work(jobs, results)) for _ in range(4)]
    for job in range(40):
        await jobs.put(job)
${ending}
    return len(results)`;
}

const untilJoined = `    await jobs.join()
    for each in workers:
        each.cancel()`;
const sentinels = `    for _ in range(4):
        await jobs.put(None)
    await asyncio.gather(*workers)`;

describe("coroutines of a task's own event loop", () => {
  const whole: readonly (readonly [what: string, program: string, ms: number])[] = [
    [
      "workers at a queue that are cancelled when all is done",
      workers({ head: "while True:", taking: "        job = await jobs.get()", ending: untilJoined }),
      100,
    ],
    [
      "workers that a last entry ends",
      workers({
        head: "while True:",
        taking: "        job = await jobs.get()\n        if job is None:\n            break",
        ending: sentinels,
      }),
      100,
    ],
    [
      "workers at a queue with few places",
      workers({
        head: "while True:",
        taking: "        job = await jobs.get()",
        ending: untilJoined,
        queue: "asyncio.Queue(maxsize=5)",
      }),
      100,
    ],
    [
      "a semaphore with four places",
      `async def limited(gate, number):
    async with gate:
        return await ask(number)
async def run(n):
    gate = asyncio.Semaphore(4)
    return await asyncio.gather(*[limited(gate, number) for number in range(40)])`,
      100,
    ],
    [
      "a task group in a comprehension",
      `async def run(n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(number)) for number in range(40)]
    return len(tasks)`,
      10,
    ],
    [
      "a limit of time",
      `async def patient(number):
    return await asyncio.wait_for(ask(number), timeout=5)
async def run(n):
    return await asyncio.gather(*(patient(number) for number in range(40)))`,
      10,
    ],
  ];
  for (const [what, program, ms] of whole)
    test(what, () => {
      const { likely, high } = waitMs(program);
      assert.ok(likely > ms * 0.85 && likely < ms * 1.3, `${likely}`);
      assert.ok(high < ms * 4, `at most ${high}`);
    });

  test("a queue that nobody in sight fills is waited for", () => {
    const { high } = waitMs(
      "async def run(n):\n    return await SOURCE.get()\nfrom elsewhere import fill\nSOURCE = asyncio.Queue()\nfill(SOURCE)",
    );
    assert.ok(high > 1_000, `at most ${high}`);
  });
});
