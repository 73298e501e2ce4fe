import { contains, type Range } from "../../../base/range.js";
import type {
  AttemptOperation,
  BranchOperation,
  CallOperation,
  ChoiceValue,
  LoopOperation,
  Operation,
  Place,
  Value,
} from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { functionsThat, functionTest } from "../linked-file.js";
import type { Resolver } from "../resolution/resolver.js";
import { leaves } from "../state/compound.js";
import { samePlace } from "../state/updates.js";
import { innerOperations, someValue, walkOperations } from "../walk.js";
import { awaitedAnswer, boundIn, isClockReading, type Look, Looking } from "./looks.js";

/**
 * A loop that can go round and do nothing but look whether somebody else has acted. What it looks at does not change by itself, so on that way it
 * goes round until another thread, task or process acts.
 */
export interface IdleLoop {
  readonly function: FunctionNode;
  readonly loop: LoopOperation;
  /** What decides that there is nothing to do, what is waited for first. */
  readonly looks: readonly Look[];
  /** Whether other rounds do something else. */
  readonly works: boolean;
  /** How a round without work passes its time; `none`: it does not. */
  readonly rest: { readonly by: "none" } | { readonly by: "sleep" | "yield"; readonly call: CallOperation };
}

/** The loops of a file that only wait in some of their rounds, in order. */
export function idleLoops(file: LinkedFile, resolver: Resolver): readonly IdleLoop[] {
  return functionsThat(file, loopingInPlace).flatMap((node) => [...idleLoopsIn(node, resolver).values()]);
}

/** Those of one function. */
export function idleLoopsIn(node: FunctionNode, resolver: Resolver): ReadonlyMap<LoopOperation, IdleLoop> {
  return resolver.rememberedOf(node, "idle loops", () => {
    const looking = new Looking(resolver);
    const found = new Map<LoopOperation, IdleLoop>();
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "loop" || operation.isAsync || !canWait(operation, node, resolver)) return;
      const idle = new Rounds(operation, node, looking, resolver).idle();
      if (idle) found.set(operation, idle);
    });
    return found;
  });
}

/** Whether the function has a loop that may count or go on until something happens. */
const loopingInPlace = functionTest("loops in place", ({ holds }) => holds.has("loop"));

/** Loops over elements work on them; those that only count go on as `while` does. */
function canWait(loop: LoopOperation, node: FunctionNode, resolver: Resolver): boolean {
  if (loop.form === "while") return true;
  if (loop.form !== "for" || loop.iterable?.op !== "call") return false;
  const names = resolver.externalCallees(loop.iterable, node);
  return names.some((name) => name === "builtins.range" || name === "itertools.count" || name === "itertools.repeat");
}

/** The parts of a test of which the first half alone decides that it does not come out as it should: `and` for yes, `or` for no. */
function endingShortcuts(test: Value, wanted: boolean): readonly ChoiceValue[] {
  if (test.op === "compute" && test.operator === "not") return test.operands.flatMap((operand) => endingShortcuts(operand, !wanted));
  if (test.op !== "choice" || (test.by !== "and" && test.by !== "or")) return [];
  const isEnding = (test.by === "and") === wanted;
  const [left, right] = test.values;
  return [...(isEnding ? [test, ...(left ? endingShortcuts(left, wanted) : [])] : []), ...(right ? endingShortcuts(right, wanted) : [])];
}

/** One way through a round. What is on a way that works does not matter, apart from where it rests. */
interface Way {
  readonly does: "work" | "look" | "say";
  readonly rests: readonly CallOperation[];
  readonly looks: readonly Look[];
  /** The tests without a look that it came by. */
  readonly blind: readonly Operation[];
  /** The tests that it came by. */
  readonly tests: readonly Value[];
  /** Whether it computes something that no test asks for. */
  readonly computes: "nothing" | "something";
  /** Whether what the loop tests has been set so that this round is the last. */
  readonly next: "another round" | "the end";
}

const start: Way = { does: "look", rests: [], looks: [], blind: [], tests: [], computes: "nothing", next: "another round" };

/** Where the loop's body gives the variable that the loop tests another value, and what follows from it. */
interface Setting {
  readonly at: number;
  readonly next: Way["next"];
}

/** What surrounds the operations that are walked. */
interface Around {
  /** Where `continue` and `break` of the innermost loop lead. */
  readonly back: Way[];
  readonly out: Way[];
  /** The `try` statements and their like around, the innermost last. */
  readonly catching: readonly { readonly names: readonly string[]; readonly caught: Way[] }[];
}

class Rounds {
  private count = 0;
  /** Which ways are followed: all, or those on which nothing is done so far, with what is looked at and where they rest. */
  private followed: "all" | "idle" = "all";
  private askedFor: readonly Range[] | undefined;
  private movedOn: readonly Place[] | undefined;
  /** The arms that are ways out of the loop's test, by where it branches. */
  private ends: ReadonlyMap<string, number> | undefined;
  private readonly looksOfTests = new Map<Value, readonly Look[]>();

  constructor(
    private readonly loop: LoopOperation,
    private readonly node: FunctionNode,
    private readonly looking: Looking,
    private readonly resolver: Resolver,
  ) {}

  idle(): IdleLoop | undefined {
    const { loop, node } = this;
    if (!this.mayIdle()) return undefined;
    const looks = loop.test ? this.looksIn(loop.test) : [];
    const first: Way = { ...start, looks, tests: loop.test ? [loop.test] : [] };
    const around: Around = { back: [], out: [], catching: [] };
    const through = this.list(loop.body, [first], around, settingsIn(loop, node));
    if (this.count > maximumSteps) return undefined;
    const ways = distinct([...through, ...around.back]);
    const working = ways.filter((way) => way.does === "work");
    const restsOfWork = new Set(working.flatMap((way) => way.rests));
    const idle = ways.filter(
      (way) =>
        way.does !== "work" &&
        way.next !== "the end" &&
        way.looks.length > 0 &&
        !this.hasDrained(way) &&
        !way.blind.some((test) => this.selectsWork(test, working)),
    );
    // A round that does not even rest is worse than one that does.
    for (const way of idle) {
      const [rest] = way.rests;
      if (way.rests.some((each) => this.restOf(each) === "sleep")) continue;
      if (way.does === "say" || way.computes === "something" || loop.form !== "while" || this.progresses(way, working)) continue;
      return {
        function: node,
        loop,
        looks: this.inOrder(way.looks),
        works: working.length > 0,
        rest: rest ? { by: "yield", call: rest } : { by: "none" },
      };
    }
    for (const way of idle) {
      const rest = way.rests.find((each) => this.restOf(each) === "sleep");
      if (!rest) continue;
      // Who rests after work as well works in turns of that length, unless each turn takes what it looked for.
      if (restsOfWork.has(rest) && !(isShort(rest) && way.looks.some((look) => this.isTaken(look)))) continue;
      return { function: node, loop, looks: this.inOrder(way.looks), works: working.length > 0, rest: { by: "sleep", call: rest } };
    }
    return undefined;
  }

  /**
   * Whether there may be a way round without work on which something is looked at. Following those ways alone answers for most loops, since most
   * begin with work.
   */
  private mayIdle(): boolean {
    const { loop } = this;
    const around: Around = { back: [], out: [], catching: [] };
    this.followed = "idle";
    const ways = [...this.list(loop.body, [start], around), ...around.back];
    this.followed = "all";
    if (this.count > maximumSteps) return false;
    this.count = 0;
    const resting = ways.filter((way) => loop.form === "while" || way.rests.some((each) => this.restOf(each) === "sleep"));
    if (resting.length === 0) return false;
    return resting.some((way) => way.looks.length > 0) || (loop.test !== undefined && this.looksIn(loop.test).length > 0);
  }

  /** What is made for waiting first, then what decides about work, then what the loop itself tests, then what was looked at last. */
  private inOrder(looks: readonly Look[]): readonly Look[] {
    const { test } = this.loop;
    const isTested = (look: Look): boolean => test !== undefined && contains(test, look);
    const rank = (look: Look): number => (isTested(look) ? 1 : awaitedAnswer(look, this.loop) === "unknown" ? 0 : 2);
    return [...looks].sort((a, b) => order.indexOf(a.at) - order.indexOf(b.at) || rank(a) - rank(b) || b.start - a.start);
  }

  /** `while not queue.empty()` ends after a round that found nothing to take: the loop only takes out what is there. */
  private hasDrained({ looks }: Way): boolean {
    const { test } = this.loop;
    const ofQueue = looks.filter(({ at, value }) => at === "queue" && value.op === "read");
    return ofQueue.some(
      (tested) =>
        test !== undefined &&
        contains(test, tested) &&
        ofQueue.some((taken) => !contains(test, taken) && sameObject(taken.value, tested.value)),
    );
  }

  private restOf(call: CallOperation): "sleep" | "yield" {
    return this.looking.step(call, this.node).does === "sleeps" ? "sleep" : "yield";
  }

  /** Whether a test that does not look at what others change decides between waiting and work: a clock, a count. */
  private selectsWork(test: Operation, working: readonly Way[]): boolean {
    if (working.length === 0 || test.op !== "branch") return false;
    // `if time.monotonic() < due: continue` only waits.
    const onlyWaits = test.arms.some((arm) => arm.every(({ op }) => op === "continue"));
    if (onlyWaits && test.test && this.asksTheTime(test.test)) return false;
    const isLeft = (arm: readonly Operation[]): boolean => leaves(arm) && !endsWith(arm, "continue");
    const others = test.arms.filter((arm) => !isLeft(arm));
    // An arm that goes round again leaves the rest of the round, which may be the work, to the other one.
    return others.some((arm) => this.hasWork(arm)) || others.some((arm) => endsWith(arm, "continue"));
  }

  /** Whether a test compares a clock with what nothing but work changes: `time.monotonic() < due`. Until then the loop does nothing but look. */
  private asksTheTime(test: Value): boolean {
    if (test.op !== "compute" || !/^[<>]=?$/.test(test.operator)) return false;
    const isClock = (value: Value): boolean =>
      value.op === "call" && this.resolver.externalCallees(value, this.node).some((name) => isClockReading(name));
    let asks = false;
    const others = someValue(test, (each) => {
      const read =
        each.op === "read" && each.place.kind === "name" && each.place.owner === this.node.index
          ? boundIn(each.place.name, this.loop, this.node)
          : [each];
      asks ||= read.some(isClock);
      return read.some((value) => value.op === "call" && !isClock(value));
    });
    return asks && !others;
  }

  private hasWork(arm: readonly Operation[]): boolean {
    const { followed } = this;
    this.followed = "all";
    const ways = this.list(arm, [start], { back: [], out: [], catching: [] });
    this.followed = followed;
    return ways.some((way) => way.does === "work");
  }

  /** Whether a variable that counts or moves on decides when the loop ends, or is all that the loop is for. */
  private progresses(way: Way, working: readonly Way[]): boolean {
    const names = new Set<string>();
    for (const [name] of this.node.facts.bindings) {
      if (boundIn(name, this.loop, this.node).some((value) => this.dependsOn(value, name, new Set()))) names.add(name);
    }
    if (names.size === 0) return false;
    return (
      working.length === 0 ||
      way.tests.some((test) => !this.asksTheTime(test) && [...names].some((name) => this.dependsOn(test, name, new Set())))
    );
  }

  private dependsOn(value: Value, name: string, seen: Set<Value>): boolean {
    return someValue(value, (each) => {
      if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== this.node.index) return false;
      if (each.place.name === name) return true;
      return boundIn(each.place.name, this.loop, this.node).some((bound) => {
        if (seen.has(bound)) return false;
        seen.add(bound);
        return this.dependsOn(bound, name, seen);
      });
    });
  }

  /** Whether the loop takes what it looks for: out of a queue, or by setting a flag back. */
  private isTaken(look: Look): boolean {
    const { value } = look;
    let taken = false;
    walkOperations(this.loop.body, (operation) => {
      if (operation.op === "write") taken ||= value.op === "read" && samePlace(operation.place, value.place);
      if (operation.op !== "call") return;
      const { callee } = operation;
      if (callee.op !== "read" || callee.place.kind !== "attribute" || !taking.has(callee.place.name)) return;
      const { object } = callee.place;
      taken ||= object.op === "read" && value.op === "read" && samePlace(object.place, value.place);
    });
    return taken;
  }

  private looksIn(value: Value): readonly Look[] {
    let looks = this.looksOfTests.get(value);
    if (!looks) {
      looks = this.ofOthers(this.looking.looksIn(value, this.node, this.loop));
      this.looksOfTests.set(value, looks);
    }
    return looks;
  }

  /** Without what the loop moves on by itself, or what cannot change. */
  private ofOthers(looks: readonly Look[]): readonly Look[] {
    return looks.filter((look) => {
      const { value: state, in: within } = look;
      const isOwn = within === this.node && state.op === "read" && this.ownState().some((place) => samePlace(place, state.place));
      // A thread or process that has yet to be started cannot be waited for.
      const isStarted = (look.at !== "thread" && look.at !== "process") || awaitedAnswer(look, this.loop) !== "yes";
      return !isOwn && isStarted;
    });
  }

  /** The state that the loop moves on by itself. */
  private ownState(): readonly Place[] {
    if (!this.movedOn) {
      const places: Place[] = [];
      walkOperations(this.loop.body, (operation) => {
        if (operation.op === "write" && operation.place.kind !== "element" && !isConstant(operation.value)) places.push(operation.place);
      });
      this.movedOn = [...places, ...filledIn(this.loop.body)];
    }
    return this.movedOn;
  }

  private isAskedFor(operation: Range): boolean {
    this.askedFor ??= this.partsOfTests();
    return this.askedFor.some((value) => contains(value, operation));
  }

  /** What tests are made of, variables looked through. */
  private partsOfTests(): readonly Range[] {
    const { loop, node } = this;
    const asked = new Set<Value>();
    const ask = (value: Value): void => {
      if (asked.has(value)) return;
      asked.add(value);
      someValue(value, (each) => {
        if (each.op === "read" && each.place.kind === "name" && each.place.owner === node.index)
          for (const bound of boundIn(each.place.name, loop, node)) ask(bound);
        return false;
      });
    };
    walkOperations([loop], (operation) => {
      if ((operation.op === "branch" || operation.op === "loop") && operation.test) ask(operation.test);
      if (operation.op === "loop" && operation.iterable) ask(operation.iterable);
      if (operation.op === "call" && this.looking.step(operation, node).does !== "nothing")
        for (const { value } of operation.arguments) ask(value);
    });
    return [...asked];
  }

  /** The ways that get to the end of a list, in which and below which the settings stand. */
  private list(list: readonly Operation[], ways: readonly Way[], around: Around, settings: readonly Setting[] = []): readonly Way[] {
    let current = ways;
    let next = 0;
    const passSettings = (before: number): void => {
      for (let setting = settings[next]; setting && setting.at < before; setting = settings[++next]) {
        const { next: after } = setting;
        current = current.map((way) => ({ ...way, next: after }));
      }
    };
    for (const operation of list) {
      this.count += current.length;
      if (current.length === 0 || this.count > maximumSteps) return [];
      passSettings(operation.start);
      const inside = settings.filter(({ at }) => operation.start <= at && at < operation.end);
      next += inside.length;
      current = distinct(this.operation(operation, current, around, inside));
    }
    passSettings(Number.POSITIVE_INFINITY);
    return current;
  }

  private operation(operation: Operation, ways: readonly Way[], around: Around, settings: readonly Setting[]): readonly Way[] {
    switch (operation.op) {
      case "read":
        return this.read(operation, ways, around);
      case "compute":
        return this.computing(operation, ways);
      case "call":
        return this.call(operation, ways, around);
      case "await": {
        const { value } = operation;
        return value.op === "call" && /^(sleeps|yields)$/.test(this.looking.step(value, this.node).does) ? ways : this.working(ways);
      }
      case "write":
        return this.isOwn(operation) ? ways : this.working(ways);
      case "yield":
        return this.working(ways);
      case "return":
      case "raise":
        return [];
      case "break":
        around.out.push(...ways);
        return [];
      case "continue":
        around.back.push(...ways);
        return [];
      case "branch": {
        const looks = operation.test ? this.looksIn(operation.test) : [];
        const decided = ways.map((way) => (this.followed === "all" ? tested(way, operation, looks) : looked(way, looks)));
        const ofArms = settingsOfArms(operation.arms, settings);
        return operation.arms.flatMap((arm, index) => (this.isEnd(operation, index) ? [] : this.list(arm, decided, around, ofArms[index])));
      }
      case "with":
        return this.with(operation, ways, around, settings);
      case "attempt":
        return this.attempt(operation, ways, around);
      case "loop":
        return this.inner(operation, ways, around, settings);
    }
  }

  /** Whether the arm is the way out of the loop's own test: `while a and b:` asks for `b` in each round, since there is none without `a`. */
  private isEnd({ start, end, arms }: BranchOperation, index: number): boolean {
    if (arms[index]?.length !== 0) return false;
    const { test } = this.loop;
    this.ends ??= new Map(
      (test ? endingShortcuts(test, true) : []).map((value) => [`${value.start} ${value.end}`, value.by === "and" ? 1 : 0]),
    );
    return this.ends.get(`${start} ${end}`) === index;
  }

  private read(operation: Extract<Operation, { op: "read" }>, ways: readonly Way[], around: Around): readonly Way[] {
    const property = this.looking.propertyOf(operation.place, this.node);
    if (property && !this.looking.purityOf(property)) return this.working(ways);
    // `try: return results[key]`, `except KeyError: wait`.
    if (operation.place.kind !== "element") return ways;
    const catching = around.catching.findLast(({ names }) => names.some((name) => missing.has(name)));
    catching?.caught.push(...ways.map((way) => looked(way, this.looksIn(operation))));
    return ways;
  }

  private call(call: CallOperation, ways: readonly Way[], around: Around): readonly Way[] {
    const step = this.looking.step(call, this.node);
    switch (step.does) {
      case "looks":
        return ways;
      case "nothing":
        return this.computing(call, ways);
      case "says":
        return ways.map((way) => (way.does === "look" ? { ...way, does: "say" } : way));
      case "tries": {
        const catching = around.catching.findLast(({ names }) => names.some((name) => broad.has(name) || step.errors.includes(name)));
        catching?.caught.push(...ways.map((way) => looked(way, this.ofOthers([step.look]))));
        return this.working(ways);
      }
      case "sleeps":
      case "yields":
        return ways.map((way) => ({ ...way, rests: way.rests.includes(call) ? way.rests : [...way.rests, call] }));
      case "work":
        // A call that is raised out of has worked as well.
        for (const { caught } of around.catching) caught.push(...this.working(ways));
        return this.working(ways);
    }
  }

  private working(ways: readonly Way[]): readonly Way[] {
    return this.followed === "all" ? ways.map(working) : [];
  }

  private computing(operation: Range, ways: readonly Way[]): readonly Way[] {
    return this.followed === "idle" || this.isAskedFor(operation) ? ways : ways.map(computing);
  }

  /** Whether nobody but the function's own code can see what is stored. */
  private isOwn({ place }: Extract<Operation, { op: "write" }>): boolean {
    return place.kind === "name" && place.owner === this.node.index && !this.node.head.rebound.has(place.name);
  }

  private with(
    operation: Extract<Operation, { op: "with" }>,
    ways: readonly Way[],
    around: Around,
    settings: readonly Setting[],
  ): readonly Way[] {
    const suppressed = this.suppressed(operation.context);
    if (suppressed) {
      const catching = { names: suppressed, caught: [] as Way[] };
      const through = this.list(operation.body, ways, { ...around, catching: [...around.catching, catching] });
      return [...through, ...catching.caught];
    }
    const isPlain = !operation.isAsync && this.looking.isLock(operation.context, this.node);
    return this.list(operation.body, isPlain ? ways : this.working(ways), around, settings);
  }

  private suppressed(context: Value): readonly string[] | undefined {
    if (context.op !== "call" || !this.resolver.externalCallees(context, this.node).includes("contextlib.suppress")) return undefined;
    return context.arguments.map(({ value }) => errorName(value));
  }

  private attempt(operation: AttemptOperation, ways: readonly Way[], around: Around): readonly Way[] {
    const catching = operation.caught.map((types) => ({ names: types.length === 0 ? [""] : types.map(errorName), caught: [] as Way[] }));
    const backs = around.back.length;
    // The first handler that fits is the one that runs.
    const inside: Around = { ...around, catching: [...around.catching, ...[...catching].reverse()] };
    const through = this.list(operation.otherwise, this.list(operation.body, ways, inside), around);
    const handled = operation.handlers.flatMap((handler, index) => this.list(handler, distinct(catching[index]?.caught ?? []), around));
    if (operation.final.length > 0 && this.hasWork(operation.final)) {
      around.back.push(...this.working(around.back.splice(backs)));
    }
    return this.list(operation.final, [...through, ...handled], around);
  }

  private inner(operation: LoopOperation, ways: readonly Way[], around: Around, settings: readonly Setting[]): readonly Way[] {
    const own: Around = { back: [], out: [], catching: around.catching };
    const { test } = operation;
    if (operation.form === "while" && test) {
      const header = operation.body.filter((each) => each.end <= test.end);
      const looks = this.looksIn(test);
      const tests = this.list(header, ways, own);
      const none = looks.length > 0 ? tests.map((way) => ({ ...looked(way, looks), tests: [...way.tests, test] })) : [];
      const rounds = [...this.list(operation.body, ways, own, settings), ...own.back];
      return [...none, ...own.out, ...this.working(rounds)];
    }
    const through = [...this.list(operation.body, ways, own, settings), ...own.back, ...own.out];
    return operation.form === "comprehension" || this.goesThroughContainer(operation) ? through : this.working(through);
  }

  /** Whether what the loop goes through is all there, so that going through it does not wait. */
  private goesThroughContainer({ iterable, body }: LoopOperation): boolean {
    if (!iterable) return false;
    if (iterable.op === "call" && this.looking.step(iterable, this.node).does === "nothing") return true;
    if (this.resolver.resolve(iterable, this.node).some((entity) => entity.kind === "container" && entity.value.makes !== "generator"))
      return true;
    return body.some(
      (operation) => operation.op === "branch" && operation.test && this.looksIn(operation.test).some((look) => look.at !== "state"),
    );
  }
}

function working(way: Way): Way {
  return way.does === "work" ? way : { ...start, does: "work", rests: way.rests, next: way.next };
}

function computing(way: Way): Way {
  return way.does === "work" ? way : { ...way, computes: "something" };
}

function looked(way: Way, looks: readonly Look[]): Way {
  if (way.does === "work" || looks.length === 0) return way;
  return {
    ...way,
    looks: [...way.looks, ...looks.filter((look) => !way.looks.some((each) => each.start === look.start && each.in === look.in))],
  };
}

function tested(way: Way, branch: Extract<Operation, { op: "branch" }>, looks: readonly Look[]): Way {
  if (way.does === "work") return way;
  const tests = branch.test ? [...way.tests, branch.test] : way.tests;
  return looks.length > 0 ? { ...looked(way, looks), tests } : { ...way, blind: [...way.blind, branch], tests };
}

/** Ways that differ in what matters. */
function distinct(ways: readonly Way[]): readonly Way[] {
  if (ways.length < 2) return ways;
  const byKey = new Map<string, Way>();
  for (const way of ways) {
    const places = (ranges: readonly Range[]): string => ranges.map((range) => range.start).join();
    byKey.set(
      [way.does, way.computes, way.next, places(way.rests), places(way.looks), places(way.blind), places(way.tests)].join("|"),
      way,
    );
  }
  return [...byKey.values()];
}

const order: readonly Look["at"][] = ["queue", "room", "future", "thread", "process", "lock", "state", "event"];

/** Nobody works in turns that are shorter. */
function isShort({ arguments: [seconds] }: CallOperation): boolean {
  return seconds?.value.op === "constant" && Number(seconds.value.value) <= 1;
}

function isConstant(value: Value | undefined): boolean {
  return value === undefined || value.op === "constant" || (value.op === "display" && value.elements.length === 0);
}

/** Of a loop that tests one variable of the function's own, plainly or negated: where its body sets it, in order. */
function settingsIn({ test, start: first, end }: LoopOperation, { facts }: FunctionNode): readonly Setting[] {
  const isNegated = test?.op === "compute" && test.operator === "not";
  const tested = isNegated ? test.operands[0] : test;
  if (tested?.op !== "read" || tested.place.kind !== "name" || tested.place.owner !== facts.index || facts.rebound.has(tested.place.name))
    return [];
  return (facts.bindings.get(tested.place.name) ?? [])
    .filter((value) => first <= value.start && value.end <= end)
    .map((value): Setting => {
      if (value.op !== "constant" || !/^(bool|int|none)$/.test(value.type)) return { at: value.start, next: "another round" };
      const isTrue = value.type !== "none" && value.value !== 0;
      return { at: value.start, next: isTrue === isNegated ? "the end" : "another round" };
    })
    .sort((a, b) => a.at - b.at);
}

/** The settings by the arm that they stand in, as far as the operations of the arms tell; others belong to none. */
function settingsOfArms(arms: readonly (readonly Operation[])[], settings: readonly Setting[]): readonly (readonly Setting[])[] {
  const starts = arms.map((arm) => arm[0]?.start);
  const ends = arms.map((arm) => arm.at(-1)?.end);
  return arms.map((_, index) => {
    const [start, end, following] = [starts[index], ends[index], starts[index + 1]];
    const isBefore = (at: number): boolean => (following === undefined ? end !== undefined && at < end : at < following);
    return settings.filter(({ at }) => (index === 0 || (start !== undefined && at >= start)) && isBefore(at));
  });
}

/** What a list of operations puts something into and then goes on: who fills it does not wait for others to do so. */
function filledIn(list: readonly Operation[]): readonly Place[] {
  return list.flatMap((operation): readonly Place[] => {
    if (operation.op === "call") {
      const { callee } = operation;
      if (callee.op !== "read" || callee.place.kind !== "attribute" || !filling.has(callee.place.name)) return [];
      return callee.place.object.op === "read" ? [callee.place.object.place] : [];
    }
    // What is tried may fail, so that its end is not reached.
    const isTried = operation.op === "attempt";
    return innerOperations(operation).flatMap((part) => (!isTried && leaves(part) && !endsWith(part, "continue") ? [] : filledIn(part)));
  });
}

function sameObject(a: Value, b: Value): boolean {
  return a.op === "read" && b.op === "read" && samePlace(a.place, b.place);
}

function endsWith(list: readonly Operation[], op: "continue"): boolean {
  return list[list.length - 1]?.op === op;
}

function errorName(value: Value): string {
  return value.op === "read" && value.place.kind !== "element" ? value.place.name : "";
}

const missing: ReadonlySet<string> = new Set(["KeyError", "IndexError", "LookupError"]);
const broad: ReadonlySet<string> = new Set(["", "Exception", "BaseException"]);
const taking: ReadonlySet<string> = new Set("get get_nowait pop popleft popitem clear remove".split(" "));
const filling: ReadonlySet<string> = new Set("add append appendleft extend insert put put_nowait setdefault update".split(" "));
const maximumSteps = 4000;
