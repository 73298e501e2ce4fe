import { fileName, parentFolder } from "../base/path.js";
import { targetTitle } from "../base/target.js";
import type { SiteEstimate } from "../estimate/sites.js";
import { unknownCallNs } from "../estimate/work.js";
import { activityOf, type Wait } from "../program/link/activity.js";
import type { LinkedFile } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import { concurrentMoments } from "../program/link/parallel.js";
import { type ThreadRoot, threadRoots } from "../program/link/roots.js";
import docs from "./io-starved-by-cpu-thread.md";
import { quoted, rootText, startOf } from "./race.js";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly site: SiteEstimate;
  readonly wait: Wait;
}

/** GIL105: a thread that talks to the network beside one that computes. */
export const ioStarvedByCpuThread: Rule<Data> = {
  code: "GIL105",
  name: "io-starved-by-cpu-thread",
  since: "0.1.0",
  group: "performance",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find(context: RuleContext): readonly Match<Data>[] {
  const { program, target } = context;
  if (target.implementation !== "cpython" || target.freeThreaded) return [];
  const computing = context.sites.filter(isComputing);
  if (computing.length === 0) return [];
  const { waits } = activityOf(program);
  const talking = waits.filter(isTalking);
  if (talking.length === 0) return [];
  const waiting = new Set(waits.map(({ root }) => root.key));
  const roots = threadRoots(program).filter((root): root is Extract<ThreadRoot, { kind: "spawn" }> => root.kind === "spawn");
  return computing.flatMap((site): readonly Match<Data>[] => {
    const root = roots.find((each) => each.spawn === site.spawn);
    // A thread that waits for work has pauses of its own, of any length.
    if (!root || waiting.has(root.key)) return [];
    const wait = talking.find(
      (each) =>
        concurrentMoments({ ...each, root }, each) === "seen" && belongTogether(each.root.function.file, site.spawn.in.file, program),
    );
    return wait ? [match(site, wait)] : [];
  });
}

/** Whether the threads of two files are in one process, as far as imports tell: parts of a library may never meet. */
function belongTogether(first: LinkedFile, second: LinkedFile, program: Program): boolean {
  if (first === second) return true;
  const [a, b] = [moduleName(first), moduleName(second)];
  return program.files.some((file) => {
    const names = new Set([moduleName(file), ...file.facts.imports.flatMap(({ module, name }) => [lastPart(module), name])]);
    return names.has(a) && names.has(b);
  });
}

function moduleName({ path }: LinkedFile): string {
  const name = fileName(path).replace(/\.pyi?$/, "");
  return name === "__init__" ? fileName(parentFolder(path)) : name;
}

function lastPart(module: string): string {
  return module.slice(module.lastIndexOf(".") + 1);
}

function match(site: SiteEstimate, wait: Wait): Match<Data> {
  const { path, range } = site.prediction;
  return { path, range, confidence: "likely", related: related(site, wait), targets: [], prediction: undefined, data: { site, wait } };
}

/** A turn of a thread is 5 ms; one that computes for less than a few of them is soon out of the way. */
const shortestWorkNs = 100_000_000;

/** Whether the thread keeps the GIL for long, but for when others ask for it. */
function isComputing({ spawn, work, prediction }: SiteEstimate): boolean {
  if (spawn.worker !== "thread") return false;
  const held = work.interpreterNs.likely + work.heldNs.likely;
  if (work.isEndless && work.unknownCalls > 0) return false;
  if (work.nativeNs.likely + work.waitNs.likely > held / 4 || work.unknownCalls * unknownCallNs > held / 2) return false;
  return held * Math.max(1, prediction.tasks.likely) >= shortestWorkNs;
}

/** Short exchanges over a connection, one after the other. Those that take long anyway do not mind a few milliseconds more. */
function isTalking({ entry, call, function: node }: Wait): boolean {
  return exchanges.test(entry.name) && loopsAround(node, call).length > 0;
}

const exchanges =
  /^(socket\.socket\.(recv\w*|send\w*)|ssl\.SSLSocket\.(recv\w*|send\w*|read|write)|select\.(select|poll\.poll|epoll\.poll)|selectors\.\w+\.select|multiprocessing\.connection\.(Connection\.(recv\w*|send\w*)|wait)|zmq\.Socket\.(recv\w*|send\w*))$/;

function related(site: SiteEstimate, wait: Wait): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [
    {
      path: wait.function.file.path,
      range: { start: wait.call.start, end: wait.call.end },
      message: `each time this returns, ${rootText(wait)} has to ask for the GIL`,
    },
  ];
  const start = startOf(wait.root);
  if (start) places.push({ ...start, message: "that thread is started here" });
  const { hotLoop } = site.work;
  if (hotLoop) {
    const range = { start: hotLoop.loop.header.start, end: hotLoop.loop.header.end };
    places.push({ path: hotLoop.function.file.path, range, message: "most of the computing is done by this loop" });
  }
  return places;
}

function message({ site, wait }: Data, context: RuleContext): string {
  const text = quoted(wait.function.file.path, { start: wait.call.start, end: wait.call.end }, context);
  return (
    `\`${site.prediction.task}\` computes beside ${rootText(wait)}, which gets the GIL back only 5 ms after each \`${text}\` on ${targetTitle(context.target)}: ` +
    "about 33,000 short exchanges a second become a few hundred. Compute in a process."
  );
}
