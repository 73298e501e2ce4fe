import { Worker } from "node:worker_threads";
import { errorDetails } from "../base/error-details.js";

/** What a worker is started with. */
export interface FactsWorkerData {
  /** Where it keeps what it makes; undefined for nowhere. */
  readonly memoryFolder: string | undefined;
  readonly version: string;
}

/** A text of which the facts are wanted, and the key under which they are kept. */
export interface FactsQuestion {
  readonly key: string;
  readonly text: string;
}

export type FactsAnswer =
  | { readonly kind: "facts"; readonly packed: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failure"; readonly message: string };

/** Threads that make facts. They start when there is work, one for each core at most. */
export interface FactsWorkers {
  packedFactsOf(question: FactsQuestion): Promise<Uint8Array>;
  /** Ends threads that have nothing to do. */
  rest(): Promise<void>;
}

interface Task extends FactsQuestion {
  readonly resolve: (packed: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  /** How many threads ended while they had it. */
  losses: number;
}

interface RunningWorker {
  readonly worker: Worker;
  tasks: readonly Task[];
}

export function startFactsWorkers(
  most: number,
  data: FactsWorkerData,
  program = new URL("facts-worker.js", import.meta.url),
): FactsWorkers {
  const running = new Set<RunningWorker>();
  const waiting: Task[] = [];

  const start = (): RunningWorker => {
    const worker = new Worker(program, { workerData: data });
    const one: RunningWorker = { worker, tasks: [] };
    running.add(one);
    // A thread without work does not keep the program alive.
    worker.unref();
    worker.on("message", (answers: readonly FactsAnswer[]) => {
      for (const [index, answer] of answers.entries()) {
        const task = one.tasks[index];
        if (answer.kind === "facts") task?.resolve(answer.packed);
        else task?.reject(new Error(answer.message));
      }
      one.tasks = [];
      worker.unref();
      distribute();
    });
    const end = (reason: string): void => {
      if (!running.delete(one)) return;
      // One text can exhaust the memory of a thread; the others that it had come through in another.
      for (const task of one.tasks) {
        task.losses++;
        if (task.losses > mostLosses) task.reject(new Error(reason));
        else waiting.unshift(task);
      }
      one.tasks = [];
      distribute();
    };
    worker.on("error", (error) => end(errorDetails(error)));
    worker.on("exit", (code) => end(`the thread ended with code ${code}`));
    return one;
  };

  const distribute = (): void => {
    while (waiting.length > 0) {
      let idle = [...running].find((each) => each.tasks.length === 0);
      if (!idle && running.size < most) idle = start();
      if (!idle) return;
      idle.tasks = nextTasks(waiting);
      idle.worker.ref();
      idle.worker.postMessage(idle.tasks.map(({ key, text }): FactsQuestion => ({ key, text })));
    }
  };

  return {
    packedFactsOf: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...question, resolve, reject, losses: 0 });
        distribute();
      }),
    async rest() {
      const idle = [...running].filter((each) => each.tasks.length === 0);
      for (const each of idle) running.delete(each);
      await Promise.all(idle.map((each) => each.worker.terminate()));
    },
  };
}

/** A text that ended so many threads ends every other as well. */
const mostLosses = 2;

/** So much text goes to a thread at once: enough that messages cost nothing beside the work, little enough that all threads end together. In UTF-16 units. */
const portion = 50_000;

/** Takes the tasks that a thread does next; one that a thread was lost with is alone. */
function nextTasks(waiting: Task[]): readonly Task[] {
  const tasks: Task[] = [];
  let size = 0;
  while (waiting.length > 0 && size < portion) {
    const next = waiting[0] as Task;
    if (next.losses > 0 && tasks.length > 0) break;
    waiting.shift();
    tasks.push(next);
    size += next.text.length;
    if (next.losses > 0) break;
  }
  return tasks;
}
