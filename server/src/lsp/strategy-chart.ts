import { unreachable } from "../base/unreachable.js";
import type { Prediction, StrategyPrediction } from "../estimate/prediction/prediction.js";
import { speedupText } from "../estimate/prediction/text.js";
import type { Words } from "./language.js";
import type { Theme } from "./protocol.js";

/** A picture for a hover: its address, and the same in words. */
export interface ChartImage {
  readonly address: string;
  readonly text: string;
}

const width = 470;
const rowHeight = 21;
/** Where bars begin and end; names stand left of it, numbers right. */
const plot = { left: 112, right: 388, top: 8 } as const;
const axisHeight = 20;

/**
 * What each strategy gains, as bars from p10 to p90 with a mark at the likeliest, beside a line where nothing is gained. Colours are the theme's,
 * and tell nothing that form and words do not; undefined where no strategy but the serial one can be used.
 */
export function strategyChart(prediction: Prediction, theme: Theme, { t, said }: Words): ChartImage | undefined {
  const shown = prediction.strategies.filter(({ applicable, strategy }) => applicable && strategy !== "serial");
  if (shown.length === 0) return undefined;
  const svg = chartSvg(shown, prediction.recommended, colours(theme), said);
  const parts = shown.map((each) => {
    const gain = `${said(each.strategy)} ${speedupText(each.speedup)}`;
    return each.strategy === prediction.recommended ? t("{0} (recommended)", gain) : gain;
  });
  return { address: addressOf(svg), text: t("Speedup against serial, p10–p90: {0}", parts.join(", ")) };
}

/** Markdown ends an address at a space or a bracket. */
function addressOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg).replace(/[()']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`;
}

interface Colours {
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly bar: string;
  readonly best: string;
  /** Drawn round bars where contrast counts more than calm. */
  readonly outline: string;
}

function colours(theme: Theme): Colours {
  switch (theme) {
    case "light":
      return { text: "#3b3b3b", quiet: "#6b6b6b", grid: "#d4d4d4", bar: "#8aa9c7", best: "#2563a8", outline: "none" };
    case "dark":
      return { text: "#d4d4d4", quiet: "#a0a0a0", grid: "#4a4a4a", bar: "#557693", best: "#6cb6ff", outline: "none" };
    case "high-contrast-light":
      return { text: "#000000", quiet: "#000000", grid: "#767676", bar: "#ffffff", best: "#0f4a85", outline: "#0f4a85" };
    case "high-contrast-dark":
      return { text: "#ffffff", quiet: "#ffffff", grid: "#8a8a8a", bar: "#000000", best: "#1f6f8b", outline: "#6fc3df" };
    default:
      return unreachable(theme);
  }
}

function chartSvg(
  shown: readonly StrategyPrediction[],
  recommended: Prediction["recommended"],
  { text, quiet, grid, bar, best, outline }: Colours,
  said: Words["said"],
): string {
  const most = Math.max(1.25, ...shown.map(({ speedup }) => speedup.high));
  const x = (speedup: number): number => round(plot.left + ((plot.right - plot.left) * Math.min(Math.max(speedup, 0), most)) / most);
  const bottom = plot.top + shown.length * rowHeight;
  const height = bottom + axisHeight;
  const ticks = gridValues(most).map((value) => {
    const place = x(value);
    const isOne = value === 1;
    return [
      `<line x1="${place}" y1="${plot.top - 4}" x2="${place}" y2="${bottom}" stroke="${isOne ? quiet : grid}"${isOne ? "" : ' stroke-dasharray="2 3"'}/>`,
      `<text x="${place}" y="${bottom + 14}" fill="${quiet}" font-size="11" text-anchor="middle">${value}×</text>`,
    ].join("");
  });
  const rows = shown.map(({ strategy, speedup }, index) => {
    const middle = plot.top + index * rowHeight + rowHeight / 2;
    const start = Math.min(x(speedup.low), plot.right - 3);
    const length = Math.max(x(speedup.high) - start, 3);
    const isBest = strategy === recommended;
    const weight = isBest ? ' font-weight="bold"' : "";
    const border = outline === "none" ? "" : ` stroke="${outline}"`;
    return [
      `<text x="${plot.left - 8}" y="${middle + 4}" fill="${text}" text-anchor="end"${weight}>${said(strategy)}</text>`,
      `<rect x="${start}" y="${middle - 6}" width="${round(length)}" height="12" rx="2" fill="${isBest ? best : bar}"${border}/>`,
      `<line x1="${x(speedup.likely)}" y1="${middle - 8}" x2="${x(speedup.likely)}" y2="${middle + 8}" stroke="${text}" stroke-width="2"/>`,
      `<text x="${plot.right + 10}" y="${middle + 4}" fill="${text}"${weight}>${speedupText(speedup)}</text>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui,sans-serif" font-size="12">`,
    ...ticks,
    ...rows,
    "</svg>",
  ].join("");
}

/** At most seven round values from 1 up to the largest that is reached. */
function gridValues(most: number): readonly number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => most / size <= 6) ?? 1000;
  const values = [1];
  for (let value = step; value <= most; value += step) if (value > 1) values.push(value);
  return values;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
