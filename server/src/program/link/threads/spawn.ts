import type { PoolSize, WorkerKind } from "../../../knowledge/entry.js";
import type { CallOperation, Value } from "../../operation.js";
import { type ClassNode, type Entity, type FunctionNode, functionKey } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { isHandedOut } from "../resolution/inner-functions.js";

/** A value and the function in whose scope it is to be read. */
export interface ScopedValue {
  readonly value: Value;
  readonly in: FunctionNode;
}

/** A function of the program that a spawn runs, with what it is given. */
export interface SpawnTarget {
  readonly function: FunctionNode;
  /** What the first parameter of a method is bound to, as an entity and as the expression it stands in. */
  readonly receiver: Entity | undefined;
  readonly receiverValue: ScopedValue | undefined;
  /** What parameters are bound to. */
  readonly arguments: ReadonlyMap<string, GivenValue>;
  /** What `*arguments` gathers. */
  readonly gathered: readonly GivenValue[];
  /** The expression that names the function; undefined where a library knows it by a name of its own. */
  readonly namedBy: ScopedValue | undefined;
}

/** What a target is given; `element`: each task gets another element of the value. */
export interface GivenValue extends ScopedValue {
  readonly how: "whole" | "element";
}

/** The pool that runs the work. */
export interface SpawnPool {
  /** The expression of its size, if one is given. */
  readonly size: ScopedValue | undefined;
  readonly defaultSize: readonly PoolSize[];
  /** The call that made it, if it is known. */
  readonly made: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
}

/** A place that starts work somewhere else. */
export interface Spawn {
  readonly in: FunctionNode;
  readonly call: CallOperation;
  /** The qualified name of what starts the work: `threading.Thread`, `concurrent.futures.ThreadPoolExecutor.map`. */
  readonly spawner: string;
  readonly worker: WorkerKind;
  readonly targets: readonly SpawnTarget[];
  /** Targets outside the program, by qualified name. */
  readonly externalTargets: readonly string[];
  readonly pool: SpawnPool | undefined;
  /** The iterables whose elements make one task each; empty if the spawn makes one task. */
  readonly items: readonly Value[];
  /** Whether several of its workers can run at once. */
  readonly instances: "one" | "several";
  /**
   * Where the number of workers comes from: `shown` by a loop, a pool or elements; `guessed` where the function that starts one is called from several
   * places, each of which may have its own time or its own object.
   */
  readonly repeated: "shown" | "guessed";
  /** The same for one object, where the target is a method of it: a method that starts a thread on itself is called once for each object. */
  readonly instancesOfOne: "one" | "several";
  /** The same for what one call of the spawning function makes or is given: several only where that call starts several. */
  readonly instancesOfCall: "one" | "several";
  /** How it reads in a sentence; `handlers` are called for events and results, and are no tasks that the program hands out. */
  readonly width: "thread" | "pool" | "handlers" | "task";
  /** Whether the work starts here, or the function is only made known here. */
  readonly startedBy: "call" | "library";
  /** The methods of what the call returns that set the work going; none if the call itself does. */
  readonly starts: readonly string[];
  /** Equal for work that one thread takes in turns; undefined if it does not have to. */
  readonly turn: string | undefined;
  /** Methods after which the work is over: `join`, `loop_stop`. */
  readonly joinedBy: readonly string[];
}

/** The class of the object that the spawn's call makes, where that object is the worker: `Ticker()` of `class Ticker(Thread)`. */
export function threadObjectOf({ call, targets }: Spawn): ClassNode | undefined {
  const [target] = targets;
  return target?.receiver?.kind === "instance" && target.receiverValue?.value === call ? target.receiver.class : undefined;
}

/** A stable identity for a spawn. */
export function spawnKey(spawn: Spawn): string {
  return `${functionKey(spawn.in)}@${spawn.call.start}`;
}

/** The name by which the program knows what a target runs: for what a decorator or a factory returned, the one that it is given as. */
export function nameOfTarget({ function: node, namedBy }: SpawnTarget): string {
  return (isHandedOut(node) && namedBy && lastNameOf(namedBy.value)) || node.head.name;
}
