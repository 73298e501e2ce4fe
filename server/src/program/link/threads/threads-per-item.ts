import type { CallOperation, LoopOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { callersOfDecorated } from "../resolution/callers.js";
import { isSliced } from "../slices.js";
import { joinsText } from "../text-joins.js";
import { innerOperations, someValue, walkOperations } from "../walk.js";
import { isHandedInBatches, takesFromQueue, waitsForRoom, writtenLength } from "./limited-starts.js";
import { methodCallsNamed } from "./starts.js";

/** A thread is started for each of so many items as there happen to be. */
export interface ThreadPerItem {
  readonly start: ThreadStart;
  readonly per: Item;
  /** Where a decorator has each call of a function start a thread, that call; its thread is started elsewhere. */
  readonly by?: { readonly call: CallOperation; readonly in: FunctionNode };
  readonly confidence: "likely" | "possible";
}

/** A call that makes a thread. */
export interface ThreadStart {
  readonly in: FunctionNode;
  readonly call: CallOperation;
  /** What the thread runs, as far as it is in view. */
  readonly targets: readonly FunctionNode[];
  /** The methods of what the call returns that set the thread going; none if the call itself does. */
  readonly starts: readonly string[];
}

/** What gets a thread of its own. */
export type Item =
  /** Each element of something whose length nothing limits. */
  | { readonly each: "element"; readonly of: Value; readonly function: FunctionNode; readonly loop: LoopOperation }
  /** Each of this many. */
  | {
      readonly each: "number";
      readonly count: number;
      readonly basis: "written" | "computed";
      readonly function: FunctionNode;
      readonly loop: LoopOperation;
    }
  /** Whatever comes in, as long as the loop runs. */
  | { readonly each: "arrival"; readonly by: CallOperation; readonly function: FunctionNode; readonly loop: LoopOperation }
  /** Each message, event or request for which a library calls the function. */
  | { readonly each: "call"; readonly function: FunctionNode };

/** What is known of the threads that a call starts. */
export interface StartedThreads {
  /** How many there are, as far as that can be computed. */
  readonly count: number | undefined;
  /** Whether they run until they are stopped, as samplers and servers do: one for each thing that is there for as long. */
  readonly areServices: boolean;
}

/** Every place that starts a thread per item with no bound, in order of file and offset. */
export function threadsPerItem(program: Program, known: (call: CallOperation) => StartedThreads | undefined): readonly ThreadPerItem[] {
  const search = new Search(program, known);
  return threadStarts(program).flatMap((start) => {
    const found = search.judge(start);
    return found ? [found] : search.decorated(start);
  });
}

/** Every call that makes a thread, whether it is known what that runs or not, in order of file and offset. */
function threadStarts(program: Program): readonly ThreadStart[] {
  const known = new Set<CallOperation>();
  const found: ThreadStart[] = [];
  for (const { worker, width, startedBy, in: node, call, targets, starts } of program.spawns) {
    known.add(call);
    if (worker === "thread" && width === "thread" && startedBy === "call")
      found.push({ in: node, call, starts, targets: targets.map((target) => target.function) });
  }
  for (const file of program.files) {
    for (const name of ["Thread", "Timer", "start_new_thread"]) {
      for (const { call, function: index } of file.calls(name)) {
        const node = file.functionAt(index);
        if (!node || known.has(call)) continue;
        const names = program.resolver.externalCallees(call, node);
        if (names.includes("_thread.start_new_thread")) found.push({ in: node, call, starts: [], targets: [] });
        else if (names.some((each) => /^threading\.(Thread|Timer)$/.test(each)))
          found.push({ in: node, call, starts: ["start"], targets: [] });
      }
    }
  }
  return found.sort((x, y) => (x.in.file.path < y.in.file.path ? -1 : x.in.file.path > y.in.file.path ? 1 : x.call.start - y.call.start));
}

class Search {
  private readonly entryPoints = new Map<FunctionNode, Program["entryPoints"][number]>();

  constructor(
    private readonly program: Program,
    private readonly known: (call: CallOperation) => StartedThreads | undefined,
  ) {
    for (const point of program.entryPoints)
      if (point.worker === "thread" && !this.entryPoints.has(point.function)) this.entryPoints.set(point.function, point);
  }

  judge(start: ThreadStart): ThreadPerItem | undefined {
    if (!isStarted(start) || this.isGated(start)) return undefined;
    const own = loopsAround(start.in, start.call);
    if (own.length > 0) return this.inLoops(own, start.call, start.in, start);
    const called = this.perCall(start);
    if (called) return called;
    // A method that does nothing else for each connection.
    for (const { call, within } of this.program.resolver.callersOf(start.in)) {
      const loops = loopsAround(within, call);
      if (loops.length === 0 || isChecked(start.in.facts.body, start.call) || replacesAnother(start)) continue;
      const found = this.inLoops(loops, call, within, start);
      if (found?.per.each === "arrival") return found;
    }
    return undefined;
  }

  /** A thread for each call of a function that a decorator made to run in one: `@background def send(line): …`, `for line in file: send(line)`. */
  decorated(start: ThreadStart): readonly ThreadPerItem[] {
    if (!isStarted(start) || this.isGated(start) || isChecked(start.in.facts.body, start.call) || replacesAnother(start)) return [];
    if (this.holdsBack(start.in.facts.body, start, start.in)) return [];
    return start.targets.flatMap((target) =>
      callersOfDecorated(this.program.resolver, start.in, target).flatMap(({ call, within }): readonly ThreadPerItem[] => {
        const loops = loopsAround(within, call);
        const found = loops.length > 0 ? this.inLoops(loops, call, within, { ...start, targets: [target] }) : undefined;
        return found ? [{ ...found, by: { call, in: within } }] : [];
      }),
    );
  }

  /** A thread for whatever a library hands to the function, which is called as often as something comes. */
  private perCall(start: ThreadStart): ThreadPerItem | undefined {
    const { in: node, call } = start;
    const point = this.entryPoints.get(node);
    if (!point) return undefined;
    const { parameters, body, name, parent } = node.facts;
    if (onceInAWhile.test(name) || isChecked(body, call) || replacesAnother(start)) return undefined;
    if (this.holdsBack(body, start, node)) return undefined;
    const isMethod = parent !== undefined && node.file.functionAt(parent)?.head.kind === "class-body";
    const given = new Set(parameters.slice(isMethod ? 1 : 0).map((parameter) => parameter.name));
    const isFromOutside = (value: Value, depth = 0): boolean =>
      someValue(value, (each) => {
        if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== node.index) return false;
        if (given.has(each.place.name)) return true;
        return depth < 3 && (node.bound(each.place.name) ?? []).some((bound) => isFromOutside(bound, depth + 1));
      });
    const isHanded = call.arguments.some(
      ({ value }) => isFromOutside(value) || capturedBy(value, node).some((each) => isFromOutside(each)),
    );
    if (!isHanded) return undefined;
    // What people ask for over HTTP may be something that only an administrator asks for.
    const isMessage = (node.head.decorators.length > 0 && !ofWeb.test(point.by)) || /message|msg/i.test(name);
    return { start, per: { each: "call", function: node }, confidence: isMessage ? "likely" : "possible" };
  }

  /** `call`: what stands in the loops and starts the thread, itself or through a function. */
  private inLoops(loops: readonly LoopOperation[], call: CallOperation, node: FunctionNode, start: ThreadStart): ThreadPerItem | undefined {
    const inner = loops[loops.length - 1] as LoopOperation;
    // Waiting in an outer loop, or looking how many there are, keeps the number down.
    if (loops.some((loop) => this.isHeldBack(loop, start, node, call)) || isChecked(inner.body, call)) return undefined;
    const given = call.arguments.flatMap(({ value }) => [value, ...capturedBy(value, node)]);
    const per =
      inner.form === "while"
        ? this.arrival(inner, given, node)
        : (this.element(inner, given, node, call) ?? this.computed(loops, inner, node, call));
    if (!per || (per.each === "element" && this.liveOn(start))) return undefined;
    return { start, per, confidence: this.confidence(per) };
  }

  /** Whether the threads go on for as long as what they were started for is there. A pool with fewer threads would never run the rest. */
  private liveOn({ call, targets }: ThreadStart): boolean {
    return this.known(call)?.areServices === true || targets.some(takesFromQueue);
  }

  private confidence(per: Item): ThreadPerItem["confidence"] {
    switch (per.each) {
      case "element":
        return this.isOutsideData(per.of, per.function, 0) ? "likely" : "possible";
      case "arrival":
        // What connects from this machine only are the user's own programs.
        return listensToThisMachine(per.function) ? "possible" : "likely";
      case "number":
      case "call":
        return "likely";
    }
  }

  /** As many as come of a power, or of loops inside loops, which nobody chose as a number of threads. */
  private computed(loops: readonly LoopOperation[], loop: LoopOperation, node: FunctionNode, call: CallOperation): Item | undefined {
    if (loops.some(({ form }) => form === "while")) return undefined;
    const isPower = loops.some(({ iterable }) => iterable && someValue(iterable, isExponential));
    if (!isPower && loops.length < 2) return undefined;
    const count = this.known(call)?.count;
    return count !== undefined && count > mostThreads
      ? { each: "number", count: Math.round(count), basis: "computed", function: node, loop }
      : undefined;
  }

  /** Whether the elements come from a place where nobody decides how many there are: lines, rows, files, addresses. What callers pass may be three. */
  private isOutsideData(value: Value, node: FunctionNode, depth: number): boolean {
    if (depth > 5) return false;
    const isOutside = (each: Value | undefined): boolean => each !== undefined && this.isOutsideData(each, node, depth + 1);
    const entities = this.program.resolver.resolve(value, node);
    if (entities.some((entity) => entity.kind === "object" && dataTypes.test(entity.type))) return true;
    if (
      entities.some(
        (entity) => entity.kind === "container" && isFromData(entity.value, (each) => this.isOutsideData(each, entity.in, depth + 1)),
      )
    )
      return true;
    switch (value.op) {
      case "read":
        return (
          value.place.kind === "name" &&
          value.place.owner === node.index &&
          (node.bound(value.place.name) ?? []).some((bound) => bound.op !== "element-of" && isOutside(bound))
        );
      case "entered":
        return isOutside(value.context);
      case "comprehension":
        return isFromData(value, isOutside);
      case "call": {
        const names = this.program.resolver.externalCallees(value, node);
        const { callee } = value;
        const method = callee.op === "read" && callee.place.kind !== "element" ? callee.place.name : "";
        if (dataCalls.test(method) || names.some((name) => dataTypes.test(name))) return true;
        if (this.program.resolver.callees(value, node).some((callee) => this.yieldsOutsideData(callee.function, depth + 1))) return true;
        const isPassedOn = names.some((name) => handingOn.test(name));
        if (isPassedOn) return value.arguments.some((argument) => isOutside(argument.value));
        // `range(len(rows))` and `text.strip().splitlines()` are about the same data.
        const [first] = value.arguments;
        const length = names.includes("builtins.range") && first && isLengthOf(first.value) ? first.value.arguments[0]?.value : undefined;
        return isOutside(length);
      }
      default:
        return false;
    }
  }

  /** Whether a generator of the program hands on what comes from such a place: `for page in pages: yield from links.findall(read(page))`. */
  private yieldsOutsideData(generator: FunctionNode, depth: number): boolean {
    if (!generator.head.isGenerator) return false;
    let isOutside = false;
    walkOperations(generator.facts.body, (operation) => {
      if (operation.op !== "yield" || isOutside) return;
      const sources = loopsAround(generator, operation).flatMap(({ iterable }) => iterable ?? []);
      if (operation.isFrom && operation.value) sources.push(operation.value);
      isOutside = sources.some((source) => this.isOutsideData(source, generator, depth));
    });
    return isOutside;
  }

  private arrival(loop: LoopOperation, given: readonly Value[], node: FunctionNode): Item | undefined {
    const by = given.map((value) => this.arrivingIn(value, loop, node, 0)).find((each) => each !== undefined);
    return by && { each: "arrival", by, function: node, loop };
  }

  /** The call that brings what is handed to the thread, if the loop makes it. */
  private arrivingIn(value: Value, loop: LoopOperation, node: FunctionNode, depth: number): CallOperation | undefined {
    let found: CallOperation | undefined;
    someValue(value, (each) => {
      if (each.op === "call" && isArrival(each) && each.start >= loop.start && each.end <= loop.end) found ??= each;
      if (each.op === "read" && each.place.kind === "name" && each.place.owner === node.index && depth < 4) {
        for (const bound of node.bound(each.place.name) ?? [])
          if (bound.start >= loop.start && bound.end <= loop.end) found ??= this.arrivingIn(bound, loop, node, depth + 1);
      }
      return found !== undefined;
    });
    return found;
  }

  private element(loop: LoopOperation, given: readonly Value[], node: FunctionNode, call: CallOperation): Item | undefined {
    const { iterable } = loop;
    if (!iterable) return undefined;
    const size = this.sizeOf(iterable, node, 0);
    if (typeof size === "number")
      return size > mostThreads ? { each: "number", count: size, basis: "written", function: node, loop } : undefined;
    if (size === "bounded" || namesFew(iterable) || !usesElement(given, loop, node, call)) return undefined;
    if (isHandedInBatches(iterable, node, this.program.resolver)) return undefined;
    return { each: "element", of: iterable, function: node, loop };
  }

  /** How many elements there are: a number, as many as somebody decided, or nobody knows. */
  private sizeOf(iterable: Value, node: FunctionNode, depth: number): number | "bounded" | "open" {
    if (depth > 5) return "bounded";
    if (iterable.op === "display") return iterable.isOpen ? "open" : iterable.elements.length;
    if (iterable.op === "comprehension") return this.largest(iterable.iterables, node, depth);
    if (iterable.op === "constant") return "bounded";
    if (isSliced(iterable)) return "bounded";
    const written = writtenLength(iterable, node);
    if (written) return written;
    if (iterable.op === "compute" && iterable.operator === "*") return "bounded";
    if (iterable.op === "call") {
      const names = this.program.resolver.externalCallees(iterable, node);
      const [first, second] = iterable.arguments.map(({ value }) => value);
      if (names.includes("builtins.range")) {
        if (first && isLengthOf(first)) return this.sizeOf(first.arguments[0]?.value ?? first, node, depth + 1);
        const last = second ?? first;
        return last?.op === "constant" ? Number(last.value) - (second && first?.op === "constant" ? Number(first.value) : 0) : "bounded";
      }
      if (names.some((name) => limiting.test(name))) return "bounded";
      if (names.includes("builtins.zip"))
        return this.smallest(
          iterable.arguments.map(({ value }) => value),
          node,
          depth,
        );
      if (names.some((name) => handingOn.test(name))) return first ? this.sizeOf(first, node, depth + 1) : "open";
      const { callee } = iterable;
      const isView = callee.op === "read" && callee.place.kind === "attribute" && /^(items|keys|values|copy)$/.test(callee.place.name);
      if (isView && callee.op === "read" && callee.place.kind === "attribute") return this.sizeOf(callee.place.object, node, depth + 1);
    }
    const entities = this.program.resolver.resolve(iterable, node);
    const sizes = entities.flatMap((entity) => {
      if (entity.kind === "container") return [this.sizeOf(entity.value, entity.in, depth + 1)];
      // `seeds = range(4)` in a class.
      const made = entity.kind === "object" && entity.type === "builtins.range" ? entity.origin : undefined;
      return made && made.call !== iterable ? [this.sizeOf(made.call, made.in, depth + 1)] : [];
    });
    // An empty list is filled later.
    if (sizes.length === 0 || sizes.length < entities.length || sizes.includes("open") || sizes.includes(0)) return "open";
    return sizes.includes("bounded") ? "bounded" : Math.max(...sizes.map(Number));
  }

  private largest(iterables: readonly Value[], node: FunctionNode, depth: number): number | "bounded" | "open" {
    const sizes = iterables.map((each) => this.sizeOf(each, node, depth + 1));
    if (sizes.includes("open")) return "open";
    return sizes.includes("bounded") ? "bounded" : sizes.map(Number).reduce((product, size) => product * size, 1);
  }

  private smallest(iterables: readonly Value[], node: FunctionNode, depth: number): number | "bounded" | "open" {
    const sizes = iterables.map((each) => this.sizeOf(each, node, depth + 1));
    const numbers = sizes.filter((size) => typeof size === "number");
    if (numbers.length > 0) return Math.min(...numbers);
    return sizes.includes("bounded") ? "bounded" : "open";
  }

  /** Whether the loop waits for threads, for room or for time before it goes on, or looks how many threads there are. */
  private isHeldBack(loop: LoopOperation, start: ThreadStart, node: FunctionNode, call: CallOperation): boolean {
    return this.holdsBack(loop.body, start, node, call) || (loop.test !== undefined && this.isLimit(loop.test, start, node));
  }

  private holdsBack(operations: readonly Operation[], start: ThreadStart, node: FunctionNode, call = start.call): boolean {
    let held = false;
    const names = [...node.facts.bindings].filter(([, values]) => values.includes(call)).map(([name]) => name);
    walkOperations(operations, (operation) => {
      if (operation.op === "with" && operation.start < call.start && call.end <= operation.end)
        held ||= this.isGate(operation.context, node);
      if ((operation.op === "branch" || operation.op === "loop") && operation.test) held ||= this.isLimit(operation.test, start, node);
      if (operation.op === "loop") held ||= waitsForRoom(operation);
      if (operation.op !== "call" || operation === call) return;
      const { callee } = operation;
      if (callee.op !== "read" || callee.place.kind !== "attribute") return;
      const { name, object } = callee.place;
      if (name === "acquire" || name === "wait" || name === "wait_for" || name === "result") held = true;
      if (name === "join") held ||= !joinsText(object) && (operation.arguments.length === 0 || names.length > 0);
      if (name === "is_alive" || name === "active_count") held = true;
    });
    return held;
  }

  /** Whether the test looks how many threads there are, by a call or by a count that goes down again: `if self.open >= self.limit: continue`. */
  private isLimit(test: Value, start: ThreadStart, node: FunctionNode): boolean {
    const compares = (value: Value): boolean =>
      value.op === "compute" && /^[<>]=?$/.test(value.operator) && value.operands.some((each) => this.goesDown(each, start, node));
    return countsThreads(test) || someValue(test, compares);
  }

  /** Whether what is read is a number that the class or file counts down, or a variable that the threads do. */
  private goesDown(value: Value, { targets }: ThreadStart, node: FunctionNode): boolean {
    if (value.op !== "read" || value.place.kind === "element") return false;
    const { kind, name } = value.place;
    const stores: Operation[] = [];
    if (kind === "attribute") {
      const own = this.program.resolver.enclosingClass(node)?.facts.instanceAttributes.get(name) ?? [];
      stores.push(...[...own, ...node.file.stores(name)].map(({ write }) => write));
    } else {
      for (const target of targets)
        walkOperations(target.facts.body, (each) => {
          if (each.op === "write" && each.place.kind === "name" && each.place.name === name) stores.push(each);
        });
    }
    return stores.some(
      (each) => each.op === "write" && each.form === "update" && each.value?.op === "compute" && each.value.operator === "-",
    );
  }

  /** Whether the thread first waits for its turn, so that only so many of them do something. */
  private isGated(start: ThreadStart): boolean {
    return start.targets.some((node) => node.view(entered).some((value) => this.isGate(value, node)));
  }

  /** Whether the value is a semaphore, by its type or by its name. */
  private isGate(value: Value, node: FunctionNode): boolean {
    const entities = this.program.resolver.resolve(value, node);
    if (entities.some((entity) => entity.kind === "object" && /Semaphore$/.test(entity.type))) return true;
    return (
      entities.length === 0 &&
      value.op === "read" &&
      value.place.kind !== "element" &&
      /sem(aphore)?|limit|slot|throttle|gate/i.test(value.place.name)
    );
  }
}

/** What a function enters with `with`, acquires or releases. */
const entered = functionView(({ body }): readonly Value[] => {
  const found: Value[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with") found.push(operation.context);
    if (operation.op === "call" && /^(acquire|release)$/.test(lastNameOf(operation.callee))) {
      const object = receiverOf(operation);
      if (object) found.push(object);
    }
  });
  return found;
});

/** Whether the threads are started where they are made, and not by somebody who may wait in between. */
function isStarted({ starts, in: node }: ThreadStart): boolean {
  if (starts.length === 0) return true;
  return methodCallsNamed(starts, node).length > 0;
}

/** Whether a test around decides by what is there already: one thread for each key, a new one for one that ended. */
function isChecked(list: readonly Operation[], call: CallOperation): boolean {
  return list.some((operation) => {
    if (operation.start > call.start || operation.end < call.end) {
      // `if key in threads: continue`.
      return (
        operation.op === "branch" &&
        operation.end <= call.start &&
        operation.test !== undefined &&
        looksUp(operation.test) &&
        operation.arms.some(isLeft)
      );
    }
    if (
      operation.op === "branch" &&
      operation.test &&
      operation.arms.some((arm) => arm.some((each) => each.start <= call.start && call.end <= each.end))
    )
      if (looksUp(operation.test)) return true;
    return innerOperations(operation).some((part) => isChecked(part, call));
  });
}

/** Whether the thread is kept in an attribute that the function has looked at before, to end the one that it holds. */
function replacesAnother({ in: node, call }: ThreadStart): boolean {
  let attribute: string | undefined;
  let isLookedAt = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write" && operation.value === call && operation.place.kind === "attribute") attribute = operation.place.name;
  });
  if (attribute === undefined) return false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.start >= call.start) return;
    if (operation.op === "read") isLookedAt ||= operation.place.kind === "attribute" && operation.place.name === attribute;
    if (operation.op !== "call" || operation.callee.op !== "read") return;
    const { place } = operation.callee;
    const [, name] = operation.arguments.map(({ value }) => value);
    isLookedAt ||= place.kind === "name" && place.name === "getattr" && name?.op === "constant" && name.value === attribute;
  });
  return isLookedAt;
}

/** Whether every socket that the file listens on is this machine's own. */
function listensToThisMachine({ file }: FunctionNode): boolean {
  const addresses = ["bind", "create_server", "Listener"].flatMap((name) => file.calls(name)).map(({ call }) => call.arguments[0]?.value);
  const isOwn = (address: Value | undefined): boolean => {
    const [host] = address?.op === "display" ? address.elements : [];
    return host?.op === "constant" && /^(localhost|127\..*|::1)$/.test(String(host.value));
  };
  return addresses.length > 0 && addresses.every(isOwn);
}

function isLeft(arm: readonly Operation[]): boolean {
  const last = arm[arm.length - 1];
  return last?.op === "continue" || last?.op === "return" || last?.op === "break";
}

function looksUp(test: Value): boolean {
  return someValue(test, (each) => each.op === "compute" && /^(in|not in)$/.test(each.operator));
}

function countsThreads(test: Value): boolean {
  return someValue(test, (each) => {
    if (each.op !== "call" || each.callee.op !== "read" || each.callee.place.kind === "element") return false;
    const { name } = each.callee.place;
    return name === "len" || /^(active_?count|activeCount|qsize|full|enumerate|is_alive)$/.test(name);
  });
}

/** Whether the thread gets what differs from round to round. */
function usesElement(given: readonly Value[], loop: LoopOperation, node: FunctionNode, call: CallOperation): boolean {
  const isBound = (value: Value, depth: number): boolean =>
    someValue(value, (each) => {
      if (each.op !== "read" || each.place.kind !== "name") return false;
      const { name, owner } = each.place;
      if (owner !== node.index) return false;
      return (node.bound(name) ?? []).some((bound) => {
        if (bound.start < loop.start || bound.end > loop.end) return false;
        return bound.op !== "call" || bound === call || depth > 2 || bound.arguments.some((argument) => isBound(argument.value, depth + 1));
      });
    });
  return given.some((value) => isBound(value, 0));
}

/** What a function that is written there takes from the variables around it. */
function capturedBy(value: Value, node: FunctionNode): readonly Value[] {
  const inner = value.op === "function" ? node.file.functionAt(value.function) : undefined;
  if (!inner) return [];
  const values: Value[] = [...inner.returned, ...inner.head.parameters.flatMap((parameter) => parameter.default ?? [])];
  walkOperations(inner.facts.body, (operation) => {
    if (operation.op === "call") values.push(operation);
  });
  return values;
}

function isExponential(value: Value): boolean {
  return value.op === "compute" && (value.operator === "**" || value.operator === "<<");
}

function isArrival({ callee }: CallOperation): boolean {
  if (callee.op !== "read" || callee.place.kind === "element") return false;
  return arriving.test(callee.place.name);
}

function isLengthOf(value: Value): value is CallOperation {
  return value.op === "call" && value.callee.op === "read" && value.callee.place.kind === "name" && value.callee.place.name === "len";
}

/** Whether a list is made of data from outside, one element for each. */
function isFromData(value: Value, isOutside: (value: Value) => boolean): boolean {
  return value.op === "comprehension" && value.iterables.some(isOutside);
}

/** Files, readers of rows, cursors. */
const dataTypes =
  /^(_?io\.|builtins\.open$|io\.open$|csv\.|sqlite3\.Cursor|psycopg2?\.|pymysql\.cursors|fileinput\.|os\.(walk|listdir|scandir)$|glob\.i?glob$|itertools\.count$|sys\.stdin)/;
/** Methods that give lines, rows, files, matches or addresses. */
const dataCalls =
  /^(readlines|splitlines|fetchall|fetchmany|iterdir|i?glob|rglob|walk|listdir|scandir|hosts|iter_lines|iter_rows|iterrows|itertuples|findall|finditer|find_all|scan_iter|iterparse)$/;

/** Names of what there are a few of, by design of the program rather than by its input. */
function namesFew(iterable: Value): boolean {
  let few = false;
  someValue(iterable, (each) => {
    if (each.op === "read" && each.place.kind !== "element") few ||= fewNames.test(each.place.name);
    return few;
  });
  return few;
}

const fewNames =
  /(workers?|threads?|devices?|sources?|sensors?|cameras?|consumers?|producers?|servers?|services?|listeners?|handlers?|queues?|topics?|gpus?|nodes?|streams?|channels?|collectors?|watchers?|monitors?|runners?|loops?|pipes?|backends?|engines?|replicas?|shards?|partitions?|components?|plugins?|stages?|targets?|functions?|funcs?|methods?|callbacks?|procs?|process(es)?|instances?|args|cores|cpus|chunks?|batch(es)?|parts?|pieces?|slices?|segments?|blocks?|ranges?|halves|\w*split\w*)$/i;
/** Handlers of what happens once, or when somebody sits down to it. */
const onceInAWhile = /connect|ready|start|open|close|click|press|button|key|init|setup|command/i;
const ofWeb = /\.(\w*route|get|post|put|delete|patch|head|options|\w*request\w*|websocket|view|callback)$/;
const arriving =
  /^(accept\w*|get|get_nowait|recv\w*|receive\w*|read_?line|read|input|pop|popleft|next|poll|consume|fetch\w*|wait_for_\w+|listen\w*|dequeue|take|lpop|rpop|blpop|brpop|getrequest|get_request|get_message)$/;
const limiting = /^itertools\.(islice|batched|repeat)$/;
const handingOn = /^(builtins\.(enumerate|reversed|sorted|list|tuple|set|iter|filter|map)|itertools\.(chain|count|cycle))$/;
/** More threads than that are no longer a choice of how many should run. */
const mostThreads = 100;
