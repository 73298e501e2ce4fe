import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { type Analysis, AnalysisHost } from "../../server/src/analysis/analysis.js";
import { startServer } from "../../server/src/lsp/server.js";
import { createNodeHost, realPath } from "../../server/src/main/node-host.js";
import type { Parser } from "../../server/src/syntax/parser.js";

/** A server in this process, in whose analysis anything can be made to throw. */
export interface FailingServer {
  readonly connection: ProtocolConnection;
  readonly log: readonly string[];
  /** The last diagnostics of the file, once `isAwaited` takes them. */
  diagnostics(uri: string, isAwaited: (last: PublishDiagnosticsParams) => boolean): Promise<readonly Diagnostic[]>;
  /** While `work` runs, everything that is asked of the analysis throws. */
  whileAnswersThrow<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The next call of that method of the analysis' host throws, before or after it did its work. */
  throwNext(method: "openFile" | "editFile" | "closeFile" | "removeFile" | "snapshot", when: "before" | "after"): void;
}

/** What is thrown, so that it can be told from real defects. */
export const injected = "an injected fault";

/** Runs `play` with a server that has been introduced. */
export async function withFailingServer(parser: Parser, play: (server: FailingServer) => Promise<void>): Promise<void> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const log: string[] = [];
  const restore: (() => void)[] = [];
  const server = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  const host = createNodeHost((message) => log.push(message));
  startServer(
    server,
    {
      ...host,
      configurationFolder: undefined,
      facts: undefined,
      readTranslations: () => Promise.reject(new Error("there are none")),
      realPath,
      wait: (milliseconds) => pause(milliseconds),
    },
    parser,
    "0",
  );
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const published = new Map<string, PublishDiagnosticsParams>();
  const heard = new Set<() => void>();
  connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) => {
    published.set(params.uri, params);
    for (const listener of [...heard]) listener();
  });
  connection.listen();

  let answers: "are given" | "throw" = "are given";
  replaceMethod("snapshot", restore, (real) => {
    const state = real() as Analysis;
    return new Proxy(state, {
      get(target, name) {
        if (answers === "throw") throw new Error(injected);
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  });
  try {
    await connection.sendRequest("initialize", { processId: null, rootUri: null, capabilities: {} });
    await connection.sendNotification("initialized", {});
    await play({
      connection,
      log,
      diagnostics(uri, isAwaited) {
        return new Promise((resolve, reject) => {
          const timer = setTimeout(
            () =>
              reject(new Error(`waited in vain for diagnostics; the last are ${JSON.stringify(published.get(uri))}\n${log.join("\n")}`)),
            15_000,
          );
          const look = (): void => {
            const last = published.get(uri);
            if (!last || !isAwaited(last)) return;
            clearTimeout(timer);
            heard.delete(look);
            resolve(last.diagnostics);
          };
          heard.add(look);
          look();
        });
      },
      async whileAnswersThrow(work) {
        answers = "throw";
        try {
          return await work();
        } finally {
          answers = "are given";
        }
      },
      throwNext(method, when) {
        let isDone = false;
        replaceMethod(method, restore, (real) => {
          if (isDone) return real();
          isDone = true;
          if (when === "after") real();
          throw new Error(injected);
        });
      },
    });
    await connection.sendRequest("shutdown");
  } finally {
    for (const undo of restore.reverse()) undo();
    connection.dispose();
    server.dispose();
  }
  for (const line of log) assert.ok(line.includes(injected), line);
}

function replaceMethod(name: keyof AnalysisHost, restore: (() => void)[], by: (real: () => unknown) => unknown): void {
  const prototype = AnalysisHost.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const real = prototype[name] as (...args: unknown[]) => unknown;
  prototype[name] = function (this: unknown, ...args: unknown[]) {
    return by(() => real.apply(this, args));
  };
  restore.push(() => {
    prototype[name] = real;
  });
}

/** The URI of a file that does not exist. */
export function uriNamed(name: string): string {
  return pathToFileURL(`/gilscope-faults/${name}`).href;
}
