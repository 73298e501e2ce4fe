import { dirname } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import type { Environment, Writer } from "../cli/environment.js";
import { run } from "../cli/run.js";
import { createFactsSource } from "./facts-source.js";
import { makeFolder } from "./make-folder.js";
import { createNodeHost, readGivenFile } from "./node-host.js";
import { createParser } from "./node-parser.js";
import { optimiseLater } from "./optimise-later.js";
import { createReportMemory } from "./report-memory.js";
import { runPython } from "./run-python.js";
import { cacheFolder, configurationFolder } from "./user-folders.js";
import { writeGivenFile } from "./write-given-file.js";

optimiseLater();

const environment: Environment = {
  // Details of internal errors, for whoever reports one.
  host: createNodeHost((message) => {
    if (process.env.GILSCOPE_LOG) process.stderr.write(`${message}\n`);
  }),
  version: packageJson.version,
  workingFolder: process.platform === "win32" ? process.cwd().replaceAll("\\", "/") : process.cwd(),
  output: writerOf(process.stdout),
  errors: writerOf(process.stderr),
  readGivenFile,
  readInput,
  writeFile: async (path, bytes) => {
    makeFolder(dirname(path));
    await writeGivenFile(path, bytes);
  },
  createParser,
  createFactsSource: (disk) => createFactsSource(disk === "with disk" ? cacheFolder(process.platform, process.env) : undefined),
  reports: createReportMemory(cacheFolder(process.platform, process.env)),
  configurationFolder: configurationFolder(process.platform, process.env),
  runPython,
  // A bundle of its own, beside this one; it reads the same command line.
  startServer: async () => {
    await import(new URL("server.js", import.meta.url).href);
  },
};

// A reader such as `head` may close the pipe early; that ends the program quietly.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

// The exit code is set instead of exiting, so that everything written still arrives.
run(process.argv.slice(2), environment).then((code) => {
  process.exitCode = code;
});

function writerOf(stream: NodeJS.WriteStream): Writer {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    kind: isTerminal ? "terminal" : "file",
    style: coloursAreWanted(isTerminal ? "terminal" : "file") ? "coloured" : "plain",
  };
}

/** https://no-color.org and https://force-color.org. */
function coloursAreWanted(kind: Writer["kind"]): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return kind === "terminal" && process.env.TERM !== "dumb";
}

async function readInput(most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece as Uint8Array);
    length += (piece as Uint8Array).length;
    if (length > most) break;
  }
  return Buffer.concat(pieces);
}
