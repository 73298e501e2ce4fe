import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type DidChangeWatchedFilesParams,
  type Disposable,
  FileChangeType,
} from "vscode-languageserver";
import { fileName } from "../base/path.js";
import { pathOfUri } from "./convert.js";

/** What happened to files on disk. */
interface FileChanges {
  /** All that something happened to. */
  readonly paths: readonly string[];
  readonly changed: readonly string[];
  /** Files, and folders, that are new and no Python by their names. */
  readonly appeared: readonly string[];
  readonly removed: readonly string[];
}

/** What the editor tells of files, each path once. */
export function changesIn({ changes }: DidChangeWatchedFilesParams): FileChanges {
  const changed = new Set<string>();
  const appeared = new Set<string>();
  const removed = new Set<string>();
  const paths = changes.map(({ uri, type }) => {
    const path = pathOfUri(uri);
    if (type === FileChangeType.Deleted) removed.add(path);
    else if (isPythonFile(path)) changed.add(path);
    else if (type === FileChangeType.Created) appeared.add(path);
    return path;
  });
  return { paths, changed: [...changed], appeared: [...appeared], removed: [...removed] };
}

/** Asks the editor to tell of changes in knowledge files, in place of those before; those outside the workspace are read anew with the settings only. */
export function createKnowledgeWatch(connection: Connection): (knowledgePaths: readonly string[]) => Promise<void> {
  let watched: { readonly patterns: string; readonly registered: Promise<Disposable | undefined> } | undefined;
  return async (knowledgePaths) => {
    const patterns = [...new Set(knowledgePaths.map((path) => `**/${fileName(path)}`))];
    if ((watched?.patterns ?? "[]") === JSON.stringify(patterns)) return;
    const before = watched;
    const watchers = patterns.map((globPattern) => ({ globPattern }));
    watched = {
      patterns: JSON.stringify(patterns),
      registered:
        patterns.length === 0
          ? Promise.resolve(undefined)
          : connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => undefined),
    };
    (await before?.registered)?.dispose();
  };
}

/** Whether the file may name knowledge files. */
export function isProjectFile(path: string): boolean {
  return path.endsWith("/pyproject.toml");
}

/** Whether the file says which others git leaves out. */
export function isIgnoreFile(path: string): boolean {
  return path.endsWith("/.gitignore");
}

/** Whether the file says which Python a project is for, or how it is judged. */
export function isTargetFile(path: string): boolean {
  return /\/(pyproject\.toml|\.python-version|pyvenv\.cfg)$/.test(path);
}

function isPythonFile(path: string): boolean {
  return /\.pyw?$/i.test(path);
}
