import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exactly, type Interval } from "../../server/src/base/interval.js";
import { type Calibration, machineOf } from "../../server/src/estimate/calibration/calibration.js";
import { parseCalibration } from "../../server/src/estimate/calibration/calibration-file.js";
import { runtimeFor, widened } from "../../server/src/estimate/prediction/strategies.js";
import { type Way, waysToRun } from "../../server/src/estimate/prediction/ways.js";
import { corners, type Demand } from "../../server/src/estimate/tasks/demand.js";
import type { StartMethod } from "../../server/src/simulation/runtimes/processes.js";
import { mostSpeedup } from "../../server/src/simulation/shortest.js";
import { simulate } from "../../server/src/simulation/simulate.js";
import { demandOf, type TaskGroup, type Workload, withoutLocks } from "../../server/src/simulation/workload.js";
import type { Parser } from "../../server/src/syntax/parser.js";
import { predictionsOf, snapshotOf } from "../estimate/predictions.js";
import { target } from "./workloads.js";

/** What `test/measure/program_speedups.py` writes: the programs of `test/measure/programs` as one interpreter ran them. */
export interface ProgramRecords {
  readonly target: string;
  readonly cores: number;
  readonly startMethod: StartMethod;
  /** Its name, where it is not the machine that others of as many cores are of; or what is known of it. */
  readonly machine?: unknown;
  readonly measured: string;
  readonly by: string;
  /** What `gilscope calibrate` measured on that machine, where it is another than that of the shipped tables. */
  readonly calibration?: unknown;
  readonly programs: Readonly<Record<string, ProgramRecord>>;
}

interface ProgramRecord {
  readonly serialNs: number;
  /** By kind and number of workers: `threads 4`, `processes 2`. */
  readonly measured: Readonly<Record<string, { readonly ns: number; readonly spread: number }>>;
  readonly spread: number;
  readonly importNs: number;
  /** What importing it takes a worker that is an interpreter, where that was measured. */
  readonly interpreterImportNs?: number;
  /** Processor time that its first task costs a worker with memory of its own beyond the same task later: pages that are copied, memory from the system. */
  readonly firstTaskNs?: number;
  /** So many times the program's items were taken one after the other. */
  readonly itemsTimes?: number;
  readonly tasks: readonly TaskGroup[];
  readonly semaphores?: Readonly<Record<string, number>>;
}

export type Kind = "threads" | "processes" | "interpreters";
export const kinds: readonly Kind[] = ["threads", "processes", "interpreters"];

/** One measured speedup beside the predicted one. */
export interface Comparison {
  /** The interpreter, and the number of cores where it is not two. */
  readonly target: string;
  readonly program: string;
  readonly kind: Kind;
  readonly workers: number;
  readonly measured: number;
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  /** How far off by ratio: 0.25 is a quarter too much or too little. */
  readonly error: number;
}

/** What the program would best do, and what the prediction recommends. */
export interface Recommendation {
  readonly target: string;
  readonly program: string;
  readonly recommended: string;
  /** The speedup of what is recommended against that of what is best; 1 is right. */
  readonly share: number;
  /** In which share of what the source leaves open it is said to be right. */
  readonly confidence: number;
}

const measureFolder = join(process.cwd(), "test/measure/programs");
const recordFolder = join(process.cwd(), "test/simulation/validation/programs");

/** Whether what is recommended is as good as right: within 15 % of the best. */
export function isGood({ share }: Recommendation): boolean {
  return share >= 0.85;
}

/** All records, by target. */
export function programRecords(folder = recordFolder): readonly ProgramRecords[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ProgramRecords);
}

/** A speedup below it counts as that: how hopeless the hopeless is need not be known. */
const least = 0.02;

function compared(
  records: ProgramRecords,
  program: string,
  key: string,
  predicted: { low: number; likely: number; high: number },
): Comparison {
  const record = records.programs[program] as ProgramRecord;
  const [kind, workers] = key.split(" ") as [Kind, string];
  const measured = Math.max(least, record.serialNs / (record.measured[key]?.ns ?? Number.NaN));
  const likely = Math.max(least, predicted.likely);
  return {
    target: titleOf(records),
    program,
    kind,
    workers: Number(workers),
    measured,
    predicted: likely,
    low: predicted.low,
    high: Math.max(least, predicted.high),
    error: Math.max(likely / measured, measured / likely) - 1,
  };
}

/** The interpreter, and the machine where it is another than that of the shipped tables. */
export function titleOf({ target: on, cores, machine }: ProgramRecords): string {
  if (typeof machine === "string") return `${on}, ${machine}`;
  return cores === 2 ? on : `${on}, ${cores} cores`;
}

/** What was measured on the machine of the records, if it was. */
export function calibrationsOf({ calibration }: ProgramRecords): readonly Calibration[] {
  if (calibration === undefined) return [];
  const parsed = parseCalibration(calibration);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return [parsed];
}

/** What is predicted of a program from its source alone. */
export function compareFromSource(
  parser: Parser,
  records: ProgramRecords,
  program: string,
): { readonly rows: readonly Comparison[]; readonly recommendations: readonly Recommendation[] } {
  const record = records.programs[program] as ProgramRecord;
  const imported = importedSource(program);
  const inThreads = records.target.endsWith("t") ? "free-threaded" : "threads";
  const calibrations = calibrationsOf(records);
  const rows: Comparison[] = [];
  const recommendations: Recommendation[] = [];
  for (const workers of workerCounts(record)) {
    const once = /^ITEMS = range/m.test(imported) ? "list(ITEMS)" : "ITEMS";
    const items = record.itemsTimes === undefined ? "ITEMS" : `${once} * ${record.itemsTimes}`;
    const text = imported.replace(/max_workers=\d+/, `max_workers=${workers}`).replace("(task, ITEMS)", `(task, ${items})`);
    const site = predictionsOf(parser, text, records.target, records.cores, calibrations)[0];
    if (!site) throw new Error(`${program}: no site`);
    for (const kind of kinds) {
      const key = `${kind} ${workers}`;
      if (record.measured[key] === undefined) continue;
      const name = kind === "threads" ? inThreads : kind === "interpreters" ? "subinterpreters" : kind;
      const strategy = site.strategies.find((each) => each.strategy === name);
      const predicted = strategy?.applicable ? strategy.speedup : { low: 0, likely: 0, high: 0 };
      rows.push(compared(records, program, key, predicted));
    }
    // A busy machine may have measured only one of the two.
    if (record.measured[`threads ${workers}`] === undefined || record.measured[`processes ${workers}`] === undefined) continue;
    const subinterpreters = record.measured[`interpreters ${workers}`];
    const speedups: Readonly<Record<string, number>> = {
      serial: 1,
      [inThreads]: record.serialNs / (record.measured[`threads ${workers}`]?.ns ?? Number.NaN),
      processes: record.serialNs / (record.measured[`processes ${workers}`]?.ns ?? Number.NaN),
      ...(subinterpreters ? { subinterpreters: record.serialNs / subinterpreters.ns } : {}),
    };
    const recommended =
      site.likeliest === "asyncio"
        ? inThreads
        : site.likeliest === "subinterpreters" && subinterpreters === undefined
          ? "processes"
          : site.likeliest;
    const share = (speedups[recommended] ?? 0) / Math.max(...Object.values(speedups));
    recommendations.push({ target: titleOf(records), program: `${program} ${workers}`, recommended, share, confidence: site.confidence });
  }
  return { rows, recommendations };
}

/**
 * What is predicted from what the tasks' parts took. What durations do not tell is the source's: the objects that threads share in a build
 * without a GIL, and the memory that a worker's first task copies or asks for, unless that was measured.
 */
export function compareFromSegments(parser: Parser, records: ProgramRecords, program: string): readonly Comparison[] {
  const record = records.programs[program] as ProgramRecord;
  const calibrations = calibrationsOf(records);
  const on = machineOf({ cores: records.cores, calibrations });
  const ways = waysToRun(target(records.target), calibrations);
  const demand = measuredDemand(parser, records, program);
  return Object.keys(record.measured).map((key) => {
    const [kind, count] = key.split(" ") as [Kind, string];
    const workers = Number(count);
    const workload: Workload =
      record.tasks.some((task) => Object.keys(record.measured).length === 2 && task.count === workers) && kind === "threads"
        ? { threads: record.tasks.map(({ count: threads, steps }) => ({ count: threads, steps })) }
        : { pools: [{ workers, tasks: record.tasks }] };
    const whole: Workload = { ...workload, ...(record.semaphores ? { semaphores: record.semaphores } : {}) };
    const seen = kind === "threads" ? whole : withoutLocks(whole);
    const way = ways.find(({ strategy }) => strategy === (kind === "interpreters" ? "subinterpreters" : kind)) as Way;
    const runs = corners.map((corner) => {
      const runtime = runtimeFor({ ...demand, workers }, way, corner, on);
      const { start } = runtime;
      const granted =
        kind !== "threads" ? { ...runtime, start: { ...start, workerNs: start.workerNs + (record.firstTaskNs ?? 0) } } : runtime;
      return record.serialNs / simulate(seen, granted, on, 1).makespanNs;
    });
    const [low, likely, high] = runs as [number, number, number];
    const most = mostSpeedup(seen, way.runtime("likely"), on);
    return compared(records, program, key, widened({ low: Math.min(low, high), likely, high: Math.max(low, high) }, most));
  });
}

/** What the source asks for, with the durations that were measured in the place of those that it tells. */
function measuredDemand(parser: Parser, { target: on, cores, programs }: ProgramRecords, program: string): Demand {
  const record = programs[program] as ProgramRecord;
  const [site] = snapshotOf(parser, importedSource(program), on, cores).demands("/main.py");
  if (!site) throw new Error(`${program}: no site`);
  const total = demandOf(record.tasks.map(({ count, steps }) => ({ repeat: count, steps })));
  const tasks = record.tasks.reduce((sum, { count }) => sum + count, 0);
  const each = (ns: number): Interval => exactly(ns / tasks);
  return {
    ...site.demand,
    interpreterNs: each(total.interpreterNs),
    heldNs: each(total.heldNs),
    nativeNs: each(total.nativeNs),
    waitNs: each(total.waitNs),
    tasks: exactly(tasks),
    clock: "machine",
    imports: { processNs: record.importNs, interpreterNs: record.interpreterImportNs ?? record.importNs },
    memory: record.firstTaskNs === undefined ? site.demand.memory : { freshBytes: 0, touchedBytes: 0 },
  };
}

/** The script that measures a program imports it, and in a build without a GIL threads share more of an imported module than of the main one. */
function importedSource(program: string): string {
  const source = readFileSync(join(measureFolder, `${program}.py`), "utf8");
  return source.replace(/^if __name__ == "__main__":\n {4}main\(\)\n/m, "");
}

function workerCounts(record: ProgramRecord): readonly number[] {
  return [...new Set(Object.keys(record.measured).map((key) => Number(key.split(" ")[1])))];
}

/** The value that a share of all stays within. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** One line: how good predictions are. */
export function summary(rows: readonly Comparison[]): string {
  const errors = rows.map(({ error }) => error);
  const covered = rows.filter(({ low, high, measured }) => low <= measured && measured <= high).length / rows.length;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return `${rows.length} comparisons: median error ${percent(quantile(errors, 0.5))}, nine in ten within ${percent(quantile(errors, 0.9))}, interval covers ${percent(covered)}`;
}

/** One line for a comparison. */
export function comparisonText({ target: on, program, kind, workers, measured, predicted, low, high, error }: Comparison): string {
  const number = (value: number): string => value.toFixed(2).padStart(6);
  const inside = low <= measured && measured <= high ? " " : "!";
  return `${on.padEnd(14)} ${program.padEnd(24)} ${kind.padEnd(9)} ${String(workers).padStart(2)}  measured ${number(measured)}  predicted ${number(predicted)} [${number(low)} ${number(high)}]${inside} error ${(100 * error).toFixed(0).padStart(4)} %`;
}
