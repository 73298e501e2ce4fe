import { add, exactly, type Interval, interval, scale } from "../../base/interval.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import type { CountedCost } from "./brief-releases.js";
import { type Locked, zero } from "./cost-sum.js";
import { type Fate, fateOf, levelOf } from "./logging-setup.js";
import type { LibraryColumn, OperationCosts } from "./operation-costs.js";

/*
 * What records of `logging` take. One below the level of its logger is a method call that looks the level up. Any other one is made by Python code, and each
 * handler formats and writes it under a lock of its own, which all threads share (`Handler.handle`, Lib/logging/__init__.py); one to a file or a stream flushes
 * it, so that the GIL is given up under that lock. Nanoseconds, `test/measure/log_records.py`.
 */

type ByVersion = Readonly<Record<LibraryColumn, number>>;

const below: ByVersion = { "3.11": 90, "3.13": 95, "3.13t": 800, "3.14": 80 };
/** Finding who calls, making the record, and going through loggers and handlers. */
const made: ByVersion = { "3.11": 6_800, "3.13": 6_800, "3.13t": 14_500, "3.14": 5_400 };
/** Taking the lock and giving it back, formatting the message and handing the text to a stream. */
const formatted: ByVersion = { "3.11": 2_700, "3.13": 2_700, "3.13t": 2_500, "3.14": 1_800 };
/** What a file takes beyond a text in memory, beside the system call. */
const flushed: ByVersion = { "3.11": 1_000, "3.13": 1_000, "3.13t": 1_800, "3.14": 1_400 };
/** Writing the traceback of an exception, whose source lines are looked for. */
const traceback: ByVersion = { "3.11": 37_000, "3.13": 55_000, "3.13t": 80_000, "3.14": 56_000 };
/** Against what `LETTERS` takes, which all threads use: two threads of 3.13t are 1.4 times as fast as one that make records for nobody. */
const usesMade = 70;
const usesBelow = 4;
/** Each flush is one system call to a file in the page cache. */
const writtenNs = interval(500, 1_500, 10_000);
/** How often a traceback gives the GIL up: `linecache` asks whether the source file has changed. */
const releasesOfTraceback = 4;

/** What a call of a logger takes, and what of it its handlers do under their locks; undefined for any other call. */
export interface RecordCost {
  readonly cost: CountedCost;
  readonly section: Locked | undefined;
  /** How often it uses objects that are all threads': the logger, what finds out who calls, the record's class. */
  readonly sharedUses: number;
}

export function recordCost(
  name: string,
  call: CallOperation,
  at: Activation,
  { evaluator, costs }: { readonly evaluator: Evaluator; readonly costs: OperationCosts },
): RecordCost | undefined {
  const method = /^logging\.(?:(?:Root)?Logger\.)?(debug|info|warn|warning|error|exception|critical|fatal|log)$/.exec(name)?.[1];
  if (method === undefined) return undefined;
  const { resolver } = evaluator;
  const [first] = call.arguments;
  const level = method === "log" ? first && levelOf(first.value, at.function, resolver) : levels.get(method);
  return costOfFate(fateOf(level, call, at.function, resolver), method === "exception", costs);
}

const levels: ReadonlyMap<string, number> = new Map([
  ["debug", 10],
  ["info", 20],
  ["warn", 30],
  ["warning", 30],
  ["error", 40],
  ["exception", 40],
  ["critical", 50],
  ["fatal", 50],
]);

function costOfFate({ passes, handlers }: Fate, isException: boolean, { library, slowness }: OperationCosts): RecordCost {
  const { column } = library;
  const own = (row: ByVersion): Interval => widened(row[column] * slowness * passes);
  const locking = handlers.filter((handling) => handling !== "ignores").length;
  const writing = handlers.filter((handling) => handling === "writes").length;
  // The text of an exception is made once, and kept with the record.
  const inside = add(add(scale(own(formatted), locking), scale(own(flushed), writing)), isException && locking > 0 ? own(traceback) : zero);
  const interpreterNs = add(add(exactly(below[column] * slowness), own(made)), inside);
  const nativeNs = scale(writtenNs, writing * passes);
  const releases = passes * (writing + (isException && locking > 0 ? releasesOfTraceback : 0));
  const sharedUses = usesBelow + passes * usesMade;
  const cost: CountedCost = { interpreterNs, nativeNs, waitNs: zero, missing: [], from: "measured", releases };
  if (locking === 0 || passes === 0) return { cost, section: undefined, sharedUses };
  const sections = locking * passes;
  return {
    cost,
    sharedUses,
    section: {
      lockPlaces: 1,
      lockedUnknown: 0,
      lockEntries: sections,
      lockChecks: sections,
      lockReleases: writing * passes,
      lockRecords: sections,
      locked: inside,
      lockedNative: nativeNs,
      lockedWait: zero,
    },
  };
}

/** Formats with the time and the place, longer texts and more arguments cost up to half as much again. */
function widened(ns: number): Interval {
  return interval(ns * 0.8, ns, ns * 1.8);
}
