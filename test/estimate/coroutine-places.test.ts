import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseCalibration } from "../../server/src/estimate/calibration/calibration-file.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf, snapshotOf, strategyOf } from "./predictions.js";

/*
 * Places that have an event loop run several coroutines at the same time: which there are, and what is said of them. The programs of
 * `test/measure/coroutines` were run as they are, and with each coroutine awaited before the next (`test/measure/coroutine_speedups.py`).
 */

const parser = await pythonParser();
const recordFolder = join(process.cwd(), "test/simulation/validation/coroutines");
const programFolder = join(process.cwd(), "test/measure/coroutines");

interface Records {
  readonly target: string;
  readonly cores: number;
  /** What `gilscope calibrate` measured on that machine. */
  readonly calibration: unknown;
  readonly programs: Readonly<Record<string, { readonly serialNs: number; readonly gatheredNs: number }>>;
}

const records = readdirSync(recordFolder).map((name) => JSON.parse(readFileSync(join(recordFolder, name), "utf8")) as Records);

for (const { target, cores, calibration, programs } of records) {
  test(`what an event loop gains on ${target} is what was measured`, (context) => {
    const parsed = parseCalibration(calibration);
    if ("problem" in parsed) throw new Error(parsed.problem);
    const errors: number[] = [];
    let inside = 0;
    for (const [name, { serialNs, gatheredNs }] of Object.entries(programs)) {
      const text = readFileSync(join(programFolder, `${name}.py`), "utf8");
      const place = predictionsOf(parser, text, target, cores, [parsed]).find(({ kind }) => kind === "asyncio");
      assert.ok(place, `${name} is no place`);
      const { speedup } = strategyOf(place, "asyncio");
      const measured = serialNs / gatheredNs;
      const error = Math.max(speedup.likely / measured, measured / speedup.likely) - 1;
      errors.push(error);
      context.diagnostic(
        `${name}: ${measured.toFixed(2)} measured, ${speedup.low.toFixed(2)} to ${speedup.high.toFixed(2)}, likely ${speedup.likely.toFixed(2)}`,
      );
      if (speedup.low <= measured && measured <= speedup.high) inside++;
      // What hundreds of timers cost a loop differs most between interpreters and machines.
      assert.ok(error <= (name === "many" ? 1.2 : 0.5), `${name}: ${speedup.likely.toFixed(2)} for ${measured.toFixed(2)}`);
    }
    const median = errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)] as number;
    assert.ok(median <= 0.1, `${median}`);
    assert.ok(inside >= errors.length * 0.7, `${inside} of ${errors.length}`);
  });
}

const head = `import asyncio, time, hashlib, random
async def nap(n):
    await asyncio.sleep(0.1)
async def doze(n):
    await asyncio.sleep(0.3)
async def count(n):
    total = 0
    for i in range(1_000_000):
        total += i % 7
    return total
async def consume(queue):
    while True:
        print(await queue.get())
def digest(n):
    return hashlib.sha256(bytes(40_000_000)).hexdigest()
`;

function inMain(lines: string): string {
  return `${head}async def main(queue, names):\n${lines.replaceAll(/^/gm, "    ")}\nasyncio.run(main(asyncio.Queue(), input().split()))\n`;
}

for (const [how, lines] of [
  ["each element, handed on", "await asyncio.gather(*(nap(n) for n in range(8)))"],
  ["a list under a name", "naps = [nap(n) for n in range(8)]\nawait asyncio.gather(*naps)"],
  ["a list that a loop fills", "naps = []\nfor n in range(8):\n    naps.append(asyncio.create_task(nap(n)))\nawait asyncio.gather(*naps)"],
  ["map", "await asyncio.gather(*map(nap, range(8)))"],
  ["calls side by side", "await asyncio.gather(nap(1), nap(2), nap(3), nap(4), nap(5), nap(6), nap(7), nap(8))"],
  ["a group", "async with asyncio.TaskGroup() as group:\n    for n in range(8):\n        group.create_task(nap(n))"],
  ["wait", "await asyncio.wait({asyncio.create_task(nap(n)) for n in range(8)})"],
  ["as_completed", "for one in asyncio.as_completed([nap(n) for n in range(8)]):\n    await one"],
  ["with a limit of time", "await asyncio.gather(*[asyncio.wait_for(nap(n), 5) for n in range(8)])"],
] as const)
  test(`eight coroutines at the same time: ${how}`, () => {
    const prediction = predictionOf(parser, inMain(lines));
    assert.equal(prediction.kind, "asyncio");
    assert.equal(prediction.tasks.likely, 8);
    assert.equal(prediction.recommended, "asyncio");
    const { speedup, bottleneck } = strategyOf(prediction, "asyncio");
    assert.ok(speedup.likely > 7 && speedup.likely <= 8, String(speedup.likely));
    assert.equal(bottleneck, "");
  });

test("what cannot be followed to every coroutine, never ends, is one, or is a place of threads anyway is no such place", () => {
  for (const lines of [
    "await asyncio.gather(*queue.waiting)",
    "await asyncio.gather(nap(1), queue.other())",
    "await asyncio.gather(nap(1))",
    "workers = [asyncio.create_task(consume(queue)) for _ in range(4)]\nawait asyncio.gather(*workers)",
    "while True:\n    asyncio.create_task(nap(await queue.get()))",
    "await nap(1)\nawait nap(2)",
    "await asyncio.wait([asyncio.create_task(nap(n)) for n in range(8)], return_when=asyncio.FIRST_COMPLETED)",
    "done, signal = asyncio.Event(), asyncio.Event()\nawait asyncio.gather(done.wait(), signal.wait())",
  ])
    assert.deepEqual(predictionsOf(parser, inMain(lines)), [], lines);
  const [only, ...others] = predictionsOf(parser, inMain("await asyncio.gather(*(asyncio.to_thread(digest, n) for n in range(8)))"));
  assert.equal(only?.kind, "thread-pool");
  assert.deepEqual(others, []);
});

test("coroutines that compute take turns, and worker processes would not", () => {
  const prediction = predictionOf(parser, inMain("await asyncio.gather(*(count(n) for n in range(8)))"), "cpython-3.13", 4);
  const { speedup, bottleneck } = strategyOf(prediction, "asyncio");
  assert.ok(speedup.likely > 0.9 && speedup.likely <= 1, String(speedup.likely));
  assert.match(bottleneck, /^the event loop is busy \d+ % of the time$/);
  assert.equal(prediction.recommended, "processes");
  assert.equal(strategyOf(prediction, "processes").workers, 4);
});

test("what waits without an await keeps the loop waiting, and it is said that it does", () => {
  const text = `${head}async def stall(n):\n    time.sleep(0.1)\nasync def main():\n    await asyncio.gather(*(stall(n) for n in range(8)))\nasyncio.run(main())\n`;
  const { speedup, bottleneck } = strategyOf(predictionOf(parser, text), "asyncio");
  assert.ok(speedup.likely <= 1.05, String(speedup.likely));
  assert.match(bottleneck, /^what is not awaited keeps the event loop waiting \d+ % of the time$/);
});

test("a semaphore lets so many wait at the same time, a lock one", () => {
  for (const [made, most] of [
    ["asyncio.Semaphore(3)", 3],
    ["asyncio.BoundedSemaphore(2)", 2],
    ["asyncio.Lock()", 1],
  ] as const) {
    const text = `${head}ROOM = ${made}\nasync def one(n):\n    async with ROOM:\n        await asyncio.sleep(0.1)\nasync def main():\n    await asyncio.gather(*(one(n) for n in range(12)))\nasyncio.run(main())\n`;
    const { speedup, bottleneck } = strategyOf(predictionOf(parser, text), "asyncio");
    assert.ok(speedup.likely > most * 0.93 && speedup.likely <= most, `${made}: ${speedup.likely}`);
    assert.match(bottleneck, /^a lock or semaphore keeps each task waiting/);
  }
});

test("threads of a pool compute beside the loop, as many as the pool has", () => {
  const job = "async def job(n):\n    return await asyncio.to_thread(digest, n)\n";
  const text = `${head}${job}async def main():\n    await asyncio.gather(*(job(n) for n in range(12)))\nasyncio.run(main())\n`;
  const place = predictionsOf(parser, text, "cpython-3.13", 4).find(({ kind }) => kind === "asyncio");
  assert.ok(place);
  const { speedup } = strategyOf(place, "asyncio");
  assert.ok(speedup.likely > 3.2 && speedup.likely <= 4, String(speedup.likely));
  const waiting = text.replace("hashlib.sha256(bytes(40_000_000)).hexdigest()", "time.sleep(0.1)");
  const waits = predictionsOf(parser, waiting, "cpython-3.13", 4).find(({ kind }) => kind === "asyncio");
  assert.ok(waits);
  // Eight threads on four cores take twelve of them in two rounds.
  assert.ok(Math.abs(strategyOf(waits, "asyncio").speedup.likely - 6) < 0.3, String(strategyOf(waits, "asyncio").speedup.likely));
});

test("coroutines of several functions are as slow together as the slowest", () => {
  const prediction = predictionOf(parser, inMain("await asyncio.gather(nap(1), doze(2))"));
  assert.equal(prediction.task, "nap, doze");
  const { likely } = strategyOf(prediction, "asyncio").speedup;
  assert.ok(Math.abs(likely - 4 / 3) < 0.03, String(likely));
});

test("the editor says that it is right as it is, or that nothing is gained, and rules are not told of such places", () => {
  const state = snapshotOf(
    parser,
    inMain("await asyncio.gather(*(nap(n) for n in range(8)))\nawait asyncio.gather(count(1), count(2))"),
    "cpython-3.13",
    4,
  );
  const text = state.text("/main.py") ?? "";
  const [waiting, computing] = state.lenses("/main.py");
  assert.match(waiting?.title ?? "", /^asyncio 8\.0×, right as it is · threads/);
  assert.match(computing?.title ?? "", /^asyncio 1\.0× · threads (0\.9|1\.0)× · processes/);
  assert.match(state.hover("/main.py", text.indexOf("gather"))?.markdown ?? "", /8 tasks run `nap`.*right as it is/s);
  assert.match(state.hover("/main.py", text.lastIndexOf("gather"))?.markdown ?? "", /nothing is done sooner than by awaiting each in turn/);
  assert.equal(state.demands("/main.py").length, 2);
  assert.deepEqual(
    state.findings("/main.py").filter(({ prediction }) => prediction?.kind === "asyncio"),
    [],
  );
});
