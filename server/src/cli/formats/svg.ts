import { parseTarget, targetTitle } from "../../base/target.js";
import type { ScalingCurve, SiteSimulation } from "../../estimate/prediction/scaling.js";
import { duration } from "../../estimate/prediction/text.js";

/** One chart: what it is of, and what it shows. */
export interface Chart {
  readonly title: string;
  readonly cores: number;
  readonly simulation: Pick<SiteSimulation, "scaling" | "processesPayAboveNs">;
}

const width = 720;
const height = 340;
const plot = { left: 48, top: 52, right: 560, bottom: 292 } as const;

/**
 * `simulate --format svg`: for each site, speedup by the number of workers. Colours follow the reader's light or dark scheme and are not
 * needed: each line has its own dashes and its name at its end. The same in words is in the description.
 */
export function scalingSvg(charts: readonly Chart[]): string {
  const total = Math.max(1, charts.length) * height;
  const titles = charts.map(({ title }) => title);
  const description = charts.map((chart) => described(chart)).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-labelledby="title description">
<title id="title">${escaped(titles.length === 0 ? "No place that starts concurrent work" : `Speedup by number of workers: ${titles.join("; ")}`)}</title>
<desc id="description">${escaped(description)}</desc>
<style>
  svg { color: #24292f; font: 12px system-ui, sans-serif; }
  text { fill: currentColor; }
  .grid { stroke: currentColor; stroke-opacity: 0.18; }
  .mark { stroke: currentColor; stroke-opacity: 0.5; stroke-dasharray: 2 4; }
  .range { fill-opacity: 0.12; stroke: none; }
  .line { fill: none; stroke-width: 2; }
  ${lineStyles.map(({ name, light }) => `.${name} { stroke: ${light}; fill: ${light}; }`).join(" ")}
  @media (prefers-color-scheme: dark) {
    svg { color: #d7dde3; }
    ${lineStyles.map(({ name, dark }) => `.${name} { stroke: ${dark}; fill: ${dark}; }`).join(" ")}
  }
  .line { fill: none; }
  .range { stroke: none; }
</style>
${charts.map((chart, index) => `<g transform="translate(0 ${index * height})">\n${drawn(chart)}</g>\n`).join("")}</svg>
`;
}

/** Colours that tell apart with most kinds of colour blindness (Okabe and Ito), darker and lighter. */
const lineStyles = [
  { name: "threads", light: "#0072b2", dark: "#56b4e9", dashes: "" },
  { name: "processes", light: "#b35900", dark: "#e69f00", dashes: "7 3" },
  { name: "subinterpreters", light: "#00785a", dark: "#2fc59b", dashes: "2 3" },
  { name: "free-threaded", light: "#a3416f", dark: "#e39ac0", dashes: "9 3 2 3" },
] as const;

function drawn({ title, cores, simulation }: Chart): string {
  const { scaling } = simulation;
  const heading = `<text x="${plot.left}" y="22" font-weight="600">${escaped(title)}</text>\n`;
  if (scaling.length === 0) return `${heading}<text x="${plot.left}" y="48">Nothing can be predicted.</text>\n`;
  const counts = scaling[0]?.points.map(({ workers }) => workers) ?? [1];
  const most = counts[counts.length - 1] ?? 1;
  const highest = Math.max(1, ...scaling.flatMap(({ points }) => points.map(({ speedup }) => speedup.high)));
  const step = niceStep(highest);
  const top = Math.ceil(highest / step) * step;
  const x = (workers: number): number =>
    most === 1 ? plot.left : rounded(plot.left + (Math.log(workers) / Math.log(most)) * (plot.right - plot.left));
  const y = (speedup: number): number => rounded(plot.bottom - (speedup / top) * (plot.bottom - plot.top));
  const parts: string[] = [heading];
  for (let value = 0; value <= top + step / 2; value += step) {
    parts.push(`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}"/>`);
    parts.push(`<text x="${plot.left - 8}" y="${y(value) + 4}" text-anchor="end">${Number(value.toFixed(2))}×</text>`);
  }
  for (const workers of counts) parts.push(`<text x="${x(workers)}" y="${plot.bottom + 18}" text-anchor="middle">${workers}</text>`);
  parts.push(`<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 36}" text-anchor="middle">workers</text>`);
  if (cores > 1 && cores < most) {
    parts.push(`<line class="mark" x1="${x(cores)}" x2="${x(cores)}" y1="${plot.top}" y2="${plot.bottom}"/>`);
    parts.push(`<text x="${x(cores)}" y="${plot.top - 6}" text-anchor="middle">${cores} cores</text>`);
  }
  const labels = placedLabels(scaling.map((curve) => y(curve.points.at(-1)?.speedup.likely ?? 0)));
  for (const [index, { strategy, points }] of scaling.entries()) {
    const dashes = lineStyles.find(({ name }) => name === strategy)?.dashes ?? "";
    const upper = points.map(({ workers, speedup }) => `${x(workers)},${y(speedup.high)}`);
    const lower = points.map(({ workers, speedup }) => `${x(workers)},${y(speedup.low)}`).reverse();
    const line = points.map(({ workers, speedup }) => `${x(workers)},${y(speedup.likely)}`);
    parts.push(`<polygon class="range ${strategy}" points="${[...upper, ...lower].join(" ")}"/>`);
    parts.push(`<polyline class="line ${strategy}" points="${line.join(" ")}"${dashes === "" ? "" : ` stroke-dasharray="${dashes}"`}/>`);
    parts.push(`<text x="${plot.right + 10}" y="${(labels[index] as number) + 4}">${strategy} ${endOf(points)}</text>`);
  }
  return `${parts.join("\n")}\n`;
}

function endOf(points: ScalingCurve["points"]): string {
  const last = points.at(-1);
  return last ? factor(last.speedup.likely) : "";
}

/** Lines that end close to each other still have names that do not overlap. */
function placedLabels(wanted: readonly number[]): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const placed: number[] = [...wanted];
  for (const [place, index] of order.entries()) {
    const above = order[place - 1];
    if (above !== undefined) placed[index] = Math.max(placed[index] as number, (placed[above] as number) + 15);
  }
  return placed;
}

function described({ title, simulation }: Chart): string {
  const { scaling, processesPayAboveNs } = simulation;
  if (scaling.length === 0) return `${title}: nothing can be predicted.`;
  const curves = scaling.map(({ strategy, runtime, points }) => {
    const target = parseTarget(runtime);
    const each = points.map(({ workers, speedup }) => `${factor(speedup.likely)} with ${workers}`).join(", ");
    return `${strategy}${target ? ` on ${targetTitle(target)}` : ""}: ${each} workers.`;
  });
  const pay = processesPayAboveNs === undefined ? "" : ` Processes pay off above ${duration(processesPayAboveNs)} a task.`;
  return `${title}. Speedup against one after the other, ranges are p10 to p90. ${curves.join(" ")}${pay}`;
}

function niceStep(highest: number): number {
  for (const step of [0.25, 0.5, 1, 2, 5, 10, 20, 50]) if (highest / step <= 6) return step;
  return 100;
}

function factor(value: number): string {
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)}×`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "·")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
