import { scalingSvg } from "../../../../server/src/cli/formats/svg.js";
import { traceEvents } from "../../../../server/src/cli/formats/trace.js";
import type { SayBottleneck } from "../../../../server/src/estimate/prediction/bottleneck.js";
import type { ScalingCurve } from "../../../../server/src/estimate/prediction/scaling.js";
import { type SimulatedRun, simulateCorner } from "../../../../server/src/estimate/prediction/strategies.js";
import { durationText } from "../../../../server/src/estimate/prediction/text.js";
import type { TimelineSite } from "../../../../server/src/lsp/protocol.js";
import type { KeptState, ToExtension, ToView } from "../messages.js";
import { type Controls, fittingControls, initialControls, moved, type Question, questionOf, slidersOf } from "./controls.js";
import { button, element } from "./element.js";
import { createScalingView } from "./scaling-view.js";
import { scheduleSvg } from "./schedule-svg.js";
import { createScheduleView } from "./schedule-view.js";
import { type Answer, numbers, type Outcome, schedule, serialTime } from "./simulation-steps.js";
import { createSliderRow } from "./slider-row.js";
import { scalingTable, type Table, threadTable } from "./tables.js";
import { filled, type TimelineTexts } from "./texts.js";
import { followTheme } from "./theme.js";
import { createWayCards } from "./way-cards.js";
import { amountText } from "./words.js";

/** What the editor gives to the script of a webview. */
declare function acquireVsCodeApi(): {
  postMessage(message: ToExtension): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
};

const editor = acquireVsCodeApi();

/** How long simulations may keep the panel from drawing, in milliseconds: half of what a frame has. */
const sliceMilliseconds = 8;

let view: { readonly show: (site: TimelineSite) => void; readonly gone: () => void } | undefined;

window.addEventListener("message", ({ data }: MessageEvent<ToView>) => {
  view ??= createView(data.texts);
  if (data.kind === "site") view.show(data.site);
  else view.gone();
});
editor.postMessage({ kind: "ready" });

function createView(texts: TimelineTexts): { readonly show: (site: TimelineSite) => void; readonly gone: () => void } {
  let site: TimelineSite | undefined;
  let controls: Controls | undefined;
  let run: SimulatedRun | undefined;
  let curves: readonly ScalingCurve[] = [];
  /** What the numbers and curves on the screen answer. */
  let answered = "";

  const note = element("p", { class: "note", role: "status" });
  const title = element("h1");
  const facts = element("p", { class: "facts" });
  const serial = element("span");
  const insight = element("p", { class: "insight", role: "status" });
  const drawnNote = element("p", { class: "drawn-note" });
  const assumptions = element("ul", { class: "assumptions" });
  const threadsAsTable = element("div", { class: "table-box" });
  const curvesAsTable = element("div", { class: "table-box" });

  const ways = createWayCards(texts, (strategy) => change((before) => ({ ...before, strategy })));
  const sliders = createSliderRow(
    texts,
    (name, to) =>
      change((before) => {
        const slider = site && slidersOf(site, before).find((each) => each.name === name);
        return slider ? moved(before, slider, to) : before;
      }),
    () =>
      change(({ strategy }) => ({ strategy, workers: undefined, cores: undefined, taskFactor: undefined, switchIntervalNs: undefined })),
  );
  const scheduleView = createScheduleView(texts, keep, [
    saveButton("SVG", texts.exportSchedule, exportSchedule),
    saveButton("Perfetto", texts.exportTrace, exportTrace),
  ]);
  const scalingView = createScalingView(texts, [saveButton("SVG", texts.exportScaling, exportScaling)]);

  const content = element(
    "div",
    { class: "content" },
    ways.element,
    sliders.element,
    element("div", { class: "insight-row" }, insight, sliders.reset),
    scheduleView.element,
    drawnNote,
    details(texts.threadsTable, threadsAsTable),
    element(
      "div",
      { class: "columns" },
      element("div", {}, scalingView.element, details(texts.scalingTable, curvesAsTable)),
      element(
        "section",
        { "aria-label": texts.assumptions },
        element("h2", {}, texts.assumptions),
        assumptions,
        element("p", { class: "faint" }, texts.rangeNote),
      ),
    ),
  );
  document.body.replaceChildren(element("main", {}, element("header", {}, title, facts), note, content));
  followTheme(() => {
    scheduleView.redraw();
    scalingView.redraw();
  });
  new ResizeObserver(() => scheduleView.redraw()).observe(document.body);

  function keep(): void {
    if (site && controls) editor.setState({ place: site.place, controls, viewport: scheduleView.viewport() });
  }

  function change(next: (before: Controls) => Controls): void {
    if (!controls) return;
    controls = next(controls);
    keep();
    ask();
  }

  // ── Simulating ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  let asked: { readonly question: Question; readonly controls: Controls } | undefined;
  let pending: Generator<Answer, void> | undefined;
  let frame = 0;

  /** Simulates what the controls say with the next frame: moves of a slider that come faster than frames are one. */
  function ask(): void {
    if (!site || !controls) return;
    const question = questionOf(site, controls);
    asked = { question, controls };
    sliders.show(slidersOf(site, controls), question);
    ways.show(site, controls.strategy);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(begin);
  }

  const sayBottleneck: SayBottleneck = (form, ...values) => filled(texts.bottlenecks[form], ...values);

  function begin(): void {
    if (!asked) return;
    const { question, controls: set } = asked;
    for (const answer of schedule(question, set.strategy, sayBottleneck)) take(answer, question);
    serial.textContent = ` · ${texts.strategies.serial}: ${durationText(serialTime(question))}`;
    const key = JSON.stringify([question.demand, question.on, set.switchIntervalNs]);
    if (key === answered) return;
    for (const { strategy } of question.ways) ways.tell(strategy, undefined);
    pending = numbers(question, set.strategy);
    answered = "";
    curvesToCome = [];
    frame = requestAnimationFrame(() => proceed(question, key));
  }

  let curvesToCome: ScalingCurve[] = [];

  function proceed(question: Question, key: string): void {
    const started = performance.now();
    while (pending && performance.now() - started < sliceMilliseconds) {
      const { value, done } = pending.next();
      if (!done) {
        take(value, question);
        continue;
      }
      pending = undefined;
      answered = key;
      curves = curvesToCome;
      scalingView.show(curves, question.on.cores, question.demand.workers);
      curvesAsTable.replaceChildren(tableElement(scalingTable(curves, texts)));
    }
    if (pending) frame = requestAnimationFrame(() => proceed(question, key));
  }

  function take(answer: Answer, question: Question): void {
    switch (answer.kind) {
      case "schedule":
        run = answer.run;
        scheduleView.show(run, serialTime(question).likely);
        insight.textContent = insightText(run, answer.bottleneck);
        drawnNote.textContent = drawnText(run, question);
        threadsAsTable.replaceChildren(tableElement(threadTable(run.timeline, texts)));
        return;
      case "outcome":
        return ways.tell(answer.outcome.strategy, answer.outcome satisfies Outcome);
      case "curve":
        curvesToCome.push(answer.curve);
        return;
      case "part":
        return;
    }
  }

  function insightText({ timeline: { outcome } }: SimulatedRun, bottleneck: string): string {
    switch (outcome.kind) {
      case "finished":
        return bottleneck === "" ? "" : `${bottleneck.charAt(0).toUpperCase()}${bottleneck.slice(1)}.`;
      case "truncated":
        return texts.truncated;
      case "deadlock":
        return filled(
          texts.deadlock,
          outcome.blocked.map(({ thread, waitsFor }) => filled(texts.blockedThread, thread, waitsFor)).join("; "),
        );
    }
  }

  function drawnText({ factor, timeline }: SimulatedRun, { demand }: Question): string {
    const parts: string[] = [];
    if (factor > 1) parts.push(filled(texts.shortened, Number(factor.toPrecision(2))));
    if (timeline.simulatedTasks > 0 && timeline.simulatedTasks < Math.round(demand.tasks.likely))
      parts.push(filled(texts.extrapolated, timeline.simulatedTasks));
    return parts.join(" ");
  }

  // ── Exports ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  function exportSchedule(): void {
    if (!site || !controls || !run) return;
    const picture = {
      title: `${site.prediction.task} · ${run.runtime.name}`,
      timeline: run.timeline,
      viewport: scheduleView.seen(),
      states: texts.states,
    };
    editor.postMessage({ kind: "save", fileName: `${site.prediction.task}-${controls.strategy}.svg`, text: scheduleSvg(picture) });
  }

  function exportScaling(): void {
    if (!site || !asked) return;
    const { cores } = asked.question.on;
    const name = `${site.fileName}:${site.place.line + 1} ${site.prediction.task}`;
    const text = scalingSvg([{ title: name, cores, simulation: { scaling: curves, processesPayAboveNs: undefined } }]);
    editor.postMessage({ kind: "save", fileName: `${site.prediction.task}-scaling.svg`, text });
  }

  function exportTrace(): void {
    if (!site || !asked) return;
    const { demand, ways: all, on } = asked.question;
    const timelines = all.map((way) => {
      const { runtime, timeline } = simulateCorner(demand, way, "likely", on, "slices");
      return { name: `${site?.prediction.task} · ${runtime.name}`, timeline };
    });
    const text = JSON.stringify(traceEvents(timelines));
    editor.postMessage({ kind: "save", fileName: `${site.prediction.task}-trace.json`, text });
  }

  // ── What is told of the site ────────────────────────────────────────────────────────────────────────────────────────────────────

  function show(next: TimelineSite): void {
    const kept = editor.getState();
    const isSame =
      kept?.place.uri === next.place.uri && (kept.place.line === next.place.line || next.prediction.task === site?.prediction.task);
    site = next;
    note.textContent = "";
    const { prediction, place, fileName } = next;
    title.textContent = filled(texts.title, prediction.task);
    facts.replaceChildren(
      `${amountText(next, texts)} · `,
      button(filled(texts.place, fileName, place.line + 1), () => editor.postMessage({ kind: "reveal" }), {
        class: "link",
        title: texts.goToPlace,
      }),
      serial,
    );
    assumptions.replaceChildren(
      ...prediction.assumptions.map(({ what, value, from }) =>
        element("li", {}, `${what}: `, element("strong", {}, value), element("span", { class: "faint" }, ` (${texts.sources[from]})`)),
      ),
    );
    controls = isSame && kept ? fittingControls(kept.controls, next) : initialControls(next);
    answered = "";
    if (!isSame || !run) scheduleView.look(isSame ? kept?.viewport : undefined);
    keep();
    ask();
  }

  return {
    show,
    gone() {
      note.textContent = site ? texts.gone : texts.waiting;
    },
  };
}

function saveButton(name: string, label: string, press: () => void): HTMLButtonElement {
  return button(name, press, { class: "tool", title: label, "aria-label": label });
}

function details(summary: string, content: HTMLElement): HTMLElement {
  return element("details", {}, element("summary", {}, summary), content);
}

function tableElement({ head, rows }: Table): HTMLElement {
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col" }, cell)))),
    element(
      "tbody",
      {},
      ...rows.map(([name, ...cells]) =>
        element("tr", {}, element("th", { scope: "row" }, name ?? ""), ...cells.map((cell) => element("td", {}, cell))),
      ),
    ),
  );
}
