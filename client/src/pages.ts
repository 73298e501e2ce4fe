import {
  commands,
  Disposable,
  EventEmitter,
  type FileChangeEvent,
  FileChangeType,
  FileSystemError,
  FileType,
  Uri,
  ViewColumn,
  workspace,
} from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { type Explanation, explanationRequest, type Page, pageScheme, type WorkPlace } from "../../server/src/lsp/protocol.js";

/** Shows pages of Markdown in the editor's own preview. */
export interface Pages extends Disposable {
  /** Shows a page that was made for one place in the code, beside it. */
  showBeside(page: Page, place: WorkPlace): Promise<void>;
  /** The place that a page was made for. */
  placeOf(uri: Uri): WorkPlace | undefined;
  showExplanation(explanation: Explanation): Promise<void>;
}

/** The editor's preview of Markdown as an editor of its own, whose tab knows which page it shows. */
const previewEditor = "vscode.markdown.preview.editor";

/** Files that nobody can write: the preview follows links between them as it does between files on disk. */
export function createPages(client: BaseLanguageClient): Pages {
  const made = new Map<string, { readonly text: string; readonly place: WorkPlace }>();
  const changed = new EventEmitter<FileChangeEvent[]>();
  const textOf = async (uri: Uri): Promise<string> => {
    const known = made.get(uri.path);
    if (known) return known.text;
    const name = /^\/(?:pages|rules)\/(.+)\.md$/.exec(uri.path)?.[1];
    const found = name === undefined ? null : await client.sendRequest<Explanation | null>(explanationRequest, { name });
    if (!found || `/${found.path}` !== uri.path) throw FileSystemError.FileNotFound(uri);
    return found.markdown;
  };
  const refuse = (uri: Uri): never => {
    throw FileSystemError.NoPermissions(uri);
  };
  const provider = workspace.registerFileSystemProvider(
    pageScheme,
    {
      onDidChangeFile: changed.event,
      watch: () => new Disposable(() => undefined),
      async stat(uri) {
        const size = new TextEncoder().encode(await textOf(uri)).length;
        return { type: FileType.File, ctime: 0, mtime: Date.now(), size };
      },
      readFile: async (uri) => new TextEncoder().encode(await textOf(uri)),
      readDirectory: () => [],
      createDirectory: refuse,
      writeFile: refuse,
      delete: refuse,
      rename: refuse,
    },
    { isReadonly: true, isCaseSensitive: true },
  );
  const uriOf = (path: string): Uri => Uri.from({ scheme: pageScheme, path: `/${path}` });
  /** The interpreter may be another one since the page was last shown. */
  const renew = (uri: Uri): void => changed.fire([{ type: FileChangeType.Changed, uri }]);
  return {
    async showBeside(page, place) {
      // The file name is the title of the tab. The folder is what the menus of the editor know these pages by.
      const uri = uriOf(`predictions/${page.title.replaceAll("/", "∕")}.md`);
      // The code may have moved by the time that somebody asks.
      made.set(uri.path, { text: page.markdown, place: { ...place, nearest: true } });
      renew(uri);
      await commands.executeCommand("vscode.openWith", uri, previewEditor, { viewColumn: ViewColumn.Beside, preview: true });
    },
    placeOf: ({ scheme, path }) => (scheme === pageScheme ? made.get(path)?.place : undefined),
    async showExplanation({ path }) {
      renew(uriOf(path));
      await commands.executeCommand("markdown.showPreview", uriOf(path));
    },
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
