import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scope, SharedByThreads } from "../../server/src/knowledge/entry.js";
import { allHold } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { readKnowledgeFile } from "../../server/src/knowledge/read-file.js";
import { sharingObjection } from "../../server/src/knowledge/sharing.js";

const knowledge = builtInKnowledge();

test("what documentation says of objects that threads share", () => {
  const expected: Readonly<Record<SharedByThreads["verdict"], readonly string[]>> = {
    unsafe: [
      "boto3.Session",
      "psycopg2.extensions.cursor",
      "pymysql.connections.Connection",
      "sqlalchemy.orm.Session",
      "redis.client.Pipeline",
      "pika.BlockingConnection",
      "selenium.webdriver.Chrome",
      "duckdb.DuckDBPyConnection",
      "asyncio.Queue",
      "http.client.HTTPConnection",
    ],
    "unsafe-if-changed": ["pandas.DataFrame"],
    refused: ["sqlite3.Connection", "types.GeneratorType"],
    serialised: ["psycopg.Connection", "h5py.File", "psycopg2.extensions.connection"],
    safe: ["redis.Redis", "pymongo.MongoClient", "httpx.Client", "urllib3.PoolManager", "botocore.client.BaseClient", "queue.Queue"],
  };
  for (const [verdict, names] of Object.entries(expected))
    for (const name of names) assert.equal(knowledge.type(name)?.sharedByThreads?.verdict, verdict, name);
});

test("nothing is held against objects of which no documentation speaks", () => {
  for (const name of ["requests.Session", "socket.socket", "sqlite3.Cursor", "builtins.list"])
    assert.equal(knowledge.type(name)?.sharedByThreads, undefined, name);
});

test("the statement and the summary of a type agree", () => {
  const contradictions = knowledge.types().filter(({ sharing, sharedByThreads }) => {
    const verdict = sharedByThreads?.verdict;
    if (verdict === "safe" || verdict === "serialised") return sharing === "confined";
    return verdict !== undefined && sharing === "safe";
  });
  assert.deepEqual(
    contradictions.map((type) => type.name),
    [],
  );
});

test("every statement has evidence that is documentation, source or an answer of the maintainers", () => {
  for (const { name, sharedByThreads } of knowledge.types()) {
    if (!sharedByThreads) continue;
    assert.ok(sharedByThreads.evidence.length > 0, name);
    assert.doesNotMatch(sharedByThreads.because, /^[A-Z]|\.$/, `${name}: a clause, not a sentence`);
  }
});

test("an SQLite connection that is made for several threads is not refused", () => {
  const { unless } = knowledge.type("sqlite3.Connection")?.sharedByThreads ?? assert.fail();
  const keywords = [{ name: "check_same_thread", value: { literal: false } }];
  assert.equal(allHold(unless, { positional: [{}], keywords, unpacks: "nothing" }), "true");
  assert.equal(allHold(unless, { positional: [{}], keywords: [], unpacks: "nothing" }), "false");
});

test("locks: between whom, and whether their holder may take them again", () => {
  const expected: readonly (readonly [name: string, scope: Scope, reentrant: "yes" | "no"])[] = [
    ["threading.Lock", "threads", "no"],
    ["threading.RLock", "threads", "yes"],
    ["multiprocessing.Lock", "processes", "no"],
    ["multiprocessing.managers.SyncManager.Lock", "processes", "no"],
    ["multiprocessing.managers.SyncManager.RLock", "processes", "yes"],
    ["asyncio.Lock", "tasks", "no"],
    ["anyio.Semaphore", "tasks", "no"],
    ["filelock.FileLock", "processes", "yes"],
    ["fasteners.InterProcessLock", "only-processes", "no"],
    ["portalocker.Lock", "only-processes", "yes"],
    ["redis.lock.Lock", "processes", "no"],
    ["PySide6.QtCore.QMutex", "threads", "no"],
    ["PyQt5.QtCore.QRecursiveMutex", "threads", "yes"],
    ["_thread.allocate_lock", "threads", "no"],
  ];
  for (const [name, scope, reentrant] of expected) {
    const role = knowledge.type(knowledge.resultType(name, {}) ?? name)?.is;
    assert.ok(role?.role === "lock", `${name} is a lock`);
    assert.deepEqual([role.scope, role.reentrant], [scope, reentrant], name);
  }
});

test("a lock for readers and writers says which way in lets others in too", () => {
  const role = knowledge.type("fasteners.ReaderWriterLock")?.is;
  assert.ok(role?.role === "lock");
  assert.deepEqual(role.sharedAcquire, ["acquire_read_lock", "read_lock"]);
  for (const type of knowledge.types())
    if (type.is.role === "lock") for (const name of type.is.sharedAcquire) assert.ok(type.is.acquire.includes(name), type.name);
});

test("a queue says what bounds it", () => {
  for (const name of ["queue.Queue", "queue.PriorityQueue", "multiprocessing.queues.Queue", "asyncio.Queue"]) {
    const role = knowledge.type(name)?.is;
    assert.deepEqual(role?.role === "queue" && role.capacity, { position: 0, keyword: "maxsize" }, name);
  }
  const simple = knowledge.type("queue.SimpleQueue")?.is;
  assert.ok(simple?.role === "queue" && simple.capacity === undefined);
});

test("a statement without evidence that exists loses the record, with a problem at its place", () => {
  const evidence = [{ kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" }];
  const sharedByThreads = { verdict: "unsafe", because: "it has one buffer", evidence: ["nowhere"] };
  const { entries, problems } = readKnowledgeFile(
    { package: { name: "acme", modules: ["acme"], evidence }, types: [{ names: ["acme.Client"], sharedByThreads, evidence }] },
    "user",
  );
  assert.deepEqual(entries, []);
  assert.deepEqual(
    problems.map((problem) => problem.pointer),
    ["/types/0/sharedByThreads/evidence/0"],
  );
});

test("what speaks against sharing an object depends on the method and on how it was made", () => {
  const type = (name: string) => knowledge.type(name) ?? assert.fail(name);
  const made = (literal?: boolean, ...more: { readonly name: string; readonly value: { readonly literal: null | boolean } }[]) => ({
    positional: [{}],
    keywords: [...(literal === undefined ? [] : [{ name: "check_same_thread", value: { literal } }]), ...more],
    unpacks: "nothing" as const,
  });
  assert.equal(sharingObjection(type("sqlite3.Connection"), "execute", made())?.certain, "yes");
  assert.equal(sharingObjection(type("sqlite3.Connection"), "cursor", made(false)), undefined);
  // Any thread may use it, but a transaction is of the connection, unless there are none.
  assert.equal(sharingObjection(type("sqlite3.Connection"), "commit", made(false))?.verdict, "unsafe");
  for (const each of [
    { name: "isolation_level", value: { literal: null } },
    { name: "autocommit", value: { literal: true } },
  ])
    assert.equal(sharingObjection(type("sqlite3.Connection"), "execute", made(false, each)), undefined);
  assert.equal(sharingObjection(type("sqlite3.Connection"), "execute", {})?.certain, "unknown");
  assert.equal(sharingObjection(type("pika.BlockingConnection"), "add_callback_threadsafe", {}), undefined);
  assert.equal(sharingObjection(type("pika.BlockingConnection"), "close", {})?.verdict, "unsafe");
  assert.equal(sharingObjection(type("redis.Redis"), "get", {}), undefined);
});
