import assert from "node:assert/strict";
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
];
