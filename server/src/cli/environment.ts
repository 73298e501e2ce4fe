import type { Host } from "../base/host.js";
import type { SourceHost } from "../base/source-files.js";
import type { FactsSource } from "../program/packed-facts.js";
import type { Parser } from "../syntax/parser.js";
import type { ReportMemory } from "./kept-report.js";

/** What the command line asks of the world. `main` makes one; tests make their own. */
export interface Environment {
  readonly host: Host & SourceHost;
  /** The version of the package. */
  readonly version: string;
  /** The working directory: absolute, with `/`. */
  readonly workingFolder: string;
  readonly output: Writer;
  readonly errors: Writer;
  /** The bytes of a file that an option names; other than what the host reads, it may be a pipe. */
  readGivenFile(path: string): Promise<Uint8Array>;
  /** All of standard input, or somewhat more than `most` bytes of it. */
  readInput(most: number): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  createParser(): Promise<Parser>;
  /** Makes facts of many texts at a time, with what earlier runs kept on disk or without. */
  createFactsSource(disk: "with disk" | "without disk"): FactsSource;
  /** Where reports are kept from run to run; undefined where there is no place for them. */
  readonly reports: ReportMemory | undefined;
  /** The folder of the user's own settings for this program: absolute, with `/`; undefined where the system has none. */
  readonly configurationFolder: string | undefined;
  /** Runs a program text with a Python interpreter, a command or an absolute path. `tell` is given each line of its standard error. */
  runPython(interpreter: string, script: string, tell: (line: string) => void): Promise<PythonRun>;
  /** Starts the language server, which lives as long as its editor keeps the connection. */
  startServer(): Promise<void>;
}

/** How a run of an interpreter went. */
export type PythonRun =
  | { readonly kind: "not-found" }
  | { readonly kind: "too-long"; readonly seconds: number }
  | { readonly kind: "ended"; readonly code: number; readonly output: string; readonly errors: string };

/** A stream of text for the user. */
export interface Writer {
  write(text: string): void;
  readonly kind: "terminal" | "file";
  readonly style: "coloured" | "plain";
}

/** What the process ends with: nothing to report, findings, usage or internal error. */
export type ExitCode = 0 | 1 | 2;

/** Something the user can put right by calling differently: one line on stderr, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
