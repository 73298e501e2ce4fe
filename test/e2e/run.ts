import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { measureBudgets } from "./budgets.js";
import { crashScenarios } from "./crash-scenarios.js";
import { folderScenarios } from "./folder-scenarios.js";
import { runToEnd } from "./install.js";
import { type Scenario, scenarios } from "./scenarios.js";
import { emptyProfileScenarios, environmentScenarios, germanScenarios } from "./surroundings-scenarios.js";
import { teachingScenarios } from "./teaching-scenarios.js";
import { timelineScenarios } from "./timeline-scenarios.js";
import { webScenarios } from "./web-scenarios.js";
import { startWebEditor } from "./web-workbench.js";
import { type Editor, startEditor } from "./workbench.js";

/**
 * The package in a real VS Code workbench in a real browser. Run from the root of the project; needs Debian and Node alone, the rest is
 * installed into a cache on first use. `GILSCOPE_VSIX` names a package to test instead of a fresh one, `UPDATE=1` renews the pictures
 * that the README shows, `GILSCOPE_PICTURES` names another folder for them, arguments are parts of the names of scenarios to play alone;
 * `budgets` measures what one waits for in new windows instead.
 */
async function main(): Promise<void> {
  const started = Date.now();
  const wanted = process.argv.slice(2);
  const work = await mkdtemp(join(tmpdir(), "gilscope-e2e-work-"));
  const pictures =
    process.env.UPDATE === "1" ? resolve("test/e2e/screenshots") : resolve(process.env.GILSCOPE_PICTURES ?? join(work, "screenshots"));
  const failures = resolve("out/e2e-failures");
  await mkdir(pictures, { recursive: true });
  await rm(failures, { recursive: true, force: true });
  const folders = { work, pictures, failures };
  const chosen = (all: readonly Scenario[]): readonly Scenario[] =>
    all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  try {
    const packagePath = resolve(process.env.GILSCOPE_VSIX ?? (await makePackage(join(work, "gilscope.vsix"))));
    if (wanted[0] === "budgets") return await measureBudgets(packagePath, work, say);
    const results = [
      ...(await playAll(
        chosen([...scenarios, ...teachingScenarios, ...timelineScenarios, ...folderScenarios, ...crashScenarios]),
        () => startEditor(packagePath),
        folders,
      )),
      ...(await playAll(chosen(environmentScenarios), () => startEditor(packagePath, { extensions: ["python-environments"] }), folders)),
      ...(await playAll(chosen(germanScenarios), () => startEditor(packagePath, { extensions: ["python"], language: "de" }), folders)),
      ...(await playAll(chosen(emptyProfileScenarios), () => startEditor(packagePath, { settings: {} }), folders)),
      ...(await playAll(chosen(webScenarios), () => startWebEditor(packagePath), folders)),
    ];
    const passed = results.filter((result) => result === "passed").length;
    say(`${passed} of ${results.length} scenarios passed in ${seconds(started)}`);
    if (passed < results.length) process.exitCode = 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Plays scenarios in an editor that is started for them. */
async function playAll(
  chosen: readonly Scenario[],
  start: () => Promise<Editor>,
  folders: Folders,
): Promise<readonly ("passed" | "failed")[]> {
  if (chosen.length === 0) return [];
  const started = Date.now();
  const editor = await start();
  say(`editor ready after ${seconds(started)}`);
  const results: ("passed" | "failed")[] = [];
  try {
    for (const scenario of chosen) results.push((await passes(scenario, editor, folders)) ? "passed" : "failed");
  } finally {
    await editor.stop();
  }
  return results;
}

interface Folders {
  readonly work: string;
  readonly pictures: string;
  readonly failures: string;
}

/** A browser can lose a key or a click on a busy machine, so each scenario has a second try; two failures are a failure. */
async function passes(scenario: Scenario, editor: Editor, folders: Folders): Promise<boolean> {
  for (const attempt of [1, 2]) {
    const started = Date.now();
    const fileName = `${scenario.name.replaceAll(/\W+/g, "-")}-${attempt}`;
    const workspace = join(folders.work, fileName);
    await cp("test/e2e/workspace", workspace, { recursive: true });
    if (scenario.settings) {
      await mkdir(join(workspace, ".vscode"));
      await writeFile(join(workspace, ".vscode/settings.json"), JSON.stringify(scenario.settings));
    }
    let page: Page | undefined;
    try {
      page = await editor.openWindow((await scenario.prepare?.(workspace)) ?? workspace, scenario.file);
      await scenario.play({ page, workspace, picture: (name) => join(folders.pictures, `${name}.png`) });
      say(`passed  ${scenario.name} (${seconds(started)})`);
      return true;
    } catch (error) {
      say(`failed  ${scenario.name}, try ${attempt} (${seconds(started)}): ${error instanceof Error ? error.stack : String(error)}`);
      await mkdir(folders.failures, { recursive: true });
      const base = join(folders.failures, fileName);
      await page?.screenshot({ path: `${base}.png` }).catch(() => undefined);
      await writeFile(`${base}.log`, editor.log());
      say(`        see ${base}.png and .log`);
    } finally {
      await page?.close();
    }
  }
  return false;
}

async function makePackage(path: string): Promise<string> {
  await runToEnd(process.execPath, [".config/package.mjs", path], process.cwd());
  return path;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
