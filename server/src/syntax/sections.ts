/** A part of a text that means the same wherever it stands: it starts with a definition at the start of a line, or with the text. */
export interface Section {
  readonly start: number;
  readonly end: number;
}

/**
 * Divides a text before each definition that starts a line, its decorators included. Only what is written counts, so a text in quotes can be
 * divided too: whoever parses the sections notices.
 */
export function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = [];
  let start = 0;
  /** Whether decorators stand before whose definition has not come yet. */
  let isDecorating = false;
  for (let at = nextDefinition(text, 0); at !== -1; at = nextDefinition(text, at + 1)) {
    const isDecorator = text[at] === "@";
    if (!isDecorating && at > start) {
      sections.push({ start, end: at });
      start = at;
    }
    isDecorating = isDecorator;
  }
  sections.push({ start, end: text.length });
  return sections;
}

/** Where decorators end and their definition begins, in the text of one section. */
export function decoratedDefinition(section: string): number | undefined {
  if (section[0] !== "@") return undefined;
  for (let at = nextDefinition(section, 1); at !== -1; at = nextDefinition(section, at + 1)) if (section[at] !== "@") return at;
  return undefined;
}

/** The quotes of a long string that does not end in the text, as far as counting them tells. */
export function openQuotes(text: string): string | undefined {
  return ['"""', "'''"].find((quotes) => text.split(quotes).length % 2 === 0);
}

const definition = /(?<![^\n])(?:(?:async[ \t]+def|def|class)[ \t]+\w|@[ \t]*[\w(])/g;

/** The next definition or decorator at the start of a line, at or after the offset; -1 if there is none. */
function nextDefinition(text: string, from: number): number {
  definition.lastIndex = from;
  return definition.exec(text)?.index ?? -1;
}
