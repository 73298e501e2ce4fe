import { rangeOf } from "../base/range.js";
import { acquisitionsOfAnyone, partOfActivity } from "../program/link/activity/activity.js";
import type { Acquisition, CallStep } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { testsBefore } from "../program/link/guards.js";
import { handedOver, objectOfMethod } from "../program/link/locks/hand-over.js";
import { type InterruptedHolder, interruptedHolders } from "../program/link/locks/interrupted-holders.js";
import type { HeldLock } from "../program/link/locks/locks.js";
import { callOf, expressionOf, isSurelyHeld, levelOf } from "../program/link/locks/same-lock.js";
import { argumentFor, type Resolver } from "../program/link/resolution/resolver.js";
import { samePlace, sameValue } from "../program/link/state/updates.js";
import type { Spawn } from "../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";
import { callsWhatWasGiven } from "./doubts.js";
import { reentrantFix } from "./fixes/lock-kind-fix.js";
import docs from "./lock-reacquire.md";
import type { Confidence, Match, RelatedLocation, Rule, RuleContext } from "./rule.js";

interface Data {
  readonly held: HeldLock;
  readonly taken: Acquisition;
  /** Where the signal handler is installed that takes it. */
  readonly handler: Spawn | undefined;
}

/** GIL402: a non-reentrant lock taken again by the thread that holds it. */
export const lockReacquire: Rule<Data> = {
  code: "GIL402",
  name: "lock-reacquire",
  since: "0.1.0",
  group: "locks",
  severity: "error",
  docs,
  find,
  message,
  fix: ({ held }, context) => reentrantFix(expressionOf(held), held.taken.function, context),
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  for (const taken of [...acquisitionsOfAnyone(program), ...partOfActivity(program, "acquisitions")]) {
    const held = heldAlready(taken);
    if (!held) continue;
    const place = placeOf(held, taken);
    const key = `${place.path}:${place.range.start}`;
    const known = matches.get(key);
    if (known && known.confidence !== "possible") continue;
    const confidence = confidenceOf(held, taken, program.resolver);
    if (!confidence || (known && confidence === "possible")) continue;
    const isByCall = [held, taken.lock].some((lock) => handedOver(lock.taken.function, lock.taken.range) || isHandedOn(lock));
    if (isByCall) continue;
    matches.set(key, {
      ...place,
      confidence,
      related: relatedPlaces(held, taken),
      targets: [],
      prediction: undefined,
      data: { held, taken, handler: undefined },
    });
  }
  for (const interrupted of interruptedHolders(program)) {
    const match = interruptedMatch(interrupted);
    const key = match && `${match.path}:${match.range.start}`;
    if (key !== undefined && !matches.has(key)) matches.set(key, match as Match<Data>);
  }
  return [...matches.values()];
}

/** The handler waits for the very code that it keeps from going on. Of two objects of one class, it may be another one's lock. */
function interruptedMatch({ handler, held, taken }: InterruptedHolder): Match<Data> | undefined {
  const { function: node, range, lock } = taken;
  if (testsBefore(node, range).some((test) => someValue(test, isAboutHolding))) return undefined;
  const { call, in: within } = handler;
  return {
    path: node.file.path,
    range,
    confidence: lock.identity === "one" ? "likely" : "possible",
    related: [
      { path: held.taken.function.file.path, range: held.taken.range, message: `\`${held.name}\` is taken here first` },
      { path: within.file.path, range: rangeOf(call), message: "the handler is installed here" },
    ],
    targets: [],
    prediction: undefined,
    data: { held, taken, handler },
  };
}

/** Whether a lock that the function made for itself is given to others, who may release it: `waiters.append(waiter)`. */
function isHandedOn({ taken: { function: node, range } }: HeldLock): boolean {
  let isHanded = false;
  walkOperations(node.facts.body, (operation) => {
    const object = objectOfMethod(operation, "acquire");
    if (!object || object.start !== range.start || object.op !== "read" || object.place.kind !== "name") return;
    const { place } = object;
    if (place.owner !== node.index || node.head.parameters.some(({ name }) => name === place.name)) return;
    walkOperations(node.facts.body, (each) => {
      isHanded ||= each.op === "call" && each.arguments.some(({ value }) => value.op === "read" && samePlace(value.place, place));
    });
  });
  return isHanded;
}

function heldAlready(taken: Acquisition): HeldLock | undefined {
  const { lock } = taken;
  if (taken.waits !== "until-free" || lock.reentrant !== "no") return undefined;
  return taken.locks.find((held) => held.reentrant === "no" && isSurelyHeld(held, taken));
}

/**
 * What the functions on the way test before they go on decides whether the lock is taken. Tests of who has it keep the code from taking it
 * twice, so nothing is said then; tests of an argument may.
 */
function confidenceOf(held: HeldLock, taken: Acquisition, resolver: Resolver): Confidence | undefined {
  const holder = levelOf(held, taken);
  let confidence: Confidence = taken.path.length - (holder ?? 0) > longestWay ? "possible" : "likely";
  const functions = [
    ...taken.path.map((step) => ({ function: step.function, at: step.call })),
    { function: taken.function, at: taken.range },
  ];
  for (const [level, { function: node, at }] of functions.entries()) {
    if (holder !== undefined && level < holder) continue;
    const isBelow = holder === undefined || level > holder;
    const step = taken.path[level - 1];
    if (step && isBelow && isGuessed(step, held, resolver)) return undefined;
    if (step && isBelow && callsWhatWasGiven(step, node)) confidence = "possible";
    // A child process may make its locks anew.
    if (holder !== undefined && forks(node)) return undefined;
    for (const test of testsBefore(node, at)) {
      const argument = isBelow ? testedParameter(test, node) : undefined;
      // The walk goes only where such a test comes out right.
      if (argument !== undefined && isWrittenOut(argument, node, taken.path[level - 1])) continue;
      if (someValue(test, isAboutHolding)) return undefined;
      if (
        isBelow &&
        (argument !== undefined || isSetMeanwhile(test, held.taken.function) || (node === taken.function && isMadeOnce(test, node)))
      )
        confidence = "possible";
    }
  }
  return confidence;
}

/** Calls from where the lock is taken to where it is taken again; on longer ways some test keeps the code from it, as a rule. */
const longestWay = 3;

/** `if cls._instance: return cls._instance` before the lock, under which it is made: who holds the lock may well do so once it is there. */
function isMadeOnce(test: Value, { facts }: FunctionNode): boolean {
  let isMade = false;
  walkOperations(facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind === "element") return;
    const { place } = operation;
    isMade ||= someValue(test, (value) => value.op === "read" && samePlace(value.place, place));
  });
  return isMade;
}

const holdingNames =
  /(^|_)(r?lock|locked|unlocked|need_?lock|held|holds?|holding|owned|owner|owns|acquired?|is_owned|nested|recursive|reentrant|depth|ident|get_ident|current_thread|thread_id)($|_)/i;

function isAboutHolding(value: Value): boolean {
  return value.op === "read" && value.place.kind !== "element" && holdingNames.test(value.place.name);
}

/** The parameter that `if flush:` and its like look at, which callers who hold the lock can set. */
function testedParameter(test: Value, node: FunctionNode): string | undefined {
  if (test.op === "compute" && (test.operator === "not" || test.operands[1]?.op === "constant"))
    return test.operands[0] && testedParameter(test.operands[0], node);
  if (test.op === "choice") {
    for (const value of test.values) {
      const found = testedParameter(value, node);
      if (found !== undefined) return found;
    }
  }
  if (test.op !== "read" || test.place.kind !== "name" || test.place.owner !== node.index) return undefined;
  const { name } = test.place;
  return node.head.parameters.some((parameter) => parameter.name === name) ? name : undefined;
}

/**
 * Whether it is a guess what the call runs: something kept in a container, or what has the method's name, on another object than the one whose
 * lock is held.
 */
function isGuessed(step: CallStep | undefined, held: HeldLock, resolver: Resolver): boolean {
  const callee = step && callOf(step)?.callee;
  if (step && callee?.op === "read" && callee.place.kind === "element") return true;
  if (!step || callee?.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  if (resolver.resolve(object, step.function).length > 0) return false;
  const lock = expressionOf(held);
  return !(lock?.op === "read" && lock.place.kind === "attribute" && sameValue(lock.place.object, object));
}

/** Whether the call gives the parameter a constant, or leaves it at one. */
function isWrittenOut(name: string, node: FunctionNode, step: CallStep | undefined): boolean {
  const call = step && callOf(step);
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!call || !parameter || node.bound(name) !== undefined) return false;
  const isMethod = node.head.class !== undefined && call.callee.op === "read" && call.callee.place.kind === "attribute";
  const given = argumentFor(node, parameter, call, isMethod ? "bound" : "passed") ?? parameter.default;
  return given?.op === "constant" && call.arguments.every(({ form }) => form === "positional" || form === "keyword");
}

function forks(node: FunctionNode): boolean {
  return node.file.calls("fork").some((site) => site.function === node.index);
}

/** Whether the function that holds the lock stores what is tested. */
function isSetMeanwhile(test: Value, holder: FunctionNode): boolean {
  let isSet = false;
  walkOperations(holder.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "attribute") return;
    const { name } = operation.place;
    isSet ||= someValue(test, (value) => value.op === "read" && value.place.kind === "attribute" && value.place.name === name);
  });
  return isSet;
}

/** The call made with the lock held, which is what to change; the acquisition itself where the same function took it before, or another that has returned. */
function placeOf(held: HeldLock, taken: Acquisition): Place {
  const [step] = stepsWithLock(held, taken);
  return step ? placeOfStep(step) : { path: taken.function.file.path, range: taken.range };
}

type Place = Pick<Match<Data>, "path" | "range">;

function placeOfStep({ function: node, call }: CallStep): Place {
  return { path: node.file.path, range: rangeOf(call) };
}

/** The calls by which the holder of the lock gets to where it is taken again. */
function stepsWithLock(held: HeldLock, taken: Acquisition): readonly CallStep[] {
  const level = levelOf(held, taken);
  return level === undefined ? [] : taken.path.slice(level);
}

function relatedPlaces(held: HeldLock, taken: Acquisition): readonly RelatedLocation[] {
  const { taken: outer } = held;
  const first = { path: outer.function.file.path, range: outer.range, message: `\`${held.name}\` is taken here first` };
  const steps = stepsWithLock(held, taken);
  if (steps.length === 0) return [first];
  return [
    first,
    ...steps.slice(1, mostSteps).map((step) => ({ ...placeOfStep(step), message: "and still held at this call" })),
    { path: taken.function.file.path, range: taken.range, message: "and taken again here" },
  ];
}

const mostSteps = 5;

function message({ held, taken, handler }: Data): string {
  const { lock } = taken;
  if (handler)
    return `\`${lock.name}\` is taken in a signal handler, which can interrupt \`${held.taken.function.head.name}\` while that holds it: the main thread waits for itself for ever, as the lock is not reentrant. Set a flag in the handler and act on it elsewhere, or make the lock an \`RLock\`.`;
  const who = lock.scope === "tasks" ? "task" : "thread";
  const forEver = `the ${who} waits for itself for ever, as the lock is not reentrant. ${insteadText(lock)}`;
  if (stepsWithLock(held, taken).length > 0)
    return `\`${held.name}\` is held at this call, in which \`${taken.function.head.name}\` takes it again: ${forEver}`;
  const holder = held.taken.function === taken.function ? "already held" : `held by \`${held.taken.function.head.name}\``;
  return `\`${lock.name}\` is ${holder} when it is taken here: ${forEver}`;
}

function insteadText(lock: HeldLock): string {
  switch (lock.scope) {
    case "tasks":
      return "Take it once; no lock for tasks is reentrant.";
    case "processes":
      return "Take it once, or make it a `multiprocessing.RLock`.";
    default:
      return "Take it once, or make it an `RLock`.";
  }
}
