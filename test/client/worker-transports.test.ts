import assert from "node:assert/strict";
import { test } from "node:test";
import { type ServerWorker, transportsTo } from "../../client/src/worker-transports.js";

interface FakeWorker extends ServerWorker {
  readonly received: readonly unknown[];
  readonly terminations: () => number;
}

function fakeWorker(): FakeWorker {
  const received: unknown[] = [];
  let terminations = 0;
  return {
    received,
    terminations: () => terminations,
    onmessage: null,
    onerror: null,
    postMessage: (message) => received.push(message),
    terminate: () => terminations++,
  };
}

/** What a client hears of a server. */
function listen(worker: ServerWorker) {
  const heard: unknown[] = [];
  const { reader, writer } = transportsTo(worker);
  reader.onError(({ message }) => heard.push(`error: ${message}`));
  reader.onClose(() => heard.push("closed"));
  const listening = reader.listen((message) => heard.push(message));
  return { heard, reader, writer, listening };
}

const hello = { jsonrpc: "2.0", method: "hello" };

test("messages go both ways until nobody listens", async () => {
  const worker = fakeWorker();
  const { heard, writer, listening } = listen(worker);
  await writer.write(hello);
  worker.onmessage?.({ data: hello });
  assert.deepEqual([heard, worker.received], [[hello], [hello]]);
  listening.dispose();
  worker.onmessage?.({ data: hello });
  assert.deepEqual(heard, [hello]);
});

for (const [way, crash] of [
  ["says that it goes", (worker: ServerWorker) => worker.onmessage?.({ data: { crashed: "boom" } })],
  ["fails by the editor's word", (worker: ServerWorker) => worker.onerror?.({ message: "boom" })],
] as const) {
  test(`a worker that ${way} closes the channel, once, and is ended`, async () => {
    const worker = fakeWorker();
    const { heard, reader, writer } = listen(worker);
    const { onmessage, onerror } = worker;
    crash(worker);
    assert.deepEqual(heard, ["error: boom", "closed"]);
    assert.equal(worker.terminations(), 1);
    // What was under way when it went.
    onmessage?.({ data: { crashed: "again" } });
    onerror?.({ message: "again" });
    await writer.write(hello);
    writer.end();
    reader.dispose();
    writer.dispose();
    assert.deepEqual(heard, ["error: boom", "closed"]);
    assert.deepEqual(worker.received, []);
    assert.equal(worker.terminations(), 1);
  });
}

test("a client that lets go of its server ends the worker without taking it for crashed", () => {
  const worker = fakeWorker();
  const { heard, reader } = listen(worker);
  reader.dispose();
  assert.equal(worker.terminations(), 1);
  assert.deepEqual(heard, []);
});
