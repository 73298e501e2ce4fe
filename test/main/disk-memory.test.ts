import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { diskMemory, tidyDiskMemory } from "../../server/src/main/disk-memory.js";

let folder = "";
beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "gilscope-memory-"));
});
after(() => rmSync(folder, { recursive: true }));

const key = "ab".repeat(32);
const bytes = new TextEncoder().encode("some facts");
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );

test("what is kept is recalled, by the same version alone", () => {
  diskMemory(folder, "one").keep(key, bytes);
  assert.deepEqual(new Uint8Array(diskMemory(folder, "one").recall(key) ?? []), bytes);
  assert.equal(diskMemory(folder, "two").recall(key), undefined);
  assert.equal(diskMemory(folder, "one").recall("cd".repeat(32)), undefined);
});

test("a damaged file counts as missing, wherever it is damaged, and can be kept again", () => {
  const memory = diskMemory(folder, "one");
  memory.keep(key, bytes);
  const [file = ""] = files();
  const whole = readFileSync(file);
  for (let i = 0; i < whole.length; i++) {
    const damaged = Buffer.from(whole);
    damaged[i] = (damaged[i] as number) ^ 1;
    writeFileSync(file, damaged);
    assert.equal(memory.recall(key), undefined, `byte ${i}`);
  }
  for (const length of [0, 1, 19, 20, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    assert.equal(memory.recall(key), undefined, `${length} bytes`);
  }
  memory.keep(key, bytes);
  assert.deepEqual(new Uint8Array(memory.recall(key) ?? []), bytes);
});

test("a folder that cannot be made keeps nothing and troubles nobody", () => {
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  const memory = diskMemory(blocked, "one");
  memory.keep(key, bytes);
  memory.keep(key, bytes);
  assert.equal(memory.recall(key), undefined);
  tidyDiskMemory(blocked, "one", 10, new Date());
  assert.equal(readFileSync(blocked, "utf8"), "");
});

test("once a day the oldest go until the rest fits, and what other versions left a month ago", () => {
  const now = new Date("2030-05-01T12:00:00Z");
  const memory = diskMemory(folder, "one");
  const keys = [0, 1, 2, 3].map((index) => `${index}`.repeat(64));
  for (const [age, each] of keys.entries()) {
    memory.keep(each, bytes);
    const file = files().find((path) => path.endsWith(each.slice(2))) ?? "";
    const changed = new Date(now.getTime() - age * 1000);
    utimesSync(file, changed, changed);
  }
  diskMemory(folder, "old").keep(key, bytes);
  const long = new Date(now.getTime() - 40 * 86_400_000);
  utimesSync(join(folder, "old"), long, long);

  const size = readFileSync(files()[0] as string).length;
  tidyDiskMemory(folder, "one", 2 * size, now);
  assert.ok(!existsSync(join(folder, "old")));
  const left = (): readonly boolean[] => keys.map((each) => memory.recall(each) !== undefined);
  assert.deepEqual(left(), [true, true, false, false]);

  tidyDiskMemory(folder, "one", 0, new Date(now.getTime() + 3_600_000));
  assert.deepEqual(left(), [true, true, false, false]);
  tidyDiskMemory(folder, "one", size, new Date(now.getTime() + 25 * 3_600_000));
  assert.deepEqual(left(), [true, false, false, false]);
});

test("what killed processes left unfinished goes after a day, and what others are writing stays", () => {
  const now = new Date("2030-05-01T12:00:00Z");
  const memory = diskMemory(folder, "one");
  memory.keep(key, bytes);
  const [file = ""] = files();
  const [abandoned, young] = [`${file}.123.0`, `${file}.456.2`];
  for (const [path, age] of [
    [abandoned, 25],
    [young, 1],
    [file, 48],
  ] as const) {
    if (path !== file) writeFileSync(path, "half");
    const changed = new Date(now.getTime() - age * 3_600_000);
    utimesSync(path, changed, changed);
  }
  tidyDiskMemory(folder, "one", 1_000_000, now);
  assert.deepEqual([abandoned, young, file].map(existsSync), [false, true, true]);
});
