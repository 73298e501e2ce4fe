import { contains, rangeOf } from "../base/range.js";
import { lastNameOf } from "../program/link/last-name.js";
import { awaitedAnswer, boundIn, type Look } from "../program/link/waiting/looks.js";
import type { PolledLoop } from "../program/link/waiting/polls.js";
import { someValue, walkOperations } from "../program/link/walk.js";
import type { LoopOperation, Value } from "../program/operation.js";
import { quoted, startOf } from "./race.js";
import type { Match, RelatedLocation, RuleContext } from "./rule.js";

/** The finding of a loop that polls: on its first line if that says what it looks at, else where it looks. */
export function polledMatch(found: PolledLoop): Match<PolledLoop> {
  const { function: node, loop, look } = found;
  const isInside = !contains(loop.header, look) && contains(loop, look);
  return {
    path: node.file.path,
    range: rangeOf(isInside ? look : loop.header),
    confidence: found.confidence,
    related: [
      ...(isInside ? [{ path: node.file.path, range: rangeOf(loop.header), message: "this loop repeats the look" }] : []),
      ...related(found),
    ],
    targets: [],
    prediction: undefined,
    data: found,
  };
}

function related({ change, rest, function: node }: PolledLoop): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  if (rest.by !== "none")
    places.push({
      path: node.file.path,
      range: { start: rest.call.start, end: rest.call.end },
      message: rest.by === "sleep" ? "it sleeps here between two looks" : "this only lets others go first",
    });
  if (change)
    places.push({ path: change.function.file.path, range: change.range, message: `\`${change.function.head.name}\` changes it here` });
  const start = change?.root && startOf(change.root);
  if (start && change?.root?.kind === "spawn") places.push({ ...start, message: "that thread is started here" });
  return places;
}

/** What is looked at, as it is written: `self.done`, `jobs.empty()`. */
export function lookText({ look, function: node }: PolledLoop, context: RuleContext): string {
  return quoted(node.file.path, look, context);
}

/** What would wake the loop up, as a sentence. */
export function insteadText(found: PolledLoop, context: RuleContext): string {
  const { look, function: node, loop } = found;
  const object = quoted(look.in.file.path, look.value, context);
  const awaited = awaitedAnswer(look, loop);
  // What other threads and processes do wakes no task up.
  const isForeign = node.head.isAsync && look.scope !== "tasks";
  const isLimited = !node.head.isAsync && hasLimit(found, context);
  const call = (method: string): string => {
    if (isLimited) return `Call \`${object}.${method}(timeout=…)\``;
    return isForeign
      ? `Await \`asyncio.to_thread(${object}.${method})\``
      : `${node.head.isAsync ? "Await" : "Call"} \`${object}.${method}()\``;
  };
  switch (look.at) {
    case "state":
      if (node.head.isAsync) return "Let the task that changes it set an `asyncio.Event`, and await its `wait()`.";
      return isLimited
        ? "Let the thread that changes it set a `threading.Event`, and call its `wait(…)` with a limit of time."
        : "Let the thread that changes it set a `threading.Event`, and call its `wait()`.";
    case "event":
      if (awaited === "no")
        return "Nothing can wait for an event to be cleared: let whoever clears it set another one, or notify a condition.";
      return (isLimited || found.works || found.looks.some(({ at }) => at === "thread" || at === "process")) && !node.head.isAsync
        ? `Call \`${object}.wait(…)\` with a limit of time, which returns as soon as it is set.`
        : `${call("wait")}, which returns as soon as it is set.`;
    case "queue":
      // Nothing that waits for all items to be done takes a limit of time.
      if (awaited === "yes")
        return isLimited
          ? "Let whoever takes the last item set a `threading.Event`, and call its `wait(…)` with a limit of time."
          : `${call("join")}, which returns as soon as every item is done.`;
      // Who waits for an item alone never sees that it is to stop.
      return isStoppedOtherwise(found) && !node.head.isAsync
        ? `Call \`${object}.get(timeout=…)\`, which returns as soon as there is an item and still lets the loop see that it is to stop.`
        : `${call("get")}, which returns as soon as there is an item.`;
    case "room":
      return `${call("put")}, which waits until there is room.`;
    case "future":
      if (look.scope === "tasks") return `Await \`${object}\` itself.`;
      return isForeign ? `Await \`asyncio.wrap_future(${object})\`.` : `${call("result")}, or \`concurrent.futures.wait\` for several.`;
    case "thread":
      if (endsWithFirst(loop)) return "Let whichever ends first set a `threading.Event`, and call its `wait()`.";
      if (look.tells === "count") return "Call `join()` on each of the threads.";
      return `${call("join")}, which returns as soon as the thread has ended.`;
    case "process":
      if (endsWithFirst(loop))
        return "Give the `sentinel` of each to `multiprocessing.connection.wait`, which returns as soon as one has ended.";
      return `${call(isPopen(look) ? "wait" : "join")}, which returns as soon as the process has ended.`;
    case "lock":
      return `${call("acquire")}, which returns as soon as the lock is free.`;
  }
}

/** Whether a test of the loop gives up after a time or a number of rounds, or does something from time to time. */
function hasLimit({ loop, function: node }: PolledLoop, { program }: RuleContext): boolean {
  if (loop.form === "for") return true;
  const isClock = (value: Value): boolean =>
    value.op === "call" && program.resolver.externalCallees(value, node).some((name) => clocks.test(name));
  /** The clock, or what each round moves on: `waited += 0.1`. */
  const passes = (value: Value): boolean =>
    isClock(value) ||
    (value.op === "read" &&
      value.place.kind === "name" &&
      value.place.owner === node.index &&
      boundIn(value.place.name, loop, node).some((bound) => bound.op === "compute" || isClock(bound)));
  const isLimit = (test: Value | undefined): boolean =>
    test !== undefined &&
    someValue(
      test,
      (each) => each.op === "compute" && /^[<>]=?$/.test(each.operator) && each.operands.some((part) => someValue(part, passes)),
    );
  let found = isLimit(loop.test);
  walkOperations(loop.body, (operation) => {
    if (operation.op === "branch") found ||= isLimit(operation.test);
  });
  return found;
}

const clocks = /^(time\.(time|monotonic|perf_counter)(_ns)?|datetime\.datetime\.(now|utcnow|today))$/;

/** `while a.is_alive() and b.is_alive()`: who joined one of them would miss the end of the other. */
function endsWithFirst({ test }: LoopOperation): boolean {
  if (test?.op !== "choice" || test.by !== "and") return false;
  return test.values.filter((value) => value.op === "call" && /^is_?alive$/i.test(lastNameOf(value.callee))).length > 1;
}

/** Whether the loop's test looks at something else, as an event that tells it to stop. */
function isStoppedOtherwise({ loop, look, looks }: PolledLoop): boolean {
  return looks.some((other) => other !== look && other.at !== "queue" && contains(loop.header, other));
}

function isPopen({ tells }: Look): boolean {
  return tells === "poll";
}
