import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import { version } from "../../../package.json";
import type { Translations } from "../lsp/language.js";
import type { WorkerCrash } from "../lsp/protocol.js";
import { startServer } from "../lsp/server.js";
import type { ServerHost } from "../lsp/server-host.js";
import { Parser } from "../syntax/parser.js";

/** Where the worker finds the parser's code, and the folder of languages: its first message. */
interface Addresses {
  readonly runtime: string;
  readonly python: string;
  readonly languages: string;
}

/** The scope of a dedicated worker, as far as it is needed here; the project is compiled without the browser's types. */
declare const self: {
  postMessage(message: unknown): void;
  dispatchEvent(event: MessageEvent): boolean;
  addEventListener(type: "error", listener: (event: { readonly error?: unknown; readonly message?: string }) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: { readonly reason: unknown }) => void): void;
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  readonly navigator: { readonly hardwareConcurrency: number };
};

/** The language server in a worker of a browser. What the editor sends while the parser is loaded is kept and handled after. */
async function main(): Promise<void> {
  const early: MessageEvent[] = [];
  const addresses = await new Promise<Addresses>((resolve) => {
    self.onmessage = (event: MessageEvent) => {
      resolve(event.data);
      self.onmessage = (later: MessageEvent) => early.push(later);
    };
  });
  const bytesOf = async (address: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(address)).arrayBuffer());
  const [runtime, python] = await Promise.all([bytesOf(addresses.runtime), bytesOf(addresses.python)]);
  const parser = await Parser.create({ runtime, python });

  const reader = new BrowserMessageReader(self);
  const connection = createConnection(reader, new BrowserMessageWriter(self));
  startServer(
    connection,
    hostOf(addresses.languages, (message) => connection.console.warn(message)),
    parser,
    version,
  );
  for (const message of early) self.dispatchEvent(new MessageEvent("message", { data: message.data }));
}

/** A worker reaches no files by itself: they all come through the editor. */
function hostOf(languages: string, log: (message: string) => void): ServerHost {
  const unreachable = async (path: string): Promise<never> => {
    throw new Error(`${path} cannot be reached from a browser`);
  };
  return {
    readFile: unreachable,
    listFolder: unreachable,
    describe: async () => undefined,
    realPath: unreachable,
    configurationFolder: undefined,
    facts: undefined,
    readTranslations: async (language) => (await fetch(`${languages}/${language}.json`)).json() as Promise<Translations>,
    now: () => performance.now(),
    cores: () => self.navigator.hardwareConcurrency || 1,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    log,
  };
}

/** What nobody caught ends a process; a worker would go on with whatever was left half done, and the editor would not hear of it. */
function crash(reason: unknown): void {
  const crashed = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
  self.postMessage({ crashed } satisfies WorkerCrash);
  self.close();
}

self.addEventListener("error", ({ error, message }) => crash(error ?? message));
self.addEventListener("unhandledrejection", ({ reason }) => crash(reason));
main().catch(crash);
