import { add, type Interval, interval, scale } from "../../base/interval.js";
import { contains } from "../../base/range.js";
import { receiverOf } from "../../program/link/last-name.js";
import { loopsAround } from "../../program/link/loops.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Operation, ReadOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { filledWith } from "../values/filled-containers.js";
import { isAddingInPlace } from "../values/growing-containers.js";
import { memoryBytes, nothing, objectCount, type Shape, shapeOf } from "../values/shape.js";
import { zero } from "./cost-sum.js";
import { makesTuples } from "./library-table.js";
import { type MemoryCosts, pagesNs } from "./memory-costs.js";

/** Of an object with its place in a container: 16 to 32 bytes of its own, 8 for the reference, the allocator's rounding. */
const objectBytes = 40;

/**
 * The tables of dicts and sets, for each entry: they are made anew at twice the size when they are full, so that all that are filled come to twice the last one. Page
 * faults of 100,000 entries, those of keys and values off: 83 bytes (CPython 3.11 and 3.14, `test/measure/fresh_memory.py`).
 */
const tableBytes = 80;

/** The memory that a loop leaves behind: of a comprehension all elements, of others what the last round left and what was added to containers. */
export function keptBytes(loop: LoopOperation, count: Interval, ofRound: number, at: Activation, evaluator: Evaluator): number {
  if (loop.makes === "list" || loop.makes === "dict" || loop.makes === "set") {
    const table = loop.makes === "list" ? 0 : tableBytes;
    return count.likely * (table + Math.max(objectBytes, madeBytes(loop.body, at, evaluator)) + ofRound);
  }
  let kept = ofRound;
  if (count.likely < fewKept) {
    const appends = loop.body.filter((operation) => operation.op === "call" && isAppend(operation)).length;
    return ofRound + appends * count.likely * (objectBytes + ofRound);
  }
  for (const operation of loop.body) {
    const added = operation.op === "call" ? appended(operation) : undefined;
    if (added) kept += count.likely * Math.max(objectBytes + ofRound, ownBytes(added, at, evaluator));
    const stored = storedIn(operation, at, evaluator);
    if (stored) kept += Math.min(count.likely, stored.entries) * entryBytes(stored, at, evaluator);
  }
  return Math.max(kept, lastingBytes(loop, at, evaluator));
}

/**
 * What the rounds put, in loops and branches inside, into containers that were there before the loop: all that these hold in the end. It is told of the outermost
 * such loop, as those inside add a part of it.
 */
function lastingBytes(loop: LoopOperation, at: Activation, evaluator: Evaluator): number {
  const outer = loopsOutside(loop, at);
  const names = new Set<string>();
  let bytes = 0;
  walkOperations(loop.body, (operation) => {
    const into = filledIn(operation);
    if (into?.place.kind !== "name" || names.has(into.place.name) || loop.body.includes(operation)) return;
    const made = (at.function.bound(into.place.name) ?? []).filter((value) => !isAddingInPlace(value));
    const isMadeIn = (around: LoopOperation): boolean => made.some((value) => contains(around, value));
    if (made.length === 0 || isMadeIn(loop) || !outer.every(isMadeIn)) return;
    names.add(into.place.name);
    const stored = storedIn(operation, at, evaluator);
    if (stored) bytes += stored.entries * entryBytes(stored, at, evaluator);
    const added = operation.op === "call" ? appended(operation) : undefined;
    const length = added && filledWith(into, at, evaluator) ? evaluator.length(into, at) : undefined;
    if (added && length) bytes += length.likely * Math.max(objectBytes, ownBytes(added, at, evaluator));
  });
  return bytes;
}

function loopsOutside(loop: LoopOperation, at: Activation): readonly LoopOperation[] {
  return loopsAround(at.function, loop).filter((around) => around.start !== loop.start);
}

/** The variable whose container an operation adds something to. */
function filledIn(operation: Operation): ReadOperation | undefined {
  const object =
    operation.op === "write" && operation.place.kind === "element"
      ? operation.place.object
      : operation.op === "call" && isAppend(operation)
        ? receiverOf(operation)
        : undefined;
  return object?.op === "read" ? object : undefined;
}

const fewKept = 50;

/**
 * What a forked process copies of the data that a loop goes through, as it counts references to each element and to what it uses of that: at most all of it, of a long
 * text a page.
 */
export function touchedBytes({ iterable }: LoopOperation, count: Interval, at: Activation, evaluator: Evaluator): number {
  const element = iterable && shapeOf({ op: "element-of", iterable, start: iterable.start, end: iterable.end }, at, evaluator);
  if (!element) return count.likely * objectBytes * 3;
  return count.likely * memoryBytes({ ...element, characters: Math.min(element.characters, element.texts * 4096) });
}

/** Of the tuples and lists that are written out in a block, and of the objects of the program's classes. */
function madeBytes(block: readonly Operation[], at: Activation, evaluator: Evaluator): number {
  let bytes = 0;
  for (const operation of block) {
    if (operation.op === "compute" && /^(tuple|list|set|dict)$/.test(operation.operator))
      bytes += memoryBytes({ ...nothing, containers: 1 }) + 8 * operation.operands.length;
    else if (operation.op === "call" && evaluator.calledInProgram(operation, at) === "class")
      bytes += instanceBytes + attributeBytes * operation.arguments.length;
    else if (operation.op === "branch") bytes += Math.max(...operation.arms.map((arm) => madeBytes(arm, at, evaluator)), 0);
  }
  return bytes;
}

/** An object of a class of the program with its place in a list, and each of its attributes (CPython 3.11, 3.13 and 3.14, by `tracemalloc`). */
const instanceBytes = 80;
const attributeBytes = 8;

/** One entry of a dict, with its value and its key where these are made for it. */
function entryBytes({ key, value }: { readonly key: Value; readonly value: Value }, at: Activation, evaluator: Evaluator): number {
  return tableBytes + Math.max(objectBytes, ownBytes(value, at, evaluator)) + (key.op === "display" ? ownBytes(key, at, evaluator) : 0);
}

/** What is made where it stands; what is read somewhere may have been there before. */
function ownBytes(value: Value, at: Activation, evaluator: Evaluator): number {
  const shape = value.op === "read" ? undefined : shapeOf(value, at, evaluator);
  return shape ? memoryBytes(shape) : 0;
}

/** What is stored in a dict that its function fills, and how many entries that has in the end; undefined where that is not known. */
function storedIn(
  operation: Operation,
  at: Activation,
  evaluator: Evaluator,
): { readonly key: Value; readonly value: Value; readonly entries: number } | undefined {
  if (operation.op !== "write" || operation.place.kind !== "element" || !operation.value) return undefined;
  const { object, index } = operation.place;
  const entries = object.op === "read" && filledWith(object, at, evaluator) ? evaluator.length(object, at) : undefined;
  return entries && { key: index, value: operation.value, entries: entries.likely };
}

/**
 * Bytes of the new objects that one call of the library hands back in a list or the like: the pieces of a text, numbers or tuples that an iterator makes. What a call
 * of the program makes is told by its loops.
 */
export function madeByCall(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): number {
  const count = (value: Value): number => evaluator.length(value, at)?.likely ?? 0;
  if (takesApart.test(name)) {
    const whole = name.startsWith("re.") ? call.arguments[1]?.value : receiverOf(call);
    const texts = count(call);
    return texts * placeBytes + memoryBytes({ ...nothing, texts, characters: whole ? Math.min(count(whole), texts * mostLetters) : 0 });
  }
  const [first] = call.arguments;
  if (!gathers.test(name) || first?.form !== "positional" || first.value.op !== "call") return 0;
  const [from] = evaluator.externalNames(first.value, at);
  const elements = from === undefined ? 0 : count(first.value);
  if (makesTuples.test(from ?? "")) return elements * memoryBytes({ ...nothing, containers: 1 });
  return makesNumbers.test(from ?? "") ? elements * objectBytes : 0;
}

const takesApart = /^(builtins\.(str|bytes)\.(r?split|splitlines)|re\.(findall|split))$/;
const gathers = /^builtins\.(list|tuple|set|frozenset|sorted)$/;
const makesNumbers = /^(builtins\.(range|map)|itertools\.(accumulate|count|islice|starmap))$/;
const placeBytes = 8;
/** Pieces of texts are words and lines. */
const mostLetters = 200;

/**
 * What the memory takes that a loop fetches from the system, beyond what its rounds fetch themselves: of all that it leaves, what the interpreter does not keep when
 * it is thrown away. Where nobody knows how often the loop goes round, nothing is said of it.
 */
export function fetchedNs(loopBytes: number, roundBytes: number, count: Interval, memory: MemoryCosts): Interval {
  const beyond = (bytes: number): number => Math.max(0, bytes - memory.keptBytes);
  const bytes = beyond(loopBytes) - count.likely * beyond(roundBytes);
  return bytes > 0 ? pagesNs(scale(memory.builtAnew, Math.min(bytes, mostBytes)), memory.freshPage) : zero;
}

/** No machine has more for one task. */
const mostBytes = 2_000_000_000;

const manyKept = 5_000;
const mostKept = 40;
const oneText: Shape = { integers: 0, floats: 0, texts: 1, characters: 20, containers: 0 };

/** What a call adds to a list. */
function appended(call: CallOperation): Value | undefined {
  return isAppend(call) ? call.arguments[0]?.value : undefined;
}

function isAppend({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "append";
}

/** What each element of a large list, set or dict takes beyond its part of a small one, but for memory from the system: caches, collections of garbage. */
function keptElementNs(loop: LoopOperation, count: Interval): Interval {
  const keeps = loop.makes === "list" || loop.makes === "dict" || loop.makes === "set";
  const makesObjects = loop.body.some((operation) => operation.op === "compute" || operation.op === "call");
  if (!keeps || count.likely < manyKept) return zero;
  return makesObjects || loop.makes !== "list" ? interval(3, 15, 45) : interval(1, 8, 28);
}

/** What a round of a loop that keeps what it makes takes beyond making it, but for memory from the system: caches, containers that grow, collections of garbage. */
export function keptNs(loop: LoopOperation, count: Interval, at: Activation, evaluator: Evaluator): Interval {
  if (loop.form === "comprehension") return keptElementNs(loop, count);
  const isInside = loopsOutside(loop, at).length > 0;
  let sum = zero;
  for (const operation of loop.body) {
    const isStore = operation.op === "write" && operation.place.kind === "element";
    const kept = isStore ? operation.value : operation.op === "call" ? appended(operation) : undefined;
    const object = isStore && operation.place.kind === "element" ? operation.place.object : undefined;
    if (!kept || (object && !(object.op === "read" && filledWith(object, at, evaluator)))) continue;
    const into = isInside ? filledIn(operation) : undefined;
    const holds = into ? (evaluator.length(into, at)?.likely ?? 0) : 0;
    if (Math.max(count.likely, holds) < manyKept) continue;
    const objects = Math.min(mostKept, objectCount(shapeOf(kept, at, evaluator) ?? oneText));
    const grows = isStore ? interval(5, 25, 90) : zero;
    sum = add(sum, add(grows, scale(interval(1, 8, 40), objects)));
  }
  return sum;
}
