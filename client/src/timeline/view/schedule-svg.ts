import type { ThreadState, Timeline } from "../../../../server/src/simulation/timeline.js";
import { laneSpans } from "./lanes.js";
import { preciseTime, ticks, type Viewport } from "./viewport.js";

/** A schedule as a picture that stands alone. */
export interface SchedulePicture {
  readonly title: string;
  readonly timeline: Timeline;
  readonly viewport: Viewport;
  /** The names of the states, for the legend. */
  readonly states: Readonly<Record<ThreadState, string>>;
}

const left = 120;
const plotWidth = 800;
const laneHeight = 22;
const top = 44;

/** The lanes that are seen, as SVG. Colours follow the reader's light or dark scheme; each kind of waiting has a pattern of its own. */
export function scheduleSvg({ title, timeline, viewport, states }: SchedulePicture): string {
  const { threads } = timeline;
  const bottom = top + threads.length * laneHeight;
  const height = bottom + 64;
  const nsPerPixel = (viewport.endNs - viewport.startNs) / plotWidth;
  const used = new Set<ThreadState>();
  const lanes = threads.map(({ name, slices }, index) => {
    const y = top + index * laneHeight;
    const spans = laneSpans(slices, viewport, plotWidth).map(({ x, width, parts }) => {
      let under = laneHeight - 6;
      return parts
        .map(({ state, share }) => {
          used.add(state);
          const tall = share * (laneHeight - 6);
          under -= tall;
          const [at, high] = state === "idle" ? [y + laneHeight / 2 - 1, 1] : [y + 3 + under, tall];
          return `<rect class="${state}" x="${rounded(left + x)}" y="${rounded(at)}" width="${rounded(width)}" height="${rounded(high)}"/>`;
        })
        .join("");
    });
    return `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escaped(name)}</text>${spans.join("")}`;
  });
  const marks = ticks(viewport, 8).map((ns) => {
    const x = rounded(left + (ns - viewport.startNs) / nsPerPixel);
    return `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text x="${x}" y="${bottom + 16}" text-anchor="middle">${preciseTime(ns)}</text>`;
  });
  let legendX = left;
  const legend = (Object.keys(states) as ThreadState[]).flatMap((state) => {
    if (!used.has(state)) return [];
    const x = legendX;
    legendX += 30 + states[state].length * 6.6;
    return [
      `<rect class="${state}" x="${x}" y="${bottom + 34}" width="14" height="${state === "idle" ? 1 : 12}"/><text x="${x + 20}" y="${bottom + 44}">${escaped(states[state])}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + plotWidth + 30} ${height}" width="${left + plotWidth + 30}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<defs>${patterns}</defs>
<style>
  svg { color: #24292f; font: 12px system-ui, sans-serif; ${colours.map(({ state, light }) => `--${state}: ${light};`).join(" ")} }
  text { fill: currentColor; }
  .grid { stroke: currentColor; stroke-opacity: 0.18; }
  .running { fill: var(--running); } .native { fill: var(--native); }
  .gil { fill: url(#gil); } .lock { fill: url(#lock); } .core { fill: url(#core); }
  .io { fill: var(--io); fill-opacity: 0.35; } .idle { fill: currentColor; fill-opacity: 0.4; }
  @media (prefers-color-scheme: dark) {
    svg { color: #d7dde3; ${colours.map(({ state, dark }) => `--${state}: ${dark};`).join(" ")} }
  }
</style>
<text x="${left}" y="22" font-weight="600">${escaped(title)}</text>
${marks.join("\n")}
${lanes.join("\n")}
${legend.join("\n")}
</svg>
`;
}

const colours = [
  { state: "running", light: "#00785a", dark: "#2fc59b" },
  { state: "native", light: "#0072b2", dark: "#56b4e9" },
  { state: "gil", light: "#c2410c", dark: "#f0883e" },
  { state: "lock", light: "#a3416f", dark: "#e39ac0" },
  { state: "core", light: "#8a6d00", dark: "#e3c341" },
  { state: "io", light: "#57606a", dark: "#8b949e" },
] as const;

const patterns = [
  ["gil", `<path d="M-1 7L7 -1" stroke="var(--gil)" stroke-width="1.5"/>`],
  ["lock", `<path d="M-1 -1L7 7" stroke="var(--lock)" stroke-width="1.5"/>`],
  ["core", `<rect x="2" y="2" width="2" height="2" fill="var(--core)"/>`],
]
  .map(
    ([state, drawn]) =>
      `<pattern id="${state}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--${state})" fill-opacity="0.28"/>${drawn}</pattern>`,
  )
  .join("");

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
