import assert from "node:assert/strict";
import { test } from "node:test";
import { createKnowledge } from "../../server/src/knowledge/knowledge.js";
import { takeTurns, threadRoots } from "../../server/src/program/link/threads/roots.js";
import { pythonParser } from "../syntax/python-parser.js";
import { programOf } from "./program.js";

const parser = await pythonParser();
const evidence = [{ kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" }];

/** Knowledge of a package `acme`, as a user would write it. */
function knowledgeOf(sections: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>) {
  const records = Object.fromEntries(Object.entries(sections).map(([name, list]) => [name, list.map((each) => ({ ...each, evidence }))]));
  const { knowledge, problems } = createKnowledge([{ package: { name: "acme", modules: ["acme"], evidence }, ...records }]);
  assert.deepEqual(problems, []);
  return knowledge;
}

function rootsOf(text: string, sections: Parameters<typeof knowledgeOf>[0]) {
  return threadRoots(programOf(parser, { "/main.py": text }, knowledgeOf(sections)));
}

/** `name several` for each root, in order. */
function lines(text: string, sections: Parameters<typeof knowledgeOf>[0]): readonly string[] {
  return rootsOf(text, sections).map((root) => `${root.function.facts.qualifiedName} ${root.instances}`);
}

const decorator = {
  names: ["acme.App.on"],
  worker: "thread",
  startedBy: "library",
  target: { at: "decorated" },
  passing: { pass: "from-library" },
  concurrency: { width: "unbounded" },
};
const app = { names: ["acme.App"] };
const program = 'from acme import App\napp = App()\n@app.on("x")\ndef view(): pass\n';

test("a user's decorator makes the function under it a thread root", () => {
  assert.deepEqual(lines(program, { spawners: [decorator], types: [app] }), ["view several"]);
  assert.deepEqual(lines(program.replace('("x")', ""), { spawners: [decorator], types: [app] }), ["view several"]);
  assert.deepEqual(lines(program.replace("def view", "async def view"), { spawners: [decorator], types: [app] }), []);
  assert.deepEqual(lines(program.replace("from acme", "from elsewhere"), { spawners: [decorator], types: [app] }), []);
});

test("a decorator imported under another name is found", () => {
  const spawner = { ...decorator, names: ["acme.job"] };
  assert.deepEqual(lines("from acme import job as work\n@work\ndef run(): pass\n", { spawners: [spawner] }), ["run several"]);
});

test("who runs it and how many at once decide", () => {
  const with_ = (changes: object) => lines(program, { spawners: [{ ...decorator, ...changes }], types: [app] });
  assert.deepEqual(with_({ worker: "process" }), []);
  assert.deepEqual(with_({ worker: "event-loop-task" }), []);
  assert.deepEqual(with_({ worker: "signal-handler" }), []);
  assert.deepEqual(with_({ concurrency: { width: "one-thread" } }), ["view one"]);
  assert.deepEqual(with_({ concurrency: { width: "hidden-pool", default: [{ size: 1 }] } }), ["view one"]);
  assert.deepEqual(with_({ concurrency: { width: "hidden-pool", default: [{ size: 12 }] } }), ["view several"]);
});

test("an argument of the decorator can say how many", () => {
  const spawner = { ...decorator, concurrency: { width: "argument", of: { keyword: "at_once" }, default: [{ size: 1 }] } };
  const of = (given: string) => lines(program.replace('"x"', given), { spawners: [spawner], types: [app] });
  assert.deepEqual(of('"x"'), ["view one"]);
  assert.deepEqual(of('"x", at_once=1'), ["view one"]);
  assert.deepEqual(of('"x", at_once=8'), ["view several"]);
});

test("a call elsewhere in the program can say that one thread does it all", () => {
  const when = [{ test: "equals", of: { keyword: "threads" }, value: 1 }];
  const spawner = { ...decorator, singleThreadedBy: [{ call: "acme.App.run", when }] };
  const of = (last: string) => lines(`${program}${last}\n`, { spawners: [spawner], types: [app] });
  assert.deepEqual(of("app.run()"), ["view several"]);
  assert.deepEqual(of("app.run(threads=1)"), ["view one"]);
  assert.deepEqual(of("other.run(threads=1)"), ["view several"]);
});

test("a function made known by a call, attributes of a client, methods of an object", () => {
  const common = { worker: "thread", passing: { pass: "from-library" } };
  const sections = {
    types: [app],
    spawners: [
      {
        ...common,
        names: ["acme.App.register"],
        startedBy: "library",
        target: { at: "argument", of: { position: 0 } },
        concurrency: { width: "unbounded" },
      },
      {
        ...common,
        names: ["acme.App.listen"],
        target: { at: "attributes-of-receiver", names: ["on_data"] },
        concurrency: { width: "one-thread" },
      },
      {
        ...common,
        names: ["acme.App.watch"],
        target: { at: "method-of-argument", of: { position: 0 }, methods: ["changed", "gone"] },
        concurrency: { width: "one-thread" },
      },
      {
        ...common,
        names: ["acme.keys"],
        target: { at: "arguments", of: [{ keyword: "up" }, { keyword: "down" }] },
        concurrency: { width: "one-thread" },
      },
    ],
  };
  const head = "from acme import App, keys\napp = App()\ndef f(): pass\ndef g(): pass\n";
  assert.deepEqual(lines(`${head}app.register(f)\n`, sections), ["f several"]);
  assert.deepEqual(lines(`${head}app.on_data = f\napp.on_other = g\napp.listen()\n`, sections), ["f one"]);
  assert.deepEqual(lines(`${head}app.on_data = f\n`, sections), []);
  assert.deepEqual(lines(`${head}other = App()\nother.on_data = f\napp.listen()\n`, sections), []);
  const watcher = `${head}class W:\n  def changed(self): pass\n  def gone(self): pass\n  def other(self): pass\napp.watch(W())\n`;
  const watched = rootsOf(watcher, sections);
  assert.deepEqual(
    watched.map((root) => root.function.facts.qualifiedName),
    ["W.changed", "W.gone"],
  );
  assert.ok(watched[0] && watched[1] && takeTurns(watched[0], watched[1]));
  const pressed = rootsOf(`${head}keys(up=f, down=g)\nkeys(up=g)\n`, sections);
  assert.equal(pressed.length, 3);
  assert.ok(pressed[0] && pressed[1] && pressed[2] && takeTurns(pressed[0], pressed[1]) && !takeTurns(pressed[0], pressed[2]));
});

test("results are handed to callbacks in one thread of the pool", () => {
  const spawner = {
    names: ["acme.App.submit"],
    worker: "process",
    target: { at: "argument", of: { position: 0 } },
    passing: { pass: "rest", from: 1 },
    concurrency: { width: "pool", of: "receiver" },
    callbacks: [{ keyword: "done" }],
  };
  const text = "from acme import App\napp = App()\ndef f(): pass\ndef g(): pass\nfor i in range(9): app.submit(f, done=g)\n";
  assert.deepEqual(lines(text, { spawners: [spawner], types: [app] }), ["g one"]);
});

test("classes that a generator makes are told by how their names end", () => {
  const type = {
    names: ["acme.Generated"],
    generated: { moduleEndsWith: "_rpc", nameEndsWith: "Service" },
    is: { role: "handler", worker: "thread", methods: "public", objects: "shared" },
  };
  const text = (base: string) => `import mail_rpc, mail\nclass Mail(${base}):\n  def send(self): pass\n  def _log(self): pass\n`;
  assert.deepEqual(lines(text("mail_rpc.MailService"), { types: [type] }), ["Mail.send several"]);
  assert.deepEqual(lines(text("mail.MailService"), { types: [type] }), []);
  assert.deepEqual(lines(text("mail_rpc.MailClient"), { types: [type] }), []);
});

test("entry points are no tasks of the program: they are not estimated", () => {
  const knowledge = knowledgeOf({ spawners: [decorator], types: [app] });
  const { spawns, services, entryPoints } = programOf(parser, { "/main.py": program }, knowledge);
  assert.deepEqual([spawns.length, services.length, entryPoints.length], [0, 0, 1]);
});
