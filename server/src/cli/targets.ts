import { joinPath, parentFolder } from "../base/path.js";
import { projectTarget } from "../base/project-target.js";
import { newestTarget, type Target } from "../base/target.js";
import type { Environment } from "./environment.js";

/** The targets that were asked for, else what the project around the working directory names, else the newest CPython known. */
export async function targetsOf(asked: readonly Target[] | undefined, environment: Environment): Promise<readonly [Target, ...Target[]]> {
  const [first, ...rest] = asked ?? [];
  if (first) return [first, ...rest];
  return [(await targetOfProject(environment)) ?? newestTarget];
}

/** Looked for from the working directory up to the top of its repository. */
async function targetOfProject({ host, workingFolder }: Environment): Promise<Target | undefined> {
  for (let folder = workingFolder; ; folder = parentFolder(folder)) {
    const target = await projectTarget(folder, host);
    if (target) return target;
    const isTop = folder === parentFolder(folder) || (await exists(joinPath(folder, ".git"), host));
    if (isTop) return undefined;
  }
}

async function exists(path: string, host: Environment["host"]): Promise<boolean> {
  try {
    return (await host.describe(path)) !== undefined;
  } catch {
    return false;
  }
}
