import { contains, type Range } from "../base/range.js";
import { hasGil } from "../base/target.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import type { HotLoop } from "../estimate/tasks/task-work.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import type { Access, Moment } from "../program/link/activity/moments.js";
import { concurrentMoments } from "../program/link/activity/parallel.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import { walkOperations } from "../program/link/walk.js";
import type { ReadOperation } from "../program/operation.js";
import docs from "./contended-shared-object.md";
import { quoted } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";

/** A place in the hot loop at which all threads meet. */
interface Meeting {
  readonly what: "lock" | "change" | "attribute" | "read";
  readonly range: Range;
}

interface Data {
  readonly site: SiteEstimate;
  readonly path: string;
  readonly meeting: Meeting;
}

/** GIL503: an object that several threads use in every pass of a hot loop, so that a free-threaded build does not scale. */
export const contendedSharedObject: Rule<Data> = {
  code: "GIL503",
  name: "contended-shared-object",
  since: "0.1.0",
  group: "free-threading",
  severity: "hint",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program, target, sites }: RuleContext): readonly Match<Data>[] {
  if (hasGil(target) || !target.freeThreaded) return [];
  const matches = new Map<string, Match<Data>>();
  for (const site of sites) {
    const { hotLoop, lengths, isEndless } = site.work;
    if (lengths === "guessed" || isEndless) continue;
    if (site.spawn.worker !== "thread" || site.spawn.instances === "one" || !hotLoop || !isHot(hotLoop)) continue;
    const meeting = meetingIn(hotLoop.innermost, site, program);
    const { path } = hotLoop.innermost.function.file;
    if (meeting && !matches.has(`${path}:${meeting.range.start}`))
      matches.set(`${path}:${meeting.range.start}`, match(site, path, meeting));
  }
  return [...matches.values()];
}

/** Long enough to matter, and with passes so short that what the threads share is a good part of each. */
function isHot({ interpreterNs, innermost }: HotLoop): boolean {
  return interpreterNs.likely >= shortestLoopNs && innermost.passNs <= longestPassNs;
}

const shortestLoopNs = 1_000_000;
const longestPassNs = 3_000;

function match(site: SiteEstimate, path: string, meeting: Meeting): Match<Data> {
  const { prediction } = site;
  return {
    path,
    range: meeting.range,
    confidence: "likely",
    related: [{ path: prediction.path, range: prediction.range, message: "its threads are started here" }],
    targets: [],
    prediction,
    data: { site, path, meeting },
  };
}

/** What costs most of what the threads meet at: a lock, before a container that they change, an attribute that they store, a container that they read. */
function meetingIn(hot: HotLoop["innermost"], site: SiteEstimate, program: Program): Meeting | undefined {
  const accesses = partOfActivity(program, "accesses");
  const acquisitions = partOfActivity(program, "acquisitions");
  const isMeant = (moment: Moment): boolean => isInLoop(moment, hot) && isOf(moment, site) && concurrentMoments(moment, moment) === "seen";
  const taken = acquisitions.find((each) => isMeant(each) && each.lock.identity === "one");
  if (taken) return { what: "lock", range: taken.range };
  const changed = accesses.find((each) => isChange(each) && each.locks.length === 0 && isMeant(each));
  if (changed) return { what: "change", range: changed.range };
  const stored = accesses.find((each) => isAttributeStore(each) && each.locks.length === 0 && isMeant(each));
  if (stored) return { what: "attribute", range: stored.range };
  const read = readsOfGlobals(hot, program)[0];
  return read && { what: "read", range: { start: read.start, end: read.end } };
}

/** What takes the lock of a container: a method that changes it, or a store of an element that other rules have nothing against. */
function isChange({ operation, does, update, check }: Access): boolean {
  if (update || check) return false;
  return operation.op === "write" ? operation.place.kind === "element" : does === "change";
}

/** `self.last = number`, on an object that the threads share: the values of its attributes have the object's lock. */
function isAttributeStore({ operation, does, update, check }: Access): boolean {
  return !update && !check && does === "assign" && operation.op === "write" && operation.place.kind === "attribute";
}

/** Whether it happens in every pass: in the loop itself, and not in the header, which runs once. */
function isInLoop({ function: node, range }: Moment, hot: HotLoop["innermost"]): boolean {
  return node === hot.function && loopsAround(node, range).includes(hot.loop);
}

function isOf({ root }: Moment, { spawn }: SiteEstimate): boolean {
  return root.kind === "spawn" && root.spawn === spawn;
}

/** Elements of lists and dicts of the module that the loop looks up: `TABLE[i]`. */
function readsOfGlobals({ function: node, loop }: HotLoop["innermost"], { resolver }: Program): readonly ReadOperation[] {
  const found: ReadOperation[] = [];
  walkOperations(loop.body, (operation) => {
    if (operation.op !== "read" || operation.place.kind !== "element" || !contains(loop, operation)) return;
    const { object } = operation.place;
    if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== 0 || node.index === 0) return;
    const entities = resolver.resolve(object, node);
    const isContainer = entities.every(
      (entity) => entity.kind === "container" || (entity.kind === "object" && /^builtins\.(list|dict|tuple)$/.test(entity.type)),
    );
    if (entities.length > 0 && isContainer) found.push(operation);
  });
  return found;
}

function message({ path, meeting, site }: Data, context: RuleContext): string {
  const text = quoted(path, meeting.range, context);
  const threads =
    site.prediction.workers > 1 && site.prediction.workersKnown === "known" ? `${site.prediction.workers} threads` : "several threads";
  switch (meeting.what) {
    case "lock":
      return `\`${text}\` is taken in every pass of this loop by ${threads}: without a GIL too they take turns, and hand the lock over each time. Take it once for many passes, or let each thread add up its own.`;
    case "change":
      return `\`${text}\` changes one object in every pass of this loop, from ${threads}: without a GIL each pass takes the object's own lock, so the threads slow each other down. Let each thread fill its own, and put them together at the end.`;
    case "attribute":
      return `\`${text}\` is stored in one object in every pass of this loop, from ${threads}: without a GIL each store takes the object's own lock, so the threads take turns. Keep the value in a variable, and store it once.`;
    case "read":
      return `\`${text}\` reads one shared object in every pass of this loop, from ${threads}: without a GIL the cores pass its reference count back and forth (two threads on CPython 3.13t: 0.7 times as fast as one). Give each thread a copy.`;
  }
}
