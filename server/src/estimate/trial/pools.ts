import { libraryObject } from "./classes.js";
import type { Machine } from "./machine.js";
import { Future, Pool } from "./tasks.js";
import {
  BoundMethod,
  type Call,
  ClassValue,
  Coroutine,
  Dict,
  Instance,
  Iterator_,
  List,
  type NamedArguments,
  Native,
  Opaque,
  type Py,
  PyFunction,
  SetValue,
  Tuple,
  UnknownTest,
  unclear,
} from "./values.js";

/** Who takes a lock alone gets it. */
export class Lock extends Opaque {}

export function lockMethod(name: string): Py {
  return name === "acquire" ? true : name === "locked" ? false : null;
}

/** The methods of pools and futures. */
export function workerMethod(machine: Machine, object: object, name: string): Native | undefined {
  const { tasks } = machine;
  const method = (call: (given: readonly Py[], named: NamedArguments) => Py): Native => new Native(name, call);
  if (object instanceof Pool) {
    switch (name) {
      case "submit":
        return method(([task, ...given], named) => tasks.submit(object, task ?? null, given, named));
      case "apply":
      case "apply_async":
        return method(([task, given], named) => {
          const all = machine.listOf(given ?? named.get("args") ?? new Tuple([]));
          const future = tasks.submit(object, task ?? null, all, namesIn(named.get("kwds")));
          const after = named.get("callback");
          if (after !== undefined && after !== null) machine.call(after, [future.result()]);
          return name === "apply" ? future.result() : future;
        });
      case "map":
      case "imap":
      case "imap_unordered":
      case "map_async":
      case "starmap":
      case "starmap_async": {
        return method(([task, ...iterables]) => {
          const isStar = name.startsWith("starmap");
          const columns = (name === "map" ? iterables : iterables.slice(0, 1)).map((each) => machine.listOf(each));
          const count = Math.min(...columns.map(({ length }) => length));
          const rows = Array.from({ length: Number.isFinite(count) ? count : 0 }, (_, index) =>
            isStar ? machine.listOf(columns[0]?.[index] ?? null) : columns.map((column) => column[index] ?? null),
          );
          const results = tasks.runEach(object, task ?? null, rows);
          if (name.endsWith("_async")) return new Future(tasks, new List(results));
          return object.hands === "lists" && !name.startsWith("imap")
            ? new List(results)
            : new Iterator_(machine.iterate(new List(results)));
        });
      }
      case "shutdown":
      case "close":
      case "terminate":
      case "join":
        return method(() => {
          tasks.runPending();
          return null;
        });
      default:
        return undefined;
    }
  }
  if (object instanceof Future) {
    if (name === "result" || name === "get") return method(() => object.result());
    if (name === "done" || name === "ready" || name === "successful") return method(() => true);
    if (name === "exception" || name === "wait" || name === "cancel") return method(() => null);
    if (name === "add_done_callback")
      return method(([after = null]) => {
        object.result();
        return machine.call(after, [object]);
      });
  }
  return undefined;
}

/** What threads and processes are, and what inherits from them. */
function threadClass(machine: Machine): ClassValue {
  let known = made.get(machine);
  if (known) return known;
  const { tasks } = machine;
  const attributes = new Map<string, Py>();
  const define = (name: string, call: (self: Instance, given: readonly Py[], named: NamedArguments) => Py): void => {
    const checked: Call = ([self, ...given], named) => call(self instanceof Instance ? self : unclear("a thread"), given, named);
    attributes.set(name, new Native(name, checked, "method"));
  };
  define("__init__", (self, given, named) => {
    self.attributes.set(targetName, named.get("target") ?? given[1] ?? null);
    self.attributes.set(argumentsName, named.get("args") ?? given[3] ?? new Tuple([]));
    self.attributes.set(namedName, named.get("kwargs") ?? given[4] ?? null);
    self.attributes.set("name", named.get("name") ?? given[2] ?? "Thread-1");
    self.attributes.set("daemon", named.get("daemon") ?? false);
    return null;
  });
  define("start", (self) => {
    const run = self.class_.find("run");
    if (run instanceof PyFunction) tasks.start(new BoundMethod(run, self), [], new Map());
    else {
      const target = self.attributes.get(targetName) ?? null;
      if (target === null) return unclear("a thread without a target");
      tasks.start(target, machine.listOf(self.attributes.get(argumentsName) ?? null), namesIn(self.attributes.get(namedName)));
    }
    return null;
  });
  for (const name of ["join", "close", "terminate", "kill"])
    define(name, () => {
      tasks.runPending();
      return null;
    });
  define("is_alive", () => {
    tasks.runPending();
    return false;
  });
  define("run", (self) =>
    machine.call(
      self.attributes.get(targetName) ?? null,
      machine.listOf(self.attributes.get(argumentsName) ?? null),
      namesIn(self.attributes.get(namedName)),
    ),
  );
  for (const name of ["ident", "native_id", "pid", "exitcode"]) attributes.set(name, name === "exitcode" ? 0 : new Opaque());
  known = new ClassValue("Thread", [], attributes);
  made.set(machine, known);
  return known;
}

const made = new WeakMap<Machine, ClassValue>();
const targetName = "\u0000target";
const argumentsName = "\u0000args";
const namedName = "\u0000kwargs";

function namesIn(value: Py | undefined): NamedArguments {
  return new Map(value instanceof Dict ? [...value.entries.values()].map(([key, held]) => [String(key), held]) : []);
}

/** What the modules hold that run functions elsewhere, or let them wait for each other. */
export function parallel(machine: Machine, module: string, name: string): Py | undefined {
  const { tasks } = machine;
  const native = (call: Call): Py => new Native(`${module}.${name}`, call);
  if (/^(Thread|Process)PoolExecutor$|^(InterpreterPoolExecutor|Pool|ThreadPool)$/.test(name))
    return native((_given, named) => {
      const start = named.get("initializer") ?? null;
      if (start !== null) machine.call(start, machine.listOf(named.get("initargs") ?? new Tuple([])));
      return new Pool(name.endsWith("Executor") ? "iterators" : "lists");
    });
  switch (name) {
    case "Thread":
    case "Process":
      return threadClass(machine);
    case "Timer":
      return native(([, target = null, given]) => {
        const thread = machine.call(threadClass(machine), []) as Instance;
        thread.attributes.set(targetName, target);
        if (given !== undefined) thread.attributes.set(argumentsName, given);
        return thread;
      });
    case "as_completed":
      return native(([value]) => new Iterator_(machine.iterate(new List([...machine.listOf(value ?? new List([]))]))));
    case "wait":
      return native(([value]) => {
        tasks.runPending();
        return new Tuple([value ?? null, new SetValue([])]);
      });
    case "FIRST_COMPLETED":
    case "FIRST_EXCEPTION":
    case "ALL_COMPLETED":
      return name;
    case "cpu_count":
    case "process_cpu_count":
      return native(() => machine.cores);
    case "get_context":
      return native(() => machine.module("multiprocessing"));
    case "Lock":
    case "RLock":
    case "Semaphore":
    case "BoundedSemaphore":
    case "Barrier":
      return native(() => new Lock());
    case "Event":
      return native(() => event(machine));
    case "local":
      return native(() => libraryObject("local", {}));
    case "current_thread":
    case "current_process":
      return native(() => libraryObject("Thread", {}, { name: "Thread-1", daemon: false, ident: new Opaque() }));
    case "Value":
      return native(([, value = 0]) => libraryObject("Value", { get_lock: () => new Lock() }, { value }));
    case "Array":
      return native(([, value = null]) =>
        typeof value === "number" ? new List(new Array(Math.min(value, 100_000)).fill(0)) : new List([...machine.listOf(value)]),
      );
    case "Queue":
    case "SimpleQueue":
    case "JoinableQueue":
    case "LifoQueue":
    case "PriorityQueue":
      return native(() => queue(machine, name));
    default:
      return undefined;
  }
}

function event(machine: Machine): Py {
  let isSet = false;
  const change = (to: boolean) => () => {
    isSet = to;
    return null;
  };
  return libraryObject("Event", {
    set: change(true),
    clear: change(false),
    is_set: () => {
      // Whether it was before the task looked depends on who came first.
      if (machine.isWatching) throw new UnknownTest("what others set");
      return isSet;
    },
    wait: () => {
      machine.tasks.waitFor(() => isSet);
      return true;
    },
  });
}

/** A queue, as one thread after the other comes to it. */
function queue(machine: Machine, kind: string): Py {
  const { tasks } = machine;
  const items: Py[] = [];
  const put: Call = ([item = null]) => {
    tasks.moved++;
    items.push(item);
    machine.tick(items.length / 4096);
    if (kind === "PriorityQueue") {
      let at = items.length - 1;
      while (at > 0 && machine.order(item, items[at - 1] as Py) < 0) {
        items[at] = items[at - 1] as Py;
        at--;
        machine.tick(0.1);
      }
      items[at] = item;
    }
    return null;
  };
  const take = (): Py => {
    machine.tick(items.length / 4096);
    tasks.moved++;
    tasks.taken++;
    return (kind === "LifoQueue" ? items.pop() : items.shift()) as Py;
  };
  const takeNow: Call = () => (items.length === 0 ? machine.fail("Empty", "") : take());
  return libraryObject("Queue", {
    put,
    put_nowait: put,
    get: (given, named) => {
      const waits = given[0] ?? named.get("block") ?? true;
      if (waits === false) return takeNow(given, named);
      if (items.length === 0 && (named.get("timeout") ?? given[1] ?? null) !== null) {
        machine.tasks.runPending();
        return takeNow(given, named);
      }
      tasks.taken++;
      tasks.waitFor(() => items.length > 0);
      return take();
    },
    get_nowait: takeNow,
    qsize: () => items.length,
    empty: () => items.length === 0,
    full: () => false,
    task_done: () => null,
    close: () => null,
    join: () => {
      tasks.runPending();
      return null;
    },
    join_thread: () => null,
    cancel_join_thread: () => null,
  });
}

/** What `asyncio` holds: what is awaited, or made a task, runs to its end at once. */
export function asynchronous(machine: Machine, name: string): Py | undefined {
  const { tasks } = machine;
  const native = (call: Call): Py => new Native(`asyncio.${name}`, call);
  const finished = (value: Py): Py => new Future(tasks, value);
  const elsewhere: Call = ([task = null, ...given], named) => tasks.submit(elsewhere, task, given, named);
  const awaited: Call = ([value = null]) => machine.await(value);
  const begun: Call = ([value = null]) => finished(machine.await(value));
  switch (name) {
    case "run":
      return native(awaited);
    case "sleep":
      return native((given) => {
        machine.sleep(given[0] ?? null);
        return finished(given[1] ?? null);
      });
    case "gather":
      return native((given) => finished(new List(given.map((each) => machine.await(each)))));
    case "create_task":
    case "ensure_future":
    case "wait_for":
    case "shield":
      return native(begun);
    case "to_thread":
      return native(elsewhere);
    case "as_completed":
      return native(([value = null]) => new Iterator_(machine.iterate(new List([...machine.listOf(value)]))));
    case "wait":
      return native(([value = null]) => {
        for (const each of machine.listOf(value)) machine.await(each);
        return finished(new Tuple([value, new SetValue([])]));
      });
    case "TaskGroup":
      return native(() => {
        const group: Py = libraryObject("TaskGroup", { create_task: begun, __aenter__: () => group, __aexit__: () => false });
        return group;
      });
    case "get_running_loop":
    case "get_event_loop":
    case "new_event_loop":
      return native(() =>
        libraryObject("EventLoop", {
          run_in_executor: ([, ...given], named) => elsewhere(given, named),
          run_until_complete: awaited,
          create_task: begun,
          close: () => null,
          time: () => new Opaque(),
        }),
      );
    case "Lock":
    case "Semaphore":
    case "BoundedSemaphore":
      return native(() => new Lock());
    case "Queue":
    case "LifoQueue":
    case "PriorityQueue":
      return native(() => {
        const plain = queue(machine, name) as Instance;
        const waiting = new Map([...plain.class_.attributes]);
        for (const method of ["put", "get", "join"]) {
          const found = waiting.get(method) as Native;
          plain.class_.attributes.set(method, new Native(method, (given, named) => new Coroutine(() => found.call(given, named))));
        }
        return plain;
      });
    default:
      return undefined;
  }
}
