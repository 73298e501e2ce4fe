import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  PositionEncodingKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
  WatchKind,
} from "vscode-languageserver";
import type { Client } from "./client.js";
import { codeActionKinds } from "./code-actions.js";
import { diagnosticOptions } from "./pulled-diagnostics.js";
import { serverCommands } from "./server-commands.js";

/** What the server says it can do, to that client. */
export function capabilitiesFor(client: Client, params: InitializeParams): ServerCapabilities {
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: [...codeActionKinds] },
    inlayHintProvider: true,
    notebookDocumentSync: { notebookSelector: [{ notebook: "jupyter-notebook", cells: [{ language: "python" }] }] },
    codeLensProvider: { resolveProvider: true },
    // The only one that every editor has to know.
    ...(params.capabilities.general?.positionEncodings ? { positionEncoding: PositionEncodingKind.UTF16 } : {}),
    ...(client.pullsDiagnostics ? { diagnosticProvider: diagnosticOptions } : {}),
    ...(client.commands ? {} : { executeCommandProvider: { commands: [...serverCommands] } }),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

/** Asks the client to tell of changed settings, and of files that change outside the editor. */
export async function register(client: Client, connection: Connection): Promise<void> {
  if (client.configurationChanges) await connection.client.register(DidChangeConfigurationNotification.type, { section: "gilscope" });
  if (!client.watchedFiles) return;
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: [
      { globPattern: "**/*.{py,pyw}" },
      { globPattern: "**/{pyproject.toml,.python-version,pyvenv.cfg,.gitignore}" },
      // A folder that goes, or that is moved here, is told as one event that no pattern for files matches.
      { globPattern: "**/*", kind: WatchKind.Create | WatchKind.Delete },
    ],
  });
}
