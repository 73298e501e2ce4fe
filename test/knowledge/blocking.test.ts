import assert from "node:assert/strict";
import { test } from "node:test";
import { blockingOf } from "../../server/src/knowledge/blocking.js";
import type { CallFacts, ValueFacts } from "../../server/src/knowledge/call-facts.js";
import type { WaitsFor } from "../../server/src/knowledge/entry.js";
import { builtInKnowledge, createKnowledge } from "../../server/src/knowledge/knowledge.js";

const knowledge = builtInKnowledge();

function called(positional: readonly ValueFacts[] = [], keywords: Readonly<Record<string, ValueFacts>> = {}): CallFacts {
  return { positional, keywords: Object.entries(keywords).map(([name, value]) => ({ name, value })), unpacks: "nothing" };
}

/** What the call does, in a few words: `blocks on lock, limited`. */
function blocking(name: string, facts: CallFacts = called()): string {
  const entry = knowledge.callable(name) ?? assert.fail(`${name} is not known`);
  const found = blockingOf(entry, facts);
  if (found.does !== "blocks") return found.does;
  const parts = [`blocks on ${found.on}`];
  if (found.certain === "unknown") parts.push("perhaps");
  if (found.limited === "yes") parts.push("limited");
  if (found.limited === "unknown") parts.push("perhaps limited");
  if (found.releases === "own-lock") parts.push("gives up its lock");
  return parts.join(", ");
}

test("calls that wait say for what", () => {
  const expected: readonly (readonly [WaitsFor, ...string[]])[] = [
    [
      "lock",
      "threading.Lock.acquire",
      "threading.RLock.__enter__",
      "threading.Semaphore.acquire",
      "multiprocessing.synchronize.Lock.acquire",
    ],
    ["lock", "filelock.FileLock.acquire", "redis.lock.Lock.acquire", "fcntl.flock", "PyQt6.QtCore.QMutex.lock"],
    ["signal", "threading.Event.wait", "threading.Barrier.wait"],
    ["queue", "queue.Queue.get", "queue.SimpleQueue.get", "multiprocessing.queues.Queue.get"],
    ["queue-space", "queue.Queue.put", "multiprocessing.queues.Queue.put"],
    ["work", "threading.Thread.join", "concurrent.futures.Future.result", "concurrent.futures.wait", "queue.Queue.join"],
    ["work", "multiprocessing.pool.Pool.map", "multiprocessing.pool.AsyncResult.get", "asyncio.run"],
    ["process", "subprocess.run", "subprocess.Popen.wait", "subprocess.Popen.communicate", "multiprocessing.Process.join", "os.system"],
    ["network", "socket.socket.recv", "socket.socket.accept", "select.select", "requests.get", "urllib.request.urlopen", "httpx.get"],
    ["database", "sqlite3.Connection.execute", "psycopg2.extensions.cursor.execute", "sqlalchemy.orm.Session.commit"],
    ["disk", "builtins.open", "io.TextIOWrapper.read", "os.stat", "shutil.copytree"],
    ["input", "builtins.input"],
  ];
  for (const [what, ...names] of expected) for (const name of names) assert.equal(blocking(name).split(", ")[0], `blocks on ${what}`, name);
});

test("an argument can keep a call from waiting, or limit it", () => {
  const no = { literal: false };
  assert.equal(blocking("threading.Lock.acquire", called([no])), "instant");
  assert.equal(blocking("threading.Lock.acquire", called([], { blocking: no })), "instant");
  assert.equal(blocking("threading.Lock.acquire", called([], { timeout: { literal: 0 } })), "instant");
  assert.equal(blocking("threading.Lock.acquire", called([], { timeout: { literal: 2.5 } })), "blocks on lock, limited");
  assert.equal(blocking("threading.Lock.acquire", called([], { timeout: { literal: -1 } })), "blocks on lock");
  assert.equal(blocking("threading.Lock.acquire", called([], { blocking: {} })), "blocks on lock, perhaps");
  assert.equal(blocking("queue.Queue.get", called([], { block: no })), "instant");
  assert.equal(blocking("queue.Queue.get", called([{ literal: true }, { literal: 3 }])), "blocks on queue, limited");
  assert.equal(blocking("queue.Queue.get", called([], { timeout: { literal: null } })), "blocks on queue");
  assert.equal(blocking("queue.Queue.put", called([{}, no])), "instant");
  assert.equal(blocking("threading.Thread.join", called([], { timeout: {} })), "blocks on work, perhaps, perhaps limited");
  assert.equal(blocking("multiprocessing.connection.Connection.poll"), "instant");
  assert.equal(blocking("concurrent.futures.Executor.shutdown", called([], { wait: no })), "instant");
});

test("`Condition.wait` gives up its own lock; nothing else does", () => {
  assert.equal(blocking("threading.Condition.wait"), "blocks on signal, gives up its lock");
  assert.equal(blocking("threading.Condition.wait_for", called([{}, { literal: 1 }])), "blocks on signal, limited, gives up its lock");
  assert.doesNotMatch(blocking("threading.Event.wait"), /gives up/);
});

test("sleeping, computing and passing by are told apart", () => {
  assert.equal(blocking("time.sleep", called([{ literal: 1 }])), "sleeps");
  assert.equal(blocking("time.sleep", called([{ literal: 0 }])), "instant");
  assert.equal(blocking("threading.Lock.release"), "instant");
  assert.equal(blocking("queue.Queue.get_nowait"), "instant");
  assert.equal(blocking("json.loads", called([{}])), "computes");
});

test("an awaitable call keeps the task waiting, not the thread", () => {
  for (const name of ["asyncio.sleep", "asyncio.Queue.get", "asyncio.Lock.acquire"]) assert.equal(blocking(name), "instant", name);
});

test("no call that releases the GIL to wait leaves open what it waits for", () => {
  const silent = knowledge
    .callables()
    .filter((entry) => entry.style === "blocking" && !entry.kind.startsWith("cpu-") && entry.gil !== "holds" && entry.gil !== "runs-python")
    .filter((entry) => !entry.waits);
  assert.deepEqual(
    silent.map((entry) => entry.name),
    [],
  );
});

test("an entry that says only its kind is taken at its word", () => {
  const evidence = [{ kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" }];
  const { knowledge: own, problems } = createKnowledge([
    {
      package: { name: "acme", modules: ["acme"], evidence },
      callables: [
        { names: ["acme.nap"], gil: "releases", kind: "sleep", evidence },
        { names: ["acme.meet"], gil: "releases", kind: "sync-wait", evidence },
        { names: ["acme.ask"], gil: "releases", kind: "io-wait", waits: { for: "network", timeout: { position: 0 } }, evidence },
      ],
    },
  ]);
  assert.deepEqual(problems, []);
  const does = (name: string) => blockingOf(own.callable(name) ?? assert.fail(name), called([{ literal: 5 }]));
  assert.deepEqual(does("acme.nap"), { does: "sleeps" });
  assert.deepEqual(does("acme.meet"), { does: "blocks", on: "signal", certain: "yes", limited: "no", releases: "nothing" });
  assert.deepEqual(does("acme.ask"), { does: "blocks", on: "network", certain: "yes", limited: "yes", releases: "nothing" });
});
