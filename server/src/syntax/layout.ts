import type { Range } from "../base/range.js";
import { firstAt } from "../base/sorted.js";

/** A statement with all of its clauses, as it stands in the text. */
export interface Statement extends Range {
  /** The physical lines that it takes up, the last line end included; statements that share a line through `;` are one. */
  readonly lines: Range;
  /** What stands before it on its first line. */
  readonly indent: string;
  /** Its first word, after `async`; empty where it starts with something else. */
  readonly keyword: string;
  /** The indented bodies of its clauses; none for a simple statement, and none for a body that stands on its header's line. */
  readonly blocks: readonly Block[];
  readonly form: "simple" | "compound" | "several on one line";
}

/** The indented body of one clause. */
export interface Block {
  /** The clause's own line or lines: `else:`, `for x in xs:`. */
  readonly header: Range;
  /** The first word of the clause. */
  readonly keyword: string;
  readonly statements: readonly Statement[];
}

/** How a text is divided into statements and lines: what an edit has to know that keeps to the text as its author wrote it. */
export interface Layout {
  readonly statements: readonly Statement[];
  /** String literals that go over several lines, whose lines belong to the string. In order. */
  readonly longStrings: readonly Range[];
  /** Comments, and strings but for their replacement fields: what stands there names nothing. In order. */
  readonly notCode: readonly Range[];
  /** What one level of indentation is. */
  readonly indentUnit: string;
  /** What stands round most strings of one line; `"` where neither is more frequent. */
  readonly quote: '"' | "'";
}

/** Some statements that follow one another in one block, and the blocks around them, outermost first. */
export interface Stretch {
  readonly statements: readonly Statement[];
  /** All statements of the block that holds them. */
  readonly siblings: readonly Statement[];
  /** The statements around, outermost first, each with its clause that holds the next one. */
  readonly around: readonly { readonly statement: Statement; readonly block: Block }[];
}

/** Divides a text into statements. Text that is no Python gives some division all the same. */
export function layoutOf(text: string): Layout {
  const { lines, longStrings, notCode, quote } = logicalLines(text);
  const statements = new StatementReader(lines).block(0);
  return { statements, longStrings, notCode, indentUnit: indentUnitOf(statements), quote };
}

/** The fewest statements of one block that hold the range; undefined where it lies outside of all. */
export function stretchOver(layout: Layout, range: Range): Stretch | undefined {
  const around: { statement: Statement; block: Block }[] = [];
  let siblings = layout.statements;
  for (;;) {
    const first = firstAt(siblings, range.start + 1, ({ start }) => start) - 1;
    const last = firstAt(siblings, range.end, ({ start }) => start) - 1;
    const [statement, final] = [siblings[first], siblings[last]];
    if (!statement || !final || range.start >= statement.lines.end || range.end > final.lines.end) return undefined;
    const block =
      first === last
        ? statement.blocks.find((each) => {
            const [inner, end] = [each.statements[0], each.statements[each.statements.length - 1]];
            return inner && end && inner.start <= range.start && range.end <= end.lines.end;
          })
        : undefined;
    if (!block) return { statements: siblings.slice(first, last + 1), siblings, around };
    around.push({ statement, block });
    siblings = block.statements;
  }
}

/** The starts of the physical lines in the range that may be indented: those with something on them that is not the inside of a string. */
export function indentableLines(text: string, layout: Layout, range: Range): readonly number[] {
  const starts: number[] = [];
  for (let start = range.start; start < range.end; ) {
    const end = lineEndAfter(text, start);
    const string = layout.longStrings[firstAt(layout.longStrings, start, (each) => each.start) - 1];
    const isInString = string !== undefined && start < string.end;
    if (!isInString && text.slice(start, end).trim() !== "") starts.push(start);
    start = end;
  }
  return starts;
}

/** Where the physical line ends on which the offset lies, its line end included. */
export function lineEndAfter(text: string, offset: number): number {
  const found = /\r\n|\r|\n/g;
  found.lastIndex = offset;
  const match = found.exec(text);
  return match ? match.index + match[0].length : text.length;
}

interface LogicalLine extends Range {
  readonly lines: Range;
  readonly indent: string;
  readonly keyword: string;
  /** Whether a `;` separates statements on it. */
  readonly isDivided: boolean;
}

/** Reads lines one after another into statements; bodies are what is indented more deeply than the line before. */
class StatementReader {
  private position = 0;

  constructor(private readonly lines: readonly LogicalLine[]) {}

  block(depth: number): readonly Statement[] {
    const statements: Statement[] = [];
    for (let line = this.lines[this.position]; line && widthOf(line.indent) >= depth; line = this.lines[this.position]) {
      this.position++;
      const blocks: Block[] = [];
      const body = this.body(line);
      if (body) blocks.push(body);
      let last = line;
      let isCompound = body !== undefined || compoundKeywords.has(line.keyword);
      for (let next = this.lines[this.position]; next && isClauseOf(next, line, isCompound); next = this.lines[this.position]) {
        this.position++;
        isCompound = true;
        last = next;
        const clause = this.body(next);
        if (clause) blocks.push(clause);
      }
      const end = blocks[blocks.length - 1]?.statements.at(-1);
      statements.push({
        start: line.start,
        end: Math.max(end?.end ?? 0, last.end),
        lines: { start: line.lines.start, end: Math.max(end?.lines.end ?? 0, last.lines.end) },
        indent: line.indent,
        keyword: line.keyword,
        blocks,
        form: isCompound ? "compound" : line.isDivided ? "several on one line" : "simple",
      });
    }
    return statements;
  }

  private body(header: LogicalLine): Block | undefined {
    const next = this.lines[this.position];
    const depth = next ? widthOf(next.indent) : 0;
    if (!next || depth <= widthOf(header.indent)) return undefined;
    return { header: { start: header.start, end: header.end }, keyword: header.keyword, statements: this.block(depth) };
  }
}

const compoundKeywords: ReadonlySet<string> = new Set("if for while try with def class match".split(" "));
const clauseKeywords: ReadonlySet<string> = new Set("elif else except finally".split(" "));

function isClauseOf(line: LogicalLine, first: LogicalLine, isCompound: boolean): boolean {
  return isCompound && clauseKeywords.has(line.keyword) && widthOf(line.indent) === widthOf(first.indent);
}

function indentUnitOf(statements: readonly Statement[]): string {
  for (const statement of statements) {
    for (const { statements: inner } of statement.blocks) {
      const [first] = inner;
      if (first?.indent.startsWith(statement.indent) && first.indent.length > statement.indent.length)
        return first.indent.slice(statement.indent.length);
    }
  }
  return "    ";
}

/** As the interpreter counts it: a tab goes on to the next multiple of 8. */
function widthOf(indent: string): number {
  let width = 0;
  for (const character of indent) width = character === "\t" ? width - (width % 8) + 8 : character === "\f" ? 0 : width + 1;
  return width;
}

/** Lines as the interpreter sees them: brackets, backslashes and strings join several physical ones. Those without code are left out. */
function logicalLines(text: string): { readonly lines: readonly LogicalLine[] } & Pick<Layout, "longStrings" | "notCode" | "quote"> {
  const lines: LogicalLine[] = [];
  const longStrings: Range[] = [];
  const notCode: Range[] = [];
  let doubleQuotes = 0;
  let singleQuotes = 0;
  let position = text.startsWith("\uFEFF") ? 1 : 0;
  while (position < text.length) {
    const lineStart = position;
    while (/[ \t\f]/.test(text[position] ?? "")) position++;
    const start = position;
    let end = start;
    let depth = 0;
    let isDivided = false;
    let ended = false;
    while (!ended && position < text.length) {
      const character = text[position] as string;
      const string = stringStart(text, position);
      if (string) {
        const stop = stringEnd(text, string);
        if (/[\r\n]/.test(text.slice(position, stop))) longStrings.push({ start: position, end: stop });
        notCode.push(...literalParts(text, position, stop, string));
        if (string.quotes === '"') doubleQuotes++;
        if (string.quotes === "'") singleQuotes++;
        position = stop;
        end = position;
      } else if (character === "#") {
        const comment = position;
        while (position < text.length && !/[\r\n]/.test(text[position] as string)) position++;
        notCode.push({ start: comment, end: position });
      } else if (character === "\r" || character === "\n") {
        position = lineEndAfter(text, position);
        ended = depth === 0;
      } else if (character === "\\" && /^\\(\r\n|\r|\n)/.test(text.slice(position, position + 3))) {
        position = lineEndAfter(text, position);
      } else if (/[A-Za-z0-9_\u0080-\uFFFF]/.test(character)) {
        while (/[A-Za-z0-9_\u0080-\uFFFF]/.test(text[position] ?? "")) position++;
        end = position;
      } else {
        if ("([{".includes(character)) depth++;
        if (")]}".includes(character)) depth = Math.max(0, depth - 1);
        position++;
        if (!/[ \t\f]/.test(character)) {
          isDivided ||= character === ";" && depth === 0 && /^[ \t]*[^\s#]/.test(text.slice(position, position + 200));
          end = position;
        }
      }
    }
    if (end === start) continue;
    const words = /^(?:async\s+)?([A-Za-z_]\w*)/.exec(text.slice(start, start + 80));
    lines.push({
      start,
      end,
      lines: { start: lineStart, end: position },
      indent: text.slice(lineStart, start),
      keyword: words?.[1] ?? "",
      isDivided,
    });
  }
  return { lines, longStrings, notCode, quote: singleQuotes > doubleQuotes ? "'" : '"' };
}

interface StringStart {
  /** Behind the opening quotes. */
  readonly content: number;
  readonly quotes: string;
  readonly isFormatted: boolean;
}

function stringStart(text: string, position: number): StringStart | undefined {
  if (!"\"'rRbBuUfFtT".includes(text[position] as string)) return undefined;
  const found = /^([A-Za-z]{0,2})("""|'''|"|')/.exec(text.slice(position, position + 5));
  if (!found) return undefined;
  const prefix = (found[1] as string).toLowerCase();
  if (!/^(|r|u|b|f|t|br|rb|fr|rf|tr|rt)$/.test(prefix)) return undefined;
  return {
    content: position + found[0].length,
    quotes: found[2] as string,
    isFormatted: /[ft]/.test(prefix),
  };
}

/** The parts of a string from `start` to `stop` that are text: all of it but the replacement fields. */
function literalParts(text: string, start: number, stop: number, { content, quotes, isFormatted }: StringStart): readonly Range[] {
  if (!isFormatted) return [{ start, end: stop }];
  const parts: Range[] = [];
  let from = start;
  for (let position = content; position < stop; ) {
    if (text[position] === "\\") position += 2;
    else if (text.startsWith("{{", position)) position += 2;
    else if (text[position] === "{") {
      parts.push({ start: from, end: position + 1 });
      position = Math.min(stop, fieldEnd(text, position + 1, quotes));
      from = position;
    } else position++;
  }
  return [...parts, { start: from, end: stop }];
}

/** Behind the closing quotes; of a string that is not closed, the end of its line or of the text. */
function stringEnd(text: string, { content, quotes, isFormatted }: StringStart): number {
  let position = content;
  while (position < text.length) {
    const character = text[position] as string;
    if (character === "\\") {
      position += text[position + 1] === "\r" && text[position + 2] === "\n" ? 3 : 2;
    } else if (text.startsWith(quotes, position)) {
      return position + quotes.length;
    } else if (quotes.length === 1 && (character === "\n" || character === "\r")) {
      return position;
    } else if (isFormatted && character === "{") {
      position = text[position + 1] === "{" ? position + 2 : fieldEnd(text, position + 1, quotes);
    } else {
      position++;
    }
  }
  return text.length;
}

/** Behind the `}` of a replacement field, in which strings may stand that have the same quotes. */
function fieldEnd(text: string, start: number, quotes: string): number {
  let depth = 0;
  for (let position = start; position < text.length; ) {
    const character = text[position] as string;
    // Before 3.12 the quotes of the whole string end it here too, and a field cannot go over lines where they are single ones.
    if (quotes.length === 1 && (character === "\n" || character === "\r")) return position;
    const inner = stringStart(text, position);
    if (inner && !isWordBefore(text, position)) {
      const end = stringEnd(text, inner);
      if (quotes.length === 1 && /[\r\n]/.test(text.slice(position, end))) return position;
      position = end;
      continue;
    }
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) {
      if (depth === 0) return position + 1;
      depth--;
    }
    position++;
  }
  return text.length;
}

function isWordBefore(text: string, position: number): boolean {
  return /\w/.test(text[position - 1] ?? "");
}
