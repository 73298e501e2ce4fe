import type { Question, Slider, SliderName } from "./controls.js";
import { button, element } from "./element.js";
import type { TimelineTexts } from "./texts.js";
import { sliderText } from "./words.js";

/** The sliders, and the button that sets them back. */
export interface SliderRow {
  readonly element: HTMLElement;
  /** Sets them back to what the program has. */
  readonly reset: HTMLButtonElement;
  show(sliders: readonly Slider[], question: Question): void;
}

export function createSliderRow(texts: TimelineTexts, slide: (name: SliderName, to: number) => void, reset: () => void): SliderRow {
  const titles: Readonly<Record<SliderName, string>> = {
    workers: texts.workers,
    cores: texts.cores,
    taskFactor: texts.taskSize,
    switchIntervalNs: texts.switchInterval,
  };
  const back = button(texts.reset, reset, { class: "link reset", title: texts.resetLabel, "aria-label": texts.resetLabel });
  const row = element("div", { class: "sliders" });
  const parts = new Map<SliderName, { readonly input: HTMLInputElement; readonly value: HTMLElement; readonly own: HTMLElement }>();

  const add = (name: SliderName): void => {
    const id = `slider-${name}`;
    const input = element("input", { type: "range", id, min: "0", step: "1" });
    input.addEventListener("input", () => slide(name, Number(input.value)));
    const value = element("output", { for: id, class: "value" });
    const own = element("span", { class: "own" });
    parts.set(name, { input, value, own });
    row.append(element("div", { class: "slider" }, element("label", { for: id }, titles[name], value), input, own));
  };
  for (const name of ["workers", "cores", "taskFactor", "switchIntervalNs"] as const) add(name);

  return {
    element: row,
    reset: back,
    show(sliders, question) {
      for (const slider of sliders) {
        const part = parts.get(slider.name);
        if (!part) continue;
        const { value, own } = sliderText(slider, question, texts);
        part.input.max = String(slider.stops.length - 1);
        part.input.value = String(slider.at);
        part.input.disabled = !slider.enabled;
        part.input.setAttribute("aria-valuetext", own === "" ? value : `${value}, ${own}`);
        part.value.textContent = value;
        part.own.textContent = own;
      }
      const isUntouched = sliders.every(({ at, own }) => at === own);
      // Out of sight, it keeps its place, so that nothing jumps.
      back.setAttribute("aria-disabled", String(isUntouched));
    },
  };
}
