import type { FrameLocator, Page } from "playwright-core";
import { closeSideBar, patience, type Scenario } from "./scenarios.js";

/** The timeline: opened, asked with other numbers, walked through by keyboard, and looked at in all themes. */
export const timelineScenarios: readonly Scenario[] = [
  {
    name: "the timeline shows who runs when",
    file: "scramble_seeds.py",
    async play({ page, picture }) {
      await closeSideBar(page);
      const panel = await openTimeline(page);
      await panel.getByText("Timeline of scramble").waitFor({ timeout: patience });
      await page.waitForTimeout(2000);
      await page.screenshot({ path: picture("timeline") });
      await page.setViewportSize({ width: 1500, height: 1300 });
      await page.waitForTimeout(1000);
      await page.screenshot({ path: picture("timeline-large") });
      await panel.locator(".way.processes").click();
      await page.waitForTimeout(1000);
      await page.screenshot({ path: picture("timeline-proc") });
    },
  },
];

/** Opens the panel from the lens; a click is lost when the editor draws the lens anew at that moment. */
async function openTimeline(page: Page): Promise<FrameLocator> {
  const lens = page.locator(".codelens-decoration a", { hasText: "Show timeline" }).first();
  await lens.waitFor({ timeout: patience });
  const panel = page.locator("iframe.webview.ready");
  for (const deadline = Date.now() + patience; (await panel.count()) === 0 && Date.now() < deadline; ) {
    await lens.click();
    await panel.waitFor({ timeout: 5_000 }).catch(() => undefined);
  }
  return page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
}
