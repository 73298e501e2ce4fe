import { contains } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { testsBefore } from "../../program/link/guards.js";
import { receiverOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import { loopsAround } from "../../program/link/loops.js";
import { callersOfDecorated } from "../../program/link/resolution/callers.js";
import { decoratorNames } from "../../program/link/resolution/resolver.js";
import { samePlace } from "../../program/link/state/updates.js";
import { placesKeeping } from "../../program/link/threads/kept-places.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Place, Value } from "../../program/operation.js";
import { pinsOf } from "../costs/pins.js";
import { bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { writtenName } from "../values/names-in-text.js";
import { hasNoEnd } from "./services.js";
import { areAlternatives, countBesides, isTimed } from "./side-by-side.js";

/**
 * Whether one is started at a time, as a listener or what a click, a request or a timer sets off: no text shows that several share out work, however often
 * that happens.
 */
export function isAlone(spawn: Spawn, program: Program, evaluator: Evaluator): boolean {
  if (spawn.items.length > 0 || pinsOf(spawn.in.file).iterations.has(spawn.call)) return false;
  if (isTimed(spawn) || isMadeWhereNone(spawn)) return true;
  if (countBesides(spawn, program) > 0 || isStartedInTurn(spawn.call, spawn.in, isOfObject(spawn), program, evaluator)) return false;
  // A decorator has each call of what it decorates start one.
  return !spawn.targets
    .flatMap((target) => callersOfDecorated(program.resolver, spawn.in, target.function))
    .some(({ call, within }) => isStartedInTurn(call, within, false, program, evaluator, 1));
}

/** Whether it is only made where there is none yet, or none that is alive: `if self.thread is None: self.thread = Thread(…)`. */
function isMadeWhereNone({ call, in: within }: Spawn): boolean {
  const kept = placesKeeping(call, within);
  const isKept = (value: Value): boolean => value.op === "read" && kept.some((place) => samePlace(place, value.place));
  return kept.length > 0 && testsBefore(within, call).some((test) => someValue(test, isKept));
}

/** Whether each object has one at a time: it runs a method of the object with nothing but what that has, or the object keeps it in an attribute. */
function isOfObject({ call, in: within, targets }: Spawn): boolean {
  const [self] = within.head.class === undefined ? [] : within.head.parameters;
  if (!self) return false;
  const isSelf = (value: Value | undefined): boolean =>
    value?.op === "read" && value.place.kind === "name" && value.place.owner === within.index && value.place.name === self.name;
  const isGiven = (value: Value): boolean =>
    value.op === "read" &&
    value.place.kind === "name" &&
    value.place.owner === within.index &&
    !isSelf(value) &&
    within.head.parameters.some(({ name }) => value.place.kind === "name" && value.place.name === name);
  const runsOwn = targets.some(({ receiverValue }) => isSelf(receiverValue?.value));
  if (runsOwn && !call.arguments.some(({ value }) => someValue(value, isGiven))) return true;
  const isOwn = (place: Place): boolean => place.kind === "attribute" && isSelf(place.object);
  const isIt = (value: Value | undefined): boolean => {
    if (value === call) return true;
    if (value?.op === "display" && value.makes === "tuple") return value.elements.some((each) => isIt(each));
    if (value?.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
    return (within.bound(value.place.name) ?? []).includes(call);
  };
  let keeps = false;
  walkOperations(within.facts.body, (operation) => {
    keeps ||= operation.op === "write" && operation.form === "assign" && isOwn(operation.place) && isIt(operation.value);
  });
  return keeps;
}

/**
 * Whether the text shows that several are started before one is over: in a loop that hands out what is there, or by calling the function more than once.
 * What starts one for each thing that comes in, as it comes in, shows nothing. `ofObject`: those of one object do not count.
 */
function isStartedInTurn(
  call: CallOperation,
  within: FunctionNode,
  ofObject: boolean,
  program: Program,
  evaluator: Evaluator,
  depth = 0,
): boolean {
  const loops = loopsAround(within, call);
  if (loops.some((loop) => hasNoEnd(loop, bareActivation(within), evaluator))) return false;
  const object = ofObject && depth > 0 ? receiverOf(call) : undefined;
  if (loops.length > 0 && !(object && isBoundOutside(object, within, loops))) return true;
  if (within.head.kind === "module" || depth > 1 || isHandler(within)) return false;
  const callers = program.resolver.callersOf(within).filter((caller) => caller.within !== within);
  return callers.some((caller) => {
    const isOther = (other: (typeof callers)[number]): boolean =>
      other.within === caller.within && other.call !== caller.call && !areAlternatives(other.call, caller.call, caller.within);
    // Objects that are made or started one by one are as many services, and no workers that share out work.
    if (!ofObject && callers.some(isOther)) return true;
    return isStartedInTurn(caller.call, caller.within, ofObject, program, evaluator, depth + 1);
  });
}

/** Whether a function is called for each event, by its name or by what a decorator does with it; who calls it besides does as if there were one. */
function isHandler(node: FunctionNode): boolean {
  return handlerNames.test(node.head.name) || decoratorNames(node).some((name) => handlerDecorators.test(name));
}

const handlerNames = /^_*(on|handle)_|_(clicked|pressed|callback|cb|handler)$/;
const handlerDecorators = /^(on|event|listen(er)?|command|route|callback|get|post|put|delete|websocket|\w+_handler)$/;

/** Whether all rounds of the loops do it with one object: nothing in them binds the name it is read by. */
function isBoundOutside(object: Value, within: FunctionNode, loops: readonly LoopOperation[]): boolean {
  const name = writtenName(object)?.split(".")[0];
  if (name === undefined) return false;
  return (within.bound(name) ?? []).every((bound) => loops.every((loop) => !contains(loop, bound)));
}
