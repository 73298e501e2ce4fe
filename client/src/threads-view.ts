import {
  Disposable,
  type Event,
  EventEmitter,
  l10n,
  Range,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from "vscode";
import { type BaseLanguageClient, State } from "vscode-languageclient";
import { type ThreadNode, threadsRequest } from "../../server/src/lsp/protocol.js";

/** A pause in typing after which the tree looks again, in milliseconds. */
const settledMilliseconds = 400;

/** A line of the tree; equal keys are the same line in two states of the program, so that what is open stays open. */
interface Line {
  readonly key: string;
  readonly node: ThreadNode;
}

/** The view of who starts threads, what they share, and under which locks. Asks only while somebody looks at it. */
export function showThreads(client: BaseLanguageClient, onDidAnalyse: Event<void>): Disposable {
  const changed = new EventEmitter<undefined>();
  let nodes: readonly ThreadNode[] = [];
  let shown = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const provider: TreeDataProvider<Line> = {
    onDidChangeTreeData: changed.event,
    getChildren: (line) => linesOf(line ? line.node.children : nodes, line?.key ?? ""),
    getTreeItem: itemOf,
  };
  const view = window.createTreeView("gilscope.threads", { treeDataProvider: provider, showCollapseAll: true });

  const refresh = async (): Promise<void> => {
    if (!view.visible || client.state !== State.Running) return;
    const found = await client.sendRequest<readonly ThreadNode[]>(threadsRequest).catch(() => undefined);
    const text = JSON.stringify(found);
    // A tree that is drawn anew for nothing flickers.
    if (!found || text === shown) return;
    shown = text;
    nodes = found;
    changed.fire(undefined);
  };
  const refreshSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(refresh, settledMilliseconds);
  };
  return Disposable.from(
    view,
    changed,
    view.onDidChangeVisibility(refresh),
    onDidAnalyse(refreshSoon),
    new Disposable(() => clearTimeout(timer)),
  );
}

function linesOf(nodes: readonly ThreadNode[], parent: string): Line[] {
  const counts = new Map<string, number>();
  return nodes.map((node) => {
    const key = `${parent}/${node.kind} ${node.place.uri} ${node.label}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return { key: `${key} ${count}`, node };
  });
}

function itemOf({ key, node }: Line): TreeItem {
  const item = new TreeItem(node.label, node.children.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None);
  item.id = key;
  item.description = node.detail;
  item.tooltip = node.spoken;
  item.accessibilityInformation = { label: node.spoken };
  item.iconPath = iconOf(node.kind);
  const { start, end } = node.place.range;
  const selection = new Range(start.line, start.character, end.line, end.character);
  item.command = { command: "vscode.open", title: l10n.t("Go to code"), arguments: [Uri.parse(node.place.uri), { selection }] };
  return item;
}

function iconOf(kind: ThreadNode["kind"]): ThemeIcon {
  switch (kind) {
    case "thread":
      return new ThemeIcon("git-branch");
    case "process":
      return new ThemeIcon("server-process");
    case "interpreter":
      return new ThemeIcon("vm");
    case "task":
      return new ThemeIcon("sync");
    case "callback":
      return new ThemeIcon("reply");
    case "guarded":
      return new ThemeIcon("lock");
    case "unguarded":
      return new ThemeIcon("unlock", new ThemeColor("list.warningForeground"));
    case "access":
      return new ThemeIcon("symbol-variable");
    case "start":
      return new ThemeIcon("play");
  }
}
