import type { CallFacts } from "./call-facts.js";
import type { Condition } from "./condition.js";
import type { SharedByThreads } from "./entry.js";
import { holds } from "./evaluate.js";

/**
 * What speaks against threads sharing a connection that may be used in several, as far as they write: a transaction is of the connection, and each write
 * begins one. Of writes by four threads 0.02 to 8 in a hundred go wrong on CPython 3.8 to 3.15 and 3.13t, none behind a lock: errors such as "cannot commit -
 * no transaction is active", rows that are missing though nothing was raised, and rows that are there though they were rolled back
 * (`test/measure/shared_transactions.py`).
 */
const mixedTransactions: SharedByThreads = {
  verdict: "unsafe",
  because: "a transaction belongs to the connection, so one thread commits or rolls back what another has begun",
  unless: [],
  safeMethods: [],
  evidence: [],
};

/**
 * Made so, each write is a transaction by itself, and nothing went wrong up to 3.11. From 3.12 on a thread can give another one's values to the statement that both
 * run; nothing is said of that yet.
 */
const autocommit: readonly Condition[] = [
  { test: "equals", of: { position: 3, keyword: "isolation_level" }, value: null, default: "" },
  { test: "equals", of: { keyword: "autocommit" }, value: true, default: false },
];

const inTransactions: ReadonlySet<string> = new Set(["execute", "executemany", "commit", "rollback"]);

/** What is stated of a method of the type where its transactions are shared as well; `made`: what is known of the call that made the object. */
export function transactionStatement(type: string, method: string, made: CallFacts): SharedByThreads | undefined {
  if (type !== "sqlite3.Connection" || !inTransactions.has(method)) return undefined;
  return autocommit.every((condition) => holds(condition, made) === "false") ? mixedTransactions : undefined;
}
