import { type ExtensionContext, Uri } from "vscode";
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, type MessageTransports } from "vscode-languageclient/browser";
import { startClient } from "./extension.js";

/** The part of a browser's worker that is needed here; the project is compiled without the browser's types. */
declare class Worker {
  constructor(address: string, options: { readonly name: string });
  postMessage(message: unknown): void;
}

/** The entry of the extension in a browser: the server is a worker, and receives the parser's code as its first message. */
export function activate(context: ExtensionContext): void {
  const inDist = (name: string): string => Uri.joinPath(context.extensionUri, "dist", name).toString(true);
  const start = async (): Promise<MessageTransports> => {
    const worker = new Worker(inDist("web/server.js"), { name: "Gilscope" });
    worker.postMessage({ runtime: inDist("web-tree-sitter.wasm"), python: inDist("tree-sitter-python.wasm") });
    // Editors put a constructor of their own in the place of `Worker`, so that the client would not know this one for a worker.
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  startClient(context, (options) => new LanguageClient("gilscope", "Gilscope", start, options));
}
