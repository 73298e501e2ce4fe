import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { CallCost } from "../../knowledge/evaluate.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { lengthOfLibraryCall, sameAsFunction } from "../values/library-sizes.js";
import { objectCount, shapeOf } from "../values/shape.js";
import { zero } from "./cost-sum.js";
import measured from "./library-calls.json";
import type { OperationCosts } from "./operation-costs.js";

/*
 * Calls of the standard library as `test/measure/library_calls.py` measured them: what a call takes once, and for each unit of what it works on.
 */

/** One call on one interpreter. */
type Measured = readonly [once: number, each?: number];

interface Row {
  /**
   * What decides how long it takes: the length of the positional argument at that place, the length of the object (`self`) or of the result, the
   * argument as a number (`#0`), or the objects that the first argument is made of; empty where nothing does.
   */
  readonly by: string;
  readonly [version: string]: Measured | string;
}

const rows = measured.calls as unknown as Readonly<Record<string, Row>>;

/** What a call takes; undefined where it was not measured, or what decides cannot be told. */
export function tabulatedNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  const row = rowOf(name);
  if (!row) return undefined;
  if (row.by === "") return ns(row, undefined, costs);
  const units = unitsOf(row.by, name, call, at, evaluator);
  return units && ns(row, units, costs);
}

/** The same of a call whose size cannot be told, and of which nothing else tells: taken as small to large. */
export function tabulatedOfAnySizeNs(name: string, costs: OperationCosts): Amount {
  const row = rowOf(name);
  return row && ns(row, anySize, costs);
}

/** What an operator takes that a type of the library defines: `Fraction.__add__`. */
export function tabulatedOperator(name: string, costs: OperationCosts): CallCost | undefined {
  const row = rowOf(name);
  const once = row?.by === "" ? ns(row, undefined, costs) : undefined;
  return once && { interpreterNs: once, nativeNs: zero, waitNs: zero, missing: [], from: "measured" };
}

/** What comparing numbers of the library takes: `Fraction.__lt__`, whatever they are compared with. */
export function comparedNs(
  operator: string,
  operands: readonly Value[],
  within: FunctionNode,
  resolver: Resolver,
  costs: OperationCosts,
): Interval | undefined {
  // Most files have no such numbers, and comparisons stand everywhere.
  const has = importsAny(within.file, "numbers of the library", (module) => /^(decimal|fractions)$/.test(module));
  if (!has) return undefined;
  for (const operand of operands) {
    for (const entity of operand.op === "constant" ? [] : resolver.resolve(operand, within)) {
      if (entity.kind !== "object" || !/^(decimal\.Decimal|fractions\.Fraction)$/.test(entity.type)) continue;
      return tabulatedOperator(`${entity.type}.${/[=!]=/.test(operator) && !/[<>]/.test(operator) ? "__eq__" : "__lt__"}`, costs)
        ?.interpreterNs;
    }
  }
  return undefined;
}

const anySize: Interval = interval(3, 100, 20_000);

function rowOf(name: string): Row | undefined {
  const same = sameAsFunction(name);
  return Object.hasOwn(rows, same) ? rows[same] : undefined;
}

function ns(row: Row, units: Interval | undefined, { library: { column, factor } }: OperationCosts): Amount {
  const own = row[column] ?? row["3.14"] ?? row["3.13"];
  if (typeof own === "string" || own === undefined) return undefined;
  const [once, each = 0] = own;
  // What it is given is of other kinds than what was measured, and takes other ways through the same code.
  const single = multiply(interval(once * 0.4, once, once * 2.5), factor);
  return units ? add(single, multiply(multiply(interval(each * 0.4, each, each * 2.5), factor), units)) : single;
}

function unitsOf(by: string, name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const positional = positionalOf(call);
  if (by === "result") return lengthOfLibraryCall(name, call, at, evaluator);
  if (by === "self") {
    const { callee } = call;
    return callee.op === "read" && callee.place.kind === "attribute" ? evaluator.length(callee.place.object, at) : undefined;
  }
  if (by === "objects") {
    const shape = positional[0] && shapeOf(positional[0], at, evaluator);
    const count = shape && objectCount(shape);
    return count === undefined ? undefined : interval(count * 0.5, count, count * 2);
  }
  const isNumber = by.startsWith("#");
  const value = positional[Number(isNumber ? by.slice(1) : by)] ?? (call.arguments.length === 1 ? call.arguments[0]?.value : undefined);
  if (!value) return undefined;
  return isNumber ? evaluator.number(value, at) : evaluator.length(value, at);
}

/** Functions that go through everything that an iterator makes. */
const consumers =
  /^builtins\.(list|tuple|set|frozenset|dict|sum|min|max|any|all|sorted|(str|bytes)\.join|list\.extend|(dict|set)\.update|set\.union)$|^collections\.(Counter|deque|OrderedDict)(\.update|\.extend)?$|^statistics\.\w+$|^math\.(prod|fsum)$|^functools\.reduce$/;

/** What making the elements takes that a call goes through: `list(map(int, words))`. */
export function consumedNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  if (!consumers.test(name)) return undefined;
  let sum: Amount;
  for (const { value, form } of call.arguments) {
    const made = form === "positional" ? producedNs(value, at, evaluator, costs) : undefined;
    if (made) sum = sum ? add(sum, made) : made;
  }
  return sum;
}

/** What an iterator of the library takes to make all its elements; undefined for what has its elements already. */
export function producedNs(
  value: Value,
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
  by: "call" | "loop" = "call",
): Amount {
  const made = (each: Value, in_: Activation): Amount => {
    if (each.op !== "call") return undefined;
    const [name] = evaluator.externalNames(each, in_);
    const row = name === undefined ? undefined : rowOf(`${name.replace(/\.from_iterable$/, "")}.__next__`);
    if (!row || name === undefined) return undefined;
    const count = row.by === "result" ? evaluator.length(each, in_) : unitsOf(row.by, name, each, in_, evaluator);
    if (!count) return undefined;
    // What a round of a loop over these takes is measured with the round.
    const own = by === "loop" && /^builtins\.(zip|enumerate|reversed)$/.test(name) ? zero : ns(row, count, costs);
    if (!own) return undefined;
    // What they are made of may come from another iterator.
    const positional = positionalOf(each);
    const [first] = positional;
    // One that is kept is made anew; what is let go at once is filled again.
    const kept = by === "call" && makesTuples.test(name) ? multiply(scale(costs.operations.tupleBuild, 0.7), count) : undefined;
    const columns = by === "call" ? columnNs(each, in_, evaluator, costs) : undefined;
    const native = name === "builtins.map" && first ? mappedNs(first, in_, evaluator, costs) : undefined;
    const inner = positional.map((argument) => producedNs(argument, in_, evaluator, costs));
    return [...inner, kept, columns && multiply(columns, count), native && multiply(native, count)].reduce(
      (total: Interval, one) => (one ? add(total, one) : total),
      own,
    );
  };
  return value.op === "read" ? evaluator.followWhole(value, at, made) : made(value, at);
}

/**
 * What each tuple of `zip(*rows)` takes more than one of two elements: of 10 that is 2.4 to 2.6 ns an element, of 60 5.0 to 5.1, of 200, which fit into no
 * cache near the interpreter, 5.9 to 6.4 (CPython 3.11 and 3.13; `forZipPass` has 9.2 for a tuple of two).
 */
export function columnNs(iterable: Value, at: Activation, evaluator: Evaluator, { operations }: OperationCosts): Amount {
  if (iterable.op !== "call" || iterable.arguments[0]?.form !== "star") return undefined;
  if (evaluator.externalNames(iterable, at)[0] !== "builtins.zip") return undefined;
  const rows = evaluator.length(iterable.arguments[0].value, at);
  const share = (count: number): number => Math.max(0, count - 2) * (count < 20 ? 0.27 : 0.55);
  return rows && multiply(operations.forZipPass, interval(share(rows.low), share(rows.likely), share(rows.high)));
}

/** Iterators whose elements are tuples. */
export const makesTuples =
  /^(builtins\.(zip|enumerate)|itertools\.(product|permutations|combinations|combinations_with_replacement|zip_longest|pairwise|batched))$/;

/** What a built-in takes that `map` calls for each element. */
function mappedNs(callee: Value, at: Activation, evaluator: Evaluator, { operations }: OperationCosts): Amount {
  const probe: CallOperation = { op: "call", callee, arguments: [], start: callee.start, end: callee.end };
  switch (evaluator.externalNames(probe, at)[0]) {
    case "builtins.int":
      return operations.intOfString;
    case "builtins.float":
      return operations.floatOfString;
    case "builtins.str":
      return operations.stringOfInt;
    case "builtins.str.strip":
    case "builtins.str.upper":
    case "builtins.str.lower":
      return operations.stringStrip;
    default:
      return undefined;
  }
}

/** What any function of the standard library takes that nobody has measured: of those that were, the middle, and as far as they spread. */
export function typicalCallNs({ operations: { callPython } }: OperationCosts): Interval {
  const { likely } = callPython;
  return interval(likely * 2, likely * 60, likely * 5_000);
}

/** Modules of the standard library whose functions compute, and neither wait nor go through files. */
const computing =
  /^(abc|argparse|ast|base64|binascii|bisect|calendar|cmd|code|codecs|collections|colorsys|configparser|contextlib|contextvars|copy|copyreg|csv|dataclasses|datetime|decimal|difflib|dis|email|enum|fnmatch|fractions|functools|gettext|graphlib|hashlib|heapq|hmac|html|http\.cookies|inspect|ipaddress|itertools|json|keyword|locale|logging\.(Formatter|LogRecord|makeLogRecord)|marshal|math|mimetypes|numbers|operator|optparse|pickletools|plistlib|posixpath|pprint|quopri|random|re|reprlib|secrets|shlex|stat|statistics|string|stringprep|struct|textwrap|token|tokenize|tomllib|traceback|types|typing|unicodedata|urllib\.parse|uuid|warnings|weakref|xml|zoneinfo)\./;

export function isComputing(name: string): boolean {
  return computing.test(name);
}
