import { constants } from "node:fs";
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { FolderEntry, Host } from "../base/host.js";
import type { PathDescription, SourceHost } from "../base/source-files.js";

/**
 * The host of programs that run under Node. `log` receives lines for whoever looks after the program. Pipes and devices are not read: what stands in a
 * project is not waited for, and some never end.
 */
export function createNodeHost(log: (message: string) => void): Host & SourceHost {
  return {
    readFile: (path) => inPlainWords(() => readBytes(path, "files alone")),
    listFolder: (path) => inPlainWords(() => listEntries(path)),
    describe: (path) => inPlainWords(() => describePath(path)),
    now: () => performance.now(),
    cores: () => availableParallelism(),
    log,
  };
}

/** The bytes of a file that the user names to a program, which may be a pipe, as a shell makes it of `<(command)`. */
export function readGivenFile(path: string): Promise<Uint8Array> {
  return inPlainWords(() => readBytes(path, "files and pipes"));
}

/** The path without links in it, with `/`. */
export async function realPath(path: string): Promise<string> {
  const real = await inPlainWords(() => realpath(path));
  return process.platform === "win32" ? real.replaceAll("\\", "/") : real;
}

/** What is more than that is no file for this program. In bytes. */
const mostBytes = 500_000_000;

async function readBytes(path: string, readable: "files alone" | "files and pipes"): Promise<Uint8Array> {
  // Opening a pipe that nobody writes to would wait for somebody.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    if (found.isFIFO() && readable === "files and pipes") return await bytesOfPipe(file);
    if (!found.isFile()) throw new Error("is not a regular file");
    if (found.size > mostBytes) throw new Error(tooLarge);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

const tooLarge = `is too large (at most ${mostBytes / 1e6} MB are read)`;

/** All that comes through a pipe. Who writes to it may take their time, once they are there. */
async function bytesOfPipe(pipe: FileHandle): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let waited = 0;
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const got = await pipe.read(buffer, 0, buffer.length, null).catch((error: unknown) => {
      if (codeOf(error) === "EAGAIN") return "nothing yet" as const;
      throw error;
    });
    if (got === "nothing yet") await pause(step);
    else if (got.bytesRead > 0) {
      pieces.push(Uint8Array.from(buffer.subarray(0, got.bytesRead)));
      length += got.bytesRead;
      if (length > mostBytes) throw new Error(tooLarge);
    } else if (length > 0) return Buffer.concat(pieces);
    else if (waited >= patience) throw new Error("is a pipe that nobody writes to");
    else {
      waited += step;
      await pause(step);
    }
  }
}

/** How long it takes who writes to a pipe to open it, at most, ms. */
const patience = 2000;
const step = 10;

async function listEntries(path: string): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return Promise.all(
    entries.map(async (entry): Promise<FolderEntry> => {
      if (entry.isFile()) return { name: entry.name, kind: "file" };
      if (entry.isDirectory()) return { name: entry.name, kind: "folder" };
      // A link to a file is that file; a link to a folder is not entered, which also ends every loop.
      if (entry.isSymbolicLink() && (await isFile(`${path}/${entry.name}`))) return { name: entry.name, kind: "file" };
      return { name: entry.name, kind: "other" };
    }),
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function describePath(path: string): Promise<PathDescription | undefined> {
  try {
    const found = await stat(path);
    return { kind: found.isFile() ? "file" : found.isDirectory() ? "folder" : "other", size: found.size };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  ENOTDIR: "is not a folder",
  ELOOP: "its links go round in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
};

/** Node's messages hold system call names and absolute paths; users get a few words. */
async function inPlainWords<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const reason = reasons[codeOf(error)];
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
