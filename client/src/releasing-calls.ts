import { Disposable, type Event, Range, type TextEditor, ThemeColor, window, workspace } from "vscode";
import { type BaseLanguageClient, State } from "vscode-languageclient";
import { type ReleasingRange, releasingCallsRequest } from "../../server/src/lsp/protocol.js";

/** A pause in typing after which the marks are set anew, in milliseconds; meanwhile the editor moves them with the text. */
const settledMilliseconds = 300;

const setting = "gilscope.highlightReleasingCalls";

/**
 * Underlines calls that release the GIL. These are decorations, because the editor takes semantic tokens of one extension only, and those of a Python
 * language server tell more.
 */
export function markReleasingCalls(client: BaseLanguageClient, onDidAnalyse: Event<void>): Disposable {
  const mark = window.createTextEditorDecorationType({
    borderColor: new ThemeColor("gilscope.releasingCall"),
    borderStyle: "dotted",
    borderWidth: "0 0 1.5px 0",
  });
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refresh = async (editor: TextEditor): Promise<void> => {
    if (editor.document.languageId !== "python" || client.state !== State.Running) return;
    const wanted = workspace.getConfiguration(undefined, editor.document).get<string>(setting);
    if (wanted === "off") {
      editor.setDecorations(mark, []);
      return;
    }
    const { version } = editor.document;
    const found = await client
      .sendRequest<readonly ReleasingRange[]>(releasingCallsRequest, { uri: editor.document.uri.toString() })
      .catch(() => undefined);
    if (!found || editor.document.version !== version) return;
    editor.setDecorations(
      mark,
      found.filter(({ runs }) => wanted === "everywhere" || runs === "in-threads").map(({ range }) => rangeOf(range)),
    );
  };
  const refreshAll = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void Promise.all(window.visibleTextEditors.map(refresh)), settledMilliseconds);
  };
  return Disposable.from(
    mark,
    onDidAnalyse(refreshAll),
    window.onDidChangeVisibleTextEditors(refreshAll),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(setting)) refreshAll();
    }),
    new Disposable(() => clearTimeout(timer)),
  );
}

function rangeOf({ start, end }: ReleasingRange["range"]): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
