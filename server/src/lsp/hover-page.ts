import type { Hover } from "../analysis/answers.js";
import { predictionTable } from "../estimate/prediction/text.js";
import type { Words } from "./language.js";
import { type DocumentPlace, explainCommand, showTimelineCommand, type Theme } from "./protocol.js";
import { strategyChart } from "./strategy-chart.js";

/** What the editor can show in a hover beyond plain Markdown. */
export interface HoverAbilities {
  /** The commands that a link may run. */
  readonly commands: readonly string[];
  /** The colours of the editor, where it says so and shows images in hovers. */
  readonly theme: Theme | undefined;
}

/** A hover in Markdown: the point, the chart, the table with its assumptions, and where to go on. `place` is where the work starts. */
export function hoverPage(hover: Hover, place: DocumentPlace, { commands, theme }: HoverAbilities, words: Words): string {
  const { prediction } = hover;
  const chart = prediction && theme && strategyChart(prediction, theme, words);
  const links = [
    ...(prediction && commands.includes(showTimelineCommand) ? [commandLink(words.t("Show timeline"), showTimelineCommand, [place])] : []),
    ...(commands.includes(explainCommand)
      ? hover.links.map(({ title, explains }) => commandLink(words.said(title), explainCommand, [explains]))
      : []),
  ];
  return [
    words.saidInMarkdown(hover.markdown),
    chart && `![${chart.text}](${chart.address})`,
    prediction && predictionTable(prediction, words.said),
    links.length > 0 ? links.join(" · ") : undefined,
  ]
    .filter((part) => part !== undefined)
    .join("\n\n");
}

/** The address under which an editor runs one of its commands. */
function commandAddress(command: string, values: readonly unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(values)).replace(/[()']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`;
}

function commandLink(title: string, command: string, values: readonly unknown[]): string {
  return `[${title}](${commandAddress(command, values)})`;
}
