import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { closeSideBar, hoverOver, patience, type Scenario } from "./scenarios.js";
import { runCommand } from "./teaching-scenarios.js";
import { openTimeline, speedupOf } from "./timeline-scenarios.js";

/** Calibrating takes up to 20 seconds of a machine with nothing else to do. */
const calibrationPatience = 120_000;

const asSelected = { "gilscope.target": "auto" } as const;

/** Beside an extension that selects interpreters as Python Environments does. */
export const environmentScenarios: readonly Scenario[] = [
  {
    name: "answers are for the environment that is selected, and follow when another is",
    file: "scramble_seeds.py",
    settings: asSelected,
    async play({ page }) {
      const item = page.locator(".statusbar-item", { hasText: /CPython 3\.\d+/ });
      await item.waitFor({ timeout: patience });
      await untilLabel(item, /selected in the editor/);
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await runCommand(page, "Test: Select Another Environment", /CPython 3/);
      await page.locator(".statusbar-item", { hasText: "CPython 3.14t" }).waitFor({ timeout: patience });
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "detached", timeout: patience });
    },
  },
  {
    name: "calibrating asks first, shows how far it is, and predictions use the result",
    file: "scramble_seeds.py",
    settings: asSelected,
    async play({ page, picture }) {
      await closeSideBar(page);
      await untilLabel(page.locator(".statusbar-item", { hasText: /CPython 3\.\d+/ }), /selected in the editor/);
      await runCommand(page, "Gilscope: Calibrate", /CPython 3/);
      const dialog = page.locator(".monaco-dialog-box");
      await dialog.getByText("None of your code is run").waitFor({ timeout: patience });
      await page.screenshot({ path: picture("calibrate") });
      await page.keyboard.press("Enter");
      const progress = page.locator(".notification-toast", { hasText: "measuring" });
      await progress.waitFor({ timeout: patience });
      await page.screenshot({ path: picture("calibrating") });
      await page.locator(".notification-toast", { hasText: /Measured CPython 3\..*from now on/ }).waitFor({ timeout: calibrationPatience });
      await page.screenshot({ path: picture("calibrated") });
      await page.locator(".codelens-decoration a", { hasText: "processes" }).first().click();
      const shown = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
      await shown.getByText("measured on this machine").first().waitFor({ timeout: patience });
    },
  },
];

/** In an editor that speaks German, beside an extension that selects interpreters as the Python extension does. */
export const germanScenarios: readonly Scenario[] = [
  {
    name: "in German: the status, lenses, hovers, fixes, the tree and the timeline",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await page.setViewportSize({ width: 1400, height: 900 });
      const item = page.locator(".statusbar-item", { hasText: "CPython 3.13" });
      await untilLabel(item, /in dieser Datei, beurteilt für CPython 3\.13 auf 4 Kerne/);
      await page
        .locator(".codelens-decoration", { hasText: "Prozesse" })
        .filter({ hasText: "ohne GIL" })
        .first()
        .waitFor({ timeout: patience });
      await runCommand(page, "Explorer: Focus on Threads View");
      await page.locator(".monaco-list", { hasText: "In 4 Threads" }).first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-tree") });
      await closeSideBar(page);
      await hoverOver(page, "pool.map", "map");
      const hover = page.locator(".monaco-hover", { hasText: "scramble" }).first();
      await hover.locator("a", { hasText: "Warum der GIL?" }).waitFor({ timeout: patience });
      // The message of the diagnostic, and what the hover says of the call.
      for (const text of ["fast nur Python-Bytecode", "Hält den GIL", "gemessene Tabelle"])
        await hover.getByText(text).first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-hover") });
      await page.keyboard.press("Escape");
      await runCommand(page, "Gilscope: Erklären");
      await page.screenshot({ path: picture("german-topics") });
      await page.keyboard.press("Escape");
      const panel = await openTimeline(page, "Zeitverlauf zeigen");
      await speedupOf(panel, "processes", (value) => value > 2.5);
      await panel.getByText("Wer wann was tut").first().waitFor({ timeout: patience });
      await panel.getByText("gemessene Tabelle").first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-timeline") });
    },
  },
  {
    name: "in German: the menu of the status item, calibrating and the walkthrough",
    file: "ticket_office.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      await page.locator(".statusbar-item", { hasText: "CPython 3.13" }).locator("a").first().click();
      await page.locator(".quick-input-list .monaco-list-row", { hasText: "Interpreter wählen" }).waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-menu") });
      await page.keyboard.press("Escape");
      await runCommand(page, "Gilscope: Kalibrieren");
      await page.locator(".monaco-dialog-box").getByText("Ihr Code wird nicht ausgeführt").waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-calibrate") });
      await page.keyboard.press("Escape");
      await runCommand(page, "Gilscope: Einführung");
      await page.getByRole("button", { name: "Beispiel öffnen" }).first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("german-walkthrough") });
    },
  },
  {
    name: "answers are for the interpreter that the Python extension has, and follow when it has another",
    file: "scramble_seeds.py",
    settings: asSelected,
    async play({ page }) {
      await untilLabel(page.locator(".statusbar-item", { hasText: "CPython 3.12" }), /im Editor gewählt/);
      await runCommand(page, "Test: Select Another Environment", "CPython 3.12");
      await page.locator(".statusbar-item", { hasText: "CPython 3.13t" }).waitFor({ timeout: patience });
    },
  },
];

/** In an editor that somebody has just installed. */
export const emptyProfileScenarios: readonly Scenario[] = [
  {
    name: "from an empty profile nothing opens by itself, and the walkthrough is followed to its end",
    file: "prime_sums.py",
    async play({ page, picture }) {
      await page.setViewportSize({ width: 1400, height: 900 });
      await page.locator(".statusbar-item", { hasText: "CPython" }).waitFor({ timeout: patience });
      await page.waitForTimeout(3000);
      assert.deepEqual(
        (await page.locator(".tab").allTextContents()).filter((title) => title !== "prime_sums.py"),
        [],
      );
      assert.equal(await page.locator("iframe.webview").count(), 0);
      assert.equal(await page.locator(".notification-toast", { hasText: "Gilscope" }).count(), 0);
      await page.screenshot({ path: picture("empty-profile") });

      await runCommand(page, "Gilscope: Open Walkthrough", "CPython");
      const walkthrough = page.locator(".tab", { hasText: /Welcome|Walkthrough/ });
      const step = (title: string): Locator => page.locator(".getting-started-step", { hasText: title });
      const category = page.locator(".getting-started-category", { hasText: "Understand the GIL" }).first();
      const backToWalkthrough = async (): Promise<void> => {
        await walkthrough.click();
        // The editor may come back with its list of walkthroughs, and slides from one to the other.
        await page.waitForTimeout(1000);
        if (!(await step("Open a sample").isEnabled())) await category.click();
        await page.waitForTimeout(1000);
      };
      const follow = async (title: string, button: string): Promise<void> => {
        await backToWalkthrough();
        if (!(await step(title).getByRole("button", { name: button }).isVisible())) await step(title).click();
        await step(title).getByRole("button", { name: button }).click();
      };
      const isDone = (title: string): Promise<void> =>
        page
          .locator(".getting-started-step[aria-checked=true]", { hasText: title })
          .first()
          .waitFor({ state: "attached", timeout: patience });

      // A tab that nobody keeps gives way to the next file.
      await walkthrough.dblclick();
      await follow("Open a sample", "Open Sample");
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await follow("Ask what the GIL does", "Why There Is a GIL");
      await page.locator(".tab", { hasText: "why-the-gil.md" }).waitFor({ timeout: patience });
      await follow("Fix what is underlined", "Show Findings");
      await page.locator(".markers-panel").getByText("GIL101").first().waitFor({ timeout: patience });
      await follow("Watch it run", "Show Timeline");
      await page.locator(".tab", { hasText: "Timeline of" }).waitFor({ timeout: patience });
      await follow("Choose the interpreter", "Choose the Interpreter");
      await page.locator(".quick-input-list .monaco-list-row", { hasText: "cpython-3.14t" }).first().waitFor({ timeout: patience });
      await page.keyboard.press("Escape");
      // "Read on" is done with the page that was read; the editor then goes back to its list by itself.
      await walkthrough.click();
      for (const title of [
        "Open a sample",
        "Ask what the GIL does",
        "Fix what is underlined",
        "Watch it run",
        "Choose the interpreter",
        "Read on",
      ])
        await isDone(title);
      await page.screenshot({ path: picture("walkthrough-done") });
    },
  },
];

/** Waits until who hears the item of the status bar hears this. */
async function untilLabel(item: Locator, expected: RegExp): Promise<void> {
  let label = "";
  for (const deadline = Date.now() + patience; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 100))) {
    label =
      (await item
        .locator("[aria-label]")
        .first()
        .getAttribute("aria-label", { timeout: patience })
        .catch(() => null)) ?? "";
    if (expected.test(label)) return;
  }
  assert.fail(`the status says ${label}`);
}
