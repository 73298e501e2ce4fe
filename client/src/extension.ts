import { commands, type ExtensionContext, l10n, languages, type TextEditor, type Uri, window } from "vscode";
import { type BaseLanguageClient, type LanguageClientOptions, State } from "vscode-languageclient";
import {
  type ClientIntroduction,
  calibratedNotification,
  type DocumentPlace,
  explainCommand,
  interpreterNotification,
  type Page,
  predictionRequest,
  showPredictionCommand,
  showTimelineCommand,
} from "../../server/src/lsp/protocol.js";
import { followAnalysis } from "./analysed.js";
import { chooseTarget } from "./choose-target.js";
import { explain } from "./explain.js";
import { followInterpreter, type Interpreters } from "./interpreter.js";
import { handleCrashes, restartServerCommand } from "./keep-running.js";
import { openKnowledgeFile } from "./knowledge-file.js";
import { showMenu } from "./menu.js";
import { createPages } from "./pages.js";
import { markReleasingCalls } from "./releasing-calls.js";
import { serveRemoteFiles } from "./remote-files.js";
import { exportReport, type ReportFormat, type RunReport } from "./report.js";
import { openSample } from "./sample.js";
import { showMenuCommand, showStatus } from "./status.js";
import { currentTheme, followTheme } from "./theme.js";
import { showThreads } from "./threads-view.js";
import { createTimelinePanel } from "./timeline/panel.js";
import { currentTrust, followTrust } from "./trust.js";

/** Everything the server may look at: saved files, unsaved ones, and the cells of notebooks. */
const documentSelector = ["file", "untitled", "vscode-notebook-cell", "vscode-vfs", "vscode-test-web"].map((scheme) => ({
  scheme,
  language: "python",
}));

/** Hovers and diagnostics link to these commands and to nothing else. */
const linkedCommands: readonly string[] = [explainCommand, showPredictionCommand, showTimelineCommand];

/** The options that desktop and web share. */
const clientOptions: LanguageClientOptions = {
  documentSelector,
  diagnosticCollectionName: "gilscope",
  outputChannelName: "Gilscope",
  markdown: { isTrusted: { enabledCommands: linkedCommands }, supportThemeIcons: true },
  initializationOptions: (): ClientIntroduction => ({
    commands: linkedCommands,
    theme: currentTheme(),
    trust: currentTrust(),
  }),
};

/** What only a host that can start other programs has. */
export interface DesktopAbilities {
  readonly reportFormats: readonly ReportFormat[];
  readonly runReport: RunReport;
  /** Measures an interpreter, or the default one, and calls `done` if it did. */
  calibrate(interpreter: Uri | undefined, done: () => void): Promise<void>;
}

/** Starts the client that the desktop or web entry makes, and everything in the window that belongs to it. */
export async function startClient(
  context: ExtensionContext,
  createClient: (options: LanguageClientOptions) => BaseLanguageClient,
  desktop?: DesktopAbilities,
): Promise<void> {
  const { keepRunning, ...crashHandling } = handleCrashes();
  const client = createClient({ ...clientOptions, ...crashHandling });
  const server = keepRunning(client);
  const pages = createPages(client);
  const timeline = createTimelinePanel(context, client);
  const status = showStatus(client);
  const analysis = followAnalysis(client);
  let interpreters: Interpreters | undefined;
  context.subscriptions.push(
    server,
    client,
    pages,
    timeline,
    status,
    analysis,
    showThreads(client, analysis.onDidAnalyse),
    markReleasingCalls(client, analysis.onDidAnalyse),
    serveRemoteFiles(client),
    followTheme(client),
    followTrust(client),
    commands.registerCommand(showMenuCommand, () => showMenu(status.last(), desktop ? "desktop" : "browser")),
    commands.registerCommand(restartServerCommand, () => server.restart()),
    commands.registerCommand("gilscope.chooseTarget", () => chooseTarget(context, status.last())),
    commands.registerCommand("gilscope.openKnowledgeFile", () => openKnowledgeFile(client)),
    commands.registerCommand("gilscope.exportReport", () => exportReport(client, desktop?.reportFormats ?? [], desktop?.runReport)),
    commands.registerCommand("gilscope.openSettings", () => commands.executeCommand("workbench.action.openSettings", "gilscope")),
    commands.registerCommand("gilscope.openSample", () => openSample(context)),
    commands.registerCommand("gilscope.openWalkthrough", () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false),
    ),
    commands.registerCommand(explainCommand, (name?: unknown) => explain(client, pages, name)),
    commands.registerCommand(showPredictionCommand, async (place?: DocumentPlace) => {
      const wanted = place ?? placeOf(window.activeTextEditor);
      const page = wanted && (await client.sendRequest<Page | null>(predictionRequest, wanted));
      if (page) await pages.showBeside(page);
      else await window.showInformationMessage(l10n.t("No concurrent work starts on this line."));
    }),
    commands.registerCommand(showTimelineCommand, async (place?: DocumentPlace) => {
      const wanted = place ?? placeOf(window.activeTextEditor);
      if (!wanted || !(await timeline.show(wanted))) await window.showInformationMessage(l10n.t("No concurrent work starts on this line."));
    }),
  );
  if (desktop) {
    const tellMeasured = (): void => tellServer(client, calibratedNotification, undefined);
    context.subscriptions.push(
      commands.registerCommand("gilscope.calibrate", () => desktop.calibrate(interpreters?.selected()?.executable, tellMeasured)),
    );
  }
  await server.start();
  await commands.executeCommand("setContext", "gilscope.isActive", true);
  await commands.executeCommand("setContext", "gilscope.isDesktop", desktop !== undefined);
  const tellInterpreter = (selected = interpreters?.selected()): void =>
    tellServer(client, interpreterNotification, { version: selected?.version ?? null });
  interpreters = await followInterpreter(tellInterpreter);
  context.subscriptions.push(
    interpreters,
    // A server that was started anew has not heard it.
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) tellInterpreter();
    }),
  );
}

function tellServer(client: BaseLanguageClient, notification: string, params: unknown): void {
  client.sendNotification(notification, params).catch(() => {
    // A stopped client needs no news; what counts is read anew when it starts.
  });
}

function placeOf(editor: TextEditor | undefined): DocumentPlace | undefined {
  if (!editor || !languages.match(documentSelector, editor.document)) return undefined;
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), line, character };
}
