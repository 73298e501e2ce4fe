import { rangeOf } from "../base/range.js";
import { targetTitle } from "../base/target.js";
import { unknownCallNs } from "../estimate/costs/work.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import type { Wait } from "../program/link/activity/moments.js";
import { concurrentMoments } from "../program/link/activity/parallel.js";
import type { FunctionNode, LinkedFile } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { importsOf } from "../program/link/linked-file.js";
import { loopsAround } from "../program/link/loops.js";
import { type ThreadRoot, threadRoots } from "../program/link/threads/roots.js";
import type { Spawn } from "../program/link/threads/spawn.js";
import { walkOperations } from "../program/link/walk.js";
import docs from "./io-starved-by-cpu-thread.md";
import { quoted, rootText, startOf } from "./race.js";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

interface Data {
  readonly site: SiteEstimate;
  readonly talk: Talk;
}

/** What needs the GIL again and again for a moment. */
type Talk =
  /** A call that a thread of the program makes in a loop. */
  | { readonly by: "call"; readonly wait: Wait }
  /** A thread that runs nothing but the loop of a server. */
  | { readonly by: "server"; readonly spawn: Spawn; readonly name: string };

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
  const waits = partOfActivity(program, "waits");
  const talking = waits.filter(isTalking);
  const servers = program.spawns.filter(runsServer);
  if (talking.length + servers.length === 0) return [];
  const waiting = new Set(waits.filter(hasToWait).map(({ root }) => root.key));
  const roots = threadRoots(program).filter((root): root is Extract<ThreadRoot, { kind: "spawn" }> => root.kind === "spawn");
  return computing.flatMap((site): readonly Match<Data>[] => {
    const root = roots.find((each) => each.spawn === site.spawn);
    // A thread that waits for work has pauses of its own, of any length.
    if (!root || waiting.has(root.key)) return [];
    const wait = talking.find(
      (each) =>
        concurrentMoments({ ...each, root }, each) === "seen" && belongTogether(each.root.function.file, site.spawn.in.file, program),
    );
    if (wait) return [match(site, { by: "call", wait })];
    const spawn = servers.find((each) => areStartedTogether(each, site.spawn, program));
    return spawn ? [match(site, { by: "server", spawn, name: spawn.externalTargets[0] ?? "" })] : [];
  });
}

/** Whether it may wait for somebody to bring work. Who puts results into a queue has computed them first. */
function hasToWait({ entry }: Wait): boolean {
  return entry.waits?.for !== "queue-space";
}

function runsServer({ worker, externalTargets }: Spawn): boolean {
  return worker === "thread" && externalTargets.some((name) => serving.test(name));
}

/** Whether one function starts both, itself or through others, and does not end the server in between. */
function areStartedTogether(server: Spawn, other: Spawn, { resolver }: Program): boolean {
  const startersOf = ({ in: node }: Spawn): readonly FunctionNode[] => [node, ...resolver.callersOf(node).map(({ within }) => within)];
  const starters = startersOf(server);
  if (!startersOf(other).some((node) => starters.includes(node))) return false;
  let isEnded = false;
  walkOperations(server.in.facts.body, (operation) => {
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const isBetween = server.call.end < operation.start && (server.in !== other.in || operation.end < other.call.start);
    if (/^(shutdown|server_close)$/.test(operation.callee.place.name) && isBetween) isEnded = true;
  });
  return !isEnded;
}

/** Whether the threads of two files are in one process, as far as imports tell: parts of a library may never meet. */
function belongTogether(first: LinkedFile, second: LinkedFile, { files, resolver }: Program): boolean {
  if (first === second) return true;
  return files.some((file) => {
    const paths = new Set([file.path, ...importsOf(file).flatMap((each) => resolver.imports.paths(file, each))]);
    return paths.has(first.path) && paths.has(second.path);
  });
}

function match(site: SiteEstimate, talk: Talk): Match<Data> {
  const { path, range } = site.prediction;
  return { path, range, confidence: "likely", related: related(site, talk), targets: [], prediction: undefined, data: { site, talk } };
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
  return serving.test(entry.name) || (exchanges.test(entry.name) && loopsAround(node, call).length > 0);
}

/** Loops of servers that answer in their own thread or in one for each request. */
const serving = /^(socketserver|http\.server|wsgiref\.simple_server|xmlrpc\.server)\.\w+\.serve_forever$/;

const exchanges =
  /^(socket\.socket\.(recv\w*|send\w*)|ssl\.SSLSocket\.(recv\w*|send\w*|read|write)|select\.(select|poll\.poll|epoll\.poll)|selectors\.\w+\.select|multiprocessing\.connection\.(Connection\.(recv\w*|send\w*)|wait)|zmq\.Socket\.(recv\w*|send\w*))$/;

function related(site: SiteEstimate, talk: Talk): readonly RelatedLocation[] {
  const places: RelatedLocation[] = [];
  if (talk.by === "server") {
    const { in: within, call } = talk.spawn;
    places.push({ path: within.file.path, range: rangeOf(call), message: "the server's thread is started here" });
  } else {
    const { wait } = talk;
    places.push({
      path: wait.function.file.path,
      range: { start: wait.call.start, end: wait.call.end },
      message: `each time this returns, ${rootText(wait)} has to ask for the GIL`,
    });
    const start = startOf(wait.root);
    if (start) places.push({ ...start, message: "that thread is started here" });
  }
  const { hotLoop } = site.work;
  if (hotLoop) {
    const range = { start: hotLoop.loop.header.start, end: hotLoop.loop.header.end };
    places.push({ path: hotLoop.function.file.path, range, message: "most of the computing is done by this loop" });
  }
  return places;
}

function message({ site, talk }: Data, context: RuleContext): string {
  const { task } = site.prediction;
  const on = targetTitle(context.target);
  if (talk.by === "server" || serving.test(talk.wait.entry.name)) {
    const name = talk.by === "server" ? talk.name : talk.wait.entry.name;
    return `\`${task}\` computes beside \`${name.split(".").slice(-2).join(".")}\`, which gets the GIL back only 5 ms after each time it has read or written on ${on}: every request takes several such turns. Compute in a process.`;
  }
  const { wait } = talk;
  const text = quoted(wait.function.file.path, { start: wait.call.start, end: wait.call.end }, context);
  return (
    `\`${task}\` computes beside ${rootText(wait)}, which gets the GIL back only 5 ms after each \`${text}\` on ${on}: ` +
    "about 33,000 short exchanges a second become a few hundred. Compute in a process."
  );
}
