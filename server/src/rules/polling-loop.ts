import { type PolledLoop, polledLoops } from "../program/link/waiting/polls.js";
import { waitFix } from "./fixes/wait-fix.js";
import { insteadText, lookText, polledMatch } from "./polled.js";
import docs from "./polling-loop.md";
import type { Match, Rule, RuleContext } from "./rule.js";

/** GIL112: a loop that sleeps between looks at shared state. */
export const pollingLoop: Rule<PolledLoop> = {
  code: "GIL112",
  name: "polling-loop",
  since: "0.1.0",
  group: "performance",
  severity: "hint",
  docs,
  find,
  message,
  fix: waitFix,
};

function find({ program }: RuleContext): readonly Match<PolledLoop>[] {
  return polledLoops(program)
    .filter(({ rest }) => rest.by === "sleep")
    .map(polledMatch);
}

function message(found: PolledLoop, context: RuleContext): string {
  const seconds = secondsOf(found);
  const late = seconds === undefined ? "notices the change late by up to one sleep" : `notices it up to ${seconds} late`;
  return `This loop sleeps between looks at \`${lookText(found, context)}\`: it wakes up for nothing, and ${late}. ${insteadText(found, context)}`;
}

/** How long it sleeps, if the code says so. */
function secondsOf({ rest }: PolledLoop): string | undefined {
  const value = rest.by === "sleep" ? rest.call.arguments[0]?.value : undefined;
  if (value?.op !== "constant" || (value.type !== "int" && value.type !== "float")) return undefined;
  const seconds = Number(value.value);
  return seconds >= 1 ? `${seconds} s` : `${Number((seconds * 1000).toPrecision(3))} ms`;
}
