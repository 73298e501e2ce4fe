import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import type { CountedCost } from "./brief-releases.js";
import { zero } from "./cost-sum.js";
import type { LibraryColumn, OperationCosts } from "./operation-costs.js";

/*
 * What calls on files take that are in the page cache. Part of a call makes Python's objects, under the GIL and by version; the kernel does the rest without
 * it, and takes as long whichever interpreter asks. Nanoseconds on the machine of operation-costs.json (`test/measure/library_calls.py`, `builtins.open`, `os.` and
 * `pathlib.Path.` on ext4): what the objects take beyond the same system calls through `os`, divided by how much slower computing was there than on that
 * machine (3.0 to 3.9), and the system calls by how much slower `os.stat` was (1.6).
 */

type ByVersion = Readonly<Record<LibraryColumn, number>>;

const held = {
  openBinary: { "3.11": 1_500, "3.13": 2_250, "3.13t": 5_000, "3.14": 630 },
  openText: { "3.11": 3_500, "3.13": 4_300, "3.13t": 10_400, "3.14": 1_720 },
  readBinary: { "3.11": 1_000, "3.13": 760, "3.13t": 1_000, "3.14": 200 },
  readText: { "3.11": 2_100, "3.13": 2_400, "3.13t": 2_500, "3.14": 560 },
  stat: { "3.11": 420, "3.13": 580, "3.13t": 400, "3.14": 260 },
  /** What `pathlib` adds to a system call, and to opening a file and reading it. */
  pathCall: { "3.11": 170, "3.13": 200, "3.13t": 250, "3.14": 90 },
  pathText: { "3.11": 550, "3.13": 1_000, "3.13t": 1_200, "3.14": 900 },
  listedPath: { "3.11": 335, "3.13": 890, "3.13t": 1_080, "3.14": 510 },
  listedEntry: { "3.11": 110, "3.13": 140, "3.13t": 100, "3.14": 65 },
} satisfies Record<string, ByVersion>;

const kernel = {
  /** With the questions about the file that go with it, and closing it. */
  open: 1_500,
  read: 600,
  perByteRead: 0.05,
  perByteWritten: 0.25,
  stat: 560,
  unlink: 10_000,
  rename: 2_800,
  listing: 1_900,
  perListed: 190,
  /** Making a file and filling it, or filling one anew: 23 to 320 µs. */
  make: 45_000,
  copy: 90_000,
  /** To a name that is free 22 to 40 µs, over another file 80. */
  replace: 45_000,
  makeFolder: 45_000,
  removeFolder: 50_000,
  /** Of a tree that is removed, for each file: asking what it is, and removing it. */
  perRemoved: 11_000,
} as const;

/**
 * What waits for the file system's journal: removing a folder, and taking the place of another file (42 to 47 % processor time of 300 µs; 80 to 100 % where
 * the name is free).
 */
const journal = { removeFolder: 70_000, replace: interval(0, 25_000, 200_000) } as const;
/** A text is decoded under the GIL. */
const perCharacter = 0.05;

/** Of a file that nobody has told anything about. */
const usualBytes = interval(500, 5_000, 100_000);
const usualListing = interval(5, 30, 300);

/** In what the kernel takes. */
const mostWaits = 5;

interface Parts {
  readonly heldNs: Interval;
  readonly kernelNs: Interval;
  /** What it waits for a journal. */
  readonly waitNs?: Interval;
  /** How many system calls it makes, each of which gives the GIL up; one if not said. */
  readonly systemCalls?: number;
}

/**
 * System calls as `strace` counts them on CPython 3.11 and 3.14: opening a file asks what it is, whether it is a terminal, and where it stands; of a tree
 * that is removed, each file takes one.
 */
const systemCalls = { readOrWrite: 7, copy: 17, perRemoved: 1, tree: 20, listing: 5 } as const;

/** What a call on a file or a folder takes; undefined for calls that were not measured. A disk or a network below may make anybody wait. */
export function fileCost(
  name: string,
  entry: CallableEntry,
  call: CallOperation,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
): CountedCost | undefined {
  if (entry.waits?.for !== "disk") return undefined;
  const parts = partsOf(name, call, at, evaluator, costs.library.column);
  if (!parts) return undefined;
  const told = (entry.cost?.terms ?? []).find((term) => term.term === "fixed" && term.spends === "wait");
  const mostNs = told?.term === "fixed" ? told.ns.high : 0;
  return {
    interpreterNs: multiply(widened(parts.heldNs, 2), costs.library.factor),
    nativeNs: multiply(widened(parts.kernelNs, 4), costs.files),
    // Neither is usual enough for the rest of the work to be in doubt.
    waitNs: add(multiply(parts.waitNs ?? zero, costs.files), interval(0, 0, Math.min(mostNs, mostWaits * parts.kernelNs.likely))),
    missing: [],
    from: "measured",
    releases: parts.systemCalls,
  };
}

function partsOf(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, column: LibraryColumn): Parts | undefined {
  const takes = (rows: readonly ByVersion[], kernelNs: number | Interval): Parts => ({
    heldNs: exactly(rows.reduce((sum, row) => sum + row[column], 0)),
    kernelNs: typeof kernelNs === "number" ? exactly(kernelNs) : kernelNs,
  });
  const [first, second] = positionalOf(call);
  const isText = !name.endsWith("bytes");
  const read = (bytes: Interval): Parts => {
    const { heldNs, kernelNs } = takes(
      [isText ? held.readText : held.readBinary],
      add(exactly(kernel.read), scale(bytes, kernel.perByteRead)),
    );
    return { heldNs: isText ? add(heldNs, scale(bytes, perCharacter)) : heldNs, kernelNs };
  };
  if (name.startsWith(pathMethod)) {
    switch (name.slice(pathMethod.length)) {
      case "write_text":
      case "write_bytes": {
        const bytes = (first && evaluator.length(first, at)) ?? usualBytes;
        return {
          ...takes(
            [isText ? held.openText : held.openBinary, held.pathText],
            add(exactly(kernel.make), scale(bytes, kernel.perByteWritten)),
          ),
          systemCalls: systemCalls.readOrWrite,
        };
      }
      case "replace":
        return { ...takes([held.pathCall], kernel.replace), waitNs: journal.replace };
      case "mkdir":
        return takes([held.pathCall], kernel.makeFolder);
      case "rmdir":
        return { ...takes([held.pathCall], kernel.removeFolder), waitNs: exactly(journal.removeFolder) };
      case "read_text":
      case "read_bytes":
        return {
          ...joined(takes([isText ? held.openText : held.openBinary, held.pathText], kernel.open), read(usualBytes)),
          systemCalls: systemCalls.readOrWrite,
        };
      case "iterdir":
        return { ...joined(takes([held.pathText], kernel.listing), each(held.listedPath[column])), systemCalls: systemCalls.listing };
      case "exists":
      case "is_file":
      case "is_dir":
      case "stat":
      case "lstat":
        return takes([held.stat, held.pathCall], kernel.stat);
      case "unlink":
        return takes([held.pathCall], kernel.unlink);
      case "rename":
        return takes([held.pathCall], kernel.rename);
      default:
        return undefined;
    }
  }
  switch (name) {
    case "os.stat":
    case "os.lstat":
    case "os.path.exists":
    case "os.path.isfile":
    case "os.path.isdir":
    case "os.path.islink":
    case "os.path.lexists":
    case "os.path.getsize":
    case "os.path.getmtime":
    case "os.path.getctime":
    case "os.path.getatime":
      return takes([held.stat], kernel.stat);
    case "os.fstat":
      return takes([held.stat], kernel.stat / 4);
    case "os.open":
      return takes([], kernel.open * 0.7);
    case "os.close":
      return takes([], kernel.open * 0.1);
    case "os.read":
    case "os.write": {
      const bytes = (name === "os.read" ? second && evaluator.number(second, at) : second && evaluator.length(second, at)) ?? usualBytes;
      return takes([], add(exactly(kernel.read), scale(bytes, name === "os.read" ? kernel.perByteRead : kernel.perByteWritten)));
    }
    case "os.remove":
    case "os.unlink":
      return takes([], kernel.unlink);
    case "os.rename":
      return takes([], kernel.rename);
    case "os.replace":
      return { ...takes([], kernel.replace), waitNs: journal.replace };
    case "shutil.move":
      return takes([held.stat], kernel.rename * 4);
    case "shutil.copyfile":
    case "shutil.copy":
    case "shutil.copy2":
      return {
        ...takes(
          [held.openBinary, held.openBinary],
          add(exactly(kernel.copy), scale(usualBytes, kernel.perByteRead + kernel.perByteWritten)),
        ),
        systemCalls: systemCalls.copy,
      };
    case "os.mkdir":
    case "os.makedirs":
      return takes([held.stat], kernel.makeFolder);
    case "os.rmdir":
      return { ...takes([], kernel.removeFolder), waitNs: exactly(journal.removeFolder) };
    case "shutil.rmtree":
      return {
        ...joined(takes([held.stat], kernel.removeFolder), {
          heldNs: scale(usualListing, held.stat[column]),
          kernelNs: scale(usualListing, kernel.perRemoved),
        }),
        systemCalls: systemCalls.tree + systemCalls.perRemoved * usualListing.likely,
        waitNs: exactly(journal.removeFolder),
      };
    case "os.listdir":
      return joined(takes([], kernel.listing), each(40));
    case "os.scandir":
      return joined(takes([], kernel.listing), each(held.listedEntry[column]));
    default:
      return undefined;
  }
}

const pathMethod = "pathlib.Path.";

/** What a listing takes for each name in it. */
function each(heldNs: number): Parts {
  return { heldNs: scale(usualListing, heldNs), kernelNs: scale(usualListing, kernel.perListed) };
}

function joined(one: Parts, other: Parts): Parts {
  return { heldNs: add(one.heldNs, other.heldNs), kernelNs: add(one.kernelNs, other.kernelNs) };
}

function widened({ low, likely, high }: Interval, by: number): Interval {
  return interval(low / 2, likely, high * by);
}
