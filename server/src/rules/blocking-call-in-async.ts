import { unreachable } from "../base/unreachable.js";
import type { FunctionNode, LinkedFile } from "../program/link/entity.js";
import { type LoopBlock, loopBlocks } from "../program/link/event-loops/loop-blocks.js";
import docs from "./blocking-call-in-async.md";
import { toThreadFix } from "./fixes/to-thread-fix.js";
import { loopLibrary } from "./loop-library.js";
import { quoted } from "./race.js";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

/** GIL407: a blocking call in the thread of an event loop. */
export const blockingCallInAsync: Rule<LoopBlock> = {
  code: "GIL407",
  name: "blocking-call-in-async",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix: (found, context) =>
    found.for === "lock" || found.for === "held lock" ? noFix : toThreadFix(found.at.function, found.at.range, context),
};

function find({ program }: RuleContext): readonly Match<LoopBlock>[] {
  return loopBlocks(program).map((found) => ({
    path: found.at.function.file.path,
    range: found.at.range,
    confidence: found.confidence,
    related: related(found),
    targets: [],
    prediction: undefined,
    data: found,
  }));
}

/** How the event loop gets there, and what blocks. */
function related({ root, function: node, call, path, at, others, further, name, holder }: LoopBlock): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  const { given } = root;
  if (given) places.push({ path: given.path, range: given.range, message: `the event loop is told here to call ${named(root.function)}` });
  else {
    const what = root.kind === "coroutine" ? "this coroutine" : "this method";
    places.push({ path: root.function.file.path, range: root.function.head.nameRange, message: `an event loop runs ${what}` });
  }
  for (const [index, step] of path.slice(0, longestPath).entries()) {
    if (step.call.start === at.range.start && step.function === at.function) continue;
    const next = path[index + 1]?.function ?? node;
    places.push({ path: step.function.file.path, range: step.call, message: `${named(step.function)} calls ${named(next)}` });
  }
  if (at.range.start !== call.start || at.function !== node)
    places.push({ path: node.file.path, range: call, message: `\`${name}\` blocks here` });
  if (holder)
    places.push({
      path: holder.function.file.path,
      range: { start: holder.call.start, end: holder.call.end },
      message: `${named(holder.function)} waits here and holds the lock, in a thread`,
    });
  for (const each of further.slice(0, mostOthers))
    places.push({ path: each.function.file.path, range: each.call, message: "this call blocks as well" });
  for (const other of others.slice(0, mostOthers))
    places.push({
      path: other.function.file.path,
      range: other.function.head.nameRange,
      message: `${named(other.function)} gets there, too`,
    });
  return places;
}

const longestPath = 6;
const mostOthers = 3;

function named({ facts }: FunctionNode): string {
  return facts.name === "<lambda>" ? "a lambda" : `\`${facts.name}\``;
}

function message(found: LoopBlock, context: RuleContext): string {
  const { root, function: node, path, at, name } = found;
  const text = quoted(at.function.file.path, at.range, context);
  const isHere = at.function === node && at.range.start === found.call.start;
  const [first] = path;
  const who = named(root.function);
  const leads =
    isHere || found.for === "held lock"
      ? `\`${text}\` waits ${untilText(found)}`
      : `\`${text}\` comes to \`${name}\`, which waits ${untilText(found)}`;
  const where = !isHere || !first ? `in the event loop's thread` : `and ${who} gets here in the event loop's thread`;
  return `${leads} ${where}, so no other task runs meanwhile. ${insteadText(found)}`;
}

function untilText(found: LoopBlock): string {
  switch (found.for) {
    case "time":
      return "for time to pass";
    case "network":
      return "for the network";
    case "database":
      return "for a database";
    case "process":
      return "for another process";
    case "input":
      return "for somebody to type";
    case "item":
      return "for an item";
    case "room":
      return "for room in the queue";
    case "signal":
      return "for a signal";
    case "thread":
      return "for a thread to end";
    case "task":
      return "for work done elsewhere";
    case "held lock":
      return `for a lock that a thread keeps while it waits for something slow in \`${found.name}\``;
    case "lock":
      return "for a lock that another process may hold";
    case "file":
      return "for files";
    default:
      return unreachable(found.for);
  }
}

/** What to do, in the words of the library that the coroutine's file uses. */
function insteadText({ for: what, root, name, path }: LoopBlock): string {
  const { sleep, thread } = libraryOf(root.function.file);
  if (path.length > 0) return `Hand the work to a thread with \`${thread}\`, or do it with an asynchronous library.`;
  switch (what) {
    case "time":
      return `Use \`${sleep}\`.`;
    case "network":
    case "database":
      return `Use an asynchronous client, or \`${thread}\`.`;
    case "process":
      if (name.startsWith("subprocess.") && thread.includes("asyncio"))
        return "Use `await asyncio.create_subprocess_exec(…)`, or `await asyncio.to_thread(…)`.";
      return `Use \`${thread}\`.`;
    case "item":
    case "room":
      return `Use the queue of the event loop's own library, or \`${thread}\`.`;
    case "signal":
      return `Use the event loop's own kind of event, or \`${thread}\`.`;
    case "task":
      return name.startsWith("concurrent.futures.") && thread.includes("asyncio")
        ? "Use `await asyncio.wrap_future(…)` or `await loop.run_in_executor(…)`."
        : `Use \`${thread}\`.`;
    case "held lock":
      return `Let the thread wait without the lock, or use \`${thread}\`.`;
    case "input":
    case "thread":
    case "lock":
    case "file":
      return `Use \`${thread}\`.`;
    default:
      return unreachable(what);
  }
}

/** How the library whose event loop it most likely is sleeps, and hands work to a thread. */
function libraryOf(file: LinkedFile): { readonly sleep: string; readonly thread: string } {
  const library = loopLibrary(file);
  const thread = library === "asyncio" ? "asyncio.to_thread" : `${library}.to_thread.run_sync`;
  return { sleep: `await ${library}.sleep(…)`, thread: `await ${thread}(…)` };
}
