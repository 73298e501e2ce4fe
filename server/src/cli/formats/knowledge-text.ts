import { unreachable } from "../../base/unreachable.js";
import { conditionText } from "../../knowledge/condition-text.js";
import type { CallableEntry, Evidence, GilEffect, KnowledgeEntry, SpawnerEntry, TypeEntry, WaitsFor } from "../../knowledge/entry.js";

/** One line for each call: name, effect on the GIL, package. */
export function knowledgeListText(callables: readonly CallableEntry[]): string {
  const width = Math.max(0, ...callables.map(({ name }) => name.length));
  return callables.map((entry) => `${entry.name.padEnd(width)}  ${entry.gil.padEnd("runs-python".length)}  ${entry.package}\n`).join("");
}

/** All that is known of one name, as a few sentences and the evidence for them. */
export function entryText(entry: KnowledgeEntry): string {
  switch (entry.entry) {
    case "callable":
      return [`${entry.name}()\n`, ...gilSentences(entry), `  ${waitSentence(entry)}\n`, ...closing(entry)].join("");
    case "spawner":
      return [`${entry.name}\n`, `  ${spawnerSentence(entry)}\n`, ...closing({ ...entry, freeThreaded: undefined })].join("");
    case "type":
      return [
        `${entry.name}\n`,
        `  ${typeSentence(entry)}\n`,
        ...closing({ ...entry, evidence: [...new Set([...(entry.sharedByThreads?.evidence ?? []), ...entry.evidence])] }),
      ].join("");
    case "package": {
      const support = entry.freeThreading;
      const sentences = {
        supported: "Works",
        experimental: "Is tried out",
        "reenables-gil": "Turns the GIL back on",
        unknown: "Is not tested",
      };
      const freeThreaded =
        support && `${sentences[support.support]} in free-threaded builds${support.since ? ` since ${support.since}` : ""}.`;
      return [`${entry.name}\n`, ...closing({ note: support?.note, freeThreaded, evidence: entry.evidence })].join("");
    }
    default:
      return unreachable(entry);
  }
}

const effectSentences: Readonly<Record<GilEffect, string>> = {
  releases: "Releases the GIL",
  holds: "Holds the GIL until it returns",
  "runs-python": "Runs Python bytecode, so threads take turns",
};

const kindSentences: Readonly<Record<CallableEntry["kind"], string>> = {
  "io-wait": "Waits for input or output.",
  sleep: "Sleeps.",
  "sync-wait": "Waits for another thread.",
  "process-wait": "Waits for another process.",
  "cpu-native": "Computes in native code.",
  "cpu-python": "Computes in the interpreter.",
};

const waitSentences: Readonly<Record<WaitsFor, string>> = {
  lock: "Waits until a lock is free",
  signal: "Waits until another thread gives a sign",
  queue: "Waits until something is put in",
  "queue-space": "Waits until there is room, if the queue is bounded",
  work: "Waits until the work is done",
  process: "Waits for another process",
  network: "Waits for the network",
  disk: "Waits for the disk",
  database: "Waits for the database",
  input: "Waits for somebody's input",
  time: "Sleeps",
};

function waitSentence(entry: CallableEntry): string {
  const { waits } = entry;
  if (!waits || entry.style === "awaitable") return kindSentences[entry.kind];
  const unless = waits.unless.length === 0 ? "" : `, unless ${waits.unless.map(conditionText).join(" or ")}`;
  const meanwhile = waits.releases === "own-lock" ? ", and gives up its own lock meanwhile" : "";
  return `${waitSentences[waits.for]}${meanwhile}${unless}.`;
}

function gilSentences(entry: CallableEntry): string[] {
  if (entry.gil !== "conditional") return [`  ${effectSentences[entry.gil]}.\n`];
  return [
    ...entry.cases.map(({ when, gil }) => `  ${effectSentences[gil]} if ${when.map(conditionText).join(" and ")}.\n`),
    `  Otherwise: ${lowerFirst(effectSentences[entry.otherwise])}.\n`,
  ];
}

function spawnerSentence(entry: SpawnerEntry): string {
  const workers: Readonly<Record<SpawnerEntry["worker"], string>> = {
    thread: "in a thread",
    process: "in another process",
    interpreter: "in another interpreter",
    "event-loop-task": "as a task of the event loop",
    "callback-in-caller": "in the calling thread, as a callback",
    "signal-handler": "in the main thread, between two of its instructions",
    finalizer: "in whichever thread drops the last reference",
  };
  const started =
    entry.startedBy === "call"
      ? ""
      : entry.startedBy === "library"
        ? ", whenever the library calls it"
        : `, started by ${entry.startedBy.map((name) => `\`${name}\``).join(" or ")}`;
  return `Runs ${entry.tasks === "one" ? "the work it is given" : "each element it is given"} ${workers[entry.worker]}${started}.`;
}

function typeSentence(entry: TypeEntry): string {
  const stated = entry.sharedByThreads;
  if (stated) {
    const verdicts: Readonly<Record<typeof stated.verdict, string>> = {
      unsafe: "Not safe to use from several threads",
      "unsafe-if-changed": "Several threads may read one object, but none may change it meanwhile",
      refused: "Refuses to be used from several threads",
      serialised: "Several threads may use one object, and take turns",
      safe: "Several threads may use one object",
    };
    const exceptions = stated.safeMethods.length === 0 ? "" : `; but for ${stated.safeMethods.map((name) => `\`${name}\``).join(", ")}`;
    return `${verdicts[stated.verdict]}: ${stated.because}${exceptions}.`;
  }
  const sharing: Readonly<Record<TypeEntry["sharing"], string>> = {
    safe: "Several threads may use one object.",
    "per-method": `Each call of ${entry.atomicMethods.map((name) => `\`${name}\``).join(", ")} is one step for other threads; nothing else is.`,
    confined: "Each thread sees its own.",
    unsafe: "Not safe to use from several threads.",
    unknown: "Whether several threads may use one object is not known.",
  };
  return sharing[entry.sharing];
}

interface Closing {
  readonly note: string | undefined;
  readonly freeThreaded: string | undefined;
  readonly evidence: readonly Evidence[];
}

function closing({ note, freeThreaded, evidence }: Closing): string[] {
  return [
    ...(note === undefined ? [] : [`  ${note}\n`]),
    ...(freeThreaded === undefined ? [] : [`  Free-threaded: ${freeThreaded}\n`]),
    ...evidence.map(({ kind, place, says, date }) => `  Evidence (${kind}, ${date}): ${says}\n    ${place}\n`),
  ];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
