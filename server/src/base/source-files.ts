import ignore, { type Ignore } from "ignore";
import { decodeSource, type SourceEncoding } from "./decode.js";
import type { Host } from "./host.js";
import { joinPath, parentFolder } from "./path.js";

/** What stands at a path. */
export interface PathDescription {
  readonly kind: "file" | "folder" | "other";
  /** In bytes. */
  readonly size: number;
}

/** What finding and reading sources asks of the world. Folder entries that are links to folders must be reported as `other`. */
export interface SourceHost extends Pick<Host, "readFile" | "listFolder"> {
  /** What stands at the path, links followed; undefined where nothing does. */
  describe(path: string): Promise<PathDescription | undefined>;
}

/** A path that could not be used, and why, as the rest of a sentence that starts with the path. */
export interface SourceProblem {
  readonly path: string;
  readonly message: string;
}

export interface FoundSources {
  /** Absolute, sorted. */
  readonly files: readonly string[];
  readonly problems: readonly SourceProblem[];
}

export type ReadSource =
  | { readonly kind: "source"; readonly path: string; readonly text: string; readonly encoding: SourceEncoding }
  | { readonly kind: "missing"; readonly path: string; readonly message: string }
  | ({ readonly kind: "problem" } & SourceProblem);

/** Files above this many bytes are not read: they are data in Python's clothes, and would cost seconds each. */
export const largestSourceBytes = 5_000_000;

/**
 * The Python files at and below a folder: `.py` and `.pyw`, and notebooks where they are asked for, without what git ignores, hidden folders, virtual
 * environments, folders of other people's code, and what `isExcluded` names, which is asked for folders with a slash at their end. The folder itself
 * is walked whatever its name. Links to folders are not followed, so the walk ends.
 */
export async function findSources(
  folder: string,
  host: SourceHost,
  isExcluded: (path: string) => boolean = () => false,
  kinds: "modules" | "modules and notebooks" = "modules",
): Promise<FoundSources> {
  const files: string[] = [];
  const problems: SourceProblem[] = [];

  const walk = async (current: string, outerRules: readonly FolderRules[]): Promise<void> => {
    let entries: Awaited<ReturnType<SourceHost["listFolder"]>>;
    try {
      entries = await host.listFolder(current);
    } catch (error) {
      problems.push({ path: current, message: `cannot be listed: ${reasonOf(error)}` });
      return;
    }
    const isEnvironment = entries.some((entry) => entry.name === "pyvenv.cfg");
    if (isEnvironment && current !== folder) return;
    const hasRules = entries.some((entry) => entry.name === ".gitignore" && entry.kind === "file");
    const ownRules = hasRules ? await rulesOf(current, host) : undefined;
    const rules = ownRules ? [...outerRules, ownRules] : outerRules;
    const below: Promise<void>[] = [];
    for (const entry of entries) {
      const path = joinPath(current, entry.name);
      if (entry.kind === "folder") {
        if (!isForeign(entry.name) && !isIgnored(`${path}/`, rules) && !isExcluded(`${path}/`)) below.push(walk(path, rules));
      } else if (entry.kind === "file" && isPythonFile(entry.name, kinds) && !isIgnored(path, rules) && !isExcluded(path)) {
        files.push(path);
      }
    }
    await Promise.all(below);
  };

  await walk(folder, await rulesAbove(folder, host));
  return { files: files.sort(), problems: problems.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The text of a source file, or why it cannot be had. Never rejects. */
export async function readSource(path: string, host: SourceHost): Promise<ReadSource> {
  try {
    const description = await host.describe(path);
    if (description === undefined) return { kind: "missing", path, message: "does not exist" };
    if (description.kind !== "file") return { kind: "problem", path, message: "is not a regular file" };
    if (description.size > largestSourceBytes) return tooLarge(path, description.size);
    return sourceOf(path, await host.readFile(path));
  } catch (error) {
    return { kind: "problem", path, message: `cannot be read: ${reasonOf(error)}` };
  }
}

/** The text of bytes that did not come from a file of the host, such as standard input. */
export function sourceOf(path: string, bytes: Uint8Array): ReadSource {
  // Of standard input nobody knows how much more there would be.
  if (bytes.length > largestSourceBytes) return { kind: "problem", path, message: `is too large (at most ${mostRead} are read)` };
  const decoded = decodeSource(bytes);
  return decoded.kind === "text"
    ? { kind: "source", path, text: decoded.text, encoding: decoded.encoding }
    : { kind: "problem", path, message: decoded.reason };
}

function tooLarge(path: string, bytes: number): ReadSource {
  return {
    kind: "problem",
    path,
    message: `is too large (${(bytes / 1e6).toFixed(1)} MB; at most ${mostRead} are read)`,
  };
}

const mostRead = `${largestSourceBytes / 1e6} MB`;

function isPythonFile(name: string, kinds: "modules" | "modules and notebooks"): boolean {
  return /\.pyw?$/i.test(name) || (kinds === "modules and notebooks" && /\.ipynb$/i.test(name));
}

/** Folders that hold no source of the project. */
function isForeign(name: string): boolean {
  return name.startsWith(".") || ["node_modules", "__pycache__", "venv", "site-packages"].includes(name);
}

/** What one `.gitignore` says; its patterns are relative to its folder. */
interface FolderRules {
  readonly folder: string;
  readonly patterns: Ignore;
}

/** The rules of the folders above, up to the top of the git work tree; none where they ignore the folder the user asked for by name. */
async function rulesAbove(folder: string, host: SourceHost): Promise<readonly FolderRules[]> {
  const rules: FolderRules[] = [];
  let current = folder;
  while (!(await host.describe(joinPath(current, ".git")))) {
    const parent = parentFolder(current);
    if (parent === current) return [];
    const ofParent = await rulesOf(parent, host);
    if (ofParent) rules.unshift(ofParent);
    current = parent;
  }
  return isIgnored(`${folder}/`, rules) ? [] : rules;
}

async function rulesOf(folder: string, host: SourceHost): Promise<FolderRules | undefined> {
  const path = joinPath(folder, ".gitignore");
  const description = await host.describe(path);
  if (description?.kind !== "file") return undefined;
  try {
    const text = new TextDecoder().decode(await host.readFile(path));
    return { folder, patterns: ignore().add(text) };
  } catch {
    // A `.gitignore` that cannot be read ignores nothing, as for git.
    return undefined;
  }
}

/** Whether git would ignore the path (a folder ends in `/`); the innermost rule that speaks decides. */
function isIgnored(path: string, rules: readonly FolderRules[]): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const { folder, patterns } = rules[i] as FolderRules;
    const result = patterns.test(path.slice(joinPath(folder, "").length));
    if (result.ignored) return true;
    if (result.unignored) return false;
  }
  return false;
}

/** What the system said, in its own words and without the path that the reader already has. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+( '.*')?$/s, "");
}
