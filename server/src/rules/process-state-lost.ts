import { type LostState, lostStates } from "../program/link/processes/lost-state.js";
import { returnedStateFix } from "./fixes/returned-state-fix.js";
import docs from "./process-state-lost.md";
import { quoted } from "./race.js";
import type { Match, Rule, RuleContext } from "./rule.js";

/** GIL302: a worker process updates state that the parent reads afterwards. */
export const processStateLost: Rule<LostState> = {
  code: "GIL302",
  name: "process-state-lost",
  since: "0.1.0",
  group: "processes",
  severity: "warning",
  docs,
  find,
  message,
  fix: returnedStateFix,
};

function find({ program }: RuleContext): readonly Match<LostState>[] {
  return lostStates(program).map((lost) => ({
    path: lost.change.in.file.path,
    range: lost.change.range,
    confidence: "likely",
    related: [
      {
        path: lost.spawn.in.file.path,
        range: { start: lost.spawn.call.start, end: lost.spawn.call.end },
        message: "this runs it in another process",
      },
      { path: lost.read.in.file.path, range: lost.read.range, message: "the parent process reads its own copy here" },
    ],
    targets: [],
    prediction: undefined,
    data: lost,
  }));
}

function message({ change, read, spawn, name, kind }: LostState, context: RuleContext): string {
  const text = quoted(change.in.file.path, change.range, context);
  const copy = kind === "argument" ? `the worker process's copy of \`${name}\` only` : `\`${name}\` in the worker process only`;
  const advice =
    spawn.width === "pool"
      ? "Return what the parent needs, and let it put the results together."
      : "Send it back through a `multiprocessing.Queue` or `Pipe`, or keep it in a `Value`, an `Array` or a `Manager`.";
  const reader = read.in.head.kind === "module" ? "the module" : `\`${read.in.head.name}\``;
  return `\`${text}\` changes ${copy}: what ${reader} reads afterwards in the parent stays as it was. ${advice}`;
}
