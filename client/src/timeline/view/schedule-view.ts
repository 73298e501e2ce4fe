import type { SimulatedRun } from "../../../../server/src/estimate/prediction/strategies.js";
import { duration } from "../../../../server/src/estimate/prediction/text.js";
import { type ThreadState, type ThreadTimeline, threadStates } from "../../../../server/src/simulation/timeline.js";
import { button, element } from "./element.js";
import { createFill, type Fill } from "./fill.js";
import { laneSpans, lastSliceEnd, sliceAt } from "./lanes.js";
import { filled, type TimelineTexts } from "./texts.js";
import { readTheme, type Theme } from "./theme.js";
import { panned, preciseTime, showing, ticks, type Viewport, zoomed } from "./viewport.js";

/** The lanes of the threads, to look at, to walk through by keyboard and to zoom. */
export interface ScheduleView {
  readonly element: HTMLElement;
  /** Draws a run; `serialNs` is how long the same takes one after the other. */
  show(run: SimulatedRun, serialNs: number): void;
  /** Draws again, after the theme or the width has changed. */
  redraw(): void;
  /** What is seen; undefined while that is everything. */
  viewport(): Viewport | undefined;
  /** Shows that stretch, or everything. */
  look(viewport: Viewport | undefined): void;
  /** What is seen, everything included. */
  seen(): Viewport;
}

const gutter = 104;
const laneHeight = 24;
const lanePadding = 4;
const axisHeight = 38;
/** The time of one after the other is left out of the picture where it would make the run narrower than this share of it. */
const narrowestRun = 1 / 6;
const zoomStep = 0.7;

export function createScheduleView(texts: TimelineTexts, changed: () => void, savers: readonly HTMLElement[]): ScheduleView {
  const lanes = element("canvas", { class: "lanes", "aria-hidden": "true" });
  const axis = element("canvas", { class: "axis", "aria-hidden": "true" });
  const lanesBox = element("div", { class: "lanes-box" }, lanes);
  const readout = element("output", { class: "readout", "aria-live": "polite" });
  const legend = element("ul", { class: "legend", "aria-label": texts.legend });
  const stage = element(
    "div",
    { class: "stage", tabindex: "0", role: "application", "aria-label": texts.scheduleLabel, id: "stage" },
    lanesBox,
    axis,
  );
  const tool = (sign: string, label: string, press: () => void): HTMLButtonElement =>
    button(sign, press, { class: "tool", "aria-label": label, title: label });
  const tools = element(
    "div",
    { class: "tools" },
    tool("◂", texts.panLeft, () => pan(-0.25)),
    tool("▸", texts.panRight, () => pan(0.25)),
    tool("−", texts.zoomOut, () => zoom(1 / zoomStep)),
    tool("+", texts.zoomIn, () => zoom(zoomStep)),
    tool("⤢", texts.showAll, () => look(undefined)),
    ...savers,
  );
  const heading = element("h2", {}, texts.schedule);
  const section = element(
    "section",
    { class: "schedule", "aria-label": texts.schedule },
    element("div", { class: "section-head" }, heading, tools),
    legend,
    stage,
    element("div", { class: "under-stage" }, readout, element("span", { class: "help", "aria-hidden": "true" }, texts.scheduleHelp)),
  );

  let run: SimulatedRun | undefined;
  let serial = 0;
  let viewport: Viewport | undefined;
  let theme: Theme = readTheme();
  let fill: Fill = createFill(theme, devicePixelRatio);
  let lane = 0;
  let slice = 0;
  /** Whether a stretch is marked: once the keyboard was used. */
  let marked = false;

  const threads = (): readonly ThreadTimeline[] => run?.timeline.threads ?? [];
  const runEnd = (): number => (run ? Math.max(1, lastSliceEnd(run.timeline)) : 1);
  const lastNs = (): number => {
    const end = runEnd();
    const wanted = Math.max(end, serial) * 1.01;
    return end / wanted >= narrowestRun ? wanted : end / narrowestRun;
  };
  const seen = (): Viewport => viewport ?? { startNs: 0, endNs: lastNs() };
  const plotWidth = (): number => Math.max(40, stage.clientWidth - gutter - 12);
  const middle = (): number => {
    const chosen = threads()[lane]?.slices[slice];
    const { startNs, endNs } = seen();
    if (marked && chosen && chosen.endNs > startNs && chosen.startNs < endNs) return Math.max(startNs, chosen.startNs);
    return (startNs + endNs) / 2;
  };

  const look = (next: Viewport | undefined): void => {
    viewport = next && next.startNs <= 0 && next.endNs >= lastNs() ? undefined : next;
    redraw();
    changed();
  };
  const zoom = (factor: number, around = middle()): void => look(zoomed(seen(), factor, around, lastNs()));
  const pan = (share: number): void => look(panned(seen(), share, lastNs()));

  const redraw = (): void => {
    if (!run) return;
    const width = stage.clientWidth;
    if (width === 0) return;
    drawLanes(width);
    drawAxis(width);
  };

  const prepared = (canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | undefined => {
    const density = devicePixelRatio;
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== across || canvas.height !== down) {
      canvas.width = across;
      canvas.height = down;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    if (!context) return undefined;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = theme.font;
    context.textBaseline = "middle";
    return context;
  };

  const drawLanes = (width: number): void => {
    const context = prepared(lanes, width, threads().length * laneHeight + 4);
    if (!context) return;
    const view = seen();
    const across = plotWidth();
    const toX = (ns: number): number => gutter + ((ns - view.startNs) / (view.endNs - view.startNs)) * across;
    context.fillStyle = theme.faint;
    context.globalAlpha = 0.35;
    for (const ns of ticks(view, across / 90)) context.fillRect(Math.round(toX(ns)), 0, 1, threads().length * laneHeight + 4);
    context.globalAlpha = 1;
    for (const [index, { name, slices }] of threads().entries()) {
      const y = index * laneHeight + lanePadding;
      const tall = laneHeight - lanePadding;
      context.fillStyle = theme.foreground;
      context.textAlign = "right";
      context.fillText(shortened(context, name, gutter - 14), gutter - 10, y + tall / 2, gutter - 12);
      for (const { x, width: wide, parts } of laneSpans(slices, view, across)) {
        let under = y + tall;
        for (const { state, share } of parts) {
          const high = share * tall;
          under -= high;
          fill.draw(context, state, gutter + x, under, wide, high);
        }
      }
    }
    drawSerial(context, toX, threads().length * laneHeight + 4);
    drawMark(context, toX);
  };

  const drawSerial = (context: CanvasRenderingContext2D, toX: (ns: number) => number, height: number): void => {
    if (serial < seen().startNs || serial > seen().endNs) return;
    context.strokeStyle = theme.foreground;
    context.globalAlpha = 0.75;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(Math.round(toX(serial)) + 0.5, 0);
    context.lineTo(Math.round(toX(serial)) + 0.5, height);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  };

  const drawMark = (context: CanvasRenderingContext2D, toX: (ns: number) => number): void => {
    const chosen = threads()[lane]?.slices[slice];
    if (!marked || !chosen) return;
    const from = Math.max(gutter, toX(chosen.startNs));
    const to = Math.min(gutter + plotWidth(), toX(chosen.endNs));
    if (to < gutter || from > gutter + plotWidth()) return;
    context.strokeStyle = theme.focus;
    context.lineWidth = 2;
    context.strokeRect(from, lane * laneHeight + lanePadding - 1, Math.max(2, to - from), laneHeight - lanePadding + 2);
    context.lineWidth = 1;
  };

  const drawAxis = (width: number): void => {
    const context = prepared(axis, width, axisHeight);
    if (!context) return;
    const view = seen();
    const across = plotWidth();
    const toX = (ns: number): number => gutter + ((ns - view.startNs) / (view.endNs - view.startNs)) * across;
    context.fillStyle = theme.foreground;
    context.globalAlpha = 0.85;
    context.textAlign = "center";
    for (const ns of ticks(view, across / 90)) {
      context.fillRect(Math.round(toX(ns)), 0, 1, 4);
      if (toX(ns) < width - 24) context.fillText(preciseTime(ns), toX(ns), 12);
    }
    context.globalAlpha = 1;
    const label = filled(texts.serialEnd, duration(serial * (run?.factor ?? 1)));
    if (serial > view.endNs) {
      context.textAlign = "right";
      context.fillText(`${label} ▸`, width - 8, 29);
    } else if (serial >= view.startNs) {
      const wide = context.measureText(label).width;
      const isLeft = toX(serial) - wide - 6 > gutter;
      context.textAlign = isLeft ? "right" : "left";
      context.fillText(label, isLeft ? toX(serial) : Math.min(toX(serial), width - wide - 4), 29);
    }
  };

  const showLegend = (): void => {
    const used = threadStates.filter((state) => threads().some(({ totals }) => totals[state] > 0));
    legend.replaceChildren(
      ...used.map((state) => {
        const sample = element("canvas", { class: "sample", "aria-hidden": "true" });
        drawSample(sample, state);
        return element("li", {}, sample, texts.states[state]);
      }),
    );
  };

  const drawSample = (canvas: HTMLCanvasElement, state: ThreadState): void => {
    const context = prepared(canvas, 16, 12);
    if (context) fill.draw(context, state, 0, 0, 16, 12);
  };

  const say = (index: number, at: number): void => {
    const thread = threads()[index];
    const stretch = thread?.slices[at];
    if (!thread || !stretch) return;
    readout.textContent = filled(
      texts.stretch,
      thread.name,
      texts.states[stretch.state],
      duration(stretch.endNs - stretch.startNs),
      preciseTime(stretch.startNs),
    );
  };

  const go = (toLane: number, toSlice: number): void => {
    lane = Math.max(0, Math.min(threads().length - 1, toLane));
    slice = Math.max(0, Math.min((threads()[lane]?.slices.length ?? 1) - 1, toSlice));
    marked = true;
    const chosen = threads()[lane]?.slices[slice];
    if (chosen && viewport) viewport = showing(viewport, chosen.startNs, chosen.endNs, lastNs());
    say(lane, slice);
    const top = lane * laneHeight;
    if (top < lanesBox.scrollTop) lanesBox.scrollTop = top;
    else if (top + laneHeight > lanesBox.scrollTop + lanesBox.clientHeight) lanesBox.scrollTop = top + laneHeight - lanesBox.clientHeight;
    redraw();
    changed();
  };

  const besideLane = (step: number): void => {
    const at = threads()[lane]?.slices[slice]?.startNs ?? seen().startNs;
    const next = Math.max(0, Math.min(threads().length - 1, lane + step));
    const other = threads()[next];
    go(next, (marked && other && sliceAt(other, at)) || 0);
  };

  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act: Readonly<Record<string, () => void>> = {
      ArrowUp: () => besideLane(marked ? -1 : 0),
      ArrowDown: () => besideLane(marked ? 1 : 0),
      ArrowLeft: () => (event.shiftKey ? pan(-0.25) : go(lane, slice - 1)),
      ArrowRight: () => (event.shiftKey ? pan(0.25) : go(lane, marked ? slice + 1 : 0)),
      Home: () => go(lane, 0),
      End: () => go(lane, Number.MAX_SAFE_INTEGER),
      "+": () => zoom(zoomStep),
      "=": () => zoom(zoomStep),
      "-": () => zoom(1 / zoomStep),
      "0": () => look(undefined),
    };
    const wanted = act[event.key];
    if (!wanted) return;
    event.preventDefault();
    wanted();
    if (["+", "=", "-", "0"].includes(event.key) || event.shiftKey) {
      readout.textContent = filled(texts.shownFrom, preciseTime(seen().startNs), preciseTime(seen().endNs));
    }
  });

  const timeAt = (x: number): number => {
    const { startNs, endNs } = seen();
    return startNs + ((x - stage.getBoundingClientRect().left - gutter) / plotWidth()) * (endNs - startNs);
  };
  stage.addEventListener(
    "wheel",
    (event) => {
      // A plain wheel scrolls the page, as everywhere.
      if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoom(event.deltaY < 0 ? zoomStep : 1 / zoomStep, timeAt(event.clientX));
      else pan(event.deltaX / plotWidth());
    },
    { passive: false },
  );
  let dragged: number | undefined;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    dragged = event.clientX;
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (dragged !== undefined && event.buttons === 1) {
      if (viewport) pan((dragged - event.clientX) / plotWidth());
      dragged = event.clientX;
      return;
    }
    const index = Math.floor((event.clientY - lanes.getBoundingClientRect().top) / laneHeight);
    const thread = threads()[index];
    const at = thread && sliceAt(thread, timeAt(event.clientX));
    if (at !== undefined) say(index, at);
  });
  stage.addEventListener("pointerup", () => {
    dragged = undefined;
  });
  stage.addEventListener("dblclick", (event) => zoom(event.shiftKey ? 2.5 : 0.4, timeAt(event.clientX)));

  return {
    element: section,
    show(next, serialNs) {
      const before = threads()
        .map(({ name }) => name)
        .join();
      run = next;
      serial = serialNs / next.factor;
      if (before !== next.timeline.threads.map(({ name }) => name).join()) {
        lane = 0;
        slice = 0;
        marked = false;
        readout.textContent = "";
      } else slice = Math.min(slice, (threads()[lane]?.slices.length ?? 1) - 1);
      if (viewport && viewport.startNs >= runEnd()) viewport = undefined;
      if (viewport && viewport.endNs > lastNs()) viewport = panned(viewport, 0, lastNs());
      showLegend();
      redraw();
    },
    redraw() {
      theme = readTheme();
      fill = createFill(theme, devicePixelRatio);
      showLegend();
      redraw();
    },
    viewport: () => viewport,
    look,
    seen,
  };
}

function shortened(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  let end = name.length;
  while (end > 1 && context.measureText(`${name.slice(0, end)}…`).width > width) end--;
  return `${name.slice(0, end)}…`;
}
