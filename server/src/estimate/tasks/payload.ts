import type { Program } from "../../program/link/link.js";
import type { ScopedValue, SpawnTarget } from "../../program/link/threads/spawn.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Value } from "../../program/operation.js";
import type { CostModel } from "../costs/work.js";
import { type Argument, bareActivation } from "../values/activation.js";
import { averageOf, memoryBytes, pickledBytes, pickledObjects, type Shape, shapeOf } from "../values/shape.js";
import { activationOf } from "./target-activation.js";

/** Pickled bytes of one task, there and back, and how many objects they are, as far as they are known. */
export interface Payload {
  readonly argumentBytes: number;
  readonly resultBytes: number;
  readonly argumentObjects: number;
  readonly resultObjects: number;
  /** Bytes that one result takes in memory. */
  readonly resultMemory: number;
  /** The argument that most of the bytes belong to. */
  readonly largest: string | undefined;
  /** `guessed`: some argument could be anything. */
  readonly arguments: "known" | "guessed";
}

export const nothingSent: Payload = {
  argumentBytes: 0,
  resultBytes: 0,
  argumentObjects: 0,
  resultObjects: 0,
  resultMemory: 0,
  largest: undefined,
  arguments: "known",
};

export function payloadOf(target: SpawnTarget, program: Program, model: CostModel): Payload {
  let sum = 0;
  let objects = 0;
  let most = 0;
  let largest: string | undefined;
  let known: Payload["arguments"] = "known";
  for (const [name, argument] of target.arguments) {
    const sent = argumentBytes(argument, program, model);
    if (sent.basis === "guessed" && !isOfPlainType(target, name) && !isUsedAsNumbers(target, name, program)) known = "guessed";
    sum += sent.bytes;
    objects += sent.objects;
    if (sent.bytes > most && sent.basis === "known") [most, largest] = [sent.bytes, name];
  }
  const result = resultShape(target, model);
  return {
    argumentBytes: sum,
    resultBytes: result ? pickledBytes(result) : 0,
    argumentObjects: objects,
    resultObjects: result ? pickledObjects(result) : 0,
    resultMemory: result ? memoryBytes(result) : 0,
    largest,
    arguments: known,
  };
}

/** Whether the parameter is declared as a number or text. */
function isOfPlainType({ function: node }: SpawnTarget, name: string): boolean {
  const annotation = node.head.parameters.find((parameter) => parameter.name === name)?.annotation;
  return annotation?.op === "read" && annotation.place.kind === "name" && /^(int|float|bool|complex)$/.test(annotation.place.name);
}

/** Whether the function gives the parameter, or a part of it that it unpacks, to a function that takes nothing but a number. */
function isUsedAsNumbers({ function: node }: SpawnTarget, name: string, { resolver }: Program): boolean {
  const isOf = (value: Value, depth = 0): boolean => {
    if (value.op === "item-of") return isOf(value.value, depth);
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    if (value.place.name === name) return true;
    const bound = node.bound(value.place.name) ?? [];
    return bound.length === 1 && depth < 3 && bound[0]?.op === "item-of" && isOf(bound[0], depth + 1);
  };
  let found = false;
  walkOperations(node.facts.body, (operation) => {
    if (found || operation.op !== "call" || !operation.arguments.some(({ value }) => isOf(value))) return;
    found = resolver.externalCallees(operation, node).some((each) => takesNumbers.test(each));
  });
  return found;
}

const takesNumbers = /^c?math\.(?!dist$|fsum$|prod$|sumprod$)/;

/** Pickled bytes of one of a task's arguments. */
function argumentBytes(
  { value, in: within, how }: ScopedValue & { readonly how: Argument["how"] },
  program: Program,
  model: CostModel,
): { readonly bytes: number; readonly objects: number; readonly basis: "known" | "guessed" } {
  const { evaluator } = model;
  const at = bareActivation(within);
  const shape = shapeOf(how === "element" ? { op: "element-of", iterable: value, start: 0, end: 0 } : value, at, evaluator);
  if (shape && Number.isFinite(pickledBytes(shape))) return { bytes: pickledBytes(shape), objects: pickledObjects(shape), basis: "known" };
  const length = how === "element" ? evaluator.elementLength(value, at) : evaluator.length(value, at);
  const entities = how === "element" ? program.resolver.elements(value, within) : program.resolver.resolve(value, within);
  const isText = entities.some((entity) => entity.kind === "object" && /^builtins\.(bytes|bytearray|str)$/.test(entity.type));
  const elements = length?.likely ?? 0;
  const bytes = 8 + elements * (isText ? 1 : bytesPerElement);
  return { bytes, objects: isText ? 1 : 1 + elements, basis: length && isText ? "known" : "guessed" };
}

/** What one task returns, on average, where the make of all that it may return can be told. */
function resultShape(target: SpawnTarget, model: CostModel): Shape | undefined {
  const activation = activationOf(target, model.evaluator.resolver);
  const { returned, head } = target.function;
  if (head.isGenerator || returned.length === 0) return undefined;
  const shapes = returned.flatMap((each) => shapeOf(each, activation, model.evaluator) ?? []);
  const shape = averageOf(shapes);
  return shapes.length === returned.length && Number.isFinite(pickledBytes(shape)) ? shape : undefined;
}

/** A pickled small integer takes 2 to 5 bytes, a float 9, a short string 10 to 20 (pickle protocol 4). */
const bytesPerElement = 10;
