import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import { inOrder } from "../../../base/sorted.js";
import type { ThreadRoot } from "../threads/roots.js";
import type { Access } from "./moments.js";
import { concurrency, namesOfSelf } from "./parallel.js";

/**
 * Which of some accesses can come at the same time. Those of one thread to one kind of object through the same variable meet the same others, so that of
 * thousands only the few kinds are compared, and of those only the ones whose variables are not known to hold two objects.
 */
class Meetings {
  private readonly kinds: Access[] = [];
  private readonly kindOf = new Map<Access, number>();
  private readonly byVariable: ByVariable;
  private readonly known = new Map<number, ReadonlySet<number>>();

  constructor(accesses: readonly Access[]) {
    const kinds = new Map<ThreadRoot, Map<string, number>>();
    for (const access of accesses) {
      const ofRoot = kinds.get(access.root) ?? new Map<string, number>();
      kinds.set(access.root, ofRoot);
      const key = `${access.of}|${access.through}`;
      let kind = ofRoot.get(key);
      if (kind === undefined) {
        kind = this.kinds.push(access) - 1;
        ofRoot.set(key, kind);
      }
      this.kindOf.set(access, kind);
    }
    this.byVariable = new ByVariable(this.kinds.map(({ through }) => through));
  }

  /** The kind of one of the accesses. */
  kind(access: Access): number {
    return this.kindOf.get(access) ?? -1;
  }

  /** The kinds that meet it. */
  of(access: Access): ReadonlySet<number> {
    const kind = this.kind(access);
    let met = this.known.get(kind);
    if (!met) {
      const found = [...this.byVariable.notApart(access.through)].filter((other) => concurrency(access, this.kinds[other] as Access));
      met = new Set(found);
      if (kind >= 0) this.known.set(kind, met);
    }
    return met;
  }
}

export const meetingsOf = indexed((accesses: readonly Access[]) => new Meetings(accesses));

/** Variables by their number, so that of one those are found whose objects may be the same: see `areApart`. */
class ByVariable {
  /** By the variable itself if it is a global, by each name of `self`; the others can be anything. */
  private readonly globals = new Map<string, number[]>();
  private readonly allGlobals: number[] = [];
  private readonly named = new Map<string, number[]>();
  private readonly namedFirst = new Map<string, number[]>();
  private readonly allOfSelf: number[] = [];
  private readonly others: number[] = [];

  constructor(variables: readonly string[]) {
    for (const [index, variable] of variables.entries()) {
      const names = namesOfSelf(variable);
      if (variable.startsWith("global ")) {
        append(this.globals, variable, index);
        this.allGlobals.push(index);
      } else if (names) {
        for (const name of new Set(names)) append(this.named, name, index);
        append(this.namedFirst, names[0] as string, index);
        this.allOfSelf.push(index);
      } else this.others.push(index);
    }
  }

  /** In order. */
  notApart(variable: string): Iterable<number> {
    const names = namesOfSelf(variable);
    if (variable.startsWith("global ")) return inOrder([this.globals.get(variable) ?? [], this.allOfSelf, this.others]);
    if (!names) return inOrder([this.allGlobals, this.allOfSelf, this.others]);
    const related = [this.named.get(names[0] as string) ?? [], ...names.map((name) => this.namedFirst.get(name) ?? [])];
    return inOrder([...related, this.allGlobals, this.others]);
  }
}

const byVariable = indexed((accesses: readonly Access[]) => new ByVariable(accesses.map(({ through }) => through)));

/** Those of the accesses that may be to the same object as one through the variable, in order: of hundreds of classes each has its own. */
export function* throughNoOther(accesses: readonly Access[], variable: string): Iterable<Access> {
  for (const index of byVariable(accesses).notApart(variable)) yield accesses[index] as Access;
}
