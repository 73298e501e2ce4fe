import type { FunctionNode } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import { holdsLoop } from "../../program/link/loops.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { leaves } from "../../program/link/state/compound.js";
import { samePlace } from "../../program/link/state/updates.js";
import { isWait } from "../../program/link/threads/joined-at-once.js";
import { lastName } from "../../program/link/threads/spawns.js";
import { innerOperations, walkOperations } from "../../program/link/walk.js";
import type { AttemptOperation, BranchOperation, CallOperation, LoopOperation, Operation, Place, Value } from "../../program/operation.js";
import { methodsRun } from "../costs/overridden-methods.js";
import { pinsOf } from "../costs/pins.js";
import { queueTaken } from "../rounds/consumer-loops.js";
import { type Activation, activationOfCall, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";

/** What runs until somebody else stops it, as servers and pollers do: the loop that it goes round in; `library`: a library has that. */
export type Service = { readonly loop: LoopOperation; readonly at: Activation } | "library";

/** The service that running the function is, if it is one: sooner or later it comes to a loop that has no end of its own. */
export function serviceIn(at: Activation, evaluator: Evaluator, depth = 0): Service | undefined {
  return depth > deepest ? undefined : serviceAmong(at.function.facts.body, at, evaluator, depth);
}

/** Whether what a thread runs is a method of a library that serves until it is told to stop. */
export function isServing(name: string): boolean {
  return serving.test(lastName(name));
}

/**
 * Whether rounds of the service take what somebody has put into a queue to be done, which others may take as well: a last entry ends it, or somebody waits
 * for all of them to be done.
 */
export function takesEntries({ loop, at }: Exclude<Service, "library">, resolver: Resolver): boolean {
  const { function: node } = at;
  const taken = queueTaken(loop);
  const queues = taken ? [taken] : [];
  let ends = taken !== undefined;
  const signs = new Signs(loop, node, resolver);
  walkOperations(loop.body, (operation) => {
    if (operation.op === "call" && takesFromQueue(operation, node, resolver)) queues.push(receiverOf(operation) as Value);
    if (operation.op === "branch" && operation.test) ends ||= signs.isLastEntry(operation.test) && operation.arms.some(leaves);
  });
  if (queues.length === 0) return false;
  const isJoined = (): boolean =>
    node.file.calls("join").some(({ call }) => {
      const joined = receiverOf(call);
      return joined !== undefined && queues.some((queue) => lastNameOf(queue) !== "" && lastNameOf(queue) === lastNameOf(joined));
    });
  return ends || isJoined();
}

function takesFromQueue(call: CallOperation, within: FunctionNode, resolver: Resolver): boolean {
  const queue = receiverOf(call);
  if (!queue || !/^get(_nowait)?$/.test(lastNameOf(call.callee))) return false;
  const entities = resolver.resolve(queue, within);
  if (entities.length === 0) return /queue/i.test(lastNameOf(queue));
  return entities.some((entity) => entity.kind === "object" && resolver.knowledge.type(entity.type)?.is.role === "queue");
}

const serving = /^((serve|run|loop|listen)_forever|mainloop)$/;

const deepest = 3;

function serviceAmong(list: readonly Operation[], at: Activation, evaluator: Evaluator, depth: number): Service | undefined {
  for (const [index, operation] of list.entries()) {
    const isRest = operation.op === "loop" && onlyWaits(operation.body);
    // Who only waits until something is ready, or when all is done, has work that ends.
    const isBeside = isRest && (list.slice(0, index).some(({ op }) => op === "loop") || list.slice(index + 1).some(isWork));
    const found = isBeside ? undefined : serviceOf(operation, at, evaluator, depth);
    if (found) return found;
    if (operation.op === "return" || operation.op === "raise") return undefined;
  }
  return undefined;
}

/** Whether nothing is called but what lets time pass or looks at a sign. */
function onlyWaits(body: readonly Operation[]): boolean {
  let waits = true;
  walkOperations(body, (operation) => {
    if (operation.op === "call") waits &&= /^sleep$/.test(lastNameOf(operation.callee)) || isQuery(operation);
  });
  return waits;
}

function isWork(operation: Operation): boolean {
  return operation.op === "call" || innerOperations(operation).some((part) => part.some(isWork));
}

function serviceOf(operation: Operation, at: Activation, evaluator: Evaluator, depth: number): Service | undefined {
  switch (operation.op) {
    case "loop":
      return hasNoEnd(operation, at, evaluator) ? { loop: operation, at } : undefined;
    case "attempt": {
      const found = serviceAmong(operation.body, at, evaluator, depth);
      return found && found !== "library" && found.at.function === at.function && endsWhenEmpty(found.loop, operation) ? undefined : found;
    }
    case "with":
      return serviceAmong(operation.body, at, evaluator, depth);
    case "call": {
      const found = evaluator.resolver.callees(operation, at.function);
      const [callee, ...others] = methodsRun(operation, found, at, evaluator)?.callees ?? found;
      if (serving.test(lastNameOf(operation.callee))) return "library";
      // Calling a generator function runs nothing of it, and asking for its next value one round.
      if (!callee || callee.function.head.isGenerator) return undefined;
      if (others.length > 0 || callee.function === at.function) return undefined;
      return serviceIn(activationOfCall(callee.function, operation, at, callee.receiver !== undefined), evaluator, depth + 1);
    }
    case "branch": {
      const arms = operation.arms.map((arm) => serviceAmong(arm, at, evaluator, depth));
      // In whatever other case there is something to do that ends.
      return arms.every((arm, index) => arm || !holdsLoop(operation.arms[index] ?? [])) ? arms.find((arm) => arm) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a loop ends in the `except Empty` around it, as soon as a queue has nothing for it at once, or within some time. */
function endsWhenEmpty({ body }: LoopOperation, { caught }: AttemptOperation): boolean {
  if (!caught.some((types) => types.some((type) => /Empty/.test(lastNameOf(type))))) return false;
  let isLeft = false;
  walkOperations(body, (operation) => {
    if (operation.op !== "call") return;
    const name = lastNameOf(operation.callee);
    isLeft ||= name === "get_nowait" || (name === "get" && operation.arguments.length > 0 && isWait(operation));
  });
  return isLeft;
}

/** Whether the loop goes round until somebody else has it stop: what it tests is a sign that others give, as is whatever it breaks off for. */
export function hasNoEnd(loop: LoopOperation, at: Activation, evaluator: Evaluator): boolean {
  const { function: node } = at;
  const { resolver } = evaluator;
  if (loop.form === "comprehension" || pinsOf(node.file).iterations.has(loop)) return false;
  const { known } = evaluator.trips(loop, at);
  if (known === "known") return false;
  if (known === "endless" && !loop.endsEarly) return true;
  const signs = new Signs(loop, node, resolver);
  const asksOthers = loop.test !== undefined && signs.isSign(loop.test);
  const isOpen =
    known === "endless" || asksOthers || (loop.test !== undefined && isAlways(loop.test)) || takesWhatComes(loop, at, evaluator);
  if (!isOpen) return false;
  // Workers that go on with what a queue has for them may be replaced after so many.
  if (loop.form === "for" && queueTaken(loop)) return true;
  if (!loop.endsEarly || signs.isAllThatEnds(loop.body, "of the loop") || listening.test(node.head.name)) return true;
  // Who is asked to stop, and waits for what happens, is meant to go on, though it may end when that fails.
  return asksOthers && waitsForEvents(loop.body, node, resolver) && !signs.endsWithoutMore(loop.body);
}

/** Functions that by their names are there for whatever comes, as long as it comes. */
const listening =
  /(^|_)(listen(er)?|poll(er|ing)?|watch(er)?|monitor|heartbeat|keep_?alive|forever|((main|event|read|recv|receive|worker|poll(ing)?|listen)_?)?loop)$/;

/** Whether a `for` is handed what comes in, one by one, with no end of its own: entries of a queue, messages, what a generator without an end yields. */
function takesWhatComes(loop: LoopOperation, at: Activation, evaluator: Evaluator): boolean {
  const { iterable, form } = loop;
  if (form !== "for" || iterable?.op !== "call") return false;
  const queue = queueTaken(loop);
  if (queue) return /queue/i.test(lastNameOf(queue));
  const callees = evaluator.resolver.callees(iterable, at.function);
  if (callees.length === 0) return receiverOf(iterable) !== undefined && streaming.test(lastNameOf(iterable.callee));
  return callees.every(({ function: node }) => node.head.isGenerator && yieldsForever(node, evaluator));
}

const streaming = /^(listen|consume|subscribe|follow|watch|read_loop|event_gen)$/;

/** Whether it comes to a loop that yields, and has no end of its own. */
function yieldsForever(node: FunctionNode, evaluator: Evaluator): boolean {
  const service = serviceIn(bareActivation(node), evaluator, deepest);
  let yields = false;
  if (service && service !== "library")
    walkOperations(service.loop.body, ({ op }) => {
      yields ||= op === "yield";
    });
  return yields;
}

/** Whether a round waits until something happens or some time has passed, itself or in what it calls. */
function waitsForEvents(list: readonly Operation[], node: FunctionNode, resolver: Resolver, depth = 0): boolean {
  let waits = false;
  walkOperations(list, (operation) => {
    if (waits || operation.op !== "call") return;
    const isGet = lastNameOf(operation.callee) === "get" && isWait(operation);
    waits = isGet || /^(sleep|wait|select|poll|accept)$/.test(lastNameOf(operation.callee));
    if (!waits && depth < 2)
      waits = resolver
        .callees(operation, node)
        .slice(0, 4)
        .some(({ function: callee }) => callee !== node && waitsForEvents(callee.facts.body, callee, resolver, depth + 1));
  });
  return waits;
}

function isAlways(test: Value): boolean {
  return test.op === "constant" && Boolean(test.value);
}

/** The signs by which others have a loop stop. */
class Signs {
  private written: ReadonlySet<string> | undefined;

  constructor(
    private readonly loop: LoopOperation,
    private readonly node: FunctionNode,
    private readonly resolver: Resolver,
  ) {}

  /** Whether the value, by itself or with others, is nothing but what somebody else sets: `self.running`, `not stop.is_set()`, `state != "over"`. */
  isSign(value: Value): boolean {
    switch (value.op) {
      case "choice":
        return value.by !== "condition" && value.values.every((each) => isAlways(each) || this.isSign(each));
      case "compute": {
        const [first, second] = value.operands;
        if (value.operator === "not") return first !== undefined && this.isSign(first);
        if (!/^(==|!=|is|is not)$/.test(value.operator) || !first || !second) return false;
        return (this.isState(first) && this.isGiven(second)) || (this.isState(second) && this.isGiven(first));
      }
      case "call":
        return isQuery(value) && !this.isGivenInside(receiverOf(value));
      case "read":
        return this.isState(value) && this.isSwitch(value.place);
      default:
        return false;
    }
  }

  /**
   * Whether nothing but signs, errors, and a last entry of a queue ends the loop early, by any `break` that is the loop's or a `return`. Who waits for
   * what somebody sends comes to an end with that.
   */
  isAllThatEnds(list: readonly Operation[], breaks: "of the loop" | "of another"): boolean {
    return list.every((operation) => {
      switch (operation.op) {
        case "return":
          return false;
        case "break":
          return breaks === "of another";
        case "loop":
          return this.isAllThatEnds(operation.body, "of another");
        case "branch":
          return this.isSignalled(operation) || operation.arms.every((arm) => this.isAllThatEnds(arm, breaks));
        case "attempt":
          return this.endsByErrors(operation, breaks);
        default:
          return innerOperations(operation).every((part) => this.isAllThatEnds(part, breaks));
      }
    });
  }

  /** Whether it ends when there is nothing more to take: by an error that says so, or by what it was given being nothing. */
  endsWithoutMore(list: readonly Operation[]): boolean {
    let ends = false;
    walkOperations(list, (operation) => {
      if (operation.op === "branch" && operation.test)
        ends ||= isNothing(operation.test, this.node) && operation.arms.some((arm) => !this.isAllThatEnds(arm, "of the loop"));
      if (operation.op === "attempt")
        ends ||= operation.handlers.some(
          (handler, index) =>
            (operation.caught[index] ?? []).some((type) => exhaustion.test(lastNameOf(type))) &&
            !this.isAllThatEnds(handler, "of the loop"),
        );
    });
    return ends;
  }

  private isSignalled({ test }: BranchOperation): boolean {
    return test !== undefined && (this.isSign(test) || this.isLastEntry(test));
  }

  private endsByErrors({ body, otherwise, final, handlers, caught }: AttemptOperation, breaks: "of the loop" | "of another"): boolean {
    const isOfError = (_: readonly Operation[], index: number): boolean =>
      !(caught[index] ?? []).some((type) => exhaustion.test(type.op === "read" ? lastNameOf(type) : ""));
    return (
      [body, otherwise, final].every((part) => this.isAllThatEnds(part, breaks)) &&
      handlers.every((handler, index) => isOfError(handler, index) || this.isAllThatEnds(handler, breaks))
    );
  }

  /** `if job is None: break` of what the round has taken out of a queue, or `if not job:`; `if job is STOP:` of whatever. */
  isLastEntry(test: Value): boolean {
    if (test.op === "choice") return test.by === "and" && test.values.some((each) => this.isLastEntry(each));
    const [asked, other] = test.op === "compute" ? test.operands : [test];
    if (asked?.op === "read" && asked.place.kind === "attribute") return this.isTakenInto(asked.place);
    if (asked?.op !== "read" || asked.place.kind !== "name" || asked.place.owner !== this.node.index) return false;
    if (test.op === "compute" && /^(==|is)$/.test(test.operator) && other && isNamedConstant(other)) return true;
    return (this.node.bound(asked.place.name) ?? []).some(
      (bound) => bound.op === "call" && takesFromQueue(bound, this.node, this.resolver),
    );
  }

  /** Whether each round keeps in the attribute what it has taken out of a queue: `self.job = self.jobs.get()`. */
  private isTakenInto(place: Place): boolean {
    let isTaken = false;
    walkOperations(this.loop.body, (operation) => {
      if (operation.op !== "write" || operation.value?.op !== "call" || !samePlace(operation.place, place)) return;
      isTaken ||= takesFromQueue(operation.value, this.node, this.resolver);
    });
    return isTaken;
  }

  /** Whether it is a variable or attribute that the loop's own rounds leave as it is. */
  private isState(value: Value): boolean {
    if (value.op !== "read" || value.place.kind === "element") return false;
    const { place } = value;
    if (place.kind === "name" && (place.owner < 0 || place.owner === this.node.index)) return false;
    return !this.writtenInside().has(nameOf(place));
  }

  private isGiven(value: Value): boolean {
    return value.op === "constant" || this.isState(value);
  }

  /** Whether it is on or off: a container that is emptied is as true as it is full. */
  private isSwitch(place: Place): boolean {
    const values = this.valuesOf(place);
    if (values.length > 0) return values.some((value) => value.op === "constant" && value.type === "bool");
    return place.kind === "attribute" && switchNames.test(place.name);
  }

  private valuesOf(place: Place): readonly Value[] {
    const { file } = this.node;
    if (place.kind === "name") return file.functionAt(place.owner)?.bound(place.name) ?? [];
    if (place.kind !== "attribute") return [];
    const found: Value[] = [];
    for (const { function: index } of file.stores(place.name)) {
      walkOperations(file.functionAt(index)?.facts.body ?? [], (operation) => {
        if (operation.op === "write" && operation.place.kind === "attribute" && operation.place.name === place.name && operation.value)
          found.push(operation.value);
      });
    }
    return found;
  }

  private isGivenInside(sign: Value | undefined): boolean {
    return sign?.op !== "read" || sign.place.kind === "element" || this.writtenInside().has(`${nameOf(sign.place)}.set`);
  }

  /** What a round writes, itself or in what it calls: variables and attributes by their names, and events that it sets. */
  private writtenInside(): ReadonlySet<string> {
    if (this.written) return this.written;
    const written = new Set<string>();
    const seen = new Set<FunctionNode>([this.node]);
    const visit = (list: readonly Operation[], node: FunctionNode, depth: number): void =>
      walkOperations(list, (operation) => {
        if (operation.op === "write" && operation.place.kind !== "element") written.add(nameOf(operation.place));
        if (operation.op !== "call") return;
        const receiver = receiverOf(operation);
        if (receiver?.op === "read" && receiver.place.kind !== "element" && lastNameOf(operation.callee) === "set")
          written.add(`${nameOf(receiver.place)}.set`);
        for (const { function: callee } of depth > 0 ? this.resolver.callees(operation, node) : []) {
          if (seen.has(callee) || seen.size > mostCalled) continue;
          seen.add(callee);
          visit(callee.facts.body, callee, depth - 1);
        }
      });
    visit(this.loop.body, this.node, 2);
    this.written = written;
    return written;
  }
}

/** `not chunk`, `job is None`, of a variable of the function. */
function isNothing(test: Value, node: FunctionNode): boolean {
  const asked = test.op === "compute" ? test.operands[0] : undefined;
  if (test.op === "choice") return test.values.some((each) => isNothing(each, node));
  if (test.op !== "compute" || !/^(not|is|==)$/.test(test.operator)) return false;
  return asked?.op === "read" && asked.place.kind === "name" && asked.place.owner === node.index;
}

/** How much of what a loop calls is looked at. */
const mostCalled = 40;

function nameOf(place: Place): string {
  return place.kind === "element" ? "" : place.name;
}

/** Whether it asks, of something that is asked for nothing else, whether to go on. */
function isQuery(call: CallOperation): boolean {
  const name = lastNameOf(call.callee);
  return asksForStop.test(name) || (call.arguments.length === 0 && switchNames.test(name));
}

/** `STOP`, `self._SENTINEL`: by its name a value that never changes. */
function isNamedConstant(value: Value): boolean {
  return value.op === "read" && /^_*[A-Z][A-Z0-9_]+$/.test(lastNameOf(value)) && !(value.place.kind === "name" && value.place.owner < 0);
}

const asksForStop =
  /^(is_?set|isSet|wait|is_?alive|is_?running|is_?stopped|stopped|running|is_?active|is_shutdown|should_(stop|exit|run))$/;
const switchNames = /run|stop|exit|quit|alive|active|clos|shut|done|terminat|finish|cancel|connect|enable|kill|abort/i;
/** Errors that say that there is nothing more. */
const exhaustion = /Empty|^(StopIteration|StopAsyncIteration|IndexError|KeyError|EOFError|IncompleteReadError)$/;
