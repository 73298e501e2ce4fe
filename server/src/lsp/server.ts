import {
  CodeLensRefreshRequest,
  type Connection,
  type DidChangeTextDocumentParams,
  type DidChangeWatchedFilesParams,
  type DidCloseTextDocumentParams,
  type DidOpenTextDocumentParams,
  type InitializeParams,
  type InitializeResult,
  type WorkspaceFoldersChangeEvent,
} from "vscode-languageserver";
import { type Analysis, AnalysisHost } from "../analysis/analysis.js";
import { joinPath } from "../base/path.js";
import type { Parser } from "../syntax/parser.js";
import { capabilitiesFor, register } from "./capabilities.js";
import { abilitiesOf, beginningOf, clientOf, introductionOf, themeOf, trustOf } from "./client.js";
import { readConfiguration } from "./configuration.js";
import { confined } from "./confined-host.js";
import { createRenderer, knowledgeDiagnostics, pathOfUri, type Renderer, uriOfPath } from "./convert.js";
import { createFailures } from "./failures.js";
import { createFolderSettings } from "./folder-settings.js";
import { createIndexProgress } from "./index-progress.js";
import { createKnowledgeFiles } from "./knowledge-files.js";
import { english, languageOf, type Words, wordsOf } from "./language.js";
import { answerLanguageFeatures } from "./language-features.js";
import { createNotebooks } from "./notebooks.js";
import { createOpenDocuments } from "./open-documents.js";
import { answerOwnRequests } from "./own-requests.js";
import { calibratedNotification, interpreterNotification, statusNotification, themeNotification, trustNotification } from "./protocol.js";
import { createPublishedDiagnostics } from "./published-diagnostics.js";
import { answerPulledDiagnostics } from "./pulled-diagnostics.js";
import { answerReadingAids } from "./reading-aids.js";
import { noneSelected, selectedIn } from "./selected-interpreters.js";
import { type ServerHost, withRemoteFiles } from "./server-host.js";
import { statusOf } from "./server-status.js";
import { createSettingsInUse } from "./settings-in-use.js";
import { settledLater } from "./settled-later.js";
import { changesIn, createKnowledgeWatch, isIgnoreFile, isProjectFile, isTargetFile } from "./watched-files.js";
import { createWorkspaceIndex } from "./workspace-index.js";

/** How long the first diagnostics wait for the editor's settings, and the workspace for the first diagnostics, in milliseconds. */
const settingsPatience = 2000;

/**
 * Answers an editor over `connection` until the editor says goodbye. All state is in what is made here and in the analysis: texts, settings, facts.
 * A request that fails is logged once and answered with an error; everything else goes on.
 */
export function startServer(connection: Connection, localHost: ServerHost, parser: Parser, version: string): void {
  const host = withRemoteFiles(localHost, connection);
  /** For what the workspace holds, as opposed to what the user's settings name. */
  const workspaceHost = confined(host, () => ({ trust, folders: index.folders() }));
  let configuration = readConfiguration(undefined);
  let selected = noneSelected;
  let abilities = abilitiesOf({});
  let hovers = introductionOf(undefined);
  let trust = trustOf(undefined);
  let client = clientOf({});
  let words = english;

  const settings = createSettingsInUse(host, {
    configuration: () => configuration,
    selected: () => selected,
    folderSettings: () => folderSettings,
    onConfigured(inUse, are) {
      // What is remembered of a program depends on all of them, and is worth keeping.
      if (are === "changed") {
        analysisHost.configure(inUse);
        changed();
        refreshNotes();
      }
      published.schedule();
    },
    onFailure: (what, error) => failures.log(what, error),
  });
  const analysisHost = new AnalysisHost(parser, settings.current());
  let analysis: Analysis | undefined;
  /** Counts changes, so that work that paused can see that it is out of date. */
  let generation = 0;

  const changed = (): void => {
    analysis = undefined;
    generation++;
  };
  const snapshot = (): Analysis => {
    analysis ??= analysisHost.snapshotForNow();
    return analysis;
  };
  const rendererOf = (state: Analysis): Renderer =>
    createRenderer({
      textOf: (path) => state.text(path),
      uriOf: (path) => documents.at(path)?.uri ?? uriOfPath(path),
      versionOf: (path) => documents.at(path)?.document.version ?? null,
      abilities,
      hovers,
      words,
    });

  // ── Errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const failures = createFailures({
    host,
    notebooks: () => notebooks,
    startAfresh() {
      analysisHost.startAfresh();
      documents.readAgain();
      changed();
      published.schedule();
    },
  });
  const { answering, noticing } = failures;

  // ── Diagnostics ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Settles when the editor has told its settings: what they turn off must not flash up before. */
  let configured: Promise<unknown> = Promise.resolve();
  /** Settles when the knowledge files have been read that the settings name. */
  let knowledgeRead: Promise<unknown> = Promise.resolve();
  /** Settles when the settings of the workspace folders have been read. */
  let foldersRead: Promise<unknown> = Promise.resolve();
  const firstAnswered = settledLater();

  const published = createPublishedDiagnostics({
    connection,
    snapshot,
    rendererOf,
    host,
    documents: () => documents.all(),
    generation: () => generation,
    configured: () => configured,
    pullsDiagnostics: () => client.pullsDiagnostics,
    byCell: (uri, shownVersion, diagnostics) => notebooks.diagnosticsByCell(uri, shownVersion, diagnostics),
    onRound() {
      sendStatus();
      firstAnswered.settle();
    },
    understand(mustEnd) {
      const reached = analysisHost.understand(mustEnd);
      if (reached === "whole" && analysis !== analysisHost.snapshotForNow()) {
        changed();
        refreshNotes();
      }
      return reached;
    },
    analysisFailed: failures.inAnalysis,
    send: (sending) => send(sending),
  });

  /** A message that cannot be delivered means that the editor has gone. */
  const send = (sending: Promise<void>): void => {
    sending.catch((error) => failures.log("sending", error));
  };

  const progress = createIndexProgress(connection, {
    showsProgress: () => client.progress,
    words: () => words,
    onChange: () => sendStatus(),
    onFailure: (error) => failures.log("progress", error),
  });
  let lastStatus = "";
  const sendStatus = (): void => {
    const status = statusOf(settings, published, progress, documents.all());
    const text = JSON.stringify(status);
    if (text === lastStatus) return;
    lastStatus = text;
    send(connection.sendNotification(statusNotification, status));
  };

  // ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const isExcluded = (path: string): boolean =>
    folderSettings.excludes(path) ||
    index.folders().some((folder) => {
      const prefix = joinPath(folder, "");
      return path.startsWith(prefix) && configuration.excludes(path.slice(prefix.length));
    });
  const index = createWorkspaceIndex(workspaceHost, {
    isOpen: (path) => documents.isAnalysed(path),
    firstAnswers: async () => documents.all().length > 0 && Promise.race([firstAnswered.promise, host.wait(settingsPatience)]),
    isExcluded: (path) => isExcluded(path),
    onFile(path, text, packed) {
      analysisHost.readFile(path, text, packed);
    },
    onRemoved(path) {
      analysisHost.goneFile(path);
    },
    onProgress(done, total) {
      progress.show(done, total);
      if (done < total) return;
      analysisHost.takeArrived();
      changed();
      published.schedule();
      refreshNotes();
    },
  });

  const documents = createOpenDocuments(analysisHost, {
    isExcluded,
    isOnDisk: index.knows,
    onChange() {
      changed();
      published.schedule();
    },
    onIgnored: published.takeBack,
    onClose: ({ uri }) => published.takeBackAt(uri),
    onGivenBack: index.changed,
    onFailure: failures.log,
    log: (message) => host.log(message),
  });

  const notebooks = createNotebooks({
    onOpen: documents.open,
    onChange: documents.change,
    onClose: documents.close,
    onCellClose: published.takeBackAt,
  });

  connection.onDidOpenTextDocument(
    noticing("textDocument/didOpen", ({ textDocument }: DidOpenTextDocumentParams) => {
      const { uri, languageId, version: documentVersion, text } = textDocument;
      if (languageId === "python") documents.open(uri, documentVersion, text);
    }),
  );
  connection.onDidChangeTextDocument(
    noticing("textDocument/didChange", ({ textDocument, contentChanges }: DidChangeTextDocumentParams) =>
      documents.change(textDocument.uri, textDocument.version, contentChanges),
    ),
  );
  connection.onDidCloseTextDocument(
    noticing("textDocument/didClose", ({ textDocument }: DidCloseTextDocumentParams) => documents.close(textDocument.uri)),
  );
  const { synchronization } = connection.notebooks;
  synchronization.onDidOpenNotebookDocument(noticing("notebookDocument/didOpen", notebooks.open));
  synchronization.onDidChangeNotebookDocument(noticing("notebookDocument/didChange", notebooks.change));
  synchronization.onDidCloseNotebookDocument(noticing("notebookDocument/didClose", notebooks.close));

  connection.onDidChangeWatchedFiles(
    noticing("workspace/didChangeWatchedFiles", (params: DidChangeWatchedFilesParams) => {
      const { paths, ...onDisk } = changesIn(params);
      const knowledgePaths = new Set(knowledgeFiles.paths());
      if (paths.some((path) => knowledgePaths.has(path) || isProjectFile(path))) readKnowledge();
      if (paths.some(isTargetFile)) readFolders();
      if (paths.some(isIgnoreFile)) index.refresh();
      index.changedOnDisk(onDisk);
    }),
  );

  const changeFolders = (event: Pick<WorkspaceFoldersChangeEvent, "added" | "removed">): void => {
    for (const { uri } of event.removed) index.removeFolder(pathOfUri(uri));
    for (const { uri } of event.added) index.addFolder(pathOfUri(uri));
    documents.excludeAnew();
    readFolders();
    readKnowledge();
  };

  // ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The editor asks for what stands in the code by itself only where the code changes. */
  const refreshNotes = (): void => {
    // Who has not asked yet has nothing old.
    if (!initialized.isSettled()) return;
    if (client.lensRefresh) send(connection.sendRequest(CodeLensRefreshRequest.type));
    if (client.inlayRefresh) send(connection.languages.inlayHint.refresh());
  };

  const folderSettings = createFolderSettings(workspaceHost, {
    // A single folder's settings are the window's.
    async configurationOf(folder) {
      if (!client.configuration || index.folders().length < 2) return undefined;
      await initialized.promise;
      return readConfiguration(await connection.workspace.getConfiguration({ scopeUri: uriOfPath(folder), section: "gilscope" }));
    },
    onChange(excludes) {
      settings.configure();
      if (excludes === "as before") return;
      index.refresh();
      documents.excludeAnew();
    },
  });

  const useConfiguration = (section: unknown): void => {
    const excludedBefore = JSON.stringify(configuration.excludePatterns);
    const hintsBefore = JSON.stringify(configuration.inlayHints);
    configuration = readConfiguration(section);
    for (const problem of configuration.problems) host.log(problem);
    settings.configure();
    if (JSON.stringify(configuration.inlayHints) !== hintsBefore) refreshNotes();
    readKnowledge();
    readFolders();
    if (JSON.stringify(configuration.excludePatterns) !== excludedBefore) {
      index.refresh();
      documents.excludeAnew();
    }
  };

  const pullConfiguration = async (): Promise<void> => {
    if (client.configuration) useConfiguration(await connection.workspace.getConfiguration("gilscope"));
  };

  const knowledgeFiles = createKnowledgeFiles(host, {
    onKnowledge(knowledge) {
      analysisHost.useKnowledge(knowledge);
      changed();
      published.schedule();
      if (client.watchedFiles) watchKnowledge(knowledgeFiles.paths()).catch((error) => failures.log("registration", error));
    },
    onFile(path, problem) {
      send(connection.sendDiagnostics({ uri: uriOfPath(path), diagnostics: problem ? knowledgeDiagnostics(problem, words) : [] }));
    },
  });
  const readKnowledge = (): void => {
    const folders = index.folders();
    const reading = knowledgeFiles.read(configuration.knowledgeFiles, folders, trust === "given" ? folders : []);
    knowledgeRead = reading.catch((error) => failures.log("reading knowledge files", error));
  };

  const watchKnowledge = createKnowledgeWatch(connection);
  const readFolders = (): void => {
    foldersRead = folderSettings.read(index.folders()).catch((error) => failures.log("reading the settings of folders", error));
  };

  connection.onNotification(
    calibratedNotification,
    noticing("calibrated", () => settings.readCalibrations()),
  );

  connection.onDidChangeConfiguration(
    noticing("workspace/didChangeConfiguration", (params: { settings?: { gilscope?: unknown } }) => {
      if (client.configuration) pullConfiguration().catch((error) => failures.log("configuration", error));
      else useConfiguration(params.settings?.gilscope);
    }),
  );

  connection.onNotification(
    interpreterNotification,
    noticing("interpreter", (params: unknown) => {
      selected = selectedIn(params);
      settings.configure();
    }),
  );

  connection.onNotification(
    themeNotification,
    noticing("theme", (params: { theme?: unknown }) => {
      hovers = { ...hovers, theme: themeOf(params?.theme) };
    }),
  );

  connection.onNotification(
    trustNotification,
    noticing("trust", (params: unknown) => {
      trust = trustOf(params);
      // What was out of reach before is not any more.
      index.refresh();
      readFolders();
      readKnowledge();
    }),
  );

  // ── Requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const session = { connection, answering, snapshot, rendererOf, words: () => words };
  answerLanguageFeatures({
    ...session,
    abilities: () => abilities,
    analysisHost,
    isAnalysed: documents.isAnalysed,
    onChange() {
      changed();
      published.schedule();
    },
  });
  answerOwnRequests({
    ...session,
    settings: settings.current,
    folders: index.folders,
    knowledgePaths: knowledgeFiles.paths,
    send,
  });
  answerReadingAids({ ...session, wantedNotes: () => configuration.inlayHints });
  answerPulledDiagnostics({
    connection,
    answering,
    async diagnosticsOf(path) {
      await configured;
      const shown = documents.at(path);
      return !shown || shown.use === "ignored" ? [] : published.asked(shown);
    },
  });

  // ── Life cycle ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  let initialFolders: readonly string[] = [];
  let beginning: ReturnType<typeof beginningOf>;
  /** Settles when the editor answers what it is asked. */
  const initialized = settledLater();

  /** Takes the workspace as it is; the first diagnostics wait for all that decides what is shown. */
  const begin = (configuring: Promise<unknown>): void => {
    const started = configuring
      .then(settings.configure)
      .then(() => changeFolders({ added: initialFolders.map((uri) => ({ uri, name: uri })), removed: [] }))
      .then(() => Promise.all([knowledgeRead, foldersRead]))
      // Which interpreter was measured matters only once it is known which is meant.
      .then(settings.calibrationsRead);
    // An editor that never answers is not worth silence.
    configured = Promise.race([started, host.wait(settingsPatience)]);
    sendStatus();
  };

  /** Begins with what the client said of itself. */
  const beginAsIntroduced = ({ settings: section, documents: introduced }: NonNullable<typeof beginning>): void => {
    begin(Promise.resolve().then(noticing("the settings", () => useConfiguration(section))));
    documents.introduce(introduced);
  };

  const wordsFor = async (locale: string | undefined): Promise<Words> => {
    const language = languageOf(locale);
    if (!language) return english;
    try {
      return wordsOf(await localHost.readTranslations(language));
    } catch (error) {
      failures.log("the language", error);
      return english;
    }
  };

  connection.onInitialize(async (params: InitializeParams): Promise<InitializeResult> => {
    // Nothing is said before it is known in which language.
    words = await wordsFor(params.locale);
    client = clientOf(params.capabilities, params.initializationOptions);
    abilities = abilitiesOf(params.capabilities);
    hovers = introductionOf(params.initializationOptions);
    trust = trustOf(params.initializationOptions);
    initialFolders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
    beginning = beginningOf(params.initializationOptions);
    if (beginning) {
      const introduction = beginning;
      // Once the answer is on its way: before, the editor expects nothing.
      host.wait(0).then(noticing("the introduction", () => beginAsIntroduced(introduction)));
    } else if (!client.configuration) configuration = readConfiguration(params.initializationOptions);
    return {
      serverInfo: { name: "gilscope", version },
      capabilities: capabilitiesFor(client, params),
    };
  });

  connection.onInitialized(() => {
    if (client.folderChanges)
      connection.workspace.onDidChangeWorkspaceFolders(noticing("workspace/didChangeWorkspaceFolders", changeFolders));
    register(client, connection).catch((error) => failures.log("registration", error));
    initialized.settle();
    if (!beginning) return begin(pullConfiguration().catch((error) => failures.log("configuration", error)));
    // What was shown may be closed by now, and then nobody says so.
    host.wait(settingsPatience).then(noticing("the introduction", documents.closeIntroduced));
  });

  connection.listen();
}
