import { filled } from "../base/template.js";
import { phrasesOf, type Texts } from "./phrases.js";

/** What the server says, in the language of the editor; English where it has none of ours, as in the pages of rules. */
export interface Words {
  /** The server's own words; `{0}` and so on stand for the values. */
  t(template: string, ...values: readonly (string | number)[]): string;
  /** What the analysis says, which is English: in the editor's language where the table has its form. */
  said(text: string): string;
  /** The same of each part of an enumeration. */
  saidInParts(text: string, separator: string): string;
  /** The same of Markdown that the analysis makes: of each line without what makes it a heading or item, and of orders of events in code fences. */
  saidInMarkdown(markdown: string): string;
}

/** Translations by their English texts, both with holes. What the analysis says is matched by its form, which the server's own words must not be. */
export interface Translations {
  readonly own: Texts;
  readonly said: Texts;
}

/** The languages beside English; each is a file that is read where it is asked for. */
const languages = ["de"] as const;

/** A language that there are words of. */
export type Language = (typeof languages)[number];

/** The language of a locale as an editor names it, such as `de-AT`; undefined for English, and where we have no other words than these. */
export function languageOf(locale: string | undefined): Language | undefined {
  const language = locale?.toLowerCase().split(/[-_]/, 1)[0];
  return languages.find((each) => each === language);
}

/** All as it is. */
export const english: Words = {
  t: filled,
  said: (text) => text,
  saidInParts: (text) => text,
  saidInMarkdown: (markdown) => markdown,
};

/** The words of a language. */
export function wordsOf({ own, said: table }: Translations): Words {
  const { nearest: said } = phrasesOf(table);
  return {
    t: (template, ...values) => filled(Object.hasOwn(own, template) ? (own[template] as string) : template, ...values),
    said,
    saidInParts: (text, separator) => text.split(separator).map(said).join(separator),
    saidInMarkdown(markdown) {
      const lines = markdown.split("\n");
      const evidence = lines.indexOf("Evidence:");
      return lines
        .map((line, index) => (evidence < 0 || index <= evidence ? saidInLine(line, said) : evidenceInLine(line, said)))
        .join("\n");
    },
  };
}

/** A line of Markdown: what is listed, or the parts between middle dots. */
function saidInLine(line: string, said: Words["said"]): string {
  const [, before = "", text = ""] = /^((?:- )?)(.*)$/.exec(line) ?? [];
  return before + text.split(" · ").map(said).join(" · ");
}

/** A source is quoted as it stands. */
function evidenceInLine(line: string, said: Words["said"]): string {
  const [, kind, rest] = /^- ([^:]+): (.*)$/.exec(line) ?? [];
  return kind === undefined ? line : `- ${said(kind)}: ${rest}`;
}
