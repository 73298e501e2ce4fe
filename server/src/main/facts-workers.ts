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

/** What a worker says: first that it can work, then the answers to each list of questions, in their order. */
export type FactsWorkerMessage = { readonly kind: "ready" } | { readonly kind: "answers"; readonly answers: readonly FactsAnswer[] };

/** Threads that make facts. They start when there is work, one for each core at most. */
export interface FactsWorkers {
  /** Rejects with `NoThreads` where none can work, and with another error where no facts can be made of this text. */
  packedFactsOf(question: FactsQuestion): Promise<Uint8Array>;
  /** Ends threads that have nothing to do. */
  rest(): Promise<void>;
}

/** No thread ever came so far that it could work: the fault is not the text's. */
export class NoThreads extends Error {}

/** What tests replace. */
export interface FactsWorkersOptions {
  readonly program?: URL;
  /** How long a thread may be silent over texts of that length together, in milliseconds; it is taken to hang then. */
  readonly patience?: (length: number) => number;
}

interface Task extends FactsQuestion {
  readonly resolve: (packed: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  /** How many threads were lost while they had it. */
  losses: number;
}

interface RunningWorker {
  readonly worker: Worker;
  tasks: readonly Task[];
  /** Runs while it has tasks. */
  silence: ReturnType<typeof setTimeout> | undefined;
}

/** A thread that ends, hangs or answers with nonsense is replaced by another, and what it had to do is done again. */
export function startFactsWorkers(most: number, data: FactsWorkerData, options: FactsWorkersOptions = {}): FactsWorkers {
  const { program = new URL("facts-worker.js", import.meta.url), patience = longestSilence } = options;
  const running = new Set<RunningWorker>();
  const waiting: Task[] = [];
  let threads: "untried" | "work" = "untried";

  const start = (): RunningWorker => {
    const worker = new Worker(program, { workerData: data });
    const one: RunningWorker = { worker, tasks: [], silence: undefined };
    running.add(one);
    // A thread without work does not keep the program alive.
    worker.unref();
    worker.on("message", (message: unknown) => {
      if (!running.has(one)) return;
      if (!isMessage(message)) return lose(one, "the thread answered with nonsense");
      if (message.kind === "ready") {
        threads = "work";
        return;
      }
      if (message.answers.length !== one.tasks.length) return lose(one, "the thread answered what it was not asked");
      clearTimeout(one.silence);
      for (const [index, answer] of message.answers.entries()) {
        const task = one.tasks[index];
        if (answer.kind === "facts") task?.resolve(answer.packed);
        else task?.reject(new Error(answer.message));
      }
      one.tasks = [];
      worker.unref();
      distribute();
    });
    worker.on("messageerror", (error) => lose(one, errorDetails(error)));
    worker.on("error", (error) => lose(one, errorDetails(error)));
    worker.on("exit", (code) => lose(one, `the thread ended with code ${code}`));
    return one;
  };

  /** Does without a thread. One text can exhaust the memory or the time of a thread; the others that it had come through in another. */
  const lose = (one: RunningWorker, reason: string): void => {
    if (!running.delete(one)) return;
    clearTimeout(one.silence);
    one.worker.terminate().catch(() => {
      // It has ended already.
    });
    for (const task of one.tasks) {
      task.losses++;
      if (task.losses > mostLosses) task.reject(threads === "untried" ? new NoThreads(reason) : new Error(reason));
      else waiting.unshift(task);
    }
    one.tasks = [];
    distribute();
  };

  const distribute = (): void => {
    while (waiting.length > 0) {
      let idle = [...running].find((each) => each.tasks.length === 0);
      if (!idle && running.size < most) idle = start();
      if (!idle) return;
      const one = idle;
      one.tasks = nextTasks(waiting);
      one.worker.ref();
      one.worker.postMessage(one.tasks.map(({ key, text }): FactsQuestion => ({ key, text })));
      const length = one.tasks.reduce((sum, { text }) => sum + text.length, 0);
      one.silence = setTimeout(() => lose(one, "the thread did not answer"), patience(length));
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

function isMessage(message: unknown): message is FactsWorkerMessage {
  if (typeof message !== "object" || message === null || !("kind" in message)) return false;
  if (message.kind === "ready") return true;
  return message.kind === "answers" && "answers" in message && Array.isArray(message.answers) && message.answers.every(isAnswer);
}

function isAnswer(answer: unknown): answer is FactsAnswer {
  if (typeof answer !== "object" || answer === null || !("kind" in answer)) return false;
  if (answer.kind === "failure") return "message" in answer && typeof answer.message === "string";
  return answer.kind === "facts" && "packed" in answer && answer.packed instanceof Uint8Array && answer.packed.length > 0;
}

/** A hundred times what the slowest texts take, and the start of a thread on a machine that does much else. In milliseconds. */
function longestSilence(length: number): number {
  return 30_000 + length / 10;
}

/** A text that cost so many threads costs every other as well. */
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
