import type { Interval } from "../base/interval.js";
import { escapedForMarkdown } from "../base/markdown.js";
import { fileName } from "../base/path.js";
import { parseTarget, targetTitle } from "../base/target.js";
import { delayText, type StrategyDelays } from "../estimate/delays.js";
import type { Prediction, StrategyPrediction } from "../estimate/prediction.js";
import type { Page } from "./protocol.js";

/**
 * A prediction as a page of Markdown: the strategies with time and speedup, what an I/O thread beside the work feels of it, then what the
 * numbers rest on. `line` is zero-based.
 */
export function predictionPage(prediction: Prediction, delays: readonly StrategyDelays[], line: number): Page {
  const rows = prediction.strategies.map((strategy) => row(strategy, prediction));
  const notApplicable = prediction.strategies.filter((strategy) => !strategy.applicable);
  const assumptions = prediction.assumptions.map(({ what, value, from }) => `- ${what}: **${value}** (${from})`);
  return {
    title: prediction.task,
    markdown: [
      `# \`${prediction.task}\` in ${prediction.workers} workers`,
      "",
      `${escapedForMarkdown(fileName(prediction.path))}, line ${line + 1} · ${count(prediction.tasks)} tasks · each ${workOf(prediction)}`,
      "",
      `Recommended: **${prediction.recommended}**`,
      "",
      "| strategy | speedup | time | workers | interpreter |",
      "| --- | ---: | ---: | ---: | --- |",
      ...rows,
      ...(notApplicable.length > 0 ? ["", ...notApplicable.map(({ strategy, reason }) => `- ${strategy}: ${reason}`)] : []),
      ...(delays.length > 0 ? ["", ...delaySection(delays)] : []),
      ...(assumptions.length > 0 ? ["", "## What this rests on", "", ...assumptions] : []),
      "",
    ].join("\n"),
  };
}

function delaySection(delays: readonly StrategyDelays[]): readonly string[] {
  const rows = delays.map(({ strategy, p50Ns, p95Ns, p99Ns }) => {
    const cells = [p50Ns, p95Ns, p99Ns].map((ns) => delayText(ns).replace("<", "\\<").replaceAll(" ", "\u00a0"));
    return `| ${[strategy, ...cells].join(" | ")} |`;
  });
  return [
    "## Beside it",
    "",
    "How late an I/O thread of the same program goes on once its I/O is done: half the time, and in 95 and 99 of a hundred times, at most",
    "",
    "| strategy | p50 | p95 | p99 |",
    "| --- | ---: | ---: | ---: |",
    ...rows,
  ];
}

function row(strategy: StrategyPrediction, prediction: Prediction): string {
  const target = parseTarget(strategy.runtime);
  const cells = strategy.applicable
    ? [`${spread(strategy.speedup, (value) => value.toFixed(value < 10 ? 1 : 0))}×`, duration(strategy.makespanNs), strategy.workers]
    : ["—", "—", ""];
  const name = strategy.strategy === prediction.recommended ? `**${strategy.strategy}**` : strategy.strategy;
  // Without breaks inside a cell the table stays readable in half a window.
  const words = [name, ...cells, target ? targetTitle(target) : strategy.runtime].map((cell) => String(cell).replaceAll(" ", "\u00a0"));
  return `| ${words.join(" | ")} |`;
}

function workOf({ work }: Prediction): string {
  const parts = [
    [work.interpreterNs, "in the interpreter"],
    [work.nativeNs, "in native code without the GIL"],
    [work.waitNs, "waiting"],
  ] as const;
  const spoken = parts.filter(([time]) => time.high > 0).map(([time, where]) => `${duration(time)} ${where}`);
  return spoken.length > 0 ? spoken.join(", ") : "with no work";
}

function count(tasks: Interval): string {
  return spread(tasks, (value) => String(Math.round(value)));
}

/** Nanoseconds in the unit that suits the larger end. */
function duration(time: Interval): string {
  const units = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
    [1, "ns"],
  ] as const;
  const [size, unit] = units.find(([least]) => time.high >= least) ?? [1, "ns"];
  return `${spread(time, (value) => String(Number((value / size).toPrecision(2))))} ${unit}`;
}

function spread({ low, high }: Interval, write: (value: number) => string): string {
  return write(low) === write(high) ? write(low) : `${write(low)}\u2060–\u2060${write(high)}`;
}
