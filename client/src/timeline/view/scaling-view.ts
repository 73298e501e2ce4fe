import uPlot from "uplot";
import type { ScalingCurve } from "../../../../server/src/estimate/prediction/scaling.js";
import { element } from "./element.js";
import { filled, type TimelineTexts } from "./texts.js";
import { dashes, readTheme } from "./theme.js";
import { factorText, rangeText } from "./words.js";

/** The chart of the speedup of each way by number of workers. */
export interface ScalingView {
  readonly element: HTMLElement;
  show(curves: readonly ScalingCurve[], cores: number, workers: number): void;
  redraw(): void;
}

const height = 220;

export function createScalingView(texts: TimelineTexts, savers: readonly HTMLElement[]): ScalingView {
  const box = element("div", { class: "chart", role: "img", "aria-label": texts.scalingLabel });
  const legend = element("ul", { class: "legend curves" });
  const section = element(
    "section",
    { class: "scaling", "aria-label": texts.scaling },
    element("div", { class: "section-head" }, element("h2", {}, texts.scaling), element("div", { class: "tools" }, ...savers)),
    legend,
    box,
  );
  let plot: uPlot | undefined;
  let drawn: { readonly curves: readonly ScalingCurve[]; readonly cores: number; readonly workers: number } | undefined;

  const draw = (): void => {
    if (!drawn || drawn.curves.length === 0 || box.clientWidth === 0) return;
    plot?.destroy();
    plot = new uPlot(
      options(drawn, box.clientWidth, texts, (at) => showValues(at)),
      dataOf(drawn.curves),
      box,
    );
    showValues(undefined);
  };

  /** The values under the pointer, else those of the number of workers that is set. */
  const showValues = (at: number | undefined): void => {
    if (!drawn) return;
    const theme = readTheme();
    const { curves, workers } = drawn;
    legend.replaceChildren(
      ...curves.map(({ strategy, points }) => {
        const point = at === undefined ? (points.find((each) => each.workers === workers) ?? points[points.length - 1]) : points[at];
        const sample = element("canvas", { class: "sample", "aria-hidden": "true", width: "36", height: "16" });
        const context = sample.getContext("2d");
        if (context) {
          context.scale(2, 2);
          context.strokeStyle = theme.strategies[strategy];
          context.lineWidth = 2;
          context.setLineDash(dashes[strategy].map((length) => length * 0.8));
          context.beginPath();
          context.moveTo(0, 4);
          context.lineTo(18, 4);
          context.stroke();
        }
        const value = point ? ` ${factorText(point.speedup.likely)}` : "";
        const range = point ? rangeText(point.speedup) : "";
        return element(
          "li",
          { title: range },
          sample,
          texts.strategies[strategy],
          element("strong", {}, value),
          at === undefined || !point ? "" : ` · ${point.workers}`,
        );
      }),
    );
  };

  new ResizeObserver(() => {
    if (plot && box.clientWidth > 0 && Math.abs(plot.width - box.clientWidth) > 1) plot.setSize({ width: box.clientWidth, height });
    else if (!plot) draw();
  }).observe(box);

  return {
    element: section,
    show(curves, cores, workers) {
      drawn = { curves, cores, workers };
      section.hidden = curves.length === 0;
      draw();
    },
    redraw: draw,
  };
}

/** For each curve its likely line and, for the band, its upper and lower end. */
function dataOf(curves: readonly ScalingCurve[]): uPlot.AlignedData {
  const counts = curves[0]?.points.map(({ workers }) => workers) ?? [];
  const columns = curves.flatMap(({ points }) => [
    points.map(({ speedup }) => speedup.likely),
    points.map(({ speedup }) => speedup.high),
    points.map(({ speedup }) => speedup.low),
  ]);
  return [counts, ...columns] as uPlot.AlignedData;
}

function options(
  { curves, cores }: { readonly curves: readonly ScalingCurve[]; readonly cores: number },
  width: number,
  texts: TimelineTexts,
  pointedAt: (index: number | undefined) => void,
): uPlot.Options {
  const theme = readTheme();
  const counts = curves[0]?.points.map((point) => point.workers) ?? [];
  const axis: Partial<uPlot.Axis> = {
    stroke: theme.foreground,
    font: theme.font,
    grid: { stroke: theme.faint, width: 0.5 },
    ticks: { stroke: theme.faint, width: 0.5, size: 5 },
  };
  const mark = (plot: uPlot, value: number, name: string): void => {
    if (value < (counts[0] ?? 1) || value > (counts[counts.length - 1] ?? 1)) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(value, "x", true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = theme.foreground;
    ctx.fillStyle = theme.foreground;
    ctx.globalAlpha = 0.7;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 0.9;
    ctx.textAlign = "center";
    ctx.fillText(name, x, bbox.top - 8 * devicePixelRatio);
    ctx.restore();
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    padding: [20, 14, 0, 0],
    scales: {
      x: { time: false, distr: 3, log: 2, range: () => [counts[0] ?? 1, counts[counts.length - 1] ?? 2] },
      y: { range: (_, __, most) => [0, Math.max(1.2, most * 1.05)] },
    },
    axes: [
      { ...axis, splits: () => counts, values: (_, splits) => splits.map((value) => String(value)), filter: (_, splits) => splits },
      { ...axis, size: 46, values: (_, splits) => splits.map((value) => `${Number(value.toFixed(2))}×`) },
    ],
    series: [
      {},
      ...curves.flatMap(({ strategy }): uPlot.Series[] => {
        const colour = theme.strategies[strategy];
        const hidden: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
        return [
          { stroke: colour, width: 2, dash: [...dashes[strategy]], points: { show: true, size: 5, fill: colour, stroke: colour } },
          hidden,
          hidden,
        ];
      }),
    ],
    bands: curves.map(({ strategy }, index) => ({
      series: [3 * index + 2, 3 * index + 3],
      fill: `color-mix(in srgb, ${theme.strategies[strategy]} 14%, transparent)`,
    })),
    hooks: {
      draw: [(plot) => mark(plot, cores, filled(texts.coresMark, cores))],
      setCursor: [({ cursor }) => pointedAt(cursor.idx ?? undefined)],
    },
  };
}
