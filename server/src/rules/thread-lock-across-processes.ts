import { contains, rangeOf } from "../base/range.js";
import { certainObstacle, isThreadPrimitive, type Obstacle } from "../program/link/processes/picklability.js";
import { type ThreadPrimitiveUse, threadPrimitivesOfWorkers } from "../program/link/processes/process-locks.js";
import { freshStartOf } from "../program/link/processes/start-methods.js";
import { picklableFix } from "./fixes/picklable-fix.js";
import { processPrimitiveFix } from "./fixes/process-primitive-fix.js";
import { quoted } from "./race.js";
import type { Match, RelatedLocation, Rule, RuleContext } from "./rule.js";
import { expectsError, initializers, type Sent, sentToWorkers } from "./sent-to-workers.js";
import docs from "./thread-lock-across-processes.md";

/** `used`: what relies on it, in a worker. `handed`: a process is given it as it starts; `use` is undefined where nothing is known to rely on it. */
type Data =
  | { readonly is: "used"; readonly use: ThreadPrimitiveUse }
  | {
      readonly is: "handed";
      readonly sent: Sent;
      readonly obstacle: Obstacle & { readonly type: string };
      readonly use: ThreadPrimitiveUse | undefined;
    };

/** GIL304: a primitive for threads that is to work between processes. */
export const threadLockAcrossProcesses: Rule<Data> = {
  code: "GIL304",
  name: "thread-lock-across-processes",
  since: "0.1.0",
  group: "processes",
  severity: "error",
  docs,
  find,
  message,
  fix: (data, context) => (data.is === "used" ? processPrimitiveFix(data.use, context) : picklableFix(data.sent, data.obstacle, context)),
};

function find({ program, target }: RuleContext): readonly Match<Data>[] {
  const uses = threadPrimitivesOfWorkers(program, target);
  const told = new Set<ThreadPrimitiveUse>();
  const handed = [...sentToWorkers(program), ...initializers(program)].flatMap((sent): readonly Match<Data>[] => {
    if (sent.crossing !== "start" || expectsError(sent.in.facts.body, sent.call)) return [];
    const obstacle = certainObstacle(sent, "start", program);
    if (obstacle?.type === undefined || !isThreadPrimitive(obstacle, program)) return [];
    const relying = uses.filter((use) => use.spawn.call === sent.call && use.handed === sent.value);
    for (const use of relying) told.add(use);
    const [use] = relying;
    const start = freshStartOf(sent.call, sent.in, program, target);
    // A forked process may have been given it for threads of its own.
    if (!use && (start === "nowhere" || start === "unknown")) return [];
    const { made } = obstacle;
    const elsewhere = made && !(made.path === sent.in.file.path && contains(sent.value, made.range)) ? [made] : [];
    return [
      {
        path: sent.in.file.path,
        range: rangeOf(sent.value),
        confidence: use || start === "everywhere" ? "likely" : "possible",
        related: use ? related(use) : elsewhere.map((place) => ({ ...place, message: `the \`${obstacle.type}\` is made here` })),
        targets: [],
        prediction: undefined,
        data: { is: "handed", sent, obstacle: { ...obstacle, type: obstacle.type }, use },
      },
    ];
  });
  const used = uses.flatMap((use): readonly Match<Data>[] =>
    told.has(use)
      ? []
      : [
          {
            path: use.within.file.path,
            range: rangeOf(use.at),
            confidence: "likely",
            related: related(use),
            targets: [],
            prediction: undefined,
            data: { is: "used", use },
          },
        ],
  );
  return [...handed, ...used];
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

function message(data: Data, context: RuleContext): string {
  if (data.is === "handed") {
    const { sent, obstacle } = data;
    const value = quoted(sent.in.file.path, rangeOf(sent.value), context);
    return `\`${value}\` is a \`${obstacle.type}\`, which is for the threads of one process: a forked process has a copy of its own, and where it is not forked, \`${sent.by}\` fails, since it cannot be pickled. Use a \`multiprocessing.${counterpart(obstacle.type)}\`.`;
  }
  const { within, at, primitive, effect } = data.use;
  const { path } = within.file;
  const text = quoted(path, rangeOf(at), context);
  const last = counterpart(primitive.type);
  if (effect.kind === "guards") {
    const state = quoted(path, rangeOf(effect.state), context);
    return `\`${text}\` is a \`${primitive.type}\`, of which every process has its own: it does not keep worker processes apart at \`${state}\`. Use a \`multiprocessing.${last}\`, and give it to the workers when they start.`;
  }
  if (effect.kind === "waits-alone")
    return `\`${text}\` waits for ever: every process has its own \`${primitive.type}\`, and nobody else comes to this one. Use a \`multiprocessing.${last}\`, and give it to the workers when they start.`;
  const other = quoted(effect.other.in.file.path, rangeOf(effect.other.call), context);
  const where =
    effect.other.at === "parent" ? "one runs in a worker process, the other in the parent" : "each runs in a worker process of its own";
  return `\`${text}\` and \`${other}\` never meet: every process has its own \`${primitive.type}\`, and ${where}. Use a \`multiprocessing.${last}\`.`;
}

/** What `multiprocessing` has for it, by its last name. */
function counterpart(type: string): string {
  const last = type.slice(type.lastIndexOf(".") + 1);
  return type.startsWith("queue.") && last !== "SimpleQueue" ? "Queue" : last;
}
