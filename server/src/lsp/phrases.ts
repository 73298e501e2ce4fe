/*
 * Translation of what the analysis says, which is English, by its form. A table gives forms with holes and what they are in another language;
 * what stands in a hole is translated in the same way, so a sentence may be put together of clauses, and lists of their members. Code and quotes
 * are taken as they are, whatever stands in them.
 *
 * In a form, `{0}` is translated and `{0=}` is taken as it is. In its translation, `{0.dat}` asks for the entry whose form begins with `dat|`, as
 * languages with cases need it, and `{0^}` for a capital letter. A tag of one letter is for clauses, of which a bare name is none. Code in backquotes is found again in the translation by what stands between the backquotes there.
 */

/** Translations by their English forms. */
export type Texts = Readonly<Record<string, string>>;

/** A translator of texts: undefined for what it has no form of, in whole or in part. */
export interface Phrases {
  /** The translation, if all of the text is known. */
  whole(text: string): string | undefined;
  /** The translation, with parts that are not known as they are; the text itself where nothing is. */
  nearest(text: string): string;
}

/** Reads a table. */
export function phrasesOf(table: Texts): Phrases {
  const grammar = grammarOf(table);
  return {
    whole: (text) => translated(text, "known", grammar),
    nearest: (text) => translated(text, "any", grammar) ?? text,
  };
}

/** Code and quotes, each of which is one character while a text is matched. */
const quote = /`[^`]*`|"[^"]*"/g;
const firstMark = 0xe000;
const mark = /[\ue000-\uf8ff]/;
const marks = /[\ue000-\uf8ff]/g;

function translated(text: string, demand: Demand, grammar: Grammar): string | undefined {
  const quotes: string[] = [];
  const masked = text.replace(quote, (found) => String.fromCharCode(firstMark + quotes.push(found) - 1));
  if (quotes.length > maximumQuotes || masked.length > maximumLength) return undefined;
  grammar.steps = 0;
  const found = translationOf(masked, "", demand, grammar);
  grammar.known.set(keyOf(masked, "", demand), found);
  return found?.replace(marks, (found) => quotes[found.charCodeAt(0) - firstMark] ?? found);
}

const maximumQuotes = 1000;
/** What is longer is no message. */
const maximumLength = 4000;

interface Hole {
  /** A quote is one character; of the rest, some is translated. */
  readonly kind: "quote" | "translated" | "as it is";
  readonly id: string;
}

type FormPart = string | Hole;
type TranslationPart = string | { readonly id: string; readonly tag: string; readonly begins: "a sentence" | "nothing" };

interface Form {
  readonly parts: readonly FormPart[];
  readonly translation: readonly TranslationPart[];
  /** How many characters it spells out. */
  readonly spelledOut: number;
}

interface Grammar {
  /** By tag. */
  readonly entries: ReadonlyMap<string, Entries>;
  /** What was translated before, by demand, tag and text; what is said of a file repeats. */
  readonly known: Map<string, string | undefined>;
  /** How often a form was tried for the text at hand. */
  steps: number;
}

/** Ten times what our longest sentences take; what somebody else wrote may be of many forms in very many ways, and is left as it is. */
const mostSteps = 1000;

interface Entries {
  /** Forms with quotes only, by their text with one mark for all quotes. */
  readonly exact: ReadonlyMap<string, Entry>;
  /** The others by a word that every text of the form has. */
  readonly byWord: ReadonlyMap<string, readonly Entry[]>;
  /** Forms without a word, such as enumerations. */
  readonly wordless: readonly Entry[];
}

/** A line of the table, which is read when a text may be of its form: there are very many, and few are needed. */
interface Entry {
  readonly spelledOut: number;
  form(): Form;
}

/** Whether everything in a hole has to be known. */
type Demand = "known" | "any";

function grammarOf(table: Texts): Grammar {
  const tagged = new Map<string, { exact: Map<string, Entry>; byWord: Map<string, Entry[]>; wordless: Entry[] }>();
  for (const [key, translation] of Object.entries(table)) {
    const [, tag = "", rest = key] = /^([a-z]+)\|(.*)$/s.exec(key) ?? [];
    const text = withoutStop(rest);
    const entries = tagged.get(tag) ?? { exact: new Map<string, Entry>(), byWord: new Map<string, Entry[]>(), wordless: [] as Entry[] };
    tagged.set(tag, entries);
    const masked = text.replace(quote, anyMark);
    const literals = masked.split(betweenLiterals);
    const entry = entryOf(text, translation, literals.join("").replace(marks, "").length);
    const word = literals.length > 1 && longestOf(literals.flatMap((literal) => literal.match(wholeWords) ?? []));
    if (literals.length === 1) entries.exact.set(masked, entry);
    else if (word) entries.byWord.set(word, [...(entries.byWord.get(word) ?? []), entry]);
    else entries.wordless.push(entry);
  }
  return { entries: tagged, known: new Map(), steps: 0 };
}

function entryOf(text: string, translation: string, spelledOut: number): Entry {
  let form: Form | undefined;
  return {
    spelledOut,
    form() {
      form ??= formOf(text, withoutStop(translation), spelledOut);
      return form;
    },
  };
}

const anyMark = String.fromCharCode(firstMark);
const betweenLiterals = /\{\d=?\}/;
/** Those that do not touch a hole, where they may be part of a longer one. */
const wholeWords = /(?<=[^\w{}])[A-Za-z]{2,}(?=[^\w{}])/g;
const words = /[A-Za-z]{2,}/g;

function longestOf(found: readonly string[]): string {
  return found.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
}

/** The forms that a text may be of, first those that spell out more of it. */
function entriesFor(text: string, { byWord, wordless }: Entries): readonly Entry[] {
  const found = new Set((text.match(words) ?? []).flatMap((word) => byWord.get(word) ?? []));
  return [...found].sort((a, b) => b.spelledOut - a.spelledOut).concat(wordless);
}

/** Full stops are taken off and put on again: a clause may stand alone. */
function withoutStop(text: string): string {
  return hasStop(text) ? text.slice(0, -1) : text;
}

function hasStop(text: string): boolean {
  return text.length > 1 && text.endsWith(".") && !text.endsWith("..");
}

function formOf(text: string, translation: string, spelledOut: number): Form {
  const parts = partsOf(text).map((part): FormPart => {
    if (typeof part === "string") return part;
    const [, id = "", isKept] = /^\{(\d)(=?)\}$/.exec(part.written) ?? [];
    if (id === "") return { kind: "quote", id: part.id };
    return { kind: isKept === "=" ? "as it is" : "translated", id };
  });
  return {
    parts,
    translation: partsOf(translation).map((part): TranslationPart => {
      if (typeof part === "string") return part;
      const [, id = part.id, tag = "", capitals] = /^\{(\d)(?:\.([a-z]+))?(\^?)\}$/.exec(part.written) ?? [];
      return { id, tag, begins: capitals === "^" ? "a sentence" : "nothing" };
    }),
    spelledOut,
  };
}

/** A text as what it spells out, and what it leaves open or quotes; a quote that comes again is another one. */
function partsOf(text: string): readonly (string | { readonly written: string; readonly id: string })[] {
  const seen = new Map<string, number>();
  return text
    .split(/(`[^`]*`|"[^"]*"|\{\d(?:=|(?:\.[a-z]+)?\^?)\})/)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const times = (seen.get(part) ?? 0) + 1;
      seen.set(part, times);
      return { written: part, id: `${part}${times}` };
    })
    .filter((part) => part !== "");
}

const mostKnown = 20_000;

function translationOf(text: string, tag: string, demand: Demand, grammar: Grammar): string | undefined {
  const key = keyOf(text, tag, demand);
  if (grammar.known.has(key)) return grammar.known.get(key);
  // A text that comes up in its own translation has none of this form.
  grammar.known.set(key, undefined);
  const found = formed(text, tag, demand, grammar);
  if (grammar.known.size >= mostKnown) grammar.known.clear();
  if (grammar.steps < mostSteps) grammar.known.set(key, found);
  else grammar.known.delete(key);
  return found;
}

function keyOf(text: string, tag: string, demand: Demand): string {
  return `${demand}|${tag}|${text}`;
}

function formed(text: string, tag: string, demand: Demand, grammar: Grammar): string | undefined {
  const entries = grammar.entries.get(tag);
  if (tag !== "") {
    const found = entries && byForm(text, demand, entries, grammar);
    const isName = tag.length > 1 && isSame(text);
    return found ?? (demand === "any" || isName ? translationOf(text, "", demand, grammar) : undefined);
  }
  if (isSame(text)) return text.replace(thousands, "\u202f");
  if (!entries) return undefined;
  const sentences = text.split(betweenSentences);
  if (sentences.length > 1) {
    const each = sentences.map((sentence) => translationOf(sentence, "", demand, grammar) ?? (demand === "any" ? sentence : undefined));
    return each.some((sentence) => sentence === undefined) ? undefined : each.join(" ");
  }
  if (hasStop(text)) {
    const clause = translationOf(text.slice(0, -1), "", demand, grammar);
    return clause === undefined ? undefined : `${capital(clause)}.`;
  }
  const found = byForm(text, demand, entries, grammar);
  if (found !== undefined || !/^[A-Z][a-z]*\b/.test(text)) return found;
  const clause = byForm(text.charAt(0).toLowerCase() + text.slice(1), demand, entries, grammar);
  return clause === undefined ? undefined : capital(clause);
}

const betweenSentences = /(?<=[^.\s][.?!]|[.?!][)*]+) (?=[A-Z\ue000-\uf8ff0-9*])/;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function byForm(text: string, demand: Demand, entries: Entries, grammar: Grammar): string | undefined {
  const same = entries.exact.get(text.replace(marks, anyMark))?.form();
  if (same) return filled(same, new Map([...quotesIn(text, same)]), demand, grammar);
  const likely = entriesFor(text, entries);
  for (const wanted of demand === "any" ? (["known", "any"] as const) : (["known"] as const)) {
    for (const { spelledOut, form } of likely) {
      // A text of which only the commas are known is in another language, or in words of somebody else's.
      if (wanted === "any" && spelledOut < leastSpelledOut) continue;
      if (grammar.steps >= mostSteps) return undefined;
      const found = matched(text, form(), wanted, grammar);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const leastSpelledOut = 8;

function* quotesIn(text: string, { parts }: Form): Iterable<readonly [string, string]> {
  const found = text.match(marks) ?? [];
  let index = 0;
  for (const part of parts) if (typeof part !== "string") yield [part.id, found[index++] as string];
}

/** How often a form is tried at one text with its holes in other places. */
const mostTries = 200;

function matched(text: string, form: Form, demand: Demand, grammar: Grammar): string | undefined {
  const values = new Map<string, string>();
  let tries = 0;
  const from = (index: number, at: number): string | undefined => {
    const part = form.parts[index];
    if (part === undefined) {
      if (at !== text.length || tries >= mostTries || grammar.steps >= mostSteps) return undefined;
      tries++;
      grammar.steps++;
      return filled(form, values, demand, grammar);
    }
    if (typeof part === "string") return text.startsWith(part, at) ? from(index + 1, at + part.length) : undefined;
    if (part.kind === "quote") {
      if (!mark.test(text.charAt(at))) return undefined;
      values.set(part.id, text.charAt(at));
      return from(index + 1, at + 1);
    }
    const next = form.parts[index + 1];
    const endsAt = (start: number): number => {
      if (next === undefined) return start > text.length ? -1 : text.length;
      if (typeof next === "string") return text.indexOf(next, start);
      const found = text.slice(start).search(mark);
      return found === -1 ? -1 : start + found;
    };
    for (let end = endsAt(at + 1); end !== -1 && tries < mostTries; end = endsAt(end + 1)) {
      values.set(part.id, text.slice(at, end));
      const found = from(index + 1, end);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return from(0, 0);
}

function filled({ parts, translation }: Form, values: ReadonlyMap<string, string>, demand: Demand, grammar: Grammar): string | undefined {
  const kinds = new Map(parts.flatMap((part) => (typeof part === "string" ? [] : [[part.id, part.kind]])));
  let result = "";
  for (const part of translation) {
    if (typeof part === "string") {
      result += part;
      continue;
    }
    const value = values.get(part.id);
    if (value === undefined) return undefined;
    const inserted = kinds.get(part.id) === "translated" ? translationOf(value, part.tag, demand, grammar) : value;
    if (inserted === undefined && demand === "known") return undefined;
    result += part.begins === "a sentence" ? capital(inserted ?? value) : (inserted ?? value);
  }
  return result;
}

/** The comma between thousands, which is a decimal point elsewhere. */
const thousands = /(?<=\b\d{1,3}(?:,\d{3})*),(?=\d{3}\b)/g;

/** Whether a text reads the same in every language, but for commas in numbers: numbers, code, and names of things. */
function isSame(text: string): boolean {
  return text.split(/[\s()[\]/–=,;:*+≈×≤<>%·]+/).every(isSameWord);
}

function isSameWord(word: string): boolean {
  if (!/[A-Za-z]{2}|^a$/.test(word)) return true;
  const bare = word.endsWith(".") ? word.slice(0, -1) : word;
  return sameWords.has(bare) || (/^[\w.-]+$/.test(bare) && /[a-z][A-Z]|[A-Za-z\d][._][A-Za-z\d_]|^\d+[a-zµ]+$|^[A-Z]+\d+$/.test(bare));
}

/** Units, names of interpreters, systems and types. */
const sameWords: ReadonlySet<string> = new Set(
  (
    "ns µs ms KiB MiB GiB kB MB GB CPython PyPy Jython IronPython Python Linux macOS Windows GIL PEP None True False linux windows darwin cpython pypy " +
    "object str bytes bytearray memoryview int float complex bool list tuple dict set frozenset"
  ).split(" "),
);
