import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { atLeast, type Target } from "../../base/target.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { uncompressedLength } from "../values/library-sizes.js";
import type { CountedCost } from "./brief-releases.js";
import { compressionNs, lzmaNs } from "./compression-costs.js";
import { zero } from "./cost-sum.js";
import type { BulkName, OperationCosts } from "./operation-costs.js";

/*
 * What objects of `zipfile`, `tarfile`, `gzip`, `bz2`, `lzma` and `zlib` take. Their own work is Python, in calls of a function (CPython 3.11, 3.13t and 3.14,
 * `test/measure/library_calls.py`); packing and unpacking is C, without the GIL, and takes what the functions of these modules take.
 */

/** Of reading a member: finding it, its header, and the object that is read from. */
const memberRead = 300;
const memberWritten = 330;
/** Of a read to the end beyond what is unpacked. */
const pieceRead = 300;
/** Of a write to a file object beyond what is packed: 24 before 3.12, 9 since, where what is written is gathered first; of text, which always is, 5 or 6. */
const pieceWritten = 20;
const textWritten = 5;
/** Of handing a piece to a compressor. */
const pieceHandedOver = 8;
const checkedNsPerByte = 0.16;

/** Of a member of a `tarfile`: its header, and the copy of its data, most of which is Python, too (764 and 1,228 on CPython 3.11 and 3.14). */
const memberAdded = 1_000;
/** 3.5 to 4.4 where each piece needs memory, 0.3 where it does not. */
const addedNsPerByte = interval(0.3, 1, 4);

/** How much is written before it is packed, and the GIL released: texts in bytes of `TextIOWrapper`'s, and what `GzipFile` gathers since 3.12. */
const textGathered = 8_192;
const bytesGathered = 32_768;

/** What a method takes that packs or unpacks; undefined where the size of the data cannot be told. */
export function archiveCost(
  name: string,
  call: CallOperation,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
  target: Target,
): CountedCost | undefined {
  if (name === "tarfile.TarFile.addfile") {
    const data = positionalOf(call)[1];
    const bytes = (data && evaluator.length(data, at)) ?? exactly(0);
    const interpreterNs = add(scale(costs.operations.callPython, memberAdded), multiply(addedNsPerByte, bytes));
    return { interpreterNs, nativeNs: zero, waitNs: zero, missing: [], from: "measured", releases: undefined };
  }
  const called = /^(zipfile|gzip|bz2|lzma|zlib)\.(ZipFile|GzipFile|BZ2File|LZMAFile|Compress|BZ2Compressor|LZMACompressor)\.(\w+)$/.exec(
    name,
  );
  if (!called) return undefined;
  const [, module, type, method] = called;
  const [first, second] = positionalOf(call);
  const { callPython } = costs.operations;
  const taking = (calls: number, nativeNs: Amount, releases?: number): CountedCost | undefined =>
    nativeNs && { interpreterNs: scale(callPython, calls), nativeNs, waitNs: zero, missing: [], from: "measured", releases };
  if (type === "ZipFile") {
    if (method === "writestr") return taking(memberWritten, writtenNs(second, call, at, evaluator, costs));
    const bytes = method === "read" ? writtenMembers(at, evaluator) : undefined;
    return bytes && taking(memberRead, add(checkedNs(bytes), unpackingNs("zlib.decompress", bytes, costs)));
  }
  const data = first;
  const bytes = data && evaluator.length(data, at);
  if (method === "write" || method === "compress") {
    const isGathered = method === "write" && isText(madeWith(call, at, evaluator, "mode") ?? madeWith(call, at, evaluator, 1));
    const calls = method === "compress" ? pieceHandedOver : isGathered ? textWritten : pieceWritten;
    const gathered = isGathered ? textGathered : method === "write" && module === "gzip" && atLeast(target, 3, 12) ? bytesGathered : 0;
    const releases = bytes && gathered > 0 ? Math.min(1, bytes.likely / gathered) : undefined;
    if (module === "lzma") return taking(calls, lzmaNs(data, undefined, bytes, at, evaluator, costs), releases);
    const packer = module === "bz2" ? "bz2.compress" : module === "gzip" ? "gzip.compress" : "zlib.compress";
    return taking(
      calls,
      compressionNs(packer, data, madeWith(call, at, evaluator, "compresslevel"), bytes, at, evaluator, costs),
      releases,
    );
  }
  if (method !== "read") return undefined;
  const unpacked = madeWith(call, at, evaluator, "fileobj") ?? madeWith(call, at, evaluator, 0);
  const length = unpacked && uncompressedIn(unpacked, at, evaluator);
  return length && taking(pieceRead, add(checkedNs(length), unpackingNs(`${module as "gzip" | "bz2" | "lzma"}.decompress`, length, costs)));
}

function unpackingNs(name: BulkName, bytes: Interval, { bulk }: OperationCosts): Interval {
  const { low, likely, high } = bulk[name].nsPerUnit;
  return interval(low * bytes.low * 0.5, likely * bytes.likely, high * bytes.high * 1.5);
}

/** Its check sum, and the copies of it. */
function checkedNs(bytes: Interval): Interval {
  return scale(bytes, checkedNsPerByte);
}

/** What putting a member into an archive takes: it is packed only where that was asked for. */
function writtenNs(data: Value | undefined, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  const bytes = data && evaluator.length(data, at);
  if (!bytes) return undefined;
  const how = call.arguments.find((each) => each.form === "keyword" && each.name === "compress_type")?.value;
  const packing =
    constantName(how) ?? constantName(madeWith(call, at, evaluator, "compression") ?? madeWith(call, at, evaluator, 2)) ?? "ZIP_STORED";
  const packed =
    packing === "ZIP_STORED"
      ? exactly(0)
      : packing === "ZIP_LZMA"
        ? lzmaNs(data, undefined, bytes, at, evaluator, costs)
        : compressionNs(packing === "ZIP_BZIP2" ? "bz2.compress" : "zlib.compress", data, undefined, bytes, at, evaluator, costs);
  return packed && add(packed, checkedNs(bytes));
}

function isText(mode: Value | undefined): boolean {
  return mode?.op === "constant" && typeof mode.value === "string" && mode.value.includes("t");
}

function constantName(value: Value | undefined): string | undefined {
  if (value?.op !== "read" || value.place.kind === "element") return undefined;
  const { name } = value.place;
  return /^ZIP_[A-Z0-9]+$/.test(name) ? name : undefined;
}

/** How long the members are that the same file puts into archives, which it likely reads again. */
function writtenMembers(at: Activation, evaluator: Evaluator): Amount {
  for (const { call } of at.function.file.calls("writestr")) {
    const data = positionalOf(call)[1];
    const bytes = data && evaluator.length(data, at);
    if (bytes) return interval(bytes.low * 0.5, bytes.likely, bytes.high * 2);
  }
  return undefined;
}

/** An argument of the call that made the object whose method is called. */
function madeWith({ callee }: CallOperation, at: Activation, evaluator: Evaluator, argument: string | number): Value | undefined {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  return evaluator.samples.written(callee.place.object, at, (bound) => {
    // An archive gives itself to a `with`.
    const made = bound.op === "entered" ? bound.context : bound;
    if (made.op !== "call") return undefined;
    if (typeof argument === "number") return positionalOf(made)[argument];
    return made.arguments.find((each) => each.form === "keyword" && each.name === argument)?.value;
  });
}

/** How long the data are that were packed into what a file object in memory holds. */
function uncompressedIn(value: Value, at: Activation, evaluator: Evaluator): Amount {
  return evaluator.samples.written(value, at, (made, in_) => {
    if (made.op !== "call") return undefined;
    const [name] = evaluator.externalNames(made, in_);
    const inside = name === "io.BytesIO" ? positionalOf(made)[0] : made;
    return inside && uncompressedLength(inside, in_, evaluator);
  });
}
