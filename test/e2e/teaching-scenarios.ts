import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { patience, type Scenario, textOf } from "./scenarios.js";

/** What is read rather than done: pages, hovers, hints, the tree of threads. */
export const teachingScenarios: readonly Scenario[] = [
  {
    name: "a page on the GIL is chosen with the keyboard, and leads to the next",
    file: "prime_sums.py",
    async play({ page, picture }) {
      await runCommand(page, "Gilscope: Explain");
      const choice = page.locator(".quick-input-list .monaco-list-row", { hasText: "Why there is a GIL" });
      await choice.waitFor({ timeout: patience });
      await page.screenshot({ path: picture("topics") });
      await page.keyboard.press("Enter");
      const shown = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
      await shown.getByText("freed twice").waitFor({ timeout: patience });
      assert.match(await textOf(shown.locator("body")), /Your interpreter is a CPython with a GIL/);
      assert.doesNotMatch(await textOf(shown.locator("body")), /PyPy has a GIL, too/);
      await page.screenshot({ path: picture("page") });
      await shown.getByRole("link", { name: "reference counts" }).first().click();
      await shown.getByRole("heading", { name: "Reference counts" }).waitFor({ timeout: patience });
    },
  },
];

/** Runs a command by its title, from the palette. */
async function runCommand(page: Page, title: string): Promise<void> {
  // Which commands there are is known once the extension is.
  await page.locator(".statusbar-item", { hasText: "CPython 3.13" }).waitFor({ timeout: patience });
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input");
  await input.waitFor({ timeout: patience });
  await page.keyboard.type(title);
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor({ timeout: patience });
  await page.keyboard.press("Enter");
}
