import type { CallOperation, Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import { wordsOfName } from "../last-name.js";
import type { Program } from "../link.js";
import { lastName } from "./hand-over.js";

/** Part of a program under a lock that lets in many readers or one writer: which of both enters, and how. */
export interface Section {
  /** The lock whose method or attribute stands for the section. */
  readonly lock: Value;
  readonly mode: Mode;
}

type Mode = "read" | "write";

/** What a name says of a readers-writer lock's method: `reading`, `gen_wlock`, `acquire_read_lock`, `release_write`. */
interface Said {
  /** Undefined where one method gives both back: `release`. */
  readonly mode: Mode | undefined;
  /** `enter`: makes or is what `with` enters. */
  readonly does: "enter" | "take" | "give back";
  /** Whether the name alone says that it is about a lock. */
  readonly isOfLock: boolean;
}

/** The suffix of a lock's key where others may hold it at the same time in the same way. */
const withReaders = " with other readers";

/** The key under which a section's lock is held, of the lock's own. */
export function sectionKey(key: string, mode: Mode): string {
  return mode === "read" ? `${key}${withReaders}` : key;
}

/** Whether other threads can hold the lock of that key as well, if only to read. */
export function isHeldToRead(key: string): boolean {
  return key.endsWith(withReaders);
}

/** The key of the lock itself, however it is held. */
export function keyOfLock(key: string): string {
  return isHeldToRead(key) ? key.slice(0, -withReaders.length) : key;
}

/** What `with` enters there of a lock for readers and a writer: `lock.reading()`, `lock.gen_wlock()`, `lock.writer`. Undefined for all else. */
export function enteredSection(context: Value, within: FunctionNode, program: Program): Section | undefined {
  const asked = context.op === "call" ? context.callee : context;
  if (asked.op !== "read" || asked.place.kind !== "attribute") return undefined;
  const { name, object } = asked.place;
  const said = saidBy(name);
  if (said?.mode === undefined || said.does === "give back") return undefined;
  const classes = classesOf(object, within, program);
  const isOne =
    classes.length > 0
      ? classes.every((each) => hasBoth(each, said.does, program) && (said.isOfLock || isNamedForLock(object, each)))
      : isNamedForLock(object) || isMadeAsLock(object, within, program) || (said.isOfLock && context.op === "call");
  return isOne ? { lock: object, mode: said.mode } : undefined;
}

/** The section that a call begins or ends: `lock.acquire_read()`, `lock.release_write()`; without a mode where it ends either. Undefined for all else. */
export function calledSection(
  call: CallOperation,
  within: FunctionNode,
  program: Program,
): { readonly lock: Value; readonly mode: Mode | undefined; readonly does: "take" | "give back" } | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { name, object } = callee.place;
  const said = saidBy(name);
  if (!said) return undefined;
  // `lock.read_lock()` on a line of its own takes it, if there is a `read_unlock`.
  const does = said.does === "enter" && said.isOfLock ? "take" : said.does;
  if (does === "enter") return undefined;
  const classes = classesOf(object, within, program);
  const isOne =
    classes.length > 0
      ? classes.every((each) => hasBoth(each, said.does === "give back" ? "take" : said.does, program) && givesBack(each, program))
      : said.does !== "enter" && said.isOfLock && said.mode !== undefined && isNamedForLock(object);
  if (!isOne || (does === "take" && handsOut(name, classes, program))) return undefined;
  return { lock: object, mode: said.mode, does };
}

function classesOf(object: Value, within: FunctionNode, { resolver }: Program): readonly ClassNode[] {
  return resolver.resolve(object, within).flatMap((entity) => (entity.kind === "instance" ? [entity.class] : []));
}

/** Whether what is called makes what is to be entered, and takes nothing by itself. */
function handsOut(name: string, classes: readonly ClassNode[], { resolver }: Program): boolean {
  return classes.some((each) => {
    const method = resolver.method(each, name);
    return method === undefined || method.head.isGenerator || method.returned.some((value) => value.op !== "constant");
  });
}

/** Whether the class has such a method or attribute for readers and one for writers. */
function hasBoth(node: ClassNode, does: Said["does"], program: Program): boolean {
  const said = saidIn(node, program).filter((each) => each.does === does || (does === "take" && each.does === "enter"));
  return said.some(({ mode }) => mode === "read") && said.some(({ mode }) => mode === "write");
}

function givesBack(node: ClassNode, program: Program): boolean {
  return saidIn(node, program).some(({ does }) => does === "give back");
}

/** What the names in a class and those above it say of its objects as locks. */
function saidIn(node: ClassNode, { resolver }: Program): readonly Said[] {
  return resolver.classOrder(node).classes.flatMap(({ file, facts }) => {
    const names = [...(file.functionAt(facts.body)?.facts.bindings.keys() ?? []), ...facts.instanceAttributes.keys()];
    return names.flatMap((name) => saidBy(name) ?? []);
  });
}

function isNamedForLock(object: Value, node?: ClassNode): boolean {
  const words = wordsOfName(lastName(object) ?? "");
  return words.some((word) => locks.test(word)) || (node !== undefined && lockTypes.test(node.name));
}

/** The same of a library of which nothing is known: `RWLock()`. */
function isMadeAsLock(object: Value, within: FunctionNode, { resolver }: Program): boolean {
  return resolver.resolve(object, within).some((entity) => {
    const name = entity.kind === "object" ? entity.type : entity.kind === "external" ? entity.name : "";
    return lockTypes.test(name.slice(name.lastIndexOf(".") + 1));
  });
}

const lockTypes = /lock|latch|mutex|^rw|rw$|read.*writ/i;
const locks = /^(rw|rwl|rw_?lock|locks?|mutex|guard|gate|latch)$/;

function saidBy(name: string): Said | undefined {
  // What is written in capitals makes an object: `RLock`.
  if (/^_*[A-Z]/.test(name)) return undefined;
  let mode: Mode | undefined;
  let does: Said["does"] = "enter";
  let isOfLock = false;
  for (const word of wordsOfName(name)) {
    const own = readers.test(word) ? "read" : writers.test(word) ? "write" : undefined;
    if (own && mode) return undefined;
    mode ??= own;
    if (ends.test(word)) does = "give back";
    else if (takes.test(word)) does = "take";
    else if (!own && !besides.test(word)) return undefined;
    isOfLock ||= /lock|^acquire|^release|^gen$|^(read|writ)ing$/.test(word);
  }
  return mode || (does === "give back" && isOfLock) ? { mode, does, isOfLock } : undefined;
}

const readers = /^(r|rd|read|readers?|reading|shared)((un)?lock(ed)?)?$/;
const writers = /^(w|wr|write|writers?|writing|exclusive)((un)?lock(ed)?)?$/;
const takes = /^(acquire|enter|begin|start|take)$/;
const ends = /unlock(ed)?$|^(releas(e|ed)|leave|exit|end|done|finish)$/;
const besides = /^(locks?|locked|gen|get|for|access|section|guard|as|mode|side|context|hold|holding)$/;
