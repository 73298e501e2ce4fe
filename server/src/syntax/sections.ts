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
  return dividedAt(text, "");
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
  const first = nextDefinition(section, start, (indentation) => indentation !== "");
  if (!first) return undefined;
  const { indentation } = first;
  const [head, ...members] = dividedAt(section, indentation);
  return head && members.length > 1 ? { indentation, head, members } : undefined;
}

/** To parse less at once than that would save nothing. In UTF-16 units. */
const shortestClass = 2000;

const classLine = /(?<![^\n])class[ \t]+\w/;

/** Divides a text before each definition with this white space before it. */
function dividedAt(text: string, indentation: string): readonly Section[] {
  const sections: Section[] = [];
  let start = 0;
  /** Whether decorators stand before whose definition has not come yet. */
  let isDecorating = false;
  const isMeant = (found: string): boolean => found === indentation;
  for (let found = nextDefinition(text, 0, isMeant); found; found = nextDefinition(text, found.at + 1, isMeant)) {
    if (!isDecorating && found.at > start) {
      sections.push({ start, end: found.at });
      start = found.at;
    }
    isDecorating = found.isDecorator;
  }
  sections.push({ start, end: text.length });
  return sections;
}

/** Where decorators end and their definition begins, in the text of one section. */
export function decoratedDefinition(section: string): number | undefined {
  if (section[0] !== "@") return undefined;
  let found = nextDefinition(section, 1, isOutermost);
  while (found?.isDecorator) found = nextDefinition(section, found.at + 1, isOutermost);
  return found?.at;
}

function isOutermost(indentation: string): boolean {
  return indentation === "";
}

/** The quotes of a long string that does not end in the text, as far as counting them tells. */
export function openQuotes(text: string): string | undefined {
  return ['"""', "'''"].find((quotes) => text.split(quotes).length % 2 === 0);
}

/** Where a line starts. */
const definition = /([ \t]*)(?:(?:async[ \t]+def|def|class)[ \t]+\w|(@)[ \t]*[\w(])/y;

/** A definition or decorator at the start of a line. */
interface DefinitionLine {
  /** Where the line starts. */
  readonly at: number;
  readonly indentation: string;
  readonly isDecorator: boolean;
}

/** The next one with such white space before it, at or after the offset. */
function nextDefinition(text: string, from: number, isMeant: (indentation: string) => boolean): DefinitionLine | undefined {
  for (let at = lineFrom(text, from); at !== undefined; at = lineFrom(text, at + 1)) {
    if (!mayBeDefinition(text, at)) continue;
    definition.lastIndex = at;
    const found = definition.exec(text);
    if (!found) continue;
    const [, indentation = "", decorator] = found;
    if (isMeant(indentation)) return { at, indentation, isDecorator: decorator !== undefined };
  }
  return undefined;
}

/** Where the first line starts at the offset or after it. */
function lineFrom(text: string, offset: number): number | undefined {
  if (offset === 0) return 0;
  const end = text.indexOf("\n", offset - 1);
  return end === -1 ? undefined : end + 1;
}

/** Whether the line that starts there can be one, by its first character: most lines are none, and this is asked of all of them after each edit. */
function mayBeDefinition(text: string, start: number): boolean {
  for (let at = start; ; at++) {
    switch (text.charCodeAt(at)) {
      case space:
      case tab:
        continue;
      case a:
      case c:
      case d:
      case atSign:
        return true;
      default:
        return false;
    }
  }
}

const [tab, space, atSign, a, c, d] = [9, 32, 64, 97, 99, 100];
