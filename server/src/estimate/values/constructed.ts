import type { ClassNode } from "../../program/link/entity.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation, Argument } from "./activation.js";
import type { Evaluator } from "./evaluate.js";
import { lastName } from "./names-in-text.js";

/** The call that made an object of a class of the program, and where that was. */
export interface Construction {
  readonly call: CallOperation;
  readonly in: Activation;
}

/** How an object was made, as far as names, arguments and what functions return lead back to that. */
export function constructionOf(value: Value, at: Activation, evaluator: Evaluator, depth = 0): Construction | undefined {
  if (depth > deepest) return undefined;
  const further = (next: Value, in_: Activation): Construction | undefined => constructionOf(next, in_, evaluator, depth + 1);
  switch (value.op) {
    case "read": {
      const { receiver, function: node } = at;
      const isSelf = value.place.kind === "name" && value.place.owner === node.index && value.place.name === node.head.parameters[0]?.name;
      if (isSelf && receiver) return further(receiver.value, receiver.in);
      return evaluator.follow(value, at, further, (iterable, in_) => elementConstruction(iterable, in_, evaluator, depth + 1));
    }
    case "entered":
      return further(value.context, at);
    case "element-of":
      return elementConstruction(value.iterable, at, evaluator, depth + 1);
    case "call": {
      const called = evaluator.calledInProgram(value, at);
      return called === "class" ? { call: value, in: at } : called && evaluator.returned(value, at, further);
    }
    default:
      return undefined;
  }
}

/** Of elements that one expression makes: `[Job(n) for n in range(8)]`. */
function elementConstruction(iterable: Value, at: Activation, evaluator: Evaluator, depth: number): Construction | undefined {
  if (iterable.op === "comprehension") return constructionOf(iterable.element, at, evaluator, depth + 1);
  if (iterable.op !== "read" || depth > deepest) return undefined;
  return evaluator.followWhole(iterable, at, (bound, in_) => elementConstruction(bound, in_, evaluator, depth + 1));
}

const deepest = 8;

/** What a field of an object holds whose class declares its fields: a data class, a named tuple. */
export function fieldOf(node: ClassNode, name: string, object: Value, at: Activation, evaluator: Evaluator): Argument | undefined {
  const body = node.file.functionAt(node.facts.body);
  const fields = body && declaresFields(node) ? [...body.head.annotations.keys()] : [];
  const place = fields.indexOf(name);
  const made = place < 0 ? undefined : constructionOf(object, at, evaluator);
  if (!made) return undefined;
  const given = made.call.arguments;
  const argument =
    given.find((each) => each.form === "keyword" && each.name === name) ??
    (given.slice(0, place + 1).every(({ form }) => form === "positional") ? given[place] : undefined);
  return argument && { value: argument.value, in: made.in, how: "whole" };
}

function declaresFields({ facts }: ClassNode): boolean {
  const last = (value: Value | undefined): string | undefined => (value?.op === "call" ? last(value.callee) : lastName(value));
  if (facts.bases.length > 0) return facts.bases.length === 1 && last(facts.bases[0]) === "NamedTuple";
  return facts.decorators.some((decorator) => last(decorator) === "dataclass");
}
