import assert from "node:assert/strict";
import { test } from "node:test";
import type { PathDescription } from "../../server/src/base/source-files.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { checkKnowledgeFile, largestKnowledgeBytes, readUserKnowledge } from "../../server/src/knowledge/user-files.js";

const evidence = [{ kind: "docs", place: "https://example.org", says: "It says so there.", date: "2026-11-21" }];

function file(sections: Record<string, unknown>): string {
  return JSON.stringify({ package: { name: "acme", modules: ["acme"], evidence }, ...sections });
}

function callable(name: string, gil = "holds"): unknown {
  return { names: [name], gil, kind: "cpu-native", evidence };
}

/** Reads files that exist only here. */
async function read(files: Readonly<Record<string, string | PathDescription>>) {
  return readUserKnowledge(Object.keys(files), {
    describe: async (path) => {
      const content = files[path];
      return typeof content === "string" ? { kind: "file", size: content.length } : content;
    },
    readFile: async (path) => {
      const content = files[path];
      if (typeof content !== "string") throw new Error("was read though it should not be");
      return new TextEncoder().encode(content);
    },
  });
}

test("no files are the shipped knowledge", async () => {
  assert.deepEqual(await read({}), { knowledge: builtInKnowledge(), problems: [] });
});

test("a file of the user's comes before a package's and the standard library's, the later of two before the earlier", async () => {
  const { knowledge, problems } = await read({
    "/a.json": file({ callables: [callable("zlib.compress"), callable("numpy.dot"), callable("acme.run", "releases")] }),
    "/b.json": file({ callables: [callable("acme.run")] }),
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    ["zlib.compress", "numpy.dot", "acme.run"].map((name) => knowledge.callable(name)?.gil),
    ["holds", "holds", "holds"],
  );
});

test("each file that cannot be used is one problem that names the place, and the others are used", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const files: Readonly<Record<string, string | PathDescription>> = {
    "/no-json.json": '{\n  "package": nonsense\n}',
    "/empty.json": "",
    "/list.json": "[1]",
    "/deep.json": deep,
    "/huge.json": { kind: "file", size: largestKnowledgeBytes + 1 },
    "/device.json": { kind: "other", size: 0 },
    "/words.json": file({ callables: [{ ...(callable("acme.one") as object), gil: "sometimes" }, callable("acme.two")], secrets: 1 }),
    "/prototype.json": `{"__proto__": {"callables": []}, "constructor": 1, ${file({ callables: [callable("__proto__"), callable("acme.three")] }).slice(1)}`,
    "/good.json": file({ callables: [callable("acme.four")] }),
  };
  const { knowledge, problems } = await read(files);
  const told = Object.fromEntries(problems.map(({ path, message }) => [path, message]));
  assert.equal(problems.length, 8);
  assert.equal(told["/no-json.json"], "is not JSON");
  assert.doesNotMatch(told["/no-json.json"] ?? "", /nonsense/, "a text that is not knowledge is not repeated");
  assert.equal(told["/empty.json"], "is empty");
  assert.match(told["/list.json"] ?? "", /is no JSON object/);
  assert.match(told["/deep.json"] ?? "", /levels deep|is not JSON/);
  assert.match(told["/huge.json"] ?? "", /too large/);
  assert.equal(told["/device.json"], "is not a regular file");
  assert.match(told["/words.json"] ?? "", /at \/callables\/0\/gil: .*, and 1 more problem$/);
  assert.match(told["/prototype.json"] ?? "", /at \/__proto__: unknown section, and 1 more problem$/);
  for (const message of Object.values(told)) assert.doesNotMatch(message, /\n/);
  assert.equal(knowledge.callable("acme.one"), undefined);
  for (const name of ["acme.two", "acme.three", "acme.four"]) assert.equal(knowledge.callable(name)?.gil, "holds", name);
  assert.equal(({} as Record<string, unknown>).callables, undefined);
});

test("a file that is not there, or cannot be read, is a problem", async () => {
  const { problems } = await readUserKnowledge(["/gone.json", "/locked.json"], {
    describe: async (path) => (path === "/gone.json" ? undefined : { kind: "file", size: 1 }),
    readFile: () => Promise.reject(new Error("permission denied")),
  });
  assert.deepEqual(
    problems.map(({ path, message }) => ({ path, message })),
    [
      { path: "/gone.json", message: "does not exist" },
      { path: "/locked.json", message: "cannot be read: permission denied" },
    ],
  );
});

test("each fault is told with its place in the text", async () => {
  const text = `{
  "package": { "name": "acme", "modules": ["acme"], "evidence": ["manual"] },
  "sources": { "manual": ${JSON.stringify(evidence[0])} },
  "callables": [
    { "names": ["acme.a"], "gil": "sometimes", "kind": "cpu-native", "evidence": ["manual"] },
    { "names": ["acme.b"], "gil": "holds", "kind": "cpu-native", "evidence": ["nothing"] },
    { "names": ["acme.c"], "gil": "holds", "evidence": ["manual"] }
  ]
}`;
  const host = {
    describe: async () => ({ kind: "file", size: text.length }) as const,
    readFile: async () => new TextEncoder().encode(text),
  };
  const { faults } = await checkKnowledgeFile("/acme.json", host);
  assert.deepEqual(
    faults.map(({ pointer, range }) => [pointer, text.slice(range.start, range.end)]),
    [
      ["/callables/0/gil", '"sometimes"'],
      ["/callables/1/evidence/0", '"nothing"'],
      ["/callables/2/kind", "{"],
    ],
  );
});
