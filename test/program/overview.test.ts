import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Source } from "../../server/src/base/source.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { carriedOver } from "../../server/src/program/extract/carry-over.js";
import { extract } from "../../server/src/program/extract/extract.js";
import { ExtractionMemory } from "../../server/src/program/extract/extraction-memory.js";
import type { Facts } from "../../server/src/program/facts.js";
import type { FunctionNode, LinkedFile } from "../../server/src/program/link/entity.js";
import { LinkMemory, link, type Program } from "../../server/src/program/link/link.js";
import { importedNames } from "../../server/src/program/link/linked-file.js";
import { pythonParser } from "../syntax/python-parser.js";
import { factsOf } from "./program.js";

const parser = await pythonParser();

const opened = `import other

def first(value):
    return value + 1

def second(value):
    return value + 2

def third(make=other.make):
    return make()
`;
const other = `class Made:
    pass

def make():
    return Made()
`;

/** A program of a file that is open in an editor and one that is not. */
class Workspace {
  private readonly links = new LinkMemory();
  private readonly extractions = new ExtractionMemory();
  private readonly fixed: Facts;
  private state = 0;
  private text = opened;
  private facts: Facts;

  constructor(fixed = other) {
    this.fixed = factsOf(parser, fixed);
    const { module, text, slots } = parser.open("/opened.py", opened);
    this.facts = extract(module, new Source(text, slots), this.extractions);
  }

  program(): Program {
    const files = [
      { path: "/opened.py", facts: this.facts, open: true },
      { path: "/other.py", facts: this.fixed, open: false },
    ];
    return link(this.links.next(++this.state, files), builtInKnowledge(), this.links);
  }

  edit(from: string, to: string): void {
    const start = this.text.indexOf(from);
    assert.notEqual(start, -1);
    const { module, text, slots } = parser.edit("/opened.py", [{ range: { start, end: start + from.length }, newText: to }]);
    this.text = text;
    this.facts = carriedOver(this.facts, extract(module, new Source(text, slots), this.extractions), this.extractions);
  }

  close(): void {
    parser.close("/opened.py");
  }
}

function functionNamed({ files }: Program, name: string): FunctionNode {
  const found = files.flatMap((file) => file.functions).find((node) => node.facts.name === name);
  assert.ok(found);
  return found;
}

describe("what follows from the whole program", () => {
  let workspace: Workspace;
  let made: string[];

  beforeEach(() => {
    workspace = new Workspace();
    made = [];
  });
  afterEach(() => workspace.close());

  /** Asks for an overview that rests on what `read` reads, and notes when it is made. */
  const ask = <Result>(program: Program, key: string, read: () => Result): Result =>
    program.resolver.overview(key, () => {
      made.push(key);
      return read();
    });

  const lengthOf = (program: Program, name: string): number => ask(program, name, () => functionNamed(program, name).facts.body.length);

  test("is made anew only where something changed that was read", () => {
    const read = (program: Program): void => {
      ask(program, "first", () => program.files[0]?.functionAt(1)?.facts.body.length);
      ask(program, "second", () => program.files[0]?.functionAt(2)?.facts.body.length);
    };
    read(workspace.program());
    assert.deepEqual(made, ["first", "second"]);
    workspace.edit("value + 1", "value + 1 + 1");
    read(workspace.program());
    assert.deepEqual(made, ["first", "second", "first"]);
    workspace.edit("value + 2", "value * 2");
    workspace.program();
    workspace.edit("value * 2", "value * 3");
    read(workspace.program());
    assert.deepEqual(made, ["first", "second", "first", "second"], "also after a state in which nobody asked");
  });

  test("is the object that it was if it comes out as before, and then what rests on it is not made anew", () => {
    const summary = (program: Program): object =>
      ask(program, "names", () => [...functionNamed(program, "first").facts.parameters.map((each) => each.name)]);
    const resting = (program: Program): number => ask(program, "count", () => (summary(program) as unknown[]).length);
    const before = workspace.program();
    resting(before);
    const names = summary(before);
    workspace.edit("value + 1", "value - 1");
    const now = workspace.program();
    assert.equal(summary(now), names);
    resting(now);
    assert.deepEqual(
      made.filter((key) => key === "count"),
      ["count"],
    );
  });

  test("is not forgotten part by part while all of it is as it was", () => {
    const read = (program: Program): void => {
      const lengthAt = (key: string, index: number) => ask(program, key, () => program.files[0]?.functionAt(index)?.facts.body.length);
      ask(program, "both", () => [lengthAt("first", 1), lengthAt("second", 2)]);
    };
    read(workspace.program());
    for (let times = 0; times < 50; times++) {
      workspace.edit("return make()", "return (make())");
      read(workspace.program());
      workspace.edit("return (make())", "return make()");
      read(workspace.program());
    }
    assert.deepEqual(made, ["both", "first", "second"]);
    workspace.edit("value + 1", "value + 1 + 1");
    read(workspace.program());
    assert.deepEqual(made.slice(3), ["both", "first"]);
  });

  test("is made anew where an answer about values is another", () => {
    const read = (program: Program): readonly string[] =>
      ask(program, "results", () => {
        const node = functionNamed(program, "third");
        return node.facts.returned.flatMap((value) => program.resolver.resolve(value, node)).map(({ kind }) => kind);
      });
    assert.deepEqual(read(workspace.program()), ["instance"]);
    workspace.edit("return make()", "return [make()]");
    assert.deepEqual(read(workspace.program()), ["container"]);
  });

  test("is right for one state alone if it rests on something besides the program", () => {
    const read = (program: Program): number => {
      const inner = (): number =>
        ask(program, "inner", () => {
          program.resolver.readUntold();
          return 1;
        });
      return ask(program, "outer", inner);
    };
    read(workspace.program());
    workspace.edit("value + 2", "value - 2");
    read(workspace.program());
    assert.deepEqual(made, ["outer", "inner", "outer", "inner"]);
  });

  test("is made anew for another call of a name only where the function gets another caller, also after a definition is added", () => {
    const read = (program: Program): readonly number[] => {
      const [edited, fixed] = program.files;
      const nodes = { make: fixed?.functions.at(-1), first: edited?.functionAt(1), second: edited?.functionAt(2) };
      return Object.entries(nodes).map(([name, node]) => ask(program, name, () => program.resolver.callersOf(node as FunctionNode).length));
    };
    assert.deepEqual(read(workspace.program()), [1, 0, 0]);
    made = [];
    workspace.edit("return value + 1", "other.make()\n    return value + 1");
    assert.deepEqual(read(workspace.program()), [2, 0, 0]);
    assert.equal(made.filter((key) => key === "make").length, 1);
    made = [];
    workspace.edit("return value + 2", "len(value)\n    return value + 2");
    assert.deepEqual(read(workspace.program()), [2, 0, 0]);
    assert.ok(!made.includes("make") && !made.includes("first"), "nobody asked for calls of that name");
    workspace.edit("def third", "def fourth():\n    return first(1)\n\ndef third");
    assert.deepEqual(read(workspace.program()), [2, 1, 0]);
  });

  test("rests on the starts of the function, of the work and of the pool that it asked for, and on no others", () => {
    const nodes = workspace.program();
    const [first, second, third] = ["first", "second", "third"].map((name) => functionNamed(nodes, name)) as [
      FunctionNode,
      FunctionNode,
      FunctionNode,
    ];
    const read = (program: Program): readonly number[] => [
      ask(program, "in first", () => program.spawnsIn(first).length),
      ask(program, "in second", () => program.spawnsIn(second).length),
      ask(program, "running third", () => program.spawnsRunning(third).length),
      ask(program, "all", () => program.spawns.length),
    ];
    assert.deepEqual(read(workspace.program()), [0, 0, 0, 0]);
    made = [];
    workspace.edit("import other\n", "import other, threading\n");
    workspace.edit("return value + 1", "threading.Thread(target=second).start()\n    return value + 1");
    assert.deepEqual(read(workspace.program()), [1, 0, 0, 1]);
    assert.deepEqual(made, ["in first", "all"]);
    made = [];
    workspace.edit("return value + 2", "threading.Thread(target=third).start()\n    return value + 2");
    assert.deepEqual(read(workspace.program()), [1, 1, 1, 2]);
    assert.deepEqual(made, ["in second", "running third", "all"]);
    made = [];
    workspace.edit("target=second", "target=third");
    assert.deepEqual(read(workspace.program()), [1, 1, 2, 2]);
    assert.deepEqual(made, ["in first", "running third", "all"]);
    const before = workspace.program();
    workspace.edit("threading.Thread(target=third).start()\n    return value + 2", "return value + 2");
    workspace.program();
    assert.equal(before.spawnsIn(second).length, 1, "a program keeps what was true of it");
  });

  test("rests on whether the names that it met are properties, and not on others", () => {
    const read = (program: Program): readonly boolean[] => [
      ask(program, "size", () => program.isPropertyName("size")),
      ask(program, "length", () => program.isPropertyName("length")),
      ask(program, "both", () => program.isPropertyName("size") !== program.isPropertyName("length")),
    ];
    const before = workspace.program();
    assert.deepEqual(read(before), [false, false, false]);
    workspace.edit("import other\n", "import other\nclass Box:\n    @property\n    def size(self):\n        return 1\n");
    assert.deepEqual(read(workspace.program()), [true, false, true]);
    made = [];
    workspace.edit("    def size(self):", "    def width(self):\n        return 2\n    def size(self):");
    assert.deepEqual(read(workspace.program()), [false, false, false]);
    assert.deepEqual(made, ["size", "both"], "nobody asked for `width`");
    made = [];
    workspace.edit("    def width(self):\n        return 2\n", "");
    const now = workspace.program();
    assert.deepEqual(read(now), [true, false, true]);
    assert.deepEqual(made, ["size", "both"]);
    workspace.edit("    @property\n", "");
    workspace.program();
    assert.ok(now.isPropertyName("size"), "a program keeps what was true of it");
  });

  test("rests on whether there are calls of a name, however many there are", () => {
    const read = (program: Program): boolean => ask(program, "called", () => program.resolver.isCalled("make"));
    assert.equal(read(workspace.program()), true);
    workspace.edit("return make()", "return [make(), make()]");
    assert.equal(read(workspace.program()), true);
    assert.deepEqual(made, ["called"]);
    workspace.edit("return [make(), make()]", "return make");
    assert.equal(read(workspace.program()), false);
    workspace.edit("return make", "return make()");
    assert.equal(read(workspace.program()), true);
    assert.deepEqual(made, ["called", "called", "called"]);
  });

  test("rests on the names that a file imports from modules, not on the modules that it imports", () => {
    const read = (program: Program): number => ask(program, "imported", () => importedNames(program.files[0] as LinkedFile).length);
    assert.equal(read(workspace.program()), 0);
    workspace.edit("import other\n", "import other\nimport string\n");
    assert.equal(read(workspace.program()), 0);
    assert.deepEqual(made, ["imported"]);
    workspace.edit("import string\n", "from other import Made as Product\n");
    assert.equal(read(workspace.program()), 1);
  });

  test("outlives many states in which nobody asks for it", () => {
    const before = lengthOf(workspace.program(), "first");
    for (let count = 0; count < 100; count++) {
      workspace.edit("value + 2", "value + 2 + 2");
      workspace.program();
      workspace.edit("value + 2 + 2", "value + 2");
      workspace.program();
    }
    assert.equal(lengthOf(workspace.program(), "first"), before);
    workspace.edit("value + 1", "value + 1\n    print(value)");
    assert.ok(lengthOf(workspace.program(), "first") > before);
  });

  test("leaves what it rests on as it is through many states, also when other calls are looked up at last", () => {
    const find = (program: Program, key: string, compute: () => number): number => {
      const fixed = program.file("/other.py") as LinkedFile;
      const answer = (): number => {
        made.push(key);
        return compute();
      };
      return program.resolver.remembered(fixed, key, answer, Object.is);
    };
    const inner = (program: Program): number => find(program, "inner", () => functionNamed(program, "first").facts.body.length);
    const outer = (program: Program): number => find(program, "outer", () => inner(program) + 1);
    const first = workspace.program();
    const before = outer(first);
    assert.equal(first.resolver.callersOf(functionNamed(first, "make")).length, 1);
    made = [];
    for (let count = 0; count < 100; count++) {
      workspace.edit("value + 2", "value + 2 + 2");
      outer(workspace.program());
      workspace.edit("value + 2 + 2", "value + 2");
      outer(workspace.program());
    }
    workspace.edit("return value + 2", "other.make()\n    return value + 2");
    assert.equal(outer(workspace.program()), before);
    assert.deepEqual(made, []);
    workspace.edit("value + 1", "value + 1\n    print(value)");
    assert.ok(outer(workspace.program()) > before);
  });
});

/** Functions that each return what the one before does, further than values are followed, and call a method on it. */
const chain = `class Box:
    def tally(self):
        return 1

class Bag:
    def tally(self):
        return 2

def hop0():
    return Box()

${Array.from({ length: 40 }, (_, index) => `def hop${index + 1}():\n    made = hop${index}()\n    made.tally()\n    return made\n\n`).join("")}def last():
    return hop40()

def after_last():
    return last()
`;

// One of them stops at the very value that those who ask for callers get to know.
for (const start of ["hop40", "last", "after_last"])
  test(`callers that are looked for ahead after an edit leave the answers as they are in their turn: ${start}`, () => {
    const workspace = new Workspace(chain);
    try {
      const read = (program: Program): { readonly found: number; readonly callers: number } => {
        const node = functionNamed(program, start);
        const found = program.resolver.remembered(node.file, "start", () =>
          node.returned.flatMap((value) => program.resolver.resolve(value, node)),
        );
        return { found: found.length, callers: program.resolver.callersOf(functionNamed(program, "tally")).length };
      };
      const before = read(workspace.program());
      assert.equal(before.found, 0, "who asks for it first does not get as far as the box");
      assert.ok(before.callers > 0 && before.callers < 40, `${before.callers} functions are found to have one`);
      workspace.edit("return value + 1", "value.tally()\n    return value + 1");
      assert.deepEqual(read(workspace.program()), before);
      workspace.edit("return value + 2", "value.tally()\n    return value + 2");
      assert.deepEqual(read(workspace.program()), before);
    } finally {
      workspace.close();
    }
  });

describe("an answer that rests on one that was found in a circle", () => {
  test("is found anew when what is found on the way round the circle changes, though the circle became part of another question", () => {
    const workspace = new Workspace();
    const fileOf = (program: Program): LinkedFile => program.files.find(({ path }) => path === "/opened.py") as LinkedFile;
    const find = (program: Program, key: string, compute: () => number): number => {
      const { memory, derived } = program.resolver.memoryOf(fileOf(program));
      return (
        memory.recall<object | string, number>(derived, key) ??
        memory.find<object | string, number>("resolution", derived, key, 0, Object.is, compute)
      );
    };
    const lengthOf = (program: Program): number => fileOf(program).functionAt(1)?.facts.body.length ?? 0;
    const circle = (program: Program): number => find(program, "circle", () => circle(program) + lengthOf(program));
    const resting = (program: Program): number => find(program, "resting", () => circle(program));
    const before = workspace.program();
    before.resolver.remembered(fileOf(before), "outer", () => circle(before) + resting(before));
    const length = lengthOf(before);
    assert.equal(resting(before), length);
    workspace.edit("return value + 1", "print(value)\n    return value + 1");
    const after = workspace.program();
    assert.notEqual(lengthOf(after), length);
    assert.equal(resting(after), lengthOf(after));
    workspace.close();
  });
});
