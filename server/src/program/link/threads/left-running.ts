import type { Range } from "../../../base/range.js";
import type { CallOperation, Operation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import type { Resolver } from "../resolution/resolver.js";
import { joinsText } from "../text-joins.js";
import { walkOperations } from "../walk.js";
import { besideIn } from "./spans-beside.js";
import { type Spawn, threadObjectOf } from "./spawn.js";

/** A place where what a spawn makes starts to run: the spawn itself, or a call of `start` in another function. */
export interface Start {
  readonly spawn: Spawn;
  readonly in: FunctionNode;
  /** The call that makes it, where that is in the same function; otherwise the one that starts it. */
  readonly call: CallOperation;
  /** The stretch of the function in which it can run. */
  readonly beside: Range;
}

/** Where the work of a spawn starts. What one method makes and keeps, `self.thread = Thread(…)`, another one may start. */
export function startsOfSpawn(spawn: Spawn, { resolver }: Program): readonly Start[] {
  const beside = besideIn(spawn);
  if (beside) return [{ spawn, in: spawn.in, call: spawn.call, beside }];
  const worker = threadObjectOf(spawn);
  return spawn.starts.flatMap((name) =>
    resolver.callsNamed(name).flatMap(({ file, site: { call, function: index } }): readonly Start[] => {
      const within = file.functionAt(index);
      if (!within || call.callee.op !== "read" || call.callee.place.kind !== "attribute") return [];
      const isIt = resolver
        .resolve(call.callee.place.object, within)
        .some((entity) =>
          entity.kind === "instance" ? entity.class === worker : entity.kind === "object" && entity.origin?.call === spawn.call,
        );
      const from = isIt ? besideIn({ ...spawn, in: within, call, starts: [] }) : undefined;
      return from ? [{ spawn, in: within, call, beside: from }] : [];
    }),
  );
}

/** The call behind which the work runs. */
export function startingCall({ in: node, beside }: Start): CallOperation | undefined {
  let found: CallOperation | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call" && operation.end === beside.start) found ??= operation;
  });
  return found;
}

/** The functions that return while a thread goes on that they have started, themselves or by what they call, each with the first such start. */
export function leftRunning(starts: readonly Start[], { resolver }: Program): ReadonlyMap<FunctionNode, Start> {
  const leaving = new Map<FunctionNode, Start>();
  for (const start of starts) {
    const { in: node, beside, spawn } = start;
    if (spawn.width === "thread" && beside.end >= node.head.end && !leaving.has(node)) leaving.set(node, start);
  }
  let last = [...leaving];
  for (let depth = 0; depth < mostCalls && last.length > 0; depth++) {
    const next: [FunctionNode, Start][] = [];
    for (const [node, start] of last)
      for (const { call, within } of resolver.callersOf(node)) {
        if (leaving.has(within) || within.head.kind === "module" || isEndedAfter(within, call, resolver)) continue;
        leaving.set(within, start);
        next.push([within, start]);
      }
    last = next;
  }
  return leaving;
}

/** Whether the function goes on to end something, which may be the thread that the call has started. */
function isEndedAfter(node: FunctionNode, { end }: CallOperation, resolver: Resolver): boolean {
  let isEnded = false;
  walkOperations(node.facts.body, (operation) => {
    isEnded ||= operation.start >= end && mayEnd(operation, node, resolver);
  });
  return isEnded;
}

/** Whether, after this, the threads that were started before it may be over. */
export function mayEnd(operation: Operation, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  if (operation.op !== "call" || operation.callee.op !== "read") return false;
  const endsIn = (node: FunctionNode): boolean => {
    let does = false;
    walkOperations(node.facts.body, (inner) => {
      does ||= mayEnd(inner, node, resolver, depth + 1);
    });
    return does;
  };
  if (depth < mostCalls && resolver.callees(operation, within).some((callee) => endsIn(callee.function))) return true;
  const { place } = operation.callee;
  if (place.kind !== "attribute" || !ends.test(place.name) || joinsText(place.object)) return false;
  const ended = resolver.resolve(place.object, within);
  return ended.length === 0 || !ended.every((entity) => entity.kind === "object" && threadless.test(entity.type));
}

const ends = /^(join|stop|close|shutdown|wait|terminate|cancel|result)$/;

/** What has no threads of its own and tells nothing of others when it is closed or waited for. */
const threadless = /^(builtins|io|socket|ssl|select|selectors|subprocess|sqlite3|tempfile|gzip|bz2|lzma|zipfile|tarfile|mmap)\./;

const mostCalls = 2;
