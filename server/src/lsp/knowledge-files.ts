import { absolutePath, joinPath } from "../base/path.js";
import { projectSettings } from "../base/project-settings.js";
import type { Knowledge } from "../knowledge/knowledge.js";
import { readUserKnowledge, type UserFileProblem } from "../knowledge/user-files.js";
import { isUri } from "./convert.js";
import type { ServerHost } from "./server-host.js";

/** The user's knowledge files: which there are, and what they say. */
export interface KnowledgeFiles {
  /**
   * Reads the files again, and those that pyproject.toml of the trusted folders names, and tells the listener what is known now; of two readings at a
   * time the later one counts.
   */
  read(files: readonly string[], folders: readonly string[], trusted: readonly string[]): Promise<void>;
  /** The files of the last reading, whose changes matter. */
  paths(): readonly string[];
}

/** Who hears of each reading that is not overtaken. */
export interface KnowledgeListener {
  onKnowledge(knowledge: Knowledge): void;
  /** What is wrong with a file; nothing, once it was told to be wrong and no longer is. */
  onFile(path: string, problem: UserFileProblem | undefined): void;
}

/**
 * The files of the settings and, before them, those that pyproject.toml of each trusted folder names. Problems are logged, too, each once until it is
 * another.
 */
export function createKnowledgeFiles(host: ServerHost, listener: KnowledgeListener): KnowledgeFiles {
  let paths: readonly string[] = [];
  let readings = 0;
  const logged = new Map<string, string>();
  return {
    paths: () => paths,
    async read(files, folders, trusted) {
      const reading = ++readings;
      const found = await Promise.all(files.map((file) => pathOf(file, folders, host)));
      const projects = await Promise.all(trusted.map((folder) => projectSettings(folder, host)));
      if (reading !== readings) return;
      paths = [...projects.flatMap((project) => project?.knowledge ?? []), ...found.filter((path) => path !== undefined)];
      const { knowledge, problems } = await readUserKnowledge(paths, host);
      if (reading !== readings) return;
      for (const path of [...logged.keys()]) {
        if (problems.some((problem) => problem.path === path)) continue;
        logged.delete(path);
        listener.onFile(path, undefined);
      }
      for (const problem of problems) {
        if (logged.get(problem.path) !== problem.message) host.log(`${problem.path} ${problem.message}`);
        logged.set(problem.path, problem.message);
        listener.onFile(problem.path, problem);
      }
      listener.onKnowledge(knowledge);
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
