import { l10n, type QuickPickItem, QuickPickItemKind, window } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { type Explanation, explanationRequest, type Topic, topicsRequest } from "../../server/src/lsp/protocol.js";
import type { Pages } from "./pages.js";

/** Shows the page of a name, or lets the user choose one. */
export async function explain(client: BaseLanguageClient, pages: Pages, name: unknown): Promise<void> {
  const wanted = typeof name === "string" ? name : await choose(client);
  if (wanted === undefined) return;
  const found = await client.sendRequest<Explanation | null>(explanationRequest, { name: wanted });
  if (found) await pages.showExplanation(found);
  else await window.showInformationMessage(l10n.t("Gilscope has no page {0}.", wanted));
}

interface TopicItem extends QuickPickItem {
  readonly name?: string;
}

async function choose(client: BaseLanguageClient): Promise<string | undefined> {
  const topics = await client.sendRequest<readonly Topic[]>(topicsRequest, {});
  const itemsOf = (kind: Topic["kind"]): readonly TopicItem[] => topics.filter((topic) => topic.kind === kind).map(itemOf);
  const items: readonly TopicItem[] = [
    { label: l10n.t("The GIL"), kind: QuickPickItemKind.Separator },
    ...itemsOf("page"),
    { label: l10n.t("Rules"), kind: QuickPickItemKind.Separator },
    ...itemsOf("rule"),
  ];
  const chosen = await window.showQuickPick(items, { title: l10n.t("Gilscope: what shall be explained?"), matchOnDescription: true });
  return chosen?.name;
}

function itemOf({ kind, name, title, detail }: Topic): TopicItem {
  return { label: title, name, ...(kind === "rule" ? { description: name } : { detail }) };
}
