import { LineIndex } from "../../base/line-index.js";
import { unreachable } from "../../base/unreachable.js";
import { evidenceTexts, furtherSentences, ruleSentences, standingOf } from "../../knowledge/call-text.js";
import type { CallableEntry, Evidence, KnowledgeEntry, PackageEntry, SpawnerEntry, TypeEntry } from "../../knowledge/entry.js";
import type { KnowledgeFault, UserFileProblem } from "../../knowledge/user-files.js";

/** What is wrong with a knowledge file, with the line of what is wrong first. */
export function knowledgeProblemText({ message, text, faults }: UserFileProblem): string {
  const [first] = faults;
  if (!first || text === "") return message;
  const { line, column } = new LineIndex(text).position(first.range.start);
  return `${message} (line ${line + 1}, column ${column + 1})`;
}

/** All that is wrong with a knowledge file, one line for each, with its place. */
export function knowledgeFaultsText(typedPath: string, text: string, faults: readonly KnowledgeFault[]): string {
  const lines = new LineIndex(text);
  return faults
    .map(({ pointer, message, range }) => {
      const { line, column } = lines.position(range.start);
      const place = text === "" ? typedPath : `${typedPath}:${line + 1}:${column + 1}`;
      return `${place}: ${pointer === "" ? "" : `${pointer}: `}${message}\n`;
    })
    .join("");
}

/** One line for each call: name, effect on the GIL, package, how that is known. */
export function knowledgeListText(callables: readonly CallableEntry[]): string {
  const width = Math.max(0, ...callables.map(({ name }) => name.length));
  const packageWidth = Math.max(0, ...callables.map((entry) => entry.package.length));
  return callables
    .map((entry) => {
      const columns = [entry.name.padEnd(width), entry.gil.padEnd("runs-python".length), entry.package.padEnd(packageWidth)];
      return `${columns.join("  ")}  ${standingOf(entry.evidence)}\n`;
    })
    .join("");
}

/** All that is known of one name, as a few sentences and the evidence for them; `owner` is the package that it comes from. */
export function entryText(entry: KnowledgeEntry, owner: PackageEntry | undefined): string {
  switch (entry.entry) {
    case "callable": {
      const sentences = [...ruleSentences(entry), ...furtherSentences(entry, owner)].map((sentence) => `  ${sentence}\n`);
      return [`${entry.name}()\n`, ...sentences, ...evidenceLines(entry.evidence)].join("");
    }
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
    ...evidenceLines(evidence),
  ];
}

function evidenceLines(evidence: readonly Evidence[]): string[] {
  return evidenceTexts(evidence).map(
    ({ kind, place, address, says, date }) => `  Evidence (${kind}, ${date}): ${says}\n    ${address ?? place}\n`,
  );
}
