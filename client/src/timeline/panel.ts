import {
  commands,
  Disposable,
  type ExtensionContext,
  env,
  l10n,
  Range,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import { type BaseLanguageClient, State } from "vscode-languageclient";
import { type DocumentPlace, type TimelineSite, timelineRequest, type WorkPlace } from "../../../server/src/lsp/protocol.js";
import { followed } from "./follow-edits.js";
import type { KeptState, ToExtension, ToView } from "./messages.js";
import { filled, timelineTexts } from "./view/texts.js";

/** The panel that shows how the work of one place would run; there is at most one. */
export interface TimelinePanel extends Disposable {
  /** Shows the work that starts at the place; false if none does. */
  show(place: WorkPlace): Promise<boolean>;
}

const viewType = "gilscope.timeline";

/** After the last keystroke, before the panel asks what the code says now. */
const settledMilliseconds = 300;

export function createTimelinePanel({ extensionUri }: ExtensionContext, client: BaseLanguageClient): TimelinePanel {
  const texts = timelineTexts(l10n);
  const folder = Uri.joinPath(extensionUri, "dist", "timeline");
  let shown: { readonly panel: WebviewPanel; place: DocumentPlace; readonly disposables: Disposable } | undefined;
  let edits = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  const siteAt = (place: WorkPlace): Promise<TimelineSite | null> => client.sendRequest<TimelineSite | null>(timelineRequest, place);

  const tell = (message: ToView): void => {
    shown?.panel.webview.postMessage(message);
  };

  const tellSite = (site: TimelineSite): void => {
    if (!shown) return;
    shown.place = site.place;
    shown.panel.title = filled(texts.title, site.prediction.task);
    tell({ kind: "site", site, texts });
  };

  const refresh = async (): Promise<void> => {
    if (!shown) return;
    const { panel, place } = shown;
    const editsBefore = edits;
    const site = await siteAt(place);
    // An answer about an older text names an older line; the next one is on its way.
    if (shown?.panel !== panel || edits !== editsBefore) return;
    if (site) tellSite(site);
    else tell({ kind: "gone", texts });
  };

  const refreshSoon = (): void => {
    clearTimeout(settling);
    // A stopped server answers nothing; the panel keeps what it shows.
    settling = setTimeout(() => client.state === State.Running && refresh().catch(() => undefined), settledMilliseconds);
  };

  const adopt = (panel: WebviewPanel, place: DocumentPlace): void => {
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const disposables = Disposable.from(
      panel.webview.onDidReceiveMessage((message: ToExtension) => received(message)),
      panel.onDidDispose(() => {
        disposables.dispose();
        if (shown?.panel === panel) shown = undefined;
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (!shown || document.uri.toString() !== shown.place.uri) return;
        edits++;
        shown.place = followed(shown.place, contentChanges);
        refreshSoon();
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("gilscope")) refreshSoon();
      }),
    );
    shown = { panel, place, disposables };
    panel.webview.html = page(panel.webview, folder);
  };

  const received = async (message: ToExtension): Promise<void> => {
    if (!shown) return;
    const { place } = shown;
    switch (message.kind) {
      case "ready":
        return refresh();
      case "save":
        return save(place, message.fileName, message.text);
      case "reveal":
        await window.showTextDocument(Uri.parse(place.uri), {
          viewColumn: ViewColumn.One,
          selection: new Range(place.line, place.character, place.line, place.character),
        });
    }
  };

  const serializer = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel: WebviewPanel, state: Partial<KeptState> | undefined) {
      const place = state?.place;
      if (!place) return panel.dispose();
      // The server knows a document once it is open.
      await Promise.resolve(workspace.openTextDocument(Uri.parse(place.uri))).catch(() => undefined);
      adopt(panel, place);
    },
  });

  return {
    async show(place) {
      const site = await siteAt(place);
      if (!site) return false;
      if (!shown) {
        const column = { viewColumn: ViewColumn.Beside, preserveFocus: false };
        adopt(window.createWebviewPanel(viewType, filled(texts.title, site.prediction.task), column), site.place);
      } else {
        shown.panel.reveal();
        tellSite(site);
      }
      return true;
    },
    dispose() {
      clearTimeout(settling);
      shown?.panel.dispose();
      serializer.dispose();
    },
  };
}

async function save(place: DocumentPlace, fileName: string, text: string): Promise<void> {
  const uri = await window.showSaveDialog({ defaultUri: Uri.joinPath(Uri.parse(place.uri), "..", fileName) });
  if (!uri) return;
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  if (fileName.endsWith(".svg")) await commands.executeCommand("vscode.open", uri);
}

/** Nothing but the panel's own script and style sheet runs or is loaded, and nothing is fetched. */
function page(webview: Webview, folder: Uri): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const address = (name: string): string => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}';">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${address("style.css")}">
</head>
<body>
<script nonce="${nonce}" src="${address("view.js")}"></script>
</body>
</html>`;
}
