import type { FunctionNode, LinkedFile } from "../entity.js";
import { EditedFile } from "../linked-file.js";
import { haveLookupsChanged, type Lookups, noChanges } from "./lookups.js";
import { haveCommon, type Part, type PartSet, partSet } from "./part-set.js";

/** What was last right before the last so many states is forgotten. */
export const statesBetweenSweeps = 32;

/**
 * For so many parts it is remembered when they last changed. Edits that follow one another change the same few, so that it takes long to get there; what an
 * answer rests on can be left for as long, if nothing behind it changes.
 */
const mostParts = 4096;

/** Of everything that changed in a program: in which of its states it last did. */
export class ProgramChanges {
  private present = 0;
  /** For everything that changed since the first state: the last state in which it did. */
  private changes = noChanges();
  /** The parts that changed after a state, by the state. */
  private changedAfter = new Map<number, PartSet | undefined>();
  /** Parts with the state in which they last changed, those that changed last first, once somebody has asked. */
  private newestFirst: readonly (readonly [number, number])[] | undefined;
  /** Of what changed in parts before that state, nothing is known any more. */
  private toldSince = 0;
  private lastLookups = 0;
  private lastRest = 0;

  /** The number of the present state. */
  get state(): number {
    return this.present;
  }

  /** The last state in which something changed that was looked up; those who looked have noted it. */
  get lookups(): number {
    return this.lastLookups;
  }

  /** The last state in which something else changed than a part of an edited file or what was looked up, and somebody may have looked at it. */
  get rest(): number {
    return this.lastRest;
  }

  /** From now on, what changes does so in the next state. */
  next(): void {
    this.present++;
  }

  everything(): void {
    this.changes = noChanges();
    this.forgetOrder();
    this.lastRest = this.state;
  }

  part({ part }: Part): void {
    this.changes.parts.set(part, this.state);
    this.forgetOrder();
  }

  /** There is another one in place of a file. */
  file(before: LinkedFile): void {
    this.changes.files.set(before, this.state);
    this.lastLookups = this.state;
    // Of one that was edited, everything is told to have changed.
    if (!(before instanceof EditedFile)) this.lastRest = this.state;
  }

  /** See `Lookups.names`. */
  name(name: string): void {
    this.changes.names.set(name, this.state);
    this.lastLookups = this.state;
  }

  /** What spawns give the function. */
  givenTo(node: FunctionNode): void {
    this.changes.given.set(node, this.state);
    this.lastLookups = this.state;
  }

  /** Forgets in which state parts changed, if it was before that one, once there are very many: what was last right before then has to be found anew. */
  forgetBefore(oldest: number): void {
    const { parts } = this.changes;
    if (parts.size < mostParts) return;
    this.toldSince = oldest;
    for (const [part, state] of parts) if (state < oldest) parts.delete(part);
    this.forgetOrder();
  }

  private forgetOrder(): void {
    this.changedAfter.clear();
    this.newestFirst = undefined;
  }

  /** Whether something that was looked up is another than in that state. */
  haveLookups(lookups: Lookups, since: number): boolean {
    return haveLookupsChanged(this.changes, lookups, since);
  }

  /** Whether any of the parts is another than in that state. */
  have(parts: PartSet | undefined, since: number): boolean {
    if (!parts) return false;
    if (since < this.toldSince) return true;
    const changed = this.partsAfter(since);
    return changed !== undefined && haveCommon(parts, changed);
  }

  private partsAfter(since: number): PartSet | undefined {
    if (this.changedAfter.has(since)) return this.changedAfter.get(since);
    this.newestFirst ??= [...this.changes.parts].sort(([, a], [, b]) => b - a);
    const newer = this.newestFirst.findIndex(([, state]) => state <= since);
    // Edits that follow one another change the same few parts, and few states differ in what has changed after them.
    const [, oldest = 0] = this.newestFirst[newer] ?? [];
    let changed = this.changedAfter.get(oldest);
    if (!changed && !this.changedAfter.has(oldest))
      changed = partSet((newer === -1 ? this.newestFirst : this.newestFirst.slice(0, newer)).map(([part]) => part));
    this.changedAfter.set(oldest, changed);
    this.changedAfter.set(since, changed);
    return changed;
  }
}
