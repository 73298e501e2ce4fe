import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import { animated, type Frame } from "./animation.js";
import { changeTheme, clickOn, closeSideBar, patience, type Scenario, textOf } from "./scenarios.js";
import { runCommand } from "./teaching-scenarios.js";

/** The timeline: opened, asked with other numbers, walked through by keyboard, and looked at in all kinds of themes. */
export const timelineScenarios: readonly Scenario[] = [
  {
    name: "the timeline opens from its lens, and follows sliders, ways of running and edits",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await page.setViewportSize(roomy);
      await closeSideBar(page);
      const panel = await openTimeline(page);
      await speedupOf(panel, "threads", (value) => value > 0.8 && value < 1.2);
      await speedupOf(panel, "processes", (value) => value > 2.5);
      await panel.getByText("The GIL is held").waitFor({ timeout: patience });
      // The curves come last.
      await panel.locator(".curves li").nth(2).waitFor({ timeout: patience });
      await page.screenshot({ path: picture("timeline") });

      await panel.locator("#slider-cores").fill("0");
      await speedupOf(panel, "processes", (value) => value < 1.2);
      await panel.getByText("program: 4").waitFor({ timeout: patience });
      await panel.getByRole("button", { name: "Set everything back" }).click();
      await speedupOf(panel, "processes", (value) => value > 2.5);

      await panel.locator(".way.processes").click();
      await panel.getByText("All 4 cores are busy").waitFor({ timeout: patience });
      await panel.getByText("The schedule as a table").click();
      await panel.locator("th", { hasText: "worker-4" }).waitFor({ timeout: patience });

      await clickOn(page, "ROUNDS = 1_000_000", "ROUNDS");
      await page.keyboard.press("Home");
      await page.keyboard.type("# one more line\n");
      await panel.getByText("scramble_seeds.py, line 18").waitFor({ timeout: patience });
      assert.ok(await panel.locator(".way.processes input").isChecked(), "an edit keeps what was chosen");
      await clickOn(page, "results = list(", "results");
      await page.keyboard.press("Home");
      await page.keyboard.press("Shift+End");
      await page.keyboard.type("results = [1]");
      await panel.getByText("no concurrent work starts there any more").waitFor({ timeout: patience });
    },
  },
  {
    name: "the timeline is used by keyboard alone, and saves what it shows",
    file: "scramble_seeds.py",
    async play({ page, workspace }) {
      await page.locator(".codelens-decoration a", { hasText: "Show timeline" }).first().waitFor({ timeout: patience });
      await page.keyboard.press("Control+G");
      await page.locator(".quick-input-widget input").waitFor({ timeout: patience });
      await page.keyboard.type("17");
      await page.keyboard.press("Enter");
      await runCommand(page, "Gilscope: Show Timeline");
      const panel = panelIn(page);
      await speedupOf(panel, "processes", (value) => value > 2.5);

      await tabTo(page, panel, "input[name=way]:checked");
      await page.keyboard.press("ArrowRight");
      await panel.getByText("All 4 cores are busy").waitFor({ timeout: patience });
      await tabTo(page, panel, "#slider-cores");
      await page.keyboard.press("Home");
      await speedupOf(panel, "processes", (value) => value < 1.2);
      await tabTo(page, panel, "button.reset");
      await page.keyboard.press("Enter");
      await speedupOf(panel, "processes", (value) => value > 2.5);

      await tabTo(page, panel, "#stage");
      const readout = panel.locator(".readout");
      await page.keyboard.press("ArrowDown");
      await readout.getByText(/^pool: .* for .*, at 0$/).waitFor({ timeout: patience });
      for (let lane = 0; lane < 6; lane++) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("End");
      await readout.getByText(/^worker-4: /).waitFor({ timeout: patience });
      await page.keyboard.press("+");
      await readout.getByText(/^Shown: .* to /).waitFor({ timeout: patience });
      assert.doesNotMatch(await textOf(readout), /Shown: 0 to/);
      await page.keyboard.press("0");
      await readout.getByText(/^Shown: 0 to /).waitFor({ timeout: patience });

      await tabTo(page, panel, "summary");
      await page.keyboard.press("Enter");
      await panel.getByRole("rowheader", { name: "worker-4" }).waitFor({ timeout: patience });

      await panel.locator("#stage").focus();
      await tabTo(page, panel, "button[aria-label^='Save the schedule']", "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.locator(".quick-input-widget input").waitFor({ timeout: patience });
      await page.keyboard.press("Enter");
      const svg = await fileText(page, join(workspace, "scramble-processes.svg"));
      assert.match(svg, /<svg[\s\S]*worker-4[\s\S]*running/);
    },
  },
  {
    name: "the timeline is there again after the window was loaded again",
    file: "scramble_seeds.py",
    async play({ page }) {
      const panel = await openTimeline(page);
      await speedupOf(panel, "processes", (value) => value > 2.5);
      await panel.locator("#slider-cores").fill("0");
      await panel.locator(".way.free-threaded").click();
      await speedupOf(panel, "processes", (value) => value < 1.2);
      // The editor stores what it keeps while the keyboard is in its own page.
      await clickOn(page, "ROUNDS = 1_000_000", "ROUNDS");
      await untilKept(page, "free-threaded");
      const address = new URL(page.url());
      address.searchParams.delete("payload");
      await page.goto(String(address));
      const again = panelIn(page);
      await speedupOf(again, "processes", (value) => value < 1.2);
      assert.ok(await again.locator(".way.free-threaded input").isChecked());
    },
  },
  {
    name: "the timeline in dark and high contrast",
    file: "scramble_seeds.py",
    async play({ page, workspace, picture }) {
      await page.setViewportSize(roomy);
      await closeSideBar(page);
      const panel = await openTimeline(page);
      await panel.locator(".curves li").nth(2).waitFor({ timeout: patience });
      await panel.locator("#stage").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      for (const theme of ["dark", "high-contrast"] as const) {
        await changeTheme(page, workspace, theme);
        await panel.locator(`body[data-vscode-theme-kind=vscode-${theme}]`).waitFor({ timeout: patience });
        await page.screenshot({ path: picture(theme === "dark" ? "timeline-dark" : "timeline-contrast") });
      }
    },
  },
  {
    name: "the timeline in motion",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await page.setViewportSize(roomy);
      await closeSideBar(page);
      const panel = await openTimeline(page);
      await panel.locator(".curves li").nth(2).waitFor({ timeout: patience });
      const box = await page.locator("iframe.webview.ready").boundingBox();
      assert.ok(box);
      const clip = { ...box, height: Math.min(box.height, 545) };
      const frames: Frame[] = [];
      const show = async (milliseconds: number): Promise<void> => {
        await page.mouse.move(20, 20);
        await page.waitForTimeout(400);
        frames.push({ png: await page.screenshot({ clip, scale: "css" }), milliseconds });
      };
      const slide = (name: string, stop: number): Promise<void> => panel.locator(`#slider-${name}`).fill(String(stop));

      await show(2000);
      await slide("switchIntervalNs", 6);
      await show(1200);
      await slide("switchIntervalNs", 7);
      await show(1500);
      await panel.getByRole("button", { name: "Set everything back" }).click();
      await panel.locator(".way.processes").click();
      await speedupOf(panel, "processes", (value) => value > 2.5);
      await show(2000);
      await slide("cores", 1);
      await speedupOf(panel, "processes", (value) => value < 2.5);
      await show(1500);
      await slide("cores", 0);
      await speedupOf(panel, "processes", (value) => value < 1.2);
      await show(1500);
      await panel.getByRole("button", { name: "Set everything back" }).click();
      await panel.locator(".way.free-threaded").click();
      await speedupOf(panel, "free-threaded", (value) => value > 2.5);
      await show(2000);
      await writeFile(picture("timeline-in-motion"), animated(frames));
    },
  },
];

/** Room for the whole panel beside the code. */
const roomy = { width: 1400, height: 900 } as const;

/** Opens the panel from the lens; a click is lost when the editor draws the lens anew at that moment. */
export async function openTimeline(page: Page, title = "Show timeline"): Promise<FrameLocator> {
  const lens = page.locator(".codelens-decoration a", { hasText: title }).first();
  await lens.waitFor({ timeout: patience });
  const panel = page.locator("iframe.webview.ready");
  for (const deadline = Date.now() + patience; (await panel.count()) === 0 && Date.now() < deadline; ) {
    await lens.click({ timeout: 5_000 }).catch(() => undefined);
    await panel.waitFor({ timeout: 5_000 }).catch(() => undefined);
  }
  return panelIn(page);
}

function panelIn(page: Page): FrameLocator {
  return page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
}

/** Waits until the panel says that a way gains what is expected. */
export async function speedupOf(panel: FrameLocator, way: string, expected: (value: number) => boolean): Promise<void> {
  const shown = panel.locator(`.way.${way} .speedup:not(.stale)`);
  let text = "";
  for (const deadline = Date.now() + patience; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 50))) {
    text = (await shown.textContent({ timeout: patience }).catch(() => "")) ?? "";
    if (/^[\d.]+×$/.test(text) && expected(Number.parseFloat(text))) return;
  }
  assert.fail(`${way}: ${text}`);
}

/** Waits until the editor has stored a state of its window that holds the text; in a browser it does so every few seconds. */
async function untilKept(page: Page, text: string): Promise<void> {
  const kept = `(async () => {
    const answer = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const { name } of await indexedDB.databases()) {
      if (!name.startsWith("vscode-web-state-db-")) continue;
      const database = await answer(indexedDB.open(name));
      const items = database.transaction("ItemTable").objectStore("ItemTable");
      const state = await answer(items.get("memento/workbench.parts.editor"));
      database.close();
      if (state) return state;
    }
    return "";
  })()`;
  for (const deadline = Date.now() + patience; Date.now() < deadline; await page.waitForTimeout(250)) {
    if (String(await page.evaluate(kept)).includes(text)) return;
  }
  assert.fail(`the editor has not stored ${text}`);
}

/** Presses the key until the element of the panel has the keyboard. */
async function tabTo(page: Page, panel: FrameLocator, selector: string, key = "Tab"): Promise<void> {
  const wanted = panel.locator(selector).first();
  for (let presses = 0; presses < 30; presses++) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

/** The text of a file, once it is there. */
async function fileText(page: Page, path: string): Promise<string> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await page.waitForTimeout(100)) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (text !== "") return text;
  }
  assert.fail(`${path} was not written`);
}
