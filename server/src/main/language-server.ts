import { Console } from "node:console";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { type Connection, createConnection } from "vscode-languageserver/node";
import { version } from "../../../package.json";
import { startServer } from "../lsp/server.js";
import type { ServerHost } from "../lsp/server-host.js";
import { createFactsSource } from "./facts-source.js";
import { createNodeHost, realPath } from "./node-host.js";
import { createParser } from "./node-parser.js";
import { createStdioTransport } from "./stdio-transport.js";
import { cacheFolder, configurationFolder } from "./user-folders.js";

// Reading a workspace makes garbage faster than V8 likes to collect it; growing the heap in smaller steps halves the peak and costs no time.
setFlagsFromString("--heap-growing-percent=40");

/** The language server for Node, over the channel named by the command line: `--node-ipc`, `--stdio` or `--socket=…`. */
async function main(): Promise<void> {
  const connection = process.argv.includes("--stdio") ? connectionOverStdio() : createConnection();
  // Over stdio, standard output belongs to the protocol; the connection's console reaches the editor's log in every case.
  const host = createNodeHost((message) => connection.console.warn(message));
  const parser = await createParser();
  const serverHost: ServerHost = {
    ...host,
    realPath,
    // Beside the bundle, like the parser's code.
    readTranslations: async (language) => JSON.parse(await readFile(new URL(`languages/${language}.json`, import.meta.url), "utf8")),
    configurationFolder: configurationFolder(process.platform, process.env),
    facts: createFactsSource(cacheFolder(process.platform, process.env)),
    wait: (milliseconds) => pause(milliseconds),
  };
  startServer(connection, serverHost, parser, version);
}

/** Standard output belongs to the protocol: whatever else is printed must not come between its messages. */
function connectionOverStdio(): Connection {
  globalThis.console = new Console(process.stderr, process.stderr);
  const { reader, writer } = createStdioTransport(process.stdin, process.stdout, {
    tell: (line) => process.stderr.write(`gilscope: ${line}\n`),
    end: (exitCode) => process.exit(exitCode),
  });
  return createConnection(reader, writer);
}

main().catch((error) => {
  process.stderr.write(`gilscope: the language server could not start: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
