import { absolutePath } from "../base/path.js";
import type { KnowledgeEntry } from "../knowledge/entry.js";
import type { Knowledge } from "../knowledge/knowledge.js";
import { checkKnowledgeFile } from "../knowledge/user-files.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { printJson } from "./formats/json.js";
import { knowledgeJson } from "./formats/knowledge-json.js";
import { entryText, knowledgeFaultsText, knowledgeListText } from "./formats/knowledge-text.js";
import { knowledgeFor } from "./load.js";

/** Files of the user's own, as typed. */
export interface KnowledgeOptions {
  readonly knowledge?: readonly string[];
}

/** `gilscope knowledge list`: every call that something is known of. */
export async function listKnowledge(
  options: KnowledgeOptions & { readonly format: "text" | "json" },
  environment: Environment,
): Promise<ExitCode> {
  const knowledge = await knowledgeFor(options, environment);
  const callables = knowledge.callables();
  environment.output.write(
    options.format === "json" ? printJson(knowledgeJson(callables, knowledge.package)) : knowledgeListText(callables),
  );
  return 0;
}

/** `gilscope knowledge show`: what is known of one name. */
export async function showKnowledge(name: string, options: KnowledgeOptions, environment: Environment): Promise<ExitCode> {
  const knowledge = await knowledgeFor(options, environment);
  const entries = entriesOf(knowledge, name);
  if (entries.length === 0) throw new UsageError(unknownName(knowledge, name));
  environment.output.write(entries.map((entry) => entryText(entry, knowledge.package(entry.name))).join("\n"));
  return 0;
}

/** What is known under that name: as a call, as something that starts work and as a type; else as a package. */
export function entriesOf(knowledge: Knowledge, name: string): readonly KnowledgeEntry[] {
  const entries = [knowledge.callable(name), knowledge.spawner(name), knowledge.type(name)].filter((entry) => entry !== undefined);
  if (entries.length > 0) return entries;
  return knowledge.packages().filter((entry) => entry.name === name || entry.modules.includes(name));
}

/** What to say of a name that nothing is known of: who types `compress` may mean `zlib.compress`. */
export function unknownName(knowledge: Knowledge, name: string): string {
  const last = `.${name.slice(name.lastIndexOf(".") + 1).toLowerCase()}`;
  const similar = knowledge
    .all()
    .map((entry) => entry.name)
    .filter((known) => `.${known}`.toLowerCase().endsWith(last));
  const shown = [...new Set(similar)].slice(0, 5).map((known) => `\`${known}\``);
  return `nothing is known of \`${name}\`${shown.length === 0 ? "" : `; something is known of ${shown.join(", ")}`}`;
}

/** `gilscope knowledge check`: whether a knowledge file can be used as it stands; the exit code is 1 where it cannot. */
export async function checkKnowledge(typedPath: string, environment: Environment): Promise<ExitCode> {
  const path = absolutePath(environment.workingFolder, typedPath);
  const { text, entries, faults } = await checkKnowledgeFile(path, environment.host);
  environment.output.write(knowledgeFaultsText(typedPath, text, faults));
  if (faults.length > 0) return 1;
  environment.output.write(`${typedPath}: ${entries} ${entries === 1 ? "entry" : "entries"}, no problems.\n`);
  return 0;
}
