import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  type InitializeParams,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type ClientIntroduction, type ServerStatus, statusNotification } from "../../server/src/lsp/protocol.js";

/** An editor without a window: it speaks the protocol to the real server process, as VS Code does, and remembers what it was told. */
export interface Editor {
  /** A folder of its own; it is the workspace unless the options say otherwise. */
  readonly folder: string;
  readonly initialized: InitializeResult;
  /** The URI of a file in the folder. */
  uri(name: string): string;
  request<Result>(method: string, params: unknown): Promise<Result>;
  notify(method: string, params: unknown): Promise<void>;
  /** Bytes past the protocol's library, for what no library would send. */
  writeRaw(bytes: string): void;
  open(name: string, text: string): Promise<void>;
  /** Applies the changes to the editor's own text and tells the server. */
  change(name: string, changes: readonly TextDocumentContentChangeEvent[]): Promise<void>;
  close(name: string): Promise<void>;
  text(name: string): string;
  /** The diagnostics for the file's present version, as soon as they have come and `isAwaited` takes them. */
  diagnostics(name: string, isAwaited?: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>;
  /** The status once `isAwaited` takes it. */
  status(isAwaited: (status: ServerStatus) => boolean): Promise<ServerStatus>;
  /** Everything the server wrote to the editor's log. */
  readonly log: readonly string[];
  /** The log as soon as a line of it matches. */
  logged(expected: RegExp): Promise<void>;
  /** What `workspace/configuration` answers from now on. */
  configure(settings: unknown): Promise<void>;
  readonly connection: ProtocolConnection;
  /** Of the server's process. */
  readonly pid: number;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
}

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities;
  readonly settings?: unknown;
  /** Settings of workspace folders by name, where the server asks for those of a folder. */
  readonly folderSettings?: Readonly<Record<string, unknown>>;
  /** What the client says of itself. */
  readonly introduction?: ClientIntroduction;
  /** Called before the server starts, to put files into the folder. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** Names of workspace folders inside the folder; by default the folder itself. */
  readonly workspaceFolders?: readonly string[];
  /** Whether the log may tell of failures; a test that sends nonsense expects some. */
  readonly failures?: "none" | "expected";
}

/** What VS Code says it can do, as far as the server asks. */
const fullCapabilities: ClientCapabilities = {
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} },
  },
  textDocument: {
    publishDiagnostics: { relatedInformation: true, versionSupport: true, tagSupport: { valueSet: [1, 2] }, codeDescriptionSupport: true },
    codeAction: { disabledSupport: true, isPreferredSupport: true, dataSupport: true },
  },
  window: { workDoneProgress: true },
};

/** Runs `play` with a started server, says goodbye as an editor does, and checks that the server ended well. */
export async function withEditor(options: EditorOptions, play: (editor: Editor) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gilscope-lsp-"));
  try {
    await options.prepare?.(folder);
    const { editor, stop, errors } = await startEditor(folder, options);
    try {
      await play(editor);
      await stop("politely");
      const said =
        options.failures === "expected"
          ? errors().replace(/^gilscope: a message is (no JSON|no object|none of the protocol).*\n/, "")
          : errors();
      assert.equal(said, "", "the server wrote to standard error");
      if (options.failures !== "expected") assert.deepEqual(failuresIn(editor.log), []);
    } finally {
      await stop("at once");
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The lines of a log that tell of a failure in the server. */
export function failuresIn(log: readonly string[]): string[] {
  return log.filter((line) => line.includes(" failed: "));
}

/** The part of a text that a range covers. */
export function textAt(text: string, range: Range): string {
  return documentOf(text).getText(range);
}

/** The place of the first `needle`, plus some characters. */
export function placeOf(text: string, needle: string, plus = 0): Position {
  const offset = text.indexOf(needle);
  assert.notEqual(offset, -1, `${needle} does not occur`);
  return documentOf(text).positionAt(offset + plus);
}

export function documentOf(text: string): TextDocument {
  return TextDocument.create("file:///text.py", "python", 0, text);
}

/** Far more than anything here takes; a run that waits so long has failed. */
const patience = 60_000;

async function startEditor(
  folder: string,
  options: EditorOptions,
): Promise<{ editor: Editor; stop: (how: "politely" | "at once") => Promise<void>; errors: () => string }> {
  // What whoever runs the tests has measured of their machine must not count, nor what their own server has kept.
  const settingsFolder = join(folder, ".settings");
  const kept = join(folder, ".kept");
  const env = {
    ...process.env,
    XDG_CONFIG_HOME: settingsFolder,
    APPDATA: settingsFolder,
    XDG_CACHE_HOME: kept,
    LOCALAPPDATA: kept,
  };
  const child = spawn(process.execPath, [join(process.cwd(), "dist/server.js"), "--stdio"], { stdio: ["pipe", "pipe", "pipe"], env });
  let errors = "";
  child.stderr.on("data", (data) => (errors += data));
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  // A pipe breaks when the server has gone, which is the end some tests are about.
  child.stdin.on("error", () => undefined);

  const log: string[] = [];
  const published = new Map<string, PublishDiagnosticsParams>();
  let status: ServerStatus | undefined;
  let settings: unknown = options.settings ?? {};
  const heard = new Set<() => void>();
  const hear = (): void => {
    for (const listener of [...heard]) listener();
  };
  /** The first answer that is not undefined, asked again after each message of the server. */
  const until = <Result>(what: () => string, look: () => Result | undefined): Promise<Result> => {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        heard.delete(listener);
        reject(new Error(`waited in vain for ${what()}\nlog:\n${log.join("\n")}\nstandard error:\n${errors}`));
      }, patience);
      const listener = (): void => {
        const next = look();
        if (next === undefined) return;
        clearTimeout(timer);
        heard.delete(listener);
        resolve(next);
      };
      heard.add(listener);
    });
  };

  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.set(params.uri, params);
    hear();
  });
  connection.onNotification("window/logMessage", ({ message }: { message: string }) => {
    log.push(message);
    hear();
  });
  connection.onNotification(statusNotification, (next: ServerStatus) => {
    status = next;
    hear();
  });
  connection.onRequest("workspace/configuration", async ({ items }: { items: readonly { readonly scopeUri?: string }[] }) => {
    // A real editor is busy when it starts; a server that does not wait for its settings is caught here.
    await pause(60);
    return items.map(({ scopeUri }) => options.folderSettings?.[scopeUri?.split("/").pop() ?? ""] ?? settings ?? null);
  });
  connection.onRequest("client/registerCapability", () => null);
  connection.onRequest("window/workDoneProgress/create", () => null);
  connection.onError(([error]) => log.push(`the editor failed: ${error.message}`));
  connection.listen();

  const workspaceFolders = (options.workspaceFolders ?? [""]).map((name) => ({ uri: uriOf(join(folder, name)), name }));
  const params: InitializeParams = {
    processId: process.pid,
    clientInfo: { name: "test" },
    rootUri: workspaceFolders[0]?.uri ?? null,
    capabilities: options.capabilities ?? fullCapabilities,
    workspaceFolders,
    ...(options.introduction ? { initializationOptions: options.introduction } : {}),
  };
  const initialized = await connection.sendRequest<InitializeResult>("initialize", params);
  await connection.sendNotification("initialized", {});

  const documents = new Map<string, TextDocument>();
  const documentNamed = (name: string): TextDocument => {
    const document = documents.get(name);
    assert.ok(document, `${name} is not open`);
    return document;
  };
  const uri = (name: string): string => (name.includes(":") ? name : uriOf(join(folder, name)));
  const editor: Editor = {
    folder,
    initialized,
    uri,
    connection,
    log,
    exit,
    pid: child.pid ?? 0,
    request: (method, requestParams) => connection.sendRequest(method, requestParams),
    notify: (method, notificationParams) => connection.sendNotification(method, notificationParams),
    writeRaw: (bytes) => void child.stdin.write(bytes),
    async open(name, text) {
      const document = TextDocument.create(uri(name), "python", 1, text);
      documents.set(name, document);
      published.delete(document.uri);
      await connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri: document.uri, languageId: "python", version: 1, text },
      });
    },
    async change(name, changes) {
      const document = documentNamed(name);
      const version = document.version + 1;
      TextDocument.update(document, [...changes], version);
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri: document.uri, version },
        contentChanges: changes,
      });
    },
    async close(name) {
      const document = documentNamed(name);
      documents.delete(name);
      await connection.sendNotification("textDocument/didClose", { textDocument: { uri: document.uri } });
    },
    text: (name) => documentNamed(name).getText(),
    diagnostics(name, isAwaited = () => true) {
      const address = uri(name);
      const version = documents.get(name)?.version;
      return until(
        () => `diagnostics of ${name} at version ${version}; the last are ${JSON.stringify(published.get(address))}`,
        () => {
          const last = published.get(address);
          return last && last.version === version && isAwaited(last.diagnostics) ? last.diagnostics : undefined;
        },
      );
    },
    status: (isAwaited) =>
      until(
        () => `a status; the last is ${JSON.stringify(status)}`,
        () => (status && isAwaited(status) ? status : undefined),
      ),
    logged: async (expected) => {
      await until(
        () => `${expected} in the log`,
        () => log.find((line) => expected.test(line)),
      );
    },
    async configure(next) {
      settings = next;
      await connection.sendNotification("workspace/didChangeConfiguration", { settings: { gilscope: next } });
    },
  };

  const stop = async (how: "politely" | "at once"): Promise<void> => {
    if (how === "politely" && child.exitCode === null) {
      assert.equal(await connection.sendRequest("shutdown"), null);
      await connection.sendNotification("exit");
      assert.equal(await exit, 0, "a server that was told to shut down ends with 0");
    }
    if (how === "at once") {
      child.kill("SIGKILL");
      connection.dispose();
    }
  };
  return { editor, stop, errors: () => errors };
}

function uriOf(path: string): string {
  return pathToFileURL(path).href.replace(/\/$/, "");
}
