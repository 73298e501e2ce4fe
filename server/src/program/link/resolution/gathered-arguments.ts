import type { ParameterFacts } from "../../facts.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { type Frame, type FrameArgument, isConstantKey } from "../sharing/abstract-object.js";
import { walkOperations } from "../walk.js";

/** What `*rest` gathers of a call's arguments, as the tuple that it is; undefined for other parameters. */
export function gatheredArguments(
  node: FunctionNode,
  parameter: ParameterFacts,
  call: CallOperation,
  receiver: "bound" | "passed",
): Value | undefined {
  const from = node.head.parameters.indexOf(parameter) - (receiver === "bound" ? 1 : 0);
  if (parameter.form !== "star" || from < 0) return undefined;
  const known = gatheredOf.get(call);
  if (known?.from === from) return known.value;
  const positional = call.arguments.filter(({ form }) => form === "positional" || form === "star");
  const [only, ...others] = positional.slice(from);
  const isOpen = positional.some(({ form }) => form === "star");
  // `f(*xs)` hands on what `xs` has.
  const isHandedOn = only?.form === "star" && others.length === 0 && positional.slice(0, from).every(({ form }) => form === "positional");
  const value: Value = isHandedOn
    ? only.value
    : {
        op: "display",
        makes: "tuple",
        elements: isOpen ? [] : positional.slice(from).map((argument) => argument.value),
        keys: [],
        isOpen,
        start: call.start,
        end: call.end,
      };
  gatheredOf.set(call, { from, value });
  return value;
}

/** What `**options` gathers of a call's arguments, as the dict that it is; undefined for other parameters. What has a parameter of its own is left in. */
export function gatheredKeywords(parameter: ParameterFacts, call: CallOperation): Value | undefined {
  if (parameter.form !== "double-star") return undefined;
  const known = keywordsOf.get(call);
  if (known) return known;
  const named = call.arguments.filter(({ form }) => form === "keyword" || form === "double-star");
  const [only, ...others] = named;
  // `f(**options)` hands on what `options` has.
  const isHandedOn = only?.form === "double-star" && others.length === 0;
  const value: Value = isHandedOn
    ? only.value
    : {
        op: "display",
        makes: "dict",
        elements: named.map((argument) => argument.value),
        keys: named.map(({ name, value: { start, end } }) =>
          name === undefined ? undefined : { op: "constant", type: "str", value: name, start, end },
        ),
        isOpen: named.some(({ form }) => form === "double-star"),
        start: call.start,
        end: call.end,
      };
  keywordsOf.set(call, value);
  return value;
}

/** What a call passes under a name by `**options`, where these are what its function was called with. */
export function passedByName({ form, name }: ParameterFacts, call: CallOperation, caller: Frame): FrameArgument | undefined {
  if (form === "star" || form === "double-star" || form === "positional-only") return undefined;
  for (const argument of call.arguments) {
    if (argument.form !== "double-star") continue;
    const found = keywordIn({ value: argument.value, in: caller }, name, 0);
    if (found) return found;
  }
  return undefined;
}

function keywordIn({ value, in: holder }: FrameArgument, name: string, depth: number): FrameArgument | undefined {
  if (value.op === "display") {
    const index = value.keys.findIndex((key) => key?.op === "constant" && key.value === name);
    const found = value.elements[index];
    return found && { value: found, in: holder };
  }
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== holder.function.index || depth > maximumDepth)
    return undefined;
  const { function: node } = holder;
  const parameter = node.head.parameters.find((each) => each.name === (value.place.kind === "name" ? value.place.name : ""));
  // What the function takes for itself is not among the rest.
  if (parameter?.form !== "double-star" || node.head.parameters.some((each) => each.name === name) || isChanged(parameter.name, node))
    return undefined;
  const given = holder.arguments?.get(parameter.name);
  return given && keywordIn(given, name, depth + 1);
}

/** Whether the function stores what it was called with anew, or puts in or takes out some of it: `options.setdefault("lock", True)`. */
function isChanged(name: string, node: FunctionNode): boolean {
  if (node.bound(name) !== undefined) return true;
  let changed = false;
  const isIt = (value: Value): boolean => value.op === "read" && value.place.kind === "name" && value.place.name === name;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write" && operation.place.kind === "element") changed ||= isIt(operation.place.object);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    changed ||= isIt(operation.callee.place.object) && changing.test(operation.callee.place.name);
  });
  return changed;
}

const changing = /^(setdefault|update|pop|popitem|clear)$/;
const maximumDepth = 6;

/** A key for gathered arguments that tells which of them are True, False or None, on which what a function does may depend. */
export function keyOfGathered(gathered: Value, keyOf: (value: Value) => string): string | undefined {
  if (gathered.op !== "display") {
    const key = keyOf(gathered);
    return isGatheredKey(key) ? key : undefined;
  }
  const told = gathered.elements.flatMap((element, index) => {
    const name = gathered.keys[index];
    const key = keyOf(element);
    return name?.op === "constant" && isConstantKey(key) ? [`${name.value}=${key}`] : [];
  });
  return told.length > 0 ? `${ofGathered}${told.join()}` : undefined;
}

const ofGathered = "gathered ";

/** Whether the key is that of gathered arguments of which some are constants. */
export function isGatheredKey(key: string): boolean {
  return key.startsWith(ofGathered);
}

/** What is known of a value is kept by the value, so a call gives the same one each time. */
const gatheredOf = new WeakMap<CallOperation, { readonly from: number; readonly value: Value }>();
const keywordsOf = new WeakMap<CallOperation, Value>();
