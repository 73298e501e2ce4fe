import type { Interval } from "../../base/interval.js";
import type { HandOverCosts } from "../../simulation/costs.js";
import { type Crowding, type Machine, machine, separateCaches, sharedCaches } from "../../simulation/machine.js";
import type { PageCosts } from "../costs/memory-costs.js";
import type { BulkCost, BulkName, OperationCosts, OperationName } from "../costs/operation-costs.js";

/** What `gilscope calibrate` measured on this machine with one interpreter. Nanoseconds, `[low, likely, high]`. */
export interface Calibration {
  /** The name of the target that it is of. */
  readonly target: string;
  /** The exact version: `3.13.1`. */
  readonly build: string;
  /** The day: `2026-11-26`. */
  readonly measured: string;
  readonly operations: Readonly<Partial<Record<OperationName, Triple>>>;
  /** Library calls whose time their data alone decide, per unit of `BulkCost`: some of each kind. */
  readonly native: Readonly<Partial<Record<BulkName, Triple>>>;
  readonly handOver: MeasuredHandOver;
  /** What cores take from each other, by rising number of busy ones; empty where it was not measured. */
  readonly crowding: readonly Crowding[];
  /** What the system takes for 4 KiB of memory; absent where that was not measured: by earlier versions, or where processes are not forked. */
  readonly pages?: Readonly<Record<keyof PageCosts, Triple>> | undefined;
}

/** Low, likely and high. */
export type Triple = readonly [low: number, likely: number, high: number];

type Triples<Costs> = { readonly [Key in keyof Costs]?: Costs[Key] extends number ? Triple : Triples<Costs[Key]> };

type MeasuredHandOver = Omit<Triples<HandOverCosts>, "wakeUp"> & Partial<Pick<HandOverCosts, "wakeUp">>;

/**
 * The user's machine; how its cores get on with each other is the same whichever interpreter it was measured with. Two cores are mostly a virtual
 * machine's, and the two threads of one; more have caches of their own.
 */
export function machineOf({ cores, calibrations }: { readonly cores: number; readonly calibrations: readonly Calibration[] }): Machine {
  return machine(cores, calibrations.find(({ crowding }) => crowding.length > 0)?.crowding, cores > 2 ? separateCaches : sharedCaches);
}

/**
 * The shipped costs of the same target with the measured ones in their places. Operations that were not measured are scaled by how much
 * faster or slower the measured ones are, library calls by the measured ones of their kind.
 */
export function calibrated(shipped: OperationCosts, calibration: Calibration): OperationCosts {
  const known = calibratedOf.get(calibration);
  if (known) return known;
  const costs = withCalibration(shipped, calibration);
  calibratedOf.set(calibration, costs);
  return costs;
}

/** Every site asks for them. */
const calibratedOf = new WeakMap<Calibration, OperationCosts>();

function withCalibration(shipped: OperationCosts, { measured, operations, native, handOver, pages }: Calibration): OperationCosts {
  const names = Object.keys(shipped.operations) as OperationName[];
  const speed = median(names.flatMap((name) => ratio(operations[name], shipped.operations[name])));
  const nativeNames = Object.keys(shipped.bulk) as BulkName[];
  const nativeRatios = nativeNames.flatMap((name) => ratio(native[name], shipped.bulk[name].nsPerUnit).map((speed) => ({ name, speed })));
  const nativeSpeed = median(nativeRatios.map((one) => one.speed));
  // What was measured before files were says nothing of them.
  const [fileSpeed = 1] = ratio(native["os.stat"], shipped.bulk["os.stat"].nsPerUnit);
  const speedOf = (name: BulkName): number => {
    const kin = nativeRatios.filter((one) => kindOf(one.name) === kindOf(name));
    return kin.length > 0 ? median(kin.map((one) => one.speed)) : nativeSpeed;
  };
  const scaled = ({ low, likely, high }: Interval, by: number): Interval => ({ low: low * by, likely: likely * by, high: high * by });
  const operationOf = (name: OperationName): Interval => {
    const own = operations[name];
    return own ? margined(own) : scaled(shipped.operations[name], speed);
  };
  const bulkOf = (name: BulkName): BulkCost => {
    const { fixedNs, nsPerUnit, unit } = shipped.bulk[name];
    const own = native[name];
    return { fixedNs: scaled(fixedNs, speed), nsPerUnit: own ? margined(own) : scaled(nsPerUnit, speedOf(name)), unit };
  };
  return {
    origin: { kind: "calibrated", note: `measured on this machine, ${measured}` },
    operations: Object.fromEntries(names.map((name) => [name, operationOf(name)])) as unknown as OperationCosts["operations"],
    bulk: Object.fromEntries(nativeNames.map((name) => [name, bulkOf(name)])) as OperationCosts["bulk"],
    library: { ...shipped.library, factor: scaled(shipped.library.factor, speed) },
    integers: { ...shipped.integers, factor: scaled(shipped.integers.factor, nativeSpeed) },
    files: scaled(shipped.files, fileSpeed),
    memory: pages ? { ...shipped.memory, freshPage: margined(pages.freshPage), copiedPage: margined(pages.copiedPage) } : shipped.memory,
    slowness: speed,
    handOver: {
      low: handOverOf(shipped.handOver.low, handOver, 0),
      likely: handOverOf(shipped.handOver.likely, handOver, 1),
      high: handOverOf(shipped.handOver.high, handOver, 2),
    },
  };
}

/** Library calls that a machine does as fast as each other, against another: digests have instructions of their own, packing looks far back in memory. */
function kindOf(name: BulkName): string {
  const module = name.slice(0, name.indexOf("."));
  if (name === "zlib.crc32") return "hashlib";
  if (/^(zlib|gzip|bz2|lzma)$/.test(module)) return "packing";
  if (/^(copy|csv|random|statistics)$/.test(module)) return "json";
  return /^(str|bytes|struct|base64)$/.test(module) || name.startsWith("sorted") ? "str" : module;
}

/** One construct in a loop is not that construct in a program: the shipped tables allow a third more for another machine. */
function margined([low, likely, high]: Triple): Interval {
  return { low: low * 0.85, likely, high: high * 1.2 };
}

function handOverOf(shipped: HandOverCosts, own: MeasuredHandOver, which: 0 | 1 | 2): HandOverCosts {
  const { wakeUp, ...others } = own;
  return { ...replaced(shipped, others, which), ...(wakeUp ? { wakeUp } : {}) };
}

/** The tree of numbers with those that were measured instead. */
function replaced<Costs extends object>(shipped: Costs, own: object, which: 0 | 1 | 2): Costs {
  const measuredOnes = own as Readonly<Record<string, object | undefined>>;
  const entries = Object.entries(shipped).map(([key, value]: [string, unknown]): [string, unknown] => {
    const instead = measuredOnes[key];
    if (instead === undefined) return [key, value];
    return [key, Array.isArray(instead) ? instead[which] : replaced(value as object, instead, which)];
  });
  return Object.fromEntries(entries) as Costs;
}

/** Too short a time says nothing about the machine. */
const leastComparedNs = 0.05;

function ratio(own: Triple | undefined, shipped: Interval): readonly number[] {
  return own && own[1] > leastComparedNs && shipped.likely > leastComparedNs ? [own[1] / shipped.likely] : [];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}
