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
  return dividedAt(text, definition);
}

/** A class as the part before its first method, and the parts that start with a method or a class inside it. */
export interface ClassParts {
  /** What stands before each of its members. */
  readonly indentation: string;
  readonly head: Section;
  readonly members: readonly Section[];
}

/** Divides the text of a section as `sectionsOf` does, if it is a class of some length. */
export function classPartsOf(section: string): ClassParts | undefined {
  if (section.length < shortestClass) return undefined;
  const start = classLine.exec(section)?.index;
  if (start === undefined) return undefined;
  firstMember.lastIndex = start;
  const indentation = firstMember.exec(section)?.[1];
  if (indentation === undefined) return undefined;
  const [head, ...members] = dividedAt(section, memberDefinition(indentation));
  return head && members.length > 1 ? { indentation, head, members } : undefined;
}

/** To parse less at once than that would save nothing. In UTF-16 units. */
const shortestClass = 2000;

const classLine = /(?<![^\n])class[ \t]+\w/;
const firstMember = /(?<=\n)([ \t]+)(?:(?:async[ \t]+def|def|class)[ \t]+\w|@[ \t]*[\w(])/g;

function memberDefinition(indentation: string): RegExp {
  return new RegExp(`(?<=\\n)${indentation}(?:(?:async[ \\t]+def|def|class)[ \\t]+\\w|@[ \\t]*[\\w(])`, "g");
}

function dividedAt(text: string, pattern: RegExp): readonly Section[] {
  const sections: Section[] = [];
  let start = 0;
  /** Whether decorators stand before whose definition has not come yet. */
  let isDecorating = false;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const isDecorator = found[0].trimStart().startsWith("@");
    if (!isDecorating && found.index > start) {
      sections.push({ start, end: found.index });
      start = found.index;
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
