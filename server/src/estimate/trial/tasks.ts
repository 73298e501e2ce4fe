import type { Machine } from "./machine.js";
import { keyOf, Observations } from "./observations.js";
import {
  BoundMethod,
  done,
  Iterator_,
  List,
  type NamedArguments,
  Native,
  Opaque,
  type Py,
  PyFunction,
  Tuple,
  Unclear,
  unclear,
} from "./values.js";

/** Something that runs functions elsewhere: a pool. */
export class Pool {}

/** What a pool hands out for a task. */
class Future {
  constructor(readonly value: Py) {}
}

/** A thread or process, until it is started. */
class Worker {
  constructor(
    readonly target: Py,
    readonly given: readonly Py[],
  ) {}
}

/** So many tasks of a function are followed; the others are like them. */
const mostTasks = 3;

/** Runs the tasks of a program where they are handed in, a few of each function, and keeps what is seen meanwhile. */
export class Tasks {
  /** By the place of the function's name. */
  readonly observed = new Map<string, Observations>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly machine: Machine) {}

  run(task: Py, given: readonly Py[], named: NamedArguments): Py {
    const { machine } = this;
    const function_ = task instanceof BoundMethod ? task.callee : task;
    if (machine.isWatching || !(function_ instanceof PyFunction)) return machine.call(task, given, named);
    const key = keyOf(function_.code.site.range);
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count > mostTasks) return new Opaque();
    const observations = this.observed.get(key) ?? new Observations();
    this.observed.set(key, observations);
    machine.isWatching = true;
    observations.isCutShort = true;
    const result = this.watched(() => machine.call(task, given, named), observations);
    observations.isCutShort = false;
    return result;
  }

  private watched(run: () => Py, observations: Observations): Py {
    const { machine } = this;
    // Of a task that came to its end, what did not is a generator that nobody asked for more.
    let unfinished: "counts" | "is left out" = "counts";
    try {
      return run();
    } catch (error) {
      if (!(error instanceof Unclear) || !error.isTooLong) unfinished = "is left out";
      throw error;
    } finally {
      for (const site of machine.seen) site.report(observations, unfinished);
      machine.seen = [];
      machine.isWatching = false;
    }
  }

  /** The results for some of all elements, as far apart as can be. */
  runEach(task: Py, elements: readonly (readonly Py[])[]): Py[] {
    const { length } = elements;
    const chosen = new Set(length <= mostTasks ? elements.keys() : [0, Math.floor(length / 2), length - 1]);
    return elements.map((given, index) => (chosen.has(index) ? this.run(task, given, new Map()) : new Opaque()));
  }
}

/** The methods of pools, futures and threads. */
export function workerMethod(machine: Machine, object: object, name: string): Native | undefined {
  const { tasks } = machine;
  const method = (call: (given: readonly Py[], named: NamedArguments) => Py): Native => new Native(name, call);
  const iterator = (items: readonly Py[]): Py => new Iterator_(machine.iterate(new List([...items])));
  if (object instanceof Pool) {
    switch (name) {
      case "submit":
        return method(([task, ...given], named) => new Future(tasks.run(task ?? null, given, named)));
      case "apply":
      case "apply_async":
        return method(([task, given], named) => {
          const value = tasks.run(task ?? null, machine.listOf(given ?? named.get("args") ?? new Tuple([])), new Map());
          return name === "apply" ? value : new Future(value);
        });
      case "map":
      case "imap":
      case "imap_unordered":
      case "map_async":
      case "starmap": {
        return method(([task, ...iterables]) => {
          const isStar = name === "starmap";
          const columns = (name === "map" ? iterables : iterables.slice(0, 1)).map((each) => machine.listOf(each));
          const rows = (columns[0] ?? []).map((item, index) =>
            isStar ? machine.listOf(item) : columns.map((column) => column[index] ?? null),
          );
          const results = tasks.runEach(task ?? null, rows);
          return name === "map_async" ? new Future(new List(results)) : name === "starmap" ? new List(results) : iterator(results);
        });
      }
      case "shutdown":
      case "close":
      case "terminate":
      case "join":
        return method(() => null);
      default:
        return undefined;
    }
  }
  if (object instanceof Future) {
    if (name === "result" || name === "get") return method(() => object.value);
    if (name === "done" || name === "ready") return method(() => true);
    if (name === "exception" || name === "wait") return method(() => null);
    return undefined;
  }
  if (object instanceof Worker) {
    if (name === "start")
      return method(() => {
        tasks.run(object.target, object.given, new Map());
        return null;
      });
    if (name === "join") return method(() => null);
    if (name === "is_alive") return method(() => false);
  }
  return undefined;
}

export function makeWorker(machine: Machine, given: readonly Py[], named: NamedArguments): Py {
  const target = named.get("target") ?? given[1];
  if (target === undefined) return unclear("a thread without a target");
  const extra = named.get("kwargs");
  if (extra !== undefined && extra !== null) unclear("keyword arguments of a thread");
  const tuple = named.get("args") ?? given[3];
  return new Worker(target, tuple === undefined ? [] : machine.listOf(tuple));
}

/** The futures that a function is given, finished. */
export function futuresOf(machine: Machine, value: Py | undefined): Py {
  const items = machine.listOf(value ?? new List([]));
  let index = 0;
  return new Iterator_(() => (index < items.length ? (items[index++] as Py) : done));
}
