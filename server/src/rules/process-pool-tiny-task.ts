import { targetTitle } from "../base/target.js";
import { builtInMethod } from "../estimate/costs/built-in-methods.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { applicable, duration, durationText } from "../estimate/prediction/text.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import { walkOperations } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";
import { chunkSizeFix } from "./fixes/chunk-size-fix.js";
import { batching, chunkSize, handOverNs, isCounted, siteMatch, taskNs } from "./handed-over.js";
import docs from "./process-pool-tiny-task.md";
import { type FixOffer, type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

/** GIL109: tasks so short that handing them to worker processes costs more than it saves. */
export const processPoolTinyTask: Rule<SiteEstimate> = {
  code: "GIL109",
  name: "process-pool-tiny-task",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix,
};

/** Chunks, where the call takes a size for them and they help. */
function fix(site: SiteEstimate, context: RuleContext): FixOffer {
  const size = adviceOf(site) === "chunks" ? chunkSize(site) : undefined;
  return size === undefined ? noFix : chunkSizeFix(site.spawn, size, context);
}

function find(context: RuleContext): readonly Match<SiteEstimate>[] {
  return context.sites.filter((site) => isTooShort(site, context)).map((site) => siteMatch(site, related(site), site));
}

/** For fewer tasks, what is lost is less than what starting the workers costs. */
const fewestTasks = 50;

function isTooShort(site: SiteEstimate, context: RuleContext): boolean {
  const { spawn, work, prediction, payload } = site;
  if (spawn.worker !== "process" || spawn.width !== "pool" || /run_in_executor$|^celery\.|^ray\./.test(spawn.spawner)) return false;
  if (spawn.targets.length > 1 || spawn.targets.length + spawn.externalTargets.length > 1) return false;
  if (isGivenByCaller(site) || spawn.targets.some(({ function: node }) => node.head.parameters.some(({ form }) => /star$/.test(form))))
    return false;
  if (spawn.items.length === 0 && loopsAround(spawn.in, spawn.call).length === 0) return false;
  if (batching(site) !== "one by one") return false;
  // Anything that is not known could be what the processes are for.
  if (isMostlyUnknown(work) || work.unknownCalls + work.uncostedCalls > 0 || work.lengths === "guessed" || work.isEndless) return false;
  // Texts of a row are known for what they are, however long; what takes no longer for that is short for sure.
  const areRows = spawn.items.length > 0 && spawn.items.every((items) => holdsRows(items, spawn.in, context.program));
  if (payload.arguments === "guessed" && !areRows) return false;
  if (!isAllInSight(site, context)) return false;
  // Where the data are what is long, `heavy-process-payload` says so.
  if (payload.argumentBytes + payload.resultBytes > 100_000) return false;
  if (isCounted(site) && prediction.tasks.likely < fewestTasks) return false;
  const processes = applicable(prediction, "processes");
  return processes !== undefined && processes.speedup.high < 1 && taskNs(work).high < handOverNs(context.target).parent;
}

/** Whether the elements are rows that `csv` reads, as they come or in a list of all of them. */
function holdsRows(value: Value, within: FunctionNode, program: Program, depth = 0): boolean {
  if (depth > 4) return false;
  if (value.op === "call") {
    const names = program.resolver.externalCallees(value, within);
    if (names.some((name) => name === "csv.DictReader" || name === "csv.reader")) return true;
    const [first] = value.arguments;
    return first !== undefined && names.some((name) => passingOn.test(name)) && holdsRows(first.value, within, program, depth + 1);
  }
  if (value.op !== "read" || value.place.kind !== "name") return false;
  const scope = within.file.functionAt(value.place.owner);
  const bound = scope?.bound(value.place.name) ?? [];
  return scope !== undefined && bound.length > 0 && bound.every((each) => holdsRows(each, scope, program, depth + 1));
}

const passingOn = /^builtins\.(list|tuple|iter|reversed|sorted)$|^itertools\.islice$/;

/** Whether the function is a parameter where the tasks are handed out: other callers give others. */
function isGivenByCaller({ spawn }: SiteEstimate): boolean {
  return spawn.call.arguments.some(
    ({ value }, index) =>
      index === 0 &&
      value.op === "read" &&
      value.place.kind === "name" &&
      value.place.owner === spawn.in.index &&
      spawn.in.head.parameters.some(({ name }) => value.place.kind === "name" && name === value.place.name),
  );
}

/** Whether the task calls nothing but code of the program and short functions of the standard library, whose cost is known. */
function isAllInSight({ spawn }: SiteEstimate, { program }: RuleContext): boolean {
  if (!spawn.externalTargets.every((name) => short.test(name))) return false;
  const reached = new Set(spawn.targets.map((target) => target.function));
  for (const node of reached) {
    if (reached.size > mostFunctions) return false;
    let isKnown = true;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "call") return;
      const inner = program.resolver.callees(operation, node);
      const outer = program.resolver.externalCallees(operation, node);
      const method = inner.length + outer.length === 0 ? builtInMethod(operation) : undefined;
      const names = method === undefined ? outer : [method];
      if (inner.length + names.length === 0 || !names.every((name) => short.test(name))) isKnown = false;
      for (const { function: callee } of inner) reached.add(callee);
    });
    if (!isKnown) return false;
  }
  return true;
}

const mostFunctions = 50;
const short =
  /^(builtins\.(abs|all|any|bin|bool|bytes|chr|complex|dict|divmod|enumerate|filter|float|format|frozenset|hash|hex|int|isinstance|iter|len|list|map|max|min|next|oct|ord|pow|print|range|repr|reversed|round|set|sorted|str|sum|tuple|zip)(\.|$)|c?math\.|operator\.|random\.|string\.|hashlib\.|struct\.|time\.(time|monotonic|perf_counter|process_time)(_ns)?$|os\.(getpid|getppid|path\.(join|basename|dirname|split|splitext))$|threading\.(get_ident|current_thread)$|multiprocessing\.current_process$)/;

function related({ spawn }: SiteEstimate): readonly RelatedLocation[] {
  const node = spawn.targets[0]?.function;
  return node ? [{ path: node.file.path, range: node.head.nameRange, message: "this is what each task runs" }] : [];
}

function message(site: SiteEstimate, context: RuleContext): string {
  const { prediction, work } = site;
  const task = taskNs(work).likely;
  const handOver = handOverNs(context.target);
  const name = prediction.task === "<lambda>" ? "The lambda" : `\`${prediction.task}\``;
  const costs = `${name} takes about ${duration(task)} a task, and handing one over to a worker process ${durationText(handOver.all)}, so a plain loop is faster on ${targetTitle(context.target)}.`;
  const serial = prediction.strategies.find((each) => each.strategy === "serial")?.makespanNs.likely ?? 0;
  const advice = adviceOf(site);
  if (advice === "a loop")
    return `${costs} All ${Math.round(prediction.tasks.likely).toLocaleString("en")} together take ${duration(serial)} there.`;
  // Its data are pickled item by item all the same.
  if (advice === "own parts") return `${costs} Even in chunks, an item costs more than that: let each worker make or read its own part.`;
  const size = chunkSize(site);
  return advice === "chunks"
    ? `${costs} Pass \`chunksize=${size}\` or more, so that one hand-over carries many tasks.`
    : `${costs} Give each task a batch of ${size.toLocaleString("en")} or more to work on.`;
}

/** What helps. `own parts`: each worker makes or reads what it works on. */
function adviceOf(site: SiteEstimate): "a loop" | "own parts" | "chunks" | "batches" {
  const { spawn, prediction, work } = site;
  const serial = prediction.strategies.find((each) => each.strategy === "serial")?.makespanNs.likely ?? 0;
  if (isCounted(site) && serial < worthWorkersNs) return "a loop";
  if (taskNs(work).likely < worthChunkNs) return "own parts";
  return spawn.items.length > 0 && !/submit$/.test(spawn.spawner) ? "chunks" : "batches";
}

/** Less work than that is done before workers have started. */
const worthWorkersNs = 5_000_000;

/** With `chunksize=1000`, an item takes 0.2 to 0.3 µs beside its task (CPython 3.13). */
const worthChunkNs = 500;
