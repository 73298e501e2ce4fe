import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { patience, type Scenario, textOf } from "./scenarios.js";

/** A window on two folders, each for an interpreter of its own and with rules of its own. */
export const folderScenarios: readonly Scenario[] = [
  {
    name: "two folders in one window are each judged for their own interpreter and by their own rules",
    file: "service/visit_counter.py",
    async prepare(workspace) {
      const folder = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
        await mkdir(join(workspace, name));
        await cp("test/e2e/workspace/visit_counter.py", join(workspace, name, "visit_counter.py"));
        for (const [file, text] of Object.entries(files)) await writeFile(join(workspace, name, file), text);
      };
      await folder("service", {
        ".python-version": "3.12\n",
        "pyproject.toml": '[tool.gilscope]\nignore = ["GIL201"]\nrules = { cpu-bound-in-thread = "error" }\n',
      });
      await folder("science", { "pyproject.toml": '[project]\nname = "science"\nrequires-python = "==3.14.*"\n' });
      const file = join(workspace, "both.code-workspace");
      const settings = { "gilscope.target": "auto" };
      await writeFile(file, JSON.stringify({ folders: [{ path: "service" }, { path: "science" }], settings }));
      return file;
    },
    async play({ page, workspace, picture }) {
      await untilJudgedFor(page, "CPython 3.12");
      await page.locator(".cdr.squiggly-error").first().waitFor({ state: "attached", timeout: patience });
      assert.equal(await page.locator(".cdr.squiggly-warning").count(), 0, "the folder leaves the race out, and makes the other an error");

      await page.keyboard.press("Control+P");
      await page.locator(".quick-input-widget input").waitFor({ timeout: patience });
      await page.keyboard.type("visit_counter science");
      await page
        .locator(".quick-input-list .monaco-list-row.focused", { hasText: /visit_counter\.py.*science/ })
        .waitFor({ timeout: patience });
      await page.keyboard.press("Enter");
      await untilJudgedFor(page, "CPython 3.14");
      await page.locator(".cdr.squiggly-warning").nth(1).waitFor({ state: "attached", timeout: patience });
      await page.keyboard.press("Control+Shift+M");
      const problems = page.locator(".markers-panel");
      await problems.getByText("GIL201").first().waitFor({ timeout: patience });
      const rows = await problems.locator(".monaco-list-row", { hasText: /GIL\d+/ }).allTextContents();
      const told = rows.map((row) => /GIL\d+/.exec(row)?.[0]).sort();
      assert.deepEqual(told, ["GIL101", "GIL101", "GIL201"], "the race is told of one folder");
      await page.screenshot({ path: picture("folders") });

      // The other folder goes over to a build without a GIL: what computes gains, and this folder stays as it is.
      await writeFile(join(workspace, "service/.python-version"), "3.14t\n");
      await problems.locator(".monaco-list-row", { hasText: "GIL101" }).nth(1).waitFor({ state: "detached", timeout: patience });
      assert.match(await textOf(problems), /GIL101.*GIL201|GIL201.*GIL101/s);
      await untilJudgedFor(page, "CPython 3.14");
      await page.locator(".tab", { hasText: "service" }).click();
      await untilJudgedFor(page, "CPython 3.14t");
    },
  },
];

/** Waits until the status says that interpreter of the file that is shown, and no other that begins alike. */
async function untilJudgedFor(page: Page, interpreter: string): Promise<void> {
  await page
    .locator(".statusbar-item", { hasText: new RegExp(`${interpreter.replace(".", "\\.")}(?!\\w)`) })
    .waitFor({ timeout: patience });
}
