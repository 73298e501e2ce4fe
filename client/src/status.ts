import { Disposable, StatusBarAlignment, type TextEditor, window } from "vscode";
import { type BaseLanguageClient, State } from "vscode-languageclient";
import { type ServerStatus, statusNotification } from "../../server/src/lsp/protocol.js";

/** The item in the status bar: which interpreter answers are for, and how many findings the visible Python file has. */
export function showStatus(client: BaseLanguageClient): Disposable {
  const item = window.createStatusBarItem("gilscope.status", StatusBarAlignment.Right, 90);
  item.name = "Gilscope";
  item.command = "workbench.actions.view.problems";
  let status: ServerStatus | undefined;

  const update = (): void => {
    const editor = window.activeTextEditor;
    if (!isPython(editor)) {
      item.hide();
      return;
    }
    const spoken = describe(client.state, status, editor);
    item.text = spoken.text;
    item.tooltip = spoken.label;
    item.accessibilityInformation = { label: spoken.label };
    item.show();
  };
  update();
  return Disposable.from(
    item,
    window.onDidChangeActiveTextEditor(update),
    client.onDidChangeState(update),
    client.onNotification(statusNotification, (next: ServerStatus) => {
      status = next;
      update();
    }),
  );
}

function describe(state: State, status: ServerStatus | undefined, editor: TextEditor): { readonly text: string; readonly label: string } {
  if (state === State.Stopped) return { text: "$(circle-slash) GIL", label: "Gilscope is not running" };
  if (!status) return { text: "$(sync~spin) GIL", label: "Gilscope is starting" };
  const found = status.findings[editor.document.uri.toString()] ?? 0;
  const findings = found === 0 ? "no findings" : found === 1 ? "1 finding" : `${found} findings`;
  const reading = status.indexing === "busy" ? "; still reading the workspace" : "";
  return {
    text: `$(pulse) ${status.target}${found > 0 ? ` · ${found}` : ""}`,
    label: `Gilscope: ${findings} in this file, judged for ${status.target} on ${status.cores} ${status.cores === 1 ? "core" : "cores"}${reading}`,
  };
}

function isPython(editor: TextEditor | undefined): editor is TextEditor {
  return editor?.document.languageId === "python";
}
