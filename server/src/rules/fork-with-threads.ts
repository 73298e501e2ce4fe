import { atLeast, targetTitle } from "../base/target.js";
import { type ForkBesideThread, forksBesideThreads } from "../program/link/processes/forks.js";
import { nameOfTarget } from "../program/link/threads/spawn.js";
import { startMethodFix } from "./fixes/start-method-fix.js";
import docs from "./fork-with-threads.md";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

/** GIL305: fork of a process that has started threads. */
export const forkWithThreads: Rule<ForkBesideThread> = {
  code: "GIL305",
  name: "fork-with-threads",
  since: "0.1.0",
  group: "processes",
  severity: "warning",
  docs,
  find,
  message,
  fix: startMethodFix,
};

function find({ program, target }: RuleContext): readonly Match<ForkBesideThread>[] {
  if (target.implementation !== "cpython" && target.implementation !== "pypy") return [];
  return forksBesideThreads(program, target).map((found) => ({
    path: found.in.file.path,
    range: found.range,
    confidence: "likely",
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

function related({ thread, through }: ForkBesideThread): readonly RelatedLocation[] {
  return [
    {
      path: thread.in.file.path,
      range: { start: thread.call.start, end: thread.call.end },
      message: "this thread can still run when the process is forked",
    },
    ...through.map(({ in: node, call }) => ({ path: node.file.path, range: call, message: "reached through this call" })),
  ];
}

function message(fork: ForkBesideThread, context: RuleContext): string {
  const { thread } = fork;
  const text = quoted(fork.in.file.path, fork.range, context);
  const on = fork.method === "default" ? " on Linux" : "";
  const [target] = thread.targets;
  const name = target && nameOfTarget(target);
  const who =
    name === undefined || name === "<lambda>"
      ? "another thread"
      : thread.width === "pool"
        ? `a thread of the pool that runs \`${name}\``
        : `the thread of \`${name}\``;
  const warns = atLeast(context.target, 3, 12) ? ` ${targetTitle(context.target)} warns of it (\`DeprecationWarning\`).` : "";
  const advice =
    fork.by === "fork"
      ? "Fork before threads start, or run another program with `subprocess`."
      : 'Start processes before threads, or take them from `multiprocessing.get_context("spawn")`.';
  return `\`${text}\` forks${on} while ${who} can run: the child gets no copy of that thread, and a lock that it holds at that moment, such as one of \`logging\`, stays locked there for ever.${warns} ${advice}`;
}
