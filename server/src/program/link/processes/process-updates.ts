import { contains, type Range } from "../../../base/range.js";
import type { Operation, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode, ObjectEntity } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import { updateRead } from "../state/updates.js";
import type { Spawn } from "../threads/spawn.js";
import { walkOperations } from "../walk.js";
import { reachedBy, sharedTypes } from "./process-locks.js";

/** A read-modify-write of what processes share, of which each read and each store is made by itself, with no lock that spans both. */
export interface ProcessUpdate {
  /** Where the processes start that do it side by side. */
  readonly spawn: Spawn;
  readonly in: FunctionNode;
  readonly write: WriteOperation;
  /** The shared object as it is written there. */
  readonly object: Value;
  /** Where it is made, once and for all of them. */
  readonly made: ObjectEntity & { readonly origin: NonNullable<ObjectEntity["origin"]> };
}

/** All that are certain: one object for several worker processes, and no lock of any kind in sight. */
export function processUpdates(program: Program): readonly ProcessUpdate[] {
  const found = new Map<WriteOperation, ProcessUpdate>();
  for (const spawn of program.spawns) {
    if (spawn.worker !== "process" || spawn.instances !== "several" || spawn.repeated !== "shown" || spawn.startedBy !== "call") continue;
    const targets = new Set(spawn.targets.map((target) => target.function));
    const reached = reachedBy(spawn, program);
    for (const node of reached) {
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "write" || found.has(operation)) return;
        const update = sharedUpdate(operation, node, program);
        if (!update || !isMadeOnceFor(update.made, spawn, reached) || takesLockFor(operation, node)) return;
        if (!targets.has(node) && isCalledUnderLock(node, reached, program)) return;
        found.set(operation, { spawn, in: node, write: operation, ...update });
      });
    }
  }
  return [...found.values()];
}

function sharedUpdate(
  write: WriteOperation,
  within: FunctionNode,
  { resolver }: Program,
): Pick<ProcessUpdate, "object" | "made"> | undefined {
  const { place } = write;
  if (place.kind === "name" || !updateRead(write, within)) return undefined;
  if (place.kind === "attribute" && place.name !== "value") return undefined;
  // Of other keys each worker may have its own.
  if (place.kind === "element" && place.index.op !== "constant") return undefined;
  const [only, ...others] = resolver.resolve(place.object, within);
  if (others.length > 0 || only?.kind !== "object" || sharedTypes.get(only.type) !== place.kind || !only.origin) return undefined;
  return { object: place.object, made: { ...only, origin: only.origin } };
}

/** Whether the object is made in the parent, once for all the processes that start there. */
function isMadeOnceFor({ origin }: ProcessUpdate["made"], spawn: Spawn, reached: ReadonlySet<FunctionNode>): boolean {
  if (reached.has(origin.in) || loopsAround(origin.in, origin.call).length > 0) return false;
  if (origin.in.head.kind === "module" && origin.in !== spawn.in) return true;
  if (origin.in !== spawn.in) return false;
  // The function may be called again and again, and make another each time: one call of it has to start several.
  return spawn.instancesOfCall === "several";
}

/** Whether the function takes any lock for it; what else a `with` holds may be one. */
function takesLockFor(at: Range, node: FunctionNode): boolean {
  let takes = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with" && contains(operation, at) && !isOpened(operation)) takes = true;
    if (operation.op === "call" && operation.start < at.start && lastNameOf(operation.callee) === "acquire") takes = true;
  });
  return takes;
}

function isOpened(operation: Operation): boolean {
  return operation.op === "with" && operation.context.op === "call" && lastNameOf(operation.context.callee) === "open";
}

function isCalledUnderLock(node: FunctionNode, reached: ReadonlySet<FunctionNode>, { resolver }: Program): boolean {
  const callers = resolver.callersOf(node).filter(({ within }) => reached.has(within));
  return callers.length === 0 || callers.some(({ call, within }) => takesLockFor(call, within) || isDecorated(within)) || isDecorated(node);
}

/** A decorator may hold a lock. */
function isDecorated(node: FunctionNode): boolean {
  return node.head.decorators.length > 0;
}
