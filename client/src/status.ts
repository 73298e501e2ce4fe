import { Disposable, l10n, StatusBarAlignment, type TextEditor, window } from "vscode";
import { type BaseLanguageClient, State } from "vscode-languageclient";
import { type ServerStatus, statusNotification } from "../../server/src/lsp/protocol.js";

/** The command that the item in the status bar runs: a list of things to do. */
export const showMenuCommand = "gilscope.showMenu";

/** The item in the status bar, and what the server last said of itself. */
export interface Status extends Disposable {
  /** What the server said last, with the interpreter of the document that is shown; undefined until it has said something. */
  ofShown(): ServerStatus | undefined;
}

/** Shows which interpreter answers are for, how many findings the visible Python file has, and whether files are still read. */
export function showStatus(client: BaseLanguageClient): Status {
  const item = window.createStatusBarItem("gilscope.status", StatusBarAlignment.Right, 90);
  item.name = "Gilscope";
  item.command = showMenuCommand;
  let status: ServerStatus | undefined;

  const update = (): void => {
    const editor = window.activeTextEditor;
    if (!isPython(editor)) {
      item.hide();
      return;
    }
    const spoken = describe(client.state, status && statusOf(status, editor), editor);
    item.text = spoken.text;
    item.tooltip = spoken.label;
    item.accessibilityInformation = { label: spoken.label, role: "button" };
    item.show();
  };
  update();
  const disposable = Disposable.from(
    item,
    window.onDidChangeActiveTextEditor(update),
    client.onDidChangeState(update),
    client.onNotification(statusNotification, (next: ServerStatus) => {
      status = next;
      update();
    }),
  );
  return { ofShown: () => status && statusOf(status, window.activeTextEditor), dispose: () => disposable.dispose() };
}

/** Where the interpreter that answers are for was read, as the end of a sentence. */
export function originText(from: ServerStatus["targetFrom"]): string {
  switch (from) {
    case "setting":
      return l10n.t("set by gilscope.target");
    case "editor":
      return l10n.t("selected in the editor");
    case "environment":
      return l10n.t("of the project's virtual environment");
    case "project":
      return l10n.t("named by the project");
    case "default":
      return l10n.t("the newest known");
  }
}

/** With the interpreter of the editor's document. */
function statusOf(status: ServerStatus, editor: TextEditor | undefined): ServerStatus {
  return { ...status, ...status.otherTargets[editor?.document.uri.toString() ?? ""] };
}

function describe(state: State, status: ServerStatus | undefined, editor: TextEditor): { readonly text: string; readonly label: string } {
  if (state === State.Stopped) return { text: "$(circle-slash) GIL", label: l10n.t("Gilscope is not running") };
  if (!status) return { text: "$(sync~spin) GIL", label: l10n.t("Gilscope is starting") };
  const found = status.findings[editor.document.uri.toString()] ?? 0;
  const findings = found === 0 ? l10n.t("no findings") : found === 1 ? l10n.t("1 finding") : l10n.t("{0} findings", found);
  const cores = status.cores === 1 ? l10n.t("1 core") : l10n.t("{0} cores", status.cores);
  const label = l10n.t(
    "Gilscope: {0} in this file, judged for {1} on {2} ({3})",
    findings,
    status.target,
    cores,
    originText(status.targetFrom),
  );
  if (status.indexing === "done") return { text: `$(pulse) ${status.target}${found > 0 ? ` · ${found}` : ""}`, label };
  return {
    text: `$(sync~spin) ${status.target} · ${status.percentage} %`,
    label: `${label}. ${l10n.t("{0} % of the workspace are read", status.percentage)}`,
  };
}

function isPython(editor: TextEditor | undefined): editor is TextEditor {
  return editor?.document.languageId === "python";
}
