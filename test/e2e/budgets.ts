import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { patience } from "./scenarios.js";
import { runCommand } from "./teaching-scenarios.js";
import { type Editor, startEditor } from "./workbench.js";

/** What a person waits for in a new window, in milliseconds. */
interface Waits {
  /** What the editor says that activating the extension took: loading its code, calling it, and until it was done. */
  readonly activation: number;
  /** From the text of the file on the screen to the first mark that an extension makes which does nothing else: the editor's own time. */
  readonly editor: number;
  /** From there to Gilscope's first line under code. */
  readonly firstDiagnostics: number;
}

/** So many windows are opened; the first has nothing in any cache. */
const windows = 7;

/** Opens new windows on a file with findings, and says how long one waits in them. */
export async function measureBudgets(packagePath: string, work: string, say: (line: string) => void): Promise<void> {
  const editor = await startEditor(packagePath, { extensions: ["control"] });
  const waits: Waits[] = [];
  try {
    for (let window = 0; window < windows; window++) waits.push(await measureWindow(editor, join(work, `window-${window}`)));
  } finally {
    await editor.stop();
  }
  const tell = (name: string, of: (each: Waits) => number, budget: string): void => {
    const values = waits.map(of);
    const median = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
    say(`${name.padEnd(58)} median ${median?.toFixed(0)} ms   (${budget})   ${values.map((value) => value.toFixed(0)).join(", ")}`);
  };
  tell("activation", ({ activation }) => activation, "budget 150");
  tell("text on the screen → an extension that does nothing else", (each) => each.editor, "the editor itself");
  tell("from there → first line under code", (each) => each.firstDiagnostics, "budget 500");
}

async function measureWindow(editor: Editor, workspace: string): Promise<Waits> {
  await cp("test/e2e/workspace", workspace, { recursive: true });
  const page = await editor.openWindow(workspace, "scramble_seeds.py", (blank) => blank.addInitScript(noteFirstSights));
  try {
    await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
    const { text, mark, control } = await page.evaluate<Sights>("globalThis.sights");

    return { editor: control - text, firstDiagnostics: mark - control, activation: await activationTime(page) };
  } finally {
    await page.close();
  }
}

/** When the page first showed a line of text, and a line under code; in milliseconds. */
interface Sights {
  readonly text: number;
  readonly control: number;
  readonly mark: number;
}

const noteFirstSights = `{
  globalThis.sights = {};
  const note = (name, selector) => {
    if (globalThis.sights[name] === undefined && document.querySelector(selector)) globalThis.sights[name] = performance.now();
  };
  new MutationObserver(() => {
    note("text", ".monaco-editor .view-line");
    note("control", ".cdr.squiggly-error");
    note("mark", ".cdr.squiggly-warning");
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
}`;

/** As the editor's own list of running extensions has it. */
async function activationTime(page: Page): Promise<number> {
  // The slowest come first, and a row that does not fit is not there.
  await page.setViewportSize({ width: 1200, height: 3000 });
  await runCommand(page, "Developer: Show Running Extensions");
  const row = page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "Gilscope" });
  await row.waitFor({ timeout: patience });
  const time = /(\d+)ms/.exec((await row.textContent()) ?? "")?.[1];
  if (time === undefined) throw new Error("the editor does not say how long the activation took");
  return Number(time);
}
