import ignore from "ignore";
import { parse, TomlError } from "smol-toml";
import { absolutePath, joinPath } from "./path.js";
import type { SourceHost } from "./source-files.js";
import { parseTarget, type Target } from "./target.js";
import { lineOfKey } from "./toml-lines.js";

/** What `[tool.gilscope]` of a folder's pyproject.toml says. Absent keys say nothing; names of rules are not yet checked. */
export interface ProjectSettings {
  readonly target: Target | undefined;
  readonly cores: number | undefined;
  /** In the notation of `.gitignore`, relative to the folder. */
  readonly exclude: readonly string[];
  /** The table `rules`: severities by rule. */
  readonly rules: Readonly<Record<string, unknown>>;
  readonly select: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly perFileIgnores: readonly PerFileIgnore[];
  /** The lowest severity that fails a run of the command line. */
  readonly failOn: string | undefined;
  /** Files of knowledge, absolute, in the order in which they are named. */
  readonly knowledge: readonly string[];
  /** The file of known findings, absolute. */
  readonly baseline: string | undefined;
  /** The line of a key, counted from 1. */
  lineOf(...keys: readonly string[]): number;
  /** What of it cannot be used. */
  readonly problems: readonly ProjectProblem[];
}

/** Rules that are not reported in some files. */
export interface PerFileIgnore {
  /** In the notation of `.gitignore`. */
  readonly pattern: string;
  readonly names: readonly string[];
}

/** Something in pyproject.toml that cannot be used. */
export interface ProjectProblem {
  /** Counts from 1. */
  readonly line: number;
  /** A sentence without a full stop. */
  readonly message: string;
}

const known = ["target", "cores", "exclude", "rules", "knowledge", "select", "ignore", "per-file-ignores", "fail-on", "baseline"];

/** The words that `fail-on` may be. */
export const failOnWords = ["error", "warning", "information", "hint", "never"] as const;

/** Reads the table; undefined where there is none. */
export async function projectSettings(
  folder: string,
  host: Pick<SourceHost, "readFile" | "describe">,
): Promise<ProjectSettings | undefined> {
  const file = await textOf(joinPath(folder, "pyproject.toml"), host);
  if (file.kind === "nothing") return undefined;
  const text = file.kind === "text" ? file.text : "";
  const read = file.kind === "text" ? tableOf(text) : { table: {}, problems: [{ line: 1, message: file.message }] };
  if (read === undefined) return undefined;
  const { table } = read;
  const problems: ProjectProblem[] = [...read.problems];
  const lineOf = (...keys: readonly string[]): number => lineOfKey(text, ["tool", "gilscope", ...keys]);
  const refuse = (key: string, reason: string): void => {
    problems.push({ line: lineOf(key), message: `\`${key}\` of \`[tool.gilscope]\` ${reason}` });
  };
  const given = (key: string): unknown => (Object.hasOwn(table, key) ? table[key] : undefined);
  const texts = (key: string, what: string): readonly string[] | undefined => {
    const value = given(key);
    if (value === undefined) return undefined;
    if (isListOfTexts(value)) return value;
    refuse(key, `is not a list of ${what}`);
    return undefined;
  };
  const word = (key: string, isFit: (value: string) => boolean, reason: string): string | undefined => {
    const value = given(key);
    if (value === undefined) return undefined;
    if (typeof value === "string" && isFit(value)) return value;
    refuse(key, reason);
    return undefined;
  };
  const innerTable = (key: string): Readonly<Record<string, unknown>> => {
    const value = given(key);
    if (value !== undefined && !isTable(value)) refuse(key, "is not a table");
    return isTable(value) ? value : {};
  };

  for (const key of Object.keys(table)) if (!known.includes(key)) refuse(key, `is not known; there are ${known.join(", ")}`);
  const target = typeof table.target === "string" ? parseTarget(table.target) : undefined;
  if (table.target !== undefined && table.target !== "auto" && !target)
    refuse("target", `is not a known interpreter: ${String(table.target)}`);
  const cores = typeof table.cores === "number" && Number.isInteger(table.cores) && table.cores >= 1 ? table.cores : undefined;
  if (table.cores !== undefined && cores === undefined) refuse("cores", "is not a number of cores");
  const baseline = word("baseline", (value) => value !== "", "is not a path");
  const knowledge = (texts("knowledge", "files") ?? []).filter((file) => {
    if (file.trim() !== "") return true;
    refuse("knowledge", "names something that is not a path");
    return false;
  });
  const perFileIgnores: PerFileIgnore[] = [];
  for (const [pattern, names] of Object.entries(innerTable("per-file-ignores"))) {
    if (isListOfTexts(names)) perFileIgnores.push({ pattern, names });
    else
      problems.push({
        line: lineOf("per-file-ignores", pattern),
        message: `\`per-file-ignores\` of \`[tool.gilscope]\` has no list of rules for \`${pattern}\``,
      });
  }
  return {
    target,
    cores,
    exclude: texts("exclude", "patterns") ?? [],
    rules: innerTable("rules"),
    select: texts("select", "rules"),
    ignore: texts("ignore", "rules"),
    perFileIgnores,
    failOn: word("fail-on", (value) => failOnWords.some((word) => word === value), `is not one of ${failOnWords.join(", ")}`),
    knowledge: knowledge.map((file) => absolutePath(folder, file)),
    baseline: baseline === undefined ? undefined : absolutePath(folder, baseline),
    lineOf,
    problems,
  };
}

/** As whoever is told of it reads it: `pyproject.toml:3: …`. */
export function projectProblemText({ line, message }: ProjectProblem): string {
  return `pyproject.toml:${line}: ${message}`;
}

/** Whether patterns in the notation of `.gitignore` name a path, which is absolute; folders end in `/`. Paths outside the folder are never named. */
export function pathMatcher(folder: string, patterns: readonly string[]): (path: string) => boolean {
  const matcher = ignore().add([...patterns]);
  const prefix = joinPath(folder, "");
  return (path) => {
    if (!path.startsWith(prefix)) return false;
    const relative = path.slice(prefix.length);
    return ignore.isPathValid(relative) && matcher.ignores(relative);
  };
}

interface ReadTable {
  readonly table: Readonly<Record<string, unknown>>;
  readonly problems: readonly ProjectProblem[];
}

function tableOf(text: string): ReadTable | undefined {
  try {
    const { tool } = parse(text) as { readonly tool?: { readonly gilscope?: unknown } };
    if (tool?.gilscope === undefined) return undefined;
    if (isTable(tool.gilscope)) return { table: tool.gilscope, problems: [] };
    return { table: {}, problems: [{ line: lineOfKey(text, ["tool", "gilscope"]), message: "`tool.gilscope` is not a table" }] };
  } catch (error) {
    // Of a file without a word on Gilscope, whoever owns it will hear from other tools.
    if (!text.includes("gilscope")) return undefined;
    const line = error instanceof TomlError ? error.line : 1;
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    return { table: {}, problems: [{ line, message: `is no TOML: ${reason}` }] };
  }
}

type Text =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "problem"; readonly message: string };

/** What cannot be read may hold settings that nobody would miss. */
async function textOf(path: string, host: Pick<SourceHost, "readFile" | "describe">): Promise<Text> {
  try {
    const description = await host.describe(path);
    if (description === undefined) return { kind: "nothing" };
    if (description.kind === "folder") return { kind: "problem", message: "is a folder" };
    if (description.kind === "other") return { kind: "problem", message: "is not a regular file" };
    if (description.size > largestSettingsBytes)
      return { kind: "problem", message: `is too large (at most ${largestSettingsBytes / 1e6} MB are read)` };
    return { kind: "text", text: new TextDecoder().decode(await host.readFile(path)) };
  } catch (error) {
    return { kind: "problem", message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Settings are written by people. In bytes. */
const largestSettingsBytes = 5_000_000;

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  // Lists and dates of TOML are objects of other kinds.
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
