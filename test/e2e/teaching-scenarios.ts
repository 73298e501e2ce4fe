import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { changeTheme, closeSideBar, dismissHover, hoverOver, patience, type Scenario, textOf } from "./scenarios.js";

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
  {
    name: "the hover on a pool draws what each way would gain, in the colours of each theme",
    file: "scramble_seeds.py",
    async play({ page, workspace, picture }) {
      await closeSideBar(page);
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      const drawings = new Set<string | null>();
      const hover = page.locator(".monaco-hover", { hasText: "scramble" }).first();
      const drawing = hover.locator("img[src^='data:image/svg']");
      for (const theme of ["dark", "light", "high-contrast"] as const) {
        await changeTheme(page, workspace, theme);
        // The lens moves the line below it, away from the mouse.
        await page.locator(".codelens-decoration", { hasText: "processes" }).first().waitFor({ timeout: patience });
        await hoverOver(page, "pool.map", "map");
        await drawing.waitFor({ timeout: patience });
        drawings.add(await drawing.getAttribute("src"));
        await page.waitForTimeout(300);
        await page.screenshot({ path: picture(`hover-${theme}`) });
        await dismissHover(page);
      }
      assert.equal(drawings.size, 3, "each theme has colours of its own");
      for (const [link, opened] of [
        ["GIL101", "cpu-bound-in-thread.md"],
        ["Why the GIL?", "why-the-gil.md"],
      ] as const) {
        await page.locator(".tab", { hasText: "scramble_seeds.py" }).click();
        await hoverOver(page, "pool.map", "map");
        await hover.locator("a", { hasText: link }).first().click();
        await page.locator(".tab", { hasText: opened }).waitFor({ timeout: patience });
      }
    },
  },
  {
    name: "the tree of threads tells who shares what, with the keyboard only",
    file: "ticket_office.py",
    async play({ page, picture }) {
      await runCommand(page, "Explorer: Focus on Threads View");
      const tree = page.locator(".pane", { has: page.locator(".pane-header", { hasText: /^\s*Threads/ }) }).locator(".monaco-list");
      await tree.getByText("reserve").first().waitFor({ timeout: patience });
      // An empty tree had nothing to focus.
      await runCommand(page, "Explorer: Focus on Threads View");
      const focused = tree.locator(".monaco-list-row.focused");
      for (let row = 0; row < 10 && !/reserve/.test((await focused.count()) > 0 ? await textOf(focused) : ""); row++)
        await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      await tree.getByText("under no lock").waitFor({ timeout: patience });
      const label = await focused.getAttribute("aria-label");
      assert.match(label ?? "", /reserve, In 4 threads, .*shares unsold/);
      await page.screenshot({ path: picture("threads") });
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.locator(".view-line", { hasText: "threading.Thread" }).first().waitFor({ timeout: patience });
    },
  },
  {
    name: "the tree, lenses, hints and the walkthrough, in each theme",
    file: "fetch_and_count.py",
    settings: { "gilscope.inlayHints.loops": true, "gilscope.inlayHints.calls": true, "gilscope.highlightReleasingCalls": "everywhere" },
    async play({ page, workspace, picture }) {
      const themes = ["dark", "high-contrast", "high-contrast-light"] as const;
      await page.setViewportSize({ width: 1400, height: 900 });
      // The editor asks for lenses only while it has the focus.
      await page.locator(".codelens-decoration", { hasText: "processes" }).first().waitFor({ timeout: patience });
      await runCommand(page, "Explorer: Focus on Threads View");
      const tree = page.locator(".pane", { has: page.locator(".pane-header", { hasText: /^\s*Threads/ }) }).locator(".monaco-list");
      await tree.getByText("In 4 threads").first().waitFor({ timeout: patience });
      // Room for what is below a row.
      await page
        .locator(".pane", { has: page.locator(".explorer-folders-view") })
        .locator(".pane-header")
        .first()
        .click();
      await tree.locator(".monaco-list-row", { hasText: "reserve" }).locator(".monaco-tl-twistie").click();
      for (const theme of themes) {
        await changeTheme(page, workspace, theme);
        await tree.getByText("under no lock").waitFor({ timeout: patience });
        await page.locator(".view-line", { hasText: "releases\u00a0GIL" }).first().waitFor({ timeout: patience });
        // Lines under calls that release the GIL.
        await page.locator("[class*='ced-']:visible").first().waitFor({ timeout: patience });
        await page.screenshot({ path: picture(`aids-${theme}`) });
      }
      await closeSideBar(page);
      await page.locator(".view-line", { hasText: "holds\u00a0GIL" }).first().waitFor({ timeout: patience });
      await page.screenshot({ path: picture("hints") });
      await runCommand(page, "Gilscope: Open Walkthrough");
      await page.getByRole("button", { name: "Open Sample" }).waitFor({ timeout: patience });
      const beside = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
      for (const theme of themes) {
        await changeTheme(page, workspace, theme);
        await beside.getByText("Nothing is run").waitFor({ timeout: patience });
        await page.screenshot({ path: picture(`walkthrough-${theme}`) });
      }
    },
  },
  {
    name: "the status item says for which interpreter, and leads to what can be done",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      const item = page.locator(".statusbar-item", { hasText: "CPython 3.13" });
      await item.waitFor({ timeout: patience });
      const label = await item.locator("[aria-label]").first().getAttribute("aria-label");
      assert.match(label ?? "", /Gilscope: .*CPython 3\.13 on 4 cores/);
      await closeSideBar(page);
      await item.locator("a").first().click();
      const rows = page.locator(".quick-input-list .monaco-list-row");
      await rows.filter({ hasText: "Choose the interpreter" }).waitFor({ timeout: patience });
      await page.screenshot({ path: picture("menu") });
      await page.keyboard.press("Enter");
      await rows.filter({ hasText: "cpython-3.14t" }).first().waitFor({ timeout: patience });
      await page.keyboard.type("3.14t");
      await page.screenshot({ path: picture("targets") });
      await page.keyboard.press("Enter");
      await page.locator(".statusbar-item", { hasText: "CPython 3.14t" }).waitFor({ timeout: patience });
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "detached", timeout: patience });
    },
  },
  {
    name: "the walkthrough opens a sample that is analysed before it is saved",
    file: "prime_sums.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      await runCommand(page, "Gilscope: Open Walkthrough");
      await page.getByRole("button", { name: "Open Sample" }).waitFor({ timeout: patience });
      await page.screenshot({ path: picture("walkthrough") });
      await page.getByRole("button", { name: "Open Sample" }).click();
      await page.locator(".view-line", { hasText: "pool.map(scramble," }).first().waitFor({ timeout: patience });
      await page.locator(".cdr.squiggly-warning").nth(1).waitFor({ state: "attached", timeout: patience });
      await page.screenshot({ path: picture("sample") });
    },
  },
  {
    name: "the cells of a notebook are analysed together",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      // Before all extensions are known to the workbench, it opens a notebook as the JSON that it is.
      await page.locator(".statusbar-item", { hasText: "CPython 3.13" }).waitFor({ timeout: patience });
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "seeds.ipynb" }).dblclick();
      await page.locator(".notebookOverlay .view-line", { hasText: "ROUNDS" }).first().waitFor({ timeout: patience });
      await closeSideBar(page);
      await page.locator(".notebookOverlay .cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.screenshot({ path: picture("notebook") });
    },
  },
];

/** Runs a command by its title, from the palette, once the status bar names the interpreter. */
export async function runCommand(page: Page, title: string, interpreter: string | RegExp = "CPython 3.13"): Promise<void> {
  // Which commands there are is known once the extension is.
  await page.locator(".statusbar-item", { hasText: interpreter }).waitFor({ timeout: patience });
  const input = page.locator(".quick-input-widget input");
  const row = page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title });
  for (let last = false; ; last = true) {
    await page.keyboard.press("F1");
    await input.waitFor({ timeout: patience });
    await page.keyboard.type(title);
    const found = await row.waitFor({ timeout: last ? patience : 5_000 }).then(
      () => true,
      (error: unknown) => {
        if (last) throw error;
        return false;
      },
    );
    if (found) break;
    // A command that came to be possible a moment later is not in a palette that was open already.
    await page.keyboard.press("Escape");
    await input.waitFor({ state: "hidden", timeout: patience });
  }
  await page.keyboard.press("Enter");
}
