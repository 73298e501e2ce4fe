import type { Tree } from "web-tree-sitter";

/**
 * What the parser's runtime says of nodes, read straight from its memory. The library's own nodes carry positions and objects that nobody here asks
 * for, and take twice as long to make and to ask as all the rest of turning a tree into plain values.
 */
export class TreeRuntime {
  /** Through it the runtime takes a node, and gives back a list. */
  private readonly transfer: number;
  /** Of the tree that is being read. */
  private tree = 0;

  private constructor(private readonly memory: RuntimeMemory) {
    this.transfer = memory._ts_init();
  }

  /** `options` are those that the runtime was started with: it makes them its module. */
  static of(options: object): TreeRuntime {
    if (!isRuntimeMemory(options)) throw new Error("the parser's runtime keeps its memory elsewhere");
    return new TreeRuntime(options);
  }

  /** The root of a tree. Nodes are asked before the next root is. */
  root(tree: Tree): TreeNode {
    this.tree = (tree as unknown as TreeHandle)[0];
    const { id, startIndex } = tree.rootNode;
    return new TreeNode(this, id, startIndex, 0);
  }

  typeOf(node: TreeNode): number {
    this.give(node);
    return this.memory._ts_node_symbol_wasm(this.tree);
  }

  endOf(node: TreeNode): number {
    this.give(node);
    return this.memory._ts_node_end_index_wasm(this.tree);
  }

  namedChildrenOf(node: TreeNode): readonly TreeNode[] {
    this.give(node);
    this.memory._ts_node_named_children_wasm(this.tree);
    return this.list();
  }

  childrenOf(node: TreeNode): readonly TreeNode[] {
    this.give(node);
    this.memory._ts_node_children_wasm(this.tree);
    return this.list();
  }

  private list(): readonly TreeNode[] {
    // The memory may have grown meanwhile, and is another object then.
    const view = this.memory.HEAP_DATA_VIEW;
    const count = view.getInt32(this.transfer, true);
    if (count === 0) return none;
    const list = view.getInt32(this.transfer + wordSize, true);
    const children = new Array<TreeNode>(count);
    for (let index = 0, address = list; index < count; index++, address += nodeSize) {
      children[index] = new TreeNode(
        this,
        view.getInt32(address, true),
        view.getInt32(address + wordSize, true),
        view.getInt32(address + aliasAt, true),
      );
    }
    this.memory._free(list);
    return children;
  }

  /** Rows and columns stay what they were: they tell where a node stands, and nothing else comes of them. */
  private give({ id, startIndex, alias }: TreeNode): void {
    const view = this.memory.HEAP_DATA_VIEW;
    view.setInt32(this.transfer, id, true);
    view.setInt32(this.transfer + wordSize, startIndex, true);
    view.setInt32(this.transfer + aliasAt, alias, true);
  }
}

/** A node of the tree that is being read. */
export class TreeNode {
  private type = unknown;

  constructor(
    private readonly runtime: TreeRuntime,
    readonly id: number,
    readonly startIndex: number,
    /** What the grammar calls it here, if not as everywhere. */
    readonly alias: number,
  ) {}

  get typeId(): number {
    if (this.type === unknown) this.type = this.runtime.typeOf(this);
    return this.type;
  }

  get endIndex(): number {
    return this.runtime.endOf(this);
  }

  get namedChildren(): readonly TreeNode[] {
    return this.runtime.namedChildrenOf(this);
  }

  get children(): readonly TreeNode[] {
    return this.runtime.childrenOf(this);
  }
}

/** What `web-tree-sitter` calls when it is asked about a node, as its version that package.json names has it. */
interface RuntimeMemory {
  readonly HEAP_DATA_VIEW: DataView;
  _ts_init(): number;
  _ts_node_symbol_wasm(tree: number): number;
  _ts_node_end_index_wasm(tree: number): number;
  _ts_node_children_wasm(tree: number): void;
  _ts_node_named_children_wasm(tree: number): void;
  _free(address: number): void;
}

/** Where the library keeps the address of a tree. */
interface TreeHandle {
  readonly 0: number;
}

function isRuntimeMemory(module: object): module is RuntimeMemory {
  return ["HEAP_DATA_VIEW", "_ts_init", ...questions.map((name) => `_ts_node_${name}_wasm`), "_free"].every((name) => name in module);
}

const questions = ["symbol", "end_index", "children", "named_children"];

const none: readonly never[] = [];
const unknown = -1;

/** A node is five words: its address, its offset, its row, its column, and its alias. */
const wordSize = 4;
const aliasAt = 4 * wordSize;
const nodeSize = 5 * wordSize;
