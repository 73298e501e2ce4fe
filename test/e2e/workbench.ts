import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { installWorkbench, runToEnd, type Workbench } from "./install.js";

/** A running editor with the package installed, and a browser to look at it. */
export interface Editor {
  /** Opens a window on a folder, or on a file of a workspace of several, with a file below it shown; `prepare` gets the page while it is blank. */
  openWindow(folder: string, file: string, prepare?: (blank: Page) => Promise<unknown>): Promise<Page>;
  /** Everything the editor's server and its extensions wrote, for failures. */
  log(): string;
  stop(): Promise<void>;
}

/** Quiet, offline, and plain enough for pictures. */
export const userSettings = {
  "security.workspace.trust.enabled": false,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.reduceMotion": "on",
  "workbench.layoutControl.enabled": false,
  "workbench.tips.enabled": false,
  "window.commandCenter": false,
  "telemetry.telemetryLevel": "off",
  "breadcrumbs.enabled": false,
  "editor.minimap.enabled": false,
  "editor.fontFamily": "'DejaVu Sans Mono', monospace",
  "editor.cursorBlinking": "solid",
  "editor.hover.delay": 200,
  "files.autoSave": "off",
  "gilscope.target": "cpython-3.13",
  "gilscope.cores": 4,
};

/** What an editor has beside the package. */
export interface Surroundings {
  /** Extensions of the test's own, by the names of their folders. */
  readonly extensions?: readonly string[];
  /** The settings of the user, in the place of those that make pictures plain. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Another language than English. */
  readonly language?: string;
}

/** Starts an editor of its own — settings, extensions, home folder and port are fresh — and installs the package into it. */
export async function startEditor(packagePath: string, surroundings: Surroundings = {}): Promise<Editor> {
  const workbench = await installWorkbench();
  const scratch = await mkdtemp(join(tmpdir(), "gilscope-e2e-"));
  const [home, userData, extensions] = ["home", "user-data", "extensions"].map((name) => join(scratch, name)) as [string, string, string];
  await mkdir(join(userData, "User"), { recursive: true });
  await mkdir(home);
  await writeFile(join(userData, "User/settings.json"), JSON.stringify(surroundings.settings ?? userSettings, undefined, 2));
  const { language } = surroundings;
  if (language !== undefined) await addLanguage(language, userData);

  for (const name of surroundings.extensions ?? [])
    await cp(join("test/e2e/extensions", name), join(extensions, name), { recursive: true });
  const folders = ["--user-data-dir", userData, "--extensions-dir", extensions];
  const env = { ...process.env, HOME: home, EXTENSIONS_GALLERY: "{}" };
  await runToEnd(workbench.node, [workbench.server, ...folders, "--install-extension", packagePath], scratch, env);

  const port = await freePort();
  const server = startServer(
    workbench,
    [...folders, "--bind-addr", `127.0.0.1:${port}`, ...(language === undefined ? [] : ["--locale", language])],
    env,
  );
  try {
    await untilHealthy(`http://127.0.0.1:${port}/healthz`, server);
    const browser = await startBrowser(workbench.chromium, scratch);
    return {
      openWindow: (folder, file, prepare) => openWindow(browser, port, folder, file, prepare),
      log: server.log,
      async stop() {
        await browser.close();
        await server.stop();
        await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      },
    };
  } catch (error) {
    await server.stop();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    throw error;
  }
}

/** A language pack that translates nothing of the editor itself, which takes it for a language all the same; extensions bring their own texts. */
async function addLanguage(language: string, userData: string): Promise<void> {
  const file = join(userData, "texts.json");
  await writeFile(file, JSON.stringify({ version: "1.0.0", contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `gilscope-test.${language}` }, version: "1.0.0" }];
  const pack = { hash: "1", label: language, extensions, translations: { vscode: file } };
  await writeFile(join(userData, "languagepacks.json"), JSON.stringify({ [language]: pack }));
}

interface Server {
  readonly child: ChildProcess;
  log(): string;
  stop(): Promise<void>;
}

function startServer(workbench: Workbench, words: readonly string[], env: NodeJS.ProcessEnv): Server {
  const quiet = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened"];
  // A process group of its own, so that stopping it stops the processes it started and no others.
  const child = spawn(workbench.node, [workbench.server, "--auth", "none", ...quiet, ...words], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended already.
    }
  };
  return {
    child,
    log: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        signal("SIGTERM");
        await Promise.race([ended, pause(3000, undefined, { ref: false })]);
      }
      signal("SIGKILL");
    },
  };
}

async function untilHealthy(address: string, server: Server): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    if (server.child.exitCode !== null) break;
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`the editor's server did not start\n${server.log()}`);
}

/** A browser that does nothing of its own accord. */
const browserArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Windows of one size, with more pixels where pictures are renewed: drawing them takes a sixth of the time on a machine without a graphics card. */
const windowSize = { viewport: { width: 1200, height: 660 }, deviceScaleFactor: process.env.UPDATE === "1" ? 1.5 : 1 };

/** A browser with a profile of its own: what it has loaded and compiled of the editor serves the next window, which takes half the time of the first. */
export function startBrowser(executablePath: string, scratch: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(join(scratch, "browser"), { executablePath, args: [...browserArguments], ...windowSize });
}

/** A page in which nothing of earlier windows is left but the editor's code: no state of workspaces, panels or extensions. */
export async function freshPage(browser: BrowserContext, origin: string): Promise<Page> {
  const page = await browser.newPage();
  const session = await browser.newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await session.detach();
  return page;
}

async function openWindow(
  browser: BrowserContext,
  port: number,
  folder: string,
  file: string,
  prepare: (blank: Page) => Promise<unknown> = async () => undefined,
): Promise<Page> {
  const origin = `http://127.0.0.1:${port}`;
  const page = await freshPage(browser, origin);
  await prepare(page);
  const [kind, base] = folder.endsWith(".code-workspace") ? ["workspace", dirname(folder)] : ["folder", folder];
  const payload = JSON.stringify([["openFile", `vscode-remote://127.0.0.1:${port}${join(base, file)}`]]);
  const query = new URLSearchParams({ [kind]: folder, payload });
  await page.goto(`${origin}/?${query}`);
  await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: 60_000 });
  if (kind === "workspace") await untilFoldersAreShown(page);
  return page;
}

/** On a busy machine the editor may open a workspace's file before it can read it, and then shows no folder until the window is loaded again. */
async function untilFoldersAreShown(page: Page): Promise<void> {
  const folders = page.locator(".explorer-folders-view .monaco-list-row");
  await folders
    .first()
    .waitFor({ timeout: 15_000 })
    .catch(() => page.reload());
  await folders.first().waitFor({ timeout: 60_000 });
  await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: 60_000 });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
