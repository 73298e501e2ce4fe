import { type Interval, interval } from "../../base/interval.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { archiveMembers } from "../values/archive-members.js";
import type { Evaluator } from "../values/evaluate.js";

/** Rounds of a loop, and whether the code tells them. */
interface Rounds {
  readonly count: Interval;
  readonly known: "known" | "default";
}

/**
 * Rounds of a loop that reads a file or a connection piece by piece: to its end as many as what is usually in it has pieces, `while chunk := file.read(65536)`;
 * of a message whose length is known mostly one, as it has come when it is asked for: `while len(data) < size: data += sock.recv(size - len(data))`.
 */
export function streamRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Rounds | undefined {
  const members = loop.iterable && membersOf(loop.iterable, at, evaluator);
  if (members) return { count: members, known: "known" };
  const reading = loop.form === "while" ? readIn(loop.body, at, evaluator) : readOfIterator(loop.iterable, at, evaluator);
  if (!reading) return undefined;
  if (reading.from === "connection" && isUntilComplete(loop, at)) return { count: interval(1, 1, 16), known: "known" };
  const [piece] = reading.call.arguments;
  const size = piece && evaluator.number(piece.value, reading.in);
  if (!size || size.low < 1) return undefined;
  const { low, likely, high } = reading.from === "file" ? fileBytes : connectionBytes;
  const rounds = (bytes: number): number => Math.ceil(bytes / size.likely) + 1;
  return { count: interval(rounds(low), rounds(likely), rounds(high)), known: "default" };
}

/** `for member in archive` of an archive that the same function has filled. */
function membersOf(iterable: Value, at: Activation, evaluator: Evaluator): Amount {
  if (!importsAny(at.function.file, "archives", (module) => module === "tarfile")) return undefined;
  const isArchive = evaluator.resolver
    .resolve(iterable, at.function)
    .some((entity) => entity.kind === "object" && entity.type === "tarfile.TarFile");
  return isArchive ? archiveMembers("tarfile.TarFile", at, evaluator) : undefined;
}

/** Of files that programs read in pieces; of what comes over a connection until it is closed. */
const fileBytes = interval(1_000, 1_000_000, 1e9);
const connectionBytes = interval(100, 50_000, 1e8);

interface Reading {
  readonly call: CallOperation;
  readonly in: Activation;
  readonly from: "file" | "connection";
}

function readIn(body: readonly Operation[], at: Activation, evaluator: Evaluator): Reading | undefined {
  for (const operation of body) {
    const found = operation.op === "call" ? readingOf(operation, at, evaluator) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** `iter(lambda: file.read(4096), b"")` */
function readOfIterator(iterable: Value | undefined, at: Activation, evaluator: Evaluator): Reading | undefined {
  if (iterable?.op !== "call" || iterable.arguments.length !== 2 || evaluator.externalNames(iterable, at)[0] !== "builtins.iter")
    return undefined;
  const [first] = iterable.arguments;
  const node = first?.value.op === "function" ? at.function.file.functionAt(first.value.function) : undefined;
  const read = node?.facts.returned[0];
  return node && read?.op === "call" ? readingOf(read, { ...bareActivation(node), caller: at }, evaluator) : undefined;
}

function readingOf(call: CallOperation, at: Activation, evaluator: Evaluator): Reading | undefined {
  for (const name of evaluator.externalNames(call, at)) {
    if (/^(io\.\w+|gzip\.GzipFile|bz2\.BZ2File|lzma\.LZMAFile)\.read1?$/.test(name)) return { call, in: at, from: "file" };
    if (/^socket\.socket(pair)?\.recv(_into)?$/.test(name)) return { call, in: at, from: "connection" };
  }
  return undefined;
}

/** Whether it ends once so much has come: what is missing is counted down, or what is there compared with what is wanted. */
function isUntilComplete({ test, start, end }: LoopOperation, { function: node }: Activation): boolean {
  if (test?.op === "compute") return /^([<>]=?|!=)$/.test(test.operator);
  if (test?.op !== "read" || test.place.kind !== "name") return false;
  const changes = node.facts.bindings.get(test.place.name) ?? [];
  return changes.some((bound) => bound.op === "compute" && bound.operator === "-" && bound.start >= start && bound.end <= end);
}

/** How many files a folder has that is looked through: `for path in folder.glob("*.jpg")`, sorted or filtered as well. */
export function listedEntries({ iterable }: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const isListing = (value: Value, in_: Activation, depth = 0): true | undefined => {
    if (depth > 4) return undefined;
    if (value.op === "read") return evaluator.followWhole(value, in_, (bound, within) => isListing(bound, within, depth + 1));
    if (value.op === "entered") return isListing(value.context, in_, depth + 1);
    if (value.op === "comprehension") return value.iterables[0] && isListing(value.iterables[0], in_, depth + 1);
    if (value.op !== "call") return undefined;
    const [name = ""] = evaluator.externalNames(value, in_);
    const [first] = value.arguments;
    if (/^builtins\.(sorted|list|tuple|set|reversed|enumerate|filter)$/.test(name))
      return first && isListing(value.arguments[name === "builtins.filter" ? 1 : 0]?.value ?? first.value, in_, depth + 1);
    return listings.test(name) ? true : undefined;
  };
  return iterable && isListing(iterable, at) ? folderEntries : undefined;
}

const listings = /^(os\.(listdir|scandir)|glob\.i?glob|pathlib\.\w+\.(r?glob|iterdir))$/;
const folderEntries = interval(1, 100, 100_000);
