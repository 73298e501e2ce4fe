import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf, strategyOf } from "./predictions.js";

/* Tasks that are waited for one by one, and threads that go on until somebody stops them. */

const parser = await pythonParser();

const work = `import asyncio, threading, time, queue, socket, socketserver
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process
from multiprocessing.pool import ThreadPool

STOP = object()

def work(n):
    total = 0
    for i in range(300_000):
        total += i * n
    return total

`;

function only(program: string): Prediction {
  // The coroutines that hand work over are places of their own.
  const predictions = predictionsOf(parser, work + program, "cpython-3.13", 8).filter(({ kind }) => kind !== "asyncio");
  assert.equal(predictions.length, 1, program);
  return predictions[0] as Prediction;
}

/** Of the tasks in a loop of eight. */
function inLoop(body: string, before = "", head = "def start():"): Prediction {
  return only(`${head}\n${before}    for n in range(8):\n${body.replaceAll(/^/gm, "        ")}\nasyncio.run(start())\n`);
}

const likely = (prediction: Prediction, strategy: "threads" | "processes" | "free-threaded"): number =>
  strategyOf(prediction, strategy).speedup.likely;

describe("tasks that are waited for one by one", () => {
  const thread = "t = threading.Thread(target=work, args=(n,))\nt.start()\n";

  test("gain nothing, however many there are", () => {
    const pool = "    pool = ThreadPoolExecutor(4)\n";
    for (const [body, before] of [
      [`${thread}t.join()`, ""],
      ["p = Process(target=work, args=(n,))\np.start()\np.join()", ""],
      ["print(pool.submit(work, n).result())", pool],
      ["future = pool.submit(work, n)\nprint(future.result())", pool],
      ["print(pool.apply(work, (n,)))", "    pool = ThreadPool(4)\n"],
    ] as const) {
      const prediction = inLoop(body, before);
      assert.deepEqual([prediction.course, prediction.tasks.likely, prediction.workers], ["in turn", 8, 1], body);
      for (const strategy of ["threads", "processes", "free-threaded"] as const) {
        const { speedup } = strategyOf(prediction, strategy);
        assert.ok(speedup.likely <= 1 && speedup.high < 1.1, `${body}: ${strategy} ${speedup.high}`);
      }
      assert.equal(prediction.recommended, "serial", body);
    }
  });

  test("gain nothing where an answer is waited for in the same round", () => {
    const put = "def put(q, n):\n    q.put(work(n))\n";
    const told = (body: string, more = ""): Prediction =>
      only(`${more}def start():\n    for n in range(8):\n${body.replaceAll(/^(?=.)/gm, "        ")}start()\n`);
    const answers = (start: string, made: string): string => `q = ${made}\n${start}\nprint(q.get(timeout=5))\n`;
    const own = "done = threading.Event()\ndef task():\n    work(n)\n    done.set()\n";
    for (const [body, before] of [
      [answers("threading.Thread(target=put, args=(q, n)).start()", "queue.Queue()"), put],
      [`${answers("p = Process(target=put, args=(q, n))\np.start()", "Queue()")}p.join()\n`, `from multiprocessing import Queue\n${put}`],
      [`${own}t = threading.Thread(target=task)\nt.start()\ndone.wait(5)\n`, ""],
      ["t = threading.Thread(target=work, args=(n,))\nt.start()\nt.join(timeout=5)\n", ""],
      ["start.t = threading.Thread(target=work, args=(n,))\nstart.t.start()\nstart.t.join(timeout=5)\n", ""],
      ["case.assertRaises(ValueError, pool.submit(work, n).result)\n", "pool = ThreadPoolExecutor(4)\n"],
      ["future = pool.submit(work, n)\ncase.assertRaises(ValueError, future.result)\n", "pool = ThreadPoolExecutor(4)\n"],
    ] as const)
      assert.deepEqual([told(body, before).course, told(body, before).tasks.likely], ["in turn", 8], body);
  });

  test("are together where the answer is not the last that the task does, or another's", () => {
    const told = (task: string): Prediction =>
      only(
        `def start():\n    for n in range(8):\n        ready = threading.Event()\n        def task():\n${task}        threading.Thread(target=task).start()\n        ready.wait()\nstart()\n`,
      );
    assert.equal(told("            ready.set()\n            work(n)\n").course, "together");
    assert.equal(told("            work(n)\n            other.set()\n").course, "together");
    assert.equal(told("            work(n)\n            ready.set()\n").course, "in turn");
  });

  test("gain nothing where a function of the function hands the work over, and its callers wait for it", () => {
    const each = (head: string, wait: string): Prediction =>
      only(
        `${head}def start():\n    pool = ThreadPoolExecutor(4)\n    loop = asyncio.get_event_loop()\n    def one(n):\n        return ${wait}\nasyncio.run(start())\n`,
      );
    assert.equal(
      each("async ", "loop.run_in_executor(pool, work, n)\n    for n in range(8):\n        print(await one(n))").course,
      "awaited",
    );
    assert.equal(each("", "pool.submit(work, n)\n    for n in range(8):\n        print(one(n).result())").course, "in turn");
    assert.equal(each("", "pool.submit(work, n)\n    every = [one(n) for n in range(8)]\n    print(every)").course, "together");
  });

  test("are together where they are waited for when all are started, or where something else is done meanwhile", () => {
    const all = only(
      `def start():\n    threads = []\n    for n in range(8):\n${thread.replaceAll(/^(?=.)/gm, "        ")}        threads.append(t)\n    for t in threads:\n        t.join()\nstart()\n`,
    );
    assert.equal(all.course, "together");
    assert.ok(likely(all, "free-threaded") > 4);
    assert.equal(inLoop(`${thread}print(work(n + 1))\nt.join()`).course, "together");
    assert.equal(inLoop("futures.append(pool.submit(work, n))", "    futures = []\n    pool = ThreadPoolExecutor(4)\n").course, "together");
    assert.equal(only("with ThreadPoolExecutor(4) as pool:\n    list(pool.map(work, range(8)))\n").course, "together");
  });

  test("a thread that takes five times as long as it is started costs its start each time", () => {
    const each = inLoop(`${thread}t.join()`);
    const { makespanNs } = strategyOf(each, "threads");
    assert.ok(makespanNs.likely > strategyOf(each, "serial").makespanNs.likely);
    assert.ok(likely(inLoop("p = Process(target=work, args=(n,))\np.start()\np.join()"), "processes") < 0.9, "a process for each");
  });

  test("those of a coroutine leave its loop free, and nothing is recommended", () => {
    for (const body of [
      "await asyncio.to_thread(work, n)",
      "await asyncio.get_running_loop().run_in_executor(None, work, n)",
      "await asyncio.wait_for(asyncio.to_thread(work, n), 5)",
      "future = asyncio.get_running_loop().run_in_executor(None, work, n)\nprint(await future)",
    ]) {
      const prediction = inLoop(body, "", "async def start():");
      assert.deepEqual([prediction.course, prediction.tasks.likely], ["awaited", 8], body);
      assert.equal(prediction.recommended, undefined, body);
      assert.ok(likely(prediction, "processes") <= 1 && likely(prediction, "free-threaded") <= 1, body);
    }
  });

  test("coroutines that are gathered have theirs together", () => {
    const one = "async def one(n):\n    return await asyncio.to_thread(work, n)\n";
    const gathered = `${one}async def main():\n    return await asyncio.gather(*(one(n) for n in range(8)))\nasyncio.run(main())\n`;
    assert.equal(only(gathered).course, "together");
    const direct = "async def main():\n    await asyncio.gather(*(asyncio.to_thread(work, n) for n in range(8)))\nasyncio.run(main())\n";
    assert.equal(only(direct).course, "together");
    const inTurn = `${one}async def main():\n    for n in range(8):\n        await one(n)\n    await one(9)\nasyncio.run(main())\n`;
    assert.deepEqual([only(inTurn).course, only(inTurn).tasks.likely], ["awaited", 1]);
  });

  test("two threads are two only if the second is started before the first is over", () => {
    const start = (name: string): string => `    ${name} = threading.Thread(target=work, args=(1,))\n    ${name}.start()\n`;
    const both = predictionsOf(parser, `${work}def main():\n${start("a")}${start("b")}    a.join()\n    b.join()\nmain()\n`);
    assert.deepEqual(
      both.map(({ tasks }) => tasks.likely),
      [2, 2],
    );
    const inTurn = predictionsOf(parser, `${work}def main():\n${start("a")}    a.join()\n${start("b")}    b.join()\nmain()\n`);
    assert.equal(inTurn.length, 0, "each is alone");
  });
});

describe("a thread that goes on until it is stopped", () => {
  /** A class of services with a thread each, made in a loop, as its rounds are written. */
  function service(rounds: string, rest = "", setUp = ""): Prediction {
    return only(`class Service:
    def __init__(self):
        self.running = True
        self.stopped = threading.Event()
        self.jobs = queue.Queue()
        self.items = [1, 2, 3]
${setUp}    def start(self):
        threading.Thread(target=self.rounds).start()
    def stop(self):
        self.running = False
        self.stopped.set()
    def rounds(self):
${rounds.replaceAll(/^/gm, "        ")}
${rest}
for _ in range(2):
    Service().start()
`);
  }

  test("is a service without a length, a speedup and a recommendation", () => {
    for (const rounds of [
      "while self.running:\n    work(1)\n    time.sleep(1)",
      "while not self.stopped.is_set():\n    work(1)\n    time.sleep(1)",
      "while not self.stopped.wait(1):\n    work(1)",
      "while True:\n    work(1)\n    time.sleep(1)",
      "try:\n    while True:\n        if not self.running:\n            break\n        work(1)\n        time.sleep(1)\nfinally:\n    print()",
      "while True:\n    job = self.jobs.get()\n    if job is None:\n        break\n    work(1)",
      "while True:\n    job = self.next()\n    if job is STOP:\n        break\n    work(1)",
      "server = socketserver.TCPServer(('', 80), socketserver.BaseRequestHandler)\nserver.serve_forever()",
      "while not self.stopped.is_set():\n    try:\n        job = self.jobs.get(timeout=1)\n    except queue.Empty:\n        continue\n    if work(job) == 1:\n        return",
      "for job in iter(self.work_queue.get, 'STOP'):\n    work(job)",
      "for message in self.consumer.listen():\n    work(message)",
      "if self.items:\n    server = self.items[0]\n    server.serve_forever()\nelse:\n    print()\n    self.items[1].serve_forever()",
    ]) {
      const prediction = service(rounds);
      assert.deepEqual([prediction.course, prediction.tasks.likely, prediction.recommended], ["until stopped", 1, undefined], rounds);
      assert.ok(
        prediction.strategies.every(({ applicable, reason }) => !applicable && reason !== ""),
        rounds,
      );
    }
  });

  test("is one by the name of the function, whatever ends its loop", () => {
    const named = (name: string): Prediction =>
      only(`def ${name}(sock):
    while True:
        data = sock.recv(100)
        if not data:
            return
        work(1)
for sock in open_sockets():
    threading.Thread(target=${name}, args=(sock,)).start()
`);
    assert.equal(named("_listen").course, "until stopped");
    assert.equal(named("read_loop").course, "until stopped");
    assert.equal(named("download").course, "together");
  });

  test("is one where whatever is handed in is one", () => {
    const cluster = (last: string): Prediction =>
      only(`def push(q, stop):
    while True:
        q.put(work(1))
        if stop.is_set():
            break
def answer(q, stop):
    for job in iter(q.jobs_queue.get, 'STOP'):
        work(job)
def once(q, stop):
    work(1)
class Cluster:
    def spawn(self, target, *args):
        Process(target=target, args=args).start()
    def start(self, q, stop):
        self.spawn(push, q, stop)
        self.spawn(answer, q, stop)
        self.spawn(${last}, q, stop)
`);
    assert.equal(cluster("push").course, "until stopped");
    assert.equal(cluster("once").course, "together");
  });

  test("is told by what a round of it takes", () => {
    const { waitNs, interpreterNs } = service("while self.running:\n    work(1)\n    time.sleep(1)").work;
    assert.ok(waitNs.likely > 0.99e9 && waitNs.likely < 1.1e9, `${waitNs.likely}`);
    assert.ok(interpreterNs.likely > 2e6 && interpreterNs.likely < 50e6, `${interpreterNs.likely}`);
  });

  test("of a library is told without a time", () => {
    const { work: round } = service("server = socketserver.TCPServer(('', 80), socketserver.BaseRequestHandler)\nserver.serve_forever()");
    assert.ok([round.interpreterNs, round.nativeNs, round.waitNs].every(({ high }) => high === 0));
  });

  test("is none if it comes to an end by itself", () => {
    for (const [rounds, rest] of [
      ["while self.items:\n    work(self.items.pop())", ""],
      ["while self.running:\n    self.step()", "    def step(self):\n        if not self.items:\n            self.running = False\n"],
      ["n = 0\nwhile True:\n    n += 1\n    work(n)\n    if n > 1000:\n        break", ""],
      ["conn = socket.create_connection(('', 1))\nwhile True:\n    data = conn.recv(100)\n    if not data:\n        break", ""],
      ["while True:\n    try:\n        job = self.jobs.get_nowait()\n    except queue.Empty:\n        break\n    work(job)", ""],
      ["for item in self.items:\n    if item is STOP:\n        break\n    work(item)", ""],
      ["if self.items:\n    while self.running:\n        time.sleep(1)\nelse:\n    for item in self.items:\n        work(item)", ""],
      ["while not self.stopped.is_set():\n    time.sleep(0.1)\nwork(1)\nprint(work(2))", ""],
      ["for item in self.items:\n    work(item)\nwhile self.running:\n    time.sleep(1)", ""],
    ] as const)
      assert.notEqual(service(rounds, rest).course, "until stopped", rounds);
  });

  test("is none of a generator that goes on as long as it is asked for more", () => {
    const asking = (use: string): Prediction =>
      predictionOf(
        parser,
        `import sys
from concurrent.futures import ThreadPoolExecutor

def ids():
    last = 0
    while True:
        last += (yield last) or 1

def task(rows):
    more = ids()
    ${use}

with ThreadPoolExecutor() as pool:
    list(pool.map(task, sys.argv))
`,
      );
    for (const use of [
      "return [(next(more), row) for row in rows]",
      "next(more)\n    return [more.send(len(row)) for row in rows]",
      "return list(zip(more, rows))",
    ])
      assert.notEqual(asking(use).course, "until stopped", use);
    assert.equal(asking("for each in ids():\n        print(each)").course, "until stopped");
  });

  test("is none if it leaves with what says that a queue is empty, around the loop as inside", () => {
    const drained = (take: string, error: string): Prediction =>
      only(`
from queue import Empty as Nothing, Empty as EmptyQueue
def drain(jobs):
    try:
        while True:
            work(${take})
    except ${error}:
        return
def main(items):
    jobs = queue.Queue()
    for item in items:
        jobs.put(item)
    threads = [threading.Thread(target=drain, args=(jobs,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`);
    for (const take of ["jobs.get_nowait()", "jobs.get(timeout=0.5)"])
      for (const error of ["queue.Empty", "EmptyQueue"]) assert.equal(drained(take, error).course, "together", `${take} ${error}`);
    assert.equal(drained("jobs.get()", "queue.Empty").course, "until stopped", "it never has nothing");
    assert.equal(drained("jobs.get_nowait()", "ValueError").course, "until stopped", "it is left by nothing");
  });

  test("is none if several share what comes out of a queue", () => {
    const workers = `jobs = queue.Queue()
def consume():
    while True:
        job = jobs.get()
        if job is None:
            break
        work(job)
threads = [threading.Thread(target=consume) for _ in range(4)]
for thread in threads:
    thread.start()
`;
    for (const end of ["for thread in threads:\n    thread.join()\n", "jobs.put(1)\n", "jobs.join()\n"]) {
      const prediction = only(workers + end);
      assert.deepEqual([prediction.course, prediction.tasks.likely], ["together", 4], end);
    }
    const endless = workers.replace("        if job is None:\n            break\n", "");
    for (const kept of [workers, endless]) assert.equal(only(kept).course, "until stopped", "nobody waits for all to be done");
    assert.equal(only(`${endless}jobs.join()\n`).course, "together");
  });

  test("is no service that takes what a thread of its own makes, up to a last entry", () => {
    const task = `import queue, threading
from concurrent.futures import ThreadPoolExecutor

def produce(out, count):
    for number in range(count):
        out.put(number)
    out.put(None)

def task(count):
    channel = queue.Queue()
    threading.Thread(target=produce, args=(channel, count)).start()
    while True:
        number = channel.get()
        if number is None:
            break
        print(number)

`;
    const courseStarted = (start: string): unknown =>
      predictionsOf(parser, task + start, "cpython-3.13", 4).find((each) => each.task === "task")?.course;
    assert.equal(courseStarted("with ThreadPoolExecutor(4) as pool:\n    list(pool.map(task, [100] * 6))\n"), "together");
    assert.equal(courseStarted("for count in (100, 200, 300):\n    threading.Thread(target=task, args=(count,)).start()\n"), "together");
  });

  test("ends with a last entry that it keeps in an attribute, too", () => {
    const taking = "while True:\n    self.job = self.jobs.get()\n    if self.job == 'quit':\n        return True\n    work(self.job)";
    assert.equal(service(taking).course, "until stopped");
  });

  test("is one of several if a loop starts it so many times as nothing tells", () => {
    const { tasks, workersKnown } = only(`def serve():
    while True:
        work(1)
def start(count):
    for _ in range(count):
        threading.Thread(target=serve).start()
`);
    assert.deepEqual([tasks.low, tasks.high, workersKnown], [2, 64, "assumed"]);
  });

  test("says nothing of what others do that are started with it", () => {
    const both = predictionsOf(
      parser,
      `${work}stop = threading.Event()
def watch():
    while not stop.wait(1):
        print()
def start():
    watching = threading.Thread(target=watch)
    working = threading.Thread(target=work, args=(1,))
    watching.start()
    working.start()
start()
`,
    );
    const working = both.find(({ task }) => task === "work");
    assert.ok(working && !working.assumptions.some(({ what }) => what === "beside it"));
    assert.equal(working.workers, 1);
  });
});

describe("a thread that whoever asks for it gets hold of", () => {
  const started = (asking: string): number =>
    only(`
def report(event):
    thread = threading.Thread(target=work, args=(event,))
    thread.start()
    return thread
def note(event):
    report(event)
${asking}`).tasks.likely;

  test("is one for each that is asked for", () => {
    assert.equal(started("def notes(events):\n    for event in events:\n        note(event)\n"), 1);
  });

  test("is one of several where a loop asks", () => {
    assert.ok(started("def notes(events):\n    return [report(event) for event in events]\n") > 1);
  });
});
