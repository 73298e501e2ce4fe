import { projectTarget } from "../base/project-target.js";
import { newestTarget, type Target } from "../base/target.js";
import type { Environment } from "./environment.js";
import { foldersAround, projectOf } from "./project.js";

/** The targets that were asked for, else what the project around the working directory names, else the newest CPython known. */
export async function targetsOf(asked: readonly Target[] | undefined, environment: Environment): Promise<readonly [Target, ...Target[]]> {
  const [first, ...rest] = asked ?? [];
  if (first) return [first, ...rest];
  const project = await projectOf(environment);
  return [project?.settings.target ?? (await targetOfProject(environment)) ?? newestTarget];
}

/** Looked for from the working directory up to the top of its repository. */
async function targetOfProject(environment: Environment): Promise<Target | undefined> {
  for await (const folder of foldersAround(environment)) {
    const target = await projectTarget(folder, environment.host);
    if (target) return target;
  }
  return undefined;
}
