import { exactly, type Interval, interval } from "../../base/interval.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Operation, ReadOperation, Value } from "../../program/operation.js";
import { totalOver } from "../rounds/generators.js";
import { type Activation, holderOf } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { isNamed } from "./value-shapes.js";

/** What a container of containers is filled with: groups of a dict, neighbours in a graph. */
interface Groups {
  readonly count: Interval;
  /** The elements of all together. */
  readonly elements: Interval;
  /** Whether it shows how many groups there are. */
  readonly isCounted: boolean;
}

/** How many groups there are in `groups[key].append(value)` and `groups.setdefault(key, []).append(value)`. */
export function groupCount(groups: ReadOperation, at: Activation, evaluator: Evaluator): Amount {
  return groupsOf(groups, at, evaluator)?.count;
}

/** How many elements each of them has. */
export function groupLength(groups: ReadOperation, at: Activation, evaluator: Evaluator): Amount {
  const found = groupsOf(groups, at, evaluator);
  if (!found) return undefined;
  const { count, elements, isCounted } = found;
  const each = elements.likely / Math.max(1, count.likely);
  // Of groups that are gone through, some are short and others long; what counts is their average.
  return isCounted
    ? interval(Math.min(each, elements.low / Math.max(1, count.high)) * 0.5, each, Math.max(each, elements.high / Math.max(1, count.low)))
    : interval(Math.min(1, each), each, elements.high);
}

function groupsOf({ place }: ReadOperation, at: Activation, evaluator: Evaluator): Groups | undefined {
  const holder = place.kind === "name" ? holderOf(place.owner, at) : undefined;
  if (place.kind !== "name" || !holder || holder.arguments.has(place.name)) return undefined;
  const { name } = place;
  const [made, ...others] = holder.function.bound(name) ?? [];
  if (!made || others.length > 0 || !mayHoldGroups(made, holder, evaluator)) return undefined;
  const adding = additionsTo(holder.function.facts.body, name);
  if (adding.size === 0) return undefined;
  const elements = totalOver(holder.function.facts.body, holder, evaluator, (operation) => {
    const added = adding.get(operation);
    if (!added) return exactly(0);
    return added.many ? evaluator.length(added.many, holder) : exactly(1);
  });
  if (!elements || elements.high < 1) return undefined;
  const written = made.op === "comprehension" ? evaluator.length(made, holder) : undefined;
  if (written) return { count: written, elements, isCounted: true };
  const counts = [...adding.values()].map(({ key }) => differentKeys(key, elements, holder, evaluator));
  const known = counts.flatMap((count) => count ?? []);
  // Those who fill the same groups mostly fill all of them.
  const [most] = known.sort((a, b) => b.likely - a.likely);
  if (most) return { count: most, elements, isCounted: true };
  return { count: interval(1, Math.max(1, elements.likely) ** likelyShare, Math.max(1, elements.high)), elements, isCounted: false };
}

/** Whether it is made as containers of containers are. Asked before the function's body is read, so that what depends on other names does not rest on that. */
function mayHoldGroups(made: Value, at: Activation, evaluator: Evaluator): boolean {
  if (made.op === "comprehension") return true;
  if (made.op === "display") return made.makes === "dict" || made.makes === "list";
  if (made.op !== "call") return false;
  return /^(builtins\.(dict|list)|collections\.(defaultdict|OrderedDict))$/.test(evaluator.externalNames(made, at)[0] ?? "");
}

/** Of so many things, as many groups as the root of their number, a few more: groups are mostly longer than there are many of them, or the other way round. */
const likelyShare = 0.55;

interface Addition {
  readonly key: Value;
  /** What is added as a whole, by `extend` and `update`. */
  readonly many: Value | undefined;
}

/** The calls that add something to what stands under a key of the named container. */
function additionsTo(operations: readonly Operation[], name: string): ReadonlyMap<Operation, Addition> {
  const found = new Map<Operation, Addition>();
  walkOperations(operations, (operation) => {
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const { name: method, object } = operation.callee.place;
    const key = adds.test(method) ? keyIn(object, name) : undefined;
    if (key) found.set(operation, { key, many: /^(extend|update)$/.test(method) ? operation.arguments[0]?.value : undefined });
  });
  return found;
}

const adds = /^(append|appendleft|add|insert|extend|update)$/;

/** `key` of `groups[key]` and `groups.setdefault(key, …)`. */
function keyIn(value: Value, name: string): Value | undefined {
  if (value.op === "call") {
    const { callee, arguments: given } = value;
    const isDefault = callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "setdefault";
    return isDefault && isNamed(callee.place.object, name) ? given[0]?.value : undefined;
  }
  return value.op === "read" && value.place.kind === "element" && isNamed(value.place.object, name) ? value.place.index : undefined;
}

/** The values that make up a tuple or a text. */
function writtenOf(key: Value, at: Activation, evaluator: Evaluator): readonly Value[] | undefined {
  if (key.op === "display") return key.elements;
  if (key.op === "compute") return key.operator.startsWith("format") ? key.operands : undefined;
  const isText = key.op === "call" && key.arguments.length === 1 && evaluator.externalNames(key, at)[0] === "builtins.str";
  return isText ? key.arguments.map(({ value }) => value) : undefined;
}

/** How many different values a key has that is computed so often; undefined where that does not show. */
function differentKeys(key: Value, times: Interval, at: Activation, evaluator: Evaluator): Amount {
  if (key.op === "constant") return exactly(1);
  if (key.op === "compute" && /^(%|&)$/.test(key.operator) && key.operands[1]) {
    const by = evaluator.number(key.operands[1], at);
    const isPlain = by && by.low >= 1 && (key.operator === "%" || Number.isInteger(Math.log2(by.high + 1)));
    return isPlain ? combine(by, times, (values, all) => Math.min(values + (key.operator === "&" ? 1 : 0), all)) : undefined;
  }
  // What is written of several values differs as they do: `f"{year}-{month}"`, `str(number % 7)`.
  const parts = writtenOf(key, at, evaluator);
  if (parts) {
    const counts = parts.map((part) => differentKeys(part, times, at, evaluator));
    const all = counts.reduce((product, count) => combine(product, count, (a, b) => a * b), exactly(1));
    if (all) return combine(all, times, Math.min);
  }
  if (key.op === "element-of" && key.iterable.op === "call" && evaluator.externalNames(key.iterable, at)[0] === "builtins.range")
    return combine(evaluator.length(key.iterable, at), times, Math.min);
  if (key.op === "read" && key.place.kind === "name" && key.place.owner === at.function.index) {
    const [bound, ...others] = at.function.bound(key.place.name) ?? [];
    if (bound && others.length === 0 && bound !== key) {
      const found = differentKeys(bound, times, at, evaluator);
      if (found) return found;
    }
  }
  const seen = evaluator.samples.different(key, at, times.likely);
  return seen === undefined
    ? undefined
    : interval(Math.max(1, seen * 0.7), seen, Math.min(Math.max(seen * 3, 24), Math.max(seen, times.high)));
}
