import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Locator, Page } from "playwright-core";

/** What somebody does in the editor, and what they must see. */
export interface Scenario {
  readonly name: string;
  /** The file of the workspace that is shown first. */
  readonly file: string;
  /** Settings of the workspace, such as another theme. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Makes a workspace of several folders inside the folder, and returns its file. */
  prepare?(workspace: string): Promise<string>;
  play(stage: Stage): Promise<void>;
}

export interface Stage {
  readonly page: Page;
  /** The folder that the editor shows: a copy of the test's workspace. */
  readonly workspace: string;
  /** Where a picture of that name is stored. */
  picture(name: string): string;
}

/** Analysis of a small file takes milliseconds; the rest is for a busy machine. */
export const patience = 30_000;

export const scenarios: readonly Scenario[] = [
  {
    name: "threads that compute are marked, explained and switched to processes",
    file: "scramble_seeds.py",
    async play({ page, workspace, picture }) {
      const file = join(workspace, "scramble_seeds.py");
      const before = await pythonOutput(file);
      await closeSideBar(page);

      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.locator(".codelens-decoration", { hasText: "processes" }).first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("diagnostics") });

      await page.keyboard.press("Control+Shift+M");
      const problems = page.locator(".markers-panel");
      await problems.getByText("GIL101").first().waitFor({ timeout: patience });
      assert.match(await textOf(problems), /scramble.*×/s);
      await page.screenshot({ path: picture("problems") });
      await page.keyboard.press("Control+J");
      await hoverOver(page, "pool.map", "map");
      // The message of the diagnostic is there before the table.
      const hover = page.locator(".monaco-hover", { hasText: "strategy" }).first();
      await hover.waitFor({ timeout: patience });
      assert.match(await textOf(hover), /processes/);
      await scrollHover(page, hover);
      await page.screenshot({ path: picture("hover") });
      await dismissHover(page);

      await clickOn(page, "pool.map", "map");
      await page.keyboard.press("Control+.");
      const fix = page.locator(".action-widget .monaco-list-row", { hasText: "ProcessPoolExecutor" }).first();
      await fix.waitFor({ timeout: patience });
      assert.match((await fix.getAttribute("class")) ?? "", /focused/, "the fix is the first choice");
      await page.screenshot({ path: picture("quick-fix") });
      await page.keyboard.press("Enter");
      await confirm(page, /ProcessPoolExecutor/);
      await page.locator(".view-line", { hasText: "ProcessPoolExecutor" }).first().waitFor({ timeout: patience });
      await save(page, file, /ProcessPoolExecutor/);

      assert.doesNotMatch(await readFile(file, "utf8"), /ThreadPoolExecutor/);
      assert.equal(await pythonOutput(file), before);
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "detached", timeout: patience });
    },
  },
  {
    name: "a click on the lens shows the prediction as a page, which leads to the timeline",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      const lens = page.locator(".codelens-decoration a", { hasText: "processes" }).first();
      await lens.waitFor({ timeout: patience });
      const preview = page.locator("iframe.webview.ready");
      // A click is lost when the editor draws the lens anew at that moment.
      for (const deadline = Date.now() + patience; (await preview.count()) === 0 && Date.now() < deadline; ) {
        await lens.click();
        await preview.waitFor({ timeout: 5_000 }).catch(() => undefined);
      }
      const pageText = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
      await pageText.getByText("Recommended:").waitFor({ timeout: patience });
      await page.screenshot({ path: picture("prediction") });
      await page.locator(".editor-actions .action-label[aria-label*='Show Timeline']").click();
      await page.locator(".tab", { hasText: "Timeline of" }).waitFor({ timeout: patience });
    },
  },
  {
    name: "directives stand out from other comments",
    file: "directives.py",
    async play({ page }) {
      // Colours come a moment after the text.
      const deadline = Date.now() + patience;
      while ((await tokenKinds(page, "guarded-by")) < 3 && Date.now() < deadline) await page.waitForTimeout(100);
      assert.ok((await tokenKinds(page, "guarded-by")) >= 3, "the comment's sign, the directive and the lock have colours of their own");
      assert.ok((await tokenKinds(page, "gil: ignore")) >= 4, "so have a suppression and its rule at the end of a line");
      assert.equal(await tokenKinds(page, "an ordinary comment"), 1);
    },
  },
  {
    name: "a shared counter without a lock is marked where it is changed, and gets one",
    file: "visit_counter.py",
    async play({ page, workspace, picture }) {
      const file = join(workspace, "visit_counter.py");
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.keyboard.press("Control+Shift+M");
      const problems = page.locator(".markers-panel");
      await problems.getByText("GIL201").first().waitFor({ timeout: patience });
      assert.match(await textOf(problems), /visits/);
      await page.keyboard.press("Control+J");

      await clickOn(page, "visits += price()", "visits");
      await page.keyboard.press("Control+.");
      const fix = page.locator(".action-widget .monaco-list-row", { hasText: "new lock" }).first();
      await fix.waitFor({ timeout: patience });
      await page.keyboard.press("Enter");
      await page.locator(".view-line", { hasText: "with" }).filter({ hasText: "_lock" }).first().waitFor({ timeout: patience });
      await save(page, file, /with \w+_lock:/);
      await page.screenshot({ path: picture("lock") });
      await page.keyboard.press("Control+Shift+M");
      await problems.getByText("GIL101").first().waitFor({ timeout: patience });
      await problems.getByText("GIL201").first().waitFor({ state: "detached", timeout: patience });
      assert.equal(await pythonOutput(file), "visits 400000\n", "no visit is lost any more");
    },
  },
  {
    name: "a race and a deadlock are marked, and the hover shows the order that goes wrong",
    file: "ticket_office.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.keyboard.press("Control+Shift+M");
      const problems = page.locator(".markers-panel");
      await problems.getByText("GIL401").first().waitFor({ timeout: patience });
      assert.match(await textOf(problems), /ledger_lock.*printer_lock|printer_lock.*ledger_lock/s);
      await page.keyboard.press("Control+J");
      await hoverOver(page, 'unsold["balcony"] -= count', "unsold");
      const hover = page.locator(".monaco-hover", { hasText: "thread B" }).first();
      await hover.waitFor({ timeout: patience });
      assert.match(await textOf(hover), /unsold\["balcony"\]/);
      await scrollHover(page, hover);
      await page.screenshot({ path: picture("race") });
    },
  },
];

const run = promisify(execFile);

/** What the program prints under the real interpreter. */
async function pythonOutput(file: string): Promise<string> {
  const { stdout } = await run("python3", [file], { timeout: patience });
  assert.notEqual(stdout.trim(), "", "the program must print something to compare");
  return stdout;
}

/** The editor draws spaces as no-break spaces. */
export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? "").replaceAll("\u00a0", " ");
}

/** How many kinds of token the editor shows on the first line that holds the text. */
async function tokenKinds(page: Page, text: string): Promise<number> {
  const line = page.locator(".view-line", { hasText: text.replaceAll(" ", "\u00a0") }).first();
  await line.waitFor({ timeout: patience });
  const kinds = await line.locator("span span").evaluateAll((tokens) => tokens.map((token) => token.className));
  return new Set(kinds).size;
}

/** The editor's own themes: what they are called, and by which class its window says which is shown. */
const themes = {
  light: ["Default Light Modern", "vs"],
  dark: ["Default Dark Modern", "vs-dark"],
  "high-contrast": ["Default High Contrast", "hc-black"],
  "high-contrast-light": ["Default High Contrast Light", "hc-light"],
} as const;

/** Sets the theme in the settings of the workspace, beside what they say, and waits until the window has it. */
export async function changeTheme(page: Page, workspace: string, theme: keyof typeof themes): Promise<void> {
  const [name, shown] = themes[theme];
  const file = join(workspace, ".vscode/settings.json");
  const settings = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...settings, "workbench.colorTheme": name }));
  await page.locator(`.monaco-workbench.${shown}`).waitFor({ state: "attached", timeout: patience });
}

export async function closeSideBar(page: Page): Promise<void> {
  const sideBar = page.locator(".part.sidebar");
  if (await sideBar.isVisible()) await page.keyboard.press("Control+B");
  await sideBar.waitFor({ state: "hidden", timeout: patience });
}

/** The middle of a word on the first line of the editor that holds `line`, in pixels. */
async function placeOf(page: Page, line: string, word: string): Promise<{ readonly x: number; readonly y: number }> {
  const found = page.locator(".view-line", { hasText: line.replaceAll(" ", "\u00a0") }).first();
  await found.waitFor({ timeout: patience });
  return found.evaluate((element, wanted) => {
    const walker = element.ownerDocument.createTreeWalker(element, 4);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const start = node.textContent?.indexOf(wanted) ?? -1;
      if (start === -1) continue;
      const range = element.ownerDocument.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + wanted.length);
      const box = range.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }
    throw new Error(`no ${wanted} on this line`);
  }, word);
}

export async function hoverOver(page: Page, line: string, word: string): Promise<void> {
  const { x, y } = await placeOf(page, line, word);
  // A hover needs the mouse to arrive, not to appear.
  await page.mouse.move(x + 120, y + 60);
  await page.mouse.move(x, y, { steps: 5 });
}

/** Scrolls a hover, which shows only its first lines, so that the picture shows the table. */
async function scrollHover(page: Page, hover: Locator): Promise<void> {
  const box = await hover.boundingBox();
  if (!box) return;
  // On the way the mouse must not leave the word and the hover above it, or the editor takes the hover away.
  await page.mouse.move(box.x + 40, box.y + box.height / 2, { steps: 20 });
  await page.mouse.wheel(0, 90);
  await page.waitForTimeout(300);
  assert.ok(await hover.isVisible(), "the hover stays while the mouse is in it");
}

export async function dismissHover(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.mouse.move(20, 20);
  await page.locator(".monaco-hover:visible").first().waitFor({ state: "hidden", timeout: patience });
}

/** A change that needs a reader is shown first: looks at it, ticks all of the file's, and applies it. */
async function confirm(page: Page, change: RegExp): Promise<void> {
  const preview = page.locator(".bulk-edit-panel");
  const rows = preview.locator(".monaco-list-row");
  await rows.nth(1).waitFor({ timeout: patience });
  assert.match(await textOf(rows.nth(1)), change);
  await rows.first().locator(".edit-checkbox").check();
  await preview.locator(".monaco-button", { hasText: "Apply" }).click();
  await rows.first().waitFor({ state: "detached", timeout: patience });
}

export async function clickOn(page: Page, line: string, word: string): Promise<void> {
  const { x, y } = await placeOf(page, line, word);
  await page.mouse.click(x, y);
}

/** Saves, and waits until the file on disk says what the editor shows. */
async function save(page: Page, file: string, expected: RegExp): Promise<void> {
  await page.keyboard.press("Control+S");
  for (const deadline = Date.now() + patience; Date.now() < deadline; await page.waitForTimeout(50)) {
    if (expected.test(await readFile(file, "utf8"))) return;
  }
  assert.fail(`${file} was not saved`);
}
