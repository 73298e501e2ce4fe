import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** What a process took. */
export interface Measured {
  readonly exitCode: number;
  readonly output: string;
  readonly milliseconds: number;
  /** The most memory it held at a time, in bytes. */
  readonly peakMemory: number;
}

/** A Node process whose peak memory is known once it has ended. */
export interface MeasuredProcess {
  readonly process: ChildProcess;
  /** Resolves when it has ended. Call once. */
  ended(): Promise<Pick<Measured, "exitCode" | "peakMemory">>;
}

/** Where a script runs; by default where this one does, and with its variables. */
export interface Surroundings {
  readonly folder?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** The most that it may take, ms; then it is ended. */
  readonly patience?: number;
}

/** Starts a script under this Node. The process writes its own peak at its end, because only it knows: no polling can miss a short peak. */
export function startMeasured(script: string, args: readonly string[], surroundings: Surroundings = {}): MeasuredProcess {
  const folder = mkdtempSync(join(tmpdir(), "gilscope-bench-"));
  const peakFile = join(folder, "peak");
  const hook = `
    import { writeFileSync } from "node:fs";
    process.on("exit", () => writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS * 1024)));`;
  const child = spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    cwd: surroundings.folder,
    env: { ...process.env, ...surroundings.variables },
    timeout: surroundings.patience,
    killSignal: "SIGKILL",
  });
  const exit = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  return {
    process: child,
    async ended() {
      const exitCode = await exit;
      // Who was killed has not written it.
      const peakMemory = existsSync(peakFile) ? Number(readFileSync(peakFile, "utf8")) : 0;
      rmSync(folder, { recursive: true });
      return { exitCode, peakMemory };
    },
  };
}

/** Runs a script to its end. */
export async function runMeasured(script: string, args: readonly string[], surroundings: Surroundings = {}): Promise<Measured> {
  const started = performance.now();
  const running = startMeasured(script, args, surroundings);
  running.process.stdin?.end();
  const pieces: Buffer[] = [];
  running.process.stdout?.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = await running.ended();
  return { ...ended, output: Buffer.concat(pieces).toString("utf8"), milliseconds: performance.now() - started };
}
