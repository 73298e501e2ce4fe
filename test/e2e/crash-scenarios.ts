import assert from "node:assert/strict";
import { readdir, readFile, readlink } from "node:fs/promises";
import type { Page } from "playwright-core";
import { patience, type Scenario } from "./scenarios.js";

/** The server's process is killed, once and again and again. */
export const crashScenarios: readonly Scenario[] = [
  {
    name: "a server that crashes is back in a moment, and nobody is troubled",
    file: "visit_counter.py",
    async play({ page, workspace }) {
      const marks = page.locator(".cdr.squiggly-warning");
      await marks.first().waitFor({ state: "attached", timeout: patience });
      const killed = await killServer(page, workspace, []);
      // The marks go with the server and come back with the next one.
      await untilServer(page, workspace, [killed]);
      await marks.first().waitFor({ state: "attached", timeout: patience });
      await page.locator(".statusbar-item", { hasText: "CPython 3.13" }).waitFor({ timeout: patience });
      assert.equal(await page.locator(".notification-toast").count(), 0);
    },
  },
  {
    name: "a server that crashes again and again is given up with one message, and started again from it",
    file: "visit_counter.py",
    async play({ page, workspace, picture }) {
      const marks = page.locator(".cdr.squiggly-warning");
      await marks.first().waitFor({ state: "attached", timeout: patience });
      const killed: number[] = [];
      // Most of these servers have not said hello yet.
      for (let crash = 0; crash < 5; crash++) killed.push(await killServer(page, workspace, killed));
      const message = page.locator(".notification-toast", { hasText: "stopped 5 times" });
      await message.waitFor({ timeout: patience });
      await marks.first().waitFor({ state: "detached", timeout: patience });
      await page.waitForTimeout(1000);
      assert.equal(await page.locator(".notification-toast").count(), 1, "there is one message");
      assert.deepEqual(
        (await serversOf(workspace)).filter((id) => !killed.includes(id)),
        [],
        "no server is started meanwhile",
      );
      await page.screenshot({ path: picture("crashed") });
      await message.locator(".monaco-button", { hasText: "Start Again" }).click();
      await marks.first().waitFor({ state: "attached", timeout: patience });
    },
  },
];

async function killServer(page: Page, workspace: string, killed: readonly number[]): Promise<number> {
  const id = await untilServer(page, workspace, killed);
  process.kill(id, "SIGKILL");
  return id;
}

/** The process of the window's server, once there is another than those. */
async function untilServer(page: Page, workspace: string, others: readonly number[]): Promise<number> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await page.waitForTimeout(20)) {
    const found = (await serversOf(workspace)).find((id) => !others.includes(id));
    if (found !== undefined) return found;
  }
  throw new Error("the window has no server");
}

/** The servers of windows on a folder: they work in it. */
async function serversOf(workspace: string): Promise<readonly number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      try {
        const [command, folder] = await Promise.all([readFile(`/proc/${id}/cmdline`, "utf8"), readlink(`/proc/${id}/cwd`)]);
        return folder === workspace && /gilscope[^\0]*\/dist\/server\.js\0/.test(command) ? Number(id) : undefined;
      } catch {
        // It has ended meanwhile, or belongs to somebody else.
        return undefined;
      }
    }),
  );
  return found.filter((id) => id !== undefined);
}
