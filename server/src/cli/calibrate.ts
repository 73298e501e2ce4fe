import { absolutePath } from "../base/path.js";
import { parseTarget, targetTitle } from "../base/target.js";
import { parseCalibration } from "../estimate/calibration/calibration-file.js";
import { calibrationPath } from "../estimate/calibration/kept-calibrations.js";
import constructs from "./calibration/constructs.py";
import measure from "./calibration/measure.py";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { shownPath } from "./load.js";

/** What `gilscope calibrate` was asked for. */
export interface CalibrateOptions {
  readonly python?: string;
  readonly output?: string;
}

/** Measures an interpreter of this machine and keeps the result where later predictions find it, or writes it to a file. */
export async function calibrate(options: CalibrateOptions, environment: Environment): Promise<ExitCode> {
  if (options.output === undefined && environment.configurationFolder === undefined) {
    throw new UsageError("this system names no folder for settings; say where to write with --output");
  }
  const { output } = await measured(options.python, environment);
  const json = parsedOr(output);
  const calibration = parseCalibration(json);
  if ("problem" in calibration) throw new UsageError(`the interpreter's measurements cannot be used: ${calibration.problem}`);
  const path =
    options.output === undefined
      ? calibrationPath(calibration.target, environment.configurationFolder as string)
      : absolutePath(environment.workingFolder, options.output);
  await environment.writeFile(path, new TextEncoder().encode(`${JSON.stringify(json)}\n`)).catch((error: unknown) => {
    throw new UsageError(`${shownPath(path, environment)} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
  const target = parseTarget(calibration.target);
  const title = target ? targetTitle(target) : calibration.target;
  const use = options.output === undefined ? `Predictions for ${title} use it.` : `Use it with --costs ${options.output}.`;
  environment.output.write(`Measured CPython ${calibration.build} in ${seconds(json)} s: ${path}\n${use}\n`);
  return 0;
}

interface Measured {
  readonly output: string;
}

/** The first of the interpreters that exists; one that was named is the only one tried. */
async function measured(named: string | undefined, environment: Environment): Promise<Measured> {
  // Without a separator it is looked up as a command, else it is a file.
  const asked = named !== undefined && /[\\/]/.test(named) ? absolutePath(environment.workingFolder, named) : named;
  for (const interpreter of asked === undefined ? ["python3", "python"] : [asked]) {
    const progress = stepProgress(environment);
    const run = await environment.runPython(interpreter, `${constructs}\n${measure}`, progress.line).finally(progress.end);
    if (run.kind === "not-found") continue;
    if (run.kind === "too-long") throw new UsageError(`${interpreter} did not finish within ${run.seconds} seconds`);
    if (run.code === 0) return { output: run.output };
    throw new UsageError(`${interpreter} could not be measured: ${lastLine(run.errors) || `it ended with code ${run.code}`}`);
  }
  throw new UsageError(
    named === undefined ? "there is no python3; name an interpreter with --python" : `there is no interpreter \`${named}\``,
  );
}

interface StepProgress {
  line(text: string): void;
  end(): void;
}

/** One line that changes on a terminal, a line for each kind of measurement elsewhere. */
function stepProgress({ errors }: Environment): StepProgress {
  const isTerminal = errors.kind === "terminal";
  let last = "";
  return {
    line(text) {
      const parts = /^progress (\d+) (\d+) (.+)$/.exec(text);
      if (!parts) return;
      const [, done, total, what] = parts;
      if (isTerminal) errors.write(`\r\x1b[Kmeasuring: ${what}, ${done} of ${total}`);
      else if (what !== last) errors.write(`measuring: ${what}\n`);
      last = what as string;
    },
    end() {
      if (isTerminal && last !== "") errors.write("\r\x1b[K");
    },
  };
}

function parsedOr(output: string): unknown {
  try {
    return JSON.parse(output.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}

function seconds(json: unknown): string {
  const { seconds: took } = json as { readonly seconds?: unknown };
  return typeof took === "number" ? String(Math.round(took)) : "some";
}

function lastLine(errors: string): string {
  const lines = errors.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("progress "));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach the terminal
  return (lines.at(-1) ?? "").replace(/[\x00-\x1f\x7f-\x9f]/g, " ").trim();
}
