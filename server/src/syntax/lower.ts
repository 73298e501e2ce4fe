import type { Language, Tree, Node as WholeNode } from "web-tree-sitter";
import type { Range } from "../base/range.js";
import type {
  Argument,
  ComprehensionClause,
  DirectiveComment,
  ExceptHandler,
  Expression,
  ImportedName,
  MatchCase,
  Module,
  NameExpression,
  Parameter,
  Statement,
  WithItem,
} from "./nodes.js";
import type { TreeNode as Node, TreeRuntime } from "./tree-nodes.js";

/**
 * Turns a tree into plain values in one walk. Reading a WASM node costs about ten times as much as reading a plain object, so each node is
 * read once: its type, its end and its named children; operators are cut out of the text between two operands.
 */
export function lower(tree: Tree, text: string, language: Language, runtime: TreeRuntime): Module {
  const lowering = new Lowering(text, symbolsOf(language));
  const body = lowering.statements(runtime.root(tree));
  return { body, directives: directives(tree.rootNode, text), errors: lowering.errors, lineCount: countLines(text) };
}

const symbolNames = [
  "module",
  "ERROR",
  "comment",
  "line_continuation",
  "block",
  "expression_statement",
  "assignment",
  "augmented_assignment",
  "return_statement",
  "raise_statement",
  "assert_statement",
  "delete_statement",
  "pass_statement",
  "break_statement",
  "continue_statement",
  "if_statement",
  "elif_clause",
  "else_clause",
  "while_statement",
  "for_statement",
  "with_statement",
  "with_clause",
  "with_item",
  "try_statement",
  "except_clause",
  "finally_clause",
  "match_statement",
  "case_clause",
  "if_clause",
  "function_definition",
  "class_definition",
  "decorated_definition",
  "decorator",
  "import_statement",
  "import_from_statement",
  "future_import_statement",
  "aliased_import",
  "dotted_name",
  "relative_import",
  "wildcard_import",
  "global_statement",
  "nonlocal_statement",
  "type_alias_statement",
  "print_statement",
  "exec_statement",
  "identifier",
  "attribute",
  "subscript",
  "call",
  "argument_list",
  "keyword_argument",
  "list_splat",
  "list_splat_pattern",
  "dictionary_splat",
  "dictionary_splat_pattern",
  "integer",
  "float",
  "string",
  "concatenated_string",
  "interpolation",
  "true",
  "false",
  "none",
  "ellipsis",
  "binary_operator",
  "boolean_operator",
  "comparison_operator",
  "unary_operator",
  "not_operator",
  "conditional_expression",
  "lambda",
  "lambda_parameters",
  "list",
  "tuple",
  "set",
  "expression_list",
  "pattern_list",
  "list_pattern",
  "tuple_pattern",
  "dictionary",
  "pair",
  "list_comprehension",
  "set_comprehension",
  "dictionary_comprehension",
  "generator_expression",
  "for_in_clause",
  "slice",
  "named_expression",
  "await",
  "yield",
  "parenthesized_expression",
  "parenthesized_list_splat",
  "as_pattern",
  "as_pattern_target",
  "default_parameter",
  "typed_parameter",
  "typed_default_parameter",
  "keyword_separator",
  "positional_separator",
  "parameters",
  "type",
  "generic_type",
  "type_parameter",
  "member_type",
  "union_type",
  "constrained_type",
  "splat_type",
  "case_pattern",
  "class_pattern",
  "keyword_pattern",
  "chevron",
] as const;
type SymbolName = (typeof symbolNames)[number];

/** Maps the grammar's numbers to names this file knows, as strings that V8 compares by address. */
type Symbols = ReadonlyMap<number, SymbolName>;

let cached: { readonly language: Language; readonly symbols: Symbols } | undefined;

function symbolsOf(language: Language): Symbols {
  if (cached?.language === language) return cached.symbols;
  const known = new Set<string>(symbolNames);
  const symbols = new Map<number, SymbolName>();
  // The grammar aliases rules, so several numbers may carry one name.
  language.types.forEach((name, id) => {
    if (known.has(name) && language.nodeTypeIsNamed(id)) symbols.set(id, name as SymbolName);
  });
  symbols.set(errorSymbol, "ERROR");
  cached = { language, symbols };
  return symbols;
}

/** What tree-sitter reports as the type of an ERROR node. */
const errorSymbol = 65535;

const hash = "#".charCodeAt(0);
const colon = ":".charCodeAt(0);
const backslash = "\\".charCodeAt(0);

class Lowering {
  readonly errors: Range[] = [];
  /** Deeper nesting than any person writes is cut off, so that a hostile file cannot overflow the stack. */
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly symbols: Symbols,
  ) {}

  private symbol(node: Node): SymbolName | undefined {
    return this.symbols.get(node.typeId);
  }

  /** Named children without comments, which may stand anywhere. */
  private children(node: Node): readonly Node[] {
    const all = node.namedChildren;
    for (let i = 0; i < all.length; i++) if (this.isExtra(all[i] as Node)) return all.filter((child) => !this.isExtra(child));
    return all;
  }

  /** Comments and line continuations: only they start with these characters, and looking costs less than asking for the type. */
  private isExtra(node: Node): boolean {
    const first = this.text.charCodeAt(node.startIndex);
    return first === hash || first === backslash;
  }

  /** The statements of a module or block. */
  statements(node: Node): Statement[] {
    const body: Statement[] = [];
    this.statementsInto(node, body);
    return body;
  }

  private statementsInto(node: Node, body: Statement[]): void {
    for (const child of node.namedChildren) this.statement(child, body);
  }

  private statement(node: Node, into: Statement[]): void {
    if (this.depth > maximumDepth) return;
    this.depth++;
    this.statementAtDepth(node, into);
    this.depth--;
  }

  private statementAtDepth(node: Node, into: Statement[]): void {
    const start = node.startIndex;
    const symbol = this.symbol(node);
    switch (symbol) {
      case "comment":
      case "line_continuation":
        return;
      case "expression_statement": {
        const children = this.children(node);
        const only = children[0];
        if (only && children.length === 1) {
          const kind = this.symbol(only);
          if (kind === "assignment") return void into.push(this.assignment(only));
          if (kind === "augmented_assignment") return void into.push(this.augmented(only));
          return void into.push({ kind: "expression", value: this.expression(only), start, end: node.endIndex });
        }
        const end = node.endIndex;
        into.push({ kind: "expression", value: { kind: "tuple", elements: this.expressions(children), start, end }, start, end });
        return;
      }
      case "return_statement": {
        const child = this.children(node)[0];
        into.push({ kind: "return", value: child && this.expression(child), start, end: node.endIndex });
        return;
      }
      case "raise_statement": {
        const child = this.children(node)[0];
        into.push({ kind: "raise", value: child && this.expression(child), start, end: node.endIndex });
        return;
      }
      case "assert_statement":
        into.push({ kind: "assert", values: this.expressions(this.children(node)), start, end: node.endIndex });
        return;
      case "delete_statement": {
        const targets = this.expressions(this.children(node)).flatMap((target) => (target.kind === "tuple" ? target.elements : [target]));
        into.push({ kind: "delete", targets, start, end: node.endIndex });
        return;
      }
      case "pass_statement":
        into.push({ kind: "pass", start, end: node.endIndex });
        return;
      case "break_statement":
        into.push({ kind: "break", start, end: node.endIndex });
        return;
      case "continue_statement":
        into.push({ kind: "continue", start, end: node.endIndex });
        return;
      case "if_statement":
        into.push(this.ifStatement(node));
        return;
      case "while_statement": {
        const parts = this.parts(node);
        const test = parts.expressions[0] ?? errorAt(node.endIndex);
        into.push({ kind: "while", test, body: parts.body, otherwise: parts.otherwise, start, end: node.endIndex });
        return;
      }
      case "for_statement": {
        const parts = this.parts(node);
        const target = parts.expressions[0] ?? errorAt(node.endIndex);
        const iterable = parts.expressions[1] ?? errorAt(node.endIndex);
        const isAsync = this.text.startsWith("async", start);
        into.push({ kind: "for", isAsync, target, iterable, body: parts.body, otherwise: parts.otherwise, start, end: node.endIndex });
        return;
      }
      case "with_statement":
        into.push(this.withStatement(node));
        return;
      case "try_statement":
        into.push(this.tryStatement(node));
        return;
      case "match_statement":
        into.push(this.matchStatement(node));
        return;
      case "function_definition":
      case "class_definition":
        into.push(this.definition(node, symbol, []));
        return;
      case "decorated_definition": {
        const decorators: Expression[] = [];
        for (const child of this.children(node)) {
          const kind = this.symbol(child);
          // The function is an argument of the last, the result one of the last but one, and so on.
          if (kind === "decorator" && this.depth + decorators.length <= maximumDepth) {
            decorators.push(...this.expressions(this.children(child)));
          }
          if (kind === "function_definition" || kind === "class_definition") into.push(this.definition(child, kind, decorators));
          else if (kind === "ERROR") this.error(child, into);
        }
        return;
      }
      case "import_statement":
        into.push({ kind: "import", names: this.importedNames(this.children(node)), start, end: node.endIndex });
        return;
      case "future_import_statement":
        return;
      case "import_from_statement": {
        const children = this.children(node);
        const from = children[0];
        if (!from) return;
        const written = this.slice(from).replace(/\s+/g, "");
        const module = written.replace(/^\.+/, "");
        const names = this.importedNames(children.slice(1));
        into.push({ kind: "import-from", level: written.length - module.length, module, names, start, end: node.endIndex });
        return;
      }
      case "global_statement":
      case "nonlocal_statement": {
        const names = this.children(node).map((child) => this.slice(child));
        into.push({ kind: symbol === "global_statement" ? "global" : "nonlocal", names, start, end: node.endIndex });
        return;
      }
      case "print_statement":
      case "exec_statement": {
        // Python 2: what it prints or executes is read, so that the rest of the file keeps its meaning.
        const values = this.children(node).map((child) => this.expression(child));
        const end = node.endIndex;
        into.push({ kind: "expression", value: { kind: "tuple", elements: values, start, end }, start, end });
        return;
      }
      case "type_alias_statement":
        return;
      case "ERROR":
        this.error(node, into);
        return;
      case "block":
        for (const child of node.namedChildren) this.statement(child, into);
        return;
      default:
        into.push({ kind: "expression", value: this.expression(node), start, end: node.endIndex });
    }
  }

  /** Keeps the statements and expressions that stand whole inside broken text. */
  private error(node: Node, into: Statement[]): void {
    const body: Statement[] = [];
    const values: Expression[] = [];
    this.errors.push({ start: node.startIndex, end: node.endIndex });
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind !== undefined && wholeStatements.has(kind)) this.statement(child, body);
      else if (kind === "block") this.statementsInto(child, body);
      else if (kind !== undefined && kind !== "parameters" && kind !== "lambda_parameters") values.push(this.expression(child));
    }
    into.push({ kind: "error-statement", body, values, start: node.startIndex, end: node.endIndex });
  }

  private assignment(node: Node): Statement {
    const targets: Expression[] = [];
    let annotation: Expression | undefined;
    let value: Expression | undefined;
    let current: Node | undefined = node;
    while (current) {
      const children: readonly Node[] = this.children(current);
      const left = children[0];
      if (left) targets.push(this.expression(left));
      let next: Node | undefined;
      for (const child of children.slice(1)) {
        const kind = this.symbol(child);
        if (kind === "type") annotation = this.annotation(child);
        else if (kind === "assignment") next = child;
        else value = this.expression(child);
      }
      current = next;
    }
    return { kind: "assign", targets, annotation, value, start: node.startIndex, end: node.endIndex };
  }

  private augmented(node: Node): Statement {
    const children = this.children(node);
    const target = children[0] ? this.expression(children[0]) : errorAt(node.startIndex);
    const last = children[children.length - 1];
    const value = last && children.length > 1 ? this.expression(last) : errorAt(node.endIndex);
    const operator = this.between(target.end, value.start).replace(/=$/, "");
    return { kind: "augmented-assign", target, operator, value, start: node.startIndex, end: node.endIndex };
  }

  private ifStatement(node: Node): Statement {
    const arms: { test: Expression; body: Statement[]; start: number; end: number }[] = [];
    let otherwise: Statement[] = [];
    const arm = (of: Node, children: readonly Node[]): void => {
      let test: Expression | undefined;
      const body: Statement[] = [];
      for (const child of children) {
        const kind = this.symbol(child);
        if (kind === "block") this.statementsInto(child, body);
        else if (kind === "elif_clause" || kind === "else_clause") continue;
        else if (kind === "ERROR") this.error(child, body);
        else test ??= this.expression(child);
      }
      arms.push({ test: test ?? errorAt(of.startIndex), body, start: of.startIndex, end: of.endIndex });
    };
    const children = this.children(node);
    arm(node, children);
    const { depth } = this;
    for (const child of children) {
      const kind = this.symbol(child);
      if (kind === "elif_clause") {
        // Each stands in the `else` of the one before.
        if (++this.depth > maximumDepth) break;
        arm(child, this.children(child));
      } else if (kind === "else_clause") otherwise = this.clauseBody(child);
    }
    this.depth = depth;
    for (let i = arms.length - 1; i > 0; i--) otherwise = [{ kind: "if", ...(arms[i] as (typeof arms)[number]), otherwise }];
    return { kind: "if", ...(arms[0] as (typeof arms)[number]), otherwise };
  }

  /** The statements of an `else`, `finally` or similar clause. */
  private clauseBody(node: Node): Statement[] {
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      if (this.symbol(child) === "block") this.statementsInto(child, body);
      else if (this.symbol(child) === "ERROR") this.error(child, body);
    }
    return body;
  }

  /** A compound statement's expressions, block and `else`. */
  private parts(node: Node): { expressions: Expression[]; body: Statement[]; otherwise: Statement[] } {
    const expressions: Expression[] = [];
    const body: Statement[] = [];
    let otherwise: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "else_clause") otherwise = this.clauseBody(child);
      else if (kind === "ERROR") this.error(child, body);
      else expressions.push(this.expression(child));
    }
    return { expressions, body, otherwise };
  }

  private withStatement(node: Node): Statement {
    const items: WithItem[] = [];
    const body: Statement[] = [];
    const { depth } = this;
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") {
        // Each item stands in the block of the one before.
        this.depth += items.length;
        if (this.depth <= maximumDepth) this.statementsInto(child, body);
        this.depth = depth;
      } else if (kind === "with_clause") {
        for (const item of this.children(child)) {
          const value = this.symbol(item) === "with_item" ? this.children(item)[0] : item;
          if (value) this.withItems(value, items);
        }
      } else if (kind === "ERROR") this.error(child, body);
    }
    const isAsync = this.text.startsWith("async", node.startIndex);
    return { kind: "with", isAsync, items, body, start: node.startIndex, end: node.endIndex };
  }

  /** `with (a as b, c as d):` reaches us as a tuple of `as` patterns in the grammar's eyes. */
  private withItems(node: Node, items: WithItem[]): void {
    if (this.depth + items.length > maximumDepth) return;
    const kind = this.symbol(node);
    const children = kind === "tuple" || kind === "parenthesized_expression" || kind === "as_pattern" ? this.children(node) : [];
    if ((kind === "tuple" || kind === "parenthesized_expression") && children.some((child) => this.symbol(child) === "as_pattern")) {
      for (const child of children) this.withItems(child, items);
      return;
    }
    const context = children[0];
    if (kind === "as_pattern" && context) {
      const target = children[1];
      items.push({ context: this.expression(context), target: target && this.patternTarget(target) });
      return;
    }
    items.push({ context: this.expression(node), target: undefined });
  }

  /** What stands after `as`. */
  private patternTarget(node: Node): Expression {
    if (this.symbol(node) !== "as_pattern_target") return this.expression(node);
    const inner = this.children(node)[0];
    return inner ? this.expression(inner) : this.name(node);
  }

  private tryStatement(node: Node): Statement {
    const body: Statement[] = [];
    const handlers: ExceptHandler[] = [];
    let otherwise: Statement[] = [];
    let final: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "except_clause") handlers.push(this.handler(child));
      else if (kind === "else_clause") otherwise = this.clauseBody(child);
      else if (kind === "finally_clause") final = this.clauseBody(child);
      else if (kind === "ERROR") this.error(child, body);
    }
    return { kind: "try", body, handlers, otherwise, final, start: node.startIndex, end: node.endIndex };
  }

  private handler(node: Node): ExceptHandler {
    const types: Expression[] = [];
    const body: Statement[] = [];
    let name: NameExpression | undefined;
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "ERROR") this.error(child, body);
      else if (kind === "as_pattern") {
        const [type, target] = this.children(child);
        if (type) types.push(this.expression(type));
        if (target) name = this.name(target);
      } else types.push(this.expression(child));
    }
    return { types, name, body, start: node.startIndex, end: node.endIndex };
  }

  private matchStatement(node: Node): Statement {
    const subjects: Expression[] = [];
    const cases: MatchCase[] = [];
    for (const child of this.children(node)) {
      if (this.symbol(child) === "block") {
        for (const clause of this.children(child)) if (this.symbol(clause) === "case_clause") cases.push(this.matchCase(clause));
      } else subjects.push(this.expression(child));
    }
    const end = node.endIndex;
    const subject = subjects.length === 1 ? (subjects[0] as Expression) : tuple(subjects, node.startIndex, end);
    return { kind: "match", subject, cases, start: node.startIndex, end };
  }

  private matchCase(node: Node): MatchCase {
    const captures: NameExpression[] = [];
    let guard: Expression | undefined;
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "block") this.statementsInto(child, body);
      else if (kind === "if_clause") guard = this.expressions(this.children(child))[0];
      else this.captures(child, captures);
    }
    return { captures, guard, body, start: node.startIndex, end: node.endIndex };
  }

  /** Names that a pattern binds: plain names, but neither class names, dotted constants nor keywords of a class pattern. */
  private captures(node: Node, into: NameExpression[]): void {
    const kind = this.symbol(node);
    const children = this.children(node);
    if (kind === "identifier") return void into.push(this.name(node));
    if (kind === "dotted_name") {
      if (children.length === 1 && this.slice(node) !== "_") into.push(this.name(node));
      return;
    }
    const first = kind === "class_pattern" || kind === "keyword_pattern" ? 1 : 0;
    if (this.depth > maximumDepth) return;
    this.depth++;
    for (const child of children.slice(first)) this.captures(child, into);
    this.depth--;
  }

  private definition(node: Node, kind: "function_definition" | "class_definition", decorators: Expression[]): Statement {
    let name: Node | undefined;
    let parameters: Parameter[] = [];
    let returns: Expression | undefined;
    let bases: Argument[] = [];
    const body: Statement[] = [];
    for (const child of this.children(node)) {
      const symbol = this.symbol(child);
      if (symbol === "identifier") name ??= child;
      else if (symbol === "parameters") parameters = this.parameters(child);
      else if (symbol === "argument_list") bases = this.arguments(child);
      else if (symbol === "type") returns = this.annotation(child);
      else if (symbol === "block") this.statementsInto(child, body);
      else if (symbol === "ERROR") this.error(child, body);
    }
    const start = node.startIndex;
    const end = node.endIndex;
    const nameRange = name ? { start: name.startIndex, end: name.endIndex } : { start, end: start };
    const text = name ? this.slice(name) : "";
    if (kind === "class_definition") return { kind: "class", name: text, nameRange, arguments: bases, decorators, body, start, end };
    const isAsync = this.text.startsWith("async", start);
    return { kind: "function", isAsync, name: text, nameRange, parameters, returns, decorators, body, start, end };
  }

  private parameters(node: Node): Parameter[] {
    const result: Parameter[] = [];
    let form: Parameter["form"] = "plain";
    for (const child of this.children(node)) {
      const start = child.startIndex;
      const end = child.endIndex;
      const symbol = this.symbol(child);
      switch (symbol) {
        case "identifier":
          result.push({ name: this.slice(child), form, annotation: undefined, default: undefined, start, end });
          break;
        case "keyword_separator":
          form = "keyword-only";
          break;
        case "positional_separator":
          for (let i = 0; i < result.length; i++) result[i] = { ...(result[i] as Parameter), form: "positional-only" };
          break;
        case "list_splat_pattern":
        case "dictionary_splat_pattern": {
          const name = this.children(child)[0];
          const star = symbol === "list_splat_pattern" ? "star" : "double-star";
          result.push({ name: name ? this.slice(name) : "", form: star, annotation: undefined, default: undefined, start, end });
          if (star === "star") form = "keyword-only";
          break;
        }
        case "default_parameter": {
          const [name, value] = this.children(child);
          if (name)
            result.push({ name: this.slice(name), form, annotation: undefined, default: value && this.expression(value), start, end });
          break;
        }
        case "typed_parameter": {
          const [name, type] = this.children(child);
          if (!name) break;
          const kind = this.symbol(name);
          const star = kind === "list_splat_pattern" ? "star" : kind === "dictionary_splat_pattern" ? "double-star" : form;
          const inner = star === "star" || star === "double-star" ? this.children(name)[0] : name;
          const annotation = type && this.annotation(type);
          result.push({ name: inner ? this.slice(inner) : "", form: star, annotation, default: undefined, start, end });
          if (star === "star") form = "keyword-only";
          break;
        }
        case "typed_default_parameter": {
          const [name, type, value] = this.children(child);
          if (!name) break;
          const annotation = type && this.annotation(type);
          result.push({ name: this.slice(name), form, annotation, default: value && this.expression(value), start, end });
          break;
        }
        case "tuple_pattern":
          // Python 2 unpacks tuples in parameter lists; one unnamed parameter keeps the positions right.
          result.push({ name: "", form, annotation: undefined, default: undefined, start, end });
          break;
        default:
          break;
      }
    }
    return result;
  }

  /** The expression of a `type` node; forms that only types have are read as the expressions they look like. */
  private annotation(node: Node): Expression {
    const inner = this.children(node)[0];
    if (!inner) return errorAt(node.startIndex);
    return this.typeExpression(inner);
  }

  private typeExpression(node: Node): Expression {
    if (this.depth > maximumDepth) return errorAt(node.startIndex);
    this.depth++;
    const result = this.typeExpressionAtDepth(node);
    this.depth--;
    return result;
  }

  private typeExpressionAtDepth(node: Node): Expression {
    const start = node.startIndex;
    const children = this.children(node);
    switch (this.symbol(node)) {
      case "type":
        return this.annotation(node);
      case "generic_type": {
        const [object, parameters] = children;
        if (!object) return errorAt(start);
        const values = parameters ? this.children(parameters).map((child) => this.typeExpression(child)) : [];
        const end = node.endIndex;
        const index = values.length === 1 ? (values[0] as Expression) : tuple(values, start, end);
        return { kind: "subscript", object: this.expression(object), index, start, end };
      }
      case "union_type":
        return {
          kind: "binary",
          operator: "|",
          left: children[0] ? this.typeExpression(children[0]) : errorAt(start),
          right: children[1] ? this.typeExpression(children[1]) : errorAt(start),
          start,
          end: node.endIndex,
        };
      case "member_type": {
        const [object, name] = children;
        if (!object || !name) return errorAt(start);
        return { kind: "attribute", object: this.typeExpression(object), name: this.slice(name), start, end: node.endIndex };
      }
      case "constrained_type":
      case "splat_type":
        return children[0] ? this.typeExpression(children[0]) : errorAt(start);
      default:
        return this.expression(node);
    }
  }

  private arguments(node: Node): Argument[] {
    if (this.symbol(node) !== "argument_list") {
      const value = this.expression(node);
      return [{ form: "positional", name: "", value, start: value.start, end: value.end }];
    }
    const result: Argument[] = [];
    for (const child of this.children(node)) {
      const start = child.startIndex;
      const symbol = this.symbol(child);
      if (symbol === "keyword_argument") {
        const [name, value] = this.children(child);
        if (!name) continue;
        const lowered = value ? this.expression(value) : errorAt(child.endIndex);
        result.push({ form: "keyword", name: this.slice(name), value: lowered, start, end: child.endIndex });
      } else if (symbol === "list_splat" || symbol === "dictionary_splat") {
        const value = this.children(child)[0];
        const form = symbol === "list_splat" ? "star" : "double-star";
        result.push({ form, name: "", value: value ? this.expression(value) : errorAt(child.endIndex), start, end: child.endIndex });
      } else {
        const value = this.expression(child);
        result.push({ form: "positional", name: "", value, start, end: value.end });
      }
    }
    return result;
  }

  private importedNames(nodes: readonly Node[]): ImportedName[] {
    return nodes.flatMap((node): ImportedName[] => {
      const start = node.startIndex;
      const end = node.endIndex;
      const symbol = this.symbol(node);
      if (symbol === "wildcard_import") return [{ name: "*", alias: undefined, start, end }];
      if (symbol === "aliased_import") {
        const [name, alias] = this.children(node);
        return name ? [{ name: this.slice(name).replace(/\s+/g, ""), alias: alias && this.slice(alias), start, end }] : [];
      }
      return symbol === "dotted_name" ? [{ name: this.slice(node).replace(/\s+/g, ""), alias: undefined, start, end }] : [];
    });
  }

  /** What stands between the colons; where nothing does, `None`, which is what the interpreter takes it for. */
  private sliceParts(node: Node): Expression[] {
    const parts: Expression[] = [];
    let colons = 0;
    const nothing = (at: number): Expression => ({ kind: "literal", type: "none", value: 0, start: at, end: at });
    for (const child of node.children) {
      if (this.isExtra(child)) continue;
      if (this.text.charCodeAt(child.startIndex) !== colon || child.endIndex !== child.startIndex + 1) parts.push(this.expression(child));
      else if (parts.length <= colons++) parts.push(nothing(child.startIndex));
    }
    // Without a step, what is behind a second colon changes nothing.
    if (parts.length < 2) parts.push(nothing(node.endIndex));
    return parts;
  }

  private expressions(nodes: readonly Node[]): Expression[] {
    return nodes.map((node) => this.expression(node));
  }

  private expression(node: Node): Expression {
    if (this.depth > maximumDepth) return errorAt(node.startIndex);
    this.depth++;
    const result = this.expressionAtDepth(node);
    this.depth--;
    return result;
  }

  private expressionAtDepth(node: Node): Expression {
    const start = node.startIndex;
    const symbol = this.symbol(node);
    switch (symbol) {
      case "identifier":
        return this.name(node);
      case "integer": {
        const end = node.endIndex;
        return { kind: "literal", type: "int", value: integerValue(this.text.slice(start, end)), start, end };
      }
      case "float": {
        const end = node.endIndex;
        return { kind: "literal", type: "float", value: Number.parseFloat(this.text.slice(start, end).replace(/_/g, "")), start, end };
      }
      case "string":
        return this.string(node);
      case "concatenated_string": {
        const parts = this.children(node).map((child) => this.string(child));
        const end = node.endIndex;
        const first = parts[0];
        if (first && parts.every((part) => part.kind === "literal" && part.type === "str")) {
          return {
            kind: "literal",
            type: "str",
            value: parts.map((part) => (part.kind === "literal" ? part.value : "")).join(""),
            start,
            end,
          };
        }
        if (first && parts.every((part) => part.kind === "literal" && part.type === "bytes")) {
          const value = parts.reduce((sum, part) => sum + (part.kind === "literal" ? Number(part.value) : 0), 0);
          const content = parts.map((part) => (part.kind === "literal" ? part.content : undefined));
          return {
            kind: "literal",
            type: "bytes",
            value,
            ...(content.includes(undefined) ? {} : { content: content.join("") }),
            start,
            end,
          };
        }
        return {
          kind: "text",
          values: parts.flatMap((part) => (part.kind === "text" ? part.values : [])),
          isPadded: parts.some((part) => part.kind === "text" && part.isPadded),
          template: joinedTemplates(parts),
          start,
          end,
        };
      }
      case "true":
        return { kind: "literal", type: "bool", value: 1, start, end: start + 4 };
      case "false":
        return { kind: "literal", type: "bool", value: 0, start, end: start + 5 };
      case "none":
        return { kind: "literal", type: "none", value: 0, start, end: start + 4 };
      case "ellipsis":
        return { kind: "literal", type: "ellipsis", value: 0, start, end: start + 3 };
      case "attribute": {
        const children = this.children(node);
        const object = children[0];
        const name = children[children.length - 1];
        if (!object || !name || children.length < 2) return this.broken(node, children);
        const end = node.endIndex;
        return { kind: "attribute", object: this.expression(object), name: this.slice(name), start, end };
      }
      case "subscript": {
        const children = this.children(node);
        const object = children[0];
        if (!object) return errorAt(start);
        const indices = this.expressions(children.slice(1));
        const end = node.endIndex;
        const index = indices.length === 1 ? (indices[0] as Expression) : tuple(indices, start, end);
        return { kind: "subscript", object: this.expression(object), index, start, end };
      }
      case "call": {
        const children = this.children(node);
        const callee = children[0];
        const list = children[children.length - 1];
        if (!callee || !list || children.length < 2) return this.broken(node, children);
        return { kind: "call", callee: this.expression(callee), arguments: this.arguments(list), start, end: node.endIndex };
      }
      case "binary_operator":
      case "boolean_operator": {
        const children = this.children(node);
        const left = children[0];
        const right = children[children.length - 1];
        if (!left || !right || children.length < 2) return this.broken(node, children);
        const leftSide = this.expression(left);
        const rightSide = this.expression(right);
        const operator = this.between(leftSide.end, rightSide.start);
        const end = rightSide.end;
        if (symbol === "boolean_operator") {
          return { kind: "boolean", operator: operator.startsWith("or") ? "or" : "and", left: leftSide, right: rightSide, start, end };
        }
        return { kind: "binary", operator, left: leftSide, right: rightSide, start, end: node.endIndex };
      }
      case "comparison_operator": {
        const operands = this.expressions(this.children(node));
        const operators: string[] = [];
        for (let i = 1; i < operands.length; i++) {
          operators.push(this.between((operands[i - 1] as Expression).end, (operands[i] as Expression).start).replace(/\s+/g, " "));
        }
        return { kind: "comparison", operands, operators, start, end: node.endIndex };
      }
      case "unary_operator":
      case "not_operator": {
        const child = this.children(node)[0];
        if (!child) return errorAt(start);
        const first = this.text[start];
        const operator = first === "-" || first === "+" || first === "~" ? first : "not";
        return { kind: "unary", operator, operand: this.expression(child), start, end: node.endIndex };
      }
      case "conditional_expression": {
        const [then, test, otherwise] = this.expressions(this.children(node));
        if (!then || !test || !otherwise) return errorAt(start);
        return { kind: "conditional", test, then, otherwise, start, end: node.endIndex };
      }
      case "lambda": {
        const children = this.children(node);
        const body = children[children.length - 1];
        const list = children.find((child) => this.symbol(child) === "lambda_parameters");
        const parameters = list ? this.parameters(list) : [];
        return {
          kind: "lambda",
          parameters,
          body: body && body !== list ? this.expression(body) : errorAt(start),
          start,
          end: node.endIndex,
        };
      }
      case "list":
      case "list_pattern":
        return { kind: "list", elements: this.expressions(this.children(node)), start, end: node.endIndex };
      case "set":
        return { kind: "set", elements: this.expressions(this.children(node)), start, end: node.endIndex };
      case "tuple":
      case "expression_list":
      case "pattern_list":
      case "tuple_pattern":
        return tuple(this.expressions(this.children(node)), start, node.endIndex);
      case "dictionary": {
        const entries = this.children(node).map((child): { key: Expression | undefined; value: Expression } => {
          const parts = this.symbol(child) === "pair" ? this.children(child) : [];
          const [key, value] = parts;
          if (key && value) return { key: this.expression(key), value: this.expression(value) };
          const inner = this.symbol(child) === "dictionary_splat" ? this.children(child)[0] : child;
          return { key: undefined, value: inner ? this.expression(inner) : errorAt(start) };
        });
        return { kind: "dict", entries, start, end: node.endIndex };
      }
      case "list_comprehension":
      case "set_comprehension":
      case "dictionary_comprehension":
      case "generator_expression":
        return this.comprehension(node, symbol);
      case "slice":
        return { kind: "slice", parts: this.sliceParts(node), start, end: node.endIndex };
      case "list_splat":
      case "list_splat_pattern":
      case "dictionary_splat":
      case "dictionary_splat_pattern": {
        const child = this.children(node)[0];
        return { kind: "starred", value: child ? this.expression(child) : errorAt(start), start, end: node.endIndex };
      }
      case "parenthesized_expression":
      case "parenthesized_list_splat": {
        const children = this.children(node);
        const only = children[0];
        if (!only || children.length > 1) return this.broken(node, children);
        // The parentheses count into the range, so that the text between two operands is the operator alone.
        return { ...this.expression(only), start, end: node.endIndex };
      }
      case "named_expression": {
        const [target, value] = this.children(node);
        if (!target || !value) return errorAt(start);
        return { kind: "named", target: this.name(target), value: this.expression(value), start, end: node.endIndex };
      }
      case "await": {
        const child = this.children(node)[0];
        return { kind: "await", value: child ? this.expression(child) : errorAt(start), start, end: node.endIndex };
      }
      case "yield": {
        const child = this.children(node)[0];
        const isFrom = child !== undefined && /^yield\s+from\b/.test(this.text.slice(start, child.startIndex));
        return { kind: "yield", isFrom, value: child && this.expression(child), start, end: node.endIndex };
      }
      case "as_pattern": {
        const [value] = this.children(node);
        return value ? this.expression(value) : errorAt(start);
      }
      case "type":
        return this.annotation(node);
      case "generic_type":
      case "union_type":
      case "member_type":
        return this.typeExpression(node);
      case "keyword_argument": {
        const value = this.children(node)[1];
        return value ? this.expression(value) : errorAt(start);
      }
      case "dotted_name":
        return this.dottedName(node);
      default:
        return this.broken(node, this.children(node));
    }
  }

  private dottedName(node: Node): Expression {
    const [first, ...rest] = this.children(node);
    if (!first) return this.name(node);
    let result: Expression = this.name(first);
    for (const part of rest) {
      result = { kind: "attribute", object: result, name: this.slice(part), start: node.startIndex, end: part.endIndex };
    }
    return result;
  }

  private broken(node: Node, children: readonly Node[]): Expression {
    if (this.symbol(node) === "ERROR") this.errors.push({ start: node.startIndex, end: node.endIndex });
    return { kind: "error", values: this.expressions(children), start: node.startIndex, end: node.endIndex };
  }

  private comprehension(node: Node, symbol: string): Expression {
    const elements: Expression[] = [];
    const clauses: ComprehensionClause[] = [];
    for (const child of this.children(node)) {
      const kind = this.symbol(child);
      if (kind === "for_in_clause") {
        const [target, ...rest] = this.children(child);
        if (!target) continue;
        const iterables = this.expressions(rest);
        const first = iterables[0];
        const iterable = first && iterables.length === 1 ? first : tuple(iterables, child.startIndex, child.endIndex);
        clauses.push({ kind: "for", isAsync: this.text.startsWith("async", child.startIndex), target: this.expression(target), iterable });
      } else if (kind === "if_clause") {
        const test = this.children(child)[0];
        if (test) clauses.push({ kind: "if", test: this.expression(test) });
      } else if (kind === "pair") elements.push(...this.expressions(this.children(child)));
      else elements.push(this.expression(child));
    }
    const makes =
      symbol === "list_comprehension"
        ? "list"
        : symbol === "set_comprehension"
          ? "set"
          : symbol === "generator_expression"
            ? "generator"
            : "dict";
    return { kind: "comprehension", makes, elements, clauses, start: node.startIndex, end: node.endIndex };
  }

  private string(node: Node): Expression {
    const start = node.startIndex;
    const end = node.endIndex;
    const opening = /^([A-Za-z]*)('''|"""|'|")/.exec(this.text.slice(start, Math.min(end, start + 6)));
    const prefix = (opening?.[1] ?? "").toLowerCase();
    const quotes = (opening?.[2] ?? '"').length;
    const contentStart = start + prefix.length + quotes;
    const content = this.text.slice(contentStart, Math.max(contentStart, end - quotes));
    if (prefix.includes("f") || prefix.includes("t")) {
      const values: Expression[] = [];
      let isPadded = false;
      let template = "";
      let written = contentStart;
      for (const child of this.children(node)) {
        if (this.symbol(child) !== "interpolation") continue;
        const inner = this.children(child)[0];
        if (!inner) continue;
        values.push(this.expression(inner));
        const specifier = this.text.slice(inner.endIndex, child.endIndex - 1);
        isPadded ||= specifier.includes(":");
        template += `${this.text.slice(written, child.startIndex)}\0${specifier}\0`;
        written = child.endIndex;
      }
      template += this.text.slice(written, contentStart + content.length);
      return { kind: "text", values, isPadded, template: template.length <= longestContent ? template : undefined, start, end };
    }
    // Escapes shorten the value; for sizes and names the written length is close enough and costs nothing.
    if (prefix.includes("b")) {
      const kept = content.length <= longestContent ? { content } : {};
      return { kind: "literal", type: "bytes", value: writtenLength(content), ...kept, start, end };
    }
    return { kind: "literal", type: "str", value: content, start, end };
  }

  private name(node: Node): NameExpression {
    const start = node.startIndex;
    const end = node.endIndex;
    return { kind: "name", name: this.text.slice(start, end), start, end };
  }

  private slice(node: Node): string {
    return this.text.slice(node.startIndex, node.endIndex);
  }

  /** The text between two operands without comments, line continuations and white space: an operator. */
  private between(start: number, end: number): string {
    const text = this.text.slice(start, end);
    return (text.includes("#") ? text.replace(/#[^\n\r]*/g, "") : text).replace(/\\\r?\n/g, " ").trim();
  }
}

/** What is written in bytes and f-strings is kept up to there: enough to see how lines and fields are made. */
const longestContent = 200;

/** The template of texts that stand one after the other. */
function joinedTemplates(parts: readonly Expression[]): string | undefined {
  let joined = "";
  for (const part of parts) {
    const own = part.kind === "text" ? part.template : part.kind === "literal" ? String(part.value).replace(/[{}]/g, "$&$&") : undefined;
    if (own === undefined) return undefined;
    joined += own;
  }
  return joined.length <= longestContent ? joined : undefined;
}

/** More than Python's own parser takes of brackets (200) and of indentation (100); what stands deeper is left out. */
const maximumDepth = 250;

const wholeStatements: ReadonlySet<string> = new Set<SymbolName>([
  "expression_statement",
  "return_statement",
  "raise_statement",
  "assert_statement",
  "delete_statement",
  "if_statement",
  "while_statement",
  "for_statement",
  "with_statement",
  "try_statement",
  "match_statement",
  "function_definition",
  "class_definition",
  "decorated_definition",
  "import_statement",
  "import_from_statement",
  "global_statement",
  "nonlocal_statement",
  "print_statement",
  "ERROR",
]);

function tuple(elements: readonly Expression[], start: number, end: number): Expression {
  return { kind: "tuple", elements, start, end };
}

function errorAt(offset: number): Expression {
  return { kind: "error", values: [], start: offset, end: offset };
}

function integerValue(written: string): number {
  const digits = written.replace(/_/g, "").replace(/[lLjJ]$/, "");
  // `0777` is how Python 2 writes octal numbers.
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

function writtenLength(content: string): number {
  return content.includes("\\") ? content.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, "x").length : content.length;
}

function countLines(text: string): number {
  let lines = 1;
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) lines++;
  return lines;
}

const directivePattern = /#[ \t]*gil:/g;

/** Finds `# gil:` by text and asks the tree only for the few hits whether each stands in a comment and not in a string. */
function directives(root: WholeNode, text: string): DirectiveComment[] {
  const found: DirectiveComment[] = [];
  for (const match of text.matchAll(directivePattern)) {
    const start = match.index;
    const node = root.descendantForIndex(start, start + 1);
    if (node?.type !== "comment") continue;
    const end = node.endIndex;
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const aloneOnLine = text.slice(lineStart, start).trim() === "";
    found.push({ text: text.slice(start + match[0].length, end).trim(), aloneOnLine, start, end });
  }
  return found;
}
