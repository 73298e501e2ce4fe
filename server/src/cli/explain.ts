import { builtInKnowledge } from "../knowledge/knowledge.js";
import { findRule } from "../rules/index.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { entryText } from "./formats/knowledge-text.js";
import { entriesOf, unknownName } from "./knowledge.js";

/** `gilscope explain`: the page of a rule, or what is known of a library call. */
export function explain(name: string, environment: Environment): ExitCode {
  const rule = findRule(name);
  if (rule) {
    environment.output.write(`${rule.docs.trim()}\n`);
    return 0;
  }
  const knowledge = builtInKnowledge();
  const entries = entriesOf(knowledge, name);
  if (entries.length === 0) throw new UsageError(unknownNameOrRule(name, unknownName(knowledge, name)));
  environment.output.write(entries.map(entryText).join("\n"));
  return 0;
}

/** A name that looks like a rule's is meant as one. */
function unknownNameOrRule(name: string, otherwise: string): string {
  return /^GIL\d*$/i.test(name) || name.includes("-") ? `there is no rule \`${name}\`` : otherwise;
}
