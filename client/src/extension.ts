import { commands, type ExtensionContext, languages, type TextEditor, window } from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";
import {
  type DocumentPlace,
  explainCommand,
  interpreterNotification,
  type Page,
  predictionRequest,
  showPredictionCommand,
  showTimelineCommand,
} from "../../server/src/lsp/protocol.js";
import { explain } from "./explain.js";
import { followInterpreter } from "./interpreter.js";
import { createPages } from "./pages.js";
import { serveRemoteFiles } from "./remote-files.js";
import { showStatus } from "./status.js";
import { createTimelinePanel } from "./timeline/panel.js";

/** Everything the server may look at: saved files, unsaved ones, and the cells of notebooks. */
const documentSelector = ["file", "untitled", "vscode-notebook-cell", "vscode-vfs", "vscode-test-web"].map((scheme) => ({
  scheme,
  language: "python",
}));

/** The options that desktop and web share. */
export const clientOptions: LanguageClientOptions = {
  documentSelector,
  diagnosticCollectionName: "gilscope",
  outputChannelName: "Gilscope",
  // Hovers link to the commands below and to nothing else.
  markdown: { isTrusted: { enabledCommands: [explainCommand, showPredictionCommand, showTimelineCommand] }, supportThemeIcons: true },
};

/** Starts the client made by the desktop or web entry, and everything in the window that belongs to it. */
export async function startClient(context: ExtensionContext, client: BaseLanguageClient): Promise<void> {
  const pages = createPages(client);
  const timeline = createTimelinePanel(context, client);
  context.subscriptions.push(
    client,
    pages,
    timeline,
    showStatus(client),
    serveRemoteFiles(client),
    commands.registerCommand("gilscope.restartServer", () => restart(client)),
    commands.registerCommand(explainCommand, (name?: unknown) => explain(client, pages, name)),
    commands.registerCommand(showPredictionCommand, async (place?: DocumentPlace) => {
      const wanted = place ?? placeOf(window.activeTextEditor);
      const page = wanted && (await client.sendRequest<Page | null>(predictionRequest, wanted));
      if (page) await pages.showBeside(page);
      else await window.showInformationMessage("No concurrent work starts on this line.");
    }),
    commands.registerCommand(showTimelineCommand, async (place?: DocumentPlace) => {
      const wanted = place ?? placeOf(window.activeTextEditor);
      if (!wanted || !(await timeline.show(wanted))) await window.showInformationMessage("No concurrent work starts on this line.");
    }),
  );
  await client.start();
  const tell = (version: string | undefined): void => {
    client.sendNotification(interpreterNotification, { version: version ?? null }).catch(() => {
      // A stopped client needs no news; a restarted one is told again below.
    });
  };
  context.subscriptions.push(await followInterpreter(tell));
}

async function restart(client: BaseLanguageClient): Promise<void> {
  if (client.isRunning()) await client.stop();
  await client.start();
}

function placeOf(editor: TextEditor | undefined): DocumentPlace | undefined {
  if (!editor || !languages.match(documentSelector, editor.document)) return undefined;
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), line, character };
}
