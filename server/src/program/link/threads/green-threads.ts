import { fileName, joinPath, parentFolder } from "../../../base/path.js";
import type { LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import { overviewOf } from "../memory/overviews.js";

/** Calls that put greenlets in the place of threads, for the whole process. */
const patches: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["patch_all", new Set(["gevent.monkey.patch_all"])],
  ["patch_thread", new Set(["gevent.monkey.patch_thread"])],
  ["monkey_patch", new Set(["eventlet.monkey_patch", "eventlet.patcher.monkey_patch"])],
]);

/**
 * Whether the threads of a file are greenlets, which take turns only where they wait: the file itself, or the package it is in, patches the standard
 * library when it is imported.
 */
export function hasGreenThreads(path: string, program: Program): boolean {
  const files = overviewOf(program, "green threads", (now) => now.files.filter((file) => patchesAtImport(file, now)));
  return files.some((file) => file.path === path || (isPackage(file) && path.startsWith(joinPath(parentFolder(file.path), ""))));
}

function isPackage({ path }: LinkedFile): boolean {
  return fileName(path) === "__init__.py";
}

function patchesAtImport(file: LinkedFile, { resolver }: Program): boolean {
  for (const [name, full] of patches) {
    for (const { call, function: index } of file.calls(name)) {
      const within = file.functionAt(index);
      if (within?.head.kind === "module" && resolver.externalCallees(call, within).some((each) => full.has(each))) return true;
    }
  }
  return false;
}
