import { parse } from "smol-toml";
import type { Host } from "./host.js";
import { absolutePath, joinPath } from "./path.js";

/** What `[tool.gilscope]` of a folder's pyproject.toml says of knowledge files. */
export interface ProjectKnowledge {
  /** As absolute paths, in the order in which they are named. */
  readonly files: readonly string[];
  /** What of it cannot be used, each as a sentence. */
  readonly problems: readonly string[];
}

/** The knowledge files that the folder's pyproject.toml names; undefined where it has no `[tool.gilscope]` table with `knowledge`. */
export async function projectKnowledge(folder: string, host: Pick<Host, "readFile">): Promise<ProjectKnowledge | undefined> {
  const named = await namedFiles(joinPath(folder, "pyproject.toml"), host);
  if (named === undefined) return undefined;
  if (!Array.isArray(named)) return { files: [], problems: ["pyproject.toml: `knowledge` of `[tool.gilscope]` is not a list of files"] };
  const files = named.filter((file): file is string => typeof file === "string" && file.trim() !== "");
  const problems =
    named.length === files.length ? [] : ["pyproject.toml: `knowledge` of `[tool.gilscope]` names something that is not a path"];
  return { files: files.map((file) => absolutePath(folder, file)), problems };
}

async function namedFiles(path: string, host: Pick<Host, "readFile">): Promise<unknown> {
  try {
    const text = new TextDecoder().decode(await host.readFile(path));
    const { tool } = parse(text) as { readonly tool?: { readonly gilscope?: { readonly knowledge?: unknown } } };
    return tool?.gilscope?.knowledge;
  } catch {
    // No such file, or one that does not parse: whoever owns it will hear of it from other tools.
    return undefined;
  }
}
