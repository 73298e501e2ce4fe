import type { Range } from "../../base/range.js";
import { countOf, nanosecondsOf } from "../../program/extract/directives.js";
import type { Directive } from "../../program/facts.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { notedDefinition } from "../../program/link/noted-definition.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation } from "../../program/operation.js";

/** What the comments `# gil: cost=…` and `# gil: iterations=…` of a file say. */
export interface Pins {
  /** What a call, a loop with all its rounds, or one call of a function takes, ns. */
  readonly cost: ReadonlyMap<PinnedPart, number>;
  /** How often a loop's body runs, how many calls a recursion makes in all, or how many tasks a call hands out. */
  readonly iterations: ReadonlyMap<PinnedPart, number>;
}

type PinnedPart = CallOperation | LoopOperation | FunctionNode;

type Note = Extract<Directive, { kind: "note" }>;

const none: Pins = { cost: new Map(), iterations: new Map() };

/** The pins of a file; most have none. */
export function pinsOf(file: LinkedFile): Pins {
  return file.derive("pins", () => readPins(file));
}

function readPins(file: LinkedFile): Pins {
  if (file.facts.directives.length === 0) return none;
  const cost = new Map<PinnedPart, number>();
  const iterations = new Map<PinnedPart, number>();
  for (const directive of file.facts.directives) {
    if (directive.kind !== "note") continue;
    const isCost = directive.name === "cost";
    if (!isCost && directive.name !== "iterations") continue;
    const number = isCost ? nanosecondsOf(directive.argument) : countOf(directive.argument);
    const part = pinnedPart(directive, file);
    if (number !== undefined && part) (isCost ? cost : iterations).set(part, number);
  }
  return { cost, iterations };
}

/** A definition, else a loop, else a call, else a lambda that begins on the line; of several, the one that holds the others. */
function pinnedPart(note: Note, file: LinkedFile): PinnedPart | undefined {
  const definition = notedDefinition(note, file);
  if (definition) return definition;
  const { subject } = note;
  const isOn = (range: Range): boolean => subject.start <= range.start && range.start < subject.end;
  let loop: LoopOperation | undefined;
  let call: CallOperation | undefined;
  for (const { facts } of file.functions) {
    walkOperations(facts.body, (operation) => {
      if (operation.op === "loop" && isOn(operation) && (!loop || size(operation) > size(loop))) loop = operation;
      else if (operation.op === "call" && isOn(operation) && (!call || size(operation) > size(call))) call = operation;
    });
  }
  return loop ?? call ?? file.functions.find(({ head }) => head.kind === "lambda" && isOn(head));
}

function size({ start, end }: Range): number {
  return end - start;
}
