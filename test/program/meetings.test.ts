import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { activityOf } from "../../server/src/program/link/activity/activity.js";
import { meetingsOf, throughNoOther } from "../../server/src/program/link/activity/meetings.js";
import type { Access } from "../../server/src/program/link/activity/moments.js";
import { concurrency } from "../../server/src/program/link/activity/parallel.js";
import type { Program } from "../../server/src/program/link/link.js";
import { ByMaker, sameObject } from "../../server/src/program/link/sharing/one-object.js";
import type { Finding } from "../../server/src/rules/rule.js";
import { pythonParser } from "../syntax/python-parser.js";
import { programOf } from "./program.js";

/* Who meets whom is found without a look at each pair: it has to be what a look at each pair says. */

const parser = await pythonParser();

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

/** Classes of threads that extend one, each with a step of its own that changes an attribute of all. */
function family(classes: number): string {
  const base =
    "class Base(threading.Thread):\n    def __init__(self):\n        self.n = 0\n    def run(self):\n        self.n += 1\n        self.step()\n";
  const own = (index: number) => `class Own${index}(Base):\n    def step(self):\n        self.n += ${index}\n`;
  const starts = `def main():\n${lines(classes, (index) => `    Own${index}().start()\n`)}`;
  return `import threading\n${base}${lines(classes, own)}${starts}main()\n`;
}

/** Objects of one class, in variables and globals, a method of each of which two threads run; some are joined in between. */
const objects = `import threading
class Count:
    def __init__(self):
        self.n = 0
    def add(self):
        self.n += 1
kept = Count()
other = Count()
def main(given):
${lines(4, (index) => `    c${index} = Count()\n    t = threading.Thread(target=c${index}.add)\n    t.start()\n${index === 1 ? "    t.join()\n" : ""}    threading.Thread(target=c${index}.add).start()\n`)}
    for each in (kept, other):
        threading.Thread(target=each.add).start()
    threading.Thread(target=kept.add).start()
    threading.Thread(target=other.add).start()
    threading.Thread(target=given.add).start()
main(Count())
`;

const programs: readonly Program[] = [family(5), objects].map((text) => programOf(parser, { "m.py": text }));

describe("accesses that can come at the same time", () => {
  for (const [index, program] of programs.entries())
    test(`are those of which a look at each pair says so (${index})`, () => {
      const { accesses } = activityOf(program);
      const meetings = meetingsOf(accesses);
      let met = 0;
      for (const first of accesses)
        for (const second of accesses) {
          const isMet = meetings.of(first).has(meetings.kind(second));
          assert.equal(isMet, concurrency(first, second) !== undefined, `${first.through} and ${second.through}`);
          if (isMet) met++;
        }
      assert.ok(met > 0 && met < accesses.length ** 2);
    });

  test("through other variables are those that nothing tells apart", () => {
    const variables = ["", "global m a", "global m b", "self m#A", "self m#B|m#A", "self m#C|m#A", "self m#D|m#B", "cell m#1 x"];
    const root = { kind: "marked", key: "m", instances: "several" };
    const placed = (through: string) => ({ root, of: "other object", through }) as unknown as Access;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...variables), { maxLength: 12 }), fc.constantFrom(...variables), (throughs, through) => {
        const accesses = throughs.map(placed);
        const expected = accesses.filter((each) => concurrency(placed(through), each) !== undefined);
        assert.deepEqual([...throughNoOther(accesses, through)], expected);
      }),
    );
  });
});

test("objects of which each is made in a place of its own are told apart as in a look at each pair", () => {
  let others = 0;
  for (const program of programs) {
    const accesses = activityOf(program).accesses.filter(({ location }) => location.startsWith("attribute "));
    const byMaker = new ByMaker(accesses, program);
    for (const first of accesses) {
      const near = [...byMaker.notOther(first)];
      assert.deepEqual(
        near,
        accesses.filter((each) => near.includes(each)),
        "in order",
      );
      for (const second of accesses) {
        if (near.includes(second)) continue;
        assert.equal(sameObject(first, second, program), "two");
        others++;
      }
    }
  }
  assert.ok(others > 0);
});

function findingsOf(text: string): readonly Finding[] {
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  host.setFile("/m.py", text);
  return host.snapshot().findings("/m.py");
}

test("updates in many classes are found as those in a few", () => {
  const found = (classes: number): number => findingsOf(family(classes)).filter(({ rule }) => rule === "non-atomic-shared-update").length;
  const few = found(8);
  assert.equal(few, 8 + 1);
  assert.equal(found(80), 80 + 1);
});

describe("a lock for state that is changed in many places", () => {
  const text = (guarded: number, bare: number): string => `import threading
class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.n = 0
${lines(bare, (index) => `    def bare${index}(self):\n        self.n += 1\n`)}    def work(self):
${lines(guarded, () => "        with self.lock:\n            self.n += 1\n")}${lines(bare, (index) => `        self.bare${index}()\n`)}
store = Store()
for _ in range(4):
    threading.Thread(target=store.work).start()
`;
  const offers = (guarded: number, bare: number): readonly Finding[] =>
    findingsOf(text(guarded, bare)).filter(({ rule }) => /lock|update/.test(rule));

  test("is held where it is not yet, however often it is held elsewhere", () => {
    const [first] = offers(60, 3);
    assert.match(first?.fixes[0]?.title ?? "", /^Hold `self\.lock` while `n` is changed, here and in 2 other places$/);
  });

  test("is offered for no more places than a reader can follow", () => {
    for (const { fixes, refusedFixes } of offers(1, 60)) {
      assert.deepEqual(fixes, []);
      assert.match(refusedFixes[0]?.reason ?? "", /more than 12 places/);
    }
    assert.equal(offers(1, 60).length, 60);
  });
});
