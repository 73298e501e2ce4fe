import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient, type MessageTransports } from "vscode-languageclient/browser";
import { registerCommands } from "./commands.js";
import { startClient } from "./extension.js";
import { type ServerWorker, transportsTo } from "./worker-transports.js";

/** A browser's worker; the project is compiled without the browser's types. */
declare const Worker: new (address: string, options: { readonly name: string }) => ServerWorker;

/** The entry of the extension in a browser: the server is a worker, and learns from its first message where the rest of it is. */
export function activate(context: ExtensionContext): void {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).toString(true);
  const start = async (): Promise<MessageTransports> => {
    const worker = new Worker(inDist("web/server.js"), { name: "Gilscope" });
    worker.postMessage({
      runtime: inDist("web-tree-sitter.wasm"),
      python: inDist("tree-sitter-python.wasm"),
      languages: inDist("languages"),
    });
    return transportsTo(worker);
  };
  const handlers = startClient(context, (options) => new LanguageClient("gilscope", "Gilscope", start, options));
  context.subscriptions.push(registerCommands(context.extension, Promise.resolve(handlers), "browser"));
}
