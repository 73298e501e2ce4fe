import { parseTarget, targetTitle } from "../../../../server/src/base/target.js";
import type { StrategyPrediction } from "../../../../server/src/estimate/prediction/prediction.js";
import { durationText } from "../../../../server/src/estimate/prediction/text.js";
import type { Way } from "../../../../server/src/estimate/prediction/ways.js";
import type { TimelineSite } from "../../../../server/src/lsp/protocol.js";
import { element } from "./element.js";
import type { Outcome } from "./simulation-steps.js";
import { filled, type TimelineTexts } from "./texts.js";
import { factorText, rangeText } from "./words.js";

/** The switch between the ways of running the work; each tells what it would give. */
export interface WayCards {
  readonly element: HTMLElement;
  show(site: TimelineSite, chosen: Way["strategy"]): void;
  /** What a way gives; undefined while it is being simulated. */
  tell(strategy: string, outcome: Outcome | undefined): void;
}

export function createWayCards(texts: TimelineTexts, choose: (strategy: Way["strategy"]) => void): WayCards {
  const group = element("fieldset", { class: "ways" }, element("legend", { class: "hidden" }, texts.ways));
  const refused = element("p", { class: "faint" });
  const cards = new Map<string, { readonly speedup: HTMLElement; readonly range: HTMLElement; readonly time: HTMLElement }>();
  let shown = "";

  const card = (prediction: StrategyPrediction, { prediction: { recommended } }: TimelineSite): HTMLElement => {
    const { strategy, runtime } = prediction;
    const target = parseTarget(runtime);
    const input = element("input", { type: "radio", name: "way", value: strategy });
    input.addEventListener("change", () => {
      if (strategy !== "serial") choose(strategy);
    });
    const speedup = element("span", { class: "speedup" }, "…");
    const range = element("span", { class: "range" });
    const time = element("span", { class: "time" });
    cards.set(strategy, { speedup, range, time });
    const name = element("span", { class: "name" }, texts.strategies[strategy]);
    if (strategy === recommended) {
      name.append(element("span", { class: "star", title: texts.recommended, role: "img", "aria-label": texts.recommended }, "★"));
    }
    return element(
      "label",
      { class: `way ${strategy}`, title: target ? targetTitle(target) : runtime },
      input,
      name,
      element("span", { class: "numbers" }, speedup, range),
      time,
    );
  };

  return {
    element: element("div", {}, group, refused),
    show(site, chosen) {
      const ways = site.prediction.strategies.filter(({ strategy }) => strategy !== "serial");
      const offered = ways.filter(({ applicable }) => applicable);
      const key = JSON.stringify([site.prediction.recommended, ways.map((each) => [each.strategy, each.applicable, each.reason])]);
      if (key !== shown) {
        shown = key;
        cards.clear();
        const [legend] = group.children;
        group.replaceChildren(...(legend ? [legend] : []), ...offered.map((each) => card(each, site)));
        refused.textContent = ways
          .filter(({ applicable }) => !applicable)
          .map(({ strategy, reason }) => filled(texts.notThisWay, texts.strategies[strategy], reason.replaceAll("`", "")))
          .join(" · ");
      }
      for (const input of group.querySelectorAll("input")) input.checked = input.value === chosen;
    },
    tell(strategy, outcome) {
      const card = cards.get(strategy);
      if (!card) return;
      card.speedup.classList.toggle("stale", outcome === undefined);
      if (!outcome) return;
      card.speedup.textContent = factorText(outcome.speedup.likely);
      card.range.textContent = rangeText(outcome.speedup);
      card.time.textContent = durationText(outcome.makespanNs);
    },
  };
}
