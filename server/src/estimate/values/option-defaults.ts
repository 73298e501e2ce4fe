import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "./activation.js";
import type { Evaluator } from "./evaluate.js";

/** The default of a command line's option, which is what the program runs with when nobody says otherwise. */
export interface OptionDefault {
  readonly value: Value;
  readonly in: Activation;
}

/**
 * What `options.size` is where `options` came from `parse_args()` of `argparse` and `add_argument("--size", default=600)` stands in the same file.
 * Undefined where no option has that name, or several do.
 */
export function optionDefault(options: Value, name: string, at: Activation, evaluator: Evaluator): OptionDefault | undefined {
  const { file } = at.function;
  const sites = file.calls("add_argument").filter(({ call }) => destinationOf(call) === name);
  const [site] = sites;
  const value = site?.call.arguments.find((argument) => argument.name === "default")?.value;
  const node = site && file.functionAt(site.function);
  if (!value || !node || sites.length > 1 || !isParsed(options, at, evaluator)) return undefined;
  return { value, in: bareActivation(node) };
}

/** The attribute that an option's value is kept in: `dest`, or the first long flag, or the first of all. */
function destinationOf(call: CallOperation): string | undefined {
  const given = call.arguments.find((argument) => argument.name === "dest")?.value ?? flagOf(call);
  return given?.op === "constant" && typeof given.value === "string" ? given.value.replace(/^-+/, "").replaceAll("-", "_") : undefined;
}

function flagOf(call: CallOperation): Value | undefined {
  const flags = call.arguments.filter((argument) => argument.form === "positional").map((argument) => argument.value);
  return flags.find((flag) => flag.op === "constant" && String(flag.value).startsWith("--")) ?? flags[0];
}

function isParsed(value: Value, at: Activation, evaluator: Evaluator): boolean {
  const read = (each: Value, within: Activation): true | undefined => (isParsed(each, within, evaluator) ? true : undefined);
  if (value.op === "read" && value.place.kind === "name") return evaluator.followWhole(value, at, read) ?? false;
  if (value.op === "item-of") return value.index === 0 && isCallOf(value.value, "parse_known_args");
  if (value.op !== "call") return false;
  return isCallOf(value, "parse_args") || (evaluator.returned(value, at, read) ?? false);
}

function isCallOf(value: Value, method: string): boolean {
  return value.op === "call" && value.callee.op === "read" && value.callee.place.kind === "attribute" && value.callee.place.name === method;
}
