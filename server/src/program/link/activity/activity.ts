import type { FunctionNode, LinkedFile } from "../entity.js";
import type { Program } from "../link.js";
import { functionsThat } from "../linked-file.js";
import { isCalledUnderLock } from "../locks/called-under-lock.js";
import { type HeldLock, heldBothTimes } from "../locks/locks.js";
import { againWith, overviewOf, overviewOfFiles } from "../memory/overviews.js";
import { sameStructure } from "../memory/same-structure.js";
import { entriesOf, type PromiseOfRoot, promiseAt, sharingPromises } from "../sharing/promises.js";
import { callerRoots } from "../threads/caller-roots.js";
import { type ThreadRoot, threadRoots } from "../threads/roots.js";
import { takingLocks } from "./held.js";
import type { Access, Acquisition } from "./moments.js";
import { type WalkCourse, type Walked, walkedInStretches } from "./walk-stretches.js";

import { type Purpose, Walker } from "./walker.js";

/** Everything that threads of a program do that others can notice. */
export interface Activity extends Omit<Walked, "functions" | "entries"> {
  /** What changes the state that polls look at, also where no thread touches it otherwise. */
  readonly changesForPolls: readonly Access[];
  /** The functions that threads run, as far as the program shows or promises it; what runs only beside them is not among them. */
  readonly threaded: ReadonlySet<FunctionNode>;
}

/** What the program's threads do, what their makers do beside them, and what code does that promises to be shared. Found once per program. */
export function activityOf(program: Program): Activity {
  return overviewOf(program, "activity", findActivity);
}

/** One part of it: who asks depends on what that comes to. */
export function partOfActivity<Part extends keyof Activity>(program: Program, part: Part): Activity[Part] {
  return overviewOf(program, `activity: ${part}`, partFinders[part]) as Activity[Part];
}

const partFinders: { readonly [Part in keyof Activity]: (program: Program) => Activity[Part] } = {
  accesses: (program) => activityOf(program).accesses,
  actsByCall: (program) => activityOf(program).actsByCall,
  polls: (program) => activityOf(program).polls,
  changesForPolls: (program) => activityOf(program).changesForPolls,
  acquisitions: (program) => activityOf(program).acquisitions,
  waits: (program) => activityOf(program).waits,
  threaded: (program) => activityOf(program).threaded,
};

function callerRootsOf(program: Program): readonly ThreadRoot[] {
  return callerRoots(program, threadRoots(program));
}

function findActivity(program: Program): Activity {
  const roots = threadRoots(program);
  const threads = [
    ...roots.map((root) => walked(program, root.function.file, rootIdentity(root, program), walkFrom(root))),
    ...sharingPromises(program).map((promise) => walkedPromise(program, promise)),
  ];
  const locations = new Set(threads.flatMap(({ accesses }) => accesses.map((access) => access.location)));
  const beside: Walked[] = [];
  const waiting: Walked[] = [];
  for (const root of overviewOf(program, "caller roots", callerRootsOf)) {
    const held = heldOnEntry(root.function, threads);
    const key = `${rootIdentity(root, program)} ${held.map((lock) => lock.key).join("|")}`;
    beside.push(walked(program, root.function.file, key, walkFrom(root, held)));
    if (root.kind !== "caller") continue;
    // What a caller waits for ends the stretch that runs beside its threads, so waits are looked for beyond it.
    const beyond = { ...root, within: root.within && { start: root.within.start, end: root.function.head.end } };
    waiting.push(walked(program, root.function.file, `${key} beyond`, walkFrom(beyond, held), "waits of threads"));
  }
  return {
    // Code beside the threads matters only for what the threads touch.
    accesses: [...threads, ...beside].flatMap(({ accesses }, index) =>
      index < threads.length ? accesses : accesses.filter((access) => locations.has(access.location)),
    ),
    actsByCall: threads.flatMap(({ actsByCall }) => actsByCall),
    acquisitions: [...threads, ...beside].flatMap(({ acquisitions }) => acquisitions),
    waits: [...threads, ...waiting].flatMap(({ waits }) => waits),
    ...pollsOf([...threads, ...beside]),
    threaded: new Set(threads.flatMap(({ functions }) => functions)),
  };
}

function pollsOf(ways: readonly Walked[]): Pick<Activity, "polls" | "changesForPolls"> {
  const polls = ways.flatMap((way) => way.polls);
  const locations = new Set(polls.flatMap(({ looks }) => looks.flatMap(({ access }) => [access.location, `${access.location}[]`])));
  const changesForPolls = ways.flatMap(({ accesses }) =>
    accesses.filter(({ location, does }) => locations.has(location) && changing.has(does)),
  );
  return { polls, changesForPolls };
}

const changing: ReadonlySet<Access["does"]> = new Set(["assign", "update", "delete", "change", "insert"]);

/**
 * The locks that are taken on the ways from every function that takes one, whoever runs it: in coroutines, too, through what they await, and
 * locks that nobody else can reach. For what goes wrong without a second thread.
 */
export function acquisitionsOfAnyone(program: Program): readonly Acquisition[] {
  return overviewOfFiles(program, "acquisitions of anyone", (file, now) => {
    const takers = functionsThat(file, takingLocks);
    if (takers.length === 0) return [];
    return walkedInStretches(now, courseOfTakers(file.path)).acquisitions;
  });
}

function courseOfTakers(path: string): WalkCourse {
  return {
    key: `takers of locks ${path}`,
    starts: (program) => {
      const file = program.file(path);
      return file ? functionsThat(file, takingLocks) : [];
    },
    walk: (starts, trail, program) => {
      const walker = new Walker(program, "locks of anyone", trail);
      for (const node of starts) walker.taker(node);
      return walker.found();
    },
  };
}

/** It lives as long as what it has found is remembered, and so must not hold on to a program. */
type Walk = (walker: Walker, program: Program) => void;

function walkFrom(root: ThreadRoot, held: readonly HeldLock[] = []): Walk {
  return (walker) => walker.root(root, held);
}

/** Walks, or takes over what the same walk found in an earlier state of the program, if nothing that it came by has changed since. */
function walked(program: Program, file: LinkedFile, key: string, walk: Walk, purpose: Purpose = "all of threads"): Walked {
  const find = (): Walked => {
    const walker = new Walker(program, purpose);
    walk(walker, program);
    return walker.found();
  };
  return program.resolver.remembered(file, key, find, sameStructure, againWith(walked, file, key, walk, purpose));
}

function walkedPromise(program: Program, { key, file }: PromiseOfRoot): Walked {
  const { path } = file;
  return overviewOf(program, `walk of ${key}`, (now) => walkedInStretches(now, courseOfPromise(path, key)));
}

function courseOfPromise(path: string, key: string): WalkCourse {
  return {
    key,
    starts: (program) => entriesInOrder(program, path, key),
    walk: (starts, trail, program) => {
      const walker = new Walker(program, "all of threads", trail);
      const promise = promiseAt(program, path, key);
      for (const entry of promise ? starts : []) {
        // A public function that its own module calls with a lock held, every time, is written to be called so.
        if ((trail.heldOnEntry(entry) ?? []).length > 0 || isCalledUnderLock(entry, program)) continue;
        walker.root({ kind: "promised", key, promise: promise as PromiseOfRoot, function: entry, instances: "several" });
      }
      return walker.found();
    },
  };
}

/** The entries of a promise: those that nothing beside them calls come first. */
function entriesInOrder(program: Program, path: string, key: string): readonly FunctionNode[] {
  return overviewOf(program, `entries in order of ${key}`, (now) => {
    const entries = entriesOf(path, key, now);
    const isCalledBeside = (entry: FunctionNode): boolean => now.resolver.callersOf(entry).some(({ within }) => within.file.path === path);
    const calledBeside = entries.filter(isCalledBeside);
    return [...entries.filter((each) => !calledBeside.includes(each)), ...calledBeside];
  });
}

/** The locks held whenever the function was entered by a call on any of the ways. */
function heldOnEntry(node: FunctionNode, ways: readonly Walked[]): readonly HeldLock[] {
  let held: readonly HeldLock[] | undefined;
  for (const { entries } of ways) {
    const known = entries.get(node);
    if (known) held = held ? heldBothTimes(held, known) : known;
  }
  return held ?? [];
}

/** Equal for roots from which the same walk starts. */
function rootIdentity(root: ThreadRoot, program: Program): string {
  const { memory } = program.resolver.memoryOf(root.function.file);
  const partIdentity = (part: object): number => memory.identityOf(part);
  const start = `${root.key} ${partIdentity(root.function)} ${root.instances}`;
  switch (root.kind) {
    case "spawn":
      return `${start} ${partIdentity(root.spawn)} ${root.repeated} ${[...root.startedBy].map(partIdentity).join()}`;
    case "handler":
      return `${start} ${partIdentity(root.class)} ${root.base}${root.served ? ` ${partIdentity(root.served)}` : ""}`;
    case "entry":
      return `${start} ${root.entry.by} ${root.entry.turn ?? ""}`;
    case "caller":
      return `${start} ${partIdentity(root.beside)} ${root.within?.start}-${root.within?.end} ${root.evidence}`;
    case "marked":
    case "promised":
      return start;
  }
}
