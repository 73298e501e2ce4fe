import { joinPath, parentFolder, relativePath } from "../base/path.js";
import { type ProjectSettings, projectSettings } from "../base/project-settings.js";
import { type ProjectRules, projectRules } from "../rules/project-rules.js";
import { type Environment, UsageError } from "./environment.js";
import { printable } from "./printable.js";

/** The nearest pyproject.toml with a table `[tool.gilscope]`. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  readonly settings: ProjectSettings;
  readonly rules: ProjectRules;
}

/**
 * What the project around the working directory says, looked for up to the top of its repository. A table that cannot be used as it stands ends the
 * command: a misspelt key would otherwise be a setting that nobody misses.
 */
export async function projectOf(environment: Environment): Promise<Project | undefined> {
  for await (const folder of foldersAround(environment)) {
    const settings = await projectSettings(folder, environment.host);
    if (!settings) continue;
    const rules = projectRules(settings);
    const shown = relativePath(environment.workingFolder, joinPath(folder, "pyproject.toml"));
    const problems = [...settings.problems, ...rules.problems]
      .sort((a, b) => a.line - b.line)
      .map(({ line, message }) => printable(`${shown}:${line}: ${message}`));
    if (problems.length > 0) throw new UsageError(problems.join("\ngilscope: "));
    return { folder, settings, rules };
  }
  return undefined;
}

/** The working directory and the folders above it, up to the top of its repository. */
export async function* foldersAround({ host, workingFolder }: Environment): AsyncIterable<string> {
  for (let folder = workingFolder; ; folder = parentFolder(folder)) {
    yield folder;
    const isTop = folder === parentFolder(folder) || (await host.describe(joinPath(folder, ".git")).catch(() => undefined)) !== undefined;
    if (isTop) return;
  }
}
