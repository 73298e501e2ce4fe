import { type Target, targetTitle } from "../base/target.js";
import contributing from "../knowledge/contributing.md";
import { findPage, pages } from "../pages/index.js";
import { type Page, pageFor, pageSummary } from "../pages/page.js";
import { findRule, rules } from "../rules/index.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { entryText } from "./formats/knowledge-text.js";
import { entriesOf, type KnowledgeOptions, unknownName } from "./knowledge.js";
import { knowledgeFor } from "./load.js";
import { targetsOf } from "./targets.js";

/** What `gilscope explain` was asked for, beside the name. */
export interface ExplainOptions extends KnowledgeOptions {
  readonly target?: readonly Target[];
}

/** `gilscope explain`: a page on the GIL, the page of a rule, what is known of a library call; without a name, which names there are. */
export async function explain(name: string | undefined, options: ExplainOptions, environment: Environment): Promise<ExitCode> {
  if (name === undefined) {
    environment.output.write(contents());
    return 0;
  }
  const page = findPage(name);
  if (page) {
    const [target] = await targetsOf(options.target, environment);
    environment.output.write(pageText(page, target));
    return 0;
  }
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

/** A page as a terminal can use it: links to other pages and rules become what to ask for. */
function pageText(page: Page, target: Target): string {
  const text = pageFor(page, target)
    .replace(/\[(GIL\d+)\]\(\.\.\/rules\/[^)]+\)/g, "$1")
    .replace(/\[([^\]]+)\]\(([a-z-]+)\.md\)/g, "$1 (`gilscope explain $2`)");
  return `${text.trim()}\n\nTold for ${targetTitle(target)}; \`--target\` names another.\n`;
}

function contents(): string {
  const width = Math.max(...pages.map(({ name }) => name.length), ...rules.map(({ name }) => name.length)) + 2;
  const lines = (items: readonly (readonly [name: string, text: string])[]): string =>
    items.map(([name, text]) => `  ${name.padEnd(width)}${text}\n`).join("");
  return [
    "What the GIL is and does:\n",
    lines(pages.map((page) => [page.name, firstSentence(pageSummary(page))])),
    "\nRules, by name or code:\n",
    lines(rules.map(({ name, code }) => [name, code])),
    "\nMore:\n",
    lines([
      ["knowledge", "how what is known of library calls is written down"],
      ["zlib.compress", "or any other call, class or package: what is known of it"],
    ]),
  ].join("");
}

function firstSentence(text: string): string {
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

/** A name that looks like a rule's is meant as one. */
function unknownNameOrRule(name: string, otherwise: string): string {
  return /^GIL\d*$/i.test(name) || name.includes("-")
    ? `there is no rule and no page \`${name}\`; \`gilscope explain\` lists them`
    : otherwise;
}
