import type { CallOperation } from "../../operation.js";
import { type Entity, type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import { isGivenAnew } from "../resolution/given-anew.js";
import { parentOf } from "../resolution/resolver.js";
import { isAwaitedAtOnce } from "../threads/joined-at-once.js";
import type { ThreadRoot } from "../threads/roots.js";
import type { Spawn } from "../threads/spawn.js";
import { startsSeveral } from "../threads/spawn-counts.js";
import { functionOfKey, isWithin, ownerOfCell } from "./cells.js";

/** Which state a call makes or brings along for the threads that it starts: another call, and the threads of that, have state of their own. */
export class MadeForStart {
  /** Whether a function, once called, comes to start the work of a spawn only once; by spawn and function. */
  private readonly startedOnce = new Map<string, boolean>();

  constructor(private readonly program: Program) {}

  /**
   * The variables that a thread's function, defined where it is spawned or on the way there, brings along and that are other objects in each call
   * of the function around it: the object of a method, and a parameter that every caller fills with something new.
   */
  broughtAlong({ function: target, spawn }: Extract<ThreadRoot, { kind: "spawn" }>): readonly string[] {
    const { resolver } = this.program;
    const keys: string[] = [];
    for (let around = parentOf(target); around && around.index > 0; around = parentOf(around)) {
      const node = around;
      const handsOn = resolver.callersOf(spawn.in).filter(({ within }) => within === node);
      const isOneForEachCall =
        node === spawn.in || (handsOn.length > 0 && handsOn.every(({ call }) => loopsAround(node, call).length === 0));
      if (node.head.kind !== "function" || !isOneForEachCall) continue;
      node.head.parameters.forEach(({ name }, index) => {
        const isReceiver = index === 0 && node.head.class !== undefined;
        if (isReceiver || isGivenAnew(name, node, resolver)) keys.push(`cell ${functionKey(node)} ${name}`);
      });
    }
    return keys;
  }

  /** Whether the key is that of a local variable for which each call of the function makes a value of its own, or of a parameter that is given one. */
  isMadeIn(node: FunctionNode, key: string): boolean {
    const prefix = `cell ${functionKey(node)} `;
    if (node.index === 0 || !key.startsWith(prefix)) return false;
    const name = /^[^.[ ]+/.exec(key.slice(prefix.length))?.[0] ?? "";
    if (node.head.parameters.some((parameter) => parameter.name === name)) return isGivenAnew(name, node, this.program.resolver);
    return (node.bound(name) ?? []).every((bound) => {
      // `left, right = socketpair()` makes both.
      const value = bound.op === "item-of" && bound.value.op === "call" ? bound.value : bound;
      if (value.op !== "call") return value.op !== "read" && value.op !== "choice" && value.op !== "element-of" && value.op !== "item-of";
      return this.program.resolver.resolve(value.callee, node).some((callee) => callee.kind === "class" || callee.kind === "external");
    });
  }

  /** Whether the key is that of a local variable of a function that hands code to the spawning function, and does so once in each of its calls. */
  isOfGiver({ spawn, target }: Extract<ThreadRoot, { kind: "spawn" }>, key: string): boolean {
    if (!key.startsWith("cell ")) return false;
    const { resolver } = this.program;
    const isTarget = (entity: Entity): boolean => entity.kind === "function" && entity.function === target.function;
    const givers = resolver
      .callersOf(spawn.in)
      .filter(({ within }) => key.startsWith(`cell ${functionKey(within)} `))
      .filter(({ call, within }) => call.arguments.some(({ value }) => resolver.resolve(value, within).some(isTarget)));
    const [only] = givers;
    return only !== undefined && givers.length === 1 && !startsSeveral(only.call, only.within) && this.isMadeIn(only.within, key);
  }

  /**
   * Whether the location is a variable of a function around the coroutine that starts the thread and waits for it: of a stream, say, of which the
   * coroutine reads the parts one by one.
   */
  isAroundAwaited(spawn: Spawn, location: string): boolean {
    if (!location.startsWith("cell ") || !isAwaitedAtOnce(spawn.call, spawn.in)) return false;
    for (let around = parentOf(spawn.in); around; around = parentOf(around)) if (this.isMadeIn(around, location)) return true;
    return false;
  }

  /**
   * Whether the location is a variable of a function that is not seen to start several threads: its closures get to the thread by way of a
   * scheduler, say, which has timers for the closures of many calls, and each call has variables of its own.
   */
  isOfCallsElsewhere(spawn: Spawn, location: string): boolean {
    const ownerKey = ownerOfCell(location);
    const owner = ownerKey === undefined ? undefined : functionOfKey(ownerKey, this.program);
    if (ownerKey === undefined || !owner || owner.index === 0 || isWithin(spawn.in, ownerKey)) return false;
    const key = `${spawn.call.start} ${functionKey(spawn.in)} ${ownerKey}`;
    const known = this.startedOnce.get(key);
    if (known !== undefined) return known;
    const starts = this.callsTowards(spawn.in, owner);
    const [only] = starts;
    const isOnce = only === undefined || (starts.length === 1 && !startsSeveral(only, owner));
    this.startedOnce.set(key, isOnce);
    return isOnce;
  }

  /** The calls in a function from which others lead to the second one. */
  private callsTowards(node: FunctionNode, from: FunctionNode): readonly CallOperation[] {
    const calls: CallOperation[] = [];
    const ways = new Set([node]);
    for (const way of ways) {
      for (const { call, within } of this.program.resolver.callersOf(way)) {
        if (within === from) calls.push(call);
        else if (ways.size < maximumWays) ways.add(within);
      }
    }
    return calls;
  }
}

const maximumWays = 40;
