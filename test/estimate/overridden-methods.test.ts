import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf } from "./predictions.js";

/* Methods that may be others than those that the text leads to: overridden ones, and such as only have the name in common. */

const parser = await pythonParser();
const ms = 1_000_000;

const pages = `
import time
from concurrent.futures import ThreadPoolExecutor
`;

const waits = ({ basis, recommended, work }: Prediction): boolean =>
  basis === "code" && recommended === "threads" && work.waitNs.likely > 90 * ms;

describe("what a base class leaves to others is what these do", () => {
  const base = (body: string): string => `${pages}
class Sender:
    def deliver(self, letter):
        ${body}
`;
  const post = `
class Post(Sender):
    def deliver(self, letter):
        time.sleep(0.1)
`;

  for (const body of ["raise NotImplementedError", '"""Others do it."""', "pass"]) {
    test(`as a task, in place of \`${body}\``, () => {
      const text = `${base(body)}
    def deliver_all(self, letters):
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.deliver, letters))
${post}`;
      assert.ok(waits(predictionOf(parser, text)), JSON.stringify(predictionOf(parser, text).work));
    });

    test(`in what a task calls, in place of \`${body}\``, () => {
      const text = `${base(body)}
${post}
def work(sender: Sender, letter):
    sender.deliver(letter)

def main(senders):
    with ThreadPoolExecutor(8) as pool:
        for sender in senders:
            pool.submit(work, sender, "hello")
`;
      assert.ok(waits(predictionOf(parser, text)), JSON.stringify(predictionOf(parser, text).work));
    });
  }

  test("which cannot be told where nobody is seen to do it", () => {
    const text = `${base("raise NotImplementedError")}
    def deliver_all(self, letters):
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.deliver, letters))
`;
    const { basis, recommended } = predictionOf(parser, text);
    assert.equal(basis, "unknown calls");
    assert.equal(recommended, undefined);
  });

  test("one of several where several do", () => {
    const text = `${base("raise NotImplementedError")}
    def deliver_all(self, letters):
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.deliver, letters))
${post}
class Pigeon(Sender):
    def deliver(self, letter):
        time.sleep(0.3)
`;
    const { work, assumptions, task } = predictionOf(parser, text);
    assert.ok(work.waitNs.likely > 190 * ms && work.waitNs.likely < 210 * ms, JSON.stringify(work.waitNs));
    assert.equal(task, "deliver");
    const said = assumptions.find(({ what }) => what === "what the object's class runs as `deliver`");
    assert.equal(said?.value, "`Post.deliver`, `Pigeon.deliver`");
  });

  test("that of the class which the object is made of, where that is seen", () => {
    const text = `import threading, time
class Job(threading.Thread):
    def run(self):
        self.step()
    def step(self):
        raise NotImplementedError
class Short(Job):
    def step(self):
        time.sleep(0.1)
class Long(Job):
    def step(self):
        time.sleep(0.7)
def first():
    jobs = [Short() for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
def second():
    jobs = [Long() for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
`;
    const found = predictionsOf(parser, text).map(({ work }) => Math.round(work.waitNs.likely / ms));
    assert.deepEqual(found, [100, 700]);
  });

  test("but what a class calls on its base by `super()` is the base's own", () => {
    const text = `${pages}
class Sender:
    def deliver(self, letter):
        time.sleep(0.1)
class Post(Sender):
    def deliver(self, letter):
        super().deliver(letter)
        time.sleep(0.1)
post = Post()
def work(letter):
    post.deliver(letter)
with ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(40)))
`;
    const { work } = predictionOf(parser, text);
    assert.equal(Math.round(work.waitNs.likely / ms), 200);
  });
});

describe("a method that only has the name of what is called on an object of which nothing is known", () => {
  test("is not what is called where that would lead back to the place itself", () => {
    const text = `${pages}
class Office:
    def inform(self, branches):
        with ThreadPoolExecutor() as pool:
            return list(pool.map(one, branches))

def one(branch):
    for attempt in range(3):
        if branch.inform(body="x"):
            return True
`;
    const { basis, recommended, assumptions } = predictionOf(parser, text);
    assert.equal(basis, "unknown calls");
    assert.equal(recommended, undefined);
    assert.ok(!assumptions.some(({ what }) => what.startsWith("depth of the recursion")), JSON.stringify(assumptions));
  });

  test("may be another one where it does next to nothing", () => {
    const text = `${pages}
class Branch:
    def inform(self, body):
        self.body = body

def one(branch):
    branch.inform("x")

def main(branches):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, branches))
`;
    assert.equal(predictionOf(parser, text).basis, "unknown calls");
  });

  test("is taken for it where it is work", () => {
    const text = `${pages}
class Branch:
    def inform(self, body):
        time.sleep(0.2)

def one(branch):
    branch.inform("x")

def main(branches):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, branches))
`;
    assert.ok(waits(predictionOf(parser, text)), JSON.stringify(predictionOf(parser, text).work));
  });
});

describe("a class that makes a generic one specific", () => {
  test("derives from it", () => {
    const prediction = predictionOf(
      parser,
      `${pages}
from typing import Generic, TypeVar
T = TypeVar("T")
class Writer(Generic[T]):
    def __init__(self):
        self.pool = ThreadPoolExecutor(4)
    def put(self, part: T):
        return self.pool.submit(self.fetch, part)
    def fetch(self, part: T):
        """For others to fill in."""
class Post(Writer[str]):
    def fetch(self, part: str):
        time.sleep(0.1)
def main(parts):
    writer = Post()
    for part in parts:
        writer.put(part)
`,
      "cpython-3.13",
      4,
    );
    assert.ok(waits(prediction), JSON.stringify(prediction.work));
  });
});
