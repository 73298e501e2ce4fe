import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { clientOptions, startClient } from "./extension.js";

/** The entry of the extension in desktop VS Code and in remote extension hosts: the server is a process of its own. */
export async function activate(context: ExtensionContext): Promise<void> {
  const module = Uri.joinPath(context.extensionUri, "dist", "server.js").fsPath;
  const server = { module, transport: TransportKind.ipc };
  await startClient(context, new LanguageClient("gilscope", "Gilscope", { run: server, debug: server }, clientOptions));
}
