import type { TextEdit } from "../../server/src/base/edit.js";
import { nodesOf, parsed, type TreeNode } from "./syntax-tree.js";

/** A change of a text that leaves what its program does as it was. */
export interface Change {
  readonly name: string;
  /** Whether messages, which quote the code, stay the same as well. */
  readonly messages: "stay" | "change";
  /** Undefined where it does not apply to the text. */
  edits(text: string): readonly TextEdit[] | undefined;
  /** Where an offset is afterwards, where its text moves as a whole; otherwise the edits tell. */
  place?(offset: number, text: string): number;
  /** It changes what other files of the program say. */
  readonly reach?: "file";
}

/** A change by the syntax of the text; none where there is nothing to change, or the text does not parse. */
function bySyntax(name: string, messages: Change["messages"], edits: (root: TreeNode, text: string) => readonly TextEdit[]): Change {
  return {
    name,
    messages,
    edits(text) {
      const root = parsed(text);
      const made = root ? edits(root, text) : [];
      return made.length === 0 ? undefined : made;
    },
  };
}

const insert = (offset: number, newText: string): TextEdit => ({ range: { start: offset, end: offset }, newText });
const replace = ({ start, end }: { readonly start: number; readonly end: number }, newText: string): TextEdit => ({
  range: { start, end },
  newText,
});

const comments = bySyntax("comments", "stay", (root, text) => [
  ...statementLines(root, text).map(({ start, indent }) => insert(start, `${indent}# Said in passing: counter += 1, with lock.\n`)),
  ...lineEnds(root, text).map((end) => insert(end, "  # so it is")),
]);

const commentsInside = bySyntax("comments inside brackets", "change", (root, text) =>
  text.includes("# gil:")
    ? []
    : argumentLists(root).flatMap(([open, close]) => [insert(open, "  # counter += 1\n            "), insert(close, "\n        ")]),
);

const blankLines = bySyntax("blank lines", "stay", (root, text) => statementLines(root, text).map(({ start }) => insert(start, "\n  \n")));

const docstrings = bySyntax("docstrings", "stay", (root, text) =>
  [...nodesOf(root)]
    .filter(({ type }) => type === "function_definition" || type === "class_definition")
    .flatMap(({ children }) => {
      const body = children.find(({ field }) => field === "body");
      const first = body?.children.find(({ type }) => type !== "comment");
      if (
        !first ||
        /^[rbuf]*["']/i.test(first.text) ||
        lineOf(first.start, text).text.trim() !== lineOf(first.start, text).text.slice(first.start - lineOf(first.start, text).start)
      )
        return [];
      const { start, text: line } = lineOf(first.start, text);
      if (hasDirective(text, start)) return [];
      return [insert(start, `${indentOf(line)}"""What it is for."""\n`)];
    }),
);

const parentheses = bySyntax("parentheses", "change", (root) =>
  wrappable(root).flatMap((node) => [insert(node.start, "("), insert(node.end, ")")]),
);

const continuationLines = bySyntax("continuation lines", "change", (root, text) => {
  if (text.includes("# gil:")) return [];
  const calls = argumentLists(root).flatMap(([open, close]) => [insert(open, "\n            "), insert(close, "\n        ")]);
  const values = [...nodesOf(root)].flatMap((node) => {
    if (node.type === "assignment" || node.type === "augmented_assignment") {
      const right = node.children.find(({ field }) => field === "right");
      return right && !right.text.includes("\n") && text[right.start - 1] === " " ? [insert(right.start, "\\\n        ")] : [];
    }
    return [];
  });
  return [...calls, ...values];
});

const carriageReturns: Change = {
  name: "CRLF line ends",
  messages: "stay",
  edits: (text) => [...text.matchAll(/\n/g)].map(({ index }) => replace({ start: index, end: index + 1 }, "\r\n")),
};

const tabs = bySyntax("tabs", "stay", (root, text) =>
  codeLines(root, text).flatMap(({ start, text: line }) => {
    const indent = indentOf(line);
    return indent.length >= 4 && /^( {4})+$/.test(indent)
      ? [replace({ start, end: start + indent.length }, "\t".repeat(indent.length / 4))]
      : [];
  }),
);

const ifTrue = bySyntax("all of it in `if True:`", "stay", (root, text) => {
  if (/^from __future__|^import .*\*|# gil: ignore-file/m.test(text)) return [];
  const lines = codeLines(root, text).filter(({ text: line }) => line.trim() !== "");
  return lines.length === 0 ? [] : [insert(0, "if True:\n"), ...lines.map(({ start }) => insert(start, "    "))];
});

const locals = bySyntax("other names for locals", "change", (root) =>
  [...nodesOf(root)].filter(({ type }) => type === "function_definition").flatMap(renamedLocals),
);

const functions: Change = {
  reach: "file",
  ...bySyntax("other names for functions and classes", "change", (root, text) => {
    const defined = root.children
      .map((node) => (node.type === "decorated_definition" ? undefined : node))
      .filter((node) => node?.type === "function_definition" || node?.type === "class_definition")
      .map((node) => node?.children.find(({ field }) => field === "name")?.text as string);
    const names = new Set(defined.filter((name) => !tellingName.test(name) && isPlainEverywhere(name, root, text)));
    return [...nodesOf(root)]
      .filter(({ type, text: name }) => type === "identifier" && names.has(name))
      .map((node) => insert(node.end, "_x"));
  }),
};

const imports: Change = {
  ...bySyntax("imports in another order", "stay", (root, text) => {
    const block = importBlock(root, text);
    return block.map((node, index) => replace(node, (block[block.length - 1 - index] as TreeNode).text));
  }),
  place(offset, text) {
    const root = parsed(text);
    const block = root ? importBlock(root, text) : [];
    const index = block.findIndex(({ start, end }) => start <= offset && offset < end);
    const from = block[index];
    if (!from || !block[0]) return offset;
    let start = block[0].start;
    for (let i = block.length - 1; i > index; i--) {
      const here = block[block.length - 1 - i] as TreeNode;
      const next = block[block.length - i] as TreeNode;
      start += (block[i] as TreeNode).text.length + next.start - here.end;
    }
    return start + offset - from.start;
  },
};

/** All of them. */
export const changes: readonly Change[] = [
  comments,
  commentsInside,
  blankLines,
  docstrings,
  parentheses,
  continuationLines,
  carriageReturns,
  tabs,
  ifTrue,
  locals,
  functions,
  imports,
];

/** Where the offset of a text is after the edits, behind what is inserted there. */
export function mapped(offset: number, edits: readonly TextEdit[]): number {
  let shift = 0;
  for (const { range, newText } of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    if (range.end > offset && range.start < range.end) {
      if (range.start < offset) shift += Math.max(0, newText.length - (range.end - range.start));
      break;
    }
    if (range.start > offset) break;
    shift += newText.length - (range.end - range.start);
  }
  return offset + shift;
}

// ── What may be changed ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Names that say what a function is for; some rules go by them. */
const tellingName =
  /^_*(close|stop|shutdown|exit|quit|end|finish|join|start|run|init|setup|set_?up|tear_?down|open|connect|disconnect|reset|clear|lock)(_|$|[A-Z])/i;

/** The first imports of a module that stand one after the other, each a line or more of its own; none where there are fewer than two. */
function importBlock(root: TreeNode, text: string): readonly TreeNode[] {
  const block: TreeNode[] = [];
  for (const node of root.children) {
    if (node.type === "import_statement" || node.type === "import_from_statement") block.push(node);
    else if (block.length > 0 || !["comment", "expression_statement", "future_import_statement"].includes(node.type)) break;
  }
  const isWhole = block.every(({ start, end }) => (start === 0 || text[start - 1] === "\n") && (text[end] ?? "\n") === "\n");
  return isWhole && block.length > 1 ? block : [];
}

interface Line {
  readonly start: number;
  readonly text: string;
}

function lineOf(offset: number, text: string): Line {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return { start, text: text.slice(start, end === -1 ? text.length : end) };
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** Lines that begin outside of strings and of continued lines. */
function codeLines(root: TreeNode, text: string): readonly Line[] {
  const inside = [...nodesOf(root)].filter(({ type }) => type === "string" || type === "line_continuation");
  const lines: Line[] = [];
  for (let start = 0; start < text.length; start = lineOf(start, text).start + lineOf(start, text).text.length + 1) {
    const line = lineOf(start, text);
    if (!inside.some((node) => node.start < line.start && line.start < node.end)) lines.push(line);
  }
  return lines;
}

/** Lines on which a statement begins, without those that a directive above them is about. */
function statementLines(root: TreeNode, text: string): readonly (Line & { readonly indent: string })[] {
  const starts = new Map<number, Line & { readonly indent: string }>();
  for (const node of nodesOf(root)) {
    if (node.type !== "module" && node.type !== "block") continue;
    for (const child of node.children) {
      const line = lineOf(child.start, text);
      const indent = indentOf(line.text);
      if (child.type === "comment" || line.start + indent.length !== child.start || hasDirective(text, line.start)) continue;
      starts.set(line.start, { ...line, indent });
    }
  }
  return [...starts.values()];
}

function hasDirective(text: string, lineStart: number): boolean {
  return lineStart > 0 && /# gil:/.test(lineOf(lineStart - 1, text).text);
}

/** Ends of lines after which a comment may stand: outside of brackets, strings and continued lines, where there is none. */
function lineEnds(root: TreeNode, text: string): readonly number[] {
  const bracketed = [...nodesOf(root)].filter(({ children }) =>
    /^[([{]$/.test(children.find(({ type }) => /^[([{]$/.test(type))?.type ?? ""),
  );
  const occupied = [...nodesOf(root)].filter(({ type }) => type === "string" || type === "comment" || type === "line_continuation");
  return codeLines(root, text)
    .filter(({ text: line }) => line.trim() !== "")
    .map(({ start, text: line }) => start + line.length)
    .filter((end) => !occupied.some((node) => node.start < end && end <= node.end && (node.type !== "string" || end < node.end)))
    .filter((end) => !bracketed.some((node) => node.start < end && end < node.end));
}

/** The insides of the parentheses of calls, where there is something inside. */
function argumentLists(root: TreeNode): readonly (readonly [number, number])[] {
  return [...nodesOf(root)].flatMap(({ type, children }) => {
    const [open, first] = children;
    const close = children[children.length - 1];
    return type === "argument_list" && open?.text === "(" && close?.text === ")" && first !== close
      ? [[open.end, close.start] as const]
      : [];
  });
}

/** Expressions that parentheses can stand round: values of assignments, conditions, results, arguments. */
function wrappable(root: TreeNode): readonly TreeNode[] {
  const chosen: TreeNode[] = [];
  for (const node of nodesOf(root)) {
    for (const child of node.children) {
      const isValue =
        (child.field === "right" && ["assignment", "augmented_assignment"].includes(node.type)) ||
        (child.field === "condition" && ["if_statement", "while_statement", "elif_clause"].includes(node.type)) ||
        (child.field === "value" && node.type === "keyword_argument") ||
        (node.type === "return_statement" && child.text !== "return" && child.type !== "comment") ||
        (node.type === "argument_list" &&
          ["identifier", "attribute", "binary_operator", "integer", "string", "lambda"].includes(child.type));
      if (isValue && !["assignment", "yield", "list_splat", "dictionary_splat", "expression_list", "pattern_list"].includes(child.type))
        chosen.push(child);
    }
  }
  return chosen;
}

/** Names that only one function knows, with a letter more: not its parameters, not what functions inside or around it know. */
function renamedLocals(definition: TreeNode): readonly TextEdit[] {
  const body = definition.children.find(({ field }) => field === "body");
  if (!body) return [];
  const all = [...nodesOf(body)];
  const isNested = all.some(({ type }) =>
    ["function_definition", "class_definition", "lambda", "global_statement", "nonlocal_statement", "match_statement"].includes(type),
  );
  if (isNested || all.some(({ text, type }) => type === "identifier" && /^(locals|vars|eval|exec)$/.test(text))) return [];
  const parameters = new Set(
    [...nodesOf(definition.children.find(({ field }) => field === "parameters") ?? body)]
      .filter(({ type }) => type === "identifier")
      .map(({ text }) => text),
  );
  const bound = new Set<string>();
  for (const node of all) {
    const left =
      node.type === "assignment" || node.type === "for_statement" || node.type === "for_in_clause"
        ? node.children.find(({ field }) => field === "left")
        : undefined;
    if (left?.type === "identifier" && !parameters.has(left.text)) bound.add(left.text);
  }
  const names = new Set([...bound].filter((name) => !tellingName.test(name) && name !== "_"));
  return plainUses(body)
    .filter(({ text }) => names.has(text))
    .map((node) => insert(node.end, "z"));
}

/** Identifiers that are names, not attributes and not keywords of calls. */
function plainUses(root: TreeNode): readonly TreeNode[] {
  const uses: TreeNode[] = [];
  const walk = (node: TreeNode): void => {
    for (const child of node.children) {
      if (node.type === "attribute" && child.field === "attribute") continue;
      if (node.type === "keyword_argument" && child.field === "name") continue;
      if (child.type === "identifier") uses.push(child);
      walk(child);
    }
  };
  walk(root);
  return uses;
}

/** Whether a name of the module is never an attribute, a keyword, a word in a text, or bound anew. */
function isPlainEverywhere(name: string, root: TreeNode, text: string): boolean {
  const uses = plainUses(root).filter((node) => node.text === name).length;
  const all = [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length;
  return uses === all;
}
