import type { FunctionNode, LinkedFile } from "../entity.js";
import { EditedFile } from "../linked-file.js";
import { haveLookupsChanged, type Lookups, noChanges } from "./lookups.js";
import { haveCommon, type Part, type PartSet, partSet } from "./part-set.js";

/** What was last right before the last so many states is forgotten. */
export const statesBetweenSweeps = 32;

/** Of everything that changed in a program: in which of its states it last did. */
export class ProgramChanges {
  private present = 0;
  /** For everything that changed since the first state: the last state in which it did. */
  private changes = noChanges();
  /** The parts that changed after a state, by the state. */
  private changedAfter = new Map<number, PartSet | undefined>();
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

  /** Whether what nobody asks for in this state may be forgotten in the next. */
  get isLastBeforeSweep(): boolean {
    return (this.state + 1) % statesBetweenSweeps === 0;
  }

  /** From now on, what changes does so in the next state. */
  next(): void {
    this.present++;
    this.changedAfter.clear();
  }

  everything(): void {
    this.changes = noChanges();
    this.lastRest = this.state;
  }

  part({ part }: Part): void {
    this.changes.parts.set(part, this.state);
    this.changedAfter.clear();
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

  /** Forgets in which state parts changed, if it was before that one. */
  forgetBefore(oldest: number): void {
    const { parts } = this.changes;
    this.toldSince = oldest;
    for (const [part, state] of parts) if (state < oldest) parts.delete(part);
  }

  /** Whether something that was looked up is another than in that state. */
  haveLookups(lookups: Lookups, since: number): boolean {
    return haveLookupsChanged(this.changes, lookups, since);
  }

  /** Whether any of the parts is another than in that state. */
  have(parts: PartSet | undefined, since: number): boolean {
    if (!parts) return false;
    if (since < this.toldSince) return true;
    // Edits that follow one another change the same few parts, and there are few states that very many answers were last right for.
    let changed = this.changedAfter.get(since);
    if (!changed && !this.changedAfter.has(since)) {
      const numbers: number[] = [];
      this.changes.parts.forEach((state, part) => {
        if (state > since) numbers.push(part);
      });
      changed = partSet(numbers);
      this.changedAfter.set(since, changed);
    }
    return changed !== undefined && haveCommon(parts, changed);
  }
}
