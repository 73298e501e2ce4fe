import { append } from "../base/append.js";
import { firstAt } from "../base/sorted.js";
import type { FunctionNode } from "../program/link/entity.js";
import { isAwaitedNext, joinOf, lookAtWaits } from "../program/link/joined-at-once.js";
import type { Program } from "../program/link/link.js";
import type { Spawn } from "../program/link/spawns.js";
import type { CallOperation } from "../program/operation.js";

/** How many other places of the same function start work in the same way, before the one is over or the other way round. */
export function countBesides(spawn: Spawn, program: Program): number {
  // What a timer puts off does not run beside the rest.
  return isTimed(spawn) ? 0 : count(spawn, wayOf(spawn), program);
}

/** How many of them start one thread or process each that does the same. */
export function countAlike(spawn: Spawn, program: Program): number {
  return hasSiblings(spawn) ? count(spawn, `${wayOf(spawn)} one ${workOf(spawn, program)}`, program) : 0;
}

/** Those of them that start one thread or process each that does something else. */
export function othersBeside(spawn: Spawn, program: Program): readonly Spawn[] {
  if (!hasSiblings(spawn)) return [];
  const way = wayOf(spawn);
  if (count(spawn, `${way} one`, program) === countAlike(spawn, program)) return [];
  const work = workOf(spawn, program);
  const end = endOf(spawn);
  const others = groupsIn(spawn.in, program).get(`${way} one`)?.spawns ?? [];
  return others.flatMap(({ spawn: other, end: otherEnd }) => {
    const isBeside = other.call !== spawn.call && other.call.start < end && spawn.call.start < otherEnd;
    return isBeside && workOf(other, program) !== work ? [other] : [];
  });
}

export function isTimed({ spawner }: Spawn): boolean {
  return spawner === "threading.Timer";
}

/** Where the function has waited for what the spawn starts. */
export function endOf({ call, in: within, joinedBy }: Spawn): number {
  if (isAwaitedNext(call, within)) return call.end;
  return joinOf(call, within, joinedBy)?.call.end ?? Number.POSITIVE_INFINITY;
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

/** Spawns of one function that are alike in something. */
interface Group {
  /** In order, and where each is over. */
  readonly spawns: { readonly spawn: Spawn; readonly end: number }[];
  /** Where they start and where they are over, sorted; made when they are first counted. */
  sorted: { readonly starts: readonly number[]; readonly ends: readonly number[] } | undefined;
  /** A thread that is started at one of several places starts once. */
  readonly byCall: Map<CallOperation, Spawn[]>;
}

/** How many of the group are neither started after the spawn is over nor over before it starts. */
function count(spawn: Spawn, group: string, program: Program): number {
  const end = endOf(spawn);
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
  return before - over - (found.byCall.get(spawn.call)?.length ?? 0);
}

/** Of the present state of a program, in which nothing changes. */
const known = new WeakMap<Program, Map<FunctionNode, ReadonlyMap<string, Group>>>();

/** The spawns of a function, timers left out, by way, by whether they start one each, and by what that does. */
function groupsIn(within: FunctionNode, program: Program): ReadonlyMap<string, Group> {
  // Whoever asked first, all who ask rest on these.
  const spawns = program.spawnsIn(within);
  lookAtWaits(within);
  const ofProgram = known.get(program) ?? new Map<FunctionNode, ReadonlyMap<string, Group>>();
  known.set(program, ofProgram);
  const before = ofProgram.get(within);
  if (before) return before;
  const groups = new Map<string, Group>();
  const add = (key: string, spawn: Spawn, end: number): void => {
    const group: Group = groups.get(key) ?? { spawns: [], sorted: undefined, byCall: new Map() };
    groups.set(key, group);
    group.spawns.push({ spawn, end });
    append(group.byCall, spawn.call, spawn);
  };
  for (const spawn of spawns) {
    if (isTimed(spawn)) continue;
    const end = endOf(spawn);
    const way = wayOf(spawn);
    add(way, spawn, end);
    if (spawn.instances !== "one") continue;
    add(`${way} one`, spawn, end);
    add(`${way} one ${workOf(spawn, program)}`, spawn, end);
  }
  ofProgram.set(within, groups);
  return groups;
}
