import type { Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import { positionalOf } from "./call-arguments.js";
import type { Evaluator } from "./evaluate.js";

/** The constant that an object of a type of the library was made of: the format of a `struct.Struct`, the text of a `string.Template`. */
export function constantOf(type: string, object: Value, at: Activation, evaluator: Evaluator): Value | undefined {
  return evaluator.samples.written(object, at, (source, in_) =>
    source.op === "call" && evaluator.externalNames(source, in_)[0] === type
      ? constantIn(positionalOf(source)[0], in_, evaluator)
      : undefined,
  );
}

/** The constant that a value is, through the names that stand for it. */
export function constantIn(value: Value | undefined, at: Activation, evaluator: Evaluator): Value | undefined {
  return value && evaluator.samples.written(value, at, (written) => (written.op === "constant" ? written : undefined));
}
