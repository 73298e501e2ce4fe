import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTarget } from "../../server/src/base/target.js";
import type { CallFacts } from "../../server/src/knowledge/call-facts.js";
import type { Picklability, TypeRole, WorkerKind } from "../../server/src/knowledge/entry.js";
import { defaultPoolSize, workerOf } from "../../server/src/knowledge/evaluate.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";

const knowledge = builtInKnowledge();

const workers: readonly [name: string, worker: WorkerKind, passing: string][] = [
  ["threading.Thread", "thread", "tuple"],
  ["threading.Timer", "thread", "tuple"],
  ["_thread.start_new_thread", "thread", "tuple"],
  ["concurrent.futures.ThreadPoolExecutor.submit", "thread", "rest"],
  ["concurrent.futures.ThreadPoolExecutor.map", "thread", "elements"],
  ["concurrent.futures.thread.ThreadPoolExecutor.submit", "thread", "rest"],
  ["concurrent.futures.ProcessPoolExecutor.submit", "process", "rest"],
  ["concurrent.futures.ProcessPoolExecutor.map", "process", "elements"],
  ["concurrent.futures.InterpreterPoolExecutor.submit", "interpreter", "rest"],
  ["concurrent.futures.InterpreterPoolExecutor.map", "interpreter", "elements"],
  ["multiprocessing.Process", "process", "tuple"],
  ["multiprocessing.pool.Pool.map", "process", "element"],
  ["multiprocessing.pool.Pool.starmap", "process", "unpacked-element"],
  ["multiprocessing.pool.Pool.imap", "process", "element"],
  ["multiprocessing.pool.Pool.imap_unordered", "process", "element"],
  ["multiprocessing.pool.Pool.apply", "process", "tuple"],
  ["multiprocessing.pool.Pool.apply_async", "process", "tuple"],
  ["multiprocessing.pool.Pool.map_async", "process", "element"],
  ["multiprocessing.pool.Pool.starmap_async", "process", "unpacked-element"],
  ["multiprocessing.pool.ThreadPool.map", "thread", "element"],
  ["multiprocessing.pool.ThreadPool.apply_async", "thread", "tuple"],
  ["multiprocessing.dummy.Process", "thread", "tuple"],
  ["asyncio.to_thread", "thread", "rest"],
  ["asyncio.create_task", "event-loop-task", "none"],
  ["asyncio.gather", "event-loop-task", "none"],
  ["asyncio.run", "event-loop-task", "none"],
  ["concurrent.futures.Future.add_done_callback", "callback-in-caller", "from-library"],
  ["signal.signal", "signal-handler", "from-library"],
  ["starlette.concurrency.run_in_threadpool", "thread", "rest"],
  ["fastapi.concurrency.run_in_threadpool", "thread", "rest"],
  ["anyio.to_thread.run_sync", "thread", "rest"],
  ["fastapi.FastAPI.get", "thread", "from-library"],
  ["flask.Flask.route", "thread", "from-library"],
];

test("the ways to hand work over are known, with their worker and how arguments travel", () => {
  for (const [name, worker, passing] of workers) {
    const spawner = knowledge.spawner(name) ?? assert.fail(`${name} is not known`);
    assert.equal(spawner.worker, worker, name);
    assert.equal(spawner.passing.pass, passing, name);
  }
});

test("the target of a thread is an argument by position and keyword", () => {
  assert.deepEqual(knowledge.spawner("threading.Thread")?.target, { at: "argument", of: { position: 1, keyword: "target" } });
  assert.deepEqual(knowledge.spawner("threading.Thread")?.startedBy, ["start"]);
  assert.equal(knowledge.spawner("concurrent.futures.ThreadPoolExecutor.submit")?.startedBy, "call");
});

test("the loop's executor is a thread pool unless a process pool is passed", () => {
  const spawner = ["asyncio.AbstractEventLoop", "asyncio.BaseEventLoop"]
    .map((loop) => knowledge.spawner(`${loop}.run_in_executor`))
    .find(Boolean);
  assert.ok(spawner);
  const passes = (type: string): CallFacts => ({ positional: [{ type }, {}], keywords: [] });
  assert.equal(workerOf(spawner, { positional: [{ literal: null }, {}], keywords: [] }), "thread");
  assert.equal(workerOf(spawner, passes("concurrent.futures.ProcessPoolExecutor")), "process");
  assert.equal(workerOf(spawner, passes("concurrent.futures.ThreadPoolExecutor")), "thread");
});

test("joblib uses processes unless it is told otherwise", () => {
  const spawner = knowledge.spawner("joblib.Parallel") ?? assert.fail();
  const told = (name: string, literal: string): CallFacts => ({ positional: [], keywords: [{ name, value: { literal } }] });
  assert.equal(workerOf(spawner, { positional: [], keywords: [] }), "process");
  assert.equal(workerOf(spawner, told("backend", "threading")), "thread");
  assert.equal(workerOf(spawner, told("prefer", "threads")), "thread");
  assert.equal(workerOf(spawner, told("require", "sharedmem")), "thread");
  assert.equal(workerOf(spawner, {}), undefined);
});

test("pools know their size", () => {
  const size = (name: string, cores: number): number | undefined => {
    const role = knowledge.type(name)?.is;
    assert.equal(role?.role, "executor", name);
    if (role?.role !== "executor") return undefined;
    const target = parseTarget("cpython-3.13");
    return defaultPoolSize(role.defaultSize, target ? { target, platform: "linux" } : {}, cores);
  };
  assert.equal(size("concurrent.futures.ThreadPoolExecutor", 4), 8);
  assert.equal(size("concurrent.futures.ThreadPoolExecutor", 100), 32);
  assert.equal(size("concurrent.futures.ProcessPoolExecutor", 4), 4);
  assert.equal(size("multiprocessing.pool.Pool", 4), 4);
});

test("primitives: what they are, and whether they travel to a process", () => {
  const types: readonly [string, TypeRole["role"], Picklability][] = [
    ["threading.Lock", "lock", "no"],
    ["threading.RLock", "lock", "no"],
    ["threading.Semaphore", "lock", "no"],
    ["threading.Condition", "condition", "no"],
    ["threading.Event", "event", "no"],
    ["threading.Barrier", "barrier", "no"],
    ["threading.local", "thread-local", "no"],
    ["queue.Queue", "queue", "no"],
    ["queue.SimpleQueue", "queue", "no"],
    ["multiprocessing.Lock", "lock", "by-inheritance"],
    ["multiprocessing.Queue", "queue", "by-inheritance"],
    ["asyncio.Lock", "lock", "if-contents"],
    ["concurrent.futures.ThreadPoolExecutor", "executor", "no"],
  ];
  for (const [name, role, pickles] of types) {
    const type = knowledge.type(knowledge.resultType(name, {}) ?? name) ?? assert.fail(`${name} is not known`);
    assert.equal(type.is.role, role, name);
    assert.equal(type.pickles, pickles, name);
  }
  for (const name of ["socket.socket", "sqlite3.Connection", "io.TextIOWrapper", "subprocess.Popen"]) {
    assert.equal(knowledge.type(name)?.pickles, "no", name);
  }
});

test("a lock is reentrant or not, and a semaphore excludes only when it lets one in", () => {
  const lock = (name: string) => {
    const role = knowledge.type(name)?.is;
    return role?.role === "lock" ? role : assert.fail(name);
  };
  assert.equal(lock("threading.Lock").reentrant, "no");
  assert.equal(lock("threading.RLock").reentrant, "yes");
  assert.deepEqual(lock("threading.Lock").exclusiveWhen, []);
  assert.equal(lock("threading.Semaphore").exclusiveWhen.length, 1);
});

test("a class that serves requests names the methods that run in several threads", () => {
  const handler = knowledge.type("django.views.View")?.is;
  assert.equal(handler?.role, "handler");
  assert.ok(handler?.role === "handler" && handler.methods.includes("post"));
  const worker = knowledge.type("threading.Thread")?.is;
  assert.ok(worker?.role === "worker" && worker.runs.includes("run"));
});
