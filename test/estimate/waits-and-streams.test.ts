import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

const pool = (before: string, items = "range(12)"): string => `
import os, queue, socket, sqlite3, subprocess, threading, time
from concurrent.futures import ThreadPoolExecutor
${before}
with ThreadPoolExecutor(max_workers=4) as pool:
    list(pool.map(task, ${items}))
`;

const taskMs = (text: string): { busy: number; wait: number } => {
  const { work } = predictionOf(parser, text, "cpython-3.11", 4);
  return { busy: (work.interpreterNs.likely + work.nativeNs.likely) / 1e6, wait: work.waitNs.likely / 1e6 };
};

function between(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} is not from ${low} to ${high}`);
}

describe("which way a test goes", () => {
  const answer = (test: string): string =>
    `def task(name):\n    time.sleep(0.04 if ${test} else 0.004)\n    if ${test}:\n        time.sleep(0.04)\n`;

  test("is each item's own where that is written out", () => {
    const names = '["slow-1", "a", "b", "c", "d", "e", "f", "slow-2"]';
    between(taskMs(pool(answer('name.startswith("slow")'), names)).wait, 22, 25);
    const uneven = strategyOf(predictionOf(parser, pool(answer('name == "slow-1"'), names), "cpython-3.11", 4), "threads");
    assert.ok(uneven.speedup.likely < 1.5, "one slow item is all that is waited for");
  });

  test("is open where nobody knows the item, and then both ways count", () => {
    between(taskMs(pool(answer("name in os.environ"))).wait, 30, 44);
  });

  test("counts as often as samples and remainders say", () => {
    const every = (test: string): number =>
      taskMs(pool(`def task(seed):\n    for n in range(1000):\n        if ${test}:\n            time.sleep(0.001)\n`)).wait;
    between(every("n % 50 == 0"), 18, 24);
    between(every("hash(n) & 15 == 0"), 25, 75);
    assert.ok(every("n % 50") > every("n % 50 == 0") * 1.5);
  });

  test("is not told by what is empty at first and filled later", () => {
    const text = pool(
      "def task(seed):\n    seen = []\n    keep = seen\n    for n in range(50):\n        keep.extend([n])\n    if len(seen) > 3:\n        time.sleep(0.02)\n",
    );
    assert.ok(taskMs(text).wait > 5);
  });
});

describe("an object knows what it was made of", () => {
  const hashing = (made: string): string => `
import hashlib
class Image:
    def __init__(self, size):
        self.data = bytes(size)
    def parts(self):
        for start in range(0, len(self.data), 65536):
            yield self.data[start:start + 65536]

def digest(image):
    whole = hashlib.sha256()
    for part in image.parts():
        whole.update(part)
    return whole.hexdigest()

def task(job):
    name, size = job
    return digest(${made})
`;

  test("each task's object its own size", () => {
    const items = '[("a", 20_000_000), ("b", 100_000), ("c", 100_000), ("d", 100_000)]';
    const few = taskMs(pool(hashing("Image(size)"), items));
    const many = taskMs(pool(hashing("Image(size * 10)"), items));
    between(many.busy / few.busy, 2, 12);
    const threads = strategyOf(predictionOf(parser, pool(hashing("Image(size)"), items), "cpython-3.11", 4), "threads");
    assert.ok(threads.speedup.likely < 1.3, "the first image takes nearly all the time");
  });

  test("fields of data classes, by place and by name", () => {
    const text = (made: string): string =>
      pool(
        `from dataclasses import dataclass\n@dataclass\nclass Job:\n    name: str\n    delay: float = 0.5\n\ndef task(n):\n    job = ${made}\n    time.sleep(job.delay)\n`,
      );
    between(taskMs(text('Job("a", 0.003)')).wait, 3, 3.3);
    between(taskMs(text('Job("a", delay=0.003)')).wait, 3, 3.3);
    between(taskMs(text('Job("a")')).wait, 490, 510);
  });
});

describe("a thread that is an object of the program", () => {
  const sender = (setUp: string): string => `
class Sender(threading.Thread):
    def __init__(self, count):
        super().__init__()
        self.count = count
        self.inbox = queue.Queue()
    def run(self):
        for n in range(self.count):
            time.sleep(0.002)
            self.inbox.put(n)
        self.inbox.put(None)

def task(n):
    sender = Sender(10)
    ${setUp}
    total = 0
    while True:
        got = sender.inbox.get()
        if got is None:
            break
        total += sum(range(2_000))
    sender.join()
`;

  test("is waited for, and gives as much as it puts", () => {
    const { busy, wait } = taskMs(pool(sender("sender.start()")));
    between(wait, 19, 25);
    between(busy, 0.1, 2);
  });
});

test("a sleep of which nobody knows how long it is may be of any length, and that is said", () => {
  const program = pool("def task(n):\n    time.sleep(settings(n))\n");
  between(taskMs(program).wait, 10, 1_000);
  assert.ok(predictionOf(parser, program).assumptions.some(({ what, from }) => what === "`time.sleep` waits" && from === "default"));
  between(taskMs(pool("def task(n):\n    time.sleep(0.03)\n")).wait, 29, 32);
});

describe("a sign of another thread", () => {
  const wait = (setUp: string, timeout = ""): number =>
    taskMs(pool(`def task(n):\n    ready = threading.Event()\n    ${setUp}\n    ready.wait(${timeout})\n    sum(range(20_000))\n`)).wait;

  test("is there if the task gave it itself", () => between(wait("ready.set()"), 0, 0.01));
  test("is there if the task gave it, and takes it back only afterwards", () => {
    const round = (...steps: string[]): number =>
      wait(`for i in range(50):\n${steps.map((step) => `        ready.${step}\n`).join("")}    ready.set()`);
    between(round("set()", "wait()", "clear()"), 0, 0.01);
    assert.ok(round("set()", "clear()", "wait()") > 0.5);
  });
  test("never comes where nobody gives it, and then the limit counts", () => between(wait("pass", "0.03"), 30, 32));
  test("is no work where others that the program starts give it", () => {
    const waits = (made: string, wait: string, gives: string): number =>
      taskMs(pool(`it = ${made}\ndef task(n):\n    it.${wait}\n    sum(range(20_000))\ndef give():\n    ${gives}\n`)).wait;
    between(waits("threading.Barrier(4)", "wait()", "print()"), 0, 0.01);
    between(waits("threading.Event()", "wait()", "it.set()"), 0, 0.01);
    between(waits("threading.Condition()", "wait_for(print)", "it.notify_all()"), 0, 0.01);
    between(waits("queue.Queue()", "get()", "it.put(1)"), 0, 0.01);
    assert.ok(waits("threading.Event()", "wait()", "print()") > 0.5);
  });
  test("is waited for where somebody else may give it", () => assert.ok(wait("publish(ready)") > 0.5));
});

describe("what is read piece by piece", () => {
  const reading = (loop: string): number => taskMs(pool(`def task(n):\n    with open("data.bin", "rb") as file:\n${loop}`)).busy;

  test("has a megabyte, in pieces of any size", () => {
    const body = "            total = len(piece)\n";
    const large = reading(`        while piece := file.read(65536):\n${body}`);
    const small = reading(`        while piece := file.read(4096):\n${body}`);
    between(small / large, 1, 8);
    between(reading(`        for piece in iter(lambda: file.read(4096), b""):\n${body}`) / small, 0.8, 1.3);
  });

  test("of a connection is mostly there in one piece where its length is known", () => {
    const exchange = (body: string): number =>
      taskMs(
        pool(
          `def receive(sock, size):\n    data = b""\n${body}    return data\n\ndef task(n):\n    a, b = socket.socketpair()\n    for i in range(100):\n        a.sendall(bytes(50))\n        receive(b, 50)\n`,
        ),
      ).busy;
    const known = exchange("    while len(data) < size:\n        data += sock.recv(size - len(data))\n");
    const toEnd = exchange(
      "    while True:\n        piece = sock.recv(16)\n        if not piece:\n            break\n        data += piece\n",
    );
    between(known, 0.1, 6);
    assert.ok(toEnd > known * 1.3);
  });
});

describe("a function with both ends of a connection", () => {
  const own =
    '    with socket.create_server(("127.0.0.1", 0)) as server:\n        near = socket.create_connection(server.getsockname())\n        far, _ = server.accept()\n';
  const exchanged = (body: string): { busy: number; wait: number } => taskMs(pool(`def task(n):\n${own}${body}`));

  test("receives at once what it has sent", () => {
    const { wait } = exchanged('        for i in range(50):\n            far.sendall(b"answer")\n            near.recv(8)\n');
    between(wait, 0, 1);
  });

  test("waits as long as the socket is told to where nothing was sent", () => {
    between(exchanged("        near.settimeout(0.03)\n        near.recv(8)\n").wait, 30, 32);
    between(taskMs(pool("def task(n):\n    a, b = socket.socketpair()\n    a.settimeout(0.03)\n    a.recv(8)\n")).wait, 30, 32);
  });

  test("waits for nobody longer than the socket is told to", () => {
    const body = `def task(n):\n    near = socket.socket()\n    near.connect(("example.com", 80))\n    near.settimeout(0.001)\n    near.recv(8)\n`;
    const { assumptions } = predictionOf(parser, pool(body), "cpython-3.11", 4);
    assert.equal(assumptions.find(({ what }) => what === "`socket.socket.recv` waits")?.value, "10 µs–1 ms");
  });
});

test("small commands take a millisecond or two, others as long as they take", () => {
  const run = (command: string): number => taskMs(pool(`def task(n):\n    for i in range(10):\n        subprocess.run(${command})\n`)).busy;
  between(run('["wc", "-l", "names.txt"]'), 8, 30);
  assert.ok(run('["ffmpeg", "-i", "film.mp4"]') > 60);
});

test("what a command is given to read adds to its time, byte by byte", () => {
  const given = (command: string, lines: number): number =>
    taskMs(
      pool(
        `NAMES = "\\n".join(f"name {i * 7919 % 100003:06d} {i % 10}" for i in range(${lines})).encode()\n` +
          `def task(n):\n    for i in range(10):\n        subprocess.run(${command}, input=NAMES, capture_output=True)\n`,
      ),
    ).busy;
  const added = (command: string): number => given(command, 50_000) - given(command, 50);
  between(added('["sort", "-k2"]'), 70, 300);
  between(added('["wc"]'), 10, 60);
  assert.ok(added('["head", "-1"]') < added('["wc"]') / 2);
});

describe("files in the page cache", () => {
  const files = (statement: string): { busy: number; wait: number } =>
    taskMs(pool(`import os, shutil\ndef task(n):\n    for k in range(100):\n        ${statement}\n`));

  test("are made, filled and deleted by the processor", () => {
    for (const statement of [
      'with open(f"{n}-{k}", "w") as file: file.write("x" * 4_000)',
      'os.mkdir(f"{n}-{k}")',
      'os.remove(f"{n}-{k}")',
    ])
      between(files(statement).wait, 0, 0.01);
  });

  test("are waited for where they take the place of others, or folders are removed", () => {
    for (const statement of ['os.replace("new", f"{n}")', 'shutil.rmtree(f"{n}-{k}")']) assert.ok(files(statement).wait > 0.1, statement);
  });
});

describe("a command that is written out", () => {
  const run = (command: string): { busy: number; wait: number } =>
    taskMs(pool(`import sys\nPROBES = {"a": "sleep 0.03; echo a=1", "b": "sleep 0.05"}\ndef task(n):\n    ${command}\n`));

  test("sleeps for as long as it says", () => {
    between(run('subprocess.run(["sleep", "0.2"])').wait, 199, 203);
    between(run('subprocess.run(["sh", "-c", "sleep 0.02; echo one && sleep 0.03 > /dev/null"])').wait, 49, 52);
    between(run('subprocess.run("for i in 1 2 3; do sleep 0.1; done", shell=True)').wait, 299, 303);
    between(run('subprocess.run("sleep 0.1 | sleep 0.04", shell=True)').wait, 99, 104);
    between(run(`subprocess.run(PROBES["b"], shell=True)`).wait, 49, 52);
    between(run(`os.system("echo 'sleep 5; sleep 6'")`).wait, 0, 0.1);
    between(run('subprocess.run([sys.executable, "-c", "import time; time.sleep(0.3)"])').wait, 299, 301);
  });

  test("is as unknown as before where something else runs in it", () => {
    const unknown = run('subprocess.run(["ffmpeg", "-i", "film.mp4"])').busy;
    for (const script of [
      "ffmpeg -i film.mp4; sleep 0.1",
      "sleep 9 & echo started",
      "while true; do sleep 1; done",
      "for f in *.txt; do sleep 1; done",
    ]) {
      const { busy, wait } = run(`subprocess.run("${script}", shell=True)`);
      assert.ok(busy + wait > unknown * 0.99, script);
    }
    between(run('subprocess.run("echo a; printf b; test -f c", shell=True)').busy, 1, 4);
  });
});

describe("a limit of time", () => {
  test("is how long a loop looks at the clock", () => {
    const loop = (before: string, test: string, body = ""): number =>
      taskMs(pool(`LIMIT = 0.2\ndef task(n):\n    ${before}\n    while ${test}:\n        time.sleep(0.01)\n${body}`)).wait;
    between(loop("end = time.monotonic() + LIMIT", "time.monotonic() < end"), 195, 220);
    between(loop("start = time.perf_counter()", "time.perf_counter() - start < LIMIT"), 195, 220);
    between(
      loop("end = time.monotonic() + LIMIT", "time.monotonic() < end", "        if os.path.exists('done'):\n            break\n"),
      20,
      120,
    );
    assert.ok(loop("end = n", "n < end") > 400, "a number that is no time");
  });

  test("is how long an empty queue is waited for", () => {
    const get = (before: string, call: string): number =>
      taskMs(
        pool(
          `def task(n):\n    inbox = queue.Queue()\n    ${before}\n    try:\n        inbox.get(${call})\n    except queue.Empty:\n        pass\n`,
        ),
      ).wait;
    between(get("pass", "timeout=0.05"), 49, 52);
    between(get("pass", "True, 0.05"), 49, 52);
    assert.ok(get("inbox.put(n)", "timeout=0.05") < 5);
  });
});

test("a database answers each of several statements that a loop goes through", () => {
  const text = (statements: string): string =>
    pool(
      `QUERIES = ${statements}\n\ndef task(n):\n    db = sqlite3.connect(":memory:")\n    db.executemany("insert into sale values (?, ?)", [(i, i % 7) for i in range(3000)])\n    return [db.execute(query).fetchall() for query in QUERIES]\n`,
    );
  const short = taskMs(text('("select amount from sale where id = 3", "select amount from sale where id = 4")')).busy;
  const long = taskMs(
    text('("select amount from sale where id = 3", "select count(*) from sale a join sale b on a.amount = b.amount")'),
  ).busy;
  assert.ok(long > short + 5, `${long} and ${short}`);
});

describe("who leaves in the middle of a section", () => {
  const cached = (leave: string): string =>
    `lock = threading.Lock()\ndef task(number):\n    for key in range(100):\n        with lock:\n            if key % 4:\n                ${leave}\n        time.sleep(0.001)\n`;

  test("does not run what stands behind it", () => {
    const all = taskMs(pool(cached("pass"))).wait;
    between(all, 100, 110);
    between(taskMs(pool(cached("continue"))).wait, all * 0.23, all * 0.27);
  });
});

describe("a socket whose other side is a thread of the same program", () => {
  const exchange = (address: string, named = ""): string => `${named}
def serve(listener):
    connection, _ = listener.accept()
    for _ in range(50):
        connection.sendall(connection.recv(16))
def task(number):
    with socket.create_server(${named ? address : `(${address}, 0)`}) as listener:
        threading.Thread(target=serve, args=(listener,)).start()
        with socket.create_connection(listener.getsockname()) as client:
            for _ in range(50):
                client.sendall(b"x")
                client.recv(16)
`;

  test("answers in microseconds", () => {
    const own = taskMs(pool(exchange('"127.0.0.1"'))).wait;
    assert.ok(own < 20, `${own}`);
    assert.ok(taskMs(pool(exchange("ADDRESS", 'ADDRESS = ("127.0.0.1", 0)'))).wait < 20);
    const other = taskMs(pool(exchange("os.environ['HOST']"))).wait;
    assert.ok(other > own * 4, `${own} ${other}`);
  });
});

describe("coroutines", () => {
  const poll = (body: string): number =>
    taskMs(
      pool(
        `import asyncio\nasync def fetch(number):\n    await asyncio.sleep(0.5)\nasync def both(number):\n    ${body.replaceAll("\n", "\n    ")}\ndef task(number):\n    asyncio.run(both(number))\n`,
      ),
    ).wait;
  const one = poll("await fetch(1)");

  test("that are awaited one after the other wait as long as all of them", () => {
    between(poll("await fetch(1)\nawait fetch(2)") / one, 1.9, 2.1);
  });

  for (const [how, body] of [
    ["in one call", "await asyncio.gather(fetch(1), fetch(2), fetch(3))"],
    ["for each element", "await asyncio.gather(*(fetch(each) for each in range(20)))"],
    ["under a name first", "calls = [fetch(each) for each in range(20)]\nawait asyncio.gather(*calls)"],
    ["as tasks of a group", "async with asyncio.TaskGroup() as group:\n    for each in range(20):\n        group.create_task(fetch(each))"],
    ["as tasks", "first = asyncio.create_task(fetch(1))\nsecond = asyncio.create_task(fetch(2))\nawait first\nawait second"],
  ] as const)
    test(`that are started together ${how} wait as long as one`, () => between(poll(body) / one, 0.95, 1.3));

  test("of the next batch wait after those of the last", () => {
    between(poll("for batch in range(5):\n    await asyncio.gather(*(fetch(each) for each in range(20)))") / one, 4.5, 5.5);
    between(poll("await asyncio.gather(fetch(1), fetch(2))\nawait asyncio.gather(fetch(3), fetch(4))") / one, 1.9, 2.1);
  });
});
