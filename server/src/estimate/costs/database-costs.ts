import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import type { CountedCost } from "./brief-releases.js";

/*
 * What sqlite3 takes. A statement runs up to its first row when it is executed, and to the next one each time that a row is fetched; each step gives
 * the GIL up for as long as it takes (`test/measure/hand_overs.py`, databases in memory). A statement that counts, sorts or joins has gone through
 * its tables before it has its first row.
 */

/** What a call of a connection or cursor takes, of which the statement can be read: it gives the GIL up once for each row. */
export function databaseCost(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): CountedCost | undefined {
  const method = methodOf(name);
  if (method === "execute") {
    const statements = statementsIn(call, at, evaluator);
    if (!statements) return undefined;
    return { ...cost(1, statementHeldNs, stepNs), nativeNs: averageOf(statements, (each) => executedNs(each, call, at, evaluator)) };
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
    return allRows(call, at, evaluator);
  }
  if (method !== "fetchall" && method !== "fetchmany") return undefined;
  const executed = executedBefore(call, at, evaluator);
  const rows = executed && allRows(executed.call, executed.at, evaluator);
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
/** Counting all rows of a table needs none of them: a page of the file holds dozens (0.3 to 3 ns a row, CPython 3.11 and 3.13). */
const countedNs = interval(0.1, 0.4, 30);
/** Of each row for which one other is looked up by its key. */
const lookedUpNs = interval(30, 70, 1_000);
/** The same where they are put in order or into groups as well. */
const groupedNs = interval(60, 230, 2_000);
const joinedNs = interval(50, 200, 2_000);

function methodOf(name: string): string | undefined {
  return /^sqlite3\.(?:Connection|Cursor)\.(execute|executemany|fetchone|fetchall|fetchmany)$/.exec(name)?.[1];
}

function cost(releases: number, interpreterNs: Interval, nativeNs: Interval): CountedCost {
  return { interpreterNs, nativeNs, waitNs: exactly(0), missing: [], from: "measured", releases };
}

function inTurn(rows: Interval, heldNs: Interval, releasedNs: Interval): CountedCost {
  return cost(Math.max(1, rows.likely), multiply(heldNs, rows), multiply(releasedNs, rows));
}

/** The statements that a call executes, if they are written out: one, or those of a list that a loop goes through; white space made one and all in small letters. */
export function statementsIn({ arguments: [first] }: CallOperation, at: Activation, evaluator: Evaluator): readonly string[] | undefined {
  const texts = (value: Value): readonly string[] | undefined => {
    if (value.op === "constant" && value.type === "str") return [String(value.value).replace(/\s+/g, " ").trim().toLowerCase()];
    if (value.op !== "display" || value.isOpen || value.elements.length > mostStatements) return undefined;
    const all = value.elements.map(texts);
    return all.length === 0 || all.includes(undefined) ? undefined : all.flatMap((each) => each ?? []);
  };
  const written = (value: Value, in_: Activation): readonly string[] | undefined => {
    if (value.op === "element-of") return written(value.iterable, in_);
    return value.op === "read" ? evaluator.follow(value, in_, written, written) : texts(value);
  };
  return first && written(first.value, at);
}

function averageOf(statements: readonly string[], of: (statement: string) => Interval): Interval {
  const each = statements.map(of);
  return scale(each.reduce(add), 1 / each.length);
}

function allRows(call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const statements = statementsIn(call, at, evaluator);
  return statements && averageOf(statements, (each) => rowsOf(each, call, at, evaluator));
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
  const made = evaluator.followWhole(cursor, at, executing);
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
const countsAll = /^select count\(\*\) from "?\w+"?;?$/;
/** `on a.rowid = b.rowid + 1`: each row has at most one that fits, which is looked up. */
const joinedByKey =
  /\b(?:on|where|and) \(?\w+\.(?:rowid|_rowid_|oid|id) ?= ?\w+\.\w+|\b(?:on|where|and) \(?\w+\.\w+ ?= ?\w+\.(?:rowid|_rowid_|oid|id)\b/;
/** By the number that SQLite itself gives each row. */
const oneByNumber = /\bwhere \(?(\w+\.)?(rowid|_rowid_|oid) ?= ?[\w?:]+\)?;?$/;
const oneByKey = /\bwhere \(?(\w+\.)?\w+ ?=(?!.* or )/;

function executedNs(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const isQuery = /^(select|with|update|delete)\b/.test(statement);
  const isJoin = /\bjoin\b|\bfrom \w+( (as )?\w+)?,/.test(statement);
  if (!isQuery || (oneByKey.test(statement) && !isJoin)) return stepNs;
  const goesThrough =
    isJoin || !statement.startsWith("select") || aggregates.test(statement) || /\b(group|order) by\b|\bdistinct\b/.test(statement);
  if (!goesThrough) return stepNs;
  const rows = tableRows(statement, call, at, evaluator);
  if (countsAll.test(statement)) return multiply(countedNs, rows);
  if (!isJoin) return multiply(/\b(group|order) by\b/.test(statement) ? groupedNs : scannedNs, rows);
  if (joinedByKey.test(statement)) return multiply(/\b(group|order) by\b/.test(statement) ? groupedNs : lookedUpNs, rows);
  // Rows of one table meet those of another that they name, mostly one each; those of the same table that are like them, some dozens in a few thousand rows.
  const tables = [...statement.matchAll(/\b(?:from|join|,) "?(\w+)/g)].map(([, table]) => table);
  const isWithItself = new Set(tables).size < tables.length;
  return multiply(joinedNs, interval(rows.low, rows.likely ** (isWithItself ? 1.4 : 1), Math.min(rows.high ** 2, mostPairs)));
}

/** How many rows a statement looks at: one where it names that by its key or inserts it, else all of its largest table, or as many as it is limited to. */
export function rowsGoneThrough(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const isByKey = oneByKey.test(statement) && !/\bjoin\b/.test(statement);
  if (isByKey || !/\b(from|update)\b/.test(statement)) return exactly(1);
  const rows = tableRows(statement, call, at, evaluator);
  const isInOrder = /\b(group|order) by\b/.test(statement) || aggregates.test(statement);
  const limit = isInOrder ? undefined : /\blimit (\d+)/.exec(statement)?.[1];
  const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  return interval(Math.min(rows.low, most), Math.min(rows.likely, most), rows.high);
}

function rowsOf(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  if (!/^(select|with)\b/.test(statement)) return exactly(0);
  const isGrouped = /\bgroup by\b/.test(statement);
  if (aggregates.test(statement) && !isGrouped) return exactly(1);
  if (oneByNumber.test(statement)) return exactly(1);
  const limit = /\blimit (\d+)/.exec(statement)?.[1];
  const rows = tableRows(statement, call, at, evaluator);
  const isSome = isGrouped || /\bwhere\b|\bdistinct\b/.test(statement);
  const found = isGrouped ? interval(1, Math.sqrt(rows.likely), rows.high) : isSome ? interval(0, rows.likely / 5, rows.high) : rows;
  const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  return interval(Math.min(found.low, most), Math.min(found.likely, most), Math.min(found.high, most));
}

/** How many rows the largest of the statement's tables has: as many as the file inserts into it at once, where that is seen. */
function tableRows(statement: string, call: CallOperation, at: Activation, evaluator: Evaluator): Interval {
  const tables = [...statement.matchAll(/\b(?:from|update|join|,) "?(\w+)/g)].map(([, table]) => insertedRows(table, call, at, evaluator));
  return tables.reduce((a, b) => (!a || (b && b.likely > a.likely) ? b : a), undefined) ?? unknownRows;
}

function insertedRows(table: string | undefined, { start }: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  let total: Amount;
  for (const { call, function: index } of at.function.file.calls("executemany")) {
    const within = at.function.file.functionAt(index);
    const filled = within === at.function && call.start < start ? at : within && bareActivation(within);
    const inserted = filled && statementsIn(call, filled, evaluator)?.[0];
    if (!filled || !inserted || /^(?:insert|replace)\b.*?\binto "?(\w+)/.exec(inserted)?.[1] !== table) continue;
    const rows = call.arguments[1] && evaluator.length(call.arguments[1].value, filled);
    if (rows) total = total ? interval(total.low + rows.low, total.likely + rows.likely, total.high + rows.high) : rows;
  }
  return total;
}

const unknownRows = interval(10, 1_000, 1_000_000);
const mostPairs = 1e9;
const mostStatements = 16;
