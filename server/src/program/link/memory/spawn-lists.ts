import { append } from "../../../base/append.js";
import type { CallOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Spawn } from "../threads/spawn.js";
import type { NewPart, Part } from "./part-set.js";

/**
 * The spawns of a program by what is asked for, each list with a part of its own: after an edit that starts something else somewhere, whoever looked at
 * other lists need not look again. Lists keep the order of the program.
 */
export class SpawnLists {
  private readonly byFunction: KeyedLists<FunctionNode>;
  private readonly byTarget: KeyedLists<FunctionNode>;
  private readonly byPool: KeyedLists<CallOperation>;

  /** `read` is told of each list that is asked for, `changed` of those that are others now. */
  constructor(read: (part: Part) => void, changed: (part: Part) => void, newPart: NewPart) {
    this.byFunction = new KeyedLists(read, changed, newPart);
    this.byTarget = new KeyedLists(read, changed, newPart);
    this.byPool = new KeyedLists(read, changed, newPart);
  }

  /** The spawns are others now; those that are as they were are the objects that they were. */
  update(spawns: readonly Spawn[]): void {
    this.byFunction.update(spawns, (spawn) => [spawn.in]);
    this.byTarget.update(spawns, (spawn) => new Set(spawn.targets.map((target) => target.function)));
    this.byPool.update(spawns, ({ pool }) => (pool?.made ? [pool.made.call] : []));
  }

  /** The lists as they are now, which a program keeps that outlives its state. */
  present(): SpawnLookups {
    return { spawnsIn: this.byFunction.present(), spawnsRunning: this.byTarget.present(), spawnsOfPool: this.byPool.present() };
  }
}

/** Who asks for one of these lists depends on no others. */
export interface SpawnLookups {
  /** The spawns in one function. */
  readonly spawnsIn: (node: FunctionNode) => readonly Spawn[];
  /** Those that run the function. */
  readonly spawnsRunning: (node: FunctionNode) => readonly Spawn[];
  /** Those that give work to the pool that the call makes. */
  readonly spawnsOfPool: (made: CallOperation) => readonly Spawn[];
}

class KeyedLists<Key extends object> {
  private lists: ReadonlyMap<Key, readonly Spawn[]> = new Map();
  /** Stand for the lists that somebody has asked for. */
  private readonly parts = new WeakMap<Key, Part>();

  constructor(
    private readonly read: (part: Part) => void,
    private readonly changed: (part: Part) => void,
    private readonly newPart: NewPart,
  ) {}

  present(): (key: Key) => readonly Spawn[] {
    const { lists } = this;
    return (key) => {
      this.read(this.partOf(key));
      return lists.get(key) ?? none;
    };
  }

  private partOf(key: Key): Part {
    let part = this.parts.get(key);
    if (!part) {
      part = { part: this.newPart() };
      this.parts.set(key, part);
    }
    return part;
  }

  update(spawns: readonly Spawn[], keysOf: (spawn: Spawn) => Iterable<Key>): void {
    const before = this.lists;
    const now = new Map<Key, Spawn[]>();
    for (const spawn of spawns) for (const key of keysOf(spawn)) append(now, key, spawn);
    this.lists = now;
    for (const key of new Set([...before.keys(), ...now.keys()])) {
      const part = this.parts.get(key);
      if (part && !areSame(before.get(key) ?? none, now.get(key) ?? none)) this.changed(part);
    }
  }
}

function areSame(some: readonly Spawn[], others: readonly Spawn[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

const none: readonly never[] = [];
