import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { l10n, ProgressLocation, type Uri, window, workspace } from "vscode";
import type { ReportFormat, RunReport } from "./report.js";

/** How a run of the command line ended. */
interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the command line of this extension, in a process group of its own so that cancelling ends what it started, too. */
function runCommandLine(
  cli: string,
  words: readonly string[],
  folder: string,
  hear: (line: string) => void,
  cancelled: (stop: () => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = fork(cli, [...words], { cwd: folder, silent: true, detached: process.platform !== "win32", execArgv: [] });
    let output = "";
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      for (const line of text.split("\n")) if (line.trim() !== "") hear(line.trim());
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
    cancelled(() => {
      try {
        if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid);
        else child.kill();
      } catch {
        // It has ended already.
      }
    });
  });
}

/** The formats of `gilscope check --format` that a file is worth. */
export const reportFormats: readonly ReportFormat[] = [{ name: "json", label: "JSON", extension: "json" }];

/** Reports by `gilscope check`, judged as the editor judges. */
export function createReportRunner(cli: string): RunReport {
  return async (folder, format) => {
    const settings = workspace.getConfiguration("gilscope", folder);
    const target = settings.get<string>("target");
    const cores = settings.get<number>("cores");
    const words = ["check", ".", "--format", format.name, "--fail-on", "never"];
    if (target && target !== "auto") words.push("--target", target);
    if (cores) words.push("--cores", String(cores));
    const ended = await window.withProgress({ location: ProgressLocation.Window, title: l10n.t("Gilscope: making the report") }, () =>
      runCommandLine(cli, words, folder.fsPath, ignored, ignored),
    );
    if (ended.code !== 0) throw new Error(ended.errors.trim());
    return ended.output;
  };
}

function ignored(): void {
  // Neither progress nor an end before the end matters to a report.
}

/** Measures an interpreter with `gilscope calibrate`, after asking; tells `done` when later predictions can use it. */
export async function calibrate(cli: string, interpreter: Uri | undefined, done: () => void): Promise<void> {
  if (!workspace.isTrusted) {
    await window.showWarningMessage(l10n.t("Calibrating starts a Python interpreter. Trust the workspace first."));
    return;
  }
  const python = interpreter?.fsPath ?? "python3";
  const start = l10n.t("Measure");
  const answer = await window.showInformationMessage(
    l10n.t("Measure what operations, threads and processes cost on this machine?"),
    {
      modal: true,
      detail: l10n.t(
        "This starts {0} for up to 20 seconds. None of your code is run. Later predictions for that version use the result.",
        python,
      ),
    },
    start,
  );
  if (answer !== start) return;
  await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Gilscope: calibrating"), cancellable: true },
    async (progress, token) => {
      let stopped = false;
      const ended = await runCommandLine(
        cli,
        ["calibrate", ...(interpreter ? ["--python", interpreter.fsPath] : [])],
        tmpdir(),
        (line) => progress.report({ message: measuredNow(line) }),
        (stop) =>
          token.onCancellationRequested(() => {
            stopped = true;
            stop();
          }),
      );
      if (stopped) return;
      if (ended.code === 0) {
        done();
        void window.showInformationMessage(measuredAll(ended.output));
      } else void window.showErrorMessage(ended.errors.trim().split("\n").at(-1) ?? "");
    },
  );
}

/** A line on the way, such as `measuring: threads`, in the editor's language. */
function measuredNow(line: string): string {
  switch (/^measuring: (\w+)/.exec(line)?.[1]) {
    case "operations":
      return l10n.t("measuring operations");
    case "threads":
      return l10n.t("measuring threads");
    case "processes":
      return l10n.t("measuring processes");
    case "interpreters":
      return l10n.t("measuring interpreters");
    default:
      return line;
  }
}

/** The last words of `gilscope calibrate`, in the editor's language and without the file's path. */
function measuredAll(output: string): string {
  const [, build, seconds] = /^Measured (.+) in (\w+) s: /.exec(output) ?? [];
  return build && seconds
    ? l10n.t("Measured {0} in {1} s. Predictions for that version use it from now on.", build, seconds)
    : output.trim();
}
