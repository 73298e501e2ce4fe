import { hasGil } from "../base/target.js";
import { type PolledLoop, polledLoops } from "../program/link/waiting/polls.js";
import docs from "./busy-wait.md";
import { waitFix } from "./fixes/wait-fix.js";
import { insteadText, lookText, polledMatch } from "./polled.js";
import { quoted } from "./race.js";
import type { Match, Rule, RuleContext } from "./rule.js";

/** GIL108: a loop that polls shared state without blocking. */
export const busyWait: Rule<PolledLoop> = {
  code: "GIL108",
  name: "busy-wait",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix: waitFix,
};

function find({ program }: RuleContext): readonly Match<PolledLoop>[] {
  return polledLoops(program)
    .filter(({ rest }) => rest.by !== "sleep")
    .map(polledMatch);
}

function message(found: PolledLoop, context: RuleContext): string {
  return `This loop looks at \`${lookText(found, context)}\` over and over${restText(found, context)}: ${costText(found, context)}. ${insteadText(found, context)}`;
}

function restText({ rest, function: node }: PolledLoop, context: RuleContext): string {
  if (rest.by === "none") return " without a rest";
  return `, and \`${quoted(node.file.path, rest.call, context)}\` is no rest`;
}

function costText({ function: node, rest, look }: PolledLoop, context: RuleContext): string {
  if (node.head.isAsync)
    return rest.by === "none"
      ? "no other task of the event loop can run meanwhile"
      : "the event loop never rests, and a core is busy with it";
  if (look.scope === "processes") return "a core is busy with it, and other threads have to ask for the GIL";
  if (!hasGil(context.target)) return "it keeps a core busy for nothing";
  return rest.by === "none"
    ? "it keeps the GIL for 5 ms at a time from the thread that it waits for"
    : "it takes the GIL again and again from the thread that it waits for";
}
