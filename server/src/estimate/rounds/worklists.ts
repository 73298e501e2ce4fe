import { exactly, type Interval, interval, multiply } from "../../base/interval.js";
import { contains } from "../../base/range.js";
import { loopsAround } from "../../program/link/loops.js";
import { innerOperations, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Operation, ReadOperation, Value } from "../../program/operation.js";
import { type Activation, activationOfCall } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";

/**
 * How often `while pending:` goes round, or `for entry in pending:`, that takes one entry after the other from a list, queue or heap and puts new ones on it: once for each
 * state that there is, as searches do that look at nothing twice. States are the elements of the mapping whose entries tell the neighbours
 * (`for other in graph[node]`), or the cells that tests leave (`0 <= x < WIDTH and 0 <= y < HEIGHT`). Undefined where neither is seen.
 */
export function worklistRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const worklist = worklistOf(loop, at, evaluator);
  if (!worklist) return undefined;
  if (!worklist.grows) {
    // Entries that are there from the start, and no others.
    const first = evaluator.length(worklist.read, at);
    return first && interval(Math.max(0, first.low), Math.max(0, first.likely), Math.max(0, first.high));
  }
  const states = nodesOf(loop, at, evaluator) ?? cellsOf(loop, at, evaluator);
  if (!states) return undefined;
  const searches = searchesOfAll(loop, at, evaluator);
  // However often one begins, what is marked for all of them is met once. Half of the places where one may begin are left out before.
  if (searches) {
    const each = (states: number, searches: number): number => (2 * states) / Math.max(2, searches);
    return interval(each(states.low / 8, searches.high), each(states.likely, searches.likely), each(states.high, searches.low));
  }
  // Walls and what nothing leads to are never reached. A search that ends at its goal has seen most by then.
  const taken = loop.body.some(isGuard) ? takenAgain : 1;
  return loop.endsEarly
    ? interval(Math.max(1, states.low / 20), Math.max(1, states.likely * 0.7 * taken), states.high * 2)
    : interval(Math.max(1, states.low / 4), states.likely * taken, states.high * 2);
}

/** The same of `for entry in entries:`, whose list the body adds to; `open` where that does and nobody can tell how much. */
export function growingRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | "open" | undefined {
  if (loop.form !== "for" || loop.iterable?.op !== "read" || !worklistOf(loop, at, evaluator)?.grows) return undefined;
  return worklistRounds(loop, at, evaluator) ?? "open";
}

/**
 * A search that passes over entries which are out of date (`if so_far > distance[node]: continue`) has them several times: on random graphs with five ways
 * from each place it takes 1.4 entries a place, with ten 1.9. As either way of a branch is taken for as likely, this is what lets the rest of the body
 * run once for most places.
 */
const takenAgain = 1.7;

/** Whether an operation of the body is `if …: continue` alone. */
function isGuard(operation: Operation): boolean {
  return (
    operation.op === "branch" && operation.arms.length <= 2 && operation.arms[0]?.length === 1 && operation.arms[0][0]?.op === "continue"
  );
}

/**
 * How many searches share the marks of what was seen: a set or table that was made before the loops that the search stands in, here or in the function
 * that calls this one with it. Undefined if each begins with marks of its own.
 */
function searchesOfAll(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  for (const mark of marksIn(loop, at)) {
    const { place } = mark;
    if (place.kind !== "name") continue;
    const given = at.arguments.get(place.name);
    const [holder, from, made] =
      given?.how === "whole" && given.value.op === "read" && given.value.place.kind === "name"
        ? ([given.in, given.value, given.value.place.name] as const)
        : ([at, loop, place.name] as const);
    const bound = holder.function.bound(made) ?? [];
    if (bound.length === 0) continue;
    const around = loopsAround(holder.function, from).filter(
      (outer) => outer !== loop && outer.form !== "comprehension" && bound.every((value) => !contains(outer, value)),
    );
    let searches = exactly(1);
    for (const outer of around) {
      const { count, known } = evaluator.trips(outer, holder);
      if (known !== "known") return undefined;
      searches = multiply(searches, count);
    }
    if (around.length > 0 && searches.low >= 1) return searches;
  }
  return undefined;
}

/** The variables that the loop both looks into and puts marks in: `if other not in seen: seen.add(other)`, `if not seen[y][x]: seen[y][x] = True`. */
function marksIn(loop: LoopOperation, at: Activation): readonly ReadOperation[] {
  const marked = new Set<string>();
  walkOperations(loop.body, (operation) => {
    if (operation.op === "write" && operation.place.kind === "element") append(operation.place.object);
    else if (operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute")
      if (operation.callee.place.name === "add") append(operation.callee.place.object);
  });
  function append(object: Value): void {
    const root = rootOf(object);
    if (root?.place.kind === "name") marked.add(root.place.name);
  }
  return [...testsIn(loop.body)].flatMap((test) => {
    const looked =
      test.op === "compute" && /^(not )?in$/.test(test.operator) ? [test.operands[1]] : test.op === "compute" ? test.operands : [test];
    return looked.flatMap((value) => {
      const root = value && (value.op === "read" && (value.place.kind === "element" || test !== value) ? rootOf(value) : undefined);
      const isLocal = root?.place.kind === "name" && (root.place.owner === at.function.index || at.arguments.has(root.place.name));
      return root && isLocal && root.place.kind === "name" && marked.has(root.place.name) ? [root] : [];
    });
  });
}

/** `table` of `table[y][x]`. */
function rootOf(value: Value): ReadOperation | undefined {
  if (value.op !== "read") return undefined;
  return value.place.kind === "element" ? rootOf(value.place.object) : value.place.kind === "name" ? value : undefined;
}

/** Whether the loop goes on to whatever it finds on its way, so that one that ends at a goal has mostly seen a good part of all there is by then. */
export function isSearch(loop: LoopOperation, at: Activation, evaluator: Evaluator): boolean {
  return worklistOf(loop, at, evaluator)?.grows ?? false;
}

/** The list that a loop takes its entries from, and whether it puts others on. */
function worklistOf(
  loop: LoopOperation,
  at: Activation,
  evaluator: Evaluator,
): { readonly read: ReadOperation; readonly grows: boolean } | undefined {
  const entries = loop.form === "for" ? loop.iterable : loop.test;
  const pending = entries && pendingIn(entries, at);
  if (!pending || isRebound(pending.name, loop, at)) return undefined;
  let takes = false;
  let grows = false;
  walkOperations(loop.body, (operation) => {
    if (operation.op !== "call") return;
    const done = doneTo(operation, pending.name, at, evaluator);
    takes ||= done === "take";
    grows ||= done === "give";
  });
  // `for node in queue: … queue.append(other)`: what goes over a list takes one entry after the other, too.
  return takes || (loop.form === "for" && grows) ? { read: pending.read, grows } : undefined;
}

/** The local variable that `while pending:`, `while len(pending):` and `while len(pending) > 0:` test. */
function pendingIn(test: Value, at: Activation): { readonly name: string; readonly read: ReadOperation } | undefined {
  const tested = test.op === "compute" && /^(>|!=)$/.test(test.operator) && isZero(test.operands[1]) ? test.operands[0] : test;
  const read = argumentOf(tested) ?? tested;
  if (read?.op !== "read" || read.place.kind !== "name" || read.place.owner !== at.function.index) return undefined;
  return { name: read.place.name, read };
}

/** What `len` is called with. */
function argumentOf(value: Value | undefined): Value | undefined {
  if (value?.op === "compute") return argumentOf(value.operands[0]);
  if (value?.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "name") return undefined;
  return value.callee.place.name === "len" ? value.arguments[0]?.value : undefined;
}

function isRebound(name: string, loop: LoopOperation, at: Activation): boolean {
  return (at.function.bound(name) ?? []).some(({ start, end }) => start >= loop.start && end <= loop.end);
}

/** Whether a call takes an entry from the named list, or gives it one. */
function doneTo(call: CallOperation, name: string, at: Activation, evaluator: Evaluator): "take" | "give" | undefined {
  const isIt = (value: Value | undefined): boolean => value?.op === "read" && value.place.kind === "name" && value.place.name === name;
  const { callee } = call;
  if (callee.op !== "read") return undefined;
  if (callee.place.kind === "attribute" && isIt(callee.place.object)) {
    if (/^(pop|popleft)$/.test(callee.place.name)) return "take";
    return /^(append|appendleft|extend|extendleft|add|update|insert)$/.test(callee.place.name) ? "give" : undefined;
  }
  if (!isIt(call.arguments[0]?.value)) return undefined;
  for (const external of evaluator.externalNames(call, at)) {
    if (external === "heapq.heappop") return "take";
    if (/^heapq\.(heappush|heappushpop|heapreplace)$/.test(external)) return "give";
  }
  return undefined;
}

/** The size of a mapping or list whose entry of the taken node is run over. */
function nodesOf(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  let found: Interval | undefined;
  walkOperations(loop.body, (operation) => {
    if (found || operation.op !== "loop" || !operation.iterable) return;
    const graph = indexed(operation.iterable);
    found = graph && evaluator.length(graph, at);
  });
  return found;
}

/** `graph` of `graph[node]`, `graph.get(node, …)` and `graph[node].items()`. */
function indexed(value: Value): Value | undefined {
  if (value.op === "read" && value.place.kind === "element") return value.place.object;
  if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "attribute") return undefined;
  const { name, object } = value.callee.place;
  return name === "get" ? object : /^(items|keys|values)$/.test(name) ? indexed(object) : undefined;
}

/** The product of the ranges that tests in the loop leave to coordinates. */
function cellsOf(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const sizes = new Map<string, Interval>();
  for (const { test, in: within } of testsAround(loop, at, evaluator)) {
    // `0 <= x < SIZE`; the middle has to be a coordinate, and each counts once.
    if (test.op !== "compute" || test.operands.length !== 3 || !/^<=?$/.test(test.operator) || !isZero(test.operands[0])) continue;
    const [, coordinate, limit] = test.operands as readonly [Value, Value, Value];
    const size = evaluator.number(limit, within);
    const key = coordinateKey(coordinate);
    if (size && size.low >= 1 && key) sizes.set(key, size);
  }
  if (sizes.size === 0) return undefined;
  let cells = exactly(1);
  for (const size of sizes.values()) cells = multiply(cells, size);
  return cells;
}

function coordinateKey(value: Value): string | undefined {
  if (value.op === "compute") return `${value.operator}${value.operands.map(coordinateKey).join()}`;
  if (value.op === "constant") return String(value.value);
  if (value.op !== "read") return undefined;
  return value.place.kind === "name"
    ? value.place.name
    : value.place.kind === "element"
      ? `${coordinateKey(value.place.object)}[${coordinateKey(value.place.index)}]`
      : undefined;
}

function isZero(value: Value | undefined): boolean {
  return value?.op === "constant" && value.value === 0;
}

/** The conditions of the loop's body, what functions return that are asked in them, and the conditions of functions that tell where to go next. */
function* testsAround(
  loop: LoopOperation,
  at: Activation,
  evaluator: Evaluator,
): Generator<{ readonly test: Value; readonly in: Activation }> {
  for (const test of testsIn(loop.body)) {
    yield { test, in: at };
    const asked = test.op === "call" ? calledOnce(test, at, evaluator) : undefined;
    for (const returned of asked?.function.returned ?? []) if (asked) for (const part of partsOf(returned)) yield { test: part, in: asked };
  }
  const iterables: CallOperation[] = [];
  walkOperations(loop.body, (operation) => {
    if (operation.op === "loop" && operation.iterable?.op === "call") iterables.push(operation.iterable);
  });
  for (const iterable of iterables) {
    const neighbours = calledOnce(iterable, at, evaluator);
    if (neighbours) for (const test of testsIn(neighbours.function.facts.body)) yield { test, in: neighbours };
  }
}

/** The only function of the program that a call runs. */
function calledOnce(call: CallOperation, at: Activation, evaluator: Evaluator): Activation | undefined {
  const [callee, ...others] = evaluator.resolver.callees(call, at.function);
  return callee && others.length === 0 ? activationOfCall(callee.function, call, at, callee.receiver !== undefined) : undefined;
}

/** All conditions of branches and of filters, taken apart at `and`, `or` and `not`. */
function* testsIn(operations: readonly Operation[]): Generator<Value> {
  for (const operation of operations) {
    if (operation.op === "branch" && operation.test) yield* partsOf(operation.test);
    for (const inner of innerOperations(operation)) yield* testsIn(inner);
  }
}

function* partsOf(test: Value): Generator<Value> {
  if (test.op === "choice") for (const part of test.values) yield* partsOf(part);
  else if (test.op === "compute" && test.operator === "not" && test.operands[0]) yield* partsOf(test.operands[0]);
  else yield test;
}
