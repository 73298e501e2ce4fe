import type { CallOperation, Operation, Value } from "../../operation.js";
import { reachedWithin } from "../activity/reached-functions.js";
import { type FunctionNode, functionKey, type LinkedFile } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { overviewOf } from "../memory/overviews.js";
import type { Callee } from "../resolution/callees.js";
import { argumentFor, type Resolver } from "../resolution/resolver.js";
import { someValue, walkOperations } from "../walk.js";

/**
 * Whether the generator that a call makes is only handed on to who goes through it elsewhere: to an object of a library, such as the response of a web
 * framework (Starlette's `StreamingResponse` does it in a thread of its pool), to what a thread or process is started with, or to an object of the
 * program that keeps it for its thread.
 */
export function isHandedOn(call: CallOperation, node: FunctionNode, program: Program): boolean {
  const names = new Set<string>();
  for (const [name, values] of node.facts.bindings) if (values.length === 1 && values[0] === call) names.add(name);
  const isIt = (value: Value): boolean => value === call || isRead(value, names, node);
  return usesOf(node, isIt, program, 0) === "elsewhere";
}

/** What becomes of a value in a function: nothing, it is gone through here, or only elsewhere. */
type Uses = "none" | "here" | "elsewhere";

function usesOf(node: FunctionNode, isIt: (value: Value) => boolean, program: Program, depth: number): Uses {
  let uses: Uses = "none";
  const note = (use: Uses): void => {
    if (use !== "none" && uses !== "here") uses = use;
  };
  walkOperations(node.facts.body, (operation) => {
    switch (operation.op) {
      case "loop":
        if (operation.iterable && isIt(operation.iterable)) note("here");
        break;
      case "yield":
      case "return":
        if (operation.value && isIt(operation.value)) note("here");
        break;
      case "write":
        if (operation.value && isIt(operation.value) && operation.place.kind !== "name")
          note(operation.place.kind === "attribute" && isForThreads(operation.place.name, node.file, program) ? "elsewhere" : "here");
        break;
      case "call":
        note(usesOfArgument(operation, node, isIt, program, depth));
        break;
      default:
        break;
    }
  });
  return uses;
}

function usesOfArgument(call: CallOperation, node: FunctionNode, isIt: (value: Value) => boolean, program: Program, depth: number): Uses {
  if (!call.arguments.some(({ value }) => someValue(value, isIt))) return "none";
  // `Thread(target=work, args=(lines(),))`
  if (program.spawnsIn(node).some((spawn) => spawn.call === call && (spawn.worker === "thread" || spawn.worker === "process")))
    return "elsewhere";
  const given = call.arguments.filter(({ value }) => isIt(value));
  if (given.length === 0) return "none";
  if (given.some(({ form }) => form !== "positional" && form !== "keyword")) return "here";
  if (makesKeeper(call, node, program.resolver)) return "elsewhere";
  const [callee, ...others] = program.resolver.callees(call, node);
  if (!callee || others.length > 0 || depth === mostCalls) return "here";
  return keptBy(callee, call, isIt, program, depth + 1) ? "elsewhere" : "here";
}

/** How many calls a generator is handed through. */
const mostCalls = 2;

/** Whether the function does nothing with what it is given but to hand it on. */
function keptBy(
  { function: node, receiver }: Callee,
  call: CallOperation,
  isIt: (value: Value) => boolean,
  program: Program,
  depth: number,
): boolean {
  const parameters = node.head.parameters.filter((parameter) => {
    const value = argumentFor(node, parameter, call, receiver ? "bound" : "passed");
    return value !== undefined && isIt(value);
  });
  const names = new Set(parameters.map(({ name }) => name));
  if (names.size === 0 || parameters.some(({ name }) => node.bound(name) !== undefined)) return false;
  return usesOf(node, (value) => isRead(value, names, node), program, depth) === "elsewhere";
}

function isRead(value: Value, names: ReadonlySet<string>, node: FunctionNode): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.owner === node.index && names.has(value.place.name);
}

/** Whether the file goes through what an attribute of that name holds, and only in its threads. */
function isForThreads(attribute: string, file: LinkedFile, program: Program): boolean {
  const going = file.functions.filter((node) => goesThrough(node, attribute));
  return going.length > 0 && going.every((node) => inThreads(program).has(functionKey(node)));
}

function goesThrough(node: FunctionNode, attribute: string): boolean {
  const isIt = (value: Value | undefined): boolean =>
    value?.op === "read" && value.place.kind === "attribute" && value.place.name === attribute;
  let goes = false;
  walkOperations(node.facts.body, (operation: Operation) => {
    if (operation.op === "loop" || operation.op === "yield") goes ||= isIt(operation.op === "loop" ? operation.iterable : operation.value);
    if (operation.op === "call") goes ||= operation.arguments.some(({ value }) => isIt(value)) || isIt(operation.callee);
  });
  return goes;
}

/** What threads and processes start in, and what that calls. */
function inThreads(program: Program): ReadonlySet<string> {
  return overviewOf(program, "functions that threads run", ({ spawns, resolver }) => {
    const targets = spawns.filter(({ worker }) => worker === "thread" || worker === "process").flatMap((spawn) => spawn.targets);
    const first = targets.map((target) => target.function).filter((node) => !node.head.isAsync);
    const reached = reachedWithin(first, { steps: mostCalls, most: mostReached, doubtful: "left out" }, resolver);
    return new Set([...reached].map(functionKey));
  });
}

const mostReached = 1000;

/** Whether the call makes an object of a library's class; those of the standard library that take an iterable go through it at once. */
function makesKeeper(call: CallOperation, node: FunctionNode, resolver: Resolver): boolean {
  const names = resolver.externalCallees(call, node);
  return /^[A-Z]/.test(lastNameOf(call.callee)) && names.length > 0 && !names.some((name) => eager.test(name));
}

const eager = /^(builtins|collections|concurrent|threading|multiprocessing|pandas|polars|numpy)\./;
