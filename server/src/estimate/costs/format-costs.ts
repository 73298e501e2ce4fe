import { scale } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Sample, wholeText } from "../samples/sample.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Shape } from "../values/shape.js";
import type { OperationCosts } from "./operation-costs.js";

/**
 * `"{:>6} {:.2f}".format(…)`: in multiples of the measured one, which has two fields, each field a third, and a specifier as much again, for floats twice.
 */
export function formattedNs(
  template: Sample | undefined,
  call: CallOperation,
  { operations: { formatMethod } }: OperationCosts,
  shape: (value: Value) => Shape | undefined,
): Amount {
  const text = template?.kind === "text" ? wholeText(template) : undefined;
  if (text === undefined) return formatMethod;
  const given = positionalOf(call);
  const fields = [...text.matchAll(/\{(\w*)[^{}:]*(:[^{}]*)?\}/g)];
  const share = fields.reduce((sum, [, name = "", specifier], index) => {
    const value = given[index];
    const isFloat = /[feg%]$/i.test(specifier ?? "") || (value && (shape(value)?.floats ?? 0) > 0);
    const isInteger = /[dxobX]$/.test(specifier ?? "");
    // A name is looked up among those that the call was given, which a dictionary was made for.
    const named = /^[a-z_]/i.test(name) ? 1.2 : 0;
    const ofSpecifier =
      specifier === undefined ? (isFloat ? 0.8 : 0) : 0.4 + (isFloat || isInteger ? 0.5 : 0) + (/[,_]/.test(specifier) ? 0.5 : 0);
    return sum + 0.35 + named + ofSpecifier;
  }, 0.3);
  return scale(formatMethod, share);
}
