import { append } from "../../../base/append.js";
import type { FunctionFacts } from "../../facts.js";
import type { CallOperation, Operation, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { walkOperations } from "../walk.js";
import { ThroughCalls } from "./through-calls.js";
import { countsOn, isReadOf, readFor, readForStoring, updateRead } from "./updates.js";

/** A call that stores what the caller has counted on from what it read there: `store.set(key, store.get(key) + 1)`. */
export interface StoreByCall {
  /** The store in terms of the calling function; it stands where the call does. */
  readonly write: WriteOperation;
  /** The read that the caller makes before, itself or by a call or property that does nothing but look. */
  readonly read: Value & Operation;
  /** What is called to store. */
  readonly function: FunctionNode;
}

export interface StoresByCall {
  readonly byCall: ReadonlyMap<CallOperation, readonly StoreByCall[]>;
  readonly reads: ReadonlySet<Operation>;
}

export const noStores: StoresByCall = { byCall: new Map(), reads: new Set() };

/**
 * What the calls of a function store of what it has read, by the call: one call deep, and only what is stored there on every way. What the called function
 * itself counts on from the state is its own update, and what is found there or else made is kept for the next one who asks: neither is one of these.
 */
export function storesByCall(node: FunctionNode, program: Program): StoresByCall {
  if (callsGivenBack(node).length === 0) return noStores;
  return program.resolver.rememberedOf(node, "stores by call", () => findStores(node, program));
}

function findStores(node: FunctionNode, program: Program): StoresByCall {
  const through = new ThroughCalls(node, program);
  const byCall = new Map<CallOperation, StoreByCall[]>();
  const reads = new Set<Operation>();
  for (const call of callsGivenBack(node)) {
    for (const { act, operation, function: callee } of through.acts(call)) {
      if (act.op !== "write" || operation.op !== "write" || updateRead(operation, callee)) continue;
      const read = readForStoring(act, node, (each) => isReadThrough(each, act, through));
      if (!read || !isOperation(read) || !countsOn(act, read, node)) continue;
      append(byCall, call, { write: act, read, function: callee });
      reads.add(read);
    }
  }
  return byCall.size > 0 ? { byCall, reads } : noStores;
}

function isReadThrough(value: Value, { place }: WriteOperation, through: ThroughCalls): boolean {
  if (isReadOf(value, place)) return true;
  const answer = through.answer(value);
  return answer !== undefined && isReadOf(answer, place);
}

function isOperation(value: Value): value is Value & Operation {
  return value.op === "read" || value.op === "call";
}

const storing = new WeakMap<FunctionFacts, readonly CallOperation[]>();

/** The calls that are given something made of what was asked of the same object, or of the same module, as far as their text tells. */
function callsGivenBack(node: FunctionNode): readonly CallOperation[] {
  let calls = storing.get(node.facts);
  if (!calls) {
    const found: CallOperation[] = [];
    walkOperations(node.facts.body, (call) => {
      if (call.op === "call" && call.arguments.some(({ value }) => isMadeOfAnswer(value, call, node))) found.push(call);
    });
    calls = found;
    storing.set(node.facts, calls);
  }
  return calls;
}

function isMadeOfAnswer(value: Value, call: CallOperation, node: FunctionNode): boolean {
  const asked = askedOf(call);
  return asked !== undefined && readFor(value, call, node, (each) => each !== call && askedOf(each) === asked) !== undefined;
}

/** What a call or an attribute is asked of: the object's name, or none for a function of the module. */
function askedOf(value: Value): string | undefined {
  const object =
    value.op === "call" ? receiverOf(value) : value.op === "read" && value.place.kind === "attribute" ? value.place.object : undefined;
  if (object) return lastNameOf(object);
  return value.op === "call" && value.callee.op === "read" && value.callee.place.kind === "name" && value.callee.place.owner === 0
    ? ""
    : undefined;
}
