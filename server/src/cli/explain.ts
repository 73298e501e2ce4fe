import contributing from "../knowledge/contributing.md";
import { findRule } from "../rules/index.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { entryText } from "./formats/knowledge-text.js";
import { entriesOf, type KnowledgeOptions, unknownName } from "./knowledge.js";
import { knowledgeFor } from "./load.js";

/** `gilscope explain`: the page of a rule, what is known of a library call, or for `knowledge` how that is written down. */
export async function explain(name: string, options: KnowledgeOptions, environment: Environment): Promise<ExitCode> {
  const rule = findRule(name);
  if (rule) {
    environment.output.write(`${rule.docs.trim()}\n`);
    return 0;
  }
  if (name === "knowledge") {
    environment.output.write(contributing);
    return 0;
  }
  const knowledge = await knowledgeFor(options, environment);
  const entries = entriesOf(knowledge, name);
  if (entries.length === 0) throw new UsageError(unknownNameOrRule(name, unknownName(knowledge, name)));
  environment.output.write(entries.map((entry) => entryText(entry, knowledge.package(entry.name))).join("\n"));
  return 0;
}

/** A name that looks like a rule's is meant as one. */
function unknownNameOrRule(name: string, otherwise: string): string {
  return /^GIL\d*$/i.test(name) || name.includes("-") ? `there is no rule \`${name}\`` : otherwise;
}
