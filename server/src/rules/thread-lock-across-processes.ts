import { rangeOf } from "../base/range.js";
import { type ThreadPrimitiveUse, threadPrimitivesOfWorkers } from "../program/link/process-locks.js";
import { processPrimitiveFix } from "./fixes/process-primitive-fix.js";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";
import docs from "./thread-lock-across-processes.md";

/** GIL304: a primitive for threads that is to work between processes. */
export const threadLockAcrossProcesses: Rule<ThreadPrimitiveUse> = {
  code: "GIL304",
  name: "thread-lock-across-processes",
  since: "0.1.0",
  group: "processes",
  severity: "error",
  docs,
  find,
  message,
  fix: (use, context) => processPrimitiveFix(use, context),
};

function find({ program, target }: RuleContext): readonly Match<ThreadPrimitiveUse>[] {
  return threadPrimitivesOfWorkers(program, target).map((use) => ({
    path: use.within.file.path,
    range: rangeOf(use.at),
    confidence: "likely",
    related: related(use),
    targets: [],
    prediction: undefined,
    data: use,
  }));
}

function related({ spawn, within, primitive, effect }: ThreadPrimitiveUse): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  if (primitive.origin)
    places.push({
      path: primitive.origin.in.file.path,
      range: rangeOf(primitive.origin.call),
      message: `the \`${primitive.type}\` is made here, and every process has its own`,
    });
  places.push({ path: spawn.in.file.path, range: rangeOf(spawn.call), message: "the code runs in processes started here" });
  if (effect.kind === "guards") places.push({ path: within.file.path, range: rangeOf(effect.state), message: "all processes change this" });
  if (effect.kind === "hands-over") {
    const message =
      effect.other.at === "parent" ? "the other side is in the parent process" : "the other side is in another worker process";
    places.push({ path: effect.other.in.file.path, range: rangeOf(effect.other.call), message });
  }
  return places;
}

function message({ within, at, primitive, effect }: ThreadPrimitiveUse, context: RuleContext): string {
  const { path } = within.file;
  const text = quoted(path, rangeOf(at), context);
  const last = primitive.type.slice(primitive.type.lastIndexOf(".") + 1);
  if (effect.kind === "guards") {
    const state = quoted(path, rangeOf(effect.state), context);
    return `\`${text}\` is a \`${primitive.type}\`, of which every process has its own: it does not keep worker processes apart at \`${state}\`. Use a \`multiprocessing.${last}\`, and give it to the workers when they start.`;
  }
  if (effect.kind === "waits-alone")
    return `\`${text}\` waits for ever: every process has its own \`${primitive.type}\`, and nobody else comes to this one. Use a \`multiprocessing.${last}\`, and give it to the workers when they start.`;
  const other = quoted(effect.other.in.file.path, rangeOf(effect.other.call), context);
  const where =
    effect.other.at === "parent" ? "one runs in a worker process, the other in the parent" : "each runs in a worker process of its own";
  return `\`${text}\` and \`${other}\` never meet: every process has its own \`${primitive.type}\`, and ${where}. Use a \`multiprocessing.${primitive.type === "queue.SimpleQueue" ? "SimpleQueue" : primitive.type.startsWith("queue.") ? "Queue" : last}\`.`;
}
