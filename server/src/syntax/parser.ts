import { Edit, Language, type Point, type Tree, Parser as TreeSitter } from "web-tree-sitter";
import type { TextEdit } from "../base/edit.js";
import { lower } from "./lower.js";
import type { Module } from "./nodes.js";

/** The compiled code of the parser: `web-tree-sitter.wasm` and `tree-sitter-python.wasm`, read by whoever has I/O. */
export interface ParserBytes {
  readonly runtime: Uint8Array;
  readonly python: Uint8Array;
}

/**
 * Parses Python to plain values. Holds WASM memory; make one per thread and keep it.
 * Trees are freed as soon as they are lowered, but for the texts opened with `open`, whose last tree makes the next parse incremental.
 */
export class Parser {
  private readonly opened = new Map<string, { readonly tree: Tree; readonly text: string }>();

  private constructor(
    private readonly parser: TreeSitter,
    private readonly language: Language,
  ) {}

  static async create(bytes: ParserBytes): Promise<Parser> {
    loading ??= load(bytes);
    const language = await loading;
    const parser = new TreeSitter();
    parser.setLanguage(language);
    return new Parser(parser, language);
  }

  /** Parses a text once and keeps nothing. */
  parse(text: string): Module {
    const tree = this.tree(text, null);
    try {
      return this.recovered(lower(tree, text, this.language), text);
    } finally {
      tree.delete();
    }
  }

  /** Only parses, as a floor for measurements. */
  parseOnly(text: string): void {
    this.tree(text, null).delete();
  }

  /** Parses a text and keeps its tree under `key` until `close`. */
  open(key: string, text: string): Module {
    this.close(key);
    const tree = this.tree(text, null);
    this.opened.set(key, { tree, text });
    return this.recovered(lower(tree, text, this.language), text);
  }

  /** Applies edits to the text kept under `key`, in order, each in offsets of the text after the ones before it. */
  edit(key: string, edits: readonly TextEdit[]): { readonly text: string; readonly module: Module } {
    const old = this.opened.get(key);
    if (!old) throw new Error(`${key} is not open`);
    let text = old.text;
    for (const { range, newText } of edits) {
      const after = text.slice(0, range.start) + newText + text.slice(range.end);
      const startPosition = pointAt(text, range.start);
      old.tree.edit(
        new Edit({
          startIndex: range.start,
          oldEndIndex: range.end,
          newEndIndex: range.start + newText.length,
          startPosition,
          oldEndPosition: pointAt(text, range.end),
          newEndPosition: pointAt(after, range.start + newText.length),
        }),
      );
      text = after;
    }
    const tree = this.tree(text, old.tree);
    this.opened.set(key, { tree, text });
    old.tree.delete();
    return { text, module: this.recovered(lower(tree, text, this.language), text) };
  }

  /**
   * An open bracket swallows the definitions after it. A `def`, `class` or decorator at the start of a line inside broken text begins anew: the
   * text from there on is parsed by itself, at its own offsets because line ends take the place of what stands before it.
   */
  private recovered(module: Module, text: string): Module {
    let result = module;
    for (let round = 0; round < mostRecoveries; round++) {
      const start = swallowedDefinition(result, text);
      if (start === undefined) return result;
      const tree = this.tree("\n".repeat(start) + text.slice(start), null);
      const rest = lower(tree, text, this.language);
      tree.delete();
      const body = [...result.body.filter((statement) => statement.start < start), ...rest.body];
      const errors = [
        ...result.errors.filter((error) => error.start < start).map((error) => ({ ...error, end: Math.min(error.end, start) })),
        ...rest.errors,
      ];
      const directives = [...result.directives.filter((directive) => directive.start < start), ...rest.directives];
      result = { ...result, body, errors, directives };
    }
    return result;
  }

  /** Frees the tree kept under `key`. */
  close(key: string): void {
    this.opened.get(key)?.tree.delete();
    this.opened.delete(key);
  }

  private tree(text: string, old: Tree | null): Tree {
    const tree = this.parser.parse(text, old);
    if (!tree) throw new Error("the parser has no language");
    return tree;
  }
}

const mostRecoveries = 3;

/** Where the first definition starts that stands at the start of a line inside broken text. */
function swallowedDefinition(module: Module, text: string): number | undefined {
  if (module.errors.length === 0) return undefined;
  const known = new Set(module.body.map((statement) => statement.start));
  for (const error of [...module.errors].sort((a, b) => a.start - b.start)) {
    const definition = /\n(?=(?:async[ \t]+def|def|class)[ \t]+\w|@\w)/g;
    definition.lastIndex = error.start;
    for (let found = definition.exec(text); found && found.index < error.end; found = definition.exec(text)) {
      const start = found.index + 1;
      const isDecorated = module.body.some(
        (statement) =>
          statement.start <= start && start <= statement.end && statement.kind !== "error-statement" && statement.kind !== "expression",
      );
      if (!known.has(start) && !isDecorated) return start;
    }
  }
  return undefined;
}

/** Initialising the runtime again would take the memory from under the parsers made before, so all share one. */
let loading: Promise<Language> | undefined;

async function load(bytes: ParserBytes): Promise<Language> {
  // The bytes are given, so nothing is located or fetched; the function only keeps the loader from guessing an address.
  const options = { wasmBinary: bytes.runtime, locateFile: (file: string) => file };
  await TreeSitter.init(options as unknown as Parameters<typeof TreeSitter.init>[0]);
  return Language.load(bytes.python);
}

/** Tree-sitter measures what it reuses in rows and columns as well as in offsets, so both must be right. */
function pointAt(text: string, offset: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) {
    row++;
    lineStart = i + 1;
  }
  return { row, column: offset - lineStart };
}
