import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { builtInFiles } from "../../server/src/knowledge/built-in-files.js";
import { builtInKnowledge, builtInProblems } from "../../server/src/knowledge/knowledge.js";
import { readKnowledgeFile } from "../../server/src/knowledge/read-file.js";

const knowledge = builtInKnowledge();

test("every shipped file can be read without a problem", () => {
  assert.deepEqual(builtInProblems(), []);
});

test("every file of data/ is shipped", () => {
  const files = readdirSync("server/src/knowledge/data").map((name) => name.replace(/\.json$/, ""));
  assert.deepEqual(builtInFiles.map((file) => file.name).sort(), files.sort());
});

test("every entry has evidence with a place, what it says and a date that is not in the future", () => {
  const today = new Date().toISOString().slice(0, 10);
  for (const entry of knowledge.all()) {
    assert.ok(entry.evidence.length > 0, entry.name);
    for (const evidence of entry.evidence) {
      assert.ok(evidence.says.length > 10, `${entry.name}: ${evidence.says}`);
      assert.ok(
        /^(https?:\/\/|test\/measure\/|[\w.-]+\/[\w.-]+@[\w.-]+:)/.test(evidence.place),
        `${entry.name}: ${evidence.place} is not an address, a pinned file or a script of ours`,
      );
      assert.ok(!Number.isNaN(Date.parse(evidence.date)) && evidence.date <= today, `${entry.name}: ${evidence.date}`);
    }
  }
});

test("evidence read in sources is pinned to a revision", () => {
  for (const entry of knowledge.all()) {
    for (const evidence of entry.evidence.filter((each) => each.kind === "source")) {
      assert.ok(!/\/blob\/(main|master|HEAD)\//.test(evidence.place), `${entry.name}: ${evidence.place}`);
    }
  }
});

test("no two shipped files describe the same thing", () => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const { name, content } of builtInFiles) {
    for (const entry of readKnowledgeFile(content, "package").entries) {
      const key = `${entry.entry} ${entry.name}`;
      if (seen.has(key)) twice.push(`${key}: ${seen.get(key)}, ${name}`);
      seen.set(key, name);
    }
  }
  assert.deepEqual(twice, []);
});

test("every entry belongs to a module of its package", () => {
  const stray = [...knowledge.callables(), ...knowledge.spawners(), ...knowledge.types()].filter(
    (entry) => !knowledge.hasModule(entry.name.split(".", 1)[0] ?? ""),
  );
  assert.deepEqual(
    stray.map((entry) => entry.name),
    [],
  );
});

test("methods that spawn on a receiver have a type to be found by", () => {
  const lost = knowledge
    .spawners()
    .filter((entry) => entry.concurrency.width === "pool" && entry.concurrency.of === "receiver")
    .filter((entry) => knowledge.type(entry.name.slice(0, entry.name.lastIndexOf("."))) === undefined);
  assert.deepEqual(
    lost.map((entry) => entry.name),
    [],
  );
});

test("bases of types are known or belong to the language", () => {
  const unknown = knowledge
    .types()
    .flatMap((type) => type.bases.filter((base) => knowledge.type(base) === undefined && !base.startsWith("builtins.")));
  assert.deepEqual(unknown, []);
});

test("the size of the shipped knowledge does not shrink by accident", () => {
  assert.ok(knowledge.callables().length >= 3000, `${knowledge.callables().length} callables`);
  assert.ok(knowledge.packages().length >= 70, `${knowledge.packages().length} packages`);
});
