import { l10n, type QuickPickItem, Uri, window, workspace } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { knowledgeFilesRequest } from "../../server/src/lsp/protocol.js";

/** Opens a knowledge file that is in use, or a new one with one entry to start from. */
export async function openKnowledgeFile(client: BaseLanguageClient): Promise<void> {
  const used = await client.sendRequest<readonly string[]>(knowledgeFilesRequest);
  const items: readonly (QuickPickItem & { readonly uri?: Uri })[] = [
    ...used.map((address) => {
      const uri = Uri.parse(address);
      return { label: workspace.asRelativePath(uri), uri };
    }),
    { label: `$(add) ${l10n.t("New knowledge file")}`, description: l10n.t("what calls of a library do to the GIL") },
  ];
  const chosen = used.length === 0 ? items[0] : await window.showQuickPick(items, { title: l10n.t("Gilscope: knowledge files in use") });
  if (!chosen) return;
  const document = chosen.uri
    ? await workspace.openTextDocument(chosen.uri)
    : await workspace.openTextDocument({ language: "json", content: template() });
  await window.showTextDocument(document);
}

function template(): string {
  const today = new Date().toISOString().slice(0, 10);
  const file = {
    package: { name: "acme", modules: ["acme"], evidence: ["source"] },
    sources: {
      source: {
        kind: "source",
        place: "https://github.com/acme/acme/blob/v1.0.0/src/hash.c#acme_hash",
        says: "Py_BEGIN_ALLOW_THREADS",
        date: today,
      },
    },
    callables: [{ names: ["acme.hash"], kind: "cpu-native", gil: "releases", evidence: ["source"] }],
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
