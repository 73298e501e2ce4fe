import { spawn } from "node:child_process";
import { homedir } from "node:os";
import type { PythonRun } from "../cli/environment.js";

/** Longer than any measurement takes, even on a busy machine. */
const mostSeconds = 60;
const mostOutput = 10_000_000;

/**
 * Runs a text with an interpreter: isolated from the user's environment variables and packages (`-I -S`), and in the home folder, so that
 * neither the interpreter nor a module is ever taken from the folder that is analysed. `tell` is given each line of its standard error.
 */
export function runPython(interpreter: string, script: string, tell: (line: string) => void): Promise<PythonRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, ["-I", "-S", "-c", "import sys; exec(sys.stdin.read())"], {
      cwd: homedir(),
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    let output = "";
    let errors = "";
    let unfinished = "";
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, mostSeconds * 1000);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < mostOutput) output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (errors.length < mostOutput) errors += text;
      const lines = (unfinished + text).split(/\r?\n/);
      unfinished = lines.pop() ?? "";
      for (const line of lines) tell(line);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (error.code === "ENOENT") resolve({ kind: "not-found" });
      else
        reject(new Error(`${interpreter} cannot be started: ${error.code === "EACCES" ? "permission denied" : (error.code ?? "unknown")}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(isLate ? { kind: "too-long", seconds: mostSeconds } : { kind: "ended", code: code ?? -1, output, errors });
    });
    // A program that ends before it has read everything closes the pipe; its exit code says what happened.
    child.stdin.on("error", () => {});
    child.stdin.end(script);
  });
}
