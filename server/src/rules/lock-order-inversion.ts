import type { Range } from "../base/range.js";
import { partOfActivity } from "../program/link/activity/activity.js";
import type { Acquisition, CallStep } from "../program/link/activity/moments.js";
import { concurrentMoments } from "../program/link/activity/parallel.js";
import type { FunctionNode } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { areTwins, isOrdered } from "../program/link/locks/lock-order.js";
import { commonLocks, givenBack, type HeldLock, isNoLock, writtenName } from "../program/link/locks/locks.js";
import { callOf } from "../program/link/locks/same-lock.js";
import { sameWay } from "../program/link/sharing/one-object.js";
import { walkOperations } from "../program/link/walk.js";
import { callsWhatWasGiven } from "./doubts.js";
import docs from "./lock-order-inversion.md";
import { rootText, startOf } from "./race.js";
import { type Confidence, type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";

/** A lock is taken while another is held: the second must be free before the first will be. */
interface Edge {
  readonly held: HeldLock;
  readonly taken: Acquisition;
}

interface Data {
  /** Each edge takes what the next one holds; a single edge is one that several threads run with the objects swapped. */
  readonly cycle: readonly Edge[];
}

/** GIL401: two locks, or more, taken in both orders. */
export const lockOrderInversion: Rule<Data> = {
  code: "GIL401",
  name: "lock-order-inversion",
  since: "0.1.0",
  group: "locks",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const graph = new Map<string, Map<string, Edge[]>>();
  const matches: Match<Data>[] = [];
  const twins: Edge[] = [];
  for (const taken of partOfActivity(program, "acquisitions")) {
    if (taken.waits !== "until-free" || isHeldAlready(taken)) continue;
    for (const held of taken.locks) {
      if (!isTold(held) || !isTold(taken.lock) || isOnlyGivenBack(held)) continue;
      if (areTwins(held, taken, program)) twins.push({ held, taken });
      else if (!isOfInner(held, taken)) addEdge(graph, { held, taken });
    }
  }
  matches.push(...pairsIn(graph, program), ...trianglesIn(graph, program), ...twinsIn(twins, program));
  return matches;
}

/** Whether anything is known of the lock, if only its name: what a call returns can be any lock. */
function isTold(lock: HeldLock): boolean {
  return !isNoLock(lock) && lock.key !== "unknown";
}

/** A lock that a function gives back without having taken it: who took it, and what for, is another matter, such as a pause until somebody resumes. */
function isOnlyGivenBack({ taken }: HeldLock): boolean {
  return givenBack(taken.function).some((lock) => lock.start === taken.range.start && lock.end === taken.range.end);
}

/** A reentrant lock that the thread has is not waited for. */
function isHeldAlready({ lock, locks }: Acquisition): boolean {
  return locks.some(
    (held) => held.key === lock.key && held.owner === lock.owner && held.identity !== "by-name" && held.owner !== "unknown",
  );
}

/**
 * Whether both are locks of one class, of which the taken one is held already: a wrapper that calls the same method of an object of its own class
 * takes the inner object's locks below all of its own.
 */
function isOfInner(held: HeldLock, { lock, locks }: Acquisition): boolean {
  const home = (key: string): string => key.slice(0, key.lastIndexOf(" "));
  return home(held.key) === home(lock.key) && locks.some((each) => each.key === lock.key);
}

function addEdge(graph: Map<string, Map<string, Edge[]>>, edge: Edge): void {
  const from = edge.held.key;
  const to = edge.taken.lock.key;
  let targets = graph.get(from);
  if (!targets) {
    targets = new Map();
    graph.set(from, targets);
  }
  const list = targets.get(to);
  if (!list) targets.set(to, [edge]);
  else if (list.length < maximumEdges) list.push(edge);
}

/** More ways to the same pair of locks say nothing new. */
const maximumEdges = 24;

function pairsIn(graph: ReadonlyMap<string, ReadonlyMap<string, readonly Edge[]>>, program: Program): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  for (const [from, targets] of graph) {
    for (const [to, edges] of targets) {
      const back = from < to ? graph.get(to)?.get(from) : undefined;
      const found =
        back &&
        bestOf(
          edges.flatMap((first) => back.map((second) => [first, second])),
          program,
        );
      if (found) matches.push(found);
    }
  }
  return matches;
}

/** Cycles of three and four locks of which no two are taken in both orders. */
function trianglesIn(graph: ReadonlyMap<string, ReadonlyMap<string, readonly Edge[]>>, program: Program): readonly Match<Data>[] {
  const matches: Match<Data>[] = [];
  const has = (from: string, to: string): boolean => graph.get(from)?.has(to) ?? false;
  let steps = 0;
  const extend = (way: readonly string[]): void => {
    if (++steps > maximumWays) return;
    const [start, last] = [way[0] as string, way[way.length - 1] as string];
    for (const next of graph.get(last)?.keys() ?? []) {
      if (next === start && way.length > 2) {
        const lists = way.map(
          (from, index) =>
            graph
              .get(from)
              ?.get(way[(index + 1) % way.length] as string)
              ?.slice(0, 6) ?? [],
        );
        const found = bestOf(product(lists), program);
        if (found) matches.push(found);
      }
      // Each cycle is found from its smallest lock.
      if (next <= start || way.includes(next) || has(next, last) || way.length >= longestCycle) continue;
      extend([...way, next]);
    }
  };
  for (const start of graph.keys()) extend([start]);
  return matches;
}

const longestCycle = 4;

/** So many ways from lock to lock are followed; hundreds of locks that are taken inside one another have more than anybody can wait for. */
const maximumWays = 50_000;

function product(lists: readonly (readonly Edge[])[]): readonly (readonly Edge[])[] {
  return lists.reduce<readonly (readonly Edge[])[]>((ways, list) => ways.flatMap((way) => list.map((edge) => [...way, edge])), [[]]);
}

/** The first of several cycles that can close, the surest one. */
function bestOf(cycles: readonly (readonly Edge[])[], program: Program): Match<Data> | undefined {
  let best: { readonly cycle: readonly Edge[]; readonly confidence: Confidence } | undefined;
  for (const cycle of cycles) {
    const confidence = confidenceOf(cycle, program);
    if (!confidence || (best && (best.confidence !== "possible" || confidence === "possible"))) continue;
    best = { cycle, confidence };
  }
  return best && match(best.cycle, best.confidence);
}

/** Whether all edges can be gone along at the same time, each by another thread, and how sure that is. */
function confidenceOf(cycle: readonly Edge[], program: Program): Confidence | undefined {
  let confidence: Confidence = "likely";
  for (const [index, first] of cycle.entries()) {
    for (const second of cycle.slice(index + 1)) {
      const how = concurrentMoments(first.taken, second.taken);
      if (!how || hasGate(first, second) || isOneClosure(first, second) || isFresh(first) || isFresh(second)) return undefined;
      // Two classes that have locks may be used by one thread, which comes by both.
      if (how === "assumed" || (how === "promised" && areOfTwoPromises(first, second))) confidence = "possible";
    }
    const next = cycle[(index + 1) % cycle.length] as Edge;
    if (areDifferent(first.taken.lock, next.held, program)) return undefined;
    if (first.held.identity === "by-name" || first.taken.lock.identity === "by-name" || isByGiven(first, program)) confidence = "possible";
  }
  return confidence;
}

/** Whether the second lock was made by the function that takes it: nobody else has it yet, so that nobody waits for it. */
function isFresh({ taken: { function: node, lock, range } }: Edge): boolean {
  let isNew = false;
  walkOperations(node.facts.body, (operation) => {
    if (isNew || operation.op !== "write" || operation.end > range.start || operation.value?.op !== "call") return;
    const { place, start, end } = operation;
    isNew = /^R?Lock$/.test(lastNameOf(operation.value.callee)) && writtenName({ op: "read", place, start, end }) === lock.name;
  });
  return isNew;
}

/** Whether only what two classes or modules promise, each for itself, speaks for two threads. */
function areOfTwoPromises({ taken: a }: Edge, { taken: b }: Edge): boolean {
  return a.root.kind === "promised" && b.root.kind === "promised" && a.root.key !== b.root.key;
}

/** Whether the way from the one lock to the other leads through a call of what was given or stored, which may be another object's. */
function isByGiven({ held, taken }: Edge, program: Program): boolean {
  const level = taken.path.findIndex((step) => step.function === held.taken.function);
  if (level < 0) return false;
  return taken.path
    .slice(level)
    .some(
      (step, index, steps) =>
        callsWhatWasGiven(step, steps[index + 1]?.function ?? taken.function) && !isGivenOne(step, held, taken, program),
    );
}

/** Whether all who call the function are seen to give it the same callback, and the locks are no object's, so that there is no other they could be of. */
function isGivenOne(step: CallStep, held: HeldLock, { lock }: Acquisition, { resolver }: Program): boolean {
  if (!held.key.startsWith("global ") || !lock.key.startsWith("global ")) return false;
  const callee = callOf(step)?.callee;
  if (callee?.op !== "read" || callee.place.kind !== "name" || callee.place.owner !== step.function.index) return false;
  const { name } = callee.place;
  if (!step.function.head.parameters.some((parameter) => parameter.name === name)) return false;
  return resolver.resolve(callee, step.function).length === 1;
}

/** A lock that is a variable of a function says that inner functions run beside one another, not each beside itself. */
function isOneClosure({ taken: a }: Edge, { taken: b }: Edge): boolean {
  return a.root.function === b.root.function && [a.root, b.root].some((root) => root.kind === "promised" && root.promise.of === "function");
}

/** A lock that both hold before they take the first of the two lets only one of them in. */
function hasGate(first: Edge, second: Edge): boolean {
  const before = ({ held, taken }: Edge): readonly HeldLock[] => taken.locks.slice(0, taken.locks.indexOf(held));
  return commonLocks(before(first), before(second)).length > 0;
}

/** Whether two locks with one key are known to be those of two objects. */
function areDifferent(a: HeldLock, b: HeldLock, program: Program): boolean {
  if (a.owner !== b.owner && isNamedObject(a.owner) && isNamedObject(b.owner)) return true;
  return a.via !== "" && b.via !== "" && sameWay(a.via, b.via, program) === "two";
}

function isNamedObject(owner: string): boolean {
  return /^(global|cell|made) /.test(owner);
}

/** Whether one object holds the two under two attributes, `self.first` and `self.second`, which tells them apart as names do. */
function arePartsOfOne(a: HeldLock, b: HeldLock): boolean {
  const [way, other] = [a, b].map(({ owner, via }) =>
    owner.startsWith("attribute ") && via.startsWith(owner) ? via.slice(owner.length) : "",
  );
  return way !== "" && way === other;
}

/** Locks of two objects of one class, taken one after the other: another thread can come with the objects swapped. */
function twinsIn(edges: readonly Edge[], program: Program): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  const named = edges.filter(
    ({ held, taken }) => (isNamedObject(held.owner) && isNamedObject(taken.lock.owner)) || arePartsOfOne(held, taken.lock),
  );
  const seen = new Set<string>();
  for (const first of named) {
    if (first.held.owner === first.taken.lock.owner) continue;
    const second = named.find(
      (other) =>
        other.held.key === first.held.key && other.held.owner === first.taken.lock.owner && other.taken.lock.owner === first.held.owner,
    );
    const pair = [first.held.owner, first.taken.lock.owner].sort().join(" ");
    const found = second && !seen.has(pair) ? bestOf([[first, second]], program) : undefined;
    if (!found) continue;
    seen.add(pair);
    matches.set(placeKey(found), found);
  }
  for (const edge of edges) {
    const key = placeKey(placeOf(edge));
    if (matches.has(key) || !concurrentMoments(edge.taken, edge.taken) || hasGate(edge, edge)) continue;
    const order = isOrdered(edge.held, edge.taken, program);
    if (order === "ordered") continue;
    const found = match([edge], order === "both orders" ? "likely" : "possible");
    matches.set(key, found);
  }
  return [...matches.values()];
}

function placeKey({ path, range }: { readonly path: string; readonly range: Range }): string {
  return `${path}:${range.start}`;
}

function match(found: readonly Edge[], confidence: Confidence): Match<Data> {
  const cycle = inOrder(found);
  const [first, second] = cycle as [Edge, Edge | undefined];
  // Two threads in one place that have the objects the other way round.
  const isOnePlace = second?.taken.function === first.taken.function && second.taken.range.start === first.taken.range.start;
  return {
    ...placeOf(first),
    confidence,
    related: cycle.flatMap((edge, index) => places(edge, index)),
    targets: [],
    prediction: undefined,
    data: { cycle: isOnePlace ? [first] : cycle },
  };
}

/** The cycle from the edge that stands first in the program. */
function inOrder(cycle: readonly Edge[]): readonly Edge[] {
  let start = 0;
  cycle.forEach((edge, index) => {
    const at = cycle[start] as Edge;
    const [here, there] = [placeOf(edge), placeOf(at)];
    if (here.path < there.path || (here.path === there.path && here.range.start < there.range.start)) start = index;
  });
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}

/** Where the function that holds the first lock takes the second one, or calls what does: there the order is chosen. */
function placeOf({ held, taken }: Edge): { readonly path: string; readonly range: Range } {
  const [step] = stepsBetween(held.taken.function, taken);
  if (!step) return { path: taken.function.file.path, range: taken.range };
  return { path: step.function.file.path, range: { start: step.call.start, end: step.call.end } };
}

function places({ held, taken }: Edge, index: number): readonly RelatedLocation[] {
  const list: RelatedLocation[] = [];
  list.push({ path: held.taken.function.file.path, range: held.taken.range, message: `\`${held.name}\` is taken first here` });
  const steps = stepsBetween(held.taken.function, taken);
  if (index > 0 || steps.length > 0) {
    const message = `then \`${taken.lock.name}\` here, in ${rootText(taken)}`;
    list.push({ path: taken.function.file.path, range: taken.range, message });
  }
  list.push(...steps.slice(index > 0 ? 0 : 1).map(stepPlace));
  const start = startOf(taken.root);
  if (start) list.push({ ...start, message: taken.root.kind === "spawn" ? "a thread is started here" : "threads enter here" });
  return list;
}

function stepsBetween(holder: FunctionNode, taken: Acquisition): readonly CallStep[] {
  const level = taken.path.findIndex((step) => step.function === holder);
  return level < 0 ? [] : taken.path.slice(level, level + 4);
}

function stepPlace({ function: node, call }: CallStep): RelatedLocation {
  return { path: node.file.path, range: { start: call.start, end: call.end }, message: "reached through this call" };
}

function message({ cycle }: Data): string {
  const [first, second] = cycle as [Edge, Edge | undefined];
  const by = second !== undefined && first.held.name === first.taken.lock.name ? "name and home" : "name";
  const held = nameOf(first.held, by);
  const taken = nameOf(first.taken.lock, by);
  const forEver = "Two threads can wait for each other for ever:";
  if (!second)
    return `${forEver} ${taken} is taken here while ${held} is held, and another thread can have the two objects the other way round. Take both in one order, by \`id\` or a key.`;
  if (cycle.length > 2) {
    const others = cycle.slice(1).map((edge) => `${nameOf(edge.taken.lock, by)} under ${nameOf(edge.held, by)}`);
    return `${cycle.length} threads can wait for each other for ever: ${taken} is taken under ${held} here, ${others.join(" and ")} elsewhere. Take them in one order everywhere.`;
  }
  const where = `\`${second.held.taken.function.head.name}\``;
  return `${forEver} ${taken} is taken here while ${held} is held, and ${where} takes them the other way round. Take both in one order everywhere.`;
}

/** Two locks of one name are told apart by their classes or files. */
function nameOf(lock: HeldLock, by: "name" | "name and home"): string {
  const home = /^(?:global|attribute) (?:.*\/)?([^/ ]+) /.exec(lock.key)?.[1]?.replace(/^.*#(.*)@\d+$/, "`$1`");
  return by === "name and home" && home ? `\`${lock.name}\` of ${home}` : `\`${lock.name}\``;
}
