import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { installWebWorkbench, runToEnd } from "./install.js";
import { type Editor, freshPage, startBrowser, userSettings } from "./workbench.js";

/**
 * The same package in a workbench that is nothing but files for a browser, as on vscode.dev: the extension and its language server are workers,
 * and the files of the workspace come from another extension.
 */
export async function startWebEditor(packagePath: string): Promise<Editor> {
  const { workbench, chromium: executablePath } = await installWebWorkbench();
  const scratch = await mkdtemp(join(tmpdir(), "gilscope-e2e-web-"));
  const unpacked = join(scratch, "package");
  await runToEnd("python3", ["-m", "zipfile", "-e", packagePath, unpacked], process.cwd());
  const windows: Window[] = [];
  const requests: string[] = [];

  const answer = async (path: string): Promise<Answer | undefined> => {
    const [, first = "", ...others] = path.split("/");
    const rest = others.join("/");
    switch (first) {
      case "code":
        return fileAt(workbench, rest);
      case "extension":
        return rest === "package.json" ? manifest(join(unpacked, "extension")) : fileAt(join(unpacked, "extension"), rest);
      case "web-files":
        return fileAt("test/e2e/web-files", rest);
      case "files":
        return workspaceFile(windows, rest);
      default:
        return windowPage(workbench, windows, path, port);
    }
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const found = await answer(path).catch(() => undefined);
    requests.push(`${found ? 200 : 404} ${path}`);
    response.writeHead(found ? 200 : 404, { "content-type": found?.type ?? "text/plain", "access-control-allow-origin": "*" });
    response.end(found?.content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const browser = await startBrowser(executablePath, scratch);
  return {
    async openWindow(folder, file) {
      const number = windows.push({ folder, file }) - 1;
      const page = await freshPage(browser, `http://${host}:${port}`);
      page.on("console", (message) => requests.push(`console ${message.type()}: ${message.text()}`));
      await page.goto(`http://${host}:${port}/window-${number}/`);
      await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: 60_000 });
      return page;
    },
    log: () => requests.join("\n"),
    async stop() {
      await browser.close();
      server.close();
      server.closeAllConnections();
      await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/**
 * Browsers resolve all names below localhost to this machine. The workbench insists that a webview has a host of its own; below that of the
 * page it is of the same site, so that its service worker is not refused as a third party's.
 */
const host = "editor.localhost";

interface Window {
  readonly folder: string;
  readonly file: string;
}

interface Answer {
  readonly type: string;
  readonly content: string | Buffer;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

async function fileAt(folder: string, path: string): Promise<Answer> {
  const inside = normalize(`/${path}`);
  return { type: types[extname(path)] ?? "text/plain", content: await readFile(join(folder, inside)) };
}

/** This workbench is older than what the extension asks for; all that is used of the editor here was there already. */
async function manifest(extension: string): Promise<Answer> {
  const { engines, ...others } = JSON.parse(await readFile(join(extension, "package.json"), "utf8"));
  return { type: "application/json", content: JSON.stringify({ ...others, engines: { ...engines, vscode: "^1.91.0" } }) };
}

async function workspaceFile(windows: readonly Window[], path: string): Promise<Answer | undefined> {
  const [, number = "", inside = ""] = /^window-(\d+)(\/.*)?$/.exec(path) ?? [];
  const folder = windows[Number(number)]?.folder;
  if (folder === undefined) return undefined;
  const place = join(folder, normalize(`/${inside}`));
  if (!(await stat(place)).isDirectory()) return fileAt(folder, inside);
  const entries = await readdir(place, { withFileTypes: true });
  const listed = entries.map((entry) => ({ name: entry.name, kind: entry.isDirectory() ? "folder" : "file" }));
  return { type: "application/json; folder", content: JSON.stringify(listed) };
}

/** The page of a window, and what the workbench in it is configured with. */
async function windowPage(workbench: string, windows: readonly Window[], path: string, port: number): Promise<Answer | undefined> {
  const [, name = "", number = "", rest = ""] = /^\/(window-(\d+))\/(.*)$/.exec(path) ?? [];
  const window = windows[Number(number)];
  if (name === "" || !window) return undefined;
  if (rest === "product.json") return { type: "application/json", content: JSON.stringify(configuration(name, window, port)) };
  const template = await readFile(join(workbench, "out/vs/code/browser/workbench/workbench.html"), "utf8");
  const filled = template.replaceAll("{{WORKBENCH_WEB_BASE_URL}}", "/code").replaceAll(/\{\{WORKBENCH_\w+\}\}/g, "");
  return { type: "text/html", content: filled };
}

function configuration(name: string, { file }: Window, port: number): object {
  const place = (path: string): object => ({ scheme: "vscode-test-web", authority: "mount", path });
  const local = (path: string): object => ({ scheme: "http", authority: `${host}:${port}`, path });
  return {
    productConfiguration: {
      nameShort: "Code Web",
      nameLong: "Code Web",
      applicationName: "code-web",
      dataFolderName: ".code-web",
      version: "1.91.1",
      webviewContentExternalBaseUrlTemplate: `http://{{uuid}}.${host}:${port}/code/out/vs/workbench/contrib/webview/browser/pre/`,
    },
    folderUri: place(`/${name}`),
    defaultLayout: { editors: [{ uri: place(`/${name}/${file}`) }], force: true },
    additionalBuiltinExtensions: [local("/web-files"), local("/extension")],
    configurationDefaults: userSettings,
  };
}
