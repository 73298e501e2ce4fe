import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, snapshotOf, strategyOf } from "./predictions.js";

/* Calls and objects of which nothing is known: which of them are taken for waiting, and what is left open by them. */

const parser = await pythonParser();
const ms = 1_000_000;

function pooled(task: string, imports = "from shop import parts", items = "range(20)"): Prediction {
  const text = `from concurrent.futures import ThreadPoolExecutor
${imports}
${task}
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, ${items}))
`;
  return predictionOf(parser, text, "cpython-3.13", 4);
}

const calling = (call: string, imports?: string): Prediction => pooled(`def task(number):\n    return ${call}\n`, imports);

function isTakenForWaiting({ work, basis, recommended, assumptions }: Prediction): boolean {
  const isSaid = assumptions.some(({ what, value }) => what.endsWith(" waits") && /, as its|, as it is/.test(value));
  return isSaid && basis === "code" && recommended === "threads" && work.waitNs.likely > ms && work.waitNs.high >= 1_000 * ms;
}

describe("a call of which nothing is known is taken for waiting", () => {
  for (const call of [
    "parts.client.profile(number)",
    "parts.client.stop_instances(number)",
    "parts.api.create_issue(number)",
    "parts.fetch_page(number)",
    "parts.downloadAll(number)",
    "parts.session.post(number)",
    "parts.sock.recv(number)",
    "parts.conn.cursor.execute(number)",
    "parts.camera.read()",
    "parts.publish(number)",
    "parts.crunch(number, timeout=20)",
    "parts.pick(parts.url, timeout=20)",
  ])
    test(call, () => {
      assert.ok(isTakenForWaiting(calling(call)), JSON.stringify(calling(call).work));
    });

  test("for as long as a request where what is fetched is an address, whatever its limit", () => {
    const likely = (call: string): number => calling(call).work.waitNs.likely;
    assert.ok(isTakenForWaiting(calling("parts.fetchUrl(number, timeout=10)")));
    assert.ok(likely("parts.fetchUrl(number, timeout=10)") > 2 * likely("parts.crunch(number, timeout=10)"));
  });

  test("where a statement is sent that was built before", () => {
    const call = "engine.connect().exec_driver_sql(number)";
    assert.ok(isTakenForWaiting(calling(call, "import peewee\nengine = peewee.PostgresqlDatabase('shop')")));
  });

  test("where a library of clients has it", () => {
    assert.ok(isTakenForWaiting(calling("minio.Minio(HOST).stat_object(number)", "import minio\nfrom shop import HOST")));
  });

  test("where a coroutine awaits it", () => {
    const text = `import asyncio, threading
from shop import parts
async def work():
    await parts.turn()
def task():
    asyncio.run(work())
for _ in range(4):
    threading.Thread(target=task).start()
`;
    assert.ok(predictionOf(parser, text).work.waitNs.likely > 0.1 * ms);
  });

  test("no longer than its limit", () => {
    const { work } = calling("parts.crunch(number, timeout=0.5)");
    assert.ok(work.waitNs.high <= 501 * ms, JSON.stringify(work.waitNs));
    const inMilliseconds = calling("parts.crunch(number, timeout=5 * 1000)").work.waitNs;
    assert.ok(inMilliseconds.high <= 5_001 * ms, JSON.stringify(inMilliseconds));
  });

  test("a request for an address as long as other requests", () => {
    const likely = (call: string): number => calling(call).work.waitNs.likely;
    assert.ok(likely("parts.pick(parts.url, timeout=20)") > 2 * likely("parts.pick(parts.size, timeout=20)"));
  });
});

describe("a call of which nothing is known is not", () => {
  for (const call of [
    "parts.crunch(number)",
    "parts.parse_request(number)",
    "parts.client.set_level(number)",
    "parts.client.get_paginator(number)",
    "parts.client.stop()",
    "parts.client.create_waiter(number)",
    "parts.Client(number)",
    "parts.download_path(number)",
    "parts.session.expunge(number)",
    "parts.cursor.scroll(number)",
    "parts.client.config.size(number)",
    "parts.api.extract(number)",
    "parts.crunch(number, timeout=None)",
    "parts.record.infer_query_length(number)",
    "parts.get_current_request()",
    "parts.conn.unsubscribe(number)",
  ])
    test(call, () => {
      const { basis, recommended, work } = calling(call);
      assert.equal(basis, "unknown calls");
      assert.equal(recommended, undefined);
      assert.ok(work.waitNs.high >= 1_000 * ms && work.interpreterNs.high > 2 * work.interpreterNs.likely, JSON.stringify(work));
    });
});

describe("a call of a library is not taken for waiting", () => {
  for (const [what, call, imports] of [
    ["that builds a statement", "select(table).where(number)", "from sqlalchemy import select\nfrom shop import table"],
    ["that sets a limit", "socket.setdefaulttimeout(number)", "import socket"],
    ["that reads a file", "AlignmentFile(number).fetch(number)", "from pysam import AlignmentFile"],
  ] as const)
    test(what, () => {
      const { recommended, assumptions } = calling(call, imports);
      assert.equal(recommended, undefined);
      assert.ok(!assumptions.some(({ what: each }) => each.endsWith(" waits")), JSON.stringify(assumptions));
    });
});

test("beside what is known, calls of which nothing is known may still wait, the less the more is known", () => {
  const waitNs = (rounds: number): number =>
    pooled(`def task(number):\n    total = sum(range(${rounds}))\n    return parts.crunch(total)\n`).work.waitNs.high;
  assert.ok(waitNs(100_000) > ms, `${waitNs(100_000)}`);
  assert.ok(waitNs(100_000_000) < ms / 5, `${waitNs(100_000_000)}`);
});

describe("what takes no time but for what objects of which nothing is known make of it is as open as a call", () => {
  const isOpen = (task: string, imports?: string): boolean => {
    const { basis, work } = pooled(task, imports, "parts.all()");
    return basis === "unknown calls" && work.interpreterNs.likely > ms / 10;
  };
  for (const [what, body] of [
    ["an attribute, which may be a property", "return item.summary"],
    ["an operator of arrays", "return item @ item"],
    ["arithmetic on an element", "return item['cost'] + 1"],
    ["what is gone through", "for part in item.parts:\n        pass"],
  ] as const)
    test(what, () => {
      assert.ok(isOpen(`def task(item):\n    ${body}\n`, "from shop import parts"));
    });

  test("a decorator", () => {
    assert.ok(isOpen("@again\ndef task(item):\n    return 1\n", "from shop import parts, again"));
    assert.ok(!isOpen("@cache\ndef task(item):\n    return 1\n", "from shop import parts\nfrom functools import cache"));
  });

  test("a method that others write", () => {
    const text = `import abc
class Part(abc.ABC):
    @abc.abstractmethod
    def fill(self, number):
        ...
    def start(self):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self.fill, range(8)))
`;
    assert.equal(predictionOf(parser, `from concurrent.futures import ThreadPoolExecutor\n${text}`).basis, "unknown calls");
  });

  for (const body of ["return item * 2 + 1", "return item[0]", 'return "a" + item', "return [item, 1][0] + 2"])
    test(`${body} is not`, () => {
      assert.ok(!isOpen(`def task(item):\n    ${body}\n`));
    });

  test("an attribute of an object of the program is not", () => {
    const text = `class Item:\n    def __init__(self, size):\n        self.size = size\ndef task(number):\n    item = Item(number)\n    return item.size + 1\n`;
    assert.equal(pooled(text).basis, "code");
  });
});

describe("a call of which nothing is known may be the work itself", () => {
  const listing = "    for row in parts.rows:\n        for cell in row.cells:\n            seen.append(str(cell))\n";
  const beside = (body: string): Prediction => pooled(`seen = []\ndef task(number):\n${body}`);
  const isOpen = ({ basis, recommended, strategies }: Prediction): boolean =>
    basis === "unknown calls" && recommended === undefined && strategies.every(({ bottleneck }) => bottleneck === "");

  for (const [what, call] of [
    ["of an element", "parts.table['reader'].turn(number)"],
    ["of an attribute of an attribute", "parts.job.plugin.prepare(number)"],
    ["of what a method makes", "parts.choice.__get__(number)()"],
    ["by a name in a text", "getattr(parts, 'turn')(number)"],
  ] as const)
    test(`${what}, beside loops whose lengths nobody knows`, () => {
      assert.ok(isOpen(beside(`    ${call}\n${listing}`)), JSON.stringify(beside(`    ${call}\n${listing}`)));
    });

  test("beside such loops and a short rest that nobody knows the length of", () => {
    const walking = `${listing}            for part in cell.parts:\n                seen.extend(str(part).split())\n`;
    const text = `seen = []\ndef task(number):\n    time.sleep(parts.delay / 1000)\n    parts.turn(number)\n${walking}`;
    const prediction = pooled(text, "import time\nfrom shop import parts");
    assert.ok(isOpen(prediction), JSON.stringify(prediction.work));
  });

  test("but not where it only keeps books", () => {
    assert.equal(beside(`    parts.log(number)\n${listing}`).basis, "code");
  });

  test("and not beside what takes long, or waits", () => {
    assert.equal(beside("    parts.turn(number)\n    return sum(i * i for i in range(2_000_000))\n").basis, "code");
    const waits = pooled(
      "def task(number):\n    parts.turn(number)\n    subprocess.run(['make', str(number)])\n",
      "import subprocess\nfrom shop import parts",
    );
    assert.equal(waits.basis, "code");
  });

  test("as what an object does for a subscript", () => {
    const text = "def task(pair):\n    query, shard = pair\n    return shard[query]\n";
    assert.equal(pooled(text, "from shop import parts", "parts.pairs()").basis, "unknown calls");
  });
});

describe("what calls decide of which nothing is known", () => {
  const started = (pool: string, call = "turn"): Prediction =>
    predictionOf(
      parser,
      `from concurrent.futures import ${pool}\nfrom shop import parts\ndef task(number):\n    return parts.${call}(number)\nif __name__ == "__main__":\n    with ${pool}(4) as pool:\n        list(pool.map(task, range(20)))\n`,
      "cpython-3.13",
      4,
    );

  test("more likely waits in a thread, and computes in a process or where its name says so", () => {
    const share = ({ work: { waitNs, interpreterNs } }: Prediction): number => waitNs.likely / (waitNs.likely + interpreterNs.likely);
    assert.ok(share(started("ThreadPoolExecutor")) > 0.7);
    assert.ok(share(started("ThreadPoolExecutor", "render_page")) < 0.3);
    assert.ok(share(started("ProcessPoolExecutor")) < 0.3);
  });

  test("may take from next to nothing to many seconds, in seconds for all of it", () => {
    const { makespanNs } = strategyOf(started("ThreadPoolExecutor"), "serial");
    assert.ok(makespanNs.low < 20 * ms && makespanNs.likely > 500 * ms && makespanNs.high > 60_000 * ms, JSON.stringify(makespanNs));
  });

  test("has no curve, no delays and no length from which on processes pay", () => {
    const text =
      "from concurrent.futures import ThreadPoolExecutor\nfrom shop import parts\ndef task(number):\n    return parts.turn(number)\nwith ThreadPoolExecutor(4) as pool:\n    list(pool.map(task, range(20)))\n";
    const [simulated] = snapshotOf(parser, text, "cpython-3.13", 4).scalings("/main.py");
    assert.deepEqual([simulated?.scaling, simulated?.delays, simulated?.processesPayAboveNs], [[], [], undefined]);
    const asyncio = simulated?.prediction.strategies.find(({ strategy }) => strategy === "asyncio");
    assert.match(asyncio?.reason ?? "", /cannot be told$/);
  });
});

describe("work of which hardly anything is known", () => {
  const likelyWork = (imports: string): Prediction["work"] =>
    pooled("def task(shape):\n    total = 0\n    for part in shape.parts:\n        total += part.area()\n    return total\n", imports).work;

  test("waits in threads, but in a file that imports nothing that could wait", () => {
    const [waiting, computing] = [likelyWork("from shop import parts"), likelyWork("import math")];
    assert.ok(waiting.waitNs.likely > waiting.interpreterNs.likely, JSON.stringify(waiting));
    assert.ok(computing.interpreterNs.likely > 10 * computing.waitNs.likely, JSON.stringify(computing));
    assert.ok(likelyWork("import socket").waitNs.likely > ms);
  });

  test("computes where numbers of unknown objects are all that it goes through", () => {
    const { work } = pooled("def task(rows):\n    return rows.first[0] - rows.first[1]\n");
    assert.ok(work.interpreterNs.likely > 10 * work.waitNs.likely, JSON.stringify(work));
  });
});

test("a method that a text does not have is one of what the variable holds later", () => {
  const using = (call: string, result = "client"): Prediction =>
    predictionOf(
      parser,
      `from concurrent.futures import ThreadPoolExecutor
from shop import connect
def opened(client):
    client = connect(client)
    return ${result}
def stop(client, number):
    client.${call}
def main(numbers):
    client = opened("store")
    with ThreadPoolExecutor(3) as pool:
        for number in numbers:
            pool.submit(stop, client, number)
`,
      "cpython-3.13",
      4,
    );
  assert.ok(isTakenForWaiting(using("stop_server(Id=number)")));
  assert.ok(isTakenForWaiting(using("stop_server(Id=number)", "client.service or client")));
  assert.equal(using("upper()").work.waitNs.likely, 0);
});

test("processes are not told for threads whose work waits, as far as the code tells, and computes as far as lengths are guessed", () => {
  const told = (rounds: string): Prediction =>
    pooled(
      `import requests\ndef task(number):\n    ${rounds}\n    return requests.get("https://example.com").status_code`,
      "from shop import parts",
    );
  const [guessed, written, none] = [
    told("for part in parts:\n        for other in part:\n            for each in other:\n                number += each * each"),
    told("for part in range(3_000_000):\n        number += part"),
    told("pass"),
  ];
  assert.deepEqual([guessed.likeliest, guessed.recommended, guessed.confidence], ["processes", undefined, 0.5]);
  assert.equal(written.recommended, "processes");
  assert.equal(none.recommended, "threads");
});
