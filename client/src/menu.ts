import { commands, l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import { explainCommand, type ServerStatus, showTimelineCommand } from "../../server/src/lsp/protocol.js";
import { originText } from "./status.js";

interface Action extends QuickPickItem {
  readonly command?: string;
}

/** What can be done from the item in the status bar. `abilities`: the desktop can start other programs, a browser cannot. */
export async function showMenu(status: ServerStatus | undefined, abilities: "desktop" | "browser"): Promise<void> {
  const found = status?.findings[window.activeTextEditor?.document.uri.toString() ?? ""] ?? 0;
  const items: readonly Action[] = [
    {
      label: `$(versions) ${l10n.t("Choose the interpreter")}`,
      ...(status ? { description: `${status.target}, ${originText(status.targetFrom)}` } : {}),
      command: "gilscope.chooseTarget",
    },
    {
      label: `$(warning) ${l10n.t("Show the findings")}`,
      description: found === 1 ? l10n.t("1 finding") : l10n.t("{0} findings", found),
      command: "workbench.actions.view.problems",
    },
    { label: `$(graph-line) ${l10n.t("Show the timeline of the work that starts here")}`, command: showTimelineCommand },
    { label: `$(git-branch) ${l10n.t("Show the threads of the workspace")}`, command: "gilscope.threads.focus" },
    { label: `$(book) ${l10n.t("Explain the GIL, or a rule")}`, command: explainCommand },
    { label: "", kind: QuickPickItemKind.Separator },
    ...(abilities === "desktop"
      ? [{ label: `$(dashboard) ${l10n.t("Calibrate: measure this machine's Python")}`, command: "gilscope.calibrate" }]
      : []),
    { label: `$(json) ${l10n.t("Open a knowledge file")}`, command: "gilscope.openKnowledgeFile" },
    { label: `$(export) ${l10n.t("Export a report")}`, command: "gilscope.exportReport" },
    { label: `$(settings-gear) ${l10n.t("Settings")}`, command: "gilscope.openSettings" },
    { label: `$(debug-restart) ${l10n.t("Restart the server")}`, command: "gilscope.restartServer" },
  ];
  const chosen = await window.showQuickPick(items, { title: "Gilscope", placeHolder: l10n.t("What do you want to do?") });
  if (chosen?.command) await commands.executeCommand(chosen.command);
}
