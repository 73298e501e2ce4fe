import type { Share } from "../tasks/demand.js";
import { asFloat } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { keyOf, Observations } from "./observations.js";
import {
  BoundMethod,
  Dict,
  Float,
  Instance,
  List,
  lengthOf,
  type NamedArguments,
  Native,
  Opaque,
  type Py,
  PyFunction,
  SetValue,
  Tuple,
  Unclear,
  unclear,
} from "./values.js";

/** Something that runs functions elsewhere: a pool. */
export class Pool {
  /** What its `map` makes. */
  constructor(readonly hands: "lists" | "iterators") {}
}

/** Thrown where a task waits for what others do. */
class Blocked extends Unclear {}

/** What a pool hands out for a task. */
export class Future {
  private value: Py | undefined;

  constructor(
    private readonly tasks: Tasks,
    value?: Py,
  ) {
    this.value = value;
  }

  finish(value: Py): void {
    this.value = value;
  }

  result(): Py {
    if (this.value === undefined) this.tasks.runPending();
    return this.value ?? (this.value === null ? null : unclear("a wait without an end"));
  }
}

/** A task that was handed in, and what was seen of it if it was followed. */
interface Handed {
  /** How many come before it. */
  readonly place: number;
  /** What hands it in: a pool, or the starting of threads. */
  readonly by: object;
  /** What it is given: of which kinds, and how large in all. */
  readonly kind: string;
  readonly size: number;
  readonly seen: Observations | undefined;
  readonly steps: number;
  readonly sleptNs: number;
  /** Whether it takes from what others fill, so that what is left to it depends on who comes first. */
  readonly takes: boolean;
}

/** The tasks of one function. */
interface Tasked {
  readonly handed: Handed[];
  readonly followed: Handed[];
  /** Set where the look ended in one of them. */
  isCutShort: boolean;
  /** Of those of which only some rounds were followed, how far what was seen is likely off, as a share of it. */
  error: number | undefined;
  /** Set where one was not followed to its end. */
  isPartly: boolean;
}

interface Waiting {
  readonly by: object;
  readonly task: Py;
  readonly given: readonly Py[];
  readonly named: NamedArguments;
  readonly future: Future;
}

/** So many tasks of a function are followed whatever they take. */
const leastFollowed = 3;
/** And so many at most, where they are short. */
const mostFollowed = 64;

/** Runs the tasks of a program, some of each function, and keeps what is seen meanwhile. */
export class Tasks {
  /** What the task that is followed has put into a queue, or taken out of it. */
  moved = 0;
  taken = 0;
  private readonly tasked = new Map<string, Tasked>();
  private pending: Waiting[] = [];
  private readonly threads = {};

  constructor(private readonly machine: Machine) {}

  /** What was seen of the tasks, by the place of the function's name. */
  get observed(): ReadonlyMap<string, Observations> {
    return new Map([...this.tasked].map(([key, tasked]) => [key, summed(tasked)]));
  }

  /** Handed to a pool, which begins at once; what waits for others there goes on when they have run. */
  submit(by: object, task: Py, given: readonly Py[], named: NamedArguments): Future {
    const future = new Future(this);
    try {
      future.finish(this.run(by, task, given, named));
    } catch (error) {
      if (!(error instanceof Blocked) || this.machine.isWatching) throw error;
      this.pending.push({ by, task, given, named, future });
    }
    return future;
  }

  /** A thread that is started: it runs when somebody waits. */
  start(task: Py, given: readonly Py[], named: NamedArguments): void {
    if (this.machine.isWatching) this.machine.call(task, given, named);
    else this.pending.push({ by: this.threads, task, given, named, future: new Future(this) });
  }

  /** Runs what was started, as far as it does not wait for what never comes. */
  runPending(): void {
    if (this.machine.isWatching) return;
    let waiting = 0;
    for (let next = this.pending.shift(); next; next = this.pending.shift()) {
      try {
        next.future.finish(this.run(next.by, next.task, next.given, next.named));
        waiting = 0;
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        this.pending.push(next);
        if (++waiting > this.pending.length) {
          this.pending = [];
          return;
        }
      }
    }
  }

  /** Waits for what others do: if they have not, they run now. */
  waitFor(isThere: () => boolean): void {
    if (isThere()) return;
    if (this.machine.isWatching) throw new Blocked("a wait without an end");
    this.runPending();
    if (!isThere()) unclear("a wait without an end");
  }

  /** `isChosen`: followed whatever it takes; undefined where nobody knows how many come. */
  run(by: object, task: Py, given: readonly Py[], named: NamedArguments, isChosen?: boolean): Py {
    const { machine } = this;
    const code = codeOf(task);
    if (machine.isWatching || !code) return machine.await(machine.call(task, given, named), "may be a value");
    const key = keyOf(code.site.range);
    const tasked = this.tasked.get(key) ?? { handed: [], followed: [], isCutShort: false, error: undefined, isPartly: false };
    this.tasked.set(key, tasked);
    const input = describe([...(task instanceof BoundMethod ? [task.receiver] : []), ...given, ...named.values()]);
    const handed = { by, place: tasked.handed.length, ...input };
    const isNeeded = isChosen || (isChosen === undefined && tasked.followed.length < leastFollowed);
    if (!isNeeded && !this.isWorthIt(handed, tasked)) {
      tasked.handed.push({ ...handed, seen: undefined, steps: 0, sleptNs: 0, takes: false });
      return new Opaque();
    }
    return this.follow(() => machine.await(machine.call(task, given, named), "may be a value"), handed, tasked, isNeeded);
  }

  /** Whether one more than has to be is followed: while all is short, or where it is unlike those before. */
  private isWorthIt({ kind, size }: Pick<Handed, "kind" | "size">, { handed, followed }: Tasked): boolean {
    const { mostSteps, watchedSteps } = this.machine;
    const last = followed[followed.length - 1];
    if (last && last.steps < mostSteps / 10_000 && followed.length < 16 * mostFollowed) return true;
    if (followed.length >= mostFollowed || mostSteps < fewestForMore) return false;
    const most = Math.max(0, ...followed.map(({ steps }) => steps));
    if (watchedSteps + leastFollowed * most > mostSteps / 2) return false;
    if (watchedSteps + most < mostSteps / 8) return true;
    const sizes = followed.filter((each) => each.kind === kind).map((each) => each.size);
    const isUnlike = size > Math.max(...sizes) * muchLarger || size * muchLarger < Math.min(...sizes);
    return isUnlike || handed.length > (last?.place ?? 0) * muchLarger + 1;
  }

  private follow(run: () => Py, input: Pick<Handed, "by" | "place" | "kind" | "size">, tasked: Tasked, isNeeded: boolean): Py {
    const { machine } = this;
    const [steps, moved, taken] = [machine.weighedSteps, this.moved, this.taken];
    const seen = new Observations();
    // Of a task that came to its end, what did not is a generator that nobody asked for more.
    let unfinished: "counts" | "is left out" = "counts";
    let isKept = true;
    let isWhole = true;
    machine.isWatching = true;
    machine.slept = 0;
    machine.watchedLimit = isNeeded ? machine.mostSteps : (machine.mostSteps * 3) / 4;
    const others = isNeeded ? Math.max(0, leastFollowed - 1 - tasked.followed.length) : 0;
    machine.sampling.begin((machine.watchedLimit - machine.watchedSteps) / (1 + others));
    try {
      const found = run();
      if (!machine.sampling.hasLeftOut) return found;
      // What it made is not all that it would be.
      tasked.error = Math.max(machine.sampling.error, tasked.error ?? 0);
      return new Opaque();
    } catch (error) {
      if (error instanceof Blocked) {
        isKept = this.moved > moved;
        if (isKept) return null;
      } else if (error instanceof Unclear && error.isTooLong && !isNeeded) {
        // It is one of those that take long, and what is seen of it is the least that they do.
        isWhole = false;
        tasked.isPartly = true;
        return new Opaque();
      } else {
        // What fails where rounds are left out did not fail by itself.
        const isTooLong = error instanceof Unclear ? error.isTooLong : machine.sampling.hasLeftOut;
        if (!isTooLong) unfinished = "is left out";
        tasked.isCutShort = true;
      }
      throw error;
    } finally {
      for (const site of machine.seen) site.report(seen, unfinished);
      machine.seen = [];
      machine.isWatching = false;
      machine.watchedLimit = machine.mostSteps;
      if (isKept) {
        const [taskSteps, sleptNs] = [machine.weighedSteps - steps, machine.slept * 1e9];
        const handed = { ...input, seen, steps: taskSteps, sleptNs, takes: this.taken > taken || !isWhole };
        tasked.handed.push(handed);
        tasked.followed.push(handed);
      }
    }
  }

  /** The results for some of all elements: the first, one in the middle, the last, the largest and smallest, and others between. */
  runEach(by: object, task: Py, elements: readonly (readonly Py[])[]): Py[] {
    const { length } = elements;
    const chosen = new Set(length <= leastFollowed ? elements.keys() : [0, Math.floor(length / 2), length - 1]);
    return elements.map((given, index) => this.run(by, task, given, new Map(), chosen.has(index)));
  }
}

const muchLarger = 1.25;
/** Where an answer is about to be overtaken, no more is followed than has to be. */
const fewestForMore = 100_000;

function codeOf(task: Py): PyFunction["code"] | undefined {
  if (task instanceof BoundMethod) return codeOf(task.callee);
  if (task instanceof Native && task.inner !== undefined) return codeOf(task.inner);
  return task instanceof PyFunction ? task.code : undefined;
}

/** What a task is given, in short. */
function describe(given: readonly Py[]): Pick<Handed, "kind" | "size"> {
  let size = 0;
  const kinds: string[] = [];
  const look = (value: Py, depth: number): void => {
    const number = asFloat(value);
    if (number !== undefined) {
      size += Math.abs(number);
      kinds.push(value instanceof Float ? "float" : "int");
      return;
    }
    const length = lengthOf(value) ?? 0;
    size += length;
    if (typeof value === "string") kinds.push(length <= 16 ? `"${value}"` : "str");
    else if (value instanceof Tuple && length <= 8 && depth < 3) for (const item of value.items) look(item, depth + 1);
    else if ((value instanceof List || value instanceof Tuple) && depth < 3) {
      kinds.push("list");
      const before = size;
      const count = kinds.length;
      if (value.items.length > 0) look(value.items[0] as Py, depth + 1);
      kinds.length = count;
      // Of numbers, how many there are is what matters; of what is long itself, all of it.
      size = value.items.length > 0 && lengthOf(value.items[0] as Py) !== undefined ? before + (size - before) * length : before;
    } else if (value instanceof Instance) {
      kinds.push(value.class_.name);
      if (depth < 2) for (const held of value.attributes.values()) look(held, depth + 1);
    } else kinds.push(value instanceof Dict ? "dict" : value instanceof SetValue ? "set" : "");
  };
  for (const value of given) look(value, 0);
  return { kind: kinds.join(), size: Number.isFinite(size) ? size : 0 };
}

/** All that was seen, each task for those that are like it. */
function summed({ handed, followed, isCutShort, error, isPartly }: Tasked): Observations {
  const all = new Observations();
  all.isCutShort = isCutShort;
  all.error = error;
  all.isPartly = isPartly;
  const weights = new Map<Handed, number>();
  const batches = new Map<object, Handed[]>();
  for (const each of isCutShort ? followed : handed) {
    const standIn = each.seen ? each : nearest(each, followed);
    if (!standIn) continue;
    weights.set(standIn, (weights.get(standIn) ?? 0) + 1);
    const batch = batches.get(each.by) ?? [];
    batches.set(each.by, batch);
    batch.push(standIn);
  }
  for (const [{ seen }, weight] of weights) if (seen) all.add(seen, weight);
  if (!isCutShort && !followed.some(({ takes }) => takes)) all.batches = [...batches.values()].map(sharesOf);
  return all;
}

/** The one that was followed and is most like it. */
function nearest({ kind, size, place }: Handed, followed: readonly Handed[]): Handed | undefined {
  let found: Handed | undefined;
  let least: readonly number[] = [];
  for (const other of followed) {
    const distance = [other.kind === kind ? 0 : 1, Math.abs(other.size - size), Math.abs(other.place - place)];
    const differing = distance.findIndex((each, index) => each !== least[index]);
    if (found && (differing < 0 || (distance[differing] as number) > (least[differing] as number))) continue;
    found = other;
    least = distance;
  }
  return found;
}

/** How each compares with the average; what differs only by chance is the same. */
function sharesOf(tasks: readonly Handed[]): readonly Share[] {
  const mean = (of: (each: Handed) => number): number => tasks.reduce((sum, each) => sum + of(each), 0) / tasks.length;
  const [steps, sleptNs] = [mean((each) => each.steps), mean((each) => each.sleptNs)];
  const inputs = new Set(tasks.map(({ kind, size }) => `${kind} ${size}`));
  if (inputs.size === 1) return tasks.map(() => ({ busy: 1, wait: 1 }));
  return tasks.map((each) => ({ busy: steps > 0 ? each.steps / steps : 1, wait: sleptNs > 0 ? each.sleptNs / sleptNs : 1 }));
}
