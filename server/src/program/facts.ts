import type { Range } from "../base/range.js";
import type { CallOperation, Operation, Value, WriteOperation } from "./operation.js";

/** Everything later stages need to know of one file. Depends on the file's text alone; plain readonly data. */
export interface Facts {
  /** In order of appearance, the module's body first, whose index is 0. See `definitionAt`. */
  readonly functions: readonly FunctionFacts[];
  readonly classes: readonly ClassFacts[];
  /** Every call of the file by the last name of its callee, so that spawns and callers are found without a walk. */
  readonly callsByName: ReadonlyMap<string, readonly CallSite[]>;
  /** Every store in an attribute of another object than a method's own, by the attribute's name. */
  readonly writesByAttribute: ReadonlyMap<string, readonly WriteSite[]>;
  /** Every import of the file, wherever it stands. */
  readonly imports: readonly ImportFact[];
  readonly directives: readonly Directive[];
  readonly syntaxErrors: readonly Range[];
  readonly lineCount: number;
}

/**
 * The definition that an index means. In a text that nobody has edited it stands at that place of the list; after an edit, definitions keep the index
 * that they had.
 */
export function definitionAt<Definition extends { readonly index: number }>(
  definitions: readonly Definition[],
  index: number,
): Definition | undefined {
  const there = definitions[index];
  return there?.index === index ? there : definitions.find((each) => each.index === index);
}

export interface CallSite {
  readonly call: CallOperation;
  /** The index of the function that holds the call. */
  readonly function: number;
}

export interface WriteSite {
  readonly write: WriteOperation;
  /** The index of the function that holds the statement. */
  readonly function: number;
}

export interface ImportFact extends Range {
  readonly level: number;
  readonly module: string;
  /** The name imported from the module; `*` for all; absent when the module itself is imported. */
  readonly name: string | undefined;
  /** The name it gets in the file. */
  readonly bound: string;
  readonly function: number;
  /** The whole statement. */
  readonly statement: Range;
}

export interface ParameterFacts {
  readonly name: string;
  readonly form: "plain" | "star" | "double-star" | "keyword-only" | "positional-only";
  readonly annotation: Value | undefined;
  readonly default: Value | undefined;
}

export interface FunctionFacts extends Range {
  /** What other facts of the file call it. */
  readonly index: number;
  readonly kind: "module" | "function" | "lambda" | "class-body";
  /** `<module>`, the name after `def`, `<lambda>`, or the class's name. */
  readonly name: string;
  /** As `__qualname__` has it, without the module. */
  readonly qualifiedName: string;
  readonly nameRange: Range;
  /** The function around it; the module has none. */
  readonly parent: number | undefined;
  /** The class whose body holds the `def`. */
  readonly class: number | undefined;
  readonly parameters: readonly ParameterFacts[];
  readonly decorators: readonly Value[];
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly returns: Value | undefined;
  /** Every value each name of this scope is bound to, in order of appearance. */
  readonly bindings: ReadonlyMap<string, readonly Value[]>;
  /** The names of this scope that `global` and `nonlocal` of inner functions rebind. */
  readonly rebound: ReadonlySet<string>;
  /** The annotations of names, of which the last counts. */
  readonly annotations: ReadonlyMap<string, Value>;
  readonly returned: readonly Value[];
  readonly body: readonly Operation[];
  /** Where the first statement of the body starts. */
  readonly bodyStart: number;
  /** What the body holds somewhere, so that who looks for it need not go through every body. */
  readonly holds: ReadonlySet<BodyPart>;
}

/**
 * `loop`: a `while`, or a `for` that is not `async`. `lock`: a `with`, or a call of something's `acquire`. `outer store`: a variable of another
 * scope that gets a value. `element store`: an element of something that gets one, `d[k] = x`. `decorated definition`: a function or class with
 * decorators. `class attribute`: in the body of a class, a name that is bound to something else than an undecorated function.
 */
export type BodyPart = "loop" | "lock" | "outer store" | "element store" | "decorated definition" | "class attribute";

/** The one set of these parts: there are few, and every function has one. */
export function bodyParts(parts: ReadonlySet<BodyPart> | readonly BodyPart[]): ReadonlySet<BodyPart> {
  const wanted = new Set(parts);
  const index = allParts.reduce((sum, part, bit) => sum + (wanted.has(part) ? 1 << bit : 0), 0);
  return setsOfParts[index] as ReadonlySet<BodyPart>;
}

const allParts: readonly BodyPart[] = ["loop", "lock", "outer store", "element store", "decorated definition", "class attribute"];

/** By the bits of the parts in it. */
const setsOfParts: readonly ReadonlySet<BodyPart>[] = Array.from(
  { length: 1 << allParts.length },
  (_, index) => new Set(allParts.filter((_part, bit) => (index >> bit) % 2 === 1)),
);

/** An assignment to an attribute of a method's first parameter. */
export interface InstanceAttribute {
  readonly function: number;
  readonly write: WriteOperation;
}

export interface ClassFacts extends Range {
  readonly index: number;
  readonly name: string;
  readonly nameRange: Range;
  readonly bases: readonly Value[];
  readonly metaclass: Value | undefined;
  readonly decorators: readonly Value[];
  /** The function that holds the class's body; its bindings are the class's attributes and methods. */
  readonly body: number;
  readonly instanceAttributes: ReadonlyMap<string, readonly InstanceAttribute[]>;
  /** What its docstring says of sharing its objects between threads. */
  readonly docstring: "thread-safe" | "not thread-safe" | "silent";
}

/** A comment that speaks to this tool. */
export type Directive = {
  readonly range: Range;
  /** `after`: behind the code it speaks of; `above`: on a line of its own, above it. */
  readonly stands: "after" | "above";
  /** The whole line of code that it speaks of, with its line end. */
  readonly subject: Range;
} & (
  | { readonly kind: "ignore"; readonly names: readonly string[]; readonly scope: "line" | "file" }
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "note"; readonly name: DirectiveNote; readonly argument: string }
);

export type DirectiveNote = "guarded-by" | "thread-root" | "single-thread" | "cost" | "iterations" | "releases" | "holds";
