import type { Interval } from "../../base/interval.js";
import { boundWhereRead } from "../../program/link/resolution/loop-variables.js";
import type { ScopedValue, SpawnTarget } from "../../program/link/threads/spawn.js";
import type { ComputeOperation, Value } from "../../program/operation.js";
import { zero } from "../costs/cost-sum.js";
import type { CostModel } from "../costs/work.js";
import { type Sample, toldText } from "../samples/sample.js";
import { type Activation, type Argument, bareActivation } from "../values/activation.js";
import type { Share } from "./demand.js";
import type { TaskWork } from "./task-work.js";

/** What each task asks for, compared with all tasks' average. */
export interface UnevenTasks {
  /** Of the average task. */
  readonly work: TaskWork;
  /** In the order in which tasks are handed out. */
  readonly shares: readonly Share[];
}

/**
 * The work of tasks whose items are written out, or made of constants, and differ: `pool.map(task, [1_000, 80_000, 2_000])`. Undefined where the
 * items are not known or all tasks do about the same.
 */
export function unevenTasks(target: SpawnTarget, model: CostModel): UnevenTasks | undefined {
  const lists = new Map<string, readonly Argument[]>();
  let count: number | undefined;
  for (const [name, argument] of target.arguments) {
    const items = itemsOf(argument, model);
    if (!items) {
      if (argument.how === "element") return undefined;
      continue;
    }
    lists.set(name, items);
    count = Math.min(count ?? items.length, items.length);
  }
  if (count === undefined || count < 2) return undefined;
  const known = new Map<string, TaskWork>();
  const each: TaskWork[] = [];
  for (let index = 0; index < count; index++) {
    const given = new Map<string, Argument>();
    for (const [name, { value, in: within, how }] of target.arguments) {
      const item = lists.get(name)?.[index];
      given.set(name, item ?? { value, in: bareActivation(within), how });
    }
    const key = [...lists.keys()].map((name) => textOf(given.get(name)?.value)).join("; ");
    const same = key.includes("?") ? undefined : known.get(key);
    const work = same ?? model.workOfTask({ function: target.function, arguments: given, caller: undefined });
    known.set(key, work);
    each.push(work);
  }
  return unevenWork(each);
}

/** The work of tasks each of which does as much as one of these, in that order; undefined where all do about the same, or it is not known how much. */
export function unevenWork(each: readonly TaskWork[]): UnevenTasks | undefined {
  const times = each.map(timesOf);
  const average = (of: (each: TaskWork) => Interval): Interval => {
    const all = each.map(of);
    const mean = (end: keyof Interval): number => all.reduce((sum, one) => sum + one[end], 0) / all.length;
    return { low: mean("low"), likely: mean("likely"), high: mean("high") };
  };
  const all = times.map(totalOf);
  if (Math.max(...all) < Math.min(...all) * leastDifference || each.some((work) => work.isEndless || work.unknownCalls > 0))
    return undefined;
  const mean = (of: (each: Share) => number): number => times.reduce((sum, one) => sum + of(one), 0) / times.length;
  const [busy, wait] = [mean((one) => one.busy), mean((one) => one.wait)];
  // What is said of one task is said of the one in the middle.
  const inOrder = [...each].sort((a, b) => totalOf(timesOf(a)) - totalOf(timesOf(b)));
  const middle = inOrder[Math.floor(each.length / 2)] as TaskWork;
  return {
    work: {
      ...middle,
      interpreterNs: average((work) => work.interpreterNs),
      heldNs: average((work) => work.heldNs),
      nativeNs: average((work) => work.nativeNs),
      waitNs: average((work) => work.waitNs),
      blockingNs: average((work) => work.blockingNs),
      pooled: {
        interpreterNs: average(({ pooled }) => pooled.interpreterNs),
        heldNs: average(({ pooled }) => pooled.heldNs),
        nativeNs: average(({ pooled }) => pooled.nativeNs),
        waitNs: average(({ pooled }) => pooled.waitNs),
      },
      open: each.some(({ open }) => open)
        ? {
            interpreterNs: average(({ open }) => open?.interpreterNs ?? zero),
            heldNs: average(({ open }) => open?.heldNs ?? zero),
            nativeNs: average(({ open }) => open?.nativeNs ?? zero),
            waitNs: average(({ open }) => open?.waitNs ?? zero),
          }
        : undefined,
    },
    shares: times.map((one) => ({ busy: busy > 0 ? one.busy / busy : 1, wait: wait > 0 ? one.wait / wait : 1 })),
  };
}

/** Less than that is lost in what is not known of a task anyway. */
export const leastDifference = 1.15;
const mostItems = 64;
/** Those that are the same are looked at once. */
const mostRepeated = 512;

function timesOf({ interpreterNs, heldNs, nativeNs, waitNs }: TaskWork): Share {
  return { busy: interpreterNs.likely + heldNs.likely + nativeNs.likely, wait: waitNs.likely };
}

function totalOf({ busy, wait }: Share): number {
  return busy + wait;
}

function itemsOf(
  { value, in: within, how }: ScopedValue & { readonly how: Argument["how"] },
  model: CostModel,
): readonly Argument[] | undefined {
  const at = bareActivation(within);
  if (how === "element") return elementsOf(value, at, model);
  if (value.op !== "read" || value.place.kind !== "name")
    return value.op === "element-of" ? elementsOf(value.iterable, at, model) : undefined;
  const [only, ...others] = boundWhereRead(within, value.place.name, value);
  return only?.op === "element-of" && others.length === 0 ? elementsOf(only.iterable, at, model) : undefined;
}

function elementsOf(iterable: Value, at: Activation, model: CostModel): readonly Argument[] | undefined {
  const { samples } = model.evaluator;
  const read = (value: Value, in_: Activation): readonly Argument[] | undefined => {
    if (value.op === "compute") return joined(value, in_);
    if (value.op !== "display" || value.isOpen || value.makes === "dict" || value.makes === "set") return undefined;
    if (value.elements.length === 0 || value.elements.length > mostItems) return undefined;
    return value.elements.map((element) => ({ value: element, in: in_, how: "whole" }));
  };
  // `[("read", 0.1), ("sum", 50_000)] * 20`, `SMALL + LARGE`
  const joined = ({ operator, operands: [left, right] }: ComputeOperation, in_: Activation): readonly Argument[] | undefined => {
    const [one, other] = [left, right].map((operand) => operand && samples.written(operand, in_, read));
    const items = one ?? other;
    if (!items || !left || !right) return undefined;
    if (operator === "+") return one && other && one.length + other.length <= mostRepeated ? [...one, ...other] : undefined;
    const times = operator === "*" ? model.evaluator.number(one ? right : left, in_) : undefined;
    if (!times || times.low !== times.high || times.likely < 1 || items.length * times.likely > mostRepeated) return undefined;
    return Array.from({ length: Math.floor(times.likely) }, () => items).flat();
  };
  const written = samples.written(iterable, at, read);
  if (written) return written;
  const sample = samples.of(iterable, at);
  if (sample?.kind !== "sequence" || sample.items.length !== sample.count) return undefined;
  const values = sample.items.map(writtenAs);
  return values.includes(undefined) ? undefined : values.map((value) => ({ value: value as Value, in: at, how: "whole" }));
}

/** A number, a short text, or a tuple of these, as it would be written. */
function writtenAs(sample: Sample): Value | undefined {
  const place = { start: -1, end: -1 };
  if (sample.kind === "text") {
    const text = sample.isBytes ? undefined : toldText(sample);
    return text !== undefined && /^[^\\]{0,200}$/.test(text) ? { op: "constant", type: "str", value: text, ...place } : undefined;
  }
  if (sample.kind === "number") return { op: "constant", type: sample.type, value: sample.value, ...place };
  if (sample.kind !== "sequence" || sample.items.length !== sample.count) return undefined;
  const elements = sample.items.map(writtenAs);
  if (elements.includes(undefined)) return undefined;
  return { op: "display", makes: "tuple", elements: elements as readonly Value[], keys: [], isOpen: false, ...place };
}

function textOf(value: Value | undefined): string {
  if (value?.op === "constant") return String(value.value);
  return value?.op === "display" ? `(${value.elements.map(textOf).join()})` : "?";
}
