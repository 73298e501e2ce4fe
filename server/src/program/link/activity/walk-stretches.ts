import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { type HeldLock, heldBothTimes } from "../locks/locks.js";
import { againWith } from "../memory/overviews.js";
import type { Access, Acquisition, Poll, Wait } from "./moments.js";

/** What was found on the ways from one root, or from several that share what they reach. */
export interface Walked {
  readonly accesses: readonly Access[];
  /** What threads have a function do because of a look that they have made before the call: `if not store.has(key): store.add(key)`. What that does itself is among the accesses. */
  readonly actsByCall: readonly Access[];
  readonly acquisitions: readonly Acquisition[];
  readonly waits: readonly Wait[];
  readonly polls: readonly Poll[];
  readonly functions: readonly FunctionNode[];
  /** The locks held whenever a function was entered by a call. */
  readonly entries: ReadonlyMap<FunctionNode, readonly HeldLock[]>;
}

/** What a function leaves held, and what it holds at its `yield`. */
export interface Exit {
  readonly held: readonly HeldLock[];
  readonly yielded: readonly HeldLock[];
  /** What waits for a lock that was held at the call. */
  readonly takenAgain: readonly Acquisition[];
  /** How many calls from the root the function was when it was walked. */
  readonly depth: number;
}

/** What a walk has come by, those among it that walks before it have come by. */
export class Trail {
  /** What each state of each function leaves held, so that none is walked twice. */
  private readonly exits = new Map<string, Exit>();
  private readonly entries = new Map<FunctionNode, readonly HeldLock[]>();

  constructor(private readonly before: Trail | undefined) {}

  exitOf(key: string): Exit | undefined {
    for (let trail: Trail | undefined = this; trail; trail = trail.before) {
      const exit = trail.exits.get(key);
      if (exit) return exit;
    }
    return undefined;
  }

  left(key: string, exit: Exit): void {
    this.exits.set(key, exit);
  }

  entered(node: FunctionNode, held: readonly HeldLock[]): void {
    const known = this.heldOnEntry(node);
    this.entries.set(node, known ? heldBothTimes(known, held) : held);
  }

  /** The locks held whenever the function was entered by a call; undefined if it never was. */
  heldOnEntry(node: FunctionNode): readonly HeldLock[] | undefined {
    for (let trail: Trail | undefined = this; trail; trail = trail.before) {
      const held = trail.entries.get(node);
      if (held) return held;
    }
    return undefined;
  }

  allEntries(): ReadonlyMap<FunctionNode, readonly HeldLock[]> {
    return new Map([...(this.before?.allEntries() ?? []), ...this.entries]);
  }
}

/** Walks from several functions one after the other, of which none walks again what one before it has walked. It must not hold on to a program. */
export interface WalkCourse {
  /** Unique among all courses. */
  readonly key: string;
  starts(program: Program): readonly FunctionNode[];
  walk(starts: readonly FunctionNode[], trail: Trail, program: Program): Walked;
}

interface Stretch {
  readonly walked: Walked;
  readonly trail: Trail;
}

/**
 * What is found on all of a course. It is walked in stretches: after an edit only those anew that came by what has changed, and those after them if what
 * is known to them of the way before is another.
 */
export function walkedInStretches(program: Program, course: WalkCourse): Walked {
  const count = Math.ceil(course.starts(program).length / lengthOf(course, program));
  const stretches: Stretch[] = [];
  for (let index = 0; index < count; index++) stretches.push(stretchOf(program, course, index));
  const found = stretches.map(({ walked }) => walked);
  return {
    accesses: found.flatMap(({ accesses }) => accesses),
    actsByCall: found.flatMap(({ actsByCall }) => actsByCall),
    acquisitions: found.flatMap(({ acquisitions }) => acquisitions),
    waits: found.flatMap(({ waits }) => waits),
    polls: found.flatMap(({ polls }) => polls),
    functions: [...new Set(found.flatMap(({ functions }) => functions))],
    entries: stretches.at(-1)?.trail.allEntries() ?? new Map(),
  };
}

function stretchOf(program: Program, course: WalkCourse, index: number): Stretch {
  const find = (): Stretch => {
    const length = lengthOf(course, program);
    const trail = new Trail(index > 0 ? stretchOf(program, course, index - 1).trail : undefined);
    return { walked: course.walk(course.starts(program).slice(index * length, (index + 1) * length), trail, program), trail };
  };
  return program.resolver.overview(`${course.key} ${index}`, find, againWith(stretchOf, course, index));
}

/** From how many functions a stretch starts: each rests on the one before it, and these are looked at inside one another. */
function lengthOf(course: WalkCourse, program: Program): number {
  return Math.max(shortestStretch, Math.ceil(course.starts(program).length / mostStretches));
}

const shortestStretch = 3;
const mostStretches = 40;
