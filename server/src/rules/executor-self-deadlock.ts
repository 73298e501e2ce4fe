import { rangeOf } from "../base/range.js";
import { type LoopWait, loopWaits } from "../program/link/event-loops/loop-waits.js";
import { type PoolWait, poolWaits } from "../program/link/threads/pool-waits.js";
import docs from "./executor-self-deadlock.md";
import { quoted } from "./race.js";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

type Data = { readonly kind: "pool"; readonly wait: PoolWait } | { readonly kind: "loop"; readonly wait: LoopWait };

/** GIL405: a task that waits for another task of its own bounded pool. */
export const executorSelfDeadlock: Rule<Data> = {
  code: "GIL405",
  name: "executor-self-deadlock",
  since: "0.1.0",
  group: "locks",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  return [
    ...poolWaits(program).map((wait) => match({ kind: "pool", wait }, relatedOf(wait))),
    ...loopWaits(program).map((wait) =>
      match({ kind: "loop", wait }, [
        { path: wait.function.file.path, range: wait.submitted, message: "the coroutine is given to the loop that runs this one" },
      ]),
    ),
  ];
}

function match(data: Data, related: readonly RelatedLocation[]): Match<Data> {
  const { wait, function: node } = data.wait;
  return {
    path: node.file.path,
    range: { start: wait.start, end: wait.end },
    confidence: "likely",
    related,
    targets: [],
    prediction: undefined,
    data,
  };
}

function relatedOf({ wait, awaited, task, path }: PoolWait): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  if (awaited.call !== wait && !(awaited.call.start >= wait.start && awaited.call.end <= wait.end))
    places.push({ path: awaited.in.file.path, range: rangeOf(awaited.call), message: "the task that it waits for is submitted here" });
  if (task.call !== awaited.call)
    places.push({ path: task.in.file.path, range: rangeOf(task.call), message: "this makes the waiting function a task of the same pool" });
  for (const step of path.slice(0, 3))
    places.push({ path: step.function.file.path, range: rangeOf(step.call), message: "reached through this call" });
  const made = task.pool?.made;
  if (made) places.push({ path: made.in.file.path, range: rangeOf(made.call), message: "the pool is made here" });
  return places;
}

function message(data: Data, context: RuleContext): string {
  const text = quoted(data.wait.function.file.path, rangeOf(data.wait.wait), context);
  if (data.kind === "loop")
    return `\`${text}\` never returns: it blocks the event loop that is to run the coroutine it waits for. Use \`await\`.`;
  const { task, function: node, target } = data.wait;
  const name = node.head.name === "<lambda>" ? "the lambda" : `\`${node.head.name}\``;
  const who = node === target ? `${name} is a task of the pool` : `${name} runs in a task of the pool`;
  const waits = `\`${text}\` waits for a task of the pool that it runs in`;
  const size = task.pool?.size?.value;
  if (size?.op === "constant" && size.value === 1)
    return `${waits}, whose only thread is this one: it never returns. Let the caller wait, or use another pool for the inner tasks.`;
  const many = size?.op === "constant" ? `all ${size.value} threads` : "all threads";
  return `${waits}: ${who}, and once ${many} of it wait here, no thread is left to run what they wait for. Let the caller wait, or use another pool for the inner tasks.`;
}
