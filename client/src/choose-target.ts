import {
  ConfigurationTarget,
  type ExtensionContext,
  l10n,
  type QuickPickItem,
  type Uri,
  type WorkspaceConfiguration,
  window,
  workspace,
} from "vscode";
import type { ServerStatus } from "../../server/src/lsp/protocol.js";
import { originText } from "./status.js";

const setting = "gilscope.target";

/** Lets the user choose the interpreter that messages and predictions are for, and keeps it in the settings of the workspace. */
export async function chooseTarget(context: ExtensionContext, status: ServerStatus | undefined): Promise<void> {
  const names: readonly string[] = context.extension.packageJSON.contributes.configuration.properties[setting].enum;
  const current = configurationOf(window.activeTextEditor?.document.uri).get<string>(setting);
  const items = names.map((name): QuickPickItem & { readonly name: string } => ({
    name,
    label: name,
    description: [
      ...(name === current ? [l10n.t("current")] : []),
      ...(name === "auto" && status && status.targetFrom !== "setting" ? [`${status.target}, ${originText(status.targetFrom)}`] : []),
      ...(/t$/.test(name) ? [l10n.t("free-threaded build, no GIL")] : []),
    ].join("; "),
  }));
  const chosen = await window.showQuickPick(items, {
    title: l10n.t("Gilscope: the interpreter that answers are for"),
    placeHolder: l10n.t("auto: the one selected in the editor, else what the project names"),
    matchOnDescription: true,
  });
  if (!chosen) return;
  const value = chosen.name === "auto" ? undefined : chosen.name;
  const folders = workspace.workspaceFolders ?? [];
  const document = window.activeTextEditor?.document.uri;
  const folder = document && workspace.getWorkspaceFolder(document);
  // Of several folders each has its interpreter.
  if (folders.length > 1 && folder) await configurationOf(folder.uri).update(setting, value, ConfigurationTarget.WorkspaceFolder);
  else
    await configurationOf(undefined).update(
      setting,
      value,
      folders.length > 0 ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
    );
}

function configurationOf(scope: Uri | undefined): WorkspaceConfiguration {
  return workspace.getConfiguration(undefined, scope);
}
