import { errorDetails } from "../base/error-details.js";
import { joinPath } from "../base/path.js";
import { findSources, readSource } from "../base/source-files.js";
import type { ServerHost } from "./server-host.js";

/** Who receives the files that the index reads. */
export interface IndexListener {
  /** Whether an editor shows the file, so that its text on disk does not matter. */
  isOpen(path: string): boolean;
  /** Settles when the files that the editor shows have their first answers: they come before everything that is read beside them. */
  firstAnswers(): Promise<unknown>;
  /** Whether the user leaves the file out. */
  isExcluded(path: string): boolean;
  /** `packed` are the facts of the text, where another thread made them. */
  onFile(path: string, text: string, packed: Uint8Array | undefined): void;
  /** Answers show it with the next end of progress. */
  onRemoved(path: string): void;
  /** Called when files start to be read, after each, and (with `total` equal to `done`) when none is left. */
  onProgress(done: number, total: number): void;
}

/**
 * Keeps up with the Python files of the workspace: a few are read at a time, and between two of them the editor's requests are answered.
 * Files that cannot be used are logged once and left out.
 */
export interface WorkspaceIndex {
  addFolder(folder: string): void;
  removeFolder(folder: string): void;
  folders(): readonly string[];
  /** Whether the file is one of the workspace's. */
  knows(path: string): boolean;
  /** The Python file appeared or its content changed. */
  changed(path: string): void;
  /** What the disk's owner did elsewhere, in no order: much of it at once is one change of the workspace. */
  changedOnDisk(changes: DiskChanges): void;
  /** Looks again at which files there are and what can be read, as after a change of what is excluded or allowed. */
  refresh(): void;
}

/** Paths of files and folders. */
export interface DiskChanges {
  /** Python files that appeared or whose content changed. */
  readonly changed: readonly string[];
  /** What appeared and may be a folder. */
  readonly appeared: readonly string[];
  readonly removed: readonly string[];
}

/** Longer texts would keep requests waiting while they are parsed. In UTF-16 units. */
export const longestText = 2_000_000;

/** More files than this are not one project: somebody opened a home folder. */
const mostFiles = 20_000;

/** Enough to keep every core busy. */
const mostReadTogether = 32;

/** For so long the editor's requests wait at most, but for the work on one file. In milliseconds. */
const longestTurn = 5;

/** Folders that never hold a workspace's files; changes in them are frequent and mean nothing. */
const foreignFolder = /(?:^|\/)(?:\.[^/]*|node_modules|__pycache__|venv|site-packages)\//;

export function createWorkspaceIndex(host: ServerHost, listener: IndexListener): WorkspaceIndex {
  const folders = new Set<string>();
  const files = new Map<string, "used" | "unusable" | "waiting">();
  const waitingFolders = new Set<string>();
  const waitingFiles = new Set<string>();
  const waitingRemovals = new Set<string>();
  const logged = new Set<string>();
  /** The last reading of each file that is being read: an earlier one that ends later is of no use. */
  const readings = new Map<string, symbol>();
  let state: "idle" | "working" = "idle";

  const logOnce = (message: string): void => {
    if (logged.has(message)) return;
    logged.add(message);
    host.log(message);
  };

  const wait = (path: string): void => {
    if (!files.has(path)) files.set(path, "waiting");
    waitingFiles.add(path);
  };

  const forget = (path: string): void => {
    waitingFiles.delete(path);
    waitingRemovals.delete(path);
    readings.delete(path);
    if (files.delete(path) && !listener.isOpen(path)) listener.onRemoved(path);
  };

  const readFolder = async (folder: string): Promise<void> => {
    const found = await findSources(folder, host);
    if (!folders.has(folder)) return;
    for (const { path, message } of found.problems) logOnce(`${path} ${message}`);
    const wanted = found.files.filter((path) => !listener.isExcluded(path));
    if (wanted.length > mostFiles) logOnce(`${folder} holds ${wanted.length} Python files; the first ${mostFiles} are read`);
    const present = new Set(wanted.slice(0, mostFiles));
    // What an outer folder leaves out can be a folder of the workspace by itself.
    const inner = inside(folders, folder);
    for (const path of inside(files.keys(), folder)) {
      if (!present.has(path) && !inner.some((each) => path.startsWith(joinPath(each, "")))) forget(path);
    }
    for (const path of present) if (!files.has(path)) wait(path);
  };

  const readFile = async (path: string): Promise<void> => {
    if (listener.isOpen(path)) return;
    const reading = Symbol(path);
    readings.set(path, reading);
    const source = await readSource(path, host);
    // The editor may have opened the file, or the folder may have left the workspace, while the file was read.
    const isWanted = (): boolean => readings.get(path) === reading && !listener.isOpen(path) && files.has(path);
    if (!isWanted()) return;
    // It was there when its folder was listed, or when somebody told of it.
    if (source.kind === "missing") return forget(path);
    const problem =
      source.kind === "problem"
        ? source.message
        : source.text.length > longestText
          ? `is too large to be analysed in an editor (${(source.text.length / 1e6).toFixed(1)} MB)`
          : undefined;
    if (source.kind === "source" && problem === undefined) {
      const packed = await host.facts?.packedFactsOf(source.text);
      if (!isWanted()) return;
      readings.delete(path);
      files.set(path, "used");
      listener.onFile(path, source.text, packed);
      return;
    }
    readings.delete(path);
    logOnce(`${path} ${problem}`);
    if (files.get(path) === "used") listener.onRemoved(path);
    files.set(path, "unusable");
  };

  const work = async (): Promise<void> => {
    let done = 0;
    let paused = host.now();
    const reading = new Set<Promise<void>>();
    // Changes come in bursts (a save, a branch switch): the pause collects them, and the documents that the editor opens at its start.
    await host.wait(50);
    await listener.firstAnswers();
    paused = host.now();
    for (;;) {
      for (const path of waitingRemovals) forget(path);
      const folder = first(waitingFolders);
      if (folder !== undefined) {
        waitingFolders.delete(folder);
        await readFolder(folder);
        continue;
      }
      const path = first(waitingFiles);
      if (path === undefined && reading.size === 0) break;
      if (path !== undefined && reading.size < (host.facts ? mostReadTogether : 1)) {
        waitingFiles.delete(path);
        const one = readFile(path)
          .catch((error) => logOnce(`${path} could not be analysed: ${errorDetails(error)}`))
          .finally(() => {
            reading.delete(one);
            done++;
          });
        reading.add(one);
        continue;
      }
      await Promise.race(reading);
      const left = reading.size + waitingFiles.size;
      if (left > 0) listener.onProgress(done, done + left);
      // Requests that arrived meanwhile come first.
      if (host.now() - paused < longestTurn) continue;
      await host.wait(0);
      paused = host.now();
    }
    listener.onProgress(done, done);
    await host.facts?.rest();
  };

  const start = (): void => {
    if (state === "working") return;
    state = "working";
    work()
      .catch((error) => logOnce(`reading the workspace failed: ${errorDetails(error)}`))
      .then(() => {
        state = "idle";
        if (waitingFolders.size + waitingFiles.size + waitingRemovals.size > 0) start();
      });
  };

  const folderOf = (path: string): string | undefined => [...folders].find((folder) => path.startsWith(joinPath(folder, "")));

  /** Only a look at its folders says whether a new file belongs to the project or is ignored. */
  const lookAround = (path: string): void => {
    const folder = folderOf(path);
    if (folder !== undefined && !foreignFolder.test(path.slice(joinPath(folder, "").length))) waitingFolders.add(folder);
  };

  const change = (path: string): void => {
    waitingRemovals.delete(path);
    if (files.has(path)) waitingFiles.add(path);
    else lookAround(path);
  };

  /** A folder that was moved here is told as one event, whatever is in it. */
  const enter = async (path: string): Promise<void> => {
    if (waitingFolders.has(folderOf(path) ?? "") || (await host.describe(path))?.kind !== "folder") return;
    lookAround(path);
    if (waitingFolders.size > 0) start();
  };

  return {
    folders: () => [...folders],
    knows: (path) => files.has(path),
    addFolder(folder) {
      folders.add(folder);
      waitingFolders.add(folder);
      start();
    },
    removeFolder(folder) {
      folders.delete(folder);
      waitingFolders.delete(folder);
      for (const outer of folders) if (folder.startsWith(joinPath(outer, ""))) waitingFolders.add(outer);
      for (const path of inside(files.keys(), folder)) if (folderOf(path) === undefined) waitingRemovals.add(path);
      start();
    },
    changed(path) {
      change(path);
      start();
    },
    changedOnDisk({ changed, appeared, removed }) {
      for (const path of below(files.keys(), removed)) waitingRemovals.add(path);
      for (const path of changed) change(path);
      for (const path of appeared) enter(path).catch((error) => logOnce(`${path} could not be looked at: ${errorDetails(error)}`));
      if (waitingRemovals.size + waitingFolders.size + waitingFiles.size > 0) start();
    },
    refresh() {
      for (const folder of folders) waitingFolders.add(folder);
      for (const [path, use] of files) if (use === "unusable") waitingFiles.add(path);
      if (folders.size > 0) start();
    },
  };
}

function inside(paths: Iterable<string>, folder: string): string[] {
  const prefix = joinPath(folder, "");
  return [...paths].filter((path) => path.startsWith(prefix));
}

/** Those that are one of the places or lie below one. */
function below(paths: Iterable<string>, places: readonly string[]): string[] {
  const wanted = new Set(places);
  if (wanted.size === 0) return [];
  return [...paths].filter((path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) if (wanted.has(path.slice(0, end))) return true;
    return false;
  });
}

function first<Item>(items: ReadonlySet<Item>): Item | undefined {
  for (const item of items) return item;
  return undefined;
}
