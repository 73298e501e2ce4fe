import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import type { FolderEntry, Host } from "../base/host.js";
import type { PathDescription, SourceHost } from "../base/source-files.js";

/** What is read: regular files, or pipes, too, as a shell makes them of `<(command)`. */
export type Readable = "files alone" | "files and pipes";

/**
 * The host of programs that run under Node. `log` receives lines for whoever looks after the program. Devices are not read: some never end.
 */
export function createNodeHost(log: (message: string) => void, readable: Readable = "files and pipes"): Host & SourceHost {
  return {
    readFile: (path) => inPlainWords(() => readBytes(path, readable)),
    listFolder: (path) => inPlainWords(() => listEntries(path)),
    describe: (path) => inPlainWords(() => describePath(path)),
    now: () => performance.now(),
    cores: () => availableParallelism(),
    log,
  };
}

/** The path without links in it, with `/`. */
export async function realPath(path: string): Promise<string> {
  const real = await inPlainWords(() => realpath(path));
  return process.platform === "win32" ? real.replaceAll("\\", "/") : real;
}

async function readBytes(path: string, readable: Readable): Promise<Uint8Array> {
  // Opening a pipe that nobody writes to would wait for somebody.
  const file = await open(path, constants.O_RDONLY | (readable === "files alone" ? (constants.O_NONBLOCK ?? 0) : 0));
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    if (!found.isFile() && !(found.isFIFO() && readable === "files and pipes")) throw new Error("is not a regular file");
    return await file.readFile();
  } finally {
    await file.close();
  }
}

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
