import type { ValuePlace } from "./entry.js";

/** A value that can be written in JSON and in Python. */
export type Literal = string | number | boolean | null;

/** The operating systems that conditions tell apart. */
export type Platform = "linux" | "macos" | "windows" | "other-posix";

/**
 * Something that must hold for a case to apply: the closed vocabulary of `when`.
 * Each is answered from what is known of a call, with true, false or unknown; a list of conditions is their conjunction.
 */
export type Condition =
  /** The value's size in bytes lies in `[atLeast, below)`. */
  | { readonly test: "bytes"; readonly of: ValuePlace; readonly atLeast?: number; readonly below?: number }
  /** The value's number of elements lies in `[atLeast, below)`. */
  | { readonly test: "elements"; readonly of: ValuePlace; readonly atLeast?: number; readonly below?: number }
  /** The call passes that argument. */
  | { readonly test: "given"; readonly of: ValuePlace }
  /** The argument is that literal; for an argument that is not passed, `default` says what it is then. */
  | { readonly test: "equals"; readonly of: ValuePlace; readonly value: Literal; readonly default?: Literal }
  /** The argument is a string literal with that part in it; `default` as above. */
  | { readonly test: "contains"; readonly of: ValuePlace; readonly part: string; readonly default?: string }
  /** The value is of one of these types, by qualified name. */
  | { readonly test: "type"; readonly of: ValuePlace; readonly in: readonly string[] }
  /** The array's element type is one of these: `object`, `str`, `number`. */
  | { readonly test: "dtype"; readonly of: ValuePlace; readonly in: readonly ElementType[] }
  /** The function argument runs bytecode (`python`) or not (`native`). */
  | { readonly test: "callback"; readonly of: ValuePlace; readonly is: "python" | "native" }
  /** The interpreter's version lies in `[from, before)`, written `3.12`. */
  | { readonly test: "python"; readonly from?: string; readonly before?: string }
  /** The installed version of the entry's package lies in `[from, before)`. */
  | { readonly test: "package-version"; readonly from?: string; readonly before?: string }
  | { readonly test: "platform"; readonly in: readonly Platform[] }
  | { readonly test: "implementation"; readonly in: readonly ("cpython" | "pypy" | "jython" | "ironpython")[] }
  | { readonly test: "build"; readonly is: "gil" | "free-threaded" }
  /** Only the running program knows: whether a lock is free, a queue empty, a buffer full. Always unknown here. */
  | { readonly test: "at-run-time"; readonly what: string }
  | { readonly test: "not"; readonly condition: Condition }
  | { readonly test: "any"; readonly conditions: readonly Condition[] };

/** What arrays hold, as far as the GIL cares. */
export type ElementType = "number" | "bool" | "datetime" | "str" | "object";
