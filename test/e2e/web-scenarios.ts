import assert from "node:assert/strict";
import type { Page, Worker } from "playwright-core";
import { closeSideBar, hoverOver, patience, type Scenario, textOf } from "./scenarios.js";
import { openTimeline, speedupOf } from "./timeline-scenarios.js";

/** What must work where there is nothing but a browser: no process, no file on this machine. */
export const webScenarios: readonly Scenario[] = [
  {
    name: "on the web: a file of another file system is diagnosed, explained and simulated",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      await page.locator(".cdr.squiggly-warning").first().waitFor({ state: "attached", timeout: patience });
      await page.locator(".codelens-decoration", { hasText: "processes" }).first().waitFor({ timeout: patience });
      await hoverOver(page, "pool.map", "map");
      const hover = page.locator(".monaco-hover", { hasText: "scramble" }).first();
      await hover.waitFor({ timeout: patience });
      assert.match(await textOf(hover), /processes/);
      await page.keyboard.press("Escape");

      const panel = await openTimeline(page);
      await speedupOf(panel, "processes", (value) => value > 2.5);
      await panel.locator("#slider-cores").fill("0");
      await speedupOf(panel, "processes", (value) => value < 1.2);
      await page.screenshot({ path: picture("web") });
    },
  },
  {
    name: "on the web: a server that crashes is back in a moment, then given up with one message, and started again from it",
    file: "visit_counter.py",
    async play({ page }) {
      const marks = page.locator(".cdr.squiggly-warning");
      await marks.first().waitFor({ state: "attached", timeout: patience });
      const crashed: Worker[] = [await crashServer(page, [])];
      await untilServer(page, crashed);
      await marks.first().waitFor({ state: "attached", timeout: patience });
      assert.equal(await page.locator(".notification-toast").count(), 0, "nobody is troubled");
      for (let crash = 1; crash < 5; crash++) crashed.push(await crashServer(page, crashed));
      const message = page.locator(".notification-toast", { hasText: "stopped 5 times" });
      await message.waitFor({ timeout: patience });
      await marks.first().waitFor({ state: "detached", timeout: patience });
      await page.waitForTimeout(1000);
      assert.equal(await page.locator(".notification-toast").count(), 1, "there is one message");
      await message.locator(".monaco-button", { hasText: "Start Again" }).click();
      await marks.first().waitFor({ state: "attached", timeout: patience });
    },
  },
];

/** Something nobody catches goes wrong in the server. */
async function crashServer(page: Page, others: readonly Worker[]): Promise<Worker> {
  const server = await untilServer(page, others);
  await server.evaluate(`setTimeout(() => { throw new Error("crashed on purpose"); })`);
  return server;
}

/** The worker that is the window's server, once there is another than those. */
async function untilServer(page: Page, others: readonly Worker[]): Promise<Worker> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await page.waitForTimeout(20)) {
    for (const worker of page.workers()) {
      if (others.includes(worker)) continue;
      // The workbench puts the name of whoever started it before it.
      const name = await worker.evaluate<string>("self.name").catch(() => "");
      if (name.endsWith("Gilscope")) return worker;
    }
  }
  throw new Error("the window has no server");
}
