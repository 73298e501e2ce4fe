import type { Range } from "../base/range.js";

/**
 * Python as plain values: what the later stages read instead of a syntax tree. Offsets are UTF-16 code units.
 * Broken code keeps its place as `error` nodes that hold whatever could still be read inside them.
 */
export interface Module {
  readonly body: readonly Statement[];
  /** Comments that start with `# gil:`, in order. */
  readonly directives: readonly DirectiveComment[];
  /** Where the text does not parse. */
  readonly errors: readonly Range[];
  /** How many `\n` the text has, plus one. */
  readonly lineCount: number;
}

/** The text of a comment `# gil: …`, without the marker. */
export interface DirectiveComment extends Range {
  readonly text: string;
  /** Whether nothing but white space stands before it on its line. */
  readonly aloneOnLine: boolean;
}

export type Statement =
  | ExpressionStatement
  | Assignment
  | AugmentedAssignment
  | Return
  | Raise
  | Assert
  | Delete
  | Jump
  | If
  | While
  | For
  | With
  | Try
  | Match
  | FunctionDefinition
  | ClassDefinition
  | Import
  | ImportFrom
  | ScopeDeclaration
  | ErrorStatement;

export interface ExpressionStatement extends Range {
  readonly kind: "expression";
  readonly value: Expression;
}

/** `a = b = value`, `a: T = value` or `a: T`. */
export interface Assignment extends Range {
  readonly kind: "assign";
  readonly targets: readonly Expression[];
  readonly annotation: Expression | undefined;
  readonly value: Expression | undefined;
}

export interface AugmentedAssignment extends Range {
  readonly kind: "augmented-assign";
  readonly target: Expression;
  /** Without the `=`: `+` for `+=`. */
  readonly operator: string;
  readonly value: Expression;
}

export interface Return extends Range {
  readonly kind: "return";
  readonly value: Expression | undefined;
}

export interface Raise extends Range {
  readonly kind: "raise";
  readonly value: Expression | undefined;
}

export interface Assert extends Range {
  readonly kind: "assert";
  readonly values: readonly Expression[];
}

export interface Delete extends Range {
  readonly kind: "delete";
  readonly targets: readonly Expression[];
}

/** `pass`, `break` and `continue`. */
export interface Jump extends Range {
  readonly kind: "pass" | "break" | "continue";
}

export interface If extends Range {
  readonly kind: "if";
  readonly test: Expression;
  readonly body: readonly Statement[];
  /** An `elif` is an `if` alone in here. */
  readonly otherwise: readonly Statement[];
}

export interface While extends Range {
  readonly kind: "while";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface For extends Range {
  readonly kind: "for";
  readonly isAsync: boolean;
  readonly target: Expression;
  readonly iterable: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface WithItem {
  readonly context: Expression;
  readonly target: Expression | undefined;
}

export interface With extends Range {
  readonly kind: "with";
  readonly isAsync: boolean;
  readonly items: readonly WithItem[];
  readonly body: readonly Statement[];
}

export interface ExceptHandler extends Range {
  readonly types: readonly Expression[];
  readonly name: NameExpression | undefined;
  readonly body: readonly Statement[];
}

export interface Try extends Range {
  readonly kind: "try";
  readonly body: readonly Statement[];
  readonly handlers: readonly ExceptHandler[];
  readonly otherwise: readonly Statement[];
  readonly final: readonly Statement[];
}

/** What a pattern asks of the subject: its class, keys of a mapping, the length of a sequence, or whether it equals a value; `any` takes all. */
export type PatternKind = "class" | "mapping" | "sequence" | "value" | "any";

export interface MatchCase extends Range {
  readonly pattern: PatternKind;
  /** The names the pattern binds. */
  readonly captures: readonly NameExpression[];
  readonly guard: Expression | undefined;
  readonly body: readonly Statement[];
}

export interface Match extends Range {
  readonly kind: "match";
  readonly subject: Expression;
  readonly cases: readonly MatchCase[];
}

export interface Parameter extends Range {
  readonly name: string;
  readonly form: "plain" | "star" | "double-star" | "keyword-only" | "positional-only";
  readonly annotation: Expression | undefined;
  readonly default: Expression | undefined;
}

export interface FunctionDefinition extends Range {
  readonly kind: "function";
  readonly isAsync: boolean;
  readonly name: string;
  readonly nameRange: Range;
  readonly parameters: readonly Parameter[];
  readonly returns: Expression | undefined;
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface ClassDefinition extends Range {
  readonly kind: "class";
  readonly name: string;
  readonly nameRange: Range;
  /** Bases and keyword arguments of the header. */
  readonly arguments: readonly Argument[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface ImportedName extends Range {
  /** Dotted for `import a.b`, plain for `from m import a`, `*` for a star import. */
  readonly name: string;
  readonly alias: string | undefined;
}

export interface Import extends Range {
  readonly kind: "import";
  readonly names: readonly ImportedName[];
}

export interface ImportFrom extends Range {
  readonly kind: "import-from";
  /** How many leading dots a relative import has. */
  readonly level: number;
  readonly module: string;
  readonly names: readonly ImportedName[];
}

export interface ScopeDeclaration extends Range {
  readonly kind: "global" | "nonlocal";
  readonly names: readonly string[];
}

/** Text that is not a statement; `body` and `values` are what could still be read inside it. */
export interface ErrorStatement extends Range {
  readonly kind: "error-statement";
  readonly body: readonly Statement[];
  readonly values: readonly Expression[];
}

export type Expression =
  | NameExpression
  | AttributeExpression
  | SubscriptExpression
  | CallExpression
  | Literal
  | TextExpression
  | BinaryExpression
  | BooleanExpression
  | ComparisonExpression
  | UnaryExpression
  | ConditionalExpression
  | LambdaExpression
  | DisplayExpression
  | DictExpression
  | ComprehensionExpression
  | SliceExpression
  | StarredExpression
  | NamedExpression
  | AwaitExpression
  | YieldExpression
  | ErrorExpression;

export interface NameExpression extends Range {
  readonly kind: "name";
  readonly name: string;
}

export interface AttributeExpression extends Range {
  readonly kind: "attribute";
  readonly object: Expression;
  readonly name: string;
}

export interface SubscriptExpression extends Range {
  readonly kind: "subscript";
  readonly object: Expression;
  /** A tuple for `a[i, j]`. */
  readonly index: Expression;
}

export interface Argument extends Range {
  readonly form: "positional" | "keyword" | "star" | "double-star";
  /** The name of a keyword argument, else empty. */
  readonly name: string;
  readonly value: Expression;
}

export interface CallExpression extends Range {
  readonly kind: "call";
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
}

/** A number, a string without interpolation, bytes, `None`, `True`, `False` or `...`. */
export interface Literal extends Range {
  readonly kind: "literal";
  readonly type: "int" | "float" | "complex" | "str" | "bytes" | "none" | "bool" | "ellipsis";
  /** A number for `int` and `float`, of `complex` the imaginary part, the unescaped-enough text for `str`, the count of bytes for `bytes`, 0 or 1 for `bool`. */
  readonly value: number | string;
  /** What stands between the quotes of `bytes`, if that is short; of an `int` that is no safe integer, how it is written. */
  readonly content?: string;
}

/** An f-string or t-string: what it evaluates. */
export interface TextExpression extends Range {
  readonly kind: "text";
  readonly values: readonly Expression[];
  /** Whether a format specifier may make a value longer than it is. */
  readonly isPadded: boolean;
  /** What is written, if that is short: in place of each value a NUL, its format specifier, and another NUL. */
  readonly template: string | undefined;
}

export interface BinaryExpression extends Range {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface BooleanExpression extends Range {
  readonly kind: "boolean";
  readonly operator: "and" | "or";
  readonly left: Expression;
  readonly right: Expression;
}

export interface ComparisonExpression extends Range {
  readonly kind: "comparison";
  readonly operands: readonly Expression[];
  readonly operators: readonly string[];
}

export interface UnaryExpression extends Range {
  readonly kind: "unary";
  readonly operator: "-" | "+" | "~" | "not";
  readonly operand: Expression;
}

export interface ConditionalExpression extends Range {
  readonly kind: "conditional";
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface LambdaExpression extends Range {
  readonly kind: "lambda";
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

export interface DisplayExpression extends Range {
  readonly kind: "list" | "tuple" | "set";
  readonly elements: readonly Expression[];
}

export interface DictExpression extends Range {
  readonly kind: "dict";
  /** The key is absent for `**mapping`. */
  readonly entries: readonly { readonly key: Expression | undefined; readonly value: Expression }[];
}

export type ComprehensionClause =
  | { readonly kind: "for"; readonly isAsync: boolean; readonly target: Expression; readonly iterable: Expression }
  | { readonly kind: "if"; readonly test: Expression };

export interface ComprehensionExpression extends Range {
  readonly kind: "comprehension";
  readonly makes: "list" | "set" | "dict" | "generator";
  /** The value, or key and value of a dict comprehension. */
  readonly elements: readonly Expression[];
  readonly clauses: readonly ComprehensionClause[];
}

export interface SliceExpression extends Range {
  readonly kind: "slice";
  /** Start, stop and, where it is given, step; `None` for a start or stop that is left out. */
  readonly parts: readonly Expression[];
}

export interface StarredExpression extends Range {
  readonly kind: "starred";
  readonly value: Expression;
}

/** `(name := value)`. */
export interface NamedExpression extends Range {
  readonly kind: "named";
  readonly target: NameExpression;
  readonly value: Expression;
}

export interface AwaitExpression extends Range {
  readonly kind: "await";
  readonly value: Expression;
}

export interface YieldExpression extends Range {
  readonly kind: "yield";
  readonly isFrom: boolean;
  readonly value: Expression | undefined;
}

/** Text that is no expression; `values` are the expressions that could be read inside it. */
export interface ErrorExpression extends Range {
  readonly kind: "error";
  readonly values: readonly Expression[];
}
