import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Source } from "../../server/src/base/source.js";
import { carriedOver } from "../../server/src/program/extract/carry-over.js";
import { extract } from "../../server/src/program/extract/extract.js";
import { ExtractionMemory } from "../../server/src/program/extract/extraction-memory.js";
import type { Facts } from "../../server/src/program/facts.js";
import type { OpenModule } from "../../server/src/syntax/parser.js";
import { pythonParser } from "../syntax/python-parser.js";

const parser = await pythonParser();

const sample = `import threading
from queue import Queue

total = 0

class Account:
    def __init__(self):
        self.count = 0
        self.items = []

    def add(self, item):
        self.count += item.price * 2
        self.items.append(item)
        return [each for each in self.items if each]

    def close(self):
        self.items = [] if self.count else None

def work(queue):
    global total
    while (job := queue.get()) is not None:
        total += job(lambda: total)

threading.Thread(target=work, args=(Queue(),)).start()
`;

function edited(text: string, from: string, to: string): string {
  assert.equal(text.split(from).length, 2, `\`${from}\` stands once in the text`);
  return text.replace(from, to);
}

/** The facts before and after an edit of an open text, carried over. */
function after(text: string): { readonly before: Facts; readonly now: Facts; readonly fresh: Facts } {
  const memory = new ExtractionMemory();
  const factsOf = ({ module, text: of, slots }: OpenModule, remembered?: ExtractionMemory): Facts =>
    extract(module, new Source(of, slots), remembered);
  const before = factsOf(parser.open("carry", sample), memory);
  const edited = parser.edit("carry", [{ range: { start: 0, end: sample.length }, newText: text }]);
  parser.close("carry");
  return { before, now: carriedOver(before, factsOf(edited, memory)), fresh: factsOf(edited) };
}

function changedFunctions({ before, now }: ReturnType<typeof after>): readonly string[] {
  return now.functions.filter((each, index) => each !== before.functions[index]).map((each) => each.qualifiedName);
}

describe("facts after an edit", () => {
  test("are the facts from before where nothing changed", () => {
    const found = after(sample);
    assert.equal(found.now, found.before);
  });

  test("of one function leave all others and every class the objects that they were", () => {
    const found = after(edited(sample, "return [each", "print(self)\n        return [each"));
    assert.deepEqual(changedFunctions(found), ["Account.add"]);
    assert.deepEqual(
      found.now.classes.map((each, index) => each === found.before.classes[index]),
      [true],
    );
    assert.equal(found.now.callsByName.get("Thread"), found.before.callsByName.get("Thread"));
    assert.notEqual(found.now.callsByName.get("print"), undefined);
  });

  test("in one class after another leave the classes as they were", () => {
    let text = `from base import Base, Meta, known

@known
class First(Base.Inner):
    def run(self):
        self.go()
        return None

class Second(Base, metaclass=Meta):
    def run(self, after=known):
        self.stop()
        return None
`;
    const memory = new ExtractionMemory();
    const opened = parser.open("classes", text);
    let before = extract(opened.module, new Source(text, opened.slots), memory);
    for (const word of ["go", "stop", "go", "stop"]) {
      const start = text.indexOf(`self.${word}`) + "self.".length;
      const { module, text: now, slots } = parser.edit("classes", [{ range: { start, end: start }, newText: "x" }]);
      text = now.replaceAll(`x${word}`, word);
      const facts = carriedOver(before, extract(module, new Source(now, slots), memory));
      assert.deepEqual(
        facts.classes.map((each, index) => each === before.classes[index]),
        [true, true],
        word,
      );
      const { slots: restored, module: again } = parser.edit("classes", [{ range: { start, end: start + 1 }, newText: "" }]);
      before = carriedOver(facts, extract(again, new Source(text, restored), memory));
    }
    parser.close("classes");
  });

  test("are extracted again as the objects that the edit before carried over", () => {
    const memory = new ExtractionMemory();
    const opened = parser.open("again", sample);
    let facts = extract(opened.module, new Source(sample, opened.slots), memory);
    const typed = (start: number, newText: string): Facts => {
      const { module, text, slots } = parser.edit("again", [{ range: { start, end: start }, newText }]);
      return extract(module, new Source(text, slots), memory);
    };
    // With another name in the module everything is extracted anew, though most of it comes out as it was.
    facts = carriedOver(facts, typed(sample.indexOf("= 0"), "= other "), memory);
    const next = typed(sample.indexOf("job(lambda") + "= other ".length, "x");
    parser.close("again");
    const kept = next.functions.filter((each, index) => each === facts.functions[index]).map((each) => each.qualifiedName);
    assert.deepEqual(kept.slice(0, 4), ["Account", "Account.__init__", "Account.add", "Account.close"]);
  });

  test("leave the statements around a new one the objects that they were", () => {
    const { before, now } = after(
      edited(sample, "        self.items.append(item)\n", "        self.items.append(item)\n        print(1)\n"),
    );
    const body = (facts: Facts): readonly object[] => facts.functions.find((each) => each.name === "add")?.body ?? [];
    const kept = body(now).filter((each) => body(before).includes(each));
    assert.equal(kept.length, body(before).length);
  });

  test("leave the statements after one that is gone the objects that they were", () => {
    const { before, now } = after(edited(sample, "        self.count += item.price * 2\n", ""));
    const body = (facts: Facts): readonly object[] => facts.functions.find((each) => each.name === "add")?.body ?? [];
    assert.ok(body(now).length > 0 && body(now).length < body(before).length);
    for (const each of body(now)) assert.ok(body(before).includes(each));
  });

  test("leave the functions around one that is added or gone the objects that they were", () => {
    const added = after(edited(sample, "    def close(self):", "    def open(self):\n        self.count = 1\n\n    def close(self):"));
    const gone = after(edited(sample, "    def close(self):\n        self.items = [] if self.count else None\n", ""));
    for (const { before, now } of [added, gone]) {
      const others = now.functions.filter((each) => !before.functions.includes(each)).map((each) => each.qualifiedName);
      assert.deepEqual(
        others.filter((name) => name !== "Account.open"),
        ["<module>", "Account"].filter((name) => others.includes(name)),
      );
      assert.ok(now.functions.find(({ name }) => name === "work") === before.functions.find(({ name }) => name === "work"));
    }
  });

  test("of a name that stands for another now leave what is done to both behind it the objects that they were", () => {
    const { before, now } = after(edited(sample, "self.count += item", "item.count += item"));
    const appended = (facts: Facts) => facts.functions.find(({ name }) => name === "add")?.body.find(({ op }) => op === "call");
    assert.notEqual(appended(now), undefined);
    assert.equal(appended(now), appended(before));
  });

  test("of a new name in the module are extracted again only where the name is used", () => {
    const { before, now } = after(edited(sample, "total = 0\n", "total = 0\nQueue2 = Queue\n"));
    assert.deepEqual(changedFunctions({ before, now, fresh: now }), ["<module>"]);
  });

  test("of a store in an attribute change the class's list of them", () => {
    const found = after(edited(sample, "self.items = [] if", "self.items = {} if"));
    assert.notEqual(found.now.classes[0], found.before.classes[0]);
    const writes = (facts: Facts): readonly object[] => facts.classes[0]?.instanceAttributes.get("items") ?? [];
    assert.equal(writes(found.now)[0], writes(found.before)[0]);
    assert.notEqual(writes(found.now)[1], writes(found.before)[1]);
  });

  test("keep what is one object in two places one object", () => {
    const { now } = after(edited(sample, "* 2", "* 3"));
    const add = now.functions.find((each) => each.name === "add");
    const write = add?.body.find((each) => each.op === "write");
    assert.ok(write?.op === "write" && write.value && add?.body.includes(write.value as never));
  });

  test("are those of the text, whatever the edit", () => {
    const rows = sample.split("\n");
    const edits = fc.array(
      fc.record({ row: fc.nat(rows.length - 1), from: fc.nat(rows.length - 1), how: fc.constantFrom("copy", "cut", "swap") }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(edits, (list) => {
        const changed = [...rows];
        for (const { row, from, how } of list) {
          const at = row % changed.length;
          const line = changed[from % changed.length] as string;
          if (how === "copy") changed.splice(at, 0, line);
          else if (how === "cut" && changed.length > 1) changed.splice(at, 1);
          else changed[at] = line;
        }
        const { now, fresh } = after(changed.join("\n"));
        assert.deepEqual(renumbered(now), renumbered(fresh));
        const seen = (facts: Facts): number => countObjects(facts);
        assert.equal(seen(now), seen(fresh));
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

/** The facts with the numbers that functions and classes have in a text that nobody has edited. */
function renumbered(facts: Facts): unknown {
  const functions = new Map(facts.functions.map((each, index) => [each.index, index]));
  const classes = new Map(facts.classes.map((each, index) => [each.index, index]));
  const byKey = new Map<string, ReadonlyMap<number, number>>([
    ["function", functions],
    ["parent", functions],
    ["owner", functions],
    ["class", classes],
  ]);
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, copy(each)]));
    if (typeof value !== "object" || value === null || value instanceof Set) return value;
    const own = value as Readonly<Record<string, unknown>>;
    const indexes = "qualifiedName" in own ? functions : "instanceAttributes" in own ? classes : undefined;
    return Object.fromEntries(
      Object.entries(own).map(([key, each]) => {
        const numbers = key === "index" ? indexes : key === "body" && indexes === classes ? functions : byKey.get(key);
        return [key, typeof each === "number" && numbers ? (numbers.get(each) ?? each) : copy(each)];
      }),
    );
  };
  return copy(facts);
}

/** How many different objects a value is made of. */
/** Places of names count for nothing: how many operations share one tells nobody anything. */
function countObjects(value: unknown, seen = new Set<object>()): number {
  if (typeof value !== "object" || value === null || seen.has(value)) return seen.size;
  if ("kind" in value && value.kind === "name") return seen.size;
  seen.add(value);
  const parts: Iterable<unknown> = value instanceof Map ? value.values() : Object.values(value);
  for (const part of parts) countObjects(part, seen);
  return seen.size;
}
