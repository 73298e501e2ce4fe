import {
  type Compilation,
  compile as compileSteps,
  guardedAtEnd,
  interpreterProgram,
  type Program,
  visiting,
  waitProgram,
} from "./instructions.js";
import type { Broker, Runtime } from "./runtime.js";
import { run, type Thread } from "./thread.js";
import { demandOf, type Pool, type TaskGroup } from "./workload.js";

/** What the engine does for those who start threads. */
export interface ThreadServices {
  readonly runtime: Runtime;
  readonly compilation: Compilation;
  readonly cores: number;
  /** `thread-1`, `thread-2` …: a name of that kind that no other thread has. */
  numberedName(kind: string): string;
  /** A thread that begins to run as soon as the machine has woken it. */
  spawn(name: string, home: "main" | "worker", program: Program, atEnd: Thread["atEnd"]): Thread;
  /** The thread gives up interpreter lock and core until `wake`. */
  sleep(thread: Thread, waitsFor: string): void;
  wake(thread: Thread): void;
  /** One of so many workers is through with a task; so many are still to be handed in. `enough`: those that nobody has taken may be left out. */
  taskDone(workers: number, toHandIn: number): "go-on" | "enough";
  /** So many were left out, some of them not even handed in. */
  leftOut(tasks: number, notHandedIn: number): void;
  end(thread: Thread): void;
}

/**
 * An executor at work on `list(executor.map(task, items))`: a submitter thread hands all tasks in, workers draw them from one
 * queue, and the submitter collects the results in order. Between processes two threads of the parent carry tasks and results
 * (concurrent/futures/process.py, `_ExecutorManagerThread` and its call queue's feeder thread).
 */
export function startPool(services: ThreadServices, pool: Pool, poolName: string): void {
  const { runtime } = services;
  const { handOver, start } = runtime;
  const { broker } = handOver;
  const groups = pool.tasks.filter((group) => group.count > 0);
  const tasks = groups.reduce((sum, group) => sum + group.count, 0);
  const chunkSize = broker ? Math.max(1, Math.floor(pool.chunkSize ?? 1)) : 1;
  let chunks = Math.ceil(tasks / chunkSize);
  const between = broker ? betweenHandOvers(broker, groups, tasks, chunkSize) : 0;
  const cold = broker ? 1 + (broker.coldTimes - 1) * between : 1;
  const workerCold = broker ? 1 + ((pool.workers > services.cores ? broker.crowdedColdTimes : broker.workerColdTimes) - 1) * between : 1;
  const groupStarts = prefixSums(groups);
  const idleLock = handOver.idleLock && services.compilation.lockNumber(`of the idle workers of ${poolName}`);
  const programs = groups.map((group) => {
    const program = taskProgram(services, group, chunkSize, workerCold);
    return idleLock === undefined ? program : guardedAtEnd(program, idleLock, handOver.idleLock?.workerNs ?? 0);
  });
  const ofWorker = (ns: number): Program => {
    const program = interpreterProgram(Math.round(ns));
    return handOver.inMain ? visiting(program, 0, 0) : program;
  };
  const exitProgram = ofWorker(start.exitNs);

  const done = new Uint8Array(chunks);
  let submitted = 0;
  let collected = 0;
  /** The chunk whose result the submitter sleeps for. */
  let awaited = -1;
  /** Chunks below are with workers or done; from there to `available` they wait in the workers' queue. */
  let drawn = 0;
  let available = 0;
  const results: number[] = [];
  let received = 0;
  let startedWorkers = 0;
  let livingWorkers = 0;
  let idleTokens = 0;
  const idle: Thread[] = [];
  /** Chunks that the manager has given to the feeder; those from `available` to here are being sent. */
  let passedOn = 0;
  let manager: Thread | undefined;
  let managerSleeps = false;
  let feeder: Thread | undefined;
  let feederSleeps = false;
  let feederAwaitsReader = false;
  /** The submitter has told the workers to end, and sleeps until they have. */
  let closed = false;
  let stopped = false;

  const groupOf = (task: number): number => {
    let low = 0;
    let high = groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((groupStarts[middle] as number) <= task) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  /** The sum of something over the tasks of a chunk. */
  const inChunk = (chunk: number, of: (group: TaskGroup) => number): number => {
    let sum = 0;
    const end = Math.min(tasks, (chunk + 1) * chunkSize);
    for (let task = chunk * chunkSize; task < end; ) {
      const index = groupOf(task);
      const group = groups[index] as TaskGroup;
      const upTo = Math.min(end, (groupStarts[index] as number) + group.count);
      sum += (upTo - task) * of(group);
      task = upTo;
    }
    return sum;
  };

  const makeAvailable = (): void => {
    available++;
    const worker = idle.shift();
    if (worker) services.wake(worker);
  };

  const wakeManager = (): void => {
    if (!managerSleeps) return;
    managerSleeps = false;
    services.wake(manager as Thread);
  };

  const wakeFeeder = (): void => {
    if (!feederSleeps) return;
    feederSleeps = false;
    services.wake(feeder as Thread);
  };

  /** Leaves out what nobody has taken yet, in whole rounds of the workers, so that the last round is as full as it would have been. */
  const leaveOut = (): void => {
    const taken = broker ? passedOn : drawn;
    const left = Math.floor((chunks - taken) / pool.workers) * pool.workers;
    services.leftOut(left, Math.min(left, chunks - submitted));
    chunks -= left;
    submitted = Math.min(submitted, chunks);
    available = Math.min(available, chunks);
    wakeFeeder();
  };

  const markDone = (chunk: number): void => {
    done[chunk] = 1;
    if (awaited !== chunk) return;
    awaited = -1;
    services.wake(submitter);
  };

  const startWorker = (): void => {
    startedWorkers++;
    livingWorkers++;
    let stage: "starting" | "drawing" | "opening" | "working" | "leaving" = "starting";
    let task = 0;
    let lastTask = -1;
    const atEnd = (worker: Thread): "go-on" | "stop" => {
      if (stage === "starting") {
        if (start.starter === "waits") services.wake(submitter);
        stage = "drawing";
      } else if (stage === "opening") {
        stage = "working";
        run(worker, programs[groupOf(task)] as Program);
        return "go-on";
      } else if (stage === "working") {
        if (task < lastTask) {
          run(worker, programs[groupOf(++task)] as Program);
          return "go-on";
        }
        const chunk = Math.floor(lastTask / chunkSize);
        if (services.taskDone(pool.workers, chunks - submitted) === "enough") leaveOut();
        if (broker) {
          results.push(chunk);
          wakeManager();
        } else {
          markDone(chunk);
        }
        stage = "drawing";
      }
      if (drawn < available) {
        const chunk = drawn++;
        task = chunk * chunkSize;
        lastTask = Math.min(tasks, task + chunkSize) - 1;
        // The place it leaves in the queue is the broker's to fill.
        if (broker && submitted > passedOn) wakeManager();
        if (chunkSize > 1) {
          const dataNs = inChunk(chunk, ({ resultBytes = 0, argumentObjects = 0, resultObjects = 0 }) => {
            const objectsNs = argumentObjects * handOver.workerNsPerArgument + resultObjects * handOver.workerNsPerResult;
            return resultBytes * handOver.workerNsPerByte + objectsNs;
          });
          const readNs = readingNs(runtime, inChunk(chunk, argumentBytes));
          run(worker, interpreterProgram(Math.max(1, Math.round(handOver.workerNs * workerCold + readNs + dataNs))));
          stage = "opening";
        } else {
          run(worker, programs[groupOf(task)] as Program);
          stage = "working";
        }
        return "go-on";
      }
      if (stage === "leaving") {
        services.end(worker);
        livingWorkers--;
        if (livingWorkers === 0 && stopped) services.wake(submitter);
        return "stop";
      }
      if (closed) {
        stage = "leaving";
        run(worker, exitProgram);
        return "go-on";
      }
      idle.push(worker);
      idleTokens++;
      if (feederAwaitsReader) {
        feederAwaitsReader = false;
        services.wake(feeder as Thread);
      }
      services.sleep(worker, "a task");
      return "stop";
    };
    services.spawn(services.numberedName(pool.name ?? "worker"), "worker", ofWorker(start.workerNs), atEnd);
  };

  let server: Thread | undefined;
  const serverProgram = interpreterProgram(Math.round(start.serverNs));

  /** Another process makes the worker, with a core that it has to get like everybody else. */
  const askServer = (): void => {
    if (server) {
      run(server, serverProgram);
      services.wake(server);
      return;
    }
    server = services.spawn(`${poolName} fork server`, "worker", serverProgram, (thread) => {
      if (closed) {
        services.end(thread);
        return "stop";
      }
      startWorker();
      services.wake(submitter);
      services.sleep(thread, "a worker to make");
      return "stop";
    });
  };

  /** The manager takes results in and passes tasks on; the feeder pickles and sends them. */
  const startBroker = (costs: NonNullable<typeof broker>): void => {
    let receiving = false;
    const manage = (thread: Thread): "go-on" | "stop" => {
      if (receiving) markDone(results[received++] as number);
      receiving = false;
      while (passedOn < submitted && passedOn - drawn < pool.workers + costs.extraQueued) {
        passedOn++;
        wakeFeeder();
      }
      if (received < results.length) {
        const dataNs = inChunk(
          results[received] as number,
          ({ resultBytes = 0, resultObjects = 0 }) => resultBytes * costs.nsPerByte + resultObjects * costs.nsPerResult,
        );
        run(thread, interpreterProgram(Math.max(1, Math.round(costs.receiveNs * cold + dataNs))));
        receiving = true;
        return "go-on";
      }
      if (received === chunks) {
        services.end(thread);
        return "stop";
      }
      managerSleeps = true;
      services.sleep(thread, "a task or a result");
      return "stop";
    };
    manager = services.spawn(`${poolName} manager`, "main", interpreterProgram(costs.startNs), manage);

    /** `pickled` waits for a worker that reads it, `written` is being read. */
    let sending: "nothing" | "pickled" | "written" = "nothing";
    const feed = (thread: Thread): "go-on" | "stop" => {
      if (sending === "pickled") {
        const readNs = readingNs(runtime, inChunk(available, argumentBytes));
        const isLong = inChunk(available, argumentBytes) > costs.pipeBytes;
        if (isLong && idle.length === 0) {
          feederAwaitsReader = true;
          services.sleep(thread, "a worker that reads");
          return "stop";
        }
        makeAvailable();
        sending = "nothing";
        if (isLong) {
          sending = "written";
          run(thread, waitProgram(Math.round(readNs)));
          return "go-on";
        }
      }
      if (available < passedOn) {
        sending = "pickled";
        // Of what is too long for the pipe, writing is part of the worker's reading.
        const writeNs = (bytes: number): number => (bytes > costs.pipeBytes ? bytes * pickledNsPerByte : bytes * costs.nsPerByte);
        const objectsNs = inChunk(available, ({ argumentObjects = 0 }) => argumentObjects * costs.nsPerArgument);
        const ns = costs.sendNs * cold + writeNs(inChunk(available, argumentBytes)) + objectsNs;
        run(thread, interpreterProgram(Math.max(1, Math.round(ns))));
        return "go-on";
      }
      if (available === chunks) {
        services.end(thread);
        return "stop";
      }
      feederSleeps = true;
      services.sleep(thread, "a task");
      return "stop";
    };
    feeder = services.spawn(`${poolName} feeder`, "main", interpreterProgram(0), feed);
  };

  const close = (): void => {
    closed = true;
    if (server) {
      run(server, interpreterProgram(0));
      services.wake(server);
    }
    for (const worker of idle.splice(0)) services.wake(worker);
  };

  let stage: "opening" | "submitting" | "starting-worker" | "started-worker" | "collecting" | "stopping" = "opening";
  const submitterProgram = {
    submit:
      idleLock === undefined
        ? interpreterProgram(Math.round(handOver.submitNs))
        : guardedAtEnd(interpreterProgram(Math.round(handOver.submitNs)), idleLock, handOver.idleLock?.submitterNs ?? 0),
    startWorker: interpreterProgram(Math.round(start.starterNs)),
    stop: interpreterProgram(Math.round(start.stopNs)),
  };

  const needsWorker = (): boolean => {
    if (startedWorkers >= pool.workers) return false;
    if (start.when === "all-at-first-task") return true;
    if (idleTokens > 0) {
      idleTokens--;
      return false;
    }
    return true;
  };

  const submitNext = (thread: Thread): "go-on" | "stop" => {
    if (submitted === chunks) return collect(thread);
    stage = "submitting";
    run(thread, submitterProgram.submit);
    return "go-on";
  };

  const collect = (thread: Thread): "go-on" | "stop" => {
    let next = collected;
    while (next < chunks && done[next] === 1) next++;
    if (next > collected) {
      stage = "collecting";
      run(thread, interpreterProgram(Math.round((next - collected) * handOver.collectNs)));
      collected = next;
      return "go-on";
    }
    if (collected === chunks) {
      stage = "stopping";
      run(thread, submitterProgram.stop);
      close();
      return "go-on";
    }
    stage = "collecting";
    awaited = collected;
    services.sleep(thread, "a result");
    return "stop";
  };

  const submitter = services.spawn(poolName, "main", interpreterProgram(Math.round(start.firstNs)), (thread) => {
    switch (stage) {
      case "opening":
        if (broker && chunks > 0) startBroker(broker);
        return submitNext(thread);
      case "submitting":
        // The rest may have been left out meanwhile.
        if (submitted === chunks) return collect(thread);
        submitted++;
        // What forks all its workers at once has no other threads until it has (`_start_executor_manager_thread`).
        if (!broker) makeAvailable();
        else if (startedWorkers > 0 || start.when === "on-demand") wakeManager();
        if (!needsWorker()) return submitNext(thread);
        stage = "starting-worker";
        run(thread, submitterProgram.startWorker);
        return "go-on";
      case "starting-worker":
        stage = "started-worker";
        if (start.serverNs > 0) {
          askServer();
          services.sleep(thread, "the fork server");
          return "stop";
        }
        startWorker();
        if (start.starter === "goes-on") return "go-on";
        services.sleep(thread, "a new worker");
        return "stop";
      case "started-worker":
        if (start.when === "all-at-first-task" && needsWorker()) {
          stage = "starting-worker";
          run(thread, submitterProgram.startWorker);
          return "go-on";
        }
        if (broker && submitted === 1 && start.when === "all-at-first-task") wakeManager();
        return submitNext(thread);
      case "collecting":
        return collect(thread);
      case "stopping":
        stopped = true;
        if (livingWorkers > 0) {
          services.sleep(thread, "its workers' end");
          return "stop";
        }
        services.end(thread);
        return "stop";
    }
  });
}

/** A task with the hand-over that belongs to it; in chunks, the hand-over is the chunk's. */
function taskProgram({ runtime, compilation }: ThreadServices, group: TaskGroup, chunkSize: number, cold: number): Program {
  const { handOver } = runtime;
  if (chunkSize > 1) return compileSteps(group.steps, compilation, handOver.itemNs, 0);
  const { argumentObjects = 0, resultBytes = 0, resultObjects = 0 } = group;
  const before = (handOver.workerNs * cold) / 2 + readingNs(runtime, argumentBytes(group)) + argumentObjects * handOver.workerNsPerArgument;
  const after = (handOver.workerNs * cold) / 2 + resultBytes * handOver.workerNsPerByte + resultObjects * handOver.workerNsPerResult;
  const program = compileSteps(group.steps, compilation, before, after);
  const { inMain } = handOver;
  if (!inMain) return program;
  const beforeNs = inMain.beforeNs + argumentBytes(group) * inMain.nsPerByte + argumentObjects * inMain.nsPerArgument;
  const afterNs = inMain.afterNs + resultBytes * inMain.nsPerByte + resultObjects * inMain.nsPerResult;
  return visiting(program, Math.round(beforeNs), Math.round(afterNs));
}

/** Copying a text or bytes into the pickle, in the parent: what is left of its part of moving them when they are written as they are read. */
const pickledNsPerByte = 0.1;

function argumentBytes({ argumentBytes: bytes = 0 }: TaskGroup): number {
  return bytes;
}

/**
 * What a worker spends on reading so many bytes. What the pipe holds is there; of more, the two sides take turns at writing a pipe full and
 * reading it, each woken by the other.
 */
function readingNs({ handOver, wakeUpNs }: Runtime, bytes: number): number {
  const { broker, workerNsPerByte } = handOver;
  if (!broker || bytes <= broker.pipeBytes) return bytes * workerNsPerByte;
  return bytes * (workerNsPerByte + broker.nsPerByte) + (bytes / broker.pipeBytes) * 2 * wakeUpNs.low;
}

/** How much of what makes hand-overs dearer lies between two of them, at most 1. */
function betweenHandOvers(broker: Broker, groups: readonly TaskGroup[], tasks: number, chunkSize: number): number {
  let total = 0;
  for (const { count, steps } of groups) {
    const { interpreterNs, heldNs, nativeNs, waitNs } = demandOf(steps);
    total += count * (interpreterNs + heldNs + nativeNs + waitNs);
  }
  const between = (total / Math.max(1, tasks)) * chunkSize;
  return Math.min(1, between / broker.coldAfterNs);
}

function prefixSums(groups: readonly TaskGroup[]): readonly number[] {
  const sums: number[] = [];
  let sum = 0;
  for (const group of groups) {
    sums.push(sum);
    sum += group.count;
  }
  return sums;
}
