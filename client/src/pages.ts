import { commands, type Disposable, EventEmitter, Uri, workspace } from "vscode";
import type { Page } from "../../server/src/lsp/protocol.js";

/** Shows pages of Markdown in the editor's own preview. */
export interface Pages extends Disposable {
  show(page: Page, where: "here" | "beside"): Promise<void>;
}

const scheme = "gilscope";

export function createPages(): Pages {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? "",
  });
  return {
    async show(page, where) {
      // The file name is the preview's title.
      const uri = Uri.from({ scheme, path: `/${page.title.replaceAll("/", "∕")}.md` });
      texts.set(uri.path, page.markdown);
      changed.fire(uri);
      await commands.executeCommand(where === "here" ? "markdown.showPreview" : "markdown.showPreviewToSide", uri);
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
