import { absolutePath, joinPath } from "../base/path.js";
import type { Knowledge } from "../knowledge/knowledge.js";
import { readUserKnowledge } from "../knowledge/user-files.js";
import { isUri } from "./convert.js";
import type { ServerHost } from "./server-host.js";

/** The user's knowledge files: which there are, and what they say. */
export interface KnowledgeFiles {
  /** Reads the files again, and tells the listener what is known now; of two readings at a time the later one counts. */
  read(files: readonly string[], folders: readonly string[]): Promise<void>;
  /** Whether the path is one of the files, so that a change of it matters. */
  includes(path: string): boolean;
}

/** `onKnowledge` hears of each reading that is not overtaken. Problems are logged, each once until it is another. */
export function createKnowledgeFiles(host: ServerHost, onKnowledge: (knowledge: Knowledge) => void): KnowledgeFiles {
  let paths: readonly string[] = [];
  let readings = 0;
  const logged = new Map<string, string>();
  return {
    includes: (path) => paths.includes(path),
    async read(files, folders) {
      const reading = ++readings;
      const found = await Promise.all(files.map((file) => pathOf(file, folders, host)));
      if (reading !== readings) return;
      paths = found.filter((path) => path !== undefined);
      const { knowledge, problems } = await readUserKnowledge(paths, host);
      if (reading !== readings) return;
      for (const path of [...logged.keys()]) if (!problems.some((problem) => problem.path === path)) logged.delete(path);
      for (const { path, message } of problems) {
        if (logged.get(path) !== message) host.log(`${path} ${message}`);
        logged.set(path, message);
      }
      onKnowledge(knowledge);
    },
  };
}

/** Where a file of the settings lies: in the first workspace folder that has it, else, to be told missing, in the first. */
async function pathOf(file: string, folders: readonly string[], host: ServerHost): Promise<string | undefined> {
  if (file.startsWith("/") || /^[A-Za-z]:[\\/]/.test(file)) return absolutePath("/", file.replaceAll("\\", "/"));
  const candidates = folders.map((folder) => (isUri(folder) ? joinPath(folder, file) : absolutePath(folder, file)));
  for (const candidate of candidates) {
    const description = await host.describe(candidate).catch(() => undefined);
    if (description) return candidate;
  }
  return candidates[0];
}
