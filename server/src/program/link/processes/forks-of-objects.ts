import { contains, type Range } from "../../../base/range.js";
import { acquisitionsOfAnyone } from "../activity/activity.js";
import type { Acquisition } from "../activity/moments.js";
import { reachedWithin } from "../activity/reached-functions.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import type { Start } from "../threads/left-running.js";
import { walkOperations } from "../walk.js";

/**
 * A thread that another method of the object has started and left running, when nothing shows in which order the two are called: it takes a lock that
 * the child of an `os.fork` waits for. The child is one that does some work and ends, so that the parent goes on with its threads.
 */
export function threadOfObject(fork: FunctionNode, at: Range, left: ReadonlyMap<FunctionNode, Start>, program: Program): Start | undefined {
  const { resolver } = program;
  const owner = resolver.enclosingClass(fork);
  if (!owner || left.size === 0) return undefined;
  const siblings = [...left].filter(([node]) => node !== fork && resolver.enclosingClass(node) === owner);
  const end = siblings.length > 0 ? endOfChild(fork, at, program) : undefined;
  if (end === undefined) return undefined;
  const child = { start: at.end, end };
  const inChild = calledIn(fork, child, program);
  const acquisitions = knownLocks(program);
  const isChilds = (taken: Acquisition): boolean =>
    inChild.has(taken.function) || (taken.function === fork && isOfChild(fork, taken.range, child));
  const waited = new Set(acquisitions.filter(isChilds).map(({ lock }) => lock.key));
  if (waited.size === 0) return undefined;
  return siblings.find(([node, { spawn }]) => {
    // What the child itself starts is no thread of the parent.
    if (inChild.has(node)) return false;
    const run = reachedWithin(
      spawn.targets.map((target) => target.function),
      { steps: mostSteps, most: mostFunctions, doubtful: "left out" },
      resolver,
    );
    return acquisitions.some((taken) => run.has(taken.function) && waited.has(taken.lock.key));
  })?.[1];
}

/** Where the child surely ends: the last `os._exit` behind the fork. A parent that ends at once does so before the child has done anything. */
function endOfChild(node: FunctionNode, at: Range, { resolver }: Program): number | undefined {
  let end: number | undefined;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start < at.end) return;
    if (resolver.externalCallees(operation, node).includes("os._exit")) end = operation.start;
  });
  return end;
}

/**
 * Whether the place is the child's: not in an arm that the parent goes, which has no `os._exit` where another one has, or leaves the function for what the
 * child does further down.
 */
function isOfChild(node: FunctionNode, place: Range, { start, end }: Range): boolean {
  if (place.start < start || place.end > end) return false;
  let isIt = true;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "branch" || operation.start < start) return;
    const holding = operation.arms.find((arm) => arm.some((inner) => contains(inner, place)));
    if (!holding || holding.some((inner) => contains(inner, { start: end, end }))) return;
    const endsElsewhere = operation.arms.some((arm) => arm.some((inner) => contains(inner, { start: end, end })));
    isIt &&= !endsElsewhere && holding.at(-1)?.op !== "return";
  });
  return isIt;
}

/** The functions that run because of the child's calls. */
function calledIn(node: FunctionNode, child: Range, { resolver }: Program): ReadonlySet<FunctionNode> {
  const called: FunctionNode[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call" || !isOfChild(node, operation, child)) return;
    const callees = resolver.callees(operation, node);
    if (callees.length === 1) called.push(...callees.map((callee) => callee.function));
  });
  return reachedWithin(called, { steps: mostSteps, most: mostFunctions, doubtful: "left out" }, resolver);
}

/** Locks for threads that somebody waits for, and that stand for the same one wherever they are taken. */
function knownLocks(program: Program): readonly Acquisition[] {
  return acquisitionsOfAnyone(program).filter(
    ({ path, lock, waits }) => lock.scope === "threads" && lock.identity !== "by-name" && waits === "until-free" && path.length === 0,
  );
}

const mostSteps = 3;
const mostFunctions = 60;
