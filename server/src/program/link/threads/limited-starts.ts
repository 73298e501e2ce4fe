import type { CallOperation, LoopOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { argumentFor, type Resolver } from "../resolution/resolver.js";
import { isSliced } from "../slices.js";
import { innerOperations, someValue, walkOperations } from "../walk.js";

/*
 * What keeps the number of threads down that a loop starts, besides what the loop waits for: those who call hand in so many at a time, all that there can be
 * is written there, or each thread is a stage that takes what others put into a queue.
 */

/** Whether the iterable is a parameter that some caller fills up to a number: `if len(batch) >= limit: start(batch); batch = []`. */
export function isHandedInBatches(iterable: Value, node: FunctionNode, resolver: Resolver): boolean {
  const name = variableOf(iterable, node);
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!parameter || (node.bound(parameter.name) ?? []).length > 0) return false;
  return resolver.callersOf(node).some(({ call, within, receiver }) => {
    const given = argumentFor(node, parameter, call, receiver);
    return given !== undefined && (isSliced(given) || isElementOfSlices(given, within) || isFilledUp(given, call, within));
  });
}

/** `for start in range(0, len(items), 8): run(items[start:start + 8])`, also by way of a list of such slices. */
function isElementOfSlices(given: Value, within: FunctionNode): boolean {
  const isOne = (value: Value): boolean =>
    value.op === "element-of" && someValue(value.iterable, (each) => each.op === "comprehension" && isSliced(each.element));
  const name = variableOf(given, within);
  return isOne(given) || (name !== undefined && (within.bound(name) ?? []).some((bound) => isSliced(bound) || isOne(bound)));
}

/** Whether a test of how many there are decides on the call, in a loop that begins a new list behind it. */
function isFilledUp(given: Value, call: CallOperation, within: FunctionNode): boolean {
  const name = variableOf(given, within);
  if (name === undefined) return false;
  return loopsAround(within, call).some(
    (loop) =>
      isDecidedByNumber(loop.body, call) &&
      (within.bound(name) ?? []).some((bound) => bound.start >= loop.start && bound.end <= loop.end && isNew(bound)),
  );
}

function isDecidedByNumber(list: readonly Operation[], call: CallOperation): boolean {
  return list.some((operation) => {
    if (operation.start > call.start || operation.end < call.end) return false;
    if (operation.op === "branch" && operation.test && holdsIn(operation.arms.flat(), call) && compares(operation.test)) return true;
    return innerOperations(operation).some((part) => isDecidedByNumber(part, call));
  });
}

function holdsIn(list: readonly Operation[], { start, end }: CallOperation): boolean {
  return list.some((operation) => operation.start <= start && end <= operation.end);
}

/** An empty list, dictionary or set. */
function isNew(value: Value): boolean {
  if (value.op === "display") return value.elements.length === 0;
  return value.op === "call" && value.arguments.length === 0 && /^(list|dict|set|deque|OrderedDict)$/.test(lastNameOf(value.callee));
}

/** How many elements a list of the function has at most, if all that is put into it stands there, outside of loops. */
export function writtenLength(iterable: Value, node: FunctionNode): number | undefined {
  if (iterable.op !== "read" || iterable.place.kind !== "name" || iterable.place.owner !== node.index) return undefined;
  const { name } = iterable.place;
  return node.view(writtenLengths).get(name);
}

const writtenLengths = functionView(({ bindings, parameters, body, index, isGenerator }): ReadonlyMap<string, number> => {
  const lengths = new Map<string, number>();
  const isOf = (value: Value | undefined, name: string): boolean =>
    value?.op === "read" && value.place.kind === "name" && value.place.owner === index && value.place.name === name;
  for (const [name, values] of bindings) {
    const isCopy = (value: Value): boolean =>
      value.op === "call" && /^(set|list|sorted|tuple|reversed)$/.test(lastNameOf(value.callee)) && isOf(value.arguments[0]?.value, name);
    const written = values.map((value) =>
      value.op === "display" && !value.isOpen ? value.elements.length : isCopy(value) ? 0 : undefined,
    );
    if (isGenerator || parameters.some((parameter) => parameter.name === name) || written.length === 0) continue;
    if (written.every((length) => length !== undefined) && values.some(({ op }) => op === "display"))
      lengths.set(
        name,
        written.reduce<number>((sum, length) => sum + (length ?? 0), 0),
      );
  }
  const visit = (operations: readonly Operation[], isRepeated: boolean): void => {
    for (const operation of operations) {
      if (operation.op === "call") {
        const object = receiverOf(operation);
        const method = lastNameOf(operation.callee);
        for (const [name, length] of lengths) {
          const isAdding = /^(append|add|insert)$/.test(method) && !isRepeated;
          if (isOf(object, name) && isAdding) lengths.set(name, length + 1);
          else if (isOf(object, name) && !/^(remove|discard|sort|index|count|copy|pop)$/.test(method)) lengths.delete(name);
          else if (operation.arguments.some(({ value }) => isOf(value, name)) && !onlyReading.test(method)) lengths.delete(name);
        }
      }
      for (const part of innerOperations(operation)) visit(part, isRepeated || operation.op === "loop");
    }
  };
  visit(body, false);
  return lengths;
});

const onlyReading = /^(set|list|sorted|tuple|reversed|len|enumerate|print|any|all|bool|iter|zip|map|filter|join|debug|info)$/;

/** Whether the function goes on taking what somebody puts into a queue: a worker or a stage, of which a pool with fewer threads would leave some unstarted. */
export function takesFromQueue(node: FunctionNode): boolean {
  return node.view(taking);
}

const taking = functionView(({ body }): boolean => {
  let takes = false;
  walkOperations(body, (operation) => {
    if (operation.op !== "loop" || operation.form !== "while" || (operation.test && operation.test.op !== "constant")) return;
    walkOperations(operation.body, (inner) => {
      if (inner.op === "call" && lastNameOf(inner.callee) === "get" && receiverOf(inner)) takes ||= asksNoKey(inner);
    });
  });
  return takes;
});

/** `queue.get()`, `queue.get(True, 1)`, and not `mapping.get(key)`. */
function asksNoKey({ arguments: given }: CallOperation): boolean {
  return given.every(({ form, value }) => form === "keyword" || (value.op === "constant" && value.type !== "str"));
}

/** Whether it goes round and sleeps until a number has come down or somebody says that there is room: `while running >= limit: sleep(0.1)`. */
export function waitsForRoom({ form, test, body }: LoopOperation): boolean {
  if (form !== "while" || !test || !(compares(test) || someValue(test, ({ op }) => op === "call"))) return false;
  let sleeps = false;
  let works = false;
  walkOperations(body, (operation) => {
    const isInTest = operation.start >= test.start && operation.end <= test.end;
    if (operation.op === "write" || operation.op === "return" || operation.op === "break") works = true;
    if (operation.op !== "call" || isInTest) return;
    if (lastNameOf(operation.callee) === "sleep") sleeps = true;
    else works = true;
  });
  return sleeps && !works;
}

function compares(test: Value): boolean {
  return someValue(test, (each) => each.op === "compute" && /^(<|>|<=|>=|==)$/.test(each.operator));
}

/** The function's variable that is gone through, itself or as `enumerate(items)`, `list(items.keys())`. */
function variableOf(value: Value, node: FunctionNode): string | undefined {
  if (value.op === "read") return value.place.kind === "name" && value.place.owner === node.index ? value.place.name : undefined;
  if (value.op !== "call") return undefined;
  const method = lastNameOf(value.callee);
  const object = receiverOf(value);
  const [first] = value.arguments;
  if (object) return /^(items|keys|values|copy)$/.test(method) ? variableOf(object, node) : undefined;
  return first && /^(enumerate|list|tuple|set|sorted|reversed|iter)$/.test(method) ? variableOf(first.value, node) : undefined;
}
