import { type Interval, interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { isHandedOut } from "../../program/link/resolution/inner-functions.js";

/** What a function costs, as far as the stack of calls has to know. */
export interface Standing {
  /** Whether it calls functions that called it. */
  readonly reenters: boolean;
  /** Whether calls of it from inside a loop cost something else. */
  readonly dependsOnLoop: boolean;
  /** How many calls stand one inside the other below it; infinite where they were cut off. */
  readonly height: number;
  /** The functions of the cycles that go through it: where one of them is being looked at, it costs something else. */
  readonly cycle: ReadonlySet<FunctionNode> | undefined;
}

/** A function that is being looked at. */
interface Frame {
  readonly node: FunctionNode;
  /** The place of the lowest function in the stack without which it might cost something else, and of the lowest that it calls again. */
  lowest: number;
  lowestCalled: number;
  isCalledAgain: boolean;
  height: number;
  /** How many calls of functions that are being looked at were met before it, and how many costs stood for now. */
  readonly reentriesBefore: number;
  readonly costsBefore: number;
}

/** What a function costs as seen from inside a cycle. */
interface ForNow<Cost> {
  readonly key: string;
  readonly node: FunctionNode;
  readonly cost: Cost;
  lowest: number;
  lowestCalled: number;
}

/**
 * The functions that are being looked at, each called by the one below. What a function costs that calls one of them again depends on where its cycle was
 * entered, and stands only until the function is left at which it was: so that what is remembered of a function is the same whoever asked first.
 */
export class CallStack<Cost extends Standing> {
  /** How often a call of a function was met that is being looked at. */
  reentries = 0;
  private readonly frames: Frame[] = [];
  private readonly costs: ForNow<Cost>[] = [];
  private readonly costOf = new Map<string, ForNow<Cost>>();

  enter(node: FunctionNode): void {
    const lowest = Number.POSITIVE_INFINITY;
    this.frames.push({
      node,
      lowest,
      lowestCalled: lowest,
      isCalledAgain: false,
      height: 0,
      reentriesBefore: this.reentries,
      costsBefore: this.costs.length,
    });
  }

  /** Whether something that the function on top calls, which has been looked at now, calls it again. */
  get isCycle(): boolean {
    return this.top?.isCalledAgain ?? false;
  }

  /** Leaves the function on top. `isFinal`: what it costs is right wherever it is called; otherwise it stands as long as what it depends on is looked at. */
  leave(key: string, costOf: (standing: Omit<Standing, "dependsOnLoop">) => Cost): { readonly cost: Cost; readonly isFinal: boolean } {
    const { node, lowest, lowestCalled, height, reentriesBefore, costsBefore } = this.frames.pop() as Frame;
    const place = this.frames.length;
    const below = this.top;
    if (below) below.height = Math.max(below.height, height + 1);
    if (!below || lowest >= place) {
      const inside = this.costs.splice(costsBefore);
      for (const each of inside) this.costOf.delete(each.key);
      this.reentries = reentriesBefore;
      const cycle = inside.length > 0 ? new Set(inside.map((each) => each.node)) : undefined;
      return { cost: costOf({ reenters: false, height, cycle }), isFinal: true };
    }
    // What was found inside may have called this one.
    for (const each of this.costs.slice(costsBefore)) {
      each.lowest = Math.min(each.lowest, lowest);
      if (each.lowestCalled >= place) each.lowestCalled = lowestCalled;
    }
    const cost = costOf({ reenters: lowestCalled < place, height, cycle: undefined });
    const own = { key, node, cost, lowest, lowestCalled };
    this.costs.push(own);
    this.costOf.set(key, own);
    this.restOn(below, own);
    return { cost, isFinal: false };
  }

  /** What a function costs as seen from inside the cycle that is being looked at. */
  forNow(key: string, isMeant: (cost: Cost) => boolean): Cost | undefined {
    const known = this.costOf.get(key);
    if (!known || !isMeant(known.cost)) return undefined;
    if (known.cost.reenters) this.reentries++;
    const { top } = this;
    if (top) {
      this.restOn(top, known);
      top.height = Math.max(top.height, known.cost.height + 1);
    }
    return known.cost;
  }

  private restOn(frame: Frame, { lowest, lowestCalled }: ForNow<Cost>): void {
    frame.lowest = Math.min(frame.lowest, lowest);
    frame.lowestCalled = Math.min(frame.lowestCalled, lowestCalled);
  }

  /** Whether what a function costs by itself is what it costs where it is called now; if so, it is used. */
  admits({ height, cycle }: Standing): boolean {
    if (!this.top) return true;
    if (this.frames.length + height > mostFrames) return false;
    if (cycle && this.frames.some(({ node }) => cycle.has(node))) return false;
    this.top.height = Math.max(this.top.height, height + 1);
    return true;
  }

  /** Whether the function is being looked at, so that a call of it is not looked into. */
  has(node: FunctionNode): boolean {
    const place = this.placeOf(node);
    if (place < 0) return false;
    this.dependsOn(place);
    return true;
  }

  /** The same for a call that counts as one of a recursion. */
  reenters(node: FunctionNode): boolean {
    if (!this.has(node)) return false;
    if (isHandedOut(node)) return true;
    const place = this.placeOf(node);
    (this.frames[place] as Frame).isCalledAgain = true;
    if (this.top) this.top.lowestCalled = Math.min(this.top.lowestCalled, place);
    this.reentries++;
    return true;
  }

  isOnTop(node: FunctionNode): boolean {
    return this.top?.node === node;
  }

  /** Whether so many calls stand one inside the other that no further one is looked into. */
  get isFull(): boolean {
    if (this.frames.length <= mostFrames) return false;
    this.cutOff();
    return true;
  }

  /** What is being looked at is not looked at to its end. */
  cutOff(): void {
    this.dependsOn(0);
    if (this.top) this.top.height = Number.POSITIVE_INFINITY;
  }

  private dependsOn(place: number): void {
    if (this.top) this.top.lowest = Math.min(this.top.lowest, place);
  }

  private placeOf(node: FunctionNode): number {
    return this.frames.findIndex((each) => each.node === node);
  }

  private get top(): Frame | undefined {
    return this.frames[this.frames.length - 1];
  }
}

/** How many calls there are, of functions that call one another, of the one that is called first: a parser's for each part of an expression. */
export const callsOfCycle: Interval = interval(1, 100, 10_000);

/**
 * Rounds of a loop of unknown length that calls its own function again, directly or not: each call but the first comes from a round of it, so that there are
 * about as many of one as of the other.
 */
export const roundsOfCycle: Interval = interval(0, 1, 3);

/** So many calls are looked into that stand one inside the other. */
const mostFrames = 24;
