import { exactly, type Interval, interval, multiply } from "../../base/interval.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { argumentAt } from "../../program/link/threads/spawn-targets.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { rowsGoneThrough, statementsIn } from "./database-costs.js";

/*
 * Functions written in Python that SQLite calls. `sqlite3` lets go of the GIL while a statement runs and takes it back for each call of one, so that a
 * statement holds it for the calls and gives it up between any two of them (`PyGILState_Ensure` in Modules/_sqlite/connection.c).
 */

/** A function of the program that a statement calls, and how often. */
export interface SqlCallback {
  readonly function: FunctionNode;
  readonly calls: Interval;
}

/** What taking the GIL for a call, making Python's values of SQL's and the way back take, beside calling the function, ns (`test/measure/sql_functions.py`). */
export const sqlCallbackNs = interval(10, 30, 150);
/** What SQLite does between two calls without the GIL, for a row in memory, ns. */
export const betweenSqlCallbacksNs = interval(10, 30, 300);

/** What connections were told to call, by name in small letters. */
interface Registered {
  readonly name: string;
  readonly kind: "function" | "aggregate" | "collation";
  readonly function: FunctionNode;
}

/** The functions of the program that running a statement calls for its rows. */
export function sqlCallbacks(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): readonly SqlCallback[] {
  const isMany = name.endsWith(".executemany");
  if (!/^sqlite3\.(?:Connection|Cursor)\.execute(many)?$/.test(name)) return none;
  const registered = registeredIn(at.function.file, evaluator.resolver);
  const statements = registered.length > 0 ? statementsIn(call, at, evaluator) : undefined;
  if (!statements) return none;
  const times = isMany ? call.arguments[1] && evaluator.length(call.arguments[1].value, at) : exactly(1);
  return statements.flatMap((statement) => {
    const rows = multiply(rowsGoneThrough(statement, call, at, evaluator), times ?? oneOrMore);
    const once = 1 / statements.length;
    return registered.flatMap(({ name: own, kind, function: node }): readonly SqlCallback[] => {
      const mention = kind === "collation" ? `collate ${own}` : `${own}(`;
      const mentions = statement.split(mention).filter((before, index, all) => index < all.length - 1 && !/\w$/.test(before)).length;
      if (mentions === 0) return [];
      const calls = kind === "collation" ? comparisonsOf(rows) : rows;
      return [{ function: node, calls: multiply(calls, exactly(mentions * once)) }];
    });
  });
}

const none: readonly SqlCallback[] = [];
const oneOrMore = interval(1, 100, 100_000);

/** As often as sorting compares. */
function comparisonsOf({ low, likely, high }: Interval): Interval {
  const sorted = (rows: number): number => rows * Math.log2(Math.max(2, rows));
  return interval(low, sorted(likely), sorted(high));
}

/** Wherever the file does that: a connection is mostly made by a function of its own. */
function registeredIn(file: LinkedFile, resolver: Resolver): readonly Registered[] {
  return [...registrations].flatMap(([method, kind]) =>
    file.calls(method).flatMap(({ call, function: index }): readonly Registered[] => {
      const within = file.functionAt(index);
      const named = argumentAt(call, { position: 0, keyword: "name" });
      const given = argumentAt(call, { position: kind === "collation" ? 1 : 2, keyword: givenAs[kind] });
      if (!within || !given || named?.op !== "constant" || named.type !== "str") return [];
      const called = calledOf(given, within, resolver);
      return called ? [{ name: String(named.value).toLowerCase(), kind, function: called }] : [];
    }),
  );
}

/** Of an aggregate, what is called for each row. */
function calledOf(value: Value, within: FunctionNode, resolver: Resolver): FunctionNode | undefined {
  for (const entity of resolver.resolve(value, within)) {
    if (entity.kind === "function") return entity.function;
    if (entity.kind === "class") return resolver.method(entity.class, "step");
  }
  return undefined;
}

const registrations: readonly (readonly [method: string, kind: Registered["kind"]])[] = [
  ["create_function", "function"],
  ["create_aggregate", "aggregate"],
  ["create_window_function", "aggregate"],
  ["create_collation", "collation"],
];
const givenAs = { function: "func", aggregate: "aggregate_class", collation: "callable" } as const;
