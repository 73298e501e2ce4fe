import { append } from "../../base/append.js";
import { indexed } from "../../base/indexed.js";
import { Nesting } from "../../base/nesting.js";
import { contains, type Range } from "../../base/range.js";
import { firstAt } from "../../base/sorted.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { leaves } from "../../program/link/state/compound.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { listOf, walkOperations } from "../../program/link/walk.js";
import type { BranchOperation, CallOperation, Operation } from "../../program/operation.js";
import { waitFor } from "./courses.js";

/** How many other places of the same function start work in the same way, before the one is over or the other way round. */
export function countBesides(spawn: Spawn, program: Program): number {
  // What a timer puts off does not run beside the rest.
  return isTimed(spawn) ? 0 : count(spawn, wayOf(spawn), program);
}

/** How many of them start one thread or process each that does the same. */
export function countAlike(spawn: Spawn, program: Program): number {
  return hasSiblings(spawn) ? count(spawn, `${wayOf(spawn)} one ${workOf(spawn, program)}`, program) : 0;
}

/** Those of them that start one thread or process each that does something else: so many at most that a reader could want to know of each. */
export function othersBeside(spawn: Spawn, program: Program): readonly Spawn[] {
  if (!hasSiblings(spawn)) return [];
  const way = wayOf(spawn);
  if (count(spawn, `${way} one`, program) === countAlike(spawn, program)) return [];
  const work = workOf(spawn, program);
  const end = endOf(spawn, program);
  const found: Spawn[] = [];
  for (const other of groupsIn(spawn.in, program).get(`${way} one`)?.spawns ?? []) {
    if (!overlaps(spawn, end, other) || areAlternatives(spawn.call, other.spawn.call, spawn.in)) continue;
    if (workOf(other.spawn, program) !== work) found.push(other.spawn);
    if (found.length === mostCompared) break;
  }
  return found;
}

export function isTimed({ spawner }: Spawn): boolean {
  return spawner === "threading.Timer";
}

/** Where the function has waited for what the spawn starts. */
export function endOf(spawn: Spawn, program: Program): number {
  return waitFor(spawn, program)?.end ?? Number.POSITIVE_INFINITY;
}

/** Whether the function comes to one of two places only: they are in two arms of a branch, or behind an arm with the one it has returned. */
export function areAlternatives(one: Range, other: Range, { facts }: FunctionNode): boolean {
  const [first, second] = one.start <= other.start ? [one, other] : [other, one];
  return branchesIn(facts.body)
    .around(first)
    .some((operation) => {
      const arm = operation.arms.find((each) => each.some((inner) => contains(inner, first)));
      if (!arm || arm.some((inner) => contains(inner, second))) return false;
      return contains(operation, second) || (leaves(arm) && isBehind(second, operation, facts.body));
    });
}

const branchesIn = indexed((body: readonly Operation[]) => {
  const branches: BranchOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "branch") branches.push(operation);
  });
  return new Nesting(branches);
});

/** Whether the place stands behind the operation in the list that holds it, so that one round of a loop comes to both. */
function isBehind(place: Range, operation: Operation, body: readonly Operation[]): boolean {
  return listOf(body, operation)?.some((each) => each.start >= operation.end && contains(each, place)) ?? false;
}

function hasSiblings(spawn: Spawn): boolean {
  return !isTimed(spawn) && spawn.instances === "one" && spawn.items.length === 0;
}

function wayOf({ worker, width }: Spawn): string {
  return `${worker} ${width}`;
}

function workOf({ targets, externalTargets }: Spawn, { resolver }: Program): string {
  const first = targets[0]?.function;
  return `${first && resolver.identityOf(first)} ${externalTargets[0]}`;
}

/** A spawn, and where the function has waited for it. */
interface Placed {
  readonly spawn: Spawn;
  readonly end: number;
}

function overlaps({ call }: Spawn, end: number, other: Placed): boolean {
  return other.spawn.call !== call && other.spawn.call.start < end && call.start < other.end;
}

/** Spawns of one function that are alike in something. */
interface Group {
  /** In order, and where each is over. */
  readonly spawns: Placed[];
  /** Where they start and where they are over, sorted; made when they are first counted. */
  sorted: { readonly starts: readonly number[]; readonly ends: readonly number[] } | undefined;
  /** A thread that is started at one of several places starts once. */
  readonly byCall: Map<CallOperation, Spawn[]>;
}

/** Of more in one function, it is not looked which are in two arms of a branch, nor what each does: that would take the square of their number. */
const mostCompared = 100;

/** How many of the group are neither started after the spawn is over, nor over before it starts, nor started in its place. */
function count(spawn: Spawn, group: string, program: Program): number {
  const end = endOf(spawn, program);
  const found = groupsIn(spawn.in, program).get(group);
  if (!found) return 0;
  const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
  found.sorted ??= {
    starts: found.spawns.map((each) => each.spawn.call.start).sort(order),
    ends: found.spawns.map((each) => each.end).sort(order),
  };
  const itself = (place: number): number => place;
  const before = firstAt(found.sorted.starts, end, itself);
  const over = firstAt(found.sorted.ends, spawn.call.start + 1, itself);
  const counted = before - over - (found.byCall.get(spawn.call)?.length ?? 0);
  if (counted === 0 || found.spawns.length > mostCompared) return counted;
  return found.spawns.filter((other) => overlaps(spawn, end, other) && !areAlternatives(spawn.call, other.spawn.call, spawn.in)).length;
}

/** The spawns of a function, timers left out, by way, by whether they start one each, and by what that does. */
function groupsIn(within: FunctionNode, program: Program): ReadonlyMap<string, Group> {
  const key = `starts side by side ${program.resolver.identityOf(within)}`;
  return program.resolver.remembered(within.file, key, () => findGroups(within, program));
}

function findGroups(within: FunctionNode, program: Program): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  const add = (key: string, spawn: Spawn, end: number): void => {
    const group: Group = groups.get(key) ?? { spawns: [], sorted: undefined, byCall: new Map() };
    groups.set(key, group);
    group.spawns.push({ spawn, end });
    append(group.byCall, spawn.call, spawn);
  };
  for (const spawn of program.spawnsIn(within)) {
    if (isTimed(spawn)) continue;
    const end = endOf(spawn, program);
    const way = wayOf(spawn);
    add(way, spawn, end);
    if (spawn.instances !== "one") continue;
    add(`${way} one`, spawn, end);
    add(`${way} one ${workOf(spawn, program)}`, spawn, end);
  }
  return groups;
}
