import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";
import { pythonParser } from "../syntax/python-parser.js";

const require = createRequire(import.meta.url);
// It starts the library, which can be started only once.
await pythonParser();
const parser = new Parser();
parser.setLanguage(await Language.load(readFileSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm"))));

/** A node of the grammar's own tree, as a plain value: changes of texts must not lean on what the product makes of the tree. */
export interface TreeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** The name of the field that it is of its parent; empty where it is none. */
  readonly field: string;
  readonly text: string;
  /** All of them, punctuation too. */
  readonly children: readonly TreeNode[];
}

/** Parses a text; undefined where it is no Python that the grammar knows. */
export function parsed(text: string): TreeNode | undefined {
  const tree = parser.parse(text);
  if (!tree) return undefined;
  try {
    return tree.rootNode.hasError ? undefined : plain(tree.rootNode, "", text);
  } finally {
    tree.delete();
  }
}

function plain(node: Node, field: string, text: string): TreeNode {
  const children: TreeNode[] = [];
  for (let index = 0; index < node.childCount; index++) {
    const child = node.child(index);
    if (child) children.push(plain(child, node.fieldNameForChild(index) ?? "", text));
  }
  return { type: node.type, start: node.startIndex, end: node.endIndex, field, text: text.slice(node.startIndex, node.endIndex), children };
}

/** The node and all below it, outermost first. */
export function* nodesOf(node: TreeNode): Iterable<TreeNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}
