import {
  commands,
  Disposable,
  EventEmitter,
  type FileChangeEvent,
  FileChangeType,
  FileSystemError,
  FileType,
  Uri,
  workspace,
} from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { type Explanation, explanationRequest, type Page, pageScheme } from "../../server/src/lsp/protocol.js";

/** Shows pages of Markdown in the editor's own preview. */
export interface Pages extends Disposable {
  /** Shows a page that was made for one place in the code, beside it. */
  showBeside(page: Page): Promise<void>;
  showExplanation(explanation: Explanation): Promise<void>;
}

/** Files that nobody can write: the preview follows links between them as it does between files on disk. */
export function createPages(client: BaseLanguageClient): Pages {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<FileChangeEvent[]>();
  const textOf = async (uri: Uri): Promise<string> => {
    const known = texts.get(uri.path);
    if (known !== undefined) return known;
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
  const show = async (command: string, uri: Uri): Promise<void> => {
    // The interpreter may be another one since the page was last shown.
    changed.fire([{ type: FileChangeType.Changed, uri }]);
    await commands.executeCommand(command, uri);
  };
  return {
    async showBeside(page) {
      // The file name is the preview's title.
      const uri = uriOf(`${page.title.replaceAll("/", "∕")}.md`);
      texts.set(uri.path, page.markdown);
      await show("markdown.showPreviewToSide", uri);
    },
    showExplanation: ({ path }) => show("markdown.showPreview", uriOf(path)),
    dispose() {
      provider.dispose();
      changed.dispose();
    },
  };
}
