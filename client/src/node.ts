import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { calibrate, createReportRunner, reportFormats } from "./command-line.js";
import { startClient } from "./extension.js";

/** Where Node keeps the server's code as it compiled it, so that later windows need not; each version of the extension has a folder. */
function compiledFolder({ globalStorageUri, extension }: ExtensionContext): Uri {
  return Uri.joinPath(globalStorageUri, "compiled", extension.packageJSON.version);
}

/** The entry of the extension in desktop VS Code and in remote extension hosts: the server is a process of its own. */
export function activate(context: ExtensionContext): void {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).fsPath;
  const env = { NODE_COMPILE_CACHE: compiledFolder(context).fsPath };
  const server = { module: inDist("server.js"), transport: TransportKind.ipc, options: { env } };
  const cli = inDist("cli.js");
  startClient(context, (options) => new LanguageClient("gilscope", "Gilscope", { run: server, debug: server }, options), {
    reportFormats,
    runReport: createReportRunner(cli),
    calibrate: (interpreter, done) => calibrate(cli, interpreter, done),
  });
}
