import {
  type CancellationToken,
  CodeLensRefreshRequest,
  type Connection,
  type Diagnostic,
  type DidChangeTextDocumentParams,
  DidChangeWatchedFilesNotification,
  type DidChangeWatchedFilesParams,
  type DidCloseTextDocumentParams,
  type DidOpenTextDocumentParams,
  type Disposable,
  ErrorCodes,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  type TextDocumentContentChangeEvent,
  type WorkspaceFoldersChangeEvent,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Analysis, AnalysisHost } from "../analysis/analysis.js";
import { Cancelled } from "../base/cancellation.js";
import { errorDetails } from "../base/error-details.js";
import { fileName, joinPath } from "../base/path.js";
import { newestTarget, type Target, targetName, targetTitle } from "../base/target.js";
import type { Calibration } from "../estimate/calibration.js";
import { keptCalibrations } from "../estimate/kept-calibrations.js";
import type { Parser } from "../syntax/parser.js";
import { capabilitiesFor, register } from "./capabilities.js";
import { type ChosenTarget, chosen } from "./chosen-target.js";
import { abilitiesOf, beginningOf, clientOf, introductionOf, themeOf, trustOf } from "./client.js";
import { effectiveSettings, readConfiguration } from "./configuration.js";
import { confined } from "./confined-host.js";
import { applyChanges, createRenderer, knowledgeDiagnostics, pathOfUri, type Renderer, uriOfPath } from "./convert.js";
import { createFolderSettings } from "./folder-settings.js";
import { createIndexProgress } from "./index-progress.js";
import { createKnowledgeFiles } from "./knowledge-files.js";
import { english, languageOf, type Words, wordsOf } from "./language.js";
import { answerLanguageFeatures } from "./language-features.js";
import { createNotebooks } from "./notebooks.js";
import { answerOwnRequests } from "./own-requests.js";
import { MalformedParameters } from "./parameters.js";
import {
  analysedNotification,
  calibratedNotification,
  interpreterNotification,
  type ServerStatus,
  statusNotification,
  themeNotification,
  trustNotification,
} from "./protocol.js";
import { answerPulledDiagnostics } from "./pulled-diagnostics.js";
import { answerReadingAids } from "./reading-aids.js";
import { noneSelected, selectedIn } from "./selected-interpreters.js";
import { type ServerHost, withRemoteFiles } from "./server-host.js";
import { createWorkspaceIndex, longestText } from "./workspace-index.js";

/** A document that the editor shows. */
interface OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly document: TextDocument;
  /** Ignored: excluded by the user, or too long to be analysed while somebody types in it. */
  use: "analysed" | "ignored";
  /** What the editor was told last: the version and the diagnostics as JSON. */
  published: { readonly version: number; readonly diagnostics: string } | undefined;
}

/** The longest pause between two rounds of diagnostics, in milliseconds. */
const longestPause = 100;

/** What fails however often everything is made anew is not worth the time any more. */
const mostFreshStarts = 3;

/** How long the first diagnostics wait for the editor's settings, and the workspace for the first diagnostics, in milliseconds. */
const settingsPatience = 2000;

/**
 * Answers an editor over `connection` until the editor says goodbye. All state is here and in the analysis: texts, settings, facts.
 * A request that fails is logged once and answered with an error; everything else goes on.
 */
export function startServer(connection: Connection, localHost: ServerHost, parser: Parser, version: string): void {
  const host = withRemoteFiles(localHost, connection);
  /** For what the workspace holds, as opposed to what the user's settings name. */
  const workspaceHost = confined(host, () => ({ trust, folders: index.folders() }));
  let configuration = readConfiguration(undefined);
  let selected = noneSelected;
  const chosenTarget = (): ChosenTarget =>
    chosen(configuration.target, selected.target, folderSettings.target) ?? { target: newestTarget, from: "default" };
  /** The targets of folders, where these are not that of the rest. */
  const folderTargets = (): readonly (ChosenTarget & { readonly folder: string })[] => {
    const general = chosenTarget();
    return folderSettings.targets.flatMap(({ folder, setting, project }) => {
      const ofEditor = selected.folders.has(folder) ? selected.folders.get(folder) : selected.target;
      const own = chosen(setting ?? configuration.target, ofEditor, project) ?? general;
      return targetName(own.target) === targetName(general.target) ? [] : [{ folder, ...own }];
    });
  };
  let settings = effectiveSettings(configuration, undefined, host.cores());
  let abilities = abilitiesOf({});
  let hovers = introductionOf(undefined);
  let trust = trustOf(undefined);
  let client = clientOf({});
  let words = english;

  const analysisHost = new AnalysisHost(parser, settings);
  const open = new Map<string, OpenDocument>();
  let analysis: Analysis | undefined;
  /** Counts changes, so that work that paused can see that it is out of date. */
  let generation = 0;

  const changed = (): void => {
    analysis = undefined;
    generation++;
  };
  const snapshot = (): Analysis => {
    analysis ??= analysisHost.snapshot();
    return analysis;
  };
  const rendererOf = (state: Analysis): Renderer =>
    createRenderer({
      textOf: (path) => state.text(path),
      uriOf: (path) => open.get(path)?.uri ?? uriOfPath(path),
      versionOf: (path) => open.get(path)?.document.version ?? null,
      abilities,
      hovers,
      words,
    });

  // ── Errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const failures = new Map<string, number>();
  /** Tells of a failure the first time it comes. Returns how often it has come. */
  const logFailure = (what: string, error: unknown): number => {
    const message = `${what} failed: ${errorDetails(error)}`;
    // Which of Node's own functions called ours differs from time to time.
    const key = message.replace(/\n\s+at [^\n]*\bnode:[^\n]*/g, "");
    const times = (failures.get(key) ?? 0) + 1;
    failures.set(key, times);
    if (times === 1) host.log(message);
    return times;
  };

  /** Gives the analysis the text of a document anew, or leaves it out where that fails, until it is another text. */
  const readAgain = (shown: OpenDocument): void => {
    try {
      analysisHost.removeFile(shown.path);
      analysisHost.openFile(shown.path, shown.document.getText());
    } catch (error) {
      shown.use = "ignored";
      logFailure(`reading ${shown.path}`, error);
      leaveOut(shown.path);
    }
  };

  const leaveOut = (path: string): void => {
    try {
      analysisHost.removeFile(path);
    } catch (error) {
      logFailure(`leaving out ${path}`, error);
    }
  };

  /** A failure in the midst of analysis, which may have left behind what is half done: nothing of that is to be met again. */
  const analysisFailed = (what: string, error: unknown): void => {
    if (logFailure(what, error) > mostFreshStarts) return;
    analysisHost.startAfresh();
    for (const shown of open.values()) if (shown.use === "analysed") readAgain(shown);
    changed();
    schedulePublish();
  };

  /** The one place where a request's failure is caught. */
  const answering =
    <Params, Result>(what: string, work: (params: Params) => Result | Promise<Result>) =>
    async (params: Params, cancellation?: CancellationToken): Promise<Result | ResponseError<void>> => {
      // Whoever typed on has sent a cancellation by the time this turn of the loop ends.
      await host.wait(0);
      if (cancellation?.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, `${what} was cancelled`);
      try {
        return notebooks.inCells(await work(notebooks.inModule(params)), params);
      } catch (error) {
        if (error instanceof Cancelled) return new ResponseError(LSPErrorCodes.RequestCancelled, `${what} was cancelled`);
        if (error instanceof MalformedParameters) return new ResponseError(ErrorCodes.InvalidParams, `${what}: ${error.message}`);
        analysisFailed(what, error);
        return new ResponseError(ErrorCodes.InternalError, `${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };

  /** The one place where a notification's failure is caught. */
  const noticing =
    <Params>(what: string, work: (params: Params) => void) =>
    (params: Params): void => {
      try {
        work(params);
      } catch (error) {
        analysisFailed(what, error);
      }
    };

  // ── Diagnostics ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

  const findingCounts = new Map<string, number>();
  let publishing: "idle" | "waiting" = "idle";
  let nextRound = 0;
  /** Settles when the editor has told its settings: what they turn off must not flash up before. */
  let configured: Promise<unknown> = Promise.resolve();
  /** Settles when the knowledge files have been read that the settings name. */
  let knowledgeRead: Promise<unknown> = Promise.resolve();
  /** Settles when the settings of the workspace folders have been read. */
  let foldersRead: Promise<unknown> = Promise.resolve();
  /** Settles when what was measured of the target has been read. */
  let calibrationsRead: Promise<unknown> = Promise.resolve();

  const schedulePublish = (): void => {
    if (publishing === "waiting") return;
    publishing = "waiting";
    // Who pauses after a keystroke is answered at once. Where analysis is slow, requests still find the server free between two rounds.
    const delay = Math.max(0, nextRound - host.now());
    Promise.all([configured, host.wait(delay)]).then(async () => {
      publishing = "idle";
      const started = host.now();
      await publish().catch((error) => analysisFailed("diagnostics", error));
      const ended = host.now();
      nextRound = ended + Math.min((ended - started) / 4, longestPause);
    });
  };

  const publish = async (): Promise<void> => {
    const round = generation;
    const state = snapshot();
    const renderer = rendererOf(state);
    // The document of the last keystroke is the last of the map: it is what the user looks at.
    for (const shown of [...open.values()].reverse()) {
      if (shown.use === "ignored") continue;
      const diagnostics = diagnosticsOf(shown, state, renderer);
      if (generation !== round) return schedulePublish();
      const published = { version: shown.document.version, diagnostics: JSON.stringify(diagnostics) };
      if (shown.published?.version !== published.version || shown.published.diagnostics !== published.diagnostics) {
        if (shown.published?.version === published.version) isPulledStale = true;
        shown.published = published;
        sendDiagnostics(shown, diagnostics);
      }
      await host.wait(0);
      if (generation !== round) return schedulePublish();
    }
    if (client.pullsDiagnostics && isPulledStale) send(connection.languages.diagnostics.refresh());
    isPulledStale = false;
    sendStatus();
    firstAnswered.settle();
    if (round === lastAnalysed) return;
    lastAnalysed = round;
    send(connection.sendNotification(analysedNotification));
  };
  let lastAnalysed = -1;
  /** Whether an editor that asks for diagnostics has old ones of the text that it shows. */
  let isPulledStale = false;
  const firstAnswered = settledLater();

  /** Nothing for a file whose diagnostics fail, which are no reason to keep back those of the others. */
  const diagnosticsOf = (shown: OpenDocument, state: Analysis, renderer: Renderer): readonly Diagnostic[] => {
    try {
      const diagnostics = state.findings(shown.path).map((finding) => renderer.diagnostic(finding));
      for (const { rule, error } of state.failedRules()) analysisFailed(`the rule ${rule}`, error);
      return diagnostics;
    } catch (error) {
      analysisFailed("diagnostics", error);
      return [];
    }
  };

  const sendDiagnostics = (shown: OpenDocument, diagnostics: readonly Diagnostic[]): void => {
    for (const told of notebooks.diagnosticsByCell(shown.uri, shown.document.version, diagnostics)) {
      if (shown.use === "ignored") findingCounts.delete(told.uri);
      else findingCounts.set(told.uri, told.diagnostics.length);
      const isAskedFor = client.pullsDiagnostics && told.uri === shown.uri;
      if (!isAskedFor) send(connection.sendDiagnostics(told));
    }
  };

  /** A message that cannot be delivered means that the editor has gone. */
  const send = (sending: Promise<void>): void => {
    sending.catch((error) => logFailure("sending", error));
  };

  const progress = createIndexProgress(connection, {
    showsProgress: () => client.progress,
    words: () => words,
    onChange: () => sendStatus(),
    onFailure: (error) => logFailure("progress", error),
  });
  const otherTargets = (): ServerStatus["otherTargets"] => {
    const folders = folderTargets();
    const told = [...open.values()].flatMap(({ uri, path }) => {
      const own = folders.find(({ folder }) => path.startsWith(`${folder}/`));
      return own ? [[uri, { target: targetTitle(own.target), targetFrom: own.from }] as const] : [];
    });
    return Object.fromEntries(told);
  };
  let lastStatus = "";
  const sendStatus = (): void => {
    const status: ServerStatus = {
      target: targetTitle(settings.target),
      cores: settings.cores,
      findings: Object.fromEntries(findingCounts),
      indexing: progress.state,
      percentage: progress.percentage,
      targetFrom: chosenTarget().from,
      otherTargets: otherTargets(),
    };
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
    isOpen: (path) => open.get(path)?.use === "analysed",
    firstAnswers: async () => open.size > 0 && Promise.race([firstAnswered.promise, host.wait(settingsPatience)]),
    isExcluded: (path) => isExcluded(path),
    onFile(path, text, packed) {
      // Answers keep to the state they have until all files are read: to link the program anew after each file would cost far more than
      // the reading, and what the user types makes a new state anyway.
      if (packed) analysisHost.setFacts(path, text, packed);
      else analysisHost.setFile(path, text);
    },
    onRemoved(path) {
      analysisHost.removeFile(path);
    },
    onProgress(done, total) {
      progress.show(done, total);
      if (done < total) return;
      changed();
      schedulePublish();
      refreshNotes();
    },
  });

  /** Gives the analysis the open documents it should have, and takes back those it should not. */
  const useOpenDocument = (shown: OpenDocument): void => {
    const text = shown.document.getText();
    const use = text.length > longestText || isExcluded(shown.path) ? "ignored" : "analysed";
    if (use === shown.use) return;
    if (use === "analysed") {
      try {
        analysisHost.openFile(shown.path, text);
        shown.use = use;
      } catch (error) {
        leaveOut(shown.path);
        throw error;
      }
    } else {
      shown.use = use;
      analysisHost.closeFile(shown.path);
      analysisHost.removeFile(shown.path);
      shown.published = undefined;
      sendDiagnostics(shown, []);
    }
    changed();
    schedulePublish();
  };

  /** Documents that are open because the client introduced them, and that it has not opened yet. */
  const introduced = new Set<string>();
  const openDocument = (uri: string, documentVersion: number, text: string): void => {
    const path = pathOfUri(uri);
    if (introduced.delete(uri)) {
      const { document } = open.get(path) ?? {};
      if (document?.version === documentVersion && document.getText() === text) return;
      closeDocument(uri);
    }
    const document = TextDocument.create(uri, "python", documentVersion, text);
    const shown: OpenDocument = { uri, path, document, use: "ignored", published: undefined };
    open.set(path, shown);
    useOpenDocument(shown);
    if (text.length > longestText) host.log(`${path} is too large to be analysed in an editor (${(text.length / 1e6).toFixed(1)} MB)`);
  };

  const changeDocument = (uri: string, documentVersion: number, changes: readonly TextDocumentContentChangeEvent[]): void => {
    const path = pathOfUri(uri);
    const shown = open.get(path);
    if (!shown) throw new Error(`${uri} is not open`);
    const edits = applyChanges(shown.document, changes, documentVersion);
    open.delete(path);
    open.set(path, shown);
    if (shown.use === "analysed") {
      changed();
      schedulePublish();
      try {
        analysisHost.editFile(path, edits);
      } catch (error) {
        // Later edits count from this text, however often this fails.
        readAgain(shown);
        throw error;
      }
    }
    useOpenDocument(shown);
  };

  const closeDocument = (uri: string): void => {
    const path = pathOfUri(uri);
    const shown = open.get(path);
    if (!shown) return;
    open.delete(path);
    findingCounts.delete(shown.uri);
    send(connection.sendDiagnostics({ uri: shown.uri, diagnostics: [] }));
    if (shown.use === "ignored") return;
    changed();
    schedulePublish();
    try {
      analysisHost.closeFile(path);
      // What was typed and not saved is gone with the editor; the file on disk counts again.
      if (!index.knows(path)) analysisHost.removeFile(path);
    } catch (error) {
      leaveOut(path);
      throw error;
    } finally {
      index.changed(path);
    }
  };

  const notebooks = createNotebooks({
    onOpen: openDocument,
    onChange: changeDocument,
    onClose: closeDocument,
    onCellClose(uri) {
      findingCounts.delete(uri);
      send(connection.sendDiagnostics({ uri, diagnostics: [] }));
    },
  });

  connection.onDidOpenTextDocument(
    noticing("textDocument/didOpen", ({ textDocument }: DidOpenTextDocumentParams) => {
      const { uri, languageId, version: documentVersion, text } = textDocument;
      if (languageId === "python") openDocument(uri, documentVersion, text);
    }),
  );
  connection.onDidChangeTextDocument(
    noticing("textDocument/didChange", ({ textDocument, contentChanges }: DidChangeTextDocumentParams) =>
      changeDocument(textDocument.uri, textDocument.version, contentChanges),
    ),
  );
  connection.onDidCloseTextDocument(
    noticing("textDocument/didClose", ({ textDocument }: DidCloseTextDocumentParams) => closeDocument(textDocument.uri)),
  );
  const { synchronization } = connection.notebooks;
  synchronization.onDidOpenNotebookDocument(noticing("notebookDocument/didOpen", notebooks.open));
  synchronization.onDidChangeNotebookDocument(noticing("notebookDocument/didChange", notebooks.change));
  synchronization.onDidCloseNotebookDocument(noticing("notebookDocument/didClose", notebooks.close));

  connection.onDidChangeWatchedFiles(
    noticing("workspace/didChangeWatchedFiles", (params: DidChangeWatchedFilesParams) => {
      const changed = new Set<string>();
      const appeared = new Set<string>();
      const removed = new Set<string>();
      const paths = params.changes.map(({ uri, type }) => {
        const path = pathOfUri(uri);
        if (type === FileChangeType.Deleted) removed.add(path);
        else if (isPythonFile(path)) changed.add(path);
        else if (type === FileChangeType.Created) appeared.add(path);
        return path;
      });
      const knowledgePaths = new Set(knowledgeFiles.paths());
      if (paths.some((path) => knowledgePaths.has(path) || isProjectFile(path))) readKnowledge();
      if (paths.some(isTargetFile)) readFolders();
      if (paths.some(isIgnoreFile)) index.refresh();
      index.changedOnDisk({ changed: [...changed], appeared: [...appeared], removed: [...removed] });
    }),
  );

  const changeFolders = (event: Pick<WorkspaceFoldersChangeEvent, "added" | "removed">): void => {
    for (const { uri } of event.removed) index.removeFolder(pathOfUri(uri));
    for (const { uri } of event.added) index.addFolder(pathOfUri(uri));
    for (const shown of open.values()) useOpenDocument(shown);
    readFolders();
    readKnowledge();
  };

  // ── Settings ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  let configuredWith = "";
  const configure = (): void => {
    settings = {
      ...effectiveSettings(configuration, chosenTarget().target, folderSettings.cores ?? host.cores()),
      folders: folderSettings.severities,
      folderTargets: folderTargets().map(({ folder, target }) => ({ folder, target })),
      calibrations: kept.calibrations,
    };
    const text = JSON.stringify(settings);
    // What is remembered of a program depends on all of them, and is worth keeping.
    if (text !== configuredWith) {
      configuredWith = text;
      analysisHost.configure(settings);
      changed();
      refreshNotes();
    }
    schedulePublish();
    if (kept.of !== targetsInUse().map(targetName).join()) readCalibrations();
  };

  const targetsInUse = (): readonly Target[] => [settings.target, ...(settings.folderTargets ?? []).map(({ target }) => target)];

  /** The editor asks for what stands in the code by itself only where the code changes. */
  const refreshNotes = (): void => {
    // Who has not asked yet has nothing old.
    if (!initialized.isSettled()) return;
    if (client.lensRefresh) send(connection.sendRequest(CodeLensRefreshRequest.type));
    if (client.inlayRefresh) send(connection.languages.inlayHint.refresh());
  };

  /** What `gilscope calibrate` measured of the targets, read when they are first worked with. */
  let kept: { readonly of: string; readonly calibrations: readonly Calibration[] } = { of: "", calibrations: [] };
  const readCalibrations = (): void => {
    const targets = targetsInUse();
    const of = targets.map(targetName).join();
    kept = { of, calibrations: [] };
    const reading = keptCalibrations(targets, host.configurationFolder, host).then(({ calibrations, problems }) => {
      for (const problem of problems) host.log(problem);
      if (calibrations.length === 0 || kept.of !== of) return;
      kept = { of, calibrations };
      configure();
    });
    calibrationsRead = reading.catch((error) => logFailure("reading calibrations", error));
  };

  const folderSettings = createFolderSettings(workspaceHost, {
    // A single folder's settings are the window's.
    async configurationOf(folder) {
      if (!client.configuration || index.folders().length < 2) return undefined;
      await initialized.promise;
      return readConfiguration(await connection.workspace.getConfiguration({ scopeUri: uriOfPath(folder), section: "gilscope" }));
    },
    onChange(excludes) {
      configure();
      if (excludes === "as before") return;
      index.refresh();
      for (const shown of open.values()) useOpenDocument(shown);
    },
  });

  const useConfiguration = (section: unknown): void => {
    const excludedBefore = JSON.stringify(configuration.excludePatterns);
    const hintsBefore = JSON.stringify(configuration.inlayHints);
    configuration = readConfiguration(section);
    for (const problem of configuration.problems) host.log(problem);
    configure();
    if (JSON.stringify(configuration.inlayHints) !== hintsBefore) refreshNotes();
    readKnowledge();
    readFolders();
    if (JSON.stringify(configuration.excludePatterns) !== excludedBefore) {
      index.refresh();
      for (const shown of open.values()) useOpenDocument(shown);
    }
  };

  const pullConfiguration = async (): Promise<void> => {
    if (client.configuration) useConfiguration(await connection.workspace.getConfiguration("gilscope"));
  };

  const knowledgeFiles = createKnowledgeFiles(host, {
    onKnowledge(knowledge) {
      analysisHost.useKnowledge(knowledge);
      changed();
      schedulePublish();
      watchKnowledge().catch((error) => logFailure("registration", error));
    },
    onFile(path, problem) {
      send(connection.sendDiagnostics({ uri: uriOfPath(path), diagnostics: problem ? knowledgeDiagnostics(problem, words) : [] }));
    },
  });
  const readKnowledge = (): void => {
    const folders = index.folders();
    const reading = knowledgeFiles.read(configuration.knowledgeFiles, folders, trust === "given" ? folders : []);
    knowledgeRead = reading.catch((error) => logFailure("reading knowledge files", error));
  };

  let watchedKnowledge: { readonly patterns: string; readonly registered: Promise<Disposable | undefined> } | undefined;
  /** Asks the editor to tell of changes in the knowledge files; those outside the workspace are read anew with the settings only. */
  const watchKnowledge = async (): Promise<void> => {
    const patterns = [...new Set(knowledgeFiles.paths().map((path) => `**/${fileName(path)}`))];
    if (!client.watchedFiles || (watchedKnowledge?.patterns ?? "[]") === JSON.stringify(patterns)) return;
    const before = watchedKnowledge;
    const watchers = patterns.map((globPattern) => ({ globPattern }));
    watchedKnowledge = {
      patterns: JSON.stringify(patterns),
      registered:
        patterns.length === 0
          ? Promise.resolve(undefined)
          : connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => undefined),
    };
    (await before?.registered)?.dispose();
  };

  const readFolders = (): void => {
    foldersRead = folderSettings.read(index.folders()).catch((error) => logFailure("reading the settings of folders", error));
  };

  connection.onNotification(
    calibratedNotification,
    noticing("calibrated", () => readCalibrations()),
  );

  connection.onDidChangeConfiguration(
    noticing("workspace/didChangeConfiguration", (params: { settings?: { gilscope?: unknown } }) => {
      if (client.configuration) pullConfiguration().catch((error) => logFailure("configuration", error));
      else useConfiguration(params.settings?.gilscope);
    }),
  );

  connection.onNotification(
    interpreterNotification,
    noticing("interpreter", (params: unknown) => {
      selected = selectedIn(params);
      configure();
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
    isAnalysed: (path) => open.get(path)?.use === "analysed",
    onChange() {
      changed();
      schedulePublish();
    },
  });
  answerOwnRequests({
    ...session,
    settings: () => settings,
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
      const shown = open.get(path);
      if (!shown || shown.use === "ignored") return [];
      const state = snapshot();
      const diagnostics = diagnosticsOf(shown, state, rendererOf(state));
      shown.published = { version: shown.document.version, diagnostics: JSON.stringify(diagnostics) };
      return diagnostics;
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
      .then(configure)
      .then(() => changeFolders({ added: initialFolders.map((uri) => ({ uri, name: uri })), removed: [] }))
      .then(() => Promise.all([knowledgeRead, foldersRead]))
      // Which interpreter was measured matters only once it is known which is meant.
      .then(() => calibrationsRead);
    // An editor that never answers is not worth silence.
    configured = Promise.race([started, host.wait(settingsPatience)]);
    sendStatus();
  };

  /** Begins with what the client said of itself. */
  const beginAsIntroduced = ({ settings: section, documents }: NonNullable<typeof beginning>): void => {
    begin(Promise.resolve().then(noticing("the settings", () => useConfiguration(section))));
    for (const { uri, version: documentVersion, text } of documents) {
      if (open.has(pathOfUri(uri))) continue;
      openDocument(uri, documentVersion, text);
      introduced.add(uri);
    }
  };

  const wordsFor = async (locale: string | undefined): Promise<Words> => {
    const language = languageOf(locale);
    if (!language) return english;
    try {
      return wordsOf(await localHost.readTranslations(language));
    } catch (error) {
      logFailure("the language", error);
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
    register(client, connection).catch((error) => logFailure("registration", error));
    initialized.settle();
    if (!beginning) return begin(pullConfiguration().catch((error) => logFailure("configuration", error)));
    // What was shown may be closed by now, and then nobody says so.
    host.wait(settingsPatience).then(
      noticing("the introduction", () => {
        const uris = [...introduced];
        introduced.clear();
        uris.forEach(closeDocument);
      }),
    );
  });

  connection.listen();
}

/** A promise that somebody else settles. */
function settledLater(): { readonly promise: Promise<void>; isSettled(): boolean; settle(): void } {
  let resolve = (): void => undefined;
  let isSettled = false;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return {
    promise,
    isSettled: () => isSettled,
    settle() {
      isSettled = true;
      resolve();
    },
  };
}

/** Whether the file may name knowledge files. */
function isProjectFile(path: string): boolean {
  return path.endsWith("/pyproject.toml");
}

/** Whether the file says which others git leaves out. */
function isIgnoreFile(path: string): boolean {
  return path.endsWith("/.gitignore");
}

function isPythonFile(path: string): boolean {
  return /\.pyw?$/i.test(path);
}

/** Whether the file says which Python a project is for, or how it is judged. */
function isTargetFile(path: string): boolean {
  return /\/(pyproject\.toml|\.python-version|pyvenv\.cfg)$/.test(path);
}
