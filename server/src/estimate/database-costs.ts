import { exactly, type Interval, interval, multiply } from "../base/interval.js";
import type { CallCost } from "../knowledge/evaluate.js";
import type { CallOperation, Value } from "../program/operation.js";
import type { Amount } from "./amount.js";
import { type Activation, bareActivation, type Evaluator } from "./evaluate.js";

/*
 * What sqlite3 takes. A statement runs up to its first row when it is executed, and to the next one each time that a row is fetched; each step gives
 * the GIL up for as long as it takes (`test/measure/hand_overs.py`, databases in memory). A statement that counts, sorts or joins has gone through
 * its tables before it has its first row.
 */

/** A call's cost, and how often it gives the GIL up: once for each row. */
export interface DatabaseCost extends CallCost {
  readonly releases: number;
}

/** What a call of a connection or cursor takes, of which the statement can be read. */
export function databaseCost(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): DatabaseCost | undefined {
  const method = methodOf(name);
  if (method === "execute") {
    const statement = statementIn(call, at, evaluator);
    if (!statement) return undefined;
    return { ...cost(1, statementHeldNs, stepNs), nativeNs: executedNs(statement, call, at, evaluator) };
  }
  if (method === "executemany") {
    const rows = call.arguments[1] && evaluator.length(call.arguments[1].value, at);
    return rows && inTurn(rows, insertedHeldNs, insertedNs);
  }
  if (method === "fetchone") return cost(1, fetchedHeldNs, stepNs);
  const rows = method === "fetchall" || method === "fetchmany" ? databaseRows(name, call, at, evaluator) : undefined;
  return rows && inTurn(rows, fetchedHeldNs, stepNs);
}

/** How many rows a cursor hands out, or `fetchall` returns. */
export function databaseRows(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const method = methodOf(name);
  if (method === "execute") {
    const statement = statementIn(call, at, evaluator);
    return statement ? rowsOf(statement, call, at, evaluator) : undefined;
  }
  if (method !== "fetchall" && method !== "fetchmany") return undefined;
  const executed = executedBefore(call, at, evaluator);
  const statement = executed && statementIn(executed.call, executed.at, evaluator);
  const rows = statement && executed ? rowsOf(statement, executed.call, executed.at, evaluator) : undefined;
  if (method === "fetchall") return rows;
  const size = call.arguments[0] ? evaluator.number(call.arguments[0].value, at) : exactly(1);
  return size && rows && interval(Math.min(size.low, rows.low), Math.min(size.likely, rows.likely), size.high);
}

const statementHeldNs = interval(300, 700, 5_000);
const stepNs = interval(150, 400, 3_000);
const insertedHeldNs = interval(100, 300, 1_500);
const insertedNs = interval(200, 450, 3_000);
const fetchedHeldNs = interval(120, 280, 2_000);
/** Of each row that a statement has to go through before it has its first result, and of each pair of rows that it compares. */
const scannedNs = interval(30, 100, 1_000);
const joinedNs = interval(50, 150, 2_000);

function methodOf(name: string): string | undefined {
  return /^sqlite3\.(?:Connection|Cursor)\.(execute|executemany|fetchone|fetchall|fetchmany)$/.exec(name)?.[1];
}

function cost(releases: number, interpreterNs: Interval, nativeNs: Interval): DatabaseCost {
  return { interpreterNs, nativeNs, waitNs: exactly(0), missing: [], from: "measured", releases };
}

function inTurn(rows: Interval, heldNs: Interval, releasedNs: Interval): DatabaseCost {
  return cost(Math.max(1, rows.likely), multiply(heldNs, rows), multiply(releasedNs, rows));
}

/** The statement that a call executes, if it is written out; white space made one and all in small letters. */
function statementIn(call: CallOperation, at: Activation, evaluator: Evaluator): string | undefined {
  const [first] = call.arguments;
  const text = (value: Value): string | undefined => (value.op === "constant" && value.type === "str" ? String(value.value) : undefined);
  return (first && evaluator.samples.written(first.value, at, text))?.replace(/\s+/g, " ").trim().toLowerCase();
}

/** The call that executed what a cursor then fetches: the one before the dot, or the last one before it in the function on the same cursor. */
function executedBefore(
  { callee, start }: CallOperation,
  at: Activation,
  evaluator: Evaluator,
): { readonly call: CallOperation; readonly at: Activation } | undefined {
  const cursor = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  const executing = (value: Value, in_: Activation): { readonly call: CallOperation; readonly at: Activation } | undefined =>
    value.op === "call" && methodOf(evaluator.externalNames(value, in_)[0] ?? "") === "execute" ? { call: value, at: in_ } : undefined;
  if (cursor?.op === "call") return executing(cursor, at);
  if (cursor?.op !== "read" || cursor.place.kind !== "name") return undefined;
  const { name } = cursor.place;
  const made = evaluator.follow(cursor, at, executing, () => undefined);
  if (made) return made;
  const before = at.function.file.calls("execute").filter(({ call, function: index }) => {
    const object = call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined;
    return index === at.function.index && call.start < start && object?.op === "read" && nameOf(object) === name;
  });
  const last = before.reduce<CallOperation | undefined>((a, { call }) => (a && a.start > call.start ? a : call), undefined);
  return last && executing(last, at);
}

function nameOf(value: Extract<Value, { op: "read" }>): string | undefined {
  return value.place.kind === "name" ? value.place.name : undefined;
}

const aggregates = /\b(count|sum|avg|min|max|total|group_concat)\s*\(/;
const oneByKey = /\bwhere \(?(\w+\.)?\w+ ?=(?!.* or )/;

function executedNs(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const isQuery = /^(select|with|update|delete)\b/.test(statement);
  const isJoin = /\bjoin\b|\bfrom \w+( (as )?\w+)?,/.test(statement);
  if (!isQuery || (oneByKey.test(statement) && !isJoin)) return stepNs;
  const goesThrough =
    isJoin || !statement.startsWith("select") || aggregates.test(statement) || /\b(group|order) by\b|\bdistinct\b/.test(statement);
  if (!goesThrough) return stepNs;
  const rows = tableRows(statement, call, at, evaluator);
  if (!isJoin) return multiply(scannedNs, rows);
  // Each row of one table meets some of the other's: one at least, all at most.
  return multiply(joinedNs, interval(rows.low, rows.likely ** 1.5, Math.min(rows.high ** 2, mostPairs)));
}

function rowsOf(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  if (!/^(select|with)\b/.test(statement)) return exactly(0);
  const isGrouped = /\bgroup by\b/.test(statement);
  if (aggregates.test(statement) && !isGrouped) return exactly(1);
  const limit = /\blimit (\d+)/.exec(statement)?.[1];
  const rows = tableRows(statement, call, at, evaluator);
  const isSome = isGrouped || /\bwhere\b|\bdistinct\b/.test(statement);
  const found = isGrouped ? interval(1, Math.sqrt(rows.likely), rows.high) : isSome ? interval(0, rows.likely / 5, rows.high) : rows;
  const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  return interval(Math.min(found.low, most), Math.min(found.likely, most), Math.min(found.high, most));
}

/** How many rows the statement's table has: as many as the file inserts into it at once, where that is seen. */
function tableRows(statement: string, { start }: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const table = /\b(?:from|update|join) "?(\w+)/.exec(statement)?.[1];
  let total: Amount;
  for (const { call, function: index } of at.function.file.calls("executemany")) {
    const within = at.function.file.functions[index];
    const filled = within === at.function && call.start < start ? at : within && bareActivation(within);
    const inserted = filled && statementIn(call, filled, evaluator);
    if (!filled || !inserted || /^(?:insert|replace)\b.*?\binto "?(\w+)/.exec(inserted)?.[1] !== table) continue;
    const rows = call.arguments[1] && evaluator.length(call.arguments[1].value, filled);
    if (rows) total = total ? interval(total.low + rows.low, total.likely + rows.likely, total.high + rows.high) : rows;
  }
  return total ?? unknownRows;
}

const unknownRows = interval(10, 1_000, 1_000_000);
const mostPairs = 1e9;
