import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { filesBelow } from "../cli/large-project.js";
import type { Chance } from "../fuzz/chance.js";
import { isWhole, withCachedProject } from "./cached-project.js";

/* What happens to the folder in which the command line keeps facts and reports. */

/**
 * Kills checks with SIGKILL at moments in which they write there: nothing that looks finished is damaged, and the next check starts as if nothing had been.
 * Returns how many were killed in the midst of it.
 */
export async function killWhileKeeping(chance: Chance, count: number): Promise<number> {
  let killed = 0;
  await withCachedProject(async ({ cache, check, begin, kept }) => {
    const expected = check(join(dirname(cache), "other"));
    for (let i = 0; i < count; i++) {
      // Now and then there is something already; what a run keeps is to be written again.
      if (chance.happens(0.7)) rmSync(cache, { recursive: true, force: true });
      else for (const file of kept()) if (chance.happens(0.5)) rmSync(file);
      mkdirSync(cache, { recursive: true });
      const child = begin();
      const ended = once(child, "exit");
      const written = firstWriteIn(cache);
      await Promise.race([written.happened, ended]);
      written.stop();
      await pause(chance.below(60));
      if (child.kill("SIGKILL")) killed++;
      await ended;
      for (const file of kept()) if (!/\.\d+\.\d+$|tidied$/.test(file)) assert.ok(isWhole(file), `${file} is damaged`);
      if (i % 5 === 4) assert.equal(check(), expected);
    }
    assert.equal(check(), expected);
    assert.equal(check(), expected);
  });
  return killed;
}

function firstWriteIn(folder: string): { readonly happened: Promise<void>; stop(): void } {
  let stop = (): void => undefined;
  const happened = new Promise<void>((resolve) => {
    const watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name && /\.\d+\.\d+$/.test(name)) resolve();
    });
    stop = () => watcher.close();
  });
  return { happened, stop };
}

/** Damages what is kept in every way that disks and people know. Returns how many files were damaged. */
export async function damageKept(chance: Chance, rounds: number): Promise<number> {
  let damaged = 0;
  await withCachedProject(async ({ check, kept }) => {
    const expected = check();
    for (let round = 0; round < rounds; round++) {
      for (const file of kept()) {
        if (!chance.happens(0.5)) continue;
        damage(file, chance);
        damaged++;
      }
      assert.equal(check(), expected);
    }
  });
  return damaged;
}

function damage(file: string, chance: Chance): void {
  const bytes = readFileSync(file);
  chance.of<() => void>([
    () => writeFileSync(file, ""),
    () => writeFileSync(file, bytes.subarray(0, chance.below(bytes.length + 1))),
    () => writeFileSync(file, Buffer.concat([bytes, bytes])),
    () => writeFileSync(file, Buffer.alloc(bytes.length)),
    () => {
      const at = chance.below(bytes.length + 1);
      writeFileSync(
        file,
        bytes.map((byte, index) => (index === at ? byte ^ (1 << chance.below(8)) : byte)),
      );
    },
    () => rmSync(file),
    () => {
      // A folder in its place can be neither read nor replaced.
      rmSync(file);
      mkdirSync(file);
    },
    () => rmSync(dirname(file), { recursive: true }),
  ])();
}

/** Disks that take no more, or nothing: all kinds or some. Returns how many this machine could be made to have. */
export async function failingDisks(kindsWanted: "all" | "some"): Promise<number> {
  const of = <Item>(kinds: readonly Item[], some: number): readonly Item[] => (kindsWanted === "all" ? kinds : kinds.slice(0, some));
  let kinds = 0;
  await withCachedProject(async ({ cache, check, checkInShell }) => {
    const expected = check();
    const folderNamed = (name: string): string => join(dirname(cache), name);
    // Files end in the middle, as on a full disk.
    for (const blocks of of([8, 64, 1, 0], 1)) {
      const limited = folderNamed(`limited-${blocks}`);
      assert.equal(checkInShell(`ulimit -f ${blocks}; exec "$@" | cat; exit 1`, limited), expected, `${blocks} blocks`);
      assert.deepEqual(
        filesBelow(limited).filter((file) => !/tidied$/.test(file) && !isWhole(file)),
        [],
        "nothing half written is left",
      );
      assert.equal(check(limited), expected);
      kinds++;
    }
    // A file where the folder should be, at each level.
    for (const name of of(["gilscope", "", "gilscope/facts"], 1)) {
      const blocked = folderNamed(`blocked-${name.length}`);
      mkdirSync(dirname(join(blocked, name)), { recursive: true });
      writeFileSync(join(blocked, name), "");
      assert.equal(check(blocked), expected, name);
      kinds++;
    }
    for (const nowhere of of(["/proc/nowhere", "/dev/null", "relative", ""], 1)) {
      assert.equal(check(nowhere), expected, nowhere);
      kinds++;
    }
    // A disk that takes no more while it is written to, and one that cannot be written at all: where a process may have disks of its own.
    const disk = folderNamed("disk");
    mkdirSync(disk);
    if (spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", disk]).status !== 0) return;
    for (const size of of(["64k", "8k", "300k"], 1)) {
      const inside = `mount -t tmpfs -o size=${size} tmpfs ${disk} && "$@" >/dev/null; "$@"`;
      assert.equal(checkInShell(`exec unshare -rm sh -c '${inside}' sh "$@"`, disk), expected, size);
      kinds++;
    }
    const readOnly = `mount -t tmpfs tmpfs ${disk} && mount -o remount,ro ${disk} && "$@"`;
    assert.equal(checkInShell(`exec unshare -rm sh -c '${readOnly}' sh "$@"`, disk), expected, "read-only");
    kinds++;
  });
  return kinds;
}
