import { Language, type Node, type Tree, Parser as TreeSitter } from "web-tree-sitter";
import { applyEdits, type TextEdit } from "../base/edit.js";
import { LineSlots } from "../base/line-slots.js";
import type { Range } from "../base/range.js";
import { mayNestTooDeep } from "./deep-indentation.js";
import { withoutLongComments } from "./long-comments.js";
import { lower } from "./lower.js";
import { mended, suspectLines } from "./mend.js";
import type { Module, Statement } from "./nodes.js";
import { relocated } from "./relocate.js";
import { runOnLines } from "./run-on.js";
import { classPartsOf, decoratedDefinition, openQuotes, type Section, sectionsOf } from "./sections.js";
import { TreeRuntime } from "./tree-nodes.js";

/** The compiled code of the parser: `web-tree-sitter.wasm` and `tree-sitter-python.wasm`, read by whoever has I/O. */
export interface ParserBytes {
  readonly runtime: Uint8Array;
  readonly python: Uint8Array;
}

/** Parses Python to plain values. Holds WASM memory; make one per thread and keep it. Trees are freed as soon as they are lowered. */
export class Parser {
  private readonly opened = new Map<string, OpenedText>();

  private constructor(
    private readonly parser: TreeSitter,
    private readonly language: Language,
    private readonly runtime: TreeRuntime,
  ) {}

  static async create(bytes: ParserBytes): Promise<Parser> {
    loading ??= load(bytes);
    const { language, runtime } = await loading;
    const parser = new TreeSitter();
    parser.setLanguage(language);
    return new Parser(parser, language, runtime);
  }

  /** Parses a text once and keeps nothing. Offsets are those of the text. */
  parse(text: string): Module {
    const whole = this.lowered(text);
    return whole.standing === "broken" ? this.divided(text, undefined, new Map()).module : whole.module;
  }

  /** Only parses, as a floor for measurements. */
  parseOnly(text: string): void {
    this.tree(text).delete();
  }

  /** Parses a text and keeps what its sections became under `key` until `close`. */
  open(key: string, text: string): OpenModule {
    const slots = LineSlots.of(text);
    const divided = this.divided(text, slots, new Map());
    const whole = divided.standing === "broken" ? this.lowered(text) : undefined;
    const isDivisible = whole?.standing !== "whole";
    this.opened.set(key, { text, slots, sections: isDivisible ? divided.sections : "indivisible" });
    return { text, slots, module: isDivisible ? divided.module : inSlots(whole.module, slots) };
  }

  /** Applies edits to the text kept under `key`, in order, each in offsets of the text after the ones before it. */
  edit(key: string, edits: readonly TextEdit[]): OpenModule {
    const old = this.opened.get(key);
    if (!old) throw new Error(`${key} is not open`);
    const text = edits.reduce((before, edit) => applyEdits(before, [edit]), old.text);
    const slots = old.slots.after(text);
    if (old.sections === "indivisible") {
      this.opened.set(key, { text, slots, sections: old.sections });
      return { text, slots, module: inSlots(this.parse(text), slots) };
    }
    const { module, sections } = this.divided(text, slots, old.sections);
    this.opened.set(key, { text, slots, sections });
    return { text, slots, module };
  }

  /** Forgets what is kept under `key`. */
  close(key: string): void {
    this.opened.delete(key);
  }

  /**
   * Parses section by section, so that what is broken in one costs no other: an open bracket would swallow the definitions after it. Sections
   * whose text and places are among the known ones are taken over. Where all sections are whole, the module is the one that parsing the text
   * at once gives. Offsets are those of the text if it has no slots.
   */
  private divided(text: string, slots: LineSlots | undefined, known: LoweredSections): Divided {
    const sections = new Map<string, LoweredSection>();
    const place = (offset: number): number => (slots ? slots.place(offset) : offset);
    const remembered = (start: number, end: number, how: string, make: (own: string) => LoweredParts): LoweredSection => {
      const part = text.slice(start, end);
      const places = slots?.slotsOf({ start, end }) ?? [start];
      const key = `${how}: ${part}`;
      const before = sections.get(key) ?? known.get(key);
      if (before && samePlaces(before.places, places)) {
        for (const each of [before, ...before.parts]) sections.set(each.key, each);
        return before;
      }
      // A part cut out of a text keeps all of it alive; a key that is put together anew does not.
      const own = before?.text ?? key.slice(key.length - part.length);
      const here = { key: before?.key ?? key, text: own, places, ...make(own) };
      sections.set(here.key, here);
      return here;
    };
    const section = (start: number, end: number, how: Reading = "as written"): LoweredSection =>
      remembered(start, end, how, (own) => {
        const inParts =
          how === "as written" ? this.classInParts(own, (from, to, frame, way) => part(start + from, start + to, frame, way)) : undefined;
        if (inParts) return inParts;
        const { module, standing } = how === "mended" ? this.mended(own) : this.lowered(own);
        return { module: relocated(module, (offset) => place(start + offset)), standing, parts: [] };
      });
    /** A part of a class, in a frame that makes it Python of its own. */
    const part = (start: number, end: number, { before, after }: Frame, how: Reading): LoweredSection =>
      remembered(start, end, `${how} in ${before}…${after}`, (own) => {
        const framed = `${before}${own}${after}`;
        const { module, standing } = how === "mended" ? this.mended(framed) : this.lowered(framed);
        const inside = (offset: number): number => Math.max(0, Math.min(own.length, offset - before.length));
        const { lineCount } = module;
        return {
          module: { ...relocated(module, (offset) => place(start + inside(offset))), lineCount: lineCount - lineBreaks(before + after) },
          standing,
          parts: [],
        };
      });

    const found: LoweredSection[] = [];
    const places = sectionsOf(text);
    for (let i = 0; i < places.length; i++) {
      const { start, end } = places[i] as Section;
      const alone = section(start, end);
      if (alone.standing === "whole" || alone.parts.length > 0) {
        found.push(alone);
        continue;
      }
      // A definition inside a long string is none: the section goes on to where the string ends.
      let last = i;
      let joined = alone;
      for (let joins = 0; joins < mostJoins && joined.standing === "broken"; joins++) {
        const quotes = openQuotes(joined.text);
        if (quotes === undefined) break;
        last = places.findIndex((place, j) => j > last && text.slice(place.start, place.end).includes(quotes));
        if (last === -1) break;
        joined = section(start, (places[last] as Section).end);
      }
      if (joined.standing === "whole") {
        found.push(joined);
        i = last;
        continue;
      }
      const definition = decoratedDefinition(alone.text);
      if (definition === undefined || alone.module.body.some(isDefinition)) found.push(section(start, end, "mended"));
      else found.push(section(start, start + definition), section(start + definition, end, "mended"));
    }
    return {
      module: joinedModule(
        found,
        found.flatMap((each) => each.module.body),
      ),
      sections,
      standing: found.every((each) => each.standing === "whole") ? "whole" : "broken",
    };
  }

  /**
   * A class put together of its members, each of which is parsed alone, so that an edit of one costs no other; undefined if the text is none, or
   * cannot be divided before each line that looks like a definition.
   */
  private classInParts(
    text: string,
    part: (start: number, end: number, frame: Frame, how: Reading) => LoweredSection,
  ): LoweredParts | undefined {
    const division = classPartsOf(text);
    if (!division) return undefined;
    const { head, members, indentation } = division;
    const parts = [part(head.start, head.end, { before: "", after: `${indentation}0\n` }, "as written")];
    const [definition, ...others] = (parts[0] as LoweredSection).module.body;
    const filler = definition?.kind === "class" ? definition.body.at(-1) : undefined;
    if (definition?.kind !== "class" || others.length > 0 || filler?.kind !== "expression" || parts[0]?.standing === "broken")
      return undefined;
    const body = definition.body.slice(0, -1);
    let after: readonly Statement[] = [];
    let { end } = definition;
    for (const [index, { start, end: limit }] of members.entries()) {
      const frame = { before: "class _:\n", after: "" };
      let member = part(start, limit, frame, "as written");
      if (member.standing === "broken") {
        if (openQuotes(member.text) !== undefined) return undefined;
        member = part(start, limit, frame, "mended");
      }
      const [around, ...below] = member.module.body;
      // A line that stands further out ends the class.
      if (around?.kind !== "class" || (below.length > 0 && index < members.length - 1)) return undefined;
      body.push(...around.body);
      after = below;
      end = around.end;
      parts.push(member);
    }
    return {
      module: joinedModule(parts, [{ ...definition, body, end }, ...after]),
      standing: parts.every((each) => each.standing === "whole") ? "whole" : "broken",
      parts,
    };
  }

  /** Parses a text of which one line may tear apart what stands around it. */
  private mended(text: string): Lowered {
    const { written, suspects } = this.parsed(text, (tree) => {
      const lowered = this.loweredTree(tree, text);
      const errors =
        lowered.standing === "broken" ? [...lowered.module.errors, ...unfinished(tree.rootNode), ...runOnLines(tree.rootNode, text)] : [];
      return { written: lowered, suspects: suspectLines(errors, text) };
    });
    for (const line of suspects) {
      const { module: without, standing } = this.lowered(line.without);
      if (standing === "broken") continue;
      const read = this.lowered(text.slice(line.start, line.end)).module;
      const module = mended(
        without,
        line,
        relocated(read, (offset) => line.start + offset),
      );
      return { module: { ...module, directives: written.module.directives }, standing: "broken" };
    }
    return written;
  }

  private lowered(text: string): Lowered {
    return this.parsed(text, (tree) => this.loweredTree(tree, text));
  }

  private loweredTree(tree: Tree, text: string): Lowered {
    const module = lower(tree, text, this.language, this.runtime);
    if (tree.rootNode.hasError) return { module, standing: "broken" };
    const errors = runOnLines(tree.rootNode, text);
    return errors.length === 0 ? { module, standing: "whole" } : { module: { ...module, errors }, standing: "broken" };
  }

  /** Reads the tree of a text and frees it. */
  private parsed<Result>(text: string, read: (tree: Tree) => Result): Result {
    const tree = this.tree(text);
    try {
      return read(tree);
    } finally {
      tree.delete();
    }
  }

  private tree(text: string): Tree {
    if (mayNestTooDeep(text)) return this.tree(givenUp);
    const quiet = withoutLongComments(text);
    let pieces = 0;
    const most = leastPieces + (piecesOfEach * text.length) / pieceLength;
    const tree = this.parser.parse((index) => (++pieces > most ? "" : quiet.slice(index, index + pieceLength)));
    if (!tree) throw new Error("the parser has no language");
    if (pieces <= most) return tree;
    tree.delete();
    return this.tree(givenUp);
  }
}

/** The parser asks for its text in pieces of this length at most. */
const pieceLength = 5120;

/**
 * At each line that goes on in the next the scanner looks ahead to where the last of them ends, and asks for the same pieces again and again. Real
 * files are asked for some twenty times over; who asks for more gets nothing, and the text counts as one that does not parse.
 */
const piecesOfEach = 60;
const leastPieces = 3000;

/** Stands for a text that was given up. */
const givenUp = "(";

/** So many sections with the quotes of long strings are looked at for the end of one. */
const mostJoins = 3;

/** What a text became, and whether all of it is Python. */
interface Lowered {
  readonly module: Module;
  readonly standing: "whole" | "broken";
}

/** `mended`: where one line tears apart what stands around it, without that line. */
type Reading = "as written" | "mended";

/** What stands around a part of a class while it is parsed. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

interface LoweredParts extends Lowered {
  /** Of a class that was put together of parts. */
  readonly parts: readonly LoweredSection[];
}

interface LoweredSection extends LoweredParts {
  readonly key: string;
  readonly text: string;
  /** What the offsets of the module depend on: the slots of its lines, or where it starts in its text. */
  readonly places: readonly number[];
}

/** The module of parts that stand below one another. */
function joinedModule(parts: readonly LoweredSection[], body: readonly Statement[]): Module {
  return {
    body,
    directives: parts.flatMap(({ module }) => module.directives),
    errors: parts.flatMap(({ module }) => module.errors),
    lineCount: parts.reduce((sum, { module }) => sum + module.lineCount - 1, 1),
  };
}

function lineBreaks(text: string): number {
  return text.split("\n").length - 1;
}

/** By how they were parsed and by their text. */
type LoweredSections = ReadonlyMap<string, LoweredSection>;

interface Divided extends Lowered {
  readonly sections: LoweredSections;
}

/** A text that an editor shows, as plain nodes whose offsets are places in its slots, so that those that an edit leaves alone stay as they are. */
export interface OpenModule {
  readonly text: string;
  readonly slots: LineSlots;
  readonly module: Module;
}

interface OpenedText {
  readonly text: string;
  readonly slots: LineSlots;
  /** Indivisible if its sections did not parse where the whole did. */
  readonly sections: LoweredSections | "indivisible";
}

function inSlots(module: Module, slots: LineSlots): Module {
  return relocated(module, (offset) => slots.place(offset));
}

function samePlaces(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((place, index) => place === b[index]);
}

/** What the parser took to lack a token at its end: a bracket that is not closed, with all that it swallowed. */
function unfinished(root: Node): readonly Range[] {
  const found: Range[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const child of node.children) {
      if (child?.isMissing) found.push({ start: node.startIndex, end: node.endIndex });
      else if (child?.hasError) waiting.push(child);
    }
  }
  return found;
}

function isDefinition(statement: Statement): boolean {
  return statement.kind === "function" || statement.kind === "class";
}

/** Initialising the runtime again would take the memory from under the parsers made before, so all share one. */
let loading: Promise<Loaded> | undefined;

interface Loaded {
  readonly language: Language;
  readonly runtime: TreeRuntime;
}

async function load(bytes: ParserBytes): Promise<Loaded> {
  // The bytes are given, so nothing is located or fetched; the function only keeps the loader from guessing an address.
  const options = { wasmBinary: bytes.runtime, locateFile: (file: string) => file };
  await TreeSitter.init(options as unknown as Parameters<typeof TreeSitter.init>[0]);
  return { language: await Language.load(bytes.python), runtime: TreeRuntime.of(options) };
}
