import type { WorkerKind } from "../../../knowledge/entry.js";
import type { Knowledge } from "../../../knowledge/knowledge.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView, importedNames } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { overviewOfFiles } from "../memory/overviews.js";
import type { Caller } from "../resolution/callers.js";
import { argumentFor } from "../resolution/resolver.js";
import { innerOperations, listOf, someValue, walkOperations } from "../walk.js";

/** A pool that is made and taken down again by code that runs over and over. */
export interface ShortLivedPool {
  readonly function: FunctionNode;
  /** What makes the pool. */
  readonly made: CallOperation;
  readonly worker: WorkerKind;
  readonly often: Repetition;
}

/** Why code runs over and over. */
export type Repetition =
  /** The loop stands in the function itself, or around a call that leads to it. */
  | { readonly by: "loop"; readonly function: FunctionNode; readonly loop: LoopOperation; readonly call: CallOperation | undefined }
  /** A library calls it for every request, message or task. */
  | { readonly by: "library"; readonly entry: FunctionNode; readonly call: CallOperation | undefined }
  /** It calls itself. */
  | { readonly by: "recursion"; readonly call: CallOperation };

/** Every such pool of the program, in order of file and offset. */
export function shortLivedPools(program: Program): readonly ShortLivedPool[] {
  return overviewOfFiles(program, "short-lived pools", (file, now) => new Search(now).poolsIn(file));
}

/** Whether the function hands the pool as many tasks as there happen to be, and not some that are written there. */
export function takesBatch({ made, function: node }: ShortLivedPool, program: Program): boolean {
  const isOpen = (iterable: Value | undefined): boolean =>
    iterable !== undefined && !(iterable.op === "display" && !iterable.isOpen) && !isFew(iterable, node, program);
  let takes = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start < made.start || !receiverOf(operation)) return;
    const name = lastNameOf(operation.callee);
    if (mapping.test(name)) takes ||= operation.arguments.slice(1).some(({ form, value }) => form === "positional" && isOpen(value));
    if (!submitting.test(name)) return;
    const loops = loopsAround(node, operation).filter((loop) => loop.start > made.start);
    takes ||= loops.some((loop) => loop.form === "while" || isOpen(loop.iterable));
  });
  return takes;
}

const mapping = /^(star)?(i?map|map_async|imap_unordered)$/;
const submitting = /^(submit|apply_async|run_in_executor)$/;

class Search {
  private readonly entries: ReadonlySet<FunctionNode>;

  constructor(private readonly program: Program) {
    this.entries = new Set([
      ...program.entryPoints.map((point) => point.function),
      ...program.handlers.flatMap((handler) => handler.methods),
    ]);
  }

  poolsIn(file: LinkedFile): readonly ShortLivedPool[] {
    const names = executorNames(this.program.knowledge);
    const bound = importedNames(file)
      .filter(({ name }) => names.has(name))
      .map((imported) => imported.bound);
    const found: ShortLivedPool[] = [];
    for (const name of new Set([...names, ...bound])) {
      for (const { call, function: index } of file.calls(name)) {
        const node = file.functionAt(index);
        const worker = node && this.workerOf(call, node);
        if (!node || !worker || !node.view(takenDown).has(call)) continue;
        const often = this.repetition(call, node);
        if (often) found.push({ function: node, made: call, worker, often });
      }
    }
    return found.sort((a, b) => a.made.start - b.made.start);
  }

  private workerOf(call: CallOperation, node: FunctionNode): WorkerKind | undefined {
    for (const entity of this.program.resolver.resolve(call, node)) {
      const role = entity.kind === "object" && entity.origin?.call === call ? this.program.knowledge.type(entity.type)?.is : undefined;
      if (role?.role === "executor" && /^(thread|process|interpreter)$/.test(role.worker)) return role.worker;
    }
    return undefined;
  }

  private repetition(made: CallOperation, node: FunctionNode): Repetition | undefined {
    const own = loopsAround(node, made).find((loop) => isHot(loop, made, node, this.program));
    if (own) return variesWith(made, own, node) ? undefined : { by: "loop", function: node, loop: own, call: undefined };
    if (node.head.kind !== "function") return undefined;
    return this.calledOften(node, made, new Set([node]));
  }

  /** Whether the function is called over and over, itself or through those that call it and nothing else. */
  private calledOften(node: FunctionNode, made: CallOperation, seen: Set<FunctionNode>): Repetition | undefined {
    if (this.entries.has(node)) return { by: "library", entry: node, call: undefined };
    const callers = this.program.resolver.callersOf(node).filter((caller) => this.isCertain(caller));
    for (const { call, within, receiver } of callers) {
      if (within === node) return { by: "recursion", call };
      const loop = loopsAround(within, call).find((each) => isHot(each, call, within, this.program));
      if (!loop) continue;
      // A pool of another size each time is another pool.
      const isResized = node.head.parameters.some((parameter) => {
        const given = argumentFor(node, parameter, call, receiver);
        return given !== undefined && this.readsParameter(made, parameter.name, node) && dependsOn(given, loop, within);
      });
      if (!isResized) return { by: "loop", function: within, loop, call };
    }
    if (seen.size > maximumCalls) return undefined;
    for (const { call, within } of callers) {
      if (seen.has(within) || within.head.kind !== "function") continue;
      seen.add(within);
      const often = this.calledOften(within, made, seen);
      if (often?.by === "library" || often?.by === "loop") return { ...often, call: often.call ?? call };
    }
    return undefined;
  }

  /** Whether it is known whose method is called: that only one class has a method of that name does not tell what an unknown object is. */
  private isCertain({ call, within }: Caller): boolean {
    const object = receiverOf(call);
    return object === undefined || this.program.resolver.resolve(object, within).length > 0;
  }

  private readsParameter(made: CallOperation, name: string, node: FunctionNode): boolean {
    const reads = (value: Value, depth: number): boolean =>
      someValue(value, (each) => {
        if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== node.index) return false;
        if (each.place.name === name) return true;
        return depth < mostVariables && (node.bound(each.place.name) ?? []).some((bound) => reads(bound, depth + 1));
      });
    return made.arguments.some(({ value }) => reads(value, 0));
  }
}

/** The pools of `with` statements, those that the function shuts down itself, and those that nobody keeps; not those that it hands out. */
const takenDown = functionView(({ index, bindings, returned, body }): ReadonlySet<Value> => {
  const found = new Set<Value>();
  const names = { taken: new Set<string>(), kept: new Set<string>() };
  const nameOf = (value: Value | undefined): string | undefined =>
    value?.op === "read" && value.place.kind === "name" && value.place.owner === index ? value.place.name : undefined;
  const note = (how: keyof typeof names, value: Value | undefined): void => {
    const name = nameOf(value);
    if (name !== undefined) names[how].add(name);
  };
  const take = (value: Value | undefined): void => {
    if (value?.op === "call") found.add(value);
    note("taken", value);
  };
  for (const value of returned) note("kept", value);
  walkOperations(body, (operation) => {
    if (operation.op === "with") take(operation.context);
    if (operation.op === "write" || operation.op === "yield") note("kept", operation.value);
    if (operation.op !== "call") return;
    const object = receiverOf(operation);
    const name = lastNameOf(operation.callee);
    if (endings.has(name)) take(object);
    // `ThreadPoolExecutor().map(…)`, `loop.run_in_executor(ThreadPoolExecutor(), …)`.
    if (object?.op === "call") found.add(object);
    const [first] = object && name === "run_in_executor" ? operation.arguments : [];
    if (first?.value.op === "call") found.add(first.value);
  });
  for (const [name, values] of bindings) if (names.taken.has(name)) for (const value of values) if (value.op === "call") found.add(value);
  for (const [name, values] of bindings) if (names.kept.has(name)) for (const value of values) found.delete(value);
  return found;
});

const endings: ReadonlySet<string> = new Set(["shutdown", "close", "terminate", "join", "__exit__"]);

/**
 * Whether the loop repeats the call often and soon: not a few times over what is written out, not until it succeeds, and not with a pause in
 * every round.
 */
function isHot(loop: LoopOperation, call: CallOperation, node: FunctionNode, program: Program): boolean {
  if (loop.form !== "while" && loop.iterable && isFew(loop.iterable, node, program)) return false;
  // What a `while` does on some condition, it does rarely.
  if (loop.form === "while" && isConditional(loop.body, call)) return false;
  if (isUntilDone(loop, call, node)) return false;
  return !hasPause(loop.body, node, program);
}

function isConditional(list: readonly Operation[], call: CallOperation): boolean {
  return list.some((operation) => {
    if (operation.start > call.start || operation.end < call.end) return false;
    if (operation.op === "branch" && operation.arms.some((arm) => arm.some((each) => each.start <= call.start && call.end <= each.end)))
      return true;
    return innerOperations(operation).some((part) => isConditional(part, call));
  });
}

function isFew(iterable: Value, node: FunctionNode, program: Program): boolean {
  if (iterable.op === "call" && program.resolver.externalCallees(iterable, node).includes("builtins.range")) {
    const last = iterable.arguments[iterable.arguments.length === 1 ? 0 : 1]?.value;
    return last?.op === "constant" && Number(last.value) <= fewRounds;
  }
  return program.resolver
    .resolve(iterable, node)
    .some(
      (entity) =>
        entity.kind === "container" &&
        entity.value.op === "display" &&
        !entity.value.isOpen &&
        entity.value.elements.length > 0 &&
        entity.value.elements.length <= fewRounds,
    );
}

/** `while True: try: return work()`: rounds follow only on errors. */
function isUntilDone(loop: LoopOperation, call: CallOperation, node: FunctionNode): boolean {
  let returned = false;
  walkOperations(loop.body, (operation) => {
    if (operation.op === "return" && operation.value) returned ||= someValue(operation.value, (value) => value === call);
  });
  if (returned || isUntilSet(loop, node) || hasAttempts(loop, call, node)) return true;
  const list = listOf(node.facts.body, around(loop.body, call) ?? call) ?? [];
  return (
    loop.form === "while" && list.some((operation) => operation.start > call.end && (operation.op === "break" || operation.op === "return"))
  );
}

/** `for attempt in range(retries): work(); if not failed: break`. */
function hasAttempts({ form, iterable, body }: LoopOperation, call: CallOperation, node: FunctionNode): boolean {
  if (form !== "for" || iterable?.op !== "call" || lastNameOf(iterable.callee) !== "range") return false;
  const isOver = (operation: Operation | undefined): boolean => operation?.op === "break" || operation?.op === "return";
  const list = listOf(node.facts.body, around(body, call) ?? call) ?? [];
  return [...list, ...body].some(
    (operation) =>
      operation.start > call.end &&
      (isOver(operation) || (operation.op === "branch" && operation.arms.some((arm) => isOver(arm[arm.length - 1])))),
  );
}

/** `while not done: try: work(); done = True`. */
function isUntilSet({ form, test, start, end }: LoopOperation, node: FunctionNode): boolean {
  if (form !== "while" || !test) return false;
  return someValue(test, (each) => {
    if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== node.index) return false;
    const bound = node.bound(each.place.name) ?? [];
    return bound.some((value) => value.op === "constant" && value.type === "bool" && value.start >= start && value.end <= end);
  });
}

/** The `with` statement that makes the pool. */
function around(list: readonly Operation[], call: CallOperation): Operation | undefined {
  for (const operation of list) {
    if (operation.op === "with" && operation.context === call) return operation;
    for (const part of innerOperations(operation)) {
      const found = around(part, call);
      if (found) return found;
    }
  }
  return undefined;
}

/** Whether every round rests or waits for a time: a periodic job, a service. */
function hasPause(body: readonly Operation[], node: FunctionNode, program: Program): boolean {
  return body.some((operation) => {
    if (operation.op === "with") return hasPause(operation.body, node, program);
    if (operation.op === "attempt") return hasPause([...operation.body, ...operation.final], node, program);
    if (operation.op !== "call") return false;
    const isSleep = program.resolver.externalCallees(operation, node).some((name) => program.knowledge.callable(name)?.kind === "sleep");
    const { callee } = operation;
    const isTimedWait =
      callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "wait" && operation.arguments.length > 0;
    return isSleep || isTimedWait;
  });
}

/** Whether what the pool is made with is another in each round: its size, its initializer's arguments. */
function variesWith(made: CallOperation, loop: LoopOperation, node: FunctionNode): boolean {
  return made.arguments.some(({ value }) => dependsOn(value, loop, node));
}

/** Whether the value is made of a variable that the loop binds. */
function dependsOn(value: Value, loop: LoopOperation, node: FunctionNode): boolean {
  return someValue(value, (each) => {
    if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== node.index) return false;
    return (node.bound(each.place.name) ?? []).some((bound) => bound.start >= loop.start && bound.end <= loop.end);
  });
}

const namesOf = new WeakMap<Knowledge, ReadonlySet<string>>();

/** The last names under which pools are made. */
function executorNames(knowledge: Knowledge): ReadonlySet<string> {
  const known = namesOf.get(knowledge);
  if (known) return known;
  const names = new Set(["Pool", "ThreadPool"]);
  for (const entry of knowledge.typesThatAre("executor")) names.add(entry.name.slice(entry.name.lastIndexOf(".") + 1));
  namesOf.set(knowledge, names);
  return names;
}

const fewRounds = 10;
const maximumCalls = 12;
const mostVariables = 3;
