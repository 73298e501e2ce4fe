import type { Range } from "../base/range.js";

/**
 * What a function does, in evaluation order. One list feeds both the rules (accesses, locks, blocking) and, through `estimate`, the
 * simulator's steps, so what is reported and what is simulated cannot disagree.
 *
 * Values are trees whose inner nodes are operations of the same list: `f(a.b)` is the read of `a.b`, then the call, and the call's argument
 * is that very read. Plain data; references inside one file's facts may be shared, so copy them with `structuredClone`, not through JSON.
 */
export type Operation =
  | ReadOperation
  | WriteOperation
  | CallOperation
  | ComputeOperation
  | AwaitOperation
  | YieldOperation
  | LoopOperation
  | BranchOperation
  | AttemptOperation
  | WithOperation
  | ExitOperation;

/** Anything an expression can be. Reads of local names and constants cost next to nothing and appear as values only. */
export type Value =
  | ReadOperation
  | CallOperation
  | ComputeOperation
  | AwaitOperation
  | YieldOperation
  | ConstantValue
  | DisplayValue
  | ComprehensionValue
  | FunctionValue
  | ClassValue
  | ImportValue
  | ElementOfValue
  | ItemOfValue
  | EnteredValue
  | ChoiceValue
  | UnknownValue;

/** Somewhere a value can be kept. */
export type Place = NamePlace | AttributePlace | ElementPlace;

/** A variable. */
export interface NamePlace {
  readonly kind: "name";
  readonly name: string;
  /** The index of the function whose scope holds the name: 0 is the module, `unbound` a name the file does not bind. */
  readonly owner: number;
}

/** The owner of names that the file does not bind: built-ins, and what star imports bring. */
export const unbound = -1;

export interface AttributePlace {
  readonly kind: "attribute";
  readonly object: Value;
  readonly name: string;
}

export interface ElementPlace {
  readonly kind: "element";
  readonly object: Value;
  readonly index: Value;
}

export interface ReadOperation extends Range {
  readonly op: "read";
  readonly place: Place;
}

export interface WriteOperation extends Range {
  readonly op: "write";
  readonly place: Place;
  readonly form: "assign" | "update" | "delete";
  /** What is stored; for `x += y` the computation of `x` and `y`. Absent for `del`. */
  readonly value: Value | undefined;
  /** The whole statement. */
  readonly statement: Range;
}

export interface CallArgument {
  readonly form: "positional" | "keyword" | "star" | "double-star";
  readonly name: string;
  readonly value: Value;
}

export interface CallOperation extends Range {
  readonly op: "call";
  readonly callee: Value;
  readonly arguments: readonly CallArgument[];
}

/** Arithmetic, comparison, truth test, string formatting, subscripting of nothing shared: bytecode without a name of its own. */
export interface ComputeOperation extends Range {
  readonly op: "compute";
  /**
   * As written in Python, `not` and `u-` for unary ones, `format` for f-strings, or `format-padded` with a format specifier, `slice` for slices,
   * `swap` for two or three values that are written out and at once assigned one by one, `unpack-star` for a target such as `a, *rest`, `match-class` and the
   * like for what a `case` asks.
   */
  readonly operator: string;
  readonly operands: readonly Value[];
  /** Of an f-string, what is written, if that is short: in place of each operand a NUL, its format specifier, and another NUL. */
  readonly template?: string;
  /** Of `a += b`: `a` itself may be changed. */
  readonly isInPlace?: true;
}

export interface AwaitOperation extends Range {
  readonly op: "await";
  readonly value: Value;
}

export interface YieldOperation extends Range {
  readonly op: "yield";
  readonly value: Value | undefined;
  readonly isFrom: boolean;
}

export interface LoopOperation extends Range {
  readonly op: "loop";
  readonly form: "for" | "while" | "comprehension";
  readonly isAsync: boolean;
  /** What a `for` runs over; evaluated before the loop. */
  readonly iterable: Value | undefined;
  /** What a `while` tests; its operations stand first in `body`. */
  readonly test: Value | undefined;
  readonly body: readonly Operation[];
  /** Whether a `break` of its own or a `return` can end it early; errors are taken not to happen. */
  readonly endsEarly: boolean;
  /** Only the loop's first line. */
  readonly header: Range;
  /** What a comprehension makes; absent for its outer clauses and other loops. */
  readonly makes: ComprehensionValue["makes"] | undefined;
}

export interface BranchOperation extends Range {
  readonly op: "branch";
  /** What decides; its operations stand before the branch. Absent for `match`. */
  readonly test: Value | undefined;
  /** What runs in each case; the first is the one where the test holds. */
  readonly arms: readonly (readonly Operation[])[];
}

export interface AttemptOperation extends Range {
  readonly op: "attempt";
  readonly body: readonly Operation[];
  readonly handlers: readonly (readonly Operation[])[];
  /** The types that each handler names; none for a bare `except:`. */
  readonly caught: readonly (readonly Value[])[];
  readonly otherwise: readonly Operation[];
  readonly final: readonly Operation[];
}

/** `with`: acquires its context before the body and releases it on every way out. Several items are nested ones. */
export interface WithOperation extends Range {
  readonly op: "with";
  readonly context: Value;
  readonly isAsync: boolean;
  readonly body: readonly Operation[];
}

export interface ExitOperation extends Range {
  readonly op: "return" | "raise" | "break" | "continue";
  readonly value: Value | undefined;
}

export interface ConstantValue extends Range {
  readonly op: "constant";
  readonly type: "int" | "float" | "complex" | "str" | "bytes" | "none" | "bool" | "ellipsis";
  /** A number for `int` and `float`, the text for `str`, the count of bytes for `bytes`, 0 or 1 for `bool`. */
  readonly value: number | string;
  /** What stands between the quotes of `bytes`, if that is short. */
  readonly content?: string;
}

export interface DisplayValue extends Range {
  readonly op: "display";
  readonly makes: "list" | "tuple" | "set" | "dict";
  /** The elements, or the values of a dict. */
  readonly elements: readonly Value[];
  /** The keys of a dict, in the order of `elements`; absent for `**mapping`. */
  readonly keys: readonly (Value | undefined)[];
  /** Whether `*iterable` or `**mapping` adds an unknown number of elements. */
  readonly isOpen: boolean;
}

export interface ComprehensionValue extends Range {
  readonly op: "comprehension";
  /** What holds the elements; a tuple, which no comprehension makes, is one that was made of them: `tuple(f(x) for x in xs)`. */
  readonly makes: "list" | "tuple" | "set" | "dict" | "generator";
  /** The iterables of its `for` clauses, outermost first. */
  readonly iterables: readonly Value[];
  readonly isFiltered: boolean;
  /** What each element is; the value for a dict. */
  readonly element: Value;
  /** Of a dict. */
  readonly key?: Value;
}

/** A `def` or lambda of the same file, by index. */
export interface FunctionValue extends Range {
  readonly op: "function";
  readonly function: number;
}

/** A class of the same file, by index. */
export interface ClassValue extends Range {
  readonly op: "class";
  readonly class: number;
}

/** What an import binds. */
export interface ImportValue extends Range {
  readonly op: "import";
  /** Leading dots. */
  readonly level: number;
  readonly module: string;
  /** The name imported from the module, absent when the module itself is bound. */
  readonly name: string | undefined;
}

/** One element of an iterable, as a `for` target receives it. */
export interface ElementOfValue extends Range {
  readonly op: "element-of";
  readonly iterable: Value;
}

/** One part of an unpacked value. */
export interface ItemOfValue extends Range {
  readonly op: "item-of";
  readonly value: Value;
  readonly index: number;
}

/** What `with context as name` binds. */
export interface EnteredValue extends Range {
  readonly op: "entered";
  readonly context: Value;
}

/** One of several values: conditional expressions, `and`, `or`. */
export interface ChoiceValue extends Range {
  readonly op: "choice";
  /** How the value comes about: `and` and `or` give the first where it decides. */
  readonly by: "and" | "or" | "condition" | "decorator";
  readonly values: readonly Value[];
  /** Of a conditional expression, what decides. */
  readonly test?: Value;
}

export interface UnknownValue extends Range {
  readonly op: "unknown";
}
