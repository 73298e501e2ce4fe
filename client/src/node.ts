import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { calibrate, createReportRunner, reportFormats } from "./command-line.js";
import { startClient } from "./extension.js";

/** The entry of the extension in desktop VS Code and in remote extension hosts: the server is a process of its own. */
export async function activate(context: ExtensionContext): Promise<void> {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).fsPath;
  const server = { module: inDist("server.js"), transport: TransportKind.ipc };
  const cli = inDist("cli.js");
  await startClient(context, (options) => new LanguageClient("gilscope", "Gilscope", { run: server, debug: server }, options), {
    reportFormats,
    runReport: createReportRunner(cli),
    calibrate: (interpreter, done) => calibrate(cli, interpreter, done),
  });
}
