import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow, writeLargeProject } from "../cli/large-project.js";

/** A project that is large enough for threads to read it and to keep what they read on disk, and the command line over it. */
export interface CachedProject {
  /** Where runs keep what they read. */
  readonly cache: string;
  /** The report on the project, but for how long it took; the process ends with 1, since there are findings, and complains of nothing. */
  check(cache?: string): string;
  /** A check that goes on while the test does. */
  begin(cache?: string): ChildProcess;
  /** A check by a shell, after these commands; `"$@"` stands for it. */
  checkInShell(script: string, cache?: string): string;
  /** The files that runs have kept. */
  kept(): readonly string[];
}

/** Far more than a check takes, in milliseconds: one that takes so long hangs. */
const patience = 120_000;

/** Makes the project in a folder of its own, for as long as `play` takes. */
export async function withCachedProject(play: (project: CachedProject) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-faults-"));
  const cli = join(process.cwd(), "dist/cli.js");
  const cache = join(folder, "cache");
  try {
    writeLargeProject(join(folder, "project"), 16, 20_000);
    const words = [cli, "check", "project", "--format", "json"];
    const options = (where: string) => ({
      cwd: folder,
      timeout: patience,
      env: { ...process.env, XDG_CACHE_HOME: where, LOCALAPPDATA: where, HOME: folder },
    });
    const reportOf = ({ stdout, stderr, status }: { stdout: Buffer; stderr: Buffer; status: number | null }): string => {
      assert.equal(stderr.toString(), "");
      assert.equal(status, 1);
      const report = JSON.parse(stdout.toString());
      report.summary.milliseconds = 0;
      assert.ok(report.findings.length >= 16);
      assert.deepEqual(report.problems, []);
      return JSON.stringify(report);
    };
    await play({
      cache,
      check: (where = cache) => reportOf(spawnSync(process.execPath, words, options(where))),
      begin: (where = cache) => spawn(process.execPath, words, { ...options(where), stdio: "ignore" }),
      checkInShell: (script, where = cache) => reportOf(spawnSync("sh", ["-c", script, "sh", process.execPath, ...words], options(where))),
      kept: () => filesBelow(cache),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether what is kept in the file is what was put there: it starts with the checksum of the rest. */
export function isWhole(file: string): boolean {
  const bytes = readFileSync(file);
  return createHash("sha1").update(bytes.subarray(20)).digest().equals(bytes.subarray(0, 20));
}
