import { joinPath } from "../base/path.js";
import { pathMatcher, projectProblemText, projectSettings } from "../base/project-settings.js";
import { editedProjectTarget, type ProjectTarget } from "../base/project-target.js";
import type { Target } from "../base/target.js";
import { hiddenBy, projectRules } from "../rules/project-rules.js";
import type { FolderSeverities } from "../rules/run.js";
import type { Configuration } from "./configuration.js";
import type { ServerHost } from "./server-host.js";

/** What the workspace folders say, each for its own files: the editor's settings of the folder, and below them its pyproject.toml. */
export interface FolderSettings {
  /** Reads them again; of two readings at a time the later one counts. */
  read(folders: readonly string[]): Promise<void>;
  /** The first interpreter that a folder names: that of what belongs to no folder. */
  readonly target: ProjectTarget | undefined;
  /** The interpreters that the editor's settings of folders or the folders themselves name. */
  readonly targets: readonly NamedTarget[];
  readonly cores: number | undefined;
  readonly severities: readonly FolderSeverities[];
  /** Whether a folder leaves the file out. */
  excludes(path: string): boolean;
}

/** The interpreter of one folder, and who names it. */
export interface NamedTarget {
  readonly folder: string;
  readonly setting: Target | undefined;
  readonly project: ProjectTarget | undefined;
}

/** Who hears of a reading that is not overtaken, and what the editor says of a folder, where it tells. */
export interface FolderListener {
  configurationOf(folder: string): Promise<Configuration | undefined>;
  onChange(excludes: "as before" | "changed"): void;
}

interface Folder {
  readonly path: string;
  readonly target: ProjectTarget | undefined;
  /** As the editor's settings have it for this folder. */
  readonly targetSetting: Target | undefined;
  readonly cores: number | undefined;
  readonly severities: FolderSeverities["severities"];
  readonly hidden: FolderSeverities["hidden"];
  readonly patterns: readonly string[];
  excludes(path: string): boolean;
}

export function createFolderSettings(host: ServerHost, listener: FolderListener): FolderSettings {
  let read: readonly Folder[] = [];
  let readings = 0;
  const complaints = new Set<string>();
  const complain = (message: string): void => {
    if (!complaints.has(message)) host.log(message);
    complaints.add(message);
  };
  const readFolder = async (path: string): Promise<Folder> => {
    const [named, project, configuration] = await Promise.all([
      editedProjectTarget(path, host),
      projectSettings(path, host),
      listener.configurationOf(path),
    ]);
    const rules = project && projectRules(project);
    const problems = [...(project?.problems ?? []), ...(rules?.problems ?? [])].map(projectProblemText);
    for (const problem of [...problems, ...(configuration?.problems ?? [])]) complain(problem);
    const isExcluded = pathMatcher(path, project?.exclude ?? []);
    const prefix = joinPath(path, "");
    return {
      path,
      target: project?.target ? fromProject(project.target) : named,
      targetSetting: configuration?.target,
      cores: project?.cores,
      severities: { ...rules?.severities, ...configuration?.severities },
      hidden: rules ? hiddenBy(rules) : [],
      patterns: [...(project?.exclude ?? []), ...(configuration?.excludePatterns ?? [])],
      excludes(file) {
        if (!file.startsWith(prefix)) return false;
        return isExcluded(file) || configuration?.excludes(file.slice(prefix.length)) === true;
      },
    };
  };
  return {
    async read(folders) {
      const reading = ++readings;
      const found = await Promise.all(folders.map(readFolder));
      if (reading !== readings) return;
      const patternsBefore = JSON.stringify(read.map(({ path, patterns }) => [path, patterns]));
      read = found;
      const patterns = JSON.stringify(read.map(({ path, patterns: now }) => [path, now]));
      listener.onChange(patterns === patternsBefore ? "as before" : "changed");
    },
    get target() {
      return read.find(({ target }) => target !== undefined)?.target;
    },
    get targets() {
      return read.map(({ path, target, targetSetting }) => ({ folder: path, setting: targetSetting, project: target }));
    },
    get cores() {
      return read.find(({ cores }) => cores !== undefined)?.cores;
    },
    get severities() {
      return read
        .filter(({ severities, hidden }) => Object.keys(severities).length > 0 || hidden.length > 0)
        .map(({ path, severities, hidden }) => ({ folder: path, severities, hidden }));
    },
    excludes: (path) => read.some((folder) => folder.excludes(path)),
  };
}

function fromProject(target: Target): ProjectTarget {
  return { target, from: "project" };
}
