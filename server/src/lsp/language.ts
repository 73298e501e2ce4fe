import german from "./languages/de.json";

/** What the server says beside rules' messages, hovers and pages, in the language of the editor; English where it has none of ours. */
export interface Words {
  /** The server's own words; `{0}` and so on stand for the values. */
  t(template: string, ...values: readonly (string | number)[]): string;
  /** What the analysis says, which is English: in the editor's language if the table has it or a sentence of its form. */
  said(text: string): string;
  /** The same of each part of an enumeration. */
  saidInParts(text: string, separator: string): string;
}

/** Translations by their English texts, both with holes. What the analysis says is matched by its form, which the server's own words must not be. */
interface Table {
  readonly own: Texts;
  readonly said: Texts;
}

type Texts = Readonly<Record<string, string>>;

const tables: Readonly<Record<string, Table>> = { de: german };

/** The words for a locale as an editor names it, such as `de-AT`. */
export function wordsFor(locale: string | undefined): Words {
  const language = (locale ?? "en").toLowerCase().split(/[-_]/, 1)[0] as string;
  return wordsOf(Object.hasOwn(tables, language) ? (tables[language] as Table) : { own: {}, said: {} });
}

function wordsOf({ own, said: table }: Table): Words {
  // The more of a text a form spells out, the better it fits.
  const forms = Object.keys(table)
    .filter((template) => hole.test(template))
    .sort((a, b) => spelledOut(b) - spelledOut(a) || (a < b ? -1 : 1))
    .map((template) => ({ template, pattern: patternOf(template) }));
  const said = (text: string): string => {
    const whole = translation(table, text);
    if (whole !== undefined) return whole;
    for (const { template, pattern } of forms) {
      const match = pattern.exec(text);
      if (match) return filled(table[template] as string, match.slice(1));
    }
    return text;
  };
  return {
    t: (template, ...values) => filled(translation(own, template) ?? template, values),
    said,
    saidInParts: (text, separator) => text.split(separator).map(said).join(separator),
  };
}

const hole = /\{\d\}/;

function translation(table: Texts, template: string): string | undefined {
  return Object.hasOwn(table, template) ? table[template] : undefined;
}

function spelledOut(template: string): number {
  return template.replaceAll(/\{\d\}/g, "").length;
}

/** Matches what the template says with any values; holes of templates stand in order. */
function patternOf(template: string): RegExp {
  const parts = template.split(/\{\d\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+)")}$`, "s");
}

function filled(template: string, values: readonly (string | number)[]): string {
  return template.replaceAll(/\{(\d)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
