import type { Interval } from "../base/interval.js";
import { escapedForMarkdown } from "../base/markdown.js";
import { fileName } from "../base/path.js";
import { parseTarget, targetTitle } from "../base/target.js";
import { isNearlySure } from "../estimate/prediction/confidence.js";
import { delayText, type StrategyDelays } from "../estimate/prediction/delays.js";
import type { Prediction, StrategyPrediction } from "../estimate/prediction/prediction.js";
import { courseText } from "../estimate/prediction/text.js";
import type { Words } from "./language.js";
import type { Page } from "./protocol.js";

/**
 * A prediction as a page of Markdown: the strategies with time and speedup, what an I/O thread beside the work feels of it, then what the
 * numbers rest on. `line` is zero-based.
 */
export function predictionPage(prediction: Prediction, delays: readonly StrategyDelays[], line: number, words: Words): Page {
  const { t } = words;
  const title = prediction.task.replaceAll("/", "∕");
  const isService = prediction.course === "until stopped";
  const course = courseText(prediction);
  const rows = prediction.strategies.map((strategy) => row(strategy, prediction, words));
  const notApplicable = prediction.strategies.filter((strategy) => !strategy.applicable);
  const assumptions = prediction.assumptions.map(
    ({ what, value, from }) => `- ${words.said(what)}: **${words.said(value)}** (${words.said(from)})`,
  );
  return {
    title,
    markdown: [
      `# ${prediction.kind === "asyncio" ? t("`{0}` in tasks of one event loop", prediction.task) : prediction.workersKnown === "known" ? t("`{0}` in {1} workers", prediction.task, prediction.workers) : t("`{0}` in several workers", prediction.task)}`,
      "",
      isService
        ? t(
            "{0}, line {1} · until stopped · each round {2}",
            escapedForMarkdown(fileName(prediction.path)),
            line + 1,
            workOf(prediction, t),
          )
        : t(
            "{0}, line {1} · {2} tasks · each {3}",
            escapedForMarkdown(fileName(prediction.path)),
            line + 1,
            count(prediction.tasks),
            workOf(prediction, t),
          ),
      "",
      course === "" ? recommendation(prediction, words) : words.said(course),
      ...(isService
        ? []
        : [
            "",
            `| ${[t("strategy"), t("speedup"), t("time"), t("workers"), t("interpreter")].join(" | ")} |`,
            "| --- | ---: | ---: | ---: | --- |",
            ...rows,
          ]),
      ...(notApplicable.length > 0 && !isService
        ? ["", ...notApplicable.map(({ strategy, reason }) => `- ${words.said(strategy)}: ${words.said(reason)}`)]
        : []),
      ...(delays.length > 0 ? ["", ...delaySection(delays, words)] : []),
      ...(assumptions.length > 0 ? ["", `## ${t("What this rests on")}`, "", ...assumptions] : []),
      "",
    ].join("\n"),
  };
}

function recommendation({ basis, likeliest, confidence, recommended }: Prediction, { t, said }: Words): string {
  if (basis === "unknown calls") return t("Which way is best cannot be told: most of the work is calls of which nothing is known.");
  const share = Math.round(confidence * 100);
  if (recommended === undefined)
    return t("Which way is best cannot be told: {0} is as good as any in {1} % of what the code leaves open.", said(likeliest), share);
  const sureness = isNearlySure(confidence) ? "" : `, ${t("as good as any in {0} % of what the code leaves open", share)}`;
  return `${t("Recommended:")} **${said(recommended)}**${sureness}`;
}

function delaySection(delays: readonly StrategyDelays[], { t, said }: Words): readonly string[] {
  const rows = delays.map(({ strategy, p50Ns, p95Ns, p99Ns }) => {
    const cells = [p50Ns, p95Ns, p99Ns].map((ns) => delayText(ns).replace("<", "\\<").replaceAll(" ", "\u00a0"));
    return `| ${[said(strategy), ...cells].join(" | ")} |`;
  });
  return [
    `## ${t("Beside it")}`,
    "",
    t(
      "How late an I/O thread of the same program goes on once its I/O is done: half the time, and in 95 and 99 of a hundred times, at most",
    ),
    "",
    `| ${t("strategy")} | p50 | p95 | p99 |`,
    "| --- | ---: | ---: | ---: |",
    ...rows,
  ];
}

function row(strategy: StrategyPrediction, prediction: Prediction, { said }: Words): string {
  const target = parseTarget(strategy.runtime);
  const cells = strategy.applicable
    ? [`${spread(strategy.speedup, (value) => value.toFixed(value < 10 ? 1 : 0))}×`, duration(strategy.makespanNs), strategy.workers]
    : ["—", "—", ""];
  const title = said(strategy.strategy);
  const name = strategy.strategy === prediction.recommended ? `**${title}**` : title;
  // Without breaks inside a cell the table stays readable in half a window.
  const words = [name, ...cells, target ? targetTitle(target) : strategy.runtime].map((cell) => String(cell).replaceAll(" ", "\u00a0"));
  return `| ${words.join(" | ")} |`;
}

function workOf({ work }: Prediction, t: Words["t"]): string {
  const parts = [
    [work.interpreterNs, t("in the interpreter")],
    [work.nativeNs, t("in native code without the GIL")],
    [work.waitNs, t("waiting")],
  ] as const;
  const spoken = parts.filter(([time]) => time.high > 0).map(([time, where]) => `${duration(time)} ${where}`);
  return spoken.length > 0 ? spoken.join(", ") : t("with no work");
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
