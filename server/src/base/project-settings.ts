import { parse } from "smol-toml";
import type { Host } from "./host.js";
import { joinPath } from "./path.js";
import { parseTarget, type Target } from "./target.js";

/** What `[tool.gilscope]` of a folder's pyproject.toml says, beside its knowledge files. Absent keys say nothing. */
export interface ProjectSettings {
  readonly target: Target | undefined;
  readonly cores: number | undefined;
  /** In the notation of `.gitignore`, relative to the folder. */
  readonly exclude: readonly string[];
  /** The table `rules`: by rule name, not yet checked. */
  readonly rules: Readonly<Record<string, unknown>>;
  /** What of it cannot be used, each as a sentence. */
  readonly problems: readonly string[];
}

const known: ReadonlySet<string> = new Set(["target", "cores", "exclude", "rules", "knowledge"]);

/** Reads the table; undefined where there is none. */
export async function projectSettings(folder: string, host: Pick<Host, "readFile">): Promise<ProjectSettings | undefined> {
  const table = await tableOf(joinPath(folder, "pyproject.toml"), host);
  if (table === undefined) return undefined;
  const problems: string[] = [];
  const refuse = (key: string, reason: string): void => {
    problems.push(`pyproject.toml: \`${key}\` of \`[tool.gilscope]\` ${reason}`);
  };
  for (const key of Object.keys(table)) if (!known.has(key)) refuse(key, "is not known");
  const target = typeof table.target === "string" ? parseTarget(table.target) : undefined;
  if (table.target !== undefined && table.target !== "auto" && !target)
    refuse("target", `is not a known interpreter: ${String(table.target)}`);
  const cores = typeof table.cores === "number" && Number.isInteger(table.cores) && table.cores >= 1 ? table.cores : undefined;
  if (table.cores !== undefined && cores === undefined) refuse("cores", "is not a number of cores");
  const exclude = Array.isArray(table.exclude) ? table.exclude.filter((each) => typeof each === "string") : [];
  if (table.exclude !== undefined && (!Array.isArray(table.exclude) || exclude.length < table.exclude.length))
    refuse("exclude", "is not a list of patterns");
  const rules = isTable(table.rules) ? table.rules : {};
  if (table.rules !== undefined && !isTable(table.rules)) refuse("rules", "is not a table");
  return { target, cores, exclude, rules, problems };
}

async function tableOf(path: string, host: Pick<Host, "readFile">): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { tool } = parse(new TextDecoder().decode(await host.readFile(path))) as { readonly tool?: { readonly gilscope?: unknown } };
    return isTable(tool?.gilscope) ? tool.gilscope : undefined;
  } catch {
    // No such file, or one that does not parse: whoever owns it will hear of it from other tools.
    return undefined;
  }
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
