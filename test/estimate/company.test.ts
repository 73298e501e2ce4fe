import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf } from "./predictions.js";

/* What is started when something happens, one at a time, is no work that is shared out: nothing is told of it. */

const parser = await pythonParser();

const work = `import threading, socket, queue

def work(n=1):
    total = 0
    for i in range(300_000):
        total += i * n
    return total

`;

/** How many tasks each place is told to have, likely. */
const told = (program: string): readonly number[] => predictionsOf(parser, work + program).map(({ tasks }) => tasks.likely);

describe("one thread for each thing that happens", () => {
  test("is not told", () => {
    for (const loop of [
      "while True:\n    conn, _ = server.accept()\n",
      "while not stop.is_set():\n    conn = events.get()\n",
      "for conn in bus.listen():\n",
    ]) {
      const program = `server, events, bus = socket.socket(), queue.Queue(), open_bus()\nstop = threading.Event()\n${loop}    threading.Thread(target=work, args=(conn,)).start()\n`;
      assert.deepEqual(told(program), [], loop);
    }
  });

  test("is not told where the loop calls what starts it", () => {
    const program = `def handle(conn):
    threading.Thread(target=work, args=(conn,)).start()
def serve(server):
    while True:
        handle(server.accept())
`;
    assert.deepEqual(told(program), []);
  });

  test("is not told where either this or that is started", () => {
    const toggle = (otherwise: string): string => `class Plugins:
    def toggle(self, name):
        if name in self.enabled:
            threading.Thread(target=work, args=(name,)).start()
${otherwise}
    def clicked(self):
        self.toggle("a")
`;
    assert.deepEqual(told(toggle("        else:\n            threading.Thread(target=print, args=(name,)).start()")), []);
    assert.deepEqual(told(toggle("            return\n        threading.Thread(target=print, args=(name,)).start()")), []);
    assert.equal(told(toggle("        threading.Thread(target=work, args=(name,)).start()")).length, 2);
  });

  test("is not told where a handler starts it, whoever calls that as well", () => {
    const handler = (head: string): string =>
      `class Window:\n${head}\n        threading.Thread(target=work, args=(row,)).start()\ndef main(window, rows):\n    for row in rows:\n        window.on_row(row)\n        window.row(row)\n`;
    assert.deepEqual(told(handler("    def on_row(self, row):")), []);
    assert.deepEqual(told(handler("    @app.route('/row')\n    def row(self, row):")), []);
    assert.equal(told(handler("    def row(self, row):")).length, 1);
  });

  test("is not told where it is made once, when it is first asked for", () => {
    const ensure = (test_: string): string =>
      `thread = None\ndef ensure():\n    global thread\n    if ${test_}:\n        thread = threading.Thread(target=work)\n        thread.start()\nensure()\nensure()\n`;
    assert.deepEqual(told(ensure("thread is None")), []);
    assert.deepEqual(told(ensure("not thread or not thread.is_alive()")), []);
    assert.equal(told(ensure("work")).length, 1);
  });

  test("is told in a loop over what is there", () => {
    assert.deepEqual(told("for n in range(6):\n    threading.Thread(target=work, args=(n,)).start()\n"), [6]);
    assert.equal(
      told("def start(names):\n    for name in names:\n        threading.Thread(target=work, args=(name,)).start()\n").length,
      1,
    );
    assert.equal(told("def one(n):\n    threading.Thread(target=work, args=(n,)).start()\none(1)\none(2)\n").length, 1);
  });
});

describe("the thread that an object has", () => {
  const client = (start: string, made: string): string => `class Client:
    def __init__(self):
        self.thread = None
        self.jobs = []
    def start(self):
${start.replaceAll(/^(?=.)/gm, "        ")}
    def run(self):
        for job in self.jobs:
            work(job)
${made}`;
  const starts = [
    "threading.Thread(target=self.run).start()",
    "self.thread = threading.Thread(target=work)\nself.thread.start()",
    "thread = threading.Thread(target=work, args=(self.jobs,))\nself.thread = (thread, 1)\nthread.start()",
  ];

  test("is not told, however often objects are made and started one by one", () => {
    for (const start of starts) {
      assert.deepEqual(told(client(start, "a = Client()\na.start()\nb = Client()\nb.start()\n")), [], start);
      const again = "def flush(client, rows):\n    for row in rows:\n        client.start()\n    client.start()\n";
      assert.deepEqual(told(client(start, again)), [], start);
    }
  });

  test("is told where a loop makes or starts many of them", () => {
    for (const start of starts) {
      assert.equal(told(client(start, "for n in range(4):\n    Client().start()\n")).length, 1, start);
      assert.equal(
        told(client(start, "clients = [Client() for _ in range(4)]\nfor each in clients:\n    each.start()\n")).length,
        1,
        start,
      );
    }
  });

  test("is told where each call starts one on what it is given", () => {
    const program = `class Runner:
    def start(self, n):
        threading.Thread(target=self.run, args=(n,)).start()
    def run(self, n):
        work(n)
runner = Runner()
runner.start(1)
runner.start(2)
`;
    assert.equal(told(program).length, 1);
  });
});

describe("an object of a thread class", () => {
  const made = (body: string): readonly number[] =>
    told(`class Worker(threading.Thread):
    def run(self):
        work()
def main(jobs):
    for n in range(4):
${body.replaceAll(/^/gm, "        ")}
main([])
`);

  test("is not told where it is only run, in the thread that is there", () => {
    assert.deepEqual(made("Worker().run()"), []);
    assert.deepEqual(made("worker = Worker()\nworker.run()"), []);
  });

  test("is told where it is started, or somebody else may do that", () => {
    for (const body of [
      "Worker().start()",
      "worker = Worker()\nworker.start()\nworker.run()",
      "worker = Worker()\nworker.run()\njobs.append(worker)",
      "worker = Worker()\nthreading.Timer(1, lambda: worker.start()).start()\nworker.run()",
    ])
      assert.ok(made(body).includes(4), body);
  });
});
