import {
  commands,
  Disposable,
  type ExtensionContext,
  l10n,
  languages,
  TabInputCustom,
  type TextEditor,
  Uri,
  window,
  workspace,
} from "vscode";
import { type BaseLanguageClient, type LanguageClientOptions, State } from "vscode-languageclient";
import {
  type ClientIntroduction,
  calibratedNotification,
  type DocumentPlace,
  explainCommand,
  interpreterNotification,
  type Page,
  predictionRequest,
  type SelectedVersions,
  showPredictionCommand,
  showTimelineCommand,
  type WorkPlace,
} from "../../server/src/lsp/protocol.js";
import { followAnalysis } from "./analysed.js";
import { chooseTarget } from "./choose-target.js";
import type { CommandHandlers } from "./commands.js";
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
    // Plain data, as it is sent.
    settings: JSON.parse(JSON.stringify(workspace.getConfiguration().get("gilscope") ?? {})),
    documents: workspace.textDocuments
      .filter((document) => document.uri.scheme !== "vscode-notebook-cell" && languages.match(documentSelector, document) > 0)
      .map((document) => ({ uri: document.uri.toString(), version: document.version, text: document.getText() })),
  }),
};

/** What only a host that can start other programs has. */
export interface DesktopAbilities {
  readonly reportFormats: readonly ReportFormat[];
  readonly runReport: RunReport;
  /** Measures an interpreter, or the default one, and calls `done` if it did. */
  calibrate(interpreter: Uri | undefined, done: () => void): Promise<void>;
}

/**
 * Starts the client that the desktop or web entry makes, and everything in the window that belongs to it. Whoever activates the extension waits for
 * neither the server nor other extensions: what is asked meanwhile is answered once the server runs. Returns what runs the extension's commands.
 */
export function startClient(
  context: ExtensionContext,
  createClient: (options: LanguageClientOptions) => BaseLanguageClient,
  desktop?: DesktopAbilities,
): CommandHandlers {
  const { keepRunning, ...crashHandling } = handleCrashes();
  const client = createClient({ ...clientOptions, ...crashHandling });
  const server = keepRunning(client);
  // The server starts to load while the rest is set up.
  const started = server.start();
  const timeline = createTimelinePanel(context, client);
  const shown = followPlace();
  const showTimeline = async (place: WorkPlace | undefined): Promise<void> => {
    if (!place || !(await timeline.show(place))) await sayNothingStarts(place);
  };
  const pages = createPages(client);
  const status = showStatus(client);
  const analysis = followAnalysis(client);
  let interpreters: Interpreters | undefined;
  context.subscriptions.push(
    server,
    client,
    pages,
    timeline,
    shown,
    status,
    analysis,
    showThreads(client, analysis.onDidAnalyse),
    markReleasingCalls(client, analysis.onDidAnalyse),
    serveRemoteFiles(client),
    followTheme(client),
    followTrust(client),
  );
  started
    .then(async () => {
      let told: SelectedVersions = { version: null, folders: {} };
      const tellInterpreters = (): void => tellServer(client, interpreterNotification, told);
      interpreters = await followInterpreter((selected) => {
        told = selected;
        tellInterpreters();
      });
      context.subscriptions.push(
        interpreters,
        // A server that was started anew has not heard it.
        client.onDidChangeState(({ newState }) => {
          if (newState === State.Running) tellInterpreters();
        }),
      );
    })
    .catch(() => {
      // The client has told the user that its server does not start.
    });
  return {
    [showMenuCommand]: () => showMenu(status.ofShown(), desktop ? "desktop" : "browser"),
    [restartServerCommand]: () => server.restart(),
    "gilscope.chooseTarget": () => chooseTarget(context, status.ofShown()),
    "gilscope.openKnowledgeFile": () => openKnowledgeFile(client),
    "gilscope.exportReport": () => exportReport(client, desktop?.reportFormats ?? [], desktop?.runReport),
    "gilscope.openSettings": () => commands.executeCommand("workbench.action.openSettings", "gilscope"),
    "gilscope.openSample": () => openSample(context),
    "gilscope.openWalkthrough": () => commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false),
    [explainCommand]: (name?: unknown) => explain(client, pages, name),
    [showPredictionCommand]: async (place?: DocumentPlace) => {
      const wanted = place ?? shown.place();
      const page = wanted && (await client.sendRequest<Page | null>(predictionRequest, wanted));
      if (page) await pages.showBeside(page, wanted);
      else await sayNothingStarts(wanted);
    },
    // From the title of a page's tab, the command is given the page; from the palette, nothing.
    [showTimelineCommand]: (given?: DocumentPlace | Uri) => {
      const page = given instanceof Uri ? given : shownPage();
      return showTimeline(given instanceof Uri || !given ? ((page && pages.placeOf(page)) ?? shown.place()) : given);
    },
    ...(desktop && {
      "gilscope.calibrate": () =>
        desktop.calibrate(interpreters?.selected()?.executable, () => tellServer(client, calibratedNotification, undefined)),
    }),
  };
}

function tellServer(client: BaseLanguageClient, notification: string, params: unknown): void {
  client.sendNotification(notification, params).catch(() => {
    // A stopped client needs no news; what counts is read anew when it starts.
  });
}

async function sayNothingStarts(place: WorkPlace | undefined): Promise<void> {
  await window.showInformationMessage(
    place?.nearest ? l10n.t("No concurrent work starts in this file.") : l10n.t("No concurrent work starts on this line."),
  );
}

/** The document of the tab in front where that is no editor of text. */
function shownPage(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof TabInputCustom ? input.uri : undefined;
}

/** Knows the cursor's place in the Python document that was shown last: what asks for it may stand in front, such as the walkthrough. */
function followPlace(): { place(): WorkPlace | undefined } & Disposable {
  let last: WorkPlace | undefined;
  const look = (editor: TextEditor | undefined): void => {
    if (!editor || !languages.match(documentSelector, editor.document)) return;
    const { line, character } = editor.selection.active;
    last = { uri: editor.document.uri.toString(), line, character, nearest: true };
  };
  look(window.activeTextEditor);
  const listening = Disposable.from(
    window.onDidChangeActiveTextEditor(look),
    window.onDidChangeTextEditorSelection(({ textEditor }) => look(textEditor)),
  );
  return { place: () => last, dispose: () => listening.dispose() };
}
