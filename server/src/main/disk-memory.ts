import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { makeFolder, privateFolder } from "./make-folder.js";

/**
 * Bytes kept on disk under keys. Any number of processes may use one folder: a file appears whole or not at all, and one that is damaged counts as
 * missing. Nothing here fails: what cannot be kept is made again next time.
 */
export interface DiskMemory {
  /** Whether something is kept under the key; it may be damaged. */
  has(key: string): boolean;
  recall(key: string): Uint8Array | undefined;
  keep(key: string, bytes: Uint8Array): void;
}

/** The key of these texts, and of no others. */
export function keyOfTexts(texts: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length} `).update(text, "utf16le");
  return hash.digest("hex");
}

/** The memory in `folder` for what a `version` of the program makes. */
export function diskMemory(folder: string, version: string): DiskMemory {
  const own = join(folder, version);
  let canWrite = true;
  const fileOf = (key: string): string => join(own, key.slice(0, 2), key.slice(2));
  return {
    has: (key) => existsSync(fileOf(key)),
    recall(key) {
      try {
        const file = fileOf(key);
        const whole = readFileSync(file);
        const bytes = whole.subarray(checksumLength);
        if (whole.length < checksumLength || !checksumOf(bytes).equals(whole.subarray(0, checksumLength))) return undefined;
        return bytes;
      } catch {
        return undefined;
      }
    },
    keep(key, bytes) {
      // A full or write-protected disk stays so for a while.
      if (!canWrite) return;
      const file = fileOf(key);
      const unfinished = `${file}.${process.pid}.${threadId}`;
      try {
        makeFolder(join(own, key.slice(0, 2)), privateFolder);
        writeFileSync(unfinished, Buffer.concat([checksumOf(bytes), bytes]), { mode: 0o600 });
        renameSync(unfinished, file);
      } catch {
        canWrite = false;
        try {
          unlinkSync(unfinished);
        } catch {
          // It was never begun.
        }
      }
    },
  };
}

/**
 * Takes away what other versions kept, what was never finished, and what has grown older than everything else once the folder holds more than `limit`
 * bytes. Looks at most once a day, as long as the clock goes forward.
 */
export function tidyDiskMemory(folder: string, version: string, limit: number, now: Date): void {
  const mark = join(folder, "tidied");
  try {
    if (now.getTime() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0) < day) return;
    makeFolder(folder, privateFolder);
    writeFileSync(mark, "");
    utimesSync(mark, now, now);
    for (const name of readdirSync(folder)) {
      if (name === version || name === "tidied") continue;
      // Another version may be in use beside this one, but hardly one that kept nothing for a month.
      if (now.getTime() - statSync(join(folder, name)).mtimeMs > 30 * day) rmSync(join(folder, name), { recursive: true, force: true });
    }
    const files = filesBelow(folder).sort((a, b) => b.changed - a.changed);
    let total = 0;
    for (const { path, size, changed } of files) {
      const isAbandoned = unfinishedFile.test(path) && now.getTime() - changed > day;
      if (!isAbandoned) total += size;
      if (isAbandoned || total > limit) unlinkSync(path);
    }
  } catch {
    // Another process may be tidying; a folder that cannot be read keeps what it has.
  }
}

/** The name of a file until it is whole; a process that was killed leaves it behind. */
const unfinishedFile = /\.\d+\.\d+$/;

const day = 24 * 60 * 60 * 1000;
const checksumLength = 20;

function checksumOf(bytes: Uint8Array): Buffer {
  return createHash("sha1").update(bytes).digest();
}

function filesBelow(folder: string): { readonly path: string; readonly size: number; readonly changed: number }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name !== "tidied")
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, changed: mtimeMs };
    });
}
