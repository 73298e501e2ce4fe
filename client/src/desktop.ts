import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type ExtensionContext, Uri } from "vscode";
import { IPCMessageReader, IPCMessageWriter, LanguageClient, type MessageTransports, State } from "vscode-languageclient/node";
import { calibrate, createReportRunner, reportFormats } from "./command-line.js";
import type { CommandHandlers } from "./commands.js";
import { startClient } from "./extension.js";
import { forkServer } from "./server-process.js";

/** Starts the client of a server that is a process of its own; `server` is the first one. */
export function activateDesktop(context: ExtensionContext, server: ChildProcess): CommandHandlers {
  const cli = Uri.joinPath(context.extensionUri, "dist", "cli.js").fsPath;
  return startClient(
    context,
    (options) => createClient(server, (connect) => new LanguageClient("gilscope", "Gilscope", connect, options)),
    {
      reportFormats,
      runReport: createReportRunner(cli),
      calibrate: (interpreter, done) => calibrate(cli, interpreter, done),
    },
  );
}

/** How long a server that was told goodbye has time to leave, in milliseconds. */
const farewell = 2000;

/** A client that speaks to `first`, and once that is gone to a new process at each start. */
function createClient(first: ChildProcess, clientOf: (connect: () => Promise<MessageTransports>) => LanguageClient): LanguageClient {
  let present = first;
  let isNew = true;
  const client = clientOf(async () => {
    if (!isNew || !present.connected) {
      present.kill();
      present = forkServer();
    }
    isNew = false;
    const child = present;
    tell(child.stdout, (line) => client.outputChannel.info(line));
    tell(child.stderr, (line) => client.outputChannel.error(line));
    child.once("exit", (code, signal) => {
      if (code !== 0) client.outputChannel.error(`The server's process ended with ${signal ?? `exit code ${code}`}.`);
    });
    return { reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) };
  });
  client.onDidChangeState(({ newState }) => {
    if (newState !== State.Stopped) return;
    const child = present;
    setTimeout(() => child.kill(), farewell).unref();
  });
  return client;
}

function tell(stream: Readable | null, say: (line: string) => void): void {
  if (stream) createInterface(stream).on("line", say);
}
