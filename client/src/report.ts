import { l10n, type QuickPickItem, Uri, window, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { reportRequest } from "../../server/src/lsp/protocol.js";

/** A report that the command line makes: its name there, and the end of its file's name. */
export interface ReportFormat {
  readonly name: string;
  readonly label: string;
  readonly extension: string;
}

/** Runs the command line over a folder, and gives what it reports. */
export type RunReport = (folder: Uri, format: ReportFormat) => Promise<string>;

/** Writes the findings of the workspace to a file: as Markdown by the server, in all other formats by the command line, where there is one. */
export async function exportReport(
  client: BaseLanguageClient,
  formats: readonly ReportFormat[],
  run: RunReport | undefined,
): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const markdown: ReportFormat = { name: "markdown", label: l10n.t("Markdown, to read"), extension: "md" };
  const isOnDisk = folder?.scheme === "file";
  const offered = [markdown, ...(run && isOnDisk ? formats : [])];
  const items = offered.map((format): QuickPickItem & { readonly format: ReportFormat } => ({
    format,
    label: format.label,
    description: `.${format.extension}`,
  }));
  const chosen = items.length === 1 ? items[0] : await window.showQuickPick(items, { title: l10n.t("Gilscope: export a report") });
  if (!chosen) return;
  const { format } = chosen;
  const text = format === markdown || !run || !folder ? await client.sendRequest<string>(reportRequest) : await run(folder, format);
  const name = `gilscope-report.${format.extension}`;
  const place = await window.showSaveDialog({
    ...(folder ? { defaultUri: Uri.joinPath(folder, name) } : {}),
    filters: { [format.label]: [format.extension] },
    title: l10n.t("Gilscope: export a report"),
  });
  if (!place) return;
  await workspace.fs.writeFile(place, new TextEncoder().encode(text));
  await window.showTextDocument(await workspace.openTextDocument(place));
}
